// Polski, where one is in no room.

export default {
  'gone.removed': 'Usunięto cię z pokoju',
  'ended.title': 'Tutaj cię wylogowano',
  'ended.why':
    'Tę sesję zakończono na innym urządzeniu albo na twoją prośbę o tobie zapomniano. Możesz kontynuować jako ktoś nowy.',
  'ended.afresh': 'Zacznij od nowa',
  'gone.closed': 'Ten pokój zamknięto',
  'gone.closed.why': 'Zakończył go właściciel. Imiona i estymacje usunięto, a link niczego już nie otwiera.',
  'gone.not_admitted': 'Nie możesz wejść do tego pokoju',
  'gone.not_admitted.why': 'Właściciel usunął cię na stałe. Jeśli to pomyłka, tylko on może to zmienić.',
  'gone.removed.why': 'Usunął cię właściciel. Jeśli to pomyłka, po prostu wróć.',
  'gone.ended': 'Tego pokoju już nie ma',
  'gone.ended.why':
    'Właściciela nie było zbyt długo, więc imiona i estymacje usunięto. Link nadal działa: otwiera pokój na nowo, pusty.',
  'gone.room_not_found.why':
    'Być może link po drodze stracił kawałek. Poproś o niego jeszcze raz albo otwórz własny pokój.',
  'gone.room_full.why': 'Ktoś nowy wejdzie dopiero wtedy, gdy ktoś wyjdzie.',
  'gone.room_not_found': 'Nie ma takiego pokoju',
  'gone.room_full': 'Pokój jest pełny',
  'gone.return': 'Wróć',
  'gone.along': 'Do pokoju, w którym są inni',
  'gone.revive': 'Otwórz na nowo',
  'gone.retry': 'Spróbuj ponownie',
  'gone.home': 'Przejdź na stronę główną',
  'gone.waiting': 'Czekasz na wpuszczenie',
  'gone.waiting.why':
    'Wejście jest zablokowane. W środku widać, że tu jesteś, a strona ruszy dalej, gdy tylko ktoś cię wpuści.',
  'gone.refused': 'Nie udało się wejść',
  'gone.refused.why':
    'Wejście jest zablokowane. Jeśli to pomyłka, daj znać komuś w środku i spróbuj ponownie za 5 minut.',
};
