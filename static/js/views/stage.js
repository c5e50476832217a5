import { t } from '../i18n.js';
import { h, part } from '../ui.js';
import { hand } from './hand.js';
import { qr } from './invite.js';
import { mark } from './parts.js';
import { agreed, progress, round, timer, topic } from './room.js';
import { outcome, table, traces, watching, wing } from './table.js';

/** The room for the big screen: everything large, nothing to click, and the way in. */
export function stage(p) {
  const { room } = p.state;
  return h('div', { class: `room stage${room.revealed ? ' revealed' : ''}`, key: 'stage' },
    h('header', { class: 'bar' }, h('span', { class: 'home' }, mark(), 'Pokey'), part(() => round(p)), part(() => timer(p, false))),
    h('main', { class: 'play', tabindex: 0 },
      part(() => topic(p)),
      h('div', { class: 'wings' },
        h('div', { class: 'middle' }, part(() => table(p)), part(() => watching(p)), part(() => traces(p)), part(() => (room.revealed ? outcome(p) : progress(p)))),
        room.revealed && [part(() => wing(p, 'low')), part(() => wing(p, 'high'))])),
    h('footer', { class: 'dock' }, room.revealed
      ? [h('div', { class: 'centre' }, part(() => agreed(p, false))), part(() => hand(p, false))]
      : h('figure', { class: 'way-in' }, qr(p), h('figcaption', {}, t('stage.join'), h('b', {}, location.host)))));
}
