// The ways to take the results along: copied, printed, as a file.

/** @import {RoomPage} from '../../types/page.js' */
/** @import {Column} from './formats.js' */
/** @import {Result} from './stories.js' */

import { copy } from '../clipboard.js';
import { save } from '../download.js';
import { decimalPoint, list, t } from '../i18n.js';
import { h } from '../render.js';
import { button, form, labelled } from '../views/controls.js';
import { csv, json, report, tsv } from './formats.js';
import { TRACKERS } from './trackers.js';

/** @param {Column} column */
const head = (column) => t(`results.column.${column}`);

/** @param {RoomPage} page @param {Result[]} stories */
export function takeAlong(page, stories) {
  const { roomActions, ui } = page;
  /** Does something with the stories, all of them being there. @param {(name: string) => unknown} act */
  const whole = async (act) => {
    if (await roomActions.allRounds()) act(`pokey-${new Date(page.now()).toISOString().slice(0, 10)}`);
  };
  const taken = (/** @type {string} */ key, /** @type {string} */ text, /** @type {string} */ kind) =>
    whole(async (name) => {
      if (await copy(text)) page.toast(t(key));
      else save(`${name}.${kind}`, 'text/plain', text);
    });
  const choose = (/** @type {any} */ event) => page.set({ resultFile: event.target.value });
  const options = [
    ['csv', t('results.kind.csv')],
    ['json', t('results.kind.json')],
    ...[...TRACKERS].map(([id, { name, kind, fresh }]) => [
      id,
      t(fresh ? 'results.format.fresh' : `results.format.${kind}`, { name }),
    ]),
  ].map(([value, label]) => h('option', { key: value, value }, label));
  const select = h('select', { value: ui.resultFile, 'data-file': true, onchange: choose }, options);
  const { note, n } = noteOf(ui.resultFile, stories);
  return h(
    'section',
    { class: 'take', key: 'take', 'aria-labelledby': 'take' },
    h('h3', { id: 'take' }, t('results.take')),
    h(
      'div',
      { class: 'choices' },
      button('soft', t('history.markdown'), () => taken('history.copied', report(stories, words()), 'md')),
      button('soft', t('results.sheet'), () => taken('results.copiedSheet', tsv(stories, head, decimalPoint()), 'tsv')),
      button('soft', t('results.print'), () => print()),
    ),
    form(
      'inline',
      () => whole((name) => saveAs(name, ui.resultFile, stories)),
      labelled(t('results.file'), select),
      h('button', { class: 'soft', disabled: n === 0 }, t('results.save')),
    ),
    note && h('p', { class: 'hint', 'aria-live': 'polite' }, note),
  );
}

/** What a file will have in it. @param {string} kind @param {Result[]} stories */
function noteOf(kind, stories) {
  const tracker = TRACKERS.get(kind);
  if (!tracker) return { note: null, n: stories.length };
  const { name, fresh } = tracker;
  const { n, left = [] } = tracker.make(stories);
  const said = [t(fresh ? 'results.fitFresh' : 'results.fit', { n, of: stories.length, name })];
  if (left.length > 0) said.push(t('results.renamed', { name, titles: list(left) }));
  if (kind === 'azure') said.push(t('results.azure'));
  return { note: said.join('. '), n };
}

/** @param {string} name @param {string} kind @param {Result[]} stories */
function saveAs(name, kind, stories) {
  if (kind === 'csv') return save(`${name}.csv`, 'text/csv', csv(stories));
  if (kind === 'json') return save(`${name}.json`, 'application/json', json(stories));
  const tracker = TRACKERS.get(kind);
  if (!tracker) return;
  const type = tracker.kind === 'csv' ? 'text/csv' : 'text/plain';
  save(`${name}-${kind}.${tracker.kind}`, type, tracker.make(stories).text);
}

/** What the report is written with. */
const words = () => ({
  title: t('session.title'),
  head,
  stories: t('results.stories'),
  sum: t('results.sum'),
  apart: t('results.apart'),
  from: (/** @type {string} */ low, /** @type {string} */ high) => t('results.from', { low, high }),
  untitled: t('history.untitled'),
});
