// Small pieces that several views are made of.

/** @import {Child, Element, Props} from '../../types/page.js' */
/** @import {Page} from '../page.js' */

import { LANGUAGES, spoken, t } from '../i18n.js';
import { h } from '../render.js';
import { icon, isIcon } from './icon.js';

/** @typedef {(event: any) => unknown} Handler */

/**
 * @param {string} kind
 * @param {Child} label
 * @param {Handler | null} onclick
 * @param {Props} [props]
 * @param {...Child} kids
 */
export const button = (kind, label, onclick, props = {}, ...kids) =>
  h('button', { type: 'button', class: kind, onclick, ...props }, label, kids);

/**
 * A button of an icon, or one letter, that says its label.
 *
 * @param {string} name
 * @param {string} label
 * @param {Handler | null} onclick
 * @param {Props} [props]
 * @param {...Child} kids
 */
export function tool(name, label, onclick, props = {}, ...kids) {
  const symbol = isIcon(name) ? icon(name) : name;
  return button('tool', symbol, onclick, { 'aria-label': label, title: label, ...props }, kids);
}

/** Text that is there only where there is room for it. @param {Child} text */
export const wide = (text) => h('span', { class: 'wide' }, text);

/** Text for those who listen. @param {string} text */
export const spokenOnly = (text) => h('span', { class: 'visually-hidden' }, text);

/** A line of text with its label. @param {string} label @param {Props} props */
export const field = (label, props) => labelled(label, h('input', { type: 'text', autocomplete: 'off', ...props }));

/** @param {string} label @param {Element} control */
export const labelled = (label, control) =>
  h('label', { class: 'field' }, h('span', { class: 'label' }, label), control);

/**
 * A switch with its explanation.
 *
 * @param {string} label
 * @param {string} hint
 * @param {boolean} checked
 * @param {(on: boolean) => unknown} act
 */
export function toggle(label, hint, checked, act) {
  const box = h('input', {
    type: 'checkbox',
    role: 'switch',
    checked,
    onchange: (event) => act(event.target.checked),
  });
  return h('label', { class: 'toggle' }, box, h('span', {}, label, h('small', {}, hint)));
}

/** A form that sends nothing anywhere. @param {string} kind @param {() => unknown} act @param {...Child} kids */
export function form(kind, act, ...kids) {
  const onsubmit = (/** @type {Event} */ event) => {
    event.preventDefault();
    act();
  };
  return h('form', { class: kind, key: kind, onsubmit }, kids);
}

/**
 * @param {string} label
 * @param {string} value
 * @param {[string, string][]} choices
 * @param {(value: string) => void} act
 */
function select(label, value, choices, act) {
  const options = choices.map(([key, name]) => h('option', { key, value: key }, name));
  return labelled(label, h('select', { value, onchange: (event) => act(event.target.value) }, options));
}

/** Language and appearance. @param {Page} page */
export function looks(page) {
  /** @type {[string, string][]} */
  const themes = [
    ['auto', t('theme.auto')],
    ['light', t('theme.light')],
    ['dark', t('theme.dark')],
  ];
  /** @type {[string, string][]} */
  const languages = Object.entries(LANGUAGES).map(([key, { name }]) => [key, name]);
  return h(
    'div',
    { class: 'pair' },
    select(t('me.language'), spoken(), languages, page.actions.setLanguage),
    select(t('me.theme'), page.ui.theme, themes, page.actions.setTheme),
  );
}
