/** @import {RoomPage} from '../../types/page.js' */
/** @import {Estimate} from '../../types/protocol.js' */

import { own } from './stories.js';

const TYPING = 1200; // milliseconds without a key after which a reason goes along with its estimate

/** The field of a story's reason, as long as it has not been sent. @param {number} topicId @returns {`ahead:${number}`} */
export const field = (topicId) => `ahead:${topicId}`;

/**
 * What the user can do with stories that are estimated ahead.
 *
 * @param {RoomPage} page
 */
function aheadActions(page) {
  let timer = 0;

  /** Sends an estimate, and shows it at once. @param {number} topicId @param {Estimate | null} estimate */
  async function send(topicId, estimate) {
    page.set({ aheadSent: { ...page.ui.aheadSent, [topicId]: estimate } });
    const done = await page.roomActions.inRoom('estimateAhead', { topicId, value: null, ...estimate }, field(topicId));
    const { [topicId]: last, ...others } = page.ui.aheadSent;
    if (done) page.apply({ event: 'ownAhead', estimates: { [topicId]: estimate } });
    if (last === estimate) page.set({ aheadSent: others });
    return done;
  }

  /** Takes a card, with what has been typed as its reason. @param {number} topicId @param {string | null} value */
  async function pick(topicId, value) {
    clearTimeout(timer);
    page.set({ aheadOpen: topicId });
    const was = own(page, topicId);
    const typed = page.ui.drafts[field(topicId)];
    const comment = (typed ?? was?.comment ?? '').trim();
    if (value === null && comment) page.draft(field(topicId), comment); // still there for the next card
    const saved = await send(topicId, value === null ? null : { value, comment });
    if (saved && value !== null && page.ui.drafts[field(topicId)] === typed) page.drop(field(topicId));
  }

  /** Sends the reason if there is an estimate for it to go with. @param {number} topicId */
  async function save(topicId, typing = false) {
    clearTimeout(timer);
    const was = own(page, topicId);
    const draft = page.ui.drafts[field(topicId)];
    if (draft === undefined || was === null) return;
    const comment = draft.trim();
    const saved = comment === was.comment || (await send(topicId, { value: was.value, comment }));
    if (saved && !typing && page.ui.drafts[field(topicId)] === draft) page.drop(field(topicId));
  }

  return {
    /** Takes a card; the same card again takes it back. @param {number} topicId @param {string} value */
    pick: (topicId, value) => pick(topicId, own(page, topicId)?.value === value ? null : value),

    /** Takes the estimate back. @param {number} topicId */
    withdraw: (topicId) => pick(topicId, null),

    /** Takes a value that was typed, where the deck has no cards. @param {number} topicId @param {string} value */
    take: (topicId, value) => value.trim() !== '' && pick(topicId, value.trim()),

    save: (/** @type {number} */ topicId) => save(topicId),

    /** @param {number} topicId @param {string} text */
    type(topicId, text) {
      page.set({ aheadOpen: topicId });
      page.draft(field(topicId), text.replace(/[\r\n]+/g, ' '));
      clearTimeout(timer);
      timer = setTimeout(() => save(topicId, true), TYPING);
    },

    /** Reveals all, and shows what came out. */
    async reveal() {
      const done = await page.roomActions.inRoom('revealAhead', { round: page.state.room.round });
      if (done) page.roomActions.openResults('session');
      else page.set({ confirming: null });
    },
  };
}

/** @typedef {ReturnType<typeof aheadActions>} Actions */

/** @type {WeakMap<RoomPage, Actions>} */
const made = new WeakMap();

/** What can be done with them, once for a page. @param {RoomPage} page */
export function actionsOf(page) {
  const actions = made.get(page) ?? aheadActions(page);
  made.set(page, actions);
  return actions;
}
