import en from './lang/en.js';

/** The languages there are, as they call themselves. */
export const LANGUAGES = { en: 'English', de: 'Deutsch' };

const LOAD = new Map([['de', () => import('./lang/de.js')]]);

let language = 'en';
/** @type {Record<string, any>} */
let texts = en;

/** Speaks the wished language from now on, or else the browser's first choice there is; English where it cannot be loaded. */
export async function speak(wished) {
  const choices = [wished, ...navigator.languages].map((tag) => String(tag).slice(0, 2));
  language = choices.find((tag) => Object.hasOwn(LANGUAGES, tag)) ?? 'en';
  try {
    texts = (await LOAD.get(language)?.())?.default ?? en;
  } catch {
    [language, texts] = ['en', en];
  }
  document.documentElement.lang = language;
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
  const entry = [texts, en].find((all) => Object.hasOwn(all, key))?.[key] ?? key;
  const text = typeof entry === 'string' ? entry : (entry[new Intl.PluralRules(language).select(params.n)] ?? entry.other);
  return text.replace(/\{(\w+)\}/g, (_, name) => written(Object.hasOwn(params, name) ? params[name] : ''));
}

/** Why the server refused something, by its code. */
export function refusal(code) {
  const key = ['rate_limited', 'unavailable'].includes(code) ? 'error.busy' : `error.${code}`;
  return t(Object.hasOwn(en, key) ? key : 'error.other', { code });
}

const written = (value) => (typeof value === 'number' ? number(value) : String(value ?? ''));

export const number = (value) => new Intl.NumberFormat(language, { maximumFractionDigits: 1 }).format(value);

export const list = (names) => new Intl.ListFormat(language).format(names);

export const date = (time) => new Intl.DateTimeFormat(language, { dateStyle: 'medium', timeStyle: 'short' }).format(new Date(time));

export const hour = (time) => new Intl.DateTimeFormat(language, { timeStyle: 'short' }).format(new Date(time));

/** How long ago, in minutes, hours or days. */
export function ago(time, now = Date.now()) {
  const minutes = Math.max(0, (now - time) / 60_000);
  const [unit, n] = minutes < 60 ? ['minute', minutes] : minutes < 1440 ? ['hour', minutes / 60] : ['day', minutes / 1440];
  return new Intl.RelativeTimeFormat(language, { numeric: 'auto' }).format(-Math.round(n), /** @type {any} */ (unit));
}

/** A duration in milliseconds as minutes and seconds. */
export function clock(ms) {
  const seconds = Math.max(0, Math.ceil(ms / 1000));
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`;
}
