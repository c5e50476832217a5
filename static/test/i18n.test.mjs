import assert from 'node:assert/strict';
import test from 'node:test';
import { clock, date, learn, list, number, onward, refusal, rightToLeft, speak, spoken, t } from '../js/i18n.js';
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
  await speak('en');
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

test('what a language has no text for is in English, in later parts too', async () => {
  const { default: page } = await import('../js/lang/fr/page.js');
  const { default: dialogs } = await import('../js/lang/fr/dialogs.js');
  const [round, space] = [page['room.round'], dialogs['keys.space']];
  delete page['room.round'];
  delete dialogs['keys.space'];
  await speak('fr');
  t('room.round', { n: 1 }); // now English is on its way
  await learn('page');
  assert.deepEqual([t('room.round', { n: 1 }), t('keys.space')], ['Round 1', en['keys.space']]);
  page['room.round'] = round;
  dialogs['keys.space'] = space;
  await speak('fr');
  assert.deepEqual([t('room.round', { n: 1 }), t('keys.space')], ['Tour 1', 'Espace']);
});

test('the document has the tag and the direction of the language', async () => {
  const { documentElement } = document;
  for (const [wished, tag, dir] of [
    ['ar', 'ar', 'rtl'],
    ['zh-Hant-TW', 'zh-Hans', 'ltr'],
    ['pt', 'pt-BR', 'ltr'],
    ['en', 'en', 'ltr'],
  ]) {
    await speak(wished);
    assert.deepEqual([documentElement.lang, documentElement.dir], [tag, dir]);
    assert.deepEqual([rightToLeft(), onward()], dir === 'rtl' ? [true, '←'] : [false, '→']);
  }
});

test('a language whose name only begins like another is not that one', async () => {
  await speak('arn');
  assert.equal(spoken(), 'de'); // the browser's next choice
});

test('numbers, dates and lists are those of the language', async () => {
  await speak('ar');
  assert.equal(number(1234.5), '1,234.5'); // with the digits of the cards
  assert.match(list(['Ada', 'Bob']), /\u2068Ada\u2069 و\u2068Bob\u2069/);
  await speak('pl');
  assert.deepEqual(
    [1, 2, 5, 22].map((n) => t('timer.minutes', { n })),
    ['1 minuta', '2 minuty', '5 minut', '22 minuty'],
  );
  await speak('pt');
  assert.equal(number(2.5), '2,5');
  assert.match(date('2026-03-01T12:00:00Z'), /mar\./);
  await speak('ja');
  assert.equal(list(['Ada', 'Bob']), 'Ada、Bob');
  await speak('en');
});

test('what users have written does not mix with a text of the other direction', async () => {
  await speak('ar');
  assert.match(t('say.topic', { topic: 'Log in (SSO)' }), /\u2068Log in \(SSO\)\u2069/);
  await speak('en');
  assert.equal(t('say.topic', { topic: 'Log in (SSO)' }), 'Topic: Log in (SSO)');
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
