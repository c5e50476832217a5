// Español, where one is in no room.

export default {
  'gone.removed': 'Te han quitado de la sala',
  'ended.title': 'Tu sesión se ha cerrado aquí',
  'ended.why': 'Esta sesión se cerró en otro dispositivo, o pediste que te olvidáramos. Puedes empezar de cero.',
  'ended.afresh': 'Empezar de cero',
  'gone.closed': 'Esta sala se ha cerrado',
  'gone.closed.why':
    'La cerró quien la dirige. Los nombres y las estimaciones se han borrado, y el enlace ya no abre nada.',
  'gone.not_admitted': 'No puedes entrar en esta sala',
  'gone.not_admitted.why':
    'Quien la dirige te ha quitado para siempre. Si fue un error, solo esa persona puede cambiarlo.',
  'gone.removed.why': 'Quien dirige la sala te ha quitado de la mesa. Si fue un error, vuelve sin más.',
  'gone.ended': 'Esta sala ya no existe',
  'gone.ended.why':
    'Quien la dirige estuvo fuera demasiado tiempo, así que los nombres y las estimaciones se han borrado. El enlace sigue sirviendo: abre la sala de nuevo, vacía.',
  'gone.room_not_found.why': 'Puede que al enlace le falte un trozo. Pídelo otra vez o abre tu propia sala.',
  'gone.room_full.why': 'No puede entrar nadie más hasta que alguien salga.',
  'gone.room_not_found': 'Esta sala no existe',
  'gone.room_full': 'La sala está llena',
  'gone.return': 'Volver',
  'gone.along': 'A la sala de los demás',
  'gone.revive': 'Abrirla de nuevo',
  'gone.retry': 'Reintentar',
  'gone.home': 'Ir a la página principal',
  'gone.waiting': 'Esperando a que te dejen entrar',
  'gone.waiting.why':
    'La sala está cerrada con llave. Dentro ven que estás aquí, y la página sigue en cuanto alguien te deje entrar.',
  'gone.refused': 'No te han dejado entrar',
  'gone.refused.why':
    'La sala está cerrada con llave. Si fue un error, avisa a alguien de dentro y vuelve a intentarlo en 5 minutos.',
};
