// After a fault of the engine: a sentence, and the next analysis works.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { analyze, ETCD_LOG, Session } from './engine.mjs';

// More bytes than WebAssembly can hold: the engine's allocator gives up, as in a panic.
// A part of it is as large as the whole, since the package hands over parts.
const tooLarge = Object.defineProperties(new Uint8Array(), {
  length: { value: 3_000_000_000 },
  subarray: { value: () => tooLarge },
});

test('a fault is told in a sentence and the next analysis works', async () => {
  const documents = [{ name: 'etcd.log', text: ETCD_LOG }];
  const before = await analyze({ documents });

  const session = await Session.start();
  const other = await Session.start();
  const id = session.open('large.log');
  assert.throws(() => session.push(id, tooLarge), /engine met a fault of its own .* next analysis starts afresh/);
  assert.throws(() => other.open('x.log'), /was lost when the engine stopped/);

  assert.deepEqual(await analyze({ documents }), before);
  const next = await Session.start();
  await next.read('etcd.log', new Blob([ETCD_LOG]).stream());
  assert.deepEqual(next.finish(), before);
});
