// Never a crash and never a silent blank: a sentence says what was not understood.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { analyze, CLOUD_CONFIG, ETCD_LOG, Session } from './engine.mjs';

/** Everything a report says in sentences. */
const spoken = (report) =>
  [
    report.verdict.headline,
    report.verdict.why,
    ...report.limits,
    ...report.findings.flatMap((finding) => [finding.title, finding.what]),
  ].join(' ');

const one = (text) => analyze({ documents: [{ name: 'pasted', text }] });

test('nothing at all', async () => {
  const report = await analyze({ documents: [] });
  assert.ok(report.verdict.headline.length > 10);
  assert.deepEqual(report.recommendations, []);
});

test('an empty text', async () => {
  const report = await one('');
  assert.equal(report.documents[0].kind, 'empty');
  assert.match(spoken(report), /empty/i);
});

test('a text that is neither log nor configuration', async () => {
  const report = await one('Dear team,\nthe cluster is slow again.\nKind regards\n');
  assert.equal(report.documents[0].kind, 'unknown');
  assert.match(spoken(report), /neither/i);
  assert.deepEqual(report.recommendations, []);
  assert.notEqual(report.verdict.timing, 'none-needed', 'seeing nothing is not the same as being well');
});

test('binary bytes', async () => {
  const bytes = Uint8Array.from({ length: 4096 }, (_, at) => (at * 7919) % 256);
  const report = await one(new TextDecoder().decode(bytes));
  assert.equal(report.documents[0].kind, 'unknown');
  assert.match(spoken(report), /binary/i);
});

test('one megabyte on one line', async () => {
  const report = await one('x'.repeat(1 << 20));
  assert.equal(report.documents[0].kind, 'unknown');
  assert.ok(JSON.stringify(report).length < 100_000, 'the line is not repeated');
});

test('a log with one line of a megabyte in it is read around it', async () => {
  const report = await one(`${ETCD_LOG}${'x'.repeat(1 << 20)}\n${ETCD_LOG}`);
  assert.equal(report.documents[0].kind, 'log');
  assert.ok(report.findings.some((finding) => finding.id === 'etcd-heartbeat-late'));
});

test('a YAML error is told with its line, and the rest is still read', async () => {
  const report = await one(CLOUD_CONFIG.replace('    election_timeout: 1000', '\telection_timeout: 1000'));
  assert.match(JSON.stringify(report), /line 7|"line":7/);
  assert.ok(
    report.settings.some((setting) => setting.parameter === 'etcd.heartbeat-interval' && setting.value === 100),
  );
});

test('a template is read line by line, and the report says so', async () => {
  const report = await one(CLOUD_CONFIG.replace('blue-1 ', '{{ host }} ').replace('  100', '  100\n    {{ extra }}'));
  assert.equal(report.documents[0].kind, 'configuration');
  assert.ok(report.settings.some((setting) => setting.parameter === 'etcd.election-timeout' && setting.value === 1000));
  assert.match(JSON.stringify(report), /template|line by line/i);
});

test('twenty thousand brackets', async () => {
  const report = await one(`#cloud-config\n${'['.repeat(20_000)}`);
  assert.ok(spoken(report).length > 10);
});

test('half a surrogate pair', async () => {
  const report = await one(`\ud800${ETCD_LOG}`);
  assert.equal(report.documents[0].kind, 'log');
});

test('a call of the wrong shape is told so', async () => {
  await assert.rejects(analyze(/** @type {any} */ ({})), /needs \{ documents/);
  await assert.rejects(
    analyze(/** @type {any} */ ({ documents: [{ text: new Uint8Array(3) }] })),
    /documents\[0\]\.text is no string/,
  );
  await assert.rejects(
    analyze(/** @type {any} */ ({ documents: [{ name: 7, text: '' }] })),
    /documents\[0\]\.name is no string/,
  );
  const session = await Session.start();
  assert.throws(() => session.push(session.open(), /** @type {any} */ ('a string')), /takes bytes/);
  await assert.rejects(
    analyze({ documents: [], assumptions: /** @type {any} */ ({ members: 'three' }) }),
    /not the expected form/,
  );
});
