/** @import {ConnectionStatus} from '../types/page.js' */
/** @typedef {{message: object, subject: string, superseded: boolean, resolve: (answer: any) => void, sent: number, refused: number}} Entry */

const SILENCE = 20_000; // milliseconds after which the server is asked whether it is there
const PATIENCE = 8_000; // for its answer
const WELCOME = 20_000; // for its greeting, once it has answered: it may be busy
const PROBE = 3_000; // the same, when the user has just come back
const FIRST = 500; // the shortest wait before connecting again
const LONGEST = 10_000;
const PENALTY = 15_000; // after having been too loud
const RETRIES = 3; // of a request that was refused for now

const TOO_LOUD = [4103, 4104]; // rate limited, too many errors

/** The code of a request that was put off and not repeated, because a later one says what counts. */
export const SUPERSEDED = 'superseded';

/**
 * Keeps a connection to the server, whatever the network does. A request made
 * while there is none waits; one without an answer when the connection drops is
 * sent again, once, after the next one's greeting, under the same id, so that
 * it has its effect once.
 *
 * @param {object} given
 * @param {string} given.url
 * @param {(event: any) => void} given.onEvent everything the server says
 * @param {(status: ConnectionStatus) => void} given.onStatus
 * @param {(welcome: any) => [string, object][]} given.greeting what puts a new connection where the last one was
 * @param {typeof WebSocket} [given.Socket]
 */
export function connect({ url, onEvent, onStatus, greeting, Socket = WebSocket }) {
  /** @type {WebSocket | null} */
  let socket = null;
  let ready = false; // the greeting has been answered
  let tries = 0;
  let wait = -1; // what the server asked for before closing
  let timer = 0;
  let silence = 0;
  let stopped = false;
  /** @type {Set<string>} */
  const greetings = new Set();
  /** @type {Map<string, Entry>} */
  const pending = new Map();

  function open() {
    clearTimeout(timer);
    if (socket || stopped) return;
    onStatus({ phase: 'connecting', tries });
    use(new Socket(url));
    watchSilence(PATIENCE);
  }

  /** @param {WebSocket} mine */
  function use(mine) {
    socket = mine;
    mine.onopen = () => socket === mine && watchSilence(WELCOME);
    mine.onmessage = ({ data }) => socket === mine && receive(JSON.parse(data));
    mine.onclose = ({ code }) => socket === mine && disconnected(code);
  }

  /** Another server is ready: goes there, and only then leaves this one. */
  function moveOn() {
    const old = socket;
    const next = new Socket(url);
    next.onmessage = ({ data }) => {
      if (socket !== old) return next.close();
      wait = -1;
      ready = false;
      greetings.clear();
      use(next);
      old?.close();
      receive(JSON.parse(data));
    };
  }

  /** @param {any} event */
  function receive(event) {
    watchSilence();
    if (event.event === 'welcome') greet(event);
    if (event.event === 'closing') {
      wait = event.retryAfterMs;
      if (wait === 0) moveOn();
    }
    if (greetings.delete(event.id) && greetings.size === 0) flush();
    if (!answer(event)) onEvent(event);
  }

  /** @param {any} welcome */
  function greet(welcome) {
    tries = 0;
    onStatus({ phase: 'open' });
    for (const [request, fields] of greeting(welcome)) {
      const id = newID();
      greetings.add(id);
      write({ request, id, ...fields });
    }
    if (greetings.size === 0) flush();
  }

  function flush() {
    ready = true;
    for (const [id, entry] of pending) {
      if (entry.sent > 1) settle(id, { event: 'error', code: 'lost' });
      else if (entry.refused > 0 && entry.superseded) repeat(id, entry);
      else deliver(entry);
    }
  }

  /** Settles what the event answers; true where it was put off and will be asked again. @param {any} event */
  function answer(event) {
    const entry = (event.event === 'ok' || event.event === 'error') && pending.get(event.id);
    if (!entry) return false;
    const off = event.event === 'error' && event.retryable && entry.refused < RETRIES;
    if (!off) settle(event.id, event);
    else setTimeout(() => repeat(event.id, entry), FIRST * 2 ** entry.refused++);
    return off;
  }

  /** Asks again for what was put off, unless it no longer counts. @param {string} id @param {Entry} entry */
  function repeat(id, entry) {
    if (entry.superseded) settle(id, { event: 'error', code: SUPERSEDED });
    else if (ready && pending.has(id)) write(entry.message);
  }

  /** @param {string} id @param {any} event */
  function settle(id, event) {
    pending.get(id)?.resolve(event);
    pending.delete(id);
  }

  /** @param {Entry} entry */
  function deliver(entry) {
    entry.sent++;
    write(entry.message);
  }

  /** @param {object} message */
  function write(message) {
    if (socket?.readyState === 1) socket.send(JSON.stringify(message));
  }

  /** Nothing tells a page that the other side is gone: silence must. */
  function watchSilence(patience = 0) {
    clearTimeout(silence);
    silence = setTimeout(() => (patience ? disconnected(1006) : probe(PATIENCE)), patience || SILENCE);
  }

  /** Asks whether the server is there. @param {number} patience milliseconds for its answer */
  function probe(patience) {
    write({ request: 'ping', id: newID() });
    watchSilence(patience);
  }

  /** @param {number} code */
  function disconnected(code) {
    clearTimeout(silence);
    const was = socket;
    socket = null;
    ready = false;
    greetings.clear();
    was?.close();
    if (code >= 4000 && code < 4100) {
      stopped = true;
      return onStatus({ phase: 'stopped', code });
    }
    const delay = pause(code);
    tries++;
    timer = setTimeout(open, delay);
    onStatus({ phase: 'waiting', retryAt: Date.now() + delay, tries, code });
  }

  /** The milliseconds to wait before connecting again. @param {number} code */
  function pause(code) {
    const asked = wait;
    wait = -1;
    if (asked >= 0) return asked + jitter(FIRST);
    if (code >= 4200 && code < 4300) return jitter(FIRST);
    const least = TOO_LOUD.includes(code) ? PENALTY : FIRST;
    return least + jitter(Math.min(LONGEST, 2 * FIRST * 2 ** tries) - FIRST);
  }

  open();
  return {
    /**
     * Resolves with the server's `ok` or `error`; the code `lost` means that nobody knows.
     * Of requests about one subject the last counts: an earlier one that the server has
     * put off is not repeated after it.
     *
     * @param {string} request
     * @param {object} [fields]
     * @param {string} [subject]
     * @param {string} [id]
     * @returns {Promise<any>}
     */
    request(request, fields, subject = '', id = newID()) {
      return new Promise((resolve) => {
        for (const other of pending.values()) other.superseded ||= subject !== '' && other.subject === subject;
        const entry = { message: { request, id, ...fields }, subject, superseded: false, resolve, sent: 0, refused: 0 };
        pending.set(id, entry);
        if (ready) deliver(entry);
      });
    },

    /** The network or the user is back: looks at once. */
    wake() {
      if (socket?.readyState === 1) probe(PROBE);
      else if (!socket) open();
    },

    /** Connects anew, also where there is a connection, or the server said not to. */
    restart() {
      const was = socket;
      socket = null;
      ready = false;
      stopped = false;
      tries = 0;
      greetings.clear();
      was?.close();
      open();
    },
  };
}

/** @param {number} most */
function jitter(most) {
  return Math.random() * most;
}

/** A random id for a request. A page served by plain http has no crypto.randomUUID. */
export function newID() {
  return Array.from(crypto.getRandomValues(new Uint8Array(12)), (byte) => byte.toString(16).padStart(2, '0')).join('');
}
