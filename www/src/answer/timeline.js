// Who led when, where it stalled, and what fleet said meanwhile. One drawing, and its table twin.

import { columns, h, svg } from '../dom.js';
import { MARK, plural, TIMELINE } from '../strings.js';

/** @typedef {NonNullable<import('../types.js').Report['timeline']>} Timeline */
/** @typedef {import('../types.js').State} State */
/** @typedef {import('../types.js').Actions} Actions */
/** @typedef {{ from: number, to: number }} Span */

const LANE = 46;
const TOP = 30;

/** Whether there is something to draw: one moment is no line. @param {Timeline | null} timeline @returns {timeline is Timeline} */
export function drawn(timeline) {
  return timeline !== null && timeline.lanes.length > 0 && timeline.end > timeline.start;
}

/**
 * @param {Timeline} timeline
 * @param {State} state
 * @param {Actions} actions
 * @param {string} shown how many findings the span holds, in words
 */
export function timelineFigure(timeline, state, actions, shown) {
  const span = state.span ?? { from: timeline.start, to: timeline.end };
  return h(
    'figure',
    { class: 'timeline' },
    legend(timeline),
    h('div', { class: 'wide' }, drawing(timeline, span, 1200, 110, 7, actions)),
    h('div', { class: 'narrow' }, drawing(timeline, span, 358, 0, 3, actions)),
    spanFields(timeline, span, actions, shown),
    twin(timeline, span, actions),
  );
}

/** @param {Timeline} timeline */
function legend(timeline) {
  const kinds = new Set(timeline.lanes.flatMap((lane) => lane.marks.map((mark) => mark.kind)));
  const item = (/** @type {Node} */ shape, /** @type {string} */ text) =>
    h('li', null, svg('svg', { width: 24, height: 14, viewBox: '0 0 24 14', 'aria-hidden': 'true' }, shape), text);
  return h(
    'ul',
    { class: 'legend' },
    timeline.lanes.some((lane) => lane.leads.length > 0) &&
      item(svg('rect', { class: 'lead', x: 1, y: 3, width: 22, height: 8 }), 'leads'),
    timeline.lanes.some((lane) => lane.stalls.length > 0) &&
      item(svg('rect', { class: 'stall', x: 1, y: 2, width: 22, height: 10 }), 'stalled'),
    [...kinds].map((kind) => item(markShape(kind, 12, 7), MARK[kind] ?? kind)),
  );
}

/**
 * @param {Timeline} timeline
 * @param {Span} span
 * @param {number} width
 * @param {number} left
 * @param {number} ticks
 * @param {Actions} actions
 */
function drawing(timeline, span, width, left, ticks, actions) {
  const names = left === 0;
  const lane = names ? 60 : LANE;
  const height = TOP + timeline.lanes.length * lane + 34;
  const right = width - 14;
  const start = left + (names ? 6 : 0);
  const x = (/** @type {number} */ time) => start + ((time - span.from) / (span.to - span.from)) * (right - start);
  const inside = (/** @type {number} */ time) => time >= span.from && time <= span.to;
  const level = (/** @type {number} */ index) => TOP + index * lane + (names ? 34 : 20);
  const lanes = timeline.lanes.map((each, index) => {
    const y = level(index);
    const bar = (/** @type {any} */ part, /** @type {string} */ kind, /** @type {number} */ half) => {
      if (part.end < span.from || part.start > span.to) return null;
      const from = x(Math.max(part.start, span.from));
      const wide = Math.max(2, x(Math.min(part.end, span.to)) - from);
      return [
        svg('rect', { class: kind, x: from, y: y - half, width: wide, height: half * 2 }),
        kind === 'lead' &&
          wide > part.label.length * 7 + 8 &&
          svg('text', { class: 'on-lead', x: from + 5, y: y + 4 }, part.label),
      ];
    };
    return [
      svg('text', { class: 'lab', x: 0, y: names ? y - 18 : y + 4 }, short(each.name, names ? 40 : 14)),
      svg('line', { class: 'grid', x1: start, x2: right, y1: y, y2: y }),
      each.leads.map((part) => bar(part, 'lead', 6)),
      each.stalls.map((part) => bar(part, 'stall', 7)),
      each.marks
        .filter((mark) => inside(mark.time))
        .map((mark) => {
          const shape = markShape(mark.kind, x(mark.time), y + (mark.kind === 'late-heartbeat' ? -13 : 14));
          shape.classList.add('press');
          shape.addEventListener('click', () => jumpTo(mark, actions));
          return shape;
        }),
    ];
  });
  const axis = TOP + timeline.lanes.length * lane + 6;
  const steps = [...Array(ticks).keys()].map((each) => span.from + ((span.to - span.from) * each) / (ticks - 1));
  const band = svg('rect', { class: 'band', x: 0, y: TOP - 12, width: 0, height: axis - TOP + 12 });
  const picture = svg(
    'svg',
    { class: 'chart tl', viewBox: `0 0 ${width} ${height}`, role: 'img', 'aria-label': summary(timeline) },
    svg('text', { x: right, y: 12, 'text-anchor': 'end' }, `${day(timeline)}${TIMELINE.clock}`),
    handOvers(timeline)
      .filter(({ time }) => inside(time))
      .map(({ time, from, to }) =>
        svg('line', { class: 'hand-over', x1: x(time), x2: x(time), y1: level(from), y2: level(to) }),
      ),
    lanes,
    svg('line', { class: 'axis', x1: start, x2: right, y1: axis, y2: axis }),
    steps.map((time, index) => [
      svg('line', { class: 'axis', x1: x(time), x2: x(time), y1: axis, y2: axis + 4 }),
      svg(
        'text',
        {
          class: 'tk',
          x: x(time),
          y: axis + 18,
          'text-anchor': index === 0 ? 'start' : index === ticks - 1 ? 'end' : 'middle',
        },
        clockText(time, span),
      ),
    ]),
    band,
  );
  const time = (/** @type {number} */ at) => span.from + ((at - start) / (right - start)) * (span.to - span.from);
  dragged(picture, band, { width, start, right }, (from, to) => actions.zoom({ from: time(from), to: time(to) }));
  return picture;
}

