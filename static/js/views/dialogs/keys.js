/** @import {RoomPage} from '../../../types/page.js' */

import { t } from '../../i18n.js';
import { h } from '../../render.js';
import { mayFacilitate } from '../../state.js';
import { dialog } from './dialog.js';

/** What the keys do. @param {RoomPage} page */
export function keys(page) {
  const facilitates = mayFacilitate(page.state.room, page.state.me?.id);
  const facilitating = [
    ['R', t('act.reveal')],
    ['C', t('act.clear')],
    ['N', t('act.next')],
    [t('keys.undoKey'), t('undo.button')],
  ];
  const rows = [
    [t('keys.type'), t('keys.pick')],
    ['← →', t('keys.move')],
    [t('keys.space'), t('keys.take')],
    ...(facilitates ? facilitating : []),
    ['?', t('keys.title')],
  ];
  const list = rows.map(([key, what]) => h('div', { key }, h('dt', {}, h('kbd', {}, key)), h('dd', {}, what)));
  return dialog(
    page,
    'keys',
    t('keys.title'),
    h('dl', { class: 'keys-list' }, list),
    h('p', { class: 'hint' }, t('keys.hint')),
  );
}
