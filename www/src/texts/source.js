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
  return new Viewer(doc, source, doc.name || readAs(state, doc.key)?.name || SOURCE.unnamed, actions);
}

/** The text of a document, with the lines that a finding rests on. */
export class Viewer {
  #actions;
  #name;
  #wanted;
  /** @type {number[]} */
  #marked;
  /** @type {((line: number) => void) | undefined} */
  #scrollTo;
  #title = h('h3', { id: 'source-title', tabindex: -1 });
  #place = h('div');

  /**
   * @param {Doc} doc
   * @param {Source} source
   * @param {string} name
   * @param {Actions} actions
   */
  constructor(doc, source, name, actions) {
    this.doc = doc;
    this.source = source;
    this.#name = name;
    this.#actions = actions;
    this.#wanted = source.line;
    this.#marked = [...source.lines].sort((a, b) => a - b);
    this.#title.textContent = name;
    this.element = h('div', { class: 'src', id: 'source' }, this.#head(), this.#place);
    if (doc.text !== undefined) this.#whole(doc.text);
    else this.#part();
  }

  /** Shows the line that is wanted. */
  reveal() {
    this.#scrollTo?.(this.#wanted);
  }

  #head() {
    const { previous, next, close } = SOURCE;
    const steps = [
      this.#step('source-previous', previous, () => this.#marked.findLast((line) => line < this.#wanted)),
      this.#step('source-next', next, () => this.#marked.find((line) => line > this.#wanted)),
    ];
    return h(
      'div',
      { class: 'cap' },
      this.#title,
      h('div', { class: 'acts' }, this.#marked.length > 1 && steps),
      h('button', { type: 'button', id: 'source-close', onclick: () => this.#actions.hideSource() }, close),
    );
  }

  /**
   * @param {string} id
   * @param {string} text
   * @param {() => number | undefined} pick the marked line to go to
   */
  #step(id, text, pick) {
    const onclick = () => {
      this.#wanted = pick() ?? this.#wanted;
      this.reveal();
      this.#actions.say(SOURCE.at(this.#wanted, this.#marked.indexOf(this.#wanted) + 1, this.#marked.length));
    };
    return h('button', { type: 'button', id, onclick }, text);
  }

  /** @param {string} text */
  #whole(text) {
    const lines = text.split('\n').length - (text.endsWith('\n') ? 1 : 0);
    this.#open(text, 1, plural(lines, 'line'));
    if (lines > MOST_LINES) this.#place.append(h('p', { class: 'note' }, SOURCE.tooMany));
    if (text.length <= EDITABLE) this.element.append(editor(this.doc, this.#actions));
  }

  /** What stands around the line, out of a file that was read in pieces. */
  #part() {
    const { line, start } = this.source;
    const note = (/** @type {string} */ text) => this.#place.replaceChildren(h('p', { class: 'note' }, text));
    if (this.doc.gzip || start === undefined) return note(SOURCE.packed);
    note(SOURCE.reading);
    around(this.doc, line, start).then(
      ({ text, first }) => this.#open(text, first, `${SOURCE.around} ${grouped(line)}`),
      () => note(SOURCE.gone),
    );
  }

  /** @param {string} text @param {number} first number of its first line @param {string} what */
  #open(text, first, what) {
    this.#title.textContent = `${this.#name}, ${what}`;
    const { element, scrollTo } = lineView(text, first, this.source);
    this.#place.replaceChildren(element);
    this.#scrollTo = scrollTo;
    this.reveal();
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
