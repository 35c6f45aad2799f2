// What is dropped on the page is read, wherever it falls.

/** @typedef {import('../types.js').Actions} Actions */

/**
 * @param {Element} host
 * @param {HTMLElement} over lies over the page while something is held above it
 * @param {Actions} actions
 */
export function listenForDrops(host, over, actions) {
  // A passage of the answer, or a link in it, that slips along under the hand is nothing to read.
  let own = false;
  host.addEventListener('dragstart', () => (own = true));
  host.addEventListener('dragend', () => (own = false));
  const carries = (/** @type {DragEvent} */ event) =>
    !own && [...(event.dataTransfer?.types ?? [])].some((type) => type === 'Files' || type === 'text/plain');
  host.addEventListener('dragover', (/** @type {any} */ event) => {
    if (!carries(event)) return;
    event.preventDefault();
    over.hidden = false;
  });
  host.addEventListener('dragleave', (/** @type {any} */ event) => {
    if (!(event.relatedTarget instanceof Node && host.contains(event.relatedTarget))) over.hidden = true;
  });
  host.addEventListener('drop', (/** @type {any} */ event) => {
    over.hidden = true;
    if (!carries(event)) return;
    event.preventDefault();
    const files = [...(event.dataTransfer?.files ?? [])];
    if (files.length > 0) return actions.addFiles(files);
    const text = event.dataTransfer?.getData('text/plain');
    if (text) actions.add([{ name: '', text, own: true }]);
  });
}
