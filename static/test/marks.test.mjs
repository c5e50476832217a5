import assert from 'node:assert/strict';
import test from 'node:test';
import { COLOURS, colourOf, initials } from '../js/marks.js';

/** The relative luminance of WCAG. */
function luminance(colour) {
  const [r, g, b] = [1, 3, 5].map((at) => {
    const part = Number.parseInt(colour.slice(at, at + 2), 16) / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

function contrast(a, b) {
  const [low, high] = [luminance(a), luminance(b)].sort((a, b) => a - b);
  return (high + 0.05) / (low + 0.05);
}

test('every colour can be read on, and be told from what it lies on, by day and by night', () => {
  const ground = ['#f2efe8', '#fbf9f4', '#fffdf8', '#14151b', '#1f212b', '#20222c'];
  for (const [name, colour] of COLOURS) {
    assert.ok(contrast(colour, '#ffffff') >= 4.5, `white on ${name}: got ${contrast(colour, '#ffffff')}, want 4.5`);
    for (const other of ground)
      assert.ok(contrast(colour, other) >= 3, `${name} on ${other}: got ${contrast(colour, other)}, want 3`);
  }
});

test('somebody who has chosen no colour has always the same, and so do not all', () => {
  const ids = Array.from({ length: 200 }, (_, i) => `5j4m1n6q8r0s2t3v5w7x9y${i}`);
  const some = new Map(ids.map((id) => [id, colourOf(id)]));
  for (const [id, colour] of some) assert.equal(colourOf(id, { emoji: '🦊' }), colour);
  assert.deepEqual(new Set(some.values()), new Set(COLOURS.values()));
  assert.equal(colourOf('u', { colour: 'teal' }), COLOURS.get('teal'));
  assert.equal(colourOf('u', { colour: 'constructor' }), colourOf('u'));
});

test('initials are those of the first and the last word', () => {
  for (const [name, want] of [
    ['Ada Lovelace', 'AL'],
    ['ada', 'A'],
    ['Jean-Luc van den Berg', 'JB'],
    ['  Ñandú   émile ', 'ÑÉ'],
    ['Ada 2', 'A'],
    ['R2 D2', 'RD'],
    ['山田太郎', '山'],
    ['ليلى مراد', 'ل'],
    ['👩🏽‍💻 Zoë Q.', 'ZQ'],
    ['(Ada) "B"', 'AB'],
    ['ßtraße', 'SS'],
    ['5 Bob', 'B'],
    ['13', ''],
    ['5a', ''],
    ['👍', ''],
  ])
    assert.equal(initials(name), want, name);
});
