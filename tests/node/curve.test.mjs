// @ts-check
// The timing model says the same in the browser's engine as in the native one: tests/model.rs reads the same fixture.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { analyze, read } from './engine.mjs';

/** @type {{ cases: { name: string, text: string, points: object[] }[] }} */
const { cases } = JSON.parse(read('tests/fixtures/curve.json'));

for (const { name, text, points } of cases) {
  test(`the thirty points of the trade are the native ones: ${name}`, async () => {
    const { model } = await analyze({ documents: [{ text }] });
    assert.equal(points.length, 30);
    assert.deepEqual(model?.points, points);
  });
}
