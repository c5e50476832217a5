import assert from 'node:assert/strict';
import test from 'node:test';
import { agreement, estimates, speakers } from '../js/agreement.js';
import { member, revealed, roomOf, said } from './rooms.mjs';

const AGREEMENTS = [
  ['nobody', 'fibonacci', [], { word: 'none', steps: 0 }],
  ['only what is no size', 'fibonacci', ['?', '☕'], { word: 'none', unranked: 2 }],
  ['one', 'fibonacci', ['5'], { word: 'single', low: '5', high: '5' }],
  ['one beside a ?', 'fibonacci', ['5', '?'], { word: 'single', low: '5', unranked: 1 }],
  ['all equal', 'fibonacci', ['5', '5', '5'], { word: 'agree', steps: 0, low: '5', high: '5' }],
  ['all equal but a ?', 'fibonacci', ['5', '?', '5'], { word: 'agree', unranked: 1 }],
  [
    'adjacent cards, however far their numbers',
    'fibonacci',
    ['21', '34', '34'],
    { word: 'neighbours', steps: 1, low: '21', high: '34' },
  ],
  ['two far apart', 'fibonacci', ['3', '13', '3'], { word: 'camps', first: '3', second: '13', steps: 3 }],
  ['two groups of neighbours', 'fibonacci', ['2', '3', '13', '21'], { word: 'camps', first: '2–3', second: '13–21' }],
  ['one card between two', 'fibonacci', ['3', '8'], { word: 'camps', first: '3', second: '8', steps: 2 }],
  ['three in a row', 'fibonacci', ['3', '5', '8'], { word: 'scattered', low: '3', high: '8', steps: 2 }],
  ['three far apart', 'fibonacci', ['1', '5', '21'], { word: 'scattered', low: '1', high: '21' }],
  ['a group of three and one', 'fibonacci', ['1', '2', '3', '21'], { word: 'scattered' }],
  ['shirts: all equal', 'tshirt', ['M', 'M'], { word: 'agree', low: 'M' }],
  ['shirts: neighbours', 'tshirt', ['M', 'S'], { word: 'neighbours', low: 'S', high: 'M' }],
  ['shirts: camps', 'tshirt', ['XS', 'S', 'XXL'], { word: 'camps', first: 'XS–S', second: 'XXL' }],
  [
    'shirts: scattered',
    'tshirt',
    ['XS', 'M', 'XXL', '?'],
    { word: 'scattered', low: 'XS', high: 'XXL', steps: 5, unranked: 1 },
  ],
  ['half a point and none', 'modified-fibonacci', ['0', '½'], { word: 'neighbours', low: '0', high: '½' }],
  ['half a point and one', 'modified-fibonacci', ['1', '½'], { word: 'neighbours', low: '½', high: '1' }],
  ['half a point and two', 'modified-fibonacci', ['½', '2'], { word: 'camps', first: '½', second: '2' }],
  ['no deck: numbers in their order', null, ['10', '9', '½'], { word: 'scattered', low: '½', high: '10', steps: 2 }],
  ['no deck: equal', null, ['9', '9'], { word: 'agree', low: '9' }],
];

test('how far apart the estimates are', async (t) => {
  for (const [name, preset, values, wants] of AGREEMENTS) {
    await t.test(name, () => {
      for (const order of [values, values.toReversed()]) {
        const result = agreement(revealed(preset, ...order));
        for (const [key, want] of Object.entries(wants)) assert.equal(result[key], want, key);
      }
    });
  }
});

test('only what was revealed is an estimate', () => {
  const room = roomOf([said('Ada', '5', 'why'), member('Ben', { estimated: true })]);
  assert.deepEqual(estimates(room), [{ id: 'm0', name: 'Ada', value: '5', comment: 'why' }]);
});

test('the lowest and the highest speak first, then who wrote a comment', () => {
  const room = roomOf(
    [said('Ada', '1'), said('Ben', '5', 'so'), said('Cleo', '13', 'big'), said('Dan', '1'), said('Eve', '5')],
    { revealed: true },
  );
  const { low, high } = speakers(room);
  assert.deepEqual(low[0].names, ['Ada', 'Dan']);
  assert.deepEqual(high[0].names, ['Cleo']);
  assert.deepEqual([...low, ...high].flatMap(({ names }) => names).sort(), ['Ada', 'Ben', 'Cleo', 'Dan']);
  assert.deepEqual(
    [...low, ...high].filter(({ edge }) => !edge).map(({ name }) => name),
    ['Ben'],
  );
});

test('where all agree only comments speak', () => {
  const { low, high } = speakers(roomOf([said('Ada', '5'), said('Ben', '5', 'sure')], { revealed: true }));
  assert.deepEqual(
    [...low, ...high].map(({ name }) => name),
    ['Ben'],
  );
});
