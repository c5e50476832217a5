/** @import {RoomPage} from '../../types/page.js' */

import { t } from '../i18n.js';
import { h, part } from '../render.js';
import { brand } from './frame.js';
import { hand } from './hand.js';
import { qrCode, shortCode } from './invite.js';
import { outcome, sideColumn } from './outcome.js';
import { round } from './room.js';
import { agreed, progress } from './round-controls.js';
import { middle } from './table.js';
import { timer } from './timer.js';
import { topic } from './topic.js';

/** The room for the big screen: everything large, nothing to click, and the way in. @param {RoomPage} page */
export function stage(page) {
  const { revealed } = page.state.room;
  return h(
    'div',
    { class: `room stage${revealed ? ' revealed' : ''}`, key: 'stage' },
    h(
      'header',
      { class: 'bar' },
      brand(),
      part(() => round(page)),
      part(() => timer(page, false)),
    ),
    h(
      'main',
      { class: 'play', tabindex: 0 },
      part(() => topic(page)),
      h(
        'div',
        { class: 'columns' },
        middle(
          page,
          part(() => (revealed ? outcome(page) : progress(page))),
        ),
        revealed && [part(() => sideColumn(page, 'low')), part(() => sideColumn(page, 'high'))],
      ),
    ),
    h('footer', { class: 'dock' }, revealed ? scale(page) : wayIn(page)),
  );
}

/** @param {RoomPage} page */
const scale = (page) => [
  h(
    'div',
    { class: 'centre' },
    part(() => agreed(page, false)),
  ),
  part(() => hand(page, false)),
];

/** @param {RoomPage} page */
const wayIn = (page) =>
  h(
    'figure',
    { class: 'way-in' },
    qrCode(page),
    h('figcaption', {}, t('stage.join'), h('b', {}, location.host), shortCode(page)),
  );
