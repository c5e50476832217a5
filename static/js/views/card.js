import { t } from '../i18n.js';
import { h } from '../render.js';

/** The face of a card. Its corners and the size of its text follow from its value. @param {string} value */
export function face(value) {
  const { length } = [...value];
  const size = length > 5 ? 'longer' : length > 3 ? 'long' : `length-${length}`;
  return h('span', { class: `face ${size}`, 'data-card': value }, h('span', { class: 'value' }, value));
}

const NAMES = new Map([
  ['?', 'card.unsure'],
  ['☕', 'card.break'],
  ['∞', 'card.endless'],
]);

/** How a card is read out. @param {string} value */
export function cardName(value) {
  const name = NAMES.get(value);
  return name ? `${value} ${t(name)}` : value;
}
