/** @import {RoomPage} from '../../../types/page.js' */

import { learn, t } from '../../i18n.js';
import { onDemand } from '../../on-demand.js';
import { addStyles } from '../../styles.js';
import { dialog } from './dialog.js';

const views = onDemand(() => [import('../../ahead/index.js'), learn('ahead'), addStyles('ahead')]);

/** Stories that are estimated before their round, in any order. @param {RoomPage} page */
export const ahead = (page) =>
  dialog(
    page,
    'ahead',
    t('topics.ahead'),
    views(page, ({ ahead }) => ahead(page)),
  );
