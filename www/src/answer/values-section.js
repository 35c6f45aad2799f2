// The first section below the verdict: values and patch, or what to do where timing stays as it is.

import { h, heading } from '../dom.js';
import { whereToGetIt } from '../input/input.js';
import { told } from '../read-as.js';
import { WORDS } from '../strings.js';
import { fixedSoFar } from '../texts/fixes.js';
import { patchPanel } from './patch.js';
import { steps } from './rollout.js';
import { anywayTable } from './trade-off.js';
import { linesRemark, valuesRows, valuesTable } from './values.js';

/** @typedef {import('../types.js').Report} Report */
/** @typedef {import('../types.js').State} State */
/** @typedef {import('../types.js').Actions} Actions */

/**
 * Where timing is no cure, or nothing shows that it is, commands take the place of values.
 *
 * @param {Report} report
 * @param {State} state
 * @param {Actions} actions
 */
export function valuesSection(report, state, actions) {
  const anyway = report.model && anywayTable(report.model);
  const blk = { class: 'blk', id: 'values', 'aria-labelledby': 'values-title' };
  if (tellsAnyway(report)) {
    const open = report.verdict.timing === 'undecided';
    const left = h(
      'div',
      null,
      open
        ? heading('values-title', WORDS.measureNext, WORDS.wouldDecide)
        : heading('values-title', WORDS.findCause, WORDS.timingStays),
      steps(report.measureNext, WORDS.itTells, open ? WORDS.measureNext : WORDS.findCause, actions),
      open && keptFold(report, actions),
    );
    const right = anyway && h('div', null, heading('anyway-title', WORDS.anyway), anyway);
    return h('section', blk, h('div', { class: right ? 'two' : '' }, left, right));
  }
  if (nothingRead(report)) return h('section', { class: 'blk' }, whereToGetIt(actions));
  const rows = report.recommendations.length + report.kept.length;
  if (rows === 0 && report.patches.length === 0) return null;
  const fixed = fixedSoFar(state);
  const patch = patchPanel(report, actions, fixed?.own ? fixed.name : undefined);
  const table =
    rows > 0
      ? valuesTable(report, actions, fixed?.parameters)
      : h('div', null, heading('values-title', WORDS.correction));
  return h('section', blk, h('div', { class: patch ? 'two' : '' }, table, patch));
}

/** @param {Report} report */
function withoutValues(report) {
  return ['not-the-remedy', 'undecided'].includes(report.verdict.timing) && report.recommendations.length === 0;
}

/** Commands take the place of values, and beside them stands what higher ones would cost. @param {Report} report */
export function tellsAnyway(report) {
  return withoutValues(report) && report.measureNext.length > 0;
}

/** The values where none is to change and something else comes first. @param {Report} report @param {Actions} actions */
function keptFold(report, actions) {
  return h(
    'details',
    { class: 'twin kept', id: 'kept' },
    h('summary', { id: 'kept-title' }, WORDS.keptValues),
    linesRemark(report) && h('p', { class: 'q s' }, linesRemark(report)),
    valuesRows(report, actions, 'kept-title'),
  );
}

/** Nothing that was given tells of etcd or fleet. An answer that came in a link has no documents. @param {Report} report */
function nothingRead(report) {
  return report.documents.length > 0 && !report.documents.some(told);
}
