// The package as its users meet it: installed from the packed file, type-checked, bundled.
import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { appendFileSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { CLOUD_CONFIG, ETCD_LOG, root } from './engine.mjs';

const tool = (/** @type {string} */ name) => fileURLToPath(new URL(`www/node_modules/.bin/${name}`, root));
const project = mkdtempSync(join(tmpdir(), 'timing-advisor-'));

/** @param {string} program @param {string[]} words */
const run = (program, ...words) =>
  execFileSync(program, words, { cwd: project, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });

before(() => {
  const npm = fileURLToPath(new URL('dist/npm/', root));
  const packed = run('npm', 'pack', npm, '--silent').trim();
  writeFileSync(join(project, 'package.json'), '{ "name": "consumer", "private": true, "type": "module" }');
  run('npm', 'install', `./${packed}`, '--offline', '--silent');
  writeFileSync(join(project, 'cloud-config.yaml'), CLOUD_CONFIG);
  writeFileSync(join(project, 'etcd.log'), ETCD_LOG);
});

after(() => rmSync(project, { recursive: true, force: true }));

const PROGRAM = `
import { analyze, Session, type Recommendation, type Report } from 'timing-advisor';
const report: Report = await analyze({ documents: [{ text: '' }], assumptions: { members: 3 } });
const rows: Recommendation[] = report.recommendations;
const proposed: number | null | undefined = rows[0]?.proposed;
const session = await Session.start();
await session.read('etcd.log', new Blob(['x']).stream());
const kinds: string[] = session.finish().documents.map((document) => document.kind);
// @ts-expect-error: there is no such field
report.verdict.mood;
console.log(kinds, proposed);
`;

test('it runs after an installation', () => {
  writeFileSync(
    join(project, 'run.js'),
    `import { analyze } from 'timing-advisor';
    console.log((await analyze({ documents: [{ text: '' }] })).schemaVersion);`,
  );
  assert.equal(run('node', 'run.js').trim(), '1');
});

test('a program in TypeScript is checked against its types', () => {
  writeFileSync(join(project, 'consumer.ts'), PROGRAM);
  run(
    tool('tsc'),
    '--noEmit',
    '--strict',
    '--target',
    'es2022',
    '--module',
    'nodenext',
    '--lib',
    'es2022,dom,dom.iterable,dom.asynciterable',
    'consumer.ts',
  );
});

test('it can be bundled for a browser', () => {
  writeFileSync(join(project, 'page.js'), `import { analyze } from 'timing-advisor'; globalThis.analyze = analyze;`);
  run(
    tool('esbuild'),
    'page.js',
    '--bundle',
    '--format=esm',
    '--platform=browser',
    '--outfile=bundle.js',
    '--log-level=warning',
  );
  assert.match(readFileSync(join(project, 'bundle.js'), 'utf8'), /timing_advisor_bg\.wasm/);
});

test('vite bundles it, engine and element included', () => {
  writeFileSync(join(project, 'index.html'), '<!doctype html><script type="module" src="/app.js"></script>');
  writeFileSync(
    join(project, 'app.js'),
    `import { analyze } from 'timing-advisor'; import 'timing-advisor/element'; globalThis.analyze = analyze;`,
  );
  run(tool('vite'), 'build', '--logLevel', 'error', '--outDir', 'built');
  const parts = readdirSync(join(project, 'built/assets'));
  const engine = parts.find((name) => /^timing_advisor_bg-.*\.wasm$/.test(name));
  assert.ok(engine, 'the engine is among the assets');
  const script = parts.find((name) => /^index-.*\.js$/.test(name)) ?? '';
  assert.ok(readFileSync(join(project, 'built/assets', script), 'utf8').includes(engine));
});

/** @param {...string} words @returns {{ status: number, stdout: string, stderr: string }} */
const check = (...words) =>
  spawnSync(join(project, 'node_modules/.bin/timing-advisor'), words, { cwd: project, encoding: 'utf8' });

test('the command prints a report and tells by its status that something needs action', () => {
  const { status, stdout } = check('check', 'cloud-config.yaml', 'etcd.log');
  assert.equal(status, 1);
  assert.match(stdout, /etcd-heartbeat-late/);
  writeFileSync(join(project, 'quiet.log'), ETCD_LOG.split('\n').slice(0, 6).join('\n'));
  assert.equal(check('check', 'quiet.log').status, 0);
});

test('the command reads requests cancelled every 15 s beside raised timers', () => {
  writeFileSync(join(project, 'raised.yaml'), CLOUD_CONFIG.replace(' 100', ' 600').replace('1000', '6000'));
  const cancelled = (/** @type {string} */ time) =>
    `${time} blue-1 fleetd[960]: INFO client.go:292: Failed getting response from http://localhost:2379/: cancelled\n`;
  writeFileSync(join(project, 'fleet.log'), ['05:10:00', '05:10:00', '05:10:15', '05:10:15'].map(cancelled).join(''));
  const { status, stdout } = check('check', '--format', 'json', 'raised.yaml', 'fleet.log');
  const { findings, patches, settings } = JSON.parse(stdout);
  assert.equal(status, 1);
  assert.ok(findings.some((/** @type {any} */ { id }) => id === 'fleet-etcd-request-cancelled'));
  assert.ok(settings.some((/** @type {any} */ each) => each.value === 6000 && each.effective));
  for (const { text } of patches) assert.ok(!text || text.includes('# the first of three'));
});

test('the command prints SARIF whose places are in the files', () => {
  const { status, stdout } = check('check', '--format', 'sarif', 'cloud-config.yaml', 'etcd.log');
  assert.equal(status, 1);
  const { version, runs } = JSON.parse(stdout);
  assert.equal(version, '2.1.0');
  const [{ tool, results }] = runs;
  const rules = tool.driver.rules.map((/** @type {any} */ { id }) => id);
  assert.equal(new Set(rules).size, rules.length);
  for (const { ruleId, level, message, locations } of results) {
    assert.ok(rules.includes(ruleId));
    assert.ok(['error', 'warning', 'note'].includes(level));
    assert.ok(message.text.length > 20);
    for (const { physicalLocation } of locations) {
      const lines = readFileSync(join(project, physicalLocation.artifactLocation.uri), 'utf8').split('\n');
      assert.ok(physicalLocation.region.startLine <= lines.length);
    }
  }
});

test('the command reads packed files and standard input, and says what it cannot read', () => {
  writeFileSync(join(project, 'etcd.log.gz'), gzipSync(ETCD_LOG));
  assert.match(check('check', 'etcd.log.gz').stdout, /etcd-heartbeat-late/);
  const piped = spawnSync(join(project, 'node_modules/.bin/timing-advisor'), ['check', '-'], {
    input: ETCD_LOG,
    encoding: 'utf8',
  });
  assert.match(piped.stdout, /etcd-heartbeat-late/);
  for (const [words, sentence] of [
    [['check', 'missing.log'], /missing\.log cannot be read/],
    [['check', '--format', 'xml', 'etcd.log'], /text, json or sarif/],
    [['check', '--members', 'three', 'etcd.log'], /number/],
    [['check'], /no file/],
    [['chekc'], /no command 'chekc'/],
  ]) {
    const { status, stderr } = check(.../** @type {string[]} */ (words));
    assert.equal(status, 2);
    assert.match(stderr, /** @type {RegExp} */ (sentence));
  }
});

test('the command reads a log larger than its memory', () => {
  const line = 'Mar 02 10:15:00 blue-1 app[77]: a line that says nothing of etcd, as most lines of a journal do\n';
  const block = line.repeat(40_000);
  const file = join(project, 'large.log');
  writeFileSync(file, '');
  for (let written = 0; written < 160e6; written += block.length) appendFileSync(file, block);
  appendFileSync(file, ETCD_LOG);
  // A heap of 48 MiB could not hold this text, nor could one buffer be allocated in it.
  const cli = join(project, 'node_modules/timing-advisor/cli.js');
  const { status, stdout, stderr } = spawnSync('node', ['--max-old-space-size=48', cli, 'check', file], {
    encoding: 'utf8',
  });
  assert.equal(stderr, '');
  assert.equal(status, 1);
  assert.match(stdout, /etcd-heartbeat-late/);
});
