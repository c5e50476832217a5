import { t } from '../i18n.js';
import { moved, parseTopics } from '../lines.js';
import { mayFacilitate } from '../state.js';
import { h } from '../ui.js';
import { button, dialog, form, icon, labelled, tool } from './parts.js';

/** The whole list: pasting, ordering by hand and by keys, taking out. */
export function topics(p) {
  const { room, me } = p.state;
  const edits = mayFacilitate(room, me?.id);
  const list = p.ui.order ?? room.topics;
  const found = parseTopics(p.ui.drafts.topics ?? '');
  return dialog(p, 'topics', t('topics.title'),
    list.length === 0 && h('p', { class: 'quiet' }, t('topics.none')),
    h('ol', { class: 'topic-list' }, list.map((topic, i) => (edits ? item(p, list, topic, i) : h('li', { key: i }, topic)))),
    edits && form('paste', () => p.act.addTopics(found),
      labelled(t('topics.paste'), h('textarea', { rows: 3, 'data-paste': true, value: p.ui.drafts.topics ?? '', oninput: (event) => p.draft('topics', event.target.value) })),
      h('div', { class: 'choices' },
        h('button', { class: 'soft', disabled: found.length === 0 }, found.length > 0 ? t('topics.add', { n: found.length }) : t('topics.addNone')),
        list.length > 1 && button('plain', t('topics.empty'), () => p.act.setTopics([])))));
}

function item(p, list, topic, i) {
  const move = (by) => i + by >= 0 && i + by < list.length && p.act.setTopics(moved(list, i, i + by));
  const onkeydown = (event) => {
    const by = event.altKey && (Number(event.key === 'ArrowDown') - Number(event.key === 'ArrowUp'));
    if (!by) return;
    event.preventDefault();
    move(by);
    const [, kind] = event.target.className.split(' ');
    event.currentTarget.parentNode.children[i + by]?.querySelector(`.${kind}`)?.focus();
  };
  return h('li', { key: i, class: p.ui.dragged === i ? 'dragged' : '', onkeydown },
    h('span', { class: 'handle', 'aria-hidden': 'true', onpointerdown: (event) => drag(p, event, i) }, icon('grip')),
    h('span', { class: 'text', dir: 'auto' }, topic),
    tool('↑', t('topics.up', { topic }), () => move(-1), { class: 'tool up', disabled: i === 0 }),
    tool('↓', t('topics.down', { topic }), () => move(1), { class: 'tool down', disabled: i === list.length - 1 }),
    tool('close', t('topics.remove', { topic }), () => p.act.setTopics(list.toSpliced(i, 1)), { class: 'tool remove' }));
}

/** Drags by mouse, pen or finger: the new order shows at once and is sent when let go. */
function drag(p, event, from) {
  const handle = event.target.closest('.handle');
  const items = handle.closest('ol');
  const list = p.state.room.topics;
  let at = from;
  event.preventDefault();
  handle.setPointerCapture(event.pointerId);
  handle.onpointermove = ({ clientY }) => {
    const to = [...items.children].findIndex((child) => clientY < child.getBoundingClientRect().bottom);
    at = to < 0 ? list.length - 1 : to;
    p.set({ order: moved(list, from, at), dragged: at });
  };
  handle.onpointerup = handle.onpointercancel = ({ type }) => {
    handle.onpointermove = handle.onpointerup = handle.onpointercancel = null;
    if (type === 'pointerup' && at !== from) p.act.setTopics(moved(list, from, at));
    p.set({ order: null, dragged: null });
  };
}
