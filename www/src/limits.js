// What this rests on, and what it cannot see.

import { h } from './dom.js';

/** @param {import('./types.js').Report} report */
export function limitsList(report) {
  if (report.limits.length === 0) return h('p', { class: 'q' }, 'Everything was read; nothing was left out.');
  return h(
    'ul',
    { class: 'lim' },
    report.limits.map((text) => h('li', null, text)),
  );
}
