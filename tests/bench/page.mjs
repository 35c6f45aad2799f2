// How soon the page answers in Chromium: a keystroke in the editor, and the first answer after opening it.
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { extname, join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import { launch, open, site } from '../browser/browser.mjs';

/** Bytes a second and milliseconds of a usual line. */
const LINE = { downloadThroughput: 10e6 / 8, uploadThroughput: 5e6 / 8, latency: 40, offline: false };
const TYPES = { '.html': 'text/html', '.js': 'text/javascript', '.css': 'text/css', '.wasm': 'application/wasm' };

/** Serves the page packed, as hosts do, and `bare.html`, which is written later. */
async function serve() {
  const bare = { html: '' };
  /** @type {Map<string, Buffer>} */
  const packed = new Map();
  const pack = (/** @type {string} */ name) => {
    if (!packed.has(name)) packed.set(name, gzipSync(readFileSync(join(site, name)), { level: 9 }));
    return packed.get(name);
  };
  const server = createServer(({ url = '/' }, response) => {
    const name = url === '/' ? 'index.html' : url.slice(1);
    try {
      const body = name === 'bare.html' ? gzipSync(bare.html) : pack(name);
      const type = TYPES[/** @type {keyof typeof TYPES} */ (extname(name))] ?? 'application/octet-stream';
      response.writeHead(200, { 'content-type': type, 'content-encoding': 'gzip', 'cache-control': 'no-store' });
      response.end(body);
    } catch {
      response.writeHead(404).end();
    }
  });
  await new Promise((done) => server.listen(0, '127.0.0.1', () => done(undefined)));
  const { port } = /** @type {import('node:net').AddressInfo} */ (server.address());
  return { bare, address: `http://127.0.0.1:${port}/`, close: () => server.close() };
}

/**
 * Milliseconds from a key to the marks that follow it, in a configuration of 200 lines.
 * @param {string} config
 * @param {number} keys
 */
export async function keystroke(config, keys) {
  const server = await serve();
  const browser = await launch();
  try {
    const page = await open(browser, server.address);
    await page.evaluate(give, config);
    await page.locator('#config .cm-content .mark-row').first().waitFor();
    await page.locator('#config .cm-line', { hasText: 'heartbeat-interval' }).click();
    await page.keyboard.press('End');
    const times = [];
    for (let at = 0; at < keys; at += 1) {
      await wait(600);
      await page.evaluate(watchMarks);
      await page.keyboard.press(at % 2 === 0 ? '0' : 'Backspace');
      times.push(await page.evaluate(() => /** @type {any} */ (window).marked));
    }
    return { typical: median(times), worst: Math.max(...times) };
  } finally {
    await browser.close();
    server.close();
  }
}

/**
 * Milliseconds from opening the page to the first answer on a text that is there already, and to the end of
 * an empty page that fetches the same bytes: with nothing cached, over a line of ten megabits, or none.
 * @param {string} text
 * @param {number} runs
 * @param {boolean} [slow]
 */
export async function opening(text, runs, slow = false) {
  const server = await serve();
  const browser = await launch();
  /** @param {string} path @param {() => any} [first] */
  const opened = async (path, first) => {
    const context = await browser.newContext({ serviceWorkers: 'block', bypassCSP: true });
    const page = await context.newPage();
    const network = await context.newCDPSession(page);
    if (slow) {
      await network.send('Network.enable');
      await network.send('Network.emulateNetworkConditions', LINE);
    }
    if (first) await page.addInitScript(`(${first})(${JSON.stringify(text)})`);
    await page.goto(server.address + path);
    const result = await page.evaluate(() => /** @type {any} */ (window).finished);
    await context.close();
    return result;
  };
  try {
    const { names } = await opened('', answerAtOnce);
    server.bare.html = bare(names);
    const times = { answered: /** @type {number[]} */ ([]), empty: /** @type {number[]} */ ([]) };
    for (let run = 0; run < runs; run += 1) {
      times.answered.push((await opened('', answerAtOnce)).at);
      times.empty.push((await opened('bare.html')).at);
    }
    return { answered: median(times.answered), empty: median(times.empty) };
  } finally {
    await browser.close();
    server.close();
  }
}

const median = (/** @type {number[]} */ times) => times.sort((a, b) => a - b)[times.length >> 1];

/** A page that only fetches. @param {string[]} names */
const bare = (names) => `<!doctype html><title>empty</title><link rel="icon" href="data:," /><script>
  window.finished = Promise.all(${JSON.stringify(names)}.map(async (name) => (await fetch(name)).arrayBuffer()))
    .then(() => ({ at: performance.now() }));
</script>`;

// The functions below run in the page.

/** @param {string} text */
function give(text) {
  Object.assign(document.querySelector('timing-advisor') ?? {}, { documents: [{ name: 'cloud-config.yaml', text }] });
}

/** From the next key to the first frame after the marks have changed. */
function watchMarks() {
  const root = /** @type {ShadowRoot} */ (document.querySelector('timing-advisor')?.shadowRoot);
  const editor = /** @type {HTMLElement} */ (root.querySelector('#config .cm-content'));
  const marks = () => [...editor.querySelectorAll('.mark-row')].map((each) => each.textContent).join();
  const before = marks();
  const marked = new Promise((done) => {
    let began = 0;
    root.addEventListener('keydown', () => (began = performance.now()), { once: true, capture: true });
    const watch = new MutationObserver(() => {
      if (marks() === before) return;
      watch.disconnect();
      requestAnimationFrame(() => setTimeout(() => done(performance.now() - began)));
    });
    watch.observe(editor, { childList: true, subtree: true, characterData: true });
  });
  Object.assign(window, { marked });
}

/** Gives the text as soon as the element stands in the page. @param {string} text */
function answerAtOnce(text) {
  const finished = new Promise((done) => {
    document.addEventListener('report', () =>
      requestAnimationFrame(() =>
        setTimeout(() => {
          const names = performance.getEntriesByType('resource').map((each) => each.name);
          done({
            at: performance.now(),
            names: [...new Set(names.filter((name) => name.startsWith(location.origin)))],
          });
        }),
      ),
    );
    const look = new MutationObserver(() => {
      const advisor = document.querySelector('timing-advisor');
      if (!advisor) return;
      look.disconnect();
      Object.assign(advisor, { documents: [{ name: 'fleet.log', text }] });
    });
    look.observe(document, { childList: true, subtree: true });
  });
  Object.assign(window, { finished });
}
