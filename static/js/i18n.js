/**
 * @typedef {string | (Partial<Record<Intl.LDMLPluralRule, string>> & {other: string})} Text one, or one for each plural form
 */
/** @typedef {Record<string, Text>} Texts */

/**
 * @typedef {{name: string, tag?: string, rightToLeft?: boolean}} Language the tag is for Intl and the document, where the key is not enough
 */

/**
 * The languages there are, as they call themselves. Each has a folder of its
 * key, with a file for each part of the texts.
 *
 * @type {Record<string, Language>}
 */
export const LANGUAGES = {
  en: { name: 'English' },
  de: { name: 'Deutsch' },
  es: { name: 'Español' },
  fr: { name: 'Français' },
  it: { name: 'Italiano' },
  nl: { name: 'Nederlands' },
  pl: { name: 'Polski' },
  pt: { name: 'Português', tag: 'pt-BR' },
  ar: { name: 'العربية', tag: 'ar-u-nu-latn', rightToLeft: true }, // with the digits of the cards
  ja: { name: '日本語' },
  zh: { name: '简体中文', tag: 'zh-Hans' },
};

let language = 'en';
let tag = 'en';
/** @type {Texts} */
let texts = {};
const parts = ['page'];
/** The language lacks a text, so that English is loaded too. */
let lacking = false;

/**
 * Speaks the wished language from now on, or else the browser's first choice
 * there is. Where it cannot be loaded, it is the language before, at first
 * English; rejects where that cannot be loaded either.
 *
 * @param {string | null} [wished]
 */
export async function speak(wished) {
  const was = language;
  const choices = [wished, ...navigator.languages].map((choice) => String(choice).split('-')[0].toLowerCase());
  language = choices.find((choice) => Object.hasOwn(LANGUAGES, choice)) ?? 'en';
  try {
    await fill();
  } catch {
    language = was;
    await fill();
  }
  tag = LANGUAGES[language].tag ?? language;
  document.documentElement.lang = new Intl.Locale(tag).baseName;
  document.documentElement.dir = rightToLeft() ? 'rtl' : 'ltr';
}

/**
 * Loads a further part of the texts, of what is seldom seen; rejects where it
 * cannot be had.
 *
 * @param {string} part a file's name
 */
export async function learn(part) {
  if (!parts.includes(part)) parts.push(part);
  await fill();
}

/** Loads the texts. What was wanted first may come last: until it is all there, none is lost for another. */
async function fill() {
  const was = language;
  const count = parts.length;
  const loaded = await load(was);
  if (was !== language || count < parts.length) await fill();
  else texts = loaded;
}

/** The texts of all parts wanted so far. @param {string} language @returns {Promise<Texts>} */
async function load(language) {
  const languages = lacking ? ['en', language] : [language];
  const all = await Promise.all(parts.flatMap((name) => languages.map((one) => part(one, name))));
  return Object.assign({}, ...all);
}

/** @param {string} language @param {string} name @returns {Promise<Texts>} */
const part = async (language, name) => (await import(`./lang/${language}/${name}.js`)).default;

/** Loads English for what a language lacks; the page is drawn again with it. @param {string} key shown until then */
function lack(key) {
  if (!lacking && language !== 'en') {
    lacking = true;
    fill().then(
      () => globalThis.dispatchEvent?.(new Event('texts')),
      () => {},
    );
  }
  return key;
}

/** Whether the page is laid out from right to left. */
export const rightToLeft = () => LANGUAGES[language].rightToLeft === true;

/** An arrow to what comes next. */
export const onward = () => (rightToLeft() ? '←' : '→');

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
  const entry = Object.hasOwn(texts, key) ? texts[key] : lack(key);
  const text = typeof entry === 'string' ? entry : (entry[new Intl.PluralRules(tag).select(params.n)] ?? entry.other);
  return text.replace(/\{(\w+)\}/g, (_, /** @type {string} */ name) =>
    written(Object.hasOwn(params, name) ? params[name] : ''),
  );
}

/** Why the server refused something, by its code. @param {string} code */
export function refusal(code) {
  const key = ['rate_limited', 'unavailable'].includes(code) ? 'error.busy' : `error.${code}`;
  return t(Object.hasOwn(texts, key) ? key : 'error.other', { code });
}

/** @param {unknown} value */
const written = (value) => (typeof value === 'number' ? number(value) : apart(String(value ?? '')));

/** What users have written, kept from mixing with a text of the other direction. @param {string} text */
const apart = (text) => (text && rightToLeft() ? `\u2068${text}\u2069` : text);

/** @param {number} value */
export const number = (value) => new Intl.NumberFormat(tag, { maximumFractionDigits: 1 }).format(value);

/** What spreadsheets of the language write before decimals. */
export const decimalPoint = () => (number(0.5).includes(',') ? ',' : '.');

/** @param {string[]} names */
export const list = (names) => new Intl.ListFormat(tag).format(names.map(apart));

/** @param {string | number} time */
export const date = (time) =>
  new Intl.DateTimeFormat(tag, { dateStyle: 'medium', timeStyle: 'short' }).format(new Date(time));

/** @param {string | number} time */
export const hour = (time) => new Intl.DateTimeFormat(tag, { timeStyle: 'short' }).format(new Date(time));

/** How long ago, in minutes, hours or days. @param {number} time */
export function ago(time, now = Date.now()) {
  const minutes = Math.max(0, (now - time) / 60_000);
  const [unit, n] =
    minutes < 60 ? ['minute', minutes] : minutes < 1440 ? ['hour', minutes / 60] : ['day', minutes / 1440];
  return new Intl.RelativeTimeFormat(tag, { numeric: 'auto' }).format(-Math.round(n), /** @type {any} */ (unit));
}

/** A duration in milliseconds as minutes and seconds. @param {number} ms */
export function clock(ms) {
  const seconds = Math.max(0, Math.ceil(ms / 1000));
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`;
}
