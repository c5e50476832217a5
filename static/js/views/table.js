/** @import {Child, Person, RoomPage} from '../../types/page.js' */

import { agreement } from '../agreement.js';
import { hour, t } from '../i18n.js';
import { estimators, isLast, observers, revealer } from '../members.js';
import { colourOf, sign } from '../marks.js';
import { h, part } from '../render.js';
import { isOwner } from '../state.js';
import { cardName, face } from './card.js';
import { button, spokenOnly } from './controls.js';
import { icon } from './icon.js';

const SHORT = 4; // characters of a former value that have room beside a card
const FEW = 2; // more cards of one value need no label each

/**
 * The middle of every screen of a room: the table, who watches, what everybody
 * should know of the round.
 *
 * @param {RoomPage} page
 * @param {...Child} below
 */
export const middle = (page, ...below) =>
  h(
    'div',
    { class: 'middle' },
    part(() => table(page)),
    part(() => watching(page)),
    part(() => traces(page)),
    ...below,
  );

/** Those who estimate, each with a place for a card. Nobody moves when the cards turn. @param {RoomPage} page */
function table(page) {
  const { room } = page.state;
  const seated = estimators(room);
  const n = seated.length;
  const size = n <= 4 ? `few few-${n}` : n <= 8 ? 'some' : n <= 12 ? 'many' : 'crowd';
  const columns = n <= 5 ? Math.max(1, n) : n <= 12 ? Math.ceil(n / 2) : 8;
  const result = room.revealed ? agreement(room) : null;
  return h(
    'ol',
    {
      class: `table ${size} ${result?.word ?? ''}`,
      'aria-label': t('table.label'),
      vars: { '--columns': columns, '--rows': Math.ceil(n / columns) },
    },
    seated.map((person, i) => seat(page, person, i, result)),
  );
}

/**
 * @param {RoomPage} page
 * @param {Person} person
 * @param {number} i the place at the table
 * @param {ReturnType<typeof agreement> | null} result
 */
function seat(page, person, i, result) {
  const value = person.estimate?.value;
  const open = value !== undefined;
  const apart = result !== null && result.steps > 0;
  const alike = Object.values(page.state.room.members).filter(({ estimate }) => estimate?.value === value).length;
  const extreme = value === result?.low ? 'lowest' : value === result?.high && 'highest';
  const edge = apart && alike <= FEW && extreme;
  const you = !page.stage && person.id === page.state.me?.id && youTag();
  const first = page.state.seen.get(person.id);
  const changed = open && first !== undefined && first !== value && t('seat.changed', { from: first, to: value });
  const said = open ? cardName(value) : t(person.estimated ? 'seat.estimated' : 'seat.thinking');
  const turn = you && page.ui.nudged === page.state.room.round && isLast(page.state.room, person.id);
  const props = {
    key: person.id,
    class: `seat${person.online ? '' : ' away'}${turn ? ' turn' : ''}`,
    'data-member': person.id,
    vars: { '--i': i, '--own': colourOf(person.id, person) },
  };
  return h(
    'li',
    props,
    h(
      'div',
      { class: 'place', 'aria-hidden': 'true' },
      person.estimated ? card(person, value) : sign(person),
      you,
      edge && h('span', { class: 'extreme' }, t(`seat.${edge}`)),
      changed && h('span', { class: 'was', title: changed }, [...first].length > SHORT ? '…' : first),
    ),
    label(page, person),
    away(),
    spokenOnly(
      `${you ? `, ${t('seat.you')}` : ''}: ${said}${edge ? `, ${t(`seat.${edge}`)}` : ''}${changed ? `, ${changed}` : ''}`,
    ),
  );
}

/** A card that lies at a place, face down without a value. @param {Person} person @param {string} [value] */
function card(person, value) {
  const back = h('span', { class: 'back' }, sign(person, icon('check')));
  return h('div', { class: value === undefined ? 'card' : 'card open' }, back, face(value ?? ''));
}

const away = () => h('span', { class: 'absent' }, t('seat.away'));

const youTag = () => h('span', { class: 'you' }, t('seat.you'));

/**
 * The name with what the person is. The owner opens with it what concerns them.
 *
 * @param {RoomPage} page
 * @param {Person} person
 */
function label(page, person) {
  const { room, me } = page.state;
  const rank = person.owner ? 'owner' : person.deputy ? 'deputy' : person.standIn && 'standIn';
  const inside = [
    rank && h('span', { class: 'rank', title: t(`seat.${rank}`) }, icon(rank === 'owner' ? 'crown' : 'star')),
    h('span', { class: person.named === false ? 'name guest' : 'name', dir: 'auto', title: person.name }, person.name),
    person.tag && h('span', { class: 'twin' }, person.tag),
    rank && spokenOnly(`, ${t(`seat.${rank}`)}`),
  ];
  if (!page.stage && person.id === me?.id) return button('who', inside, () => page.set({ dialog: 'me' }));
  if (page.stage || !isOwner(room, me?.id)) return h('span', { class: 'who' }, inside);
  const more = h('span', { class: 'dots', 'aria-hidden': 'true' }, '⋯');
  const act = () => page.set({ dialog: 'person', personId: person.id });
  return button('who', inside, act, { title: t('seat.manage') }, more);
}

/** Those who only watch, apart from the table; the big screen does not name itself. @param {RoomPage} page */
function watching(page) {
  const me = page.state.me?.id;
  const all = observers(page.state.room).filter((person) => !page.stage || person.id !== me);
  if (all.length === 0) return null;
  return h(
    'ul',
    { class: 'watching', 'aria-label': t('table.watching') },
    h('li', { 'aria-hidden': 'true' }, icon('eye'), t('table.watching')),
    all.map((person) => {
      const props = { key: person.id, class: person.online ? '' : 'away', 'data-member': person.id };
      return h('li', props, label(page, person), person.id === me && youTag(), away());
    }),
  );
}

/**
 * What everybody should know of a hidden round: that it has been looked at; and
 * that nobody new gets in.
 *
 * @param {RoomPage} page
 */
function traces(page) {
  const { room, hiddenAt } = page.state;
  const said = room.revealedBy && !room.revealed && revealer(room, room.revealedBy, 'trace.hidden');
  if (!said && !room.locked) return null;
  return h(
    'ul',
    { class: 'traces' },
    said && h('li', { key: 'looked' }, icon('eye'), h('span', {}, said, hiddenAt && `, ${hour(hiddenAt)}`)),
    room.locked && h('li', { key: 'locked' }, icon('lock'), t('trace.locked')),
  );
}
