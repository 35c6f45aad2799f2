// What the editor keeps of a text that logs speak of, whatever is fixed, typed and undone in whatever order.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { asGiven, editsLeft, marksLeft, withEdit, withFixes } from '../../www/src/texts/fixes.js';
import { applied } from '../../www/src/texts/marks.js';

const GIVEN = 'a: 100\nb: 1000\nc:\n  d: 30s\n  e: 1\n';
/** Values, and two keys that are added at one place. */
const PROPOSED = [
  [3, 6, '250'],
  [10, 14, '2500'],
  [22, 25, '60s'],
  [26, 26, '  f: 5\n'],
  [26, 26, '  g: 6\n'],
].map(([from, to, text]) => ({ from, to, text, line: 0, parameters: [text] }));
const ROUNDS = process.env.TIMING_ADVISOR_FULL ? 50_000 : 3000;

/** The same numbers in each run. */
function draws(seed) {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1103515245) + 12345) & 0x7fffffff;
    return (state >> 8) % below;
  };
}

test('the text as given stays, and the changes give the text of the editor', () => {
  const draw = draws(7);
  for (let round = 0; round < ROUNDS; round++) {
    let doc = { key: 1, name: '', text: GIVEN };
    const seen = [GIVEN];
    for (let step = 0; step < 8; step++) {
      const kind = draw(4);
      const { text } = doc;
      if (kind === 0) {
        const some = editsLeft(doc, PROPOSED).filter(() => draw(2));
        if (some.length > 0) doc = { ...doc, ...withFixes(doc, some) };
        assert.deepEqual(editsLeft(doc, some), [], 'what was made is not offered again');
      } else if (kind === 1) {
        doc = { ...doc, ...withEdit(doc, seen[draw(seen.length)], true) };
      } else {
        const from = draw(text.length + 1);
        const to = Math.min(text.length, from + draw(4));
        const put = ['', '0', '\n', 'xy', ' # n\n'][draw(5)];
        doc = { ...doc, ...withEdit(doc, text.slice(0, from) + put + text.slice(to), true) };
      }
      seen.push(doc.text);
      assert.equal(asGiven(doc).text, GIVEN);
      if (doc.fixes) assert.equal(applied(GIVEN, doc.fixes), doc.text);
    }
  }
});

test('a proposal that was typed by hand counts as made', () => {
  const doc = { key: 1, name: '', text: GIVEN };
  const typed = { ...doc, ...withEdit(doc, GIVEN.replace('1000', '2500'), true) };
  assert.deepEqual(
    editsLeft(typed, PROPOSED).map(({ text }) => text),
    PROPOSED.map(({ text }) => text).filter((text) => text !== '2500'),
  );
});

test('what is said of two values goes with the first of them that is changed', () => {
  const mark = (/** @type {number} */ from, /** @type {string} */ text) => ({
    from,
    to: from + 3,
    line: 1,
    severity: 'info',
    text,
  });
  const doc = { key: 1, name: '', text: GIVEN };
  const typed = { ...doc, ...withEdit(doc, GIVEN.replace('100\n', '500\n'), true) };
  const marks = [mark(3, 'Too short beside b'), mark(10, 'Too short beside b'), mark(22, 'Another')];
  assert.deepEqual(
    marksLeft(typed, marks).map(({ text }) => text),
    ['Another'],
  );
});
