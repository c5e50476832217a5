/** @import {Deck} from '../../types/protocol.js' */

import { graphemes } from './graphemes.js';

/** The decks the server knows by name. */
export const PRESETS = {
  fibonacci: '0 1 2 3 5 8 13 21 34 ? ☕',
  'modified-fibonacci': '0 ½ 1 2 3 5 8 13 20 40 100 ? ☕',
  tshirt: 'XS S M L XL XXL ? ☕',
  'powers-of-two': '0 1 2 4 8 16 32 64 ? ☕',
  sequential: '0 1 2 3 4 5 6 7 8 9 10 11 12 13',
  hours: '0 1 2 4 8 16 24 40 ? ☕',
};

const CARD_LENGTH = 16;

// A card: in quotes; or with a decimal comma, which needs a blank or a semicolon on
// both sides of the card (a comma there may be one that separates); or up to the next
// blank, comma or semicolon.
const CARD =
  /"([^"]+)"(?=[\s,;]|$)|'([^']+)'(?=[\s,;]|$)|[“„]([^“”„]+)[“”](?=[\s,;]|$)|(?<=^|[\s;])[^\s,;\d]*\d+,\d+[^\s,;\d]*(?=,?(?:[\s;]|$))|[^\s,;]+/g;

/** The line with the commas, semicolons and colons of every keyboard as one kind each. @param {string} line */
const plainMarks = (line) =>
  line
    .trim()
    .normalize('NFC')
    .replace(/[、，،]/g, ', ')
    .replace(/[；؛]/g, ';')
    .replace(/：/g, ': ');

/**
 * Reads a deck typed as one line: cards between spaces, commas or semicolons,
 * with a name and a colon before them if wanted ("Sizes: S, M, L"). A card with a
 * space in it is quoted. Between two digits a comma is a decimal one if something
 * else separates the cards.
 *
 * @param {string} line
 * @param {string} unnamed the name of a deck without one
 * @returns {{deck?: Deck, fault?: 'none' | 'many' | 'long' | 'twice', card?: string}}
 */
export function parseDeck(line, unnamed) {
  const [, name, given = ''] = /^(?:(?!["'“„])([^:]{1,40}):(?=\s|$))?(.*)$/s.exec(plainMarks(line)) ?? [];
  const rest = given.trim();
  const alone = !/[\s;]/.test(rest); // then a comma is what separates
  const cards = (alone ? [...rest.matchAll(/"([^"]+)"|'([^']+)'|[^,]+/g)] : [...rest.matchAll(CARD)])
    .map(([whole, ...quoted]) => (quoted.find((text) => text !== undefined) ?? whole).replace(/\s+/g, ' ').trim())
    .filter(Boolean);
  const long = cards.find((card) => graphemes(card).length > CARD_LENGTH);
  const twice = cards.find((card, i) => cards.indexOf(card) !== i);
  if (cards.length === 0) return { fault: 'none' };
  if (cards.length > 40) return { fault: 'many' };
  if (long || twice) return { fault: long ? 'long' : 'twice', card: long ?? twice };
  return { deck: { name: name?.trim() || unnamed, cards } };
}

/** The line from which parseDeck reads the deck. @param {Deck} deck */
export const deckLine = ({ name, cards }) =>
  `${name}: ${cards.map((card) => written(card, cards.length > 1)).join(' ')}`;

/** @param {string} card @param {boolean} more there are others */
function written(card, more) {
  const bare = more ? /^[^\s,;\d"'“„]*\d+,\d+[^\s,;\d]*$|^[^\s,;"'“„][^\s,;]*$/ : /^[^\s,;"'“„][^\s,;]*$/;
  if (bare.test(card)) return card;
  return card.includes('"') ? `'${card}'` : `"${card}"`;
}
