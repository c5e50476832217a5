// Rooms for the tests of what is a function of one.

import { PRESETS } from '../js/parse/deck.js';

export const member = (name, fields = {}) => ({ name, role: 'estimator', online: true, estimated: false, ...fields });
export const said = (name, value, comment = '') => member(name, { estimated: true, estimate: { value, comment } });

export const roomOf = (members, fields = {}) => ({
  ownerId: 'm0',
  revealed: false,
  estimates: members.filter((m) => m.estimated).length,
  deck: { name: 'fibonacci', cards: PRESETS.fibonacci.split(' ') },
  options: { lateEstimates: 'allowed' },
  members: Object.fromEntries(members.map((m, i) => [`m${i}`, m])),
  summary: summaryOf(
    fields.deck?.cards ?? PRESETS.fibonacci.split(' '),
    members.flatMap((m) => m.estimate?.value ?? []),
  ),
  ...fields,
});

/** A revealed room in which these cards of a preset were played; without a preset there is no deck. */
export function revealed(preset, ...values) {
  const cards = preset === null ? [] : PRESETS[preset].split(' ');
  return roomOf(
    values.map((value, i) => said(`P${i}`, value)),
    { revealed: true, deck: { name: preset ?? 'Free', cards } },
  );
}

/** What the server says of these values: where each is among the cards, or without cards among themselves. */
export function summaryOf(cards, values) {
  const size = (card) => (card === '½' ? 0.5 : Number(card));
  const given = [...new Set(values)].sort((a, b) => size(a) - size(b));
  const steps = (cards.length > 0 ? cards : given).filter((card) => !['?', '☕'].includes(card));
  const count = (value) => values.filter((other) => other === value).length;
  const step = (value) => (steps.includes(value) ? { step: steps.indexOf(value) + 1 } : {});
  return { distribution: given.map((value) => ({ value, count: count(value), ...step(value) })) };
}
