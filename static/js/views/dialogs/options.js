/** @import {Child, RoomPage} from '../../../types/page.js' */
/** @import {Deck} from '../../../types/protocol.js' */

import { t } from '../../i18n.js';
import { people } from '../../members.js';
import { deckLine, PRESETS, parseDeck } from '../../parse/deck.js';
import { h } from '../../render.js';
import { button, field, form, toggle } from '../controls.js';
import { standIn } from '../invite.js';
import { dialog } from './dialog.js';
import { access, closing } from './access.js';

/** The owner's choices for the room. @param {RoomPage} page */
export function options(page) {
  const { chosen, setOption } = page.roomActions;
  const known = page.state.room.options;
  const autoReveal = chosen('autoReveal', known.autoReveal);
  const late = chosen('lateEstimates', known.lateEstimates) === 'allowed';
  return dialog(
    page,
    'options',
    t('options.title'),
    decks(page),
    toggle(t('options.autoReveal'), t('options.autoRevealHint'), autoReveal, (on) => setOption({ autoReveal: on })),
    toggle(t('options.late'), t('options.lateHint'), late, (on) =>
      setOption({ lateEstimates: on ? 'allowed' : 'locked' }),
    ),
    standIn(page),
    members(page),
    access(page),
    closing(page),
  );
}

/** The others in the room, each with what can be done about them. @param {RoomPage} page */
function members(page) {
  const others = people(page.state.room).filter(({ id }) => id !== page.state.me?.id);
  if (others.length === 0) return null;
  const choices = others.map(({ id, called }) => {
    const open = () => page.set({ dialog: 'person', personId: id });
    return button('soft', called, open, { key: id, dir: 'auto', title: t('seat.manage') });
  });
  return h('section', { class: 'access' }, h('h3', {}, t('options.people')), h('div', { class: 'choices' }, choices));
}

/** @param {RoomPage} page */
function decks(page) {
  const { deck, estimates, revealed } = page.state.room;
  const preset = Object.entries(PRESETS).some(([name, cards]) => name === deck.name && cards === deck.cards.join(' '));
  const any = { name: t('deck.any'), cards: [] };
  return h(
    'section',
    { class: 'decks', 'aria-label': t('deck.title') },
    estimates > 0 && !revealed && h('p', { class: 'hint' }, t('deck.drops')),
    h(
      'ul',
      {},
      Object.entries(PRESETS).map(([name, cards]) => choice(page, name, cards, preset && deck.name === name, name)),
      choice(page, 'any', t('deck.anyHint'), deck.cards.length === 0, any),
    ),
    ownDeck(page, preset),
  );
}

/**
 * @param {RoomPage} page
 * @param {string} name
 * @param {string} cards
 * @param {boolean} picked
 * @param {Deck | string} deck
 */
function choice(page, name, cards, picked, deck) {
  const props = { 'data-deck': name, 'aria-pressed': String(picked) };
  const label = h('b', {}, t(`deck.${name}`));
  const set = () => page.roomActions.setDeck(deck);
  return h('li', { key: name }, button('deck-choice', label, set, props, h('span', {}, cards)));
}

/**
 * A deck of one's own, typed as one line.
 *
 * @param {RoomPage} page
 * @param {boolean} preset the room has a preset
 * @returns {Child}
 */
function ownDeck(page, preset) {
  const line = page.ui.drafts.deck;
  const { deck, fault, card } = line === undefined ? {} : parseDeck(line, t('deck.own'));
  const input = field(t('deck.own'), {
    'data-own-deck': true,
    dir: 'auto',
    placeholder: 'S M L XL ?',
    'aria-describedby': 'deck-fault',
    value: line ?? (preset ? '' : deckLine(page.state.room.deck)),
    oninput: (event) => page.draft('deck', event.target.value),
  });
  const use = h('button', { class: 'soft', disabled: !deck }, t('deck.use'));
  const own = !preset && page.state.room.deck.cards.length > 0;
  const counted = deck && t('deck.count', { n: deck.cards.length });
  const used = line === undefined && own && `✓ ${t('deck.inUse')}`;
  const said = counted ?? (used || t(`deck.fault.${fault ?? 'none'}`, { card }));
  return [
    form('inline', () => deck && page.roomActions.setDeck(deck), input, use),
    h('p', { id: 'deck-fault', class: fault ? 'fault' : 'hint' }, said),
  ];
}
