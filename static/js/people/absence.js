// What there is to say while the owner of a room is away: a pure function of the
// room and the time.

/** @import {Room} from '../../types/protocol.js' */

import { isOwner, mayFacilitate } from '../state.js';

const BLINK = 5_000; // milliseconds away of which nothing is said: a reload, a lift
const SUCCEED = 30_000; // milliseconds after which the server lets members go on
const DAY = 24 * 3_600_000; // milliseconds before the room's end from which on it is worth a word
const LONG = 15 * 60_000; // milliseconds after which it lets a deputy take the room over

/**
 * @typedef {object} Absence
 * @property {'away' | 'left' | 'unowned' | 'successor'} kind why the room is without its owner, or that others went on
 * @property {number} [wait] the milliseconds until one may go on; absent for those who need not
 * @property {boolean} [standIn] somebody will be chosen to run the round then
 * @property {boolean} [takeOver] the user may make the room theirs
 * @property {number} [ends] when the room ends, in milliseconds since 1970 by the server's clock
 */

/**
 * What to say of it, or null for nothing, and in how many milliseconds that may
 * be something else, though nothing happens.
 *
 * @param {Room} room
 * @param {string | undefined} me
 * @param {number} now the server's time
 * @param {number} [expiry] the seconds a user lives after their last connection
 * @returns {{says: Absence | null, next: number}}
 */
export function absence(room, me, now, expiry) {
  if (room.successor) return { says: { kind: 'successor' }, next: Infinity };
  const owner = room.members[room.ownerId];
  const succeedAt = room.succeedAt ? Date.parse(room.succeedAt) : null;
  const since = room.ownerAwaySince ? Date.parse(room.ownerAwaySince) : succeedAt && succeedAt - SUCCEED;
  if (isOwner(room, me) || me === undefined || owner?.online || since === null) return { says: null, next: Infinity };
  if (room.ownerId === '') return { says: { kind: 'unowned', wait: 0 }, next: Infinity };
  const away = now - since;
  if (away < BLINK) return { says: null, next: BLINK - away };
  const ends = owner && expiry ? since + 1000 * expiry : undefined;
  const soon = Math.min(LONG, ends ? (ends - since) / 2 : LONG);
  const near = ends === undefined ? Infinity : Math.max(since + soon, ends - DAY) - now; // until one should know of the end
  const ending = near <= 0 && ends !== undefined && ends > now;
  const led = Object.entries(room.members).some(([id, { online }]) => online && mayFacilitate(room, id));
  if (led && !ending) return { says: null, next: near > 0 ? near : Infinity };
  const wait = succeedAt === null ? undefined : Math.max(0, succeedAt - now);
  const takeOver = Boolean(owner && room.members[me]?.deputy) && away >= LONG;
  const steps = [wait ? wait % 1000 || 1000 : 0, near, LONG - away, (ends ?? 0) - now];
  return {
    says: {
      kind: owner ? 'away' : 'left',
      wait,
      standIn: room.options.standIn && (wait ?? 0) > 0,
      takeOver,
      ends: ending ? ends : undefined,
    },
    next: Math.min(...steps.filter((ms) => ms > 0)),
  };
}
