// What a file is by its first bytes, and the files of an archive: for the page and for the command.

/** How a journal begins on disk (systemd.io/JOURNAL_FILE_FORMAT, `signature`). Each text stands in it once only. */
export const JOURNAL = 'LPKSHHRH';
export const GZIP = '\x1f\x8b';

export const letters = (/** @type {Uint8Array} */ bytes) => String.fromCharCode(...bytes);
const bytesOf = async (/** @type {Blob} */ part) => new Uint8Array(await part.arrayBuffer());

/** Its first bytes, a letter for each. */
export const begins = async (/** @type {Blob} */ file, length = JOURNAL.length) =>
  letters(await bytesOf(file.slice(0, length)));

/** In a tar archive the header of a file is one block (POSIX, pax: "ustar Interchange Format"); a file fills whole ones. */
const BLOCK = 512;
/** A packed archive is unpacked at once, so a larger one is left as it is: one text, with headers in it. */
const ARCHIVE = 64 * 1024 * 1024;
/** So much of an archive is read at once: each read takes a browser milliseconds, and most files are small. */
const WINDOW = 4 * 1024 * 1024;
/** A larger file stays where it is until it is read. */
const SMALL = 512 * 1024;
/** The path of a file, told before it, is read to here: longer than a path of Linux can be (PATH_MAX, 4096). */
const PATH = 64 * 1024;
const utf8 = (/** @type {Uint8Array} */ bytes) => new TextDecoder().decode(bytes);

/** What an archive may hold as an archive, by its name: to look into every small file would take as long as to read it. */
const ARCHIVED = /\.(tar|tgz|tar\.gz)$/i;

/**
 * The file, or those of the tar archive that it is, with their paths as names. An archive in it is opened as well; not one in
 * that, as an archive can be made to hold itself.
 *
 * @param {File} file
 * @param {boolean} [opensArchives]
 * @returns {AsyncGenerator<File>}
 */
export async function* filesIn(file, opensArchives = true) {
  const archive = await archiveOf(file).catch(() => undefined);
  const bytes = archive && windowOf(archive);
  let found = false;
  /** The path of the next file, where its header has no room for it. */
  let long = '';
  for (let at = 0; bytes && at < archive.size;) {
    const block = await bytes(at, BLOCK);
    const head = letters(block);
    if (!isTar(head)) break;
    const field = (/** @type {number} */ from, /** @type {number} */ to) => untilNul(utf8(block.subarray(from, to)));
    // Never backwards: a damaged header may hold anything.
    const size = Math.max(0, parseInt(field(124, 136), 8) || 0);
    const begin = at + BLOCK;
    at += BLOCK + Math.ceil(size / BLOCK) * BLOCK;
    const type = head[156];
    if (/[Lx]/.test(type)) long = pathIn(type, utf8(await bytes(begin, Math.min(size, PATH)))) || long;
    if (/[KLgx]/.test(type)) continue;
    // What GNU's tar writes has no folder there.
    const short = [head[262] === '\0' && field(345, 500), field(0, 100)].filter(Boolean).join('/');
    const name = (long || short).replace(/^(\.\/)+/, '');
    long = '';
    if (/[0\0]/.test(type) && !/(^|\/)\.[^/]*$/.test(name)) {
      found = true;
      const content = size <= SMALL ? await bytes(begin, size) : archive.slice(begin, begin + size);
      const part = new File([content], name);
      if (opensArchives && ARCHIVED.test(name)) {
        for await (const each of filesIn(part, false))
          yield each === part ? part : new File([each], `${name}/${each.name}`);
      } else yield part;
    }
  }
  if (!found) yield file;
}

/** Gives bytes by their place and number. Asked from front to back it reads the archive in a few large pieces. @param {Blob} archive */
function windowOf(archive) {
  let from = 0;
  let held = new Uint8Array();
  return async (/** @type {number} */ at, /** @type {number} */ length) => {
    if (at < from || at + length > from + held.length) {
      held = await bytesOf(archive.slice(at, at + Math.max(length, WINDOW)));
      from = at;
    }
    return held.subarray(at - from, at - from + length);
  };
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
