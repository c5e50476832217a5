/** @import {RoomPage} from '../../types/page.js' */

import { t } from '../i18n.js';
import { h } from '../render.js';
import { storyKey } from './story.js';

/** @param {RoomPage} page */
export function topic(page) {
  const { topic, story = {} } = page.state.room;
  const title = h('h1', { class: topic ? '' : 'quiet', dir: 'auto' }, topic || t('topic.none'));
  return h('div', { class: 'topic' }, storyKey(story), title);
}

/** The topic for those who may change it, where it stands. @param {RoomPage} page */
export function editableTopic(page) {
  const { room, limits } = page.state;
  const value = page.ui.drafts.topic ?? room.topic;
  const onkeydown = (/** @type {any} */ event) => {
    if (event.isComposing || !['Enter', 'Escape'].includes(event.key)) return;
    event.preventDefault();
    if (event.key === 'Escape') page.drop('topic');
    event.target.blur(); // which saves what is still a draft
  };
  return h(
    'div',
    { class: 'topic' },
    h('h1', { class: 'visually-hidden' }, room.topic || t('topic.none')),
    storyKey(room.story ?? {}),
    h('textarea', {
      dir: 'auto',
      'aria-label': t('topic.label'),
      placeholder: t('topic.placeholder'),
      rows: Math.min(3, 1 + Math.floor(value.length / 64)),
      maxlength: limits.topicLength,
      autocomplete: 'off',
      enterkeyhint: 'done',
      'data-topic': true,
      value,
      oninput: (event) => page.draft('topic', event.target.value.replace(/[\r\n]+/g, ' ')),
      onblur: (event) => {
        event.target.scrollTop = 0;
        page.roomActions.saveTopic();
      },
      onkeydown,
    }),
  );
}
