// The page itself, with a hand-written report in place of the engine: what it does with an answer.

import assert from 'node:assert/strict';
import { paste, suite } from './browser.mjs';
import { sample } from './sample-report.mjs';

const CONFIG = '#cloud-config\ncoreos:\n  etcd2:\n    heartbeat-interval: 100\n';
const worker = `() => ({ report: ${JSON.stringify(sample)} })`;
const other = (/** @type {(report: any) => void} */ change) => {
  const report = structuredClone(sample);
  change(report);
  return `() => ({ report: ${JSON.stringify(report)} })`;
};
const alike = other(({ model }) => Object.assign(model, { now: model.article }));
const apart = other(({ recommendations }) => (recommendations[1].current.evidence.document = 'd2'));
const alone = other((report) => {
  report.verdict.timing = 'not-the-remedy';
  Object.assign(report, { recommendations: [] });
  Object.assign(report.model, { now: report.model.article, proposed: null });
});
// The second one speaks of a configuration that stands in the same text.
const undated = other(({ findings }) => {
  findings[0].evidence.forEach((line) => delete line.time);
  findings[1].evidence = findings[1].evidence.map(({ time: _, ...line }) => ({ ...line, endLine: line.line }));
});
const odd = other((report) => {
  report.limits = [];
  for (const doc of report.documents) doc.lines = doc.recognised + doc.foreign;
  report.documents[0].lines += 1200;
});
// Fails on a text that says so, and answers all others.
const fragile = `(documents) => documents.some((doc) => doc.text?.includes('BREAK')) ? { error: 'fault' } : { report: ${JSON.stringify(sample)} }`;
// Answers, and reads on and on as soon as there are fewer documents than before.
const slow = `(documents) => documents.length < (self.most = Math.max(self.most ?? 0, documents.length))
  ? { progress: { done: 1, total: 9, lines: 1, signs: [], name: 'a', index: 0, files: [] } }
  : { report: ${JSON.stringify(sample)} }`;
const narrow = { viewport: { width: 390, height: 800 } };

/** As browsers do: each text gives way to another one, in elements of their own. */
const translate = (page) =>
  page.evaluate(() => {
    const walk = (/** @type {Node} */ node) => {
      for (const child of [...node.childNodes]) {
        if (child instanceof Text && child.data.trim()) {
          const font = document.createElement('font');
          font.textContent = child.data.replace(/[a-z]{3}/g, '$&\u00df');
          child.replaceWith(font);
        } else if (child instanceof HTMLElement && !/^(FONT|STYLE|TEXTAREA)$/.test(child.tagName)) {
          if (child.translate) walk(child);
          else child.querySelectorAll('[translate=yes]').forEach(walk);
        }
      }
    };
    walk(document.querySelector('timing-advisor').shadowRoot);
  });

