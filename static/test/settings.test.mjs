import assert from 'node:assert/strict';
import { test } from 'node:test';
import { settings } from '../js/actions/settings.js';

/** A page whose requests are answered by hand. */
function scene() {
  const page = { state: { roomId: 'r', room: { lock: false } }, drawn: 0, set: () => page.drawn++ };
  const asked = [];
  const { choose, chosen } = settings(page);
  const ask = (value) => choose('lock', value, () => new Promise((resolve) => asked.push(resolve)));
  return {
    page,
    asked,
    ask,
    shown: () => chosen('lock', page.state.room.lock),
    status: (lock) => {
      page.state = { ...page.state, room: { lock } };
    },
  };
}

/** Lets what waits for an answer go on. */
const settled = () => new Promise((resolve) => setImmediate(resolve));

test('a choice is shown until a status shows what came of it', async () => {
  const s = scene();
  s.ask(true);
  assert.equal(s.shown(), true, 'at once');
  assert.ok(s.page.drawn > 0, 'drawn');
  s.status(false); // somebody has estimated
  assert.equal(s.shown(), true, 'whatever others do meanwhile');
  s.asked[0](true);
  await settled();
  assert.equal(s.shown(), true, 'between the answer and the status');
  s.status(true);
  assert.equal(s.shown(), true);
  s.status(false);
  assert.equal(s.shown(), false, 'what others choose later counts');
});

test('an answer to an earlier choice leaves the last one alone', async () => {
  const s = scene();
  s.ask(true);
  s.ask(false);
  s.asked[0](true);
  await settled();
  s.status(true); // the first one's
  assert.equal(s.shown(), false);
  s.asked[1](true);
  await settled();
  assert.equal(s.shown(), false);
  s.status(false);
  assert.equal(s.shown(), false);
});

test('what is refused goes back, and the refusal of an earlier choice does not', async () => {
  const s = scene();
  s.ask(true);
  s.ask(true);
  s.asked[0](false);
  await settled();
  assert.equal(s.shown(), true);
  s.asked[1](false);
  await settled();
  assert.equal(s.shown(), false);
});

test('a choice in one room says nothing about another', async () => {
  const s = scene();
  const granted = s.ask(true);
  s.page.state = { roomId: 'other', room: { lock: false } };
  assert.equal(s.shown(), false);
  s.asked[0](true);
  assert.equal(await granted, true);
  assert.equal(s.shown(), false);
});
