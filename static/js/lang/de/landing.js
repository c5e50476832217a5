// Deutsch, on the front page.

export default {
  'landing.title': 'Planning Poker ohne Umstände',
  'landing.lead': 'Raum öffnen, Link teilen, zusammen schätzen. Die Karten bleiben verdeckt, bis alle so weit sind.',
  'landing.create': 'Raum öffnen',
  'landing.promise': 'Ohne Anmeldung, ohne Werbung, ohne Installation.',
  'landing.code': 'Code von der Leinwand',
  'landing.enter': 'Beitreten',
  'landing.noCode': 'Diesen Code hat kein Raum.',
  'landing.forgotten': 'Du bist vergessen: Hier ist nichts mehr von dir. Ab jetzt bist du jemand Neues.',
  'landing.recent': 'Letzte Räume',
  'landing.untitled': 'Raum … {id}',
  'landing.forget': 'Diesen Raum vergessen',
};
