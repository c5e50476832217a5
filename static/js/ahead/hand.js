// The cards and the reason of a story that is estimated ahead.

/** @import {RoomPage} from '../../types/page.js' */

import { rightToLeft, t } from '../i18n.js';
import { h } from '../render.js';
import { cardName, face } from '../views/card.js';
import { button, form } from '../views/controls.js';
import { icon } from '../views/icon.js';
import { actionsOf, field } from './actions.js';
import { own } from './stories.js';

/** @type {[string, number][]} */
const STEPS = [
  ['ArrowRight', 1],
  ['ArrowDown', 1],
  ['ArrowLeft', -1],
  ['ArrowUp', -1],
];

/** @param {RoomPage} page @param {number} topicId @param {string[]} cards */
export function hand(page, topicId, cards) {
  const actions = actionsOf(page);
  const picked = own(page, topicId)?.value;
  const stop = picked !== undefined && cards.includes(picked) ? picked : cards[0];
  const card = (/** @type {string} */ value) =>
    button(`card${picked === value ? ' picked' : ''}`, face(value), () => actions.pick(topicId, value), {
      'aria-label': cardName(value),
      'aria-pressed': String(picked === value),
      tabindex: value === stop ? 0 : -1,
    });
  return h(
    'div',
    { class: 'ahead-cards', role: 'group', 'aria-label': t('hand.label'), onkeydown: moveAlong },
    cards.map((value) => h('div', { key: value }, card(value))),
  );
}

/** Arrow keys go along the cards. @param {any} event */
function moveAlong(event) {
  const cards = [...event.currentTarget.querySelectorAll('button')];
  const at = cards.indexOf(event.target);
  const [first, last] = [-at, cards.length - 1 - at];
  const by = new Map([...STEPS, ['Home', first], ['End', last]]).get(event.key);
  if (by === undefined || event.altKey || event.ctrlKey || event.metaKey) return;
  event.preventDefault();
  const sign = rightToLeft() && ['ArrowLeft', 'ArrowRight'].includes(event.key) ? -1 : 1;
  cards[Math.max(0, Math.min(cards.length - 1, at + sign * by))]?.focus();
}

/** For a deck without cards. @param {RoomPage} page @param {number} topicId */
export function anyValue(page, topicId) {
  const actions = actionsOf(page);
  const mine = own(page, topicId);
  const value = page.ui.drafts[`aheadValue:${topicId}`];
  const drop = () => page.drop(`aheadValue:${topicId}`);
  const take = async () => {
    if (await actions.take(topicId, value ?? '')) drop();
  };
  const input = h('input', {
    type: 'text',
    'aria-label': t('hand.label'),
    placeholder: t('deck.any'),
    autocomplete: 'off',
    maxlength: 16,
    value: value ?? mine?.value ?? '',
    oninput: (event) => page.draft(`aheadValue:${topicId}`, event.target.value),
  });
  return form(
    'any-value',
    take,
    input,
    h('button', { class: 'soft' }, t('free.submit')),
    mine !== null && button('plain', t('free.back'), () => actions.withdraw(topicId)),
  );
}

/** Why, as hidden as the estimate. @param {RoomPage} page @param {number} topicId */
export function reason(page, topicId) {
  const actions = actionsOf(page);
  const mine = own(page, topicId);
  const draft = page.ui.drafts[field(topicId)];
  const sent = page.ui.aheadSent[topicId] === undefined;
  const saved = mine !== null && mine.comment !== '' && sent && (draft ?? mine.comment).trim() === mine.comment;
  const input = h('textarea', {
    rows: 1,
    'aria-label': t('reason.label'),
    placeholder: mine === null ? t('reason.placeholder') : t('reason.ask', { value: mine.value }),
    autocomplete: 'off',
    enterkeyhint: 'done',
    dir: 'auto',
    maxlength: page.state.limits.commentLength,
    value: draft ?? mine?.comment ?? '',
    oninput: (event) => actions.type(topicId, event.target.value),
    onblur: () => actions.save(topicId),
    onkeydown: (event) => {
      if (event.key !== 'Enter' || event.isComposing) return;
      event.preventDefault();
      actions.save(topicId);
    },
  });
  const mark = saved && h('span', { class: 'saved' }, icon('check'), t('reason.saved'));
  return form('reason', () => actions.save(topicId), input, mark);
}
