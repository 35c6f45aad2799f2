// The page in Firefox as Debian ships it, driven by WebDriver BiDi: what a reader does from paste to copy.
// It has packages of its own, so that who does not ask for it does not install them: `./build.sh test --full`.

import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { after, before, beforeEach, afterEach, describe, it } from 'node:test';
import { pathToFileURL } from 'node:url';
import puppeteer from 'puppeteer-core';
import { axeSource, serve, single } from '../browser/browser.mjs';

const inside = (selector) => `timing-advisor >>> ${selector}`;

describe('the page in Firefox', { timeout: 240_000 }, () => {
  let server;
  let browser;
  let page;
  let problems;
  before(async () => {
    server = await serve();
    browser = await puppeteer.launch({
      browser: 'firefox',
      executablePath: process.env.FIREFOX ?? '/usr/bin/firefox-esr',
      headless: true,
    });
  });
  after(async () => {
    await browser?.close();
    server?.close();
  });
  beforeEach(async () => {
    problems = [];
    page = await browser.newPage();
    page.on('pageerror', (error) => problems.push(String(error)));
    page.on('console', (message) => message.type() === 'error' && problems.push(message.text()));
    await page.setViewport({ width: 1280, height: 800 });
    await page.goto(server.address, { waitUntil: 'networkidle0' });
  });
  afterEach(async () => {
    await page.close();
    assert.deepEqual(problems, []);
  });

  const shown = (selector) => page.waitForSelector(inside(selector), { visible: true });
  const text = async (selector) => (await shown(selector)).evaluate((each) => each.innerText);
  const count = async (selector) => (await page.$$(inside(selector))).length;
  const example = async (title) => {
    for (const button of await page.$$(inside('.ex button')))
      if ((await button.evaluate((each) => each.textContent)) === title) await button.click();
    await shown('#headline');
  };

  const unfoldEditor = async () => (await shown('#config-fold')).click();

  it('answers, draws, marks, and asks for nothing', async () => {
    // The copy for offline use is fetched after the page; from then on nothing is.
    await page.evaluate(() => navigator.serviceWorker.ready.then(() => {}));
    const asked = server.requests.length;
    await example('A leader that stalls');
    assert.match(await text('#headline'), /living leader lost its place/);
    assert.ok((await count('.vals tbody tr')) === 5);
    await shown('svg.tl');
    await shown('#whatif svg');
    await unfoldEditor();
    await shown('#config .cm-content .mark-row');
    assert.deepEqual(server.requests.slice(asked), []);
  });

  it('applies the fixes, and keeps the answer', async () => {
    await example('A leader that stalls');
    await unfoldEditor();
    await (await shown('#fix-all')).click();
    assert.match(await text('#fixed'), /now holds the proposed values/);
    assert.match(await text('#headline'), /living leader/);
  });

  it('types in the editor, and the marks follow', async () => {
    await example('A leader that stalls');
    await unfoldEditor();
    await (await shown('#config .cm-content')).click();
    await page.keyboard.down('Control');
    await page.keyboard.press('End');
    await page.keyboard.up('Control');
    await page.keyboard.type('# typed here');
    await page.waitForFunction(() =>
      document.querySelector('timing-advisor').documents[0].text.endsWith('# typed here'),
    );
  });

  it('reads a dropped file of 600 MB, with progress', async () => {
    await page.evaluate(() => {
      const late =
        'Nov 12 03:04:21 core-1 etcd2[648]: failed to send out heartbeat on time (deadline exceeded for 1.31s)\n';
      const part = new Blob([
        `Nov 12 03:04:21 core-1 systemd[1]: Started Session of user core.\n`.repeat(15_000) + late,
      ]);
      const files = new DataTransfer();
      files.items.add(
        new File(
          Array.from({ length: 600 }, () => part),
          'core-1.journal',
        ),
      );
      document
        .querySelector('timing-advisor')
        .dispatchEvent(new DragEvent('drop', { dataTransfer: files, bubbles: true, cancelable: true }));
    });
    await shown('progress');
    await shown('#headline');
    const { lines } = await page.evaluate(() => document.querySelector('timing-advisor').report.documents[0]);
    assert.equal(lines, 600 * 15_001);
  });

  it('breaks no accessibility rule, empty and answered, at 1280 and 320 px', async () => {
    await page.evaluate(await readFile(axeSource, 'utf8'));
    const broken = () =>
      page.evaluate(async () => {
        const { violations } = await window.axe.run(document, {
          runOnly: ['wcag2a', 'wcag2aa', 'wcag21aa', 'wcag22aa', 'best-practice'],
        });
        return violations.map((each) => `${each.id}: ${each.nodes.map((node) => node.target)}`);
      });
    assert.deepEqual(await broken(), []);
    await example('A leader that stalls');
    assert.deepEqual(await broken(), []);
    await page.setViewport({ width: 320, height: 640 });
    assert.deepEqual(await broken(), []);
    assert.ok((await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)) <= 0);
  });

  it('works as one file', async () => {
    await page.goto(pathToFileURL(single).href);
    await example('A disk that hangs');
    assert.match(await text('#headline'), /No timer cures that/);
  });
});
