/** @import {RoomPage} from '../../types/page.js' */
/** @import {Story} from '../../types/protocol.js' */

import { t } from '../i18n.js';
import { remember } from '../storage.js';
import { pieces } from './stories.js';

/** Forgets what was pasted, and what was said about it. @param {RoomPage} page */
export function discard(page) {
  page.set({ importChoice: {} });
  page.drop('topics');
}

/**
 * Adds stories, in as many pieces as it takes. The first is taken at once where the
 * round has no topic yet. What could not be added is still there to be added again.
 *
 * @param {RoomPage} page
 * @param {Story[]} stories
 */
export async function addStories(page, stories) {
  const { inRoom } = page.roomActions;
  const { topic, topics, revealed, estimates } = page.state.room;
  const { base } = page.ui.importChoice;
  const starts = topic === '' && topics.length === 0 && page.ui.drafts.topic === undefined && !revealed && !estimates;
  const [{ title, ...known }, ...others] = stories;
  const started = starts && (await inRoom('setTopic', { topic: title, ...known }));
  const rest = pieces(started ? others : stories, page.state.limits.messageBytes ?? 16384);
  while (rest.length > 0 && (await inRoom('addTopics', { topics: rest[0] }))) rest.shift();
  if (base !== undefined) remember('tracker', base);
  if (rest.length > 0) {
    page.draft('topics', JSON.stringify(rest.flat(), null, 1));
    return page.set({ importChoice: {} });
  }
  discard(page);
  page.toast(t('import.added', { n: stories.length }));
}
