// Long work: how far, how long, what was seen; and the sentence when it came to nothing.

import { columns, h, heading, icon } from '../dom.js';
import { grouped, plural, SIGNS, WORDS } from '../strings.js';

/** @typedef {import('../types.js').Progress} Progress */
/** @typedef {import('../types.js').Actions} Actions */

/**
 * Made once and filled on: what is pressed must not be replaced under the finger.
 *
 * @param {Actions} actions
 */
export function progressBlock(actions) {
  const title = h('h1', { id: 'progress-title', tabindex: -1 });
  const bar = h('progress', { max: 100, 'aria-labelledby': 'progress-title' });
  const [percent, lines, file] = [h('span'), h('span'), h('span')];
  const rows = h('tbody');
  const seen = h(
    'div',
    { class: 'seen' },
    heading('seen-title', WORDS.seen, WORDS.seenRemark),
    h('table', { 'aria-labelledby': 'seen-title' }, columns(WORDS.sign, WORDS.lines), rows),
  );
  const fileRows = h('tbody');
  const files = h(
    'div',
    { class: 'seen' },
    heading('files-title', WORDS.files),
    h('table', { 'aria-labelledby': 'files-title' }, columns(WORDS.file, WORDS.size, WORDS.state), fileRows),
  );
  const element = h(
    'div',
    { class: 'pg' },
    title,
    bar,
    h('div', { class: 'pgline s q' }, percent, lines, file),
    h(
      'div',
      { class: 'btns' },
      h('button', { type: 'button', id: 'enough', onclick: () => actions.enough() }, WORDS.enough),
      h('button', { type: 'button', id: 'cancel', onclick: () => actions.cancel() }, WORDS.cancel),
    ),
    seen,
    files,
    h('p', { class: 's q after' }, WORDS.inPieces),
  );
  return { element, fill };

  /** @param {Progress & { began: number }} progress */
  function fill({ done, total, name, index, files: list, lines: count, signs, began }) {
    const share = Math.min(1, done / Math.max(1, total));
    const elapsed = (performance.now() - began) / 1000;
    const left = elapsed > 0.5 && share > 0.01 ? `, ${timeLeft((elapsed / share) * (1 - share))}` : '';
    title.textContent = `${WORDS.reading} ${name}: ${size(done)} of ${size(total)}${left}`;
    bar.value = Math.floor(share * 100);
    const speed = elapsed > 0.5 ? `, ${size(done / elapsed)} ${WORDS.perSecond}` : '';
    percent.textContent = `${Math.floor(share * 100)}\u00a0%${speed}`;
    lines.textContent = `${plural(count, 'line')} ${WORDS.soFar}`;
    file.textContent = list.length > 1 ? `file ${index + 1} of ${list.length}` : '';
    files.hidden = list.length < 2;
    fileRows.replaceChildren(
      ...list.map((each, place) =>
        h(
          'tr',
          null,
          h('th', { scope: 'row', class: 'num' }, each.name),
          h('td', { class: 'num' }, size(each.size)),
          h('td', null, WORDS.states[place < index ? 0 : place === index ? 1 : 2]),
        ),
      ),
    );
    seen.hidden = signs.length === 0;
    rows.replaceChildren(
      ...signs.map((sign) =>
        h(
          'tr',
          null,
          h('th', { scope: 'row' }, SIGNS[sign.kind] ?? sign.kind),
          h('td', { class: 'num' }, grouped(sign.count)),
        ),
      ),
    );
  }
}

/**
 * @param {string} sentence
 * @param {(() => void) | undefined} again
 */
export function errorBlock(sentence, again) {
  // The first sentence says what happened, the others what to do.
  const [, what, then] = /^(.*?[.!?])(?: (?=[A-Z])(.*))?$/s.exec(sentence) ?? [, sentence, undefined];
  return h(
    'div',
    { class: 'fault' },
    h('span', { class: 'sev critical' }, icon('critical'), WORDS.noAnswer),
    h('h1', { id: 'error-title', tabindex: -1 }, what),
    then && h('p', { class: 'q because' }, then),
    again && h('div', { class: 'btns' }, h('button', { type: 'button', onclick: again }, WORDS.again)),
  );
}

/** @param {number} seconds */
function timeLeft(seconds) {
  if (seconds < 60) return `about ${plural(Math.max(1, Math.round(seconds)), 'second')} left`;
  return `about ${plural(Math.round(seconds / 60), 'minute')} left`;
}

/** @param {number} bytes */
function size(bytes) {
  if (bytes < 1e6) return `${Math.ceil(bytes / 1e3)}\u00a0kB`;
  if (bytes < 1e9) return `${(bytes / 1e6).toFixed(0)}\u00a0MB`;
  return `${(bytes / 1e9).toFixed(1)}\u00a0GB`;
}
