// The line over a room whose owner is away: how long it lives, and how to go on.

/** @import {Child, RoomPage} from '../../types/page.js' */
/** @import {Absence} from './absence.js' */

import { date, hour, refusal, t } from '../i18n.js';
import { sentences } from '../live-region.js';
import { calledOf } from '../members.js';
import { isOwner } from '../state.js';
import { leaveNote } from '../storage.js';
import { button } from '../views/controls.js';
import { banner } from '../views/notices.js';

const EVENING = 12 * 3_600_000; // milliseconds; what is further away has a date

/** @typedef {[label: string, act: () => unknown]} Choice */

/** The line, as far as there is one. @param {RoomPage} page @param {Absence} says @returns {Child} */
export function absenceBanner(page, says) {
  const { said, choices } = content(page, says);
  const buttons = choices.map(([label, act]) => button('plain', label, act, { key: label }));
  return banner('absence', [...said, soon(says)].filter(Boolean).join(' '), buttons);
}

/** The line as it is read out, which is without its count-down. @param {RoomPage} page @param {Absence} says */
export function absenceWords(page, says) {
  const { said, choices } = content(page, says);
  return sentences([...said, ...choices.map(([label]) => label)]);
}

/** @param {RoomPage} page @param {Absence} says @returns {{said: string[], choices: Choice[]}} */
function content(page, says) {
  if (says.kind === 'successor') return succeeded(page);
  const { room } = page.state;
  const { kind, wait, takeOver, ends } = says;
  const name = kind === 'away' ? calledOf(room, room.ownerId) : '';
  /** @type {(Choice | false)[]} */
  const choices = [
    wait === 0 && [name ? t('absence.goOn', { name }) : t('absence.goOnAlone'), () => succeed(page)],
    takeOver === true && [t('absence.takeOver'), page.roomActions.acceptRoom],
    ends !== undefined && (room.finished > 0 || room.revealed) && [t('absence.take'), page.roomActions.openHistory],
  ];
  const end =
    ends === undefined ? [] : [t('absence.ends', { time: ends - page.now() > EVENING ? date(ends) : hour(ends) })];
  return { said: [t(`absence.${kind}`, { name }), ...end], choices: choices.filter((choice) => choice !== false) };
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
  /** @type {Choice} */
  const there = [t(mine ? 'absence.there' : 'absence.along'), () => visit(page, roomId)];
  return { said: [t(text, { name: calledOf(room, by) })], choices: [there] };
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
