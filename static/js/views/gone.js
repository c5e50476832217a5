// What is there instead of a room one is not in. It is loaded when it is needed.

/** @import {Page} from '../page.js' */
/** @import {RoomPage} from '../../types/page.js' */

import { t } from '../i18n.js';
import { announce } from '../live-region.js';
import { h } from '../render.js';
import { button } from './controls.js';
import { nameStrip } from './invite.js';
import { mark } from './icon.js';

const ASK = 20_000; // milliseconds after which the server is told that one still waits

const WHY = new Map([
  ['expired', 'ended'],
  ['left', 'removed'],
  ['not_member', 'room_not_found'],
  ['room_locked', 'refused'],
]);
const BACK = new Map([
  ['removed', 'gone.return'],
  ['ended', 'gone.revive'],
  ['room_full', 'gone.retry'],
  ['refused', 'gone.retry'],
]);

/** Why one is not in the room, and the way back. @param {Page} page */
export function gone(page) {
  const { gone, room } = page.state;
  if (gone === 'waiting') return waiting(page);
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

/** The room is locked, and somebody in it is about to open. @param {Page} page */
const waiting = (page) =>
  h(
    'main',
    { class: 'gone-screen', key: 'waiting', 'data-gone': 'waiting', mount: () => came(page) },
    mark(),
    h('h1', {}, t('gone.waiting')),
    h('p', {}, t('gone.waiting.why')),
    page.roomActions && nameStrip(/** @type {RoomPage} */ (page)),
    h(
      'div',
      { class: 'choices' },
      button('soft', t('gone.home'), () => page.roomActions?.leave()),
    ),
  );

/** @param {Page} page */
function came(page) {
  announce(t('gone.waiting'));
  keepAsking(page);
}

/** Whoever does not ask again is taken to have gone. @param {Page} page */
function keepAsking(page) {
  setTimeout(() => {
    if (page.state.gone !== 'waiting') return;
    page.actions.join();
    keepAsking(page);
  }, ASK);
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
