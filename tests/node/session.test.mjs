import assert from 'node:assert/strict';
import { test } from 'node:test';
import { analyze, CLOUD_CONFIG, ETCD_LOG, FLEET_LOG, Session } from './engine.mjs';

const documents = [CLOUD_CONFIG, ETCD_LOG, `café ${FLEET_LOG.replaceAll('\n', '\r\n')}`].map((text, at) => ({
  name: `text ${at}`,
  text,
}));

/** @param {Uint8Array} bytes @param {number} size */
function* cut(bytes, size) {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

for (const size of [1, 3, 64, 1000]) {
  test(`fed in pieces of ${size} bytes, the report is that of the whole`, async () => {
    const session = await Session.start();
    for (const { name, text } of documents) await session.read(name, cut(new TextEncoder().encode(text), size));
    assert.deepEqual(session.finish(), await analyze({ documents }));
  });
}

test('documents can be fed in turns', async () => {
  const session = await Session.start();
  const feeds = documents.map(({ name, text }) => ({
    id: session.open(name),
    pieces: cut(new TextEncoder().encode(text), 17),
  }));
  for (let open = feeds.length; open > 0;) {
    open = 0;
    for (const { id, pieces } of feeds) {
      const step = pieces.next();
      if (step.done) continue;
      session.push(id, step.value);
      open += 1;
    }
  }
  assert.deepEqual(session.finish(), await analyze({ documents }));
});

test('a stream of the browser kind can be read', async () => {
  const session = await Session.start();
  await session.read('etcd.log', new Blob([ETCD_LOG]).stream());
  assert.equal(session.counts().bytes, ETCD_LOG.length);
  assert.equal(session.finish().documents[0].kind, 'log');
});

test('a log larger than what is held in memory still gives its findings', async () => {
  const session = await Session.start();
  const id = session.open('large.log');
  const noise = new TextEncoder().encode(
    'Mar 02 11:00:00 blue-1 systemd[1]: Started Session 12 of user core.\n'.repeat(20_000),
  );
  for (let round = 0; round < 8; round += 1) session.push(id, noise);
  session.push(id, new TextEncoder().encode(ETCD_LOG));
  const report = session.finish();
  assert.equal(report.documents[0].lines, 8 * 20_000 + ETCD_LOG.split('\n').length - 1);
  const late = report.findings.find((finding) => finding.id === 'etcd-heartbeat-late');
  assert.equal(late?.evidence[0].line, 8 * 20_000 + 7);
});

test('a session that has ended says so', async () => {
  const session = await Session.start();
  session.finish();
  assert.throws(() => session.open('late.log'), /has ended/);
});

test('other assumptions and an edited document need no second reading of the others', async () => {
  const log = `${'Nov 12 03:04:21 core-1 etcd2[648]: failed to send out heartbeat on time (deadline exceeded for 1.31s)\n'.repeat(3)}`;
  const config = (value) => `#cloud-config\ncoreos:\n  etcd2:\n    election-timeout: ${value}\n`;
  const documents = (value) => [
    { name: 'cloud-config.yaml', text: config(value) },
    { name: 'core.log', text: log },
  ];
  const session = await Session.start();
  for (const { name, text } of documents(1000)) session.push(session.open(name), new TextEncoder().encode(text));
  assert.deepEqual(session.counts().signs, [{ kind: 'late-heartbeat', count: 3 }]);
  assert.deepEqual(session.report(), await analyze({ documents: documents(1000) }));
  const assumptions = { members: 5, failoverBudgetMs: 2000 };
  assert.deepEqual(session.report(assumptions), await analyze({ documents: documents(1000), assumptions }));
  session.reopen(0, 'cloud-config.yaml');
  session.push(0, new TextEncoder().encode(config(3000)));
  assert.deepEqual(session.report(), await analyze({ documents: documents(3000), assumptions }));
  session.remove(1);
  assert.deepEqual(session.finish(), await analyze({ documents: documents(3000).slice(0, 1), assumptions }));
});
