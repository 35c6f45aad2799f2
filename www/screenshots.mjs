// Pictures of each state of the page, into screenshots/. `--sample` shows a hand-written report.

import { mkdir } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { launch, open, serve } from '../tests/browser/browser.mjs';
import { sample } from '../tests/browser/sample-report.mjs';

const folder = fileURLToPath(new URL('../screenshots/', import.meta.url));
const worker = process.argv.includes('--sample') ? `() => ({ report: ${JSON.stringify(sample)} })` : undefined;
const fault = `() => ({ error: 'fault' })`;

const looks = [
  { name: 'empty' },
  { name: 'empty-dark', colorScheme: 'dark' },
  { name: 'results', example: 1, worker },
  { name: 'results-dark', example: 1, worker, colorScheme: 'dark' },
  { name: 'results-phone', example: 1, worker, viewport: { width: 390, height: 800 } },
  { name: 'results-320', example: 1, worker, viewport: { width: 320, height: 640 } },
  { name: 'results-forced', example: 1, worker, forcedColors: 'active' },
  { name: 'results-print', example: 1, worker, print: true },
  { name: 'cancelled', example: 0, worker },
  { name: 'unit-stopped', example: 3, worker },
  { name: 'disk', example: 4, worker },
  { name: 'quiet', example: 5, worker },
  { name: 'source', example: 1, worker, press: '.ev .cap button' },
  { name: 'fault', example: 0, worker: fault },
];

await mkdir(folder, { recursive: true });
const server = await serve();
const browser = await launch();
for (const { name, example, press, print, ...options } of looks) {
  const page = await open(browser, server.address, options);
  if (example !== undefined) {
    await page.locator('.ex button').nth(example).click();
    await page.locator('#headline, #error-title').first().waitFor();
  }
  if (press) await page.locator(press).first().click();
  if (print) await page.emulateMedia({ media: 'print' });
  await page.screenshot({ path: `${folder}${name}.png`, fullPage: true });
  if (page.problems.length > 0) console.log(name, page.problems);
  await page.context().close();
}
await browser.close();
server.close();
console.log(`screenshots in ${folder}`);
