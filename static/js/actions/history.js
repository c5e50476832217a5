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

  /** Asks for the next older page of the history; true when it is there. */
  async function older() {
    const { history } = page.state;
    const [first] = history ?? [];
    const arrived = new Promise((resolve) => waiting.push(resolve));
    if (!first || !(await inRoom('history', { before: first.round, limit: PAGE }))) return false;
    await Promise.race([arrived, new Promise((resolve) => setTimeout(resolve, PATIENCE))]);
    return page.state.history?.[0] !== first || !page.state.more;
  }

  return {
    older,

    /** Tells those who wait that a page of the history is there. */
    pageArrived() {
      for (const resolve of waiting.splice(0)) resolve(undefined);
    },

    openHistory() {
      page.set({ dialog: 'history' });
      inRoom('history');
    },

    /** All finished rounds, those that have not been shown too; null where they cannot be had. */
    async allRounds() {
      while (page.state.more) if (!(await older())) return null;
      return page.state.history;
    },
  };
}
