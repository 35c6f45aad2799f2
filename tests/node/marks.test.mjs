// What the editor says beside a line, and what its buttons say. From the built engine.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { marksOf } from '../../www/src/marks.js';
import { analyze } from './engine.mjs';

const LATE =
  'Apr 20 10:00:29 core-01 etcd2[815]: failed to send out heartbeat on time (deadline exceeded for 2.237022208s)\n';
const FILE = (/** @type {string} */ wait) =>
  `#cloud-config\ncoreos:\n  etcd2:\n    heartbeat-interval: 100\n    election-timeout: ${wait}\n  units:\n    - name: etcd2.service\n      command: start\n`;

const marks = async (/** @type {string} */ text) =>
  marksOf(await analyze({ documents: [{ text }, { text: LATE }] }), 'd1', text);

test('a value that is left out is marked once, and mended there', async () => {
  const found = (await marks(FILE('"1000"'))).filter((mark) => mark.line === 5);
  assert.equal(found.length, 1);
  assert.match(found[0].text, /drops it/);
  assert.ok(found[0].edit);
});

test('a button shows the text of a page as the page does', async () => {
  const page = `<pre>${FILE('"1000"').replaceAll('"', '&quot;')}</pre>\n`;
  const labels = (await marks(page)).flatMap((mark) => mark.label ?? []);
  assert.ok(
    labels.some((label) => label.includes('"1000" to')),
    labels.join('; '),
  );
  assert.ok(labels.every((label) => !label.includes('&')));
});
