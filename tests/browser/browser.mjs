// What the specs share: a server of dist/site that keeps a request log, and a headless Chromium
// with a fresh profile.

import { createServer } from 'node:http';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../../', import.meta.url));
const require = createRequire(join(root, 'www/package.json'));
const { chromium } = require('playwright-core');

export const axeSource = require.resolve('axe-core');
export const site = join(root, 'dist/site');

const TYPES = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.wasm': 'application/wasm',
};

export async function serve() {
  if (!existsSync(join(site, 'index.html'))) throw new Error('dist/site is missing: run ./build.sh build first.');
  const requests = [];
  const server = createServer(async (request, response) => {
    requests.push(request.url);
    const path = request.url === '/' ? '/index.html' : request.url.split('?')[0];
    try {
      const body = await readFile(join(site, path));
      response.writeHead(200, {
        'content-type': TYPES[extname(path)] ?? 'application/octet-stream',
        'cache-control': 'no-store',
      });
      response.end(body);
    } catch {
      response.writeHead(404).end();
    }
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { address: `http://127.0.0.1:${server.address().port}/`, requests, close: () => server.close() };
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
 * for what the real engine cannot be made to do at will.
 */
export async function open(browser, address, { worker, ...options } = {}) {
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 }, ...options });
  await context.grantPermissions(['clipboard-read', 'clipboard-write'], { origin: new URL(address).origin });
  const page = await context.newPage();
  page.problems = [];
  page.on('pageerror', (error) => page.problems.push(String(error)));
  page.on('console', (message) => message.type() === 'error' && page.problems.push(message.text()));
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
