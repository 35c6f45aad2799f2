// Long work: how far, how long, what was seen; and the sentence when it came to nothing.

import { columns, h, heading, icon } from '../dom.js';
import { grouped, PROGRESS, SIGNS, size, WORDS } from '../strings.js';

/** @typedef {import('../types.js').Progress} Progress */
/** @typedef {import('../types.js').Actions} Actions */

/** A rate that was taken over less would say little. */
const LEAST_SECONDS = 0.5;
/** So many files are listed around the one that is read. */
const LISTED = 20;

/**
 * Made once and filled on: what is pressed must not be replaced under the finger.
 *
 * @param {Actions} actions
 */
export function progressBlock(actions) {
  const title = h('h1', { id: 'progress-title', tabindex: -1 });
  const bar = h('progress', { max: 100, 'aria-labelledby': 'progress-title' });
  const [percent, lines, file] = [h('span'), h('span'), h('span')];
  const signs = table('seen-title', heading('seen-title', PROGRESS.seen, PROGRESS.seenRemark), PROGRESS.columns);
  const files = table('files-title', heading('files-title', PROGRESS.files), PROGRESS.fileColumns);
  const element = h(
    'div',
    { class: 'pg' },
    title,
    bar,
    h('div', { class: 'pgline s q' }, percent, lines, file),
    h(
      'div',
      { class: 'btns' },
      h('button', { type: 'button', id: 'enough', onclick: () => actions.enough() }, PROGRESS.enough),
      h('button', { type: 'button', id: 'cancel', onclick: () => actions.cancel() }, PROGRESS.cancel),
    ),
    signs.element,
    files.element,
    h('p', { class: 's q after' }, PROGRESS.inPieces),
  );
  return { element, fill };

  /** @param {Progress & { began: number }} progress */
  function fill(progress) {
    const { done, total, index } = progress;
    const share = Math.min(1, done / Math.max(1, total));
    const elapsed = (performance.now() - progress.began) / 1000;
    const rated = elapsed > LEAST_SECONDS;
    const left = rated && share > 0.01 ? PROGRESS.left((elapsed / share) * (1 - share)) : '';
    title.textContent = PROGRESS.title(progress.name, done, total) + left;
    bar.value = Math.floor(share * 100);
    percent.textContent = `${bar.value}\u00a0%${rated ? PROGRESS.speed(done / elapsed) : ''}`;
    lines.textContent = PROGRESS.lines(progress.lines);
    const many = progress.files.length > 1;
    file.textContent = many ? PROGRESS.file(index + 1, progress.files.length) : '';
    const from = Math.max(0, Math.min(index - LISTED / 2, progress.files.length - LISTED));
    const near = many ? progress.files.slice(from, from + LISTED) : [];
    files.fill(near.map((each, place) => fileRow(each, Math.sign(from + place - index))));
    signs.fill(progress.signs.map(signRow));
  }
}

/**
 * A table that is hidden as long as it has no rows.
 *
 * @param {string} id of its title
 * @param {any} title
 * @param {string[]} names of its columns
 */
function table(id, title, names) {
  const rows = h('tbody');
  const element = h('div', { class: 'seen' }, title, h('table', { 'aria-labelledby': id }, columns(...names), rows));
  const fill = (/** @type {Node[]} */ filled) => {
    element.hidden = filled.length === 0;
    rows.replaceChildren(...filled);
  };
  return { element, fill };
}

/** @param {Progress['signs'][number]} sign */
function signRow({ kind, count }) {
  return h('tr', null, h('th', { scope: 'row' }, SIGNS[kind] ?? kind), h('td', { class: 'num' }, grouped(count)));
}

/**
 * @param {Progress['files'][number]} file
 * @param {number} place before, at or behind the one that is being read
 */
function fileRow({ name, size: bytes }, place) {
  return h(
    'tr',
    null,
    h('th', { scope: 'row', class: 'num' }, name),
    h('td', { class: 'num' }, size(bytes)),
    h('td', null, PROGRESS.states[place + 1]),
  );
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
