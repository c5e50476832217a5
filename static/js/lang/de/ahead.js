// Deutsch, wo Storys vorab geschätzt werden.

export default {
  'ahead.hint': 'In beliebiger Reihenfolge, wann du Zeit hast. Bis zum Aufdecken sieht niemand deine Schätzungen.',
  'ahead.none': 'Es gibt keine Storys mehr, die man vorab schätzen kann.',
  'ahead.yours': 'Deine Schätzung: {value}',
  'ahead.next': 'Nächste Story',
  'ahead.progress': 'Vorab geschätzt',
  'ahead.stories': '{n} von {of} Storys geschätzt',
  'ahead.toGo': '{name} (noch {n})',
  'ahead.reveal': 'Alle geschätzten aufdecken',
  'ahead.sure': { one: 'Ja, {n} Story aufdecken', other: 'Ja, {n} Storys aufdecken' },
  'ahead.sureHint': {
    one: '{n} Story wird ein Ergebnis, das alle sehen. Das lässt sich nicht rückgängig machen.',
    other: '{n} Storys werden Ergebnisse, die alle sehen. Das lässt sich nicht rückgängig machen.',
  },
  'ahead.lacking': { one: 'Bei {n} davon fehlt noch eine Schätzung.', other: 'Bei {n} davon fehlen noch Schätzungen.' },
  'ahead.table': 'Die Runde auf dem Tisch wird aufgedeckt und endet mit ihnen.',
  'ahead.revealed': { one: '{n} Story wurde aufgedeckt', other: '{n} Storys wurden zusammen aufgedeckt' },
  'ahead.left': 'Was du zu Storys geschrieben hast, die es nicht mehr gibt',
  'ahead.discard': 'Verwerfen',
  'error.unknown_topic': 'Diese Story steht nicht mehr auf der Liste. Was du geschrieben hast, bleibt.',
  'error.ahead_full': 'Deine Begründungen sind zusammen zu lang. Kürze einige.',
};
