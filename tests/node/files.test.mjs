// What a dropped file becomes before the engine has it.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { pieces } from '../../www/src/engine/pieces.js';
import { filesIn } from '../../www/src/input/files.js';

const LINE = 'Nov 12 03:04:21 core-1 systemd[1]: Started Session of user core.\n';

test('an archive whose header tells of a size below zero is read to its end', async () => {
  const header = Buffer.alloc(512);
  header.write('a.log');
  header.write('-7777777777', 124);
  header.write('0', 156);
  header.write('ustar\0', 257);
  const names = [];
  for await (const file of filesIn(new File([header, header], 'a.tar'))) names.push(file.name);
  assert.deepEqual(names, ['a.log', 'a.log']);
});

test('who stops before the end of a packed file leaves nothing behind that waits', async () => {
  const file = new Blob([gzipSync(LINE.repeat(10_000))]);
  const source = pieces({ key: 1, name: 'a.log.gz', file, gzip: true }, { add: () => {} });
  assert.ok((await source.next()).value);
  // Long enough for all packed bytes to have been taken: their end waits for a reader.
  await new Promise((done) => setTimeout(done, 50));
  await source.return(undefined);
  await new Promise((done) => setTimeout(done, 50));
  const timers = process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length;
  assert.equal(timers, 0);
});
