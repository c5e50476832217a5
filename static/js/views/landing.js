// The pages outside a room.

import { ago, t } from '../i18n.js';
import { h } from '../ui.js';
import { button, face, looks, mark, tool } from './parts.js';

const FAN = ['1', '3', '5', '8', '?'];

/** The front page: one button, and the rooms one has been to. */
export function landing(p) {
  return h('div', { class: 'landing', key: 'landing' },
    h('main', {},
      h('div', { class: 'hello' },
        h('p', { class: 'home' }, mark(), 'Pokey'),
        h('h1', {}, t('landing.title')),
        h('p', { class: 'lead' }, t('landing.lead')),
        p.ui.forgotten && h('p', { class: 'forgotten', role: 'status' }, t('landing.forgotten')),
        button('primary large', t('landing.create'), p.act.createRoom, { 'aria-disabled': p.ui.creating ? 'true' : undefined }),
        h('p', { class: 'hint' }, t('landing.promise'))),
      h('ul', { class: 'fan', 'aria-hidden': 'true' }, FAN.map((card, i) => h('li', { key: card, vars: { '--from': i - 2 } }, h('span', { class: 'card' }, h('span', { class: 'back' }), face(card))))),
      p.ui.visits.length > 0 && recent(p)),
    h('footer', {}, looks(p)));
}

function recent(p) {
  return h('section', { class: 'recent', 'aria-labelledby': 'recent' },
    h('h2', { id: 'recent' }, t('landing.recent')),
    h('ul', {}, p.ui.visits.map(({ id, topic, at }) => h('li', { key: id },
      h('a', { href: `${p.base}r/${id}` }, h('b', {}, topic || t('landing.untitled', { id: id.slice(-4) })), h('span', { class: 'quiet' }, ago(at))),
      tool('close', t('landing.forget'), () => p.act.forgetRoom(id))))));
}

const WHY = new Map([['expired', 'ended'], ['left', 'removed'], ['not_member', 'room_not_found']]);
const BACK = new Map([['removed', 'gone.return'], ['ended', 'gone.revive'], ['room_full', 'gone.retry'], ['room_locked', 'gone.retry']]);

/** Why one is not in the room, and the way back. */
export function gone(p) {
  const why = WHY.get(p.state.gone) ?? p.state.gone;
  const back = BACK.get(why);
  return h('main', { class: 'gone-screen', key: 'gone', 'data-gone': why }, mark(),
    h('h1', {}, t(`gone.${why}`)), h('p', {}, t(`gone.${why}.why`)),
    h('div', { class: 'choices' }, back && button('primary', t(back), p.act.comeBack), h('a', { class: 'soft', href: p.base }, t('gone.home'))));
}

/** The session here was ended on another device, or with its user. */
export function ended(p) {
  return h('main', { class: 'gone-screen', key: 'ended', 'data-gone': 'session' }, mark(),
    h('h1', {}, t('ended.title')), h('p', {}, t('ended.why')),
    h('div', { class: 'choices' }, button('primary', t('ended.afresh'), () => location.reload()), p.state.roomId && h('a', { class: 'soft', href: p.base }, t('gone.home'))));
}
