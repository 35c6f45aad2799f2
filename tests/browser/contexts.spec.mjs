// Where the advisor is used: under a path, as a file, in frames, twice on a page, under a strict
// policy, without a network. In each it must answer, ask for nothing, and break no policy.

import assert from 'node:assert/strict';
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { pathToFileURL } from 'node:url';
import { CLOUD_CONFIG, ETCD_LOG } from '../node/engine.mjs';
import { launch, npm, open, paste, serve, single, site, violations } from './browser.mjs';

const LOG =
  'Apr 20 10:00:01 core-01 etcd2[815]: failed to send out heartbeat on time (deadline exceeded for 1.237022208s)\n';
const STALL = /1\.44/;

describe('contexts', () => {
  let browser;
  let folder;
  let server;
  before(async () => {
    browser = await launch();
    folder = await mkdtemp(join(tmpdir(), 'timing-advisor-'));
    await cp(site, join(folder, 'docs/tools/advisor'), { recursive: true });
    await cp(npm, join(folder, 'element'), { recursive: true });
    await cp(single, join(folder, 'timing-advisor.html'));
    server = await serve(folder);
  });
  after(async () => {
    await browser?.close();
    server?.close();
    await rm(folder, { recursive: true, force: true });
  });

  const write = (name, html) =>
    writeFile(
      join(folder, name),
      `<!doctype html><html lang="en"><link rel="icon" href="data:,"><title>host</title>${html}`,
    );

  /** Pastes into a page or a frame, and gives the sentence of the answer. */
  async function answer(place) {
    await paste(place, LOG);
    const headline = place.locator('#headline');
    await headline.waitFor();
    return headline.textContent();
  }

  async function opened(address, options) {
    const page = await open(browser, address, options);
    const asked = server.requests.length;
    return { page, quiet: () => assert.deepEqual(server.requests.slice(asked), [], 'asked for after load') };
  }

  it('under a path', async () => {
    const page = await open(browser, `${server.address}docs/tools/advisor/`, { serviceWorkers: 'allow' });
    // The copy for offline use is fetched once, after the page.
    await page.evaluate(() => navigator.serviceWorker.ready);
    const copied = server.requests.length;
    assert.match(await answer(page), STALL);
    assert.deepEqual(server.requests.slice(copied), []);
    assert.deepEqual(page.problems, []);
    await page.context().close();
  });

  it('as a file', async () => {
    const page = await open(browser, pathToFileURL(single).href);
    const requests = [];
    page.on('request', (request) => !/^(blob|data):/.test(request.url()) && requests.push(request.url()));
    assert.match(await answer(page), STALL);
    assert.deepEqual([requests, page.problems], [[], []]);
    await page.context().close();
  });

  it('says what it needs where its script does not come', async () => {
    const page = await open(browser, pathToFileURL(join(site, 'index.html')).href);
    await page.locator('timing-advisor > p').waitFor({ timeout: 10_000 });
    assert.match(await page.locator('timing-advisor > p').innerText(), /timing-advisor\.html/);
    const started = await open(browser, server.address + 'docs/tools/advisor/');
    assert.equal(await started.locator('timing-advisor > p').isVisible(), false);
    for (const each of [page, started]) await each.context().close();
  });

  it('as one file over http', async () => {
    const { page, quiet } = await opened(`${server.address}timing-advisor.html`);
    assert.match(await answer(page), STALL);
    quiet();
    assert.deepEqual(page.problems, []);
    await page.context().close();
  });

  /** The words in the heads of tables that break off in their middle. */
  const brokenHeads = (page) =>
    page.evaluate(() => {
      const range = document.createRange();
      const broken = [];
      for (const { firstChild } of document.querySelectorAll('th'))
        for (const { 0: word, index } of (firstChild?.nodeValue ?? '').matchAll(/[^\s-]+/g)) {
          range.setStart(firstChild, index);
          range.setEnd(firstChild, index + word.length);
          if (range.getClientRects().length > 1) broken.push(word);
        }
      return broken;
    });

  it('with its rule book: found by a line of a log, it opens its example, and every page is sound', async () => {
    const address = `${server.address}docs/tools/advisor/`;
    const page = await open(browser, `${address}rules/index.html`);
    const entry = (id) => page.locator('.entry:visible', { hasText: id });
    await page.fill('#search', 'failed to send out heartbeat on time');
    await entry('etcd-heartbeat-late').first().waitFor();
    assert.equal(await entry('config-value-dropped').count(), 0);
    await page.fill('#search', 'no such words at all');
    assert.match(await page.locator('#found').textContent(), /Nothing has all these words/);
    assert.equal(await page.locator('h2:visible').count(), 0, 'no heading without an entry');
    await page.fill('#search', 'slow disk');
    await entry('etcd-slow-disk').first().locator('a').click();
    assert.match(await page.locator('mark').first().textContent(), /sync/);
    for (const colorScheme of ['light', 'dark']) {
      await page.emulateMedia({ colorScheme });
      for (const name of ['rules/index', 'rules/config-value-dropped', 'parameters/agent-ttl', 'guide']) {
        await page.goto(`${address}${name}.html`);
        assert.deepEqual(await violations(page), [], `${name}, ${colorScheme}`);
      }
    }
    await page.setViewportSize({ width: 320, height: 640 });
    for (const name of ['rules/index', 'rules/etcd-heartbeat-late', 'parameters/election-timeout', 'guide']) {
      await page.goto(`${address}${name}.html`);
      assert.equal(await page.evaluate(() => document.documentElement.scrollWidth > innerWidth), false, name);
      const hidden = () => [...document.querySelectorAll('pre')].filter((each) => each.scrollWidth > each.clientWidth);
      assert.equal(await page.evaluate(`(${hidden})().length`), 0, `no line of ${name} ends out of sight`);
      assert.deepEqual(await brokenHeads(page), [], name);
    }
    await page.goto(`${address}rules/etcd-slow-disk.html`);
    await page.locator('.try a').click();
    await page.locator('#headline').waitFor();
    assert.match(await page.locator('#headline').textContent(), /disk/);
    assert.deepEqual(page.problems, []);
    await page.context().close();
  });

  /** Looks a message up in the book at the foot of the single file, follows a link and opens the example. */
  async function readBook(place) {
    await place.locator('#search').fill('heartbeat on time');
    await place.locator('details.entry:visible', { hasText: 'etcd-heartbeat-late' }).first().waitFor();
    await place.locator('#rule-etcd-heartbeat-late > summary').click();
    await place.locator('#rule-etcd-heartbeat-late a', { hasText: 'election-timeout' }).first().click();
    await place.locator('#parameter-election-timeout caption').first().waitFor();
    await place.locator('#rule-etcd-heartbeat-late .try a').click();
  }

  it('as a file with its rule book, whose examples never take the place of a text unasked', async () => {
    const page = await open(browser, pathToFileURL(single).href);
    await readBook(page);
    await page.locator('#headline').waitFor();
    assert.deepEqual(await violations(page), []);
    await page.locator('button:visible', { hasText: 'Clear all' }).click();
    assert.match(await answer(page), STALL);
    await page.locator('#rule-etcd-heartbeat-late .try a').click();
    await page.locator('#notice', { hasText: 'holds your text' }).waitFor();
    assert.equal(await page.evaluate(() => document.querySelector('timing-advisor').documents[0].text), LOG);
    await page.locator('#notice button', { hasText: 'Keep' }).click();
    assert.equal(await page.locator('#notice').count(), 0);
    await page.locator('#rule-etcd-heartbeat-late .try a').click();
    await page.locator('#notice button', { hasText: 'Open' }).click();
    await page.waitForFunction((log) => document.querySelector('timing-advisor').documents[0].text !== log, LOG);
    // The name of a rule in a report leads to its page in the file.
    await page.locator('.find a[href="#rule-etcd-heartbeat-late"]').click();
    assert.match(page.url(), /#rule-etcd-heartbeat-late$/);
    assert.deepEqual(page.problems, []);
    await page.context().close();
  });

  it('as a module by its address alone, as Deno and pages without a bundler import it', async () => {
    await write('module.html', '');
    const { page } = await opened(`${server.address}module.html`);
    const headline = await page.evaluate(async (text) => {
      const { analyze } = await import(new URL('element/timing-advisor.js', location.href).href);
      return (await analyze({ documents: [{ text }] })).verdict.headline;
    }, LOG);
    assert.match(headline, STALL);
    assert.deepEqual(page.problems, []);
    await page.context().close();
  });

  it('in a sandboxed frame, told by message what to read, telling its height', async () => {
    await write(
      'frame.html',
      `<iframe sandbox="allow-scripts" src="timing-advisor.html?compact" title="advisor" width="900" height="700"></iframe>
      <script>
        window.told = [];
        const frame = document.querySelector('iframe');
        window.addEventListener('message', ({ source, data }) => {
          if (source !== frame.contentWindow) return;
          window.told.push(data);
          if (data.ready) frame.contentWindow.postMessage({ type: 'timing-advisor', documents: [{ name: 'a.log', text: ${JSON.stringify(LOG)} }] }, '*');
        });
      </script>`,
    );
    const { page, quiet } = await opened(`${server.address}frame.html`);
    await page.waitForFunction(() => window.told.some((each) => each.report));
    const told = await page.evaluate(() => window.told);
    assert.match(told.find((each) => each.report).report.verdict.headline, STALL);
    const frame = page.frameLocator('iframe');
    await frame.locator('#headline').waitFor();
    assert.equal(await frame.locator('.book').isVisible(), false);
    const height = await frame.locator('body').evaluate((body) => Math.ceil(body.getBoundingClientRect().height));
    await page.waitForFunction((height) => window.told.findLast((each) => each.height)?.height === height, height);
    quiet();
    assert.deepEqual(page.problems, []);
    await page.context().close();
  });

  it('in a frame a reader pastes into, whose host learns nothing of it', async () => {
    await write(
      'listen.html',
      `<iframe sandbox="allow-scripts" src="timing-advisor.html" title="advisor" width="900" height="700"></iframe>
      <script>window.told = []; window.addEventListener('message', ({ data }) => window.told.push(data));</script>`,
    );
    const { page } = await opened(`${server.address}listen.html`);
    assert.match(await answer(page.frameLocator('iframe')), STALL);
    assert.deepEqual(await page.evaluate(() => window.told.filter((each) => each.report)), []);
    await page.context().close();
  });

  it('in srcdoc', async () => {
    const text = await readFile(single, 'utf8');
    await write('srcdoc.html', '<iframe title="advisor" width="900" height="700"></iframe>');
    const { page, quiet } = await opened(`${server.address}srcdoc.html`);
    await page.locator('iframe').evaluate((frame, text) => void (frame.srcdoc = text), text);
    const frame = page.frameLocator('iframe');
    assert.match(await answer(frame), STALL);
    // Links stay in the frame, although its base address is that of the page around.
    await frame.locator('.find a[href="#rule-etcd-heartbeat-late"]').click();
    await frame.locator('#rule-etcd-heartbeat-late .try a').waitFor();
    quiet();
    assert.deepEqual(page.problems, []);
    await page.context().close();
  });

  it('twice on a page with a strict policy', async () => {
    await write(
      'host.html',
      `<meta http-equiv="Content-Security-Policy" content="default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; worker-src blob:; connect-src 'self'; require-trusted-types-for 'script'; trusted-types timing-advisor" />
      <timing-advisor id="a" theme="dark"></timing-advisor><timing-advisor id="b" theme="light" compact></timing-advisor>
      <script type="module" src="element/element.js"></script>`,
    );
    const { page, quiet } = await opened(`${server.address}host.html`);
    const headlines = await page.evaluate(async (text) => {
      const read = (id, text) =>
        new Promise((resolve) => {
          const advisor = document.getElementById(id);
          advisor.addEventListener('report', ({ detail }) => resolve(detail.verdict.headline), { once: true });
          advisor.documents = [{ name: `${id}.log`, text }];
        });
      return Promise.all([read('a', text), read('b', 'hello world')]);
    }, LOG);
    assert.match(headlines[0], STALL);
    assert.doesNotMatch(headlines[1], STALL);
    assert.equal(await page.evaluate(() => document.documentElement.dataset.theme), undefined);
    quiet();
    assert.deepEqual(page.problems, []);
    await page.context().close();
  });

  it('of two elements on one page the first opens a link', async () => {
    await write(
      'two.html',
      `<timing-advisor id="a"></timing-advisor><timing-advisor id="b"></timing-advisor>
      <script type="module" src="element/element.js"></script>`,
    );
    const { page } = await opened(`${server.address}two.html`);
    await page.locator('#a .ex button').first().click();
    await page.locator('#a #share > summary').click();
    await page.locator('#a #share-link').click();
    await page.locator('#a [role=status]', { hasText: /copied/i }).waitFor();
    const { hash } = new URL(await page.evaluate(() => navigator.clipboard.readText()));
    await page.evaluate((hash) => (location.hash = hash), hash);
    await page.locator('#a .shared', { hasText: 'came in a link' }).waitFor();
    assert.equal(await page.locator('#b #headline').count(), 0);
    assert.deepEqual(page.problems, []);
    await page.context().close();
  });

  it('as an element: attributes, properties and events as documented', async () => {
    await write(
      'element.html',
      `<p id="outside">The page around.</p><timing-advisor theme="dark" examples="none" compact rules="none"></timing-advisor>
      <script type="module" src="element/element.js"></script>`,
    );
    const { page } = await opened(`${server.address}element.html`);
    const advisor = page.locator('timing-advisor');
    assert.equal(await advisor.locator('h2:visible', { hasText: 'Or look at an example' }).count(), 0);
    assert.equal(await advisor.evaluate((element) => element.report), undefined);
    const detail = await advisor.evaluate(
      (element, documents) =>
        new Promise((resolve) => {
          window.taken = [];
          // The events leave the element, so the page around may listen anywhere.
          document.addEventListener('patch', ({ detail }) => window.taken.push(detail));
          document.addEventListener('report', ({ detail }) => resolve(detail), { once: true });
          element.documents = documents;
        }),
      [
        { name: 'cloud-config.yaml', text: CLOUD_CONFIG },
        { name: 'etcd.log', text: ETCD_LOG },
      ],
    );
    assert.equal(detail.verdict.timing, 'remedy');
    assert.deepEqual(await advisor.evaluate((element) => element.report), detail);
    assert.equal((await advisor.evaluate((element) => element.documents))[0].text, CLOUD_CONFIG);
    await advisor.locator('#copy-patch-0').click();
    await page.waitForFunction(() => window.taken.length === 1);
    const [taken] = await page.evaluate(() => window.taken);
    assert.equal(taken.name, 'cloud-config.yaml');
    assert.match(taken.text, /^#cloud-config\n/);
    assert.equal(await advisor.locator('a[href*="rules/"]').count(), 0, 'no link where there is no book');
    await advisor.evaluate((element) => element.removeAttribute('compact'));
    await advisor.locator('#findings-title, .evs').first().waitFor();
    await assert.rejects(
      advisor.evaluate((element) => void (element.documents = 'a text')),
      /documents is a list of \{ name, text \}/,
    );
    await advisor.evaluate((element) => void (element.documents = []));
    assert.equal(await advisor.evaluate((element) => element.report), undefined);
    assert.equal(await page.locator('#outside').evaluate((p) => getComputedStyle(p).color), 'rgb(0, 0, 0)');
    assert.deepEqual(page.problems, []);
    await page.context().close();
  });

  it('as an element in a page of its own: nothing of it stands outside, and an anchor of that page is no link', async () => {
    await write(
      'wiki.html',
      `<p>The page around.</p><div style="width: 800px"><timing-advisor></timing-advisor></div>
      <script type="module" src="element/element.js"></script>`,
    );
    const { page } = await opened(`${server.address}wiki.html`);
    await answer(page);
    const skip = page.locator('.skip');
    /** Whether it is shown, and whether it then stands in the element. */
    const seen = () =>
      skip.evaluate((link) => {
        const own = link.getBoundingClientRect();
        const host = link.getRootNode().host.getBoundingClientRect();
        const inside = own.top >= host.top && own.left >= host.left && own.right <= host.right;
        return getComputedStyle(link).clipPath === 'none' ? { inside } : undefined;
      });
    assert.equal(await seen(), undefined);
    await skip.focus();
    assert.deepEqual(await seen(), { inside: true });
    const heights = await page.locator('.toc button').evaluateAll((all) => all.map((each) => each.offsetHeight));
    assert.equal(new Set(heights).size, 1, 'no name of a section is broken');
    await page.evaluate(() => (location.hash = '#v1.2-notes'));
    await page.waitForTimeout(200);
    assert.equal(await page.locator('.unread').count(), 0);
    assert.doesNotMatch(await page.locator('[role=status]').innerText(), /link/);
    assert.deepEqual(page.problems, []);
    await page.context().close();
  });

  it('below the bar of a page that has letters as commands', async () => {
    await write(
      'commands.html',
      `<header style="position: sticky; top: 0; height: 48px; background: gold; z-index: 9">A wiki</header>
      <div style="width: 700px"><timing-advisor></timing-advisor></div><p style="height: 1000px"></p>
      <script type="module" src="element/element.js"></script>`,
    );
    const { page } = await opened(`${server.address}commands.html`);
    await page.evaluate(() => {
      window.commands = [];
      for (const name of ['keydown', 'keypress', 'keyup'])
        document.addEventListener(name, ({ target, key }) => {
          if (!target.matches('input, textarea')) window.commands.push(key);
        });
    });
    await page.locator('#paste').pressSequentially(LOG);
    await page.locator('#headline').waitFor();
    assert.deepEqual(await page.evaluate(() => window.commands.filter((key) => key.length === 1)), []);
    await page.locator('.toc button', { hasText: 'Evidence' }).focus();
    await page.keyboard.press('/');
    assert.ok((await page.evaluate(() => window.commands)).includes('/'), 'beside the fields they are the page’s');
    await page.keyboard.press('Enter');
    await page.locator('#evidence-title:focus').waitFor();
    assert.ok((await page.locator('#evidence-title').boundingBox()).y >= 48, 'the heading is not below the bar');
    assert.deepEqual(page.problems, []);
    await page.context().close();
  });

  it('in a narrow column of a page that reads from right to left, whose reset speaks of every element', async () => {
    await write(
      'reset.html',
      `<style>
        * { margin: 0; padding: 0; font: inherit; color: inherit; background: none; text-shadow: inherit; word-break: inherit; }
        body { font: italic small-caps bold 20px serif; color: #a00; text-shadow: 1px 1px red; word-break: break-all; hyphens: auto; cursor: crosshair; user-select: none; }
      </style>
      <div dir="rtl" lang="he" style="width: 256px"><timing-advisor theme="dark"></timing-advisor></div>
      <script type="module" src="element/element.js"></script>`,
    );
    const { page } = await opened(`${server.address}reset.html`);
    await answer(page);
    const look = await page.locator('.privacy').evaluate((line) => {
      const { direction, fontStyle, fontVariant, fontWeight, textShadow, wordBreak, hyphens, cursor } =
        getComputedStyle(line);
      const english = line.matches(':lang(en)');
      return { english, direction, fontStyle, fontVariant, fontWeight, textShadow, wordBreak, hyphens, cursor };
    });
    assert.deepEqual(look, {
      english: true,
      direction: 'ltr',
      fontStyle: 'normal',
      fontVariant: 'normal',
      fontWeight: '400',
      textShadow: 'none',
      wordBreak: 'normal',
      hyphens: 'manual',
      cursor: 'auto',
    });
    assert.deepEqual(await violations(page).then((all) => all.filter((each) => each.startsWith('color-contrast'))), []);
    const beyond = await page.locator('.bar').evaluate((bar) => {
      const { right } = bar.getBoundingClientRect();
      return [...bar.querySelectorAll('summary, button, select')].filter(
        (each) => each.getBoundingClientRect().right > right,
      ).length;
    });
    assert.equal(beyond, 0, 'nothing of the bar stands outside');
    assert.deepEqual(page.problems, []);
    await page.context().close();
  });

  it('in a page whose root has small letters it is as large as anywhere', async () => {
    const page = async (/** @type {string} */ name, /** @type {string} */ style) => {
      await write(
        name,
        `<style>${style}</style><timing-advisor></timing-advisor><script type="module" src="element/element.js"></script>`,
      );
      const { page } = await opened(`${server.address}${name}`);
      await answer(page);
      const sizes = await page.locator('timing-advisor').evaluate((host) =>
        [
          '.brand',
          '#headline',
          '.because',
          '.vals .p',
          '.vals td',
          '#values h2',
          '.code',
          '.tools input',
          'svg text',
        ].map((each) => {
          const { fontSize, lineHeight } = getComputedStyle(host.shadowRoot.querySelector(each) ?? host);
          return `${each} ${fontSize}/${lineHeight}`;
        }),
      );
      const columns = await page.locator('.ledger > div').evaluateAll((all) => all.map((each) => each.offsetTop));
      assert.deepEqual(page.problems, []);
      await page.context().close();
      return [...sizes, new Set(columns).size];
    };
    const usual = await page('usual.html', '');
    assert.ok(usual.includes('#headline 28px/35.84px'), usual.join(', '));
    assert.deepEqual(await page('small-root.html', 'html { font-size: 62.5% } body { font-size: 1.6rem }'), usual);
  });

  it('under a policy without WebAssembly, in a sentence that names what is missing', async () => {
    await write(
      'forbidden.html',
      `<meta http-equiv="Content-Security-Policy" content="default-src 'none'; script-src 'self'; worker-src blob:; connect-src 'self'" />
      <timing-advisor></timing-advisor><script type="module" src="element/element.js"></script>`,
    );
    const { page } = await opened(`${server.address}forbidden.html`);
    await paste(page, LOG);
    const sentence = page.locator('#error-title');
    await sentence.waitFor();
    assert.match(await sentence.textContent(), /wasm-unsafe-eval/);
    await page.context().close();
  });

  it('without a network after the first visit', async () => {
    const { page } = await opened(`${server.address}docs/tools/advisor/`, { serviceWorkers: 'allow' });
    await page.evaluate(() => navigator.serviceWorker.ready);
    await page.context().setOffline(true);
    await page.reload();
    assert.match(await answer(page), STALL);
    for (const name of ['rules/', 'rules/index.html', 'rules/etcd-slow-disk.html', 'guide.html?print']) {
      await page.goto(`${server.address}docs/tools/advisor/${name}`);
      assert.ok(await page.locator('h1').isVisible(), name);
    }
    assert.deepEqual(page.problems, []);
    await page.context().close();
  });

  it('as an installed app: the manifest and its icons are there, in their sizes', async () => {
    const { page } = await opened(`${server.address}docs/tools/advisor/`);
    const icons = await page.evaluate(async () => {
      const address = document.querySelector('link[rel=manifest]').href;
      const { icons, start_url, name } = await (await fetch(address)).json();
      const start = await fetch(new URL(start_url, address));
      const size = async ({ src, sizes }) => {
        const image = new Image();
        image.src = new URL(src, address).href;
        await image.decode();
        return [src, sizes, `${image.naturalWidth}x${image.naturalHeight}`];
      };
      return [[name, start.ok], ...(await Promise.all(icons.map(size)))];
    });
    assert.deepEqual(icons.shift(), ['Timing Advisor', true]);
    assert.ok(icons.length >= 3);
    for (const [src, sizes, actual] of icons) if (sizes !== 'any') assert.equal(actual, sizes, src);
    assert.deepEqual(page.problems, []);
    await page.context().close();
  });

  it('offers a newer copy, and never takes a text away for it', async () => {
    const { page } = await opened(`${server.address}docs/tools/advisor/`, { serviceWorkers: 'allow' });
    await page.evaluate(() => navigator.serviceWorker.ready);
    await page.reload();
    await answer(page);
    const keeper = join(folder, 'docs/tools/advisor/sw.js');
    await writeFile(keeper, `${await readFile(keeper, 'utf8')}\n// newer`);
    await page.evaluate(async () => (await navigator.serviceWorker.getRegistration()).update());
    await page.locator('#notice').waitFor();
    await page.locator('#notice button').first().click();
    assert.match(await page.locator('#notice').textContent(), /Clear the input first/);
    assert.match(await page.locator('#headline').textContent(), STALL);
    // Once the text is gone, the same button loads the newer copy.
    await page.locator('button:visible', { hasText: 'Clear all' }).click();
    await page.evaluate(() => void (window.old = true));
    await page.locator('#notice button').first().click();
    await page.waitForFunction(() => !window.old);
    assert.equal(await page.locator('#notice').count(), 0);
    await page.context().close();
  });
});
