// A picture that is drawn anew for the width it has: only scaled, its letters would be too small or too large to read.

import { h, lineHeight } from '../dom.js';

/** What a line is high where the reader has chosen no other letters, in pixels. */
const USUAL = 22.5;

/**
 * Beside it stands a narrow one, for a phone and for paper: nothing tells how wide the paper is.
 *
 * @param {number} width of a usual window; the right one follows before anything is seen
 * @param {(width: number) => Node} draw
 * @param {Node} narrow
 */
export function fitted(width, draw, narrow) {
  const place = h('div', { class: 'wide' }, draw(width));
  new ResizeObserver(([{ contentRect }]) => {
    const now = Math.round((contentRect.width * USUAL) / lineHeight(place));
    if (now === 0 || now === width) return;
    width = now;
    place.replaceChildren(draw(width));
  }).observe(place);
  return [place, h('div', { class: 'narrow' }, narrow)];
}
