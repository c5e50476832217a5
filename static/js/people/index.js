// What a room has for people who are away, late or looking elsewhere. None of it
// is on the screen at first, so it is loaded once the room stands.

/** @import {Child, RoomPage, State} from '../../types/page.js' */
/** @import {Page} from '../page.js' */

import { learn, t } from '../i18n.js';
import { announce } from '../live-region.js';
import { load } from '../on-demand.js';
import { nameOf } from '../members.js';
import { attempt } from '../render.js';
import { takeNote } from '../storage.js';
import { toggle } from '../views/controls.js';
import { absence } from './absence.js';
import { keepChoices } from './choices.js';
import { doorBanner, newcomer } from './door.js';
import { absenceBanner, absenceWords } from './going-on.js';
import { listen, permission, wish, wishes } from './signals.js';

const HOUR = 3_600_000; // milliseconds, far below what a browser's timer can take

/** @typedef {ReturnType<typeof start>} People */

/** @param {Page} page */
export function start(page) {
  const followSignals = listen(page);
  /** @type {((was: State, now: State) => void) | null} */
  let followList = null;
  let wanted = false;
  let timer = 0;
  let said = ''; // what was last read out of the owner's absence

  /** Loads what keeps an eye on what is estimated ahead, where something is. */
  function wantList() {
    if (wanted) return;
    wanted = true;
    load(page, [import('../ahead/index.js'), learn('ahead')], ({ followAhead }) => {
      followList = followAhead(page);
    });
  }

  /** Has it read out what is over the room, whenever that has changed. @param {string} words */
  function say(words) {
    if (said !== words && words !== '') announce(words, 'absence');
    said = words;
  }

  const people = {
    /** What there is to say over the room. @param {RoomPage} page @returns {Child} */
    banner(page) {
      const { room, me, limits } = page.state;
      const { says, next } = absence(room, me?.id, page.now(), limits.userExpiry);
      clearTimeout(timer);
      if (next < Infinity) timer = setTimeout(() => page.set({}), Math.min(next, HOUR) + 10);
      const silent = says === null || page.state.gone !== null || (page.stage && says.kind !== 'successor');
      say(silent ? '' : absenceWords(page, says));
      return [!silent && absenceBanner(page, says), !page.stage && doorBanner(page)];
    },

    /** What a change of the state brings about. @param {State} was @param {State} now */
    follow(was, now) {
      if (!now.room) return;
      const came = newcomer(was.room, now.room, now.me?.id);
      if (came && !page.stage) announce(t('door.waits', { name: nameOf(came) }));
      followSignals(was, now);
      if (now.room.ahead || now.room.topics.some(({ topicId }) => page.ui.drafts[`ahead:${topicId ?? 0}`])) wantList();
      followList?.(was, now);
      keepChoices(page);
    },

    /** Whether the user wants to be told when it is their turn, and how. @returns {Child} */
    signals() {
      const { sound = false, notify = false } = wishes();
      const granted = permission();
      const denied = granted === 'denied';
      return [
        toggle(t('signal.sound'), t('signal.hint'), sound, (on) => wish(page, 'sound', on)),
        granted !== null &&
          toggle(
            t('signal.notify'),
            t(denied ? 'signal.denied' : 'signal.notifyHint'),
            notify && granted === 'granted',
            (on) => wish(page, 'notify', on),
          ),
      ];
    },
  };

  if (takeNote('wentOn')) page.toast(t('absence.wentOn'));
  attempt(() => people.follow(page.state, page.state));
  return people;
}
