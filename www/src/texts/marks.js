// Marks in a configuration: what the report says about one place of it, and the edit that cures it.

import { h, icon, sameWords, sentence, shortName } from '../dom.js';
import { readAs } from '../read-as.js';
import { MARKS, SEVERITY, WORDS } from '../strings.js';

/** @typedef {import('../types.js').Report} Report */
/** @typedef {import('../types.js').Doc} Doc */
/** @typedef {{ from: number, to: number, text: string, line: number, parameters: string[] }} Edit positions in UTF-16, in the text as given */

/**
 * @typedef {object} Mark
 * @property {number} from UTF-16, in the text as given
 * @property {number} to
 * @property {number} line from 1
 * @property {'critical' | 'warning' | 'info'} severity
 * @property {string} text
 * @property {Edit} [edit] what cures it
 * @property {Edit[]} [fix] what its button makes in one step
 * @property {string} [label] what its button says
 * @property {number} [together] line of the mark whose button cures this one as well
 * @property {Mark[]} [also] others that say the same, and are not said again
 */

/**
 * Neither goes alone: etcd does not start where its election timeout is under five heartbeats, and a beat of fleet
 * needs the time of twelve requests.
 */
const PAIRS = [
  ['etcd.heartbeat-interval', 'etcd.election-timeout'],
  ['fleet.etcd-request-timeout', 'fleet.agent-ttl'],
];

/** @type {Record<string, string>} */
const ENTITIES = { quot: '"', '#34': '"', '#39': "'", '#x27': "'", apos: "'", lt: '<', gt: '>', nbsp: ' ', amp: '&' };

/** An editor for longer texts would only be slow; they are shown. */
const EDITABLE = 200_000;

/**
 * Whether the page offers to edit this document.
 *
 * @param {import('../types.js').State} state
 * @param {Doc} doc
 */
export function isConfiguration(state, doc) {
  return readAs(state, doc.key)?.kind === 'configuration' && doc.text !== undefined && doc.text.length <= EDITABLE;
}

/** Whether a configuration could not be read as its program would. @param {Report} report */
export function isBroken(report) {
  return report.findings.some((finding) => finding.id === 'config-yaml-error');
}

/**
 * All marks of one document, from its top to its end. Each edit belongs to one mark.
 *
 * @param {Report} report
 * @param {string} document id
 * @param {string} text
 * @returns {Mark[]}
 */
