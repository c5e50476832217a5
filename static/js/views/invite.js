/** @import {RoomPage} from '../../types/page.js' */

import { refusal, t } from '../i18n.js';
import { h } from '../render.js';
import { isOwner, mayFacilitate } from '../state.js';
import { button, field, form, toggle, tool } from './controls.js';
import { icon } from './icon.js';

/** For somebody who is alone in the room there is nothing better to do. @param {RoomPage} page */
export const alone = (page) =>
  h(
    'section',
    { class: 'alone', key: 'alone', 'aria-label': t('invite.title') },
    h('h2', {}, t('invite.alone')),
    waysIn(page),
  );

/** The ways to get others into the room. @param {RoomPage} page */
export function waysIn(page) {
  const { copyLink, share, showCode } = page.roomActions;
  const { room, me } = page.state;
  const stage = { href: `${page.base}r/${page.state.roomId}/stage`, target: '_blank', rel: 'noopener' };
  const link = field(t('invite.link'), {
    readonly: true,
    value: page.roomURL(),
    'data-link': true,
    dir: 'ltr',
    onfocus: (event) => event.target.select(),
  });
  const choices = h(
    'div',
    { class: 'choices' },
    button('primary copy', page.ui.copied ? [icon('check'), t('invite.copied')] : t('invite.copy'), copyLink),
    'share' in navigator && button('soft', t('invite.share'), share),
    h('a', { class: 'plain', ...stage }, t('invite.stage')),
    !room.code && mayFacilitate(room, me?.id) && button('plain', t('code.show'), showCode),
  );
  const ways = h('div', { class: 'ways-in' }, link, shortCode(page), choices);
  return [h('div', { class: 'inviting' }, ways, qrCode(page)), standIn(page)];
}

/** What is to happen when the owner drops out, which is decided best before. @param {RoomPage} page */
export function standIn(page) {
  const { room, me } = page.state;
  if (!isOwner(room, me?.id)) return null;
  const { chosen, setOption } = page.roomActions;
  const on = chosen('standIn', room.options.standIn);
  return toggle(t('invite.standIn'), t('invite.standInHint'), on, (on) => setOption({ standIn: on }));
}

/** The code that leads here from the front page, in two groups as one says it. @param {RoomPage} page */
export function shortCode(page) {
  const { code } = page.state.room;
  const shown = code && `${code.slice(0, 3)} ${code.slice(3)}`.toUpperCase();
  return code && h('p', { class: 'short-code' }, t('code.label'), ' ', h('b', { dir: 'ltr' }, shown));
}

/** @param {RoomPage} page */
export const qrCode = (page) =>
  h('img', { class: 'qr', src: `${page.base}qr/${page.state.roomId}.svg`, alt: t('invite.qr') });

/** Asks a newcomer's name where they are, and keeps nobody from estimating. @param {RoomPage} page */
export function nameStrip(page) {
  if (page.ui.named) return null;
  return form(
    'strip',
    page.roomActions.saveName,
    h('label', { for: 'strip-name' }, t('name.ask')),
    nameInput(page, 'strip-name'),
    h('button', { class: 'soft' }, t('name.save')),
    tool('close', t('name.later'), () => page.set({ named: true })),
    nameFault(page),
  );
}

/** @param {RoomPage} page @param {string} id */
export function nameInput(page, id) {
  return h('input', {
    id,
    type: 'text',
    autocomplete: 'nickname',
    enterkeyhint: 'done',
    maxlength: page.state.limits.nameLength,
    placeholder: t('name.label'),
    'data-name': true,
    dir: 'auto',
    value: page.ui.drafts.name ?? (page.ui.named ? page.roomActions.chosen('name', page.state.me?.name) : ''),
    'aria-describedby': 'name-fault',
    oninput: (event) => {
      page.draft('name', event.target.value);
      page.set({ nameFault: null });
    },
  });
}

/** Why the name was refused, where it was typed. @param {RoomPage} page */
export const nameFault = (page) =>
  page.ui.nameFault && h('p', { id: 'name-fault', class: 'fault', role: 'alert' }, refusal(page.ui.nameFault));
