// Colours for YAML and its plain neighbours: comments, keys, texts, numbers and places to fill in, enough to see a
// slip. A grammar would be a fifth of the editor.

import { Decoration, MatchDecorator, ViewPlugin } from '@codemirror/view';

/** A group stands for each kind, in the order of the kinds below. */
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

export const colours = ViewPlugin.define(
  (view) => ({
    marks: painter.createDeco(view),
    /** @param {import('@codemirror/view').ViewUpdate} change */
    update(change) {
      this.marks = painter.updateDeco(change, this.marks);
    },
  }),
  { decorations: (plugin) => plugin.marks },
);
