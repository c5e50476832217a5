import assert from 'node:assert/strict';
import { test } from 'node:test';
import { announcements } from '../js/announcements.js';
import { sentences } from '../js/live-region.js';
import { initial } from '../js/state.js';

const member = (name, value = null, fields = {}) => ({
  name,
  role: 'estimator',
  online: true,
  estimated: value !== null,
  ...fields,
});

/** A room with Ada, who owns it and listens, and others by their ids. */
function roomOf(others, fields = {}) {
  const members = { ada: member('Ada'), ...others };
  const estimates = Object.values(members).filter((m) => m.estimated).length;
  return {
    epoch: 'e',
    ownerId: 'ada',
    revealed: false,
    round: 1,
    estimates,
    topic: '',
    deck: { cards: ['1', '3', '8'] },
    members,
    summary: null,
    ...fields,
  };
}

const at = (room, phase = 'open') => ({ ...initial('r'), connection: { phase }, me: { id: 'ada', name: 'Ada' }, room });
const keys = (was, now) => announcements(at(was), at(now)).map(([key]) => key);

const alone = roomOf({});
const hidden = roomOf({ ben: member('Ben', '8') });
const open = {
  ...hidden,
  revealed: true,
  summary: {
    median: 5.5,
    distribution: [
      { value: '3', count: 1, step: 4 },
      { value: '8', count: 1, step: 5 },
    ],
  },
  members: {
    ada: member('Ada', '3', { estimate: { value: '3', comment: '' } }),
    ben: member('Ben', '8', { estimate: { value: '8', comment: '' } }),
  },
};

test('who comes and goes is said, and how many have estimated', () => {
  assert.deepEqual(announcements(at(alone), at(hidden)), [
    ['say.joined', { name: 'Ben' }],
    ['act.estimated', { n: 1, of: 2 }],
  ]);
  assert.deepEqual(keys(hidden, alone), ['say.left', 'act.estimated']);
  assert.deepEqual(keys(hidden, roomOf({ ben: member('Ben', '8', { online: false }) })), []);
});

test('a reveal is said in words', () => {
  assert.deepEqual(
    announcements(at(hidden), at(open)).map(([key, { low, high, median }]) => [key, low, high, median]),
    [
      ['say.revealed', undefined, undefined, undefined],
      ['word.neighbours', '3', '8', undefined],
      ['say.median', undefined, undefined, 5.5],
    ],
  );
  assert.deepEqual(keys(hidden, { ...hidden, revealAt: '2026-01-01T00:00:00Z' }), ['say.soon']);
  assert.deepEqual(keys(open, { ...open, agreed: '8' }), ['scale.agreedOn']);
});

test('a change after the reveal is said, but to those who made it', () => {
  const { ben } = open.members;
  const changed = { ...open, members: { ...open.members, ben: { ...ben, estimate: { value: '3', comment: '' } } } };
  assert.deepEqual(announcements(at(open), at(changed)), [['say.changed', { name: 'Ben', from: '8', to: '3' }]]);
  const { ada } = open.members;
  assert.deepEqual(
    keys(open, { ...open, members: { ben, ada: { ...ada, estimate: { value: '8', comment: '' } } } }),
    [],
  );
});

test('a new round and its topic are said, without counting down to nought', () => {
  assert.deepEqual(keys(open, { ...alone, round: 2, topic: 'Login', members: open.members }), [
    'room.round',
    'say.topic',
  ]);
});

test('what one may do now is said', () => {
  assert.deepEqual(keys({ ...hidden, ownerId: 'ben' }, hidden), ['say.facilitator']);
  assert.deepEqual(keys(hidden, { ...hidden, ownerId: 'ben' }), []);
});

test('a lost connection is said once, and its return', () => {
  assert.deepEqual(announcements(at(hidden), at(hidden, 'waiting')), [['say.lost', {}]]);
  assert.deepEqual(announcements(at(hidden, 'waiting'), at(hidden, 'connecting')), []);
  assert.deepEqual(announcements(at(hidden, 'connecting'), at(hidden)), [['say.back', {}]]);
  assert.deepEqual(announcements(at(null, 'connecting'), at(null)), []);
});

test('K16: what is said ends with one full stop', () => {
  assert.equal(sentences(['Topic: Fix the login.', 'Ada has joined']), 'Topic: Fix the login. Ada has joined.');
  assert.equal(sentences(['Topic: Why?', 'Topic: 何？', 'He said “no.”']), 'Topic: Why? Topic: 何？ He said “no.”');
  assert.equal(sentences([' 5 ']), '5.');
});
