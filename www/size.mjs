// Prints what a reader downloads, compressed, and fails above the limits that build.sh states.
import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { brotliCompressSync, gzipSync } from 'node:zlib';

const [site, siteLimit, engine, engineLimit] = process.argv.slice(2);
if (!engineLimit) {
  console.error('usage: node size.mjs SITE_FOLDER LIMIT ENGINE.wasm LIMIT   (limits in bytes)');
  process.exit(2);
}

const kib = (/** @type {number} */ bytes) => `${(bytes / 1024).toFixed(1)} KiB`;

/** @param {string} folder @returns {string[]} */
const filesIn = (folder) =>
  readdirSync(folder, { withFileTypes: true }).flatMap((entry) =>
    entry.isDirectory() ? filesIn(join(folder, entry.name)) : [join(folder, entry.name)],
  );

const measure = (/** @type {string} */ file) => {
  const bytes = readFileSync(file);
  return {
    file,
    raw: bytes.length,
    gzip: gzipSync(bytes, { level: 9 }).length,
    brotli: brotliCompressSync(bytes).length,
  };
};

// The rule book is read by who asks for it; the advisor itself is what everybody waits for.
const isBook = (/** @type {string} */ file) =>
  /^(rules|parameters)[/\\]|^(guide\.html|book\.css)$/.test(relative(site, file));
const all = filesIn(site);
const rows = all
  .filter((file) => !isBook(file))
  .map(measure)
  .sort((a, b) => b.gzip - a.gzip);
const pages = all.filter(isBook).map(measure);
console.log(`${'file'.padEnd(44)}${'raw'.padStart(12)}${'gzip'.padStart(12)}${'brotli'.padStart(12)}`);
for (const row of rows) {
  console.log(
    `${relative(site, row.file).padEnd(44)}${[row.raw, row.gzip, row.brotli].map((n) => kib(n).padStart(12)).join('')}`,
  );
}

console.log(`rule book, apart: ${pages.length} files, ${kib(pages.reduce((sum, row) => sum + row.gzip, 0))} gzip`);

const checks = [
  { what: 'site, gzip', bytes: rows.reduce((sum, row) => sum + row.gzip, 0), limit: Number(siteLimit) },
  { what: 'engine, brotli', bytes: measure(engine).brotli, limit: Number(engineLimit) },
];
for (const { what, bytes, limit } of checks) {
  console.log(`${what}: ${kib(bytes)} of at most ${kib(limit)}`);
  if (bytes > limit) {
    console.error(`${what} is too large by ${kib(bytes - limit)}.`);
    process.exitCode = 1;
  }
}
