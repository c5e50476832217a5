import assert from 'node:assert/strict';
import test from 'node:test';
import { cardFor, isTyping, meaning } from '../js/keyboard.js';
import { PRESETS } from '../js/parse/deck.js';

const numbers = PRESETS.fibonacci.split(' ');
const shirts = PRESETS.tshirt.split(' ');
const press = (key, fields = {}) => ({ key, target: { tagName: 'BODY' }, ...fields });

const MEANINGS = [
  [press('r'), numbers, '', { do: 'reveal' }],
  [press('R', { shiftKey: true }), numbers, '', { do: 'reveal' }],
  [press('c'), numbers, '', { do: 'clear' }],
  [press('n'), numbers, '', { do: 'next' }],
  [press('x'), numbers, '', null],
  [press('1'), numbers, '', { do: 'type', text: '1' }],
  [press('4'), numbers, '', null],
  [press('4'), numbers, '3', { do: 'type', text: '4' }],
  [press('5'), [], '', null],
  [press('m'), shirts, '', { do: 'type', text: 'm' }],
  [press('L'), shirts, 'x', { do: 'type', text: 'l' }],
  [press('r'), ['Rot', 'Grün'], '', { do: 'type', text: 'r' }],
  [press('r'), ['Grün'], 'g', { do: 'type', text: 'r' }],
  [press('?'), numbers, '', { do: 'keys' }],
  [press('Backspace'), numbers, '', { do: 'withdraw' }],
  [press('Delete'), numbers, '', { do: 'withdraw' }],
  [press('ArrowLeft'), numbers, '', { do: 'move', by: -1 }],
  [press('ArrowDown'), numbers, '', { do: 'move', by: 1 }],
  [press('End'), numbers, '', { do: 'move', by: Infinity }],
  [press('ArrowRight', { repeat: true }), numbers, '', { do: 'move', by: 1 }],
  [press('r', { repeat: true }), numbers, '', null],
  [press('z', { ctrlKey: true }), numbers, '', { do: 'undo' }],
  [press('Z', { metaKey: true }), numbers, '', { do: 'undo' }],
  [press('r', { ctrlKey: true }), numbers, '', null],
  [press('c', { metaKey: true }), numbers, '', null],
  [press('r', { altKey: true }), numbers, '', null],
  [press(' '), numbers, '', null],
  [press('Enter'), numbers, '', null],
  [press('Tab'), numbers, '', null],
  [press('F5'), numbers, '', null],
  [press('r', { target: { tagName: 'INPUT', type: 'text' } }), numbers, '', null],
  [press('z', { ctrlKey: true, target: { tagName: 'TEXTAREA' } }), numbers, '', null],
  [press('r', { target: { tagName: 'INPUT', type: 'checkbox' } }), numbers, '', { do: 'reveal' }],
];

test('what a key means', async (t) => {
  for (const [event, cards, typed, want] of MEANINGS) {
    const { key, target, ...held } = event;
    await t.test(`${key} ${Object.keys(held)} in ${target.tagName} after "${typed}"`, () =>
      assert.deepEqual(meaning(event, cards, typed), want),
    );
  }
});

test('where a key belongs to a text or a choice', () => {
  for (const target of [
    { tagName: 'INPUT', type: 'text' },
    { tagName: 'TEXTAREA' },
    { tagName: 'SELECT' },
    { tagName: 'P', isContentEditable: true },
  ])
    assert.equal(isTyping(target), true);
  for (const target of [
    { tagName: 'INPUT', type: 'radio' },
    { tagName: 'BUTTON' },
    { tagName: 'BODY', isContentEditable: false },
    null,
  ])
    assert.equal(isTyping(target), false);
});

const CARDS = [
  ['1', numbers, { typed: '1', card: '1', sure: false }],
  ['13', numbers, { typed: '13', card: '13', sure: true }],
  ['5', numbers, { typed: '5', card: '5', sure: true }],
  ['3', numbers, { typed: '3', card: '3', sure: false }],
  ['18', numbers, { typed: '8', card: '8', sure: true }],
  ['9', numbers, { typed: '9', card: null, sure: false }],
  ['x', shirts, { typed: 'x', card: 'XS', sure: false }],
  ['xl', shirts, { typed: 'xl', card: 'XL', sure: true }],
  ['s', shirts, { typed: 's', card: 'S', sure: true }],
];

test('the card that is meant by what was typed', async (t) => {
  for (const [typed, cards, want] of CARDS) await t.test(typed, () => assert.deepEqual(cardFor(typed, cards), want));
});
