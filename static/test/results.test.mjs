import assert from 'node:assert/strict';
import test from 'node:test';
import { csv, json, markdown, report, tsv } from '../js/results/formats.js';
import { reasons, references, storiesOf, sumOf } from '../js/results/stories.js';
import { TRACKERS } from '../js/results/trackers.js';
import { cells } from './tables.mjs';

const room = { createdAt: '2026-11-23T12:00:00Z', round: 9 };
const at = (minute) => `2026-11-23T12:${String(minute).padStart(2, '0')}:00Z`;
const summary = (lowest, highest, median, spread, values) => ({
  median,
  spread,
  lowest,
  highest,
  distribution: values.map((value) => ({ value, count: 1 })),
});
const round = (n, topic, minute, fields = {}) => ({
  round: n,
  topic,
  finishedAt: at(minute),
  deck: 'fibonacci',
  agreed: null,
  estimates: [],
  hidden: 0,
  summary: null,
  ...fields,
});
const agreed = (value, number = Number(value)) => ({ agreed: value, agreedNumber: number });
const said = (userId, value, comment = '') => ({ userId, name: userId, value, comment });

const ROUNDS = [
  round(1, 'Login', 5, {
    key: 'SHOP-1',
    url: 'https://tracker.example/browse/SHOP-1',
    estimates: [said('Cleo', '13', 'legacy | parser'), said('Ada', '2', 'small'), said('Bob', '5')],
    summary: summary('2', '13', 5, 4, ['2', '5', '13']),
  }),
  round(2, 'Search, fuzzy', 9, {
    key: 'SHOP-2',
    ...agreed('1/2', 0.5),
    summary: summary('0', '1', 0.5, 1, ['0', '1']),
  }),
  round(3, 'Login page', 12, { key: 'shop-1', ...agreed('5'), summary: summary('5', '5', 5, 0, ['5']) }),
  round(4, '=1+1', 20, { agreed: 'M', summary: summary('S', 'M', null, 1, ['S', 'M']) }),
];
const STORIES = storiesOf(ROUNDS, room);

test('a story that was estimated twice is one row, with its last agreed value', () => {
  assert.equal(STORIES.length, 3);
  const { key, title, agreed, points, median, rounds, minutes, link } = STORIES[0];
  assert.deepEqual(
    { key, title, agreed, points, median, rounds, minutes, link },
    {
      key: 'shop-1',
      title: 'Login page',
      agreed: '5',
      points: 5,
      median: 5,
      rounds: 2,
      minutes: 8,
      link: 'https://tracker.example/browse/SHOP-1',
    },
  );
});

test('an agreed value stays when the story is estimated again without one', () => {
  const [story] = storiesOf([round(1, 'A', 1, agreed('3')), round(2, 'a ', 2)], room);
  assert.deepEqual([story.agreed, story.points, story.rounds], ['3', 3, 2]);
});

test('rounds without a topic are stories of their own', () => {
  assert.equal(storiesOf([round(1, '', 1), round(2, ' ', 2)], room).length, 2);
});

test('nobody knows how long the first round took if there were others before it', () => {
  assert.deepEqual(
    storiesOf([round(7, 'A', 5), round(8, 'B', 8)], room).map(({ minutes }) => minutes),
    [null, 3],
  );
});

test('the sum is that of the numbers, without dust', () => {
  const of = (...numbers) => sumOf(numbers.map((points) => ({ points })));
  assert.equal(of(0.1, 0.2, null), 0.3);
  assert.equal(of(null), null);
  assert.equal(of(), null);
});

test('people were far apart if there is a card between them, or with no deck if they differ', () => {
  const apart = (spread, lowest, highest) =>
    storiesOf([round(1, 'A', 1, { summary: summary(lowest, highest, null, spread, []) })], room)[0].apart !== null;
  assert.deepEqual([apart(2, '1', '3'), apart(1, '1', '2'), apart(0, '1', '1')], [true, false, false]);
  assert.deepEqual(
    [apart(null, '1', '3'), apart(null, '1', '1'), apart(null, undefined, undefined)],
    [true, false, false],
  );
});

test('their reasons go from low to high, and the ends are there without one', () => {
  assert.deepEqual(
    reasons(STORIES[0]).map(({ name }) => name),
    ['Ada', 'Cleo'],
  );
});

test('references go by size, what is no number after it in the order of the deck', () => {
  const story = (agreed, points = null) => ({ agreed, points, title: agreed });
  const groups = references(
    [story('M'), story('5', 5), story('½', 0.5), story(null), story('S'), story('5', 5)],
    ['S', 'M', '5'],
  );
  assert.deepEqual(
    groups.map(([value, { length }]) => [value, length]),
    [
      ['½', 1],
      ['5', 2],
      ['S', 1],
      ['M', 1],
    ],
  );
});

