// Small pieces that several views are made of.

import { LANGUAGES, spoken, t } from '../i18n.js';
import { mayFacilitate } from '../state.js';
import { h } from '../ui.js';

const PATHS = {
  check: 'M5 12.5l4.500 4.500L19 7.500',
  clock: 'M12 8v4.5l3 2M12 3.5a8.5 8.5 0 1 0 0 17 8.5 8.5 0 0 0 0-17z',
  close: 'M6 6l12 12M18 6L6 18',
  crown: 'M4 18h16M4 15L3 6l5.5 4L12 4l3.5 6L21 6l-1 9z',
  eye: 'M2.5 12S6 5.5 12 5.5 21.5 12 21.5 12 18 18.5 12 18.5 2.5 12 2.5 12zM12 9a3 3 0 1 0 0 6 3 3 0 0 0 0-6z',
  grip: 'M9 6h.01M15 6h.01M9 12h.01M15 12h.01M9 18h.01M15 18h.01',
  history: 'M4 5v4h4M4.5 9a8.5 8.5 0 1 1-1 4M12 8v4.5l3 1.5',
  invite: 'M10 12a4 4 0 1 0 0-8 4 4 0 0 0 0 8zM3 20c.5-4 3-5.5 7-5.5 2 0 3.5.4 4.7 1.2M18 14v6M15 17h6',
  lock: 'M6.500 11h11v9h-11zM8.500 11V8a3.500 3.500 0 0 1 7 0v3',
  list: 'M9 6h11M9 12h11M9 18h11M4.5 6h.01M4.5 12h.01M4.5 18h.01',
  sliders: 'M4 8h8M18 8h2M4 16h2M12 16h8M15 5.5v5M9 13.5v5',
  star: 'M12 4l2.4 5.2 5.6.7-4.1 3.9 1.1 5.6-5-2.8-5 2.8 1.1-5.6L4 9.9l5.6-.7z',
  undo: 'M8 5L4 9l4 4M4 9h10a5.5 5.5 0 0 1 0 11h-4',
  user: 'M12 12a4 4 0 1 0 0-8 4 4 0 0 0 0 8zM4.5 20c.5-4 3-5.5 7.5-5.5s7 1.5 7.5 5.5',
};

/** @param {keyof typeof PATHS} name */
export function icon(name) {
  return h('svg', { class: `icon ${name}`, viewBox: '0 0 24 24', 'aria-hidden': 'true' }, h('path', { d: PATHS[name] }));
}

/** Pokey's mark: a card that a hole poked into it makes a p. */
export const mark = () => h('img', { class: 'mark', src: new URL('../../icons/icon.svg', import.meta.url).href, alt: '' });

export const button = (kind, label, onclick, props = {}, ...kids) => h('button', { type: 'button', class: kind, onclick, ...props }, label, kids);

/** A button of an icon, or one letter, that says its label. */
export function tool(name, label, onclick, props = {}, ...kids) {
  return button('tool', Object.hasOwn(PATHS, name) ? icon(name) : name, onclick, { 'aria-label': label, title: label, ...props }, kids);
}

/** Text that is there only where there is room for it. */
export const wide = (text) => h('span', { class: 'wide' }, text);

/** Text for those who listen. */
export const spokenOnly = (text) => h('span', { class: 'vh' }, text);

/** The face of a card. Its corners and the size of its text follow from its value. */
export function face(value) {
  const { length } = [...value];
  return h('span', { class: `face ${length > 5 ? 'longer' : length > 3 ? 'long' : `length-${length}`}`, 'data-card': value }, h('span', { class: 'value' }, value));
}

const CARDS = new Map([['?', 'card.unsure'], ['☕', 'card.break'], ['∞', 'card.endless']]);

/** How a card is read out. */
export function cardName(value) {
  const name = CARDS.get(value);
  return name ? `${value} ${t(name)}` : value;
}

export const loading = () => h('main', { class: 'loading', key: 'loading', 'aria-busy': 'true' }, h('p', {}, t('room.loading')));

/** A line of text with its label. */
export const field = (label, props) => labelled(label, h('input', { type: 'text', autocomplete: 'off', ...props }));

export const labelled = (label, control) => h('label', { class: 'field' }, h('span', { class: 'label' }, label), control);

