// What only a room needs: its views, what can be done in it, its keys. It is
// loaded apart from the front page, and its dialogs apart from itself, so that
// neither waits for what it does not show.

/** @import {Room} from '../types/protocol.js' */
/** @import {Child, RoomPage, State} from '../types/page.js' */
/** @import {Page} from './page.js' */

import { roomActions } from './actions/room.js';
import { announcements } from './announcements.js';
import { learn, t } from './i18n.js';
import { listenToKeys } from './keyboard.js';
import { announce } from './live-region.js';
import { load } from './on-demand.js';
import { inRoom } from './page.js';
import { isOwner, mayFacilitate } from './state.js';
import { visited } from './storage.js';
import { addStyles } from './styles.js';
import { labelTab } from './tab.js';
import { frame } from './views/frame.js';
import { offer } from './views/offer.js';
import { room } from './views/room.js';

const SOON = 300; // milliseconds after which what is not on the screen at first is loaded
const HOLD = 800; // milliseconds after a turn of the cards in which nothing turns them again

/** @typedef {ReturnType<typeof start>} RoomModule */

/** Makes the page able to show a room. @param {Page} page */
export function start(page) {
  /** @type {((page: RoomPage) => Child) | null} */
  let openDialog = null;
  /** @type {((page: RoomPage) => Child) | null} */
  let bigScreen = null;
  page.roomActions = roomActions(page);
  listenToKeys(page);
  if (page.stage)
    load(page, [import('./views/stage.js'), addStyles('stage')], (module) => {
      bigScreen = module.stage;
    });
  // Once the room stands, and not when one is opened: by then the network may be gone.
  setTimeout(() => {
    load(page, [import('./views/dialogs/index.js'), learn('dialogs'), addStyles('dialogs')], (module) => {
      openDialog = module.openDialog;
    });
    load(page, [import('./people/index.js'), learn('people'), addStyles('people')], (module) => {
      page.people = module.start(page);
    });
  }, SOON);
  return {
    labelTab,
    banner: (/** @type {Page} */ page) => inRoom(page) && [offer(page), page.people?.banner(page)],
    view: (/** @type {RoomPage} */ page) => {
      if (page.stage) return bigScreen?.(page) ?? frame(page);
      return room(page);
    },
    dialog: (/** @type {RoomPage} */ page) => openDialog?.(page),

    /** What a change of the state brings with it beyond the picture. @param {State} was @param {State} now */
    follow(was, now) {
      for (const [key, params] of announcements(was, now))
        announce(t(key, params), /joined|left/.test(key) ? undefined : key);
      if (now.history !== was.history) page.roomActions?.pageArrived();
      if (!now.room || now.room === was.room) return;
      if (page.stage && !was.room && !now.room.code && mayFacilitate(now.room, now.me?.id))
        page.roomActions?.showCode();
      page.people?.follow(was, now);
      const { id, topic } = now.room;
      if (!page.stage && was.room?.topic !== topic) visited({ id, topic, at: Date.now() });
      if (was.room) compare(page, was.room, now.room, now.me?.id);
    },
  };
}

/**
 * Where a turn of the cards takes the focused control away, the focus goes to
 * the cards, and not to the top of the page.
 */
function keepFocus() {
  const was = document.activeElement;
  if (!was?.closest('.dock')) return;
  requestAnimationFrame(() =>
    requestAnimationFrame(() => {
      if (was.isConnected || document.activeElement !== document.body) return;
      const card = /** @type {HTMLElement | null} */ (document.querySelector('.deck .card[tabindex="0"]'));
      card?.focus({ preventScroll: true });
    }),
  );
}

/**
 * Tells the user what has changed for them.
 *
 * @param {Page} page
 * @param {Room} was
 * @param {Room} now
 * @param {string} [me]
 */
function compare(page, was, now, me) {
  const deputy = (/** @type {Room} */ room) => me !== undefined && room.members[me]?.deputy;
  if (was.epoch !== now.epoch) page.toast(t('note.revived'));
  if (isOwner(now, me) && was.ownerId && !isOwner(was, me)) page.toast(t('note.owner'));
  if (deputy(now) && !deputy(was) && !isOwner(was, me)) page.toast(t('note.deputy'));
  const read = ['history', 'session', 'references'].includes(page.ui.dialog ?? '');
  if (read && (was.finished !== now.finished || was.amended !== now.amended)) page.roomActions?.refreshHistory();
  const through = now.topic === '' && now.topics.length === 0;
  if (was.topic !== now.topic || !through) page.set({ listDone: through && now.finished > 1 });
  if (was.revealed === now.revealed && was.round === now.round) return;
  page.set({ heldUntil: Date.now() + HOLD, changing: false, allCards: false, longComment: null });
  keepFocus();
  setTimeout(() => page.set({}), HOLD);
}
