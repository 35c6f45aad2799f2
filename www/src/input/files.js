// What a file becomes: a text that is kept, or a file that is read in pieces.

import { begins, filesIn, GZIP, JOURNAL, letters } from '../../npm/files.js';

/** @typedef {Omit<import('../types.js').Doc, 'key'>} Doc */
/** @typedef {import('../types.js').Unread} Unread */

/** Texts up to this size are kept, shown and editable; bigger files are read in pieces. */
const KEEP_TEXT = 4 * 1024 * 1024;

/** So many files are opened at once: a browser takes milliseconds for each, and a folder may hold thousands. */
const AT_ONCE = 32;

/**
 * What files become, those within archives too, in their order, and which of them give no text.
 *
 * @param {Iterable<File>} files
 */
export async function held(files) {
  const within = await inTurns([...files], async (file) => {
    /** @type {File[]} */
    const parts = [];
    try {
      for await (const part of filesIn(file)) parts.push(part);
    } catch {
      // It was moved or changed since: what gives no text any more is named.
      parts.push(file);
    }
    return parts;
  });
  const all = await inTurns(within.flat(), become);
  return {
    docs: /** @type {Doc[]} */ (all.filter((each) => !('journal' in each))),
    unread: /** @type {Unread[]} */ (all.filter((each) => 'journal' in each)),
  };
}

/** @template T, R @param {T[]} items @param {(item: T) => Promise<R>} work */
async function inTurns(items, work) {
  const done = [];
  for (let at = 0; at < items.length; at += AT_ONCE)
    done.push(...(await Promise.all(items.slice(at, at + AT_ONCE).map(work))));
  return done;
}

/** @param {File} file @returns {Promise<Doc | Unread>} */
async function become(file) {
  const { name, size } = file;
  try {
    // By its first bytes: a rotated log may be packed without saying so, and a browser that unpacked a download leaves
    // the name as it was.
    const first = await begins(file);
    if (first === JOURNAL) return { name, journal: true };
    const gzip = first.startsWith(GZIP);
    if (gzip || size > KEEP_TEXT) return { name, file, gzip, size };
    return { name, text: decode(new Uint8Array(await file.arrayBuffer())) };
  } catch {
    return { name, journal: false };
  }
}

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
