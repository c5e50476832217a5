import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import test from 'node:test';
import { csv, json, markdown, withCurrent } from '../js/export.js';

const golden = (name) =>
  JSON.parse(readFileSync(new URL(`../../protocol/testdata/events/${name}.json`, import.meta.url), 'utf8'));
const { rounds } = golden('roomHistory');
const round = (fields) => ({
  round: 1,
  topic: '',
  finishedAt: '2026-11-23T12:01:00Z',
  deck: 'fibonacci',
  agreed: null,
  estimates: [],
  hidden: 0,
  summary: null,
  ...fields,
});

/** Reads CSV after RFC 4180, without what the page itself makes of it. */
function table(text) {
  assert.equal(text[0], '\ufeff');
  const result = [];
  let row = [];
  for (const [, quoted, bare, end] of text.slice(1).matchAll(/(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r\n)/g)) {
    row.push(quoted?.replaceAll('""', '"') ?? bare);
    if (end === ',') continue;
    result.push(row);
    row = [];
  }
  return result;
}

const topicIn = (text) => table(csv([round({ topic: text })]))[1][1];

test('CSV has a line for each estimate, and one for a round without', () => {
  const [head, ...lines] = table(csv(rounds));
  assert.deepEqual(head, [
    'round',
    'topic',
    'finishedAt',
    'deck',
    'agreed',
    'mean',
    'median',
    'name',
    'value',
    'comment',
  ]);
  assert.equal(
    lines.length,
    rounds.reduce((sum, { estimates }) => sum + Math.max(1, estimates.length), 0),
  );
  for (const line of lines) assert.equal(line.length, head.length);
  assert.deepEqual(lines[0], [
    '1',
    'Login page',
    '2026-11-23T12:01:00Z',
    'fibonacci',
    '5',
    '6.5',
    '6.5',
    'Ada',
    '5',
    'legacy parser',
  ]);
  assert.deepEqual(table(csv([round({})]))[1].slice(4), ['', '', '', '', '', '']);
});

test('CSV lines end as RFC 4180 says', () => {
  assert.match(csv([]), /^\ufeff"round",.*,"comment"\r\n$/);
  assert.doesNotMatch(csv(rounds), /[^\r]\n/);
});

test('a CSV cell survives quotes, separators and line ends', () => {
  for (const text of ['say "no"', 'a,b', 'a;b', 'a\r\nb', '""', '"', ',', "it's", 'Größe ½ ☕ 👩‍🚀', ' spaces '])
    assert.equal(topicIn(text), text);
});

test('what a spreadsheet takes for a formula gets an apostrophe', () => {
  const formulas = [
    '=1+1',
    '+1+1',
    '-1+1',
    '@SUM(A1)',
    '\t=1',
    '\tx',
    '\r=1',
    '\rx',
    '\n=1',
    ' =1',
    '\u00a0=1',
    '=HYPERLINK("http://x.test","y")',
    '-',
  ];
  for (const text of formulas) assert.equal(topicIn(text)[0], "'", JSON.stringify(text));
  assert.equal(topicIn('=1+1'), "'=1+1");
});

test('no formula is left where a spreadsheet cuts at something else', () => {
  for (const text of [
    'x;=1+1;',
    'x,=1+1',
    'x\t=1',
    'x|@SUM(A1)',
    'x\n=1',
    'x; =1',
    'x;\t+1',
    'x;"=1+1;',
    'x; "=1"',
    'a;b;-1+1|cmd',
    ';=1',
    '"=1',
    'x;\uff1d1;',
    '1;=1',
    '=1;=2',
  ]) {
    const file = csv([
      round({ topic: text, estimates: [{ userId: 'u', name: text, value: text, comment: text }] }),
    ]).slice(1);
    for (const mark of [',', ';', '\t', '|']) {
      for (const cell of cells(file, mark))
        assert.doesNotMatch(
          cell,
          /^\s*[=+\-@\uff0b\uff0d\uff1d\uff20]/,
          `${JSON.stringify(text)} cut at ${JSON.stringify(mark)}`,
        );
    }
  }
});

