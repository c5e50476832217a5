// What the owner of a room, or a deputy, decides about it and who is in it.

import { t } from '../i18n.js';
import { absent, people } from '../room.js';
import { isOwner, mayFacilitate } from '../state.js';
import { h } from '../ui.js';
import { button, dialog, toggle } from './parts.js';

/**
 * A button that asks once more, in its place, before something is lost.
 *
 * @param {any} p the page
 * @param {string} act what p.ui.sure is then
 */
export function twice(p, kind, act, label, sure, does) {
  return button(kind, p.ui.sure === act ? sure : label, () => (p.ui.sure === act ? does() : p.set({ sure: act })), { 'data-act': act });
}

/** Who may come in, and who is away: for those who facilitate. */
export function house(p) {
  const { room, me } = p.state;
  if (!mayFacilitate(room, me?.id)) return room.locked && h('p', { class: 'hint' }, t('trace.locked'));
  const away = absent(room);
  const lost = away.filter((person) => person.estimated).length;
  const remove = () => (p.set({ sure: null }), p.act.removeAway());
  return h('section', { class: 'house', 'aria-label': t('house.title') },
    toggle(t('house.lock'), t('house.lockHint'), !!room.locked, (locked) => p.act.lock(locked)),
    away.length > 0 && h('div', { class: 'choices' },
      lost > 0 ? twice(p, 'soft', 'away', t('house.away', { n: away.length }), t('house.sureAway', { n: lost }), remove) : button('soft', t('house.away', { n: away.length }), remove, { 'data-act': 'away' })));
}

/** The end of the room, at the end of its options. */
export function closing(p) {
  const sure = p.ui.sure === 'close';
  return h('section', { class: 'house last', 'aria-label': t('house.close') },
    h('p', { class: 'hint' }, t(sure ? 'house.sureCloseHint' : 'house.closeHint')),
    h('div', { class: 'choices' }, twice(p, 'soft danger', 'close', t('house.close'), t('house.sureClose'), () => p.close(p.act.closeRoom)), sure && stay(p)));
}

const stay = (p) => button('plain', t('house.stay'), () => p.set({ sure: null }));

/** What the owner may do about somebody. */
export function person(p) {
  const { room, me } = p.state;
  const { person: id, sure } = p.ui;
  const member = people(room).find((one) => one.id === id);
  if (!member || !isOwner(room, me?.id)) return false;
  const { called: name } = member;
  const offered = room.offeredTo === id;
  const asks = sure === 'remove';
  return dialog(p, 'person', name,
    toggle(t('person.deputy'), t('person.deputyHint'), !!member.deputy, (deputy) => p.act.setDeputy(id, deputy)),
    h('p', { class: 'hint' }, t(offered ? 'offer.made' : asks ? 'person.removeHint' : 'person.handOverHint', { name })),
    h('div', { class: 'choices' },
      !asks && (offered ? button('soft', t('offer.withdraw'), p.act.withdrawOffer) : button('soft', t('person.handOver', { name }), () => p.act.offer(id))),
      asks ? button('soft danger', t('person.sure.remove', { name }), () => p.close(() => p.act.removeMember(id))) : button('soft danger', t('person.remove', { name }), () => p.set({ sure: 'remove' })),
      asks && [button('soft danger', t('person.forGood', { name }), () => p.close(() => p.act.removeForGood(id, name)), { 'data-act': 'forGood' }), stay(p)]));
}

/** What ends a user, under their own name. */
export function oneself(p) {
  const sure = p.ui.sure === 'forget';
  return h('section', { class: 'house last', 'aria-label': t('me.sessions') },
    h('p', { class: 'hint' }, t(sure ? 'me.sureForgetHint' : 'me.sessionsHint')),
    h('div', { class: 'choices' },
      !sure && button('soft', t('me.signOut'), p.act.signOutOthers, { 'data-act': 'signOut' }),
      twice(p, 'soft danger', 'forget', t('me.forget'), t('me.sureForget'), p.act.forgetMe), sure && stay(p)));
}
