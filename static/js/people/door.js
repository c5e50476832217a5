// The line over a locked room while somebody waits to be let in, for those who may.

/** @import {Child, RoomPage} from '../../types/page.js' */
/** @import {Room, Waiter} from '../../types/protocol.js' */

import { t } from '../i18n.js';
import { sign } from '../marks.js';
import { nameOf } from '../members.js';
import { mayFacilitate } from '../state.js';
import { button } from '../views/controls.js';
import { banner } from '../views/notices.js';

const HOLD = 800; // milliseconds in which a second click would be about somebody else

/** Those who wait, for somebody who may let them in. @param {Room} room @param {string} [me] @returns {Waiter[]} */
const waiting = (room, me) => (mayFacilitate(room, me) ? (room.waiting ?? []) : []);

/** Somebody who has just come to the door. @param {Room | null} was @param {Room} now @param {string} [me] */
export function newcomer(was, now, me) {
  const known = new Set(was?.waiting?.map(({ userId }) => userId));
  return waiting(now, me).find(({ userId }) => !known.has(userId));
}

/** Who is first in the queue, and what can be done about it. @param {RoomPage} page @returns {Child} */
export function doorBanner(page) {
  const all = waiting(page.state.room, page.state.me?.id);
  if (all.length === 0 || page.state.gone !== null) return null;
  const [first] = all;
  const more = all.length - 1;
  const name = nameOf(first);
  const admit = (/** @type {Waiter[]} */ some, /** @type {boolean} */ admitted) => () => {
    if (page.held()) return;
    page.set({ heldUntil: Date.now() + HOLD });
    setTimeout(() => page.set({}), HOLD);
    for (const { userId } of some) page.roomActions.admit(userId, admitted);
  };
  const choice = (/** @type {string} */ key, /** @type {() => void} */ act) =>
    button('plain', t(`door.${key}`), act, { 'data-door': key, 'aria-disabled': page.held() ? 'true' : undefined });
  return banner(
    'door',
    more > 0 ? t('door.more', { name, n: more }) : t('door.waits', { name }),
    sign({ ...first, id: first.userId }),
    choice('admit', admit([first], true)),
    more > 0 && choice('all', admit(all, true)),
    choice('refuse', admit([first], false)),
  );
}
