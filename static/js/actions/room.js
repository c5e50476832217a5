/** @import {RoomPage} from '../../types/page.js' */
/** @import {Deck, Options, Story} from '../../types/protocol.js' */
/** @import {Page} from '../page.js' */

import { copy } from '../clipboard.js';
import { newID, SUPERSEDED } from '../connection.js';
import { refusal, t } from '../i18n.js';
import { announce } from '../live-region.js';
import { recall, remember } from '../storage.js';
import { estimateActions } from './estimate.js';
import { historyActions } from './history.js';
import { settings } from './settings.js';

const COPIED = 3000; // milliseconds that the button says so

/**
 * What the user can do in a room, each in one place. What belongs to a round
 * names it, so that a slow click never hits the next one.
 *
 * @param {Page} anyPage one that will be in a room when something is done
 */
export function roomActions(anyPage) {
  const page = /** @type {RoomPage} */ (anyPage);

  const { choose, chosen } = settings(page);

  /**
   * Asks, and says why it was refused; true when it was done.
   *
   * @param {string} request
   * @param {object} fields
   * @param {string} [subject] of requests about it the last counts
   */
  async function ask(request, fields, subject, id = newID()) {
    const answer = await page.connection.request(request, fields, subject, id);
    if (answer.event === 'error' && answer.code !== SUPERSEDED) page.toast(refusal(answer.code));
    return answer.event === 'ok';
  }

  /** @param {string} request @param {object} [fields] @param {string} [subject] */
  const inRoom = (request, fields, subject) => ask(request, { roomId: page.state.roomId, ...fields }, subject);

  /** Sets something of the room. @param {string} setting @param {any} value @param {string} request @param {object} fields */
  const set = (setting, value, request, fields) => choose(setting, value, () => inRoom(request, fields, setting));

  /** @param {string} request */
  const inRound = (request, fields = {}) => inRoom(request, { round: page.state.room.round, ...fields });

  /**
   * Sets something of the user, and shows next to it why it was refused.
   *
   * @param {string} part
   * @param {any} value
   * @param {string} request
   * @param {object} fields
   * @param {(code: string | null) => void} tell
   */
  const setOwn = (part, value, request, fields, tell) =>
    choose(part, value, async () => {
      const answer = await page.connection.request(request, fields, part);
      if (answer.code !== SUPERSEDED) tell(answer.event === 'error' ? answer.code : null);
      return answer.event === 'ok';
    });

  const setTopics = (/** @type {Story[]} */ topics) => set('topics', topics, 'setTopics', { topics });

  return {
    ...estimateActions(page, ask),
    ...historyActions(page, inRoom),
    ...memberActions(page, inRoom, set),
    chosen,

    reveal: () => inRound('reveal'),
    hide: () => inRound('hide'),
    clear: () => inRound('clear'),
    undo: () => inRound('undo'),
    next: () => inRound('nextTopic'),
    settle: (/** @type {string | null} */ value) => inRound('settle', { value }),
    startTimer: (/** @type {number} */ seconds) => inRoom('startTimer', { seconds }, 'timer'),
    stopTimer: () => inRoom('stopTimer', {}, 'timer'),

    setTopics,
    inRoom,
    /**
     * Takes a story out of the list to estimate it now. The one before goes back
     * to the top of the list, unless its estimates have been seen; where nobody has
     * estimated anything, the round stays.
     *
     * @param {number} index
     */
    async pickTopic(index) {
      const { topic, story = {}, topics, ahead, revealed, estimates } = page.state.room;
      if (revealed || estimates > 0 || ahead) return inRound('nextTopic', { index });
      const { title, ...known } = topics[index];
      const rest = topics.toSpliced(index, 1);
      if (!(await inRoom('setTopic', { topic: title, ...known }, 'topic'))) return false;
      return setTopics(topic ? [{ title: topic, ...story }, ...rest] : rest);
    },
    async saveTopic() {
      const draft = page.ui.drafts.topic;
      if (draft === undefined) return;
      const topic = draft.trim();
      const { room } = page.state;
      const story = alike(topic, room.topic) ? room.story : {};
      const saved = topic === room.topic || (await inRoom('setTopic', { topic, ...story }, 'topic'));
      if (saved && page.ui.drafts.topic === draft) page.drop('topic');
    },

    showCode: () => inRoom('showCode'),
    admit: (/** @type {string} */ userId, /** @type {boolean} */ admitted) => inRoom('admitUser', { userId, admitted }),
    lock: (/** @type {boolean} */ locked) => set('locked', locked, 'lockRoom', { locked }),
    closeRoom: () => inRoom('closeRoom'),
    /** @param {Deck | string} deck */
    async setDeck(deck) {
      const line = page.ui.drafts.deck;
      if (!(await inRoom('setDeck', { deck }, 'deck'))) return;
      remember('deck', deck); // for the next room
      if (page.ui.drafts.deck === line) page.drop('deck');
    },
    /** @param {Partial<Options>} option one of them */
    async setOption(option) {
      const [[name, value]] = Object.entries(option);
      if (await set(name, value, 'setOptions', { options: option })) {
        remember('options', { ...recall('options'), ...option });
      }
    },

    async saveName() {
      const draft = page.ui.drafts.name ?? '';
      const name = draft.trim();
      if (!name) return;
      if (!(await setOwn('name', name, 'setName', { name }, (nameFault) => page.set({ nameFault })))) return;
      remember('name', name);
      page.set({ named: true });
      if (page.ui.drafts.name === draft) page.drop('name');
    },
    /** @param {{colour: string} | {emoji: string | null}} mark its other part stays */
    async setMark(mark) {
      const [[part, value]] = Object.entries(mark);
      if (!(await setOwn(part, value, 'setMark', mark, (markFault) => page.set({ markFault })))) return;
      remember('mark', { ...recall('mark'), ...mark });
      if (part === 'emoji' && page.ui.drafts.emoji === (value ?? '')) page.drop('emoji');
    },
    async leave() {
      if (await inRoom('leaveRoom')) location.assign(page.base);
    },

    async copyLink() {
      if (await copy(page.roomURL())) {
        page.set({ copied: true });
        announce(t('invite.copied'));
        setTimeout(() => page.set({ copied: false }), COPIED);
      } else document.querySelector('[data-link]')?.dispatchEvent(new Event('focus')); // selects it
    },
    share() {
      const what = { title: 'Pokey', text: page.state.room.topic, url: page.roomURL() };
      return navigator.share(what).catch(() => {});
    },
  };
}

