// What a pasted text holds that no topic may: harmless characters are dropped, and
// what is left of the others is named.

import { graphemes } from '../parse/graphemes.js';

// What the bytes 80 to 9F mean in Windows' Western code page; many a file says
// that it is something else.
const WINDOWS = new Map(
  [...'€ ‚ƒ„…†‡ˆ‰Š‹Œ Ž  ‘’“”•–—˜™š›œ žŸ'].map((char, i) => [String.fromCharCode(0x80 + i), char === ' ' ? '' : char]),
);

// Seen by nobody, or by nobody but a program: controls, marks of the writing
// direction, what is ignorable by default but for joiners and variation selectors.
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
const HARMLESS = /[\0-\x08\x0e-\x1f\x7f\xad\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]/gu;

// Private use, what is no character, half a pair, and more than four marks on a base.
const BAD = /[\p{Co}\p{Cn}\p{Cs}]|(?<=\p{M}{4})\p{M}/u;

/** The text with Windows' quotes where they belong and without what nobody sees. @param {string} text */
export const visible = (text) =>
  text
    .normalize('NFC')
    .replace(/[\x80-\x9f]/g, (char) => WINDOWS.get(char) ?? '')
    .replace(HARMLESS, '');

/** The text as one line without blanks around it. @param {string} text */
export const oneLine = (text) => visible(text.replace(/[\s\u2028\u2029]+/gu, ' ')).trim();

/** The first character that no topic may hold; undefined if there is none. @param {string} text */
export const badCharacter = (text) => BAD.exec(text)?.[0];

/** How a character is named to people: U+F0B7. @param {string} char */
export const codePoint = (char) => `U+${(char.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}`;

const bytes = new TextEncoder();

/** How many bytes of UTF-8 a text takes. @param {string} text */
export const size = (text) => bytes.encode(text).length;

/**
 * The beginning of a text that has at most so many characters and bytes.
 *
 * @param {string} text
 * @param {number} characters
 * @param {number} most bytes
 */
export function shorten(text, characters, most) {
  if (text.length <= characters && size(text) <= most) return text;
  const all = graphemes(text.slice(0, most)); // a browser needs long for the characters of a long text
  if (all.length <= characters && size(text) <= most) return text;
  const kept = all.slice(0, characters - 1);
  while (size(kept.join('')) > most - 3) kept.pop();
  return `${kept.join('').trimEnd()}…`;
}
