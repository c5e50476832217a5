/** @typedef {import('../protocol').State} State */

/** What is known before the server has said anything. @returns {State} */
export function initial(/** @type {string | null} */ roomId = null) {
  return {
    link: { phase: 'connecting' },
    me: null,
    limits: { nameLength: 40, topicLength: 200, commentLength: 500 },
    skew: 0,
    roomId,
    room: null,
    version: null,
    rejoin: false,
    own: null,
    picked: null,
    gone: null,
    outdated: false,
    history: null,
    more: false,
    hiddenAt: null,
  };
}

/** The protocol version this page speaks. */
export const PROTOCOL = 2;

/** Why joinRoom may be refused for good. */
const REFUSED = ['room_not_found', 'room_full', 'room_locked', 'not_admitted', 'not_member'];

/**
 * What is known after an event. Events are the server's, and four of the
 * page's own: `link` (the connection changed), `enter` (another room), `picked`
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

const steps = {
  link: (state, { event, ...link }) => ({ ...state, link }),

  enter: (state, { roomId }) => ({ ...initial(roomId), link: state.link, me: state.me, limits: state.limits, skew: state.skew }),

  welcome: (state, event, at) => ({
    ...state,
    me: { id: event.userId, name: event.name, named: event.named !== false },
    limits: { ...state.limits, ...event.limits },
    skew: event.now ? Date.parse(event.now) - at : 0,
    version: null,
    outdated: event.protocol !== PROTOCOL,
  }),

  stale: (state) => ({ ...state, outdated: true }),

  user: (state, event) => ({ ...state, me: { id: event.userId, name: event.name, named: event.named !== false } }),

  roomStatus(state, event, at) {
    const older = state.version !== null && event.version < state.version;
    if (older && event.room.epoch === state.room?.epoch) return state;
    return arrive(state, bare(event.room), event.version, at);
  },

  roomPatch(state, event, at) {
    if (state.version !== null && event.version <= state.version) return state;
    if (!state.room || event.since !== state.version) return { ...state, rejoin: true };
    return arrive(state, mergePatch(state.room, event.patch), event.version, at);
  },

  ownEstimate: (state, { round, value, comment }) => ({ ...state, own: { round, value, comment } }),

  picked: (state, { id, round, value, comment }) => ({ ...state, picked: { id, round, value, comment } }),

  ok(state, event) {
    if (!event.id || event.id !== state.picked?.id) return state;
    const { round, value, comment } = /** @type {import('../protocol').Own} */ (state.picked);
    return { ...state, own: { round, value, comment }, picked: null };
  },

  error(state, event) {
    if (event.id && event.id === state.picked?.id) return { ...state, picked: null };
    if (event.request === 'joinRoom' && REFUSED.includes(event.code)) return { ...state, gone: event.code };
    return state;
  },

  roomLeft: (state, event) => ({ ...state, gone: event.reason, picked: null }),

  roomClosed: (state, event) => ({ ...state, gone: event.reason, picked: null }),

  /** A page of the history goes where its rounds belong; what is known besides stays, but for rounds that were taken back. */
  roomHistory(state, { rounds, more = false }) {
    const known = state.room?.finished === 0 ? [] : (state.history ?? []);
    if (rounds.length === 0) return { ...state, history: known, more: false };
    const older = known.filter(({ round }) => round < rounds[0].round);
    const newer = known.filter(({ round }) => round > rounds[rounds.length - 1].round && round < (state.room?.round ?? 0));
    return { ...state, history: [...older, ...rounds, ...newer], more: older.length > 0 ? state.more : more };
  },
};

function arrive(state, room, version, at) {
  const was = state.room?.epoch === room.epoch ? state.room : null;
  const same = was?.round === room.round && room.revealedBy !== undefined;
  const hiddenAt = was?.revealed && !room.revealed && same ? at : same ? state.hiddenAt : null;
  return { ...state, room, version, rejoin: false, gone: null, hiddenAt, ...(state.room && !was && { history: null, more: false }) };
}

/** The user's estimate of the current round as they last gave it, confirmed or not. @param {State} state */
export function ownEstimate(state) {
  const own = [state.picked, state.own].find((estimate) => estimate && estimate.round === state.room?.round);
  return own ?? { round: state.room?.round ?? 0, value: null, comment: '' };
}

export const isOwner = (room, id) => id === room.ownerId;

/** Whether a user may reveal, clear, settle, undo, time and set topics. */
export function mayFacilitate(room, id) {
  const member = room.members[id];
  return isOwner(room, id) || Boolean(member?.deputy || member?.standIn);
}

export function mayEstimate(room, id) {
  return room.members[id]?.role === 'estimator' && !(room.revealed && room.options.lateEstimates === 'locked');
}

/**
 * Applies an RFC 7396 merge patch. Neither argument is changed; what the patch
 * does not touch is shared with the result. The objects it makes have no
 * prototype: whatever a key is called, it is a field and nothing else.
 */
export function mergePatch(target, patch) {
  if (!isObject(patch)) return patch;
  const result = Object.assign(Object.create(null), isObject(target) ? target : null);
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) delete result[key];
    else result[key] = mergePatch(result[key], value);
  }
  return result;
}

/** The same object, and those in it, without a prototype, as mergePatch makes them. */
function bare(value) {
  if (!isObject(value)) return value;
  const result = Object.create(null);
  for (const [key, inner] of Object.entries(value)) result[key] = bare(inner);
  return result;
}

function isObject(value) {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
