// Needless elections against failover time: the curve, for a wide page and for a narrow one.

import { h, svg } from '../dom.js';
import { WHATIF } from '../strings.js';
import { fitted } from './fitted.js';
import { named, pairOf, round, scaleOf, seconds } from './trade-off.js';

/** @typedef {import('./trade-off.js').Model} Model */
/** @typedef {import('./trade-off.js').Point} Point */
/** @typedef {ReturnType<typeof named>[number]} Mark a pair that has a name */
/** @typedef {ReturnType<typeof plotOf>} Plot */

/** The height of a label of two lines, and about the width of a letter in it. */
const LABEL = 34;
const LETTER = 7;
/** Seconds from one number below the curve to the next. */
const STEPS = [1, 2, 5, 10, 20, 30];

/**
 * @param {Model} model
 * @param {number | undefined} budget for a failover, in milliseconds, where one is stated
 */
export function curve(model, budget) {
  return h(
    'figure',
    null,
    fitted(730, (width) => drawing(model, budget, width, 372), drawing(model, budget, 358, 300)),
  );
}

/**
 * @param {Model} model
 * @param {number | undefined} budget
 * @param {number} width
 * @param {number} height
 */
function drawing(model, budget, width, height) {
  const marks = named(model);
  const plot = plotOf(model, marks, budget, width, height);
  const { left, right, top, bottom, label } = plot;
  const told = marks.map(({ label, point }) => `${label}: ${pairOf(point)}, ${seconds(point.failoverP50)}`);
  return svg(
    'svg',
    { class: 'chart', viewBox: `0 0 ${width} ${height}`, role: 'img', 'aria-label': WHATIF.picture(label, told) },
    budget && beyond(plot, budget),
    grid(plot, width > 500 ? 10 : 5),
    svg('line', { class: 'axis', x1: left, x2: right, y1: bottom, y2: bottom }),
    svg('text', { x: 0, y: top - 20 }, label),
    svg('text', { x: (left + right) / 2, y: bottom + 38, 'text-anchor': 'middle' }, WHATIF.across),
    budget && budgetLine(plot, budget),
    svg('path', { class: 'curve low', d: path(plot, model.points, 'low') }),
    svg('path', { class: 'curve', d: path(plot, model.points, 'high') }),
    labelled(plot, marks, model.points),
  );
}

/**
 * Where the picture stands, and where in it a time and a height are.
 *
 * @param {Model} model
 * @param {Mark[]} marks
 * @param {number | undefined} budget
 * @param {number} width
 * @param {number} height
 */
function plotOf(model, marks, budget, width, height) {
  const daily = scaleOf(model) === 'daily';
  const value = (/** @type {Point} */ point) => (daily && point.needlessElectionsPerDay) || point.lossPerStall;
  const points = [...model.points, ...marks.map(({ point }) => point)];
  const longest = Math.max((budget ?? 0) * 1.2, ...marks.map(({ point }) => point.failoverP99 * 1.05), 3000);
  const maxX = Math.ceil(longest / 1000) * 1000;
  const maxY = daily ? nice(Math.max(...points.map((point) => value(point).high), 1)) : 1;
  const [left, right, top, bottom] = [44, width - 12, 34, height - 52];
  return {
    ...{ left, right, top, bottom, maxX, maxY, value, daily },
    label: daily ? WHATIF.perDay : WHATIF.perStall,
    x: (/** @type {number} */ ms) => left + (Math.min(ms, maxX) / maxX) * (right - left),
    y: (/** @type {number} */ high) => bottom - (high / maxY) * (bottom - top),
  };
}

/** What lies behind the longest failover that is wanted. @param {Plot} plot @param {number} budget */
function beyond({ x, top, right, bottom }, budget) {
  const from = x(budget);
  return svg('rect', { class: 'beyond', x: from, y: top, width: Math.max(0, right - from), height: bottom - top });
}

/** @param {Plot} plot @param {number} budget */
function budgetLine({ x, left, top, bottom }, budget) {
  const at = x(budget);
  const words = WHATIF.budgetLine(seconds(budget));
  // To the right of the line where it would run into the numbers.
  const right = at - left < words.length * LETTER;
  return [
    svg('line', { class: 'budget', x1: at, x2: at, y1: top, y2: bottom }),
    svg('text', { x: at + (right ? 5 : -5), y: top - 6, 'text-anchor': right ? 'start' : 'end' }, words),
  ];
}

