// What a reveal says: how far apart the estimates are, and why.

/** @import {RoomPage} from '../../types/page.js' */
/** @import {Speaker} from '../agreement.js' */

import { agreement, speakers } from '../agreement.js';
import { list, number, t } from '../i18n.js';
import { sign } from '../marks.js';
import { missing, people } from '../members.js';
import { h } from '../render.js';
import { cardName, face } from './card.js';
import { button, spokenOnly } from './controls.js';

const TURNING = 1000; // milliseconds that the cards take
const LONG = 160; // characters of a comment that a phone does not show at once

/** How far apart the estimates are, in words, and the numbers under it. @param {RoomPage} page */
export function outcome(page) {
  const { room } = page.state;
  const { word, unranked, ...cards } = agreement(room);
  const { mean, median, votes } = room.summary ?? { mean: null, median: null, votes: 0 };
  return h(
    'section',
    { class: 'outcome', key: 'outcome', mount: showLater, 'aria-label': t('outcome.label') },
    h(
      'p',
      { class: 'word' },
      t(word === 'agree' && missing(room).length > 0 ? 'word.agreeSome' : `word.${word}`, cards),
    ),
    h(
      'dl',
      { class: 'figures' },
      figure('median', median),
      figure('mean', mean),
      figure('votes', votes),
      unranked > 0 && figure('unranked', unranked),
    ),
  );
}

/** @param {string} name @param {number | null} value */
const figure = (name, value) =>
  value !== null && h('div', { key: name }, h('dt', {}, t(`figure.${name}`)), h('dd', {}, number(value)));

/**
 * On a small screen the result may be out of sight: shows it once the cards
 * have turned.
 *
 * @param {HTMLElement} element
 */
function showLater(element) {
  const behavior = matchMedia('(prefers-reduced-motion: reduce)').matches ? 'instant' : 'smooth';
  setTimeout(() => element.scrollIntoView({ block: 'nearest', behavior }), TURNING);
}

/**
 * The reasons of one side of the scale: those who are furthest out come first.
 *
 * @param {RoomPage} page
 * @param {'low' | 'high'} side
 */
export function sideColumn(page, side) {
  const said = speakers(page.state.room)[side].map((speaker, i) => spoken(page, speaker, side, 2 * i));
  const props = { class: `side-column ${side}`, key: side, 'aria-label': t(`side.${side}`) };
  return h('section', props, h('ul', { class: 'speakers' }, said));
}

/**
 * @param {RoomPage} page
 * @param {Speaker} speaker
 * @param {'low' | 'high'} side
 * @param {number} turn where both sides take turns
 */
function spoken(page, { id, names, value, comment, edge }, side, turn) {
  const tag = edge && h('span', { class: 'tag' }, t(`seat.${side}est`));
  const alone = names.length === 1 && people(page.state.room).find((person) => person.id === id);
  const name = h(
    'p',
    { class: 'name-line' },
    alone && sign(alone),
    h('b', { dir: 'auto' }, list(names)),
    spokenOnly(`: ${cardName(value)}`),
    tag,
  );
  const long = comment.length > LONG && page.ui.longComment !== id;
  const kind = comment ? `comment${long ? ' long' : ''}` : 'comment quiet';
  const more = long && button('plain more', t('side.more'), () => page.set({ longComment: id }));
  return h(
    'li',
    { key: id, class: edge ? 'speaker edge' : 'speaker', vars: { '--turn': turn + (side === 'high' ? 1 : 0) } },
    h('span', { class: 'card small', 'aria-hidden': 'true' }, face(value)),
    name,
    h('p', { class: kind, dir: 'auto' }, comment || t('side.silent')),
    more,
  );
}
