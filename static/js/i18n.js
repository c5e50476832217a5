import en from './lang/en/page.js';

/**
 * @typedef {string | (Partial<Record<Intl.LDMLPluralRule, string>> & {other: string})} Text one, or one for each plural form
 */
/** @typedef {Record<string, Text>} Texts */

/** The languages there are, as they call themselves. */
export const LANGUAGES = { en: 'English', de: 'Deutsch' };

/** @type {Texts} */
const english = en;

/** The texts of a language come in parts: what is seldom seen is loaded later. */
const LOAD = new Map(
  /** @type {[string, () => Promise<{default: Texts}>][]} */ ([
    ['en dialogs', () => import('./lang/en/dialogs.js')],
    ['en import', () => import('./lang/en/import.js')],
    ['de page', () => import('./lang/de/page.js')],
    ['de dialogs', () => import('./lang/de/dialogs.js')],
    ['de import', () => import('./lang/de/import.js')],
  ]),
);

let language = 'en';
let texts = english;
const parts = ['page'];

/**
 * Speaks the wished language from now on, or else the browser's first choice
 * there is; English where it cannot be loaded.
 *
 * @param {string | null} [wished]
 */
export async function speak(wished) {
  const choices = [wished, ...navigator.languages].map((tag) => String(tag).slice(0, 2));
  language = choices.find((tag) => Object.hasOwn(LANGUAGES, tag)) ?? 'en';
  try {
    texts = await load(language);
  } catch {
    language = 'en';
    texts = await load(language).catch(() => english);
  }
  document.documentElement.lang = language;
}

/** Loads a further part of the texts; rejects where it cannot be had. @param {'dialogs' | 'import'} part */
export async function learn(part) {
  if (!parts.includes(part)) parts.push(part);
  texts = await load(language);
}

/** @param {string} language @returns {Promise<Texts>} */
async function load(language) {
  const all = await Promise.all(parts.map((part) => LOAD.get(`${language} ${part}`)?.()));
  return Object.assign({}, english, ...all.map((part) => part?.default));
}

export const spoken = () => language;

/**
 * The text for a key, with {name}s filled in and numbers as the language writes
 * them. Of a text with plural forms it is the one for the parameter n.
 *
 * @param {string} key
 * @param {Record<string, any>} [params]
 * @returns {string}
 */
export function t(key, params = {}) {
  const entry = Object.hasOwn(texts, key) ? texts[key] : key;
  const text =
    typeof entry === 'string' ? entry : (entry[new Intl.PluralRules(language).select(params.n)] ?? entry.other);
  return text.replace(/\{(\w+)\}/g, (_, /** @type {string} */ name) =>
    written(Object.hasOwn(params, name) ? params[name] : ''),
  );
}

/** Why the server refused something, by its code. @param {string} code */
export function refusal(code) {
  const key = ['rate_limited', 'unavailable'].includes(code) ? 'error.busy' : `error.${code}`;
  return t(Object.hasOwn(en, key) ? key : 'error.other', { code });
}

/** @param {unknown} value */
const written = (value) => (typeof value === 'number' ? number(value) : String(value ?? ''));

/** @param {number} value */
export const number = (value) => new Intl.NumberFormat(language, { maximumFractionDigits: 1 }).format(value);

/** @param {string[]} names */
export const list = (names) => new Intl.ListFormat(language).format(names);

/** @param {string | number} time */
export const date = (time) =>
  new Intl.DateTimeFormat(language, { dateStyle: 'medium', timeStyle: 'short' }).format(new Date(time));

/** @param {string | number} time */
export const hour = (time) => new Intl.DateTimeFormat(language, { timeStyle: 'short' }).format(new Date(time));

/** How long ago, in minutes, hours or days. @param {number} time */
export function ago(time, now = Date.now()) {
  const minutes = Math.max(0, (now - time) / 60_000);
  const [unit, n] =
    minutes < 60 ? ['minute', minutes] : minutes < 1440 ? ['hour', minutes / 60] : ['day', minutes / 1440];
  return new Intl.RelativeTimeFormat(language, { numeric: 'auto' }).format(-Math.round(n), /** @type {any} */ (unit));
}

/** A duration in milliseconds as minutes and seconds. @param {number} ms */
export function clock(ms) {
  const seconds = Math.max(0, Math.ceil(ms / 1000));
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`;
}
