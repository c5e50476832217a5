const SILENCE = 20_000; // after which the server is asked whether it is there
const PATIENCE = 8_000; // for its answer
const PROBE = 3_000; // the same, when the user has just come back
const FIRST = 500; // the shortest wait before connecting again
const LONGEST = 10_000;
const PENALTY = 15_000; // after having been too loud
const RETRIES = 3; // of a request that was refused for now

const TOO_LOUD = [4103, 4104]; // rate limited, too many errors

/**
 * Keeps a connection to the server, whatever the network does. A request made
 * while there is none waits; one without an answer when the connection drops is
 * sent again, once, after the next one's greeting, under the same id, so that
 * it has its effect once.
 *
 * @param {object} given
 * @param {string} given.url
 * @param {(event: any) => void} given.onEvent everything the server says
 * @param {(link: import('../protocol').Link) => void} given.onLink
 * @param {(welcome: any) => [string, object][]} given.greeting what puts a new connection where the last one was
 * @param {typeof WebSocket} [given.Socket]
 */
export function connect({ url, onEvent, onLink, greeting, Socket = WebSocket }) {
  /** @type {WebSocket | null} */
  let socket = null;
  let ready = false; // the greeting has been answered
  let tries = 0;
  let wait = -1; // what the server asked for before closing
  let timer = 0;
  let watch = 0;
  let stopped = false;
  const greetings = new Set();
  const pending = new Map();

  function open() {
    clearTimeout(timer);
    if (socket || stopped) return;
    onLink({ phase: 'connecting', tries });
    use(new Socket(url));
    listen(PATIENCE);
  }

  function use(mine) {
    socket = mine;
    mine.onmessage = ({ data }) => socket === mine && hear(JSON.parse(data));
    mine.onclose = ({ code }) => socket === mine && lost(code);
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
      hear(JSON.parse(data));
    };
  }

  function hear(event) {
    listen();
    if (event.event === 'welcome') greet(event);
    if (event.event === 'closing') {
      wait = event.retryAfterMs;
      if (wait === 0) moveOn();
    }
    if (greetings.delete(event.id) && greetings.size === 0) flush();
    if (!put(event)) onEvent(event);
  }

  function greet(welcome) {
    tries = 0;
    onLink({ phase: 'open' });
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
      else deliver(entry);
    }
  }

  /** Settles what the event answers; true where it was put off and will be asked again. */
  function put(event) {
    const entry = (event.event === 'ok' || event.event === 'error') && pending.get(event.id);
    if (!entry) return false;
    const off = event.event === 'error' && event.retryable && entry.refused < RETRIES;
    if (!off) settle(event.id, event);
    else setTimeout(() => ready && pending.has(event.id) && write(entry.message), FIRST * 2 ** entry.refused++);
    return off;
  }

  function settle(id, event) {
    pending.get(id)?.resolve(event);
    pending.delete(id);
  }

  function deliver(entry) {
    entry.sent++;
    write(entry.message);
  }

  function write(message) {
    if (socket?.readyState === 1) socket.send(JSON.stringify(message));
  }

  /** Nothing tells a page that the other side is gone: silence must. */
  function listen(patience = 0) {
    clearTimeout(watch);
    watch = setTimeout(() => (patience ? lost(1006) : probe(PATIENCE)), patience || SILENCE);
  }

  function probe(patience) {
    write({ request: 'ping', id: newID() });
    listen(patience);
  }

  function lost(code) {
    clearTimeout(watch);
    const was = socket;
    socket = null;
    ready = false;
    greetings.clear();
    was?.close();
    if (code >= 4000 && code < 4100) {
      stopped = true;
      return onLink({ phase: 'stopped', code });
    }
    const delay = pause(code);
    tries++;
    timer = setTimeout(open, delay);
    onLink({ phase: 'waiting', retryAt: Date.now() + delay, tries, code });
  }

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
     *
     * @param {string} request
     * @param {object} [fields]
     * @param {string} [id]
     * @returns {Promise<any>}
     */
    request(request, fields, id = newID()) {
      return new Promise((resolve) => {
        const entry = { message: { request, id, ...fields }, resolve, sent: 0, refused: 0 };
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

function jitter(most) {
  return Math.random() * most;
}

/** A random id for a request. A page served by plain http has no crypto.randomUUID. */
export function newID() {
  return Array.from(crypto.getRandomValues(new Uint8Array(12)), (byte) => byte.toString(16).padStart(2, '0')).join('');
}
