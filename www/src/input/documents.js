// The list of what was read.

import { columns, h, words } from '../dom.js';
import { covered, isListed, recognised, understood } from '../read-as.js';
import { DOCUMENTS, readOf, SOURCE, WORDS } from '../strings.js';

/** @typedef {import('../types.js').Actions} Actions */
/** @typedef {import('../types.js').State} State */
/** @typedef {import('../types.js').Doc} Doc */
/** @typedef {import('../read-as.js').Read} Read */

/** So many of those that told nothing are shown. */
const SHOWN = 200;

/**
 * @param {State} state
 * @param {Actions} actions
 */
export function documentTables(state, actions) {
  const { documents, report, reported } = state;
  const reads = new Map(reported.map(({ key }, at) => [key, report?.documents[at]]));
  const rows = (/** @type {Doc[]} */ docs) => docs.map((doc) => documentRow(doc, reads.get(doc.key), state, actions));
  const toList = (/** @type {Doc} */ { key }) => isListed(reads.get(key), documents.length);
  const listed = documents.filter(toList);
  const silent = documents.filter((doc) => !toList(doc));
  return [listed.length > 0 && table(rows(listed), 'input-title'), silent.length > 0 && folded(silent, rows, actions)];
}

/** @param {HTMLElement[]} rows @param {string} title the id of the heading above them */
function table(rows, title) {
  return h(
    'table',
    { class: 'docs', 'aria-labelledby': title },
    columns(...DOCUMENTS.columns, h('span', { class: 'vh' }, DOCUMENTS.actions)),
    h('tbody', null, rows),
  );
}

/**
 * Rows are made when they are asked for: thousands would hold up the page.
 *
 * @param {Doc[]} silent
 * @param {(docs: Doc[]) => HTMLElement[]} rows
 * @param {Actions} actions
 */
function folded(silent, rows, actions) {
  const place = h('div');
  const fold = h(
    'details',
    {
      class: 'twin',
      id: 'silent',
      ontoggle: () => {
        if (fold.open && !place.firstChild)
          place.append(
            table(rows(silent.slice(0, SHOWN)), 'silent-title'),
            silent.length > SHOWN ? h('p', null, DOCUMENTS.first(SHOWN, silent.length)) : '',
          );
      },
    },
    h('summary', { id: 'silent-title' }, DOCUMENTS.silent(silent.length)),
    place,
  );
  const remove = () => actions.remove(...silent.map(({ key }) => key));
  const button = h('button', { type: 'button', id: 'remove-silent', onclick: remove }, DOCUMENTS.removeSilent);
  return h('div', { class: 'silent' }, fold, button);
}

/**
 * @param {Doc} doc
 * @param {Read | undefined} read as what
 * @param {State} state
 * @param {Actions} actions
 */
function documentRow(doc, read, state, actions) {
  const name = doc.name || read?.name || SOURCE.unnamed;
  const cannotShow = doc.text === undefined;
  return h(
    'tr',
    null,
    h(
      'td',
      null,
      h('input', {
        class: 'name',
        id: `name-${doc.key}`,
        value: name,
        'aria-label': DOCUMENTS.name,
        autocomplete: 'off',
        onchange: (/** @type {any} */ event) => actions.rename(doc.key, event.target.value),
      }),
    ),
    h('td', null, read ? words(recognised(read)) : state.error ? WORDS.notRead : WORDS.notReadYet),
    h('td', { class: 'fig' }, read && readOf(understood(read), read.lines)),
    h('td', { class: 'fig' }, read && words(covered(read))),
    h(
      'td',
      null,
      h(
        'div',
        { class: 'acts' },
        !cannotShow &&
          read &&
          h(
            'button',
            {
              type: 'button',
              id: `open-${doc.key}`,
              onclick: () => actions.show(read.id, { line: 1, start: 0 }),
              'aria-label': `${DOCUMENTS.open} ${name}`,
            },
            DOCUMENTS.open,
          ),
        h(
          'button',
          {
            type: 'button',
            id: `remove-${doc.key}`,
            onclick: () => actions.remove(doc.key),
            'aria-label': `${DOCUMENTS.remove} ${name}`,
          },
          DOCUMENTS.remove,
        ),
      ),
    ),
  );
}
