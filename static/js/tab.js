/** @import {Room} from '../types/protocol.js' */
/** @import {State} from '../types/page.js' */

import { agreement } from './agreement.js';
import { t } from './i18n.js';
import { expected, isLast, wanted } from './members.js';

/** What the tab's card shows: a hole to fill, a tick, bars on its face, or nothing. */
const SIGNS = {
  estimate: "<circle cx='32' cy='32' r='11' fill='#fff'/>",
  reveal: "<path d='M21 33l8 8 15-17' fill='none' stroke='#fff' stroke-width='7'/>",
  discuss:
    "<path d='M17 11h30v42H17z' fill='#fff'/><path d='M25 44V34M32 44V20M39 44V38' stroke='#2847c9' stroke-width='5'/>",
  wait: '',
};

/** Says in the tab what the room wants of the user. @param {State} state */
export function labelTab({ room, connection, gone, me }) {
  const want = room && !gone ? wanted(room, me?.id) : null;
  const lost = connection.phase !== 'open';
  document.title =
    want && room ? `${lost ? t('title.lost') : title(room, want, me?.id)}${room.topic && ` – ${room.topic}`}` : 'Pokey';
  const icon = /** @type {HTMLLinkElement} */ (document.querySelector('link[rel=icon]'));
  const card = `<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 64 64'><rect x='10' y='4' width='44' height='56' rx='9' fill='${lost ? '#777' : '#2847c9'}'/>${SIGNS[want ?? 'wait']}</svg>`;
  const href = `data:image/svg+xml,${encodeURIComponent(card)}`;
  if (want && icon.href !== href) icon.href = href;
}

/** @param {Room} room @param {ReturnType<typeof wanted>} want @param {string} [me] */
function title(room, want, me) {
  if (isLast(room, me)) return t('title.last');
  const { word, ...cards } = agreement(room);
  return want === 'discuss'
    ? t(`word.${word}`, cards)
    : t(`title.${want}`, { n: room.estimates, of: expected(room).length });
}
