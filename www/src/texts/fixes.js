// What was changed in the editor where logs are given too. The logs were written before, so the answer stays the one
// to the text as it was given, and the editor shows the text with the changes.
//
// Changes are places of the text as given with what stands there now; none overlaps another. Positions in a report
// speak of that text too: here they are brought to the text of the editor.

import { sameWords } from '../dom.js';
import { readAs } from '../read-as.js';
import { WORDS } from '../strings.js';
import { applied, changeBetween, editsOf, fixLabel, marksOf } from './marks.js';

/** @typedef {import('../types.js').Doc} Doc */
/** @typedef {import('../types.js').Report} Report */
/** @typedef {import('../types.js').State} State */
/** @typedef {import('./marks.js').Edit} Edit */
/** @typedef {import('./marks.js').Mark} Mark */

/** So many states can be undone to without losing which proposals they held. */
const PAST = 30;

/** The document as the logs know it. @param {Doc} doc @returns {Doc} */
export function asGiven(doc) {
  return doc.before === undefined ? doc : { ...doc, text: doc.before };
}

/** A line that was added beside a place is no part of it. @param {Edit} change @param {{ from: number, to: number }} place */
function within(change, place) {
  const adds = change.from === change.to;
  return place.from <= change.from && change.to <= place.to && !(adds && change.text.includes('\n'));
}

/** @param {Edit} change @param {{ from: number, to: number }} place */
function overlap(change, place) {
  return change.from < place.to && place.from < change.to;
}

/** Whether a proposal stands in the text, by whatever hand. @param {Doc} doc @param {Edit} edit */
function stands({ before = '', fixes = [] }, edit) {
  if (edit.from === edit.to)
    return fixes.some((fix) => fix.from <= edit.from && edit.to <= fix.to && fix.text.includes(edit.text.trim()));
  const inner = fixes.filter((fix) => within(fix, edit));
  const moved = inner.map((fix) => ({ ...fix, from: fix.from - edit.from, to: fix.to - edit.from }));
  return applied(before.slice(edit.from, edit.to), moved) === edit.text;
}

/**
 * With some of the proposed edits made. What was written by hand in their places gives way.
 *
 * @param {Doc} doc
 * @param {Edit[]} edits positions in the text as given
 * @returns {Partial<Doc>}
 */
export function withFixes(doc, edits) {
  const { before = doc.text ?? '', fixes: made = [], past = [] } = doc;
  const gives = (/** @type {Edit} */ fix) => edits.some((edit) => edit.from < edit.to && within(fix, edit));
  const fixes = [...made.filter((fix) => !gives(fix)), ...edits];
  return { before, fixes, past: [...past, made], text: applied(before, fixes) };
}

/**
 * After an edit by hand. Undo leads back to what was there before, and to the text as given.
 *
 * @param {Doc} doc
 * @param {string} text
 * @param {boolean} held whether logs speak of the text as given
 * @returns {Partial<Doc>}
 */
export function withEdit({ before, fixes = [], past = [], text: old = '' }, text, held) {
  const given = before ?? (held ? old : text);
  if (given === text) return { text, before: undefined, fixes: undefined, past: undefined };
  const known = past.findLast((each) => applied(given, each) === text);
  return {
    text,
    before: given,
    fixes: known ?? joined(fixes, changeBetween(old, text), text),
    past: [...past, fixes].slice(-PAST),
  };
}

/**
 * As it was before the logs beside it were removed, with what was written since.
 *
 * @param {Doc} doc
 * @param {Doc[]} [changed] the documents that held changes then
 * @returns {Doc}
 */
export function withLogs(doc, changed) {
  const was = changed?.find(({ key }) => key === doc.key);
  if (!was) return doc;
  const { before, fixes, past, text } = was;
  return { ...doc, before, fixes, past, ...(doc.text === text ? {} : withEdit(was, doc.text ?? '', true)) };
}

/**
 * The changes with one more; those that it touches become one with it.
 *
 * @param {Edit[]} fixes
 * @param {{ from: number, to: number, text: string }} change positions in the text with the fixes
 * @param {string} text with the change
 * @returns {Edit[]}
 */
function joined(fixes, change, text) {
  let { from, to } = change;
  let [grownAbove, grownInside, longer] = [0, 0, 0];
  /** @type {Edit[][]} */
  const [above, below] = [[], []];
  for (const fix of fixes.toSorted((a, b) => a.from - b.from || a.to - b.to)) {
    const start = fix.from + longer;
    const end = start + fix.text.length;
    const grows = fix.text.length - (fix.to - fix.from);
    longer += grows;
    if (change.to < start) below.push(fix);
    else if (end < change.from) {
      above.push(fix);
      grownAbove += grows;
    } else [from, to, grownInside] = [Math.min(from, start), Math.max(to, end), grownInside + grows];
  }
  const put = text.slice(from, to + change.text.length - (change.to - change.from));
  const one = { from: from - grownAbove, to: to - grownAbove - grownInside, text: put, line: 0, parameters: [] };
  // Of several at one place the order is that of the text.
  return [...above, one, ...below];
}

