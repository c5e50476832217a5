// Says that it is one's turn, or that everybody has estimated, to those who look
// elsewhere: by a tone and by a notification, each only if the user wants it.

/** @import {State} from '../../types/page.js' */
/** @import {Page} from '../page.js' */

import { t } from '../i18n.js';
import { announce } from '../live-region.js';
import { complete, isLast } from '../members.js';
import { recall, remember } from '../storage.js';
import { newcomer } from './door.js';

const THINKING = 8_000; // milliseconds that the last one is left alone with their thoughts
const LATE = 1_000; // milliseconds after which a tone would only startle
const TONES = { turn: [659, 659], complete: [523, 784], door: [784, 659] }; // in hertz

/** @typedef {keyof typeof TONES} Signal */

/** What the browser says to notifications; null where it knows none. */
export const permission = () => (typeof Notification === 'undefined' ? null : Notification.permission);

/** What the user wants. @returns {{sound?: boolean, notify?: boolean}} */
export const wishes = () => recall('signals', {});

/** @type {AudioContext | null} */
let audio = null;

/** Plays two soft notes, unless the browser waits for the user's first click. @param {Signal} signal */
export async function play(signal) {
  try {
    audio ??= new AudioContext();
    const asked = Date.now();
    await audio.resume();
    if (Date.now() - asked < LATE) TONES[signal].forEach(note);
  } catch {} // a browser without sound
}

/** @param {number} frequency in hertz @param {number} i its place in the row */
function note(frequency, i) {
  if (audio === null) return;
  const at = audio.currentTime + 0.02 + i * 0.16;
  const tone = audio.createOscillator();
  const volume = audio.createGain();
  tone.frequency.value = frequency;
  volume.gain.setValueAtTime(0, at);
  volume.gain.linearRampToValueAtTime(0.12, at + 0.02);
  volume.gain.exponentialRampToValueAtTime(0.0001, at + 0.5);
  tone.connect(volume).connect(audio.destination);
  tone.start(at);
  tone.stop(at + 0.5);
}

/** @param {Page} page @param {Signal} signal */
function notify(page, signal) {
  if (!document.hidden || permission() !== 'granted') return;
  try {
    const { roomId, room } = page.state;
    const notice = new Notification(t(`signal.${signal}`), { body: room?.topic, tag: `pokey ${roomId}` });
    notice.onclick = () => {
      focus();
      notice.close();
    };
    document.addEventListener('visibilitychange', () => notice.close(), { once: true });
  } catch {} // phones want a service worker for it
}

/** Switches a signal on or off. @param {Page} page @param {'sound' | 'notify'} way @param {boolean} on */
export async function wish(page, way, on) {
  if (on && way === 'sound') play('complete');
  if (on && way === 'notify' && (await Notification.requestPermission()) !== 'granted') {
    page.toast(t('signal.denied'));
    on = false;
  }
  remember('signals', { ...wishes(), [way]: on });
  page.set({});
}

/** Listens to what happens in a room. @param {Page} page */
export function listen(page) {
  let timer = 0;
  let nudged = ''; // the round in which the user has been
  let completed = '';

  /** @param {Signal} signal */
  function give(signal) {
    const { sound, notify: notifies } = wishes();
    if (sound) play(signal);
    if (notifies) notify(page, signal);
  }

  /** @param {State} state */
  const roundOf = ({ room }) => `${room?.epoch} ${room?.round}`;

  function nudge() {
    timer = 0;
    const { room, me } = page.state;
    if (!room || !isLast(room, me?.id) || nudged === roundOf(page.state)) return;
    nudged = roundOf(page.state);
    page.set({ nudged: room.round });
    announce(t('signal.turn'));
    give('turn');
  }

  /** What a change of the state brings about. @param {State} was @param {State} now */
  return function follow(was, now) {
    const { room, me } = now;
    if (!room || page.stage) return;
    if (newcomer(was.room, room, me?.id)) give('door');
    const last = isLast(room, me?.id);
    if (!last) clearTimeout(timer);
    if (!last) timer = 0;
    else if (timer === 0 && nudged !== roundOf(now)) timer = setTimeout(nudge, document.hidden ? 0 : THINKING);
    const own = (/** @type {State} */ state) => me && state.room?.members[me.id]?.estimated;
    const done = complete(room) && was.room && !complete(was.room) && own(was) === own(now);
    if (!done || completed === roundOf(now)) return;
    completed = roundOf(now);
    give('complete');
  };
}
