// Stories that are estimated ahead: the list, one of them open, and for those who
// facilitate how far everybody is and the reveal. Loaded when it is wanted.

/** @import {Child, RoomPage} from '../../types/page.js' */
/** @import {Story} from '../../types/protocol.js' */

import { list, onward, rightToLeft, t } from '../i18n.js';
import { estimators } from '../members.js';
import { h } from '../render.js';
import { mayFacilitate } from '../state.js';
import { cardName, face } from '../views/card.js';
import { button, form, spokenOnly } from '../views/controls.js';
import { cancel } from '../views/dialogs/confirm.js';
import { icon } from '../views/icon.js';
import { storyKey } from '../views/story.js';
import { aheadActions, field } from './actions.js';
import { open, own, progress } from './stories.js';

/** @typedef {ReturnType<typeof aheadActions>} Actions */

/** @type {[string, number][]} */
const STEPS = [
  ['ArrowRight', 1],
  ['ArrowDown', 1],
  ['ArrowLeft', -1],
  ['ArrowUp', -1],
];

/** @type {WeakMap<RoomPage, Actions>} */
const made = new WeakMap();

/** @param {RoomPage} page */
function actionsOf(page) {
  const actions = made.get(page) ?? aheadActions(page);
  made.set(page, actions);
  return actions;
}

/** What the dialog shows. @param {RoomPage} page @returns {Child} */
export function ahead(page) {
  const { room, me } = page.state;
  const estimates = me !== null && room.members[me.id]?.role === 'estimator';
  const facilitates = mayFacilitate(room, me?.id);
  if (room.topics.length === 0) return [nothing(page), leftOver(page)];
  const opened = page.ui.aheadOpen === undefined ? open(page)[0]?.topicId : page.ui.aheadOpen;
  const item = (/** @type {Story} */ story) => row(page, story, estimates, story.topicId === opened);
  return [
    h('p', { class: 'quiet', key: 'hint' }, t('ahead.hint')),
    h('ol', { class: 'ahead-list', key: 'list' }, room.topics.map(item)),
    leftOver(page),
    facilitates && together(page),
  ];
}

/** When all stories are done. @param {RoomPage} page */
function nothing(page) {
  const results = () => page.roomActions.openResults('session');
  return [
    h('p', { class: 'quiet', key: 'none' }, t('ahead.none')),
    page.state.room.finished > 0 &&
      h('div', { class: 'choices', key: 'done' }, button('soft', t('session.title'), results)),
  ];
}

/** A story: what the user says of it, and how many have said something. @param {RoomPage} page @param {Story} story @param {boolean} estimates @param {boolean} opened */
function row(page, story, estimates, opened) {
  const { room } = page.state;
  const { topicId = 0, key, title } = story;
  const mine = own(page, topicId);
  const n = room.ahead?.[topicId] ?? 0;
  const of = estimators(room).length;
  const inside = [
    estimates && slot(mine?.value ?? null),
    h('span', { class: 'text', dir: 'auto' }, key && [h('span', { class: 'key' }, key), ' '], title),
    h('span', { class: `tally${n === of ? ' all' : ''}`, 'aria-hidden': 'true' }, `${n}/${of}`),
    spokenOnly(`, ${t('act.estimated', { n, of })}`),
  ];
  const toggle = () => page.set({ aheadOpen: opened ? null : topicId });
  const props = { 'aria-expanded': String(opened), 'data-ahead': topicId };
  const head = estimates ? button('head', inside, toggle, props) : h('div', { class: 'head' }, inside);
  return h(
    'li',
    { key: topicId, class: opened ? 'open' : '' },
    h('h3', {}, head),
    opened && estimates && panel(page, story),
  );
}

/** The user's card, or the place for it. @param {string | null} value */
const slot = (value) => [
  h(
    'span',
    { class: `card small${value === null ? ' empty' : ''}`, 'aria-hidden': 'true' },
    value !== null && face(value),
  ),
  spokenOnly(`${value === null ? t('seat.thinking') : t('ahead.yours', { value: cardName(value) })}: `),
];

