import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import test from 'node:test';
import { LANGUAGES } from '../js/i18n.js';

const scripts = new URL('../js/', import.meta.url);
const folder = (language) => readdirSync(new URL(`lang/${language}/`, scripts)).sort();

/** The texts of all languages, by part, and without parts. */
const PARTS = {};
const TEXTS = {};
for (const language of readdirSync(new URL('lang/', scripts))) {
  PARTS[language] = {};
  for (const file of folder(language)) {
    PARTS[language][file] = (await import(`../js/lang/${language}/${file}`)).default;
  }
  TEXTS[language] = Object.assign({}, ...Object.values(PARTS[language]));
}
const { en, de } = TEXTS;
const others = Object.entries(TEXTS).filter(([language]) => language !== 'en');
const tagOf = (language) => LANGUAGES[language].tag ?? language;

const forms = (entry) => (typeof entry === 'string' ? { other: entry } : entry);
const placeholders = (text) => [...new Set(text.match(/\{\w+\}/g) ?? [])].sort();
const all = (entry) => placeholders(Object.values(forms(entry)).join(' '));
const without = (names, name) => names.filter((other) => other !== name);

/** The plural forms that whole numbers have, and those there are at all. */
function plurals(language) {
  const rules = new Intl.PluralRules(tagOf(language));
  const counts = Array.from({ length: 1001 }, (_, n) => rules.select(n));
  return {
    needed: [...new Set([...counts, 'other'])],
    known: rules.resolvedOptions().pluralCategories,
    zero: counts[0],
  };
}

test('every language there is has its folder, and every folder its language', () => {
  assert.deepEqual(Object.keys(TEXTS).sort(), Object.keys(LANGUAGES).sort());
});

for (const [language, texts] of others) {
  test(`${language} has the parts and keys of English`, () => {
    assert.deepEqual(folder(language), folder('en'));
    for (const part of folder('en')) {
      const [has, wants] = [PARTS[language][part], PARTS.en[part]].map((part) => Object.keys(part));
      const missing = wants.filter((key) => !has.includes(key));
      const unknown = has.filter((key) => !wants.includes(key));
      assert.deepEqual({ missing, unknown }, { missing: [], unknown: [] }, `${language}/${part}`);
    }
  });

  test(`${language} has the placeholders of English`, () => {
    for (const [key, entry] of Object.entries(texts)) {
      if (Object.hasOwn(en, key)) assert.deepEqual(all(entry), all(en[key]), `${language} ${key}`);
    }
  });
}

test('no key is in two parts', () => {
  const keys = Object.values(PARTS.en).flatMap((part) => Object.keys(part));
  assert.deepEqual(
    keys.filter((key, i) => keys.indexOf(key) !== i),
    [],
  );
});

test('a text with plural forms has those of its language, each with the same placeholders', () => {
  for (const [language, texts] of Object.entries(TEXTS)) {
    const { needed, known, zero } = plurals(language);
    for (const [key, entry] of Object.entries(texts)) {
      if (typeof entry === 'string') continue;
      const has = Object.keys(entry);
      const counts = all(en[key]).includes('{n}') || typeof en[key] === 'object';
      assert.ok(counts, `${language} ${key} has plural forms, and nothing counts`);
      assert.deepEqual(
        [needed.filter((form) => !has.includes(form)), has.filter((form) => !known.includes(form))],
        [[], []],
        `${language} ${key}`,
      );
      for (const text of Object.values(entry)) {
        assert.deepEqual(without(placeholders(text), '{n}'), without(all(entry), '{n}'), `${language} ${key}`);
      }
      // A form that none and one share says which of them it is.
      if (zero === 'one' && all(entry).includes('{n}')) assert.match(entry.one, /\{n\}/, `${language} ${key}`);
    }
  }
});

test('a text that counts has plural forms where English has them and the language needs them', () => {
  for (const [language, texts] of others) {
    if (plurals(language).needed.length === 1) continue;
    for (const [key, entry] of Object.entries(texts)) {
      if (typeof en[key] === 'object') assert.equal(typeof entry, 'object', `${language} ${key}`);
    }
  }
});

test('no text is empty, has a brace left over, or a blank at an end that English has not', () => {
  for (const [language, texts] of Object.entries(TEXTS)) {
    for (const [key, entry] of Object.entries(texts)) {
      for (const text of Object.values(forms(entry))) {
        assert.ok(text.trim(), `${language} ${key}`);
        assert.doesNotMatch(text.replace(/\{\w+\}/g, ''), /[{}]/, `${language} ${key}`);
        if (!/^\s|\s$/.test(forms(en[key] ?? '').other)) assert.equal(text, text.trim(), `${language} ${key}`);
      }
    }
  }
});

test('a number in a text is in every language', () => {
  const numbers = (text) => [...new Set(text.replace(/\{\w+\}/g, '').match(/\d+/g) ?? [])].sort();
  for (const [language, texts] of others) {
    for (const [key, entry] of Object.entries(en)) {
      const has = numbers(Object.values(forms(texts[key] ?? '')).join(' '));
      const lost = numbers(forms(entry).other).filter((number) => !has.includes(number));
      assert.deepEqual(lost, [], `${language} ${key}`);
    }
  }
});

