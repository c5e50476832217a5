/** @import {People} from './people/index.js' */
/** @import {ConnectionStatus, RoomActions, RoomPage, SiteActions, State, Ui} from '../types/page.js' */

import { siteActions } from './actions/site.js';
import { connect } from './connection.js';
import { announce } from './live-region.js';
import { initial, reduce } from './state.js';
import { keepDrafts, keptDrafts, recall, takeNote, visits } from './storage.js';

const REVOKED = 4001; // the close code of a session that is worthless
const TOAST = 6000; // milliseconds that a toast stays

/**
 * The page: what is known, what the user is in the middle of, and what can be
 * done. It is passed to every view.
 */
export class Page {
  /** The path everything is served under. */
  base;
  /** The room is shown on a big screen. */
  stage;
  /** @type {State} */
  state;
  /** @type {Ui} */
  ui = {
    dialog: null,
    drafts: {},
    toasts: [],
    typed: '',
    named: recall('name') !== null,
    theme: recall('theme', 'auto'),
    visits: visits(),
    heldUntil: 0,
    forgotten: takeNote('forgotten'),
    creating: false,
    codeFault: null,
    confirming: null,
    focusedCard: null,
    changing: false,
    declinedOffer: null,
    personId: null,
    topicOrder: null,
    importChoice: {},
    draggedTopic: null,
    aheadSent: {},
    allCards: false,
    longComment: null,
    nudged: null,
    copied: false,
    nameFault: null,
    markFault: null,
    amending: null,
    resultFile: 'csv',
    listDone: false,
  };
  /** What can be done anywhere. @type {SiteActions} */
  actions;
  /** What can be done in a room; null until its module has been loaded. @type {RoomActions | null} */
  roomActions = null;
  /**
   * What concerns people who are away, late or looking elsewhere; null until it
   * has been loaded.
   *
   * @type {People | null}
   */
  people = null;
  /** Loads what only a room needs; resolves with whether it is there. */
  loadRoom;

  #draw;
  #follow;
  #toasts = 0;

  /**
   * @param {object} given
   * @param {string} given.base
   * @param {string | null} given.roomId
   * @param {boolean} given.stage
   * @param {(was: State, now: State) => void} given.follow what else a change of the state brings about
   * @param {() => void} given.draw
   * @param {() => Promise<boolean>} given.loadRoom
   */
  constructor({ base, roomId, stage, follow, draw, loadRoom }) {
    this.base = base;
    this.stage = stage;
    this.state = initial(roomId);
    this.ui.drafts = keptDrafts(roomId);
    this.#follow = follow;
    this.#draw = draw;
    this.loadRoom = loadRoom;
    this.actions = siteActions(this);
    this.connection = connect({
      url: `${location.origin.replace(/^http/, 'ws')}${base}connect`,
      onStatus: (status) => this.#connectionChanged(status),
      onEvent: (event) => this.#heard(event),
      greeting: (welcome) => this.actions.greeting(welcome),
    });
  }

  /** @param {ConnectionStatus} status */
  #connectionChanged(status) {
    if (status.code !== REVOKED || !this.actions.sessionEnded()) this.apply({ event: 'connection', ...status });
  }

  /** @param {any} event the server's */
  #heard(event) {
    this.apply(event);
    const later = event.event === 'error' && event.request === 'joinRoom' && event.retryable;
    if (later) setTimeout(this.actions.join, 1000 + 2000 * Math.random());
  }

  /** Takes in an event; see reduce(). @param {{event: string, [field: string]: any}} event */
  apply(event) {
    const was = this.state;
    this.state = reduce(was, event, Date.now());
    if (this.state.rejoin && !was.rejoin) this.actions.join();
    if (this.state !== was) this.#follow(was, this.state);
    this.#draw();
  }

  /** @param {Partial<Ui>} changes */
  set(changes) {
    Object.assign(this.ui, Object.hasOwn(changes, 'dialog') ? { confirming: null } : {}, changes);
    this.#draw();
  }

  /** Keeps what has been typed into a field. @param {keyof Ui['drafts']} field @param {string | undefined} text */
  draft(field, text) {
    const drafts = { ...this.ui.drafts, [field]: text };
    this.set({ drafts });
    keepDrafts(this.state.roomId, drafts);
  }

  /** Forgets what has been typed into a field. @param {keyof Ui['drafts']} field */
  drop(field) {
    this.draft(field, undefined);
  }

  /** @param {string} text @param {() => void} [undo] */
  toast(text, undo) {
    const id = ++this.#toasts;
    const others = this.ui.toasts.filter((toast) => toast.text !== text);
    this.set({ toasts: [...others.slice(-2), { id, text, undo }] });
    announce(text);
    setTimeout(() => this.dismiss(id), undo ? 2 * TOAST : TOAST);
  }

  /** @param {number} id a toast's */
  dismiss(id) {
    this.set({ toasts: this.ui.toasts.filter((toast) => toast.id !== id) });
  }

  /** Closes the dialog first, so that the focus is back where it was. @param {() => void} act */
  closeDialog(act) {
    document.querySelector('dialog')?.close();
    act();
  }

  /** Whether the session was ended on another device, or with its user. */
  signedOut() {
    return this.state.connection.phase === 'stopped' && this.state.connection.code === REVOKED;
  }

  /** The address of the room, to be given to others. */
  roomURL() {
    return `${location.origin}${this.base}r/${this.state.roomId}`;
  }

  /** The server's time in milliseconds. */
  now() {
    return Date.now() + this.state.skew;
  }

  /** The milliseconds until a time of the server's. @param {string} time RFC 3339 */
  until(time) {
    return Date.parse(time) - this.now();
  }

  /** Whether a click comes too soon after the cards have turned to be meant. */
  held() {
    return Date.now() < this.ui.heldUntil;
  }
}

/**
 * Whether the page stands in a room and can do there what can be done.
 *
 * @param {Page} page
 * @returns {page is RoomPage}
 */
export const inRoom = (page) => page.state.room !== null && page.roomActions !== null;