test('CSV has one row a story, every text quoted and harmless', () => {
  assert.equal(
    csv(STORIES),
    '\ufeff"key","title","agreed","points","median","spread","lowest","highest","rounds","minutes","link"\r\n' +
      '"shop-1","Login page","5",5,5,0,"5","5",2,8,"https://tracker.example/browse/SHOP-1"\r\n' +
      '"SHOP-2","Search, fuzzy","\'1/2",0.5,0.5,1,"0","1",1,4,""\r\n' +
      '"","\'=1+1","M",,,1,"S","M",1,8,""\r\n',
  );
});

test('on the clipboard decimals are as the spreadsheet writes them', () => {
  const text = tsv(STORIES, (column) => column, ',');
  assert.equal(text.split('\r\n')[2], '"SHOP-2"\t"Search, fuzzy"\t"\'1/2"\t0,5\t0,5\t1\t"0"\t"1"\t1\t4\t""');
  assert.doesNotMatch(text, /\ufeff/);
});

test('JSON has the same', () => {
  const { stories } = JSON.parse(json(STORIES));
  assert.deepEqual(stories[1], {
    key: 'SHOP-2',
    title: 'Search, fuzzy',
    agreed: '1/2',
    points: 0.5,
    median: 0.5,
    spread: 1,
    lowest: '0',
    highest: '1',
    rounds: 1,
    minutes: 4,
    link: '',
  });
});

test('Markdown has the tracker’s links and nothing else that means something', () => {
  const [, , login, , formula] = markdown(STORIES, (column) => column).split('\n');
  assert.equal(login, '| [shop-1](<https://tracker.example/browse/SHOP-1>) | Login page | 5 | 5 | 5 | 5 | 2 | 8 |');
  assert.equal(formula, '|  | =1+1 | M |  | S | M | 1 | 8 |');
  const [story] = storiesOf([round(1, '[x](y) | z', 1, { url: 'https://t.example/a|b>c', key: 'A|1' })], room);
  assert.match(
    markdown([story], String),
    /\| \[A\\\|1\]\(<https:\/\/t\.example\/a%7Cb%3Ec>\) \| \\\[x\\\]\(y\) \\\| z \|/,
  );
});

