// Deutsch, where one is in no room.

export default {
  'gone.removed': 'Du wurdest aus dem Raum entfernt',
  'ended.title': 'Du bist hier abgemeldet',
  'ended.why':
    'Diese Sitzung wurde auf einem anderen Gerät beendet, oder du wolltest vergessen werden. Du kannst als jemand Neues weitermachen.',
  'ended.afresh': 'Neu anfangen',
  'gone.closed': 'Dieser Raum wurde aufgelöst',
  'gone.closed.why':
    'Die Leitung hat ihn beendet. Namen und Schätzungen sind gelöscht, und der Link öffnet nichts mehr.',
  'gone.not_admitted': 'Du kannst diesem Raum nicht beitreten',
  'gone.not_admitted.why': 'Die Leitung hat dich endgültig entfernt. War das ein Versehen, kann nur sie es ändern.',
  'gone.removed.why': 'Die Leitung hat dich vom Tisch genommen. Falls das ein Versehen war, komm einfach wieder.',
  'gone.ended': 'Diesen Raum gibt es nicht mehr',
  'gone.ended.why':
    'Die Leitung war zu lange weg, darum sind Namen und Schätzungen gelöscht. Der Link gilt weiter: Er öffnet den Raum neu und leer.',
  'gone.room_not_found.why':
    'Vielleicht fehlt dem Link ein Stück. Lass ihn dir noch einmal geben oder öffne einen eigenen Raum.',
  'gone.room_full.why': 'Erst wenn jemand geht, kann wieder jemand kommen.',
  'gone.room_not_found': 'Diesen Raum gibt es nicht',
  'gone.room_full': 'Der Raum ist voll',
  'gone.return': 'Wiederkommen',
  'gone.along': 'In den Raum der anderen',
  'gone.revive': 'Neu öffnen',
  'gone.retry': 'Noch einmal',
  'gone.home': 'Zur Startseite',
  'gone.waiting': 'Du wartest auf Einlass',
  'gone.waiting.why':
    'Der Raum ist abgeschlossen. Drinnen sieht man, dass du da bist, und es geht weiter, sobald dich jemand hereinlässt.',
  'gone.refused': 'Du wurdest nicht hereingelassen',
  'gone.refused.why':
    'Der Raum ist abgeschlossen. War das ein Versehen, sag drinnen jemandem Bescheid und versuch es in 5 Minuten noch einmal.',
};
