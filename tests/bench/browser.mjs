// A large file dropped on the page in Chromium, against a worker that only counts its bytes.
import { readFileSync } from 'node:fs';
import { setTimeout as wait } from 'node:timers/promises';
import { launch, open, serve } from '../browser/browser.mjs';

// The page's own reader of files, and nothing behind it.
const READER = readFileSync(new URL('../../www/src/engine/pieces.js', import.meta.url), 'utf8').replaceAll(
  'export ',
  '',
);
const COUNTER = `${READER}
onmessage = async ({ data: file }) => {
  let bytes = 0;
  for await (const piece of pieces({ name: file.name, file }, { add() {} })) bytes += piece.length;
  postMessage(bytes);
};`;

/**
 * Milliseconds that each takes, and the longest time for which the page did not answer meanwhile.
 * @param {string} path
 * @param {number} runs
 */
export async function inChromium(path, runs) {
  const server = await serve();
  const browser = await launch();
  try {
    // The policy of the page allows no worker but its own.
    const page = await open(browser, server.address, { bypassCSP: true });
    const times = { counted: /** @type {number[]} */ ([]), read: /** @type {number[]} */ ([]) };
    let gap = 0;
    await page.evaluate(() => {
      const input = document.createElement('input');
      Object.assign(input, { type: 'file', id: 'bench-file' });
      document.body.append(input);
    });
    await page.locator('#bench-file').setInputFiles(path);
    for (let run = 0; run < runs; run += 1) {
      times.counted.push(await page.evaluate(count, COUNTER));
      await page.evaluate(watch);
      await page.locator('timing-advisor input[type=file]').first().setInputFiles(path);
      const { took, longest } = await page.evaluate(() => /** @type {any} */ (window).watched);
      times.read.push(took);
      gap = Math.max(gap, longest);
      await page.evaluate(() => Object.assign(document.querySelector('timing-advisor') ?? {}, { documents: [] }));
      await wait(200);
    }
    return { counted: median(times.counted), read: median(times.read), gap };
  } finally {
    await browser.close();
    server.close();
  }
}

const median = (/** @type {number[]} */ times) => times.sort((a, b) => a - b)[times.length >> 1];

// The two below run in the page.

async function count(/** @type {string} */ code) {
  const input = /** @type {HTMLInputElement} */ (document.querySelector('#bench-file'));
  const address = URL.createObjectURL(new Blob([code], { type: 'text/javascript' }));
  const started = performance.now();
  const worker = new Worker(address);
  await new Promise((done) => {
    worker.onmessage = done;
    worker.postMessage(input.files?.[0]);
  });
  worker.terminate();
  return performance.now() - started;
}

/** From the moment the file is chosen to the answer, and the longest pause between two beats. */
function watch() {
  const advisor = /** @type {HTMLElement} */ (document.querySelector('timing-advisor'));
  let longest = 0;
  let started = 0;
  let last = 0;
  let beat = 0;
  const begin = () => {
    started = last = performance.now();
    beat = window.setInterval(() => {
      longest = Math.max(longest, performance.now() - last);
      last = performance.now();
    }, 1);
  };
  advisor.shadowRoot?.addEventListener('change', begin, { once: true, capture: true });
  Object.assign(window, {
    watched: new Promise((done) => {
      const end = () => {
        clearInterval(beat);
        done({ took: performance.now() - started, longest });
      };
      advisor.addEventListener('report', end, { once: true });
    }),
  });
}
