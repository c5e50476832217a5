// Español, on the front page.

export default {
  'landing.title': 'Planning poker sin complicaciones',
  'landing.lead':
    'Abre una sala, comparte el enlace y estima con tu equipo. Las cartas siguen ocultas hasta que todo el mundo esté listo.',
  'landing.create': 'Abrir una sala',
  'landing.promise': 'Sin registro, sin anuncios, sin instalar nada.',
  'landing.code': 'Código de la pantalla grande',
  'landing.enter': 'Entrar',
  'landing.noCode': 'Ninguna sala tiene este código.',
  'landing.forgotten': 'Todo olvidado: aquí ya no queda nada tuyo. A partir de ahora empiezas de cero.',
  'landing.recent': 'Salas recientes',
  'landing.untitled': 'Sala … {id}',
  'landing.forget': 'Olvidar esta sala',
};
