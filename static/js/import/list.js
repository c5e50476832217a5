// Lists: one line a story, with whatever marks lists have.

import { isKey } from './columns.js';

/** @typedef {{line: number, title: string, key?: string, url?: string, why?: string}} Item */

// The marks of Markdown, Word, wikis and people: bullets, numbers, boxes to tick.
const MARK =
  /^(?:[-*+•‣◦▪▫●○■□◆–—·∙➢➤✓✔☐☑☒]|[\ue000-\uf8ff]|\(?\d{1,3}[.)]|[a-z][.)]|o(?=\t)|#+(?=\s+\D))(?:\s+|(?=[\ue000-\uf8ff]))|^\[[ xX]?\](?:\s+|$)/u;

/** @param {string} line */
function unmarked(line) {
  let text = line.trim();
  for (let next = ''; next !== text; ) {
    next = text;
    text = text.replace(MARK, '').trim();
  }
  return text;
}

const JUDGED = 1000; // lines that say what kind of list it is

/**
 * The lines of a list, and how one is read: as a story; as what is none, such as a
 * heading in Markdown, which says what it is; or as nothing.
 *
 * @param {string} text
 * @returns {{rows: {line: number, text: string}[], read: (row: {line: number, text: string}) => Item | null}}
 */
export function list(text) {
  const lines = text.split(/\r\n|[\r\n\u2028\u2029]/);
  const rows = lines.flatMap((text, i) => (text.trim() ? [{ line: i + 1, text }] : []));
  const first = rows.slice(0, JUDGED).map(({ text }) => text.trim());
  const marked = first.filter((line) => unmarked(line) !== line).length;
  const heads = (/** @type {string} */ line) => marked > 1 && /^#{1,6}\s+\D/.test(line);
  const titles = first.flatMap((line) => (heads(line) ? [] : unmarked(line) || []));
  const keyed = titles.filter((title) => withKey(title).key).length;
  const sure = keyed > 1 && keyed >= titles.length / 2;
  return {
    rows,
    read({ line, text }) {
      const title = unmarked(text);
      if (heads(text.trim())) return { line, title, why: 'heading' };
      return title ? { line, ...parts(title, sure) } : null;
    },
  };
}

/**
 * What a line says: a link in Markdown, an address, a key before the title. A key
 * alone before a word is one only where most lines have one: UTF-8 is none.
 *
 * @param {string} title
 * @param {boolean} sure
 * @returns {{title: string, key?: string, url?: string}}
 */
function parts(title, sure) {
  const [, before, name, target, after] = /^(.*?)\[([^[\]]+)\]\((https?:\/\/[^\s)[]+)\)(.*)$/.exec(title) ?? [];
  if (target) {
    const rest = trimmed(`${before} ${after}`, /[\s:–—-]/, /[\s:–—-]/);
    if (isKey(name) && rest) return { title: rest, key: name, url: target };
    return { ...withKey(`${before}${name}${after}`.trim(), sure), url: target };
  }
  const [address] = /https?:\/\/\S+/.exec(title) ?? [];
  if (address) {
    const url = trimmed(address, null, /[).,;>\]]/);
    const rest = trimmed(title.replace(url, ''), /[\s)>\]:–—-]/, /[\s(<[:–—-]/);
    const key = keyIn(url);
    const found = rest ? withKey(rest, true) : { title: key ?? url };
    return { ...found, ...(!found.key && key && { key }), url };
  }
  return withKey(title, sure);
}

/**
 * A text without certain characters at its ends. An expression that ends with $
 * would try each run of them in the middle.
 *
 * @param {string} text
 * @param {RegExp | null} first one character at the beginning
 * @param {RegExp} last one at the end
 */
function trimmed(text, first, last) {
  let [from, to] = [0, text.length];
  while (to > 0 && last.test(text[to - 1])) to -= 1;
  while (first && from < to && first.test(text[from])) from += 1;
  return text.slice(from, to);
}

/** The key before a title. @param {string} text @param {boolean} sure @returns {{title: string, key?: string}} */
function withKey(text, sure = true) {
  const [, key, title] =
    /^\[([^\]\s]+)\]\s*[:–—-]?\s*(.+)$/.exec(text) ?? /^(\S+?)(?:\s*[:–—|\t]\s*|\s+-\s+)(.+)$/.exec(text) ?? [];
  if (key && isKey(key) && !/^\d+$/.test(key)) return { title, key };
  const [, bare, rest] = /^([A-Z][A-Z0-9_]*-\d+|[#!]\d+)[\s.]+(.+)$/.exec(text) ?? [];
  return bare && (sure || /^[#!]/.test(bare)) ? { title: rest, key: bare } : { title: text };
}

/** The key that an issue's address ends with. @param {string} url */
function keyIn(url) {
  const [, key] = /\/(?:browse|issue|issues|c|cases)\/([A-Z][A-Z0-9_]*-\d+)/.exec(url) ?? [];
  if (key) return key;
  const [, number] = /\/(?:issues|pull|work_items|_workitems\/edit|us|merge_requests)\/(\d+)/.exec(url) ?? [];
  return number && `#${number}`;
}
