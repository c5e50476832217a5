// English, on the front page.

export default {
  'landing.title': 'Planning poker without the fuss',
  'landing.lead': 'Open a room, share the link, estimate together. The cards stay face down until everybody is ready.',
  'landing.create': 'Open a room',
  'landing.promise': 'No sign-up, no adverts, nothing to install.',
  'landing.code': 'Code from the big screen',
  'landing.enter': 'Join',
  'landing.noCode': 'No room has this code.',
  'landing.forgotten': 'You are forgotten: nothing of you is left here. From now on you are somebody new.',
  'landing.recent': 'Recent rooms',
  'landing.untitled': 'Room … {id}',
  'landing.forget': 'Forget this room',
};
