// What came out of a session: the summary, and stories to compare with.

/** @import {Child, RoomPage} from '../../types/page.js' */
/** @import {Result} from './stories.js' */

import { withCurrent } from '../export.js';
import { date, number, t } from '../i18n.js';
import { h } from '../render.js';
import { cardName } from '../views/card.js';
import { spokenOnly } from '../views/controls.js';
import { storyKey, storyLabel } from '../views/story.js';
import { settleForm } from './settle.js';
import { references as grouped, reasons, storiesOf, sumOf } from './stories.js';
import { takeAlong } from './take.js';

/** What came out. @param {RoomPage} page @returns {Child} */
export function session(page) {
  const { history, room } = page.state;
  const now = new Date(page.now()).toISOString();
  const stories = storiesOf(withCurrent(history ?? [], room, now), room);
  if (stories.length === 0) return h('p', { class: 'quiet' }, t(history ? 'results.none' : 'room.loading'));
  const apart = stories.filter((story) => story.apart);
  return [
    h('p', { class: 'quiet when' }, date(page.now())),
    figures(stories),
    h('ol', { class: 'results' }, stories.map(row)),
    apart.length > 0 &&
      h(
        'section',
        { class: 'apart', key: 'apart', 'aria-labelledby': 'apart' },
        h('h3', { id: 'apart' }, t('results.apart')),
        h('ol', {}, apart.map(farApart)),
      ),
    stories.some(({ minutes }) => minutes) && h('p', { class: 'quiet hint' }, t('results.timeHint')),
    takeAlong(page, stories),
  ];
}

/** @param {Result[]} stories */
function figures(stories) {
  const minutes = stories.reduce((sum, story) => sum + (story.minutes ?? 0), 0);
  const sum = sumOf(stories);
  const figure = (/** @type {string} */ name, /** @type {number | null} */ value) =>
    value !== null && h('div', { key: name }, h('dt', {}, t(`results.${name}`)), h('dd', {}, number(value)));
  return h(
    'dl',
    { class: 'sums' },
    figure('stories', stories.length),
    figure('agreedOn', stories.filter(({ agreed }) => agreed !== null).length),
    figure('sum', sum),
    figure('time', minutes > 0 ? minutes : null),
  );
}

/** How a story is called. @param {Result} story @returns {Child} */
const label = ({ key, title, link: url }) => [
  storyKey({ key, url }),
  ' ',
  title ? h('bdi', {}, title) : h('span', { class: 'quiet' }, t('history.untitled')),
];

/** @param {Result} story @param {number} i */
function row(story, i) {
  const { agreed, median, lowest, highest, rounds, minutes } = story;
  const facts = [
    median !== null && t('say.median', { median }),
    lowest !== null && highest !== null && lowest !== highest && t('results.range', { low: lowest, high: highest }),
    rounds > 1 && t('results.rounds', { n: rounds }),
    minutes !== null && minutes > 0 && t('results.minutes', { n: minutes }),
  ];
  const verdict = agreed === null ? t('history.open') : t('scale.agreedOn', { value: agreed });
  return h(
    'li',
    { key: i },
    chip(agreed),
    h(
      'div',
      {},
      h('h3', {}, label(story), spokenOnly(`, ${verdict}`)),
      h('p', { class: 'quiet' }, facts.filter(Boolean).join(' · ')),
    ),
  );
}

/** @param {string | null} value */
const chip = (value) =>
  h(
    'span',
    { class: `chip${value === null ? ' none' : ''}${(value ?? '').length > 4 ? ' long' : ''}`, 'aria-hidden': 'true' },
    value ?? '–',
  );

/** @param {Result} story @param {number} i */
function farApart(story, i) {
  const { lowest, highest } = story.apart?.summary ?? {};
  return h(
    'li',
    { key: i },
    h('h4', {}, label(story)),
    h('p', { class: 'quiet' }, t('results.from', { low: lowest, high: highest })),
    h(
      'ul',
      {},
      reasons(story).map(({ userId, value, name, comment }) =>
        h(
          'li',
          { key: userId },
          h('b', {}, cardName(value)),
          ' ',
          h('bdi', {}, name),
          comment && [' – ', h('bdi', {}, comment)],
        ),
      ),
    ),
  );
}

/** Stories that have been estimated, by what was agreed on. @param {RoomPage} page @returns {Child} */
export function references(page) {
  const { history, room } = page.state;
  const groups = grouped(storiesOf(history ?? [], room), room.deck.cards);
  const before = room.topics.filter(({ estimate }) => estimate);
  const now = room.story?.estimate;
  return [
    h('p', { class: 'quiet' }, t(groups.length > 0 ? 'references.hint' : history ? 'references.none' : 'room.loading')),
    h(
      'ol',
      { class: 'references' },
      groups.map(([value, stories]) =>
        h(
          'li',
          { key: value },
          chip(value),
          h(
            'div',
            {},
            spokenOnly(t('scale.agreedOn', { value })),
            h(
              'ul',
              {},
              stories.map((story, i) => h('li', { key: i }, label(story))),
            ),
          ),
        ),
      ),
    ),
    // What this story was thought to be is no reference: it is unfolded by those who want it.
    (now || before.length > 0) &&
      h(
        'details',
        { key: 'before', class: 'note' },
        h('summary', {}, t('references.before')),
        h(
          'ul',
          {},
          now && h('li', { key: 'now' }, h('b', {}, now), ' ', t('references.now')),
          before.map((story, i) => h('li', { key: i }, h('b', {}, story.estimate), ' ', storyLabel(story))),
        ),
      ),
  ];
}

export const settle = settleForm;
