// The results as a table, one row a story, to take along.

/** @import {Result} from './stories.js' */

import { cell, plain, sheet } from '../export.js';
import { reasons, sumOf } from './stories.js';

const COLUMNS = /** @type {const} */ ([
  'key',
  'title',
  'agreed',
  'points',
  'median',
  'spread',
  'lowest',
  'highest',
  'rounds',
  'minutes',
  'link',
]);

/** @typedef {(typeof COLUMNS)[number]} Column */

/** What of a story is exported. @param {Result} story */
const cells = (story) => COLUMNS.map((name) => story[name]);

/** CSV after RFC 4180, for spreadsheets and programs. @param {Result[]} stories */
export const csv = (stories) => sheet([[...COLUMNS], ...stories.map(cells)]);

/** @param {Result[]} stories */
export const json = (stories) =>
  `${JSON.stringify({ stories: stories.map((story) => Object.fromEntries(COLUMNS.map((name) => [name, story[name]]))) }, null, 2)}\n`;

/**
 * A table for the clipboard, from which a spreadsheet takes it apart at the tabs.
 *
 * @param {Result[]} stories
 * @param {(column: Column) => string} head what a column is called
 * @param {string} point what the spreadsheet writes before decimals; where it is a comma, 2.5 would be a date
 */
export function tsv(stories, head, point) {
  const text = (/** @type {unknown} */ value) =>
    typeof value === 'number' ? String(value).replace('.', point) : cell(value);
  return [COLUMNS.map(head), ...stories.map(cells)].map((row) => `${row.map(text).join('\t')}\r\n`).join('');
}

/**
 * A Markdown table. A link of the tracker's is kept as one, and everything else means
 * nothing to Markdown.
 *
 * @param {Result[]} stories
 * @param {(column: Column) => string} head
 */
export function markdown(stories, head) {
  const columns = /** @type {Column[]} */ ([
    'key',
    'title',
    'agreed',
    'median',
    'lowest',
    'highest',
    'rounds',
    'minutes',
  ]);
  const row = (/** @type {unknown[]} */ cells) => `| ${cells.join(' | ')} |`;
  const written = (/** @type {Result} */ story) =>
    columns.map((name) => {
      const text = plain(String(story[name] ?? ''));
      return name === 'key' && story.link
        ? `[${text || '↗'}](<${story.link.replace(/[<>|\\\s]/g, encodeURIComponent)}>)`
        : text;
    });
  const rule = columns.map((name) => (name === 'key' || name === 'title' ? '---' : '--:'));
  return [row(columns.map(head)), row(rule), ...stories.map((story) => row(written(story))), ''].join('\n');
}

/**
 * @typedef {object} Words what a report is written with, in the user's language
 * @property {string} title
 * @property {(column: Column) => string} head
 * @property {string} stories
 * @property {string} sum
 * @property {string} apart
 * @property {(low: string, high: string) => string} from
 * @property {string} untitled
 */

/**
 * The whole session as Markdown, to be sent: the table, its sum, and where people were
 * far apart, with their reasons.
 *
 * @param {Result[]} stories
 * @param {Words} words
 */
export function report(stories, words) {
  const sum = sumOf(stories);
  const apart = stories.filter((story) => story.apart);
  const name = (/** @type {Result} */ { key, title }) =>
    plain([key, title].filter(Boolean).join(' ') || words.untitled);
  const said = (/** @type {Result} */ story) =>
    reasons(story).map((e) => `  - **${plain(e.value)}** ${plain(e.name)}${e.comment && ` – ${plain(e.comment)}`}`);
  return [
    `## ${words.title}`,
    '',
    `${words.stories}: ${stories.length}${sum === null ? '' : ` · ${words.sum}: ${sum}`}`,
    '',
    markdown(stories, words.head),
    ...(apart.length > 0 ? [`### ${words.apart}`, ''] : []),
    ...apart.flatMap((story) => {
      const { lowest = '', highest = '' } = story.apart?.summary ?? {};
      return [`- ${name(story)}: ${plain(words.from(lowest, highest))}`, ...said(story)];
    }),
    ...(apart.length > 0 ? [''] : []),
  ].join('\n');
}
