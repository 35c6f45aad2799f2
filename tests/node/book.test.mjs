// The rule book and the schema against the engine that is built: what a page shows must still be so.
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { test } from 'node:test';
import { analyze, read, root } from './engine.mjs';

const require = createRequire(new URL('www/package.json', root));
const { default: Ajv } = require('ajv/dist/2020');
const { rules } = await import(new URL('dist/npm/timing-advisor.js', root).href);
const examples = JSON.parse(read('dist/site/rules/examples.json'));
const plain = (html) => html.replace(/&#(\d+);/g, (_, code) => String.fromCharCode(code));

test('every rule has a page that shows what the engine says of its example', async () => {
  for (const { id, why, whatToDo } of await rules()) {
    const page = plain(read(`dist/site/rules/${id}.html`));
    const report = await analyze({ documents: examples[`${id}/bad`] });
    const finding = report.findings.find((each) => each.id === id);
    assert.ok(finding, `${id}: the example gives no such finding`);
    for (const words of [finding.title, finding.what, why, whatToDo])
      assert.ok(page.includes(words), `${id}: ${words}`);
    const healthy = await analyze({ documents: examples[`${id}/healthy`] });
    assert.ok(!healthy.findings.some((each) => each.id === id), `${id}: found where it should not be`);
  }
});

test('every link of the rule book leads somewhere, to a heading too', () => {
  const site = new URL('dist/site/', root);
  const pages = readdirSync(site, { recursive: true }).filter((name) => String(name).endsWith('.html'));
  assert.ok(pages.length > 60);
  for (const name of pages) {
    const links = [...read(`dist/site/${name}`).matchAll(/ href="([^"]+)"/g)].map(([, link]) => link);
    assert.ok(links.length > 0, `${name} has no links`);
    for (const link of links) {
      const to = new URL(link, new URL(String(name), site));
      assert.ok(to.href.startsWith(site.href), `${name}: ${link} leaves the site`);
      const target = readFileSync(new URL(to.pathname.endsWith('/') ? 'index.html' : '', to), 'utf8');
      const [, key, value] = /^#(?:(example)=)?(.+)$/.exec(to.hash) ?? [];
      if (key) assert.ok(examples[value], `${name}: ${link}`);
      else if (value) assert.ok(target.includes(` id="${value}"`), `${name}: ${link}`);
    }
  }
});

test('every link of the single file stays in it', () => {
  const html = read('dist/timing-advisor.html');
  const book = html.slice(html.indexOf('<section class="book"'), html.indexOf('<script type="text/plain"'));
  const given = JSON.parse(/<script type="application\/json" id="examples">([^<]+)</.exec(html)?.[1] ?? '');
  assert.deepEqual(given, examples);
  const links = [...book.matchAll(/ href="([^"]+)"/g)].map(([, link]) => link);
  assert.ok(links.length > 100);
  for (const link of links) {
    const [, key, value] = /^#(?:(example)=)?(.+)$/.exec(link) ?? [];
    assert.ok(key ? examples[value] : value && book.includes(` id="${value}"`), link);
  }
});

test('reports keep to the JSON Schema', async () => {
  const valid = new Ajv({ strict: false, allErrors: true }).compile(JSON.parse(read('dist/npm/report.schema.json')));
  for (const [name, documents] of Object.entries(examples)) {
    const report = await analyze({ documents });
    assert.ok(valid(report), `${name}: ${JSON.stringify(valid.errors?.slice(0, 3))}`);
  }
  assert.ok(!valid({ ...(await analyze({ documents: [] })), surprise: 1 }));
});