/** Those that are not made and that no change by hand runs across. @param {Doc} doc @param {Edit[]} edits */
export function editsLeft(doc, edits) {
  const across = (/** @type {Edit} */ edit) => doc.fixes?.some((fix) => overlap(fix, edit) && !within(fix, edit));
  return doc.fixes ? edits.filter((edit) => !stands(doc, edit) && !across(edit)) : edits;
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
  const changed = (/** @type {Mark} */ mark) => fixes.some((fix) => overlap(fix, mark) || within(fix, mark));
  // What is said of two values no longer holds when one of them is another.
  const over = marks.filter((mark) => !mark.edit && changed(mark)).map((mark) => mark.text);
  const left = marks.filter((mark) =>
    mark.edit ? editsLeft(doc, [mark.edit]).length > 0 : !over.some((text) => sameWords(text, mark.text)),
  );
  const now = (/** @type {number} */ at) => fromGiven(fixes, at);
  return left.map((mark) => {
    const from = now(mark.from);
    const fix = mark.fix && editsLeft(doc, mark.fix);
    const first = left.find((each) => each.edit && each.line === mark.together);
    const byHand = mark.edit && mark.from < mark.to && fixes.some((each) => mark.edit && within(each, mark.edit));
    return {
      ...mark,
      from,
      to: Math.max(from, now(mark.to)),
      line: lineAt(text, from),
      text: byHand ? `${WORDS.wasInForce} ${mark.text}` : mark.text,
      fix,
      label:
        fix &&
        fixLabel(
          fix.map((edit) => ({ ...edit, from: now(edit.from), to: now(edit.to) })),
          text,
        ),
      together: first && lineAt(text, now(first.from)),
    };
  });
}

/**
 * What is to say of the changes themselves, whatever the logs tell: a slip, a pair that etcd refuses.
 *
 * @param {Doc} doc
 * @param {State} state
 * @returns {Mark[]}
 */
export function marksOfChanges(doc, { looked, report }) {
  const { fixes = [], text = '' } = doc;
  if (!looked || looked.doc.text !== text || looked.doc.key !== doc.key || fixes.length === 0) return [];
  const lines = new Set(
    fixes.flatMap((fix) => {
      const last = lineAt(text, fromGiven(fixes, fix.to));
      return fix.text.split('\n').map((_, above) => last - above);
    }),
  );
  const told = new Set(report?.findings.map((finding) => finding.id));
  const findings = looked.report.findings.map((finding) => ({
    ...finding,
    evidence: finding.evidence.filter((each) => !told.has(finding.id) || lines.has(each.line)),
  }));
  const own = { ...looked.report, findings, recommendations: [], patches: [] };
  const marks = marksOf(own, looked.report.documents[0].id, text);
  return marks.map((mark) => ({ ...mark, text: `${WORDS.asChanged} ${mark.text}` }));
}

/** Where a line of the text as given now stands. @param {Doc} doc @param {number} line */
export function lineNow({ before, fixes, text = '' }, line) {
  if (before === undefined || !fixes) return line;
  const above = before.split('\n').slice(0, line - 1);
  const start = above.reduce((sum, each) => sum + each.length + 1, 0);
  return lineAt(text, fromGiven(fixes, start));
}

/**
 * How far the proposals of a report stand in the file by now, and whether the reader's own changes stand there.
 * Undefined where nothing was changed.
 *
 * @param {State} state
 * @returns {{ key: number, name: string, made: number, left: number, own: boolean, parameters: Set<string> } | undefined}
 */
export function fixedSoFar(state) {
  const { report, documents } = state;
  const doc = documents.find((each) => each.before !== undefined);
  const read = readAs(state, doc?.key);
  if (!doc || !report || !read) return undefined;
  const edits = editsOf(report, read.id, doc.before ?? '');
  const made = edits.filter((edit) => stands(doc, edit));
  const own = doc.text !== applied(doc.before ?? '', made);
  const parameters = new Set(made.flatMap((edit) => edit.parameters));
  return {
    key: doc.key,
    name: doc.name || read.name,
    made: made.length,
    left: edits.length - made.length,
    own,
    parameters,
  };
}

/** @param {string} text @param {number} at */
function lineAt(text, at) {
  return text.slice(0, at).split('\n').length;
}

/** @param {Edit[]} fixes @param {number} at */
function fromGiven(fixes, at) {
  return fixes.reduce((now, fix) => (fix.to <= at ? now + fix.text.length - (fix.to - fix.from) : now), at);
}
