// Português do Brasil, para quem está ausente, atrasado ou olhando para outro lado.

export default {
  'absence.away': '{name} não está aqui.',
  'absence.left': 'Quem conduz saiu da sala.',
  'absence.unowned': 'Ninguém conduz esta sala: quem a conduzia não voltou.',
  'absence.standIn': { one: 'Alguém pode assumir em {n} segundo.', other: 'Alguém pode assumir em {n} segundos.' },
  'absence.soon': { one: 'Você pode continuar em {n} segundo.', other: 'Você pode continuar em {n} segundos.' },
  'absence.goOn': 'Continuar sem {name}',
  'absence.goOnAlone': 'Continuar sem quem conduz',
  'absence.ends': 'A sala e o histórico terminam às {time} se não houver volta.',
  'absence.take': 'Salvar o histórico',
  'absence.takeOver': 'Assumir a sala',
  'absence.successor': '{name} continua em uma sala nova.',
  'absence.meanwhile': 'Enquanto você esteve fora, {name} continuou em uma sala nova.',
  'absence.mine': 'Você continuou em uma sala nova.',
  'absence.along': 'Ir junto',
  'absence.there': 'Ir para lá',
  'absence.back': 'Voltou alguém que pode revelar.',
  'absence.wentOn': 'Esta sala é sua, com os temas e as cartas da outra. Todos lá são convidados a vir.',

  'choices.back': 'A sala tinha terminado. Suas cartas e opções estão de volta.',

  'signal.turn': 'Sua vez: todos os outros já estimaram',
  'signal.complete': 'Todo mundo estimou',
  'signal.sound': 'Tocar um som',
  'signal.hint': 'Quando todo mundo estimou e quando só falta você',
  'signal.notify': 'Mostrar uma notificação',
  'signal.notifyHint': 'O mesmo, enquanto você olha outra coisa',
  'signal.denied': 'Seu navegador não permite notificações deste site',

  'door.waits': '{name} espera para entrar.',
  'door.more': {
    one: '{name} e mais {n} pessoa esperam para entrar.',
    many: '{name} e mais {n} de pessoas esperam para entrar.',
    other: '{name} e mais {n} pessoas esperam para entrar.',
  },
  'door.admit': 'Deixar entrar',
  'door.all': 'Deixar todos entrarem',
  'door.refuse': 'Recusar',
  'signal.door': 'Alguém espera para entrar',
};
