// The states of the page, each once: `./build.sh screenshots` makes its pictures of them, and
// accessibility.spec.mjs looks at every one.

import { pathToFileURL } from 'node:url';
import { gzipSync } from 'node:zlib';
import { dropLarge, paste, single } from './browser.mjs';

/** A configuration with a pair of values that etcd refuses, and a request timeout that is too short. */
export const FLAWED = `#cloud-config

coreos:
  etcd2:
    heartbeat-interval: 600
    election-timeout: 1000
  fleet:
    public-ip: $private_ipv4
    etcd-request-timeout: 1
    agent-ttl: 30s
`;
const BROKEN = `#cloud-config
coreos:
  etcd2:
    heartbeat-interval: {{ heartbeat }}
    election-timeout: 1000
   fleet:
    agent-ttl: 30s
`;
/** A dump of a machine: its configuration stands at the beginning, and it is larger than one may be. */
const LARGE = Buffer.from(
  `${FLAWED}write_files:\n  - path: /x\n    content: |\n${'      and so on\n'.repeat(200_000)}`,
);
const SAW_LITTLE = 'Dear all,\nthe cluster is slow today, and nobody changed anything.\nPlease have a look.\n';

const answered = (page) => page.locator('#headline').waitFor();
const pasted = (text) => async (page) => {
  await paste(page, text);
  await answered(page);
};
const example = (title) => async (page) => {
  await page.locator('.ex button', { hasText: title }).click();
  await answered(page);
};
const stalls = example('A leader that stalls');
const marked = async (page) => {
  await paste(page, FLAWED);
  await page.locator('#config .cm-content .mark-row').first().waitFor();
};
const then =
  (...steps) =>
  async (page) => {
    for (const step of steps) await step(page);
  };
const press = (selector) => (page) => page.locator(selector).first().click();
const until = (selector, options) => (page) => page.locator(selector, options).first().waitFor();
const reading = async (page) => {
  await dropLarge(page, 8000);
  await page.locator('.pg h1', { hasText: 'left' }).waitFor();
};
const chosen = (name, buffer) => (page) =>
  page.locator('#files').setInputFiles({ name, mimeType: 'application/octet-stream', buffer });
const cutAmongOthers = (page) =>
  page.locator('#files').setInputFiles([
    { name: 'core-1.journal.gz', mimeType: 'application/gzip', buffer: gzipSync(FLAWED).subarray(0, 40) },
    { name: 'cloud-config.yaml', mimeType: 'text/plain', buffer: Buffer.from(FLAWED) },
  ]);
/** Random enough that no line of it reads like text. */
const BYTES = Buffer.from(Array.from({ length: 40_000 }, (_, index) => (index * index * 37 + index * 11) % 256));
/** A page whose engine is not where it should be. That the browser logs it is no fault. */
const withoutEngine = async (page) => {
  await page.route('**/*.wasm', (route) => route.fulfill({ status: 404 }));
  await page.reload({ waitUntil: 'networkidle' });
  await paste(page, FLAWED);
  await page.locator('#error-title').waitFor();
  page.problems.length = 0;
};
const unfold = async (page) => {
  for (const each of await page.locator('details:not(.menu)').all()) await each.evaluate((fold) => (fold.open = true));
};

const MOST = ['light', 'dark', '390', '320'];
const ALL = [...MOST, '4k', 'forced', 'print'];

/** State, how one gets there, and the looks it is worth seeing in. `worker` takes the place of the engine. */
export const STATES = [
  { name: 'empty', looks: [...MOST, '4k', 'forced'] },
  // An answer to a question nobody asked: this one never comes.
  {
    name: 'loading',
    worker: `() => ({ id: -1 })`,
    go: then((page) => paste(page, FLAWED), until('#taken')),
    looks: MOST,
  },
  { name: 'progress', go: reading, looks: [...MOST, 'forced'] },
  { name: 'results-stalls', go: stalls, looks: ALL },
  { name: 'results-requests', go: example('fleet gives up'), looks: MOST },
  { name: 'results-lease', go: example('An engine lease'), looks: MOST },
  { name: 'not-timing-disk', go: example('A disk that hangs'), looks: [...MOST, 'print'] },
  { name: 'unit-stopped', go: example('A unit stopped'), looks: MOST },
  { name: 'none-needed', go: example('A quiet log'), looks: MOST },
  { name: 'saw-too-little', go: pasted(SAW_LITTLE), looks: MOST },
  { name: 'broken', go: pasted(BROKEN), looks: MOST },
  {
    name: 'error',
    worker: `() => ({ error: 'fault' })`,
    go: then((page) => paste(page, 'any text'), until('#error-title')),
    looks: [...MOST, 'forced'],
  },
  { name: 'no-engine', go: withoutEngine, looks: MOST },
  {
    name: 'cut-gzip',
    go: then(chosen('core-1.journal.gz', gzipSync(FLAWED).subarray(0, 40)), until('#error-title')),
    looks: MOST,
  },
  { name: 'one-unread', go: then(cutAmongOthers, until('.unread')), looks: MOST },
  { name: 'binary', go: then(chosen('core-1.bin', BYTES), answered), looks: MOST },
  { name: 'too-large', go: then(chosen('dump.yaml', LARGE), answered), looks: MOST },
  { name: 'read-in-part', go: then(reading, press('#enough'), answered), looks: MOST },
  { name: 'editor', go: marked, looks: [...MOST, 'forced'] },
  { name: 'editor-fixed', go: then(stalls, press('#config-fold'), press('#fix-all'), until('#fixed')), looks: MOST },
  { name: 'editor-plain', go: then(marked, press('#config-switch')), looks: MOST },
  { name: 'share', go: then(stalls, press('#share > summary'), press('#share-texts > summary')), looks: MOST },
  { name: 'export', go: then(stalls, press('#export > summary')), looks: MOST },
  { name: 'log-viewer', go: then(stalls, press('.ev .cap button')), looks: MOST },
  { name: 'tables', go: then(stalls, unfold), looks: [...MOST, 'forced'] },
  { name: 'compact-empty', attribute: 'compact', looks: MOST },
  { name: 'compact', attribute: 'compact', go: stalls, looks: [...MOST, 'forced'] },
  { name: 'compact-not-timing', attribute: 'compact', go: example('A disk that hangs'), looks: MOST },
  { name: 'single-file', address: pathToFileURL(single).href, go: stalls, looks: ['light'] },
];

export const LOOKS = {
  light: {},
  dark: { colorScheme: 'dark' },
  390: { viewport: { width: 390, height: 800 } },
  320: { viewport: { width: 320, height: 640 } },
  '4k': { viewport: { width: 3840, height: 2160 } },
  forced: { forcedColors: 'active' },
  print: { print: true },
};

/** Brings the page into a state. @param {any} page @param {typeof STATES[number]} state */
export async function bring(page, { attribute, go }) {
  if (attribute)
    await page.evaluate((name) => document.querySelector('timing-advisor').toggleAttribute(name), attribute);
  await go?.(page);
}
