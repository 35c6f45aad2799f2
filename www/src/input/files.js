// What a file becomes: a text that is kept, or a file that is read in pieces; an archive becomes the files in it.

/** @typedef {import('../types.js').Doc} Doc */

/** Texts up to this size are kept, shown and editable; bigger files are read in pieces. */
const KEEP_TEXT = 4 * 1024 * 1024;

/** How a journal begins on disk (systemd.io/JOURNAL_FILE_FORMAT, `signature`). Each text stands in it once only. */
const JOURNAL = 'LPKSHHRH';
const GZIP = '\x1f\x8b';
const letters = (/** @type {Uint8Array} */ bytes) => String.fromCharCode(...bytes);
const bytesOf = async (/** @type {Blob} */ part) => new Uint8Array(await part.arrayBuffer());
const begins = async (/** @type {Blob} */ file, length = JOURNAL.length) =>
  letters(await bytesOf(file.slice(0, length)));
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
/** The path of a file, told before it, is read to here: longer than a path of Linux can be (PATH_MAX, 4096). */
const PATH = 64 * 1024;
const utf8 = (/** @type {Uint8Array} */ bytes) => new TextDecoder().decode(bytes);

/**
 * The file, or those of the tar archive that it is, with their paths as names.
 *
 * @param {File} file
 * @returns {AsyncGenerator<File>}
 */
export async function* filesIn(file) {
  const archive = await archiveOf(file).catch(() => undefined);
  let found = false;
  /** The path of the next file, where its header has no room for it. */
  let long = '';
  for (let at = 0; archive && at < archive.size;) {
    const block = await bytesOf(archive.slice(at, at + BLOCK));
    const head = letters(block);
    if (!isTar(head)) break;
    const field = (/** @type {number} */ from, /** @type {number} */ to) => untilNul(utf8(block.subarray(from, to)));
    // Never backwards: a damaged header may hold anything.
    const size = Math.max(0, parseInt(field(124, 136), 8) || 0);
    const content = archive.slice(at + BLOCK, at + BLOCK + size);
    at += BLOCK + Math.ceil(size / BLOCK) * BLOCK;
    const type = head[156];
    if (/[Lx]/.test(type)) long = pathIn(type, utf8(await bytesOf(content.slice(0, PATH)))) || long;
    if (/[KLgx]/.test(type)) continue;
    // What GNU's tar writes has no folder there.
    const short = [head[262] === '\0' && field(345, 500), field(0, 100)].filter(Boolean).join('/');
    const name = (long || short).replace(/^(\.\/)+/, '');
    long = '';
    if (/[0\0]/.test(type) && !/(^|\/)\.[^/]*$/.test(name)) {
      found = true;
      yield new File([content], name);
    }
  }
  if (!found) yield file;
}

/** @param {string} field */
const untilNul = (field) => field.replace(/\0.*/s, '');

/**
 * The path that is told before its file: alone (GNU tar, "Basic Tar Format": type L), or among records of a length, a key
 * and a value (POSIX, pax: "pax Extended Header").
 *
 * @param {string} type
 * @param {string} text
 */
function pathIn(type, text) {
  return type === 'L' ? untilNul(text) : /^\d+ path=(.*)/m.exec(text)?.[1];
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