export function marksOf(report, document, text) {
  const at = positions(text);
  const edits = editsOf(report, document, text);
  const take = (/** @type {string} */ parameter) => {
    const index = edits.findIndex((edit) => edit.from < edit.to && edit.parameters.includes(parameter));
    return index < 0 ? undefined : edits.splice(index, 1)[0];
  };
  /** @type {Mark[]} */
  const marks = [];
  for (const row of report.recommendations) {
    const place = row.current.evidence;
    if (place?.document !== document) continue;
    // What has to be written otherwise is told by its finding.
    const same = (/** @type {{ document: string, start: number }} */ each) =>
      each.document === document && each.start === place.start;
    if (row.direction === 'set' && report.findings.some(({ evidence }) => evidence.some(same))) continue;
    const [from, to] = [at(place.start), at(place.end)];
    marks.push({
      from,
      to,
      line: place.line,
      severity: 'warning',
      text: `${row.current.text}, ${row.proposedText} proposed. ${row.because[0]?.text ?? ''}`,
      edit: take(row.parameter),
    });
  }
  for (const finding of report.findings) {
    for (const place of finding.evidence.toSorted((a, b) => a.start - b.start)) {
      if (place.document !== document) continue;
      const [from, to] = [at(place.start), at(place.end)];
      const own = inWords(place.note, finding.title);
      const severity = finding.severity === 'ok' ? 'info' : finding.severity;
      if (marks.some((mark) => mark.line === place.line && sameWords(mark.text, own))) continue;
      marks.push({ from, to, line: place.line, severity, text: own });
    }
  }
  // What is left adds keys that the text lacks, or mends a value that does not act as it is written.
  for (const edit of edits) {
    const isNew = edit.from === edit.to;
    const told = marks.find((mark) => !isNew && !mark.edit && mark.from <= edit.to && edit.from <= mark.to);
    if (told) told.edit = edit;
    const rows = report.recommendations.filter((row) => edit.parameters.includes(row.parameter));
    // Each of several machines may have a file of its own; the answer is worked out with the values of one.
    const elsewhere = rows.find((row) => !isNew && (row.current.evidence?.document ?? document) !== document);
    const other = report.documents.find((doc) => doc.id === elsewhere?.current.evidence?.document);
    const without = isNew ? MARKS.withoutIt : other ? MARKS.inFile(other.name) : MARKS.inForce;
    const what = rows.map((row) =>
      MARKS.proposed(shortName(row.parameter), row.current.text, without, row.proposedText),
    );
    if (told && other) told.text = `${told.text}. ${what.join('; ')}.`;
    if (told) continue;
    const here = `${shown(text.slice(edit.from, edit.to))} ${WORDS.standsHere}`;
    marks.push({
      from: edit.from,
      to: edit.to,
      line: edit.line,
      severity: 'warning',
      text: `${isNew ? WORDS.notWritten : other ? here : WORDS.notActing} ${what.join('; ')}.`,
      edit,
    });
  }
  marks.sort((a, b) => a.from - b.from);
  for (const mark of marks) if (mark.edit) mark.fix = [mark.edit];
  for (const names of PAIRS) {
    const pair = marks.filter((mark) => mark.edit?.parameters.some((parameter) => names.includes(parameter)));
    if (pair.length !== 2) continue;
    const both = pair.flatMap((mark) => mark.edit ?? []);
    for (const mark of pair) mark.fix = both;
    pair[1].together = pair[0].line;
  }
  for (const mark of marks) mark.label = mark.fix && fixLabel(mark.fix, text);
  return marks;
}

/** What is noted at a place may be its value alone. @param {string | null | undefined} note @param {string} title */
function inWords(note, title) {
  if (!note) return title;
  return note.split(/\s/).length > 2 ? note : `${title}: ${note}`;
}

/**
 * As they are shown: what stands at several lines is said once, at the first of them.
 *
 * @param {Mark[]} marks from the top to the end of the text
 * @returns {Mark[]}
 */
export function saidOnce(marks) {
  /** @type {Mark[]} */
  const said = [];
  for (const mark of marks) {
    const first = said.find((each) => sameWords(each.text, mark.text));
    if (first && !mark.fix) first.also = [...(first.also ?? []), mark];
    else said.push({ ...mark });
  }
  return said;
}

/** The lines of which a mark speaks, in words. @param {Mark} mark */
export function linesOf({ line, also = [] }) {
  return MARKS.lines([...new Set([line, ...also.map((each) => each.line)])]);
}

/**
 * The edits of a document's patch.
 *
 * @param {Report} report
 * @param {string} document id
 * @param {string} text
 * @returns {Edit[]}
 */
export function editsOf(report, document, text) {
  const patch = report.patches.find((each) => each.document === document && each.disposition !== 'refused');
  const at = positions(text);
  return (patch?.edits ?? []).map((edit) => ({ ...edit, from: at(edit.start), to: at(edit.end) }));
}

/**
 * @param {string} text
 * @param {Edit[]} edits that do not overlap
 */
export function applied(text, edits) {
  // From the end on; of several at one place the last comes first, so that they stand as listed.
  const ordered = edits.toReversed().sort((a, b) => b.from - a.from || b.to - a.to);
  return ordered.reduce((out, edit) => out.slice(0, edit.from) + edit.text + out.slice(edit.to), text);
}

