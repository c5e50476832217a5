// Reads what a team brings along, in whatever form its tracker writes it, and says
// what becomes of every line of it.

/** @import {Limits, Story} from '../../types/protocol.js' */
/** @import {Columns, Role} from './columns.js' */
/** @import {Table} from './table.js' */

import { json, xml } from './data.js';
import { list } from './list.js';
import { table } from './table.js';
import { badCharacter, codePoint, oneLine, shorten, size } from './text.js';

/**
 * What the user has said about it: that it is a table or a list, what its columns
 * are, and whether the first row has their names.
 *
 * @typedef {{as?: 'table' | 'list', columns?: Partial<Columns>, hasHead?: boolean, base?: string}} Choice
 */

/** @typedef {{line: number, text: string, why: string, char?: string}} Left a line that is no story, and why */

/**
 * @typedef {object} Import
 * @property {'table' | 'list' | 'data'} as
 * @property {string[]} names of the columns; empty where there are none
 * @property {string[][]} sample the first rows
 * @property {Columns | null} columns
 * @property {boolean} hasHead the first row is taken for names
 * @property {Story[]} stories that fit
 * @property {Left[]} left out, in the order of their lines
 * @property {{line: number, text: string, why: 'long' | 'address' | 'estimate'}[]} changed of what a part was left out
 * @property {boolean} keysAlone there are keys, and no addresses
 */

/** @type {Columns} */
const NONE = { title: [], key: [], url: [], estimate: [] };

/**
 * @param {string} source
 * @param {{limits: Limits, room: number, roomBytes: number}} fits how many more stories and bytes the room takes
 * @param {Choice} choice
 * @returns {Import}
 */
export function readStories(source, fits, choice = {}) {
  const text = source.replace(/^\ufeff/, '');
  const data = choice.as ? null : (xml(text) ?? json(text));
  const rows = data || choice.as === 'list' ? null : table(text, choice.as === 'table', choice.hasHead);
  const items = data
    ? { rows: data, read: (/** @type {Item} */ item) => item }
    : rows
      ? fromTable(rows, choice)
      : list(text);
  const checked = check(items, fits, choice.base);
  return {
    as: data ? 'data' : rows ? 'table' : 'list',
    names: rows ? namesOf(rows) : [],
    sample: rows ? rows.rows.slice(0, 3).map(({ cells }) => cells.map(oneLine)) : [],
    columns: rows && { ...rows.columns, ...choice.columns },
    hasHead: Boolean(rows?.head),
    ...checked,
    left: [...(rows ? before(rows) : []), ...checked.left].sort((a, b) => a.line - b.line),
  };
}

/** @param {Table} rows */
function namesOf({ head, rows }) {
  const width = rows.reduce((most, { cells }) => Math.max(most, cells.length), head?.cells.length ?? 0);
  return Array.from({ length: width }, (_, i) => oneLine(head?.cells[i] ?? '') || `${i + 1}`);
}

/** @param {Table} rows @param {Choice} choice */
function fromTable({ rows, columns }, choice) {
  const places = { ...NONE, ...columns, ...choice.columns };
  const first = (/** @type {string[]} */ cells, /** @type {Role} */ role) =>
    places[role].map((place) => cells[place]?.trim()).find(Boolean);
  const read = (/** @type {{line: number, cells: string[]}} */ { line, cells }) => ({
    line,
    text: cells.filter((cell) => cell.trim()).join(' · '),
    ...linkedKey(first(cells, 'title') ?? '', first(cells, 'key'), first(cells, 'url')),
    estimate: first(cells, 'estimate'),
  });
  return { rows, read };
}

/** What stands before the stories of a table. @param {Table} rows @returns {Left[]} */
const before = ({ head, left }) =>
  head ? [...left, { line: head.line, text: head.cells.join(' · '), why: 'names' }] : left;

/**
 * Title, key and address of a row, of which the first two may be links in Markdown.
 *
 * @param {string} title
 * @param {string} [key]
 * @param {string} [url]
 */
function linkedKey(title, key = '', url = '') {
  const link = /^\s*\[([^[\]]+)\]\((https?:\/\/[^\s)[]+)\)\s*$/;
  const [, titleText = title, titleURL = ''] = link.exec(title) ?? [];
  const [, keyText = key, keyURL = ''] = link.exec(key) ?? [];
  return { title: titleText, key: keyText, url: url || titleURL || keyURL };
}

