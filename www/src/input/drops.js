// What is dropped on the page is read, wherever it falls; and what is pasted, wherever no field takes it.

/** @typedef {import('../types.js').Actions} Actions */

/**
 * Files or a text, if it holds any.
 *
 * @param {DataTransfer | null} data
 * @param {Actions} actions
 * @returns {boolean} whether it did
 */
export function takeFrom(data, actions) {
  const files = [...(data?.files ?? [])];
  const text = data?.getData('text/plain');
  if (files.length > 0) actions.addFiles(files);
  else if (text) actions.add([{ name: '', text, own: true }]);
  return files.length > 0 || Boolean(text);
}

/** The log of the next machine is often pasted while the answer is read. @param {Element} host @param {Actions} actions */
export function listenForPastes(host, actions) {
  host.addEventListener('paste', (/** @type {any} */ event) => {
    const [at] = event.composedPath();
    const field =
      at.isContentEditable || at.matches?.('textarea, input:not([type=radio], [type=checkbox], [type=range])');
    // The editor has made its own of it by then.
    if (!field && !event.defaultPrevented && takeFrom(event.clipboardData, actions)) event.preventDefault();
  });
}

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
    // Asked for at once: after the event nothing of it is there any more.
    const files = [...(event.dataTransfer?.files ?? [])];
    const entries = [...(event.dataTransfer?.items ?? [])].flatMap((item) => item.webkitGetAsEntry?.() ?? []);
    if (entries.some(({ isDirectory }) => isDirectory))
      // An empty folder is told as what cannot be read.
      return filesOf(entries).then((inside) => actions.addFiles(inside.length > 0 ? inside : files));
    takeFrom(event.dataTransfer, actions);
  });
}

/**
 * All files of folders, with the path in their names: each machine's folder may hold one of the same name. What cannot be
 * opened has a name alone.
 *
 * @param {any[]} entries
 * @returns {Promise<File[]>}
 */
async function filesOf(entries) {
  const files = [];
  for (const entry of entries) {
    const asked = (/** @type {(done: (given: any) => void, failed: () => void) => void} */ ask) =>
      new Promise((/** @type {(given: any) => void} */ done) => ask(done, () => done(undefined)));
    if (entry.name.startsWith('.')) continue;
    if (entry.isDirectory) {
      const reader = entry.createReader();
      // It gives some at a time, and at last none.
      for (let some; (some = await asked((...then) => reader.readEntries(...then)))?.length > 0;)
        files.push(...(await filesOf(some)));
    } else {
      const name = entry.fullPath.slice(1);
      const file = await asked((...then) => entry.file(...then));
      files.push(file ? new File([file], name) : /** @type {any} */ ({ name }));
    }
  }
  return files;
}
