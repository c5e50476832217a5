// A room that has expired is opened again empty. What its owner had chosen for it
// is still in their browser, and comes back with them.

/** @import {Page} from '../page.js' */
/** @import {Deck, Options, Room} from '../../types/protocol.js' */
/** @typedef {{id: string, epoch: string, deck: Deck, options: Options, locked?: boolean}} Choice */

import { t } from '../i18n.js';
import { isOwner } from '../state.js';
import { recall, remember } from '../storage.js';

const MOST = 8; // rooms

const same = (/** @type {unknown} */ a, /** @type {unknown} */ b) => JSON.stringify(a) === JSON.stringify(b);

/** What is remembered, as far as it makes sense. @returns {Choice[]} */
function choices() {
  const known = recall('choices');
  return Array.isArray(known) ? known.filter((choice) => typeof choice?.epoch === 'string' && choice.deck) : [];
}

/**
 * What is to be set in a room that was opened again: options, a lock, and the cards if
 * nobody has estimated with others; null if nothing is.
 *
 * @param {Room} room
 * @param {Choice} [was]
 */
export function lost(room, was) {
  if (!was || was.epoch === room.epoch || room.finished > 0 || room.round > 1) return null;
  const options = same(was.options, room.options) ? null : was.options;
  const deck = same(was.deck.cards, room.deck.cards) || room.estimates > 0 ? null : was.deck;
  const locked = was.locked === true && !room.locked;
  return options || deck || locked ? { options, deck, locked } : null;
}

/** Remembers what the user has chosen for a room they own, or brings it back. @param {Page} page */
export function keepChoices(page) {
  const { room, me } = page.state;
  if (!room || page.stage || !isOwner(room, me?.id)) return;
  const { id, epoch, deck, options, locked } = room;
  const known = choices();
  const was = known.find((choice) => choice.id === id);
  const back = lost(room, was);
  const now = {
    id,
    epoch,
    deck: back?.deck ?? deck,
    options: back?.options ?? options,
    locked: back?.locked || locked,
  };
  if (same(was, now)) return;
  remember('choices', [now, ...known.filter((choice) => choice.id !== id)].slice(0, MOST));
  if (back) restore(page, back);
}

/** @param {Page} page @param {{options: Options | null, deck: Deck | null, locked: boolean}} choice */
async function restore(page, { options, deck, locked }) {
  const { roomId } = page.state;
  const asked = [
    options && page.connection.request('setOptions', { roomId, options }),
    deck && page.connection.request('setDeck', { roomId, deck }),
    locked && page.connection.request('lockRoom', { roomId, locked }),
  ];
  const answers = await Promise.all(asked);
  if (answers.some((answer) => answer?.event === 'ok')) page.toast(t('choices.back'));
}
