// Finished rounds as something to take away.

/** @import {FinishedRound, Room} from '../types/protocol.js' */

import { estimates } from './agreement.js';

/**
 * The rounds with a revealed room's current one after them, so that nobody has
 * to clear it to take it along.
 *
 * @param {FinishedRound[]} rounds
 * @param {Room} room
 * @param {string} now RFC 3339
 * @returns {FinishedRound[]}
 */
export function withCurrent(rounds, room, now) {
  if (!room.revealed || room.estimates === 0) return rounds;
  const { round, topic, story, summary, revealedBy, agreed = null, agreedNumber } = room;
  const said = estimates(room).map(({ id, ...estimate }) => ({ userId: id, ...estimate }));
  return [
    ...rounds,
    {
      round,
      topic,
      ...(story?.key && { key: story.key }),
      ...(story?.url && { url: story.url }),
      finishedAt: now,
      deck: room.deck.name,
      agreed,
      ...(agreedNumber !== undefined && { agreedNumber }),
      estimates: said,
      hidden: 0,
      ...(revealedBy && { revealedBy }),
      summary,
    },
  ];
}

/**
 * A Markdown table, one row a round.
 *
 * @param {FinishedRound[]} rounds
 * @param {string[]} heads what topic, agreed value, median and estimates are called
 */
export function markdown(rounds, heads) {
  const row = (/** @type {unknown[]} */ cells) => `| ${cells.join(' | ')} |`;
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

/**
 * Text that means nothing to Markdown, nor to where it is pasted: an unseen
 * space keeps an @name from calling anybody, a #number from being an issue and
 * an address from becoming a link, which an escape does not.
 *
 * @param {string} text
 */
export function plain(text) {
  return text
    .replace(/[\r\n\u2028\u2029]+/g, ' ')
    .replace(/[@#](?=\S)|:(?=\/\/)|\bwww(?=\.)|\bmailto(?=:)/gi, '$&\u200b')
    .replace(/[\\`*_{}[\]<>|#~!&]/g, '\\$&');
}

const COLUMNS = ['round', 'topic', 'finishedAt', 'deck', 'agreed', 'mean', 'median', 'name', 'value', 'comment'];

/**
 * CSV after RFC 4180, one line an estimate; a round of which none was revealed
 * has one line without. It begins with the mark by which a spreadsheet knows
 * UTF-8.
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
  return sheet([COLUMNS, ...lines]);
}

/** Rows as a CSV file that a spreadsheet reads as it is meant. @param {unknown[][]} rows */
export const sheet = (rows) => `\ufeff${rows.map((cells) => `${cells.map(cell).join(',')}\r\n`).join('')}`;

// Where a spreadsheet may take a text for a formula: where it begins, and after
// whatever separates cells there, whitespace and quotes left out.
const FORMULA = /(^|[,;|\t\r\n])(?=[\s"]*[=+\-@|%＝＋－＠]|[\t\r])/g;

// What a spreadsheet takes for a date: 1/2, 1/2/3.
const DATE = /^\d{1,4}(\/\d{1,4}){1,2}$/;

/**
 * One cell of a CSV, or of a table on the clipboard. A spreadsheet runs a formula,
 * also one in the middle of a text that it cuts at semicolons or tabs, so an
 * apostrophe goes before each; and before what it would make a date of. A number is
 * neither.
 *
 * @param {unknown} value
 */
export function cell(value) {
  if (typeof value !== 'string') return String(value ?? '');
  const harmless = /^-?\d+([.,]\d+)?$/.test(value)
    ? value
    : DATE.test(value.trim())
      ? `'${value}`
      : value.replace(FORMULA, "$1'");
  return `"${harmless.replaceAll('"', '""')}"`;
}

/** @param {FinishedRound[]} rounds */
export const json = (rounds) => `${JSON.stringify({ rounds }, null, 2)}\n`;
