/** @import {RoomPage} from '../../../types/page.js' */

import { t } from '../../i18n.js';
import { h } from '../../render.js';
import { button, form, labelled, looks, toggle } from '../controls.js';
import { dialog } from './dialog.js';
import { nameFault, nameInput } from '../invite.js';
import { cancel, confirmed } from './confirm.js';
import { markChoice } from './mark.js';

/** What concerns the user alone. @param {RoomPage} page */
export function me(page) {
  const { room, me } = page.state;
  const { chosen, saveName, setRole, leave } = page.roomActions;
  const observes = me !== null && chosen('role', room.members[me.id]?.role) === 'observer';
  const save = h('button', { class: 'soft' }, t('name.save'));
  const role = (/** @type {boolean} */ observe) => setRole(observe ? 'observer' : 'estimator');
  return dialog(
    page,
    'me',
    t('me.title'),
    form('inline', saveName, labelled(t('name.label'), nameInput(page, 'me-name')), save),
    nameFault(page),
    markChoice(page),
    toggle(t('me.observe'), t('me.observeHint'), observes, role),
    page.people?.signals(),
    looks(page),
    h(
      'div',
      { class: 'choices' },
      button('soft', t('keys.title'), () => page.set({ dialog: 'keys' })),
      button('soft', t('me.leave'), leave),
    ),
    sessions(page),
  );
}

/** What ends the user's sessions, or the user. @param {RoomPage} page */
function sessions(page) {
  const { signOutOthers, forgetMe } = page.actions;
  const asks = page.ui.confirming === 'forget';
  const forget = confirmed(page, {
    kind: 'soft danger',
    name: 'forget',
    label: t('me.forget'),
    sure: t('me.sureForget'),
    act: forgetMe,
  });
  return h(
    'section',
    { class: 'access last', 'aria-label': t('me.sessions') },
    h('p', { class: 'hint' }, t(asks ? 'me.sureForgetHint' : 'me.sessionsHint')),
    h(
      'div',
      { class: 'choices' },
      !asks && button('soft', t('me.signOut'), signOutOthers, { 'data-act': 'signOut' }),
      forget,
      asks && cancel(page),
    ),
  );
}
