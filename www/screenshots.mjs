// Pictures of each state of the page, into screenshots/: what a reader meets, in each look. Words after
// the command choose: `npm run screenshots -- progress dark` makes only pictures whose name has both.

import { mkdir } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { launch, open, serve } from '../tests/browser/browser.mjs';
import { bring, LOOKS, STATES } from '../tests/browser/states.mjs';

const folder = fileURLToPath(new URL('../screenshots/', import.meta.url));
const words = process.argv.slice(2);

await mkdir(folder, { recursive: true });
const server = await serve();
const browser = await launch();
for (const state of STATES)
  for (const look of state.looks) {
    const picture = `${state.name}-${look}`;
    if (!words.every((word) => picture.includes(word))) continue;
    const { print, ...options } = LOOKS[look];
    const page = await open(browser, state.address ?? server.address, { worker: state.worker, ...options });
    await bring(page, state);
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
