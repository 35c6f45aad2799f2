// Marks in a configuration: what the report says about one place of it, and the edit that cures it.

import { h, icon, shortName, unbroken } from './dom.js';
import { SEVERITY, WORDS } from './strings.js';

/** @typedef {import('./types.js').Report} Report */
/** @typedef {import('./types.js').Doc} Doc */
/** @typedef {{ from: number, to: number, text: string, line: number, parameters: string[] }} Edit positions in UTF-16, in the text as given */

/**
 * @typedef {object} Mark
 * @property {number} from UTF-16, in the text as given
 * @property {number} to
 * @property {number} line from 1
 * @property {'critical' | 'warning' | 'info'} severity
 * @property {string} text
 * @property {Edit} [fix]
 * @property {Edit} [with] must be made in the same step
 */

/** An editor for longer texts would only be slow; they are shown. */
const EDITABLE = 200_000;

/**
 * Whether the page offers to edit this document.
 *
 * @param {import('./types.js').State} state
 * @param {Doc} doc
 */
export function isConfiguration(state, doc) {
  const read = state.report?.documents[state.reported.findIndex((each) => each.key === doc.key)];
  return read?.kind === 'configuration' && doc.text !== undefined && doc.text.length <= EDITABLE;
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
    const [from, to] = [at(place.start), at(place.end)];
    marks.push({
      from,
      to,
      line: place.line,
      severity: 'warning',
      text: `${row.current.text}, ${row.proposedText} proposed. ${row.because[0]?.text ?? ''}`,
      fix: take(row.parameter),
    });
  }
  for (const finding of report.findings) {
    for (const place of finding.evidence) {
      if (place.document !== document) continue;
      const [from, to] = [at(place.start), at(place.end)];
      const note = place.note ?? '';
      const severity = finding.severity === 'ok' ? 'info' : finding.severity;
      if (marks.some((mark) => mark.from === from && mark.text === note)) continue;
      marks.push({ from, to, line: place.line, severity, text: note || finding.title });
    }
  }
  // What is left adds keys that the text lacks.
  for (const edit of edits) {
    const rows = report.recommendations.filter((row) => edit.parameters.includes(row.parameter));
    const what = rows.map(
      (row) => `${shortName(row.parameter)} is ${row.current.text} without it, ${row.proposedText} proposed`,
    );
    const before = text.slice(0, edit.from).split('\n').pop() ?? '';
    const from = edit.from - before.trimStart().length;
    marks.push({
      from,
      to: edit.from,
      line: edit.line,
      severity: 'warning',
      text: `${WORDS.notWritten} ${what.join('; ')}.`,
      fix: edit,
    });
  }
  // etcd does not start where its election timeout is under five heartbeats, so neither goes alone.
  const pair = marks.filter((mark) => mark.fix?.parameters.some((parameter) => parameter.startsWith('etcd.')));
  if (pair.length === 2) [pair[0].with, pair[1].with] = [pair[1].fix, pair[0].fix];
  return marks.sort((a, b) => a.from - b.from);
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
  const ordered = [...edits].sort((a, b) => b.from - a.from || b.to - a.to);
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

/** What the fix of a mark does, on its button. @param {Mark} mark @param {string} text */
export function fixLabel(mark, text) {
  const [first, second] = [mark.fix, mark.with].flatMap((fix) => (fix ? [change(fix, text)] : []));
  return second ? `${first}, ${WORDS.and} ${second[0].toLowerCase()}${second.slice(1)}` : (first ?? '');
}

/** @param {Edit} fix @param {string} text */
function change(fix, text) {
  const added = fix.text.trim().replace(/\s*\n\s*/g, ', ');
  if (fix.from === fix.to) return `${WORDS.add} ${added}`;
  return `${WORDS.change} ${text.slice(fix.from, fix.to).trim()} ${WORDS.to} ${added}`;
}

/**
 * One mark as the reader sees it: severity, sentence, and its fix.
 *
 * @param {Mark} mark
 * @param {string} text
 * @param {(mark: Mark) => void} fix
 */
export function markRow(mark, text, fix) {
  return h(
    'div',
    { class: `mark-row ${mark.severity}` },
    h(
      'p',
      null,
      icon(mark.severity),
      h('b', null, `${SEVERITY[mark.severity]}, line ${mark.line}. `),
      unbroken(mark.text),
    ),
    mark.fix && h('button', { type: 'button', class: 'fix', onclick: () => fix(mark) }, fixLabel(mark, text)),
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
  const most = Math.min(plain.length, after.length);
  let start = 0;
  while (start < most && plain[start] === after[start]) start++;
  let end = 0;
  while (end < most - start && plain[plain.length - 1 - end] === after[after.length - 1 - end]) end++;
  const mostly = before.split('\r\n').length > plain.split('\n').length / 2 ? '\r\n' : '\n';
  return (
    before.slice(0, given(before, start)) +
    after.slice(start, after.length - end).replaceAll('\n', mostly) +
    before.slice(given(before, plain.length - end))
  );
}

/** The way back: from a position with line feeds alone. @param {string} text @param {number} index */
function given(text, index) {
  let at = 0;
  for (; index > 0; index--) at += text[at] === '\r' && text[at + 1] === '\n' ? 2 : 1;
  return at;
}
