/** @import {RoomPage} from '../../types/page.js' */

import { newID } from '../connection.js';
import { mayEstimate, ownEstimate } from '../state.js';

const TYPING = 1200; // milliseconds without a key after which a comment goes along with its estimate

/**
 * What the user can do with their own estimate.
 *
 * @param {RoomPage} page
 * @param {(request: string, fields: object, subject?: string, id?: string) => Promise<boolean>} ask
 */
export function estimateActions(page, ask) {
  let timer = 0;

  /** @param {string | null} value @param {string} comment */
  function estimate(value, comment) {
    const { roomId, room } = page.state;
    const { round } = room;
    const id = newID();
    page.apply({ event: 'picked', id, round, value, comment });
    return ask('estimate', { roomId, round, value, ...(value !== null && { comment }) }, 'estimate', id);
  }

  /**
   * Takes a card, with what has been typed as its reason; the same card again
   * takes it back.
   *
   * @param {string | null} card
   */
  async function pick(card, back = true) {
    clearTimeout(timer);
    const own = ownEstimate(page.state);
    const comment = page.ui.drafts.comment ?? own.comment;
    const value = own.value === card && back ? null : card;
    if (value === null && comment) page.draft('comment', comment); // still there for the next card
    page.set({ changing: false, focusedCard: card });
    if (value === own.value && comment === own.comment) return;
    const saved = await estimate(value, comment);
    if (saved && value !== null && page.ui.drafts.comment === comment) page.drop('comment');
  }

  /** Sends the comment if there is an estimate for it to go with; else it waits for one. */
  async function saveComment(typing = false) {
    clearTimeout(timer);
    const draft = page.ui.drafts.comment;
    const own = ownEstimate(page.state);
    if (draft === undefined || own.value === null || !mayEstimate(page.state.room, page.state.me?.id)) return;
    const saved = draft.trim() === own.comment || (await estimate(own.value, draft.trim()));
    if (saved && !typing && page.ui.drafts.comment === draft) page.drop('comment');
  }

  return {
    pick,
    saveComment: () => saveComment(),

    /** Takes the estimate back. */
    withdraw() {
      const { value } = ownEstimate(page.state);
      if (value !== null) pick(value);
    },

    /** Takes what has been typed as an estimate, where the deck has no cards. */
    async pickTyped() {
      const value = (page.ui.drafts.free ?? '').trim();
      if (!value) return;
      await pick(value, false);
      page.drop('free');
    },

    /** @param {string} text */
    typeComment(text) {
      page.draft('comment', text);
      clearTimeout(timer);
      timer = setTimeout(() => saveComment(true), TYPING);
    },
  };
}
