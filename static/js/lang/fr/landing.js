// Français, on the front page.

export default {
  'landing.title': 'Le planning poker, tout simplement',
  'landing.lead':
    'Ouvre une salle, partage le lien, estimez ensemble. Les cartes restent cachées jusqu’à ce que tout le monde soit prêt.',
  'landing.create': 'Ouvrir une salle',
  'landing.promise': 'Sans inscription, sans publicité, sans installation.',
  'landing.code': 'Code du grand écran',
  'landing.enter': 'Rejoindre',
  'landing.noCode': 'Aucune salle n’a ce code.',
  'landing.forgotten': 'Tout est oublié : il ne reste rien de toi ici. À partir de maintenant, tu repars à neuf.',
  'landing.recent': 'Salles récentes',
  'landing.untitled': 'Salle … {id}',
  'landing.forget': 'Oublier cette salle',
};
