/** @import {RoomPage} from '../../../types/page.js' */
/** @import {Story} from '../../../types/protocol.js' */

import { learn, t } from '../../i18n.js';
import { onDemand } from '../../on-demand.js';
import { estimators } from '../../members.js';
import { moved } from '../../parse/topics.js';
import { h } from '../../render.js';
import { mayFacilitate } from '../../state.js';
import { button, tool } from '../controls.js';
import { aheadButton } from '../room.js';
import { addStyles } from '../../styles.js';
import { storyLabel } from '../story.js';
import { dialog } from './dialog.js';
import { icon } from '../icon.js';

/** The whole list: adding, ordering by hand and by keys, taking out. @param {RoomPage} page */
export function topics(page) {
  const { room, me } = page.state;
  const edits = mayFacilitate(room, me?.id);
  const { chosen, setTopics } = page.roomActions;
  const list = page.ui.topicOrder ?? chosen('topics', room.topics);
  return dialog(
    page,
    'topics',
    t('topics.title'),
    edits && form(page, ({ importForm }) => importForm(page)),
    list.length === 0 && h('p', { class: 'quiet' }, t('topics.none')),
    h(
      'ol',
      { class: 'topic-list' },
      list.map((topic, i) => (edits ? item(page, list, i) : h('li', { key: i }, storyLabel(topic)))),
    ),
    list.length > 0 &&
      h(
        'div',
        { class: 'choices', key: 'ends' },
        aheadButton(page, edits),
        edits && list.length > 1 && button('plain', t('topics.empty'), () => losing(page, list, () => setTopics([]))),
      ),
  );
}

/** The form in which stories are added. */
const form = onDemand(() => [import('../../import/form.js'), learn('import'), addStyles('import')]);

/**
 * A topic that can be moved and taken out. What is done to it is done to the list as it is
 * then: of two clicks, the second may come before the first is drawn.
 *
 * @param {RoomPage} page
 * @param {Story[]} list
 * @param {number} i
 */
function item(page, list, i) {
  const { chosen, setTopics } = page.roomActions;
  const { title: topic, topicId = 0 } = list[i];
  const now = () => chosen('topics', page.state.room.topics);
  const at = () => now().findIndex((story) => story === list[i] || (topicId && story.topicId === topicId));
  const estimated = page.state.room.ahead?.[topicId] ?? 0;
  const said = t('act.estimated', { n: estimated, of: estimators(page.state.room).length });
  /** @param {number} by */
  const move = (by) => {
    const to = at() + by;
    if (at() >= 0 && to >= 0 && to < now().length) setTopics(moved(now(), at(), to));
  };
  const remove = () => at() >= 0 && setTopics(now().toSpliced(at(), 1));
  /** @param {any} event */
  const onkeydown = (event) => {
    const by = event.altKey && Number(event.key === 'ArrowDown') - Number(event.key === 'ArrowUp');
    if (!by) return;
    event.preventDefault();
    move(by);
    const [, kind] = event.target.className.split(' ');
    event.currentTarget.parentNode.children[i + by]?.querySelector(`.${kind}`)?.focus();
  };
  const up = { class: 'tool up', disabled: i === 0 };
  const down = { class: 'tool down', disabled: i === list.length - 1 };
  const handle = {
    class: 'handle',
    'aria-hidden': 'true',
    onpointerdown: (/** @type {any} */ event) => drag(page, event, i),
  };
  return h(
    'li',
    { key: i, class: page.ui.draggedTopic === i ? 'dragged' : '', onkeydown },
    h('span', handle, icon('grip')),
    h('span', { class: 'text', dir: 'auto' }, storyLabel(list[i]), estimated > 0 && h('small', {}, said)),
    tool('↑', t('topics.up', { topic }), () => move(-1), up),
    tool('↓', t('topics.down', { topic }), () => move(1), down),
    tool('close', t('topics.remove', { topic }), () => losing(page, [list[i]], remove), { class: 'tool remove' }),
  );
}

/**
 * Takes topics off the list, and asks first if estimates would go with them.
 *
 * @param {RoomPage} page
 * @param {Story[]} topics
 * @param {() => unknown} act
 */
function losing(page, topics, act) {
  const { ahead = {} } = page.state.room;
  const n = topics.filter(({ topicId = 0 }) => ahead[topicId]).length;
  const name = `lose ${topics.map(({ topicId }) => topicId)}`;
  if (n === 0 || page.ui.confirming === name) return act();
  page.set({ confirming: name });
  page.toast(t('topics.losing', { n }));
}

/**
 * Drags by mouse, pen or finger: the new order shows at once and is sent when
 * let go.
 *
 * @param {RoomPage} page
 * @param {any} event
 * @param {number} from
 */
function drag(page, event, from) {
  const handle = event.target.closest('.handle');
  const items = handle.closest('ol');
  const list = page.roomActions.chosen('topics', page.state.room.topics);
  let at = from;
  event.preventDefault();
  handle.setPointerCapture(event.pointerId);
  handle.onpointermove = (/** @type {PointerEvent} */ { clientY }) => {
    const to = [...items.children].findIndex((child) => clientY < child.getBoundingClientRect().bottom);
    at = to < 0 ? list.length - 1 : to;
    page.set({ topicOrder: moved(list, from, at), draggedTopic: at });
  };
  handle.onpointerup = handle.onpointercancel = (/** @type {PointerEvent} */ { type }) => {
    handle.onpointermove = handle.onpointerup = handle.onpointercancel = null;
    if (type === 'pointerup' && at !== from) page.roomActions.setTopics(moved(list, from, at));
    page.set({ topicOrder: null, draggedTopic: null });
  };
}
