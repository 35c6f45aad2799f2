// Walks the field cases beside the repository, where they are: whole, in pieces, and alone.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { analyze, fieldCases, Session, textsBelow } from './engine.mjs';
import { checkReport } from './report-shape.mjs';

const skip = fieldCases ? false : 'no field cases beside the repository (../shared/cases)';

for (const folder of ['logs/', 'cloud-config/']) {
  test(`every text of ${folder} gives a sound report`, { skip }, async (t) => {
    const texts = textsBelow(new URL(folder, fieldCases));
    assert.ok(texts.length > 10);
    for (const document of texts) {
      const report = await analyze({ documents: [document] });
      checkReport(report, document.name);
      const session = await Session.start();
      const bytes = new TextEncoder().encode(document.text);
      const at = bytes.length >> 1;
      await session.read(document.name, [bytes.subarray(0, at), bytes.subarray(at)]);
      assert.deepEqual(session.finish(), report, `${document.name} in two pieces`);
    }
    t.diagnostic(`${texts.length} texts read`);
  });
}
