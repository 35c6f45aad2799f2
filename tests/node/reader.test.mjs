// The engine's side of the page: what it says of files that the reader stopped.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Reader } from '../../www/src/engine/reader.js';

const EARLY = 'Stopped early: the rest was not read.';
const LINE = 'Nov 12 03:04:21 core-1 systemd[1]: Started Session of user core.\n';

/** @param {number} key @param {string} name @param {number} lines */
const file = (key, name, lines) => ({ key, name, file: new Blob([LINE.repeat(lines)]) });

test('only a file that has more than was read was read in part, and only until it is read whole', async () => {
  /** @type {((answer: any) => void) | undefined} */
  let told;
  // On a busy machine it tells in between how far it is.
  const reader = new Reader((answer) => 'progress' in answer || told?.(answer));
  const ask = (id, documents, enough = false) =>
    new Promise((resolve) => {
      told = resolve;
      reader.take({ id, type: 'analyze', documents });
      if (enough) reader.take({ id, type: 'enough' });
    });
  const small = file(1, 'etcd.log', 10);
  const large = file(2, 'etcd.log', 100_000);
  const stopped = await ask(1, [small, large], true);
  const cut = ({ report }) => report.limits.filter((each) => each.includes('read only in part')).length;
  assert.deepEqual([stopped.inPart, cut(stopped)], [EARLY, 1]);
  assert.ok(stopped.report.documents[1].lines < 100_000);
  // What was read stays, and what is said of it.
  const again = await ask(2, [small, large]);
  assert.deepEqual([again.inPart, cut(again)], [EARLY, 1]);
  // So it does where another one goes.
  const alone = await ask(3, [large]);
  assert.deepEqual([alone.inPart, cut(alone)], [EARLY, 1]);
  assert.equal(alone.report.documents[0].lines, stopped.report.documents[1].lines);
  const whole = await ask(4, [{ ...large, name: 'whole.log' }]);
  assert.deepEqual([whole.inPart, cut(whole)], ['', 0]);
  assert.equal(whole.report.documents[0].lines, 100_000);
});
