// The picture of the time line: a lane for each host, the same moments below one another.

import { svg } from '../dom.js';
import { TIMELINE } from '../strings.js';
import { clockText } from './clock.js';

/** @typedef {import('./timeline.js').Timeline} Timeline */
/** @typedef {Timeline['lanes'][number]} Lane */
/** @typedef {import('./clock.js').Span} Span */
/** @typedef {import('../types.js').Actions} Actions */
/** @typedef {ReturnType<typeof plotOf>} Plot */

const TOP = 30;
/** The width of a name beside its lane: fourteen wide letters. */
const NAMES = 124;
/** A bar's half height, by what it shows. */
const HALF = { lead: 6, stall: 7 };
const MARK_WIDTH = 12;
/** About the width of a letter. */
const LETTER = 7;
/** What a clock counts on by from one moment below the axis to the next: seconds, and whole days. */
const STEPS = [
  ...[0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 15, 30],
  ...[60, 120, 300, 600, 900, 1800, 3600, 7200, 10_800, 21_600, 43_200],
  ...[1, 2, 5, 10, 20, 50, 100, 200, 400].map((days) => days * 86_400),
];

/**
 * @param {Timeline} timeline
 * @param {Span} span
 * @param {number} width
 * @param {boolean} narrow with the names above the lanes
 * @param {Actions} actions
 */
export function timelinePicture(timeline, span, width, narrow, actions) {
  const lanes = inOrder(timeline.lanes);
  const plot = plotOf(timeline, span, width, narrow);
  const { start, right, axis, x, time } = plot;
  const band = svg('rect', { class: 'band', x: 0, y: TOP - 12, width: 0, height: axis - TOP + 12 });
  const picture = svg(
    'svg',
    { class: 'chart tl', viewBox: `0 0 ${width} ${axis + 28}`, role: 'img', 'aria-label': summary(timeline) },
    svg('text', { x: right, y: 12, 'text-anchor': 'end' }, `${day(timeline)}${TIMELINE.clock}`),
    handOvers(lanes, plot),
    apart(lanes).map((lane, index) => laneOf(lane, plot.level(index), plot, actions)),
    svg('line', { class: 'axis', x1: start, x2: right, y1: axis, y2: axis }),
    ticks(plot),
    band,
  );
  dragged(picture, band, { width, start, right }, (from, to) => actions.zoom({ from: time(from), to: time(to) }));
  return picture;
}

/**
 * Where the picture stands, and where in it a moment and a lane are.
 *
 * @param {Timeline} timeline
 * @param {Span} span
 * @param {number} width
 * @param {boolean} narrow
 */
function plotOf({ lanes }, span, width, narrow) {
  const [start, right] = [narrow ? 6 : NAMES, width - 14];
  // So high that the lower row of marks keeps apart from those above the next lane.
  const lane = narrow ? 60 : 50;
  const perPixel = (span.to - span.from) / (right - start);
  return {
    ...{ span, narrow, start, right },
    axis: TOP + lanes.length * lane + 6,
    level: (/** @type {number} */ index) => TOP + index * lane + (narrow ? 34 : 20),
    x: (/** @type {number} */ time) => start + (time - span.from) / perPixel,
    time: (/** @type {number} */ x) => span.from + (x - start) * perPixel,
    inside: (/** @type {number} */ time) => time >= span.from && time <= span.to,
  };
}

/**
 * @param {Lane} lane
 * @param {number} y
 * @param {Plot} plot
 * @param {Actions} actions
 */
function laneOf({ name, leads, stalls, marks }, y, plot, actions) {
  const { narrow, start, right, x, inside } = plot;
  const below = freeRow();
  return [
    svg('text', { class: 'lab', x: 0, y: narrow ? y - 18 : y + 4 }, short(name, narrow ? 40 : 13)),
    svg('line', { class: 'grid', x1: start, x2: right, y1: y, y2: y }),
    leads.map((part) => bar(part, 'lead', y, plot, stalls)),
    stalls.map((part) => bar(part, 'stall', y, plot)),
    marks
      .filter((mark) => inside(mark.time))
      .sort((a, b) => a.time - b.time)
      .map((mark) => {
        const at = x(mark.time);
        const shape = markShape(mark.kind, at, y + (mark.kind === 'late-heartbeat' ? -13 : below(at, mark.kind)));
        shape.classList.add('press');
        shape.addEventListener('click', () => actions.show(mark.document, mark));
        return shape;
      }),
  ];
}

