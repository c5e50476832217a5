import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import test from 'node:test';
import { clock, LANGUAGES, learn, refusal, speak, spoken, t } from '../js/i18n.js';
import deDialogs from '../js/lang/de/dialogs.js';
import deImport from '../js/lang/de/import.js';
import dePage from '../js/lang/de/page.js';
import enDialogs from '../js/lang/en/dialogs.js';
import enImport from '../js/lang/en/import.js';
import enPage from '../js/lang/en/page.js';

const en = { ...enPage, ...enDialogs, ...enImport };
const de = { ...dePage, ...deDialogs, ...deImport };
const scripts = new URL('../js/', import.meta.url);
const forms = (entry) => (typeof entry === 'string' ? { other: entry } : entry);
const placeholders = (text) => [...new Set(text.match(/\{\w+\}/g) ?? [])].sort();
const all = (entry) => placeholders(Object.values(forms(entry)).join(' '));

test('every language there is has its file, and every file its language', () => {
  const files = readdirSync(new URL('lang/', scripts));
  assert.deepEqual(files.sort(), Object.keys(LANGUAGES).sort());
});

test('German and English have the same keys in the same parts', () => {
  assert.deepEqual(Object.keys(dePage).sort(), Object.keys(enPage).sort());
  assert.deepEqual(Object.keys(deDialogs).sort(), Object.keys(enDialogs).sort());
  assert.deepEqual(Object.keys(deImport).sort(), Object.keys(enImport).sort());
  assert.deepEqual(
    Object.keys(enPage).filter((key) => Object.hasOwn(enDialogs, key)),
    [],
  );
});

test('German and English have the same placeholders', () => {
  for (const key of Object.keys(en)) assert.deepEqual(all(de[key]), all(en[key]), key);
});

test('a text with plural forms has those of its language, each with the same placeholders', () => {
  for (const [language, texts] of Object.entries({ en, de })) {
    const wanted = new Intl.PluralRules(language).resolvedOptions().pluralCategories.sort();
    for (const [key, entry] of Object.entries(texts)) {
      if (typeof entry === 'string') continue;
      assert.deepEqual(Object.keys(entry).sort(), wanted, `${language} ${key}`);
      for (const text of Object.values(entry)) {
        assert.deepEqual(
          placeholders(text).filter((name) => name !== '{n}'),
          all(entry).filter((name) => name !== '{n}'),
          `${language} ${key}`,
        );
      }
    }
  }
});

test('no text is empty or has a brace left over', () => {
  for (const [key, entry] of [...Object.entries(en), ...Object.entries(de)]) {
    for (const text of Object.values(forms(entry))) {
      assert.ok(text.trim(), key);
      assert.doesNotMatch(text.replace(/\{\w+\}/g, ''), /[{}]/, key);
    }
  }
});

test('every key that a script names is there', () => {
  const files = readdirSync(scripts, { recursive: true }).filter((name) => name.endsWith('.js'));
  const named = files.flatMap((file) =>
    [...readFileSync(new URL(file, scripts), 'utf8').matchAll(/\bt\('([^']+)'/g)].map(([, key]) => [file, key]),
  );
  assert.ok(named.length > 50, 'hardly any key was found');
  for (const [file, key] of named) assert.ok(key in en, `${file} names ${key}`);
});

test('texts are spoken in the language chosen', async () => {
  globalThis.document = { documentElement: {} };
  Object.defineProperty(globalThis, 'navigator', {
    value: { languages: ['fr-FR', 'de-AT', 'en'] },
    configurable: true,
  });
  assert.equal(t('timer.minutes', { n: 1 }), '1 minute');
  assert.equal(t('timer.minutes', { n: 2 }), '2 minutes');
  assert.equal(t('no.such.key'), 'no.such.key');
  await speak(null);
  assert.deepEqual([spoken(), document.documentElement.lang], ['de', 'de']);
  assert.equal(t('timer.minutes', { n: 2 }), '2 Minuten');
  await speak('xx');
  assert.equal(spoken(), 'de');
  await speak('en');
  assert.equal(spoken(), 'en');
});

test('the texts of dialogs are there once they are loaded, in each language', async () => {
  await speak('de');
  assert.equal(t('keys.space'), 'keys.space');
  await learn('dialogs');
  assert.equal(t('keys.space'), de['keys.space']);
  await speak('en');
  assert.equal(t('keys.space'), en['keys.space']);
});

test('a text filled in is not filled in again', () => {
  assert.match(t('act.waitingFor', { names: '{names} $& $1' }), /\{names\} \$& \$1$/);
});

test('every refusal is said in words', () => {
  for (const code of ['stale_round', 'room_full', 'rate_limited', 'unavailable', 'lost', 'never_heard_of']) {
    assert.doesNotMatch(refusal(code), /^error\.|undefined|\{/, code);
  }
  assert.equal(refusal('rate_limited'), refusal('unavailable'));
});

test('a duration is minutes and seconds, rounded up', () => {
  assert.deepEqual([-5, 0, 1, 59_001, 61_000, 600_000].map(clock), ['0:00', '0:00', '0:01', '1:00', '1:01', '10:00']);
});
