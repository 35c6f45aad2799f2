// Pictures of each state of the page, into screenshots/: what a reader meets, in each look. Words after
// the command choose: `npm run screenshots -- progress dark` makes only pictures whose name has both.

import { mkdir } from 'node:fs/promises';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { dropLarge, launch, open, paste, serve, single } from '../tests/browser/browser.mjs';

const folder = fileURLToPath(new URL('../screenshots/', import.meta.url));
const words = process.argv.slice(2);

const BROKEN = `#cloud-config
coreos:
  etcd2:
    heartbeat-interval: {{ heartbeat }}
    election-timeout: 1000
   fleet:
    agent-ttl: 30s
`;
const FLAWED = `#cloud-config

coreos:
  etcd2:
    heartbeat-interval: 600
    election-timeout: 1000
  fleet:
    public-ip: $private_ipv4
    etcd-request-timeout: 1
    agent-ttl: 30s
`;
const SAW_LITTLE = 'Dear all,\nthe cluster is slow today, and nobody changed anything.\nPlease have a look.\n';

const answered = (page) => page.locator('#headline').waitFor();
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

const reading = async (page) => {
  await dropLarge(page, 4000);
  await page.locator('.pg h1', { hasText: 'left' }).waitFor();
};

const LIGHT_AND_DARK = ['light', 'dark'];
const MOST = ['light', 'dark', '390', '320'];
const ALL = [...MOST, '4k', 'forced', 'print'];

/** State, how one gets there, and the looks it is worth seeing in. */
const SCENES = [
  { name: 'empty', looks: [...MOST, '4k', 'forced'] },
  { name: 'progress', go: reading, looks: [...MOST, 'forced'] },
  { name: 'results-stalls', go: stalls, looks: ALL },
  { name: 'results-requests', go: example('fleet gives up'), looks: MOST },
  { name: 'results-lease', go: example('An engine lease'), looks: LIGHT_AND_DARK },
  { name: 'not-timing-disk', go: example('A disk that hangs'), looks: [...MOST, 'print'] },
  { name: 'unit-stopped', go: example('A unit stopped'), looks: ['light', '320'] },
  { name: 'none-needed', go: example('A quiet log'), looks: MOST },
  { name: 'saw-too-little', go: (page) => paste(page, SAW_LITTLE).then(() => answered(page)), looks: MOST },
  { name: 'broken', go: (page) => paste(page, BROKEN).then(() => answered(page)), looks: MOST },
  {
    name: 'error',
    go: async (page) => {
      await paste(page, 'any text');
      await page.locator('#error-title').waitFor();
    },
    worker: `() => ({ error: 'fault' })`,
    looks: MOST,
  },
  { name: 'editor', go: marked, looks: [...MOST, 'forced'] },
  { name: 'editor-fixed', go: then(stalls, press('#fix-all'), (page) => page.waitForTimeout(600)), looks: MOST },
  { name: 'editor-plain', go: then(marked, press('#config-switch')), looks: MOST },
  { name: 'share', go: then(stalls, press('#share > summary'), press('#share-texts > summary')), looks: MOST },
  { name: 'export', go: then(stalls, press('#export > summary')), looks: ['light', '320'] },
  { name: 'log-viewer', go: then(stalls, press('.ev .cap button')), looks: MOST },
  { name: 'tables', go: then(stalls, (page) => unfold(page)), looks: MOST },
  { name: 'compact', attribute: 'compact', go: stalls, looks: MOST },
  { name: 'compact-not-timing', attribute: 'compact', go: example('A disk that hangs'), looks: LIGHT_AND_DARK },
  { name: 'single-file', address: pathToFileURL(single).href, go: stalls, looks: ['light'] },
];

const LOOKS = {
  light: {},
  dark: { colorScheme: 'dark' },
  390: { viewport: { width: 390, height: 800 } },
  320: { viewport: { width: 320, height: 640 } },
  '4k': { viewport: { width: 3840, height: 2160 } },
  forced: { forcedColors: 'active' },
  print: { print: true },
};

async function unfold(page) {
  for (const each of await page.locator('details:not(.menu)').all()) await each.evaluate((fold) => (fold.open = true));
}

await mkdir(folder, { recursive: true });
const server = await serve();
const browser = await launch();
for (const { name, go, looks, worker, attribute, address } of SCENES)
  for (const look of looks) {
    const picture = `${name}-${look}`;
    if (!words.every((word) => picture.includes(word))) continue;
    const { print, ...options } = LOOKS[look];
    const page = await open(browser, address ?? server.address, { worker, ...options });
    if (attribute)
      await page.evaluate((name) => document.querySelector('timing-advisor').toggleAttribute(name), attribute);
    await go?.(page);
    // An editor measures its lines when it comes into view.
    const editor = page.locator('#config .cm-editor');
    if (await editor.isVisible()) {
      const top = await page.evaluate(() => scrollY);
      await editor.scrollIntoViewIfNeeded();
      await page.waitForTimeout(200);
      await page.evaluate((top) => scrollTo(0, top), top);
    }
    if (print) await page.emulateMedia({ media: 'print' });
    await page.screenshot({ path: `${folder}${picture}.png`, fullPage: true });
    if (page.problems.length > 0) console.log(picture, page.problems);
    await page.context().close();
  }
await browser.close();
server.close();
console.log(`screenshots in ${folder}`);
