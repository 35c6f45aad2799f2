// The marks in the editor: a colour on the line and on the words meant, and below the line what is said of them.

import { StateEffect, StateField } from '@codemirror/state';
import { Decoration, EditorView, WidgetType } from '@codemirror/view';
import { markRow, toLineFeeds } from './marks.js';

/** @typedef {import('./marks.js').Mark} Mark */
/** @typedef {import('@codemirror/state').Text} Text */
/** @typedef {import('@codemirror/state').Range<Decoration>} Piece */

/** @type {import('@codemirror/state').StateEffectType<import('@codemirror/view').DecorationSet>} */
const setMarks = StateEffect.define();

/** They move with the text until others are set. */
export const marksField = StateField.define({
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
 * What sets these marks, in place of those that are shown.
 *
 * @param {Text} doc the text of the editor
 * @param {Mark[]} marks
 * @param {string} given the text they stand in, with its own line ends
 * @param {(mark: Mark) => void} fix
 */
export function withMarks(doc, marks, given, fix) {
  const pieces = marks.flatMap((mark) => {
    const told = [mark, ...(mark.also ?? [])].flatMap((each) => coloured(doc, each, given));
    const { to } = lineOf(doc, toLineFeeds(given, mark.from));
    return [...told, Decoration.widget({ widget: new Message(mark, fix), block: true, side: 1 }).range(to)];
  });
  return setMarks.of(Decoration.set(pieces, true));
}

/** @param {Text} doc @param {Mark} mark @param {string} given @returns {Piece[]} */
function coloured(doc, mark, given) {
  const from = toLineFeeds(given, mark.from);
  const line = lineOf(doc, from);
  const end = Math.min(Math.max(toLineFeeds(given, mark.to), from), line.to);
  // Nothing is wrong with the line below which a key is missing.
  const adds = mark.edit !== undefined && mark.from === mark.to;
  return [
    ...(adds ? [] : [Decoration.line({ class: `marked ${mark.severity}` }).range(line.from)]),
    ...(end > from ? [Decoration.mark({ class: `told ${mark.severity}` }).range(from, end)] : []),
  ];
}

/** @param {Text} doc @param {number} at */
function lineOf(doc, at) {
  return doc.lineAt(Math.min(at, doc.length));
}
