/** @import {RoomPage} from '../../../types/page.js' */

import { t } from '../../i18n.js';
import { attempt } from '../../render.js';
import { dialog } from './dialog.js';
import { waysIn } from '../invite.js';
import { access } from './access.js';
import { ahead } from './ahead.js';
import { history } from './history.js';
import { keys } from './keys.js';
import { me } from './me.js';
import { options } from './options.js';
import { person } from './person.js';
import { references, session, settle } from './results.js';
import { topics } from './topics.js';

/** @param {RoomPage} page */
const invite = (page) => dialog(page, 'invite', t('invite.title'), waysIn(page), access(page));

const DIALOGS = new Map(
  Object.entries({ topics, ahead, history, invite, options, me, person, keys, session, references, settle }),
);

/** The dialog that is open, if any; one that cannot be drawn says so and can be closed. @param {RoomPage} page */
export function openDialog(page) {
  const name = page.ui.dialog;
  if (name === null) return null;
  return attempt(
    () => DIALOGS.get(name)?.(page),
    () => dialog(page, name, t('view.failed')),
  );
}
