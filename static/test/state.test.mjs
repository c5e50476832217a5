import assert from 'node:assert/strict';
import { readFileSync, readdirSync } from 'node:fs';
import { test } from 'node:test';
import { mergePatch } from '../js/merge-patch.js';
import { initial, isOwner, mayEstimate, mayFacilitate, ownEstimate, reduce } from '../js/state.js';

const golden = new URL('../../protocol/testdata/', import.meta.url);
const read = (name) => JSON.parse(readFileSync(new URL(name, golden), 'utf8'));
const files = (folder) => readdirSync(new URL(folder, golden)).map((name) => `${folder}/${name}`);

const status = read('events/roomStatus-revealed.json');
const joined = reduce(initial(status.roomId), status);
const { epoch, ownerId } = status.room;

test('every event of the protocol is taken without a fault, and none changes what was', () => {
  for (const name of files('events')) {
    const event = read(name);
    const before = structuredClone(joined);
    const after = reduce(joined, event, 1000);
    same(joined, before, name);
    assert.ok(after.room, name);
  }
});

test('a patch makes of a room what the server says it is', () => {
  const seen = [];
  for (const name of files('patches')) {
    const [before, patch, after] = read(name);
    if (!patch) continue;
    const old = reduce(initial(before.roomId), before);
    const now = reduce(old, patch);
    same(now.room, after.room, name);
    assert.equal(now.version, after.version, name);
    assert.equal(now.rejoin, false, name);
    same(old.room, before.room, name);
    seen.push(name);
  }
  assert.ok(seen.length > 15);
});

test('a patch that starts elsewhere asks for the whole room and changes nothing', () => {
  const patch = {
    event: 'roomPatch',
    roomId: status.roomId,
    since: status.version + 1,
    version: status.version + 2,
    patch: { topic: 'x' },
  };
  const lost = reduce(joined, patch);
  assert.equal(lost.rejoin, true);
  assert.equal(lost.room, joined.room);
  const found = reduce(lost, { ...status, version: status.version + 2 });
  assert.equal(found.rejoin, false);
});

test('what is older than what is known is left alone, but a new connection starts anew', () => {
  assert.equal(
    reduce(joined, { ...status, version: status.version - 1, room: { ...status.room, topic: 'old' } }),
    joined,
  );
  assert.equal(reduce(joined, { event: 'roomPatch', roomId: status.roomId, since: 1, version: 2, patch: {} }), joined);
  const again = reduce(joined, read('events/welcome.json'), 0);
  assert.equal(again.room, joined.room, 'the old picture stays until there is a new one');
  assert.equal(reduce(again, { ...status, version: 1, room: { ...status.room, topic: 'new' } }).room.topic, 'new');
  assert.equal(
    reduce(again, {
      event: 'roomPatch',
      roomId: status.roomId,
      since: status.version,
      version: status.version + 1,
      patch: {},
    }).rejoin,
    true,
  );
});

test('what another room says is not heard', () => {
  for (const event of ['roomStatus', 'roomPatch', 'ownEstimate', 'roomLeft', 'roomClosed', 'roomHistory']) {
    assert.equal(reduce(joined, { ...status, event, roomId: 'another' }), joined, event);
  }
});

test('the clock of the server is known from its greeting, and so is a page too old', () => {
  const event = read('events/welcome.json');
  assert.equal(reduce(initial(), event, Date.parse(event.now) - 250).skew, 250);
  assert.equal(reduce(initial(), event).outdated, false);
  assert.equal(reduce(initial(), { ...event, protocol: 3 }).outdated, true);
});

test('an estimate shows at once, survives its ok, and goes when it is refused', () => {
  const { round } = status.room;
  const picked = reduce(joined, { event: 'picked', id: 'a', round, value: '8', comment: 'why' });
  assert.equal(ownEstimate(picked).value, '8');
  const confirmed = reduce(picked, { event: 'ok', id: 'a' });
  assert.deepEqual(ownEstimate(confirmed), { round, value: '8', comment: 'why' });
  assert.equal(confirmed.picked, null);
  assert.equal(ownEstimate(reduce(picked, { event: 'error', id: 'a', code: 'stale_round' })).value, null);
  assert.equal(reduce(picked, { event: 'ok', id: 'b' }), picked);
});

test('a quick second choice is not undone by the echo of the first', () => {
  const { round } = status.room;
  let state = reduce(joined, { event: 'picked', id: 'a', round, value: '3', comment: '' });
  state = reduce(state, { event: 'picked', id: 'b', round, value: '5', comment: '' });
  state = reduce(state, { event: 'ownEstimate', roomId: status.roomId, round, value: '3', comment: '' });
  state = reduce(state, { event: 'ok', id: 'a' });
  assert.equal(ownEstimate(state).value, '5');
});

