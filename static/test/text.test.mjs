import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import test from 'node:test';

const scripts = new URL('../js/', import.meta.url);
const files = readdirSync(scripts, { recursive: true })
  .filter((name) => name.endsWith('.js') && !name.startsWith('lang/'))
  .sort();

/**
 * The places where an object is asked for something by a name that is computed.
 * Each is here with why no text of a user's can be that name, or why it would do
 * no harm; what is new and not here belongs into a Map.
 */
const KNOWN = new Map([
  ['actions/room.js', ['topics[index]']], // an array
  ['agreement.js', ['used[', "['', '']["]], // arrays
  ['announcements.js', ['was.members[id]', 'now.members[id]']], // without a prototype: see state.js
  [
    'i18n.js',
    [
      'texts[key]', // an own property, as is asked just before
      'entry[new Intl.PluralRules(tag).select(params.n)]',
      'LANGUAGES[language]', // one of its keys
      'params[name]', // an own property; the name is a language file's
    ],
  ],
  ['import/columns.js', ['columns[role]', '(row[i]', 'cells[i]', 'rest[best]']], // one of four words; an array
  ['import/data.js', ['of[name]', 'RegExp(`<${name}']], // an own property, as is asked just before; a pattern
  ['import/list.js', ['text[']], // a text
  ['import/stories.js', ['places[role]', 'cells[place]', 'head?.cells[i]']], // one of four words; arrays
  ['import/table.js', ['text[at]', 'widths.length / 2)]', 'cells[', 'rows[', 'text[']], // arrays and a text
  [
    'keyboard.js',
    [
      'cards[Math.max(0, Math.min(cards.length - 1, to))]', // an array
      'does[asked.do]', // what meaning() answers
    ],
  ],
  ['ahead/actions.js', ['drafts[field(topicId)]', '[topicId]:']], // a number, with a word of the page before it or alone
  ['ahead/hand.js', ['cards[Math', 'drafts[field(topicId)]', 'drafts[`', 'aheadSent[topicId]']], // as above
  ['ahead/index.js', ['members[me.id]', 'ahead?.[topicId]', 'drafts[field(topicId)]']], // without a prototype; as above
  ['ahead/stories.js', ['aheadSent })[topicId]', 'ahead[topicId]']], // numbers
  ['ahead/follow.js', ['known[topicId]', 'ahead[topicId]', 'drafts[']], // numbers
  ['views/room.js', ["members[me?.id ?? '']"]], // without a prototype
  ['members.js', ['room.members[id]']], // without a prototype: see state.js
  ['merge-patch.js', ['result[key]']], // without a prototype
  ['people/index.js', ['drafts[`']], // a number, with a word of the page before it
  ['people/absence.js', ['room.members[room.ownerId]', 'room.members[me]']], // without a prototype: see state.js
  ['people/signals.js', ['TONES[signal]', 'members[me.id]', '[way]:']], // a signal's name; without a prototype; one of two words
  ['page.js', ['[field]:']], // a draft, by the page's own name for the field
  ['parse/topics.js', ['topics[from]']], // arrays
  ['render.js', ['kid.props[name]', 'was.props[name]', 'value[key]', 'was?.[key]', 'node[name]']], // what the views call things
  ['room-page.js', ['room.members[me]']], // without a prototype
  ['state.js', ['steps[event.event]', 'room.members[id]']], // an own property; without a prototype
  ['tab.js', ["SIGNS[want ?? '']"]], // what wanted() answers
  ['import/form.js', ['cells[i]', 'columns?.[role]', '[role]:']], // arrays; one of four words
  ['results/formats.js', ['story[name]']], // a column's name
  ['results/stories.js', ['rounds[i - 1]']], // an array
  ['views/dialogs/history.js', ['room.members[userId]']], // without a prototype: see state.js
  ['views/dialogs/me.js', ['room.members[me.id]']], // without a prototype
  ['views/dialogs/topics.js', ['list[i]', 'children[i + by]', 'ahead?.[topicId]', 'ahead[topicId]']], // arrays; numbers
  ['views/icon.js', ['PATHS[name]']], // the name of an icon
  ['views/notices.js', ['room?.members[me.id]']], // without a prototype
  ['views/outcome.js', ['(page.state.room)[side]']], // 'low' or 'high'
  ['views/round-controls.js', ['room.members[me.id]']], // without a prototype
]);

// A regular expression, whose brackets are none of what is looked for.
const PATTERN = /(?<=[(=,:!&|?]\s*)\/(?![*/])(?:\\.|\[(?:\\.|[^\]\\\n])*\]|[^/\\\n[])+\/[a-z]*/g;

/** Computed members, computed keys and uses of `in`, of a script without its comments and texts. */
function lookups(source) {
  const code = source
    .replace(/\/\*[\s\S]*?\*\/|(?<!:)\/\/[^\n]*/g, '')
    .replace(PATTERN, '//')
    .replace(/'[^'\n]*'/g, "''");
  const members = [...code.matchAll(/[\w)\]}]\??\.?\[(?!\d+\]|[\w.]+\.length - 1\])/g)].map(({ index }) =>
    code.slice(Math.max(0, index - 24), index + 70),
  );
  const keys = [...code.matchAll(/[{,]\s*\[[^\]]*\]\s*:/g)].map(([found]) => found);
  const asked = [...code.matchAll(/[\w'"`)]\s+in\s+(?!navigator)\w+/g)].map(({ index }) =>
    code.slice(Math.max(0, index - 20), index + 40),
  );
  return { members, keys, asked };
}

test('no text is a key of a plain object', () => {
  for (const file of files) {
    const { members, keys, asked } = lookups(readFileSync(new URL(file, scripts), 'utf8'));
    const known = KNOWN.get(file) ?? [];
    for (const place of [...members, ...keys]) {
      assert.ok(
        known.some((text) => place.includes(text)),
        `${file}: ${place.trim()}\nIf a user's text or an id may be that key, use a Map. If not, say why in this test.`,
      );
    }
    assert.deepEqual(asked, [], `${file}: "in" also finds what every object inherits; use Object.hasOwn or a Map`);
  }
});

test('the check above finds what it is there for', () => {
  const { members, keys, asked } = lookups(
    "const a = NAMES[value]; const b = { ['x']: 1 }[card]; if (card in NAMES) c = { [card]: 1 };",
  );
  assert.equal(members.length, 1 + 1);
  assert.equal(keys.length, 2);
  assert.equal(asked.length, 1);
});
