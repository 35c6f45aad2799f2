// How fast the built engine reads, as ratios of one run: `./build.sh bench [MEGABYTES]`. The log is made
// here, always the same one; one line in twenty means something to a signature. Prints a table and writes
// it to target/bench/bench.json.
import { spawnSync } from 'node:child_process';
import { closeSync, mkdirSync, openSync, readFileSync, readSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { cpus } from 'node:os';
import { analyze, init, Session } from '../dist/npm/timing-advisor.js';
import { initSync } from '../dist/npm/timing_advisor.js';
import { automaton } from './bench/automaton.mjs';
import { inChromium } from './bench/browser.mjs';
import { keystroke, opening } from './bench/page.mjs';
import { hostile } from './node/hostile.mjs';

const MB = 1e6;
const PIECE = 128 << 10;
const RUNS = 5;
const FOLDER = new URL('../target/bench/', import.meta.url).pathname;
const AUTOMATON = new URL(
  '../target/wasm32-unknown-unknown/release/timing_advisor_bench_automaton.wasm',
  import.meta.url,
);
const SIGNATURES = new URL('../crate/signatures/', import.meta.url);
const megabytes = Number(process.argv[2] ?? 200);

const NOISE = [
  'kernel: [UFW BLOCK] IN=eth0 OUT= SRC=192.0.2.14 DST=198.51.100.2 LEN=40 TTL=245 PROTO=TCP SPT=51331 DPT=23',
  'systemd[1]: Started Cleanup of Temporary Directories.',
  'dockerd[733]: time="2016-03-02T11:00:00Z" level=info msg="GET /v1.22/containers/json"',
  'sshd[4410]: Disconnected from 192.0.2.77 port 40122 [preauth]',
];
const TELLING = 'etcd2[801]: failed to send out heartbeat on time (deadline exceeded for 412.345678ms)';
const NEAR_MISS = 'etcd2[801]: failed to send out heartbeat on tine (deadline exceeded for 412.345678ms)';

/** The path of a log of about `size` bytes, an hour long; `line` gives the text of each line. */
function makeLog(/** @type {string} */ name, /** @type {number} */ size, /** @type {(at: number) => string} */ line) {
  const path = FOLDER + name;
  const file = openSync(path, 'w');
  let lines = '';
  let written = 0;
  for (let at = 0; written < size; at += 1) {
    const second = Math.floor((written / size) * 3600);
    const clock = `${String(Math.floor(second / 60)).padStart(2, '0')}:${String(second % 60).padStart(2, '0')}`;
    const next = `Mar 02 11:${clock} blue-1 ${line(at)}\n`;
    lines += next;
    written += next.length;
    if (lines.length < PIECE && written < size) continue;
    writeFileSync(file, lines);
    lines = '';
  }
  closeSync(file);
  return path;
}

/** Calls `use` for every piece of a file. */
function eachPiece(/** @type {string} */ path, /** @type {(bytes: Buffer) => void} */ use) {
  const file = openSync(path, 'r');
  const buffer = Buffer.alloc(PIECE);
  for (let read = readSync(file, buffer); read > 0; read = readSync(file, buffer)) use(buffer.subarray(0, read));
  closeSync(file);
}

/** The median of some runs, in milliseconds. */
async function timed(/** @type {() => unknown} */ work, runs = RUNS) {
  const times = [];
  for (let run = 0; run < runs; run += 1) {
    const started = performance.now();
    await work();
    times.push(performance.now() - started);
  }
  return times.sort((a, b) => a - b)[times.length >> 1];
}

/** Megabytes a second, of bytes and milliseconds. */
const rate = (/** @type {string} */ path, /** @type {number} */ ms) => statSync(path).size / MB / (ms / 1000);

/**
 * The medians of two works in milliseconds, run in turns: what else the machine does meets both alike.
 *
 * @param {() => unknown} one
 * @param {() => unknown} other
 */
async function inTurns(one, other, runs = RUNS) {
  const times = {
    one: /** @type {number[]} */ ([]),
    other: /** @type {number[]} */ ([]),
  };
  for (let run = 0; run < runs; run += 1) {
    times.one.push(await timed(one, 1));
    times.other.push(await timed(other, 1));
  }
  return [times.one, times.other].map((all) => all.sort((a, b) => a - b)[runs >> 1]);
}

/** The longest fixed part of every declared message. */
function keys() {
  const found = new Set();
  for (const name of readdirSync(SIGNATURES).filter((name) => name.endsWith('.yaml'))) {
    for (const [, quoted] of readFileSync(new URL(name, SIGNATURES), 'utf8').matchAll(/^ +- text: '(.*)'$/gm)) {
      const parts = quoted.replaceAll("''", "'").split(/\{[^}]*\}/);
      found.add(parts.reduce((longest, part) => (part.length > longest.length ? part : longest), ''));
    }
  }
  return [...found].filter((key) => key.length >= 7);
}

