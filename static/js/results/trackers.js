// The results as trackers take them. Each has what the tracker can do nothing with left
// out: stories without the key of an issue, and values that its field cannot hold.

/** @import {Result} from './stories.js' */

import { cell } from '../export.js';

/**
 * @typedef {object} Format
 * @property {string} name what the tracker is called
 * @property {'csv' | 'sh'} kind
 * @property {boolean} [fresh] it makes new issues, and does not change those there are
 * @property {(stories: Result[]) => {text: string, n: number, left?: string[]}} make the file; how many stories are in it, and the titles of those that an import would rename
 */

/**
 * Rows as a tracker imports them. There is no mark of UTF-8 before them, which some
 * importers take for a part of the first column's name.
 *
 * @param {string[]} head
 * @param {unknown[][]} rows
 */
function table(head, rows) {
  return { text: [head, ...rows].map((cells) => `${cells.map(cell).join(',')}\r\n`).join(''), n: rows.length };
}

/** The stories that have a title and a number. @param {Result[]} stories */
const counted = (stories) => stories.filter(({ title, points }) => title && points !== null);

// What a spreadsheet may run: where a cell begins, also one that it cuts off.
const FORMULA = /(^|[;\t\r\n])[\s"]*[=+\-@|%＝＋－＠]/;
const CUT = 100; // characters from which a title that ends in dots was cut when it was read

/**
 * A title as its issue has it, for an import overwrites that; null if the file may not
 * have it so, or if it is not known whole.
 *
 * @param {string} title
 */
const exact = (title) =>
  FORMULA.test(title) || (title.length > CUT && title.endsWith('…')) ? null : `"${title.replaceAll('"', '""')}"`;

/**
 * Rows that change issues, each with its title as it is.
 *
 * @param {string[]} head
 * @param {[unknown, string, ...unknown[]][]} rows what is before the title, the title, what is after it
 */
function changes(head, rows) {
  /** @type {string[]} */
  const left = [];
  const lines = rows.flatMap(([before, title, ...after]) => {
    const written = exact(title);
    if (!written) left.push(title);
    return written ? [[...[before].flat().map(cell), written, ...after.map(cell)].join(',')] : [];
  });
  return { text: [head.map(cell).join(','), ...lines, ''].join('\r\n'), n: lines.length, left };
}

/** Jira: CSV with a column Summary; the issues are found by their key. @param {Result[]} stories */
const jira = (stories) =>
  changes(
    ['Issue key', 'Summary', 'Story Points'],
    counted(stories)
      .filter(({ key }) => /^[a-z]\w*-\d+$/i.test(key))
      .map(({ key, title, points }) => [key, title, points]),
  );

/**
 * Azure Boards: CSV whose rows with an ID change that work item. It wants the type,
 * too: the one that has story points in the Agile process is the user story.
 *
 * @param {Result[]} stories
 */
const azure = (stories) =>
  changes(
    ['ID', 'Work Item Type', 'Title', 'Story Points'],
    counted(stories).flatMap(({ key, title, link, points }) => {
      const [, id] = /^(?:AB)?#?(\d+)$/i.exec(key) ?? [];
      const theirs = !link || /\/_workitems\/edit\/\d+/.test(link); // and no other tracker's
      return id && theirs ? [[[Number(id), 'User Story'], title, points]] : [];
    }),
  );

/** Whether a weight of GitLab's can be that. @param {number | null} points */
const isWeight = (points) => points !== null && Number.isInteger(points) && points >= 0;

/**
 * GitLab: the issues there are get their weight by its command line, since its CSV
 * makes new ones.
 *
 * @param {Result[]} stories
 */
function glab(stories) {
  const lines = stories.flatMap((story) => {
    const issue = issueOf(story, /^\/((?:[\w.-]+\/)+[\w.-]+)\/-\/(?:issues|work_items)\/(\d+)\/?$/);
    if (!issue || !isWeight(story.points)) return [];
    const repo = issue.repo && ` --repo ${issue.host === 'gitlab.com' ? '' : `https://${issue.host}/`}${issue.repo}`;
    return [`glab issue update ${issue.n} --weight ${story.points}${repo}`];
  });
  return { text: lines.map((line) => `${line}\n`).join(''), n: lines.length };
}

/** GitLab's CSV: title and description, whose quick action sets the weight. @param {Result[]} stories */
const gitlab = (stories) =>
  table(
    ['title', 'description'],
    counted(stories)
      .filter(({ points }) => isWeight(points))
      .map(({ title, link, points }) => [title, `${link && `${link}\n\n`}/weight ${points}`]),
  );

/**
 * GitHub: commands that give each issue a label with its value, since issues have no
 * field for it. Nothing that people typed is in them but values of harmless characters.
 *
 * @param {Result[]} stories
 */
function github(stories) {
  /** @type {Set<string>} */
  const labels = new Set();
  const edits = stories.flatMap((story) => {
    const issue = issueOf(story, /^\/([\w.-]+\/[\w.-]+)\/issues\/(\d+)\/?$/);
    if (!issue || story.agreed === null || !/^[\p{L}\p{N} .,/+-]+$/u.test(story.agreed)) return [];
    const repo = issue.repo && ` --repo ${issue.host === 'github.com' ? '' : `${issue.host}/`}${issue.repo}`;
    const label = `"estimate: ${story.agreed.replaceAll(',', '.')}"`; // a comma would be two labels
    labels.add(`gh label create ${label} --color C5DEF5 --force${repo}`); // or it fails where the label is there
    return [`gh issue edit ${issue.n}${repo} --add-label ${label}`];
  });
  return { text: [...labels, ...edits].map((line) => `${line}\n`).join(''), n: edits.length };
}

/** Linear's CSV, which makes new issues. @param {Result[]} stories */
const linear = (stories) =>
  table(
    ['Title', 'Description', 'Status', 'Priority', 'Estimate', 'Labels'],
    counted(stories)
      .filter(({ points }) => isWeight(points))
      .map(({ title, link, points }) => [title, link, 'Backlog', 'No priority', points, '']),
  );

/**
 * The issue of a story by its address, or else by its key if that is a number, such as
 * 12 or #12.
 *
 * @param {Result} story
 * @param {RegExp} path of an issue, with repository and number
 */
function issueOf({ key, link }, path) {
  if (link) {
    const { host, pathname } = URL.canParse(link) ? new URL(link) : { host: '', pathname: '' };
    const [, repo, n] = path.exec(pathname) ?? [];
    return repo && /^[\w.-]+(:\d+)?$/.test(host) ? { n, repo, host } : null;
  }
  const [, n] = /^#?(\d+)$/.exec(key) ?? [];
  return n ? { n, repo: '', host: '' } : null;
}

/** The formats by the names that files end in. @type {Map<string, Format>} */
export const TRACKERS = new Map([
  ['jira', { name: 'Jira', kind: 'csv', make: jira }],
  ['azure', { name: 'Azure DevOps', kind: 'csv', make: azure }],
  ['github', { name: 'GitHub', kind: 'sh', make: github }],
  ['glab', { name: 'GitLab', kind: 'sh', make: glab }],
  ['gitlab', { name: 'GitLab', kind: 'csv', fresh: true, make: gitlab }],
  ['linear', { name: 'Linear', kind: 'csv', fresh: true, make: linear }],
]);
