// Builds what is shipped from www/ and the engine in dist/npm:
//
//   dist/site                  the hosted page, under any path
//   dist/timing-advisor.html   the same page as one file that asks for nothing
//   dist/npm/element.js        the element for other pages
//
// The same sources give the same bytes on every machine.

import { copyFile, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build } from 'esbuild';
import { minify } from 'terser';
import { book, inOnePiece } from './book/book.mjs';
import { base64, deflated, policy, POLICIES, sha256 } from './policy.mjs';

const here = dirname(fileURLToPath(import.meta.url));
const dist = join(here, '../dist');
const site = join(dist, 'site');
const npm = join(dist, 'npm');
const ENGINE = 'timing_advisor_bg.wasm';

if (!existsSync(join(npm, ENGINE))) {
  console.error('The engine is missing in dist/npm: run ./build.sh build.');
  process.exit(1);
}

const shared = {
  absWorkingDir: here,
  bundle: true,
  target: 'es2022',
  logLevel: 'warning',
  platform: 'browser',
  // A linked node_modules gives the same names, and with them the same bytes.
  preserveSymlinks: true,
  external: ['node:*'],
  write: false,
  alias: { '@codemirror/language': './src/texts/without-syntax.js', '@lezer/common': './src/texts/without-syntax.js' },
};

/** Terser's work is four percent smaller than esbuild's own, compressed. @param {string} script */
async function small(script) {
  const { code } = await minify(script, {
    module: true,
    ecma: 2020,
    compress: { passes: 2 },
    format: { comments: false },
  });
  return code ?? '';
}

/** A style sheet with what it imports. @param {string} path */
async function style(path) {
  const { outputFiles } = await build({ ...shared, entryPoints: [path], minify: true, plugins: [] });
  return outputFiles[0].text.trimEnd();
}

/** The element adopts its style sheet as text. @type {import('esbuild').Plugin} */
const styleAsText = {
  name: 'style as text',
  setup: ({ onLoad }) =>
    onLoad({ filter: /\.css$/ }, async ({ path }) => ({ contents: ofElement(await style(path)), loader: 'text' })),
};

/**
 * In another page a rem is that page's, which may have made it 10 pixels. The element's own is what it has measured
 * (element.css); a container is asked in the letters of the element, which are as large.
 *
 * @param {string} sheet
 */
function ofElement(sheet) {
  return sheet
    .replace(/@container[^{]*/g, (query) => query.replace(/(\d)rem\b/g, '$1em'))
    .replace(/(-?[\d.]+)rem\b/g, 'calc($1*var(--timing-advisor-rem))');
}

/** What one entry becomes, alone. @param {string} entry @param {import('esbuild').BuildOptions} [options] */
async function bundled(entry, options) {
  const result = await build({ ...shared, entryPoints: [`src/${entry}`], ...options });
  return small(result.outputFiles[0].text);
}

// The worker goes into the page as text: one that had to be stopped starts again without a request.
// The engine arrives there compiled, so nothing looks for it beside the script.
const worker = await bundled('engine/worker.js', { format: 'iife', define: { 'import.meta.url': '"about:blank"' } });
const page = {
  format: /** @type {const} */ ('esm'),
  plugins: [styleAsText],
  define: { WORKER_SOURCE: JSON.stringify(worker) },
};

// Read by the engine of this build, so that the book says what the engine does.
const engine = await import(pathToFileURL(join(npm, 'timing-advisor.js')).href);
const pages = await book(await engine.rules(), engine.analyze);

await buildSite();
await buildSingle();
await writeFile(join(npm, 'element.js'), await bundled('app.js', page));

async function buildSite() {
  /** @type {Map<string, Uint8Array | string>} */
  const files = new Map();
  const parts = await build({
    ...shared,
    ...page,
    entryPoints: { app: 'src/site/site.js' },
    splitting: true,
    metafile: true,
    chunkNames: '[name]-[hash]',
    outdir: site,
  });
  for (const part of parts.outputFiles) files.set(basename(part.path), await small(part.text));
  const html = await readFile(join(here, 'index.html'), 'utf8');
  files.set('index.html', html.replace('POLICY', policy(POLICIES.site)).replace('<!--modules-->', preloads(parts)));
  files.set('page.css', await style('page.css'));
  files.set(ENGINE, await readFile(join(npm, ENGINE)));
  for (const icon of ['icon.svg', 'icon-192.png', 'icon-512.png', 'site.webmanifest'])
    files.set(icon, await readFile(join(here, 'icons', icon)));

  for (const [name, contents] of pages) files.set(name, contents);
  files.set('book.css', await style('book/book.css'));

  // Kept for offline use: all of the above. The folder's own address stands for index.html.
  const kept = [...files.keys()].sort();
  const version = sha256(kept.map((name) => `${name} ${sha256(files.get(name) ?? '')}`).join('\n'));
  const list = kept.map((name) => name.replace(/(^|\/)index\.html$/, '$1') || './');
  files.set(
    'sw.js',
    await bundled('site/sw.js', {
      format: 'iife',
      define: { FILES: JSON.stringify(list), VERSION: JSON.stringify(version.slice(0, 16)) },
    }),
  );
  files.set('_headers', headers());

  await rm(site, { recursive: true, force: true });
  for (const [name, contents] of files) {
    await mkdir(dirname(join(site, name)), { recursive: true });
    await writeFile(join(site, name), contents);
  }
}

/** What the entry imports is fetched with it, not after it. @param {import('esbuild').BuildResult} parts */
function preloads({ metafile }) {
  const entry = Object.values(metafile?.outputs ?? {}).find((each) => each.entryPoint === 'src/site/site.js');
  const names = (entry?.imports ?? [])
    .filter(({ kind }) => kind === 'import-statement')
    .map(({ path }) => basename(path));
  return names.map((name) => `<link rel="modulepreload" href="${name}" />`).join('');
}

async function buildSingle() {
  const script = await bundled('site/single.js', page);
  const sheet = await style('page.css');
  const engine = base64(deflated(await readFile(join(npm, ENGINE))));
  if (/<\/script|<!--/i.test(script)) throw new Error('the script would end before its end: it holds </script or <!--');
  const rules = policy(POLICIES.single([script], [sheet]));
  const html = (await readFile(join(here, 'single.html'), 'utf8'))
    .replace('POLICY', () => rules)
    .replace('<!--style-->', () => `<style>${sheet}</style>`)
    .replace('<!--book-->', () => inOnePiece(pages))
    .replace('<!--engine-->', () => `<script type="text/plain" id="engine">${engine}</script>`)
    .replace('<!--script-->', () => `<script type="module">${script}</script>`);
  await writeFile(join(dist, 'timing-advisor.html'), html);
  console.log(`dist/timing-advisor.html  SHA-256 ${sha256(html)}  ${(html.length / 1024).toFixed(0)} KiB`);
}

/** For hosts that read such a file (Netlify, Cloudflare Pages); others take the same lines elsewhere. */
function headers() {
  return `/*
  Content-Security-Policy: ${policy(POLICIES.site)}
  Referrer-Policy: no-referrer
  X-Content-Type-Options: nosniff
  Cross-Origin-Resource-Policy: cross-origin
  Permissions-Policy: camera=(), geolocation=(), microphone=()
  Cache-Control: no-cache
/${ENGINE}
  Content-Type: application/wasm
`;
}
