// Português, onde as histórias são estimadas com antecedência.

export default {
  'ahead.hint': 'Em qualquer ordem, quando você tiver tempo. Ninguém vê suas estimativas até revelar.',
  'ahead.none': 'Não restam histórias para estimar antes.',
  'ahead.yours': 'Sua estimativa: {value}',
  'ahead.next': 'Próxima história',
  'ahead.progress': 'Estimado antes',
  'ahead.stories': '{n} de {of} histórias estimadas',
  'ahead.toGo': '{name} (faltam {n})',
  'ahead.reveal': 'Revelar todas as estimadas',
  'ahead.sure': { one: 'Sim, revelar {n} história', other: 'Sim, revelar {n} histórias' },
  'ahead.sureHint': {
    one: '{n} história vira um resultado que todos veem. Não dá para desfazer.',
    other: '{n} histórias viram resultados que todos veem. Não dá para desfazer.',
  },
  'ahead.lacking': {
    one: 'A {n} delas ainda falta alguma estimativa.',
    other: 'A {n} delas ainda falta alguma estimativa.',
  },
  'ahead.table': 'A rodada em curso é revelada e termina com elas.',
  'ahead.revealed': { one: '{n} história foi revelada', other: '{n} histórias foram reveladas juntas' },
  'ahead.left': 'O que você escreveu sobre histórias que saíram',
  'ahead.discard': 'Descartar',
  'error.unknown_topic': 'Essa história não está mais na lista. O que você escreveu fica guardado.',
  'error.ahead_full': 'Seus motivos são longos demais no total. Encurte alguns.',
};
