// Polski, gdzie historyjki estymuje się z wyprzedzeniem.

export default {
  'ahead.hint': 'W dowolnej kolejności, kiedy masz czas. Nikt nie zobaczy twoich estymacji przed odkryciem.',
  'ahead.none': 'Nie ma już historyjek do wcześniejszej estymacji.',
  'ahead.yours': 'Twoja estymacja: {value}',
  'ahead.next': 'Następna historyjka',
  'ahead.progress': 'Estymowane wcześniej',
  'ahead.stories': 'Historyjki z estymacją: {n} z {of}',
  'ahead.toGo': '{name} (zostało {n})',
  'ahead.reveal': 'Odkryj wszystkie estymowane',
  'ahead.sure': {
    one: 'Tak, odkryj {n} historyjkę',
    few: 'Tak, odkryj {n} historyjki',
    many: 'Tak, odkryj {n} historyjek',
    other: 'Tak, odkryj {n} historyjki',
  },
  'ahead.sureHint': {
    one: '{n} historyjka stanie się wynikiem, który widzą wszyscy. Tego nie można cofnąć.',
    few: '{n} historyjki staną się wynikami, które widzą wszyscy. Tego nie można cofnąć.',
    many: '{n} historyjek stanie się wynikami, które widzą wszyscy. Tego nie można cofnąć.',
    other: '{n} historyjki staną się wynikami, które widzą wszyscy. Tego nie można cofnąć.',
  },
  'ahead.lacking': {
    one: 'W {n} z nich brakuje jeszcze estymacji.',
    few: 'W {n} z nich brakuje jeszcze estymacji.',
    many: 'W {n} z nich brakuje jeszcze estymacji.',
    other: 'W {n} z nich brakuje jeszcze estymacji.',
  },
  'ahead.table': 'Runda na stole zostanie odkryta i skończy się razem z nimi.',
  'ahead.revealed': {
    one: 'Odkryto {n} historyjkę',
    few: 'Odkryto razem {n} historyjki',
    many: 'Odkryto razem {n} historyjek',
    other: 'Odkryto razem {n} historyjki',
  },
  'ahead.left': 'Twoje zapiski o historyjkach, których już nie ma',
  'ahead.discard': 'Odrzuć',
  'error.unknown_topic': 'Tej historyjki nie ma już na liście. Twój tekst został zachowany.',
  'error.ahead_full': 'Twoje uzasadnienia są łącznie za długie. Skróć kilka z nich.',
};
