// The curve and the time line, drawn from what the engine found: they re-plan, zoom, print, follow the
// theme, and each has a table that says the same.

import assert from 'node:assert/strict';
import { paste, suite } from './browser.mjs';

const LATE = 'Nov 12 03:04:21 core-1 etcd2[648]: failed to send out heartbeat on time (deadline exceeded for 1.31s)\n';

suite('pictures', (story) => {
  const stalls = async (page) => {
    await page.locator('.ex button', { hasText: 'A leader that stalls' }).click();
    await page.locator('#headline').waitFor();
  };
  const words = (text) => text.replaceAll('\u00a0', ' ');
  const proposed = async (page) =>
    Number(/\d+/.exec(await page.locator('[data-proposed="etcd.election-timeout"]').innerText())[0]);
  /** Moves a slider as keys do, one step after the other. */
  const slide = async (page, id, key, times) => {
    await page.locator(id).focus();
    for (let step = 0; step < times; step++) await page.keyboard.press(key);
  };

  story('the sliders re-plan, the pictures and values follow, and a press leads back', {}, async (page) => {
    await stalls(page);
    const before = await proposed(page);
    const label = () => page.locator('#whatif svg:visible').getAttribute('aria-label');
    const drawn = await label();
    await slide(page, '#stallMs', 'ArrowRight', 15);
    await page.waitForFunction((before) => {
      const { recommendations } = document.querySelector('timing-advisor').report;
      return recommendations.find((each) => each.parameter === 'etcd.election-timeout')?.proposed > before;
    }, before);
    assert.ok((await proposed(page)) > before);
    assert.notEqual(await label(), drawn);
    assert.ok((await label()).includes(`/ ${await proposed(page)} ms`));
    assert.equal(await page.locator('#stallMs').evaluate((each) => each.getRootNode().activeElement === each), true);
    await page.locator('#whatif button:visible', { hasText: 'back to what was found' }).click();
    await page.locator('[data-proposed="etcd.election-timeout"]', { hasText: String(before) }).waitFor();
    // A budget below what the stall needs: no value outlasts it, and the answer says so.
    await slide(page, '#failoverBudgetMs', 'Home', 1);
    await page.waitForFunction(() => document.querySelector('timing-advisor').report.verdict.timing !== 'remedy');
    assert.match(words(await page.locator('#verdict').innerText()), /a failover takes longer than you accept/);
  });

  story('a limit that nobody stated is none, and is not drawn', {}, async (page) => {
    await stalls(page);
    const told = () => page.locator('#failoverBudgetMs').getAttribute('aria-valuetext');
    assert.equal(await told(), 'none');
    assert.equal(await page.locator('#whatif .budget').count(), 0);
    await slide(page, '#failoverBudgetMs', 'ArrowLeft', 1);
    await page.locator('#whatif .budget').first().waitFor({ state: 'attached' });
    assert.equal(words(await told()), '20.0 s');
    await slide(page, '#failoverBudgetMs', 'ArrowRight', 1);
    await page.locator('#whatif .budget').first().waitFor({ state: 'detached' });
  });

  story('no label of the curve lies on another, or on the curve, whatever is to survive', {}, async (page) => {
    await stalls(page);
    for (const stall of ['2000', '3500', '6000', '9000']) {
      await page.locator('#stallMs').evaluate((slider, value) => {
        slider.value = value;
        slider.dispatchEvent(new InputEvent('input'));
      }, stall);
      await page.waitForFunction(
        (stall) =>
          document
            .querySelector('timing-advisor')
            .report.model.assumptions.some(({ id, value }) => id === 'stallMs' && value === stall),
        stall,
      );
      const boxes = await page.locator('#whatif svg:visible .lab2').evaluateAll((labels) =>
        labels.map((label) => {
          const [name, pair] = [label, label.nextElementSibling].map((each) => each.getBoundingClientRect());
          return [Math.min(name.left, pair.left), Math.max(name.right, pair.right), name.top + 3, pair.bottom - 3];
        }),
      );
      const meets = ([a, b, c, d], [e, f, g, i]) => a < f && e < b && c < i && g < d;
      for (const [index, box] of boxes.entries())
        for (const other of boxes.slice(index + 1)) assert.ok(!meets(box, other), `${stall}: ${box} and ${other}`);
      const crossed = await page.locator('#whatif svg:visible').evaluate((picture) => {
        const curve = picture.querySelector('.curve:not(.low)');
        const part = curve.getTotalLength() / 500;
        const along = Array.from({ length: 500 }, (_, at) => curve.getPointAtLength(at * part));
        const labels = [...picture.querySelectorAll('.lab2, .lab2 + text')];
        const on = ({ x, y, width, height }) =>
          along.some((point) => point.x > x && point.x < x + width && point.y > y && point.y < y + height);
        return labels.filter((label) => on(label.getBBox())).map((label) => label.textContent);
      });
      assert.deepEqual(crossed, [], `${stall}: the curve runs through a name`);
      const lone = await page.locator('#whatif svg:visible').evaluate((picture) => {
        const points = [...picture.querySelectorAll('.point')].map((point) => point.getBoundingClientRect());
        return [...picture.querySelectorAll('.lab2')]
          .filter((label) => {
            const { left, top } = label.getBoundingClientRect();
            return !points.some((point) => Math.abs(point.left - left) < 30 && Math.abs(point.top - top) < 40);
          })
          .map((label) => label.textContent);
      });
      assert.deepEqual(lone, [], `${stall}: no point stands beside its name`);
    }
  });

  story('what cannot be assumed is refused with a reason, and the answer stays', {}, async (page) => {
    await stalls(page);
    const headline = await page.locator('#headline').innerText();
    for (const [id, value, reason] of [
      ['units', '1.5', /whole number/],
      ['members', 'many', /whole number/],
      ['members', '0', /whole number/],
      ['peerRttMs', '-1', /above 0/],
      ['etcdVersion', 'latest', /such as 2\.3\.8/],
    ]) {
      const field = page.locator(`#as-${id}`);
      const before = await field.inputValue();
      await field.fill(value);
      await field.press('Enter');
      assert.equal(await field.inputValue(), before);
      assert.match(await page.locator('.asm tr', { has: field }).innerText(), reason);
      assert.match(await page.locator('[role=status]').first().innerText(), reason);
    }
    await page.locator('#as-peerRttMs').fill('2.5');
    await page.locator('#as-peerRttMs').press('Enter');
    await page.locator('.asm tr', { hasText: 'stated by you' }).waitFor();
    assert.equal(await page.locator('#headline').innerText(), headline);
  });

  story('who moves a limit without seeing the values hears what became of them', {}, async (page) => {
    await stalls(page);
    const headline = await page.locator('#headline').innerText();
    await page.locator('#stallMs').focus();
    for (let times = 0; times < 8; times++) await page.keyboard.press('ArrowRight');
    await page
      .locator('[role=status]', { hasText: /^Proposed: heartbeat-interval 400\sms, election-timeout 4000\sms/ })
      .waitFor();
    assert.equal(await page.locator('#headline').innerText(), headline);
    assert.match(await page.locator('#whatif').innerText(), /The solid line takes/);
    // Who gets the report learns what it was read from, and what the reader stated.
    await page.locator('#export > summary').click();
    await page.locator('#export-copy').click();
    await page.locator('[role=status]', { hasText: 'Report copied' }).waitFor();
    const report = words(await page.evaluate(() => navigator.clipboard.readText()));
    assert.match(report, /^Read: cloud-config\.yaml and core\.journal, 127 of 127 lines understood\.$/m);
    assert.match(report, /^## Stated by the reader, and not found in the input\n\n- Stall to survive, ms: 2500$/m);
  });

  story('a stall to survive of none is none', {}, async (page) => {
    await stalls(page);
    await page.locator('#stallMs').focus();
    await page.keyboard.press('Home');
    await page.waitForFunction(() => document.querySelector('timing-advisor').report.verdict.timing !== 'remedy');
    const stall = page.locator('#stallMs');
    assert.deepEqual([await stall.inputValue(), await stall.getAttribute('aria-valuetext')], ['0', 'none']);
    // The picture has nothing to show, and the log has its stalls all the same.
    assert.match(await page.locator('#whatif').innerText(), /Without a stall to survive no leader loses its place/);
    assert.match(await page.locator('#whatif .asm').textContent(), /Stalls in the logs6/);
    await page.locator('#whatif button:visible', { hasText: 'back to what was found' }).click();
    await page.locator('#whatif svg:visible').waitFor();
    assert.equal(await stall.inputValue(), '1700');
  });

  story('marks of two kinds in one second do not lie over one another', {}, async (page) => {
    const fleet = (time, text) => `Nov 12 03:${time} core-1 fleetd[512]: ${text}\n`;
    await paste(
      page,
      fleet(
        '04:21',
        'ERROR engine.go:217: Engine leadership lost, renewal failed: 501: All the given peers are not reachable',
      ) +
        fleet(
          '04:21',
          'ERROR client.go:213: Unable to get result for {Get /_coreos.com/fleet/job}, retrying in 100ms',
        ) +
        fleet('04:22', 'ERROR agent.go:44: Failed fetching Units from Registry: timeout reached') +
        fleet('54:22', 'ERROR agent.go:44: Failed fetching Units from Registry: timeout reached') +
        LATE.replace('core-1', 'core-2'),
    );
    const meet = await page.locator('.tl:visible').evaluate((picture) => {
      const marks = [...picture.querySelectorAll('.mark')].map((mark) => [mark.classList[1], mark.getBBox()]);
      const meets = (a, b) =>
        a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height;
      return marks.flatMap(([kind, box]) =>
        marks.filter(([other, beside]) => other !== kind && meets(box, beside)).map(([other]) => `${kind} on ${other}`),
      );
    });
    const kinds = await page
      .locator('.tl:visible .mark')
      .evaluateAll((marks) => marks.map((mark) => mark.classList[1]));
    assert.ok(
      ['lease-lost', 'fleet-error', 'late-heartbeat'].every((kind) => kinds.includes(kind)),
      kinds.join(),
    );
    assert.deepEqual(meet, []);
  });

  story('each kind of mark has a shape of its own', {}, async (page) => {
    const sync = 'Nov 12 03:04:23 core-1 etcd2[648]: sync duration of 1.51s, expected less than 1s\n';
    const failed =
      'Nov 12 03:04:31 core-1 fleetd[615]: ERROR reconcile.go:120: Failed fetching Units from Registry: timeout reached\n';
    await paste(page, LATE + sync + failed);
    await page.locator('.legend').waitFor();
    const shapes = await page
      .locator('.legend path.mark')
      .evaluateAll((marks) => marks.map((mark) => mark.getAttribute('d')));
    assert.ok(shapes.length >= 3, shapes.join('\n'));
    assert.equal(new Set(shapes).size, shapes.length);
  });

  story('a span of the time line filters the findings, by drag and by field', {}, async (page) => {
    await stalls(page);
    const all = await page.locator('.find').count();
    await page.locator('svg.tl:visible').scrollIntoViewIfNeeded();
    const box = await page.locator('svg.tl:visible').boundingBox();
    // Between the first two stalls there is nothing.
    await page.mouse.move(box.x + box.width * 0.12, box.y + 20);
    await page.mouse.down();
    await page.mouse.move(box.x + box.width * 0.2, box.y + 20, { steps: 4 });
    await page.mouse.up();
    await page.locator('.did').waitFor();
    assert.ok((await page.locator('.find').count()) < all);
    const shown = words(await page.locator('.tools').innerText());
    assert.match(shown, /\d+ findings? in this span/);
    assert.match(words(await page.locator('[role=status]').last().innerText()), /findings? in this span/);
    await page.locator('#span-whole').click();
    assert.equal(await page.locator('.find').count(), all);
    await page.locator('#span-from').fill('03:05:00');
    await page.locator('#span-from').press('Enter');
    await page.locator('#span-to').fill('03:06:00');
    await page.locator('#span-to').press('Enter');
    await page.locator('.did').waitFor();
    assert.equal(await page.locator('#span-from').inputValue(), '03:05:00');
    const refused = async (/** @type {string} */ text) => {
      await page.locator('#span-from').fill(text);
      await page.locator('#span-from').press('Enter');
      return page.locator('#span-from').evaluate((field) => field.validationMessage);
    };
    assert.match(await refused('soon'), /10:23:45/);
    assert.match(await refused('03:07:00'), /ends before/);
    assert.equal(await page.locator('#span-from').inputValue(), '03:07:00', 'what was typed stays');
    await page.locator('#span-to').fill('03:09:00');
    await page.locator('#span-to').press('Enter');
    assert.equal(await page.locator('#span-to').inputValue(), '03:09:00');
  });

  story('a span shows what has a line in it, the second that ends it included', {}, async (page) => {
    const line = (/** @type {string} */ text) => `Nov 12 03:0${text}\n`;
    const drift = 'core-1 etcd2[648]: the clock difference against peer 4e8d454852097618 is too high [12.4s > 1s]';
    const failed = 'core-1 fleetd[615]: ERROR reconcile.go:120: Failed fetching Units from Registry: timeout reached';
    await paste(page, [`4:23 ${drift}`, `4:53 ${drift}`, `6:31 ${failed}`].map(line).join(''));
    const shows = async (/** @type {[string, string]} */ [from, to], /** @type {string[]} */ titles) => {
      for (const [field, text] of [
        ['#span-from', from],
        ['#span-to', to],
      ]) {
        await page.locator(field).fill(text);
        await page.locator(field).evaluate((typed) => typed.setAttribute('data-typed', ''));
        await page.locator(field).press('Enter');
        // It is drawn anew, or says why not.
        await page.waitForFunction((name) => {
          const shown = document.querySelector('timing-advisor').shadowRoot.querySelector(name);
          return shown && (!shown.hasAttribute('data-typed') || shown.validationMessage);
        }, field);
      }
      const found = await page.locator('.find h3').allTextContents();
      assert.deepEqual(
        found.map((title, at) => title.includes(titles[at]) || title),
        titles.map(() => true),
      );
    };
    await shows(['03:04:30', '03:04:53'], ['Clocks of members differ']);
    await shows(['03:05:00', '03:06:31'], ["fleet's registry"]);
    await shows(['03:05:10', '03:06:00'], []);
  });

  story('machines of one domain are told apart', {}, async (page) => {
    const late = (/** @type {number} */ host) =>
      `Nov 12 03:04:1${host} ip-10-0-${host}-17.eu-central-1.compute.internal etcd2[648]: failed to send out heartbeat on time (deadline exceeded for 1.31s)\n`;
    await paste(page, [1, 2, 3].map(late).join(''));
    await page.locator('#headline').waitFor();
    const names = await page.locator('svg.tl:visible .lab').allTextContents();
    assert.deepEqual(names.sort(), ['ip-10-0-1-17', 'ip-10-0-2-17', 'ip-10-0-3-17']);
  });

  story('machines stand as a person counts them, above moments that a clock counts by', {}, async (page) => {
    const late = (/** @type {number} */ host) =>
      `Nov 12 03:0${host % 10}:17 core-${host} etcd2[648]: failed to send out heartbeat on time (deadline exceeded for 1.31s)\n`;
    await paste(page, [2, 9, 10].map(late).join(''));
    await page.locator('#headline').waitFor();
    assert.deepEqual(await page.locator('svg.tl:visible .lab').allTextContents(), ['core-2', 'core-9', 'core-10']);
    const moments = await page.locator('svg.tl:visible .tk').allTextContents();
    assert.ok(moments.length > 3 && moments.every((moment) => /:[0-5]0$/.test(moment)), moments.join(' '));
  });

  story('the name of a span of leadership is not cut off by a stall at its end', {}, async (page) => {
    await stalls(page);
    // Two seconds before a change, and 42 in all: a bar of 50 px, of which the stall hides a third.
    for (const [field, time] of [
      ['#span-from', '03:09:08'],
      ['#span-to', '03:09:50'],
    ]) {
      await page.locator(field).fill(time);
      await page.locator(field).press('Enter');
      await page.waitForFunction(
        ([field, time]) => document.querySelector('timing-advisor').shadowRoot.querySelector(field).value === time,
        [field, time],
      );
    }
    await page.locator('#span-shown', { hasText: 'in this span' }).waitFor();
    const [names, cut] = await page.locator('svg.tl:visible').evaluate((picture) => {
      const boxes = (/** @type {string} */ of) => [...picture.querySelectorAll(of)].map((each) => each.getBBox());
      const over = (one, other) =>
        ['x width', 'y height'].every((sides) => {
          const [from, size] = sides.split(' ');
          return one[from] < other[from] + other[size] && one[from] + one[size] > other[from];
        });
      const names = boxes('.on-lead');
      const stalls = boxes('.stall');
      return [names.length, names.filter((name) => stalls.some((stall) => over(name, stall))).length];
    });
    assert.ok(names > 0);
    assert.equal(cut, 0);
  });

  story('a long name ends before its lane begins', {}, async (page) => {
    await page.locator('.ex button', { hasText: 'A quiet log' }).click();
    await page.locator('#headline').waitFor();
    const name = await page.locator('svg.tl:visible .lab').boundingBox();
    const { x } = await page.locator('svg.tl:visible .grid').boundingBox();
    assert.ok(name.x + name.width < x, `the name ends at ${name.x + name.width}, the lane begins at ${x}`);
  });

  story('a short budget is named beside its line, not on the numbers', {}, async (page) => {
    await stalls(page);
    await page.locator('#failoverBudgetMs').focus();
    await page.keyboard.press('Home');
    const label = page.locator('#whatif svg:visible text', { hasText: /^budget/ });
    await label.waitFor();
    const numbers = await page.locator('#whatif svg:visible .tk').first().boundingBox();
    const { x } = await label.boundingBox();
    assert.ok(x > numbers.x + numbers.width, `it begins at ${x}`);
  });

  for (const width of [500, 760, 1000, 1280])
    story(
      `at ${width} px the pictures fill their column with letters of the usual size`,
      { viewport: { width, height: 800 } },
      async (page) => {
        await stalls(page);
        for (const picture of await page.locator('svg.chart:visible').all()) {
          const { share, scale } = await picture.evaluate((svg) => ({
            share: svg.getBoundingClientRect().width / svg.closest('figure').clientWidth,
            scale: svg.getScreenCTM().a,
          }));
          assert.ok(share > 0.99, `it fills ${share} of its column`);
          assert.ok(Math.abs(scale - 1) < 0.02, `its letters are ${scale} of the usual size`);
        }
        assert.equal(await page.locator('svg.chart:visible').count(), 2);
      },
    );

  story('each picture has a table with the same', {}, async (page) => {
    await stalls(page);
    await page.locator('#timeline-twin > summary').click();
    const { lanes } = await page.evaluate(() => document.querySelector('timing-advisor').report.timeline);
    const parts = lanes.reduce((sum, lane) => sum + lane.leads.length + lane.stalls.length + lane.marks.length, 0);
    assert.equal(await page.locator('#timeline-twin tbody tr').count(), parts);
    const leads = lanes.reduce((sum, lane) => sum + lane.leads.length, 0);
    assert.equal(await page.locator('svg.tl:visible .hand-over').count(), leads - 1);
    await page.locator('#curve-twin > summary').click();
    const table = words(await page.locator('#curve-twin').innerText());
    for (const name of ['now', 'proposed', '2015 article']) assert.ok(table.includes(name), name);
    const { points } = await page.evaluate(() => document.querySelector('timing-advisor').report.model);
    assert.equal(await page.locator('#curve-twin tbody tr').count(), points.length + 3);
    await page.locator('#timeline-twin button').first().click();
    await page.locator('#source #source-line').waitFor();
  });

  story('what was looked for and is not there is told below the findings', {}, async (page) => {
    await stalls(page);
    assert.match(await page.locator('#evidence .absent').innerText(), /^Not found in the logs: .*clocks that differ/);
  });

  story('without a stall there is no curve, and its table is open', {}, async (page) => {
    await page.locator('.ex button', { hasText: 'A quiet log' }).click();
    await page.locator('#headline').waitFor();
    assert.equal(await page.locator('#whatif svg').count(), 0);
    assert.ok(await page.locator('#cost-twin table').isVisible());
  });

  story('a stall without a second moment is drawn all the same', {}, async (page) => {
    await paste(page, LATE);
    await page.locator('#headline').waitFor();
    assert.ok(await page.locator('#headline').isVisible());
    for (const place of await page.locator('svg [x], svg [d]').all()) {
      const numbers = (await place.getAttribute('x')) ?? (await place.getAttribute('d'));
      assert.equal(/NaN|Infinity/.test(numbers), false);
    }
  });

  story('the pictures follow the theme and forced colours', {}, async (page) => {
    await stalls(page);
    const colour = () =>
      page
        .locator('svg .lead')
        .first()
        .evaluate((each) => getComputedStyle(each).fill);
    const light = await colour();
    await page.locator('#theme').selectOption('dark');
    assert.notEqual(await colour(), light);
    await page.emulateMedia({ forcedColors: 'active' });
    const forced = await colour();
    assert.notEqual(forced, light);
  });

  story('on paper: the folded parts are open, the controls are gone, the pictures stay', {}, async (page) => {
    await stalls(page);
    await page.emulateMedia({ media: 'print' });
    for (const gone of ['.bar', '.tools', '.foot', '.rng', '#input .drop', '#config'])
      assert.equal(await page.locator(gone).first().isVisible(), false, gone);
    for (const there of ['#headline', 'svg.tl:visible', '#whatif svg:visible', '#rollout'])
      assert.ok(await page.locator(there).first().isVisible(), there);
    const letters = await page.locator('.verdict').evaluate((verdict) => getComputedStyle(verdict).fontSize);
    assert.equal(Math.round(((parseFloat(letters) * 72) / 96) * 10) / 10, 9.5, 'points, as on paper');
    const last = page.locator('.find').last().locator('dl');
    assert.ok((await last.boundingBox()).height > 20, 'a folded finding is printed');
    const width = async (selector) => (await page.locator(selector).first().boundingBox()).width;
    assert.ok(
      (await width('.vals .why')) > 0.9 * (await width('.vals')),
      'what is unfolded has the width of the paper',
    );
    const pdf = await page.pdf({ format: 'A4' });
    assert.ok(pdf.length > 20_000);
  });
});
