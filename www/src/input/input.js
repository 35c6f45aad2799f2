// What goes in: one box for anything, files, examples, and the list of what was read.

import { h, words } from '../dom.js';
import { PATCH, WORDS } from '../strings.js';
import { takeFrom } from './drops.js';
import { EXAMPLES } from './examples.js';

/** @typedef {import('../types.js').Actions} Actions */

/**
 * The box. Pasting into it when it is empty adds a document at once; typing becomes a document of
 * its own after a short pause and stays editable here.
 *
 * @param {Actions} actions
 */
export function pasteBox(actions) {
  const files = h('input', {
    type: 'file',
    id: 'files',
    multiple: true,
    class: 'vh',
    tabindex: -1,
    'aria-hidden': 'true',
    onchange: async () => {
      await actions.addFiles(files.files ?? []);
      files.value = '';
    },
  });
  let pasting = false;
  const area = h('textarea', {
    id: 'paste',
    'aria-label': WORDS.box,
    'aria-describedby': 'privacy',
    placeholder: WORDS.placeholder,
    spellcheck: 'false',
    autocapitalize: 'off',
    autocomplete: 'off',
    onpaste: (/** @type {ClipboardEvent} */ event) => {
      // A text goes to where the caret is in another one.
      const beside = area.value === '' || event.clipboardData?.files.length;
      if (beside && takeFrom(event.clipboardData, actions)) event.preventDefault();
      else pasting = true;
    },
    oninput: () => {
      actions.typed(area.value, pasting);
      pasting = false;
    },
  });
  const box = h(
    'div',
    { class: 'drop' },
    area,
    h(
      'div',
      { class: 'foot' },
      h('button', { class: 'pri', type: 'button', onclick: () => files.click() }, WORDS.choose),
      files,
      h('span', { class: 's q' }, WORDS.drop),
    ),
  );
  return { box, area };
}

/** Something was taken away, and can be brought back. @param {string} said @param {Actions} actions */
export function undoNotice(said, actions) {
  return h(
    'p',
    { class: 'undone' },
    h('span', null, said),
    h('button', { type: 'button', id: 'undo', onclick: () => actions.undo() }, WORDS.undo),
  );
}

/** @returns {HTMLElement} */
export function privacyLine() {
  return h('p', { class: 's privacy', id: 'privacy' }, h('b', null, WORDS.privacy[0]), ` ${WORDS.privacy[1]}`);
}

/** @param {Actions} actions */
export function exampleList(actions) {
  return h(
    'ul',
    { class: 'ex' },
    EXAMPLES.map((example) =>
      h(
        'li',
        null,
        h('button', { class: 'link', type: 'button', onclick: () => actions.add(example.documents) }, example.title),
        h('span', null, example.about),
      ),
    ),
  );
}

/** @param {Actions} actions */
export function whereToGetIt(actions) {
  return h(
    'div',
    { class: 'where' },
    h('h2', null, WORDS.where),
    h('p', { class: 's q' }, WORDS.whereWhy),
    Object.entries(WORDS.whereCommands).map(([of, command]) =>
      h(
        'div',
        { class: 'cmdrow' },
        h('span', { class: 's' }, of),
        h('code', null, words(command)),
        h(
          'button',
          {
            type: 'button',
            onclick: (/** @type {Event} */ event) => actions.copy(command, WORDS.commandsCopied(1), event),
            'aria-label': WORDS.copyCommand(of),
          },
          PATCH.copy,
        ),
      ),
    ),
    h('p', { class: 's q' }, WORDS.whereConfig),
  );
}