/** A switch with its explanation. */
export function toggle(label, hint, checked, act) {
  return h('label', { class: 'toggle' }, h('input', { type: 'checkbox', role: 'switch', checked, onchange: (event) => act(event.target.checked) }), h('span', {}, label, h('small', {}, hint)));
}

/** A form that sends nothing anywhere. */
export function form(kind, act, ...kids) {
  const onsubmit = (event) => {
    event.preventDefault();
    act();
  };
  return h('form', { class: kind, key: kind, onsubmit }, kids);
}

/**
 * A modal dialog, there while p.ui.dialog names it. Escape, a click beside it
 * and its button close it, and the focus goes back to where it was.
 */
export function dialog(p, name, title, ...kids) {
  const props = {
    key: name, class: name, 'aria-labelledby': 'dialog-title',
    mount: (element) => element.showModal(),
    onclose: () => p.ui.dialog === name && p.set({ dialog: null }),
    onclick: (event) => event.target === event.currentTarget && event.target.close(),
  };
  const close = (event) => event.target.closest('dialog').close();
  return h('dialog', props, h('div', { class: 'sheet' }, h('header', {}, h('h2', { id: 'dialog-title' }, title), tool('close', t('dialog.close'), close)), kids), toasts(p));
}

/** What has just happened, and for ten seconds the way back. */
export function toasts(p) {
  const { room, me } = p.state;
  const left = room?.undoUntil ? Math.ceil(p.until(room.undoUntil) / 1000) : 0;
  const undo = room?.undo && left > 0 && !p.stage && mayFacilitate(room, me?.id);
  return h('div', { class: 'toasts' },
    undo && h('div', { key: 'undo', class: 'toast' }, h('p', {}, t(`undo.${room.undo}`)), button('plain', icon('undo'), p.act.undo, { 'data-undo': room.undo }, t('undo.button'), h('span', { class: 'count' }, left))),
    p.ui.toasts.map(({ id, text, undo }) => h('div', { key: `t${id}`, class: 'toast' }, h('p', {}, text), undo && button('plain', t('undo.button'), () => (p.dismiss(id), undo())), tool('close', t('dialog.close'), () => p.dismiss(id)))));
}

/** A line over everything. */
export const banner = (kind, text, ...more) => h('div', { key: kind, class: `banner ${kind}` }, h('p', {}, text), more);

/** Lasting states that the user should know of, in a line over everything. */
export function banners(p, more) {
  const { link, room, me, outdated } = p.state;
  const reload = () => button('plain', t('banner.reload'), () => location.reload());
  const seconds = link.retryAt ? Math.ceil((link.retryAt - Date.now()) / 1000) : 0;
  return h('div', { class: 'banners' },
    outdated && banner('outdated', t('banner.outdated'), reload()),
    link.phase === 'stopped' && link.code !== 4001 && banner('stopped', t(link.code === 4002 ? 'banner.replaced' : 'banner.stopped'), link.code === 4002 ? button('plain', t('banner.here'), p.act.reconnect) : reload()),
    link.tries > 0 && banner('lost', seconds > 1 ? t('banner.lostIn', { n: seconds }) : t('banner.lost'), button('plain', t('banner.now'), p.act.wake), link.tries > 3 && reload()),
    room?.saved === false && banner('unsaved', t('banner.unsaved')),
    me && room?.members[me.id]?.standIn && banner('stand-in', t('banner.standIn')),
    more);
}

/** Language and light. */
export function looks(p) {
  const select = (label, value, choices, act) => labelled(label, h('select', { value, onchange: (event) => act(event.target.value) }, choices.map(([key, name]) => h('option', { key, value: key }, name))));
  return h('div', { class: 'pair' },
    select(t('me.language'), spoken(), Object.entries(LANGUAGES), p.act.setLanguage),
    select(t('me.theme'), p.ui.theme, ['auto', 'light', 'dark'].map((theme) => [theme, t(`theme.${theme}`)]), p.act.setTheme));
}

const PAUSE = 500; // in which one change may replace another of its kind

/** @type {Map<string, string>} */
const waiting = new Map();
let timer = 0;

/** Has a text read out, politely; of several of a kind that come together, the last. */
export function announce(text, kind = text) {
  waiting.delete(kind);
  waiting.set(kind, text);
  clearTimeout(timer);
  timer = setTimeout(() => {
    const region = document.getElementById('live');
    if (region) region.textContent = `${[...waiting.values()].join('. ')}.`;
    waiting.clear();
  }, PAUSE);
}
