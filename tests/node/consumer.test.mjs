// The package as its users meet it: installed from the packed file, type-checked, bundled.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
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

test('the command prints a report and tells by its status that something needs action', () => {
  const command = join(project, 'node_modules/.bin/timing-advisor');
  const failure = (() => {
    try {
      return { status: 0, stdout: run(command, 'check', 'cloud-config.yaml', 'etcd.log') };
    } catch (error) {
      return /** @type {{ status: number, stdout: string }} */ (error);
    }
  })();
  assert.equal(failure.status, 1);
  assert.match(failure.stdout, /etcd-heartbeat-late/);
});
