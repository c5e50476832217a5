// The dialogs about all finished rounds, whose views are loaded when they are wanted.

/** @import {Child, RoomPage} from '../../../types/page.js' */

import { learn, t } from '../../i18n.js';
import { h } from '../../render.js';
import { addStyles } from '../../styles.js';
import { dialog } from './dialog.js';

/** @type {typeof import('../../results/views.js') | null} */
let views = null;
let loading = false;

/** What came out: stories, agreed values, their sum; to take along. @param {RoomPage} page */
export const session = (page) =>
  dialog(
    page,
    'session',
    t('session.title'),
    loaded(page, () => views?.session(page)),
  );

/** Stories that have been estimated, to compare with. @param {RoomPage} page */
export const references = (page) =>
  dialog(
    page,
    'references',
    t('references.title'),
    loaded(page, () => views?.references(page)),
  );

/** A value to agree on that may be no card, for this round or a finished one. @param {RoomPage} page */
export const settle = (page) =>
  dialog(
    page,
    'settle',
    t(page.ui.amending === null ? 'scale.otherValue' : 'history.amend'),
    loaded(page, () => views?.settle(page)),
  );

/** @param {RoomPage} page @param {() => Child} view */
function loaded(page, view) {
  if (views) return view();
  if (!loading) {
    loading = true;
    Promise.all([import('../../results/views.js'), learn('results'), addStyles('results')]).then(
      ([module]) => {
        views = module;
        page.set({});
      },
      () => page.apply({ event: 'stale' }),
    );
  }
  return h('p', { class: 'quiet', 'aria-busy': 'true' }, t('room.loading'));
}
