// Français, where one is in no room.

export default {
  'gone.removed': 'Tu ne fais plus partie de la salle',
  'ended.title': 'Ta session est fermée ici',
  'ended.why':
    'Cette session a pris fin sur un autre appareil, ou tu as voulu qu’on t’oublie. Tu peux repartir à neuf.',
  'ended.afresh': 'Repartir à neuf',
  'gone.closed': 'Cette salle a été fermée',
  'gone.closed.why':
    'La personne qui l’anime y a mis fin. Noms et estimations sont supprimés, et le lien n’ouvre plus rien.',
  'gone.not_admitted': 'Tu ne peux pas rejoindre cette salle',
  'gone.not_admitted.why':
    'La personne qui l’anime t’en a fermé l’accès pour de bon. Si c’est une erreur, elle seule peut y remédier.',
  'gone.removed.why':
    'La personne qui l’anime t’a fait quitter la table. Si c’est une erreur, reviens, tout simplement.',
  'gone.ended': 'Cette salle n’existe plus',
  'gone.ended.why':
    'La personne qui l’anime est partie trop longtemps : noms et estimations sont supprimés. Le lien reste bon, il rouvre la salle, vide.',
  'gone.room_not_found.why': 'Le lien a peut-être perdu un morceau en route. Redemande-le, ou ouvre ta propre salle.',
  'gone.room_full.why': 'Il faut que quelqu’un parte pour qu’une autre personne puisse entrer.',
  'gone.room_not_found': 'Cette salle n’existe pas',
  'gone.room_full': 'La salle est pleine',
  'gone.return': 'Revenir',
  'gone.along': 'Rejoindre les autres',
  'gone.revive': 'La rouvrir',
  'gone.retry': 'Réessayer',
  'gone.home': 'Page d’accueil',
  'gone.waiting': 'En attente à la porte',
  'gone.waiting.why':
    'La salle est verrouillée. À l’intérieur, on voit que tu es là, et la page continue dès que quelqu’un te fait entrer.',
  'gone.refused': 'On ne t’a pas fait entrer',
  'gone.refused.why':
    'La salle est verrouillée. Si c’est une erreur, préviens quelqu’un à l’intérieur et réessaie dans 5 minutes.',
};
