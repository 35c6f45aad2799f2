// Every state of the page against axe-core (WCAG 2.2 AA and best practices), and that none scrolls sideways.
// What axe cannot see is in keyboard.spec.mjs.

import assert from 'node:assert/strict';
import { cp, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { it } from 'node:test';
import { npm, open, serve, suite, violations } from './browser.mjs';
import { bring, FLAWED, LOOKS, STATES } from './states.mjs';

/** The looks that axe tells apart; print and wider screens add nothing that it checks. */
const COLOURS = ['light', 'dark'];
const NARROW_AND_FORCED = ['320', 'forced'];

/** Gives an open page another look. */
async function turn(page, { colorScheme = 'light', forcedColors = 'none', viewport = { width: 1280, height: 800 } }) {
  await page.emulateMedia({ colorScheme, forcedColors });
  await page.setViewportSize(viewport);
}

/** A story for each state that is worth seeing in one of these looks. */
function statesIn(story, looks) {
  // The single file in its contexts is looked at in contexts.spec.mjs.
  for (const state of STATES.filter((each) => !each.address)) {
    const worn = state.looks.filter((each) => looks.includes(each));
    if (worn.length === 0) continue;
    story(state.name, { worker: state.worker }, async (page) => {
      await bring(page, state);
      for (const look of worn) {
        await turn(page, LOOKS[look]);
        assert.deepEqual(await violations(page), [], look);
        if (look === '320')
          assert.equal(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth), 0);
      }
    });
  }
}

suite('breaks no accessibility rule, light and dark', (story) => statesIn(story, COLOURS));

suite('breaks no accessibility rule, narrow and in forced colours', (story, at) => {
  statesIn(story, NARROW_AND_FORCED);

  it('embedded in an article that has a heading, a main part and an advisor already', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'timing-advisor-'));
    const server = await serve(folder);
    try {
      await cp(npm, join(folder, 'element'), { recursive: true });
      await writeFile(
        join(folder, 'index.html'),
        `<!doctype html><html lang="en"><link rel="icon" href="data:,"><title>An article</title>
        <header>A wiki</header>
        <main><h1>Leaders that come and go</h1><h2>Ask</h2><timing-advisor id="a"></timing-advisor>
        <h2>In short</h2><timing-advisor compact id="b"></timing-advisor></main>
        <footer>Last changed in spring</footer><script type="module" src="element/element.js"></script>`,
      );
      const page = await open(at.browser, server.address);
      assert.deepEqual(await violations(page), [], 'empty');
      for (const id of ['a', 'b']) {
        const text = FLAWED;
        await page.evaluate(([id, text]) => void (document.getElementById(id).documents = [{ text }]), [id, text]);
        await page.locator(`#${id} #headline`).waitFor();
      }
      await page.locator('#a .cm-content .mark-row').first().waitFor();
      for (const look of [...COLOURS, ...NARROW_AND_FORCED]) {
        await turn(page, LOOKS[look]);
        assert.deepEqual(await violations(page), [], look);
      }
      assert.deepEqual(page.problems, []);
      await page.context().close();
    } finally {
      server.close();
      await rm(folder, { recursive: true, force: true });
    }
  });
});