/** The cards and the reason. @param {RoomPage} page @param {Story} story */
function panel(page, story) {
  const { cards } = page.state.room.deck;
  const { topicId = 0, url } = story;
  const rest = open(page).filter((other) => other.topicId !== topicId);
  return h(
    'div',
    { class: 'ahead-panel' },
    url && h('p', {}, storyKey(story)),
    cards.length > 0 ? hand(page, topicId, cards) : anyValue(page, topicId),
    reason(page, topicId),
    own(page, topicId) !== null &&
      rest.length > 0 &&
      button('soft', `${t('ahead.next')} ${onward()}`, () => openNext(page, rest[0])),
  );
}

/** Opens a story and goes there. @param {RoomPage} page @param {Story} story */
function openNext(page, { topicId }) {
  page.set({ aheadOpen: topicId });
  /** @type {HTMLElement | null} */ (document.querySelector(`[data-ahead="${topicId}"]`))?.focus({
    preventScroll: true,
  });
  show('.ahead-list li.open');
}

/** Scrolls to something as soon as it has been drawn. @param {string} selector */
function show(selector) {
  const scroll = () => document.querySelector(selector)?.scrollIntoView({ block: 'nearest' });
  requestAnimationFrame(() => requestAnimationFrame(scroll));
}

/** @param {RoomPage} page @param {number} topicId @param {string[]} cards */
function hand(page, topicId, cards) {
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
function anyValue(page, topicId) {
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
function reason(page, topicId) {
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

/** What was typed about stories that are no longer on the list. @param {RoomPage} page */
function leftOver(page) {
  const here = new Set(page.state.room.topics.map(({ topicId = 0 }) => field(topicId)));
  const texts = Object.entries(page.ui.drafts).filter(
    ([name, text]) => name.startsWith('ahead:') && text?.trim() && !here.has(/** @type {any} */ (name)),
  );
  if (texts.length === 0) return null;
  const drop = () => {
    for (const [name] of texts) page.drop(/** @type {`ahead:${number}`} */ (name));
  };
  return h(
    'section',
    { class: 'left-over', key: 'left', 'aria-labelledby': 'left-over' },
    h('h3', { id: 'left-over' }, t('ahead.left')),
    h(
      'ul',
      {},
      texts.map(([name, text]) => h('li', { key: name, dir: 'auto' }, text)),
    ),
    h('div', {}, button('plain', t('ahead.discard'), drop)),
  );
}

/** How far everybody is, and the reveal, which asks first. @param {RoomPage} page */
function together(page) {
  const { room } = page.state;
  const { stories, estimated, lacking, missing } = progress(room);
  const asks = page.ui.confirming === 'revealAhead' && estimated > 0;
  const names = list(missing.map(({ called, n }) => t('ahead.toGo', { name: called, n })));
  const reveal = () => {
    if (asks) actionsOf(page).reveal();
    else if (estimated > 0) {
      page.set({ confirming: 'revealAhead' });
      show('[data-act=revealAhead]'); // what is said above it may have moved it off the screen
    }
  };
  const before = [
    t('ahead.sureHint', { n: estimated }),
    lacking > 0 && t('ahead.lacking', { n: lacking }),
    room.estimates > 0 && t('ahead.table'),
  ];
  return h(
    'section',
    { class: 'together', key: 'together', 'aria-label': t('ahead.progress') },
    h(
      'div',
      {},
      h('p', {}, h('b', {}, t('ahead.stories', { n: estimated, of: stories }))),
      !asks && missing.length > 0 && h('p', { class: 'quiet' }, names),
      asks && h('p', { role: 'status' }, before.filter(Boolean).join(' ')),
    ),
    h(
      'div',
      { class: 'choices' },
      button(asks ? 'primary' : 'soft', t(asks ? 'ahead.sure' : 'ahead.reveal', { n: estimated }), reveal, {
        'data-act': 'revealAhead',
        'aria-disabled': estimated === 0 ? 'true' : undefined,
      }),
      asks && cancel(page),
    ),
  );
}
