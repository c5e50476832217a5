/** @import {RoomPage} from '../../../types/page.js' */

import { refusal, t } from '../../i18n.js';
import { COLOURS, colourOf, sign } from '../../marks.js';
import { people } from '../../members.js';
import { graphemes } from '../../parse/graphemes.js';
import { h } from '../../render.js';
import { button, field } from '../controls.js';

/** What many would look for first. */
const SUGGESTED = [...'🦊🐼🦉🐙🐝🦄🌵🍋🚀🎲🎧🔭'];

/** The colour and the emoji that one is recognised by. @param {RoomPage} page */
export function markChoice(page) {
  const { room, me } = page.state;
  const self = people(room).find(({ id }) => id === me?.id);
  if (!self) return null;
  const { chosen, setMark } = page.roomActions;
  const colour = chosen('colour', me?.colour) ?? undefined;
  const emoji = chosen('emoji', me?.emoji) ?? undefined;
  const own = colourOf(self.id, { colour });
  const swatch = (/** @type {[string, string]} */ [name, value]) => {
    const input = h('input', {
      type: 'radio',
      name: 'colour',
      checked: value === own,
      'aria-label': t(`mark.${name}`),
      onchange: () => setMark({ colour: name }),
    });
    return h('label', { key: name, class: 'swatch', title: t(`mark.${name}`), vars: { '--own': value } }, input);
  };
  const choose = (/** @type {string} */ typed) => {
    const emoji = graphemes(typed.trim()).pop(); // what is typed behind one replaces it
    page.draft('emoji', emoji ?? '');
    setMark({ emoji: emoji ?? null });
  };
  const input = field(t('mark.emoji'), {
    id: 'me-emoji',
    'data-emoji': true,
    maxlength: 32,
    value: page.ui.drafts.emoji ?? emoji ?? '',
    'aria-describedby': 'mark-fault',
    oninput: (event) => choose(event.target.value),
  });
  const suggest = (/** @type {string} */ symbol) =>
    button('tool', symbol, () => choose(symbol), { key: symbol, 'aria-pressed': String(symbol === emoji) });
  const fault = page.ui.markFault;
  return h(
    'fieldset',
    { class: 'mark-choice' },
    h('legend', { class: 'label' }, t('mark.title')),
    h('div', { class: 'swatches' }, [...COLOURS].map(swatch)),
    h('div', { class: 'inline' }, input, sign({ ...self, colour, emoji })),
    h(
      'p',
      { id: 'mark-fault', class: fault ? 'fault' : 'hint', role: fault && 'alert' },
      fault ? refusal(fault) : t('mark.emojiHint'),
    ),
    h('div', { class: 'emoji-choices' }, SUGGESTED.map(suggest)),
  );
}
