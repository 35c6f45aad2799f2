// The rule book and the schema against the engine that is built: what a page shows must still be so.
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { test } from 'node:test';
import { analyze, read, root } from './engine.mjs';

const require = createRequire(new URL('www/package.json', root));
const { default: Ajv } = require('ajv/dist/2020');
const { PARAMETERS } = await import(new URL('www/book/parameters.mjs', root).href);
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

/** `a.b.c: 1` as nested YAML. @param {string} dotted */
const nested = (dotted) => {
  const [, path, value] = /^([\w.-]+): (.+)$/.exec(dotted) ?? [];
  const keys = path.split('.');
  return keys
    .map((key, depth) => `${'  '.repeat(depth)}${key}:${depth === keys.length - 1 ? ` ${value}` : ''}\n`)
    .join('');
};

/** The spellings of a parameter page as a machine would have them, by the page's own words. */
const SPELT = {
  'cloud-config': (/** @type {string} */ code) => `#cloud-config\n${nested(code)}`,
  'Container Linux Config': nested,
  'drop-in of the unit': (/** @type {string} */ code) =>
    `# /etc/systemd/system/etcd2.service.d/10-a.conf\n[Service]\n${code}\n`,
  'drop-in of fleet.service': (/** @type {string} */ code) =>
    `# /etc/systemd/system/fleet.service.d/10-a.conf\n[Service]\n${code}\n`,
  environment: (/** @type {string} */ code) => `${code}\n`,
  flag: (/** @type {string} */ code) => code.startsWith('--') && `etcd --name a ${code}\n`,
  'configuration file of 3.x': (/** @type {string} */ code) => `name: a\ndata-dir: /var/lib/etcd\n${code}\n`,
  'manifest of a pod': (/** @type {string} */ code) =>
    `apiVersion: v1\nkind: Pod\nspec:\n  containers:\n    - name: etcd\n      ${code}\n`,
  kubeadm: (/** @type {string} */ _, /** @type {string} */ code) =>
    `apiVersion: kubeadm.k8s.io/v1beta3\nkind: ClusterConfiguration\netcd:\n  local:\n    extraArgs:\n      ${code}\n`,
  'k3s, RKE2': (/** @type {string} */ code) => `${code}\n`,
  '/etc/fleet/fleet.conf': (/** @type {string} */ code) => `etcd_servers=http://127.0.0.1:2379\n${code}\n`,
  'etcd 0.4': (/** @type {string} */ code) => `#cloud-config\n${nested(code)}`,
};

test('every spelling and default of a parameter page is what the engine reads', async () => {
  for (const { key, daemon, defaults, spellings } of PARAMETERS) {
    const parameter = `${daemon}.${key}`;
    const settings = async (/** @type {string} */ text) =>
      (await analyze({ documents: [{ text }] })).settings.filter((each) => each.parameter === parameter);
    for (const [where, html] of spellings) {
      const codes = [...html.matchAll(/<code>([^<]+)<\/code>/g)].map(([, code]) => code);
      const text = SPELT[/** @type {keyof typeof SPELT} */ (where)](codes[0] ?? '', codes[1] ?? '');
      if (!text) continue;
      const [, written] = /(\d+)s?["\]}]*$/.exec(text.trim()) ?? [];
      const stated = (await settings(text)).find((each) => each.provenance === 'stated');
      assert.equal(stated?.value, Number(written), `${parameter}, ${where}:\n${text}`);
    }
    const other = daemon === 'etcd' ? 'coreos.etcd2.name: a' : 'coreos.fleet.public-ip: 10.0.0.1';
    const [fallback] = await settings(`#cloud-config\n${nested(other)}`);
    assert.equal(fallback?.provenance, 'default', parameter);
    assert.equal(fallback.value, Number.parseFloat(defaults.at(-1)[1]), parameter);
  }
});
