// The editor of the configuration. A chunk of its own: CodeMirror is as large as the rest of the page.

import {
  copyLineDown,
  copyLineUp,
  deleteLine,
  history,
  historyKeymap,
  indentLess,
  indentMore,
  insertBlankLine,
  isolateHistory,
  moveLineDown,
  moveLineUp,
  redo,
  selectLine,
  simplifySelection,
  standardKeymap,
  toggleLineComment,
  toggleTabFocusMode,
  undo,
} from '@codemirror/commands';
import { Annotation, EditorState, StateEffect, StateField, Transaction } from '@codemirror/state';
import { Decoration, EditorView, MatchDecorator, ViewPlugin, WidgetType, keymap, lineNumbers } from '@codemirror/view';
import { furtherCursors, furtherKeys } from './editor-keys.js';
import { changeBetween, lineFeeds, markRow, toLineFeeds } from './marks.js';

/** @typedef {import('./marks.js').Mark} Mark */
/** @typedef {import('@codemirror/state').Range<Decoration>} Piece */

/**
 * @typedef {object} Calls
 * @property {(text: string) => void} edited with line feeds alone
 * @property {(mark: Mark) => void} fix
 * @property {(text: string) => void} say
 */

/** Set from outside: no news for the page. */
const fromPage = Annotation.define();
/** @type {import('@codemirror/state').StateEffectType<import('@codemirror/view').DecorationSet>} */
const setMarks = StateEffect.define();

const marksField = StateField.define({
  /** @returns {import('@codemirror/view').DecorationSet} */
  create: () => Decoration.none,
  update(marks, change) {
    let now = marks.map(change.changes);
    for (const effect of change.effects) if (effect.is(setMarks)) now = effect.value;
    return now;
  },
  provide: (field) => EditorView.decorations.from(field),
});

class Message extends WidgetType {
  /** @param {Mark} mark @param {(mark: Mark) => void} fix */
  constructor(mark, fix) {
    super();
    this.mark = mark;
    this.fix = fix;
  }

  /** @param {Message} other */
  eq(other) {
    return JSON.stringify(other.mark) === JSON.stringify(this.mark);
  }

  toDOM() {
    return markRow(this.mark, this.fix);
  }
}

/**
 * Comments, keys, texts, numbers and places to fill in of YAML and of its plain neighbours: enough to see
 * a slip. A match stands for each kind, in this order; a grammar would be a fifth of the editor.
 */
