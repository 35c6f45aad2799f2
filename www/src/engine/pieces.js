// A file in pieces, so that neither the page nor the engine ever holds all of it.

/** @typedef {import('../types.js').Doc} Doc */
/** @typedef {ReadableStream<Uint8Array<ArrayBuffer>>} Bytes */
/** @typedef {{ next: () => Promise<Uint8Array | undefined>, stop: () => void }} Source */

/** What is read of a file at once: more would not stay in the cache until the engine has read it. */
const BUFFER_BYTES = 512 << 10;
/** A read that stays away for so long is begun anew, and has twice as long then: a disk may be slow to wake. */
const PATIENCE_MS = 2000;
/** A reader that was given nothing for so many turns has had all that could be unpacked so far. */
const TURNS = 4;

/** A file that cannot be read is no fault of the engine. */
export class BadFile extends Error {
  /** @param {Doc} doc */
  constructor({ name, key, gzip }) {
    super(name);
    this.file = { name, key, gzip };
  }
}

/**
 * What leaves the file is counted before any unpacking: its size is known, the unpacked size is not.
 * A piece holds only until the next one is asked for.
 *
 * @param {Doc} doc
 * @param {{ add: (bytes: number) => void }} meter
 */
export async function* pieces(doc, meter) {
  const { file, gzip } = doc;
  const blob = /** @type {Blob} */ (file);
  const source = gzip ? unpacked(blob.stream(), meter) : refilled(blob);
  try {
    for (let next = await source.next(); next; next = await source.next()) {
      if (!gzip) meter.add(next.byteLength);
      yield next;
    }
  } catch {
    throw new BadFile(doc);
  } finally {
    source.stop();
  }
}

/**
 * Reads into one buffer again and again: 200 MB took Chromium 240 ms so, and 340 ms in ever new chunks. Where a
 * browser cannot, as `whole` does.
 *
 * Chromium 156 can lose such a read for good, also in a worker that only counts bytes: once in 1 to 13 GB. With a time
 * limit beside each read it lost none in 130 GB. Should one stay away all the same, what comes after it is still there:
 * the file is opened anew at that byte.
 *
 * @param {Blob} file
 * @returns {Source}
 */
function refilled(file) {
  let at = 0;
  let patience = PATIENCE_MS;
  let buffer = new ArrayBuffer(BUFFER_BYTES);
  const opened = () => file.slice(at).stream().getReader({ mode: 'byob' });
  /** @type {ReadableStreamBYOBReader} */
  let source;
  try {
    source = opened();
  } catch {
    return whole(file.stream());
  }
  return {
    async next() {
      for (;;) {
        const read = await within(patience, source.read(new Uint8Array(buffer)));
        if (!read) {
          cancel(source);
          buffer = new ArrayBuffer(BUFFER_BYTES);
          source = opened();
          patience *= 2;
          continue;
        }
        if (!read.value?.byteLength) return undefined;
        ({ buffer } = read.value);
        at += read.value.byteLength;
        return read.value;
      }
    },
    stop: () => cancel(source),
  };
}

/**
 * @param {Bytes} stream
 * @returns {Source}
 */
function whole(stream) {
  const source = stream.getReader();
  return { next: async () => (await source.read()).value, stop: () => cancel(source) };
}

/** Who stops reading does not care how the rest ends. @param {ReadableStreamGenericReader} source */
function cancel(source) {
  source.cancel().catch(() => {});
}

/**
 * What the work gives, or nothing if it takes longer.
 *
 * @template T
 * @param {number} milliseconds
 * @param {Promise<T>} work
 * @returns {Promise<T | undefined>}
 */
async function within(milliseconds, work) {
  let timer;
  const late = new Promise((done) => (timer = setTimeout(done, milliseconds)));
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}

/**
 * @param {Bytes} stream
 * @param {{ add: (bytes: number) => void }} meter
 * @returns {Source}
 */
function unpacked(stream, meter) {
  let asked = false;
  const packed = new TransformStream({
    transform(chunk, out) {
      meter.add(chunk.byteLength);
      out.enqueue(chunk);
    },
    // The end of a file that was cut off is an error, and an error drops what was unpacked and not asked for yet.
    async flush() {
      for (let turns = 0; turns < TURNS; turns = asked ? turns + 1 : 0) await new Promise((done) => setTimeout(done));
    },
  });
  const { next, stop } = whole(stream.pipeThrough(packed).pipeThrough(new DecompressionStream('gzip')));
  return {
    async next() {
      asked = true;
      const bytes = await next();
      asked = false;
      return bytes;
    },
    stop() {
      // Nobody asks any more: what waits for it would wait for ever.
      asked = true;
      stop();
    },
  };
}
