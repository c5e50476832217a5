// What the user is told over everything else.

/** @import {Child} from '../../types/page.js' */
/** @import {Page} from '../page.js' */

import { t } from '../i18n.js';
import { h } from '../render.js';
import { button, tool } from './controls.js';

const REPLACED = 4002; // the close code of a session that is open somewhere else

/** What has just happened. @param {Page} page */
export function toasts(page) {
  const dismiss = (/** @type {number} */ id) => tool('close', t('dialog.close'), () => page.dismiss(id));
  return h(
    'div',
    { class: 'toasts' },
    page.ui.toasts.map(({ id, text, undo }) => {
      const back = () => {
        page.dismiss(id);
        undo?.();
      };
      const kids = [h('p', { dir: 'auto' }, text), undo && button('plain', t('undo.button'), back), dismiss(id)];
      return h('div', { key: `t${id}`, class: 'toast' }, kids);
    }),
  );
}

/** A line over everything. @param {string} kind @param {string} text @param {...Child} more */
export const banner = (kind, text, ...more) => h('div', { key: kind, class: `banner ${kind}` }, h('p', {}, text), more);

/** Lasting states that the user should know of. @param {Page} page @param {Child} more */
export function banners(page, more) {
  const { room, me, outdated } = page.state;
  return h(
    'div',
    { class: 'banners' },
    outdated && banner('outdated', t('banner.outdated'), reload()),
    stopped(page),
    lost(page),
    room?.saved === false && banner('unsaved', t('banner.unsaved')),
    me && room?.members[me.id]?.standIn && banner('stand-in', t('banner.standIn')),
    more,
  );
}

const reload = () => button('plain', t('banner.reload'), () => location.reload());

/** The server does not want this connection. @param {Page} page */
function stopped(page) {
  const { phase, code } = page.state.connection;
  if (phase !== 'stopped' || page.signedOut()) return null;
  if (code === REPLACED)
    return banner('stopped', t('banner.replaced'), button('plain', t('banner.here'), page.actions.reconnect));
  return banner('stopped', t('banner.stopped'), reload());
}

/** There is no connection. @param {Page} page */
function lost(page) {
  const { tries = 0, retryAt } = page.state.connection;
  if (tries === 0) return null;
  if (!acceptsCookies()) return banner('lost', t('banner.cookies'), reload());
  const seconds = retryAt ? Math.ceil((retryAt - Date.now()) / 1000) : 0;
  const text = seconds > 1 ? t('banner.lostIn', { n: seconds }) : t('banner.lost');
  return banner('lost', text, button('plain', t('banner.now'), page.actions.wake), tries > 3 && reload());
}

/** Whether the browser keeps the cookie without which the server knows nobody. */
function acceptsCookies() {
  try {
    // biome-ignore lint/suspicious/noDocumentCookie: the Cookie Store is not in every browser
    document.cookie = 'pokey_probe=1; SameSite=Lax';
    return navigator.cookieEnabled && document.cookie.includes('pokey_probe');
  } catch {
    return false;
  }
}
