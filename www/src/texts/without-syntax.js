// In the place of @codemirror/language and @lezer/common (build.mjs puts it there): what the editor's
// commands ask of them, answered as for a text without a grammar. The parser they bring is a fifth of the
// editor, and the colours of a configuration need none.

import { countColumn, Facet } from '@codemirror/state';

/** @typedef {import('@codemirror/state').EditorState} EditorState */

/** @type {Facet<string, string>} */
export const indentUnit = Facet.define({ combine: (values) => values[0] ?? '  ' });

/** @param {EditorState} state */
export const getIndentUnit = (state) => countColumn(state.facet(indentUnit), state.tabSize);

/** @param {EditorState} _state @param {number} columns */
export const indentString = (_state, columns) => ' '.repeat(columns);

/** No grammar says how far: the line above does. */
export const getIndentation = () => null;

export class IndentContext {
  /** @param {EditorState} state */
  constructor(state) {
    this.state = state;
  }

  /** @param {number} at */
  lineIndent(at) {
    return countColumn(/^\s*/.exec(this.state.doc.lineAt(at).text)?.[0] ?? '', this.state.tabSize);
  }
}

const none = () => null;
export const syntaxTree = () => ({ resolveInner: () => ({ childBefore: none, childAfter: none }) });
export const matchBrackets = none;
export const NodeProp = {};
