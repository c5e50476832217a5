// Nederlands, waar stories vooraf worden geschat.

export default {
  'ahead.hint': 'In elke volgorde, wanneer je tijd hebt. Niemand ziet je schattingen tot het onthullen.',
  'ahead.none': 'Er zijn geen stories meer om vooraf te schatten.',
  'ahead.yours': 'Jouw schatting: {value}',
  'ahead.next': 'Volgende story',
  'ahead.progress': 'Vooraf geschat',
  'ahead.stories': '{n} van {of} stories geschat',
  'ahead.toGo': '{name} (nog {n})',
  'ahead.reveal': 'Alle geschatte onthullen',
  'ahead.sure': { one: 'Ja, {n} story onthullen', other: 'Ja, {n} stories onthullen' },
  'ahead.sureHint': {
    one: '{n} story wordt een resultaat dat iedereen ziet. Dit kan niet ongedaan worden gemaakt.',
    other: '{n} stories worden resultaten die iedereen ziet. Dit kan niet ongedaan worden gemaakt.',
  },
  'ahead.lacking': {
    one: 'Bij {n} daarvan ontbreekt nog een schatting.',
    other: 'Bij {n} daarvan ontbreken nog schattingen.',
  },
  'ahead.table': 'De ronde op tafel wordt onthuld en eindigt ermee.',
  'ahead.revealed': { one: '{n} story is onthuld', other: '{n} stories zijn samen onthuld' },
  'ahead.left': 'Wat je schreef over stories die weg zijn',
  'ahead.discard': 'Weggooien',
  'error.unknown_topic': 'Die story staat niet meer op de lijst. Wat je schreef, blijft bewaard.',
  'error.ahead_full': 'Je redenen zijn samen te lang. Kort er een paar in.',
};