suite('the page', (story, at) => {
  const answered = async (page) => {
    await paste(page, CONFIG);
    await page.locator('#headline').waitFor();
  };

  story('asks for nothing after it has loaded', { worker }, async (page) => {
    const loaded = at.server.requests.length;
    await answered(page);
    await page.locator('#form-form-0').check({ force: true });
    assert.deepEqual(at.server.requests.slice(loaded), []);
  });

  story('shows verdict, values, kept values and patch', { worker }, async (page) => {
    await answered(page);
    assert.match(await page.locator('h1:visible').innerText(), /living leader was voted out/);
    assert.equal(await page.locator('h1:visible').count(), 1);
    assert.equal(
      (await page.locator('[data-proposed="etcd.election-timeout"]').innerText()).replace('\u00a0', ' '),
      '2500 ms',
    );
    assert.match(await page.locator('[data-parameter="fleet.engine-reconcile-interval"]').innerText(), /keep/);
    assert.deepEqual(await page.locator('.code .add .t').allInnerTexts(), [
      '    heartbeat-interval: 250',
      '    election-timeout: 2500',
      '    etcd-request-timeout: 5',
      '    agent-ttl: 60s',
    ]);
  });

  story('leads from a value to what it rests on', { worker }, async (page) => {
    await answered(page);
    const fold = page.locator('[id="why-etcd.election-timeout"]');
    await fold.locator('summary').click();
    const link = fold.locator('button.link').first();
    const name = await link.innerText();
    await link.click();
    const finding = page.locator('.find[open]').filter({ hasText: name });
    assert.equal(
      await finding.evaluate((fold) => fold.querySelector('summary') === fold.getRootNode().activeElement),
      true,
    );
  });

  story('names the document of a value where there are several', { worker }, async (page) => {
    await answered(page);
    assert.match(await page.locator('#values .hd').first().innerText(), /Lines are those of cloud-config\.yaml\./);
  });

  story('names it beside each value where they stand in several', { worker: apart }, async (page) => {
    await answered(page);
    const place = page.locator('[data-parameter="etcd.election-timeout"] .c-n button');
    assert.equal((await place.innerText()).replaceAll('\u00a0', ' '), 'core.journal, line 10');
    const [value, patch] = await Promise.all(['.vals', '#patch'].map((part) => page.locator(part).boundingBox()));
    assert.ok(value.x + value.width <= patch.x, 'the table keeps its place');
  });

  story('shows two pairs of the same values as one', { worker: alike }, async (page) => {
    await answered(page);
    await page.locator('#curve-twin summary').click();
    const named = page.locator('#curve-twin tbody tr', { has: page.locator('.s.q') });
    assert.deepEqual(
      (await named.locator('td:first-child').allInnerTexts()).map((text) => text.replaceAll('\u00a0', ' ')),
      ['600 / 6000 ms now, as in the 2015 article', '250 / 2500 ms proposed'],
    );
  });

  story('compares no pair with itself where timing is not the cure', { worker: alone }, async (page) => {
    await answered(page);
    await page.locator('#values-title', { hasText: 'Find the cause' }).waitFor();
    assert.equal(await page.locator('#anyway-title').count(), 0);
  });

  story('says what cannot stand on the time line', { worker: undated }, async (page) => {
    await answered(page);
    assert.match(await page.locator('#evidence .did').innerText(), /^One finding is not on the time line/);
    const timed = sample.findings.slice(2).filter(({ evidence }) => evidence.some(({ time }) => time));
    const told = (await page.locator('#span-shown').innerText()).replaceAll('\u00a0', ' ');
    assert.match(told, new RegExp(`^${timed.length} findings? in this span`));
    const marked = page.locator('.find', { has: page.locator('.me', { hasText: 'no time' }) });
    assert.equal(await marked.getAttribute('id'), `finding-${sample.findings[0].id}`);
  });

  story('says how many lines told nothing', { worker: odd }, async (page) => {
    await answered(page);
    const said = (await page.locator('#input').innerText()).replaceAll('\u00a0', ' ');
    assert.match(said, /Everything was read; 1,200 lines of no known form told nothing\./);
  });

  story('says what the patch changes, and leads to the roll-out', { worker }, async (page) => {
    await answered(page);
    assert.match(
      await page.locator('#patch .about').innerText(),
      /^cloud-config\.yaml, \+4 \u22122\. Read back and checked/,
    );
    await page.locator('#patch .after button').click();
    await page.waitForFunction(
      () => document.querySelector('timing-advisor').shadowRoot.activeElement?.id === 'rollout-title',
    );
  });

  story(
    'a passage of the answer that is dragged along is no input; one from elsewhere is',
    { worker },
    async (page) => {
      await answered(page);
      const drag = (/** @type {string[]} */ types) =>
        page.evaluate((types) => {
          const from = document.querySelector('timing-advisor').shadowRoot.getElementById('headline');
          const dataTransfer = new DataTransfer();
          dataTransfer.setData('text/plain', 'a passage');
          for (const type of types)
            from.dispatchEvent(new DragEvent(type, { dataTransfer, bubbles: true, composed: true, cancelable: true }));
          return document.querySelector('timing-advisor').documents.length;
        }, types);
      assert.equal(await drag(['dragstart', 'dragover']), 1);
      assert.equal(await page.locator('.over').isVisible(), false);
      assert.equal(await drag(['drop', 'dragend']), 1);
      assert.equal(await drag(['dragover', 'drop']), 2);
    },
  );

  story('copies the patched file as it is', { worker }, async (page) => {
    await answered(page);
    await page.locator('#copy-patch-0').click();
    assert.equal(await page.evaluate(() => navigator.clipboard.readText()), sample.patches[0].text);
    assert.equal(await page.locator('[role=status]').innerText(), 'Copied.');
    assert.equal(await page.locator('#copy-patch-0 + .noted').innerText(), 'Copied.', 'also for whoever sees');
  });

  story('who removes a text and does not wait for the next answer keeps it', { worker: slow }, async (page) => {
    await answered(page);
    await paste(page, CONFIG);
    await page.locator('.docs tbody tr').nth(1).waitFor();
    await page.locator('[id^=remove-]').last().click();
    await page.locator('#cancel').click();
    await page.locator('.docs tbody tr').nth(1).waitFor();
    assert.equal(await page.locator('.undone').count(), 0);
    assert.ok(await page.locator('#headline').isVisible());
  });

  story('says where one looks that a browser did not copy', { worker }, async (page) => {
    await answered(page);
    await page.evaluate(() => {
      navigator.clipboard.writeText = () => Promise.reject(new Error('no'));
      document.execCommand = () => false;
    });
    await page.locator('#copy-patch-0').click();
    assert.match(await page.locator('#copy-patch-0 + .noted').innerText(), /did not allow copying/);
    await page.locator('#share > summary').click();
    await page.locator('#share-link').click();
    await page.locator('.sharing', { hasText: '#v1.' }).waitFor();
    assert.doesNotMatch(await page.locator('.sharing').innerText(), /Link copied/);
  });

  story(
    'never turns input into markup',
    { worker: worker.replaceAll('core-1', '<img src=x onerror=alert(1)>') },
    async (page) => {
      await answered(page);
      assert.equal(await page.locator('timing-advisor img').count(), 0);
    },
  );

  story('jumps from evidence to the line and back, by keyboard', { worker }, async (page) => {
    await page.locator('.ex button').nth(1).click();
    await page.locator('#headline').waitFor();
    const link = page.locator('.ev .code button').nth(1);
    await link.focus();
    await page.keyboard.press('Enter');
    assert.equal(await page.locator('#source #source-line .n').innerText(), '12');
    assert.equal(await page.locator('#source .hit').count(), 3, 'the other lines of the finding are marked too');
    await page.locator('#source-close').focus();
    await page.keyboard.press('Enter');
    assert.equal(await link.evaluate((button) => button.getRootNode().activeElement === button), true);
  });

  story('lines wrap in the text, and on a phone too nothing has to be scrolled sideways', narrow, async (page) => {
    await page.locator('.ex button', { hasText: 'A leader that stalls' }).click();
    await page.locator('#headline').waitFor();
    const link = page.locator('.ev .code button').nth(3);
    const number = await link.innerText();
    await link.click();
    await page.locator('#source-title:focus').waitFor();
    const view = page.locator('#source .code');
    assert.ok(await view.evaluate((code) => code.scrollWidth <= code.clientWidth));
    assert.equal(await view.locator('.l').count(), 108, 'all lines, so that a search finds each');
    const seen = await view.evaluate((code) => {
      const [room, line] = [code, code.querySelector('#source-line')].map((each) => each.getBoundingClientRect());
      return line.top >= room.top && line.bottom <= room.bottom;
    });
    assert.ok(seen, `line ${number} is in sight`);
  });

  story('in a text of many lines a selection outlives scrolling', {}, async (page) => {
    await paste(page, `${'Nov 12 03:04:21 core-1 systemd[1]: Started Session of user core.\n'.repeat(5000)}`);
    await page.locator('#headline').waitFor();
    await page.locator('[id^=open-]').click();
    await page.locator('#source-title:focus').waitFor();
    const view = page.locator('#source .code');
    assert.ok((await view.locator('.l').count()) < 500, 'only those in sight are drawn');
    const selected = await view.evaluate(async (code) => {
      const [row] = [...code.querySelectorAll('.l')].slice(10);
      const range = document.createRange();
      range.selectNodeContents(row.querySelector('.t'));
      code.scrollTop = 400;
      await new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)));
      return range.toString();
    });
    assert.match(selected, /Started Session/);
    await view.evaluate((code) => code.scrollTo({ top: 60_000 }));
    await view.locator('.n', { hasText: /^3005$/ }).waitFor();
  });

  story('a number and its unit stay on one line', {}, async (page) => {
    await page.locator('.ex button', { hasText: 'A unit stopped' }).click();
    await page.locator('#headline').waitFor();
    const lines = await page
      .locator('.vals .v .sub')
      .evaluateAll((all) => all.map((each) => Math.round(each.getBoundingClientRect().height / 19)));
    assert.ok(Math.max(...lines) === 1, `${lines} lines`);
  });

  story('answers typing after a pause and leaves the focus where it is', { worker }, async (page) => {
    await page.locator('#paste').click();
    await page.keyboard.type('coreos:');
    await page.locator('#headline').waitFor();
    assert.equal(await page.getByText('Add more').isVisible(), false, 'no heading without its box');
    await page.keyboard.type(' {}');
    assert.equal(await page.locator('#paste').inputValue(), 'coreos: {}');
  });

  story('survives a fault of the engine', { worker: fragile }, async (page) => {
    await paste(page, 'BREAK');
    await page.locator('#error-title').waitFor();
    assert.match(await page.locator('h1:visible').innerText(), /advisor itself failed/);
    assert.equal(await page.locator('h1:visible').count(), 1);
    await page.getByRole('button', { name: 'Clear all' }).click();
    await answered(page);
  });

  story('answers in the page where no worker can be made', {}, async (page) => {
    await page.evaluate(
      () =>
        (window.Worker = class {
          constructor() {
            throw new Error('blocked');
          }
        }),
    );
    await page.evaluate(() =>
      document.querySelector('timing-advisor').replaceWith(document.createElement('timing-advisor')),
    );
    await paste(page, CONFIG);
    await page.locator('#headline').waitFor();
  });

  story(
    're-plans when an assumption changes, and keeps the focus',
    {
      worker: `(documents, assumptions) => { window.asked = assumptions; return { report: ${JSON.stringify(sample)} }; }`,
    },
    async (page) => {
      await answered(page);
      await page.locator('#as-members').fill('5');
      await page.keyboard.press('Tab');
      await page.waitForFunction(() => window.asked?.members === 5);
      await page.locator('#failoverBudgetMs').focus();
      await page.keyboard.press('ArrowLeft');
      await page.waitForFunction(() => window.asked?.failoverBudgetMs === 20_000);
      await page.waitForTimeout(150);
      assert.equal(
        await page.locator('#failoverBudgetMs').evaluate((slider) => slider.getRootNode().activeElement?.id),
        'failoverBudgetMs',
      );
    },
  );

  story('shows only findings of the chosen span', { worker }, async (page) => {
    await answered(page);
    assert.equal(await page.locator('.find').count(), 2);
    await page.locator('#span-to').fill('03:05:00');
    await page.keyboard.press('Enter');
    await page.locator('.did').waitFor();
    assert.equal(await page.locator('.find').count(), 1);
    await page.locator('#span-whole').click();
    assert.equal(await page.locator('.find').count(), 2);
  });

  story('can be used by keyboard alone', { worker }, async (page) => {
    const focused = () =>
      page.evaluate(() => document.querySelector('timing-advisor').shadowRoot.activeElement?.textContent);
    for (let tabs = 0; tabs < 30 && (await focused()) !== 'fleet gives up on etcd'; tabs++)
      await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    await page.locator('#headline').waitFor();
    for (let tabs = 0; tabs < 60 && (await focused()) !== 'Copy patched file'; tabs++) await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    await page.locator('[role=status]', { hasText: 'Copied.' }).waitFor();
    assert.equal(await page.evaluate(() => navigator.clipboard.readText()), sample.patches[0].text);
  });

  story('keeps the words of a command whole, and the box below an answer small', narrow, async (page) => {
    await page.locator('.ex button', { hasText: 'stalls' }).click();
    await page.locator('#headline').waitFor();
    const broken = await page
      .locator('.cmd .word')
      .evaluateAll((words) => words.filter((each) => each.offsetHeight > 30).map((each) => each.textContent));
    assert.deepEqual(broken, []);
    const height = () => page.locator('#input .drop').evaluate((box) => box.offsetHeight);
    assert.ok((await height()) <= 48);
    await page.locator('#paste').focus();
    assert.ok((await height()) > 100);
    await paste(page, CONFIG);
    await page.locator('.docs tbody tr').nth(2).waitFor();
    assert.ok((await height()) <= 48);
  });

  story('a browser that translates it changes no text of a file', {}, async (page) => {
    await translate(page);
    await page.locator('.ex button').nth(1).click();
    await page.locator('#headline').waitFor();
    await translate(page);
    await page.locator('#config-fold').click();
    await page.locator('#config .cm-content .mark-row').first().waitFor();
    await translate(page);
    const given = () => page.evaluate(() => document.querySelector('timing-advisor').documents[0].text);
    const before = await given();
    await page.locator('#fix-all').click();
    await page.locator('#fixed').waitFor();
    await translate(page);
    assert.ok(!(await given()).includes('\u00df'));
    await page.locator('#config .cm-content').press('Control+z');
    assert.equal(await given(), before);
    await translate(page);
    const changed = await page
      .locator('pre, code, .code .t, [data-parameter] .p')
      .evaluateAll((all) => all.map((each) => each.firstChild?.textContent).filter((text) => text?.includes('\u00df')));
    assert.deepEqual(changed, []);
    assert.match(await page.locator('#config .mark-row').first().innerText(), /\u00df/);
  });

  story('with letters twice as large nothing lies on anything else', { worker }, async (page) => {
    await page.evaluate(() => (document.documentElement.style.fontSize = '32px'));
    await answered(page);
    assert.equal(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth), 0);
    const wide = await page.locator('.vals').evaluate((table) => table.scrollWidth - table.parentElement.clientWidth);
    assert.ok(wide <= 0, `the values are ${wide} px too wide`);
    const [line, letters] = await page
      .locator('.code .t')
      .first()
      .evaluate((text) => [getComputedStyle(text).lineHeight, getComputedStyle(text).fontSize].map(parseFloat));
    assert.ok(line > letters, `lines of ${line} px hold letters of ${letters} px`);
  });

  for (const width of [320, 390]) {
    story(`does not scroll sideways at ${width} px`, { worker, viewport: { width, height: 640 } }, async (page) => {
      const overflow = () => page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
      assert.equal(await overflow(), 0);
      await page.locator('.ex button').nth(1).click();
      await page.locator('#headline').waitFor();
      for (const details of await page.locator('details:not(#export)').all())
        await details.evaluate((each) => (each.open = true));
      assert.equal(await overflow(), 0);
    });
  }
});
