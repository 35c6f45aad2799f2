import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { test } from 'node:test';
import { analyze, CLOUD_CONFIG, ETCD_LOG, FLEET_LOG, read, root } from './engine.mjs';
import { checkReport } from './report-shape.mjs';

const npm = new URL('dist/npm/', root);

test('a report has exactly the shape that the types promise', async () => {
  const documents = [CLOUD_CONFIG, ETCD_LOG, FLEET_LOG].map((text) => ({ text }));
  checkReport(await analyze({ documents }), 'report');
  checkReport(await analyze({ documents: documents.slice(1) }), 'report without configuration');
  checkReport(await analyze({ documents: [] }), 'report of nothing');
});

test('package and crate have one version', () => {
  const [, crate] = /^version = "(.+)"$/m.exec(read('Cargo.toml')) ?? [];
  assert.equal(JSON.parse(read('dist/npm/package.json')).version, crate);
});

test('the bindgen tool is pinned to the version of wasm-bindgen', () => {
  const [, engine] = /^wasm-bindgen = "=(.+)"$/m.exec(read('Cargo.toml')) ?? [];
  const [, tool] = /^wasm-bindgen-cli-support = "=(.+)"$/m.exec(read('crate/bindgen/Cargo.toml')) ?? [];
  assert.ok(engine);
  assert.equal(tool, engine);
});

test('the package holds what it names, and nothing else', () => {
  const { exports, bin, types } = JSON.parse(read('dist/npm/package.json'));
  const named = [
    types,
    ...Object.values(bin),
    ...Object.values(exports).flatMap((entry) => Object.values(typeof entry === 'string' ? { entry } : entry)),
  ];
  for (const path of named) assert.ok(existsSync(new URL(path, npm)), `${path} is missing`);

  const [packed] = JSON.parse(
    execFileSync('npm', ['pack', '--dry-run', '--json', '--loglevel', 'error'], { cwd: npm, encoding: 'utf8' }),
  );
  assert.deepEqual(packed.files.map((/** @type {{ path: string }} */ file) => file.path).sort(), [
    'LICENSE-APACHE',
    'LICENSE-MIT',
    'README.md',
    'cli.js',
    'element.d.ts',
    'element.js',
    'files.js',
    'package.json',
    'report.schema.json',
    'tell.js',
    'timing-advisor.d.ts',
    'timing-advisor.html',
    'timing-advisor.js',
    'timing_advisor.js',
    'timing_advisor_bg.wasm',
  ]);
});

test('no path of the building machine is in the engine', () => {
  const engine = read('dist/npm/timing_advisor_bg.wasm');
  const home = process.env.HOME ?? '/root';
  for (const path of [root.pathname, `${home}/.cargo`]) assert.ok(!engine.includes(path), path);
});
