/**
 * The rows of a CSV after RFC 4180.
 *
 * @param {string} text
 * @param {string} separator one character
 */
export function parseCSV(text, separator) {
  const cells = new RegExp(`(?:"((?:[^"]|"")*)"|([^\\r\\n${separator}]*))(${separator}|\\r\\n|\\r|\\n|$)`, 'gy');
  /** @type {string[][]} */
  const table = [];
  /** @type {string[]} */
  let row = [];
  for (const [whole, quoted, bare, end] of text.matchAll(cells)) {
    if (whole === '' && row.length === 0) break;
    row.push(quoted?.replaceAll('""', '"') ?? bare);
    if (end === separator) continue;
    table.push(row);
    row = [];
  }
  return table;
}
