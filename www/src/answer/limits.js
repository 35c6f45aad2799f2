// What this rests on, and what it cannot see.

import { h } from '../dom.js';
import { LIMITS } from '../strings.js';

/** @param {import('../types.js').Report} report */
export function limitsList(report) {
  if (report.limits.length === 0) return h('p', { class: 'q' }, LIMITS.allRead(unknownLines(report)));
  const others = report.limits.filter((text) => text !== report.verdict.why);
  if (others.length === 0) return h('p', { class: 'q' }, LIMITS.saidAbove);
  return h(
    'ul',
    { class: 'lim' },
    others.map((text) => h('li', null, text)),
  );
}

/** @param {import('../types.js').Report} report */
function unknownLines(report) {
  return report.documents.reduce((sum, doc) => sum + Math.max(0, doc.lines - doc.recognised - doc.foreign), 0);
}
