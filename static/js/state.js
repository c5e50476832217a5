/** @import {OwnEstimate, State} from '../types/page.js' */
/** @import {Room} from '../types/protocol.js' */

import { bare, mergePatch } from './merge-patch.js';

/** What is known before the server has said anything. @returns {State} */
export function initial(/** @type {string | null} */ roomId = null) {
  return {
    connection: { phase: 'connecting' },
    me: null,
    limits: { nameLength: 40, topicLength: 200, commentLength: 500 },
    skew: 0,
    roomId,
    room: null,
    version: null,
    rejoin: false,
    own: null,
    picked: null,
    ahead: {},
    gone: null,
    outdated: false,
    history: null,
    historyVersion: 0,
    more: false,
    hiddenAt: null,
    seen: new Map(),
  };
}

/** The protocol version this page speaks. */
export const PROTOCOL = 2;

/** Why joinRoom may be refused for good. */
const REFUSED = ['room_not_found', 'room_full', 'room_locked', 'not_admitted', 'not_member'];

/**
 * What is known after an event. Events are the server's, and four of the
 * page's own: `connection` (it has changed), `enter` (another room), `picked`
 * (an estimate was sent and is shown before it is confirmed) and `stale` (a part
 * of the page is no longer to be had).
 *
 * @param {State} state
 * @param {any} event
 * @param {number} [at] when it came, in milliseconds
 * @returns {State}
 */
export function reduce(state, event, at = 0) {
  if (event.roomId && event.roomId !== state.roomId && event.event !== 'enter') return state;
  const step = Object.hasOwn(steps, event.event) && steps[event.event];
  return step ? step(state, event, at) : state;
}

/** @type {Record<string, (state: State, event: any, at: number) => State>} */
const steps = {
  connection: (state, { event, ...connection }) => ({ ...state, connection }),

  enter: (state, { roomId }) => ({
    ...initial(roomId),
    connection: state.connection,
    me: state.me,
    limits: state.limits,
    skew: state.skew,
  }),

  welcome: (state, event, at) => ({
    ...state,
    me: known(event),
    limits: { ...state.limits, ...event.limits },
    skew: event.now ? Date.parse(event.now) - at : 0,
    version: null,
    outdated: event.protocol !== PROTOCOL,
  }),

  stale: (state) => ({ ...state, outdated: true }),

  user: (state, event) => ({ ...state, me: known(event) }),

  roomStatus(state, event, at) {
    const older = state.version !== null && event.version < state.version;
    if (older && event.room.epoch === state.room?.epoch) return state;
    return arrive(state, bare(event.room), event.version, at);
  },

  roomPatch(state, event, at) {
    if (state.version !== null && event.version <= state.version) return state;
    if (!state.room || event.since !== state.version) return { ...state, rejoin: true };
    const room = mergePatch(state.room, event.patch);
    room.summary ??= null; // one that is removed means the same
    return arrive(state, room, event.version, at);
  },

  ownEstimate: (state, { round, value, comment }) => ({ ...state, own: { round, value, comment } }),

  ownAhead: (state, { all = false, estimates }) => ({
    ...state,
    ahead: all ? estimates : { ...state.ahead, ...estimates },
  }),

  picked: (state, { id, round, value, comment }) => ({ ...state, picked: { id, round, value, comment } }),

  ok(state, event) {
    if (!event.id || event.id !== state.picked?.id) return state;
    const { round, value, comment } = /** @type {OwnEstimate} */ (state.picked);
    return { ...state, own: { round, value, comment }, picked: null };
  },

  error(state, event) {
    if (event.id && event.id === state.picked?.id) return { ...state, picked: null };
    if (event.request === 'joinRoom' && REFUSED.includes(event.code)) return { ...state, gone: event.code };
    return state;
  },

  /**
   * How it stands with the waiting to be let in. Once it is over, joining again shows
   * what comes of it. A room that one is in is none that one waits for.
   */
  roomWaiting(state, event) {
    if (state.room && !state.gone) return state;
    const over = event.state !== 'waiting' && event.state !== 'refused';
    return over ? { ...state, rejoin: state.gone === 'waiting' } : { ...state, gone: event.state, rejoin: false };
  },

  roomLeft: (state, event) => ({ ...state, gone: event.reason, picked: null }),

  roomClosed: (state, event) => ({ ...state, gone: event.reason, picked: null }),

  /**
   * A page of the history goes where its rounds belong; what is known besides
   * stays, but for rounds that were taken back; of a history that has been changed
   * since, nothing does.
   */
  roomHistory(state, { rounds, more = false }) {
    const historyVersion = state.room?.amended ?? 0;
    const stale = historyVersion !== state.historyVersion || state.room?.finished === 0;
    const known = stale ? [] : (state.history ?? []);
    if (rounds.length === 0) return { ...state, history: known, historyVersion, more: false };
    const older = known.filter(({ round }) => round < rounds[0].round);
    const newer = known.filter(
      ({ round }) => round > rounds[rounds.length - 1].round && round < (state.room?.round ?? 0),
    );
    const history = [...older, ...rounds, ...newer];
    return { ...state, history, historyVersion, more: older.length > 0 ? state.more : more };
  },
};

/** The user as an event tells of them. @param {any} event @returns {State['me']} */
const known = ({ userId, name, named, colour, emoji }) => ({ id: userId, name, named: named !== false, colour, emoji });

/** The state with a newer room. @param {State} state @param {Room} room @param {number} version @param {number} at */
function arrive(state, room, version, at) {
  const was = state.room?.epoch === room.epoch ? state.room : null;
  const same = was?.round === room.round && room.revealedBy !== undefined;
  const hiddenAt = was?.revealed && !room.revealed && same ? at : same ? state.hiddenAt : null;
  return {
    ...state,
    room,
    version,
    rejoin: false,
    gone: null,
    hiddenAt,
    seen: new Map([...shown(room), ...(was?.round === room.round ? state.seen : [])]),
    ...(state.room && !was && { history: null, more: false, ahead: {} }),
  };
}

/** The values that are shown, by user id. @param {Room} room @returns {[string, string][]} */
const shown = (room) =>
  Object.entries(room.members).flatMap(([id, { estimate }]) => (estimate ? [[id, estimate.value]] : []));

/** The user's estimate of the current round as they last gave it, confirmed or not. @param {State} state */
export function ownEstimate(state) {
  const own = [state.picked, state.own].find((estimate) => estimate && estimate.round === state.room?.round);
  return own ?? { round: state.room?.round ?? 0, value: null, comment: '' };
}

/** @param {Room} room @param {string} [id] */
export const isOwner = (room, id) => id === room.ownerId;

/** Whether a user may reveal, clear, settle, undo, time and set topics. @param {Room} room @param {string} [id] */
export function mayFacilitate(room, id) {
  const member = id === undefined ? null : room.members[id];
  return isOwner(room, id) || Boolean(member?.deputy || member?.standIn);
}

/** @param {Room} room @param {string} [id] */
export function mayEstimate(room, id) {
  return (
    id !== undefined &&
    room.members[id]?.role === 'estimator' &&
    !(room.revealed && room.options.lateEstimates === 'locked')
  );
}