test('an estimate belongs to its round', () => {
  const own = reduce(joined, {
    event: 'ownEstimate',
    roomId: status.roomId,
    round: status.room.round,
    value: '5',
    comment: 'x',
  });
  assert.equal(ownEstimate(own).value, '5');
  const next = reduce(own, {
    ...status,
    version: status.version + 1,
    room: { ...status.room, round: status.room.round + 1 },
  });
  assert.deepEqual(ownEstimate(next), { round: status.room.round + 1, value: null, comment: '' });
});

test('why one is out of a room is kept until one is back', () => {
  for (const name of ['roomLeft-removed', 'roomClosed', 'roomClosed-closed']) {
    const event = read(`events/${name}.json`);
    const out = reduce(joined, { ...event, roomId: status.roomId });
    assert.equal(out.gone, event.reason);
    assert.equal(reduce(out, { ...status, version: status.version + 1 }).gone, null);
  }
  const refused = reduce(initial('x'), { event: 'error', code: 'room_not_found', request: 'joinRoom', roomId: 'x' });
  assert.equal(refused.gone, 'room_not_found');
  assert.equal(
    reduce(initial('x'), { event: 'error', code: 'unavailable', request: 'joinRoom', roomId: 'x' }).gone,
    null,
  );
});

test('a revived room has no old history', () => {
  const with_ = reduce(joined, { event: 'roomHistory', roomId: status.roomId, rounds: [] });
  assert.deepEqual(with_.history, []);
  assert.equal(reduce(with_, { ...status, version: 1, room: { ...status.room, epoch: `${epoch}x` } }).history, null);
});

test('facilitators are the owner, deputies and the stand-in', () => {
  const room = structuredClone(status.room);
  const [other] = Object.keys(room.members).filter((id) => id !== ownerId);
  delete room.members[other].deputy;
  assert.ok(isOwner(room, ownerId) && mayFacilitate(room, ownerId));
  assert.ok(!mayFacilitate(room, other) && !mayFacilitate(room, undefined));
  for (const rank of ['deputy', 'standIn']) {
    assert.ok(mayFacilitate(mergePatch(room, { members: { [other]: { [rank]: true } } }), other));
  }
  assert.ok(mayEstimate(room, ownerId));
  assert.ok(!mayEstimate({ ...room, options: { lateEstimates: 'locked' } }, ownerId));
  assert.ok(!mayEstimate(mergePatch(room, { members: { [ownerId]: { role: 'observer' } } }), ownerId));
});

test('merge patches are those of RFC 7396, appendix A', () => {
  const cases = [
    [{ a: 'b' }, { a: 'c' }, { a: 'c' }],
    [{ a: 'b' }, { b: 'c' }, { a: 'b', b: 'c' }],
    [{ a: 'b' }, { a: null }, {}],
    [{ a: 'b', b: 'c' }, { a: null }, { b: 'c' }],
    [{ a: ['b'] }, { a: 'c' }, { a: 'c' }],
    [{ a: 'c' }, { a: ['b'] }, { a: ['b'] }],
    [{ a: { b: 'c' } }, { a: { b: 'd', c: null } }, { a: { b: 'd' } }],
    [{ a: [{ b: 'c' }] }, { a: [1] }, { a: [1] }],
    [
      ['a', 'b'],
      ['c', 'd'],
      ['c', 'd'],
    ],
    [{ a: 'b' }, ['c'], ['c']],
    [{ a: 'foo' }, null, null],
    [{ a: 'foo' }, 'bar', 'bar'],
    [{ e: null }, { a: 1 }, { e: null, a: 1 }],
    [[1, 2], { a: 'b', c: null }, { a: 'b' }],
    [{}, { a: { bb: { ccc: null } } }, { a: { bb: {} } }],
  ];
  for (const [target, patch, result] of cases) same(mergePatch(target, patch), result);
});

/** Equal but for prototypes, which the state does without. */
const same = (got, want, what) => assert.deepEqual(structuredClone(got), structuredClone(want), what);

test('a key is a field whatever it is called, in a status and in a patch', () => {
  const names = [...Object.getOwnPropertyNames(Object.prototype), 'prototype'];
  const member = { name: 'x', role: 'estimator', online: true, estimated: false };
  const members = (of) =>
    JSON.parse(`{${names.map((name) => `${JSON.stringify(name)}: ${JSON.stringify(of)}`).join()}}`);
  const { room } = reduce(initial('r'), {
    event: 'roomStatus',
    roomId: 'r',
    version: 1,
    room: { ...status.room, id: 'r', members: {} },
  });
  for (const name of names) assert.equal(room.members[name], undefined, name);
  for (const filled of [
    reduce(initial('r'), {
      event: 'roomStatus',
      roomId: 'r',
      version: 1,
      room: { ...status.room, members: members(member) },
    }).room,
    mergePatch(room, { members: members(member) }),
  ]) {
    assert.deepEqual(Object.keys(filled.members).sort(), [...names].sort());
    for (const name of names) {
      same(filled.members[name], member);
      assert.ok(!mayFacilitate(mergePatch(filled, { members: members(null) }), name));
    }
    const away = mergePatch(filled, { members: members({ online: false }) });
    for (const name of names) same(away.members[name], { ...member, online: false });
    assert.equal(Object.keys(mergePatch(away, { members: members(null) }).members).length, 0);
  }
  assert.equal({}.polluted, undefined);
  assert.equal(mergePatch({}, JSON.parse('{"__proto__": {"polluted": true}}')).polluted, undefined);
});

