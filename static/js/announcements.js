// What has changed, for those who do not look.

/** @import {State} from '../types/page.js' */
/** @import {Room} from '../types/protocol.js' */

import { agreement } from './agreement.js';
import { expected, people } from './members.js';
import { mayFacilitate } from './state.js';

/**
 * What should be read out about a change, as message keys and their parameters.
 *
 * @param {State} was
 * @param {State} now
 */
export function announcements(was, now) {
  /** @type {[string, object][]} */
  const said = [];
  const open = now.connection.phase === 'open';
  if (was.room && (was.connection.phase === 'open') !== open) said.push([open ? 'say.back' : 'say.lost', {}]);
  return was.room && now.room && was.room !== now.room ? [...said, ...changes(was.room, now.room, now.me?.id)] : said;
}

/** @param {Room} was @param {Room} now @param {string} [me] */
function changes(was, now, me) {
  /** @type {[string, object][]} */
  const said = [];
  const add = (/** @type {unknown} */ when, /** @type {string} */ key, params = {}) => when && said.push([key, params]);
  for (const { id, called } of people(now)) add(!was.members[id] && id !== me, 'say.joined', { name: called });
  for (const { id, called } of people(was)) add(!now.members[id] && id !== me, 'say.left', { name: called });
  add(now.round !== was.round, 'room.round', { n: now.round });
  add(now.topic !== was.topic && now.topic, 'say.topic', { topic: now.topic });
  if (now.revealed && was.revealed) said.push(...changed(was, now, me));
  if (now.revealed && !was.revealed) said.push(...outcome(now));
  else if (!now.revealed && now.round === was.round) {
    add(now.revealAt && !was.revealAt, 'say.soon');
    add(!now.revealAt && now.estimates !== was.estimates, 'act.estimated', {
      n: now.estimates,
      of: expected(now).length,
    });
  }
  add(now.agreed !== was.agreed && now.agreed, 'scale.agreedOn', { value: now.agreed });
  add(now.locked !== was.locked, now.locked ? 'say.locked' : 'say.unlocked');
  add(me && now.offeredTo === me && was.offeredTo !== me, 'say.offered');
  add(mayFacilitate(now, me) && !mayFacilitate(was, me), 'say.facilitator');
  return said;
}

/**
 * The estimates that others changed after the reveal.
 *
 * @param {Room} was
 * @param {Room} now
 * @param {string} [me]
 * @returns {[string, object][]}
 */
const changed = (was, now, me) =>
  people(now).flatMap(({ id, called, estimate }) => {
    const [from, to] = [was.members[id]?.estimate?.value, estimate?.value];
    return from && to && from !== to && id !== me ? [['say.changed', { name: called, from, to }]] : [];
  });

/** The reveal in a few words. @param {Room} room @returns {[string, object][]} */
function outcome(room) {
  const { word, ...cards } = agreement(room);
  const median = room.summary?.median ?? null;
  return [
    ['say.revealed', {}],
    [`word.${word}`, cards],
    ...(median === null || word === 'agree' ? [] : [/** @type {[string, object]} */ (['say.median', { median }])]),
  ];
}
