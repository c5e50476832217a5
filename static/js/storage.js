// What this browser remembers. One that refuses to is no reason to fail.

/** @import {Visit} from '../types/page.js' */

/** @param {string} key @param {any} [otherwise] @returns {any} */
export function recall(key, otherwise = null) {
  try {
    return JSON.parse(localStorage.getItem(`pokey.${key}`) ?? 'null') ?? otherwise;
  } catch {
    return otherwise;
  }
}

/** @param {string} key @param {unknown} value */
export function remember(key, value) {
  try {
    localStorage.setItem(`pokey.${key}`, JSON.stringify(value));
  } catch {}
}

/** Has the server know the language too: the next document comes in it. @param {string} language @param {string} base */
export function rememberLanguage(language, base) {
  remember('language', language);
  // biome-ignore lint/suspicious/noDocumentCookie: the Cookie Store is not in every browser
  document.cookie = `pokey_language=${language}; Path=${base}; Max-Age=31536000; SameSite=Lax`;
}

/** The rooms last visited, newest first, as far as what is stored makes sense. @returns {Visit[]} */
export function visits() {
  const rooms = recall('rooms');
  return Array.isArray(rooms)
    ? rooms.filter((room) => typeof room?.id === 'string' && typeof room.topic === 'string' && Number.isFinite(room.at))
    : [];
}

/** Takes a room off the list of those visited. @param {string} id */
export const forget = (id) =>
  remember(
    'rooms',
    visits().filter((room) => room.id !== id),
  );

/** Puts a room on top of the list of those visited. @param {Visit} room */
export const visited = (room) => remember('rooms', [room, ...visits().filter(({ id }) => id !== room.id)].slice(0, 8));

/** Forgets all but how the page looks, and leaves a note for the next page. */
export function forgetAll() {
  try {
    for (const key of Object.keys(localStorage)) {
      if (key.startsWith('pokey.') && !['pokey.language', 'pokey.theme'].includes(key)) localStorage.removeItem(key);
    }
    sessionStorage.removeItem('pokey.drafts');
  } catch {}
  leaveNote('forgotten');
}

/** Leaves a note for the next page of this tab. @param {string} key */
export function leaveNote(key) {
  try {
    sessionStorage.setItem(`pokey.${key}`, 'true');
  } catch {}
}

/** What had been typed in a room when this tab was left or reloaded. @param {string | null} roomId */
export function keptDrafts(roomId) {
  try {
    const kept = JSON.parse(sessionStorage.getItem('pokey.drafts') ?? 'null');
    return kept?.roomId === roomId && typeof kept.drafts === 'object' ? Object.fromEntries(texts(kept.drafts)) : {};
  } catch {
    return {};
  }
}

/** @param {object} drafts */
const texts = (drafts) => Object.entries(drafts).filter(([, text]) => typeof text === 'string');

const KEPT = 200_000; // characters of a draft: what is longer was not typed, and would take long to write

/** Keeps what has been typed in a room, for this tab. @param {string | null} roomId @param {object} drafts */
export function keepDrafts(roomId, drafts) {
  try {
    const short = Object.fromEntries(texts(drafts).filter(([, text]) => text.length <= KEPT));
    sessionStorage.setItem('pokey.drafts', JSON.stringify({ roomId, drafts: short }));
  } catch {}
}

/** Whether the page before this one has left a note. It is read once. @param {string} key */
export function takeNote(key) {
  try {
    const note = sessionStorage.getItem(`pokey.${key}`);
    sessionStorage.removeItem(`pokey.${key}`);
    return note !== null;
  } catch {
    return null;
  }
}
