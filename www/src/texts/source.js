// The text of one document, with the lines that matter marked. Of a long one only the lines in sight are drawn, so that
// a text of any length scrolls; of a file that was read in pieces, the part around the line is read again.

import { h, lineHeight } from '../dom.js';
import { readAs } from '../read-as.js';
import { grouped, plural, SOURCE } from '../strings.js';
import { keepLineEnds, lineFeeds } from './marks.js';

/** @typedef {import('../types.js').State} State */
/** @typedef {import('../types.js').Source} Source */
/** @typedef {import('../types.js').Doc} Doc */
/** @typedef {import('../types.js').Actions} Actions */

/** Up to so many lines and letters are drawn at once. They wrap, and the browser's own search reaches all of them. */
const WHOLE = { lines: 2000, letters: 500_000 };
/** Of more, those in sight, and so many before and after them. */
const BEYOND = 100;
/** Browsers end an element at about 16 million pixels. */
const MOST_LINES = 800_000;
const LONGEST_LINE = 4000;
const EDITABLE = 200_000;
/** So much of a file is read before and after a line. In most logs that is few enough lines to be drawn at once. */
const AROUND = 64 * 1024;

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
  const rows = h('div', { class: 'rows' });
  const element = h('div', { class: 'code', tabindex: 0, role: 'group', 'aria-labelledby': 'source-title' });
  const whole = starts.length <= WHOLE.lines && text.length <= WHOLE.letters;
  const top = whole ? drawAll() : drawSeen();
  return {
    element,
    scrollTo: (/** @type {number} */ line) => element.scrollTo({ top: top(line - first) - element.clientHeight / 3 }),
  };

  /** Gives where a line begins. */
  function drawAll() {
    rows.classList.add('wraps');
    rows.append(...starts.map((_, index) => row(index)));
    element.append(rows);
    return (/** @type {number} */ index) =>
      /** @type {HTMLElement | undefined} */ (rows.children[index])?.offsetTop ?? 0;
  }

  /** The same, for a text of which only what is in sight is drawn. */
  function drawSeen() {
    const tall = h('div', { class: 'tall' }, rows);
    element.append(tall);
    let [begin, end, high] = [0, 0, 0];
    const draw = () => {
      high = lineHeight(element);
      tall.style.height = `${starts.length * high}px`;
      const from = Math.max(0, Math.floor(element.scrollTop / high) - BEYOND);
      const to = Math.min(starts.length, from + Math.ceil((element.clientHeight || 460) / high) + 2 * BEYOND);
      if (from >= end || to <= begin) {
        rows.replaceChildren();
        begin = end = from;
      }
      // A row that stays is left alone: what is selected in it would not be any more.
      for (; begin < from; begin++) rows.firstElementChild?.remove();
      for (; end > to; end--) rows.lastElementChild?.remove();
      while (begin > from) rows.prepend(row(--begin));
      while (end < to) rows.append(row(end++));
      rows.style.transform = `translateY(${from * high}px)`;
    };
    element.addEventListener('scroll', draw);
    new ResizeObserver(draw).observe(element);
    draw();
    return (/** @type {number} */ index) => index * high;
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