test('the report has the sum and the reasons', () => {
  const words = {
    title: 'Session',
    head: String,
    stories: 'Stories',
    sum: 'Sum',
    apart: 'Apart',
    from: (low, high) => `${low} to ${high}`,
    untitled: 'No topic',
  };
  const text = report(STORIES, words);
  assert.match(text, /^## Session\n\nStories: 3 · Sum: 5\.5\n\n\| key/);
  assert.match(
    text,
    /### Apart\n\n- shop-1 Login page: 2 to 13\n {2}- \*\*2\*\* Ada – small\n {2}- \*\*13\*\* Cleo – legacy \\\| parser\n$/,
  );
});

const story = (fields) => ({ key: '', title: 'T', link: '', agreed: '5', points: 5, ...fields });
const made = (tracker, ...stories) => TRACKERS.get(tracker).make(stories.map(story)).text;

// https://support.atlassian.com/jira-cloud-administration/docs/import-data-from-a-csv-file/
test('Jira: comma-separated, a head without punctuation, a column Summary', () => {
  const text = made('jira', { key: 'SHOP-1', title: 'a "b", c' }, { key: '#12' }, { key: 'SHOP-2', points: null }, {});
  assert.equal(text, '"Issue key","Summary","Story Points"\r\n"SHOP-1","a ""b"", c",5\r\n');
  assert.deepEqual(cells(text)[1], ['SHOP-1', 'a "b", c', '5']);
});

test('an import renames no issue: a title that cannot be written as it is leaves its story out', () => {
  const titles = ['=1+1', '- dash', 'a; =b', '@home', `${'x'.repeat(150)}…`];
  for (const [tracker, key] of [
    ['jira', 'A-1'],
    ['azure', '12'],
  ]) {
    const { text, n } = TRACKERS.get(tracker).make(titles.map((title) => story({ key, title })));
    assert.deepEqual([n, text.split('\r\n').length], [0, 2], text);
    for (const title of ['Login, @home', 'a - b', 'Wait …', 'x = y', '1/2', '5']) {
      assert.equal(cells(made(tracker, { key, title }))[1].at(-2), title);
    }
  }
});

test('Azure Boards: the number of another tracker’s issue is none of its', () => {
  const links = ['https://github.com/o/r/issues/3', 'https://dev.azure.com/o/p/_workitems/edit/3'];
  assert.equal(TRACKERS.get('azure').make(links.map((link) => story({ key: '#3', link }))).n, 1);
});

// https://learn.microsoft.com/azure/devops/boards/queries/import-work-items-from-csv
test('Azure Boards: ID, type and title, with the number that the work item has', () => {
  assert.equal(
    made(
      'azure',
      { key: '12', points: 0.5 },
      { key: 'AB#13' },
      { key: '#14' },
      { key: 'SHOP-15' },
      { key: '16', points: null },
    ),
    '"ID","Work Item Type","Title","Story Points"\r\n12,"User Story","T",0.5\r\n13,"User Story","T",5\r\n14,"User Story","T",5\r\n',
  );
});

// https://docs.gitlab.com/user/project/issues/csv_import/ and …/quick_actions/
test('GitLab’s CSV: title and description, in which /weight has a line of its own', () => {
  assert.equal(
    made('gitlab', { link: 'https://x.example/1' }, { points: 8 }, { points: 0.5 }, { title: '' }),
    '"title","description"\r\n"T","https://x.example/1\n\n/weight 5"\r\n"T","/weight 8"\r\n',
  );
});

// https://docs.gitlab.com/cli/issue/update
test('glab: the weight of the issue, in its project', () => {
  assert.equal(
    made(
      'glab',
      { link: 'https://gitlab.com/g/sub/p/-/issues/3' },
      { link: 'https://git.example:8443/g/p/-/work_items/4' },
      { key: '#5' },
      { link: 'https://gitlab.com/g/p/-/issues/6', points: 0.5 },
      { link: 'https://gitlab.com/g/p/-/merge_requests/7', key: '7' },
    ),
    'glab issue update 3 --weight 5 --repo g/sub/p\n' +
      'glab issue update 4 --weight 5 --repo https://git.example:8443/g/p\n' +
      'glab issue update 5 --weight 5\n',
  );
});

// https://cli.github.com/manual/gh_issue_edit and gh_label_create
test('gh: a label for each value, then that of each issue', () => {
  assert.equal(
    made(
      'github',
      { link: 'https://github.com/o/r/issues/3' },
      { link: 'https://github.com/o/r/issues/4' },
      { link: 'https://ghe.example/o/r/issues/5', agreed: '0,5', points: 0.5 },
      { key: '#6', agreed: 'M', points: null },
      { key: 'SHOP-7' },
    ),
    'gh label create "estimate: 5" --color C5DEF5 --force --repo o/r\n' +
      'gh label create "estimate: 0.5" --color C5DEF5 --force --repo ghe.example/o/r\n' +
      'gh label create "estimate: M" --color C5DEF5 --force\n' +
      'gh issue edit 3 --repo o/r --add-label "estimate: 5"\n' +
      'gh issue edit 4 --repo o/r --add-label "estimate: 5"\n' +
      'gh issue edit 5 --repo ghe.example/o/r --add-label "estimate: 0.5"\n' +
      'gh issue edit 6 --add-label "estimate: M"\n',
  );
});

test('no command has in it what a shell would run', () => {
  const nasty = ['$(id)', '`id`', '"; id; "', "'; id", '\\', '!1', '%PATH%', '& id', '| id', '\u2028id', '5\nid'];
  for (const text of nasty) {
    for (const tracker of ['github', 'glab']) {
      const link = `https://github.com/o/r/issues/3?${text}`;
      const all = made(
        tracker,
        { link, agreed: text, title: text },
        { link: `https://gitlab.com/${text}/-/issues/1` },
        { key: `#1${text}` },
      );
      assert.doesNotMatch(all, /\bid\b|[$`\\!%&|;]/, text);
    }
  }
});

// The columns of linear/linear, packages/import/src/importers/linearCsv
test('Linear: the columns of its own export that an import reads', () => {
  assert.equal(
    made('linear', { link: 'https://x.example/1' }, { points: 0.5 }),
    '"Title","Description","Status","Priority","Estimate","Labels"\r\n"T","https://x.example/1","Backlog","No priority",5,""\r\n',
  );
});

test('no tracker is given a formula, and each says how many stories it takes', () => {
  for (const { kind, make } of TRACKERS.values()) {
    const { text, n } = make([story({ key: 'A-1', title: '=1+1', link: '' }), story({ points: null, agreed: null })]);
    if (kind === 'csv') assert.doesNotMatch(text, /(^|,)"?=/m);
    assert.ok(n <= 1);
  }
});
