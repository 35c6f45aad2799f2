// Bundles the page into dist/site: index.html, app.js, page.css and the engine.
//
// The worker goes into app.js as text. A worker that had to be stopped can then start again
// without asking the server for anything.

import { copyFile, mkdir, rm, writeFile } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const here = dirname(fileURLToPath(import.meta.url));
const site = join(here, '../dist/site');
const engine = join(here, '../dist/npm/timing_advisor_bg.wasm');

if (!existsSync(engine)) {
  console.error('The engine is missing in dist/npm: run ./build.sh build.');
  process.exit(1);
}

const shared = { bundle: true, minify: true, target: 'es2022', legalComments: 'none', logLevel: 'warning' };

const worker = await build({
  ...shared,
  entryPoints: [join(here, 'src/worker.js')],
  format: 'iife',
  // The engine arrives compiled, so nothing looks for it beside the script.
  define: { 'import.meta.url': '"about:blank"' },
  platform: 'browser',
  external: ['node:*'],
  write: false,
});

const page = await build({
  ...shared,
  entryPoints: [join(here, 'src/app.js')],
  format: 'esm',
  loader: { '.css': 'text' },
  define: { WORKER_SOURCE: JSON.stringify(worker.outputFiles[0].text) },
  platform: 'browser',
  external: ['node:*'],
  // The editor is a chunk of its own: as large as the rest, and not needed for the first view.
  splitting: true,
  chunkNames: '[name]-[hash]',
  outdir: site,
  write: false,
});

await rm(site, { recursive: true, force: true });
await mkdir(site, { recursive: true });
for (const part of page.outputFiles) await writeFile(join(site, basename(part.path)), part.contents);
await copyFile(join(here, 'index.html'), join(site, 'index.html'));
await copyFile(join(here, 'page.css'), join(site, 'page.css'));
await copyFile(engine, join(site, 'timing_advisor_bg.wasm'));