/** What a lenient reader may take for cells: cut inside quotes and at ends of lines, quotes taken off. */
const cells = (file, mark) =>
  [...file.split(mark), ...file.split(/[\r\n]/).flatMap((line) => line.split(mark))].flatMap((cell) => [
    cell,
    cell.replace(/^"+/, ''),
    cell.replaceAll('"', ''),
  ]);

test('a text stays readable, and a number one', () => {
  for (const text of ['see a; then b', '5 – 8; 3', 'x;y', 'a, b', 'C++; C#', '13', '-1'])
    assert.equal(topicIn(text), text);
});

test('what a spreadsheet takes for a date gets an apostrophe', () => {
  for (const text of ['1/2', '3/4', '1/2/3', '12/2026']) assert.equal(topicIn(text), `'${text}`);
  for (const text of ['1/2 cup', 'a/b', '1½', '3 1/2']) assert.equal(topicIn(text), text);
});

for (const text of ['\uff1d1+1', '\uff0b1+1', '\uff0d1+1', '\uff20SUM(A1)', ' \uff1d1']) {
  test(`so does its full-width form ${text}`, () => assert.equal(topicIn(text), `'${text}`));
}

test('a name, a value and a comment are guarded as a topic is', () => {
  const [, line] = table(
    csv([round({ deck: '=d', agreed: '=a', estimates: [{ userId: 'u', name: '=n', value: '=v', comment: '=c' }] })]),
  );
  assert.deepEqual([line[3], line[4], ...line.slice(7)], ["'=d", "'=a", "'=n", "'=v", "'=c"]);
});

test('a number is no formula, and a sign inside a text none', () => {
  for (const text of ['-1', '-0.5', '13', '½', '1-2', 'a=b', 'me@x.test', 'C+C']) assert.equal(topicIn(text), text);
});

test('Markdown has a row a round, all of the same width', () => {
  const lines = markdown(rounds, ['Topic', 'Agreed', 'Median', 'Estimates']).trimEnd().split('\n');
  assert.deepEqual(lines.slice(0, 3), [
    '| # | Topic | Agreed | Median | Estimates |',
    '| --- | --- | --- | --- | --- |',
    '| 1 | Login page | 5 | 6.5 | Ada: 5 (legacy parser), Ben: 8, Cleo: ? |',
  ]);
  assert.equal(lines.length, 2 + rounds.length);
});

test('nothing in a text means anything to Markdown', () => {
  const [, , line, ...rest] = markdown(
    [
      round({
        topic: 'a|b\r\nc\u2028d',
        estimates: [{ userId: 'u', name: '<b>*A*', value: '5', comment: '[x](y) `z` ![i]' }],
      }),
    ],
    ['a', 'b', 'c', 'd'],
  ).split('\n');
  assert.equal(line, String.raw`| 1 | a\|b c d |  |  | \<b\>\*A\*: 5 (\[x\](y) \`z\` \!\[i\]) |`);
  assert.deepEqual(rest, ['']);
});

test('nobody is called by an export, and no address in it is a link', () => {
  const texts = [
    '@everyone',
    'ask @Ann/team',
    'me@x.test',
    'https://x.test/a',
    'HTTP://x.test',
    'ftp://x',
    'www.x.test',
    'WWW.x.test',
    'mailto:a@b.test',
    '#12',
    'org/repo#12',
    '<!here>',
    '<@U1>',
  ];
  for (const text of texts) {
    const made = markdown(
      [round({ topic: text, estimates: [{ userId: 'u', name: text, value: text, comment: text }] })],
      ['a', 'b', 'c', 'd'],
    );
    assert.doesNotMatch(made, /@[^\s\u200b]|[a-z]:\/\/|www\.|mailto:|#\d|(?<!\\)</i, text);
    assert.ok(made.replaceAll('\u200b', '').replaceAll('\\', '').includes(`| ${text} |`), 'and reads as before');
  }
});

test('a backslash cannot free a bar', () => {
  assert.match(markdown([round({ topic: '\\|' })], ['a', 'b', 'c', 'd']), /\| 1 \| \\\\\\\| \|/);
});

test('JSON holds the rounds as they are', () => {
  assert.deepEqual(JSON.parse(json(rounds)), { rounds });
});

test('the current round goes along once it is revealed, in the shape of the others', () => {
  const { room } = golden('roomStatus-full');
  const all = withCurrent(rounds, room, '2026-11-23T12:03:00Z');
  assert.equal(all.length, rounds.length + 1);
  const last = all[all.length - 1];
  assert.deepEqual(Object.keys(last).sort(), Object.keys(rounds[0]).sort());
  assert.deepEqual([last.round, last.topic, last.agreed, last.deck], [3, 'Login page', '5', 'fibonacci']);
  assert.deepEqual(Object.keys(last.estimates[0]).sort(), Object.keys(rounds[0].estimates[0]).sort());
  assert.equal(last.estimates.length, room.estimates);
});

test('a hidden round and one without estimates stay out', () => {
  assert.equal(withCurrent(rounds, golden('roomStatus-hidden').room, ''), rounds);
  assert.equal(withCurrent(rounds, { ...golden('roomStatus-full').room, estimates: 0 }, ''), rounds);
});
