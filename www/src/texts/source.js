// The text of one document, with the lines that matter marked. Only the lines in sight are drawn, so that
// a text of any length scrolls; of a file that was read in pieces, the part around the line is read again.

import { h, lineHeight } from '../dom.js';
import { readAs } from '../read-as.js';
import { grouped, plural, SOURCE } from '../strings.js';
import { keepLineEnds, lineFeeds } from './marks.js';

/** @typedef {import('../types.js').State} State */
/** @typedef {import('../types.js').Source} Source */
/** @typedef {import('../types.js').Doc} Doc */
/** @typedef {import('../types.js').Actions} Actions */
/** @typedef {{ element: HTMLElement, reveal: () => void, doc: Doc, source: Source }} Viewer */

const BEYOND = 20;
/** Browsers end an element at about 16 million pixels. */
const MOST_LINES = 800_000;
const LONGEST_LINE = 4000;
const EDITABLE = 200_000;
/** So much of a file is read around a line. */
const AROUND = 128 * 1024;

/**
 * @param {State} state
 * @param {Actions} actions
 * @param {Viewer | undefined} last the one that is shown
 * @returns {Viewer | undefined}
 */
export function sourceViewer(state, actions, last) {
  const { source } = state;
  const doc = state.documents.find((each) => each.key === source?.doc);
  if (!source || !doc) return undefined;
  if (last && last.source === source && last.doc === doc) return last;
  const name = doc.name || readAs(state, doc.key)?.name || SOURCE.unnamed;
  const title = h('h3', { id: 'source-title', tabindex: -1 }, name);
  const place = h('div');
  const tools = h('div', { class: 'acts' });
  const element = h(
    'div',
    { class: 'src', id: 'source' },
    h(
      'div',
      { class: 'cap' },
      title,
      tools,
      h('button', { type: 'button', id: 'source-close', onclick: () => actions.hideSource() }, SOURCE.close),
    ),
    place,
  );
  let wanted = source.line;
  /** @type {((line: number) => void) | undefined} */
  let scrollTo;
  const open = (/** @type {string} */ text, /** @type {number} */ first, /** @type {string} */ what) => {
    title.textContent = `${name}, ${what}`;
    const view = lineView(text, first, source);
    place.replaceChildren(view.element);
    scrollTo = view.scrollTo;
    scrollTo(wanted);
  };
  if (doc.text !== undefined) {
    const lines = doc.text.split('\n').length - (doc.text.endsWith('\n') ? 1 : 0);
    open(doc.text, 1, plural(lines, 'line'));
    if (lines > MOST_LINES) place.append(h('p', { class: 'note' }, SOURCE.tooMany));
    if (doc.text.length <= EDITABLE) element.append(editor(doc, actions));
  } else if (doc.gzip || source.start === undefined) place.append(h('p', { class: 'note' }, SOURCE.packed));
  else {
    place.append(h('p', { class: 'note' }, SOURCE.reading));
    around(doc, source.line, source.start).then(
      ({ text, first }) => open(text, first, `${SOURCE.around} ${grouped(source.line)}`),
      () => place.replaceChildren(h('p', { class: 'note' }, SOURCE.gone)),
    );
  }
  const marked = [...source.lines].sort((a, b) => a - b);
  if (marked.length > 1) tools.append(...steps());
  return { element, reveal: () => scrollTo?.(wanted), doc, source };

  function steps() {
    const step = (
      /** @type {string} */ id,
      /** @type {string} */ text,
      /** @type {(lines: number[]) => number | undefined} */ pick,
    ) =>
      h(
        'button',
        {
          type: 'button',
          id,
          onclick: () => {
            wanted = pick(marked) ?? wanted;
            scrollTo?.(wanted);
            actions.say(`${SOURCE.line} ${wanted}, ${marked.indexOf(wanted) + 1} of ${marked.length}`);
          },
        },
        text,
      );
    return [
      step('source-previous', SOURCE.previous, (lines) => lines.findLast((line) => line < wanted)),
      step('source-next', SOURCE.next, (lines) => lines.find((line) => line > wanted)),
    ];
  }
}

/**
 * @param {string} text
 * @param {number} first number of its first line
 * @param {Source} source
 */
function lineView(text, first, source) {
  const starts = lineStarts(text);
  const high = lineHeight();
  const rows = h('div', { class: 'rows' });
  const tall = h('div', { class: 'tall' }, rows);
  const element = h(
    'div',
    { class: 'code', tabindex: 0, role: 'group', 'aria-labelledby': 'source-title', onscroll: draw },
    tall,
  );
  tall.style.height = `${starts.length * high}px`;
  new ResizeObserver(draw).observe(element);
  draw();
  return { element, scrollTo };

  function draw() {
    const from = Math.max(0, Math.floor(element.scrollTop / high) - BEYOND);
    const to = Math.min(starts.length, from + Math.ceil((element.clientHeight || 460) / high) + 2 * BEYOND);
    rows.style.transform = `translateY(${from * high}px)`;
    rows.replaceChildren(...Array.from({ length: to - from }, (_, index) => row(from + index)));
  }

  /** @param {number} index */
  function row(index) {
    const end = index + 1 < starts.length ? starts[index + 1] - 1 : text.length;
    const line = text.slice(starts[index], Math.min(end, starts[index] + LONGEST_LINE)).replace(/\r?\n?$/, '');
    const number = first + index;
    const marked = source.lines.has(number);
    return h(
      'div',
      { class: `l${marked ? ' hit' : ''}`, id: number === source.line ? 'source-line' : undefined },
      h('span', { class: 'n' }, number),
      marked && h('span', { class: 'vh' }, SOURCE.marked),
      h('span', { class: 't', translate: 'no' }, line || ' ', end - starts[index] > LONGEST_LINE && '\u2026'),
    );
  }

  /** @param {number} line */
  function scrollTo(line) {
    element.scrollTop = (line - first) * high - element.clientHeight / 3;
    draw();
  }
}

/** @param {string} text */
function lineStarts(text) {
  const starts = [0];
  for (let at = text.indexOf('\n'); at >= 0 && starts.length < MOST_LINES; at = text.indexOf('\n', at + 1))
    if (at + 1 < text.length) starts.push(at + 1);
  return starts;
}

/**
 * @param {Doc} doc
 * @param {number} line
 * @param {number} start its byte offset
 */
async function around({ file }, line, start) {
  if (!file) throw new Error('no file');
  const from = Math.max(0, start - AROUND);
  const bytes = new Uint8Array(await file.slice(from, start + AROUND).arrayBuffer());
  // What was cut at both ends is no whole line.
  const begin = from === 0 ? 0 : bytes.indexOf(10) + 1;
  const end = start + AROUND < file.size ? bytes.lastIndexOf(10) : bytes.length;
  let before = 0;
  for (let at = begin; at < start - from; at++) if (bytes[at] === 10) before++;
  return { text: new TextDecoder().decode(bytes.subarray(begin, end)), first: line - before };
}

/**
 * @param {Doc} doc
 * @param {Actions} actions
 */
function editor(doc, actions) {
  const { text = '' } = doc;
  const area = h('textarea', {
    id: 'edit',
    value: lineFeeds(text),
    'aria-label': SOURCE.edit,
    spellcheck: 'false',
    autocomplete: 'off',
    rows: Math.min(24, text.split('\n').length + 1),
    oninput: () => actions.edit(doc.key, keepLineEnds(text, area.value)),
  });
  return h('details', { class: 'edit', id: 'edit-details' }, h('summary', null, SOURCE.edit), area);
}
