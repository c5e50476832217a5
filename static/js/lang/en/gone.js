// English, where one is in no room.

export default {
  'gone.removed': 'You were removed from the room',
  'ended.title': 'You are signed out here',
  'ended.why': 'This session was ended on another device, or you asked to be forgotten. You can go on as somebody new.',
  'ended.afresh': 'Start afresh',
  'gone.closed': 'This room was closed',
  'gone.closed.why': 'Its owner has ended it. Names and estimates are deleted, and the link opens nothing any more.',
  'gone.not_admitted': 'You cannot join this room',
  'gone.not_admitted.why': 'Its owner has removed you for good. If that was a mistake, only they can change it.',
  'gone.removed.why': 'The owner took you off the table. If that was a mistake, just come back.',
  'gone.ended': 'This room has ended',
  'gone.ended.why':
    'Its owner has been away too long, so names and estimates are deleted. The link still works: it opens the room again, empty.',
  'gone.room_not_found.why': 'The link may have lost a piece on its way. Ask for it again, or open a room of your own.',
  'gone.room_full.why': 'Nobody else can join until somebody leaves.',
  'gone.room_not_found': 'There is no such room',
  'gone.room_full': 'The room is full',
  'gone.return': 'Come back',
  'gone.along': 'To the room the others are in',
  'gone.revive': 'Open it again',
  'gone.retry': 'Try again',
  'gone.home': 'Go to the front page',
  'gone.waiting': 'Waiting to be let in',
  'gone.waiting.why':
    'The room is locked. Its people see that you are here, and the page goes on as soon as one of them lets you in.',
  'gone.refused': 'You were not let in',
  'gone.refused.why': 'The room is locked. If that was a mistake, tell somebody inside and try again in 5 minutes.',
};
