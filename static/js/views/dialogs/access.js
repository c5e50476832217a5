/** @import {RoomPage} from '../../../types/page.js' */

import { t } from '../../i18n.js';
import { absent } from '../../members.js';
import { h } from '../../render.js';
import { mayFacilitate } from '../../state.js';
import { button, toggle } from '../controls.js';
import { cancel, confirmed } from './confirm.js';

/** Who may come in, and who is away: for those who facilitate. @param {RoomPage} page */
export function access(page) {
  const { room, me } = page.state;
  if (!mayFacilitate(room, me?.id)) return room.locked && h('p', { class: 'hint' }, t('trace.locked'));
  const { chosen, lock } = page.roomActions;
  return h(
    'section',
    { class: 'access', 'aria-label': t('access.title') },
    toggle(t('access.lock'), t('access.lockHint'), chosen('locked', !!room.locked), lock),
    removeAway(page),
  );
}

/** Removes everybody who is away, and asks first if an estimate goes with them. @param {RoomPage} page */
function removeAway(page) {
  const away = absent(page.state.room);
  const lost = away.filter((person) => person.estimated).length;
  const label = t('access.away', { n: away.length });
  const act = () => {
    page.set({ confirming: null });
    page.roomActions.removeAway();
  };
  if (away.length === 0) return null;
  const remove =
    lost > 0
      ? confirmed(page, { kind: 'soft', name: 'away', label, sure: t('access.sureAway', { n: lost }), act })
      : button('soft', label, act, { 'data-act': 'away' });
  return h('div', { class: 'choices' }, remove);
}

/** The end of the room, at the end of its options. @param {RoomPage} page */
export function closing(page) {
  const asks = page.ui.confirming === 'close';
  const close = confirmed(page, {
    kind: 'soft danger',
    name: 'close',
    label: t('access.close'),
    sure: t('access.sureClose'),
    act: () => page.closeDialog(page.roomActions.closeRoom),
  });
  return h(
    'section',
    { class: 'access last', 'aria-label': t('access.close') },
    h('p', { class: 'hint' }, t(asks ? 'access.sureCloseHint' : 'access.closeHint')),
    h('div', { class: 'choices' }, close, asks && cancel(page)),
  );
}
