// Italiano, on the front page.

export default {
  'landing.title': 'Planning poker senza complicazioni',
  'landing.lead':
    'Apri una stanza, condividi il link, stimate insieme. Le carte restano coperte finché non sono tutti pronti.',
  'landing.create': 'Apri una stanza',
  'landing.promise': 'Senza registrazione, senza pubblicità, senza installare nulla.',
  'landing.code': 'Codice dello schermo grande',
  'landing.enter': 'Entra',
  'landing.noCode': 'Nessuna stanza ha questo codice.',
  'landing.forgotten': 'Tutto dimenticato: qui non resta niente di tuo. Da adesso ricominci da zero.',
  'landing.recent': 'Stanze recenti',
  'landing.untitled': 'Stanza … {id}',
  'landing.forget': 'Dimentica questa stanza',
};
