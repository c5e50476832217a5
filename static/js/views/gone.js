// What is there instead of a room one is not in. It is loaded when it is needed.

/** @import {Page} from '../page.js' */

import { t } from '../i18n.js';
import { h } from '../render.js';
import { button } from './controls.js';
import { mark } from './icon.js';

const WHY = new Map([
  ['expired', 'ended'],
  ['left', 'removed'],
  ['not_member', 'room_not_found'],
]);
const BACK = new Map([
  ['removed', 'gone.return'],
  ['ended', 'gone.revive'],
  ['room_full', 'gone.retry'],
  ['room_locked', 'gone.retry'],
]);

/** Why one is not in the room, and the way back. @param {Page} page */
export function gone(page) {
  const { gone, room } = page.state;
  const on = gone === 'expired' && room?.successor;
  const why = WHY.get(gone ?? '') ?? gone ?? '';
  const back = BACK.get(why);
  return h(
    'main',
    { class: 'gone-screen', key: 'gone', 'data-gone': why },
    mark(),
    h('h1', {}, t(`gone.${why}`)),
    h('p', {}, t(`gone.${why}.why`)),
    h(
      'div',
      { class: 'choices' },
      on && h('a', { class: 'primary', href: `${page.base}r/${on.roomId}` }, t('gone.along')),
      back && button(on ? 'soft' : 'primary', t(back), page.actions.comeBack),
      home(page),
    ),
  );
}

/** The session here was ended on another device, or with its user. @param {Page} page */
export function ended(page) {
  const afresh = button('primary', t('ended.afresh'), () => location.reload());
  return h(
    'main',
    { class: 'gone-screen', key: 'ended', 'data-gone': 'session' },
    mark(),
    h('h1', {}, t('ended.title')),
    h('p', {}, t('ended.why')),
    h('div', { class: 'choices' }, afresh, page.state.roomId && home(page)),
  );
}

/** @param {Page} page */
const home = (page) => h('a', { class: 'soft', href: page.base }, t('gone.home'));