/** Gives how far below a lane a mark stands: marks of another kind do not lie over one another while a row has room. */
function freeRow() {
  const rows = [14, 26].map((depth) => ({ depth, kind: '', x: -Infinity }));
  return (/** @type {number} */ x, /** @type {string} */ kind) => {
    const row = rows.find((each) => each.kind === kind || each.x + MARK_WIDTH <= x) ?? rows[0];
    Object.assign(row, { kind, x });
    return row.depth;
  };
}

/**
 * @param {Lane['leads'][number]} part
 * @param {'lead' | 'stall'} kind
 * @param {number} y
 * @param {Plot} plot
 * @param {Lane['stalls']} [above] what lies over it, and would hide the end of its name
 */
function bar(part, kind, y, { span, x }, above = []) {
  if (part.end < span.from || part.start > span.to) return null;
  const from = x(Math.max(part.start, span.from));
  const wide = Math.max(2, x(Math.min(part.end, span.to)) - from);
  const half = HALF[kind];
  const over = above.filter(({ start, end }) => end > part.start && start < part.end);
  const room = Math.min(wide, ...over.map(({ start }) => x(start) - from));
  const named = kind === 'lead' && room > part.label.length * LETTER + 8;
  return [
    svg('rect', { class: kind, x: from, y: y - half, width: wide, height: half * 2 }),
    named && svg('text', { class: 'on-lead', x: from + 5, y: y + 4 }, part.label),
  ];
}

/** Lines from who led to who led next. @param {Lane[]} lanes @param {Plot} plot */
function handOvers(lanes, { x, level, inside }) {
  const leads = lanes.flatMap(({ leads }, lane) => leads.map(({ start }) => ({ start, lane })));
  leads.sort((a, b) => a.start - b.start);
  return leads.map(({ start, lane }, index) => {
    if (index === 0 || !inside(start)) return null;
    const [from, to] = [level(leads[index - 1].lane), level(lane)];
    return svg('line', { class: 'hand-over', x1: x(start), x2: x(start), y1: from, y2: to });
  });
}

/** Round moments: the fields below tell where the span begins and ends. @param {Plot} plot */
function ticks({ span, x, start, right, axis }) {
  const room = clockText(span.from, span).length * LETTER + 14;
  const most = Math.min(8, Math.floor((right - start) / room));
  const step = 1e6 * (STEPS.find((seconds) => span.to - span.from <= seconds * 1e6 * most) ?? STEPS[STEPS.length - 1]);
  const first = Math.ceil(span.from / step);
  return [...Array(Math.floor(span.to / step) - first + 1).keys()].map((index) => {
    const time = (first + index) * step;
    const at = x(time);
    const anchor = at - start < room / 2 ? 'start' : right - at < room / 2 ? 'end' : 'middle';
    return [
      svg('line', { class: 'axis', x1: at, x2: at, y1: axis, y2: axis + 4 }),
      svg('text', { class: 'tk', x: at, y: axis + 18, 'text-anchor': anchor }, clockText(time, span)),
    ];
  });
}

/**
 * Drag along the drawing chooses a span. The fields below do the same by keyboard.
 *
 * @param {Element} picture
 * @param {Element} band what shows the span while it is drawn
 * @param {{ width: number, start: number, right: number }} inside
 * @param {(from: number, to: number) => void} choose
 */
