/** @import {RoomPage} from '../../types/page.js' */
/** @import {Story} from '../../types/protocol.js' */

import { t } from '../i18n.js';
import { h, part } from '../render.js';
import { isOwner, mayFacilitate } from '../state.js';
import { roundControls } from './round-controls.js';
import { button, tool, wide } from './controls.js';
import { home } from './frame.js';
import { hand } from './hand.js';
import { alone, nameStrip } from './invite.js';
import { outcome, sideColumn } from './outcome.js';
import { storyLabel } from './story.js';
import { middle } from './table.js';
import { timer } from './timer.js';
import { editableTopic, topic } from './topic.js';

const SHOWN = 5; // topics beside the table

/** The room: one screen from the topic down to the hand. @param {RoomPage} page */
export function room(page) {
  const { room, me } = page.state;
  const facilitates = mayFacilitate(room, me?.id);
  const solitary = Object.keys(room.members).length <= 1 && !room.revealed;
  return h(
    'div',
    { class: `room${room.revealed ? ' revealed' : ''}`, key: 'room' },
    part(() => bar(page, facilitates)),
    h(
      'main',
      { class: 'play', tabindex: facilitates ? undefined : 0 },
      part(() => (facilitates ? editableTopic(page) : topic(page))),
      h(
        'div',
        { class: 'columns' },
        middle(page, room.revealed && part(() => outcome(page)), solitary && part(() => alone(page))),
        room.revealed
          ? [part(() => sideColumn(page, 'low')), part(() => sideColumn(page, 'high'))]
          : part(() => upNext(page, facilitates)),
      ),
    ),
    h(
      'footer',
      { class: 'dock', 'aria-label': t('hand.area') },
      part(() => nameStrip(page)),
      part(() => roundControls(page, facilitates)),
      part(() => hand(page, facilitates)),
    ),
  );
}

/**
 * The top line: home, and everything that is not needed every minute.
 *
 * @param {RoomPage} page
 * @param {boolean} facilitates
 */
function bar(page, facilitates) {
  const { room, me } = page.state;
  const open = (/** @type {string} */ dialog) => () => page.set({ dialog });
  const shown = room.revealed && room.estimates > 0 ? 1 : 0; // the history has the revealed round too
  return h(
    'header',
    { class: 'bar' },
    home(page),
    round(page),
    timer(page, facilitates),
    h(
      'nav',
      { class: 'tools', 'aria-label': t('bar.tools') },
      (facilitates || room.topics.length > 0) && barTool('list', t('topics.title'), open('topics'), room.topics.length),
      barTool('history', t('history.title'), page.roomActions.openHistory, room.finished + shown),
      barTool('invite', t('invite.title'), open('invite'), 0, t('invite.short')),
      isOwner(room, me?.id) && barTool('sliders', t('options.title'), open('options')),
      barTool('user', `${t('me.title')}: ${me?.name}`, open('me'), 0, me?.name),
    ),
  );
}

/**
 * @param {string} symbol
 * @param {string} label
 * @param {() => void} act
 * @param {number} [count]
 * @param {string} [text]
 */
function barTool(symbol, label, act, count = 0, text = label) {
  const badge = count > 0 && h('span', { class: 'count' }, count);
  return tool(symbol, count > 0 ? `${label} ${count}` : label, act, {}, wide(text), ' ', badge);
}

/** @param {RoomPage} page */
export const round = (page) => h('p', { class: 'round' }, t('room.round', { n: page.state.room.round }));

/** The next few topics, beside the table. @param {RoomPage} page @param {boolean} facilitates */
function upNext(page, facilitates) {
  const { topics } = page.state.room;
  const more = topics.length - SHOWN;
  if (topics.length === 0) return page.ui.listDone ? sessionOffer(page) : null;
  const pick = (/** @type {Story} */ { key, title: topic }, /** @type {number} */ i) => {
    const title = t('topics.pick', { topic });
    const label = key ? [h('span', { class: 'key' }, key), ' ', topic] : topic;
    return button('pick', label, () => page.roomActions.pickTopic(i), { title, 'aria-label': title, dir: 'auto' });
  };
  return h(
    'section',
    { class: 'side-column next', key: 'next', 'aria-label': t('topics.next') },
    h('h2', {}, t('topics.next')),
    h(
      'ol',
      {},
      topics
        .slice(0, SHOWN)
        .map((story, i) =>
          h('li', { key: i }, facilitates ? pick(story, i) : h('span', { dir: 'auto' }, storyLabel(story))),
        ),
    ),
    more > 0 && h('p', { class: 'quiet' }, t('topics.more', { n: more })),
    facilitates && button('plain', t('topics.edit'), () => page.set({ dialog: 'topics' })),
    aheadButton(page, facilitates),
  );
}

/** The way to estimate what comes later. @param {RoomPage} page @param {boolean} facilitates */
export function aheadButton(page, facilitates) {
  const { room, me } = page.state;
  if (!facilitates && room.members[me?.id ?? '']?.role !== 'estimator') return null;
  return button('plain', t('topics.ahead'), () => page.set({ dialog: 'ahead' }), { 'data-to': 'ahead' });
}

/** At the end of a list, what came of it. @param {RoomPage} page */
function sessionOffer(page) {
  const open = button('soft', t('session.title'), () => page.roomActions.openResults('session'));
  return h(
    'section',
    { class: 'side-column next done', key: 'done', 'aria-labelledby': 'done' },
    h('h2', { id: 'done' }, t('session.done')),
    open,
  );
}
