// Where a list is pasted, dropped or chosen.

/** @import {RoomPage} from '../../types/page.js' */

import { t } from '../i18n.js';
import { h } from '../render.js';
import { labelled } from '../views/controls.js';

const MOST = 2_000_000; // bytes of a file
// Characters of a text that a field can hold: browsers need seconds to lay out, or to
// insert, a longer one.
const EDITED = 100_000;
const SHOWN = 2_000; // characters of a longer text, which cannot be edited

/** @param {RoomPage} page @param {string} text */
export function source(page, text) {
  const take = (/** @type {string} */ all) => {
    page.draft('topics', all);
    page.set({ importChoice: {} });
  };
  const open = async (/** @type {File | undefined} */ file) => {
    if (!file) return;
    if (file.size > MOST) page.toast(t('import.tooLarge'));
    else take(await file.text());
  };
  const long = text.length > EDITED;
  const area = h('textarea', {
    rows: 4,
    'data-paste': true,
    autofocus: true,
    mount: (/** @type {HTMLElement} */ element) => element.focus(), // in a dialog that is open already
    dir: 'auto',
    placeholder: t('import.placeholder'),
    readonly: long,
    value: long ? `${text.slice(0, SHOWN).replace(/\r\n?/g, '\n')}\n…` : text,
    oninput: (event) => page.draft('topics', event.target.value),
    onpaste: (event) => {
      const pasted = event.clipboardData?.getData('text/plain') ?? '';
      if (pasted.length <= EDITED) return;
      event.preventDefault();
      const { value, selectionStart, selectionEnd } = event.target;
      const all = long ? pasted : value.slice(0, selectionStart) + pasted + value.slice(selectionEnd);
      if (all.length > MOST) page.toast(t('import.tooLarge'));
      else take(all);
    },
    ondragover: (event) => event.preventDefault(),
    ondrop: (event) => {
      const [file] = event.dataTransfer.files;
      if (!file) return;
      event.preventDefault();
      open(file);
    },
  });
  const choose = h('input', {
    type: 'file',
    class: 'visually-hidden',
    id: 'import-file',
    accept: '.csv,.tsv,.txt,.json,.xml,.md,text/*',
    onchange: (event) => {
      open(event.target.files[0]);
      event.target.value = '';
    },
  });
  return h(
    'div',
    { class: 'import-source' },
    labelled(t('import.label'), area),
    choose,
    h('label', { class: 'soft button', for: 'import-file' }, t('import.choose')),
  );
}
