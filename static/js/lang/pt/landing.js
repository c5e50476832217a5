// Português, on the front page.

export default {
  'landing.title': 'Planning poker sem complicação',
  'landing.lead':
    'Abra uma sala, compartilhe o link e estime com o time. As cartas ficam ocultas até todo mundo estar pronto.',
  'landing.create': 'Abrir uma sala',
  'landing.promise': 'Sem cadastro, sem anúncios, sem instalar nada.',
  'landing.code': 'Código do telão',
  'landing.enter': 'Entrar',
  'landing.noCode': 'Nenhuma sala tem este código.',
  'landing.forgotten': 'Tudo esquecido: não resta nada seu aqui. A partir de agora você começa do zero.',
  'landing.recent': 'Salas recentes',
  'landing.untitled': 'Sala … {id}',
  'landing.forget': 'Esquecer esta sala',
};
