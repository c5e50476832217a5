// What people bring along, by the kinds of faults that strangers met (K1–K9).

import assert from 'node:assert/strict';
import test from 'node:test';
import { pieces, readStories } from '../js/import/stories.js';

const limits = { nameLength: 40, topicLength: 200, topicBytes: 1024, commentLength: 500, keyLength: 40, urlBytes: 500 };
const fits = { limits, room: 200, roomBytes: 65536 };
const read = (text, choice, more = {}) => readStories(text, { ...fits, ...more }, choice);

/** Stories as `KEY title <url> =estimate`. */
const short = ({ stories }) =>
  stories.map(({ key, title, url, estimate }) =>
    [key, title, url && `<${url}>`, estimate && `=${estimate}`].filter(Boolean).join(' '),
  );
const leftOf = ({ left }) => left.map(({ line, why, char }) => [line, why, char].filter(Boolean).join(' '));

const CASES = [
  ['K1: a head in Spanish', 'Resumen,Clave\nLogin,A-1', ['A-1 Login'], ['1 names']],
  [
    'K1: in French, with semicolons',
    'Clé de ticket;Résumé\nA-1;Connexion\nA-2;Déconnexion',
    ['A-1 Connexion', 'A-2 Déconnexion'],
    ['1 names'],
  ],
  ['K1: in Polish', 'Klucz zgłoszenia,Podsumowanie\nA-1,Logowanie', ['A-1 Logowanie'], ['1 names']],
  ['K1: in Japanese', '課題キー,要約\nA-1,ログイン', ['A-1 ログイン'], ['1 names']],
  ['K1: in Chinese', '问题关键字,概要\nA-1,登录', ['A-1 登录'], ['1 names']],
  ['K1: Redmine', '#,Project,Tracker,Subject,Author\n12,Shop,Bug,Login,Ada', ['12 Login'], ['1 names']],
  [
    'K1: Trello',
    'Card ID,Card Name,Card URL,Card Description\n5f1,Login,https://trello.com/c/1,"many\nlines"',
    ['5f1 Login <https://trello.com/c/1>'],
    ['1 names'],
  ],
  ['K1: Tempo', 'Issue Key,Issue summary,Hours\nA-1,Login,3', ['A-1 Login'], ['1 names']],
  [
    'K1: ClickUp prefers the custom id',
    'Task ID,Task Custom ID,Task Name\n86a,SHOP-1,Login',
    ['SHOP-1 Login'],
    ['1 names'],
  ],
  [
    'K1: Azure DevOps, titles in levels',
    'ID,Work Item Type,Title 1,Title 2\n7,Epic,Shop,\n8,Story,,Login',
    ['7 Shop', '8 Login'],
    ['1 names'],
  ],
  [
    'K1: Jira with points',
    'Summary,Issue key,Issue id,Custom field (Story Points)\nLogin,A-1,10001,5.0',
    ['A-1 Login =5'],
    ['1 names'],
  ],
  [
    'K1: a description of many lines is not many stories',
    'Summary,Issue key,Description\nLogin,A-1,"one\ntwo, three\n- four"\nPay,A-2,',
    ['A-1 Login', 'A-2 Pay'],
    ['1 names'],
  ],
  ['K2: a blank line first', '\n\nTitle,ID\nLogin,A-1', ['A-1 Login'], ['3 names']],
  [
    'K2: a title line first',
    'Sprint 12 export\nTitle,ID\nLogin,A-1\nPay,A-2',
    ['A-1 Login', 'A-2 Pay'],
    ['1 before', '2 names'],
  ],
  ['K2: a byte order mark and quotes', '\ufeff"Title","ID"\r\n"Login","A-1"\r\n', ['A-1 Login'], ['1 names']],
  ['K2: sep=', 'sep=;\nTitle;ID\nLogin;A-1', ['A-1 Login'], ['2 names']],
  ['K3: Issue ID', 'Issue ID,Title\n12,Login', ['12 Login'], ['1 names']],
  [
    'K3: GitLab',
    'Title,Description,Issue ID,URL,State,Weight\nLogin,text,12,https://gitlab.com/a/b/-/issues/12,Open,3',
    ['12 Login <https://gitlab.com/a/b/-/issues/12> =3'],
    ['1 names'],
  ],
  ['K3: Bugzilla', '"Bug ID","Product","Summary"\n4711,Core,Login', ['4711 Login'], ['1 names']],
  ['K3: Taiga', 'id,ref,subject\n900,12,Login', ['12 Login'], ['1 names']],
  ['K4: a cell of Excel with a line break', 'Key\tTitle\nA-1\t"Login\npage"', ['A-1 Login page'], ['1 names']],
  ['K4: a blank before the quote', 'Key, Title\nA-1, "a, b"', ['A-1 a, b'], ['1 names']],
  ['K4: U+2028 between items', 'Login\u2028Search\u2028Pay', ['Login', 'Search', 'Pay'], []],
  ['K4: a quote that is never closed', 'Key,Title\nA-1,"Login\nA-2,Pay', ['A-1 "Login', 'A-2 Pay'], ['1 names']],
  ['K4: inches', '5" pipe\n7" pipe', ['5" pipe', '7" pipe'], []],
  ['K5: a box to tick', '- [ ] Login\n- [x] Search', ['Login', 'Search'], []],
  ['K5: numbers', '1. Search\n2) Login\n(3) Pay', ['Search', 'Login', 'Pay'], []],
  ['K5: a bullet', '• Pay\n◦ Ship', ['Pay', 'Ship'], []],
  ['K5: a heading among bullets', '## Sprint\n- Login\n- Search', ['Login', 'Search'], ['1 heading']],
  ['K5: a year at the beginning is no mark', '2026 plan\n2027 plan', ['2026 plan', '2027 plan'], []],
  ['K6: a type that looks like a head', 'Story\tA-1\tLogin\nStory\tA-2\tLog out', ['A-1 Login', 'A-2 Log out'], []],
  ['K6: sentences with commas', 'Title, in bold\nLogin, with key', ['Title, in bold', 'Login, with key'], []],
  ['K6: one line', 'Title', ['Title'], []],
  ['K6: two lines, of which the first is a name of a column', 'Name\nLogin', ['Name', 'Login'], []],
  ['K7: a bullet of Word', '\uf0b7 Login\n\uf0b7\tSearch', ['Login', 'Search'], []],
  ['K7: marks of the writing direction', '\u200eLogin\n\u202bשלום\u202c', ['Login', 'שלום'], []],
  ["K7: Windows' apostrophe", 'Bob\u0092s cart', ['Bob’s cart'], []],
  ['K7: what cannot be there, is named', 'Login\nBad \ue123 one\nPay', ['Login', 'Pay'], ['2 character U+E123']],
  ['K7: too many marks', `Za${'\u0301'.repeat(6)}lgo\nPay`, ['Pay'], ['1 character U+0301']],
  ['a key in brackets', '[SHOP-12] Login\n[SHOP-13] Pay', ['SHOP-12 Login', 'SHOP-13 Pay'], []],
  ['a key and a colon', 'SHOP-12: Login', ['SHOP-12 Login'], []],
  ['a key and a blank, everywhere', 'SHOP-12 Login\nSHOP-13 Pay', ['SHOP-12 Login', 'SHOP-13 Pay'], []],
  ['UTF-8 is no key', 'UTF-8 everywhere\nLogin\nPay', ['UTF-8 everywhere', 'Login', 'Pay'], []],
  ['a number of GitHub', '#12 Login', ['#12 Login'], []],
  [
    'a link in Markdown',
    '- [SHOP-1](https://t.example/browse/SHOP-1) Login',
    ['SHOP-1 Login <https://t.example/browse/SHOP-1>'],
    [],
  ],
  ['a title that is a link', '- [Login page](https://t.example/1)', ['Login page <https://t.example/1>'], []],
  [
    'addresses',
    'https://t.example/browse/SHOP-1\nhttps://github.com/a/b/issues/7 Login',
    ['SHOP-1 SHOP-1 <https://t.example/browse/SHOP-1>', '#7 Login <https://github.com/a/b/issues/7>'],
    [],
  ],
  ['a Markdown table', '| Key | Title |\n|---|:--|\n| A-1 | a \\| b |', ['A-1 a | b'], ['1 names']],
  [
    "Confluence's table",
    '||Key||Summary||\n|A-1|Login|\n|A-2|[Pay|https://t.example/2]|',
    ['A-1 Login', 'A-2 Pay <https://t.example/2>'],
    ['1 names'],
  ],
  [
    "MediaWiki's table",
    '{|\n! Key !! Title\n|-\n| A-1 || Login\n|-\n| A-2\n| Pay\n|}',
    ['A-1 Login', 'A-2 Pay'],
    ['2 names'],
  ],
  [
    'gh issue list --json',
    '[{"number":12,"title":"Login","url":"https://github.com/a/b/issues/12"}]',
    ['#12 Login <https://github.com/a/b/issues/12>'],
    [],
  ],
  [
    'GitLab, JSON',
    '[{"iid":3,"title":"Pay","web_url":"https://gitlab.com/a/b/-/issues/3","weight":5}]',
    ['#3 Pay <https://gitlab.com/a/b/-/issues/3> =5'],
    [],
  ],
  ['Jira, REST', '{"issues":[{"key":"A-1","fields":{"summary":"Login","customfield_10016":3}}]}', ['A-1 Login =3'], []],
  [
    'Azure DevOps, REST',
    '{"value":[{"id":7,"fields":{"System.Title":"Login","Microsoft.VSTS.Scheduling.StoryPoints":8}}]}',
    ['7 Login =8'],
    [],
  ],
  [
    'Linear',
    '{"data":{"issues":{"nodes":[{"identifier":"ENG-1","title":"Login","estimate":2}]}}}',
    ['ENG-1 Login =2'],
    [],
  ],
  [
    'Trello, JSON',
    '{"name":"Board","cards":[{"idShort":4,"name":"Login","shortUrl":"https://trello.com/c/x"},{"idShort":5,"name":"Old","closed":true}]}',
    ['4 Login <https://trello.com/c/x>'],
    ['2 archived'],
  ],
  ['Poinz', '[{"title":"Login","description":"d"},{"title":"Pay","estimate":5}]', ['Login', 'Pay =5'], []],
  ['JSON that is a list of texts', '["Login","Pay"]', ['Login', 'Pay'], []],
  ['broken JSON is a list', '{"title": "Login"', ['{"title": "Login"'], []],
  [
    "Jira's XML",
    '<?xml version="1.0"?><!-- RSS <item> --><rss><channel><item><title>[A-1] x</title><link>https://t.example/A-1</link><key id="1">A-1</key><summary>Sign in &amp; &#x201C;out&#8221; <![CDATA[<b> &amp;]]></summary><customfields><customfield id="c"><customfieldname>Story Points</customfieldname><customfieldvalues><customfieldvalue>5.0</customfieldvalue></customfieldvalues></customfield></customfields></item><item><title>[A-2] Pay</title><key>A-2</key></item></channel></rss>',
    ['A-1 Sign in & “out” <b> &amp; <https://t.example/A-1> =5', 'A-2 Pay'],
    [],
  ],
  ['no title in a row', 'Key,Title\nA-1,\nA-2,Pay', ['A-2 Pay'], ['1 names', '2 untitled']],
  ['a script is no address', 'Title,URL\nLogin,javascript:alert(1)', ['Login'], ['1 names']],
  ['nothing', ' \n ', [], []],
];

