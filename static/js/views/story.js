// A story as it is written: its key, which leads to the tracker, and its title.

/** @import {Story} from '../../types/protocol.js' */

import { rightToLeft, t } from '../i18n.js';
import { h } from '../render.js';
import { spokenOnly } from './controls.js';

/**
 * The key of a story, as a link where its address is known. A story without a key
 * has an arrow for a link; one without both has nothing.
 *
 * @param {{key?: string, url?: string}} story
 */
export function storyKey({ key, url }) {
  if (!url) return key ? h('span', { class: 'key' }, key) : null;
  const props = { class: 'key', href: url, target: '_blank', rel: 'noopener noreferrer' };
  return h('a', props, key || (rightToLeft() ? '↖' : '↗'), spokenOnly(` ${t('story.opens')}`));
}

/** @param {Story} story */
export function storyLabel(story) {
  const key = storyKey(story);
  return [key, key && ' ', h('bdi', { class: 'title' }, story.title)];
}