test('an event that is called like a method of every object is none of ours', () => {
  for (const event of Object.getOwnPropertyNames(Object.prototype))
    assert.equal(reduce(joined, { event }), joined, event);
});

test('a part of the page that is no longer to be had makes it an old page', () => {
  assert.equal(reduce(joined, { event: 'stale' }).outdated, true);
});

test('a history grows by pages, whichever comes first', () => {
  const page = (numbers, more) => ({
    event: 'roomHistory',
    roomId: status.roomId,
    rounds: numbers.map((round) => ({ round })),
    more,
  });
  const at = (round, finished = 9) =>
    reduce(joined, { ...status, version: status.version + 1, room: { ...status.room, round, finished } });
  const rounds = (state) => [state.history.map(({ round }) => round).join(), state.more];
  let state = reduce(at(9), page([7, 8], true));
  assert.deepEqual(rounds(state), ['7,8', true]);
  state = reduce(state, page([4, 5, 6], true));
  assert.deepEqual(rounds(state), ['4,5,6,7,8', true]);
  assert.deepEqual(rounds(reduce(state, page([1, 2, 3], false))), ['1,2,3,4,5,6,7,8', false]);
  assert.deepEqual(rounds(reduce(state, page([7, 8], true))), ['4,5,6,7,8', true], 'asked for anew');
  assert.deepEqual(rounds(reduce(state, page([], false))), ['4,5,6,7,8', false]);
  const undone = reduce(state, {
    ...status,
    version: status.version + 2,
    room: { ...status.room, round: 8, finished: 7 },
  });
  assert.deepEqual(
    rounds(reduce(undone, page([6, 7], true))),
    ['4,5,6,7', true],
    'a round that was taken back is none',
  );
});

test('when a revealed round was hidden again is known as long as the round lasts', () => {
  const next = (state, room, at) =>
    reduce(state, { ...status, version: state.version + 1, room: { ...status.room, ...room } }, at);
  const open = next(joined, { revealed: true, revealedBy: ownerId });
  const hidden = next(open, { revealed: false, revealedBy: ownerId }, 5000);
  assert.equal(hidden.hiddenAt, 5000);
  assert.equal(next(hidden, { revealed: false, revealedBy: ownerId, topic: 'x' }, 6000).hiddenAt, 5000);
  assert.equal(
    next(hidden, { revealed: false, revealedBy: undefined, round: status.room.round + 1 }, 6000).hiddenAt,
    null,
  );
});

test('the first value that was seen of each is remembered for a round', () => {
  const next = (state, round, value) => {
    const members = { constructor: { ...Object.values(status.room.members)[0], estimate: value && { value } } };
    return reduce(state, { ...status, version: state.version + 1, room: { ...status.room, round, members } });
  };
  const seen = (state) => state.seen.get('constructor');
  const { round } = status.room;
  const open = next(joined, round, '8');
  const changed = next(next(open, round), round, '5'); // hidden in between
  assert.deepEqual([seen(joined), seen(open), seen(changed)], [undefined, '8', '8']);
  assert.deepEqual([seen(next(changed, round + 1)), seen(next(changed, round + 1, '5'))], [undefined, '5']);
});

test('who is refused for good is told why', () => {
  for (const code of ['room_locked', 'not_admitted', 'room_full']) {
    assert.equal(reduce(initial('x'), { event: 'error', code, request: 'joinRoom', roomId: 'x' }).gone, code);
  }
});

test('somebody who waits to be let in joins when that is over, and is told if they are refused', () => {
  const told = (state, how) => reduce(state, { event: 'roomWaiting', roomId: 'x', state: how });
  const waiting = told(initial('x'), 'waiting');
  assert.deepEqual([waiting.gone, waiting.rejoin], ['waiting', false]);
  for (const how of ['admitted', 'ended']) {
    const over = told(waiting, how);
    assert.deepEqual([over.gone, over.rejoin], ['waiting', true], how);
    assert.equal(told(over, 'waiting').rejoin, false, how);
  }
  const refused = told(waiting, 'refused');
  assert.deepEqual([refused.gone, refused.rejoin], ['refused', false]);
  assert.equal(told(refused, 'ended').rejoin, false);
});
