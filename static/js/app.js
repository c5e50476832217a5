// The entry: joins the connection, the state and the views.

import { refusal, speak, t } from './i18n.js';
import { connect } from './net.js';
import { initial, reduce } from './state.js';
import { forget, forgetAll, recall, remember, takeNote, visits } from './stored.js';
import { attempt, h, part, render } from './ui.js';
import { ended, gone, landing } from './views/landing.js';
import { announce, banners, loading, toasts } from './views/parts.js';

const TOAST = 6000;
const REVOKED = 4001; // the session is worthless

const root = /** @type {HTMLElement} */ (document.getElementById('page'));
const base = /** @type {HTMLMetaElement} */ (document.querySelector('meta[name=base]')).content;
const [, path = null, staged] = /^r\/([^/]+)(\/stage)?\/?$/.exec(location.pathname.slice(base.length)) ?? [];
const known = visits().some((visit) => visit.id === path);

/** What only a room needs, once it is loaded. @type {import('./play.js').Play | null} */
let play = null;
let ticking = 0;
let toastCount = 0;
/** Why a 4001 is no surprise: the user's own wish to be forgotten or to have another session. @type {'forget' | 'renew' | null} */
let wish = null;
let drawing = true; // until there is a language to draw in

/** The page: what is known, what the user is in the middle of, and what can be done. */
const p = {
  base,
  stage: Boolean(staged),
  state: initial(path),
  /** @type {any} */
  ui: { dialog: null, drafts: {}, toasts: [], typed: '', named: recall('name') !== null, theme: recall('theme', 'auto'), visits: visits(), heldUntil: 0, forgotten: takeNote('forgotten') },
  /** @type {Record<string, (...given: any[]) => any>} */
  act: { createRoom, forgetRoom, forgetMe, signOutOthers, setLanguage, setTheme, comeBack: () => enter(p.state.roomId), wake: () => link.wake(), reconnect: () => link.restart() },

  apply(event) {
    const was = p.state;
    p.state = reduce(was, event, Date.now());
    if (p.state.rejoin && !was.rejoin) join();
    if (p.state !== was) attempt(() => play?.follow(was, p.state));
    draw();
  },
  set(changes) {
    Object.assign(p.ui, Object.hasOwn(changes, 'dialog') ? { sure: null } : {}, changes);
    draw();
  },
  draft: (field, text) => p.set({ drafts: { ...p.ui.drafts, [field]: text } }),
  drop: (field) => p.draft(field, undefined),
  toast(text, undo) {
    const id = ++toastCount;
    p.set({ toasts: [...p.ui.toasts.filter((toast) => toast.text !== text).slice(-2), { id, text, undo }] });
    announce(text);
    setTimeout(() => p.dismiss(id), undo ? 2 * TOAST : TOAST);
  },
  dismiss: (id) => p.set({ toasts: p.ui.toasts.filter((toast) => toast.id !== id) }),
  /** Closes the dialog first, so that the focus is back where it was. */
  close(act) {
    document.querySelector('dialog')?.close();
    act();
  },

  link: () => `${location.origin}${base}r/${p.state.roomId}`,
  now: () => Date.now() + p.state.skew,
  until: (time) => Date.parse(time) - p.now(),
  held: () => Date.now() < p.ui.heldUntil,
};

// A big screen with a session of its own only watches; in the tab beside a
// player's it is that player, whose role is not to be touched.
const joining = () => ({ roomId: p.state.roomId, ...(p.stage && !known && { role: 'observer' }) });
const join = () => link.request('joinRoom', joining());

const link = connect({
  url: `${location.origin.replace(/^http/, 'ws')}${base}connect`,
  onLink(phase) {
    if (phase.code === REVOKED && wish === 'forget') startAfresh();
    else if (phase.code === REVOKED && wish === 'renew') wish = null; // another session is on its way
    else p.apply({ event: 'link', ...phase });
  },
  onEvent(event) {
    p.apply(event);
    if (event.event === 'error' && event.request === 'joinRoom' && event.retryable) setTimeout(join, 1000 + 2000 * Math.random());
  },
  greeting(welcome) {
    /** @type {[string, object][]} */
    const requests = [];
    const name = recall('name') ?? (p.stage && !known ? t('stage.name') : null);
    if (name && typeof name === 'string' && name !== welcome.name) requests.push(['setName', { name }]);
    if (p.state.roomId && !p.state.gone) requests.push(['joinRoom', joining()]);
    return requests;
  },
});

