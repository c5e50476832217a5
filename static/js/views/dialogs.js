import { t } from '../i18n.js';
import { PRESETS, deckLine, parseDeck } from '../lines.js';
import { mayFacilitate } from '../state.js';
import { attempt, h } from '../ui.js';
import { history } from './history.js';
import { closing, house, oneself, person } from './house.js';
import { nameInput, ways } from './invite.js';
import { button, dialog, field, form, labelled, looks, toggle } from './parts.js';
import { topics } from './topics.js';

const DIALOGS = new Map(Object.entries({ topics, history, invite, options, me, person, keys }));

/** The dialog that is open, if any; one that cannot be drawn says so and can be closed. */
export function openDialog(p) {
  const name = p.ui.dialog;
  return attempt(() => DIALOGS.get(name)?.(p), () => dialog(p, name, t('view.failed')));
}

function invite(p) {
  return dialog(p, 'invite', t('invite.title'), ways(p), house(p));
}

/** What concerns the user alone. */
function me(p) {
  const { room, me } = p.state;
  return dialog(p, 'me', t('me.title'),
    form('inline', p.act.saveName, labelled(t('name.label'), nameInput(p, 'me-name')), h('button', { class: 'soft' }, t('name.save'))),
    toggle(t('me.observe'), t('me.observeHint'), room.members[me?.id]?.role === 'observer', (observes) => p.act.setRole(observes ? 'observer' : 'estimator')),
    looks(p),
    h('div', { class: 'choices' }, button('soft', t('keys.title'), () => p.set({ dialog: 'keys' })), button('soft', t('me.leave'), p.act.leave)),
    oneself(p));
}

/** The owner's choices for the room. */
function options(p) {
  const { autoReveal, lateEstimates, standIn } = p.state.room.options;
  return dialog(p, 'options', t('options.title'), decks(p),
    toggle(t('options.autoReveal'), t('options.autoRevealHint'), autoReveal, (on) => p.act.setOptions({ autoReveal: on })),
    toggle(t('options.late'), t('options.lateHint'), lateEstimates === 'allowed', (on) => p.act.setOptions({ lateEstimates: on ? 'allowed' : 'locked' })),
    toggle(t('options.standIn'), t('options.standInHint'), standIn, (on) => p.act.setOptions({ standIn: on })),
    house(p), closing(p));
}

function decks(p) {
  const { deck, estimates, revealed } = p.state.room;
  const line = p.ui.drafts.deck;
  const typed = line === undefined ? {} : parseDeck(line, t('deck.own'));
  const preset = Object.entries(PRESETS).some(([name, cards]) => name === deck.name && cards === deck.cards.join(' '));
  const choice = (name, cards, picked, deck) => h('li', { key: name }, button('deck-choice', h('b', {}, t(`deck.${name}`)), () => p.act.setDeck(deck), { 'data-deck': name, 'aria-pressed': String(picked) }, h('span', {}, cards)));
  return h('section', { class: 'decks', 'aria-label': t('deck.title') },
    estimates > 0 && !revealed && h('p', { class: 'hint' }, t('deck.drops')),
    h('ul', {}, Object.entries(PRESETS).map(([name, cards]) => choice(name, cards, preset && deck.name === name, name)), choice('any', t('deck.anyHint'), deck.cards.length === 0, { name: t('deck.any'), cards: [] })),
    form('inline', () => typed.deck && p.act.setDeck(typed.deck),
      field(t('deck.own'), { 'data-own-deck': true, placeholder: 'S M L XL ?', 'aria-describedby': 'deck-fault', value: line ?? (preset ? '' : deckLine(deck)), oninput: (event) => p.draft('deck', event.target.value) }),
      h('button', { class: 'soft', disabled: !typed.deck }, t('deck.use'))),
    h('p', { id: 'deck-fault', class: typed.fault ? 'fault' : 'hint' }, typed.deck ? t('deck.count', { n: typed.deck.cards.length }) : t(`deck.fault.${typed.fault ?? 'none'}`, { card: typed.card })));
}

function keys(p) {
  const facilitates = mayFacilitate(p.state.room, p.state.me?.id);
  const rows = [
    [t('keys.type'), t('keys.pick')], ['← →', t('keys.move')], [t('keys.space'), t('keys.take')],
    ...(facilitates ? [['R', t('act.reveal')], ['C', t('act.clear')], ['N', t('act.next')], [t('keys.undoKey'), t('undo.button')]] : []),
    ['?', t('keys.title')],
  ];
  return dialog(p, 'keys', t('keys.title'),
    h('dl', { class: 'keys-list' }, rows.map(([key, what]) => h('div', { key }, h('dt', {}, h('kbd', {}, key)), h('dd', {}, what)))),
    h('p', { class: 'hint' }, t('keys.hint')));
}
