// What the specs share: a server of dist/site that keeps a request log, and a headless Chromium
// with a fresh profile.

import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { serve as serveFolder } from '../../www/serve.mjs';

const root = fileURLToPath(new URL('../../', import.meta.url));
const require = createRequire(join(root, 'www/package.json'));
const { chromium } = require('playwright-core');

export const axeSource = require.resolve('axe-core');
export const site = join(root, 'dist/site');
export const single = join(root, 'dist/timing-advisor.html');
export const npm = join(root, 'dist/npm');

/** Serves a folder, the built page unless told otherwise, and keeps a list of what was asked for. */
export async function serve(folder = site) {
  if (!existsSync(join(site, 'index.html'))) throw new Error('dist/site is missing: run ./build.sh build first.');
  const requests = [];
  return { requests, ...(await serveFolder(folder, 0, (url) => requests.push(url))) };
}

export function launch() {
  return chromium.launch({
    executablePath: process.env.CHROME ?? '/usr/bin/chromium',
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  });
}

/**
 * Opens the page. `worker` replaces the engine by a function from input to report (or to an error),
 * for what the real engine cannot be made to do at will. The copy for offline use is fetched after the
 * page, at a moment of its own; only the specs about it allow it.
 */
export async function open(browser, address, { worker, ...options } = {}) {
  const context = await browser.newContext({
    viewport: { width: 1280, height: 800 },
    serviceWorkers: 'block',
    ...options,
  });
  const { origin } = new URL(address);
  if (origin !== 'null') await context.grantPermissions(['clipboard-read', 'clipboard-write'], { origin });
  const page = await context.newPage();
  page.problems = [];
  page.on('pageerror', (error) => page.problems.push(String(error)));
  page.on('console', (message) => message.type() === 'error' && page.problems.push(message.text()));
  // In every frame: what a policy stops is told by an event, whether or not the console tells it too.
  await context.addInitScript(() =>
    addEventListener('securitypolicyviolation', ({ violatedDirective, blockedURI, sourceFile, lineNumber }) =>
      console.error(`policy: ${violatedDirective} stopped ${blockedURI} at ${sourceFile}:${lineNumber}`),
    ),
  );
  if (worker) await page.addInitScript(`(${replaceWorker})(${worker})`);
  await page.goto(address, { waitUntil: 'networkidle' });
  return page;
}

function replaceWorker(answer) {
  window.Worker = class {
    postMessage({ id, type, documents, assumptions }) {
      if (type !== 'analyze') return;
      setTimeout(() => this.onmessage?.({ data: { id, ...answer(documents, assumptions) } }), 20);
    }
    terminate() {}
  };
}

/**
 * Stories about the built page. Each has a page of its own, and none may leave an error in the console or
 * break the content policy.
 *
 * @param {string} name
 * @param {(story: (name: string, options: object, run: (page: any) => Promise<void>) => void, at: any) => void} define
 *   `at` has the server and the browser while a story runs
 */
export function suite(name, define) {
  describe(name, { timeout: 240_000 }, () => {
    const at = {};
    before(async () => Object.assign(at, { server: await serve(), browser: await launch() }));
    after(async () => {
      await at.browser?.close();
      at.server?.close();
    });
    const story = (title, options, run) =>
      it(title, async () => {
        const page = await open(at.browser, at.server.address, options);
        try {
          await run(page);
          assert.deepEqual(page.problems, []);
        } finally {
          await page.context().close();
        }
      });
    define(story, at);
  });
}

/** Pastes as a person does: into the box, by a paste event. */
export async function paste(page, text) {
  await page.locator('#paste').focus();
  await page.locator('#paste').evaluate((area, text) => {
    const data = new DataTransfer();
    data.setData('text/plain', text);
    const event = new ClipboardEvent('paste', { clipboardData: data, bubbles: true, composed: true, cancelable: true });
    if (area.dispatchEvent(event)) {
      area.value += text;
      area.dispatchEvent(new InputEvent('input', { bubbles: true, composed: true }));
    }
  }, text);
}

/**
 * Drops a journal of so many megabytes on the page. The browser makes it out of one part repeated, so it
 * lies nowhere on disk: machines that mostly work, and a leader that stalls once in each part.
 */
export async function dropLarge(page, megabytes, name = 'core-1.journal') {
  await page.evaluate(
    ({ megabytes, name }) => {
      const at = 'Nov 12 03:04:21 core-1';
      const calm = Array.from(
        { length: 9500 },
        (_, index) =>
          `${at} systemd[1]: Started Session ${index} of user core, after ${index % 97} of its kind had ended.\n`,
      );
      calm[4000] = `${at} etcd2[648]: failed to send out heartbeat on time (deadline exceeded for 1.31s)\n`;
      calm[4001] = `${at} etcd2[648]: server is likely overloaded\n`;
      const part = new Blob([calm.join('')]);
      const size = Math.ceil((megabytes * 1e6) / part.size);
      const files = new DataTransfer();
      files.items.add(
        new File(
          Array.from({ length: size }, () => part),
          name,
        ),
      );
      const drop = (type) =>
        document
          .querySelector('timing-advisor')
          .dispatchEvent(new DragEvent(type, { dataTransfer: files, bubbles: true, composed: true, cancelable: true }));
      drop('dragover');
      drop('drop');
    },
    { megabytes, name },
  );
}

export async function violations(page) {
  await page.evaluate(await readFile(axeSource, 'utf8'));
  const result = await page.evaluate(() =>
    window.axe.run(document, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'] }),
  );
  return result.violations.map(
    (each) =>
      `${each.id}: ${each.nodes
        .map((node) => `${node.target.join(' ')} | ${node.failureSummary}`)
        .slice(0, 3)
        .join('; ')}`,
  );
}
