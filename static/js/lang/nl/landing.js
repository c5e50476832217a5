// Nederlands, on the front page.

export default {
  'landing.title': 'Planningpoker zonder gedoe',
  'landing.lead': 'Open een kamer, deel de link, schat samen. De kaarten blijven gedekt tot iedereen klaar is.',
  'landing.create': 'Kamer openen',
  'landing.promise': 'Geen account, geen reclame, niets te installeren.',
  'landing.code': 'Code van het grote scherm',
  'landing.enter': 'Meedoen',
  'landing.noCode': 'Er is geen kamer met deze code.',
  'landing.forgotten': 'Je bent vergeten: er is hier niets meer van je. Vanaf nu ben je nieuw.',
  'landing.recent': 'Recente kamers',
  'landing.untitled': 'Kamer … {id}',
  'landing.forget': 'Deze kamer vergeten',
};
