// What the page does not begin with: modules that are loaded together with their
// styles and texts.

/** @import {Child} from '../types/page.js' */
/** @import {Page} from './page.js' */

import { t } from './i18n.js';
import { attempt, h } from './render.js';

/**
 * Draws the page again when a module and what belongs to it have come, or says
 * that the page is stale.
 *
 * @template M
 * @param {Page} page
 * @param {[Promise<M>, ...Promise<unknown>[]]} loading the module first
 * @param {(module: M) => void} use called once, before the page is drawn
 */
export const load = (page, loading, use) =>
  Promise.all(loading).then(
    ([module]) => {
      attempt(() => use(module));
      page.set({});
    },
    () => page.apply({ event: 'stale' }),
  );

/**
 * A module that is loaded when a view of it is first wanted, and shows until then
 * that it is.
 *
 * @template M
 * @param {() => [Promise<M>, ...Promise<unknown>[]]} begin as for load
 * @returns {(page: Page, view: (module: M) => Child) => Child}
 */
export function onDemand(begin) {
  /** @type {M | null} */
  let module = null;
  let loading = false;
  return (page, view) => {
    if (module) return view(module);
    if (!loading) {
      loading = true;
      load(page, begin(), (loaded) => {
        module = loaded;
      });
    }
    return h('p', { class: 'quiet', 'aria-busy': 'true' }, t('room.loading'));
  };
}
