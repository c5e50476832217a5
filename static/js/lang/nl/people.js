// Nederlands, voor wie weg of laat is of even ergens anders kijkt.

export default {
  'absence.away': '{name} is afwezig.',
  'absence.left': 'De eigenaar heeft de kamer verlaten.',
  'absence.unowned': 'Niemand leidt deze kamer: de eigenaar is niet teruggekomen.',
  'absence.standIn': { one: 'Over {n} seconde kan iemand invallen.', other: 'Over {n} seconden kan iemand invallen.' },
  'absence.soon': { one: 'Over {n} seconde kun je verder.', other: 'Over {n} seconden kun je verder.' },
  'absence.goOn': 'Verder zonder {name}',
  'absence.goOnAlone': 'Verder zonder eigenaar',
  'absence.ends': 'Einde van kamer en geschiedenis, tenzij de eigenaar terugkomt: {time}.',
  'absence.take': 'Geschiedenis opslaan',
  'absence.takeOver': 'Kamer overnemen',
  'absence.successor': '{name} gaat verder in een nieuwe kamer.',
  'absence.meanwhile': 'Terwijl je weg was, is {name} in een nieuwe kamer verdergegaan.',
  'absence.mine': 'Je bent in een nieuwe kamer verdergegaan.',
  'absence.along': 'Meegaan',
  'absence.there': 'Erheen',
  'absence.back': 'Er is weer iemand die kan onthullen.',
  'absence.wentOn':
    'Deze kamer is van jou, met de onderwerpen en kaarten van de andere. Iedereen daar wordt gevraagd mee te gaan.',

  'choices.back': 'De kamer was beëindigd. Je kaarten en opties zijn terug.',

  'signal.turn': 'Jij bent aan de beurt: alle anderen hebben geschat',
  'signal.complete': 'Iedereen heeft geschat',
  'signal.sound': 'Geluid afspelen',
  'signal.hint': 'Als iedereen heeft geschat, en als alleen jij nog ontbreekt',
  'signal.notify': 'Melding tonen',
  'signal.notifyHint': 'Hetzelfde, terwijl je iets anders bekijkt',
  'signal.denied': 'Je browser staat geen meldingen van deze site toe',

  'door.waits': '{name} wacht om binnen te komen.',
  'door.more': {
    one: '{name} en {n} ander wachten om binnen te komen.',
    other: '{name} en {n} anderen wachten om binnen te komen.',
  },
  'door.admit': 'Binnenlaten',
  'door.all': 'Iedereen binnenlaten',
  'door.refuse': 'Weigeren',
  'signal.door': 'Iemand wacht om binnen te komen',
};
