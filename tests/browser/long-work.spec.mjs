// Work that takes long or goes wrong: a big journal, a worker that cannot start, an engine that traps.

import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { it } from 'node:test';
import { dropLarge, open, paste, site, suite } from './browser.mjs';

/** Megabytes of a journal that is still being read when a story looks at it, at some 1600 MB per second. */
const SIZE = 3000;
/** Megabytes of one that a story has to stop, and then reads to its end: some seconds on a fast machine. */
const STOPPED = 6000;
/** Megabytes of a journal that no story reads to its end. */
const ENDLESS = 12_000;
const LATE = 'Nov 12 03:04:21 core-1 etcd2[648]: failed to send out heartbeat on time (deadline exceeded for 1.31s)\n';

suite('long work', (story, at) => {
  /** Drops a journal and waits until the page tells how long it will take. */
  const reading = async (page, megabytes = SIZE) => {
    await dropLarge(page, megabytes);
    await page.locator('.pg h1', { hasText: 'left' }).waitFor();
  };
  const status = (page) => page.locator('[role=status]').innerText();
  const words = (text) => text.replaceAll('\u00a0', ' ');

  story(`a journal of ${SIZE} MB is dropped: it moves, tells how long, and is answered`, {}, async (page) => {
    const asked = at.server.requests.length;
    await dropLarge(page, SIZE);
    // Looked at in one moment: a fast machine is through within two seconds.
    const look = await page.waitForFunction(() => {
      const root = document.querySelector('timing-advisor').shadowRoot;
      const shown = root.querySelector('.pg');
      if (!shown?.querySelector('h1')?.innerText.includes('left')) return null;
      return { text: shown.innerText, before: root.querySelector('progress').value };
    });
    const { text, before } = await look.jsonValue();
    const shown = words(text);
    assert.match(shown, /Reading core-1\.journal: [\d.]+ [MG]B of 3\.0 GB, about \d+ (second|minute)s? left/);
    assert.match(shown, /\d+ %, [\d.]+ [MG]B per second/);
    assert.match(shown, /[\d,]+ lines so far/);
    assert.match(shown, /Late heartbeats\s+\d+/);
    assert.equal(await page.locator('h1:visible').count(), 1);
    await page.waitForFunction(
      (before) =>
        (document.querySelector('timing-advisor').shadowRoot.querySelector('progress')?.value ?? 100) > before,
      before,
    );
    await page.locator('#headline').waitFor({ timeout: 120_000 });
    assert.equal(await page.locator('.docs .name').inputValue(), 'core-1.journal');
    const { lines } = await page.evaluate(() => document.querySelector('timing-advisor').report.documents[0]);
    assert.ok(lines > SIZE * 9000, `${lines} lines`);
    await page.locator('[role=status]', { hasText: /^(Critical|Warning)\. / }).waitFor();
    // The text was not kept: the part around a line is read again.
    await page.locator('.ev .cap button').first().click();
    await page.locator('#source #source-line', { hasText: 'failed to send out heartbeat' }).waitFor();
    assert.deepEqual(at.server.requests.slice(asked), []);
  });

  story('the page stays usable while it reads', {}, async (page) => {
    await reading(page, ENDLESS);
    await page.locator('#theme').selectOption('dark');
    assert.equal(await page.locator('timing-advisor').getAttribute('theme'), 'dark');
    // The longest stretch in which the page could not have reacted.
    const longest = await page.evaluate(async () => {
      let last = performance.now();
      let most = 0;
      for (let turn = 0; turn < 60; turn++) {
        await new Promise((resolve) => setTimeout(resolve, 5));
        most = Math.max(most, performance.now() - last);
        last = performance.now();
      }
      return most;
    });
    assert.ok(longest < 500, `the page stood still for ${Math.round(longest)} ms`);
    assert.equal(await page.locator('#cancel').isVisible(), true);
  });

  story('a broken link that is opened meanwhile is told beside the answer', {}, async (page) => {
    await dropLarge(page, SIZE);
    await page.locator('.pg').waitFor();
    await page.evaluate(() => (location.hash = `#v1.${'A'.repeat(60)}`));
    await page.locator('#headline').waitFor();
    assert.match(await page.locator('.unread').innerText(), /link is damaged/);
  });

  story('cancel leads back to where one was, without an answer', {}, async (page) => {
    await reading(page, ENDLESS);
    await page.locator('#cancel').focus();
    await page.keyboard.press('Enter');
    await page.locator('.pg').waitFor({ state: 'detached' });
    assert.equal(await page.locator('#error-title').count(), 0, 'who cancels is told of no fault');
    assert.match(await page.locator('.undone').innerText(), /core-1\.journal was not read to its end/);
    assert.match(await status(page), /core-1\.journal was not read to its end/);
    await paste(page, LATE);
    await page.locator('#headline').waitFor();
    assert.doesNotMatch(await status(page), /core-1\.journal/, 'it is told once');
    const [said, headline] = await Promise.all(
      ['.undone', '#headline'].map((part) => page.locator(part).boundingBox()),
    );
    assert.ok(said.y > headline.y, 'the answer to another text does not begin with it');
  });

  story('cancel beside an answer says at its top what is not in it', {}, async (page) => {
    await paste(page, LATE);
    await page.locator('#headline').waitFor();
    await reading(page, ENDLESS);
    await page.locator('#cancel').click();
    await page.locator('#headline').waitFor();
    const [said, headline] = await Promise.all(
      ['.undone', '#headline'].map((part) => page.locator(part).boundingBox()),
    );
    assert.ok(said.y + said.height <= headline.y && said.y > 0);
    await page.locator('#undo').click();
    await page.locator('.pg').waitFor();
  });

  story('of several files that are cancelled the number is told, and a text beside them stays', {}, async (page) => {
    await paste(page, LATE);
    await page.locator('#headline').waitFor();
    await dropLarge(page, ENDLESS, 'core-2.journal');
    await reading(page, ENDLESS);
    await page.locator('#cancel').click();
    await page.locator('#headline').waitFor();
    assert.equal(
      words(await page.locator('.undone span').innerText()),
      `2 files were not read to their end and are left out.`,
    );
    assert.equal(await page.locator('.docs tbody tr').count(), 1);
  });

  story('a new name or a removal leads back to where the reader was', {}, async (page) => {
    const focused = () => page.evaluate(() => document.querySelector('timing-advisor').shadowRoot.activeElement?.id);
    const through = async () => {
      await page.locator('.pg').waitFor();
      await page.locator('.pg').waitFor({ state: 'detached', timeout: 120_000 });
    };
    await dropLarge(page, SIZE);
    await page.locator('#headline').waitFor({ timeout: 120_000 });
    await paste(page, LATE);
    await page.locator('.docs tbody tr').nth(1).waitFor();
    const name = page.locator('.docs .name').first();
    await name.fill('leader.journal');
    await name.press('Enter');
    await through();
    assert.match(await focused(), /^name-/);
    assert.ok((await name.boundingBox()).y < 800, 'it is on the screen');
    await page.locator('[id^=remove-]').last().click();
    await page.locator('.docs tbody tr').nth(1).waitFor({ state: 'detached' });
    assert.equal(await focused(), 'input-title');
    assert.ok((await page.locator('#undo').boundingBox()).y < 800);
  });

  story('a text that is removed does not have a large file read anew', {}, async (page) => {
    await paste(page, LATE);
    await page.locator('#headline').waitFor();
    await dropLarge(page, SIZE);
    await page.locator('.docs tbody tr').nth(1).waitFor({ timeout: 120_000 });
    await page.evaluate(() => {
      const { shadowRoot } = document.querySelector('timing-advisor');
      new MutationObserver(() => (window.busy ||= shadowRoot.querySelector('.pg') !== null)).observe(shadowRoot, {
        childList: true,
        subtree: true,
      });
    });
    await page.locator('[id^=remove-]').first().click();
    await page.locator('.read', { hasText: /^Read: core-1\.journal/ }).waitFor();
    assert.ok(!(await page.evaluate(() => window.busy)), 'nothing is read');
    await page.locator('.ev .cap button').first().click();
    await page.locator('#source-title', { hasText: 'core-1.journal' }).waitFor();
  });

  story('cancel keeps a text that was typed just before, and answers it', {}, async (page) => {
    await page.locator('#paste').click();
    await page.keyboard.insertText(LATE);
    await reading(page, ENDLESS);
    await page.locator('#cancel').click();
    await page.locator('#headline').waitFor();
    assert.deepEqual(
      await page.evaluate(() => document.querySelector('timing-advisor').documents.map(({ text }) => text)),
      [LATE],
    );
  });

  story('cancel keeps the answer that was there, and what was edited', {}, async (page) => {
    await paste(page, LATE);
    await page.locator('#headline').waitFor();
    const headline = await page.locator('#headline').innerText();
    await reading(page, ENDLESS);
    await page.locator('#cancel').click();
    await page.locator('#headline').waitFor();
    assert.equal(await page.locator('#headline').innerText(), headline);
    assert.equal(await page.locator('.docs tbody tr').count(), 1);
  });

  story('stopping early answers from what was read, and says so', {}, async (page) => {
    await reading(page, STOPPED);
    await page.locator('#enough').click();
    await page.locator('#headline').waitFor();
    assert.match(await page.locator('.lim').innerText(), /read only in part/);
    assert.match(await page.locator('.read').innerText(), /Stopped early/);
    // A new name has it read anew, this time to its end.
    await page.locator('.docs .name').fill('whole.journal');
    await page.locator('.docs .name').press('Enter');
    await page.locator('.read', { hasText: 'whole.journal' }).waitFor({ timeout: 120_000 });
    assert.doesNotMatch(await page.locator('.read').innerText(), /Stopped early/);
  });

  story('what was stopped and is read whole later is not called stopped', {}, async (page) => {
    await paste(page, LATE);
    await page.locator('#headline').waitFor();
    await reading(page, STOPPED);
    await page.locator('#enough').click();
    await page.locator('.read', { hasText: 'Stopped early' }).waitFor();
    // Without the text above it, it is what it was.
    await page.locator('[id^=remove-]').first().click();
    await page.locator('.docs tbody tr').nth(1).waitFor({ state: 'detached' });
    assert.match(await page.locator('.read').innerText(), /Stopped early/);
    assert.match(await page.locator('.lim').innerText(), /read only in part/);
    await page.locator('#undo').click();
    await page.locator('.read').filter({ hasNotText: 'Stopped early' }).waitFor({ timeout: 120_000 });
    assert.doesNotMatch(await page.locator('.lim').innerText(), /read only in part/);
  });

  story('several files: each is listed with its state', {}, async (page) => {
    await page.evaluate(() => {
      const part = new Blob(['Nov 12 03:04:21 core-1 systemd[1]: Started Session of user core.\n'.repeat(15_000)]);
      const file = (name, parts) =>
        new File(
          Array.from({ length: parts }, () => part),
          name,
        );
      const files = new DataTransfer();
      for (const each of [file('one.journal', 60), file('two.journal', 2000), file('three.journal', 60)])
        files.items.add(each);
      const advisor = document.querySelector('timing-advisor');
      advisor.dispatchEvent(new DragEvent('drop', { dataTransfer: files, bubbles: true, cancelable: true }));
    });
    await page.locator('.pg h1', { hasText: 'two.journal' }).waitFor();
    assert.match(words(await page.locator('.pg').innerText()), /file 2 of 3/);
    const states = page.locator('table[aria-labelledby=files-title] tbody td:last-child');
    assert.deepEqual(await states.allTextContents(), ['read', 'being read', 'waiting']);
  });

  it('an engine that traps gets a sentence, and the next input an answer', async () => {
    const page = await open(at.browser, 'about:blank');
    await page.route('**/*.wasm', async (route) =>
      route.fulfill({
        contentType: 'application/wasm',
        body: withoutRoom(await readFile(join(site, 'timing_advisor_bg.wasm'))),
      }),
    );
    await page.goto(at.server.address, { waitUntil: 'networkidle' });
    await paste(page, LATE);
    await page.locator('#headline').waitFor();
    const headline = await page.locator('#headline').innerText();
    await page.getByRole('button', { name: 'Clear all' }).click();
    await paste(page, LATE.repeat(30_000));
    await page.locator('#error-title').waitFor();
    assert.match(await page.locator('#error-title').innerText(), /advisor itself failed/);
    assert.match(await status(page), /advisor itself failed/);
    assert.match(await page.locator('.fault').innerText(), /try again/);
    await page.getByRole('button', { name: 'Clear all' }).click();
    await paste(page, LATE);
    await page.locator('#headline').waitFor();
    assert.equal(await page.locator('#headline').innerText(), headline);
    assert.deepEqual(page.problems, []);
    await page.context().close();
  });
});

/**
 * The engine with a memory that may grow by two megabytes only, so that a large text makes it trap as it
 * would on a machine without memory.
 *
 * @param {Buffer} wasm
 */
function withoutRoom(wasm) {
  const number = (at) => {
    let value = 0;
    for (let shift = 0; ; shift += 7, at++) {
      value |= (wasm[at] & 0x7f) << shift;
      if (wasm[at] < 0x80) return { value, next: at + 1 };
    }
  };
  const bytes = (value) => (value < 0x80 ? [value] : [(value & 0x7f) | 0x80, ...bytes(value >>> 7)]);
  for (let at = 8; at < wasm.length;) {
    const section = wasm[at];
    const { value: size, next } = number(at + 1);
    if (section !== 5) {
      at = next + size;
      continue;
    }
    // Memory: a count of one, flags, the least pages.
    assert.equal(wasm[next], 1);
    const { value: least } = number(next + 2);
    const body = [1, 1, ...bytes(least), ...bytes(least + 32)];
    return Buffer.concat([
      wasm.subarray(0, at),
      Buffer.from([5, ...bytes(body.length), ...body]),
      wasm.subarray(next + size),
    ]);
  }
  throw new Error('the engine declares no memory');
}
