// The engine's side of the page. One message in, one answer out; files are read here, in pieces,
// so that the page never holds them.

import { analyze, init, Session } from '../../dist/npm/timing-advisor.js';

/** @typedef {import('./types.js').Doc} Doc */

const PROGRESS_EVERY_MS = 100;

self.onmessage = async ({ data }) => {
  const { id, type } = data;
  try {
    if (type === 'start') await init(data.engine);
    if (type === 'start') return self.postMessage({ id, report: undefined });
    if (type === 'analyze') self.postMessage({ id, report: await run(id, data.documents, data.assumptions) });
  } catch (error) {
    if (error instanceof BadFile) self.postMessage({ id, badFile: error.message });
    else self.postMessage({ id, error: error instanceof Error ? error.message : String(error) });
  }
};

/** A file that cannot be read is no fault of the engine. */
class BadFile extends Error {}

/**
 * @param {number} id
 * @param {Doc[]} documents
 * @param {import('./types.js').Assumptions} assumptions
 */
async function run(id, documents, assumptions) {
  if (documents.every((doc) => doc.text !== undefined)) {
    return analyze({ documents: documents.map(({ name, text = '' }) => ({ name, text })), assumptions });
  }
  const session = await Session.start({ assumptions });
  const total = documents.reduce((sum, doc) => sum + (doc.file?.size ?? doc.text?.length ?? 0), 0);
  const meter = progress(id, total);
  for (const doc of documents) {
    if (doc.text !== undefined) await session.read(doc.name, [new TextEncoder().encode(doc.text)]);
    else if (doc.file) await session.read(doc.name, pieces(doc, meter));
  }
  return session.finish();
}

/**
 * Counts what leaves the file, before any unpacking: its size is known, the unpacked size is not.
 *
 * @param {Doc} doc
 * @param {(bytes: number) => void} meter
 */
async function* pieces({ name, file, gzip }, meter) {
  const count = new TransformStream({
    transform(chunk, out) {
      meter(chunk.byteLength);
      out.enqueue(chunk);
    },
  });
  let stream = /** @type {Blob} */ (file).stream().pipeThrough(count);
  if (gzip) stream = stream.pipeThrough(new DecompressionStream('gzip'));
  const reader = stream.getReader();
  const read = () =>
    reader.read().catch(() => {
      throw new BadFile(name);
    });
  for (let next = await read(); !next.done; next = await read()) yield next.value;
}

/**
 * @param {number} id
 * @param {number} total
 */
function progress(id, total) {
  let done = 0;
  let told = 0;
  return (/** @type {number} */ bytes) => {
    done += bytes;
    const now = performance.now();
    if (now - told < PROGRESS_EVERY_MS) return;
    told = now;
    self.postMessage({ id, progress: { done, total } });
  };
}
