/** @import {RoomPage} from '../../types/page.js' */

import { clock, t } from '../i18n.js';
import { h } from '../render.js';
import { button, tool } from './controls.js';
import { icon } from './icon.js';

const MINUTES = [1, 2, 3, 5, 10];

/**
 * The time that is left, or for those who facilitate the way to start it.
 *
 * @param {RoomPage} page
 * @param {boolean} facilitates
 */
export function timer(page, facilitates) {
  const { timerEndsAt } = page.state.room;
  if (!timerEndsAt) return facilitates && start(page);
  const left = page.until(timerEndsAt);
  return h(
    'div',
    { class: `timer${left > 0 ? '' : ' over'}`, key: 'timer', role: 'timer', 'aria-label': t('timer.title') },
    icon('clock'),
    left > 0 ? clock(left) : t('timer.over'),
    facilitates && tool('close', t('timer.stop'), page.roomActions.stopTimer),
  );
}

/** @param {RoomPage} page */
function start(page) {
  const choices = MINUTES.map((n) => {
    const act = () => page.roomActions.startTimer(n * 60);
    return button('', t('timer.minutes', { n }), act, { key: n, popovertarget: 'minutes' });
  });
  return h(
    'div',
    { class: 'timer idle', key: 'start' },
    tool('clock', t('timer.title'), null, { popovertarget: 'minutes' }),
    h('div', { id: 'minutes', class: 'menu', popover: 'auto' }, choices),
  );
}
