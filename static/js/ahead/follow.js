/** @import {State} from '../../types/page.js' */
/** @import {Story} from '../../types/protocol.js' */
/** @import {Page} from '../page.js' */

import { t } from '../i18n.js';

/**
 * What changes of the room mean for what was estimated ahead: nothing that the user
 * has typed is lost by them, and they are told of a reveal.
 *
 * @param {Page} page
 */
export function followAhead(page) {
  let known = page.state.ahead; // when the room last changed

  /** @param {State} was @param {State} now */
  return (was, now) => {
    const before = known;
    known = now.ahead;
    if (!was.room || !now.room || was.room.epoch !== now.room.epoch) return;
    const { topics, topic, round } = now.room;
    const listed = new Set(topics.map(({ topicId }) => topicId));
    for (const [id, estimate] of Object.entries(before)) {
      const topicId = Number(id);
      if (estimate?.comment && listed.has(topicId) && !known[topicId]) keepReason(page, topicId, estimate.comment);
    }
    if (was.room.topics === topics) return;
    const gone = was.room.topics.filter(({ topicId }) => !listed.has(topicId));
    for (const story of gone) if (story.title === topic) takeAlong(page, story);
    const { ahead = {} } = was.room;
    const together = gone.filter(({ topicId = 0, title }) => ahead[topicId] && title !== topic).length;
    if (together > 0 && round > was.room.round) page.toast(t('ahead.revealed', { n: together }));
  };
}

/** Keeps the reason of an estimate that other cards have taken away. @param {Page} page @param {number} topicId @param {string} comment */
function keepReason(page, topicId, comment) {
  if (page.ui.drafts[`ahead:${topicId}`] === undefined) page.draft(`ahead:${topicId}`, comment);
}

/** A reason that was typed for a story is there when the story comes to the table. @param {Page} page @param {Story} story */
function takeAlong(page, { topicId }) {
  const field = /** @type {`ahead:${number}`} */ (`ahead:${topicId}`);
  const text = page.ui.drafts[field];
  if (!text?.trim() || page.ui.drafts.comment?.trim()) return;
  page.draft('comment', text);
  page.drop(field);
}
