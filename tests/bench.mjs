// How fast the built engine reads: `./build.sh bench [MEGABYTES]`. The log is made here, always the
// same one; one line in fifty means something to a signature.
import { analyze, Session } from '../dist/npm/timing-advisor.js';

const MIB = 1 << 20;
const PIECE = 4 * MIB;
const RUNS = 5;
const megabytes = Number(process.argv[2] ?? 128);

const NOISE = [
  'kernel: [UFW BLOCK] IN=eth0 OUT= SRC=192.0.2.14 DST=198.51.100.2 LEN=40 TTL=245 PROTO=TCP SPT=51331 DPT=23',
  'systemd[1]: Started Cleanup of Temporary Directories.',
  'dockerd[733]: time="2016-03-02T11:00:00Z" level=info msg="GET /v1.22/containers/json"',
  'sshd[4410]: Disconnected from 192.0.2.77 port 40122 [preauth]',
  'fleetd[960]: INFO reconcile.go:321: AgentReconciler attempting task: LaunchUnit web@3.service',
];
const TELLING = 'etcd2[801]: failed to send out heartbeat on time (deadline exceeded for 412.345678ms)';

/** One log of about `size` bytes, an hour long. */
function makeLog(size) {
  const lines = [];
  for (let at = 0, length = 0; length < size; at += 1) {
    const second = Math.floor((at * 3600) / (size / 90)) % 3600;
    const stamp = `Mar 02 11:${String(Math.floor(second / 60)).padStart(2, '0')}:${String(second % 60).padStart(2, '0')} blue-1 `;
    const line = stamp + (at % 50 === 49 ? TELLING : NOISE[at % NOISE.length]);
    lines.push(line);
    length += line.length + 1;
  }
  return new TextEncoder().encode(`${lines.join('\n')}\n`);
}

const median = (/** @type {number[]} */ values) => values.sort((a, b) => a - b)[values.length >> 1];

async function timed(/** @type {() => Promise<unknown>} */ work) {
  const times = [];
  for (let run = 0; run < RUNS; run += 1) {
    const started = performance.now();
    await work();
    times.push(performance.now() - started);
  }
  return median(times);
}

const log = makeLog(PIECE);
const pieces = Math.max(1, Math.round((megabytes * MIB) / log.length));

const large = await timed(async () => {
  const session = await Session.start();
  const id = session.open('large.log');
  for (let piece = 0; piece < pieces; piece += 1) session.push(id, log);
  return session.finish();
});
const read = (pieces * log.length) / 1e6;
console.log(
  `large log: ${read.toFixed(0)} MB in ${large.toFixed(0)} ms, ${((read * 1000) / large).toFixed(0)} MB/s (median of ${RUNS})`,
);

const text = new TextDecoder().decode(log.subarray(0, 20_000));
const small = await timed(() => analyze({ documents: [{ text }] }));
console.log(`pasted log of 20 kB: ${small.toFixed(1)} ms (median of ${RUNS})`);
