// English, where stories are estimated ahead.

export default {
  'ahead.hint': 'In any order, whenever you have time. Nobody sees your estimates until they are revealed.',
  'ahead.none': 'No stories are left to estimate ahead.',
  'ahead.yours': 'Your estimate: {value}',
  'ahead.next': 'Next story',
  'ahead.progress': 'Estimated ahead',
  'ahead.stories': '{n} of {of} stories estimated',
  'ahead.toGo': '{name} ({n} to go)',
  'ahead.reveal': 'Reveal all estimated',
  'ahead.sure': { one: 'Yes, reveal {n} story', other: 'Yes, reveal {n} stories' },
  'ahead.sureHint': {
    one: '{n} story becomes a result that everybody sees. This cannot be undone.',
    other: '{n} stories become results that everybody sees. This cannot be undone.',
  },
  'ahead.lacking': { one: '{n} of them lacks somebody’s estimate.', other: '{n} of them lack somebody’s estimate.' },
  'ahead.table': 'The round on the table is revealed and ends with them.',
  'ahead.revealed': { one: '{n} story was revealed', other: '{n} stories were revealed together' },
  'ahead.left': 'What you typed about stories that are gone',
  'ahead.discard': 'Discard it',
  'error.unknown_topic': 'That story is no longer on the list. What you typed is kept.',
  'error.ahead_full': 'Your reasons are too long in total. Shorten some of them.',
};
