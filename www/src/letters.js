// Letters that a reader types into a field of the element stay within it.

/**
 * A page around may have letters as commands, and spares fields; to it they come from the element, which is none.
 *
 * @param {ShadowRoot} root
 */
export function keepLetters(root) {
  for (const name of ['keydown', 'keypress', 'keyup'])
    root.addEventListener(name, (event) => {
      const { key, ctrlKey, metaKey, altKey } = /** @type {KeyboardEvent} */ (event);
      const field = /** @type {HTMLElement} */ (event.target);
      const typed = key?.length === 1 && !(ctrlKey || metaKey || altKey);
      if (typed && (field.isContentEditable || field.matches('input, select, textarea'))) event.stopPropagation();
    });
}
