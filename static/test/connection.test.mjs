import assert from 'node:assert/strict';
import { mock, test } from 'node:test';
import { connect, newID, SUPERSEDED } from '../js/connection.js';

/** A server that is played by hand, and the clock with it. */
function scene(t, greeting = () => []) {
  t.mock.timers.enable({ apis: ['setTimeout', 'Date'] });
  t.mock.method(Math, 'random', () => 0.5);
  const sockets = [];
  class Socket {
    readyState = 0;
    sent = [];
    constructor(url) {
      this.url = url;
      sockets.push(this);
    }
    send(text) {
      this.sent.push(JSON.parse(text));
    }
    close() {
      this.readyState = 3;
    }
    say(event) {
      this.onmessage({ data: JSON.stringify(event) });
    }
    open() {
      this.readyState = 1;
      this.say({ event: 'welcome' });
    }
    drop(code = 1006) {
      this.readyState = 3;
      this.onclose({ code });
    }
  }
  const heard = [];
  const phases = [];
  const link = connect({
    url: 'ws://x/connect',
    onEvent: (event) => heard.push(event),
    onStatus: (phase) => phases.push(phase),
    greeting,
    Socket,
  });
  return {
    link,
    sockets,
    heard,
    phases,
    last: () => sockets.at(-1),
    pass: (ms) => t.mock.timers.tick(ms),
    phase: () => phases.at(-1).phase,
  };
}

test('a request is answered by its id', async (t) => {
  const s = scene(t);
  const early = s.link.request('setName', { name: 'Ada' });
  assert.deepEqual(s.last().sent, [], 'not before the greeting');
  s.last().open();
  const [{ id, ...sent }] = s.last().sent;
  assert.deepEqual(sent, { request: 'setName', name: 'Ada' });
  s.last().say({ event: 'ok', id: 'somebody else’s' });
  s.last().say({ event: 'ok', id });
  assert.equal((await early).event, 'ok');
  assert.deepEqual(
    s.heard.map((event) => event.event),
    ['welcome', 'ok', 'ok'],
  );
});

test('requests wait until the greeting is answered', (t) => {
  const s = scene(t, () => [
    ['setName', { name: 'Ada' }],
    ['joinRoom', { roomId: 'r' }],
  ]);
  s.last().open();
  s.link.request('reveal', { roomId: 'r' });
  assert.deepEqual(
    s.last().sent.map((m) => m.request),
    ['setName', 'joinRoom'],
  );
  s.last().say({ event: 'error', id: s.last().sent[0].id, code: 'invalid_name' });
  s.last().say({ event: 'ok', id: s.last().sent[1].id });
  assert.deepEqual(
    s.last().sent.map((m) => m.request),
    ['setName', 'joinRoom', 'reveal'],
  );
});

test('what was not answered is sent again once, with the same id, after the next greeting', async (t) => {
  const s = scene(t, () => [['joinRoom', {}]]);
  const greet = () => {
    s.last().open();
    s.last().say({ event: 'ok', id: s.last().sent[0].id });
  };
  greet();
  const asked = s.link.request('estimate', { value: '5' });
  const { id } = s.last().sent[1];
  s.last().drop();
  assert.equal(s.phase(), 'waiting');
  s.pass(20_000);
  s.last().open();
  assert.equal(s.last().sent.length, 1, 'not before it has joined again');
  s.last().say({ event: 'ok', id: s.last().sent[0].id });
  assert.equal(s.last().sent[1].id, id);
  s.last().drop();
  s.pass(20_000);
  greet();
  assert.equal(s.last().sent.length, 1, 'not a third time');
  assert.deepEqual(await asked, { event: 'error', code: 'lost' });
});

