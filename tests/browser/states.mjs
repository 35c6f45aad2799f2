// The states of the page, each once: `./build.sh screenshots` makes its pictures of them, and
// accessibility.spec.mjs looks at every one.

import { pathToFileURL } from 'node:url';
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
  await dropLarge(page, 4000);
  await page.locator('.pg h1', { hasText: 'left' }).waitFor();
};
const unfold = async (page) => {
  for (const each of await page.locator('details:not(.menu)').all()) await each.evaluate((fold) => (fold.open = true));
};

const LIGHT_AND_DARK = ['light', 'dark'];
const MOST = ['light', 'dark', '390', '320'];
const ALL = [...MOST, '4k', 'forced', 'print'];

/** State, how one gets there, and the looks it is worth seeing in. `worker` takes the place of the engine. */
export const STATES = [
  { name: 'empty', looks: [...MOST, '4k', 'forced'] },
  // An answer to a question nobody asked: this one never comes.
  { name: 'loading', worker: `() => ({ id: -1 })`, go: (page) => paste(page, FLAWED), looks: MOST },
  { name: 'progress', go: reading, looks: [...MOST, 'forced'] },
  { name: 'results-stalls', go: stalls, looks: ALL },
  { name: 'results-requests', go: example('fleet gives up'), looks: MOST },
  { name: 'results-lease', go: example('An engine lease'), looks: LIGHT_AND_DARK },
  { name: 'not-timing-disk', go: example('A disk that hangs'), looks: [...MOST, 'print'] },
  { name: 'unit-stopped', go: example('A unit stopped'), looks: ['light', '320'] },
  { name: 'none-needed', go: example('A quiet log'), looks: MOST },
  { name: 'saw-too-little', go: pasted(SAW_LITTLE), looks: MOST },
  { name: 'broken', go: pasted(BROKEN), looks: MOST },
  {
    name: 'error',
    worker: `() => ({ error: 'fault' })`,
    go: then((page) => paste(page, 'any text'), until('#error-title')),
    looks: [...MOST, 'forced'],
  },
  { name: 'editor', go: marked, looks: [...MOST, 'forced'] },
  { name: 'editor-fixed', go: then(stalls, press('#config-fold'), press('#fix-all'), until('#fixed')), looks: MOST },
  { name: 'editor-plain', go: then(marked, press('#config-switch')), looks: MOST },
  { name: 'share', go: then(stalls, press('#share > summary'), press('#share-texts > summary')), looks: MOST },
  { name: 'export', go: then(stalls, press('#export > summary')), looks: ['light', 'dark', '320'] },
  { name: 'log-viewer', go: then(stalls, press('.ev .cap button')), looks: MOST },
  { name: 'tables', go: then(stalls, unfold), looks: [...MOST, 'forced'] },
  { name: 'compact-empty', attribute: 'compact', looks: ['light', 'dark', '320'] },
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
