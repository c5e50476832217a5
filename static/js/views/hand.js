/** @import {Child, OwnEstimate, RoomPage} from '../../types/page.js' */

import { estimates } from '../agreement.js';
import { list, t } from '../i18n.js';
import { h } from '../render.js';
import { mayEstimate, ownEstimate } from '../state.js';
import { cardName, face } from './card.js';
import { button, form } from './controls.js';

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
    return card(page, value, {
      stop,
      kind: `${picked ? ' picked' : ''}${meant ? ' meant' : ''}`,
      label: cardName(value),
      pressed: picked,
      act: () => page.roomActions.pick(value),
    });
  });
}

/** @param {RoomPage} page @param {boolean} settles */
function scale(page, settles) {
  const { deck, agreed, summary } = page.state.room;
  const counts = new Map(summary?.distribution.map(({ value, count }) => [value, count]));
  const most = Math.max(1, ...counts.values());
  const all = [...new Set([...deck.cards, ...counts.keys()])];
  const { focusedCard } = page.ui;
  const first = agreed ?? all.find((value) => counts.has(value)) ?? all[0];
  const stop = focusedCard !== null && all.includes(focusedCard) ? focusedCard : first;
  return cardRow('scale', t(settles ? 'scale.settle' : 'scale.label'), all, (value) => {
    const n = counts.get(value) ?? 0;
    const votes = estimates(page.state.room).filter((vote) => vote.value === value);
    const names = list(votes.map((vote) => vote.name));
    const pile = { class: n > 0 ? 'pile' : 'pile none', 'aria-hidden': 'true', vars: { '--part': n / most } };
    return [
      h('div', pile, n > 0 && n),
      card(page, value, {
        stop,
        kind: agreed === value ? ' picked' : n > 0 ? '' : ' unused',
        label: n > 0 ? t('scale.card', { card: cardName(value), n, names }) : cardName(value),
        pressed: settles ? agreed === value : null,
        act: () => settles && page.roomActions.settle(agreed === value ? null : value),
      }),
      n > 0 && h('span', { class: 'tip', 'aria-hidden': 'true' }, names),
    ];
  });
}

/**
 * @param {'hand' | 'scale'} kind
 * @param {string} label
 * @param {string[]} cards
 * @param {(card: string) => Child} inside
 */
function cardRow(kind, label, cards, inside) {
  const middle = (cards.length - 1) / 2;
  const arc = kind === 'hand' && cards.length <= ARC ? ' arc' : '';
  return h(
    'ul',
    { class: `deck ${kind}${arc}`, key: 'deck', 'aria-label': label, vars: { '--cards': cards.length } },
    cards.map((card, i) => h('li', { key: card, vars: { '--from': i - middle } }, inside(card))),
  );
}

/**
 * A card to press. One of a row, the `stop`, is in the tab order; arrow keys go
 * to the others.
 *
 * @param {RoomPage} page
 * @param {string} value
 * @param {{stop: string, kind: string, label: string, pressed: boolean | null, act: () => unknown}} what
 */
function card(page, value, { stop, kind, label, pressed, act }) {
  return button(`card${kind}`, face(value), act, {
    key: 'card',
    'data-card': value,
    'aria-label': label,
    'aria-pressed': pressed === null ? undefined : String(pressed),
    tabindex: value === stop ? 0 : -1,
    onfocus: () => page.ui.focusedCard !== value && page.set({ focusedCard: value }),
  });
}

/** The reason for the estimate, which is as hidden as the estimate. @param {RoomPage} page @param {OwnEstimate} own */
function reason(page, own) {
  const input = h('input', {
    type: 'text',
    'aria-label': t('reason.label'),
    placeholder: t('reason.placeholder'),
    autocomplete: 'off',
    enterkeyhint: 'done',
    maxlength: page.state.limits.commentLength,
    value: page.ui.drafts.comment ?? own.comment,
    oninput: (event) => page.roomActions.typeComment(event.target.value),
    onblur: () => page.roomActions.saveComment(),
  });
  return form('reason', page.roomActions.saveComment, input);
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
