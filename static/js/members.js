// Who is in a room, and what it waits for: pure functions of the room.

/** @import {Person} from '../types/page.js' */
/** @import {Room} from '../types/protocol.js' */

import { t } from './i18n.js';
import { mayFacilitate } from './state.js';

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
    .map(({ id, name }) => ({
      ...room.members[id],
      name,
      id,
      owner: id === room.ownerId,
      tag: tags.get(id) ?? '',
      called: tags.has(id) ? `${name} (${tags.get(id)})` : name,
    }))
    .sort((a, b) => a.name.localeCompare(b.name, undefined, { numeric: true }) || (a.id < b.id ? -1 : 1));
}

/**
 * A number for each of those who share a name. It follows from the id, so that
 * whoever comes or goes does not change it.
 *
 * @param {{id: string, name: string}[]} names
 */
function tagsOf(names) {
  const looks = (/** @type {string} */ name) =>
    name
      .normalize('NFKC')
      .toLowerCase()
      .replace(/[\s\u2800\ufffc\p{Default_Ignorable_Code_Point}]+/gu, '');
  /** @type {Map<string, string[]>} */
  const alike = new Map();
  for (const { id, name } of names) alike.set(looks(name), [...(alike.get(looks(name)) ?? []), id]);
  /** @type {Map<string, string>} */
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

/** Those who may be removed because they are away. @param {Room} room */
export const absent = (room) => people(room).filter((person) => !person.online && !person.owner && !person.deputy);

/** @param {Room} room */
export const estimators = (room) => people(room).filter((person) => person.role === 'estimator');

/** @param {Room} room */
export const observers = (room) => people(room).filter((person) => person.role === 'observer');

/** The estimators one is waiting for: present, and without an estimate. @param {Room} room */
export const missing = (room) => estimators(room).filter((person) => person.online && !person.estimated);

/** Those who make up "all": present estimators, and absent ones who left an estimate. @param {Room} room */
export const expected = (room) => estimators(room).filter((person) => person.online || person.estimated);

/** Everybody has estimated, and nothing is revealed. @param {Room} room */
export const complete = (room) => !room.revealed && room.estimates > 0 && missing(room).length === 0;

/** All others have estimated, and the user has not. @param {Room} room @param {string} [id] */
export function isLast(room, id) {
  const late = missing(room);
  return !room.revealed && room.estimates > 0 && late.length === 1 && late[0].id === id;
}

/**
 * What the room wants of a user just now: to `estimate`, `reveal`, `wait` or
 * `discuss`.
 *
 * @param {Room} room
 * @param {string} [id]
 */
export function wanted(room, id) {
  if (room.revealed) return 'discuss';
  const member = id === undefined ? null : room.members[id];
  if (member?.role === 'estimator' && !member.estimated) return 'estimate';
  return mayFacilitate(room, id) && complete(room) ? 'reveal' : 'wait';
}

/** How somebody is called in a sentence who may have left. @param {Room} room @param {string} id */
export const calledOf = (room, id) => people(room).find((person) => person.id === id)?.called ?? t('trace.somebody');

/**
 * Who revealed a round that was hidden again, or, in the history, who revealed it.
 *
 * @param {Room} room
 * @param {string} by a user id, or "auto"
 * @param {string} key the text's
 * @param {{name?: string}} [then] the name they had
 */
export function revealer(room, by, key, then = {}) {
  return by === 'auto' ? t(`${key}.auto`, then) : t(key, { name: calledOf(room, by), ...then });
}
