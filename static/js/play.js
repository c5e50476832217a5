// What only a room needs: its views, what can be done in it, its keys. It is
// loaded apart from the front page, and its dialogs apart from itself, so that
// neither waits for what it does not show.

import { acts } from './acts.js';
import { announcements, labelTab } from './announce.js';
import { t } from './i18n.js';
import { listenToKeys } from './keys.js';
import { isOwner } from './state.js';
import { visited } from './stored.js';
import { announce } from './views/parts.js';
import { room } from './views/room.js';
import { stage } from './views/stage.js';
import { offer } from './views/table.js';

const SOON = 300; // after which what is not on the screen at first is loaded
const HOLD = 800; // how long after a turn of the cards nothing turns them again

/** @typedef {ReturnType<typeof start>} Play */

/**
 * Makes the page able to play.
 *
 * @param {any} p the page
 * @param {ReturnType<typeof import('./net.js').connect>} link
 */
export function start(p, link) {
  /** @type {((p: any) => any) | null} */
  let openDialog = null;
  Object.assign(p.act, acts(p, link));
  listenToKeys(p);
  const loadDialogs = () =>
    import('./views/dialogs.js').then(
      (dialogs) => {
        openDialog = dialogs.openDialog;
        p.set({});
      },
      () => p.apply({ event: 'stale' }),
    );
  // Once the room stands, and not when one is opened: by then the network may be gone.
  setTimeout(loadDialogs, SOON);
  return {
    labelTab,
    banner: () => offer(p),
    view: () => (p.stage ? stage(p) : room(p)),
    dialog: () => openDialog?.(p),
    /** What a change of the state brings with it beyond the picture. */
    follow(was, now) {
      for (const [key, params] of announcements(was, now)) announce(t(key, params), /joined|left/.test(key) ? undefined : key);
      if (now.history !== was.history) p.act.paged();
      if (!now.room || now.room === was.room) return;
      if (!p.stage && was.room?.topic !== now.room.topic) visited({ id: now.room.id, topic: now.room.topic, at: Date.now() });
      if (was.room) compare(p, was.room, now.room, now.me?.id);
    },
  };
}

function compare(p, was, now, me) {
  if (was.epoch !== now.epoch) p.toast(t('note.revived'));
  if (isOwner(now, me) && was.ownerId && !isOwner(was, me)) p.toast(t('note.owner'));
  if (now.members[me]?.deputy && !was.members[me]?.deputy && !isOwner(was, me)) p.toast(t('note.deputy'));
  if (was.finished !== now.finished && p.ui.dialog === 'history') p.act.openHistory();
  if (was.revealed === now.revealed && was.round === now.round) return;
  p.set({ heldUntil: Date.now() + HOLD, changing: false });
  setTimeout(() => p.set({}), HOLD);
}
