// What a dropped file becomes before the engine has it.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { filesIn } from '../../www/npm/files.js';
import { Meter } from '../../www/src/engine/meter.js';
import { pieces } from '../../www/src/engine/pieces.js';
import { held } from '../../www/src/input/files.js';
import { documentsNamed } from '../../www/src/strings.js';

const LINE = 'Nov 12 03:04:21 core-1 systemd[1]: Started Session of user core.\n';

/** One file of a tar archive, or what such an archive tells of the next one. */
const inTar = (/** @type {string} */ name, text = LINE, type = '0', size = Buffer.byteLength(text).toString(8)) => {
  const block = Buffer.alloc(512);
  block.write(name);
  block.write(size, 124);
  block.write(type, 156);
  block.write('ustar\0', 257);
  return Buffer.concat([block, Buffer.from(text), Buffer.alloc((512 - (Buffer.byteLength(text) % 512)) % 512)]);
};
const namesIn = async (/** @type {Buffer[]} */ ...parts) => {
  const names = [];
  for await (const file of filesIn(new File(parts, 'a.tar'))) {
    names.push(file.name);
    if (file.size > 0) assert.equal(await file.text(), LINE);
  }
  return names;
};

test('an archive whose header tells of a size below zero is read to its end', async () => {
  const header = inTar('a.log', '', '0', '-7777777777');
  assert.deepEqual(await namesIn(header, header), ['a.log', 'a.log']);
});

test('an archive within an archive is opened, and none within that', async () => {
  const inner = (/** @type {string} */ name, /** @type {Buffer[]} */ ...parts) => {
    const bytes = Buffer.concat(parts);
    const head = inTar(name, '', '0', bytes.length.toString(8));
    return Buffer.concat([head, bytes]);
  };
  const packed = gzipSync(inTar('b.log'));
  const filled = Buffer.concat([packed, Buffer.alloc((512 - (packed.length % 512)) % 512)]);
  const names = await namesIn(
    inTar('a.log'),
    inner('core-1.tar', inTar('logs/a.log'), inTar('logs/b.log')),
    Buffer.concat([inTar('core-2.tgz', '', '0', packed.length.toString(8)), filled]),
  );
  assert.deepEqual(names, ['a.log', 'core-1.tar/logs/a.log', 'core-1.tar/logs/b.log', 'core-2.tgz/b.log']);
  const deep = new File([inner('b.tar', inner('c.tar', inTar('a.log')))], 'a.tar');
  const found = [];
  for await (const file of filesIn(deep)) found.push(file.name);
  assert.deepEqual(found, ['b.tar/c.tar']);
});

test('a file of an archive has its whole name: with any letters, and where it is told before the file', async () => {
  const long = `Zürich/${'rack/'.repeat(30)}core-1.log`;
  const cut = long.slice(0, 90);
  const names = await namesIn(
    inTar('Zürich/core-1.log'),
    inTar('././@LongLink', `${long}\0`, 'L'),
    inTar(cut),
    inTar('././@LongLink', `${long}\0`, 'K'),
    inTar('after.log'),
    inTar('PaxHeader', `20 mtime=1447297461\n${Buffer.byteLength(long) + 10} path=${long}\n`, 'x'),
    inTar(cut),
    inTar('pax_global_header', '52 comment=of the whole archive\n', 'g'),
    inTar('./last.log'),
  );
  assert.deepEqual(names, ['Zürich/core-1.log', long, 'after.log', long, 'last.log']);
});

test('an archive that is gone before its end is named, beside the files that were read of it', async () => {
  const large = inTar('large.log', 'x'.repeat(5 * 1024 * 1024));
  const file = new File([inTar('a.log'), large, inTar('b.log')], 'gone.tar');
  const whole = file.slice.bind(file);
  let reads = 0;
  file.slice = (...bounds) => {
    if (++reads > 3) throw new Error('NotReadableError');
    return whole(...bounds);
  };
  const { docs, unread } = await held([file]);
  assert.deepEqual([docs[0].name, unread], ['a.log', [{ name: 'gone.tar', journal: false }]]);
});

test('files of one folder are named by what tells them apart', () => {
  const pods = 'must-gather.local.7/namespaces/openshift-etcd/pods/';
  assert.equal(
    documentsNamed([`${pods}etcd-m0/current.log`, `${pods}etcd-m1/current.log`]),
    'etcd-m0/current.log and etcd-m1/current.log',
  );
  assert.equal(documentsNamed([`${pods}etcd-m0/current.log`]), `${pods}etcd-m0/current.log`);
  assert.equal(documentsNamed([`${pods}etcd-m0/current.log`, 'fleet.log']), `${pods}etcd-m0/current.log and fleet.log`);
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

test('progress is of the files that are read in pieces; texts beside them take no time', async () => {
  const texts = Array.from({ length: 3000 }, (_, at) => ({ key: at, name: `pod-${at}.yaml`, text: LINE }));
  const file = { key: 3000, name: 'etcd.log', file: new Blob([LINE]) };
  /** @type {any[]} */
  const told = [];
  const meter = new Meter(
    [...texts, file],
    () => ({ lines: 0, signs: [] }),
    (progress) => told.push(progress),
  );
  meter.file = file;
  // Sooner nothing is told.
  await new Promise((done) => setTimeout(done, 300));
  meter.add(LINE.length);
  const { index, files, done, total } = told[0];
  assert.deepEqual([index, files.length, done, total], [0, 1, LINE.length, LINE.length]);
});
