// The engine's side of the page. One message in, one answer out; files are read here, in pieces,
// so that the page never holds them. The same file is bundled twice: as the text of the worker, and
// as a module for pages in which no worker may start.

import { analyze, init, Session } from '../../dist/npm/timing-advisor.js';

/** @typedef {import('./types.js').Doc} Doc */

const PROGRESS_EVERY_MS = 100;

/** @typedef {(message: Record<string, any>) => void} Post */

/**
 * @param {any} message
 * @param {Post} post
 */
export async function answer({ id, type, engine, documents, assumptions }, post) {
  try {
    if (type === 'start') await init(engine);
    if (type === 'start') return post({ id, report: undefined });
    if (type === 'analyze') post({ id, report: await run(id, documents, assumptions, post) });
  } catch (error) {
    if (error instanceof BadFile) post({ id, badFile: error.message });
    else post({ id, error: error instanceof Error ? error.message : String(error) });
  }
}

// In a worker there is no page around.
if (typeof document === 'undefined')
  self.onmessage = ({ data }) => answer(data, (message) => self.postMessage(message));

/** A file that cannot be read is no fault of the engine. */
class BadFile extends Error {}

/**
 * @param {number} id
 * @param {Doc[]} documents
 * @param {import('./types.js').Assumptions} assumptions
 * @param {Post} post
 */
async function run(id, documents, assumptions, post) {
  if (documents.every((doc) => doc.text !== undefined)) {
    return analyze({ documents: documents.map(({ name, text = '' }) => ({ name, text })), assumptions });
  }
  const session = await Session.start({ assumptions });
  const total = documents.reduce((sum, doc) => sum + (doc.file?.size ?? doc.text?.length ?? 0), 0);
  const meter = progress(id, total, post);
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
 * @param {Post} post
 */
function progress(id, total, post) {
  let done = 0;
  let told = 0;
  return (/** @type {number} */ bytes) => {
    done += bytes;
    const now = performance.now();
    if (now - told < PROGRESS_EVERY_MS) return;
    told = now;
    post({ id, progress: { done, total } });
  };
}
