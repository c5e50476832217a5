import { clock, list, t } from '../i18n.js';
import { estimators, expected, missing } from '../room.js';
import { isOwner, mayEstimate, mayFacilitate } from '../state.js';
import { h, part } from '../ui.js';
import { hand } from './hand.js';
import { alone, nameStrip } from './invite.js';
import { button, icon, mark, tool, wide } from './parts.js';
import { outcome, table, traces, watching, wing } from './table.js';

const MINUTES = [1, 2, 3, 5, 10];
const SHOWN = 5;

/** The room: one screen from the topic down to the hand. */
export function room(p) {
  const { room, me } = p.state;
  const facilitates = mayFacilitate(room, me?.id);
  const solitary = Object.keys(room.members).length <= 1 && !room.revealed;
  return h('div', { class: `room${room.revealed ? ' revealed' : ''}`, key: 'room' },
    part(() => bar(p, facilitates)),
    h('main', { class: 'play', tabindex: facilitates ? undefined : 0 },
      part(() => (facilitates ? editable(p) : topic(p))),
      h('div', { class: 'wings' },
        h('div', { class: 'middle' }, part(() => table(p)), part(() => watching(p)), part(() => traces(p)), room.revealed && part(() => outcome(p)), solitary && part(() => alone(p))),
        room.revealed ? [part(() => wing(p, 'low')), part(() => wing(p, 'high'))] : part(() => upNext(p, facilitates)))),
    h('footer', { class: 'dock', 'aria-label': t('hand.area') }, part(() => nameStrip(p)), part(() => actions(p, facilitates)), part(() => hand(p, facilitates))));
}

/** The top line: home, and everything that is not needed every minute. */
function bar(p, facilitates) {
  const { room, me } = p.state;
  const show = (symbol, label, act, text = label, count = 0) => tool(symbol, count > 0 ? `${label} ${count}` : label, act, {}, wide(text), ' ', count > 0 && h('span', { class: 'count' }, count));
  const open = (dialog) => () => p.set({ dialog });
  return h('header', { class: 'bar' },
    h('a', { class: 'home', href: p.base, 'aria-label': t('bar.home') }, mark(), wide('Pokey')),
    round(p),
    timer(p, facilitates),
    h('nav', { class: 'tools', 'aria-label': t('bar.tools') },
      (facilitates || room.topics.length > 0) && show('list', t('topics.title'), open('topics'), undefined, room.topics.length),
      show('history', t('history.title'), p.act.openHistory, undefined, room.finished),
      show('invite', t('invite.title'), open('invite'), t('invite.short')),
      isOwner(room, me?.id) && show('sliders', t('options.title'), open('options')),
      show('user', `${t('me.title')}: ${me?.name}`, open('me'), me?.name)));
}

export const round = (p) => h('p', { class: 'round' }, t('room.round', { n: p.state.room.round }));

export function timer(p, facilitates) {
  const { timerEndsAt } = p.state.room;
  const left = timerEndsAt ? p.until(timerEndsAt) : 0;
  if (timerEndsAt) {
    return h('div', { class: `timer${left > 0 ? '' : ' over'}`, key: 'timer', role: 'timer', 'aria-label': t('timer.title') },
      icon('clock'), left > 0 ? clock(left) : t('timer.over'), facilitates && tool('close', t('timer.stop'), p.act.stopTimer));
  }
  const start = (n) => button('', t('timer.minutes', { n }), () => p.act.startTimer(n * 60), { key: n, popovertarget: 'minutes' });
  return facilitates && h('div', { class: 'timer idle', key: 'start' },
    tool('clock', t('timer.title'), null, { popovertarget: 'minutes' }),
    h('div', { id: 'minutes', class: 'menu', popover: 'auto' }, MINUTES.map(start)));
}

export function topic(p) {
  const { topic } = p.state.room;
  return h('div', { class: 'topic' }, h('h1', { class: topic ? '' : 'quiet', dir: 'auto' }, topic || t('topic.none')));
}