test('quotes and apostrophes are those of print', () => {
  for (const [language, texts] of Object.entries(TEXTS)) {
    for (const [key, entry] of Object.entries(texts)) {
      for (const text of Object.values(forms(entry))) assert.doesNotMatch(text, /["'`]|\.\.\./, `${language} ${key}`);
    }
  }
});

test('French has its spaces that do not break before signs of two parts', () => {
  for (const [key, entry] of Object.entries(TEXTS.fr)) {
    for (const text of Object.values(forms(entry))) assert.doesNotMatch(text, /[^\u202f\u00a0][?!;:»]|«[^\u00a0]/, key);
  }
});

/**
 * How long a text may be, by what it is for, in columns: a character that fills
 * its square takes two. TestBrowserLanguages measures them on a phone; this
 * finds most of what is too long without a browser.
 */
const LIMITS = [
  [/^act\.(again|next|hide|clear|clearRound)$|^undo\.button$|^name\.(save|later)$|^access\.cancel$|^free\./, 18],
  [/^seat\.(you|away|lowest|highest|guest)$/, 14],
  [/^(topics|history|options|me|timer|deck|keys)\.title$|^(deck\.(use|inUse)|side\.more|import\.discard)$/, 26],
  [/^act\.(reveal|revealNow|revealMissing|change|add|keep)$|^gone\.(return|revive|retry|home)$/, 30],
  [/^invite\.(title|short|copy|copied|share|stage)$|^offer\.(accept|later|withdraw)$|^banner\.(now|reload|here)$/, 34],
  [
    /^(me|access)\.(leave|signOut|forget|sureForget|close|sureClose|away|sureAway)$|^topics\.(edit|empty|add|addNone)$/,
    38,
  ],
  [/^title\./, 30],
  [/^figure\./, 16],
];

/** @param {string} text */
const columns = (text) =>
  [...text.replace(/\{\w+\}/g, '00')].reduce((n, c) => n + (/[\u1100-\uffdc]/.test(c) ? 2 : 1), 0);

test('texts of buttons, tabs and labels are short', () => {
  for (const [language, texts] of Object.entries(TEXTS)) {
    for (const [key, entry] of Object.entries(texts)) {
      const [, most] = LIMITS.find(([keys]) => keys.test(key)) ?? [];
      for (const text of most ? Object.values(forms(entry)) : []) {
        assert.ok(
          columns(text) <= most,
          `${language} ${key}: got ${columns(text)} columns, want at most ${most}: ${text}`,
        );
      }
    }
  }
});

test('no text is much longer than it is in English', () => {
  for (const [language, texts] of others) {
    for (const [key, entry] of Object.entries(texts)) {
      const most = 1.8 * Math.max(...Object.values(forms(en[key] ?? '')).map(columns)) + 14;
      for (const text of Object.values(forms(entry))) {
        assert.ok(
          columns(text) <= most,
          `${language} ${key}: got ${columns(text)} columns, want at most ${most}: ${text}`,
        );
      }
    }
  }
});

/** Keys that scripts put together, with what they put in. */
const MADE = [
  /^error\./, // the server's codes
  /^gone\.\w+(\.why)?$/, // reasons, the server's too
  /^deck\.(any|fibonacci|modified-fibonacci|tshirt|powers-of-two|sequential|hours)$/,
  /^deck\.fault\.(none|many|long|twice)$/,
  /^seat\.(lowest|highest|owner|deputy|standIn)$/,
  /^word\.(none|single|agree|neighbours|camps|scattered)$/,
  /^figure\.(median|mean|votes|unranked)$/,
  /^side\.(low|high)$/,
  /^title\.(estimate|reveal|wait)$/,
  /^import\.(part|as|read|role|why)\.\w+$/,
  /^results\.(agreedOn|stories|sum|time|format\.(csv|sh)|column\.\w+)$/,
  /^(history\.by|trace\.hidden)\.auto$/,
  /^absence\.(away|left|unowned)$/,
  /^signal\.(turn|complete|door)$/,
  /^door\.(admit|all|refuse)$/,
  /^mark\.(blue|violet|pink|red|orange|olive|green|teal)$/,
];

test('every key is named by a script', () => {
  const files = readdirSync(scripts, { recursive: true }).filter((name) => /(?<!^lang\b.*)\.js$/.test(name));
  const source = files.map((file) => readFileSync(new URL(file, scripts), 'utf8')).join('\n');
  const quoted = new Set([...source.matchAll(/'([^'\n]*)'/g)].map(([, text]) => text));
  const unused = Object.keys(en).filter((key) => !quoted.has(key) && !MADE.some((keys) => keys.test(key)));
  assert.deepEqual(unused, []);
});

test('every key that a script names is there', () => {
  const files = readdirSync(scripts, { recursive: true }).filter((name) => name.endsWith('.js'));
  const named = files.flatMap((file) =>
    [...readFileSync(new URL(file, scripts), 'utf8').matchAll(/\bt\('([^']+)'/g)].map(([, key]) => [file, key]),
  );
  assert.ok(named.length > 50, 'hardly any key was found');
  for (const [file, key] of named) assert.ok(key in en, `${file} names ${key}`);
});
