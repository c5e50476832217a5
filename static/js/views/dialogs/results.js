// The dialogs about all finished rounds, whose views are loaded when they are wanted.

/** @import {RoomPage} from '../../../types/page.js' */

import { learn, t } from '../../i18n.js';
import { onDemand } from '../../on-demand.js';
import { addStyles } from '../../styles.js';
import { dialog } from './dialog.js';

const views = onDemand(() => [import('../../results/views.js'), learn('results'), addStyles('results')]);

/** What came out: stories, agreed values, their sum; to take along. @param {RoomPage} page */
export const session = (page) =>
  dialog(
    page,
    'session',
    t('session.title'),
    views(page, ({ session }) => session(page)),
  );

/** Stories that have been estimated, to compare with. @param {RoomPage} page */
export const references = (page) =>
  dialog(
    page,
    'references',
    t('references.title'),
    views(page, ({ references }) => references(page)),
  );

/** A value to agree on that may be no card, for this round or a finished one. @param {RoomPage} page */
export const settle = (page) =>
  dialog(
    page,
    'settle',
    t(page.ui.amending === null ? 'scale.otherValue' : 'history.amend'),
    views(page, ({ settle }) => settle(page)),
  );
