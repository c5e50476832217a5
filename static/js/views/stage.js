import { t } from '../i18n.js';
import { h } from '../ui.js';
import { hand } from './hand.js';
import { qr } from './invite.js';
import { mark } from './parts.js';
import { agreed, progress, round, timer, topic } from './room.js';
import { outcome, table, watching, wing } from './table.js';

/** The room for the big screen: everything large, nothing to click, and the way in. */
export function stage(p) {
  const { room } = p.state;
  return h('div', { class: `room stage${room.revealed ? ' revealed' : ''}`, key: 'stage' },
    h('header', { class: 'bar' }, h('span', { class: 'home' }, mark(), 'Pokey'), round(p), timer(p, false)),
    h('main', { class: 'play', tabindex: 0 },
      topic(p),
      h('div', { class: 'wings' },
        h('div', { class: 'middle' }, table(p), watching(p), room.revealed ? outcome(p) : progress(p)),
        room.revealed && [wing(p, 'low'), wing(p, 'high')])),
    h('footer', { class: 'dock' }, room.revealed
      ? [h('div', { class: 'centre' }, agreed(p, false)), hand(p, false)]
      : h('figure', { class: 'way-in' }, qr(p), h('figcaption', {}, t('stage.join'), h('b', {}, location.host)))));
}
