// The line over a room whose owner is away: how long it lives, and how to go on.

/** @import {Child, RoomPage} from '../../types/page.js' */
/** @import {Absence} from './absence.js' */

import { hour, refusal, t } from '../i18n.js';
import { calledOf } from '../members.js';
import { isOwner } from '../state.js';
import { leaveNote } from '../storage.js';
import { button } from '../views/controls.js';
import { banner } from '../views/notices.js';

/** @param {RoomPage} page @param {Absence} says @returns {Child} */
export function absenceBanner(page, says) {
  if (says.kind === 'successor') return succeeded(page);
  const { room } = page.state;
  const { kind, wait, takeOver, ends } = says;
  const name = kind === 'away' ? calledOf(room, room.ownerId) : '';
  const goOn = () => succeed(page);
  const rounds = room.finished > 0 || room.revealed;
  return banner(
    'absence',
    [t(`absence.${kind}`, { name }), soon(says), ends && t('absence.ends', { time: hour(ends) })]
      .filter(Boolean)
      .join(' '),
    wait === 0 && button('plain', name ? t('absence.goOn', { name }) : t('absence.goOnAlone'), goOn, { key: 'on' }),
    takeOver && button('plain', t('absence.takeOver'), page.roomActions.acceptRoom, { key: 'over' }),
    ends && rounds && button('plain', t('absence.take'), page.roomActions.openHistory, { key: 'take' }),
  );
}

/** What becomes possible in a few seconds. @param {Absence} says */
function soon({ wait, standIn }) {
  const n = Math.ceil((wait ?? 0) / 1000);
  return n > 0 && t(standIn ? 'absence.standIn' : 'absence.soon', { n });
}

/** Somebody went on in a room of their own: the way there. @param {RoomPage} page */
function succeeded(page) {
  const { room, me } = page.state;
  const { roomId, by } = room.successor ?? { roomId: '', by: '' };
  const mine = by === me?.id;
  const text = isOwner(room, me?.id) ? 'absence.meanwhile' : mine ? 'absence.mine' : 'absence.successor';
  const go = () => visit(page, roomId);
  return banner(
    'absence',
    t(text, { name: calledOf(room, by) }),
    button('plain along', t(mine ? 'absence.there' : 'absence.along'), go),
  );
}

/** Goes on in a new room with what this one was about to estimate. @param {RoomPage} page */
async function succeed(page) {
  const { roomId } = page.state;
  const answer = await page.connection.request('succeedRoom', { roomId });
  if (answer.event === 'error') {
    page.toast(answer.code === 'not_owner' ? t('absence.back') : refusal(answer.code));
    return;
  }
  leaveNote('wentOn');
  visit(page, answer.roomId);
}

/**
 * Goes to another room. This one is not left: whoever comes back finds the seats
 * and the cards of all.
 *
 * @param {RoomPage} page
 * @param {string} roomId
 */
const visit = (page, roomId) => location.assign(`${page.base}r/${roomId}${page.stage ? '/stage' : ''}`);
