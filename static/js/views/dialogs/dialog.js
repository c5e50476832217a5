/** @import {Child, Props, RoomPage} from '../../../types/page.js' */

import { t } from '../../i18n.js';
import { h } from '../../render.js';
import { tool } from '../controls.js';
import { toasts } from '../notices.js';

/**
 * A modal dialog, there while page.ui.dialog names it. Escape, a click beside it
 * and its button close it, and the focus goes back to where it was.
 *
 * @param {RoomPage} page
 * @param {string} name
 * @param {string} title
 * @param {...Child} kids
 */
export function dialog(page, name, title, ...kids) {
  /** @type {Props} */
  const props = {
    key: name,
    class: name,
    'aria-labelledby': 'dialog-title',
    mount: (/** @type {HTMLDialogElement} */ element) => element.showModal(),
    onclose: () => page.ui.dialog === name && page.set({ dialog: null }),
    onclick: (event) => event.target === event.currentTarget && event.target.close(),
  };
  const close = tool('close', t('dialog.close'), (event) => event.target.closest('dialog').close());
  // The title has the focus first, so that what is read out begins with it; of topics, the field to paste them into.
  const head = { id: 'dialog-title', dir: 'auto', tabindex: -1, autofocus: name !== 'topics' };
  const header = h('header', {}, h('h2', head, title), close);
  return h('dialog', props, h('div', { class: 'sheet' }, header, kids), toasts(page));
}
