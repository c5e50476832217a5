// Deutsch, für Abwesende, Späte und alle, die gerade woanders hinsehen.

export default {
  'absence.away': '{name} ist abwesend.',
  'absence.left': 'Die Leitung hat den Raum verlassen.',
  'absence.unowned': 'Niemand leitet diesen Raum: Die Leitung ist noch nicht zurück.',
  'absence.standIn': {
    one: 'In {n} Sekunde kann jemand übernehmen.',
    other: 'In {n} Sekunden kann jemand übernehmen.',
  },
  'absence.soon': { one: 'In {n} Sekunde kannst du weitermachen.', other: 'In {n} Sekunden kannst du weitermachen.' },
  'absence.goOn': 'Ohne {name} weitermachen',
  'absence.goOnAlone': 'Ohne Leitung weitermachen',
  'absence.ends': 'Raum und Verlauf enden um {time}, wenn sie nicht zurückkommt.',
  'absence.take': 'Verlauf sichern',
  'absence.takeOver': 'Raum übernehmen',
  'absence.successor': '{name} macht in einem neuen Raum weiter.',
  'absence.meanwhile': 'Während du weg warst, hat {name} in einem neuen Raum weitergemacht.',
  'absence.mine': 'Du hast in einem neuen Raum weitergemacht.',
  'absence.along': 'Mitkommen',
  'absence.there': 'Dorthin',
  'absence.back': 'Jemand, der aufdecken kann, ist wieder da.',
  'absence.wentOn':
    'Dieser Raum gehört dir, mit Themen und Karten des anderen. Alle dort werden gefragt, ob sie mitkommen.',

  'choices.back': 'Der Raum war beendet. Deine Karten und Optionen sind wieder da.',

  'signal.turn': 'Du bist dran: Alle anderen haben geschätzt',
  'signal.complete': 'Alle haben geschätzt',
  'signal.sound': 'Ton abspielen',
  'signal.hint': 'Wenn alle geschätzt haben und wenn nur du noch fehlst',
  'signal.notify': 'Benachrichtigung zeigen',
  'signal.notifyHint': 'Dasselbe, während du woanders hinsiehst',
  'signal.denied': 'Dein Browser erlaubt dieser Seite keine Benachrichtigungen',

  'door.waits': '{name} wartet auf Einlass.',
  'door.more': {
    one: '{name} und {n} weitere Person warten auf Einlass.',
    other: '{name} und {n} weitere Personen warten auf Einlass.',
  },
  'door.admit': 'Hereinlassen',
  'door.all': 'Alle hereinlassen',
  'door.refuse': 'Ablehnen',
  'signal.door': 'Jemand wartet auf Einlass',
};
