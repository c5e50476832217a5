import assert from 'node:assert/strict';
import test from 'node:test';
import { clock, learn, refusal, speak, spoken, t } from '../js/i18n.js';
import de from '../js/lang/de/dialogs.js';
import stories from '../js/lang/de/import.js';
import people from '../js/lang/de/people.js';
import en from '../js/lang/en/dialogs.js';

test('texts are spoken in the language chosen', async () => {
  globalThis.document = { documentElement: {} };
  Object.defineProperty(globalThis, 'navigator', {
    value: { languages: ['sv-SE', 'de-AT', 'en'] },
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

test('parts and a language that are asked for together are all there in the end', async () => {
  await Promise.all([learn('people'), speak('de'), learn('import')]);
  for (const [key, text] of Object.entries({ ...people, ...stories })) {
    if (typeof text === 'string' && !text.includes('{')) assert.equal(t(key), text);
  }
  await speak('en');
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
