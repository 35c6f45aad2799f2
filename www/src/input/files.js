// What a file becomes: a text that is kept, or a file that is read in pieces.

import { begins, GZIP, JOURNAL, letters } from '../../npm/files.js';

/** @typedef {import('../types.js').Doc} Doc */

/** Texts up to this size are kept, shown and editable; bigger files are read in pieces. */
const KEEP_TEXT = 4 * 1024 * 1024;

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
