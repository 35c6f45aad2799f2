// Needless elections against failover time: the curve, its table twin, and the short table where timing is not the cure.

import { columns, h, svg } from '../dom.js';
import { VALUES, WHATIF } from '../strings.js';

/** @typedef {NonNullable<import('../types.js').Report['model']>} Model */
/** @typedef {Model['points'][number]} Point */

/** The height of a label of two lines, and about the width of a letter in it. */
const LABEL = 34;
const LETTER = 7;

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

/**
 * @param {Model} model
 * @param {number | undefined} budget for a failover, in milliseconds, where one is stated
 */
export function curve(model, budget) {
  return h(
    'figure',
    null,
    h('div', { class: 'wide' }, drawing(model, budget, 730, 372)),
    h('div', { class: 'narrow' }, drawing(model, budget, 358, 300)),
  );
}

/**
 * @param {Model} model
 * @param {number | undefined} budget
 * @param {number} width
 * @param {number} height
 */
function drawing(model, budget, width, height) {
  const daily = scaleOf(model) === 'daily';
  const y = (/** @type {Point} */ point) => (daily && point.needlessElectionsPerDay) || point.lossPerStall;
  const marks = named(model);
  const all = [...model.points, ...marks.map((each) => each.point)];
  const maxX =
    Math.ceil(Math.max((budget ?? 0) * 1.2, ...marks.map((each) => each.point.failoverP99 * 1.05), 3000) / 1000) * 1000;
  const maxY = daily ? nice(Math.max(...all.map((point) => y(point).high), 1)) : 1;
  const left = 44;
  const right = width - 12;
  const top = 34;
  const bottom = height - 52;
  const px = (/** @type {number} */ ms) => left + (Math.min(ms, maxX) / maxX) * (right - left);
  const py = (/** @type {number} */ value) => bottom - (value / maxY) * (bottom - top);
  const sorted = model.points
    .filter((point) => point.failoverP50 <= maxX)
    .sort((a, b) => a.failoverP50 - b.failoverP50);
  const path = (/** @type {'low' | 'high'} */ end) =>
    sorted
      .map((point, index) => `${index ? 'L' : 'M'}${px(point.failoverP50).toFixed(1)} ${py(y(point)[end]).toFixed(1)}`)
      .join('');
  const secondsStep = Math.max(1, Math.ceil(maxX / 1000 / (width > 500 ? 10 : 5)));
  const ticksX = [...Array(Math.floor(maxX / 1000 / secondsStep) + 1).keys()].map((each) => each * secondsStep);
  const ticksY = [0, 0.25, 0.5, 0.75, 1].map((each) => each * maxY);
  /** @type {number[][]} the labels drawn so far: left, right, height */
  const taken = [];
  /** The height at which no other label stands in the way. */
  const free = (
    /** @type {number} */ x,
    /** @type {boolean} */ end,
    /** @type {number} */ y,
    /** @type {number} */ step,
    /** @type {number} */ letters,
  ) => {
    const [from, to] = end ? [x - letters * LETTER, x] : [x, x + letters * LETTER];
    while (taken.some(([left, right, at]) => from < right && left < to && Math.abs(at - y) < LABEL)) y += step;
    taken.push([from, to, y]);
    return y;
  };
  const label = daily ? WHATIF.perDay : WHATIF.perStall;
  return svg(
    'svg',
    {
      class: 'chart',
      viewBox: `0 0 ${width} ${height}`,
      role: 'img',
      'aria-label': WHATIF.picture(
        label,
        marks.map(({ label, point }) => `${label}: ${pairOf(point)}, ${seconds(point.failoverP50)}`),
      ),
    },
    budget &&
      svg('rect', {
        class: 'beyond',
        x: px(budget),
        y: top,
        width: Math.max(0, right - px(budget)),
        height: bottom - top,
      }),
    ticksY.map((value) => [
      svg('line', { class: 'grid', x1: left, x2: right, y1: py(value), y2: py(value) }),
      svg(
        'text',
        { class: 'tk', x: left - 6, y: py(value) + 4, 'text-anchor': 'end' },
        daily ? round(value) : `${Math.round(value * 100)} %`,
      ),
    ]),
    ticksX.map((value) =>
      svg('text', { class: 'tk', x: px(value * 1000), y: bottom + 18, 'text-anchor': 'middle' }, value),
    ),
    svg('line', { class: 'axis', x1: left, x2: right, y1: bottom, y2: bottom }),
    svg('text', { x: 0, y: 14 }, label),
    svg('text', { x: (left + right) / 2, y: bottom + 38, 'text-anchor': 'middle' }, WHATIF.across),
    budget && [
      svg('line', { class: 'budget', x1: px(budget), x2: px(budget), y1: top, y2: bottom }),
      svg('text', { x: px(budget) - 5, y: top - 6, 'text-anchor': 'end' }, WHATIF.budgetLine(seconds(budget))),
    ],
    svg('path', { class: 'curve low', d: path('low') }),
    svg('path', { class: 'curve', d: path('high') }),
    marks.map(({ name, label, point }) => {
      const cx = px(point.failoverP50);
      const cy = py(y(point).high);
      const end = cx > (left + right) / 2;
      const high = cy < top + 40;
      // Beside the line where there is no room above it.
      const tx = high && !end ? px(point.failoverP99) + 10 : cx + (end ? -8 : 8);
      const pair = `${pairOf(point)}: ${seconds(point.failoverP50)}`;
      const ty = free(tx, end, high ? cy + 14 : cy - 30, high ? LABEL : -LABEL, Math.max(label.length, pair.length));
      return [
        svg('line', { class: `whisker ${name}`, x1: cx, x2: px(point.failoverP99), y1: cy, y2: cy }),
        shape(name, cx, cy),
        svg('text', { class: 'lab2', x: tx, y: ty, 'text-anchor': end ? 'end' : 'start' }, label),
        svg('text', { x: tx, y: ty + 15, 'text-anchor': end ? 'end' : 'start' }, pair),
      ];
    }),
  );
}

/** The pairs that have a name; two of one pair share a row. @param {Model} model */
function named(model) {
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
 * @param {string} name
 * @param {number} x
 * @param {number} y
 */
function shape(name, x, y) {
  if (name === 'now') return svg('rect', { class: 'point now', x: x - 5, y: y - 5, width: 10, height: 10 });
  if (name === 'proposed') return svg('circle', { class: 'point proposed', cx: x, cy: y, r: 6 });
  return svg('path', { class: 'point article', d: `M${x} ${y}m0-7 7 7-7 7-7-7z` });
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
        null,
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
function pairOf(point) {
  return `${point.heartbeat} / ${point.election} ms`;
}

/** @param {number} ms */
export function seconds(ms) {
  return `${(ms / 1000).toFixed(1)}\u00a0s`;
}

/** @param {number} value */
function round(value) {
  return value >= 10 ? String(Math.round(value)) : String(Math.round(value * 10) / 10);
}

/** @param {number} value */
function nice(value) {
  const unit = 10 ** Math.floor(Math.log10(value));
  return [1, 2, 4, 8, 10].map((each) => each * unit).find((each) => each >= value) ?? value;
}
