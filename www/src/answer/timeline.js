// Who led when, where it stalled, and what fleet said meanwhile: a picture, its table twin, and the span that both show.

import { h, svg } from '../dom.js';
import { MARK, TIMELINE } from '../strings.js';
import { clockText, parseClock } from './clock.js';
import { fitted } from './fitted.js';
import { markShape, timelinePicture } from './timeline-picture.js';
import { timelineTable } from './timeline-table.js';

/** @typedef {NonNullable<import('../types.js').Report['timeline']>} Timeline */
/** @typedef {import('../types.js').State} State */
/** @typedef {import('../types.js').Actions} Actions */
/** @typedef {import('./clock.js').Span} Span */

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
    fitted(
      1200,
      (width) => timelinePicture(timeline, span, width, false, actions),
      timelinePicture(timeline, span, 358, true, actions),
    ),
    spanFields(span, actions, shown),
    timelineTable(timeline, span, actions),
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
      item(svg('rect', { class: 'lead', x: 1, y: 3, width: 22, height: 8 }), TIMELINE.lead),
    timeline.lanes.some((lane) => lane.stalls.length > 0) &&
      item(svg('rect', { class: 'stall', x: 1, y: 2, width: 22, height: 10 }), TIMELINE.stall),
    [...kinds].map((kind) => item(markShape(kind, 12, 7), MARK[kind] ?? kind)),
  );
}

/**
 * @param {Span} span
 * @param {Actions} actions
 * @param {string} shown
 */
function spanFields(span, actions, shown) {
  const field = (/** @type {string} */ id, /** @type {string} */ label, /** @type {number} */ value) => {
    const input = h('input', { id, value: clockText(value, span), size: 10, autocomplete: 'off', onchange: change });
    return { input, element: h('label', null, label, ' ', input) };
  };
  const [from, to] = [field('span-from', TIMELINE.from, span.from), field('span-to', TIMELINE.to, span.to)];
  /** @param {Event} event */
  function change(event) {
    const changed = /** @type {HTMLInputElement} */ (event.target);
    const [begin, end] = [parseClock(from.input.value, span.from), parseClock(to.input.value, span.to, true)];
    const read = begin !== undefined && end !== undefined;
    changed.setCustomValidity(!read ? TIMELINE.noTime : end > begin ? '' : TIMELINE.noSpan);
    // Tab is on its way to the next field, which is drawn anew: it is to arrive first.
    if (changed.reportValidity() && read) setTimeout(() => actions.zoom({ from: begin, to: end }));
  }
  return h(
    'div',
    { class: 'tools', role: 'group', 'aria-label': TIMELINE.span },
    from.element,
    to.element,
    h('button', { type: 'button', id: 'span-whole', onclick: () => actions.zoom(undefined) }, TIMELINE.whole),
    shown && h('span', { class: 'q', id: 'span-shown' }, `${shown} ${TIMELINE.inSpan}`),
  );
}
