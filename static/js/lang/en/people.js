// English, for people who are away, late or looking elsewhere.

export default {
  'absence.away': '{name} is away.',
  'absence.left': 'The owner has left.',
  'absence.unowned': 'Nobody leads this room: its owner has not come back.',
  'absence.standIn': { one: 'Somebody can take over in {n} second.', other: 'Somebody can take over in {n} seconds.' },
  'absence.soon': { one: 'You can go on in {n} second.', other: 'You can go on in {n} seconds.' },
  'absence.goOn': 'Go on without {name}',
  'absence.goOnAlone': 'Go on without the owner',
  'absence.ends': 'This room and its history end at {time} unless they come back.',
  'absence.take': 'Save the history',
  'absence.takeOver': 'Take over the room',
  'absence.successor': '{name} goes on in a new room.',
  'absence.meanwhile': 'While you were away, {name} went on in a new room.',
  'absence.mine': 'You went on in a new room.',
  'absence.along': 'Come along',
  'absence.there': 'Go there',
  'absence.back': 'Somebody who can reveal has come back.',
  'absence.wentOn': 'This room is yours, with the topics and cards of the other. Everybody there is asked along.',

  'choices.back': 'The room had ended. Your cards and options are back.',

  'signal.turn': 'Your turn: all others have estimated',
  'signal.complete': 'Everybody has estimated',
  'signal.sound': 'Play a sound',
  'signal.hint': 'When everybody has estimated, and when only you are missing',
  'signal.notify': 'Show a notification',
  'signal.notifyHint': 'The same, while you look at something else',
  'signal.denied': 'Your browser does not allow notifications from this site',

  'door.waits': '{name} is waiting to be let in.',
  'door.more': {
    one: '{name} and {n} other person are waiting to be let in.',
    other: '{name} and {n} other people are waiting to be let in.',
  },
  'door.admit': 'Let in',
  'door.all': 'Let all in',
  'door.refuse': 'Refuse',
  'signal.door': 'Somebody is waiting to be let in',
};
