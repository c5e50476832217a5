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

/**
 * Reads a deck typed as one line: cards between spaces, commas or semicolons,
 * with a name and a colon before them if wanted ("Sizes: S, M, L").
 *
 * @param {string} line
 * @param {string} unnamed the name of a deck without one
 * @returns {{deck?: Deck, fault?: 'none' | 'many' | 'long' | 'twice', card?: string}}
 */
export function parseDeck(line, unnamed) {
  const [, name, rest = ''] = /^(?:([^:]{1,40}):(?=\s|$))?(.*)$/s.exec(line.trim().normalize('NFC')) ?? [];
  const cards = rest.split(/[\s,;]+/).filter(Boolean);
  const long = cards.find((card) => graphemes(card).length > 8);
  const twice = cards.find((card, i) => cards.indexOf(card) !== i);
  if (cards.length === 0) return { fault: 'none' };
  if (cards.length > 40) return { fault: 'many' };
  if (long || twice) return { fault: long ? 'long' : 'twice', card: long ?? twice };
  return { deck: { name: name?.trim() || unnamed, cards } };
}

/** The line from which parseDeck reads the deck. @param {Deck} deck */
export const deckLine = (deck) => `${deck.name}: ${deck.cards.join(' ')}`;
