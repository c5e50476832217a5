// What has changed, for those who do not look: for the live region and in the tab.

import { t } from './i18n.js';
import { agreement, expected, people, wanted } from './room.js';
import { mayFacilitate } from './state.js';

/**
 * What should be read out about a change, as message keys and their parameters.
 *
 * @param {import('../protocol').State} was
 * @param {import('../protocol').State} now
 */
export function announcements(was, now) {
  /** @type {[string, object][]} */
  const said = [];
  const open = now.link.phase === 'open';
  if (was.room && (was.link.phase === 'open') !== open) said.push([open ? 'say.back' : 'say.lost', {}]);
  return was.room && now.room && was.room !== now.room ? [...said, ...changes(was.room, now.room, now.me?.id)] : said;
}

function changes(was, now, me) {
  /** @type {[string, object][]} */
  const said = [];
  const add = (when, key, params = {}) => when && said.push([key, params]);
  for (const { id, called } of people(now)) add(!was.members[id] && id !== me, 'say.joined', { name: called });
  for (const { id, called } of people(was)) add(!now.members[id] && id !== me, 'say.left', { name: called });
  add(now.round !== was.round, 'room.round', { n: now.round });
  add(now.topic !== was.topic && now.topic, 'say.topic', { topic: now.topic });
  if (now.revealed && !was.revealed) said.push(...outcome(now));
  else if (!now.revealed && now.round === was.round) {
    add(now.revealAt && !was.revealAt, 'say.soon');
    add(!now.revealAt && now.estimates !== was.estimates, 'act.estimated', { n: now.estimates, of: expected(now).length });
  }
  add(now.agreed !== was.agreed && now.agreed, 'scale.agreedOn', { value: now.agreed });
  add(now.locked !== was.locked, now.locked ? 'say.locked' : 'say.unlocked');
  add(me && now.offeredTo === me && was.offeredTo !== me, 'say.offered');
  add(mayFacilitate(now, me) && !mayFacilitate(was, me), 'say.facilitator');
  return said;
}

/** The reveal in a few words. @returns {[string, object][]} */
function outcome(room) {
  const { word, ...cards } = agreement(room);
  const median = room.summary?.median ?? null;
  return [['say.revealed', {}], [`word.${word}`, cards], ...(median === null || word === 'agree' ? [] : [/** @type {[string, object]} */ (['say.median', { median }])])];
}

/** What the tab's card shows: a hole to fill, a tick, bars on its face, or nothing. */
const SIGNS = {
  estimate: "<circle cx='32' cy='32' r='11' fill='#fff'/>",
  reveal: "<path d='M21 33l8 8 15-17' fill='none' stroke='#fff' stroke-width='7'/>",
  discuss: "<path d='M17 11h30v42H17z' fill='#fff'/><path d='M25 44V34M32 44V20M39 44V38' stroke='#2847c9' stroke-width='5'/>",
  wait: '',
};

/** Says in the tab what the room wants of the user. @param {import('../protocol').State} state */
export function labelTab({ room, link, gone, me }) {
  const want = room && !gone ? wanted(room, me?.id) : null;
  const lost = link.phase !== 'open';
  document.title = want && room ? `${lost ? t('title.lost') : titleFor(room, want)}${room.topic && ` – ${room.topic}`}` : 'Pokey';
  const icon = /** @type {HTMLLinkElement} */ (document.querySelector('link[rel=icon]'));
  const card = `<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 64 64'><rect x='10' y='4' width='44' height='56' rx='9' fill='${lost ? '#777' : '#2847c9'}'/>${SIGNS[want ?? 'wait']}</svg>`;
  const href = `data:image/svg+xml,${encodeURIComponent(card)}`;
  if (want && icon.href !== href) icon.href = href;
}

function titleFor(room, want) {
  const { word, ...cards } = agreement(room);
  return want === 'discuss' ? t(`word.${word}`, cards) : t(`title.${want}`, { n: room.estimates, of: expected(room).length });
}