/** The topic for those who may change it, where it stands. */
function editable(p) {
  const { room, limits } = p.state;
  const value = p.ui.drafts.topic ?? room.topic;
  const onkeydown = (event) => {
    if (event.isComposing || !['Enter', 'Escape'].includes(event.key)) return;
    event.preventDefault();
    if (event.key === 'Escape') p.drop('topic');
    event.target.blur(); // which saves what is still a draft
  };
  return h('div', { class: 'topic' },
    h('h1', { class: 'vh' }, room.topic || t('topic.none')),
    h('textarea', {
      dir: 'auto', 'aria-label': t('topic.label'), placeholder: t('topic.placeholder'), rows: Math.min(3, 1 + Math.floor(value.length / 64)), maxlength: limits.topicLength, autocomplete: 'off',
      enterkeyhint: 'done', 'data-topic': true, value, oninput: (event) => p.draft('topic', event.target.value.replace(/[\r\n]+/g, ' ')), onblur: p.act.saveTopic, onkeydown,
    }));
}

/** The next few topics, beside the table. */
function upNext(p, facilitates) {
  const { topics } = p.state.room;
  return topics.length > 0 && h('section', { class: 'wing next', key: 'next', 'aria-label': t('topics.next') },
    h('h2', {}, t('topics.next')),
    h('ol', {}, topics.slice(0, SHOWN).map((topic, i) => h('li', { key: i }, topic))),
    topics.length > SHOWN && h('p', { class: 'quiet' }, t('topics.more', { n: topics.length - SHOWN })),
    facilitates && button('plain', t('topics.edit'), () => p.set({ dialog: 'topics' })));
}

/**
 * What happens next. Revealing is in the middle and everything that ends a
 * round at the end of the line, so that a second click on the same spot never
 * does the opposite; and for a moment after either the other does nothing.
 */
function actions(p, facilitates) {
  const { revealed, estimates } = p.state.room;
  const [start, centre, end] = revealed
    ? [[changing(p), facilitates && act(p, 'plain', t('act.hide'), p.act.hide)], agreed(p, facilitates), facilitates && after(p)]
    : [null, facilitates ? reveal(p) : progress(p), facilitates && estimates > 0 && act(p, 'plain', t('act.clear'), p.act.clear)];
  return h('div', { class: 'actions' }, h('div', { class: 'start' }, start), h('div', { class: 'centre' }, centre), h('div', { class: 'end' }, end));
}

const act = (p, kind, label, does) => button(kind, label, () => !p.held() && does(), { 'aria-disabled': p.held() ? 'true' : undefined });

const status = (...kids) => h('p', { class: 'status' }, kids);

function reveal(p) {
  const { room } = p.state;
  const n = missing(room).length;
  if (room.estimates === 0) return status(t(estimators(room).length > 0 ? 'act.nobody' : 'act.empty'));
  if (room.revealAt) return [progress(p), act(p, 'primary', t('act.revealNow'), p.act.reveal)];
  return n > 0 ? act(p, 'primary early', t('act.revealMissing', { n }), p.act.reveal) : act(p, 'primary', t('act.reveal'), p.act.reveal);
}

/** What the room is waiting for. */
export function progress(p) {
  const { room } = p.state;
  const late = missing(room);
  const n = room.revealAt ? Math.max(0, Math.ceil(p.until(room.revealAt) / 1000)) : 0;
  if (room.revealAt) return h('p', { class: 'status countdown', key: 'countdown' }, h('b', {}, n), t('act.soon', { n }));
  if (room.estimates === 0) return status(t('act.nobody'));
  if (late.length === 0) return status(t('act.complete'));
  return status(t('act.estimated', { n: room.estimates, of: expected(room).length }), late.length <= 3 && ` · ${t('act.waitingFor', { names: list(late.map((person) => person.called)) })}`);
}

export function agreed(p, facilitates) {
  const { agreed } = p.state.room;
  if (agreed === undefined) return facilitates && !p.ui.changing && h('p', { class: 'status advice' }, t('scale.hint'));
  return h('p', { class: 'status settled', key: 'settled' }, icon('check'), t('scale.agreedOn', { value: agreed }));
}

function changing(p) {
  const { room, me } = p.state;
  const label = p.ui.changing ? 'act.keep' : room.members[me?.id]?.estimated ? 'act.change' : 'act.add';
  return mayEstimate(room, me?.id) && button('plain', t(label), () => p.set({ changing: !p.ui.changing }));
}

function after(p) {
  const { topic, topics } = p.state.room;
  const onward = topics.length > 0 || topic !== '';
  return [onward && act(p, 'soft', t('act.again'), p.act.clear), act(p, 'primary', `${t(onward ? 'act.next' : 'act.clearRound')} →`, onward ? p.act.next : p.act.clear)];
}
