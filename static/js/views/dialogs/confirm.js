/** @import {Page} from '../../page.js' */

import { t } from '../../i18n.js';
import { button } from '../controls.js';

/**
 * A button that asks once more, in its place, before something is lost.
 *
 * @param {Page} page
 * @param {object} what
 * @param {string} what.kind
 * @param {string} what.name what page.ui.confirming is then
 * @param {string} what.label
 * @param {string} what.sure the label of the second click
 * @param {() => unknown} what.act
 */
export function confirmed(page, { kind, name, label, sure, act }) {
  const asks = page.ui.confirming === name;
  const onclick = () => (asks ? act() : page.set({ confirming: name }));
  return button(kind, asks ? sure : label, onclick, { 'data-act': name });
}

/** Asks no more. @param {Page} page */
export const cancel = (page) => button('plain', t('access.cancel'), () => page.set({ confirming: null }));
