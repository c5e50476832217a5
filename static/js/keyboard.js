/** @import {Page} from './page.js' */

import { rightToLeft } from './i18n.js';
import { inRoom } from './page.js';
import { mayEstimate, mayFacilitate } from './state.js';

const COMMANDS = new Map([
  ['r', 'reveal'],
  ['c', 'clear'],
  ['n', 'next'],
]);
const MOVES = new Map([
  ['ArrowLeft', -1],
  ['ArrowUp', -1],
  ['ArrowRight', 1],
  ['ArrowDown', 1],
  ['Home', -Infinity],
  ['End', Infinity],
]);
const SIDEWAYS = ['ArrowLeft', 'ArrowRight'];
const PAUSE = 700; // after which a "1" that could have become a 13 is a 1

/**
 * What a pressed key means in a room: what to do, with `by` for `move` and
 * `text` for `type`; null for nothing. A letter that begins a card belongs to
 * the card; "?" always shows the keys.
 *
 * @param {any} event
 * @param {string[]} cards those that can be picked now
 * @param {string} [typed] what has been typed of a card so far
 * @returns {{do: string, by?: number, text?: string} | null}
 */
export function meaning(event, cards, typed = '') {
  const { key } = event;
  if (isTyping(event.target) || event.altKey) return null;
  if (event.ctrlKey || event.metaKey) return key.toLowerCase() === 'z' ? { do: 'undo' } : null;
  if (MOVES.has(key)) return { do: 'move', by: MOVES.get(key) };
  if (event.repeat) return null;
  if (key === '?') return { do: 'keys' };
  if (key === 'Backspace' || key === 'Delete') return { do: 'withdraw' };
  if ([...key].length !== 1 || key === ' ') return null;
  const text = key.toLowerCase();
  const begins = (/** @type {string} */ start) => cards.some((card) => card.toLowerCase().startsWith(start));
  if (begins(text) || (typed && begins(typed + text))) return { do: 'type', text };
  const command = COMMANDS.get(text);
  return command ? { do: command } : null;
}

/** Whether a key pressed there belongs to a text or a choice. @param {any} target */
export function isTyping(target) {
  if (target?.tagName === 'INPUT') return !['checkbox', 'radio', 'button'].includes(target.type);
  return ['TEXTAREA', 'SELECT'].includes(target?.tagName) || target?.isContentEditable === true;
}

/**
 * The card meant by what has been typed so far. `sure` says that nothing typed
 * after it could mean another. What fits no card starts anew with its last
 * character.
 *
 * @param {string} typed
 * @param {string[]} cards
 * @returns {{typed: string, card: string | null, sure: boolean}}
 */
export function cardFor(typed, cards) {
  const fits = cards.filter((card) => card.toLowerCase().startsWith(typed));
  if (fits.length === 0 && typed.length > 1) return cardFor(typed.slice(-1), cards);
  const card = fits.find((card) => card.toLowerCase() === typed) ?? fits[0] ?? null;
  return { typed, card, sure: fits.length === 1 };
}

/** Lets the whole room be played by keys. @param {Page} page */
export function listenToKeys(page) {
  let timer = 0;

  /** @param {string} text @param {string[]} cards */
  function type(text, cards) {
    clearTimeout(timer);
    const { typed, card, sure } = cardFor(page.ui.typed + text, cards);
    const pick = () => {
      page.set({ typed: '' });
      if (card && page.state.room?.revealed && !page.ui.changing) page.roomActions?.settle(card);
      else if (card) page.roomActions?.pick(card, false);
    };
    page.set({ typed, focusedCard: card });
    timer = setTimeout(pick, sure ? 0 : PAUSE);
  }

  document.addEventListener('keydown', (event) => {
    const elsewhere = /** @type {Element} */ (event.target).closest('[popover]');
    if (!inRoom(page) || page.state.gone || page.ui.dialog || page.stage || event.defaultPrevented || elsewhere) return;
    const { room, me } = page.state;
    const act = page.roomActions;
    const picks = mayEstimate(room, me?.id) && (!room.revealed || page.ui.changing);
    const facilitates = mayFacilitate(room, me?.id) && !page.held();
    const settles = facilitates && room.revealed && !picks;
    const asked = meaning(event, picks || settles ? room.deck.cards : [], page.ui.typed);
    /** @type {Record<string, () => unknown>} */
    const does = {
      keys: () => page.set({ dialog: 'keys' }),
      undo: () => facilitates && room.undo && act.undo(),
      reveal: () => facilitates && !room.revealed && room.estimates > 0 && act.reveal(),
      clear: () => facilitates && (room.revealed || room.estimates > 0) && act.clear(),
      next: () => facilitates && (room.revealed || room.topics.length > 0) && act.next(),
      withdraw: () => (settles ? room.agreed !== undefined && act.settle(null) : picks && act.withdraw()),
      type: () => type(asked?.text ?? '', room.deck.cards),
      move: () => moveFocus((asked?.by ?? 0) * (rightToLeft() && SIDEWAYS.includes(event.key) ? -1 : 1), event.key),
    };
    if (asked && does[asked.do]() !== false) event.preventDefault();
  });
}

/**
 * Moves the focus along the cards; false where the key means something else
 * there.
 *
 * @param {number} by
 * @param {string} key
 */
function moveFocus(by, key) {
  const cards = /** @type {HTMLElement[]} */ ([...document.querySelectorAll('.deck .card')]);
  const inside = cards.indexOf(/** @type {HTMLElement} */ (document.activeElement));
  if (inside < 0 && !SIDEWAYS.includes(key)) return false;
  const to = inside < 0 ? cards.findIndex((card) => card.tabIndex === 0) : inside + by;
  cards[Math.max(0, Math.min(cards.length - 1, to))]?.focus();
}
