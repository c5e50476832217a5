/** @import {Child, RoomPage} from '../../../types/page.js' */
/** @import {FinishedRound, Room} from '../../../types/protocol.js' */

import { copy } from '../../clipboard.js';
import { save } from '../../download.js';
import { csv, json, markdown, withCurrent } from '../../export.js';
import { date, t } from '../../i18n.js';
import { sign } from '../../marks.js';
import { revealer } from '../../members.js';
import { h } from '../../render.js';
import { mayFacilitate } from '../../state.js';
import { cardName } from '../card.js';
import { button, spokenOnly } from '../controls.js';
import { storyKey } from '../story.js';
import { dialog } from './dialog.js';

/** The finished rounds, newest first, and the ways to take them along. @param {RoomPage} page */
export function history(page) {
  const { history: rounds, room, more } = page.state;
  const all = withCurrent(rounds ?? [], room, timeOf(page));
  const results = (/** @type {'session' | 'references'} */ name) =>
    button('soft', t(`${name}.title`), () => page.roomActions.openResults(name), { disabled: all.length === 0 });
  const older = button('soft', t('history.older'), page.roomActions.older, { 'data-older': true });
  const way = (/** @type {string} */ kind, /** @type {string} */ label) =>
    button('soft', label, () => take(page, kind), { disabled: all.length === 0, 'data-export': kind });
  return dialog(
    page,
    'history',
    t('history.title'),
    h('div', { class: 'choices' }, results('session'), results('references')),
    h('div', { class: 'choices' }, way('md', t('history.markdown')), way('csv', 'CSV'), way('json', 'JSON')),
    all.length === 0 && h('p', { class: 'quiet' }, t(rounds ? 'history.none' : 'room.loading')),
    h(
      'ol',
      { class: 'rounds' },
      all.toReversed().map((round) => finished(page, round)),
    ),
    more && h('div', { class: 'choices' }, older),
  );
}

/** @param {RoomPage} page */
const timeOf = (page) => new Date(page.now()).toISOString();

/** @param {RoomPage} page @param {string} kind */
async function take(page, kind) {
  const finished = await page.roomActions.allRounds();
  if (!finished) return; // the user has been told why
  const now = timeOf(page);
  const rounds = withCurrent(finished, page.state.room, now);
  const name = `pokey-${now.slice(0, 10)}.${kind}`;
  if (kind === 'csv') return save(name, 'text/csv', csv(rounds));
  if (kind === 'json') return save(name, 'application/json', json(rounds));
  const heads = ['topics.title', 'history.agreed', 'figure.median', 'figure.votes'].map((key) => t(key));
  const text = markdown(rounds, heads);
  if (await copy(text)) page.toast(t('history.copied'));
  else save(name, 'text/markdown', text);
}

/** @param {RoomPage} page @param {FinishedRound} round */
function finished(page, round) {
  const { room, me } = page.state;
  const { agreed, topic } = round;
  const amends = mayFacilitate(room, me?.id) && round.round < room.round;
  const verdict = agreed === null ? t('history.open') : t('scale.agreedOn', { value: agreed });
  return h(
    'li',
    { key: `${round.round} ${round.finishedAt}` },
    h('div', { class: 'result', 'aria-hidden': 'true' }, agreed ?? '–'),
    h(
      'div',
      {},
      h(
        'h3',
        { class: topic ? '' : 'quiet' },
        round.key && [storyKey(round), ' '],
        topic || t('history.untitled'),
        spokenOnly(`, ${verdict}`),
      ),
      h('p', { class: 'quiet' }, facts(room, round).filter(Boolean).join(' · ')),
      h(
        'ul',
        {},
        byValue(round).map((given) => estimate(room, given)),
      ),
      amends && amendment(page, round),
    ),
  );
}

/** The way to agree on something else afterwards. @param {RoomPage} page @param {FinishedRound} round */
function amendment(page, { round, topic }) {
  const label = `${t('history.amend')}: ${topic || t('room.round', { n: round })}`;
  const open = () => page.set({ dialog: 'settle', amending: round });
  return button('plain amend', t('history.amend'), open, { 'aria-label': label });
}

/** @param {Room} room @param {FinishedRound['estimates'][number]} estimate @returns {Child} */
const estimate = (room, { userId, value, name, comment }) =>
  h(
    'li',
    { key: userId },
    h('b', {}, cardName(value)),
    ' ',
    sign({ ...room.members[userId], named: true, id: userId, name }),
    ` ${name}`,
    comment && h('span', { class: 'quiet' }, ` – ${comment}`),
  );

/** The estimates in the order of the deck. @param {FinishedRound} round */
function byValue({ estimates, summary }) {
  const order = new Map(summary?.distribution.map(({ value }, i) => [value, i]));
  return estimates.toSorted((a, b) => (order.get(a.value) ?? 0) - (order.get(b.value) ?? 0));
}

/** @param {Room} room @param {FinishedRound} round */
function facts(room, { round, finishedAt, summary, hidden, revealedBy, estimates }) {
  const median = summary?.median ?? null;
  // the name somebody had then, if they are in the round
  const then = estimates.find(({ userId }) => userId === revealedBy);
  return [
    t('room.round', { n: round }),
    date(finishedAt),
    median !== null && t('say.median', { median }),
    revealedBy &&
      revealer(room, revealedBy, hidden > 0 ? 'trace.hidden' : 'history.by', then ? { name: then.name } : {}),
    hidden > 0 && t(revealedBy ? 'history.kept' : 'history.unseen', { n: hidden }),
  ];
}
