// Español, donde las historias se estiman por adelantado.

export default {
  'ahead.hint': 'En cualquier orden, cuando tengas tiempo. Nadie ve tus estimaciones hasta que se revelan.',
  'ahead.none': 'No quedan historias que estimar por adelantado.',
  'ahead.yours': 'Tu estimación: {value}',
  'ahead.next': 'Siguiente historia',
  'ahead.progress': 'Estimado por adelantado',
  'ahead.stories': '{n} de {of} historias estimadas',
  'ahead.toGo': '{name} (faltan {n})',
  'ahead.reveal': 'Revelar todo lo estimado',
  'ahead.sure': { one: 'Sí, revelar {n} historia', other: 'Sí, revelar {n} historias' },
  'ahead.sureHint': {
    one: '{n} historia pasa a ser un resultado que ve todo el mundo. No se puede deshacer.',
    other: '{n} historias pasan a ser resultados que ve todo el mundo. No se puede deshacer.',
  },
  'ahead.lacking': {
    one: 'A {n} de ellas le falta alguna estimación.',
    other: 'A {n} de ellas les falta alguna estimación.',
  },
  'ahead.table': 'La ronda en curso se revela y termina con ellas.',
  'ahead.revealed': { one: 'Se ha revelado {n} historia', other: 'Se han revelado {n} historias a la vez' },
  'ahead.left': 'Lo que escribiste sobre historias que ya no están',
  'ahead.discard': 'Descartarlo',
  'error.unknown_topic': 'Esa historia ya no está en la lista. Lo que escribiste se conserva.',
  'error.ahead_full': 'Tus motivos son demasiado largos en total. Acorta algunos.',
};
