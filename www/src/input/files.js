// What a file becomes: a text that is kept, or a file that is read in pieces; an archive becomes the files in it.

/** @typedef {import('../types.js').Doc} Doc */

/** Texts up to this size are kept, shown and editable; bigger files are read in pieces. */
const KEEP_TEXT = 4 * 1024 * 1024;

/** How a journal begins on disk (systemd.io/JOURNAL_FILE_FORMAT, `signature`). Each text stands in it once only. */
const JOURNAL = 'LPKSHHRH';
const GZIP = '\x1f\x8b';
const letters = (/** @type {Uint8Array} */ bytes) => String.fromCharCode(...bytes);
const begins = async (/** @type {Blob} */ file, length = JOURNAL.length) =>
  letters(new Uint8Array(await file.slice(0, length).arrayBuffer()));
export class SystemdJournal extends Error {}

/**
 * @param {File} file
 * @returns {Promise<Omit<Doc, 'key'>>}
 */
export async function held(file) {
  // By its first bytes: a rotated log may be packed without saying so, and a browser that unpacked a download leaves
  // the name as it was.
  const first = await begins(file);
  if (first === JOURNAL) throw new SystemdJournal();
  const gzip = first.startsWith(GZIP);
  if (gzip || file.size > KEEP_TEXT) return { name: file.name, file, gzip, size: file.size };
  const bytes = new Uint8Array(await file.arrayBuffer());
  return { name: file.name, text: decode(bytes) };
}

/** In a tar archive the header of a file is one block (POSIX, pax: "ustar Interchange Format"); a file fills whole ones. */
const BLOCK = 512;
/** A packed archive is unpacked at once, so a larger one is left as it is: one text, with headers in it. */
const ARCHIVE = 64 * 1024 * 1024;

/**
 * The file, or those of the tar archive that it is, with their paths as names.
 *
 * @param {File} file
 * @returns {AsyncGenerator<File>}
 */
export async function* filesIn(file) {
  const archive = await archiveOf(file).catch(() => undefined);
  let found = false;
  for (let at = 0; archive && at < archive.size;) {
    const head = await begins(archive.slice(at), BLOCK);
    if (!isTar(head)) break;
    const field = (/** @type {number} */ from, /** @type {number} */ to) => head.slice(from, to).replace(/\0.*/s, '');
    // Never backwards: a damaged header may hold anything.
    const size = Math.max(0, parseInt(field(124, 136), 8) || 0);
    const begin = at + BLOCK;
    // What GNU's tar writes has no folder there.
    const name = [head[262] === '\0' && field(345, 500), field(0, 100)].filter(Boolean).join('/');
    if (/[0\0]/.test(head[156]) && !/(^|\/)\.[^/]*$/.test(name)) {
      found = true;
      yield new File([archive.slice(begin, begin + size)], name);
    }
    at = begin + Math.ceil(size / BLOCK) * BLOCK;
  }
  if (!found) yield file;
}

/** @param {File} file @returns {Promise<Blob | undefined>} */
async function archiveOf(file) {
  const head = await begins(file, BLOCK);
  if (isTar(head)) return file;
  if (!head.startsWith(GZIP) || file.size > ARCHIVE) return undefined;
  const unpacked = () => file.stream().pipeThrough(new DecompressionStream('gzip'));
  const reader = unpacked().getReader();
  const { value } = await reader.read();
  reader.cancel().catch(() => {});
  return value && isTar(letters(value.subarray(0, BLOCK))) ? new Response(unpacked()).blob() : undefined;
}

/** @param {string} head */
const isTar = (head) => head.slice(257, 262) === 'ustar';

/** UTF-16 where a mark says so, or a zero beside each of two letters, else UTF-8. @param {Uint8Array} bytes */
function decode(bytes) {
  const first = letters(bytes.subarray(0, 4));
  const encoding = /^(\xff\xfe|([\t-\r -~]\0){2})/.test(first)
    ? 'utf-16le'
    : /^(\xfe\xff|(\0[\t-\r -~]){2})/.test(first)
      ? 'utf-16be'
      : 'utf-8';
  return new TextDecoder(encoding, { ignoreBOM: encoding === 'utf-8' }).decode(bytes);
}
