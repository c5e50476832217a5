// Italiano, per chi è assente, in ritardo o guarda altrove.

export default {
  'absence.away': '{name} non c’è.',
  'absence.left': 'Chi conduce ha lasciato la stanza.',
  'absence.unowned': 'Nessuno conduce questa stanza: chi la conduceva non è tornato.',
  'absence.standIn': {
    one: 'Qualcuno potrà subentrare tra {n} secondo.',
    other: 'Qualcuno potrà subentrare tra {n} secondi.',
  },
  'absence.soon': { one: 'Potrai andare avanti tra {n} secondo.', other: 'Potrai andare avanti tra {n} secondi.' },
  'absence.goOn': 'Vai avanti senza {name}',
  'absence.goOnAlone': 'Vai avanti senza chi conduce',
  'absence.ends': 'La stanza e la cronologia finiscono alle {time} se nessuno torna a condurla.',
  'absence.take': 'Salva la cronologia',
  'absence.takeOver': 'Prendi la stanza',
  'absence.successor': '{name} va avanti in una nuova stanza.',
  'absence.meanwhile': 'Mentre non c’eri, {name} ha proseguito in una nuova stanza.',
  'absence.mine': 'Hai proseguito in una nuova stanza.',
  'absence.along': 'Vieni anche tu',
  'absence.there': 'Vai lì',
  'absence.back': 'È tornato qualcuno che può scoprire le carte.',
  'absence.wentOn':
    'Questa stanza è tua, con gli argomenti e le carte dell’altra. A tutti, di là, viene proposto di venire.',

  'choices.back': 'La stanza era finita. Le tue carte e opzioni sono di nuovo qui.',

  'signal.turn': 'Tocca a te: tutti gli altri hanno stimato',
  'signal.complete': 'Tutti hanno stimato',
  'signal.sound': 'Riproduci un suono',
  'signal.hint': 'Quando tutti hanno stimato e quando manchi solo tu',
  'signal.notify': 'Mostra una notifica',
  'signal.notifyHint': 'Lo stesso, mentre guardi altro',
  'signal.denied': 'Il tuo browser non consente le notifiche di questo sito',

  'door.waits': '{name} aspetta di entrare.',
  'door.more': {
    one: '{name} e un’altra persona ({n}) aspettano di entrare.',
    many: '{name} e {n} di altre persone aspettano di entrare.',
    other: '{name} e altre {n} persone aspettano di entrare.',
  },
  'door.admit': 'Fai entrare',
  'door.all': 'Fai entrare tutti',
  'door.refuse': 'Rifiuta',
  'signal.door': 'Qualcuno aspetta di entrare',
};
