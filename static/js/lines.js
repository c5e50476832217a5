// What people type or paste as lines: decks and topics.

/** The decks the server knows by name. */
export const PRESETS = {
  fibonacci: '0 1 2 3 5 8 13 21 34 ? ☕',
  'modified-fibonacci': '0 ½ 1 2 3 5 8 13 20 40 100 ? ☕',
  tshirt: 'XS S M L XL XXL ? ☕',
  'powers-of-two': '0 1 2 4 8 16 32 64 ? ☕',
  sequential: '0 1 2 3 4 5 6 7 8 9 10 11 12 13',
  hours: '0 1 2 4 8 16 24 40 ? ☕',
};

const segments = (text) => Array.from(new Intl.Segmenter().segment(text), (part) => part.segment);

/**
 * Reads a deck typed as one line: cards between spaces, commas or semicolons,
 * with a name and a colon before them if wanted ("Sizes: S, M, L").
 *
 * @returns {{deck?: {name: string, cards: string[]}, fault?: string, card?: string}}
 */
export function parseDeck(line, unnamed) {
  const [, name, rest = ''] = /^(?:([^:]{1,40}):(?=\s|$))?(.*)$/s.exec(line.trim().normalize('NFC')) ?? [];
  const cards = rest.split(/[\s,;]+/).filter(Boolean);
  const long = cards.find((card) => segments(card).length > 8);
  const twice = cards.find((card, i) => cards.indexOf(card) !== i);
  if (cards.length === 0) return { fault: 'none' };
  if (cards.length > 40) return { fault: 'many' };
  if (long || twice) return { fault: long ? 'long' : 'twice', card: long ?? twice };
  return { deck: { name: name?.trim() || unnamed, cards } };
}

/** The line that parseDeck would read so. */
export const deckLine = (deck) => `${deck.name}: ${deck.cards.join(' ')}`;

/**
 * The topics in what somebody pasted: a line each, or the rows of a CSV whose
 * first row names a title, and perhaps a key to go before it. At most 200, each
 * of 1 to 200 characters.
 *
 * @param {string} text
 */
export function parseTopics(text) {
  const mark = [',', ';', '\t'].find((mark) => columns(rows(text, mark)[0]));
  const [head, ...body] = mark ? rows(text, mark) : [];
  const table = head ? body.map((row) => columns(head)?.map((column) => row[column] ?? '')) : text.split(/[\r\n]+/).map((line) => [line]);
  return table
    .map((cells = []) => segments(cells.join(' ').replace(/\s+/g, ' ').trim()).slice(0, 200).join(''))
    .filter(Boolean)
    .slice(0, 200);
}

/** The places of key and title in a head row; null when it is none. */
function columns(head = []) {
  const find = (names) => head.findIndex((cell) => names.test(cell.trim()));
  const title = find(/^(summary|title|topic|story|titel|zusammenfassung|thema)$/i);
  const key = find(/^(issue.?key|key|id|schlüssel|vorgangsschlüssel)$/i);
  if (title < 0 || head.length < 2) return null;
  return key < 0 ? [title] : [key, title];
}

/** CSV after RFC 4180, with another separator if need be. */
function rows(text, mark) {
  const cells = new RegExp(`(?:"((?:[^"]|"")*)"|([^\\r\\n${mark}]*))(${mark}|\\r\\n|\\r|\\n|$)`, 'gy');
  const table = [];
  let row = [];
  for (const [whole, quoted, bare, end] of text.matchAll(cells)) {
    if (whole === '' && row.length === 0) break;
    row.push(quoted?.replaceAll('""', '"') ?? bare);
    if (end === mark) continue;
    table.push(row);
    row = [];
  }
  return table;
}

/** The list with one topic moved to another place. */
export function moved(topics, from, to) {
  const rest = topics.toSpliced(from, 1);
  return rest.toSpliced(Math.max(0, to), 0, topics[from]);
}
