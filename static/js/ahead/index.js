// Stories that are estimated ahead: the list, one of them open, and for those who
// facilitate how far everybody is and the reveal. Loaded when it is wanted.

/** @import {Child, RoomPage} from '../../types/page.js' */
/** @import {Story} from '../../types/protocol.js' */

import { onward, t } from '../i18n.js';
import { estimators } from '../members.js';
import { h } from '../render.js';
import { mayFacilitate } from '../state.js';
import { cardName, face } from '../views/card.js';
import { button, spokenOnly } from '../views/controls.js';
import { cancel } from '../views/dialogs/confirm.js';
import { storyKey } from '../views/story.js';
import { actionsOf, field } from './actions.js';
import { followAhead as follow } from './follow.js';
import { anyValue, hand, reason } from './hand.js';
import { open, own, progress } from './stories.js';

export const followAhead = follow;

const NAMED = 5; // who have something to go, most first

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

/** How far everybody is once there is something to reveal, and the reveal, which asks first. @param {RoomPage} page */
function together(page) {
  const { room } = page.state;
  const { stories, estimated, lacking, missing } = progress(room);
  if (estimated === 0) return null;
  const asks = page.ui.confirming === 'revealAhead';
  const names = missing.slice(0, NAMED).map(({ called, n }) => t('ahead.toGo', { name: called, n }));
  if (missing.length > NAMED) names.push(t('topics.more', { n: missing.length - NAMED }));
  const reveal = () => {
    if (asks) return actionsOf(page).reveal();
    page.set({ confirming: 'revealAhead' });
    show('[data-act=revealAhead]'); // what is said above it may have moved it off the screen
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
      !asks && names.length > 0 && h('p', { class: 'quiet' }, names.join(' · ')),
      asks && h('p', { role: 'status' }, before.filter(Boolean).join(' ')),
    ),
    h(
      'div',
      { class: 'choices' },
      button(asks ? 'primary' : 'soft', t(asks ? 'ahead.sure' : 'ahead.reveal', { n: estimated }), reveal, {
        'data-act': 'revealAhead',
      }),
      asks && cancel(page),
    ),
  );
}
