// Stands in for the server in a page under test: every request is granted, and
// the room says whatever window.hostile.show() is given. A server would refuse most
// of it.
'use strict';
(() => {
  const object = Object.getOwnPropertyNames(Object.prototype);
  const texts = [
    ...object, 'prototype', 'length', 'NaN', 'undefined', 'null', '-0', '1e999',
    '\ud800', 'a\udfff\udbffb', '\ud83d', '\ufffe\uffff', '\0\x07\x1b[31m', 'a\r\nb\u2028c',
    'x'.repeat(10_000), '🙂'.repeat(2500), 'word '.repeat(2000), 'Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft',
    `https://x.test/${'a'.repeat(300)}?b=${'c'.repeat(300)}`, 'W'.repeat(200), '\u00a0'.repeat(200), '漢'.repeat(300),
    'שלום עולם, זה שם ארוך מאוד', 'مرحبا بالعالم '.repeat(20), '\u202eoolleh\u202c', '\u2066\u2067\u202d'.repeat(50), '\u200f\u200e',
    '\u200b', 'A\u200bd\u00ada', '\u2060\ufeff\u034f', '\u115f\u3164', '', ' ',
    `Z${'\u0301\u0489'.repeat(30)}`, 'ด้้้้้็็็็็้้้้้็็็็', '﷽'.repeat(40), '𒐫'.repeat(60), '👩‍👩‍👧‍👦'.repeat(60), '🏴󠁧󠁢󠁥󠁮󠁧󠁿', '\ud83c\udde9'.repeat(41), '❤️‍🔥',
    '<script>pwned=1</script>', '"><img src=x onerror=pwned=1>', '</style><style>*{display:none}', '{n} {name} {0}', '$& $1 $$', '&lt;b&gt;', '`${pwned=1}`', 'javascript:pwned=1',
    '=1+1', '+1', '-1', '@everyone', 'x;=1+1;', '=HYPERLINK("http://x.test","y")', '| a | b |', '# head', '```',
  ];
  const random = (seed) => () => (seed = (seed * 48271) % 2147483647) / 2147483647; // one that can be had again
  const roomId = location.pathname.split('/')[2];
  let socket = null;
  let room = null;
  let rounds = [];
  let version = 1;
  const userId = 'constructor';
  const say = (event) => socket?.onmessage?.({ data: JSON.stringify(event) });

  window.WebSocket = class {
    readyState = 1;
    constructor() {
      socket = this;
      setTimeout(() => say({ event: 'welcome', protocol: 2, userId, name: room?.members[userId]?.name ?? 'Me', server: 'x', now: new Date().toISOString(), limits: {} }));
    }
    close() {}
    send(message) {
      const { request, id, roomId } = JSON.parse(message);
      hostile.asked.push(request);
      setTimeout(() => {
        say({ event: 'ok', id, durable: true });
        if (request === 'joinRoom' && room) say({ event: 'roomStatus', roomId, version, room });
        if (request === 'history') say({ event: 'roomHistory', roomId, rounds, more: false });
      });
    }
  };

  /** A member for each text, who says what the next ones are. */
  const member = (text, i, options) => {
    const at = (n) => options.texts[(i + n) % options.texts.length];
    const some = options.random;
    return {
      name: text, role: some() < 0.15 ? 'observer' : 'estimator', online: some() < 0.8, estimated: true,
      ...(some() < 0.2 && { deputy: true }), ...(some() < 0.1 && { standIn: true }), ...(some() < 0.1 && { named: false }),
      ...(options.revealed && { estimate: { value: at(1), comment: some() < 0.7 ? at(2) : '' } }),
    };
  };

  function build(options) {
    const { texts, revealed } = options;
    const one = (n) => texts[n % texts.length];
    // By JSON, for only that makes a member whose id is __proto__.
    const ids = texts.map((text, i) => (object.includes(text) ? text : `id${i}`));
    const entries = texts.map((text, i) => `${JSON.stringify(ids[i])}: ${JSON.stringify(member(text, i, options))}`);
    const members = JSON.parse(`{${entries.join()}}`);
    members[userId] ??= member(one(0), 0, options);
    Object.assign(members[userId], { role: 'estimator', online: true });
    const counts = new Map();
    for (const { estimate } of Object.values(members)) if (estimate) counts.set(estimate.value, (counts.get(estimate.value) ?? 0) + 1);
    const summary = { votes: counts.size, distribution: [...counts].map(([value, count]) => ({ value, count })), mean: null, median: 1e21, min: null, max: null, consensus: false, spread: null };
    const known = { agreed: one(3), revealedBy: ids[ids.length - 1], offeredTo: options.owner ? ids[0] : userId, locked: true, undo: 'reveal', undoUntil: new Date(Date.now() + 9000).toISOString() };
    room = {
      id: roomId, epoch: 'e', ownerId: options.owner ? userId : ids[0], revealed, round: 7, estimates: texts.length, topic: one(1), createdAt: new Date().toISOString(), finished: 3,
      ...(options.extras && known), options: { autoReveal: false, lateEstimates: 'allowed', standIn: true },
      deck: { name: one(2), cards: options.deck ? [...new Set(texts)] : [] }, topics: texts, members, summary: revealed ? summary : null,
    };
    const estimates = texts.map((text, i) => ({ userId: ids[i], name: text, value: one(i + 1), comment: one(i + 2) }));
    rounds = [0, 1, 2].map((i) => ({ round: i + 1, topic: one(i), finishedAt: new Date().toISOString(), deck: one(i + 1), agreed: one(i + 2), estimates: i ? estimates : [], hidden: i ? 0 : 2, summary: null, revealedBy: ids[i % ids.length] }));
    for (const [i, text] of object.entries()) rounds.push({ round: 4 + i, topic: text, finishedAt: new Date().toISOString(), deck: text, agreed: null, estimates: [{ userId: text, name: text, value: text, comment: text }], hidden: 0, summary: null, revealedBy: text });
  }

  const drawn = () => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));

  window.hostile = {
    texts,
    /** The requests that the page has made. */
    asked: [],
    say,
    drawn,
    room: () => room,
    /** Shows a room of all texts and opens each dialog that there is a way to. */
    async dialogs(options) {
      hostile.show(options);
      await drawn();
      const found = hostile.faults('the room');
      const ways = () => [...document.querySelectorAll('.tools button, .seat:first-child button.who, .watching li:last-child button.who'), null];
      for (let i = 0; i < ways().length; i++) {
        const way = ways()[i];
        if (way) way.click();
        else document.body.dispatchEvent(new KeyboardEvent('keydown', { key: '?', bubbles: true }));
        await drawn();
        await drawn();
        const dialog = document.querySelector('dialog');
        if (!dialog) continue;
        found.push(...hostile.faults(`the dialog ${dialog.className}`));
        dialog.close();
        await drawn();
      }
      return found;
    },
    /** Shows a room for each text alone, so that it is in every place. */
    async each(options, from, to) {
      const found = [];
      for (const text of texts.slice(from, to)) {
        hostile.show({ ...options, texts: [text, '5', text, 'Ann'] });
        await drawn();
        found.push(...hostile.faults(`a room of ${JSON.stringify(text.slice(0, 40))}`));
      }
      return found;
    },
    /** Shows a room that is made of some of the texts. */
    show(options, change) {
      build({ random: random(options.seed ?? 1), texts, ...options });
      change?.(room);
      say({ event: 'roomStatus', roomId, version: ++version, room });
    },
    /** What is wrong with what is on the screen now. */
    faults(where) {
      const found = [];
      const wide = (element, name) => element && element.scrollWidth > element.clientWidth + 1 && found.push(`${name} is ${element.scrollWidth} px wide where there are ${element.clientWidth}`);
      wide(document.documentElement, 'the page');
      for (const selector of ['.play', 'dialog', '.sheet', '.dock', '.banners']) wide(document.querySelector(selector), selector);
      const box = document.querySelector('dialog .sheet')?.getBoundingClientRect() ?? { left: 0, right: innerWidth };
      for (const element of document.querySelector('dialog')?.querySelectorAll('button, input, textarea, h2, h3, p, li, b, small') ?? document.querySelectorAll('main h1, main p, main li, main button, main textarea, footer button, footer input, footer p, header *')) {
        if (!element.checkVisibility({ visibilityProperty: true, opacityProperty: true }) || element.closest('.vh')) continue;
        const { left, right } = element.getBoundingClientRect();
        if (right > box.right + 1 || left < box.left - 1) found.push(`${element.tagName} .${element.className} lies outside: ${left.toFixed()}–${right.toFixed()}`);
      }
      if (document.querySelector('.failed')) found.push('a part could not be drawn');
      if ('pwned' in window) found.push('a text was run');
      return [...new Set(found)].slice(0, 8).map((fault) => `${where}: ${fault}`);
    },
  };
})();
