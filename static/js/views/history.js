import { csv, json, markdown, withCurrent } from '../export.js';
import { date, t } from '../i18n.js';
import { copy, save } from '../take.js';
import { h } from '../ui.js';
import { button, cardName, dialog, spokenOnly } from './parts.js';

/** The finished rounds, newest first, and the ways to take them along. */
export function history(p) {
  const { history: rounds, room } = p.state;
  const all = withCurrent(rounds ?? [], room, new Date(p.now()).toISOString());
  const way = (name, label) => button('soft', label, () => take(p, name, all), { disabled: all.length === 0, 'data-export': name });
  return dialog(p, 'history', t('history.title'),
    h('div', { class: 'choices' }, way('md', t('history.markdown')), way('csv', 'CSV'), way('json', 'JSON')),
    all.length === 0 && h('p', { class: 'quiet' }, t(rounds ? 'history.none' : 'room.loading')),
    h('ol', { class: 'rounds' }, all.toReversed().map(finished)));
}

async function take(p, kind, rounds) {
  const name = `pokey-${new Date(p.now()).toISOString().slice(0, 10)}.${kind}`;
  if (kind === 'csv') return save(name, 'text/csv', csv(rounds));
  if (kind === 'json') return save(name, 'application/json', json(rounds));
  const text = markdown(rounds, ['topics.title', 'history.agreed', 'figure.median', 'figure.votes'].map((key) => t(key)));
  if (await copy(text)) p.toast(t('history.copied'));
  else save(name, 'text/markdown', text);
}

function finished(round) {
  const { agreed, summary, topic, hidden } = round;
  const median = summary?.median ?? null;
  const facts = [t('room.round', { n: round.round }), date(round.finishedAt), median !== null && t('say.median', { median }), hidden > 0 && t('history.unseen', { n: hidden })];
  return h('li', { key: `${round.round} ${round.finishedAt}` },
    h('div', { class: 'result', 'aria-hidden': 'true' }, agreed ?? '–'),
    h('div', {},
      h('h3', { class: topic ? '' : 'quiet' }, topic || t('history.untitled'), spokenOnly(`, ${agreed === null ? t('history.open') : t('scale.agreedOn', { value: agreed })}`)),
      h('p', { class: 'quiet' }, facts.filter(Boolean).join(' · ')),
      h('ul', {}, round.estimates.map((estimate) => h('li', { key: estimate.userId }, h('b', {}, cardName(estimate.value)), ` ${estimate.name}`, estimate.comment && h('span', { class: 'quiet' }, ` – ${estimate.comment}`))))));
}
