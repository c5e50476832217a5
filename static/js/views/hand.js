import { list, t } from '../i18n.js';
import { estimates } from '../room.js';
import { mayEstimate, ownEstimate } from '../state.js';
import { h } from '../ui.js';
import { button, cardName, face, form } from './parts.js';

const ARC = 14; // more cards take more than one row

/**
 * The deck at the bottom. While the round is hidden it is the user's hand; once
 * revealed the same cards lie straight and are the scale the estimates stand on.
 */
export function hand(p, facilitates) {
  const { room, me } = p.state;
  if (room.revealed && !p.ui.changing) return [scale(p, facilitates && !p.stage)];
  if (!mayEstimate(room, me?.id)) return h('div', { class: 'aside', key: 'aside' }, h('p', {}, t('hand.observing')), button('soft', t('hand.join'), () => p.act.setRole('estimator')));
  const own = ownEstimate(p.state);
  return [why(p, own), room.deck.cards.length > 0 ? cards(p, own) : freely(p, own)];
}

function cards(p, own) {
  const { cards } = p.state.room.deck;
  const stop = cards.includes(p.ui.at) ? p.ui.at : (own.value ?? cards[0]);
  return row('hand', t('hand.label'), cards, (card) => {
    const picked = own.value === card;
    return one(p, card, stop, `${picked ? ' picked' : ''}${p.ui.typed && p.ui.at === card ? ' meant' : ''}`, cardName(card), picked, () => p.act.pick(card));
  });
}

function scale(p, settles) {
  const { room } = p.state;
  const { deck, agreed, summary } = room;
  const counts = new Map(summary?.distribution.map(({ value, count }) => [value, count]));
  const most = Math.max(1, ...counts.values());
  const all = [...new Set([...deck.cards, ...counts.keys()])];
  const stop = all.includes(p.ui.at) ? p.ui.at : (agreed ?? all.find((card) => counts.has(card)) ?? all[0]);
  return row('scale', t(settles ? 'scale.settle' : 'scale.label'), all, (card) => {
    const n = counts.get(card) ?? 0;
    const names = list(estimates(room).filter((vote) => vote.value === card).map((vote) => vote.name));
    const said = n > 0 ? t('scale.card', { card: cardName(card), n, names }) : cardName(card);
    return [
      h('div', { class: n > 0 ? 'pile' : 'pile none', 'aria-hidden': 'true', vars: { '--part': n / most } }, n > 0 && n),
      one(p, card, stop, agreed === card ? ' picked' : n > 0 ? '' : ' unused', said, settles ? agreed === card : null, () => settles && p.act.settle(agreed === card ? null : card)),
      n > 0 && h('span', { class: 'tip', 'aria-hidden': 'true' }, names),
    ];
  });
}

function row(kind, label, cards, inside) {
  const slot = (card, i) => h('li', { key: card, vars: { '--from': i - (cards.length - 1) / 2 } }, inside(card));
  const arc = kind === 'hand' && cards.length <= ARC ? ' arc' : '';
  return h('ul', { class: `deck ${kind}${arc}`, key: 'deck', 'aria-label': label, vars: { '--cards': cards.length } }, cards.map(slot));
}

/** A card to press. One of a row is in the tab order; arrow keys go to the others. */
function one(p, card, stop, more, label, pressed, act) {
  return button(`card${more}`, face(card), act, {
    key: 'card', 'data-card': card, 'aria-label': label, 'aria-pressed': pressed === null ? undefined : String(pressed), tabindex: card === stop ? 0 : -1, onfocus: () => p.ui.at !== card && p.set({ at: card }),
  });
}

/** The reason for the estimate, which is as hidden as the estimate. */
function why(p, own) {
  return form('why', p.act.saveComment, h('input', {
    type: 'text', 'aria-label': t('why.label'), placeholder: t('why.placeholder'), autocomplete: 'off', enterkeyhint: 'done', maxlength: p.state.limits.commentLength,
    value: p.ui.drafts.comment ?? own.comment, oninput: (event) => p.act.typeComment(event.target.value), onblur: () => p.act.saveComment(),
  }));
}

/** For a deck without cards: any value. */
function freely(p, own) {
  return form('freely', p.act.pickTyped,
    h('input', { type: 'text', 'aria-label': t('hand.label'), placeholder: t('deck.any'), autocomplete: 'off', maxlength: 16, value: p.ui.drafts.free ?? own.value ?? '', oninput: (event) => p.draft('free', event.target.value) }),
    h('button', { class: 'soft' }, t('free.submit')), own.value !== null && button('plain', t('free.back'), p.act.withdraw));
}
