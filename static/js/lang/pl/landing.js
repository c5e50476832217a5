// Polski, on the front page.

export default {
  'landing.title': 'Planning poker bez komplikacji',
  'landing.lead': 'Otwórz pokój, wyślij link, estymujcie razem. Karty leżą zakryte, dopóki wszyscy nie będą gotowi.',
  'landing.create': 'Otwórz pokój',
  'landing.promise': 'Bez rejestracji, bez reklam, bez instalacji.',
  'landing.code': 'Kod z dużego ekranu',
  'landing.enter': 'Dołącz',
  'landing.noCode': 'Nie ma pokoju o tym kodzie.',
  'landing.forgotten': 'Zapomnieliśmy o tobie: nic tu po tobie nie zostało. Od teraz jesteś kimś nowym.',
  'landing.recent': 'Ostatnie pokoje',
  'landing.untitled': 'Pokój … {id}',
  'landing.forget': 'Zapomnij ten pokój',
};
