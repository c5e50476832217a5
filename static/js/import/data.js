// What programs write: JSON of GitHub, GitLab, Jira, Azure DevOps, Trello, Linear,
// Poinz and others, and Jira's XML.

/** @typedef {{line: number, title: string, key?: string, url?: string, estimate?: string, why?: string}} Item */

const TITLES = ['title', 'summary', 'name', 'subject', 'System.Title'];
const KEYS = ['key', 'identifier', 'custom_id', 'idShort', 'number', 'iid', 'ref', 'id', 'System.Id'];
const URLS = ['html_url', 'web_url', 'webUrl', 'shortUrl', 'url', 'permalink', 'link'];
const ESTIMATES = [
  'storyPoints',
  'story_points',
  'estimate',
  'weight',
  'points',
  'customfield_10016',
  'customfield_10026',
  'Microsoft.VSTS.Scheduling.StoryPoints',
  'Microsoft.VSTS.Scheduling.Effort',
  'consensus',
];

/** The stories in JSON; null if it is none. @param {string} text @returns {Item[] | null} */
export function json(text) {
  if (!/^\s*[[{]/.test(text)) return null;
  const values = parsed(text);
  if (values === null) return null;
  const lists = values.flatMap((value) => arrays(value, 0));
  const best = lists.reduce((most, list) => (titled(list) > titled(most) ? list : most), []);
  return titled(best) > 0 ? best.map((value, i) => item(value, i)) : null;
}

/** JSON, or JSON objects one a line. @param {string} text @returns {unknown[] | null} */
function parsed(text) {
  try {
    return [JSON.parse(text)];
  } catch {
    try {
      return [
        text
          .split(/\r?\n/)
          .filter((line) => line.trim())
          .map((line) => JSON.parse(line)),
      ];
    } catch {
      return null;
    }
  }
}

/** The arrays anywhere in a value. @param {any} value @param {number} depth @returns {any[][]} */
function arrays(value, depth) {
  if (value === null || typeof value !== 'object' || depth > 6) return [];
  const inner = Object.values(value).flatMap((part) => arrays(part, depth + 1));
  return Array.isArray(value) ? [value, ...inner] : inner;
}

/** How much an array looks like stories. @param {any[]} list */
function titled(list) {
  const stories = list.filter((value) => typeof value === 'string' || text(value, TITLES));
  if (stories.length < list.length * 0.8) return 0;
  const known = list.some((value) => text(value, KEYS) || text(value, URLS)) ? 1.5 : 1;
  return stories.length * known * (list.some((value) => typeof value === 'string') ? 0.1 : 1);
}

/**
 * A field of an object or of its `fields` that has text.
 *
 * @param {any} value
 * @param {string[]} names
 * @returns {string}
 */
function text(value, names) {
  for (const of of [value, value?.fields]) {
    for (const name of names) {
      const found = Object.hasOwn(Object(of), name) ? of[name] : undefined;
      if (typeof found === 'string' || typeof found === 'number') return String(found);
    }
  }
  return '';
}

/** @param {any} value @param {number} i @returns {Item} */
function item(value, i) {
  if (typeof value === 'string') return { line: i + 1, title: value };
  const url = text(value, URLS);
  const number = text(value, KEYS);
  // GitHub and GitLab have numbers that are no good without their mark.
  const key = /^\d+$/.test(number) && /\/(issues|pull|work_items|merge_requests)\//.test(url) ? `#${number}` : number;
  const closed = value.closed === true || value.archived === true || value.archivedAt;
  return {
    line: i + 1,
    title: text(value, TITLES),
    ...(key && key.length <= 40 && { key }),
    ...(/^https?:/i.test(url) && { url }),
    ...(text(value, ESTIMATES) && { estimate: text(value, ESTIMATES) }),
    ...(closed && { why: 'archived' }),
  };
}

const ENTITIES = new Map(Object.entries({ amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" }));

/** What comes after the beginning of character data. @param {string} part */
function characterData(part) {
  const end = part.indexOf(']]>');
  const text = end < 0 ? '' : part.slice(0, end);
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;') + (end < 0 ? part : part.slice(end + 3));
}

/** The text of an element's content. @param {string} content */
const plain = (content) =>
  content
    .split('<![CDATA[')
    .map((part, i) => (i === 0 ? part : characterData(part)))
    .join('')
    .replace(/<[^<>]*>/g, '')
    .replace(/&(?:#x([\da-f]{1,6})|#(\d{1,7})|(\w{2,5}));/gi, (whole, hex, decimal, name) => {
      const code = Number.parseInt(hex ?? decimal, hex ? 16 : 10);
      return ENTITIES.get(name) ?? (code > 0 && code < 0x110000 ? String.fromCodePoint(code) : whole);
    })
    .trim();

/** The content of the elements of that name. @param {string} source @param {string} name */
function elements(source, name) {
  const open = new RegExp(`<${name}(?:\\s[^<>]*)?>`, 'g');
  const close = `</${name}>`;
  const contents = [];
  while (open.test(source)) {
    const end = source.indexOf(close, open.lastIndex);
    if (end < 0) break;
    contents.push(source.slice(open.lastIndex, end));
    open.lastIndex = end + close.length;
  }
  return contents;
}

/** The source without comments. @param {string} source */
const uncommented = (source) =>
  source
    .split('<!--')
    .map((part, i) => (i === 0 || !part.includes('-->') ? part : part.slice(part.indexOf('-->') + 3)))
    .join('');

/**
 * The stories in Jira's XML (RSS); null if it is none. A browser's own parser is
 * not used: the page lets no text become a document.
 *
 * @param {string} source
 * @returns {Item[] | null}
 */
export function xml(source) {
  if (!/^\s*(?:<\?xml|<!--|<rss)/.test(source)) return null;
  const items = elements(uncommented(source), 'item');
  if (items.length === 0) return null;
  return items.map((content, i) => {
    const part = (/** @type {string} */ name) => plain(elements(content, name)[0] ?? '');
    const key = part('key');
    const link = part('link');
    const points = elements(content, 'customfield').find((field) =>
      /^story ?points?(?: estimate)?$/i.test(plain(elements(field, 'customfieldname')[0] ?? '')),
    );
    const estimate = plain(elements(points ?? '', 'customfieldvalue')[0] ?? '');
    return {
      line: i + 1,
      title: part('summary') || part('title').replace(/^\[[^\]]+\]\s*/, ''),
      ...(key && { key }),
      ...(/^https?:/i.test(link) && { url: link }),
      ...(estimate && { estimate }),
    };
  });
}
