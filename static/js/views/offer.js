/** @import {RoomPage} from '../../types/page.js' */

import { t } from '../i18n.js';
import { calledOf } from '../members.js';
import { isOwner } from '../state.js';
import { button } from './controls.js';
import { banner } from './notices.js';

/** The room is offered to somebody: for the one who offers it and the one who may take it. @param {RoomPage} page */
export function offer(page) {
  const { room, me } = page.state;
  const { withdrawOffer, acceptRoom } = page.roomActions;
  if (!me || !room.offeredTo || page.stage) return null;
  if (isOwner(room, me.id)) {
    const name = calledOf(room, room.offeredTo);
    return banner('offered', t('offer.made', { name }), button('plain', t('offer.withdraw'), withdrawOffer));
  }
  const offer = room.ownerId + room.offeredTo;
  if (room.offeredTo !== me.id || page.ui.declinedOffer === offer) return null;
  return banner(
    'offered',
    t('offer.yours', { name: calledOf(room, room.ownerId) }),
    button('plain', t('offer.accept'), acceptRoom),
    button('plain', t('offer.later'), () => page.set({ declinedOffer: offer })),
  );
}
