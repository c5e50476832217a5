/** @import {Child, OwnEstimate, RoomPage} from '../../types/page.js' */

import { estimates, suggested } from '../agreement.js';
import { list, t } from '../i18n.js';
import { h } from '../render.js';
import { mayEstimate, ownEstimate } from '../state.js';
import { cardName, face } from './card.js';
import { button, form } from './controls.js';
import { icon } from './icon.js';

const ARC = 14; // more cards take more than one row

/**
 * The deck at the bottom. While the round is hidden it is the user's hand; once
 * revealed the same cards lie straight and are the scale the estimates stand on.
 *
 * @param {RoomPage} page
 * @param {boolean} facilitates
 * @returns {Child}
 */
export function hand(page, facilitates) {
  const { room, me } = page.state;
  if (room.revealed && !page.ui.changing) return [scale(page, facilitates && !page.stage)];
  if (!mayEstimate(room, me?.id)) return observing(page);
  const own = ownEstimate(page.state);
  return [reason(page, own), room.deck.cards.length > 0 ? cards(page, own) : anyValue(page, own)];
}

/** @param {RoomPage} page */
function observing(page) {
  const join = button('soft', t('hand.join'), () => page.roomActions.setRole('estimator'));
  return h('div', { class: 'aside', key: 'aside' }, h('p', {}, t('hand.observing')), join);
}

/** @param {RoomPage} page @param {OwnEstimate} own */
function cards(page, own) {
  const { cards } = page.state.room.deck;
  const { focusedCard, typed } = page.ui;
  const stop = focusedCard !== null && cards.includes(focusedCard) ? focusedCard : (own.value ?? cards[0]);
  return cardRow('hand', t('hand.label'), cards, (value) => {
    const picked = own.value === value;
    const meant = typed && focusedCard === value;
    const what = {
      stop,
      kind: `${picked ? ' picked' : ''}${meant ? ' meant' : ''}`,
      label: cardName(value),
      pressed: picked,
      act: () => page.roomActions.pick(value),
    };
    return [null, card(page, value, what)]; // in the same place as on the scale: it stays the same element
  });
}

/**
 * The cards with the estimates on them. A phone shows those around what was
 * estimated, and the others on demand.
 *
 * @param {RoomPage} page
 * @param {boolean} settles the user may agree on one
 */
function scale(page, settles) {
  const { room } = page.state;
  const { deck, agreed, summary } = room;
  const counts = new Map(summary?.distribution.map(({ value, count }) => [value, count]));
  const most = Math.max(1, ...counts.values());
  const all = [...new Set([...deck.cards, ...counts.keys(), ...(agreed === undefined ? [] : [agreed])])];
  const { focusedCard, allCards } = page.ui;
  const first = agreed ?? all.find((value) => counts.has(value)) ?? all[0];
  const stop = focusedCard !== null && all.includes(focusedCard) ? focusedCard : first;
  const hint = suggested(room);
  const near = (/** @type {number} */ i) => all.slice(Math.max(0, i - 1), i + 2).some((value) => counts.has(value));
  const far = all.filter((value, i) => !near(i) && value !== agreed);
  const inside = (/** @type {string} */ value) => {
    const n = counts.get(value) ?? 0;
    const votes = estimates(room).filter((vote) => vote.value === value);
    const names = list(votes.map((vote) => vote.name));
    const pile = { class: n > 0 ? 'pile' : 'pile none', 'aria-hidden': 'true', vars: { '--part': n / most } };
    const kind = agreed === value ? ' picked' : hint === value ? ' suggested' : '';
    const what = {
      stop,
      kind: n > 0 || kind ? kind : ' unused',
      label: `${n > 0 ? t('scale.card', { card: cardName(value), n, names }) : cardName(value)}${hint === value ? `, ${t('scale.hinted')}` : ''}`,
      pressed: settles ? agreed === value : null,
      act: () => settles && page.roomActions.settle(agreed === value ? null : value),
      mark: hint === value && t('scale.hinted'),
    };
    const tip = n > 0 && h('span', { class: 'tip', 'aria-hidden': 'true' }, names);

    return [h('div', pile, n > 0 && n), card(page, value, what), tip];
  };
  const more = button('', '…', () => page.set({ allCards: true }), { 'aria-label': t('scale.other') });
  const said = { 'aria-label': t('scale.otherValue'), title: t('scale.otherValue') };
  const rest = settles && !allCards && far.length > 0 && h('li', { class: 'other', key: 'other' }, more);
  const open = () => page.set({ dialog: 'settle', amending: null });
  const free = settles && h('li', { class: 'free', key: 'free' }, button('', '…', open, said));
  const kind = `scale${settles ? '' : ' shown'}`;
  return cardRow(kind, t(settles ? 'scale.settle' : 'scale.label'), all, inside, allCards ? [] : far, [rest, free]);
}

