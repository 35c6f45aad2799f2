// The rule book and the schema against the engine that is built: what a page shows must still be so.
import assert from 'node:assert/strict';
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

test('every link of the rule book leads somewhere', async () => {
  const ids = (await rules()).map(({ id }) => id);
  for (const name of ['guide.html', 'rules/index.html', ...ids.map((id) => `rules/${id}.html`)]) {
    const base = new URL(`dist/site/${name}`, root);
    for (const [, link] of read(`dist/site/${name}`).matchAll(/href="([^"#]+)(?:#[^"]*)?"/g))
      read(
        decodeURI(new URL(link.endsWith('/') ? `${link}index.html` : link, base).pathname.slice(root.pathname.length)),
      );
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
