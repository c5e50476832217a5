/** @import {Page} from '../page.js' */
/** @import {Mark} from '../../types/protocol.js' */

import { refusal, speak, t } from '../i18n.js';
import { forget, forgetAll, recall, remember, rememberLanguage, visits } from '../storage.js';

/** What the user can do on any page, each in one place. @param {Page} page */
export function siteActions(page) {
  /**
   * Why an ended session is no surprise: the user wants to be forgotten, or to
   * have another session.
   *
   * @type {'forget' | 'renew' | null}
   */
  let wish = null;
  /** This browser had been in the room before the page was loaded. */
  const known = visits().some((visit) => visit.id === page.state.roomId);

  function startAfresh() {
    forgetAll();
    location.replace(page.base);
  }

  /**
   * Joins the page's room. A big screen with a session of its own only watches;
   * a player's second tab keeps their role.
   */
  function joining() {
    const { roomId } = page.state;
    return { roomId, wait: true, ...(page.stage && !known && { role: 'observer' }) };
  }

  /** @param {string} roomId */
  function enter(roomId) {
    if (page.state.roomId !== roomId) history.pushState(null, '', `${page.base}r/${roomId}`);
    page.apply({ event: 'enter', roomId });
    join();
  }

  const join = () => page.connection.request('joinRoom', joining());

  return {
    enter,
    join,

    /**
     * The requests that put a new connection where the last one was.
     *
     * @param {{name: string} & Mark} welcome
     * @returns {[string, object][]}
     */
    greeting(welcome) {
      const { roomId, gone } = page.state;
      const name = recall('name') ?? (page.stage && !known ? t('stage.name') : null);
      /** @type {[string, object][]} */
      const requests = [];
      if (name && typeof name === 'string' && name !== welcome.name) requests.push(['setName', { name }]);
      const { colour = null, emoji = null } = recall('mark', {});
      const other = colour !== (welcome.colour ?? null) || emoji !== (welcome.emoji ?? null);
      if ((colour ?? emoji) && other) requests.push(['setMark', { colour, emoji }]);
      if (roomId && (!gone || gone === 'waiting')) requests.push(['joinRoom', joining()]);
      return requests;
    },

    /** Comes back into a room one was put out of. */
    comeBack: () => page.state.roomId && enter(page.state.roomId),

    /** Creates a room with the user's usual deck and options. */
    async createRoom() {
      if (page.ui.creating) return;
      page.set({ creating: true });
      const usual = { deck: recall('deck') ?? undefined, options: recall('options') ?? undefined };
      const [first, loaded] = await Promise.all([page.connection.request('createRoom', usual), page.loadRoom()]);
      const refused = /^(invalid_|bad_request)/.test(first.code);
      const answer = refused ? await page.connection.request('createRoom') : first;
      page.set({ creating: false });
      if (answer.event === 'error') page.toast(refusal(answer.code));
      else if (loaded) enter(answer.roomId);
    },

    /** Goes to the room whose code has been typed. */
    async enterCode() {
      const code = page.ui.drafts.code?.trim();
      if (!code) return;
      const [answer, loaded] = await Promise.all([page.connection.request('resolveCode', { code }), page.loadRoom()]);
      const wrong = answer.code === 'room_not_found';
      page.set({ codeFault: answer.event === 'error' ? (wrong ? t('landing.noCode') : refusal(answer.code)) : null });
      if (!loaded || page.ui.codeFault) return;
      page.drop('code');
      enter(answer.roomId);
    },

    /** Takes a room off the list of those visited. @param {string} id */
    forgetRoom(id) {
      forget(id);
      page.set({ visits: visits() });
    },

    /** Ends the user, here and everywhere, and begins as somebody new. */
    async forgetMe() {
      wish = 'forget';
      const answer = await page.connection.request('forgetMe');
      if (answer.event === 'ok') return startAfresh();
      wish = null;
      page.toast(refusal(answer.code));
    },

    /**
     * Ends the user's sessions on other devices. The one here is replaced first, in
     * this browser's other tabs too, so it is good whatever comes of the rest.
     */
    async signOutOthers() {
      wish = 'renew';
      const done = (await post(page, 'sign-out-others/fresh')) && (await post(page, 'sign-out-others'));
      const cut = wish === null;
      wish = null;
      if (done || cut) {
        remember('renewed', Date.now());
        page.connection.restart();
      }
      page.toast(t(done ? 'me.signedOut' : 'error.busy'));
    },

    /** Whether the session has ended because the user wanted it to. */
    sessionEnded() {
      const wished = wish;
      if (wish === 'forget') startAfresh();
      if (wish === 'renew') wish = null; // another session is on its way
      return wished !== null;
    },

    /** @param {string} language */
    async setLanguage(language) {
      rememberLanguage(language, page.base);
      await speak(language);
      page.set({});
    },

    /** @param {string} theme */
    setTheme(theme) {
      remember('theme', theme);
      document.documentElement.dataset.theme = theme;
      page.set({ theme });
    },

    wake: () => page.connection.wake(),
    reconnect: () => page.connection.restart(),
  };
}

/** Asks the server for something over HTTP; true if it was done. @param {Page} page @param {string} path */
function post(page, path) {
  const answer = fetch(page.base + path, { method: 'POST', credentials: 'same-origin' });
  return answer.then(
    ({ status }) => status === 204,
    () => false,
  );
}
