import { t } from '../i18n.js';
import { h } from '../ui.js';
import { button, field, form, tool } from './parts.js';

/** For somebody who is alone in the room there is nothing better to do. */
export const alone = (p) => h('section', { class: 'alone', key: 'alone', 'aria-label': t('invite.title') }, h('h2', {}, t('invite.alone')), ways(p));

/** The ways to get others into the room. */
export function ways(p) {
  return h('div', { class: 'inviting' },
    h('div', { class: 'ways' },
      field(t('invite.link'), { readonly: true, value: p.link(), 'data-link': true, onfocus: (event) => event.target.select() }),
      h('div', { class: 'choices' }, button('soft', t('invite.copy'), p.act.copyLink), 'share' in navigator && button('soft', t('invite.share'), p.act.share),
        h('a', { class: 'plain', href: `${p.base}r/${p.state.roomId}/stage`, target: '_blank', rel: 'noopener' }, t('invite.stage')))),
    qr(p));
}

export const qr = (p) => h('img', { class: 'qr', src: `${p.base}qr/${p.state.roomId}.svg`, alt: t('invite.qr') });

/** Asks a newcomer's name where they are, and keeps nobody from estimating. */
export function nameStrip(p) {
  return !p.ui.named && form('strip', p.act.saveName, h('label', { for: 'strip-name' }, t('name.ask')), nameInput(p, 'strip-name'), h('button', { class: 'soft' }, t('name.save')), tool('close', t('name.later'), () => p.set({ named: true })));
}

export function nameInput(p, id) {
  const value = p.ui.drafts.name ?? (p.ui.named ? p.state.me?.name : '');
  return h('input', { id, type: 'text', autocomplete: 'nickname', enterkeyhint: 'done', maxlength: p.state.limits.nameLength, placeholder: t('name.label'), 'data-name': true, dir: 'auto', value, oninput: (event) => p.draft('name', event.target.value) });
}
