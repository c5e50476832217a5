// What became of each story: the finished rounds, one row a story.

/** @import {FinishedRound, Room} from '../../types/protocol.js' */

/**
 * What became of a story. A value that is not known is null; key and link are empty.
 *
 * @typedef {object} Result
 * @property {string} key
 * @property {string} title
 * @property {string} link
 * @property {string | null} agreed the agreed value as it was said
 * @property {number | null} points the number that it is
 * @property {number | null} median
 * @property {number | null} spread how many cards of the deck are between the lowest and the highest
 * @property {string | null} lowest
 * @property {string | null} highest
 * @property {number} rounds how often it was estimated
 * @property {number | null} minutes how long it was on the table
 * @property {FinishedRound} last its last round
 * @property {FinishedRound | null} apart the round in which people were furthest apart, if they were more than neighbours
 */

/**
 * One result a story, in the order in which they were first estimated. Rounds are of
 * the same story if they have the same key, or else link, or else title. The agreed
 * value is the last one there is, and so are the numbers.
 *
 * A round was on the table from the end of the round before, or from when the room
 * was opened, until it was finished. Nobody knows when the first one began if there
 * were rounds before it that the history has no longer.
 *
 * @param {FinishedRound[]} rounds oldest first
 * @param {Room} room
 * @returns {Result[]}
 */
export function storiesOf(rounds, room) {
  /** @type {Map<string, {round: FinishedRound, ms: number | null}[]>} */
  const stories = new Map();
  rounds.forEach((round, i) => {
    const from = rounds[i - 1]?.finishedAt ?? (round.round === 1 ? room.createdAt : null);
    const ms = from === null ? null : Math.max(0, Date.parse(round.finishedAt) - Date.parse(from));
    const name = nameOf(round);
    stories.set(name, [...(stories.get(name) ?? []), { round, ms }]);
  });
  return [...stories.values()].map(resultOf);
}

/** What two rounds of one story have in common. @param {FinishedRound} round */
function nameOf({ round, topic, key, url }) {
  if (key) return `key ${key.toLowerCase()}`;
  if (url) return `url ${url}`;
  const title = topic.normalize('NFC').trim().toLowerCase();
  return title ? `title ${title}` : `round ${round}`;
}

/** @param {{round: FinishedRound, ms: number | null}[]} parts @returns {Result} */
function resultOf(parts) {
  const rounds = parts.map(({ round }) => round);
  const newest = rounds.toReversed();
  const [last] = newest;
  const settled = newest.find(({ agreed }) => agreed !== null);
  const summary = newest.find((round) => round.summary)?.summary;
  const known = parts.flatMap(({ ms }) => ms ?? []);
  return {
    key: newest.find(({ key }) => key)?.key ?? '',
    title: last.topic.trim(),
    link: newest.find(({ url }) => url)?.url ?? '',
    agreed: settled?.agreed ?? null,
    points: settled?.agreedNumber ?? null,
    median: summary?.median ?? null,
    spread: summary?.spread ?? null,
    lowest: summary?.lowest ?? null,
    highest: summary?.highest ?? null,
    rounds: rounds.length,
    minutes: known.length > 0 ? Math.round(known.reduce((sum, ms) => sum + ms, 0) / 60_000) : null,
    last,
    apart: rounds.filter(farApart).sort((a, b) => (b.summary?.spread ?? 0) - (a.summary?.spread ?? 0))[0] ?? null,
  };
}

/** Whether people were more than neighbours on the scale. @param {FinishedRound} round */
function farApart({ summary }) {
  if (!summary) return false;
  const { spread, lowest, highest } = summary;
  return spread === null ? lowest !== undefined && lowest !== highest : spread > 1;
}

/**
 * The sum of the agreed values that are numbers, without the dust of adding
 * fractions; null if none is.
 *
 * @param {Result[]} stories
 */
export function sumOf(stories) {
  const points = stories.flatMap(({ points }) => points ?? []);
  if (points.length === 0) return null;
  return Number(points.reduce((sum, n) => sum + n, 0).toFixed(6));
}

/**
 * Stories to compare with: those that were agreed on, by their value, and of one value
 * in the order in which they were estimated. Numbers go by size, other values as the
 * deck has them.
 *
 * @param {Result[]} stories
 * @param {string[]} cards the deck
 */
export function references(stories, cards) {
  /** @type {Map<string, Result[]>} */
  const groups = new Map();
  for (const story of stories) {
    if (story.agreed === null) continue;
    groups.set(story.agreed, [...(groups.get(story.agreed) ?? []), story]);
  }
  const place = (/** @type {string} */ value) => (cards.includes(value) ? cards.indexOf(value) : cards.length);
  const size = (/** @type {Result[]} */ [{ points }]) => points ?? Number.POSITIVE_INFINITY;
  const known = (/** @type {number} */ n) => Number.isFinite(n);
  return [...groups].sort(([a, some], [b, others]) => {
    const [x, y] = [size(some), size(others)];
    return known(x) && known(y) ? x - y : Number(known(y)) - Number(known(x)) || place(a) - place(b);
  });
}

/**
 * What was said where people were far apart, from low to high: every reason, and the
 * lowest and highest estimates also without one.
 *
 * @param {Result} story
 */
export function reasons({ apart }) {
  const { distribution = [], lowest, highest } = apart?.summary ?? {};
  const place = new Map(distribution.map(({ value }, i) => [value, i]));
  return (apart?.estimates ?? [])
    .filter(({ value, comment }) => comment || value === lowest || value === highest)
    .sort((a, b) => (place.get(a.value) ?? 0) - (place.get(b.value) ?? 0));
}
