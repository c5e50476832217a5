// The entry: joins the connection, the page and the views.

/** @import {RoomModule} from './room-page.js' */
/** @import * as Gone from './views/gone.js' */

import { learn, speak, t } from './i18n.js';
import { inRoom, Page } from './page.js';
import { attempt, h, part, render } from './render.js';
import { recall } from './storage.js';
import { addStyles } from './styles.js';
import { frame } from './views/frame.js';
import { banners, toasts } from './views/notices.js';

const root = /** @type {HTMLElement} */ (document.getElementById('page'));
const base = /** @type {HTMLMetaElement} */ (document.querySelector('meta[name=base]')).content;
const [, roomId = null, staged] = /^r\/([^/]+)(\/stage)?\/?$/.exec(location.pathname.slice(base.length)) ?? [];

/** What only a room needs, once it is loaded. @type {RoomModule | null} */
let room = null;
/** What stands where one is in no room, once it is needed. @type {typeof Gone | null} */
let out = null;
let asked = false; // for that
/** The front page, where the page began with it. @type {typeof import('./views/landing.js') | null} */
let front = null;
let drawing = true; // until there is a language to draw in
let ticking = 0;
/** The room's styles, once they are wanted. @type {Promise<unknown> | null} */
let styled = null;
/** The texts are on their way since the document came; the page waits for them. */
const speaking = speak(recall('language'));

const page = new Page({
  base,
  roomId,
  stage: Boolean(staged),
  draw,
  loadRoom,
  follow: (was, now) => attempt(() => room?.follow(was, now)),
});

/** Loads what only a room needs; the document has asked for it where the page began with one. */
async function loadRoom() {
  try {
    styled ??= addStyles('page');
    const [module] = await Promise.all([import('./room-page.js'), styled, speaking]); // for events are told in words
    room ??= module.start(page);
  } catch {
    page.apply({ event: 'stale' });
  }
  return room !== null;
}

/** Loads the front page. */
async function loadFront() {
  try {
    [front] = await Promise.all([import('./views/landing.js'), learn('landing')]);
  } catch {
    page.apply({ event: 'stale' });
  }
}

/** Loads what stands where one is in no room. */
async function loadOut() {
  if (asked) return;
  asked = true;
  try {
    [out] = await Promise.all([import('./views/gone.js'), learn('gone'), addStyles('gone')]);
    draw();
  } catch {
    page.apply({ event: 'stale' });
  }
}

/** Draws once for however many changes there were since the last time. */
function draw() {
  if (drawing) return;
  drawing = true;
  const soon = document.hidden ? queueMicrotask : requestAnimationFrame;
  soon(() => {
    drawing = false;
    const press = takeOver();
    const dialog = standing() === 'room' && inRoom(page) && room?.dialog(page);
    const notices = [part(() => banners(page, room?.banner(page))), !dialog && part(() => toasts(page))];
    render(root, [h('aside', { 'aria-label': t('notices') }, notices), part(view), dialog]);
    press?.();
    attempt(() => room?.labelTab(page.state));
    attempt(tick);
  });
}

/** Takes over what came with the document; the result does what has been pressed there. See boot.js. */
function takeOver() {
  const { dataset } = document.documentElement;
  if (dataset.page === 'here') return null;
  dataset.page = 'here';
  const typed = /** @type {HTMLInputElement | null} */ (root.querySelector('[data-code]'))?.value;
  if (typed) page.ui.drafts.code = typed;
  const pressed = /** @type {HTMLElement | null} */ (root.querySelector('[data-early]'));
  return () => pressed?.click();
}

/** Where the user is. */
function standing() {
  const { gone, roomId } = page.state;
  if (page.signedOut()) return 'ended';
  if (gone) return 'gone';
  return roomId ? 'room' : 'landing';
}

function view() {
  const where = standing();
  if (where === 'ended' || where === 'gone') {
    if (!out) loadOut();
    const show = where === 'ended' ? out?.ended : out?.gone;
    return show?.(page) ?? frame(page);
  }
  if (where === 'landing') return front?.landing(page) ?? frame(page);
  return room && inRoom(page) ? room.view(page) : frame(page);
}

/** Draws again when a count-down reaches its next whole second. */
function tick() {
  clearTimeout(ticking);
  const { room, connection } = page.state;
  const ends = [room?.revealAt, room?.timerEndsAt, room?.undoUntil].map((time) => (time ? page.until(time) : 0));
  const running = [...ends, (connection.retryAt ?? 0) - Date.now()].filter((ms) => ms > 0);
  if (running.length > 0) ticking = setTimeout(draw, Math.min(...running.map((ms) => ms % 1000)) + 10);
}

addEventListener('texts', draw);
addEventListener('online', page.actions.wake);
addEventListener('storage', ({ key, newValue }) => key === 'pokey.renewed' && newValue && page.actions.reconnect());
addEventListener('popstate', () => location.reload());
document.addEventListener('visibilitychange', () => document.hidden || page.actions.wake());

/** Not at the top level: what is loaded meanwhile may import what is loaded with this module. */
async function begin() {
  await Promise.all([speaking, roomId ? loadRoom() : loadFront()]);
  drawing = false;
  draw();
}

begin();
