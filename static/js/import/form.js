// Stories brought along: what was pasted, dropped or chosen, and what becomes of it
// before anything is added.

/** @import {RoomPage} from '../../types/page.js' */
/** @import {Role} from './columns.js' */
/** @import {Import, Left} from './stories.js' */
/** @import {Story} from '../../types/protocol.js' */

import { addStories, discard } from './add.js';
import { source } from './source.js';
import { readStories } from './stories.js';
import { size } from './text.js';
import { t } from '../i18n.js';
import { h } from '../render.js';
import { recall } from '../storage.js';
import { button, field, form, labelled } from '../views/controls.js';
import { storyLabel } from '../views/story.js';

const SHOWN = 6; // stories of the preview
const NAMED = 40; // lines that are left out, by name

/** @type {Role[]} */
const ROLES = ['title', 'key', 'url', 'estimate'];

/** The form in which stories are added. @param {RoomPage} page */
export function importForm(page) {
  const text = page.ui.drafts.topics ?? '';
  const read = text.trim() ? readAs(page, text) : null;
  const n = read?.stories.length ?? 0;
  const label = n > 0 ? t('topics.add', { n }) : t('topics.addNone');
  const add = () => read && addStories(page, read.stories);
  return form(
    'import',
    add,
    source(page, text),
    read && preview(page, read),
    h(
      'div',
      { class: 'choices' },
      h('button', { class: 'primary', disabled: n === 0 }, label),
      text !== '' && button('plain', t('import.discard'), () => discard(page)),
    ),
  );
}

/** @type {{text: string, choice: unknown, free: number, read: Import} | null} */
let last = null;

/** What the text says, read once for however often it is drawn. @param {RoomPage} page @param {string} text */
function readAs(page, text) {
  const { room, limits } = page.state;
  const choice = page.ui.importChoice;
  const free = (limits.topics ?? 200) - room.topics.length;
  if (last?.text !== text || last.choice !== choice || last.free !== free) {
    const roomBytes = (limits.topicsBytes ?? 65536) - bytesOf(room.topics);
    const base = choice.base ?? recall('tracker', '');
    last = { text, choice, free, read: readStories(text, { limits, room: free, roomBytes }, { ...choice, base }) };
  }
  return last.read;
}

/** @param {Story[]} topics */
const bytesOf = (topics) => topics.flatMap((topic) => Object.values(topic)).reduce((sum, text) => sum + size(text), 0);

/** What would be added, and what not. @param {RoomPage} page @param {Import} read */
function preview(page, read) {
  const { stories, left, changed, as } = read;
  const { room, limits } = page.state;
  const kept = limits.history ?? 100;
  const more = stories.length - SHOWN;
  const long = room.topics.length + stories.length > kept;
  return h(
    'section',
    { class: 'preview', key: 'preview', 'aria-label': t('import.preview') },
    h(
      'p',
      { class: 'summary', 'aria-live': 'polite' },
      t('import.found', { n: stories.length }),
      ' ',
      asWhat(page, as),
    ),
    as === 'table' && columns(page, read),
    h(
      'ol',
      { class: 'stories' },
      stories
        .slice(0, SHOWN)
        .map((story, i) =>
          h(
            'li',
            { key: i },
            storyLabel(story),
            story.estimate && h('span', { class: 'before' }, ` · ${story.estimate}`),
          ),
        ),
    ),
    more > 0 && h('p', { class: 'quiet' }, t('topics.more', { n: more })),
    long && h('p', { class: 'note' }, t('import.long', { n: kept })),
    read.keysAlone && tracker(page),
    lines('left', t('import.left', { n: left.length }), left, reasonOf),
    lines('changed', t('import.changed', { n: changed.length }), changed, ({ why }) => t(`import.part.${why}`)),
  );
}

/** What the text was taken for, and what else it may be. @param {RoomPage} page @param {Import['as']} as */
function asWhat(page, as) {
  if (as === 'data') return t('import.as.data');
  const other = as === 'table' ? 'list' : 'table';
  const change = () => page.set({ importChoice: { ...page.ui.importChoice, as: other } });
  return [t(`import.as.${as}`), ' ', button('plain', t(`import.read.${other}`), change)];
}

/** Which column is which. @param {RoomPage} page @param {Import} read */
function columns(page, { names, columns, hasHead, sample }) {
  const choose = (/** @type {object} */ more) =>
    page.set({ importChoice: { ...page.ui.importChoice, as: 'table', hasHead, columns: { ...columns, ...more } } });
  const example = (/** @type {number} */ i) => sample.map((cells) => cells[i]).find(Boolean) ?? '';
  const option = (/** @type {string} */ name, /** @type {number} */ i) =>
    h('option', { key: i, value: `${i}` }, hasHead ? name : `${i + 1}: ${example(i).slice(0, 24)}`);
  const select = (/** @type {Role} */ role) =>
    labelled(
      t(`import.role.${role}`),
      h(
        'select',
        {
          value: `${columns?.[role][0] ?? ''}`,
          onchange: (event) => choose({ [role]: event.target.value === '' ? [] : [Number(event.target.value)] }),
        },
        h('option', { key: 'none', value: '' }, t('import.role.none')),
        names.map(option),
      ),
    );
  const box = h('input', {
    type: 'checkbox',
    checked: hasHead,
    onchange: (event) =>
      page.set({
        importChoice: { ...page.ui.importChoice, as: 'table', columns: columns ?? {}, hasHead: event.target.checked },
      }),
  });
  return h(
    'div',
    { class: 'columns', key: 'columns' },
    ROLES.map(select),
    h('label', { class: 'check' }, box, h('span', {}, t('import.hasHead'))),
  );
}

/** Where the tracker is, asked once. @param {RoomPage} page */
function tracker(page) {
  return field(t('import.tracker'), {
    type: 'url',
    dir: 'ltr',
    inputmode: 'url',
    placeholder: 'https://tracker.example/browse/',
    value: page.ui.importChoice.base ?? recall('tracker', ''),
    oninput: (event) => page.set({ importChoice: { ...page.ui.importChoice, base: event.target.value.trim() } }),
  });
}

/**
 * Lines of which something is left out, each with the reason.
 *
 * @template {{line: number, text: string}} T
 * @param {string} key
 * @param {string} title
 * @param {T[]} all
 * @param {(line: T) => string} reason
 */
function lines(key, title, all, reason) {
  if (all.length === 0) return null;
  const rest = all.length - NAMED;
  return h(
    'details',
    { key, class: 'note', open: all.length < 4 },
    h('summary', {}, title),
    h(
      'ul',
      {},
      all
        .slice(0, NAMED)
        .map((line, i) =>
          h(
            'li',
            { key: i },
            h('span', { class: 'quiet' }, t('import.line', { n: line.line })),
            ' ',
            h('bdi', {}, line.text),
            h('span', { class: 'quiet' }, ` – ${reason(line)}`),
          ),
        ),
    ),
    rest > 0 && h('p', { class: 'quiet' }, t('topics.more', { n: rest })),
  );
}

/** @param {Left} left */
const reasonOf = ({ why, char = '' }) => t(`import.why.${why}`, { char });
