// Tables: comma, semicolon or tab separated, Markdown and wiki tables.

import { byContent, byName, isKey, isURL, knownNames } from './columns.js';

/** @import {Columns} from './columns.js' */

/** @typedef {{line: number, cells: string[]}} Row a row and the line that it begins in, from 1 */
/**
 * @typedef {{head: Row | null, rows: Row[], left: {line: number, text: string, why: string}[], columns: Columns}} Table
 */

const JUDGED = 50_000; // characters that say what kind of table a text is
const FIRST = 1000; // rows that say what its columns are

/**
 * The rows of separated values after RFC 4180, forgiving blanks around quotes and
 * a quote that is never closed.
 *
 * @param {string} text
 * @param {string} separator one character
 * @returns {Row[]}
 */
export function separated(text, separator) {
  const escaped = `\\u${separator.charCodeAt(0).toString(16).padStart(4, '0')}`;
  const bare = new RegExp(`[^\\r\\n\\u2028${escaped}]*`, 'y');
  const blank = new RegExp(separator === '\t' ? ' *' : '[ \\t]*', 'y');
  /** @type {Row[]} */
  const rows = [];
  let at = 0;
  let line = 1;
  let row = { line, cells: /** @type {string[]} */ ([]) };
  while (at <= text.length) {
    const open = past(blank, text, at);
    const close = text[open] === '"' ? closing(text, open) : -1;
    const end = past(blank, text, close + 1);
    const whole = close >= 0 && (end === text.length || `${separator}\r\n`.includes(text[end]));
    const next = whole ? end : past(bare, text, at);
    row.cells.push(whole ? text.slice(open + 1, close).replaceAll('""', '"') : text.slice(at, next));
    line += text.slice(at, next).match(/\r\n|[\r\n\u2028]/g)?.length ?? 0;
    at = next;
    if (text[at] === separator) {
      at += 1;
      continue;
    }
    rows.push(row);
    at += text.startsWith('\r\n', at) ? 2 : 1;
    line += 1;
    row = { line, cells: [] };
  }
  return rows.filter(({ cells }) => cells.some((cell) => cell.trim()));
}

/** Where a run of characters ends. @param {RegExp} run @param {string} text @param {number} at */
function past(run, text, at) {
  run.lastIndex = at;
  run.test(text);
  return run.lastIndex;
}

/** The quote that ends a quoted cell; -1 if none does. @param {string} text @param {number} open */
function closing(text, open) {
  let at = text.indexOf('"', open + 1);
  while (at >= 0 && text[at + 1] === '"') at = text.indexOf('"', at + 2);
  return at;
}

/**
 * The table that a text is; null if it is none.
 *
 * @param {string} text
 * @param {boolean} [certain] it has been said to be one
 * @param {boolean} [hasHead] whether the first row has been said to have names
 * @returns {Table | null}
 */
export function table(text, certain = false, hasHead = undefined) {
  const [, named, rest] = /^\s*sep=(.)[ \t]*\r?\n([\s\S]*)$/.exec(text) ?? [];
  if (named) return shaped(separated(rest, named), true, hasHead, 1);
  const drawn = markdown(text) ?? wiki(text);
  if (drawn) return shaped(drawn, true, hasHead);
  const begin = beginning(text);
  const tables = ['\t', ';', ',', '|'].map((separator) => ({ separator, rows: separated(begin, separator) }));
  const best = tables.find(({ rows }) => heading(rows) >= 0) ?? tables.find(({ rows }) => regular(rows));
  const whole = (/** @type {{separator: string, rows: Row[]}} */ { separator, rows }) =>
    begin === text ? rows : separated(text, separator);
  if (!best) return certain ? shaped(whole(tables[2]), true, hasHead) : null;
  const sure = certain || best.separator === '\t' || heading(best.rows) >= 0 || telling(best.rows);
  return sure ? shaped(whole(best), false, hasHead) : null;
}

/** As much of a text as says what kind of table it is: whole lines. @param {string} text */
function beginning(text) {
  if (text.length <= JUDGED) return text;
  return text.slice(0, text.lastIndexOf('\n', JUDGED) + 1 || JUDGED);
}

/** Whether the rows have all but the same cells, and two at least. @param {Row[]} rows */
function regular(rows) {
  const widths = rows.map(({ cells }) => cells.length);
  const usual = widths.toSorted((a, b) => a - b)[Math.floor(widths.length / 2)] ?? 0;
  return usual > 1 && widths.filter((width) => width === usual).length >= widths.length * 0.8;
}

/** Whether something in the rows tells a table from sentences with commas. @param {Row[]} rows */
const telling = (rows) => regular(rows) && (sorted(rows) || unnamed(rows));

/** Whether a column has keys or addresses. @param {Row[]} rows */
function sorted(rows) {
  const { key, url } = byContent(rows.map(({ cells }) => cells));
  return rows.length > 0 && (key.length > 0 || url.length > 0);
}

/**
 * Whether the first row has the names of columns that nobody knows: below it
 * are keys or addresses.
 *
 * @param {Row[]} rows
 */
function unnamed(rows) {
  const [first, ...rest] = rows;
  const { key, url } = byContent(rest.map(({ cells }) => cells));
  const places = [...key, ...url];
  return rest.length > 1 && places.length > 0 && places.every((i) => first.cells[i]?.trim() && !isKey(first.cells[i]));
}

