/** @import {Person, RoomPage} from '../../../types/page.js' */

import { t } from '../../i18n.js';
import { people } from '../../members.js';
import { h } from '../../render.js';
import { isOwner } from '../../state.js';
import { button, toggle } from '../controls.js';
import { dialog } from './dialog.js';
import { cancel } from './confirm.js';

/** What the owner may do about somebody. @param {RoomPage} page */
export function person(page) {
  const { room, me } = page.state;
  const member = people(room).find(({ id }) => id === page.ui.personId);
  if (!member || !isOwner(room, me?.id)) return false;
  const { id, called: name } = member;
  const offered = room.offeredTo === id;
  const { chosen, setDeputy } = page.roomActions;
  const deputy = chosen(`deputy ${id}`, !!member.deputy);
  const asks = page.ui.confirming === 'remove';
  const hint = offered ? 'offer.made' : asks ? 'person.removeHint' : 'person.handOverHint';
  return dialog(
    page,
    'person',
    name,
    toggle(t('person.deputy'), t('person.deputyHint'), deputy, (on) => setDeputy(id, on)),
    h('p', { class: 'hint' }, t(hint, { name })),
    h(
      'div',
      { class: 'choices' },
      !asks && handOver(page, member, offered),
      asks
        ? remove(page, member)
        : button('soft danger', t('person.remove', { name }), () => page.set({ confirming: 'remove' })),
      asks && [removeForGood(page, member), cancel(page)],
    ),
  );
}

/** @param {RoomPage} page @param {Person} person @param {boolean} offered */
function handOver(page, { id, called: name }, offered) {
  if (offered) return button('soft', t('offer.withdraw'), page.roomActions.withdrawOffer);
  return button('soft', t('person.handOver', { name }), () => page.roomActions.offer(id));
}

/** @param {RoomPage} page @param {Person} person */
function remove(page, { id, called: name }) {
  const act = () => page.closeDialog(() => page.roomActions.removeMember(id));
  return button('soft danger', t('person.sure.remove', { name }), act);
}

/** @param {RoomPage} page @param {Person} person */
function removeForGood(page, { id, called: name }) {
  const act = () => page.closeDialog(() => page.roomActions.removeForGood(id, name));
  return button('soft danger', t('person.forGood', { name }), act, { 'data-act': 'forGood' });
}
