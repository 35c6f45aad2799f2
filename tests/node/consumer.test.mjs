// The package as its users meet it: installed from the packed file, type-checked, bundled.
import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import {
  appendFileSync,
  chmodSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { fileURLToPath, pathToFileURL } from 'node:url';
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

// What the article this tool grew from showed: its cloud-config, and its three kinds of fleet's log.
const ARTICLE = fileURLToPath(new URL('tests/fixtures/article/', root));

test('the command tells the three logs of the article apart', () => {
  cpSync(ARTICLE, join(project, 'article'), { recursive: true });
  const report = (/** @type {string} */ log) => {
    const { status, stdout } = check('check', '--format', 'json', 'article/cloud-config.yaml', `article/${log}`);
    assert.equal(status, 1, log);
    return JSON.parse(stdout);
  };
  const ids = (/** @type {any} */ { findings }) => findings.map((/** @type {any} */ { id }) => id);
  const proposed = (/** @type {any} */ { recommendations }) =>
    recommendations.map((/** @type {any} */ { parameter }) => parameter);

  const cancelled = report('fleet.log');
  assert.ok(ids(cancelled).includes('fleet-etcd-request-cancelled'));
  assert.deepEqual(proposed(cancelled), ['fleet.etcd-request-timeout']);
  assert.match(cancelled.patches[0].text, /agent-ttl: 120s\n$/);

  const lease = report('lease.log');
  assert.ok(ids(lease).includes('fleet-engine-lease-stolen'));
  assert.deepEqual(proposed(lease), [], 'a stolen lease asks for no value');

  const stopped = report('unit-stopped.log');
  assert.equal(ids(stopped)[0], 'fleet-units-restarted');
  assert.equal(stopped.verdict.severity, 'critical');
});

test('the text shows values, their price, the change to the file, evidence, roll-out, and what to measure next', () => {
  const { stdout } = check('check', 'article/cloud-config.yaml', 'article/fleet.log');
  for (const part of [
    /^ {2}fleet\.etcd-request-timeout: 5 s -> \d+ s/m,
    /^--- article\/cloud-config\.yaml\n\+\+\+ article\/cloud-config\.yaml\n@@/m,
    /^\+ {4}etcd-request-timeout: \d+$/m,
    /^ {4}article\/fleet\.log:1: 05:10:30 /m,
    /^You pay: /m,
    /^The same values in other forms \(.*drop-in.*\): .*--format json\.$/m,
    /^Roll-out, in this order:\n {2}1\. .+\n {8}sudo systemctl daemon-reload\n {5}Interrupts: Nothing\.$/m,
    /^Measure next:\n {2}1\. /m,
  ])
    assert.match(stdout, part);
});

test('what the caller states about the cluster reaches the report', () => {
  const words = ['--members', '5', '--peer-rtt-ms=180', '--etcd-version', '2.3.8'];
  const { stdout } = check('check', '--format=json', ...words, 'cloud-config.yaml', 'etcd.log');
  const values = Object.fromEntries(
    JSON.parse(stdout).model.assumptions.map((/** @type {any} */ { id, value }) => [id, value]),
  );
  assert.deepEqual([values.members, values.peerRttMs, values.etcdVersion], ['5', '180', '2.3.8']);
});

test('the command prints SARIF whose places are in the files', () => {
  const { status, stdout } = check('check', '--format', 'sarif', 'cloud-config.yaml', 'etcd.log');
  assert.equal(status, 1);
  const { version, runs } = JSON.parse(stdout);
  assert.equal(version, '2.1.0');
  const [{ tool, results }] = runs;
  const rules = tool.driver.rules.map((/** @type {any} */ { id }) => id);
  assert.equal(new Set(rules).size, rules.length);
  for (const { ruleId, level, message, locations, relatedLocations } of results) {
    assert.ok(rules.includes(ruleId));
    assert.ok(['error', 'warning', 'note'].includes(level));
    assert.ok(message.text.length > 20);
    for (const { physicalLocation, message } of [...locations, ...relatedLocations]) {
      const file = join(project, decodeURIComponent(physicalLocation.artifactLocation.uri));
      const line = readFileSync(file, 'utf8').split('\n')[physicalLocation.region.startLine - 1];
      assert.ok(line !== undefined && message.text.length > 0);
    }
  }
  const spaced = join(project, 'a log #1.log');
  writeFileSync(spaced, ETCD_LOG);
  const uris = (/** @type {string} */ file) =>
    JSON.parse(check('check', '--format', 'sarif', file).stdout).runs[0].results.flatMap((/** @type {any} */ each) =>
      each.locations.map((/** @type {any} */ { physicalLocation }) => physicalLocation.artifactLocation.uri),
    );
  assert.equal(uris('a log #1.log')[0], 'a%20log%20%231.log');
  assert.equal(uris(spaced)[0], pathToFileURL(spaced).href);
});

test('the command reads packed files and standard input, and says what it cannot read', () => {
  // Its bytes tell whether a file is packed, not its name.
  for (const [name, bytes] of [
    ['etcd.log.gz', gzipSync(ETCD_LOG)],
    ['etcd.log.1', gzipSync(ETCD_LOG)],
    ['text.gz', ETCD_LOG],
  ]) {
    writeFileSync(join(project, String(name)), bytes);
    assert.match(check('check', String(name)).stdout, /etcd-heartbeat-late/);
  }
  for (const input of [ETCD_LOG, gzipSync(ETCD_LOG)]) {
    const piped = spawnSync(join(project, 'node_modules/.bin/timing-advisor'), ['check', '-'], {
      input,
      encoding: 'utf8',
    });
    assert.match(piped.stdout, /etcd-heartbeat-late/);
  }
  // A pipe named as a file, as bash writes `<(journalctl ...)`.
  const { stdout } = spawnSync('bash', ['-c', `node_modules/.bin/timing-advisor check <(cat etcd.log)`], {
    cwd: project,
    encoding: 'utf8',
  });
  assert.match(stdout, /etcd-heartbeat-late/);
});

test('the command reads each file of an archive', () => {
  mkdirSync(join(project, 'pods/etcd-1'), { recursive: true });
  writeFileSync(join(project, 'pods/etcd-1/current.log'), ETCD_LOG);
  writeFileSync(join(project, 'pods/etcd-1/previous.log.gz'), gzipSync(ETCD_LOG.replaceAll('2016-', '2015-')));
  writeFileSync(join(project, 'pods/system.journal'), `LPKSHHRH\0\0\0\0MESSAGE=${ETCD_LOG}`);
  for (const [name, flags] of [
    ['gathered.tar', '-cf'],
    ['gathered.tgz', '-czf'],
  ]) {
    spawnSync('tar', [flags, name, 'pods'], { cwd: project });
    const { stdout, stderr } = check('check', '--format', 'json', name);
    const read = JSON.parse(stdout).documents.map((/** @type {{ name: string }} */ text) => text.name);
    assert.deepEqual(read.sort(), [`${name}: pods/etcd-1/current.log`, `${name}: pods/etcd-1/previous.log.gz`]);
    assert.match(stderr, /system\.journal: This is a journal.* It was left out/);
  }
});

test('the command reads each file below a folder', () => {
  mkdirSync(join(project, 'gathered/etcd-1/.git'), { recursive: true });
  writeFileSync(join(project, 'gathered/etcd-1/0.log'), ETCD_LOG);
  writeFileSync(join(project, 'gathered/etcd-1/0.log.1.gz'), gzipSync(ETCD_LOG.replaceAll('2016-', '2015-')));
  writeFileSync(join(project, 'gathered/etcd-1/.git/config'), ETCD_LOG);
  writeFileSync(join(project, 'gathered/system.journal'), `LPKSHHRH\0\0\0\0MESSAGE=${ETCD_LOG}`);
  symlinkSync('etcd-1/0.log', join(project, 'gathered/linked.log'));
  symlinkSync('../gathered', join(project, 'gathered/circle'));
  symlinkSync('removed.log', join(project, 'gathered/dangling.log'));
  const { status, stdout, stderr } = check('check', '--format', 'json', 'gathered/');
  assert.equal(status, 1);
  const read = JSON.parse(stdout).documents.map((/** @type {{ name: string }} */ text) => text.name);
  assert.deepEqual(read, ['gathered/etcd-1/0.log', 'gathered/etcd-1/0.log.1.gz', 'gathered/linked.log']);
  assert.match(stderr, /gathered\/dangling\.log cannot be read: there is no such file\. It was left out\./);
  assert.match(stderr, /gathered\/system\.journal: This is a journal.* It was left out\./);
});

test('the command reads a packed file that breaks off up to there, and goes on with the others', () => {
  mkdirSync(join(project, 'rotated'));
  const steps = Array.from({ length: 4000 }, (_, at) => `step ${(at * 2_654_435_761) % 4_294_967_296}\n`).join('');
  const packed = gzipSync(ETCD_LOG + steps);
  const breaksOff = packed.subarray(0, packed.length / 2);
  writeFileSync(join(project, 'rotated/0.log.gz'), breaksOff);
  writeFileSync(join(project, 'rotated/1.log.gz'), packed.subarray(0, 40));
  writeFileSync(join(project, 'rotated/2.log'), ETCD_LOG.replaceAll('2016-', '2015-'));
  const { status, stdout, stderr } = check('check', '--format', 'json', 'rotated');
  assert.equal(status, 1);
  const [half, , whole] = JSON.parse(stdout).documents.map((/** @type {{ lines: number }} */ text) => text.lines);
  assert.ok(half > 1500 && half < 2500 && whole === ETCD_LOG.split('\n').length - 1, `${half} ${whole}`);
  assert.match(stderr, /rotated\/0\.log\.gz is cut off or damaged, and was read up to there\./);
  assert.match(stderr, /rotated\/1\.log\.gz cannot be read: .* It was left out\./);
  // One that was named and tells nothing is a wrong call.
  assert.equal(check('check', 'rotated/1.log.gz').status, 2);
  assert.equal(check('check', 'rotated/0.log.gz').status, 1);
  for (const behind of [1, 200_000]) {
    writeFileSync(join(project, 'padded.log.gz'), Buffer.concat([packed, Buffer.alloc(behind)]));
    const padded = check('check', 'padded.log.gz');
    assert.deepEqual([padded.status, padded.stderr], [1, ''], 'zeros behind it are no part of it');
  }
});

test('the command leaves out what it may not read below a folder, and says of the folder itself that it may not', () => {
  mkdirSync(join(project, 'guarded/inner'), { recursive: true });
  writeFileSync(join(project, 'guarded/0.log'), ETCD_LOG);
  writeFileSync(join(project, 'guarded/1.log'), ETCD_LOG);
  for (const closed of ['guarded/1.log', 'guarded/inner']) chmodSync(join(project, closed), 0);
  chmodSync(project, 0o755);
  // The administrator may read everything.
  const other = process.getuid?.() === 0 ? { uid: 65534 } : {};
  const command = join(project, 'node_modules/.bin/timing-advisor');
  const asOther = (/** @type {string} */ folder) =>
    spawnSync(command, ['check', '--format', 'json', folder], { cwd: project, encoding: 'utf8', ...other });
  const { stdout, stderr } = asOther('guarded');
  assert.deepEqual(
    JSON.parse(stdout).documents.map((/** @type {{ name: string }} */ text) => text.name),
    ['guarded/0.log'],
  );
  assert.match(stderr, /guarded\/1\.log cannot be read: you may not read it\. It was left out\./);
  assert.match(stderr, /guarded\/inner cannot be read: you may not read it\. It was left out\./);
  const refused = asOther('guarded/inner');
  assert.equal(refused.status, 2, refused.stderr);
  assert.match(refused.stderr, /guarded\/inner cannot be read: you may not read it\.$/m);
});

test('the command says what it cannot read or do, with status 2', () => {
  mkdirSync(join(project, 'nothing'));
  writeFileSync(join(project, 'cut.gz'), gzipSync(ETCD_LOG).subarray(0, 60));
  writeFileSync(join(project, "one's system.journal"), `LPKSHHRH\0\0\0\0MESSAGE=${ETCD_LOG}`);
  for (const [words, sentence] of [
    [['check', 'missing.log'], /missing\.log cannot be read: there is no such file/],
    [['check', 'etcd.log', 'nothing'], /nothing is a folder without a file to read/],
    [['check', 'cut.gz'], /cut\.gz cannot be read: unexpected end/],
    [['check', "one's system.journal"], /journalctl --file 'one'\\''s system\.journal' -o short-precise \| /],
    [['check', '--format', 'xml', 'etcd.log'], /text, json or sarif, not 'xml'/],
    [['check', '--members', 'three', 'etcd.log'], /--members takes a number above 0, not 'three'/],
    [['check', '--members', '2.5', 'etcd.log'], /members cannot be 2\.5/],
    [['check', '--fleet-version', 'latest', 'etcd.log'], /takes a version such as/],
    [['check', '--json', 'etcd.log'], /Unknown option '--json'\.\nSee timing-advisor --help\.\n$/],
    [['etcd.log'], /timing-advisor check FILE/],
    [['check'], /no file is named/],
    [['chekc', 'etcd.log'], /no command 'chekc'/],
    [[], /usage: timing-advisor check/],
  ]) {
    const { status, stdout, stderr } = check(.../** @type {string[]} */ (words));
    assert.match(stderr, /** @type {RegExp} */ (sentence));
    assert.doesNotMatch(stderr, /\n {4}at /, 'no stack');
    assert.deepEqual([status, stdout], [2, '']);
  }
  // Nothing was recognised: that is no clean bill.
  writeFileSync(join(project, 'empty.log'), '');
  assert.equal(check('check', 'empty.log').status, 2);
  writeFileSync(join(project, 'half.log'), ETCD_LOG.slice(0, 40));
  assert.equal(check('check', 'half.log').status, 2, 'too little to say anything');
  const { status, stdout } = check('check', 'package.json');
  assert.equal(status, 2);
  assert.match(stdout, /Nothing here can be read as a log or a configuration/);
});

test('the command explains itself', () => {
  for (const words of [['--help'], ['-h'], ['check', '--help']]) {
    const { status, stdout } = check(...words);
    assert.equal(status, 0);
    assert.match(stdout, /exit status {3}0 .*\n +1 .*\n +2 /);
  }
  assert.match(check('--version').stdout, /^\d+\.\d+\.\d+\n$/);
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