for (const [name, text, stories, left] of CASES) {
  test(name, () => {
    const result = read(text);
    assert.deepEqual(short(result), stories);
    assert.deepEqual(leftOf(result), left);
  });
}

test('nothing is eaten: every line that was filled is a story or is left out with a reason', () => {
  for (const [, text] of CASES.filter(([, text]) => !/^\s*[[{<]/.test(text))) {
    const { stories, left, changed } = read(text);
    const shown = [...stories.flatMap((s) => Object.values(s)), ...[...left, ...changed].map((l) => l.text)].join(' ');
    for (const word of text.matchAll(/[\p{L}]{4,}/gu)) {
      const found = shown.includes(word[0]);
      const aside = [
        'Bug',
        'Epic',
        'Core',
        'text',
        'Open',
        'many',
        'lines',
        'three',
        'four',
        'Shop',
        'Story',
        'https',
        'example',
      ].includes(word[0]);
      assert.ok(found || aside, `${word[0]} of ${JSON.stringify(text)}`);
    }
  }
});

test('K8: a list is sent in pieces that fit into a message', () => {
  const stories = Array.from({ length: 200 }, (_, i) => ({ title: `${i} ${'x'.repeat(97)}`, key: `SHOP-${i}` }));
  const all = pieces(stories, 16384);
  assert.deepEqual(all.flat(), stories);
  assert.ok(all.length > 1);
  for (const piece of all) {
    const message = JSON.stringify({ request: 'addTopics', id: 'x'.repeat(32), roomId: 'r'.repeat(40), topics: piece });
    assert.ok(new TextEncoder().encode(message).length <= 16384, `${message.length}`);
  }
});

test('K8: the longest stories go one by one', () => {
  const stories = Array.from({ length: 30 }, () => ({
    title: '"'.repeat(1024),
    url: `https://t.example/${'x'.repeat(480)}`,
  }));
  for (const piece of pieces(stories, 4096)) assert.ok(JSON.stringify(piece).length < 4096);
});

test('K9: what does not fit is said before', () => {
  const lines = Array.from({ length: 350 }, (_, i) => `Story ${i + 1}`).join('\n');
  const result = read(lines, {}, { room: 150 });
  assert.equal(result.stories.length, 150);
  assert.deepEqual(leftOf(result).slice(0, 2), ['151 full', '152 full']);
  assert.equal(result.left.length, 200);
});

test('K9: nor in bytes', () => {
  const result = read(Array.from({ length: 100 }, () => 'ü'.repeat(100)).join('\n'), {}, { roomBytes: 2000 });
  assert.equal(result.stories.length, 10);
  assert.equal(result.left.length, 90);
});

test('a long title is cut between characters, and said to be', () => {
  const result = read(`${'👩‍🚀'.repeat(100)}\n${'a'.repeat(300)}`);
  assert.deepEqual(
    result.changed.map(({ line }) => line),
    [1, 2],
  );
  assert.equal(result.stories[1].title, `${'a'.repeat(199)}…`);
  assert.ok(new TextEncoder().encode(result.stories[0].title).length <= 1024);
});

test('the user says which column is which, and that the names are a story', () => {
  const text = 'Foo,Bar,Baz\nA-1,Login,x\nA-2,Pay,y';
  assert.deepEqual(read(text).names, ['Foo', 'Bar', 'Baz']);
  assert.deepEqual(short(read(text)), ['A-1 Login', 'A-2 Pay']);
  const chosen = read(text, { columns: { title: [2], key: [] }, hasHead: false });
  assert.deepEqual(short(chosen), ['Baz', 'x', 'y']);
  const named = read('Title,ID\nLogin,A-1', { hasHead: false, columns: { title: [0], key: [1] } });
  assert.deepEqual(short(named), ['ID Title', 'A-1 Login']);
  assert.deepEqual(short(read('Title,ID\nLogin,A-1', { as: 'list' })), ['Title,ID', 'Login,A-1']);
});

test('a key becomes a link where the tracker is known', () => {
  const at = (base) => short(read('SHOP-1: Login', { base }));
  assert.deepEqual(at('https://t.example/browse/'), ['SHOP-1 Login <https://t.example/browse/SHOP-1>']);
  assert.deepEqual(at('https://t.example/{key}/view'), ['SHOP-1 Login <https://t.example/SHOP-1/view>']);
  assert.deepEqual(at('javascript:alert(1)//'), ['SHOP-1 Login']);
  assert.deepEqual(short(read('#12 Login', { base: 'https://github.com/a/b/issues/' })), [
    '#12 Login <https://github.com/a/b/issues/12>',
  ]);
  assert.equal(read('SHOP-1: Login').keysAlone, true);
  assert.equal(read('- [SHOP-1](https://t.example/1) Login').keysAlone, false);
});

test('a long text, whatever is in it, does not hold up the page', () => {
  const parts = [
    'a',
    ' ',
    '\n',
    '\t',
    ',',
    '"',
    '",',
    ' "x\n',
    '[',
    '[a](http://',
    'http://)',
    ' -',
    '- ',
    '|',
    '||',
    '--|',
    '[a|https:',
    '[https:',
  ];
  const begun = [
    '<?xml<item>',
    '<rss><!--',
    '<rss><item><summary><![CDATA[',
    '<rss><item><summary><',
    '<rss><item><customfield>',
  ];
  const texts = [
    ...parts.map((part) => `x${part.repeat(100_000 / part.length)}x`),
    ...begun.map((text) => text.replace(/<[^>]*>?$/, (last) => last.repeat(100_000 / last.length))),
    `http://x ${' -'.repeat(50_000)}y`,
    `x\n||${'[a'.repeat(50_000)}`,
  ];
  for (const text of texts) {
    const began = process.cpuUsage();
    read(text);
    const took = process.cpuUsage(began).user / 1000;
    assert.ok(took < 3000, `${JSON.stringify(text.slice(0, 30))}: ${took} ms for ${text.length} characters`);
  }
});

test('two megabytes of a tracker’s are read at once, and every line is accounted for', () => {
  const kinds = {
    list: ['', (i) => `Story number ${i} about the login page\n`],
    bullets: ['', (i) => `- [ ] SHOP-${i} Story of the login page\n`],
    jira: [
      'Summary,Issue key,Description\n',
      (i) => `"Story ${i}, with comma",SHOP-${i},"As a user\nI want ""it""\n"\n`,
    ],
    wide: [`Summary,${'x,'.repeat(60)}Issue key\n`, (i) => `Story ${i},${'y,'.repeat(60)}SHOP-${i}\n`],
    clipboard: ['', (i) => `SHOP-${i}\tStory ${i}\t3\r\n`],
    commas: ['', (i) => `${i}, b; c | d\n`],
  };
  for (const [kind, [head, line]] of Object.entries(kinds)) {
    let [text, n] = [head, 0];
    for (; text.length < 2_000_000; n += 1) text += line(n);
    const began = process.cpuUsage();
    const { stories, left } = read(text);
    const took = process.cpuUsage(began).user / 1000;
    assert.equal(stories.length, 200, kind);
    assert.equal(left.filter(({ why }) => why === 'full').length, n - 200, kind);
    assert.ok(took < 600, `${kind}: ${took} ms`); // 30 to 200 on a machine of 2024; the page draws between
  }
});

test('a table may have more lines, or columns, than a function has arguments', () => {
  assert.equal(read('a\n'.repeat(130_000)).stories.length, 200);
  assert.equal(read(`${'a\t'.repeat(130_000)}b\nc\td`, { as: 'table' }).stories.length, 2);
});

test('any character may be said to separate', () => {
  for (const mark of [']', '^', '\\', 'd', '-'])
    assert.deepEqual(read(`sep=${mark}\ntitle${mark}key\nrun${mark}K1\n`).stories, [{ title: 'run', key: 'K1' }], mark);
});
