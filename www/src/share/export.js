// The report to take along: Markdown for a ticket, JSON for tools, patch and annotated configuration for a review.

/** @typedef {import('../types.js').Report} Report */

import { tellingFirst, withBasis } from '../../npm/tell.js';
import { diffOf } from '../answer/patch.js';
import { bargain, readOfThese } from '../answer/verdict.js';
import { howSure } from '../answer/values.js';
import { h } from '../dom.js';
import { covered, isListed, recognised, silent, understood } from '../read-as.js';
import { CONFIDENCE, EVIDENCE, EXPORT, readOf, SEVERITY, timingOf, WORDS } from '../strings.js';
import { annotated } from '../texts/annotate.js';
import { isConfiguration } from '../texts/marks.js';

/** Of each finding a ticket shows so many lines. */
const LINES = 5;

/**
 * @param {Report} report
 * @param {import('../types.js').State} state
 * @param {import('../types.js').Actions} actions
 */
export function exportList(report, state, actions) {
  const item = (/** @type {string} */ id, /** @type {string} */ text, /** @type {(event: Event) => void} */ run) =>
    h('li', null, h('button', { type: 'button', id, onclick: run }, text));
  const patch = report.patches.map((each) => diffOf(each, report) ?? '').join('');
  const configurations = state.reported.filter((doc) => isConfiguration(state, doc));
  return h(
    'ul',
    null,
    item('export-copy', EXPORT.copyMarkdown, (event) => actions.copy(markdown(report), EXPORT.copied, event)),
    item('export-markdown', EXPORT.markdown, () =>
      actions.download('timing-report.md', markdown(report), 'text/markdown'),
    ),
    item('export-json', EXPORT.json, () =>
      actions.download('timing-report.json', JSON.stringify(report, null, 2), 'application/json'),
    ),
    patch && item('export-patch', EXPORT.patch, () => actions.download('timing.patch', patch, 'text/x-diff')),
    configurations.map((doc) => {
      const read = report.documents[state.reported.indexOf(doc)];
      const label = configurations.length > 1 ? `${EXPORT.annotated}: ${read.name}` : EXPORT.annotated;
      return item(`export-annotated-${doc.key}`, label, () =>
        actions.download(`annotated-${read.name}`, annotated(report, read.id, doc.text ?? '')),
      );
    }),
    item('export-print', EXPORT.print, () => window.print()),
  );
}

/** @param {Report} report */
export function markdown(report) {
  const { verdict, documents } = report;
  const listed = documents.filter((doc) => isListed(doc, documents.length));
  const out = [
    `# ${verdict.headline}`,
    `**${SEVERITY[verdict.severity]}.** ${timingOf(report).words}. ${verdict.why}`,
    listed.length > 0 && `${WORDS.read}: ${readOfThese(listed)}.`,
    listed.map(document).join('\n'),
    listed.length < documents.length && silent(report),
    ...bargain(verdict).map(({ title, lines }) => bullets(title, lines)),
    bullets(EXPORT.stated, stated(report)),
    values(report),
    ...report.patches.map((patch) => fenced(patch.diff ? 'diff' : 'yaml', diffOf(patch, report) ?? patch.text)),
    ...tellingFirst(report.findings, verdict.finding).map((each) => finding(each, report)),
    report.notFound.join(' '),
    numbered(WORDS.rollout, report.rollout, WORDS.interrupts),
    numbered(WORDS.measureNext, report.measureNext, WORDS.itTells),
    bullets(WORDS.restsOn, report.limits),
  ];
  return `${out.filter(Boolean).join('\n\n')}\n`;
}

/** What it was read as, and from when to when it tells. @param {Report['documents'][number]} read */
function document(read) {
  return `- \`${read.name}\`: ${recognised(read)}, ${readOf(understood(read), read.lines)}, ${covered(read)}`;
}

/** What the answer rests on that is in no text. @param {Report} report */
function stated({ model }) {
  const own = model?.assumptions.filter(({ from }) => from === 'stated') ?? [];
  return own.map(({ label, value }) => `${label}: ${value}`);
}

/** @param {Report} report */
function values(report) {
  const rows = [...report.recommendations, ...report.kept];
  if (rows.length === 0) return '';
  const lines = rows.map(
    (row) =>
      `| ${[row.parameter, row.current.text, row.proposedText, row.direction, row.because.slice(0, 1).map(withBasis).join(''), row.cost].map(cell).join(' | ')} |`,
  );
  const sure = howSure(report.recommendations);
  return ['## Values', '', ...(sure ? [sure, ''] : []), EXPORT.columns, '|---|---|---|---|---|---|', ...lines].join(
    '\n',
  );
}

/** @param {string} text */
function cell(text) {
  return text.replaceAll('|', '\\|').replaceAll('\n', ' ');
}

/** Each line with its place, as grep shows it. @param {import('../types.js').Finding} finding @param {Report} report */
function finding(finding, report) {
  const name = (/** @type {string} */ id) => report.documents.find((each) => each.id === id)?.name ?? id;
  // Two values may stand in one line.
  const lines = [...new Set(finding.evidence.map((each) => `${name(each.document)}:${each.line}: ${each.text}`))];
  const more = lines.length - LINES;
  return [
    `## ${SEVERITY[finding.severity]}: ${finding.title}`,
    `\`${finding.id}\`, ${CONFIDENCE[finding.confidence]}`,
    `${finding.what} ${finding.why}`,
    `${EVIDENCE.whatToDo}: ${finding.whatToDo}`,
    lines.length > 0 ? fenced('', lines.slice(0, LINES).join('\n')) : '',
    more > 0 ? EVIDENCE.more(more) : '',
  ]
    .filter(Boolean)
    .join('\n\n');
}

/**
 * @param {string} title
 * @param {string[]} lines
 */
function bullets(title, lines) {
  return lines.length > 0 ? `## ${title}\n\n${lines.map((line) => `- ${line}`).join('\n')}` : '';
}

/**
 * @param {string} title
 * @param {Report['rollout']} steps
 * @param {string} label
 */
function numbered(title, steps, label) {
  if (steps.length === 0) return '';
  const lines = steps.map((step, index) =>
    [
      `${index + 1}. ${step.text}`,
      ...step.commands.map((command) => `   \`${command}\``),
      step.effect && `   ${label}: ${step.effect}`,
    ]
      .filter(Boolean)
      .join('\n'),
  );
  return `## ${title}\n\n${lines.join('\n')}`;
}

/** A fence longer than any in the text. @param {string} language @param {string | null | undefined} text */
function fenced(language, text) {
  if (!text) return '';
  const longest = Math.max(2, ...[...text.matchAll(/`+/g)].map((run) => run[0].length));
  const fence = '`'.repeat(longest + 1);
  return `${fence}${language}\n${text.replace(/\n$/, '')}\n${fence}`;
}
