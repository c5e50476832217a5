import assert from 'node:assert/strict';
import { test } from 'node:test';
import { historyActions } from '../js/actions/history.js';

test('who takes the history along before it has come gets it once it has', async () => {
  const page = { state: { history: null, more: false }, ui: { dialog: 'history' }, set: () => {} };
  const asked = [];
  const actions = historyActions(page, async (request) => asked.push(request));
  actions.openHistory();
  const all = actions.allRounds();
  await new Promise((resolve) => setImmediate(resolve));
  page.state = { ...page.state, history: [{ round: 1 }] };
  actions.pageArrived();
  assert.deepEqual(await all, [{ round: 1 }]);
  assert.deepEqual(asked, ['history', 'history']);
});

test('a history that is refused is none', async () => {
  const page = { state: { history: null, more: false }, ui: {}, set: () => {} };
  assert.equal(await historyActions(page, async () => false).allRounds(), null);
});
