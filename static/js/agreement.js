// How far apart the estimates of a revealed room are, and who should speak: pure
// functions of the room.

/** @import {Vote} from '../types/page.js' */
/** @import {Room} from '../types/protocol.js' */
/** @typedef {Vote & {edge: boolean, names: string[]}} Speaker */

import { people } from './members.js';

/** The revealed estimates, each with its user. @param {Room} room @returns {Vote[]} */
export function estimates(room) {
  return people(room)
    .filter((person) => person.estimate)
    .map(({ id, called, estimate }) => ({ id, name: called, value: '', comment: '', ...estimate }));
}

/**
 * Where the values of a revealed room are on the scale of its deck, as the server
 * says: which of them mean more or less than others is one rule, and it is there.
 *
 * @param {Room} room
 * @returns {(value: string) => number} -1 for a value without a place
 */
function placesIn(room) {
  const steps = new Map(room.summary?.distribution.map(({ value, step = 0 }) => [value, step - 1]));
  return (value) => steps.get(value) ?? -1;
}

/**
 * How far apart the estimates of a revealed room are, in steps of its deck, so
 * that it means the same for numbers and for T-shirts. The word is `none`
 * (nothing ranked), `single`, `agree` (all equal), `neighbours` (adjacent
 * cards), `camps` (two groups of adjacent cards, `first` and `second`, with a
 * card or more between them) or `scattered`.
 *
 * @param {Room} room
 */
export function agreement(room) {
  const place = placesIn(room);
  const votes = estimates(room);
  const at = new Map(votes.map(({ value }) => [place(value), value]));
  const places = votes.map((vote) => place(vote.value)).filter((place) => place >= 0);
  const used = [...new Set(places)].sort((a, b) => a - b);
  const steps = used.length > 0 ? used[used.length - 1] - used[0] : 0;
  const [first, second] = campsOf(used).map((camp) =>
    [...new Set([at.get(camp[0]), at.get(camp[camp.length - 1])])].join('–'),
  );
  const word =
    places.length < 2
      ? ['none', 'single'][places.length]
      : (['agree', 'neighbours'][steps] ?? (second ? 'camps' : 'scattered'));
  return {
    word,
    first,
    second,
    steps,
    low: at.get(used[0]),
    high: at.get(used[used.length - 1]),
    unranked: votes.length - places.length,
  };
}

/** The used places as two groups of adjacent ones; empty where they are not two. @param {number[]} used */
function campsOf(used) {
  const split = used.findIndex((place, i) => place - used[i - 1] > 1);
  const camps = split < 0 ? [] : [used.slice(0, split), used.slice(split)];
  return camps.every((camp) => camp[camp.length - 1] - camp[0] <= 1) ? camps : [];
}

/**
 * The card to suggest in a revealed room: what the server recommends, as long as nothing
 * is agreed on and there is more than one estimate.
 *
 * @param {Room} room
 */
export const suggested = ({ agreed, summary }) =>
  agreed === undefined && (summary?.votes ?? 0) > 1 ? summary?.recommended : undefined;

/**
 * Who should speak, on the side they are nearer to: those with the lowest and
 * the highest estimate first (together, if none of them wrote why), then
 * everybody else who wrote a comment. Nobody, if nobody wrote anything.
 *
 * @param {Room} room
 */
export function speakers(room) {
  const placeOf = placesIn(room);
  const { low = '', high = '', steps } = agreement(room);
  const middle = (placeOf(low) + placeOf(high)) / 2;
  const place = (/** @type {Vote} */ vote) => placeOf(vote.value);
  const reach = (/** @type {Vote} */ vote) => (place(vote) < 0 ? -1 : Math.abs(place(vote) - middle));
  const all = estimates(room).sort((a, b) => reach(b) - reach(a) || Number(!!b.comment) - Number(!!a.comment));
  /** @type {{low: Speaker[], high: Speaker[]}} */
  const sides = { low: [], high: [] };
  if (all.every((vote) => !vote.comment)) return sides;
  for (const vote of all) {
    const edge = steps > 0 && (vote.value === low || vote.value === high);
    if (!vote.comment && !(edge && all.every((other) => other.value !== vote.value || !other.comment))) continue;
    const lower =
      place(vote) < 0 || place(vote) === middle ? sides.low.length <= sides.high.length : place(vote) < middle;
    const side = lower ? sides.low : sides.high;
    const silent = !vote.comment && side.find((other) => other.value === vote.value);
    if (silent) silent.names.push(vote.name);
    else side.push({ ...vote, edge, names: [vote.name] });
  }
  return sides;
}