test('the wait grows with jitter from half a second to ten, and a greeting resets it', (t) => {
  const s = scene(t);
  const waits = [];
  for (let i = 0; i < 8; i++) {
    s.last().drop();
    waits.push(s.phases.at(-1).retryAt - Date.now());
    s.pass(waits.at(-1));
  }
  assert.deepEqual(waits, [750, 1250, 2250, 4250, 5250, 5250, 5250, 5250]);
  s.last().open();
  s.last().drop();
  assert.equal(s.phases.at(-1).retryAt - Date.now(), 750);
  Math.random.mock.mockImplementation(() => 1);
  s.pass(750);
  for (let i = 0; i < 8; i++, s.pass(10_000)) s.last().drop();
  assert.equal(s.phases.at(-2).phase === 'waiting' || s.phases.at(-1).phase === 'connecting', true);
});

test('close codes are obeyed', (t) => {
  const wait = (code, before = () => {}) => {
    const s = scene(t);
    s.last().open();
    before(s);
    s.last().drop(code);
    const { phase, retryAt } = s.phases.at(-1);
    const result = phase === 'stopped' ? 'never' : retryAt - Date.now();
    s.pass(60_000);
    if (result === 'never') assert.equal(s.sockets.length, 1);
    t.mock.timers.reset();
    Math.random.mock.restore();
    return result;
  };
  assert.equal(wait(4001), 'never');
  assert.equal(wait(4002), 'never');
  assert.equal(wait(4101), 750);
  assert.ok(wait(4103) >= 15_000 && wait(4104) >= 15_000);
  assert.ok(wait(4201) <= 500 && wait(4202) <= 500);
  assert.equal(
    wait(1012, (s) => s.last().say({ event: 'closing', retryAfterMs: 3000 })),
    3250,
  );
});

test('where another server is ready, the connection moves without a gap', async (t) => {
  const s = scene(t, () => [['joinRoom', { roomId: 'r' }]]);
  s.last().open();
  s.last().say({ event: 'ok', id: s.last().sent[0].id });
  const asked = s.link.request('reveal', { roomId: 'r' });
  const old = s.last();
  old.say({ event: 'closing', retryAfterMs: 0 });
  assert.equal(s.sockets.length, 2);
  old.say({ event: 'roomStatus' });
  assert.equal(s.heard.at(-1).event, 'roomStatus', 'the old one is heard until the new one speaks');
  const next = s.last();
  next.open();
  assert.equal(old.readyState, 3);
  old.say({ event: 'roomStatus', late: true });
  assert.equal(s.heard.at(-1).late, undefined);
  old.drop(1012);
  next.say({ event: 'ok', id: next.sent[0].id });
  assert.deepEqual(
    next.sent.map((m) => m.request),
    ['joinRoom', 'reveal'],
  );
  next.say({ event: 'ok', id: next.sent[1].id });
  assert.equal((await asked).event, 'ok');
  assert.deepEqual(
    s.phases.map(({ phase }) => phase),
    ['connecting', 'open', 'open'],
    'nobody sees it',
  );
  s.pass(10_000);
  assert.equal(s.sockets.length, 2);
});

test('a server that is not ready after all is left alone', (t) => {
  const s = scene(t);
  s.last().open();
  const old = s.last();
  old.say({ event: 'closing', retryAfterMs: 0 });
  s.last().readyState = 3;
  s.last().onclose?.({ code: 1006 });
  assert.equal(s.phase(), 'open');
  old.drop(1012);
  s.pass(500);
  assert.equal(s.sockets.length, 3);
  s.last().open();
  assert.equal(s.phase(), 'open');
});

test('a session used elsewhere can be had back', (t) => {
  const s = scene(t);
  s.last().open();
  s.last().drop(4002);
  s.link.wake();
  assert.equal(s.sockets.length, 1);
  s.link.restart();
  assert.equal(s.sockets.length, 2);
});

