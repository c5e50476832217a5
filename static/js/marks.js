// What somebody is recognised by at a glance: a colour, and initials or an emoji. It
// never means anything that is not said beside it.

/** @import {Child} from '../types/page.js' */
/** @import {Mark} from '../types/protocol.js' */

import { h } from './render.js';

/** As dark as each other: white can be read on them, and they can be told from the table by day and by night. */
export const COLOURS = new Map(
  Object.entries({
    blue: '#446dc9',
    violet: '#8062b0',
    pink: '#a7577f',
    red: '#b3544f',
    orange: '#a06235',
    olive: '#787334',
    green: '#457d52',
    teal: '#267c85',
  }),
);

/** The colour somebody has chosen, or else one that follows from their id. @param {string} id @param {Mark} [mark] */
export function colourOf(id, mark) {
  const all = [...COLOURS.values()];
  const sum = [...id].reduce((sum, letter) => (sum * 31 + (letter.codePointAt(0) ?? 0)) % 997, 7);
  return COLOURS.get(mark?.colour ?? '') ?? all.at(sum % all.length) ?? '';
}

/**
 * The initials of a name: of its first and its last word, where a script has
 * capitals. A digit is none: it could be taken for an estimate.
 *
 * @param {string} name
 */
export function initials(name) {
  const words = name.match(/(?<![\p{L}\p{N}\p{M}])\p{L}[^\s\-_.]*/gu) ?? [];
  const [first = '', ...rest] = words.map((word) => [...word][0].toUpperCase());
  const last = rest.pop() ?? '';
  return last.toLowerCase() === last ? first : first + last;
}

/**
 * A mark, for those who see: who it is stands beside it.
 *
 * @param {{id: string, name: string, named?: boolean} & Mark} person
 * @param {Child} [otherwise] what stands for somebody who has neither name nor emoji
 */
export function sign(person, otherwise) {
  const { id, name, named, emoji } = person;
  const shown = emoji ?? (named === false ? otherwise : initials(name));
  const props = {
    class: emoji ? 'sign emoji' : 'sign',
    'aria-hidden': 'true',
    vars: { '--own': colourOf(id, person) },
  };
  return shown && h('span', props, shown);
}
