// Español, para quien está ausente, llega tarde o mira a otra parte.

export default {
  'absence.away': '{name} no está.',
  'absence.left': 'Quien dirige ha salido de la sala.',
  'absence.unowned': 'Nadie dirige esta sala: quien la dirigía no ha vuelto.',
  'absence.standIn': {
    one: 'Alguien podrá tomar el relevo en {n} segundo.',
    other: 'Alguien podrá tomar el relevo en {n} segundos.',
  },
  'absence.soon': { one: 'Podrás seguir en {n} segundo.', other: 'Podrás seguir en {n} segundos.' },
  'absence.goOn': 'Seguir sin {name}',
  'absence.goOnAlone': 'Seguir sin quien dirige',
  'absence.ends': 'La sala y su historial terminan a las {time} si no vuelve.',
  'absence.take': 'Guardar el historial',
  'absence.takeOver': 'Tomar la sala',
  'absence.successor': '{name} sigue en una sala nueva.',
  'absence.meanwhile': 'Mientras no estabas, {name} siguió en una sala nueva.',
  'absence.mine': 'Has seguido en una sala nueva.',
  'absence.along': 'Ir también',
  'absence.there': 'Ir allí',
  'absence.back': 'Ha vuelto alguien que puede revelar.',
  'absence.wentOn':
    'Esta sala es tuya, con los temas y las cartas de la otra. A todo el mundo allí se le propone venir.',

  'choices.back': 'La sala ya no existía. Tus cartas y opciones vuelven a estar.',

  'signal.turn': 'Te toca: el resto ya ha estimado',
  'signal.complete': 'Todo el mundo ha estimado',
  'signal.sound': 'Reproducir un sonido',
  'signal.hint': 'Cuando todo el mundo ha estimado y cuando solo faltas tú',
  'signal.notify': 'Mostrar una notificación',
  'signal.notifyHint': 'Lo mismo, mientras miras otra cosa',
  'signal.denied': 'Tu navegador no permite notificaciones de este sitio',

  'door.waits': '{name} espera para entrar.',
  'door.more': {
    one: '{name} y {n} persona más esperan para entrar.',
    many: '{name} y {n} de personas más esperan para entrar.',
    other: '{name} y {n} personas más esperan para entrar.',
  },
  'door.admit': 'Dejar entrar',
  'door.all': 'Dejar entrar a todos',
  'door.refuse': 'Rechazar',
  'signal.door': 'Alguien espera para entrar',
};
