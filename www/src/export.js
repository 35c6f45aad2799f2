// The report to take along: Markdown for a ticket, JSON for tools.

/** @typedef {import('./types.js').Report} Report */

import { CONFIDENCE, SEVERITY, TIMING } from './strings.js';

/** @param {Report} report */
export function markdown(report) {
  const { verdict } = report;
  const out = [
    `# ${verdict.headline}`,
    `**${SEVERITY[verdict.severity]}.** ${TIMING[verdict.timing].words}. ${verdict.why}`,
    bullets('You gain', verdict.gain),
    bullets('You pay', verdict.pay),
    bullets('Timing will not cure', verdict.willNotCure),
    values(report),
    ...report.patches.map((patch) => fenced(patch.diff ? 'diff' : 'yaml', patch.diff ?? patch.text)),
    ...report.findings.map(finding),
    numbered('Roll-out', report.rollout, 'Interrupts'),
    numbered('Measure next', report.measureNext, 'It tells'),
    bullets('Limits', report.limits),
  ];
  return `${out.filter(Boolean).join('\n\n')}\n`;
}

/** @param {Report} report */
function values(report) {
  const rows = [...report.recommendations, ...report.kept];
  if (rows.length === 0) return '';
  const lines = rows.map(
    (row) =>
      `| ${[row.parameter, row.current.text, row.proposedText, row.direction, row.because[0]?.text ?? '', row.cost].map(cell).join(' | ')} |`,
  );
  return [
    '## Values',
    '',
    '| parameter | now | proposed | | why | what it costs |',
    '|---|---|---|---|---|---|',
    ...lines,
  ].join('\n');
}

/** @param {string} text */
function cell(text) {
  return text.replaceAll('|', '\\|').replaceAll('\n', ' ');
}

/** @param {import('./types.js').Finding} finding */
function finding(finding) {
  const lines = finding.evidence.slice(0, 5).map((each) => each.text);
  return [
    `## ${SEVERITY[finding.severity]}: ${finding.title}`,
    `\`${finding.id}\`, ${CONFIDENCE[finding.confidence]}`,
    `${finding.what} ${finding.why}`,
    `What to do: ${finding.whatToDo}`,
    lines.length > 0 ? fenced('', lines.join('\n')) : '',
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