/**
 * Which row is the head; -1 if none is. A title or a blank may come before it, and
 * what looks like a head but comes again below is none: it is the first story.
 *
 * @param {Row[]} rows
 */
function heading(rows) {
  for (const [i, { cells }] of rows.slice(0, 5).entries()) {
    const known = knownNames(cells);
    if (known === 0 || byName(cells).title.length + byName(cells).key.length === 0) continue;
    const names = cells.filter((cell) => cell.trim());
    const below = rows.slice(i + 1);
    const again = below.some((row) => row.cells.some((cell, place) => cell.trim() && cells[place] === cell));
    const plain = names.every(
      (name) => !isKey(name) && !isURL(name) && name.length < 50 && (known > 1 || !/^\s/.test(name)),
    );
    const enough = known > 1 || (names.length > 1 && regular(rows.slice(i)) && below.length > 0);
    if (plain && !again && enough) return i;
  }
  return -1;
}

/**
 * @param {Row[]} rows
 * @param {boolean} certain it has a head if it can
 * @param {boolean} [hasHead] said by the user
 * @param {number} [before] lines before it
 * @returns {Table}
 */
function shaped(rows, certain, hasHead, before = 0) {
  for (const row of rows) row.line += before;
  const first = rows.slice(0, FIRST);
  let at = heading(first);
  if (at < 0 && regular(first) && unnamed(first)) at = 0;
  if (hasHead !== undefined) at = hasHead ? Math.max(0, at) : -1;
  if (at < 0 && certain && rows.length > 1 && knownNames(rows[0].cells) > 0) at = 0;
  const left = rows
    .slice(0, Math.max(0, at))
    .map(({ line, cells }) => ({ line, text: cells.join(' ').trim(), why: 'before' }));
  const body = rows.slice(at + 1);
  const head = at < 0 ? null : rows[at];
  const named = head ? byName(head.cells) : null;
  const columns =
    named && named.title.length > 0 ? named : fill(named, byContent(body.slice(0, FIRST).map(({ cells }) => cells)));
  return { head, rows: body, left, columns };
}

/**
 * What the names say, and where they say nothing what is in the columns.
 *
 * @param {Columns | null} named
 * @param {Columns} found
 */
function fill(named, found) {
  if (!named) return found;
  const taken = new Set(Object.values(named).flat());
  const free = (/** @type {number[]} */ places) => places.filter((place) => !taken.has(place));
  return { ...named, title: free(found.title), key: named.key.length > 0 ? named.key : free(found.key) };
}

/** The rows of a Markdown table; null if there is none. @param {string} text @returns {Row[] | null} */
function markdown(text) {
  const lines = text.split(/\r\n|[\r\n]/);
  const rule = lines.findIndex(
    (line) => line.includes('|') && /^\|?\s*:?-{2,}:?\s*(\|\s*:?-{2,}:?\s*)*\|?$/.test(line.trim()),
  );
  if (rule < 1) return null;
  return lines.flatMap((line, i) => (i === rule || !line.includes('|') ? [] : [{ line: i + 1, cells: bars(line) }]));
}

/** The cells between bars, of which some are escaped. @param {string} line */
function bars(line) {
  const inner = line
    .trim()
    .replace(/^\|/, '')
    .replace(/(?<!\\)\|$/, '');
  return inner.split(/(?<!\\)\|/).map((cell) => cell.replaceAll('\\|', '|').trim());
}

/**
 * The rows of a table of Jira's, Confluence's or MediaWiki's; null if there is
 * none.
 *
 * @param {string} text
 * @returns {Row[] | null}
 */
function wiki(text) {
  if (!/^[^\S\r\n]*(?:\{\||\|\|)/m.test(text)) return null;
  const lines = text.split(/\r\n|[\r\n]/).map(linked);
  if (/^[ \t]*\{\|/m.test(text)) return mediaWiki(lines);
  if (!lines.some((line) => /^\|\|.*\|\|$/.test(line.trim()))) return null;
  return lines.flatMap((line, i) =>
    /^\s*\|/.test(line) ? [{ line: i + 1, cells: bars(line.replaceAll('||', '|')) }] : [],
  );
}

/** @param {string[]} lines @returns {Row[]} */
function mediaWiki(lines) {
  /** @type {Row[]} */
  const rows = [];
  for (const [i, text] of lines.entries()) {
    const [, mark, rest = ''] = /^\s*(\{\||\|\}|\|-|\|\+|[|!])(.*)$/.exec(text) ?? [];
    if (mark === '{|' || mark === '|-') rows.push({ line: i + 1, cells: [] });
    const row = rows[rows.length - 1];
    if (!row || (mark !== '|' && mark !== '!')) continue;
    if (row.cells.length === 0) row.line = i + 1;
    row.cells.push(...rest.split(/\|\||!!/).map((cell) => cell.trim()));
  }
  return rows.filter(({ cells }) => cells.length > 0);
}

/** A wiki's links as those of Markdown. @param {string} line */
const linked = (line) =>
  line
    .replace(/\[([^[|\]]+)\|(https?:[^[\]\s]+)\]/g, '[$1]($2)')
    .replace(/\[(https?:[^\s[]+) ([^[\]]+)\]/g, '[$2]($1)');
