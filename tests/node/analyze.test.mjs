import assert from 'node:assert/strict';
import { test } from 'node:test';
import { analyze, CLOUD_CONFIG, ETCD_LOG, FLEET_LOG } from './engine.mjs';

const documents = [
  { name: 'cloud-config.yaml', text: CLOUD_CONFIG },
  { name: 'etcd.log', text: ETCD_LOG },
  { name: 'fleet.log', text: FLEET_LOG },
];

test('a stalled leader: what is wrong, which value follows, and a corrected file', async () => {
  const report = await analyze({ documents });
  assert.equal(report.schemaVersion, 1);
  assert.deepEqual(
    report.documents.map((document) => document.kind),
    ['configuration', 'log', 'log'],
  );

  const late = report.findings.find((finding) => finding.id === 'etcd-heartbeat-late');
  assert.ok(late, 'the late heartbeat is found');
  assert.equal(late.evidence[0].document, 'd2');
  assert.equal(late.evidence[0].line, 7);

  const election = report.recommendations.find((row) => row.parameter === 'etcd.election-timeout');
  assert.ok(election, 'another election-timeout is proposed');
  assert.equal(election.current.value, 1000);
  assert.ok(election.proposed > 1612, 'it outlasts the stall that the log shows');
  assert.ok(election.because.length > 0 && election.cost, 'with its reason and its price');
});

test('a patch changes the values and no other byte', async () => {
  const report = await analyze({ documents });
  const patch = report.patches.find((each) => each.document === 'd1');
  assert.equal(patch?.disposition, 'safe');
  const values = new Map(report.recommendations.map((row) => [row.parameter, row.proposed]));
  const heartbeat = values.get('etcd.heartbeat-interval') ?? 100;
  const etcd2 = CLOUD_CONFIG.replace('interval:  100', `interval:  ${heartbeat}`).replace(
    'election_timeout: 1000',
    `election_timeout: ${values.get('etcd.election-timeout')}`,
  );
  // What comes before fleet's section, where lines may be added, is known to the byte.
  assert.equal(patch.text.slice(0, patch.text.indexOf('  fleet:')), etcd2.slice(0, etcd2.indexOf('  fleet:')));
  assert.ok(patch.text.includes('    metadata: "role=worker"\n'));
});

test('without a configuration the values come as a cloud-config to add', async () => {
  const report = await analyze({ documents: documents.slice(1) });
  assert.match(report.patches[0].text, /^#cloud-config\n/);
  assert.match(report.patches[0].text, /election[-_]timeout: \d+/);
});

test('the same input gives the same report', async () => {
  assert.deepEqual(await analyze({ documents }), await analyze({ documents }));
});

test('what the user states is taken over', async () => {
  const report = await analyze({ documents, assumptions: { members: 5 } });
  const members = report.model.assumptions.find((row) => row.id === 'members');
  assert.equal(members.value, '5');
});
