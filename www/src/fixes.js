// Fixes that were applied in the editor, where logs are given too. The logs were written before them, so the
// answer stays the one to the text as it was given, and the editor shows the text with the fixes.
//
// Positions in a report speak of the text as given. Here they are brought to the text of the editor and back.

import { applied, changeBetween } from './marks.js';

/** @typedef {import('./types.js').Doc} Doc */
/** @typedef {import('./types.js').Report} Report */
/** @typedef {import('./types.js').State} State */
/** @typedef {import('./marks.js').Edit} Edit */
/** @typedef {import('./marks.js').Mark} Mark */

/** The document as the logs know it. @param {Doc} doc @returns {Doc} */
export function asGiven(doc) {
  return doc.before === undefined ? doc : { ...doc, text: doc.before };
}

/** Whether two edits of one text are the same. @param {Edit} a */
const sameAs = (a) => (/** @type {Edit} */ b) => a.from === b.from && a.to === b.to && a.text === b.text;

/**
 * With some of the proposed edits made.
 *
 * @param {Doc} doc
 * @param {Edit[]} edits positions in the text as given
 * @returns {Partial<Doc>}
 */
export function withFixes(doc, edits) {
  const { before = doc.text ?? '', fixes: made = [] } = doc;
  const fixes = [...made, ...edits.filter((edit) => !made.some(sameAs(edit)))];
  return { before, fixes, text: applied(before, fixes) };
}

/**
 * After an edit by hand. Undo leads back fix by fix to the text as given; an edit beside the fixes is made to
 * both texts; one inside a fix makes the whole a text of its own.
 *
 * @param {Doc} doc
 * @param {string} text
 * @returns {Partial<Doc>}
 */
export function withEdit({ before, fixes = [], text: old = '' }, text) {
  const alone = { text, before: undefined, fixes: undefined };
  if (before === undefined || text === before) return alone;
  for (let kept = fixes.length; kept > 0; kept--)
    if (applied(before, fixes.slice(0, kept)) === text) return { text, before, fixes: fixes.slice(0, kept) };
  const change = changeBetween(old, text);
  const from = toGiven(fixes, change.from);
  const to = toGiven(fixes, change.to);
  const longer = change.text.length - (to - from);
  const moved = fixes.map((fix) => (fix.from >= to ? { ...fix, from: fix.from + longer, to: fix.to + longer } : fix));
  const next = before.slice(0, from) + change.text + before.slice(to);
  return applied(next, moved) === text ? { text, before: next, fixes: moved } : alone;
}

/** @param {Doc} doc @param {Edit[]} edits @returns {Edit[]} those that are not made */
export function editsLeft({ fixes = [] }, edits) {
  return edits.filter((edit) => !fixes.some(sameAs(edit)));
}

/**
 * The marks that are left in the text of the editor, with their places there.
 *
 * @param {Doc} doc
 * @param {Mark[]} marks places in the text as given
 * @returns {Mark[]}
 */
export function marksLeft(doc, marks) {
  const { fixes, text = '' } = doc;
  if (!fixes) return marks;
  return marks
    .filter((mark) => !mark.edit || editsLeft(doc, [mark.edit]).length > 0)
    .map((mark) => {
      const from = fromGiven(fixes, mark.from);
      return { ...mark, from, to: Math.max(from, fromGiven(fixes, mark.to)), line: lineAt(text, from) };
    });
}

/** Where a line of the text as given now stands. @param {Doc} doc @param {number} line */
export function lineNow({ before, fixes, text = '' }, line) {
  if (before === undefined || !fixes) return line;
  const above = before.split('\n').slice(0, line - 1);
  const start = above.reduce((sum, each) => sum + each.length + 1, 0);
  return lineAt(text, fromGiven(fixes, start));
}

/**
 * How far the proposals of a report stand in the file by now. Undefined where none does.
 *
 * @param {State} state
 * @returns {{ name: string, made: number, left: number, parameters: Set<string> } | undefined}
 */
export function fixedSoFar({ report, reported, documents }) {
  const doc = documents.find((each) => each.fixes);
  const read = report?.documents[reported.findIndex((each) => each.key === doc?.key)];
  if (!doc?.fixes || !report || !read) return undefined;
  const parameters = new Set(doc.fixes.flatMap((fix) => fix.parameters));
  const edits = report.patches.find((patch) => patch.document === read.id)?.edits ?? [];
  const left = edits.filter((edit) => edit.parameters.some((each) => !parameters.has(each))).length;
  return { name: doc.name || read.name, made: edits.length - left, left, parameters };
}

/** @param {string} text @param {number} at */
function lineAt(text, at) {
  return text.slice(0, at).split('\n').length;
}

/** @param {Edit[]} fixes @param {number} at */
function fromGiven(fixes, at) {
  return fixes.reduce((now, fix) => (fix.to <= at ? now + fix.text.length - (fix.to - fix.from) : now), at);
}

/** The way back; inside of a fix it leads to its start. @param {Edit[]} fixes @param {number} at */
function toGiven(fixes, at) {
  let longer = 0;
  for (const fix of [...fixes].sort((a, b) => a.from - b.from || a.to - b.to)) {
    const start = fix.from + longer;
    if (at <= start) break;
    if (at < start + fix.text.length) return fix.from;
    longer += fix.text.length - (fix.to - fix.from);
  }
  return at - longer;
}
