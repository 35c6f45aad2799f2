// What keys do in the editor beyond the plain ones: the longer list that comes with CodeMirror's commands also moves by
// syntax, which needs a parser. So does its jump to the other bracket, and its own drawing of cursors takes the browser's
// selection away with it; both would be larger than what stands here.

import {
  addCursorAbove,
  addCursorBelow,
  copyLineDown,
  copyLineUp,
  deleteLine,
  indentLess,
  indentMore,
  insertBlankLine,
  moveLineDown,
  moveLineUp,
  selectLine,
  simplifySelection,
  toggleLineComment,
  toggleTabFocusMode,
} from '@codemirror/commands';
import { EditorState } from '@codemirror/state';
import { Decoration, EditorView, ViewPlugin, WidgetType } from '@codemirror/view';

const PAIRS = '()[]{}';
/** Letters that are looked through for the other bracket. */
const FAR = 100_000;

class Cursor extends WidgetType {
  eq() {
    return true;
  }

  toDOM() {
    const mark = document.createElement('span');
    mark.className = 'further';
    return mark;
  }
}
const cursor = Decoration.widget({ widget: new Cursor() });
const selected = Decoration.mark({ class: 'further-text' });

/** The browser draws one cursor; the others are drawn here. @param {EditorView} view */
function drawn({ state }) {
  const { ranges, main } = state.selection;
  const further = ranges.filter((range) => range !== main);
  return Decoration.set(
    further.map((range) => (range.empty ? cursor.range(range.head) : selected.range(range.from, range.to))),
  );
}

/** Alt and a click set another cursor, as Ctrl-Alt-Up and -Down do; Esc leaves one. */
export const furtherCursors = [
  EditorState.allowMultipleSelections.of(true),
  EditorView.clickAddsSelectionRange.of((event) => event.altKey),
  ViewPlugin.define(
    (view) => ({
      marks: drawn(view),
      update(/** @type {import('@codemirror/view').ViewUpdate} */ change) {
        if (change.selectionSet || change.docChanged) this.marks = drawn(change.view);
      },
    }),
    { decorations: (plugin) => plugin.marks },
  ),
];

/** @type {import('@codemirror/view').KeyBinding[]} */
export const moreKeys = [
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
  { key: 'Mod-Alt-ArrowUp', run: addCursorAbove },
  { key: 'Mod-Alt-ArrowDown', run: addCursorBelow },
  { key: 'Shift-Mod-\\', run: toOtherBracket },
];

/** Moves to the bracket that belongs to the one beside the cursor. @param {EditorView} view */
function toOtherBracket(view) {
  const { head } = view.state.selection.main;
  const text = view.state.doc.toString();
  const at = [head, head - 1].find((each) => each >= 0 && each < text.length && PAIRS.includes(text[each]));
  if (at === undefined) return false;
  const kind = PAIRS.indexOf(text[at]);
  const other = PAIRS[kind ^ 1];
  const way = kind % 2 ? -1 : 1;
  let open = 0;
  for (let here = at; text[here] !== undefined && Math.abs(here - at) < FAR; here += way) {
    if (text[here] === text[at]) open++;
    else if (text[here] === other) open--;
    if (open > 0) continue;
    view.dispatch({ selection: { anchor: here }, scrollIntoView: true });
    return true;
  }
  return false;
}
