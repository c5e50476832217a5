// What can be said about a room: who is in it, and how far apart its estimates
// are. Everything here is a pure function of the room.

import { t } from './i18n.js';
import { mayFacilitate } from './state.js';

/** @typedef {import('../protocol').Room} Room */
/** @typedef {import('../protocol').Member & {id: string, owner: boolean, tag: string, called: string}} Person */

/** How somebody is called who may not have said their name. @param {{name: string, named?: boolean}} member */
export const nameOf = ({ name, named }) => (named === false ? t('seat.guest') : name);

/**
 * Everybody in the room, by name: nobody's seat depends on what they do. Those
 * whose names look alike have a number beside it, as `tag`, and as part of what
 * they are `called` in a sentence.
 *
 * @param {Room} room
 * @returns {Person[]}
 */
export function people(room) {
  const names = Object.entries(room.members).map(([id, member]) => ({ id, name: nameOf(member) }));
  const tags = tagsOf(names);
  return names
    .map(({ id, name }) => ({ ...room.members[id], name, id, owner: id === room.ownerId, tag: tags.get(id) ?? '', called: tags.has(id) ? `${name} (${tags.get(id)})` : name }))
    .sort((a, b) => a.name.localeCompare(b.name, undefined, { numeric: true }) || (a.id < b.id ? -1 : 1));
}

/** A number for each of those who share a name. It follows from the id, so that whoever comes or goes does not change it. */
function tagsOf(names) {
  const looks = (name) => name.normalize('NFKC').toLowerCase().replace(/[\s\u2800\ufffc\p{Default_Ignorable_Code_Point}]+/gu, '');
  const alike = new Map();
  for (const { id, name } of names) alike.set(looks(name), [...(alike.get(looks(name)) ?? []), id]);
  const tags = new Map();
  for (const group of alike.values()) {
    const taken = new Set();
    for (const id of group.length > 1 ? group.sort() : []) {
      let tag = [...id].reduce((sum, letter) => (sum * 31 + (letter.codePointAt(0) ?? 0)) % 900, 7) + 100;
      while (taken.has(tag)) tag = tag === 999 ? 100 : tag + 1;
      taken.add(tag);
      tags.set(id, String(tag));
    }
  }
  return tags;
}

/** Those who may be put out because they are away. */
export const absent = (room) => people(room).filter((person) => !person.online && !person.owner && !person.deputy);

export const estimators = (room) => people(room).filter((person) => person.role === 'estimator');

export const observers = (room) => people(room).filter((person) => person.role === 'observer');

/** The estimators one is waiting for: present, and without an estimate. */
export const missing = (room) => estimators(room).filter((person) => person.online && !person.estimated);

/** Those who make up "all": present estimators, and absent ones who left an estimate. */
export const expected = (room) => estimators(room).filter((person) => person.online || person.estimated);

/** What the room wants of a user just now: to `estimate`, `reveal`, `wait` or `discuss`. */
export function wanted(room, id) {
  if (room.revealed) return 'discuss';
  const member = room.members[id];
  if (member?.role === 'estimator' && !member.estimated) return 'estimate';
  return mayFacilitate(room, id) && room.estimates > 0 && missing(room).length === 0 ? 'reveal' : 'wait';
}

/** The revealed estimates, each with its user. */
export function estimates(room) {
  return people(room)
    .filter((person) => person.estimate)
    .map(({ id, called, estimate }) => ({ id, name: called, value: '', comment: '', ...estimate }));
}

/** The number on a card, or null. As on the server ½ is one and ∞ is not. */
export function numberOn(card) {
  if (card === '½') return 0.5;
  return /^-?\d+([.,]\d+)?$/.test(card) ? Number(card.replace(',', '.')) : null;
}

/**
 * The cards that mean more or less than each other: the numbers, or in a deck
 * without any, what has a letter or a digit. "?" and "☕" are never among them.
 */
export function ranked(cards) {
  const numbers = cards.filter((card) => numberOn(card) !== null);
  return numbers.length > 0 ? numbers : cards.filter((card) => /[\p{L}\p{N}]/u.test(card));
}

/** The ranked cards, from low to high; without a deck, the numbers that were said. */
function scaleOf(room) {
  if (room.deck.cards.length > 0) return ranked(room.deck.cards);
  const said = [...new Set(estimates(room).map((vote) => vote.value))];
  return ranked(said).sort((a, b) => (numberOn(a) ?? 0) - (numberOn(b) ?? 0));
}

/**
 * How far apart the estimates of a revealed room are, in steps of its deck, so
 * that it means the same for numbers and for T-shirts. The word is `none`
 * (nothing ranked), `single`, `agree` (all equal), `neighbours` (adjacent
 * cards), `camps` (two groups of adjacent cards, `first` and `second`, with a
 * card or more between them) or `scattered`.
 */
export function agreement(room) {
  const scale = scaleOf(room);
  const votes = estimates(room);
  const places = votes.map((vote) => scale.indexOf(vote.value)).filter((place) => place >= 0);
  const used = [...new Set(places)].sort((a, b) => a - b);
  const steps = used.length > 0 ? used[used.length - 1] - used[0] : 0;
  const [first, second] = campsOf(used).map((camp) => [...new Set([scale[camp[0]], scale[camp[camp.length - 1]]])].join('–'));
  const word = places.length < 2 ? ['none', 'single'][places.length] : (['agree', 'neighbours'][steps] ?? (second ? 'camps' : 'scattered'));
  return { word, first, second, steps, low: scale[used[0]], high: scale[used[used.length - 1]], unranked: votes.length - places.length };
}

/** The used places as two groups of adjacent ones; empty where they are not two. */
function campsOf(used) {
  const split = used.findIndex((place, i) => place - used[i - 1] > 1);
  const camps = split < 0 ? [] : [used.slice(0, split), used.slice(split)];
  return camps.every((camp) => camp[camp.length - 1] - camp[0] <= 1) ? camps : [];
}

/**
 * Who should speak, on the side they are nearer to: those with the lowest and
 * the highest estimate first (together, if none of them wrote why), then
 * everybody else who wrote a comment.
 */
export function voices(room) {
  const scale = scaleOf(room);
  const { low, high, steps } = agreement(room);
  const middle = (scale.indexOf(low) + scale.indexOf(high)) / 2;
  const place = (vote) => scale.indexOf(vote.value);
  const reach = (vote) => (place(vote) < 0 ? -1 : Math.abs(place(vote) - middle));
  const all = estimates(room).sort((a, b) => reach(b) - reach(a) || Number(!!b.comment) - Number(!!a.comment));
  /** @type {{low: any[], high: any[]}} */
  const sides = { low: [], high: [] };
  for (const vote of all) {
    const edge = steps > 0 && (vote.value === low || vote.value === high);
    if (!vote.comment && !(edge && all.every((other) => other.value !== vote.value || !other.comment))) continue;
    const lower = place(vote) < 0 || place(vote) === middle ? sides.low.length <= sides.high.length : place(vote) < middle;
    const side = lower ? sides.low : sides.high;
    const silent = !vote.comment && side.find((other) => other.value === vote.value);
    if (silent) silent.names.push(vote.name);
    else side.push({ ...vote, edge, names: [vote.name] });
  }
  return sides;
}