/**
 * @param {string} kind
 * @param {string} label
 * @param {string[]} cards
 * @param {(card: string) => Child} inside
 * @param {string[]} [far] cards that a phone leaves out
 * @param {Child} [rest]
 */
function cardRow(kind, label, cards, inside, far = [], rest = null) {
  const middle = (cards.length - 1) / 2;
  const arc = kind === 'hand' && cards.length <= ARC ? ' arc' : '';
  const slot = (/** @type {string} */ card, /** @type {number} */ i) =>
    h('li', { key: card, class: far.includes(card) ? 'far' : '', vars: { '--from': i - middle } }, inside(card));
  const props = { class: `deck ${kind}${arc}`, key: 'deck', 'aria-label': label, vars: { '--cards': cards.length } };
  return h('ul', props, cards.map(slot), rest);
}

/**
 * A card to press. One of a row, the `stop`, is in the tab order; arrow keys go
 * to the others.
 *
 * @param {RoomPage} page
 * @param {string} value
 * @param {{stop: string, kind: string, label: string, pressed: boolean | null, act: () => unknown, mark?: string | false}} what
 */
function card(page, value, { stop, kind, label, pressed, act, mark = false }) {
  return button(`card${kind}`, face(value), act, {
    key: 'card',
    'data-card': value,
    'data-mark': mark,
    'aria-label': label,
    'aria-pressed': pressed === null ? undefined : String(pressed),
    tabindex: value === stop ? 0 : -1,
    onfocus: () => page.ui.focusedCard !== value && page.set({ focusedCard: value }),
  });
}

/** The reason for the estimate, which is as hidden as the estimate. @param {RoomPage} page @param {OwnEstimate} own */
function reason(page, own) {
  const draft = page.ui.drafts.comment;
  const saved = own.value !== null && own.comment !== '' && (draft ?? own.comment).trim() === own.comment;
  const ask = page.state.room.revealed ? 'reason.now' : 'reason.ask';
  const input = h('textarea', {
    rows: 1,
    'aria-label': t('reason.label'),
    placeholder: own.value === null ? t('reason.placeholder') : t(ask, { value: own.value }),
    autocomplete: 'off',
    enterkeyhint: 'done',
    dir: 'auto',
    maxlength: page.state.limits.commentLength,
    value: draft ?? own.comment,
    oninput: (event) => page.roomActions.typeComment(event.target.value.replace(/[\r\n]+/g, ' ')),
    onblur: () => page.roomActions.saveComment(),
    onkeydown: (event) => {
      if (event.key !== 'Enter' || event.isComposing) return;
      event.preventDefault();
      page.roomActions.saveComment();
    },
  });
  const mark = saved && page.state.picked === null && h('span', { class: 'saved' }, icon('check'), t('reason.saved'));
  return form('reason', page.roomActions.saveComment, input, mark);
}

/** For a deck without cards. @param {RoomPage} page @param {OwnEstimate} own */
function anyValue(page, own) {
  const input = h('input', {
    type: 'text',
    'aria-label': t('hand.label'),
    placeholder: t('deck.any'),
    autocomplete: 'off',
    maxlength: 16,
    value: page.ui.drafts.free ?? own.value ?? '',
    oninput: (event) => page.draft('free', event.target.value),
  });
  return form(
    'any-value',
    page.roomActions.pickTyped,
    input,
    h('button', { class: 'soft' }, t('free.submit')),
    own.value !== null && button('plain', t('free.back'), page.roomActions.withdraw),
  );
}
