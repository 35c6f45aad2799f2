// What this rests on, and what it cannot see.

import { h } from '../dom.js';
import { plural } from '../strings.js';

/** @param {import('../types.js').Report} report */
export function limitsList(report) {
  if (report.limits.length === 0) return h('p', { class: 'q' }, `Everything was read; ${leftOut(report)}.`);
  const others = report.limits.filter((text) => text !== report.verdict.why);
  if (others.length === 0) return h('p', { class: 'q' }, 'The sentence under the headline says it.');
  return h(
    'ul',
    { class: 'lim' },
    others.map((text) => h('li', null, text)),
  );
}

/** @param {import('../types.js').Report} report */
function leftOut(report) {
  const unknown = report.documents.reduce((sum, doc) => sum + Math.max(0, doc.lines - doc.recognised - doc.foreign), 0);
  return unknown > 0 ? `${plural(unknown, 'line')} of no known form told nothing` : 'nothing was left out';
}
