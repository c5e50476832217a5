// Polski, dla nieobecnych, spóźnionych i patrzących gdzie indziej.

export default {
  'absence.away': '{name} jest poza pokojem.',
  'absence.left': 'Właściciel opuścił pokój.',
  'absence.unowned': 'Nikt nie prowadzi tego pokoju: właściciel nie wrócił.',
  'absence.standIn': {
    one: 'Za {n} sekundę ktoś może przejąć rundę.',
    few: 'Za {n} sekundy ktoś może przejąć rundę.',
    many: 'Za {n} sekund ktoś może przejąć rundę.',
    other: 'Za {n} sekundy ktoś może przejąć rundę.',
  },
  'absence.soon': {
    one: 'Za {n} sekundę możesz kontynuować.',
    few: 'Za {n} sekundy możesz kontynuować.',
    many: 'Za {n} sekund możesz kontynuować.',
    other: 'Za {n} sekundy możesz kontynuować.',
  },
  'absence.goOn': 'Kontynuuj bez: {name}',
  'absence.goOnAlone': 'Kontynuuj bez właściciela',
  'absence.ends': 'Koniec pokoju i historii, jeśli właściciel nie wróci: {time}.',
  'absence.take': 'Zapisz historię',
  'absence.takeOver': 'Przejmij pokój',
  'absence.successor': '{name} kontynuuje w nowym pokoju.',
  'absence.meanwhile': 'Podczas twojej nieobecności {name} kontynuuje w nowym pokoju.',
  'absence.mine': 'Kontynuujesz w nowym pokoju.',
  'absence.along': 'Dołącz',
  'absence.there': 'Przejdź tam',
  'absence.back': 'Znów jest ktoś, kto może odkryć karty.',
  'absence.wentOn':
    'Ten pokój należy do ciebie i ma tematy oraz karty tamtego. Wszyscy stamtąd dostaną propozycję przejścia.',

  'choices.back': 'Pokój się zakończył. Twoje karty i opcje znów tu są.',

  'signal.turn': 'Twoja kolej: są już estymacje wszystkich innych',
  'signal.complete': 'Są już wszystkie estymacje',
  'signal.sound': 'Odtwarzaj dźwięk',
  'signal.hint': 'Gdy są wszystkie estymacje i gdy brakuje tylko twojej',
  'signal.notify': 'Pokazuj powiadomienie',
  'signal.notifyHint': 'To samo, gdy patrzysz na coś innego',
  'signal.denied': 'Przeglądarka nie zezwala tej stronie na powiadomienia',

  'door.waits': 'Czeka na wpuszczenie: {name}.',
  'door.more': {
    one: 'Czeka na wpuszczenie: {name} i jeszcze {n} osoba.',
    few: 'Czekają na wpuszczenie: {name} i jeszcze {n} osoby.',
    many: 'Czeka na wpuszczenie: {name} i jeszcze {n} osób.',
    other: 'Czeka na wpuszczenie: {name} i jeszcze {n} osoby.',
  },
  'door.admit': 'Wpuść',
  'door.all': 'Wpuść wszystkich',
  'door.refuse': 'Odmów',
  'signal.door': 'Ktoś czeka na wpuszczenie',
};
