// Italiano, where one is in no room.

export default {
  'gone.removed': 'Non fai più parte della stanza',
  'ended.title': 'Qui la tua sessione è chiusa',
  'ended.why':
    'Questa sessione è stata chiusa su un altro dispositivo, o hai chiesto di dimenticarti. Puoi ricominciare da zero.',
  'ended.afresh': 'Ricomincia da zero',
  'gone.closed': 'Questa stanza è stata chiusa',
  'gone.closed.why': 'L’ha chiusa chi la conduce. Nomi e stime sono cancellati, e il link non apre più nulla.',
  'gone.not_admitted': 'Non puoi entrare in questa stanza',
  'gone.not_admitted.why':
    'Chi la conduce ti ha chiuso fuori per sempre. Se è un errore, può rimediare solo chi conduce.',
  'gone.removed.why': 'Chi conduce la stanza ti ha tolto dal tavolo. Se è un errore, torna pure.',
  'gone.ended': 'Questa stanza non c’è più',
  'gone.ended.why':
    'Chi la conduce è mancato troppo a lungo, perciò nomi e stime sono cancellati. Il link vale ancora: riapre la stanza, vuota.',
  'gone.room_not_found.why': 'Forse al link manca un pezzo. Chiedilo di nuovo o apri una stanza tua.',
  'gone.room_full.why': 'Non può entrare nessuno finché qualcuno non esce.',
  'gone.room_not_found': 'Questa stanza non esiste',
  'gone.room_full': 'La stanza è piena',
  'gone.return': 'Torna dentro',
  'gone.along': 'Nella stanza degli altri',
  'gone.revive': 'Riaprila',
  'gone.retry': 'Riprova',
  'gone.home': 'Vai alla pagina iniziale',
  'gone.waiting': 'In attesa di entrare',
  'gone.waiting.why':
    'La stanza è chiusa a chiave. Dentro vedono che sei qui, e la pagina prosegue appena qualcuno ti fa entrare.',
  'gone.refused': 'Non ti hanno fatto entrare',
  'gone.refused.why':
    'La stanza è chiusa a chiave. Se è stato un errore, avvisa qualcuno dentro e riprova tra 5 minuti.',
};
