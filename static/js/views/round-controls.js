/** @import {Child, RoomPage} from '../../types/page.js' */

import { list, onward, t } from '../i18n.js';
import { estimators, expected, missing, people } from '../members.js';
import { h } from '../render.js';
import { mayEstimate } from '../state.js';
import { button } from './controls.js';
import { icon } from './icon.js';

/**
 * What happens next. Revealing is in the middle and everything that ends a
 * round at the end of the line, so that a second click on the same spot never
 * does the opposite; and for a moment after either the other does nothing.
 *
 * @param {RoomPage} page
 * @param {boolean} facilitates
 */
export function roundControls(page, facilitates) {
  const { revealed, estimates } = page.state.room;
  const { hide, clear } = page.roomActions;
  /** @type {[Child, Child, Child]} */
  const [start, centre, end] = revealed
    ? [
        [changing(page), facilitates && (undo(page) ?? act(page, 'plain', t('act.hide'), hide))],
        agreed(page, facilitates),
        facilitates && after(page),
      ]
    : [
        null,
        facilitates ? reveal(page) : progress(page),
        facilitates && (undo(page) ?? (estimates > 0 && act(page, 'plain', t('act.clear'), clear))),
      ];
  return h(
    'div',
    { class: 'actions' },
    h('div', { class: 'start' }, start),
    h('div', { class: 'centre' }, centre),
    h('div', { class: 'end' }, end),
  );
}

/**
 * A button that does nothing just after the cards have turned.
 *
 * @param {RoomPage} page
 * @param {string} kind
 * @param {string} label
 * @param {() => unknown} does
 */
const act = (page, kind, label, does) =>
  button(kind, label, () => !page.held() && does(), { 'aria-disabled': page.held() ? 'true' : undefined });

/** For ten seconds the way back from a reveal or a new round; null when there is none. @param {RoomPage} page */
function undo(page) {
  const { undo, undoUntil, finished } = page.state.room;
  const left = undoUntil ? Math.ceil(page.until(undoUntil) / 1000) : 0;
  if (!undo || left <= 0) return null;
  const count = h('span', { class: 'count' }, left);
  const saved = undo === 'clear' && h('span', { class: 'quiet' }, t(finished > 0 ? 'undo.saved' : 'undo.clear'));
  return h(
    'div',
    { class: 'undo', key: 'undo' },
    saved,
    button('plain', icon('undo'), page.roomActions.undo, { 'data-undo': undo }, t('undo.button'), count),
  );
}

/** @param {...Child} kids */
const status = (...kids) => h('p', { class: 'status' }, kids);

/** @param {RoomPage} page @returns {Child} */
function reveal(page) {
  const { room } = page.state;
  const { reveal } = page.roomActions;
  const n = missing(room).length;
  const [first] = room.topics;
  if (room.estimates === 0 && room.topic === '' && first) {
    return button('primary start', `${t('act.start', { topic: first.title })} ${onward()}`, () =>
      page.roomActions.pickTopic(0),
    );
  }
  if (room.estimates === 0) return status(t(estimators(room).length > 0 ? 'act.nobody' : 'act.empty'));
  if (room.revealAt) return [progress(page), act(page, 'primary', t('act.revealNow'), reveal)];
  if (n > 0) return [act(page, 'primary early', t('act.revealMissing', { n }), reveal), waitingFor(page)];
  return act(page, 'primary', t('act.reveal'), reveal);
}

/** What the room is waiting for. @param {RoomPage} page */
export function progress(page) {
  const { room } = page.state;
  const late = missing(room);
  if (room.revealAt) return countdown(Math.max(0, Math.ceil(page.until(room.revealAt) / 1000)));
  if (room.estimates === 0) return status(t('act.nobody'));
  if (late.length === 0) return status(t('act.complete'), nextStep(page));
  return status(
    t('act.estimated', { n: room.estimates, of: expected(room).length }),
    late.length <= 3 && ' · ',
    waiting(page),
  );
}

/** Who is missing, if they are few. @param {RoomPage} page */
function waiting(page) {
  const late = missing(page.state.room);
  if (late.length === 0 || late.length > 3) return null;
  return t('act.waitingFor', { names: list(late.map((person) => person.called)) });
}

/** The same for those who reveal. @param {RoomPage} page */
function waitingFor(page) {
  const names = waiting(page);
  return names && h('p', { class: 'status waiting-for' }, names);
}

/** Who can reveal what is complete, or that the owner is away, if there is one. @param {RoomPage} page */
function nextStep(page) {
  const { room } = page.state;
  const here = people(room).filter(({ online, owner, deputy, standIn }) => online && (owner || deputy || standIn));
  const { called } = here.find(({ owner }) => owner) ?? here[0] ?? {};
  if (called !== undefined) return ` · ${t('act.ownerReveals', { name: called })}`;
  const owner = people(room).find(({ owner }) => owner);
  return owner && ` · ${t(room.options.standIn ? 'act.takeOver' : 'act.ownerAway', { name: owner.called })}`;
}

/** @param {number} n the seconds to the reveal */
const countdown = (n) => h('p', { class: 'status countdown', key: 'countdown' }, h('b', {}, n), t('act.soon', { n }));

/** What the room has agreed on, or a hint that it may. @param {RoomPage} page @param {boolean} facilitates */
export function agreed(page, facilitates) {
  const { agreed } = page.state.room;
  if (agreed === undefined) {
    return facilitates && !page.ui.changing && h('p', { class: 'status advice' }, `↓ ${t('scale.hint')}`);
  }
  return h('p', { class: 'status settled', key: 'settled' }, icon('check'), t('scale.agreedOn', { value: agreed }));
}

/** @param {RoomPage} page */
function changing(page) {
  const { room, me } = page.state;
  if (!me || !mayEstimate(room, me.id)) return null;
  const label = page.ui.changing ? 'act.keep' : room.members[me.id].estimated ? 'act.change' : 'act.add';
  return button('plain', t(label), () => page.set({ changing: !page.ui.changing }));
}

/** The ways on from a revealed round. @param {RoomPage} page */
function after(page) {
  const { topic, topics } = page.state.room;
  const { clear, next } = page.roomActions;
  if (topics.length === 0 && topic === '')
    return [null, act(page, 'primary', `${t('act.clearRound')} ${onward()}`, clear)];
  return [act(page, 'soft', t('act.again'), clear), act(page, 'primary', `${t('act.next')} ${onward()}`, next)];
}
