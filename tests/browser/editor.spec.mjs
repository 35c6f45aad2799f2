// The configuration in its editor, the link that shares an answer, and what one can take along.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtemp, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { analyze } from '../../dist/npm/timing-advisor.js';
import { paste, suite, violations } from './browser.mjs';
import { FLAWED as CONFIG } from './states.mjs';

const SECRET = 'hunter2-not-a-real-one';

suite('editor, share and export', (story) => {
  const inEditor = async (page, text = CONFIG) => {
    await paste(page, text);
    await page.locator('#headline').waitFor();
    await page.locator('#config .cm-content .mark-row').first().waitFor();
  };
  const focused = (page) => page.evaluate(() => document.querySelector('timing-advisor').shadowRoot.activeElement?.id);
  const edited = (page) => page.evaluate(() => document.querySelector('timing-advisor').documents[0].text);
  /** Shares the answer and opens the link that was copied. */
  const openOwnLink = async (page) => {
    await page.locator('#share > summary').click();
    await page.locator('#share-link').click();
    await page.locator('[role=status]', { hasText: /copied/i }).waitFor();
    const { hash } = new URL(await page.evaluate(() => navigator.clipboard.readText()));
    await page.evaluate((hash) => (location.hash = hash), hash);
    await page.locator('.shared').waitFor();
  };

  story('says each sentence once', {}, async (page) => {
    await inEditor(page, '#cloud-config\ncoreos:\n  etcd2:\n    heartbeat-interval: 600\n    election-timeout: 1000\n');
    const said = await page.locator('#config .cm-content .mark-row p').allInnerTexts();
    const sentences = said.map((words) => words.replace(/^[^.]*lines? [\d, and]+\.\s*/, ''));
    assert.deepEqual(sentences, [...new Set(sentences)]);
    assert.ok(
      said.some((words) => words.includes('lines 4 and 5.')),
      said.join('\n'),
    );
    for (const value of ['600', '1000'])
      assert.ok(
        await page.locator('#config .cm-line.marked', { hasText: value }).count(),
        'each line of it stands out',
      );
  });

  story('a text that makes room for another stays in the editor, and undo leads back', {}, async (page) => {
    await inEditor(page);
    const content = page.locator('#config .cm-content');
    const answer = await page.locator('#headline').innerText();
    const other = (was) =>
      page.waitForFunction((was) => document.querySelector('timing-advisor').report.verdict.headline !== was, was);
    await content.focus();
    await page.keyboard.press('Control+a');
    await page.keyboard.press('Delete');
    await other(answer);
    await page.waitForTimeout(500);
    assert.equal(await edited(page), '');
    assert.equal(await content.evaluate((element) => element.matches(':focus')), true, 'the hand is still in it');
    await page.keyboard.press('Control+z');
    await page.locator('#headline', { hasText: answer }).waitFor();
    assert.equal(await edited(page), CONFIG);
    // Typed over all of it, which is no configuration before it is finished.
    await page.keyboard.press('Control+a');
    await page.keyboard.type('hello');
    await other(answer);
    await page.waitForTimeout(500);
    assert.equal(await edited(page), 'hello');
    assert.ok(await content.isVisible());
    await page.keyboard.press('Control+a');
    await page.keyboard.insertText(CONFIG);
    await page.locator('#headline', { hasText: answer }).waitFor();
    await page.locator('#config .cm-content .mark-row').first().waitFor();
  });

  story('shows marks at their lines and applies one fix, then all', {}, async (page) => {
    await page.locator('.ex button').nth(1).click();
    await page.locator('#config-fold').click();
    await page.locator('#config .cm-content .mark-row').first().waitFor();
    assert.ok((await page.locator('#config .cm-line.marked').count()) > 0);
    const before = await edited(page);
    const headline = await page.locator('#headline').innerText();
    const fixes = page.locator('#config .cm-content .fix');
    const offered = Number(/\d+/.exec(await page.locator('#fix-all').innerText())[0]);
    assert.deepEqual([await fixes.count(), offered], [2, 4], 'one button for two that go together');
    await fixes.filter({ hasText: /100 to/ }).click();
    await page.locator('#fix-all', { hasText: `(${offered - 2})` }).waitFor();
    const told = await page.locator('[role=status]').innerText();
    assert.match(told, /^Line 10: change 100 to \d+, and change 1000 to \d+\. Done\.$/, 'both changes are told');
    assert.match(await page.locator('#fixed').innerText(), new RegExp(`holds 2 of ${offered} proposed`));
    const once = await edited(page);
    const changed = once.split('\n').filter((line, index) => line !== before.split('\n')[index]);
    assert.equal(changed.length, 2, 'heartbeat and election timeout go together: etcd takes neither alone');
    await page.locator('#fix-all').click();
    await page.locator('#fix-all').waitFor({ state: 'hidden' });
    assert.equal(await fixes.count(), 0);
    const lines = (await edited(page)).split('\n');
    const kept = before.split('\n').filter((line) => lines.includes(line));
    assert.ok(kept.length >= before.split('\n').length - offered, 'other lines stay');
    assert.equal(
      await edited(page),
      await page.evaluate(() => document.querySelector('timing-advisor').report.patches[0].text),
    );
    // The log was written under the old values: the answer to it stays, and says what is left to do.
    assert.equal(await page.locator('#headline').innerText(), headline);
    assert.match(await page.locator('#fixed').innerText(), /now holds the proposed values; nothing further/);
    assert.ok(await page.locator('#rollout').isVisible());
  });

  story('with fixes in it, an edit beside them keeps the answer, and undo leads back', {}, async (page) => {
    await page.locator('.ex button').nth(1).click();
    await page.locator('#config-fold').click();
    await page.locator('#config .cm-content .mark-row').first().waitFor();
    const before = await edited(page);
    const headline = await page.locator('#headline').innerText();
    await page.locator('#fix-all').click();
    await page.locator('#fixed').waitFor();
    await page.locator('#config .cm-content').focus();
    await page.keyboard.press('Control+End');
    await page.keyboard.type('# checked\n');
    await page.waitForTimeout(400);
    assert.match(await edited(page), /election-timeout: 3000[^]*# checked\n$/);
    assert.equal(await page.locator('#headline').innerText(), headline);
    assert.ok(await page.locator('#fixed').isVisible());
    for (let times = 0; times < 6; times++) await page.keyboard.press('Control+z');
    await page.waitForTimeout(400);
    assert.equal(await edited(page), before);
    assert.equal(await page.locator('#fixed').count(), 0);
    assert.equal(await page.locator('#headline').innerText(), headline);
  });

  story('a value that is tried out is not taken for what the log was written with', {}, async (page) => {
    await page.locator('.ex button').nth(1).click();
    await page.locator('#config-fold').click();
    await page.locator('#config .cm-content .mark-row').first().waitFor();
    const before = await edited(page);
    const answer = () => page.evaluate(() => JSON.stringify(document.querySelector('timing-advisor').report.verdict));
    const first = await answer();
    const at = page.locator('#config .cm-line', { hasText: 'election-timeout: 1000' });
    const type = async (line, value) => {
      await line.click();
      await page.keyboard.press('End');
      for (let times = 0; times < 4; times++) await page.keyboard.press('Backspace');
      await page.keyboard.type(value);
      await page.waitForTimeout(400);
    };
    await type(at, '7000');
    assert.match(await edited(page), /election-timeout: 7000\n/);
    assert.equal(await answer(), first);
    assert.match(await page.locator('#fixed').innerText(), /was changed here\. The log was written before/);
    assert.match(
      await page.locator('#patch .after').innerText(),
      /What you changed in cloud-config\.yaml is not in it/,
    );
    await page.locator('#copy-text').click();
    assert.equal(await page.evaluate(() => navigator.clipboard.readText()), await edited(page));
    const mark = page.locator('#config .mark-row', { hasText: 'When the log was written: 1000' });
    assert.match((await mark.first().innerText()).replaceAll('\u00a0', ' '), /3000 ms proposed/);
    assert.match(await page.locator('#config .fix', { hasText: '7000 to 3000' }).first().innerText(), /7000 to 3000/);

    // Written by hand the proposal counts as made; the pair's other half is still offered.
    await type(page.locator('#config .cm-line', { hasText: 'election-timeout' }), '3000');
    assert.match(await page.locator('#fixed').innerText(), /now holds 1 of \d proposed/);
    assert.equal(await mark.count(), 0);
    assert.ok((await page.locator('#config .fix', { hasText: '100 to 300' }).count()) > 0);

    // All fixes at once, and back: what was typed before is still there, and then the text as given.
    await type(page.locator('#config .cm-line', { hasText: 'election-timeout' }), '7000');
    const typed = await edited(page);
    await page.locator('#fix-all').click();
    await page.locator('#fixed', { hasText: 'nothing further' }).waitFor();
    await page.locator('#config .cm-content').focus();
    await page.keyboard.press('Control+z');
    await page.waitForTimeout(400);
    assert.equal(await edited(page), typed);
    assert.ok((await page.locator('#config .fix', { hasText: '7000 to 3000' }).count()) > 0);
    for (let times = 0; times < 12; times++) await page.keyboard.press('Control+z');
    await page.waitForTimeout(400);
    assert.equal(await edited(page), before);
    assert.equal(await page.locator('#fixed').count(), 0);
  });

  story(
    'once no log is left the answer follows the text, and the log that comes back speaks of the old one',
    {},
    async (page) => {
      await page.locator('.ex button').nth(1).click();
      await page.locator('#headline').waitFor();
      const headline = await page.locator('#headline').innerText();
      await page.locator('#config-fold').click();
      await page.locator('#config .cm-content .mark-row').first().waitFor();
      await page.locator('#fix-all').click();
      await page.locator('#fixed').waitFor();
      await page.locator('[id^=remove-]').nth(1).click();
      await page.waitForFunction(() =>
        document.querySelector('timing-advisor').report.documents.every(({ kind }) => kind !== 'log'),
      );
      await page.locator('#fixed').waitFor({ state: 'detached' });
      const timeout = () =>
        page.evaluate(() => {
          const { recommendations, kept } = document.querySelector('timing-advisor').report;
          return [...recommendations, ...kept].find(({ parameter }) => parameter === 'etcd.election-timeout').current
            .value;
        });
      assert.equal(await timeout(), 3000);
      await page.locator('#undo').click();
      await page.locator('#fixed', { hasText: 'now holds the proposed values' }).waitFor();
      assert.equal(await timeout(), 1000);
      assert.equal(await page.locator('#headline').innerText(), headline);
    },
  );

  story('a slip in what is tried out is marked at its line', {}, async (page) => {
    await page.locator('.ex button').nth(1).click();
    await page.locator('#config-fold').click();
    await page.locator('#config .cm-line', { hasText: 'election-timeout: 1000' }).click();
    await page.keyboard.press('End');
    await page.keyboard.type(' 7s');
    const slip = page.locator('#config .mark-row', { hasText: '1000 7s' });
    await slip.first().waitFor();
    assert.ok((await page.locator('#config .mark-row').count()) > 1);
    await page.locator('#config-switch').check();
    assert.ok(await page.locator('.mark-list .mark-row', { hasText: '1000 7s' }).count());
  });

  story('the reader may say that a changed text was in force', {}, async (page) => {
    await page.locator('.ex button').nth(1).click();
    await page.locator('#config-fold').click();
    await page.locator('#config .cm-line', { hasText: 'election-timeout: 1000' }).click();
    await page.keyboard.press('End');
    await page.keyboard.type('0');
    await page.locator('#in-force').click();
    await page.waitForFunction(() =>
      document
        .querySelector('timing-advisor')
        .report.settings.some((each) => each.parameter === 'etcd.election-timeout' && each.value === 10000),
    );
    assert.equal(await page.locator('#fixed').count(), 0);
  });

  story('without a keyboard, a button leads from mark to mark', {}, async (page) => {
    await paste(page, CONFIG);
    await page.locator('#config .cm-content .mark-row').first().waitFor();
    const said = [];
    for (let press = 0; press < 2; press++) {
      await page.locator('#next-mark').click();
      said.push(await page.locator('[role=status]').innerText());
    }
    assert.match(said[0], /^Line \d+\. /);
    assert.match(said[1], /^Line \d+\. /);
    assert.notEqual(said[0], said[1]);
  });

  story('a file beside the one that the answer is worked out with is not said to be wrong', {}, async (page) => {
    const file = (election) =>
      `#cloud-config\ncoreos:\n  etcd2:\n    heartbeat-interval: 100\n    election-timeout: ${election}\n  units:\n    - name: etcd2.service\n      command: start\n`;
    const log = [1, 2]
      .map(
        (minute) =>
          `Nov 12 03:0${minute}:21 core-1 etcd2[648]: failed to send out heartbeat on time (deadline exceeded for 2.31s)\n`,
      )
      .join('');
    await page.locator('#files').setInputFiles(
      [
        ['a.yaml', file(2000)],
        ['b.yaml', file(1000)],
        ['core-1.log', log],
      ].map(([name, text]) => ({ name, mimeType: 'text/plain', buffer: Buffer.from(text) })),
    );
    await page.locator('#config-fold').click();
    await page.locator('#config .cm-content .mark-row').first().waitFor();
    const marks = (await page.locator('#config .cm-content').innerText()).replaceAll('\u00a0', ' ');
    assert.doesNotMatch(marks, /does not apply/);
    assert.match(marks, /100 stands here: heartbeat-interval is 100 ms in b\.yaml, \d+ ms proposed/);
    assert.match(marks, /line 5\. [^\n]+: 2000 ms\. election-timeout is 1000 ms in b\.yaml, \d+ ms proposed/);
  });

  story('undoes a fix, and never to an empty text', {}, async (page) => {
    await inEditor(page);
    const before = await edited(page);
    const shown = await page.locator('#config .cm-content').innerText();
    await page.locator('#fix-all').click();
    // The editor gets the new text when the page is drawn, a moment after the document has it.
    await page.waitForFunction(
      (shown) =>
        document.querySelector('timing-advisor').shadowRoot.querySelector('#config .cm-content').innerText !== shown,
      shown,
    );
    assert.notEqual(await edited(page), before);
    await page.locator('#config .cm-content').focus();
    for (let times = 0; times < 4; times++) await page.keyboard.press('Control+z');
    assert.equal(await edited(page), before);
  });

  story('Tab indents in the editor; Esc, then Tab leaves it', {}, async (page) => {
    await inEditor(page);
    await page.locator('#config .cm-content').focus();
    const inside = () =>
      page.locator('#config .cm-content').evaluate((each) => each.getRootNode().activeElement === each);
    await page.keyboard.press('Tab');
    assert.equal(await inside(), true);
    await page.keyboard.press('Escape');
    await page.keyboard.press('Tab');
    assert.equal(await inside(), false);
  });

  story('comments a line out and in again, and opens a line below', {}, async (page) => {
    await inEditor(page);
    const before = await edited(page);
    await page.locator('#config .cm-line', { hasText: 'agent-ttl' }).click();
    await page.keyboard.press('Control+/');
    assert.match(await edited(page), /^ {4}# agent-ttl: 30s$/m);
    await page.keyboard.press('Control+/');
    assert.equal(await edited(page), before);
    await page.locator('#config .cm-line', { hasText: 'election-timeout' }).click();
    await page.keyboard.press('Home');
    await page.keyboard.press('Control+Enter');
    await page.keyboard.type('name: a');
    assert.match(await edited(page), /election-timeout: 1000\n {4}name: a\n {2}fleet:/);
  });

  story('types at several places, and jumps to the other bracket', {}, async (page) => {
    await inEditor(page);
    await page.locator('#config .cm-line', { hasText: 'heartbeat-interval' }).click();
    await page.keyboard.press('End');
    await page.keyboard.press('Control+Alt+ArrowDown');
    await page.locator('#config .further').waitFor();
    await page.keyboard.type('0');
    await page.keyboard.press('Escape');
    await page.locator('#config .further').waitFor({ state: 'detached' });
    await page.keyboard.press('Home');
    await page.locator('#config .cm-line', { hasText: 'agent-ttl' }).click({ modifiers: ['Alt'] });
    await page.locator('#config .further').waitFor();
    await page.keyboard.press('Escape');
    const lines = (await edited(page)).split('\n');
    assert.ok(lines.includes('    heartbeat-interval: 6000') && lines.includes('    election-timeout: 10000'));

    await page.locator('#config .cm-line', { hasText: 'agent-ttl' }).click();
    await page.keyboard.press('End');
    await page.keyboard.type(' # {a [b] c}');
    await page.keyboard.press('Control+Shift+\\');
    await page.keyboard.type('x');
    assert.match(await edited(page), /# x\{a \[b\] c\}$/m);
  });

  story('tells keys, values and comments apart, and Enter keeps the indentation', {}, async (page) => {
    await inEditor(page, CONFIG.replace('1000', "'1000' # {{ later }} 5"));
    const line = page.locator('#config .cm-line', { hasText: 'election-timeout' });
    const coloured = () =>
      line.evaluate((each) =>
        [...each.querySelectorAll('[class^=tok-]')].map((part) => `${part.className} ${part.textContent}`),
      );
    assert.deepEqual(await coloured(), [
      'tok-key election-timeout',
      "tok-string '1000'",
      'tok-comment # {{ later }} 5',
    ]);
    await line.click();
    await page.keyboard.press('End');
    await page.keyboard.press('Enter');
    await page.keyboard.type('name: a');
    assert.match(await edited(page), /later \}\} 5\n    name: a\n  fleet:/);
  });

  story('is a plain text field for whoever wants one', {}, async (page) => {
    await inEditor(page);
    await page.locator('#config-switch').check();
    assert.equal(await page.locator('#config-plain').inputValue(), await edited(page));
    assert.equal(await page.locator('#config .cm-content').isVisible(), false);
    assert.ok((await page.locator('.mark-list .mark-row').count()) > 0, 'the marks stand below it');
    const width = (selector) => page.locator(selector).evaluate((element) => element.getBoundingClientRect().width);
    assert.ok((await width('#config-plain')) > 0.95 * (await width('#config .src')), 'it takes the whole width');
    await page.locator('#config-plain').focus();
    await page.keyboard.press('Control+End');
    await page.keyboard.type('# by hand\n');
    await page.waitForTimeout(400);
    assert.match(await edited(page), /# by hand\n$/);
    assert.equal(await focused(page), 'config-plain');
  });

  story('the editor and the plain field undo in one order', {}, async (page) => {
    await inEditor(page);
    const before = await edited(page);
    const field = page.locator('#config-plain');
    const content = page.locator('#config .cm-content');
    const press = async (...keys) => {
      for (const key of keys) await page.keyboard.press(key);
      return edited(page);
    };
    await content.focus();
    await press('Control+End');
    await page.keyboard.type('# one');
    await page.locator('#config-switch').check();
    await field.focus();
    await press('Control+Home');
    await page.keyboard.type('# two');
    // At once, before the page is drawn again.
    assert.equal(await press('Control+z'), `${before}# one`);
    assert.equal(await field.inputValue(), `${before}# one`);
    assert.equal(await press('Control+z'), before);
    assert.equal(await press('Control+y', 'Control+y'), `# two${before}# one`);
    assert.equal(await press('Control+z'), `${before}# one`);
    // What was taken back there is no step here.
    await page.locator('#config-switch').uncheck();
    await content.focus();
    assert.equal(await press('Control+z'), before);

    // The fix that was just made is the last step.
    await page.locator('#config .cm-line', { hasText: 'agent-ttl' }).click();
    await press('End');
    await page.keyboard.type(' # kept');
    await page.waitForTimeout(400);
    const typed = await edited(page);
    await page.locator('#fix-all').click();
    assert.notEqual(await edited(page), typed);
    assert.equal(await press('Control+z'), typed);
  });

  story('what was typed while the editor was on its way can be undone in it', {}, async (page) => {
    // It waits for a frame to be drawn: none is, until the text is typed.
    await page.evaluate(() => {
      const frame = window.requestAnimationFrame;
      const held = [];
      window.requestAnimationFrame = (draw) => held.push(draw);
      window.drawOn = () => {
        window.requestAnimationFrame = frame;
        held.forEach((draw) => frame.call(window, draw));
      };
    });
    await paste(page, CONFIG);
    await page.locator('#config-plain').waitFor();
    await page.locator('#config-plain').focus();
    const before = await edited(page);
    await page.keyboard.press('Control+End');
    await page.keyboard.type('# early');
    await page.evaluate(() => window.drawOn());
    await page.locator('#config .cm-content .mark-row').first().waitFor();
    assert.equal(await edited(page), `${before}# early`);
    for (let times = 0; times < 3; times++) await page.keyboard.press('Control+z');
    assert.equal(await edited(page), before);
  });

  story('a template with an error on line 33 is marked there, and the editor comes first', {}, async (page) => {
    const lines = CONFIG.trimEnd().split('\n');
    while (lines.length < 31) lines.push(`# line ${lines.length + 1}`);
    await paste(page, [...lines, 'hostname: a', 'broken: "no end', 'other: {'].join('\n') + '\n');
    await page.locator('#headline').waitFor();
    await page.locator('#config .cm-content').waitFor();
    const place = await page.evaluate(() => {
      const broken = document
        .querySelector('timing-advisor')
        .report.findings.find((each) => each.id === 'config-yaml-error');
      return broken?.evidence[0]?.line;
    });
    assert.equal(place, 33);
    await page.locator('#config .mark-row.critical, #config .mark-row.warning').first().waitFor();
    const order = await page.evaluate(() => {
      const root = document.querySelector('timing-advisor').shadowRoot;
      const follows = root.getElementById('config').compareDocumentPosition(root.getElementById('input'));
      return (
        (follows & Node.DOCUMENT_POSITION_FOLLOWING) > 0 &&
        !root.getElementById('input').contains(root.getElementById('config'))
      );
    });
    assert.equal(order, true);
  });

  story('a value that has to be written otherwise is told of once', {}, async (page) => {
    await paste(
      page,
      '#cloud-config\ncoreos:\n  fleet:\n    agent-ttl: 30\n  units:\n    - {name: fleet.service, command: start}\n',
    );
    await page.locator('.cm-content button', { hasText: 'Change 30 to 30s' }).waitFor();
    const marks = (await page.locator('.cm-content').innerText()).match(/line 4\./g);
    assert.equal(marks?.length, 1);
  });

  story('of several configurations the one that the headline speaks of is open', {}, async (page) => {
    const files = new Map([
      ['a.yaml', '#cloud-config\ncoreos:\n  etcd2:\n    heartbeat-interval: 600\n    election-timeout: 6000\n'],
      ['b.yaml', 'coreos:\n  fleet:\n    agent-ttl: 120s\n'],
    ]);
    await page
      .locator('input[type=file]')
      .setInputFiles([...files].map(([name, text]) => ({ name, mimeType: 'text/plain', buffer: Buffer.from(text) })));
    await page.locator('#headline', { hasText: 'The first line is not #cloud-config' }).waitFor();
    await page.locator('.cm-content', { hasText: 'agent-ttl' }).waitFor();
  });

  story('marks follow a keystroke in a configuration of 200 lines', {}, async (page) => {
    const long = CONFIG + Array.from({ length: 190 }, (_, index) => `# line ${index}\n`).join('');
    await inEditor(page, long);
    await page.locator('#config-switch').focus();
    await page.locator('#config .cm-line', { hasText: 'election-timeout' }).click();
    await page.keyboard.press('End');
    await page.keyboard.type('0');
    await page.waitForFunction(() =>
      document
        .querySelector('timing-advisor')
        .report.settings.some((each) => each.parameter === 'etcd.election-timeout' && each.value === 10000),
    );
  });

  story('a link brings the answer, and neither text nor secret', {}, async (page) => {
    await inEditor(page, CONFIG + `hostname: secret-host.internal\npassword: ${SECRET}\n`);
    const headline = await page.locator('#headline').innerText();
    await page.locator('#share > summary').click();
    await page.locator('#share-link').click();
    await page.locator('[role=status]', { hasText: /copied/i }).waitFor();
    const address = await page.evaluate(() => navigator.clipboard.readText());
    assert.match(address, /#v1\.[\w-]+$/);
    const carried = await page.evaluate(async (packed) => {
      const bytes = Uint8Array.from(atob(packed.replaceAll('-', '+').replaceAll('_', '/')), (letter) =>
        letter.charCodeAt(0),
      );
      return new Response(new Blob([bytes]).stream().pipeThrough(new DecompressionStream('deflate-raw'))).text();
    }, address.split('#v1.')[1]);
    for (const word of [SECRET, 'secret-host', '#cloud-config']) assert.equal(carried.includes(word), false, word);
    await page.evaluate(() => (document.querySelector('timing-advisor').documents = []));
    await page.evaluate((hash) => (location.hash = hash), new URL(address).hash);
    await page.locator('.shared').waitFor();
    assert.equal(await page.locator('#headline').innerText(), headline);
    // Only a link leads to this state, so it is looked at here.
    assert.deepEqual(await violations(page), []);
  });

  story('a link calls a machine the same in every sentence, and names no file', {}, async (page) => {
    const at = (host, time, said) => `Mar 03 ${time} ${host} fleetd[9]: ${said}\n`;
    const file = (name, text) => ({ name, mimeType: 'text/plain', buffer: Buffer.from(text) });
    const lost = 'ERROR engine.go:218: Engine leadership lost, renewal failed: 101: Compare failed ([7 != 9]) [10]';
    const stole = 'INFO engine.go:205: Stole engine leadership from Machine(3f1c5d7e9a0b42c4a6e8d0f2b4c69788)';
    await page
      .locator('#files')
      .setInputFiles([
        file('acme-one.log', at('acme-1', '02:05:20', lost) + at('acme-1', '02:20:20', lost)),
        file('acme-two.log', at('acme-2', '02:05:19', stole) + at('acme-2', '02:20:19', stole)),
        file('acme-three.log', ''),
      ]);
    await page.locator('#headline').waitFor();
    const machine = (id) => page.locator(`#finding-${id}`).evaluate((each) => /from (\S+)\./.exec(each.textContent)[1]);
    assert.equal(await machine('fleet-engine-lease-lost'), 'acme-1');
    await openOwnLink(page);
    const machines = [await machine('fleet-engine-lease-lost'), await machine('fleet-engine-lease-stolen')];
    assert.deepEqual(machines.sort(), ['host-1', 'host-2']);
    assert.ok(
      !JSON.stringify(await page.evaluate(() => document.querySelector('timing-advisor').report)).includes('acme'),
    );
  });

  story('a text travels only redacted, after it was shown', {}, async (page) => {
    await inEditor(
      page,
      CONFIG + `hostname: secret-host.internal\npassword: ${SECRET}\n# web@1.service, a@b.example\n`,
    );
    // An archive tells nothing and stays here: what is in it no pattern replaces.
    await page
      .locator('#files')
      .setInputFiles({ name: 'secrets.zip', mimeType: '', buffer: Buffer.from(`PK\0\0${SECRET}\0`) });
    await page.locator('.read', { hasText: 'secrets.zip told nothing' }).waitFor();
    await page.locator('#share > summary').click();
    await page.locator('#share-texts > summary').click();
    const shown = await page.locator('#share-texts pre').first().innerText();
    assert.match(shown, /# web@1\.service, user-1@example\.org/);
    assert.equal(shown.includes(SECRET) || shown.includes('secret-host'), false);
    assert.equal(await page.locator('#share-texts pre').count(), 1);
    await page.locator('#share-with-texts').click();
    await page.locator('[role=status]', { hasText: /copied/i }).waitFor();
    const { hash } = new URL(await page.evaluate(() => navigator.clipboard.readText()));
    await page.evaluate((hash) => (location.hash = hash), hash);
    await page.locator('.shared').waitFor();
    await page.locator('#headline').waitFor();
    assert.equal((await edited(page)).trim(), shown.replaceAll('\u00a0', ' ').trim());
  });

  story('a link that is broken says so where one looks, and leaves all else', {}, async (page) => {
    const damaged = `#v1.${'A'.repeat(60)}`;
    await page.evaluate((hash) => (location.hash = hash), damaged);
    await page.locator('#error-title', { hasText: 'link is damaged' }).waitFor();
    assert.ok(await page.locator('#paste').isVisible());
    await inEditor(page);
    assert.equal(await page.locator('#error-title, .unread').count(), 0, 'an answer ends it');
    await page.evaluate((hash) => (location.hash = hash), damaged.replace('v1', 'v0'));
    await page.locator('.unread', { hasText: /Another version of this page made this link/ }).waitFor();
    assert.ok(await page.locator('#headline').isVisible());
    assert.match(await page.locator('[role=status]').innerText(), /Another version/);
  });

  story('a link opens with the sign behind it that a sentence put there', {}, async (page) => {
    await inEditor(page);
    const headline = await page.locator('#headline').innerText();
    await page.locator('#share > summary').click();
    await page.locator('#share-link').click();
    await page.locator('[role=status]', { hasText: /copied/i }).waitFor();
    const { hash } = new URL(await page.evaluate(() => navigator.clipboard.readText()));
    await page.evaluate(() => (document.querySelector('timing-advisor').documents = []));
    await page.evaluate((hash) => (location.hash = hash), `${hash}).`);
    await page.locator('.shared').waitFor();
    assert.equal(await page.locator('#headline').innerText(), headline);
    // It has no texts: no line stands behind a finding, and nothing can be planned anew.
    assert.match(await page.locator('#whatif .hd').innerText(), /Nothing can be moved here/);
    assert.doesNotMatch(await page.locator('#evidence .hd').innerText(), /^The lines/m);
  });

  story('a no that came in a link says what to measure next, without commands to run', {}, async (page) => {
    await page.locator('.ex button', { hasText: 'A disk that hangs' }).click();
    await page.locator('#headline').waitFor();
    const steps = () => page.locator('#values .steps li > :first-child > p').allInnerTexts();
    const commands = page.locator('#values .steps pre');
    const told = await steps();
    assert.ok(told.length > 0 && (await commands.count()) > 0);
    await openOwnLink(page);
    assert.deepEqual(await steps(), told);
    assert.equal(await commands.count(), 0);
  });

  story('gives patch, annotated configuration, report and data as files', {}, async (page) => {
    await inEditor(page);
    const file = async (id) => {
      if (!(await page.locator('#export').evaluate((each) => each.open)))
        await page.locator('#export > summary').click();
      const [download] = await Promise.all([page.waitForEvent('download'), page.locator(id).first().click()]);
      return readFile(await download.path(), 'utf8');
    };
    const patch = await file('#export-patch');
    assert.match(patch, /^--- a\/cloud-config\.yaml\n\+\+\+ b\/cloud-config\.yaml\n@@ /);
    const folder = await mkdtemp(join(tmpdir(), 'patch-'));
    await writeFile(join(folder, 'cloud-config.yaml'), CONFIG);
    execFileSync('git', ['apply', '-'], { cwd: folder, input: patch });
    assert.equal(
      await readFile(join(folder, 'cloud-config.yaml'), 'utf8'),
      await page.evaluate(() => document.querySelector('timing-advisor').report.patches[0].text),
    );
    assert.match(await file('[id^=export-annotated]'), /# <- 1/);
    const markdown = await file('#export-markdown');
    assert.match(markdown, /^# /);
    const first = await page.locator('.find h3').first().textContent();
    assert.ok(
      /^## (Critical|Warning|Note): .*$/m.exec(markdown)[0].endsWith(first),
      'findings in the order of the page',
    );
    assert.match(markdown, /^pasted text 1:\d+: .*etcd-request-timeout: 1$/m);
    const [sure] = /How sure: [a-z ]+\./.exec(await page.locator('#values').innerText());
    assert.ok(markdown.includes(`\n${sure}\n`), 'a ticket says how sure the values are');
    // A ticket has no page beside it that would tell what was read.
    assert.match(markdown, /^- `pasted text 1`: CoreOS cloud-config, 10 of 10.lines, no times$/m);
    const json = await file('#export-json');
    assert.equal(JSON.parse(json).schemaVersion, 1);
    // The few lines that they quote are no log, and the patch is not what is in force.
    for (const text of [markdown, json]) {
      const { limits, findings } = await analyze({ documents: [{ name: 'ticket', text }] });
      assert.deepEqual([limits.length, findings.length], [1, 0]);
      assert.match(limits[0], /^ticket is a report of this advisor/);
    }
  });
});