/** The engine's way through a whole file, up to the report. */
const engine = (/** @type {string} */ path) => async () => {
  const session = await Session.start();
  const id = session.open('large.log');
  eachPiece(path, (bytes) => session.push(id, bytes));
  return session.finish();
};

/** One RegExp of all keys, line by line. */
const combined = (/** @type {string} */ path) => () => {
  const any = new RegExp(
    keys()
      .map((key) => key.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'))
      .join('|'),
  );
  const decoder = new TextDecoder();
  let rest = '';
  let lines = 0;
  eachPiece(path, (bytes) => {
    const text = (rest + decoder.decode(bytes, { stream: true })).split('\n');
    rest = text.pop() ?? '';
    for (const line of text) if (any.test(line)) lines += 1;
  });
  return lines;
};

/** @type {{ what: string, value: number | null, unit: string, goal: string, met: boolean | null, note: string }[]} */
const rows = [];
const row = (
  /** @type {string} */ what,
  /** @type {number | null} */ value,
  /** @type {string} */ unit,
  /** @type {['>=' | '<=', number] | null} */ goal,
  note = '',
) => {
  const met = value === null || !goal ? null : goal[0] === '>=' ? value >= goal[1] : value <= goal[1];
  rows.push({ what, value, unit, goal: goal?.join(' ') ?? '', met, note });
};
const perSecond = (/** @type {number} */ value) => `${value.toFixed(0)} MB/s`;

mkdirSync(FOLDER, { recursive: true });
const noise = (/** @type {number} */ at) => NOISE[at % NOISE.length];
const mixed = (/** @type {number} */ at) => (at % 20 === 19 ? TELLING : noise(at));
const part = (megabytes * MB) / 10;
const large = makeLog('large.log', megabytes * MB, mixed);
const tenth = makeLog('tenth.log', part, mixed);
const near = makeLog('near-miss.log', part, () => NEAR_MISS);
const telling = makeLog('telling.log', part, () => TELLING);

await init();
await engine(tenth)(); // The engine is compiled twice: at once, and better while it runs.

writeFileSync(`${FOLDER}keys.txt`, `${keys().join('\n')}\n`);
const rg = () =>
  spawnSync('rg', ['-j1', '-c', '-F', '-f', `${FOLDER}keys.txt`, large], {
    encoding: 'utf8',
  });
const found = rg().status === 0; // Also reads the log, so that neither of the two finds it on the disk alone.
const [whole, searched] = await inTurns(engine(large), found ? rg : () => undefined);
row('engine in Node', rate(large, whole), 'MB/s', null);
if (found) {
  row('engine against ripgrep', searched / whole, 'x', ['>=', 1.3], perSecond(rate(large, searched)));
} else {
  row('engine against ripgrep', null, 'x', ['>=', 1.3], 'ripgrep is missing: apt-get install ripgrep');
}

const counts = await automaton(AUTOMATON, keys().join('\n'));
if (counts) {
  const [ours, theirs] = await inTurns(engine(large), () => eachPiece(large, counts), 3);
  row(
    "engine against aho-corasick's DFA in WebAssembly",
    theirs / ours,
    'x',
    ['>=', 2.5],
    perSecond(rate(large, theirs)),
  );
}

const [plain, regexp] = await inTurns(engine(large), combined(large), 1);
row('engine against one RegExp in JavaScript', regexp / plain, 'x', ['>=', 8], perSecond(rate(large, regexp)));

const normal = await timed(engine(tenth));
row('near-miss text, time against normal', (await timed(engine(near))) / normal, 'x', ['<=', 6]);
row('all lines relevant, time against normal', (await timed(engine(telling))) / normal, 'x', ['<=', 5]);
row('ten times the text, time against ten times', whole / (normal * 10), 'x', ['<=', 1.2]);

// Four times a text takes four times as long, also without line ends and where every message nearly matches.
const LATE = 'failed to send out heartbeat on time ( ';
const filled = (/** @type {string} */ unit, /** @type {number} */ size) => Buffer.from(unit.repeat(size / unit.length));
const reading = (/** @type {Buffer} */ bytes) => {
  return async () => {
    const session = await Session.start();
    const id = session.open('odd.log');
    session.push(id, bytes);
    return session.finish();
  };
};
for (const [what, unit] of Object.entries({
  'no line end': 'x',
  'near misses in one line': LATE,
  'marks without blanks': 'becameleaderatterm',
  'marks in one line': ' became leader at term ',
  'long lines of near misses': `${LATE.repeat(1500)}\n`,
  'long lines of marks': `${'8e9e05c52164694d became leader at term '.repeat(1500)}\n`,
})) {
  const small = await timed(reading(filled(unit, 2 << 20)));
  row(`four times the text, ${what}`, (await timed(reading(filled(unit, 8 << 20)))) / small, 'x', ['<=', 6]);
}

// A leader that loses its place and wins it back, each minute, as its own log tells; the same where stamps are of the time of
// day alone, so that the clock starts anew each day; and a member that starts, follows and loses its leader, again and again.
const [own, other] = ['91d25258d70ad868', '2a0965170762fd09'];
const at = (/** @type {number} */ second) =>
  new Date(Date.UTC(2020, 0, 1) + second * 1000).toISOString().replace('T', ' ').replace('Z', '000');
const changes = (/** @type {number} */ number) =>
  `${at(60 * number)} W | etcdserver: failed to send out heartbeat on time (exceeded the 100ms timeout for 1.4s, to ${other})\n` +
  `${at(60 * number)} I | raft: raft.node: ${own} changed leader from ${own} to ${other} at term ${2 * number + 3}\n` +
  `${at(60 * number + 30)} I | raft: ${own} became leader at term ${2 * number + 4}\n` +
  `${at(60 * number + 30)} I | raft: raft.node: ${own} changed leader from ${other} to ${own} at term ${2 * number + 4}\n`;
const starts = (/** @type {number} */ number) =>
  `${at(4 * number)} I | etcdmain: etcd Version: 3.4.23\n` +
  `${at(4 * number + 1)} I | raft: raft.node: ${other} elected leader ${own} at term ${2 * number + 2}\n` +
  `${at(4 * number + 1)} I | etcdserver: published {Name:n1 ClientURLs:[http://192.0.2.1:2379]} to cluster 7e27652122e8b2ae\n` +
  `${at(4 * number + 2)} I | raft: raft.node: ${other} lost leader ${own} at term ${2 * number + 3}\n`;
for (const [what, story] of Object.entries({
  'leader changes': changes,
  'leader changes under a clock of one day': (/** @type {number} */ number) =>
    changes(number).replaceAll(/^\S+ /gm, ''),
  'starts and losses': starts,
})) {
  const told = (/** @type {number} */ count) =>
    reading(Buffer.from(Array.from({ length: count }, (_, number) => story(number)).join('')));
  const few = await timed(told(1000));
  row(`four times the ${what}`, (await timed(told(4000))) / few, 'x', ['<=', 6]);
}

const { memory } = initSync();
row('memory of the engine after all this', memory.buffer.byteLength / (1 << 20), 'MiB', ['<=', 16]);

const { counted, read, gap } = await inChromium(large, RUNS);
row(
  'file in Chromium, speed against counting its bytes',
  counted / read,
  'x',
  ['>=', 0.8],
  `${(read / 1000).toFixed(1)} s`,
);
row('longest time the page does not answer', gap, 'ms', ['<=', 100]);

const flawed = '#cloud-config\ncoreos:\n  etcd2:\n    heartbeat-interval: 100\n    election-timeout: 300\n';
const twoHundred = flawed + Array.from({ length: 195 }, (_, at) => `# line ${at + 6}\n`).join('');
const { typical, worst: longest } = await keystroke(twoHundred, 21);
row('keystroke to marks, configuration of 200 lines', typical, 'ms', ['<=', 150], `longest ${longest.toFixed(0)} ms`);
const excerpt = readFileSync(new URL('./fixtures/article/unit-stopped.log', import.meta.url), 'utf8');
for (const [line, slow] of /** @type {const} */ ([
  ['on this machine', false],
  ['over 10 Mbit/s', true],
])) {
  const { answered, empty } = await opening(excerpt, 11, slow);
  row(
    `first answer after opening, ${line}, against an empty page with the same bytes`,
    answered / empty,
    'x',
    ['<=', 1.5],
    `${answered.toFixed(0)} ms`,
  );
}

const units = Array.from(
  { length: 120 },
  (_, at) =>
    `    - name: unit-${at}.service\n      command: start\n      enable: true\n      content: |\n        [Service]\n        ExecStart=/bin/true\n`,
);
const config = `#cloud-config\ncoreos:\n  etcd2:\n    heartbeat-interval: 100\n    election-timeout: 1000\n  units:\n${units.join('')}`;
const text = config.slice(0, config.lastIndexOf('    - name', 16 << 10));
const { parse } = await import(createRequire(new URL('../www/package.json', import.meta.url)).resolve('yaml'));
const [analysed, parsed] = await inTurns(
  () => analyze({ documents: [{ text }] }),
  () => parse(text),
  101,
);
row('configuration of 16 KiB', analysed, 'ms', ['<=', 5]);
row('the same, time against parsing it with npm yaml', analysed / parsed, 'x', ['<=', 1], `${parsed.toFixed(2)} ms`);

// The browser's engine, and the same one as a program of this machine, started anew for each text.
const CHECK = new URL('../target/release/examples/check', import.meta.url).pathname;
/** @type {[string, (document: { name: string, text: string }) => unknown][]} */
const engines = [
  ['in WebAssembly', (document) => analyze({ documents: [document] })],
  ['native', () => spawnSync(CHECK, [`${FOLDER}hostile.txt`])],
];
for (const [how, analysis] of engines) {
  let [slowest, worst] = [0, ''];
  for (const [name, make] of Object.entries(hostile)) {
    const document = { name, text: make() };
    writeFileSync(`${FOLDER}hostile.txt`, document.text);
    // Of the smallest, what an analysis takes at least would count as if it grew with the text.
    const size = Math.max(1 / 4, document.text.length / (1 << 20));
    const time = (await timed(() => analysis(document))) / size;
    if (time > slowest) [slowest, worst] = [time, name];
  }
  row(`hostile configurations ${how}, the slowest`, slowest, 'ms/MiB', ['<=', 200], worst);
}

// Another stall in each run, so that nothing of the run before can serve again.
const late =
  'Mar 02 11:40:12 blue-1 etcd2[801]: failed to send out heartbeat on time (deadline exceeded for 1.612345678s)\n';
let stallMs = 1500;
const curve = await timed(
  () =>
    analyze({
      documents: [{ text: late }],
      assumptions: { stallMs: (stallMs += 1) },
    }),
  15,
);
row('trade-off curve of 30 points, with the report around it', curve, 'ms', ['<=', 16]);

const machine = `${cpus()[0]?.model ?? 'unknown processor'}, ${cpus().length} cores, Node ${process.versions.node}`;
const date = new Date().toISOString().slice(0, 10);
writeFileSync(`${FOLDER}bench.json`, `${JSON.stringify({ date, machine, megabytes, rows }, null, 2)}\n`);
console.log(`${date}, ${machine}, ${megabytes} MB\n`);
console.log('| what | measured | goal | |\n|---|---|---|---|');
for (const { what, value, unit, goal, met, note } of rows) {
  const measured = value === null ? 'not measured' : `${value.toFixed(value < 10 ? 2 : 0)} ${unit}`;
  const verdict = [met === null ? '' : met ? 'met' : 'missed', note].filter(Boolean).join(', ');
  console.log(`| ${what} | ${measured} | ${goal && `${goal} ${unit}`} | ${verdict} |`);
}