/** From byte offsets to UTF-16. @param {string} text */
function positions(text) {
  if (/^[\0-\x7f]*$/.test(text)) return (/** @type {number} */ byte) => Math.min(byte, text.length);
  return (/** @type {number} */ byte) => {
    let bytes = 0;
    let index = 0;
    for (const letter of text) {
      if (bytes >= byte) break;
      const code = /** @type {number} */ (letter.codePointAt(0));
      bytes += code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
      index += letter.length;
    }
    return index;
  };
}

/** What a fix does, on its button. @param {Edit[]} fix @param {string} text */
export function fixLabel(fix, text) {
  const steps = fix.map(({ from, to, text: put }) => {
    const added = shown(put).replace(/\s*\n\s*/g, ', ');
    return from === to
      ? `${WORDS.add} ${added}`
      : `${WORDS.change} ${shown(text.slice(from, to))} ${WORDS.to} ${added}`;
  });
  return steps.map((step, index) => (index ? uncapitalised(step) : step)).join(`, ${WORDS.and} `);
}

/** @param {string} text */
export function uncapitalised(text) {
  return text[0].toLowerCase() + text.slice(1);
}

/** As it reads where a page's source or a text in quotes holds it. @param {string} raw */
function shown(raw) {
  const plain = raw.replaceAll('\\n', '\n').replaceAll('\\"', '"');
  return plain.replace(/&(quot|#34|#39|#x27|apos|lt|gt|nbsp|amp);/g, (_, name) => ENTITIES[name] ?? '').trim();
}

/**
 * One mark as the reader sees it: severity, sentence, and its fix.
 *
 * @param {Mark} mark
 * @param {(mark: Mark) => void} fix
 */
export function markRow(mark, fix) {
  return h(
    'div',
    // The text around it is the editor's, which is not translated.
    { class: `mark-row ${mark.severity}`, translate: 'yes' },
    h(
      'p',
      null,
      icon(mark.severity),
      h('b', null, `${SEVERITY[mark.severity]}, ${linesOf(mark)}. `),
      sentence(mark.text),
      mark.together === mark.line && ` ${WORDS.fixAbove}`,
      mark.together !== undefined && mark.together !== mark.line && ` ${WORDS.together} ${mark.together}.`,
    ),
    mark.fix &&
      mark.together === undefined &&
      h('button', { type: 'button', class: 'fix', onclick: () => fix(mark) }, mark.label),
  );
}

/** @param {string} text */
export function lineFeeds(text) {
  return text.replace(/\r\n?/g, '\n');
}

/** Where a position of the text as given stands in the text with line feeds alone. @param {string} text @param {number} index */
export function toLineFeeds(text, index) {
  return lineFeeds(text.slice(0, index)).length;
}

/**
 * A field of a browser knows line feeds alone. This gives the edited text the line ends it had before.
 *
 * @param {string} before as given
 * @param {string} after with line feeds alone
 */
export function keepLineEnds(before, after) {
  if (!before.includes('\r')) return after;
  const plain = lineFeeds(before);
  const { from, to, text } = changeBetween(plain, after);
  const mostly = before.split('\r\n').length > plain.split('\n').length / 2 ? '\r\n' : '\n';
  return before.slice(0, given(before, from)) + text.replaceAll('\n', mostly) + before.slice(given(before, to));
}

/** The one stretch in which two texts differ: `from` to `to` of the old one became `text`. @param {string} old @param {string} now */
export function changeBetween(old, now) {
  const most = Math.min(old.length, now.length);
  let from = 0;
  while (from < most && old[from] === now[from]) from++;
  let end = 0;
  while (end < most - from && old[old.length - 1 - end] === now[now.length - 1 - end]) end++;
  return { from, to: old.length - end, text: now.slice(from, now.length - end) };
}

/** The way back: from a position with line feeds alone. @param {string} text @param {number} index */
function given(text, index) {
  let at = 0;
  for (; index > 0; index--) at += text[at] === '\r' && text[at + 1] === '\n' ? 2 : 1;
  return at;
}
