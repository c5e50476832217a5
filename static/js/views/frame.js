/** @import {Page} from '../page.js' */

import { t } from '../i18n.js';
import { h } from '../render.js';
import { wide } from './controls.js';
import { mark } from './icon.js';

/**
 * What stands until there is something to show, in a place where the room keeps it.
 * It comes with the document: shell/room.html and shell/stage.html.
 *
 * @param {Page} page
 */
export const frame = (page) =>
  h(
    'div',
    { class: page.stage ? 'room stage' : 'room', key: page.stage ? 'stage' : 'room', 'aria-busy': 'true' },
    h('header', { class: 'bar' }, page.stage ? brand() : home(page)),
    h('main', { class: 'play' }, h('p', { class: 'loading' }, t('room.loading'))),
  );

/** The way to the front page. @param {Page} page */
export const home = (page) =>
  h('a', { class: 'home', href: page.base, 'aria-label': t('bar.home') }, mark(), wide('Pokey'));

/** Where nobody clicks. */
export const brand = () => h('span', { class: 'home' }, mark(), 'Pokey');