function dragged(picture, band, { width, start, right }, choose) {
  /** @type {number | undefined} */
  let begin;
  const at = (/** @type {any} */ event) => {
    const box = picture.getBoundingClientRect();
    return Math.min(right, Math.max(start, ((event.clientX - box.left) / box.width) * width));
  };
  const draw = (/** @type {number} */ from, /** @type {number} */ to) => {
    band.setAttribute('x', String(Math.min(from, to)));
    band.setAttribute('width', String(Math.abs(to - from)));
  };
  picture.addEventListener('pointerdown', (/** @type {any} */ event) => {
    if (event.button !== 0 || event.target.classList.contains('press')) return;
    begin = at(event);
    picture.setPointerCapture(event.pointerId);
    event.preventDefault();
  });
  picture.addEventListener('pointermove', (event) => begin !== undefined && draw(begin, at(event)));
  picture.addEventListener('pointercancel', () => draw(0, (begin = undefined) ?? 0));
  picture.addEventListener('pointerup', (event) => {
    if (begin === undefined) return;
    const [from, to] = [Math.min(begin, at(event)), Math.max(begin, at(event))];
    begin = undefined;
    draw(0, 0);
    if (to - from > 6) choose(from, to);
  });
}

/** A shape for each kind: colour is not the only sign. @type {Record<string, string>} */
const SHAPES = {
  'late-heartbeat': 'm-5-4h10l-5 9z',
  'slow-disk': 'm-5 4h10l-5-9z',
  'lease-lost': 'm0-6 6 6-6 6-6-6z',
  restart: 'm-5-5h10v10h-10z',
  'leader-change': 'm-1-7h2v14h-2z',
  'fleet-error': 'm-4.5-4.5 9 9m0-9-9 9',
  'presence-lost': 'm-6 0h12m-6-6v12',
  'unit-moved': 'm0 6v-12m-4.5 4.5 4.5-4.5 4.5 4.5',
};

/**
 * @param {string} kind
 * @param {number} x
 * @param {number} y
 */
export function markShape(kind, x, y) {
  return svg('path', { class: `mark ${kind}`, d: `M${x} ${y}${SHAPES[kind] ?? SHAPES['fleet-error']}` });
}

/** @param {Timeline} timeline */
function summary(timeline) {
  const count = (/** @type {(lane: Timeline['lanes'][number]) => number} */ of) =>
    timeline.lanes.reduce((sum, lane) => sum + of(lane), 0);
  const span = { from: timeline.start, to: timeline.end };
  return TIMELINE.summary({
    hosts: timeline.lanes.length,
    from: clockText(timeline.start, span),
    to: clockText(timeline.end, span),
    leads: count((lane) => lane.leads.length),
    stalls: count((lane) => lane.stalls.length),
    marks: count((lane) => lane.marks.length),
  });
}

/** @param {Timeline} timeline */
function day(timeline) {
  if (timeline.clock !== 'date') return '';
  const date = new Date(timeline.start / 1000);
  const [, number, month] = date.toUTCString().split(' ');
  return `${Number(number)} ${month}, `;
}

/** As a person counts: host-2 before host-10. @param {Lane[]} lanes */
function inOrder(lanes) {
  const key = (/** @type {Lane} */ { name }) => name.replace(/\d+/g, (number) => number.padStart(12, '0'));
  return [...lanes].sort((a, b) => (key(a) < key(b) ? -1 : 1));
}

/**
 * Without what all their names end in, as machines of one domain do: shortened, one would look like the other.
 *
 * @param {Lane[]} lanes
 */
function apart(lanes) {
  const [first, ...others] = lanes.map(({ name }) => name);
  const shared = (/** @type {string} */ end) => others.every((name) => name.endsWith(end) && name !== end);
  for (let dot = first.indexOf('.', 1); dot > 0 && others.length > 0; dot = first.indexOf('.', dot + 1)) {
    const end = first.slice(dot);
    if (shared(end)) return lanes.map((lane) => ({ ...lane, name: lane.name.slice(0, -end.length) }));
  }
  return lanes;
}

/**
 * Both ends stay: names of hosts and of files differ at either.
 *
 * @param {string} text
 * @param {number} most
 */
function short(text, most) {
  const half = (most - 1) / 2;
  return text.length <= most ? text : `${text.slice(0, Math.ceil(half))}…${text.slice(-Math.floor(half))}`;
}