const TOLD = 1000; // lines that are left out with the reason, if there is no room for more stories

/**
 * @typedef {{line: number, title: string, text?: string, key?: string, url?: string, estimate?: string, why?: string}} Item
 */

/**
 * The stories as a room takes them, and what becomes of the others. Of a long text
 * beyond that, nobody wants to know more than that it does not fit.
 *
 * @param {{rows: {line: number}[], read: (row: any) => Item | null}} items
 * @param {{limits: Limits, room: number, roomBytes: number}} fits
 * @param {string} [base] what comes before a key in the address of its story
 */
function check({ rows, read }, { limits, room, roomBytes }, base) {
  /** @type {Story[]} */
  const stories = [];
  /** @type {Left[]} */
  const left = [];
  /** @type {Import['changed']} */
  const changed = [];
  let keysAlone = false;
  let bytes = 0;
  for (const row of rows) {
    if (stories.length >= room && left.length >= TOLD) {
      left.push({ line: row.line, text: '', why: 'full' });
      continue;
    }
    const item = read(row);
    if (!item) continue;
    const whole = oneLine(item.title);
    const leave = (/** @type {string} */ why, char = '') =>
      left.push({ line: item.line, text: whole || oneLine(item.text ?? item.key ?? ''), why, ...(char && { char }) });
    const bad = badCharacter(whole);
    if (item.why) leave(item.why);
    else if (!whole) leave('untitled');
    else if (bad) leave('character', codePoint(bad));
    else if (stories.length >= room) leave('full');
    else {
      const title = shorten(whole, limits.topicLength, limits.topicBytes ?? 1024);
      const key = keyOf(item.key ?? '', limits);
      const story = {
        title,
        ...(key && { key }),
        ...addressOf(item.url, key, base, limits),
        ...estimateOf(item.estimate),
      };
      const more = Object.values(story).reduce((sum, field) => sum + size(field), 0);
      if (bytes + more > roomBytes) {
        leave('full');
        continue;
      }
      bytes += more;
      stories.push(story);
      if (title !== whole) changed.push({ line: item.line, text: whole, why: 'long' });
      if (item.url && !story.url) changed.push({ line: item.line, text: item.url, why: 'address' });
      if (item.estimate && !story.estimate) changed.push({ line: item.line, text: item.estimate, why: 'estimate' });
      keysAlone ||= Boolean(story.key && !item.url);
    }
  }
  return { stories, left, changed, keysAlone };
}

/** @param {string} text @param {Limits} limits */
function keyOf(text, limits) {
  const key = oneLine(text);
  return badCharacter(key) ? '' : shorten(key, limits.keyLength ?? 40, 200);
}

/**
 * The address of a story: its own, or the tracker's with the key behind it or where
 * it says {key}.
 *
 * @param {string | undefined} url
 * @param {string} key
 * @param {string | undefined} base
 * @param {Limits} limits
 */
function addressOf(url, key, base, limits) {
  const bare = encodeURIComponent(key.replace(/^[#!]/, ''));
  const made = base && key ? (base.includes('{key}') ? base.replaceAll('{key}', bare) : base + bare) : undefined;
  const address = oneLine(url ?? '') || made;
  if (!address || !URL.canParse(address)) return {};
  const { protocol, username, href } = new URL(address);
  const usable = /^https?:$/.test(protocol) && !username && size(href) <= (limits.urlBytes ?? 500);
  return usable ? { url: href } : {};
}

/** @param {string} [text] */
function estimateOf(text = '') {
  const estimate = oneLine(text).replace(/^(\d+)\.0$/, '$1');
  return estimate && !badCharacter(estimate) && [...estimate].length <= 16 ? { estimate } : {};
}

/**
 * The stories in pieces, each of which fits into one message.
 *
 * @param {Story[]} stories
 * @param {number} most bytes
 */
export function pieces(stories, most) {
  const around = 200; // what the message has besides
  /** @type {Story[][]} */
  const all = [];
  let bytes = most;
  for (const story of stories) {
    const more = size(JSON.stringify(story)) + 1;
    if (bytes + more > most - around) {
      all.push([]);
      bytes = 0;
    }
    bytes += more;
    all[all.length - 1].push(story);
  }
  return all;
}
