import assert from 'node:assert/strict';
import { test } from 'node:test';
import { open, own, progress } from '../js/ahead/stories.js';
import { initial, reduce } from '../js/state.js';

const member = (name, ahead, role = 'estimator') => ({ name, role, online: false, estimated: false, ahead });
const room = {
  epoch: 'e',
  topics: [
    { title: 'Login', topicId: 7 },
    { title: 'Search', topicId: 3 },
    { title: 'Export', topicId: 12 },
  ],
  ahead: { 7: 2, 12: 1 },
  members: { a: member('Ada', 2), b: member('Bob', 1), o: member('Obi', undefined, 'observer') },
};
const page = (ahead, aheadSent = {}) => ({ state: { room, ahead }, ui: { aheadSent } });
const five = { value: '5', comment: '' };

test('how far a room is: those who watch are not waited for', () => {
  assert.deepEqual(progress(room), {
    stories: 3,
    estimated: 2,
    lacking: 1,
    missing: [
      { called: 'Bob', n: 2 },
      { called: 'Ada', n: 1 },
    ],
  });
  assert.deepEqual(progress({ ...room, ahead: undefined, members: {} }), {
    stories: 3,
    estimated: 0,
    lacking: 0,
    missing: [],
  });
});

test('what is on its way counts, and what is taken back does not', () => {
  assert.equal(own(page({ 7: five }), 7), five);
  assert.equal(own(page({ 7: five }, { 7: null }), 7), null);
  assert.deepEqual(
    open(page({ 7: five, 3: null }, { 12: five })).map(({ topicId }) => topicId),
    [3],
  );
});

test('the server tells one of them, or all', () => {
  const tell = (state, event) => reduce(state, { event: 'ownAhead', roomId: 'r', ...event });
  let state = tell(initial('r'), { all: true, estimates: { 7: five } });
  state = tell(state, { estimates: { 3: five } });
  assert.deepEqual(state.ahead, { 7: five, 3: five });
  assert.deepEqual(tell(state, { estimates: { 7: null } }).ahead, { 7: null, 3: five });
  assert.deepEqual(tell(state, { all: true, estimates: {} }).ahead, {});
});

test('a room that starts anew has none of those from before', () => {
  const status = (epoch, version) => ({ event: 'roomStatus', roomId: 'r', version, room: { ...room, id: 'r', epoch } });
  const before = { ...reduce(initial('r'), status('e', 5)), ahead: { 7: five } };
  assert.deepEqual(reduce(before, status('e', 6)).ahead, { 7: five });
  assert.deepEqual(reduce(before, status('f', 1)).ahead, {});
});
