import { csv, json, markdown, withCurrent } from '../export.js';
import { date, t } from '../i18n.js';
import { copy, save } from '../take.js';
import { h } from '../ui.js';
import { button, cardName, dialog, spokenOnly } from './parts.js';
import { looked } from './table.js';

/** The finished rounds, newest first, and the ways to take them along. */
export function history(p) {
  const { history: rounds, room, more } = p.state;
  const now = () => new Date(p.now()).toISOString();
  const all = withCurrent(rounds ?? [], room, now());
  const way = (name, label) => button('soft', label, () => take(p, name, now), { disabled: all.length === 0, 'data-export': name });
  return dialog(p, 'history', t('history.title'),
    h('div', { class: 'choices' }, way('md', t('history.markdown')), way('csv', 'CSV'), way('json', 'JSON')),
    all.length === 0 && h('p', { class: 'quiet' }, t(rounds ? 'history.none' : 'room.loading')),
    h('ol', { class: 'rounds' }, all.toReversed().map((round) => finished(room, round))),
    more && h('div', { class: 'choices' }, button('soft', t('history.older'), p.act.older, { 'data-older': true })));
}

async function take(p, kind, now) {
  const finished = await p.act.allRounds();
  if (!finished) return; // and has been told why
  const rounds = withCurrent(finished, p.state.room, now());
  const name = `pokey-${new Date(p.now()).toISOString().slice(0, 10)}.${kind}`;
  if (kind === 'csv') return save(name, 'text/csv', csv(rounds));
  if (kind === 'json') return save(name, 'application/json', json(rounds));
  const text = markdown(rounds, ['topics.title', 'history.agreed', 'figure.median', 'figure.votes'].map((key) => t(key)));
  if (await copy(text)) p.toast(t('history.copied'));
  else save(name, 'text/markdown', text);
}

/** The name somebody had then, if they are in the round. */
function named({ estimates, revealedBy }) {
  const then = estimates.find(({ userId }) => userId === revealedBy);
  return then ? { name: then.name } : {};
}

function finished(room, round) {
  const { agreed, summary, topic, hidden, revealedBy } = round;
  const median = summary?.median ?? null;
  const facts = [t('room.round', { n: round.round }), date(round.finishedAt), median !== null && t('say.median', { median }), revealedBy && looked(room, revealedBy, hidden > 0 ? 'trace.hidden' : 'history.by', named(round)), hidden > 0 && t(revealedBy ? 'history.kept' : 'history.unseen', { n: hidden })];
  return h('li', { key: `${round.round} ${round.finishedAt}` },
    h('div', { class: 'result', 'aria-hidden': 'true' }, agreed ?? '–'),
    h('div', {},
      h('h3', { class: topic ? '' : 'quiet' }, topic || t('history.untitled'), spokenOnly(`, ${agreed === null ? t('history.open') : t('scale.agreedOn', { value: agreed })}`)),
      h('p', { class: 'quiet' }, facts.filter(Boolean).join(' · ')),
      h('ul', {}, round.estimates.map((estimate) => h('li', { key: estimate.userId }, h('b', {}, cardName(estimate.value)), ` ${estimate.name}`, estimate.comment && h('span', { class: 'quiet' }, ` – ${estimate.comment}`))))));
}
