// Nederlands, where one is in no room.

export default {
  'gone.removed': 'Je bent uit de kamer verwijderd',
  'ended.title': 'Je bent hier afgemeld',
  'ended.why':
    'Deze sessie is op een ander apparaat beëindigd, of je hebt gevraagd vergeten te worden. Je kunt verder als nieuwkomer.',
  'ended.afresh': 'Opnieuw beginnen',
  'gone.closed': 'Deze kamer is opgeheven',
  'gone.closed.why': 'De eigenaar heeft hem opgeheven. Namen en schattingen zijn gewist, en de link opent niets meer.',
  'gone.not_admitted': 'Je kunt deze kamer niet in',
  'gone.not_admitted.why':
    'De eigenaar heeft je definitief verwijderd. Was dat een vergissing, dan kan alleen de eigenaar dat herstellen.',
  'gone.removed.why': 'De eigenaar heeft je van tafel gehaald. Was dat een vergissing, kom dan gewoon terug.',
  'gone.ended': 'Deze kamer is beëindigd',
  'gone.ended.why':
    'De eigenaar was te lang weg, daarom zijn namen en schattingen gewist. De link werkt nog: hij opent de kamer opnieuw, leeg.',
  'gone.room_not_found.why':
    'Misschien is een stukje van de link verloren gegaan. Vraag hem nog eens, of open zelf een kamer.',
  'gone.room_full.why': 'Er kan pas iemand bij als er iemand weggaat.',
  'gone.room_not_found': 'Deze kamer bestaat niet',
  'gone.room_full': 'De kamer is vol',
  'gone.return': 'Terugkomen',
  'gone.along': 'Naar de kamer van de anderen',
  'gone.revive': 'Opnieuw openen',
  'gone.retry': 'Opnieuw proberen',
  'gone.home': 'Naar de startpagina',
  'gone.waiting': 'Je wacht tot je naar binnen mag',
  'gone.waiting.why':
    'De kamer zit op slot. Binnen is te zien dat je er bent, en de pagina gaat verder zodra iemand je binnenlaat.',
  'gone.refused': 'Je bent niet binnengelaten',
  'gone.refused.why':
    'De kamer zit op slot. Was dat een vergissing, zeg het dan iemand binnen en probeer het over 5 minuten opnieuw.',
};
