// What is shipped besides the package: the same bytes wherever it is built, and policies that agree.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { read, root } from './engine.mjs';

/** @param {string} folder @returns {Record<string, string>} SHA-256 by name */
const sums = (folder) =>
  Object.fromEntries(
    readdirSync(folder, { withFileTypes: true, recursive: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath ?? entry.path, entry.name))
      .sort()
      .map((file) => [
        file.slice(folder.length),
        createHash('sha256').update(readFileSync(file)).digest('hex').slice(0, 16),
      ]),
  );

test('built in another folder, everything shipped has the same bytes, and the sum is printed', () => {
  const here = fileURLToPath(root);
  const there = mkdtempSync(join(tmpdir(), 'timing advisor, elsewhere '));
  try {
    const packages = join(here, 'www/node_modules');
    cpSync(join(here, 'www'), join(there, 'www'), { recursive: true, filter: (from) => from !== packages });
    symlinkSync(packages, join(there, 'www/node_modules'));
    cpSync(join(here, 'tests/rules'), join(there, 'tests/rules'), { recursive: true });
    cpSync(join(here, 'dist/npm'), join(there, 'dist/npm'), { recursive: true });
    const printed = execFileSync('node', ['www/build.mjs'], { cwd: there, encoding: 'utf8' });
    // The copy for the package is made after both were built.
    assert.deepEqual(sums(join(there, 'dist')), sums(join(here, 'dist')));
    const single = createHash('sha256').update(read('dist/timing-advisor.html')).digest('hex');
    assert.ok(printed.includes(single), printed);
  } finally {
    rmSync(there, { recursive: true, force: true });
  }
});

test('the header file asks for the policy that the page states itself', () => {
  const [, stated] = /http-equiv="Content-Security-Policy" content="([^"]+)"/.exec(read('dist/site/index.html')) ?? [];
  const [, asked] = /Content-Security-Policy: (.+)/.exec(read('dist/site/_headers')) ?? [];
  assert.ok(stated);
  assert.equal(asked, stated);
  assert.match(stated, /default-src 'none'/);
  assert.match(stated, /require-trusted-types-for 'script'/);
  assert.doesNotMatch(stated, /unsafe-inline|'unsafe-eval'|\*/);
});

test('the single file may run its own script alone, and may ask for nothing', () => {
  const html = read('dist/timing-advisor.html');
  const [, stated] = /http-equiv="Content-Security-Policy" content="([^"]+)"/.exec(html) ?? [];
  const hash = (/** @type {string} */ text) => `'sha256-${createHash('sha256').update(text).digest('base64')}'`;
  const scripts = [...html.matchAll(/<script type="module">([^]*?)<\/script>/g)].map(([, text]) => hash(text));
  const styles = [...html.matchAll(/<style>([^]*?)<\/style>/g)].map(([, text]) => hash(text));
  assert.equal(scripts.length, 1);
  const directives = Object.fromEntries(stated.split('; ').map((each) => [each.split(' ')[0], each]));
  assert.equal(directives['script-src'], `script-src ${scripts[0]} 'wasm-unsafe-eval'`);
  assert.equal(directives['style-src'], `style-src ${styles.join(' ')}`);
  assert.equal(directives['connect-src'], "connect-src 'none'");
  assert.equal(directives['default-src'], "default-src 'none'");
  assert.match(stated, /require-trusted-types-for 'script'/);
  const asked = html.match(
    / (?:src|srcset|poster|action)="[^"]*"|<link rel="(?!icon)[^>]*>|@import|url\((?!\\?["']?data:)/g,
  );
  assert.equal(asked, null, 'nothing in it names another file');
});