/**
 * What the user can do about the members, themselves among them.
 *
 * @param {RoomPage} page
 * @param {(request: string, fields?: object, subject?: string) => Promise<boolean>} inRoom asks for something in the room
 * @param {(setting: string, value: any, request: string, fields: object) => Promise<boolean>} set
 */
function memberActions(page, inRoom, set) {
  return {
    setRole: (/** @type {'estimator' | 'observer'} */ role) => set('role', role, 'setRole', { role }),
    setDeputy: (/** @type {string} */ userId, /** @type {boolean} */ deputy) =>
      set(`deputy ${userId}`, deputy, 'setDeputy', { userId, deputy }),
    offer: (/** @type {string} */ userId) => inRoom('transferRoom', { userId }, 'offer'),
    withdrawOffer: () => inRoom('transferRoom', { userId: page.state.room.ownerId }, 'offer'),
    acceptRoom: () => inRoom('acceptRoom'),
    removeAway: () => inRoom('removeAway'),
    removeMember: (/** @type {string} */ userId) => inRoom('removeMember', { userId }),
    /** Removes a member who cannot come back; the toast takes that back. @param {string} userId @param {string} name */
    async removeForGood(userId, name) {
      if (!(await inRoom('removeMember', { userId, forGood: true }))) return;
      const readmit = async () => {
        if (await inRoom('removeMember', { userId })) page.toast(t('note.readmitted', { name }));
      };
      page.toast(t('note.removedForGood', { name }), readmit);
    },
  };
}

/**
 * Whether a title is another wording of the same story, which then keeps its key:
 * they share a word, or how they begin.
 *
 * @param {string} a
 * @param {string} b
 */
function alike(a, b) {
  const words = (/** @type {string} */ text) => new Set(text.toLowerCase().match(/[\p{L}\p{N}]{3,}/gu));
  return (a !== '' && b !== '' && a.slice(0, 3) === b.slice(0, 3)) || [...words(a)].some((word) => words(b).has(word));
}
