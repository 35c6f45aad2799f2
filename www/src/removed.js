// What was taken away, and how it comes back.

import { readAs } from './read-as.js';
import { plural, SOURCE, WORDS } from './strings.js';
import { withLogs } from './texts/fixes.js';

/** @typedef {import('./types.js').State} State */
/** @typedef {import('./types.js').Doc} Doc */

/**
 * The documents with one changed.
 *
 * @param {Doc[]} documents
 * @param {number} key
 * @param {Partial<Doc>} change
 */
export function changed(documents, key, change) {
  return documents.map((doc) => (doc.key === key ? { ...doc, ...change } : doc));
}

/**
 * Takes documents away, to be brought back by undo.
 *
 * @param {State} state
 * @param {(doc: Doc) => boolean} which
 * @param {string} said behind the name of one
 * @param {string} [ofAll] of several, behind their number; else it is said of all input
 * @returns {string} what is to be told of it; nothing where there was none
 */
export function takeAway(state, which, said, ofAll) {
  const { documents, assumptions, removed: before } = state;
  const gone = documents.filter(which);
  if (gone.length === 0) return '';
  const names = gone.map(({ key, name }) => name || readAs(state, key)?.name);
  const one = gone.length === 1 && names[0];
  const several = ofAll ? `${plural(gone.length, 'file')} ${ofAll}` : `${WORDS.allInput} ${said}`;
  state.removed = { documents: gone, assumptions, said: one ? `${one} ${said}` : several, before };
  state.documents = documents.filter((doc) => !which(doc));
  return `${state.removed.said} ${WORDS.undoThere}`;
}

/** Undo. Gives whether there was anything. @param {State} state */
export function bringBack(state) {
  const { removed, assumptions, shared } = state;
  if (!removed) return false;
  Object.assign(state, {
    // An answer that came in a link took the place of all; beside other input it has none.
    documents: together(removed, shared ? [] : state.documents),
    assumptions: { ...removed.assumptions, ...(shared ? {} : assumptions) },
    shared: undefined,
    removed: removed.before,
  });
  return true;
}

/**
 * The answer that stands rests on what was removed since: where the next one is not waited for, that comes back. Gives
 * whether it did.
 *
 * @param {State} state
 */
export function stayWithAnswer(state) {
  const { documents, removed, reported } = state;
  if (!removed?.documents.some(({ key }) => reported.some((each) => each.key === key))) return false;
  state.documents = together(removed, documents);
  state.removed = removed.before;
  return true;
}

/** @param {NonNullable<State['removed']>} removed @param {Doc[]} documents */
function together(removed, documents) {
  const beside = documents.map((doc) => withLogs(doc, removed.changed));
  return [...removed.documents, ...beside].sort((a, b) => a.key - b.key);
}

/** Where no log is left that speaks of a text as it was, the answer follows the text as it is. @param {State} state */
export function followTexts(state) {
  const { documents, removed } = state;
  const kind = (/** @type {Doc} */ { key }) => readAs(state, key)?.kind;
  // What was not read yet may be one.
  if (!removed || documents.some((doc) => (kind(doc) ?? 'log') === 'log')) return;
  removed.changed = documents.filter((doc) => doc.before !== undefined);
  for (const { key } of removed.changed)
    state.documents = changed(state.documents, key, { before: undefined, fixes: undefined, past: undefined });
}

/**
 * A text without a name has one from here on: by its place it would be another's as soon as one above is removed.
 *
 * @param {State} state
 */
export function nextName(state) {
  const taken = new Set(state.documents.map(({ name }) => name));
  for (let { removed } = state; removed; removed = removed.before)
    for (const { name } of removed.documents) taken.add(name);
  for (let number = 1; ; number++) if (!taken.has(`${SOURCE.unnamed} ${number}`)) return `${SOURCE.unnamed} ${number}`;
}