/** When the lead went from one lane to another. @param {Timeline} timeline */
function handOvers(timeline) {
  const leads = timeline.lanes.flatMap((each, lane) => each.leads.map(({ start }) => ({ time: start, lane })));
  leads.sort((a, b) => a.time - b.time);
  return leads.slice(1).map(({ time, lane }, index) => ({ time, from: leads[index].lane, to: lane }));
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
function markShape(kind, x, y) {
  return svg('path', { class: `mark ${kind}`, d: `M${x} ${y}${SHAPES[kind] ?? SHAPES['fleet-error']}` });
}

/**
 * @param {Timeline} timeline
 * @param {Span} span
 * @param {Actions} actions
 * @param {string} shown
 */
function spanFields(timeline, span, actions, shown) {
  const field = (/** @type {string} */ id, /** @type {string} */ label, /** @type {number} */ value) =>
    h(
      'label',
      null,
      label,
      ' ',
      h('input', { id, value: clockText(value, span), size: 10, autocomplete: 'off', onchange: change }),
    );
  /** @param {Event} event */
  function change(event) {
    const root = /** @type {ShadowRoot} */ (/** @type {Node} */ (event.target).getRootNode());
    const read = (/** @type {string} */ id, /** @type {number} */ near) =>
      parseClock(/** @type {HTMLInputElement} */ (root.getElementById(id)).value, near) ?? near;
    const from = read('span-from', span.from);
    const to = read('span-to', span.to);
    actions.zoom(to > from ? { from, to } : undefined);
  }
  return h(
    'div',
    { class: 'tools', role: 'group', 'aria-label': TIMELINE.span },
    field('span-from', TIMELINE.from, span.from),
    field('span-to', TIMELINE.to, span.to),
    h('button', { type: 'button', id: 'span-whole', onclick: () => actions.zoom(undefined) }, TIMELINE.whole),
    shown && h('span', { class: 'q', id: 'span-shown' }, `${shown} ${TIMELINE.inSpan}`),
  );
}

const ROWS = 200;

/**
 * @param {Timeline} timeline
 * @param {Span} span
 * @param {Actions} actions
 */
function twin(timeline, span, actions) {
  /** @type {{ time: number, end: number, host: string, what: string, mark?: any }[]} */
  const all = timeline.lanes.flatMap((lane) => [
    ...lane.leads.map((part) => ({
      time: part.start,
      end: part.end,
      host: lane.name,
      what: TIMELINE.leads(clockText(part.end, span), part.label),
    })),
    ...lane.stalls.map((part) => ({
      time: part.start,
      end: part.end,
      host: lane.name,
      what: TIMELINE.stalled(part.label),
    })),
    ...lane.marks.map((mark) => ({
      time: mark.time,
      end: mark.time,
      host: lane.name,
      what:
        mark.count > 1
          ? `${MARK[mark.kind] ?? mark.kind}, ${plural(mark.count, 'line')}`
          : (MARK[mark.kind] ?? mark.kind),
      mark,
    })),
  ]);
  const rows = all.filter((row) => row.end >= span.from && row.time <= span.to).sort((a, b) => a.time - b.time);
  return h(
    'details',
    { class: 'twin', id: 'timeline-twin' },
    h('summary', null, TIMELINE.table),
    h(
      'table',
      null,
      columns(...TIMELINE.columns),
      h(
        'tbody',
        null,
        rows
          .slice(0, ROWS)
          .map((row) =>
            h(
              'tr',
              null,
              h('td', null, clockText(row.time, span)),
              h('td', null, row.host),
              h('td', null, row.what),
              h(
                'td',
                null,
                row.mark &&
                  h(
                    'button',
                    { class: 'link', type: 'button', onclick: () => jumpTo(row.mark, actions) },
                    TIMELINE.line(row.mark.line),
                  ),
              ),
            ),
          ),
      ),
    ),
    rows.length > ROWS && h('p', null, TIMELINE.first(ROWS, rows.length)),
  );
}

/**
 * @param {{ document: string, line: number }} mark
 * @param {Actions} actions
 */
function jumpTo(mark, actions) {
  actions.show(mark.document, mark);
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

const DAY = 86_400e6;

/**
 * @param {number} micros
 * @param {Span} span
 */
function clockText(micros, span) {
  const iso = new Date(Math.round(micros / 1000)).toISOString();
  if (span.to - span.from < 10e6) return iso.slice(11, 23);
  if (span.to - span.from < 2 * DAY) return iso.slice(11, 19);
  return iso.slice(5, 16).replace('T', ' ');
}

/**
 * A time of day, on the day of the moment it replaces.
 *
 * @param {string} text
 * @param {number} near
 */
function parseClock(text, near) {
  const parts = /^\s*(?:(\d\d)-(\d\d) )?(\d{1,2}):(\d\d)(?::(\d\d(?:\.\d+)?))?\s*$/.exec(text);
  if (!parts) return undefined;
  const [, month, date, hour, minute, second = '0'] = parts;
  const base = new Date(near / 1000);
  const when = Date.UTC(
    base.getUTCFullYear(),
    month ? Number(month) - 1 : base.getUTCMonth(),
    date ? Number(date) : base.getUTCDate(),
    Number(hour),
    Number(minute),
  );
  return when * 1000 + Number(second) * 1e6;
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
