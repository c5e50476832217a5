/** @import {RoomPage} from '../../types/page.js' */

const PAGE = 50; // rounds at once
const PATIENCE = 8_000; // milliseconds for a page that follows its ok

/**
 * What the user can do with the finished rounds.
 *
 * @param {RoomPage} page
 * @param {(request: string, fields?: object) => Promise<boolean>} inRoom asks for something in the room
 */
export function historyActions(page, inRoom) {
  /** Those who wait for a page of the history. @type {((arrived: unknown) => void)[]} */
  const waiting = [];

  /** Asks for a page of the history, and waits for it; false when it was refused. @param {object} which */
  async function fetchPage(which) {
    const arrived = new Promise((resolve) => waiting.push(resolve));
    if (!(await inRoom('history', which))) return false;
    await Promise.race([arrived, new Promise((resolve) => setTimeout(resolve, PATIENCE))]);
    return true;
  }

  /** Asks for the next older page of the history; true when it is there. */
  async function older() {
    const [first] = page.state.history ?? [];
    if (!first || !(await fetchPage({ before: first.round, limit: PAGE }))) return false;
    return page.state.history?.[0] !== first || !page.state.more;
  }

  /** All finished rounds, those that have not been shown or have not come yet too; null where they cannot be had. */
  async function allRounds() {
    if (!page.state.history && !(await fetchPage({ limit: PAGE }))) return null;
    while (page.state.more) if (!(await older())) return null;
    return page.state.history;
  }

  /** Asks again for what a dialog shows of the history. */
  async function refreshHistory() {
    if (page.ui.dialog === 'history') return inRoom('history', { limit: PAGE });
    if ((await fetchPage({ limit: PAGE })) && page.ui.dialog !== null) await allRounds();
  }

  return {
    older,
    allRounds,
    refreshHistory,

    /** Tells those who wait that a page of the history is there. */
    pageArrived() {
      for (const resolve of waiting.splice(0)) resolve(undefined);
    },

    openHistory() {
      page.set({ dialog: 'history' });
      inRoom('history');
    },

    /** Opens a dialog that is about all finished rounds. @param {'session' | 'references'} dialog */
    openResults(dialog) {
      page.set({ dialog });
      refreshHistory();
    },

    /** Changes what was agreed on in a finished round. @param {number} finished @param {string | null} value */
    amend: (finished, value) => inRoom('amendRound', { finished, value }),
  };
}
