/** @import {RoomPage} from '../../types/page.js' */
/** @import {Story} from '../../types/protocol.js' */

import { t } from '../i18n.js';
import { remember } from '../storage.js';

/**
 * What the user can do with the stories to come.
 *
 * @param {RoomPage} page
 * @param {(request: string, fields?: object) => Promise<boolean>} inRoom asks for something in the room
 * @param {(request: string, fields?: object) => Promise<boolean>} inRound asks for something in the round
 */
export function storyActions(page, inRoom, inRound) {
  /** Forgets what was pasted, and what was said about it. */
  function discard() {
    page.set({ importChoice: {} });
    page.drop('topics');
  }

  return {
    discardStories: discard,

    /**
     * Adds stories, in as many pieces as it takes. What could not be added is still
     * there to be added again.
     *
     * @param {Story[]} stories
     */
    async addStories(stories) {
      const { pieces } = await import('../import/stories.js');
      const { room, limits } = page.state;
      const { base } = page.ui.importChoice;
      const starts = room.topic === '' && room.topics.length === 0 && !room.revealed && room.estimates === 0;
      const rest = pieces(stories, limits.messageBytes ?? 16384);
      while (rest.length > 0 && (await inRoom('addTopics', { topics: rest[0] }))) rest.shift();
      if (base !== undefined) remember('tracker', base);
      if (rest.length > 0) {
        page.draft('topics', JSON.stringify(rest.flat(), null, 1));
        return page.set({ importChoice: {} });
      }
      discard();
      page.toast(t('import.added', { n: stories.length }));
      // Or the first round would have no topic.
      if (starts && page.ui.drafts.topic === undefined) await inRound('nextTopic', { index: 0 });
    },
  };
}
