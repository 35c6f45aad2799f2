// By keyboard alone, and by ear: what axe cannot see.

import assert from 'node:assert/strict';
import { paste, suite } from './browser.mjs';

const LATE = 'Nov 12 03:04:21 core-1 etcd2[648]: failed to send out heartbeat on time (deadline exceeded for 1.31s)\n';

suite('keyboard and ear', (story) => {
  /** What has the focus: its name, and whether any of it can be seen. Nothing at the page's end. */
  const focus = (page) =>
    page.evaluate(() => {
      const root = document.querySelector('timing-advisor').shadowRoot;
      const { activeElement: element } = root;
      if (!element) return undefined;
      const name = element.id || element.getAttribute('aria-label') || element.textContent.trim().slice(0, 40);
      // The radio buttons of the tabs lie under their labels.
      const shown = element.matches('.tabs input') ? element.parentElement : element;
      const box = shown.getBoundingClientRect();
      const [left, right] = [Math.max(box.left, 0), Math.min(box.right, innerWidth)];
      const [top, bottom] = [Math.max(box.top, 0), Math.min(box.bottom, innerHeight)];
      let seen = false;
      for (const across of [0.1, 0.5, 0.9])
        for (const down of [0.1, 0.5, 0.9]) {
          const hit = root.elementFromPoint(left + (right - left) * across, top + (bottom - top) * down);
          seen ||= hit !== null && (shown.contains(hit) || (hit.contains(shown) && hit !== root.host));
        }
      return { name, inside: element.matches('.cm-content'), seen: seen && right > left && bottom > top };
    });
  const press = (page, key) => page.keyboard.press(key);
  /** Tabs until something of that name has the focus. */
  const tabTo = async (page, name) => {
    for (let tabs = 0; tabs < 150; tabs++) {
      const now = await focus(page);
      if (now && name.test(now.name)) return now;
      if (now?.inside) await press(page, 'Escape');
      await press(page, 'Tab');
    }
    throw new Error(`Tab does not lead to ${name}`);
  };
  const status = (page) => page.locator('[role=status]').innerText();
  const said = (page, text) => page.locator('[role=status]', { hasText: text }).waitFor();

  for (const viewport of [
    { width: 1280, height: 800 },
    { width: 320, height: 640 },
  ]) {
    story(
      `the focus is never out of sight at ${viewport.width} px, and Tab leads through`,
      { viewport },
      async (page) => {
        await page.locator('.ex button').nth(1).click();
        await page.locator('#headline').waitFor();
        await page.evaluate(() => {
          const root = document.querySelector('timing-advisor').shadowRoot;
          for (const fold of root.querySelectorAll('details:not(.menu)')) fold.open = true;
        });
        await page.locator('#config .cm-content .mark-row').first().waitFor();
        await page.evaluate(() => {
          document.querySelector('timing-advisor').shadowRoot.activeElement?.blur();
          scrollTo(0, 0);
        });
        for (const [key, most] of [
          ['Tab', 400],
          ['Shift+Tab', 60],
        ]) {
          const hidden = [];
          const names = [];
          for (let tabs = 0; tabs < most; tabs++) {
            await press(page, key);
            const now = await focus(page);
            if (!now) break;
            if (!now.seen) hidden.push(now.name);
            if (now.inside) await press(page, 'Escape');
            names.push(now.name);
          }
          assert.deepEqual(hidden, [], key);
          assert.ok(names.length > 30, names.join());
          if (key === 'Tab') assert.ok(names.length < most, 'no trap');
        }
      },
    );
  }

  story('an operator reads, jumps to a line, fixes, and takes the report, without a mouse', {}, async (page) => {
    await tabTo(page, /A leader that stalls/);
    await press(page, 'Enter');
    await page.locator('#headline').waitFor();
    assert.equal((await focus(page)).name, 'headline');
    await tabTo(page, /show in the text/);
    await press(page, 'Enter');
    await page.locator('#source').waitFor();
    assert.equal((await focus(page)).name, 'source-title');
    await tabTo(page, /source-next/);
    await press(page, 'Enter');
    await said(page, /Line \d+, 2 of \d+/);
    await tabTo(page, /source-close/);
    await press(page, 'Enter');
    assert.match((await focus(page)).name, /show in the text/);
    // In the editor: the next mark, its fix, and out again.
    await tabTo(page, /config-fold/);
    await press(page, 'Enter');
    await page.locator('#config .cm-content .mark-row').first().waitFor();
    for (let now = await focus(page); !now?.inside; now = await focus(page)) await press(page, 'Tab');
    await press(page, 'F8');
    await said(page, /^Line \d+\. .*proposed/);
    await press(page, 'Control+.');
    await page.locator('#fixed').waitFor();
    assert.equal((await focus(page)).inside, true);
    await press(page, 'Escape');
    await press(page, 'Tab');
    assert.equal((await focus(page)).inside, false);
    // The menu at the top.
    await page.locator('#export > summary').focus();
    await press(page, 'Enter');
    await tabTo(page, /export-copy/);
    await press(page, 'Enter');
    await said(page, /Report copied/);
    await press(page, 'Escape');
    assert.equal(await page.locator('#export').evaluate((each) => each.open), false);
    assert.match((await focus(page)).name, /Export/);
  });

  story('whatever has the focus has it still when the answer is drawn anew', {}, async (page) => {
    await page.locator('.ex button').nth(1).click();
    await page.locator('#headline').waitFor();
    const { kept, lost } = await page.evaluate(() => {
      const host = document.querySelector('timing-advisor');
      const root = host.shadowRoot;
      for (const fold of root.querySelectorAll('details:not(.menu)')) fold.open = true;
      const all = () => [...root.querySelectorAll('a[href], button, input, select, summary, textarea, [tabindex]')];
      const [lost, kept] = [[], []];
      for (const place of all().keys()) {
        const element = all()[place];
        element.focus();
        if (root.activeElement !== element) continue;
        host.setAttribute('examples', String(place));
        const same = all().indexOf(root.activeElement) === place;
        (same ? kept : lost).push(element.id || element.getAttribute('aria-label') || element.textContent.slice(0, 40));
      }
      return { kept, lost };
    });
    assert.deepEqual(lost, []);
    assert.ok(kept.length > 100, String(kept.length));
  });

  story(
    'Tab from a field of the time line arrives at the next, and the way back from a line is found',
    {},
    async (page) => {
      await page.locator('.ex button').nth(1).click();
      await page.locator('#headline').waitFor();
      for (const [id, time, next] of [
        ['span-from', '03:09:00', 'span-to'],
        ['span-to', '03:20:00', 'span-whole'],
      ]) {
        await page.locator(`#${id}`).fill(time);
        await press(page, 'Tab');
        await said(page, 'in this span');
        assert.equal((await focus(page))?.name, next);
      }
      // The answer is drawn anew while the text is shown.
      const way = page.locator('.ev .cap button:visible').first();
      const name = await way.innerText();
      await way.focus();
      await press(page, 'Enter');
      await page.locator('#source-title:focus').waitFor();
      await page.evaluate(() => document.querySelector('timing-advisor').setAttribute('examples', 'none'));
      await page.locator('#source-close').click();
      assert.ok(name.startsWith((await focus(page))?.name.slice(0, 10)), 'back where it came from');
    },
  );

  story('who follows the headings alone hears how bad each finding is, and what belongs to what', {}, async (page) => {
    await page.locator('.ex button').first().click();
    await page.locator('#headline').waitFor();
    await page.locator('#config-title').waitFor();
    const client = await page.context().newCDPSession(page);
    const { nodes } = await client.send('Accessibility.getFullAXTree');
    const byId = new Map(nodes.map((node) => [node.nodeId, node]));
    const inOrder = (node) => [node, ...node.childIds.flatMap((id) => inOrder(byId.get(id)))];
    const headings = inOrder(nodes[0])
      .filter((node) => node.role?.value === 'heading' && !node.ignored)
      .map(({ name, properties }) => [properties.find((each) => each.name === 'level').value.value, name.value]);
    assert.equal(headings[0][0], 1);
    headings.slice(1).forEach(([level], at) => assert.ok(level <= headings[at][0] + 1, headings[at + 1].join(' ')));
    const below = (title) => {
      const from = headings.findIndex(([level, name]) => level === 2 && name === title) + 1;
      const next = headings.findIndex(([level], at) => at >= from && level <= 2);
      return headings.slice(from, next < 0 ? undefined : next).map(([, name]) => name);
    };
    assert.ok(below('Evidence').length > 0);
    for (const name of below('Evidence')) assert.match(name, /^(Critical|Warning|Note): /);
    assert.deepEqual(below('Input and limits').slice(-2), ['Add more', 'What this rests on, and what it cannot see']);
  });

  story('what happens is said, in one polite region', {}, async (page) => {
    assert.equal(await page.locator('[aria-live]:not([aria-live=off]), [role=status], [role=alert]').count(), 1);
    await paste(page, LATE);
    await page.locator('#headline').waitFor();
    const headline = await page.locator('#headline').innerText();
    // The headline has the focus, and is read aloud for that: only what stands above it is said.
    await said(page, /^(Critical|Warning|Note)\. [^.]+\.$/);
    assert.equal((await focus(page)).name, 'headline');
    await paste(page, 'Nov 12 03:09:21 core-1 etcd2[648]: etcdserver: nothing of note\n');
    await page.locator('.docs tbody tr').nth(1).waitFor();
    assert.ok(headline, 'the same verdict is not said twice');
    await page.getByRole('button', { name: 'Clear all' }).click();
    assert.match(await status(page), /removed/);
  });

  story('drawn arrows are not read aloud, and a slider tells its value once', {}, async (page) => {
    await page.locator('.ex button', { hasText: 'A leader that stalls' }).click();
    await page.locator('#headline').waitFor();
    const heard = await page.locator('body').ariaSnapshot();
    assert.ok(!heard.includes('\u25b8'));
    const diff = /Changes in .*/.exec(heard)?.[0] ?? '';
    assert.ok(/ \d+ /.test(diff) && !/ (\d+) \1 /.test(diff), `a line has one number: ${diff}`);
    const told = await page.locator('.rng output').evaluateAll((all) => all.map((each) => each.ariaLive));
    assert.deepEqual(told, ['off', 'off']);
    assert.equal(await page.locator('#stallMs').getAttribute('aria-valuetext'), '1.7\u00a0s');
  });

  story('each table that is shown has a name', {}, async (page) => {
    await page.locator('.ex button', { hasText: 'A disk that hangs' }).click();
    await page.locator('#headline').waitFor();
    await page.locator('#whatif summary', { hasText: 'Assumptions' }).click();
    assert.equal(await page.locator('table:visible').count(), 3);
    assert.equal(await page.locator('table:visible:not([aria-label], [aria-labelledby])').count(), 0);
  });

  story('a press elsewhere closes an open menu', {}, async (page) => {
    await paste(page, LATE);
    // A menu is filled when the browser tells that it was opened, a moment after the press.
    await page.locator('#share > summary').click();
    await page.locator('#share-link').waitFor();
    await page.locator('#headline').click({ position: { x: 5, y: 5 } });
    await page.locator('#share-link').waitFor({ state: 'hidden' });
  });
});
