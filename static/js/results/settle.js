/** @import {Child, RoomPage} from '../../types/page.js' */

import { t } from '../i18n.js';
import { h } from '../render.js';
import { button, field, form } from '../views/controls.js';
import { storyLabel } from '../views/story.js';

const LENGTH = 16; // characters of a value

/** The field of the dialog that is open. @type {HTMLInputElement | null} */
let typed = null;

/** A value to agree on that may be no card, for this round or a finished one. @param {RoomPage} page @returns {Child} */
export function settleForm(page) {
  const { room, history } = page.state;
  const { amending } = page.ui;
  const finished = history?.find(({ round }) => round === amending);
  const agreed = finished ? finished.agreed : room.agreed;
  const { topic, ...story } = finished ?? { topic: room.topic, ...room.story };
  const close = () => page.set({ dialog: amending === null ? null : 'history' });
  const agree = async () => {
    const value = typed?.value.trim() || null;
    const { settle, amend } = page.roomActions;
    if (await (amending === null ? settle(value) : amend(amending, value))) close();
  };
  const start = (/** @type {HTMLInputElement} */ input) => {
    typed = input;
    input.value = agreed ?? '';
    input.select();
  };
  const input = field(t('results.value'), {
    'data-settle': true,
    enterkeyhint: 'done',
    maxlength: LENGTH,
    mount: start,
  });
  return [
    topic && h('p', {}, storyLabel({ title: topic, key: story.key, url: story.url })),
    form('inline', agree, input, h('button', { class: 'primary' }, t('results.agree'))),
    amending !== null && h('div', { class: 'choices' }, button('plain', t('access.cancel'), close)),
  ];
}
