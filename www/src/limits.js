// What this rests on, and what it cannot see.

import { h } from './dom.js';

/** @param {import('./types.js').Report} report */
export function limitsList(report) {
  if (report.limits.length === 0) return h('p', { class: 'q' }, 'Everything was read; nothing was left out.');
  const others = report.limits.filter((text) => text !== report.verdict.why);
  if (others.length === 0) return h('p', { class: 'q' }, 'The sentence under the headline says it.');
  return h(
    'ul',
    { class: 'lim' },
    others.map((text) => h('li', null, text)),
  );
}
