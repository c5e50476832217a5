// Finished rounds as something to take away.

import { estimates } from './room.js';

/** @typedef {import('../protocol').FinishedRound} FinishedRound */

/**
 * The rounds with a revealed room's current one after them, so that nobody has
 * to clear it to take it along.
 *
 * @param {FinishedRound[]} rounds
 * @param {import('../protocol').Room} room
 * @param {string} now RFC 3339
 * @returns {FinishedRound[]}
 */
export function withCurrent(rounds, room, now) {
  if (!room.revealed || room.estimates === 0) return rounds;
  const { round, topic, summary, agreed = null } = room;
  const said = estimates(room).map(({ id, ...estimate }) => ({ userId: id, ...estimate }));
  return [...rounds, { round, topic, finishedAt: now, deck: room.deck.name, agreed, estimates: said, hidden: 0, summary }];
}

/**
 * A Markdown table, one row a round.
 *
 * @param {FinishedRound[]} rounds
 * @param {string[]} heads what topic, agreed value, median and estimates are called
 */
export function markdown(rounds, heads) {
  const row = (cells) => `| ${cells.join(' | ')} |`;
  const lines = rounds.map((round) =>
    row([
      round.round,
      plain(round.topic),
      plain(round.agreed ?? ''),
      round.summary?.median ?? '',
      round.estimates.map((e) => plain(`${e.name}: ${e.value}${e.comment ? ` (${e.comment})` : ''}`)).join(', '),
    ]),
  );
  return [row(['#', ...heads]), row(Array(5).fill('---')), ...lines, ''].join('\n');
}

/** Text that means nothing to Markdown. */
function plain(text) {
  return text.replace(/[\r\n\u2028\u2029]+/g, ' ').replace(/[\\`*_{}[\]<>|#~!&]/g, '\\$&');
}

const COLUMNS = ['round', 'topic', 'finishedAt', 'deck', 'agreed', 'mean', 'median', 'name', 'value', 'comment'];

/**
 * CSV after RFC 4180, one line an estimate; a round of which none was revealed
 * has one line without.
 *
 * @param {FinishedRound[]} rounds
 */
export function csv(rounds) {
  const lines = rounds.flatMap((round) => {
    const { mean = null, median = null } = round.summary ?? {};
    const head = [round.round, round.topic, round.finishedAt, round.deck, round.agreed, mean, median];
    const estimates = round.estimates.length > 0 ? round.estimates : [{ name: '', value: '', comment: '' }];
    return estimates.map((e) => [...head, e.name, e.value, e.comment]);
  });
  return [COLUMNS, ...lines].map((cells) => `${cells.map(cell).join(',')}\r\n`).join('');
}

/**
 * One CSV cell. A spreadsheet takes a text that begins like a formula for one
 * and runs it, so such a text gets an apostrophe before it; a number does not.
 */
function cell(value) {
  const text = String(value ?? '');
  const formula = /^(?:[\t\r]|\s*[=+\-@|%＝＋－＠])/.test(text) && !/^-?\d+([.,]\d+)?$/.test(text);
  return /[",;\r\n']/.test(text) || formula ? `"${(formula ? "'" : '') + text.replaceAll('"', '""')}"` : text;
}

export const json = (rounds) => `${JSON.stringify({ rounds }, null, 2)}\n`;
