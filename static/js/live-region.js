// What is read out to those who do not look.

const PAUSE = 500; // milliseconds in which one change may replace another of its kind

/** @type {Map<string, string>} */
const waiting = new Map();
let timer = 0;

/**
 * Has a text read out, politely; of several of a kind that come together, the
 * last.
 *
 * @param {string} text
 * @param {string} [kind]
 */
export function announce(text, kind = text) {
  waiting.delete(kind);
  waiting.set(kind, text);
  clearTimeout(timer);
  timer = setTimeout(() => {
    const region = document.getElementById('live');
    if (region) region.textContent = sentences([...waiting.values()]);
    waiting.clear();
  }, PAUSE);
}

/** Texts as sentences: each ends with one mark, its own if it has one. @param {string[]} texts */
export const sentences = (texts) =>
  texts.map((text) => (/[.!?…。！？؟]["”»)]?$/u.test(text.trim()) ? text.trim() : `${text.trim()}.`)).join(' ');
