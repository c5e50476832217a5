// Português, where one is in no room.

export default {
  'gone.removed': 'Você não está mais na sala',
  'ended.title': 'Sua sessão terminou aqui',
  'ended.why':
    'Esta sessão foi encerrada em outro aparelho, ou você pediu para sumir daqui. Você pode começar do zero.',
  'ended.afresh': 'Começar do zero',
  'gone.closed': 'Esta sala foi fechada',
  'gone.closed.why': 'Quem a conduz a encerrou. Nomes e estimativas foram apagados, e o link não abre mais nada.',
  'gone.not_admitted': 'Você não pode entrar nesta sala',
  'gone.not_admitted.why': 'Quem a conduz removeu você de vez. Se foi engano, só essa pessoa pode mudar isso.',
  'gone.removed.why': 'Quem conduz a sala tirou você da mesa. Se foi engano, é só voltar.',
  'gone.ended': 'Esta sala não existe mais',
  'gone.ended.why':
    'Quem a conduz ficou tempo demais fora, e por isso nomes e estimativas foram apagados. O link ainda vale: ele reabre a sala, vazia.',
  'gone.room_not_found.why': 'Talvez falte um pedaço do link. Peça de novo ou abra a sua própria sala.',
  'gone.room_full.why': 'Ninguém mais pode entrar até alguém sair.',
  'gone.room_not_found': 'Esta sala não existe',
  'gone.room_full': 'A sala está cheia',
  'gone.return': 'Voltar',
  'gone.along': 'Para a sala dos outros',
  'gone.revive': 'Reabrir a sala',
  'gone.retry': 'Tentar de novo',
  'gone.home': 'Ir à página inicial',
  'gone.waiting': 'Esperando para entrar',
  'gone.waiting.why':
    'A sala está trancada. Lá dentro veem que você está aqui, e a página segue assim que alguém deixar você entrar.',
  'gone.refused': 'Não deixaram você entrar',
  'gone.refused.why': 'A sala está trancada. Se foi engano, avise alguém lá dentro e tente de novo em 5 minutos.',
};
