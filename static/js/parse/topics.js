import { parseCSV } from './csv.js';
import { graphemes } from './graphemes.js';

/**
 * The topics in what somebody pasted: a line each, or the rows of a CSV whose
 * first row names a title, and perhaps a key to go before it. At most 200, each
 * of 1 to 200 characters.
 *
 * @param {string} text
 */
export function parseTopics(text) {
  const separator = [',', ';', '\t'].find((separator) => columns(parseCSV(text, separator)[0]));
  const [head, ...body] = separator ? parseCSV(text, separator) : [];
  const table = head
    ? body.map((row) => columns(head)?.map((column) => row[column] ?? ''))
    : text.split(/[\r\n]+/).map((line) => [line]);
  return table
    .map((cells = []) => graphemes(cells.join(' ').replace(/\s+/g, ' ').trim()).slice(0, 200).join(''))
    .filter(Boolean)
    .slice(0, 200);
}

/** The places of key and title in a head row; null when it is none. @param {string[]} head */
function columns(head = []) {
  const find = (/** @type {RegExp} */ names) => head.findIndex((cell) => names.test(cell.trim()));
  const title = find(/^(summary|title|topic|story|titel|zusammenfassung|thema)$/i);
  const key = find(/^(issue.?key|key|id|schlüssel|vorgangsschlüssel)$/i);
  if (title < 0 || head.length < 2) return null;
  return key < 0 ? [title] : [key, title];
}

/** The list with one topic moved to another place. @template T @param {T[]} topics @param {number} from @param {number} to */
export function moved(topics, from, to) {
  const rest = topics.toSpliced(from, 1);
  return rest.toSpliced(Math.max(0, to), 0, topics[from]);
}
