// Italiano, dove le story si stimano in anticipo.

export default {
  'ahead.hint': 'In qualsiasi ordine, quando hai tempo. Nessuno vede le tue stime finché non si scoprono.',
  'ahead.none': 'Non restano story da stimare in anticipo.',
  'ahead.yours': 'La tua stima: {value}',
  'ahead.next': 'Story successiva',
  'ahead.progress': 'Stimato in anticipo',
  'ahead.stories': '{n} story stimate su {of}',
  'ahead.toGo': '{name} (ancora {n})',
  'ahead.reveal': 'Scopri tutte le stimate',
  'ahead.sure': { one: 'Sì, scopri {n} story', other: 'Sì, scopri {n} story' },
  'ahead.sureHint': {
    one: '{n} story diventa un risultato che tutti vedono. Non si può annullare.',
    other: '{n} story diventano risultati che tutti vedono. Non si può annullare.',
  },
  'ahead.lacking': {
    one: 'A {n} di queste manca ancora qualche stima.',
    other: 'A {n} di queste manca ancora qualche stima.',
  },
  'ahead.table': 'Il turno in corso si scopre e finisce insieme a loro.',
  'ahead.revealed': { one: '{n} story è stata scoperta', other: '{n} story sono state scoperte insieme' },
  'ahead.left': 'Ciò che hai scritto su story che non ci sono più',
  'ahead.discard': 'Scarta',
  'error.unknown_topic': 'Questa story non è più nell’elenco. Ciò che hai scritto resta.',
  'error.ahead_full': 'Le tue motivazioni sono troppo lunghe nel complesso. Accorciane alcune.',
};
