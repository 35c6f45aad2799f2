// The text of one document, with the lines that matter marked. Long texts show a window of lines.

import { h } from './dom.js';

/** @typedef {import('./types.js').State} State */
/** @typedef {import('./types.js').Actions} Actions */

const AROUND = 60;
const EDITABLE = 200_000;

/**
 * @param {State} state
 * @param {Actions} actions
 */
export function sourceViewer(state, actions) {
  const source = state.source;
  const doc = state.documents.find((each) => each.key === source?.doc);
  if (!source || doc?.text === undefined) return null;
  const text = doc.text;
  const name =
    doc.name ||
    state.report?.documents[state.reported.findIndex((each) => each.key === doc.key)]?.name ||
    'pasted text';
  const lines = text.split('\n');
  const from = Math.max(1, source.start ?? source.line - AROUND);
  const to = Math.min(lines.length, source.end ?? source.line + AROUND);
  const rows = [];
  for (let number = from; number <= to; number++) rows.push(line(number, lines[number - 1], source));
  const more = (/** @type {string} */ words, /** @type {Partial<NonNullable<State['source']>>} */ change) =>
    h(
      'button',
      {
        type: 'button',
        onclick: () => {
          state.source = { ...source, start: from, end: to, ...change };
          actions.jump('source');
        },
      },
      words,
    );
  return h(
    'div',
    { class: 'src', id: 'source' },
    h(
      'div',
      { class: 'cap' },
      h('h3', { id: 'source-title', tabindex: -1 }, `${name}, lines ${from} to ${to} of ${lines.length}`),
      h('button', { type: 'button', id: 'source-close', onclick: () => actions.hideSource() }, 'Close'),
    ),
    from > 1 && h('div', { class: 'foot' }, more('Earlier lines', { start: Math.max(1, from - 200) })),
    h('div', { class: 'code', tabindex: 0, role: 'group', 'aria-labelledby': 'source-title' }, rows),
    to < lines.length && h('div', { class: 'foot' }, more('Later lines', { end: Math.min(lines.length, to + 200) })),
    text.length <= EDITABLE && editor(doc.key, text, actions),
  );
}

/**
 * @param {number} number
 * @param {string} text
 * @param {NonNullable<State['source']>} source
 */
function line(number, text, source) {
  const marked = number === source.line || source.lines.has(number);
  return h(
    'div',
    { class: `l${marked ? ' hit' : ''}`, id: number === source.line ? 'source-line' : undefined },
    h('span', { class: 'n' }, number),
    marked && h('span', { class: 'vh' }, 'marked: '),
    h('span', { class: 't' }, text.replace(/\r$/, '') || ' '),
  );
}

/**
 * @param {number} key
 * @param {string} text
 * @param {Actions} actions
 */
function editor(key, text, actions) {
  const area = h('textarea', {
    id: 'edit',
    value: text,
    'aria-label': 'Edit this text',
    spellcheck: 'false',
    autocomplete: 'off',
    rows: Math.min(24, text.split('\n').length + 1),
    oninput: () => actions.edit(key, area.value),
  });
  return h('details', { class: 'edit', id: 'edit-details' }, h('summary', null, 'Edit this text'), area);
}
