// What the columns of a table are: by their names, as trackers call them in many
// languages, or without names by what is in them.

/** @typedef {'title' | 'key' | 'url' | 'estimate'} Role */
/** @typedef {Record<Role, number[]>} Columns the places of each; the first that is not empty counts */

/** The names of each, the more certain first. A name may stand for many: `title 1`. */
const NAMES = {
  title: `
    summary|issue summary|title|story title|card name|task name|name|subject|topic|user story|story|work item|headline|description short
    zusammenfassung|titel|thema|betreff|aufgabe|bezeichnung|resume|titre|sujet|intitule|resumen|titulo|asunto|nombre
    resumo|assunto|nome|riepilogo|titolo|oggetto|samenvatting|onderwerp|naam|podsumowanie|tytul|temat|nazwa
    要約|タイトル|件名|概要|摘要|标题|名称|主题|резюме|название|тема|요약|제목|ozet|baslik|sammanfattning|resumé
    shrnuti|osszefoglalas|ملخص|عنوان|תקציר|כותרת|title 1|title 2|title 3|title 4|title 5`,
  key: `
    issue key|key|ticket key|story key|custom id|task custom id|reference|referenceid|reference id|ref|number|iid|id_issue
    issue id|bug id|ticket|ticket id|story id|card id|task id|work item id|id|nr|no|#
    vorgangsschlussel|schlussel|vorgangs id|nummer|cle de ticket|cle|numero|clave de incidencia|clave|clave de la incidencia
    chave da item|chave do item|chave|chiave del ticket|chiave|issue sleutel|sleutel|issuesleutel|klucz zgłoszenia|klucz zgloszenia|klucz
    課題キー|キー|番号|问题关键字|关键字|编号|ключ|номер|키|anahtar|nyckel|klic|kulcs|مفتاح|מפתח`,
  url: `
    url|link|web url|html_url|web_url|issue url|card url|permalink|href|shorturl|ticket url
    adresse|lien|enlace|vinculo|collegamento|koppeling|odnosnik|リンク|链接|ссылка`,
  estimate: `
    story points|story point estimate|story point|estimate|points|total points|effort|weight|sp|size|complexity
    schatzung|aufwand|punkte|estimation|puntos de historia|puntos|estimacion|pontos|estimativa|stima|punti|schatting|punten
    szacunek|punkty|见积|見積|ポイント|故事点|估算|оценка|스토리 포인트`,
};

/** A name as it is compared: without case, marks, or what trackers put around it. @param {string} name */
export function plainName(name) {
  const inner = /^custom field \((.*)\)$/i.exec(name.trim())?.[1] ?? name;
  return inner
    .normalize('NFD')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
    .replace(/[\s._/-]+/g, ' ')
    .trim();
}

/** @type {Map<string, {role: Role, rank: number}>} */
const KNOWN = new Map();
for (const [role, names] of Object.entries(NAMES)) {
  const all = names.split(/[|\n]/).map(plainName).filter(Boolean);
  for (const [rank, name] of all.entries())
    if (!KNOWN.has(name)) KNOWN.set(name, { role: /** @type {Role} */ (role), rank });
}

/** How many of these are names of columns. @param {string[]} cells */
export const knownNames = (cells) => cells.filter((cell) => KNOWN.has(plainName(cell))).length;

/** What the columns with these names are. @param {string[]} names @returns {Columns} */
export function byName(names) {
  /** @type {Columns} */
  const columns = { title: [], key: [], url: [], estimate: [] };
  const found = names
    .map((name, place) => ({ place, ...KNOWN.get(plainName(name)) }))
    .sort((a, b) => (a.rank ?? 0) - (b.rank ?? 0));
  for (const { role, place } of found) if (role) columns[role].push(place);
  // Of Jira's "Issue key" and "Issue id" only the first is meant; titles in levels
  // (Azure DevOps) are one column.
  const levels = names.map(plainName).filter((name) => /^title \d$/.test(name)).length > 1;
  return {
    title: levels ? columns.title.toReversed() : columns.title.slice(0, 1),
    key: columns.key.slice(0, 1),
    url: columns.url.slice(0, 1),
    estimate: columns.estimate.slice(0, 1),
  };
}

const KEY = /^(?:[A-Z][A-Z0-9_]*-\d+|[#!]?\d{1,7}|[A-Z]{2,}\d+)$/;
const ADDRESS = /^https?:\/\/[^\s/]+\S*$/i;

/** Whether a text is what trackers call an issue. @param {string} text */
export const isKey = (text) => KEY.test(text.trim());

/** Whether a text is an address. @param {string} text */
export const isURL = (text) => ADDRESS.test(text.trim());

/** What the columns are, by what is in them. @param {string[][]} rows @returns {Columns} */
export function byContent(rows) {
  /** @type {string[][]} */
  const cells = []; // of each column, without the empty ones
  for (const row of rows) {
    while (cells.length < row.length) cells.push([]);
    for (const [i, cell] of row.entries()) if (cell.trim()) cells[i].push(cell.trim());
  }
  const most = (/** @type {string[]} */ column, /** @type {(text: string) => boolean} */ is) =>
    column.length > 0 && column.filter(is).length > column.length * 0.7;
  const place = (/** @type {(text: string) => boolean} */ is) =>
    cells.flatMap((column, i) => (most(column, is) ? [i] : [])).slice(0, 1);
  const key = place(isKey);
  const url = place(isURL);
  const rest = cells.map((column, i) => (key.includes(i) || url.includes(i) ? 0 : weight(column)));
  const longest = rest.reduce((best, n, i) => (n > rest[best] ? i : best), 0);
  const title = rest.some((n) => n > 0) ? [longest] : key.length > 0 ? [] : [0];
  return { title, key, url, estimate: [] };
}

/** How much a column looks like titles: long texts, each another. @param {string[]} column */
const weight = (column) =>
  column.length === 0
    ? 0
    : (new Set(column).size / column.length) * (column.reduce((n, cell) => n + cell.length, 0) / column.length);
