import { refusal, t } from './i18n.js';
import { newID } from './net.js';
import { mayEstimate, ownEstimate } from './state.js';
import { recall, remember } from './stored.js';
import { copy } from './take.js';

const PAGE = 50; // rounds at once
const PATIENCE = 8_000; // for a page that follows its ok
const TYPING = 1200; // a pause in typing after which a comment goes along with its estimate

/**
 * What the user can do in a room, each in one place. What belongs to a round names it, so
 * that a slow click never hits the next one.
 *
 * @param {any} p the page
 * @param {ReturnType<typeof import('./net.js').connect>} link
 */
export function acts(p, link) {
  let timer = 0;
  /** @type {((event: void) => void)[]} */
  const pages = []; // who waits for a page of the history

  /** Asks, and says why it was refused; true when it was done. */
  async function ask(request, fields, id = newID()) {
    const answer = await link.request(request, fields, id);
    if (answer.event === 'error') p.toast(refusal(answer.code));
    return answer.event === 'ok';
  }

  const inRoom = (request, fields = {}) => ask(request, { roomId: p.state.roomId, ...fields });
  const inRound = (request, fields = {}) => inRoom(request, { round: p.state.room.round, ...fields });

  /** Asks for the next older page of the history; true when it is there. */
  async function older() {
    const { history } = p.state;
    const [first] = history ?? [];
    const page = new Promise((resolve) => pages.push(resolve));
    if (!first || !(await inRoom('history', { before: first.round, limit: PAGE }))) return false;
    await Promise.race([page, new Promise((resolve) => setTimeout(resolve, PATIENCE))]);
    return p.state.history?.[0] !== first || !p.state.more;
  }

  function estimate(value, comment) {
    const { roomId, room: { round } } = p.state;
    const id = newID();
    p.apply({ event: 'picked', id, round, value, comment });
    return ask('estimate', { roomId, round, value, ...(value !== null && { comment }) }, id);
  }

  /** Takes a card, with what has been typed as its reason; the same card again takes it back. */
  async function pick(card, back = true) {
    clearTimeout(timer);
    const own = ownEstimate(p.state);
    const comment = p.ui.drafts.comment ?? own.comment;
    const value = own.value === card && back ? null : card;
    if (value === null && comment) p.draft('comment', comment); // still there for the next card
    p.set({ changing: false, at: card });
    if (value === own.value && comment === own.comment) return;
    if ((await estimate(value, comment)) && value !== null && p.ui.drafts.comment === comment) p.drop('comment');
  }

  /** Sends the comment if there is an estimate for it to go with; else it waits for one. */
  async function saveComment(typing = false) {
    clearTimeout(timer);
    const draft = p.ui.drafts.comment;
    const own = ownEstimate(p.state);
    if (draft === undefined || own.value === null || !mayEstimate(p.state.room, p.state.me?.id)) return;
    const saved = draft.trim() === own.comment || (await estimate(own.value, draft.trim()));
    if (saved && !typing && p.ui.drafts.comment === draft) p.drop('comment');
  }

  return {
    paged() {
      for (const resolve of pages.splice(0)) resolve();
    },
    pick,
    saveComment: () => saveComment(),
    withdraw: () => ownEstimate(p.state).value !== null && pick(ownEstimate(p.state).value),
    async pickTyped() {
      const value = (p.ui.drafts.free ?? '').trim();
      if (!value) return;
      await pick(value, false);
      p.drop('free');
    },
    typeComment(text) {
      p.draft('comment', text);
      clearTimeout(timer);
      timer = setTimeout(() => saveComment(true), TYPING);
    },

    reveal: () => inRound('reveal'),
    hide: () => inRound('hide'),
    clear: () => inRound('clear'),
    undo: () => inRound('undo'),
    next: () => inRound('nextTopic'),
    settle: (value) => inRound('settle', { value }),
    startTimer: (seconds) => inRoom('startTimer', { seconds }),
    stopTimer: () => inRoom('stopTimer'),
    setTopics: (topics) => inRoom('setTopics', { topics }),
    async addTopics(found) {
      if (await inRoom('setTopics', { topics: [...p.state.room.topics, ...found] })) p.drop('topics');
    },
    async saveTopic() {
      const draft = p.ui.drafts.topic;
      if (draft === undefined) return;
      const saved = draft.trim() === p.state.room.topic || (await inRoom('setTopic', { topic: draft.trim() }));
      if (saved && p.ui.drafts.topic === draft) p.drop('topic');
    },

    setRole: (role) => inRoom('setRole', { role }),
    setDeputy: (userId, deputy) => inRoom('setDeputy', { userId, deputy }),
    offer: (userId) => inRoom('transferRoom', { userId }),
    withdrawOffer: () => inRoom('transferRoom', { userId: p.state.room.ownerId }),
    acceptRoom: () => inRoom('acceptRoom'),
    removeMember: (userId) => inRoom('removeMember', { userId }),
    async removeForGood(userId, name) {
      if (!(await inRoom('removeMember', { userId, forGood: true }))) return;
      p.toast(t('note.removedForGood', { name }), () => inRoom('removeMember', { userId }).then((done) => done && p.toast(t('note.readmitted', { name }))));
    },
    removeAway: () => inRoom('removeAway'),
    lock: (locked) => inRoom('lockRoom', { locked }),
    closeRoom: () => inRoom('closeRoom'),
    async setDeck(deck) {
      if (!(await inRoom('setDeck', { deck }))) return;
      remember('deck', deck); // for the next room
      p.drop('deck');
    },
    async setOptions(options) {
      if (await inRoom('setOptions', { options })) remember('options', { ...recall('options'), ...options });
    },

    async saveName() {
      const name = (p.ui.drafts.name ?? '').trim();
      if (!name || !(await ask('setName', { name }))) return;
      remember('name', name);
      p.set({ named: true });
      p.drop('name');
    },
    async leave() {
      if (await inRoom('leaveRoom')) location.assign(p.base);
    },
    openHistory() {
      p.set({ dialog: 'history' });
      inRoom('history');
    },
    older,
    /** All finished rounds, those that have not been shown too; null where they cannot be had. */
    async allRounds() {
      while (p.state.more) if (!(await older())) return null;
      return p.state.history;
    },
    async copyLink() {
      if (await copy(p.link())) p.toast(t('invite.copied'));
      else document.querySelector('[data-link]')?.dispatchEvent(new Event('focus')); // selects it
    },
    share: () => navigator.share({ title: 'Pokey', text: p.state.room.topic, url: p.link() }).catch(() => {}),
  };
}
