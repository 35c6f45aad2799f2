// A file comes to the engine in pieces: all of its bytes, once, in order, whatever a read does.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { BadFile, pieces } from '../../www/src/engine/pieces.js';

const BYTES = Uint8Array.from({ length: 2_500_000 }, (_, at) => at % 251);

/** @param {any} file */
async function read(file) {
  const meter = { counted: 0, add: (/** @type {number} */ bytes) => void (meter.counted += bytes) };
  const all = [];
  for await (const piece of pieces({ name: 'large.log', file }, meter)) all.push(Buffer.from(piece));
  return { bytes: Buffer.concat(all), pieces: all.length, counted: meter.counted };
}

/**
 * A file whose reads are `reads`, one after the other, then as they should be. As a browser's, each is handed a
 * buffer to fill and hands it back.
 *
 * @param {((view: Uint8Array) => Promise<any> | undefined)[]} reads
 */
function file(reads, bytes = BYTES) {
  const started = /** @type {number[]} */ ([]);
  const slice = (/** @type {number} */ from) => ({
    stream: () => ({
      getReader() {
        started.push(from);
        let at = from;
        return {
          read(/** @type {Uint8Array<ArrayBuffer>} */ view) {
            const odd = reads.shift()?.(view);
            if (odd) return odd;
            const part = bytes.subarray(at, at + view.byteLength);
            at += part.byteLength;
            const buffer = structuredClone(view.buffer, { transfer: [view.buffer] });
            new Uint8Array(buffer).set(part);
            return Promise.resolve({ done: !part.byteLength, value: new Uint8Array(buffer, 0, part.byteLength) });
          },
          cancel: () => Promise.resolve(),
        };
      },
    }),
  });
  return { ...slice(0), slice, started };
}

const fine = () => undefined;
/** The buffer is handed over, and nothing ever comes back. */
const lost = (/** @type {Uint8Array<ArrayBuffer>} */ view) => {
  structuredClone(view.buffer, { transfer: [view.buffer] });
  return new Promise(() => {});
};

test('a file is read from its first byte to its last', async () => {
  const { bytes, pieces: count, counted } = await read(new Blob([BYTES]));
  assert.ok(bytes.equals(BYTES));
  assert.ok(count > 1);
  assert.equal(counted, BYTES.length);
});

test('after a read that never ends the file is opened anew where it stopped', async () => {
  const odd = file([fine, fine, lost]);
  const { bytes, counted } = await read(odd);
  assert.ok(bytes.equals(BYTES));
  assert.equal(counted, BYTES.length);
  assert.equal(odd.started.length, 2);
  assert.ok(odd.started[1] > 0 && odd.started[1] < BYTES.length);
});

test('a file that cannot be read any more is named', async () => {
  const gone = file([fine, () => Promise.reject(new Error('gone'))]);
  await assert.rejects(read(gone), (error) => error instanceof BadFile && error.message === 'large.log');
});

test('where a browser fills no buffer of ours, it gives its own', async () => {
  const stream = () =>
    new ReadableStream({
      start(controller) {
        for (let at = 0; at < BYTES.length; at += 700_000) controller.enqueue(BYTES.slice(at, at + 700_000));
        controller.close();
      },
    });
  const { bytes, pieces: count } = await read({ stream, slice: () => ({ stream }) });
  assert.ok(bytes.equals(BYTES));
  assert.equal(count, 4);
});
