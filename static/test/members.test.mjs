import assert from 'node:assert/strict';
import test from 'node:test';
import { estimators, expected, missing, observers, people, wanted } from '../js/members.js';
import { member, roomOf, said } from './rooms.mjs';

const four = [member('Cleo', { role: 'observer' }), said('ben', '5'), member('Ada'), member('Dan', { online: false })];

test('people sit by name, whatever they do', () => {
  const order = (members) => people(roomOf(members)).map(({ name }) => name);
  assert.deepEqual(order(four), ['Ada', 'ben', 'Cleo', 'Dan']);
  assert.deepEqual(order([member('P10'), member('P9', { online: false })]), ['P9', 'P10']);
  assert.deepEqual(
    people(roomOf([member('Ada'), member('Ada')])).map(({ id, owner }) => [id, owner]),
    [
      ['m0', true],
      ['m1', false],
    ],
  );
});

test('whom one waits for, and who makes up all', () => {
  const names = (persons) => persons.map(({ name }) => name);
  const gone = said('Eve', '8');
  const room = roomOf([...four, { ...gone, online: false }]);
  assert.deepEqual(names(estimators(room)), ['Ada', 'ben', 'Dan', 'Eve']);
  assert.deepEqual(names(observers(room)), ['Cleo']);
  assert.deepEqual(names(missing(room)), ['Ada']);
  assert.deepEqual(names(expected(room)), ['Ada', 'ben', 'Eve']);
});

test('what the room wants of a user', () => {
  const room = roomOf([said('Ada', '5'), member('Ben'), member('Cleo', { role: 'observer' })]);
  assert.deepEqual(
    ['m0', 'm1', 'm2'].map((id) => wanted(room, id)),
    ['wait', 'estimate', 'wait'],
  );
  const full = roomOf([said('Ada', '5'), said('Ben', '5')]);
  assert.deepEqual(
    ['m0', 'm1'].map((id) => wanted(full, id)),
    ['reveal', 'wait'],
  );
  assert.equal(wanted({ ...full, revealed: true }, 'm1'), 'discuss');
  assert.equal(wanted(roomOf([member('Ada', { role: 'observer' })]), 'm0'), 'wait');
});

test('those whose names look alike have a number that follows from the id', () => {
  const tags = (...names) =>
    people(roomOf(names.map((name) => (name === null ? member('Guest', { named: false }) : member(name)))));
  assert.deepEqual(
    tags('Ada', 'Ben').map(({ tag, called }) => [tag, called]),
    [
      ['', 'Ada'],
      ['', 'Ben'],
    ],
  );
  for (const twin of ['ada', 'A\u200bda', ' Ada', 'Ａda', 'A\u00adda']) {
    const found = tags('Ada', twin, 'Ben');
    const [one, other] = found.filter(({ tag }) => tag);
    assert.notEqual(one.tag, other.tag);
    assert.match(one.called, /\(\d{3}\)$/);
    assert.equal(found.find(({ name }) => name === 'Ben')?.tag, '');
  }
  const crowd = tags(...Array(60).fill(null));
  assert.equal(new Set(crowd.map(({ tag }) => tag)).size, 60);
  const before = new Map(tags('Ada', 'Ada').map(({ id, tag }) => [id, tag]));
  for (const { id, tag } of tags('Ada', 'Ada', 'Ada'))
    if (before.has(id)) assert.equal(tag, before.get(id), 'who comes does not change it');
});
