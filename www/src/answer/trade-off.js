// Needless elections against failover time in words: the table twin of the curve, and the short table where timing is not
// the cure.

import { columns, h } from '../dom.js';
import { VALUES, WHATIF } from '../strings.js';

/** @typedef {NonNullable<import('../types.js').Report['model']>} Model */
/** @typedef {Model['points'][number]} Point */

/**
 * What the curve's height means: the share of stalls that cost the leader its place. Elections a day
 * only where no stall is known: a rate from minutes of log would say more than the log does.
 *
 * @param {Model} model
 * @returns {'daily' | 'share' | undefined}
 */
export function scaleOf(model) {
  if (model.points.some((point) => point.lossPerStall.high > 0)) return 'share';
  const daily = model.points.every((point) => point.needlessElectionsPerDay);
  return daily && model.points.some((point) => (point.needlessElectionsPerDay?.high ?? 0) > 0) ? 'daily' : undefined;
}

/** The pairs that have a name; two of one pair share a row. @param {Model} model */
export function named(model) {
  const all = [
    { name: /** @type {const} */ ('now'), point: model.now },
    { name: /** @type {const} */ ('proposed'), point: model.proposed },
    { name: /** @type {const} */ ('article'), point: model.article },
  ];
  /** @type {{ name: string, label: string, point: Point }[]} */
  const rows = [];
  for (const { name, point } of all) {
    if (!point) continue;
    const same = rows.find((row) => row.point.election === point.election && row.point.heartbeat === point.heartbeat);
    if (!same) rows.push({ name, label: WHATIF.points[name], point });
    else if (name !== 'proposed') same.label += WHATIF.sameAs(WHATIF.points[name]);
  }
  return rows;
}

/**
 * Beside the curve it is folded; where there is none it is the picture.
 *
 * @param {Model} model
 * @param {boolean} drawn
 */
export function twin(model, drawn) {
  const title = drawn ? WHATIF.curveTwin : WHATIF.costTwin;
  const daily = scaleOf(model) === 'daily';
  const rows = [...named(model), ...model.points.map((point) => ({ label: '', point }))];
  return h(
    'details',
    { class: 'twin', id: drawn ? 'curve-twin' : 'cost-twin', open: !drawn },
    h('summary', null, title),
    h(
      'div',
      { class: 'scroll', tabindex: 0, role: 'group', 'aria-label': title },
      h(
        'table',
        { 'aria-label': title },
        columns(...WHATIF.costs, drawn && WHATIF.depose, daily && WHATIF.needless),
        h(
          'tbody',
          null,
          rows.map(({ label, point }) => twinRow(label, point, drawn, daily)),
        ),
      ),
    ),
  );
}

/**
 * @param {string} label
 * @param {Point} point
 * @param {boolean} drawn
 * @param {boolean} daily
 */
function twinRow(label, point, drawn, daily) {
  const [low, high] = [point.lossPerStall.low, point.lossPerStall.high].map((value) => Math.round(value * 100));
  const rate = point.needlessElectionsPerDay;
  return h(
    'tr',
    null,
    h('td', { class: 'num' }, pairOf(point), label && h('span', { class: 's q' }, ` ${label}`)),
    h('td', { class: 'num' }, seconds(point.failoverP50)),
    h('td', { class: 'num' }, seconds(point.failoverP99)),
    drawn && h('td', { class: 'num' }, low === high ? `${low}\u00a0%` : `${WHATIF.range(low, high)}\u00a0%`),
    daily && h('td', { class: 'num' }, rate ? WHATIF.range(round(rate.low), round(rate.high)) : WHATIF.notKnown),
  );
}

/** What higher values would do, where timing is not the cure. @param {Model} model */
export function anywayTable(model) {
  const points = named(model);
  // One pair alone compares nothing.
  if (points.length < 2) return null;
  return h(
    'table',
    { 'aria-labelledby': 'anyway-title' },
    columns(...VALUES.pairs),
    h(
      'tbody',
      null,
      points.map(({ label, point }) =>
        h(
          'tr',
          null,
          h(
            'td',
            null,
            h('span', { class: 'num' }, pairOf(point)),
            h('span', { class: 'sub' }, label.replace(WHATIF.points.now, WHATIF.keepYours)),
          ),
          h('td', { class: 'num' }, seconds(point.failoverP50)),
          h('td', { class: 'num' }, seconds(point.failoverP99)),
        ),
      ),
    ),
  );
}

/** @param {Point} point */
export function pairOf(point) {
  return `${point.heartbeat} / ${point.election} ms`;
}

/** @param {number} ms */
export function seconds(ms) {
  return `${(ms / 1000).toFixed(1)}\u00a0s`;
}

/** @param {number} value */
export function round(value) {
  return value >= 10 ? String(Math.round(value)) : String(Math.round(value * 10) / 10);
}
