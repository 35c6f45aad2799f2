// Texts made to hurt a reader of YAML or of logs, for the test and for the bench. Run as a program it has the built engine
// analyse each and prints what came of it, a JSON line for each.
import { pathToFileURL } from 'node:url';
import { analyze } from './engine.mjs';

const HEADER = '#cloud-config\ncoreos:\n  etcd2:\n    heartbeat-interval: 300\n    election-timeout: 3000\n';
const times = (/** @type {number} */ count, /** @type {(at: number) => string} */ line) =>
  Array.from({ length: count }, (_, at) => line(at)).join('');

/** @type {Record<string, () => string>} */
export const hostile = {
  'aliases that multiply': () => {
    const level = (/** @type {number} */ at) => `a${at}: &a${at} [${`*a${at - 1}, `.repeat(9)}*a${at - 1}]\n`;
    return `${HEADER}a0: &a0 [x, x]\n${times(40, (at) => level(at + 1))}coreos2: *a40\n`;
  },
  'merges that multiply': () =>
    `a0: &a0 {k0: 1}\n${times(40, (at) => `a${at + 1}: &a${at + 1} {<<: [*a${at}, *a${at}, *a${at}]}\n`)}coreos:\n  etcd2: {<<: *a40}\n`,
  '100 KB of opening brackets': () => `${HEADER}x: ${'['.repeat(100_000)}`,
  '100 KB of opening braces': () => `${HEADER}x: ${'{'.repeat(100_000)}`,
  '2,000 levels of indentation': () => HEADER + times(2_000, (at) => `${' '.repeat(at + 1)}k:\n`),
  '10,000 levels on one line': () => `${HEADER}x: ${'- '.repeat(10_000)}x\n`,
  'a scalar of 10 MB': () => `${HEADER}x: ${'y'.repeat(10 << 20)}\n`,
  'a quoted scalar of 10 MB': () => `${HEADER}x: "${'y\\n'.repeat((10 << 20) / 3)}"\n`,
  'a block scalar of 10 MB': () => `${HEADER}x: |\n${'  y y y y y y y\n'.repeat((10 << 20) / 16)}`,
  '200,000 keys': () => HEADER + times(200_000, (at) => `k${at}: 1\n`),
  '200,000 keys of a section': () => HEADER + times(200_000, (at) => `    k${at}: 1\n`),
  '200,000 times one key': () => HEADER + '    election-timeout: 2000\n'.repeat(200_000),
  'arguments of a manifest, again and again': () =>
    times(10_000, () => 'extraArgs:\n  heartbeat-interval: "100"\n  election-timeout: "1000"\n'),
  'a program on one line': () =>
    `run('etcd', ['--election-timeout', '3000']);${'if(a[b]===0){c=d.e("f",-1)}'.repeat(40_000)}\n`,
  'flags that refer to nothing, on one line': () => '--election-timeout=$(X) '.repeat(20_000),
  'flags of another program, on one line': () => `tune-etcd ${'--election_timeout=1 '.repeat(20_000)}\n`,
  'variables that a script keeps to itself': () =>
    `#!/bin/sh\netcd --name a\n${'ETCD_ELECTION_TIMEOUT=1\n'.repeat(40_000)}`,
  'variables that a script hands on': () =>
    `#!/bin/sh\netcd --election-timeout=$X999\n${times(20_000, (at) => `export X${at}=1 ETCD_ELECTION_TIMEOUT=$X${at}\n`)}`,
  'joined texts with references without an end': () => '["#cloud-config\\n" !x '.repeat(20_000),
  'images behind a command': () => `etcd --election-timeout=3000 ${'etcd:v2 '.repeat(50_000)}\n`,
  'one merge, again and again': () => `t: &t\n  heartbeat-interval: 300\n${HEADER}${'    <<: *t\n'.repeat(15_000)}`,
  'clusters of kops': () => `kind: Cluster\nspec:\n  etcdClusters:\n${'  - heartbeatInterval: 100ms\n'.repeat(15_000)}`,
  'late heartbeats beside clocks that differ': () =>
    times(10_000, (at) => {
      const stamp = `2016-04-20 10:00:0${at % 10}.${String(at).padStart(6, '0')} W | `;
      return `${stamp}etcdserver: failed to send out heartbeat on time (exceeded the 100ms timeout for ${at + 2}.1s)\n${stamp}rafthttp: the clock difference against peer 4e8d454852097618 is too high [${at}.5s > 1s]\n`;
    }),
  'leaders of one second': () =>
    times(20_000, (at) => `[etcd] Sep 15 02:44:51.632 INFO      | n1: leader changed from 'n${at}' to 'n${at + 1}'.\n`),
  'a stop for each new leader': () =>
    times(8_000, (at) => {
      const stamp = `2016-04-20 10:${String(Math.floor(at / 60) % 60).padStart(2, '0')}:${String(at % 60).padStart(2, '0')}.000000`;
      const id = (/** @type {number} */ term) => (0x91d25258d70ad000n + BigInt(term)).toString(16);
      return `${stamp} N | osutil: received terminated signal, shutting down...\n${stamp} I | raft: raft.node: 2a0965170762fd09 changed leader from ${id(at)} to ${id(at + 1)} at term ${at + 5}\n${stamp} W | rafthttp: lost the TCP streaming connection with peer ${id(at)} (stream Message reader)\n`;
    }),
  'lines that seem cut': () => 'token: <token>\n'.repeat(30_000),
  'NUL bytes': () => `${HEADER}\0: \0\n`.repeat(5_000),
  'half surrogate pairs': () => `${HEADER}    name: "\ud800"\n  fleet:\n    agent-ttl: \udc00s\n`.repeat(2_000),
  'comments only': () => `${HEADER}${'# x\n'.repeat(250_000)}`,
  'marks of a template': () => `${HEADER}${'{{ x }}: {{ y }}\n'.repeat(50_000)}`,
  'unit files without an end': () =>
    `${HEADER}  units:\n${'  - name: etcd2.service\n    content: |\n      [Service]\n      Environment="A=\n'.repeat(10_000)}`,
};

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  for (const [name, make] of Object.entries(hostile)) {
    const report = await analyze({ documents: [{ name, text: make() }] });
    const { headline } = report.verdict;
    console.log(JSON.stringify({ name, headline, characters: JSON.stringify(report).length }));
  }
}