const COLOURED =
  /((?:^|(?<=\s))#.*)|(\{\{.*?\}\}|\$\{.*?\}|\$\w+)|([\w.$-]+(?=\s*[:=](?:\s|$|\S)))|("(?:[^"\\]|\\.)*"|'[^']*')|(\d[\d.]*(?:ms|s|m|h)?\b)|[^\s#"'{$]+/g;
const COLOURS = ['comment', 'meta', 'key', 'string', 'number'].map((kind) => Decoration.mark({ class: `tok-${kind}` }));
const painter = new MatchDecorator({
  regexp: COLOURED,
  decorate(add, from, to, match) {
    const colour = COLOURS[match.slice(1).findIndex((part) => part !== undefined)];
    if (colour) add(from, to, colour);
  },
});
const colours = ViewPlugin.define(
  (view) => ({
    marks: painter.createDeco(view),
    /** @param {import('@codemirror/view').ViewUpdate} change */
    update(change) {
      this.marks = painter.updateDeco(change, this.marks);
    },
  }),
  { decorations: (plugin) => plugin.marks },
);

/**
 * What keys do beyond the plain ones. The longer list that comes with the commands also moves by syntax, which
 * needs a parser.
 *
 * @type {import('@codemirror/view').KeyBinding[]}
 */
const MORE_KEYS = [
  { key: 'Tab', run: indentMore, shift: indentLess },
  { key: 'Mod-]', run: indentMore },
  { key: 'Mod-[', run: indentLess },
  { key: 'Alt-ArrowUp', run: moveLineUp, shift: copyLineUp },
  { key: 'Alt-ArrowDown', run: moveLineDown, shift: copyLineDown },
  { key: 'Shift-Mod-k', run: deleteLine },
  { key: 'Mod-Enter', run: insertBlankLine },
  { key: 'Alt-l', mac: 'Ctrl-l', run: selectLine },
  { key: 'Mod-/', run: toggleLineComment },
  { key: 'Escape', run: simplifySelection },
  { key: 'Ctrl-m', mac: 'Shift-Alt-m', run: toggleTabFocusMode },
  ...furtherKeys,
];

/**
 * @param {HTMLElement} parent
 * @param {string} label
 * @param {Calls} calls
 */
export function mountEditor(parent, label, calls) {
  /** @type {Mark[]} */
  let marks = [];
  /** @type {import('@codemirror/view').KeyBinding[]} */
  const keys = [
    { key: 'F8', run: () => next(1) },
    { key: 'Shift-F8', run: () => next(-1) },
    { key: 'Mod-.', run: fixHere },
  ];
  const extensions = [
    lineNumbers(),
    history(),
    colours,
    furtherCursors,
    EditorState.lineSeparator.of('\n'),
    EditorState.languageData.of(() => [{ commentTokens: { line: '#' } }]),
    keymap.of([...keys, ...MORE_KEYS, ...standardKeymap, ...historyKeymap]),
    EditorView.contentAttributes.of({ 'aria-label': label, 'aria-describedby': 'config-keys', tabindex: '0' }),
    EditorView.updateListener.of((update) => {
      const own = update.transactions.some((each) => each.docChanged && !each.annotation(fromPage));
      if (own) calls.edited(update.state.doc.toString());
    }),
    marksField,
  ];
  const root = /** @type {ShadowRoot} */ (parent.getRootNode());
  /** @type {EditorView} */
  const view = new EditorView({ parent, root, state: EditorState.create({ extensions }) });

  /** @param {1 | -1} way @returns {boolean} */
  function next(way) {
    if (marks.length === 0) return false;
    const here = view.state.doc.lineAt(view.state.selection.main.head).number;
    const lines = [...new Set(marks.map((mark) => mark.line))];
    const line =
      way > 0
        ? (lines.find((each) => each > here) ?? lines[0])
        : (lines.findLast((each) => each < here) ?? lines.at(-1));
    goTo(line ?? 1);
    calls.say(
      marks
        .filter((mark) => mark.line === line)
        .map((mark) => `Line ${line}. ${mark.text}`)
        .join(' '),
    );
    return true;
  }

  /** @returns {boolean} */
  function fixHere() {
    const here = view.state.doc.lineAt(view.state.selection.main.head).number;
    const mark = marks.find((each) => each.line === here && each.fix);
    if (mark) calls.fix(mark);
    return mark !== undefined;
  }

  /** @param {number} line */
  function goTo(line) {
    const { from } = view.state.doc.line(Math.min(Math.max(1, line), view.state.doc.lines));
    view.dispatch({ selection: { anchor: from }, effects: EditorView.scrollIntoView(from, { y: 'center' }) });
    view.focus();
  }

  /** @param {Mark} mark @param {string} given @param {Piece[]} pieces */
  function colour(mark, given, pieces) {
    const from = toLineFeeds(given, mark.from);
    const to = toLineFeeds(given, mark.to);
    const line = view.state.doc.lineAt(Math.min(from, view.state.doc.length));
    const end = Math.min(Math.max(to, from), line.to);
    // Nothing is wrong with the line below which a key is missing.
    const adds = mark.edit !== undefined && mark.from === mark.to;
    if (!adds) pieces.push(Decoration.line({ class: `marked ${mark.severity}` }).range(line.from));
    if (end > from) pieces.push(Decoration.mark({ class: `told ${mark.severity}` }).range(from, end));
    return line;
  }

  return {
    goTo,
    next: () => next(1),
    hasFocus: () => view.hasFocus,
    focus: () => view.focus(),
    destroy: () => view.destroy(),
    undo: () => undo(view),
    redo: () => redo(view),

    /**
     * Brings in a text of the page; one that is there already stays, with its history.
     *
     * @param {string} given
     * @param {boolean} other another document, whose past is not this one's
     * @param {boolean} [typed] letter by letter, elsewhere: undone as if it was typed here
     */
    setText(given, other, typed = false) {
      const text = lineFeeds(given);
      if (other) return view.setState(EditorState.create({ doc: text, extensions }));
      const { doc } = view.state;
      if (doc.toString() === text) return;
      // The least change, so that the cursor and what can be undone stay.
      const { from, to, text: insert } = changeBetween(doc.toString(), text);
      // Else a step of its own for undo, however soon it follows what was typed.
      const step = typed ? Transaction.userEvent.of('input.type') : isolateHistory.of('full');
      view.dispatch({ changes: { from, to, insert }, annotations: [fromPage.of(true), step] });
    },

    /**
     * @param {Mark[]} list
     * @param {string} given the text they stand in
     */
    setMarks(list, given) {
      if (view.state.doc.toString() !== lineFeeds(given)) return;
      marks = list;
      /** @type {Piece[]} */
      const pieces = [];
      for (const mark of list) {
        const line = colour(mark, given, pieces);
        for (const other of mark.also ?? []) colour(other, given, pieces);
        const widget = new Message(mark, calls.fix);
        pieces.push(Decoration.widget({ widget, block: true, side: 1 }).range(line.to));
      }
      view.dispatch({ effects: setMarks.of(Decoration.set(pieces, true)) });
    },
  };
}
