// The time line as a table: what the picture shows, row by row, each with the way to its line.

import { columns, h } from '../dom.js';
import { MARK, plural, TIMELINE } from '../strings.js';
import { clockText } from './clock.js';

/** @typedef {import('./timeline.js').Timeline} Timeline */
/** @typedef {import('./clock.js').Span} Span */
/** @typedef {import('../types.js').Actions} Actions */
/** @typedef {{ time: number, end: number, host: string, what: string, mark?: Timeline['lanes'][number]['marks'][number] }} Row */

const ROWS = 200;

/**
 * @param {Timeline} timeline
 * @param {Span} span
 * @param {Actions} actions
 */
export function timelineTable(timeline, span, actions) {
  const inSpan = (/** @type {Row} */ row) => row.end >= span.from && row.time <= span.to;
  const rows = timeline.lanes.flatMap((lane) => rowsOf(lane, span).filter(inSpan)).sort((a, b) => a.time - b.time);
  const shown = rows.slice(0, ROWS).map((row) => rowElement(row, span, actions));
  return h(
    'details',
    { class: 'twin', id: 'timeline-twin' },
    h('summary', null, TIMELINE.table),
    h('table', { 'aria-label': TIMELINE.table }, columns(...TIMELINE.columns), h('tbody', null, shown)),
    rows.length > ROWS && h('p', null, TIMELINE.first(ROWS, rows.length)),
  );
}

/** @param {Timeline['lanes'][number]} lane @param {Span} span @returns {Row[]} */
function rowsOf({ name, leads, stalls, marks }, span) {
  const lasted = (/** @type {{ start: number, end: number }} */ { start, end }, /** @type {string} */ what) => ({
    time: start,
    end,
    host: name,
    what,
  });
  return [
    ...leads.map((part) => lasted(part, TIMELINE.leads(clockText(part.end, span), part.label))),
    ...stalls.map((part) => lasted(part, TIMELINE.stalled(part.label))),
    ...marks.map((mark) => ({ ...lasted({ start: mark.time, end: mark.time }, whatOf(mark)), mark })),
  ];
}

/** @param {Timeline['lanes'][number]['marks'][number]} mark */
function whatOf({ kind, count }) {
  const name = MARK[kind] ?? kind;
  return count > 1 ? `${name}, ${plural(count, 'line')}` : name;
}

/** @param {Row} row @param {Span} span @param {Actions} actions */
function rowElement({ time, host, what, mark }, span, actions) {
  const onclick = () => mark && actions.show(mark.document, mark);
  return h(
    'tr',
    null,
    [clockText(time, span), host, what].map((text) => h('td', null, text)),
    h('td', null, mark && h('button', { class: 'link', type: 'button', onclick }, TIMELINE.line(mark.line))),
  );
}
