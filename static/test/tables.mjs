/** The rows of a CSV after RFC 4180, read by nothing of the page's own. @param {string} text */
export function cells(text) {
  const result = [];
  let row = [];
  for (const [, quoted, bare, end] of text.matchAll(/(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r\n)/g)) {
    row.push(quoted?.replaceAll('""', '"') ?? bare);
    if (end === ',') continue;
    result.push(row);
    row = [];
  }
  return result;
}