function enter(roomId) {
  if (p.state.roomId !== roomId) history.pushState(null, '', `${base}r/${roomId}`);
  p.apply({ event: 'enter', roomId });
  join();
}

async function createRoom() {
  if (p.ui.creating) return;
  p.set({ creating: true });
  const wishes = { deck: recall('deck') ?? undefined, options: recall('options') ?? undefined };
  const [first] = await Promise.all([link.request('createRoom', wishes), loadPlay()]);
  const answer = /^(invalid_|bad_request)/.test(first.code) ? await link.request('createRoom') : first;
  p.set({ creating: false });
  if (answer.event === 'error') p.toast(refusal(answer.code));
  else if (play) enter(answer.roomId);
}

function forgetRoom(id) {
  forget(id);
  p.set({ visits: visits() });
}

/** Ends the user, here and everywhere, and begins as somebody new. */
async function forgetMe() {
  wish = 'forget';
  const answer = await link.request('forgetMe');
  if (answer.event === 'ok') return startAfresh();
  wish = null;
  p.toast(refusal(answer.code));
}

function startAfresh() {
  forgetAll();
  location.replace(base);
}

/** @param {string} path @returns {Promise<boolean>} whether it was done */
const post = (path) => fetch(base + path, { method: 'POST', credentials: 'same-origin' }).then((answer) => answer.status === 204, () => false);

/** Ends the user's sessions on other devices. The one here is replaced first, in this browser's other tabs too, so it is good whatever comes of the rest. */
async function signOutOthers() {
  wish = 'renew';
  const done = await post('sign-out-others/fresh') && await post('sign-out-others');
  const cut = wish === null;
  wish = null;
  if (done || cut) {
    remember('renewed', Date.now());
    link.restart();
  }
  p.toast(t(done ? 'me.signedOut' : 'error.busy'));
}

async function setLanguage(language) {
  remember('language', language);
  await speak(language);
  draw();
}

function setTheme(theme) {
  remember('theme', theme);
  document.documentElement.dataset.theme = theme;
  p.set({ theme });
}

/** Loads what only a room needs; boot.js has asked for it where the page began with one. */
async function loadPlay() {
  try {
    play ??= (await import('./play.js')).start(p, link);
  } catch {
    p.apply({ event: 'stale' });
  }
}

/** Draws once for however many changes there were since the last time. */
function draw() {
  if (drawing) return;
  drawing = true;
  const soon = document.hidden ? queueMicrotask : requestAnimationFrame;
  soon(() => {
    drawing = false;
    const { gone: left, roomId, room, link } = p.state;
    const out = link.phase === 'stopped' && link.code === REVOKED;
    const view = part(() => (out ? ended(p) : left ? gone(p) : !roomId ? landing(p) : play && room ? play.view() : loading()));
    const dialog = !out && !left && room && play?.dialog();
    render(root, [h('aside', { 'aria-label': t('notices') }, part(() => banners(p, play?.banner())), !dialog && part(() => toasts(p))), view, dialog]);
    attempt(() => play?.labelTab(p.state));
    attempt(tick);
  });
}

/** Draws again when a count-down reaches its next whole second. */
function tick() {
  clearTimeout(ticking);
  const { room, link: { retryAt = 0 } } = p.state;
  const ends = [room?.revealAt, room?.timerEndsAt, room?.undoUntil].map((time) => (time ? p.until(time) : 0));
  const running = [...ends, retryAt - Date.now()].filter((ms) => ms > 0);
  if (running.length > 0) ticking = setTimeout(draw, Math.min(...running.map((ms) => ms % 1000)) + 10);
}

addEventListener('online', link.wake);
addEventListener('storage', ({ key, newValue }) => key === 'pokey.renewed' && newValue && link.restart());
addEventListener('popstate', () => location.reload());
document.addEventListener('visibilitychange', () => document.hidden || link.wake());
await Promise.all([speak(recall('language')), path && loadPlay()]);
drawing = false;
draw();