test('silence is looked into, and what does not answer is given up', (t) => {
  const s = scene(t);
  s.last().open();
  s.pass(19_000);
  s.last().say({ event: 'user' });
  s.pass(19_000);
  assert.equal(s.last().sent.length, 0);
  s.pass(1000);
  assert.equal(s.last().sent[0].request, 'ping');
  s.last().say({ event: 'ok', id: s.last().sent[0].id });
  s.pass(20_000);
  assert.equal(s.last().sent.length, 2);
  s.pass(8000);
  assert.equal(s.phase(), 'waiting');
  const old = s.sockets[0];
  s.pass(1000);
  old.say({ event: 'user', late: true });
  assert.ok(!s.heard.some((event) => event.late), 'a connection that was given up is not heard');
});

test('a server that is busy has more time for its greeting than one that does not answer', (t) => {
  const s = scene(t);
  s.pass(7000);
  s.last().onopen();
  s.pass(19_000);
  assert.equal(s.phase(), 'connecting');
  s.last().say({ event: 'closing', reason: 'busy', retryAfterMs: 5000 });
  s.last().drop(1012);
  s.pass(5249);
  assert.equal(s.sockets.length, 1);
  s.pass(1);
  assert.equal(s.sockets.length, 2);
  s.pass(8000);
  assert.equal(s.phase(), 'waiting', 'what does not answer is given up sooner');
});

test('who comes back does not wait', (t) => {
  const s = scene(t);
  s.last().drop();
  s.last().drop = () => {};
  s.link.wake();
  assert.equal(s.sockets.length, 2);
  s.last().open();
  s.link.wake();
  assert.equal(s.last().sent[0].request, 'ping');
  s.pass(3000);
  assert.equal(s.phase(), 'waiting', 'and finds out soon when the connection is dead');
});

test('what is refused for now is asked again, a few times', async (t) => {
  const s = scene(t);
  s.last().open();
  const asked = s.link.request('reveal');
  const { id } = s.last().sent[0];
  const refuse = () => s.last().say({ event: 'error', id, code: 'unavailable', retryable: true });
  for (let i = 1; i <= 3; i++) {
    refuse();
    assert.ok(!s.heard.some((event) => event.event === 'error'), 'nobody hears of it yet');
    s.pass(5000);
    assert.equal(s.last().sent.filter((m) => m.id === id).length, 1 + i);
  }
  refuse();
  assert.equal((await asked).code, 'unavailable');
  assert.equal(s.heard.at(-1).code, 'unavailable');
});

test('ids are random and need nothing that plain http lacks', () => {
  mock.method(crypto, 'randomUUID', () => assert.fail());
  const ids = new Set(Array.from({ length: 100 }, newID));
  mock.restoreAll();
  assert.equal(ids.size, 100);
  for (const id of ids) assert.match(id, /^[0-9a-f]{24}$/);
});

for (const moves of [false, true])
  test(`a request that was put off is not repeated after a later one about the same, moving: ${moves}`, async (t) => {
    const s = scene(t);
    s.last().open();
    const busy = ({ id }) => ({ event: 'error', code: 'rate_limited', retryable: true, id });
    const first = s.link.request('estimate', { value: '3' }, 'estimate');
    const other = s.link.request('setName', { name: 'Ada' }, 'name');
    const [three, ada] = s.last().sent;
    s.last().say(busy(three));
    s.last().say(busy(ada));
    const second = s.link.request('estimate', { value: '5' }, 'estimate');
    const [, , five] = s.last().sent;
    s.last().say({ event: 'ok', id: five.id });
    assert.equal((await second).event, 'ok');
    if (moves) {
      s.last().say({ event: 'closing', retryAfterMs: 0 });
      s.last().open();
    }
    s.pass(5_000);
    assert.deepEqual(await first, { event: 'error', code: SUPERSEDED });
    const sent = s.sockets.flatMap((socket) => socket.sent).filter(({ request }) => request === 'estimate');
    assert.deepEqual(
      sent.map(({ value }) => value),
      ['3', '5'],
    );
    s.last().say({ event: 'ok', id: ada.id });
    assert.equal((await other).event, 'ok', 'what is about something else is repeated');
  });
