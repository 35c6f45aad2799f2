// The configuration with what was found written beside its lines, for a ticket or a review.

import { SEVERITY } from '../strings.js';
import { linesOf, marksOf, saidOnce } from './marks.js';

/**
 * A number behind each marked line, and the sentences below the text.
 *
 * @param {import('../types.js').Report} report
 * @param {string} document id
 * @param {string} text
 */
export function annotated(report, document, text) {
  const marks = saidOnce(marksOf(report, document, text));
  const lines = text.replace(/\r\n?/g, '\n').replace(/\n$/, '').split('\n');
  const widest = Math.min(60, Math.max(0, ...marks.map((mark) => lines[mark.line - 1]?.length ?? 0)));
  const labels = new Map();
  marks.forEach((mark, index) => {
    for (const { line } of [mark, ...(mark.also ?? [])]) labels.set(line, [...(labels.get(line) ?? []), index + 1]);
  });
  const body = lines.map((line, index) => {
    const numbers = labels.get(index + 1);
    return numbers ? `${line.padEnd(widest)}  # <- ${numbers.join(', ')}` : line;
  });
  const legend = marks.map(
    (mark, index) => `# ${index + 1}. ${linesOf(mark)}, ${SEVERITY[mark.severity]}: ${mark.text.trim()}`,
  );
  return [...body, '', `# ${report.verdict.headline}`, ...legend, ''].join('\n');
}
