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
