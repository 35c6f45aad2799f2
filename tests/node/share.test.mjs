// A link is made by anybody: what it carries is by allowlist, and nothing of it is to be run.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openLink, toLink } from '../../www/src/share/share.js';

test('a link that carries commands opens without them', async () => {
  const step = { text: 'Measure the disk.', effect: 'How long a sync takes.', commands: ['example --of=a-command'] };
  const report = { verdict: { headline: 'etcd waits for its disk.' }, measureNext: [step, { commands: ['example'] }] };
  const opened = await openLink(await toLink(/** @type {any} */ ({ report })));
  assert.deepEqual(opened?.report?.measureNext, [{ ...step, commands: [] }]);
  assert.doesNotMatch(JSON.stringify(opened), /example/);
});
