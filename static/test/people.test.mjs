import assert from 'node:assert/strict';
import test from 'node:test';
import { complete, isLast } from '../js/members.js';
import { absence } from '../js/people/absence.js';
import { lost } from '../js/people/choices.js';
import { newcomer } from '../js/people/door.js';
import { member, roomOf, said } from './rooms.mjs';

const LEFT = Date.parse('2026-11-23T12:00:00Z');
const HOURS = 2 * 3600;
const time = (ms) => new Date(LEFT + ms).toISOString();
const minutes = (n) => n * 60_000;

/** A room whose owner m0 went away at noon; m1 looks at it. */
const without = (fields = {}, ...others) =>
  roomOf([member('Olivia', { online: false }), member('Ada'), ...others], {
    options: { standIn: false },
    ownerAwaySince: time(0),
    succeedAt: time(30_000),
    ...fields,
  });
const at = (room, ms, me = 'm1') => absence(room, me, LEFT + ms, HOURS);

test('an owner who is away for a blink is not worth a word', () => {
  assert.deepEqual(at(without(), 1_000), { says: null, next: 4_000 });
  assert.equal(at(roomOf([member('Olivia'), member('Ada')]), 0).says, null);
  assert.equal(at(without(), 60_000, 'm0').says, null); // it is the owner's own other device
});

test('members can go on after half a minute, with a count-down before', () => {
  const { says, next } = at(without(), 10_400);
  assert.deepEqual([says.kind, says.wait, says.standIn, next], ['away', 19_600, false, 600]);
  assert.equal(at(without({ options: { standIn: true } }), 10_000).says.standIn, true);
  assert.deepEqual([at(without(), 30_000).says.wait, at(without(), 30_000).says.standIn], [0, false]);
});

test('where somebody runs the round there is nothing to say until the end is near enough to act', () => {
  for (const rank of ['deputy', 'standIn']) {
    const succeedAt = rank === 'deputy' ? {} : { succeedAt: time(30_000) };
    const room = { ...without({}, member('Bob', { [rank]: true })), succeedAt: undefined, ...succeedAt };
    assert.deepEqual(at(room, minutes(1)), { says: null, next: minutes(14) }, rank);
    const { says } = at(room, minutes(16));
    assert.deepEqual(
      [says.wait, says.ends, says.takeOver],
      [rank === 'deputy' ? undefined : 0, LEFT + 1000 * HOURS, false],
      rank,
    );
  }
});

test('a deputy may take the room over after a quarter of an hour', () => {
  const room = without({ succeedAt: undefined }, member('Bob', { deputy: true }));
  assert.equal(at(room, minutes(14), 'm2').says, null);
  assert.equal(at(room, minutes(15), 'm2').says.takeOver, true);
});

test('when users expire soon, the end is told at half time', () => {
  const { says } = absence(without(), 'm1', LEFT + minutes(6), 600);
  assert.deepEqual([says.ends, says.takeOver], [LEFT + 600_000, false]);
  assert.equal(absence(without(), 'm1', LEFT + minutes(11), 600).says.ends, undefined); // it should have ended
  assert.equal(absence(without(), 'm1', LEFT + minutes(60), undefined).says.ends, undefined);
});

test('a room that lives for weeks tells of its end on the last day', () => {
  const weeks = 14 * 86_400;
  const seen = (room, hours) => absence(room, 'm1', LEFT + 3_600_000 * hours, weeks);
  assert.deepEqual([seen(without(), 24).says.ends, seen(without(), 24).says.wait], [undefined, 0]);
  const led = { ...without({}, member('Bob', { deputy: true })), succeedAt: undefined };
  assert.deepEqual(seen(led, 24), { says: null, next: 12 * 86_400_000 });
  assert.equal(seen(led, 13 * 24 + 1).says.ends, LEFT + 1000 * weeks);
});

test('an owner who left, and a room that nobody owns', () => {
  const left = roomOf([member('Ada'), member('Bob')], { ownerId: 'gone', options: {}, succeedAt: time(30_000) });
  assert.deepEqual([at(left, 60_000, 'm0').says.kind, at(left, 60_000, 'm0').says.wait], ['left', 0]);
  const revived = { ...left, ownerId: '', succeedAt: time(0) };
  assert.deepEqual([at(revived, 0, 'm0').says.kind, at(revived, 0, 'm0').says.wait], ['unowned', 0]);
});

test('where others went on is told to everybody, the owner too', () => {
  const room = without({ successor: { roomId: 'new', by: 'm1' } });
  for (const me of ['m0', 'm1']) assert.equal(at(room, 0, me).says.kind, 'successor');
});

test('choices come back in a room that was opened again', () => {
  const deck = { name: 'hours', cards: ['1', '2'] };
  const options = { autoReveal: true, lateEstimates: 'allowed', standIn: true };
  const was = { id: 'r', epoch: 'old', deck, options };
  const fresh = roomOf([member('Ada')], { epoch: 'new', round: 1, finished: 0 });
  assert.deepEqual(lost(fresh, was), { options, deck, locked: false });
  assert.deepEqual(
    lost({ ...fresh, estimates: 1 }, was),
    { options, deck: null, locked: false },
    'other cards would drop an estimate',
  );
  assert.equal(lost({ ...fresh, deck, options }, was), null);
  assert.deepEqual(lost({ ...fresh, deck, options }, { ...was, locked: true }), {
    options: null,
    deck: null,
    locked: true,
  });
  assert.equal(lost({ ...fresh, deck, options, locked: true }, { ...was, locked: true }), null);
  assert.equal(lost({ ...fresh, epoch: 'old' }, was), null);
  assert.equal(lost({ ...fresh, finished: 1 }, was), null);
  assert.equal(lost(fresh, undefined), null);
});

test('who comes to the door is told to those who may open it, once', () => {
  const waiter = (userId, name) => ({ userId, name });
  const room = roomOf([member('Ada'), member('Bob', { deputy: true }), member('Cleo')], { locked: true });
  const one = { ...room, waiting: [waiter('w1', 'Walt')] };
  const two = { ...room, waiting: [waiter('w1', 'Walter'), waiter('w2', 'Eve')] };
  assert.equal(newcomer(room, one, 'm0').name, 'Walt');
  assert.equal(newcomer(null, one, 'm1').name, 'Walt');
  assert.equal(newcomer(room, one, 'm2'), undefined);
  assert.equal(newcomer(one, two, 'm0').name, 'Eve');
  assert.equal(newcomer(two, one, 'm0'), undefined);
  assert.equal(newcomer(one, room, 'm0'), undefined);
});

test('the last one is who alone has not estimated', () => {
  const room = roomOf([member('Ada'), said('Bob', '5'), member('Eve', { online: false })]);
  assert.deepEqual(
    ['m0', 'm1', undefined].map((id) => isLast(room, id)),
    [true, false, false],
  );
  assert.equal(isLast(roomOf([member('Ada')]), 'm0'), false, 'alone');
  assert.equal(isLast(roomOf([member('Ada'), member('Cleo'), said('Bob', '5')]), 'm0'), false);
  assert.deepEqual([complete(room), complete(roomOf([said('Bob', '5')]))], [false, true]);
});
