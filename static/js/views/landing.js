// The front page. What of it needs no script comes with the document: shell/start.html.

/** @import {Page} from '../page.js' */

import { ago, t } from '../i18n.js';
import { h } from '../render.js';
import { button, field, form, looks, tool } from './controls.js';
import { mark } from './icon.js';

const FAN = ['1', '3', '5', '8', '?'];

/** The front page: one button, and the rooms one has been to. @param {Page} page */
export function landing(page) {
  const { forgotten, creating, visits } = page.ui;
  const create = button('primary large', t('landing.create'), page.actions.createRoom, {
    'aria-disabled': creating ? 'true' : undefined,
  });
  const hello = h(
    'div',
    { class: 'hello' },
    h('p', { class: 'home' }, mark(), 'Pokey'),
    h('h1', {}, t('landing.title')),
    h('p', { class: 'lead' }, t('landing.lead')),
    forgotten && h('p', { class: 'forgotten', role: 'status' }, t('landing.forgotten')),
    create,
    h('p', { class: 'hint' }, t('landing.promise')),
    byCode(page),
  );
  return h(
    'div',
    { class: 'landing', key: 'landing' },
    h('main', {}, hello, fan(), visits.length > 0 && recent(page)),
    h('footer', {}, looks(page)),
  );
}

/** For whoever sees the big screen and has no link. @param {Page} page */
function byCode(page) {
  const { drafts, codeFault } = page.ui;
  const input = field(t('landing.code'), {
    value: drafts.code ?? '',
    maxlength: 12,
    autocapitalize: 'characters',
    spellcheck: 'false',
    enterkeyhint: 'go',
    dir: 'ltr',
    'data-code': true,
    'aria-describedby': 'code-fault',
    oninput: (event) => {
      page.draft('code', event.target.value);
      page.set({ codeFault: null });
    },
  });
  return form(
    'by-code',
    page.actions.enterCode,
    input,
    h('button', { class: 'soft' }, t('landing.enter')),
    codeFault && h('p', { id: 'code-fault', class: 'fault', role: 'alert' }, codeFault),
  );
}

const fan = () =>
  h(
    'ul',
    { class: 'fan', 'aria-hidden': 'true' },
    FAN.map((value) => {
      const face = h('span', { class: 'face length-1', 'data-card': value }, h('span', { class: 'value' }, value));
      return h('li', {}, h('span', { class: 'card' }, h('span', { class: 'back' }), face));
    }),
  );

/** @param {Page} page */
function recent(page) {
  const visits = page.ui.visits.map(({ id, topic, at }) => {
    const name = h('b', { dir: 'auto' }, topic || t('landing.untitled', { id: id.slice(-4) }));
    const link = h('a', { href: `${page.base}r/${id}` }, name, h('span', { class: 'quiet' }, ago(at)));
    return h(
      'li',
      { key: id },
      link,
      tool('close', t('landing.forget'), () => page.actions.forgetRoom(id)),
    );
  });
  const title = h('h2', { id: 'recent' }, t('landing.recent'));
  return h('section', { class: 'recent', 'aria-labelledby': 'recent' }, title, h('ul', {}, visits));
}
