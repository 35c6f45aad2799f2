// What the editor says beside a line, and what its buttons say. From the built engine.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { marksOf, saidOnce } from '../../www/src/texts/marks.js';
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

test('what stands at two lines is said once, and only a fix of its own is said besides', () => {
  const mark = (/** @type {number} */ line, /** @type {string} */ text) => ({
    from: line,
    to: line,
    line,
    severity: 'info',
    text,
  });
  const fixed = { ...mark(9, 'Too short.'), fix: [] };
  const said = saidOnce([mark(4, 'Too short'), mark(4, 'Too long'), mark(6, 'too short.'), fixed]);
  assert.deepEqual(
    said.map((each) => [each.line, (each.also ?? []).map((other) => other.line)]),
    [
      [4, [6]],
      [4, []],
      [9, []],
    ],
  );
});

test('of two values that need each other one button changes both', async () => {
  const text =
    '#cloud-config\ncoreos:\n  fleet:\n    etcd-request-timeout: 1\n    agent-ttl: 12s\n    engine-reconcile-interval: 1\n';
  const gaveUp = Array.from(
    { length: 9 },
    (_, at) =>
      `Apr 20 10:0${at}:29 core-01 fleetd[815]: ERROR reconcile.go:120: Failed fetching Units from Registry: timeout reached\n`,
  ).join('');
  const found = marksOf(await analyze({ documents: [{ text }, { text: gaveUp }] }), 'd1', text);
  const fixes = found.filter((each) => each.fix?.some((edit) => edit.parameters.includes('fleet.agent-ttl')));
  assert.deepEqual(
    fixes.map((each) => [each.line, each.fix?.length]),
    [
      [4, 2],
      [5, 2],
    ],
  );
});
