import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import test from 'node:test';
import { deckLine, PRESETS, parseDeck } from '../js/parse/deck.js';
import { moved } from '../js/parse/topics.js';

const many = (n) => Array.from({ length: n }, (_, i) => `${i}`);

const DECKS = [
  ['1 2 3', { name: 'Own', cards: ['1', '2', '3'] }],
  ['1, 2;3\t4', { name: 'Own', cards: ['1', '2', '3', '4'] }],
  ['Sizes: S, M, L', { name: 'Sizes', cards: ['S', 'M', 'L'] }],
  ['  Our sizes :  S  M ', { name: 'Our sizes', cards: ['S', 'M'] }],
  ['サイズ：小、中、大', { name: 'サイズ', cards: ['小', '中', '大'] }],
  ['١،٢؛٣', { name: 'Own', cards: ['١', '٢', '٣'] }],
  ['1:2 3:4', { name: 'Own', cards: ['1:2', '3:4'] }],
  ['👩‍🚀👩‍🚀👩‍🚀👩‍🚀👩‍🚀👩‍🚀👩‍🚀👩‍🚀', { name: 'Own', cards: ['👩‍🚀👩‍🚀👩‍🚀👩‍🚀👩‍🚀👩‍🚀👩‍🚀👩‍🚀'] }],
  ['1 1234567890123456', { name: 'Own', cards: ['1', '1234567890123456'] }],
  ['0,5 1 2 3', { name: 'Own', cards: ['0,5', '1', '2', '3'] }],
  ['0,5; 1; 2,5', { name: 'Own', cards: ['0,5', '1', '2,5'] }],
  ['0,5, 1, 2', { name: 'Own', cards: ['0,5', '1', '2'] }],
  ['€0,5 0,5h 1h', { name: 'Own', cards: ['€0,5', '0,5h', '1h'] }],
  ['0,1,2,3', { name: 'Own', cards: ['0', '1', '2', '3'] }],
  ['1,2,3 ?', { name: 'Own', cards: ['1', '2', '3', '?'] }],
  ['1/2 1 1½', { name: 'Own', cards: ['1/2', '1', '1½'] }],
  ['"a b" \'c d\' „e f“ “g h”', { name: 'Own', cards: ['a b', 'c d', 'e f', 'g h'] }],
  ['"a b","0,5"', { name: 'Own', cards: ['a b', '0,5'] }],
  ['Bob\'s: "Extra  large", o\'clock', { name: "Bob's", cards: ['Extra large', "o'clock"] }],
  ['"a: b" c', { name: 'Own', cards: ['a: b', 'c'] }],
  ['"open 1', { name: 'Own', cards: ['"open', '1'] }],
  ['u\u0308', { name: 'Own', cards: ['ü'] }],
  [many(40).join(' '), { name: 'Own', cards: many(40) }],
];

test('a deck typed as a line', async (t) => {
  for (const [line, deck] of DECKS) await t.test(line, () => assert.deepEqual(parseDeck(line, 'Own'), { deck }));
});

const FAULTS = [
  ['', { fault: 'none' }],
  [' ,; ', { fault: 'none' }],
  ['Name:', { fault: 'none' }],
  [many(41).join(' '), { fault: 'many' }],
  ['1 12345678901234567', { fault: 'long', card: '12345678901234567' }],
  ['1 2 1', { fault: 'twice', card: '1' }],
];

test('what is no deck, and why', async (t) => {
  for (const [line, fault] of FAULTS)
    await t.test(line.slice(0, 20), () => assert.deepEqual(parseDeck(line, 'Own'), fault));
});

test('a deck is written as it is read', () => {
  for (const [line] of DECKS) {
    const { deck } = parseDeck(line, 'Own');
    assert.deepEqual(parseDeck(deckLine(deck), 'Own'), { deck }, line);
  }
  for (const cards of [['0,5'], ['a,b', 'c'], ["'", 'x'], ['a;b', 'c'], ['say "x y"', 'z']]) {
    const deck = { name: 'N', cards };
    assert.deepEqual(parseDeck(deckLine(deck), 'Own'), { deck }, cards.join(' '));
  }
  for (const [name, line] of Object.entries(PRESETS)) {
    const deck = { name, cards: line.split(' ') };
    assert.deepEqual(parseDeck(deckLine(deck), 'Own'), { deck });
  }
});

test('the presets are those of the server', () => {
  const source = readFileSync(new URL('../../poker/deck.go', import.meta.url), 'utf8');
  const known = [...source.matchAll(/preset\("([^"]+)", "([^"]+)"\)/g)].map(([, name, line]) => [name, line]);
  assert.deepEqual(Object.fromEntries(known), PRESETS);
});

test('a topic moves and the list it was in stays', () => {
  const topics = Object.freeze(['a', 'b', 'c']);
  assert.deepEqual(moved(topics, 0, 1), ['b', 'a', 'c']);
  assert.deepEqual(moved(topics, 2, 0), ['c', 'a', 'b']);
  assert.deepEqual(moved(topics, 0, -1), ['a', 'b', 'c']);
  assert.deepEqual(moved(topics, 1, 9), ['a', 'c', 'b']);
});
