import assert from 'node:assert/strict';
import test from 'node:test';
import { load } from '../js/on-demand.js';

test('a part that cannot bear what the room says when it comes costs nothing else', async (context) => {
  context.mock.method(console, 'error', () => {});
  const done = [];
  const page = { set: () => done.push('drawn'), apply: ({ event }) => done.push(event) };
  await load(page, [Promise.resolve({})], () => {
    throw new TypeError('topics is null');
  });
  await load(page, [Promise.reject(new Error('not found'))], () => {});
  assert.deepEqual(done, ['drawn', 'stale']);
  assert.equal(console.error.mock.callCount(), 1);
});
