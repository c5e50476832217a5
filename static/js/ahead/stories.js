// What there is to know of stories that are estimated ahead: pure functions of what
// is known.

/** @import {RoomPage} from '../../types/page.js' */
/** @import {Estimate, Room} from '../../types/protocol.js' */

import { estimators } from '../members.js';

/**
 * The user's own estimate of a story as they last gave it, confirmed or not.
 *
 * @param {Pick<RoomPage, 'state' | 'ui'>} page
 * @param {number} topicId
 * @returns {Estimate | null}
 */
export const own = ({ state, ui }, topicId) => ({ ...state.ahead, ...ui.aheadSent })[topicId] ?? null;

/** The stories that wait for the user. @param {Pick<RoomPage, 'state' | 'ui'>} page */
export const open = (page) => page.state.room.topics.filter(({ topicId = 0 }) => own(page, topicId) === null);

/**
 * How far a room is: how many stories there are, have been estimated, and lack
 * estimates of somebody, and who has how many to go, most first.
 *
 * @param {Room} room
 */
export function progress(room) {
  const { topics, ahead = {} } = room;
  const all = estimators(room);
  const counts = topics.map(({ topicId = 0 }) => ahead[topicId] ?? 0).filter((n) => n > 0);
  return {
    stories: topics.length,
    estimated: counts.length,
    lacking: counts.filter((n) => n < all.length).length,
    missing: all
      .map(({ called, ahead = 0 }) => ({ called, n: topics.length - ahead }))
      .filter(({ n }) => n > 0)
      .sort((a, b) => b.n - a.n),
  };
}
