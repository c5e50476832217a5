// Français, pour les personnes absentes, en retard ou qui regardent ailleurs.

export default {
  'absence.away': '{name} n’est pas là.',
  'absence.left': 'La personne qui anime a quitté la salle.',
  'absence.unowned': 'Personne n’anime cette salle : la personne qui l’animait n’est pas revenue.',
  'absence.standIn': {
    one: 'Quelqu’un pourra prendre le relais dans {n} seconde.',
    other: 'Quelqu’un pourra prendre le relais dans {n} secondes.',
  },
  'absence.soon': { one: 'Tu pourras continuer dans {n} seconde.', other: 'Tu pourras continuer dans {n} secondes.' },
  'absence.goOn': 'Continuer sans {name}',
  'absence.goOnAlone': 'Continuer sans animation',
  'absence.ends': 'La salle et son historique prennent fin à {time} si personne ne revient l’animer.',
  'absence.take': 'Garder l’historique',
  'absence.takeOver': 'Reprendre la salle',
  'absence.successor': '{name} continue dans une nouvelle salle.',
  'absence.meanwhile': 'Pendant ton absence, {name} a continué dans une nouvelle salle.',
  'absence.mine': 'Tu as continué dans une nouvelle salle.',
  'absence.along': 'Venir aussi',
  'absence.there': 'Y aller',
  'absence.back': 'Quelqu’un qui peut révéler est revenu.',
  'absence.wentOn':
    'Cette salle est à toi, avec les sujets et les cartes de l’autre. On propose à tout le monde de venir.',

  'choices.back': 'La salle avait pris fin. Tes cartes et tes options sont de retour.',

  'signal.turn': 'À toi : tout le monde a estimé sauf toi',
  'signal.complete': 'Tout le monde a estimé',
  'signal.sound': 'Jouer un son',
  'signal.hint': 'Quand tout le monde a estimé, et quand il ne manque que toi',
  'signal.notify': 'Afficher une notification',
  'signal.notifyHint': 'De même, pendant que tu regardes ailleurs',
  'signal.denied': 'Ton navigateur n’autorise pas les notifications de ce site',

  'door.waits': '{name} attend à la porte.',
  'door.more': {
    one: '{name} et {n} autre personne attendent à la porte.',
    many: '{name} et {n} d’autres personnes attendent à la porte.',
    other: '{name} et {n} autres personnes attendent à la porte.',
  },
  'door.admit': 'Faire entrer',
  'door.all': 'Tout le monde',
  'door.refuse': 'Refuser',
  'signal.door': 'Quelqu’un attend à la porte',
};
