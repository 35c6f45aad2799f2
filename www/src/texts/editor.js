// The editor of the configuration. A chunk of its own: CodeMirror is as large as the rest of the page.

import { history, historyKeymap, isolateHistory, redo, standardKeymap, undo } from '@codemirror/commands';
import { Annotation, EditorState, Transaction } from '@codemirror/state';
import { EditorView, keymap, lineNumbers } from '@codemirror/view';
import { SOURCE } from '../strings.js';
import { colours } from './editor-colours.js';
import { furtherCursors, moreKeys } from './editor-keys.js';
import { marksField, withMarks } from './editor-marks.js';
import { changeBetween, lineFeeds } from './marks.js';

/** @typedef {import('./marks.js').Mark} Mark */

/**
 * @typedef {object} Calls
 * @property {(text: string) => void} edited with line feeds alone
 * @property {(mark: Mark) => void} fix
 * @property {(text: string) => void} say
 */

/** Set from outside: no news for the page. */
const fromPage = Annotation.define();

/**
 * Chromium gives what is typed over a selection the style of what stood there, in an attribute that the page's policy
 * refuses. So it is put there without the browser.
 */
const typedOver = EditorView.domEventHandlers({
  beforeinput({ inputType, data }, view) {
    if (inputType !== 'insertText' || !data || view.composing || view.state.selection.main.empty) return false;
    view.dispatch(
      view.state.update(view.state.replaceSelection(data), { userEvent: 'input.type', scrollIntoView: true }),
    );
    return true;
  },
});

/** A text with marks in CodeMirror. All texts in it have line feeds alone; marks speak of the text as it was given. */
export class CodeEditor {
  #calls;
  /** @type {import('@codemirror/state').Extension[]} */
  #extensions;
  /** @type {EditorView} */
  #view;
  /** @type {Mark[]} */
  #marks = [];

  /**
   * @param {HTMLElement} parent
   * @param {string} label
   * @param {Calls} calls
   */
  constructor(parent, label, calls) {
    this.#calls = calls;
    /** @type {import('@codemirror/view').KeyBinding[]} */
    const keys = [
      { key: 'F8', run: () => this.next() },
      { key: 'Shift-F8', run: () => this.next(-1) },
      { key: 'Mod-.', run: () => this.#fixHere() },
    ];
    this.#extensions = [
      lineNumbers(),
      history(),
      colours,
      furtherCursors,
      typedOver,
      marksField,
      EditorState.lineSeparator.of('\n'),
      EditorState.languageData.of(() => [{ commentTokens: { line: '#' } }]),
      keymap.of([...keys, ...moreKeys, ...standardKeymap, ...historyKeymap]),
      EditorView.contentAttributes.of({ 'aria-label': label, 'aria-describedby': 'config-keys', tabindex: '0' }),
      EditorView.updateListener.of(({ transactions, state }) => {
        const own = transactions.some((each) => each.docChanged && !each.annotation(fromPage));
        if (own) calls.edited(state.doc.toString());
      }),
    ];
    const root = /** @type {ShadowRoot} */ (parent.getRootNode());
    this.#view = new EditorView({ parent, root, state: EditorState.create({ extensions: this.#extensions }) });
  }

  get hasFocus() {
    return this.#view.hasFocus;
  }

  focus() {
    this.#view.focus();
  }

  undo() {
    undo(this.#view);
  }

  redo() {
    redo(this.#view);
  }

  /**
   * Brings in a text of the page; one that is there already stays, with its history.
   *
   * @param {string} given
   * @param {boolean} other another document, whose past is not this one's
   * @param {boolean} [typed] letter by letter, elsewhere: undone as if it was typed here
   */
  setText(given, other, typed = false) {
    const text = lineFeeds(given);
    if (other) return this.#view.setState(EditorState.create({ doc: text, extensions: this.#extensions }));
    const now = this.#view.state.doc.toString();
    if (now === text) return;
    // The least change, so that the cursor and what can be undone stay.
    const { from, to, text: insert } = changeBetween(now, text);
    // Else a step of its own for undo, however soon it follows what was typed.
    const step = typed ? Transaction.userEvent.of('input.type') : isolateHistory.of('full');
    this.#view.dispatch({ changes: { from, to, insert }, annotations: [fromPage.of(true), step] });
  }

  /**
   * @param {Mark[]} marks
   * @param {string} given the text they stand in
   */
  setMarks(marks, given) {
    const { doc } = this.#view.state;
    if (doc.toString() !== lineFeeds(given)) return;
    this.#marks = marks;
    this.#view.dispatch({ effects: withMarks(doc, marks, given, this.#calls.fix) });
  }

  /** @param {number} line */
  goTo(line) {
    const { doc } = this.#view.state;
    const { from } = doc.line(Math.min(Math.max(1, line), doc.lines));
    this.#view.dispatch({ selection: { anchor: from }, effects: EditorView.scrollIntoView(from, { y: 'center' }) });
    this.#view.focus();
  }

  /**
   * Goes to the next line with marks, or the one before, round the end of the text, and says what they tell.
   *
   * @param {1 | -1} way
   */
  next(way = 1) {
    const lines = this.#marks.map((mark) => mark.line);
    if (lines.length === 0) return false;
    const here = this.#lineHere();
    const further = way > 0 ? lines.find((each) => each > here) : lines.findLast((each) => each < here);
    const line = further ?? lines[way > 0 ? 0 : lines.length - 1];
    this.goTo(line);
    const told = this.#marks.filter((mark) => mark.line === line);
    this.#calls.say(told.map((mark) => `${SOURCE.line} ${line}. ${mark.text}`).join(' '));
    return true;
  }

  #fixHere() {
    const here = this.#lineHere();
    const mark = this.#marks.find((each) => each.line === here && each.fix);
    if (mark) this.#calls.fix(mark);
    return mark !== undefined;
  }

  #lineHere() {
    const { doc, selection } = this.#view.state;
    return doc.lineAt(selection.main.head).number;
  }
}