/** The lines across and the numbers at both edges. @param {Plot} plot @param {number} most seconds that have a number */
function grid({ x, y, left, right, bottom, maxX, maxY, daily }, most) {
  const step = STEPS.find((each) => maxX / 1000 / each <= most) ?? 60;
  const ticks = [...Array(Math.floor(maxX / 1000 / step) + 1).keys()].map((each) => each * step);
  const across = (/** @type {number} */ value) => [
    svg('line', { class: 'grid', x1: left, x2: right, y1: y(value), y2: y(value) }),
    svg(
      'text',
      { class: 'tk', x: left - 6, y: y(value) + 4, 'text-anchor': 'end' },
      daily ? round(value) : `${Math.round(value * 100)} %`,
    ),
  ];
  return [
    [0, 0.25, 0.5, 0.75, 1].map((share) => across(share * maxY)),
    ticks.map((each) => svg('text', { class: 'tk', x: x(each * 1000), y: bottom + 18, 'text-anchor': 'middle' }, each)),
  ];
}

/**
 * @param {Plot} plot
 * @param {Point[]} points
 * @param {'low' | 'high'} end of the range in which the height lies
 */
function path({ x, y, value, maxX }, points, end) {
  return points
    .filter((point) => point.failoverP50 <= maxX)
    .sort((a, b) => a.failoverP50 - b.failoverP50)
    .map((point) => `${x(point.failoverP50).toFixed(1)} ${y(value(point)[end]).toFixed(1)}`)
    .map((place, index) => `${index ? 'L' : 'M'}${place}`)
    .join('');
}

/**
 * Each mark with its name, so that no name stands on another, or on the curve.
 *
 * @param {Plot} plot
 * @param {Mark[]} marks
 * @param {Point[]} points
 */
function labelled({ x, y, value, right, top }, marks, points) {
  const free = freeHeights();
  return marks.map(({ name, label, point }) => {
    const [cx, cy, slowest] = [x(point.failoverP50), y(value(point).high), x(point.failoverP99)];
    const pair = `${pairOf(point)}: ${seconds(point.failoverP50)}`;
    const wide = Math.max(label.length, pair.length) * LETTER;
    const high = cy < top + 40;
    // Below the line where there is no room above it; beside the curve where that falls through the name.
    const fallsTo = (/** @type {number} */ depth) =>
      Math.min(right, ...points.filter((each) => y(value(each).high) > cy + depth).map((each) => x(each.failoverP50)));
    const crossed = high && fallsTo(12) < cx + 8 + wide;
    const beside = crossed ? Math.max(slowest, fallsTo(LABEL)) + 18 : cx;
    const tx = Math.min(beside + 8, right - wide);
    const ty = free(tx, wide, high ? cy + 20 : cy - 30, high ? LABEL : -LABEL);
    return [
      svg('line', { class: `whisker ${name}`, x1: cx, x2: slowest, y1: cy, y2: cy }),
      shape(name, cx, cy),
      // Away from its mark, a name says again which one it means.
      crossed && shape(name, tx - 12, ty - 4),
      svg('text', { class: 'lab2', x: tx, y: ty }, label),
      svg('text', { x: tx, y: ty + 15 }, pair),
    ];
  });
}

/** Gives heights at which no label stands that was placed before. */
function freeHeights() {
  /** @type {{ from: number, to: number, at: number }[]} */
  const taken = [];
  return (
    /** @type {number} */ from,
    /** @type {number} */ wide,
    /** @type {number} */ wanted,
    /** @type {number} */ step,
  ) => {
    let at = wanted;
    const meets = (/** @type {typeof taken[number]} */ other) =>
      from < other.to && other.from < from + wide && Math.abs(other.at - at) < LABEL;
    while (taken.some(meets)) at += step;
    taken.push({ from, to: from + wide, at });
    return at;
  };
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

/** @param {number} value */
function nice(value) {
  const unit = 10 ** Math.floor(Math.log10(value));
  return [1, 2, 4, 8, 10].map((each) => each * unit).find((each) => each >= value) ?? value;
}
