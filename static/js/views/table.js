import { hour, list, number, t } from '../i18n.js';
import { agreement, estimators, observers, people, voices } from '../room.js';
import { isOwner } from '../state.js';
import { h } from '../ui.js';
import { banner, button, cardName, face, icon, spokenOnly } from './parts.js';

const TURNING = 1000; // how long the cards take

/** Those who estimate, each with a place for a card. Nobody moves when the cards turn. */
export function table(p) {
  const { room } = p.state;
  const seated = estimators(room);
  const n = seated.length;
  const size = n <= 4 ? 'few' : n <= 8 ? 'some' : n <= 12 ? 'many' : 'crowd';
  const columns = n <= 6 ? Math.max(1, n) : n <= 12 ? Math.ceil(n / 2) : 8;
  const result = room.revealed ? agreement(room) : null;
  return h('ol', { class: `table ${size} ${result?.word ?? ''}`, 'aria-label': t('table.label'), vars: { '--columns': columns } },
    seated.map((person, i) => seat(p, person, i, result)));
}

function seat(p, person, i, result) {
  const value = person.estimate?.value;
  const open = value !== undefined;
  const edge = result?.steps > 0 && (value === result.low ? 'lowest' : value === result.high && 'highest');
  const you = !p.stage && person.id === p.state.me?.id && h('span', { class: 'you' }, t('seat.you'));
  const said = open ? cardName(value) : t(person.estimated ? 'seat.estimated' : 'seat.thinking');
  return h('li', { key: person.id, class: person.online ? 'seat' : 'seat away', 'data-member': person.id, vars: { '--i': i } },
    h('div', { class: 'place', 'aria-hidden': 'true' },
      person.estimated && h('div', { class: open ? 'card open' : 'card' }, h('span', { class: 'back' }, icon('check')), face(value ?? '')),
      you, edge && h('span', { class: 'extreme' }, t(`seat.${edge}`))),
    label(p, person), away(), spokenOnly(`${you ? `, ${t('seat.you')}` : ''}: ${said}${edge ? `, ${t(`seat.${edge}`)}` : ''}`));
}

const away = () => h('span', { class: 'gone' }, t('seat.away'));

/** The name with what the person is. The owner opens with it what concerns them. */
function label(p, person) {
  const { room, me } = p.state;
  const rank = person.owner ? 'owner' : person.deputy ? 'deputy' : person.standIn && 'standIn';
  const inside = [
    rank && h('span', { class: 'rank', title: t(`seat.${rank}`) }, icon(rank === 'owner' ? 'crown' : 'star')),
    h('span', { class: person.named === false ? 'name guest' : 'name', dir: 'auto', title: person.name }, person.name),
    person.tag && h('span', { class: 'twin' }, person.tag),
    rank && spokenOnly(`, ${t(`seat.${rank}`)}`),
  ];
  const manages = !p.stage && isOwner(room, me?.id) && person.id !== me?.id;
  return manages ? button('who', inside, () => p.set({ dialog: 'person', person: person.id })) : h('span', { class: 'who' }, inside);
}

/** Those who only watch, apart from the table; the big screen does not name itself. */
export function watching(p) {
  const me = p.state.me?.id;
  const all = observers(p.state.room).filter((person) => !p.stage || person.id !== me);
  return all.length > 0 && h('ul', { class: 'watching', 'aria-label': t('table.watching') },
    h('li', { 'aria-hidden': 'true' }, icon('eye'), t('table.watching')),
    all.map((person) => h('li', { key: person.id, class: person.online ? '' : 'away', 'data-member': person.id }, label(p, person), person.id === me && h('span', { class: 'you' }, t('seat.you')), away())));
}

/** The room is offered to somebody: for the one who offers it and the one who may take it. */
export function offer(p) {
  const { room, me } = p.state;
  if (!me || !room?.offeredTo || p.stage) return null;
  if (isOwner(room, me.id)) return banner('offered', t('offer.made', { name: calledOf(room, room.offeredTo) }), button('plain', t('offer.withdraw'), p.act.withdrawOffer));
  const by = room.ownerId + room.offeredTo;
  if (room.offeredTo !== me.id || p.ui.declined === by) return null;
  return banner('offered', t('offer.yours', { name: calledOf(room, room.ownerId) }), button('plain', t('offer.accept'), p.act.acceptRoom), button('plain', t('offer.later'), () => p.set({ declined: by })));
}

/** How somebody is called in a sentence who may have left. */
export const calledOf = (room, id) => people(room).find((person) => person.id === id)?.called ?? t('trace.somebody');

/** Who revealed a round that was hidden again, or, in the history, who revealed it. */
export function looked(room, by, keys, params = {}) {
  return by === 'auto' ? t(`${keys}.auto`, params) : t(keys, { name: calledOf(room, by), ...params });
}

/** What everybody should know of a hidden round: that it has been looked at; and that nobody new gets in. */
export function traces(p) {
  const { room, hiddenAt } = p.state;
  const said = room.revealedBy && !room.revealed && looked(room, room.revealedBy, 'trace.hidden');
  return (said || room.locked) && h('ul', { class: 'traces' },
    said && h('li', { key: 'looked' }, icon('eye'), h('span', {}, said, hiddenAt && `, ${hour(hiddenAt)}`)),
    room.locked && h('li', { key: 'locked' }, icon('lock'), t('trace.locked')));
}

/** How far apart the estimates are, in words, and the numbers under it. */
export function outcome(p) {
  const { room } = p.state;
  const { word, unranked, ...cards } = agreement(room);
  const { mean, median, votes } = room.summary ?? { mean: null, median: null, votes: 0 };
  const figure = (name, value) => value !== null && h('div', { key: name }, h('dt', {}, t(`figure.${name}`)), h('dd', {}, number(value)));
  return h('section', { class: 'outcome', key: 'outcome', mount: showLater, 'aria-label': t('outcome.label') },
    h('p', { class: 'word' }, t(`word.${word}`, cards)),
    h('dl', { class: 'figures' }, figure('median', median), figure('mean', mean), figure('votes', votes), unranked > 0 && figure('unranked', unranked)));
}

/** On a small screen the result may be out of sight: shows it once the cards have turned. */
function showLater(element) {
  const behavior = matchMedia('(prefers-reduced-motion: reduce)').matches ? 'instant' : 'smooth';
  setTimeout(() => element.scrollIntoView({ block: 'nearest', behavior }), TURNING);
}

/** One side of the table: who is furthest out there comes first. */
export function wing(p, side) {
  return h('section', { class: `wing ${side}`, key: side, 'aria-label': t(`wing.${side}`) }, h('ul', { class: 'voices' }, voices(p.state.room)[side].map((voice) => said(voice, side))));
}

function said({ id, names, value, comment, edge }, side) {
  return h('li', { key: id, class: edge ? 'voice edge' : 'voice' },
    h('span', { class: 'card small', 'aria-hidden': 'true' }, face(value)),
    h('div', {},
      h('p', { class: 'speaker' }, h('b', {}, list(names)), spokenOnly(`: ${cardName(value)}`), edge && h('span', { class: 'tag' }, t(`seat.${side}est`))),
      h('p', { class: comment ? 'comment' : 'comment quiet', dir: 'auto' }, comment || t('wing.silent'))));
}
