import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import test from 'node:test';

const scripts = new URL('../js/', import.meta.url);
const files = readdirSync(scripts, { recursive: true }).filter((name) => name.endsWith('.js') && !name.startsWith('lang/')).sort();

/**
 * The places where an object is asked for something by a name that is computed.
 * Each is here with why no text of a user's can be that name, or why it would do
 * no harm; what is new and not here belongs into a Map.
 */
const KNOWN = new Map([
  ['app.js', ['[field]:']], // a draft, by the page's own name for the field
  ['i18n.js', [
    'all, key))?.[key]', // an own property, as is asked just before
    'entry[new Intl.PluralRules(language).select(params.n)]',
    'params[name]', // an own property; the name is a language file's
  ]],
  ['keys.js', [
    'cards[Math.max(0, Math.min(cards.length - 1, to))]', // an array
    'does[asked.do]', // what meaning() answers
  ]],
  ['lines.js', ['rows(text, mark)[0]', 'row[column]', 'topics[from]']], // arrays
  ['room.js', [
    "used[i - 1]", "['', ''][places.length]", "['', ''][steps]", // arrays
    'scale[camp[0]]', 'scale[camp[camp.length - 1]]', 'scale[used[0]]', 'scale[used[used.length - 1]]',
    'room.members[id]', // without a prototype: see state.js
  ]],
  ['state.js', ['steps[event.event]', 'room.members[id]', 'result[key]']], // an own property; twice without a prototype
  ['announce.js', ['was.members[id]', 'now.members[id]', "SIGNS[want ?? '']"]],
  ['play.js', ['now.members[me]', 'was.members[me]']],
  ['ui.js', ['kid.props[name]', 'was.props[name]', 'value[key]', 'was?.[key]', 'node[name]']], // what h() was given, by the views' own names
  ['views/dialogs.js', ['room.members[me?.id]', 'room.members[id]']],
  ['views/parts.js', ['PATHS[name]', 'room?.members[me.id]']], // the name of an icon
  ['views/room.js', ['room.members[me?.id]']],
  ['views/table.js', ['(p.state.room)[side]']], // 'low' or 'high'
  ['views/topics.js', ['children[i + by]']],
]);

// A regular expression, whose brackets are none of what is looked for.
const PATTERN = /(?<=[(=,:!&|?]\s*)\/(?![*/])(?:\\.|\[(?:\\.|[^\]\\\n])*\]|[^/\\\n[])+\/[a-z]*/g;

/** Computed members, computed keys and uses of `in`, of a script without its comments and texts. */
function lookups(source) {
  const code = source.replace(/\/\*[\s\S]*?\*\/|(?<!:)\/\/[^\n]*/g, '').replace(PATTERN, '//').replace(/'[^'\n]*'/g, "''");
  const members = [...code.matchAll(/[\w)\]}]\??\.?\[(?!\d+\]|[\w.]+\.length - 1\])/g)].map(({ index }) => code.slice(Math.max(0, index - 24), index + 70));
  const keys = [...code.matchAll(/[{,]\s*\[[^\]]*\]\s*:/g)].map(([found]) => found);
  const asked = [...code.matchAll(/[\w'"`)]\s+in\s+(?!navigator)\w+/g)].map(({ index }) => code.slice(Math.max(0, index - 20), index + 40));
  return { members, keys, asked };
}

test('no text is a key of a plain object', () => {
  for (const file of files) {
    const { members, keys, asked } = lookups(readFileSync(new URL(file, scripts), 'utf8'));
    const known = KNOWN.get(file) ?? [];
    for (const place of [...members, ...keys]) {
      assert.ok(known.some((text) => place.includes(text)), `${file}: ${place.trim()}\nIf a user's text or an id may be that key, use a Map. If not, say why in this test.`);
    }
    assert.deepEqual(asked, [], `${file}: "in" also finds what every object inherits; use Object.hasOwn or a Map`);
  }
});

test('the check above finds what it is there for', () => {
  const { members, keys, asked } = lookups("const a = NAMES[value]; const b = { ['x']: 1 }[card]; if (card in NAMES) c = { [card]: 1 };");
  assert.equal(members.length, 1 + 1);
  assert.equal(keys.length, 2);
  assert.equal(asked.length, 1);
});
