// Français, là où les stories s’estiment à l’avance.

export default {
  'ahead.hint':
    'Dans n’importe quel ordre, quand tu as le temps. Personne ne voit tes estimations avant la révélation.',
  'ahead.none': 'Il ne reste aucune story à estimer à l’avance.',
  'ahead.yours': 'Ton estimation : {value}',
  'ahead.next': 'Story suivante',
  'ahead.progress': 'Estimé à l’avance',
  'ahead.stories': '{n} stories estimées sur {of}',
  'ahead.toGo': '{name} (encore {n})',
  'ahead.reveal': 'Révéler tout ce qui est estimé',
  'ahead.sure': { one: 'Oui, révéler {n} story', other: 'Oui, révéler {n} stories' },
  'ahead.sureHint': {
    one: '{n} story devient un résultat visible par tout le monde. C’est irréversible.',
    other: '{n} stories deviennent des résultats visibles par tout le monde. C’est irréversible.',
  },
  'ahead.lacking': {
    one: 'Il manque encore une estimation à {n} d’entre elles.',
    other: 'Il manque encore des estimations à {n} d’entre elles.',
  },
  'ahead.table': 'Le tour en cours est révélé et se termine avec elles.',
  'ahead.revealed': { one: '{n} story a été révélée', other: '{n} stories ont été révélées ensemble' },
  'ahead.left': 'Ce que tu as écrit sur des stories disparues',
  'ahead.discard': 'Abandonner',
  'error.unknown_topic': 'Cette story n’est plus dans la liste. Ce que tu as écrit est gardé.',
  'error.ahead_full': 'Tes raisons sont trop longues au total. Raccourcis-en quelques-unes.',
};
