// People with trouble, served by the real engine in a real browser.

import assert from 'node:assert/strict';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { paste, suite } from './browser.mjs';

const CONFIG = `#cloud-config

coreos:
  etcd2:
    heartbeat-interval: 600
    election-timeout: 6000
  fleet:
    public-ip: $private_ipv4
    engine-reconcile-interval: 10 # was 2
    etcd-request-timeout: 1
    agent-ttl: 30s
`;

const LOG = ['06:40:30', '06:40:30', '06:40:30', '06:40:45', '06:40:45']
  .map(
    (time) =>
      `${time} host fleetd[23463]: INFO client.go:292: Failed getting response from http://localhost:2379/: cancelled\n`,
  )
  .join('');

/** On the screen, and nothing lies over it. */
const inSight = (page, selector) =>
  page.locator(selector).evaluate((element) => {
    const { left, right, top, bottom } = element.getBoundingClientRect();
    const root = element.getRootNode();
    return [top + 2, bottom - 2].every((y) => {
      const seen = root.elementFromPoint((left + right) / 2, y);
      return seen === element || element.contains(seen);
    });
  });

suite('stories', (story, at) => {
  const headline = async (page) => {
    await page.locator('#headline').waitFor();
    return page.locator('#headline').innerText();
  };
  const text = (value) => value.replaceAll('\u00a0', ' ');

  story(
    'a reader of the 2015 article pastes configuration and excerpt, and copies a corrected file',
    {},
    async (page) => {
      const loaded = at.server.requests.length;
      await paste(page, CONFIG);
      await headline(page);
      await paste(page, LOG);
      await page.locator('.docs tbody tr').nth(1).waitFor();
      assert.match(text(await page.locator('[data-proposed="fleet.etcd-request-timeout"]').innerText()), /^5 s$/);
      assert.match(text(await page.locator('[data-proposed="fleet.agent-ttl"]').innerText()), /^60 ?s$/);
      await page.locator('#copy-patch-0').click();
      const copied = await page.evaluate(() => navigator.clipboard.readText());
      assert.match(copied, /etcd-request-timeout: 5\n/);
      assert.match(copied, /agent-ttl: "?60s"?\n/);
      assert.match(copied, /engine-reconcile-interval: 10 # was 2\n/, 'comments and other lines stay');
      assert.deepEqual(at.server.requests.slice(loaded), [], 'nothing leaves the browser');
    },
  );

  story('what opens below a value answers what it is called', {}, async (page) => {
    await page.locator('.ex button', { hasText: 'A leader that stalls' }).click();
    await headline(page);
    const folds = await page
      .locator('[id^=why-]')
      .evaluateAll((all) => all.map((fold) => [fold.querySelector('summary').textContent, fold.textContent]));
    assert.equal(folds.length, 5);
    for (const [name, whole] of folds)
      assert.equal(/^Why not other values/.test(name), /(?<!Why )Not \d/.test(whole), whole);
    assert.ok(folds.some(([name]) => name.startsWith('What it rests on')));
    assert.ok(!folds.some(([, whole]) => /\(measured\)\. \(/.test(whole)), 'one basis for a sentence');
  });

  story('what no file can hold is a command, and it is copied where a file would be', {}, async (page) => {
    const late = (at) =>
      `{"level":"warn","ts":"2024-01-10T08:55:${at}.433Z","caller":"etcdserver/raft.go:416","msg":"leader failed to send out heartbeat on time; took too long, leader is overloaded likely from slow disk","to":"63b75c3d731594fc","heartbeat-interval":"100ms","expected-duration":"200ms","exceeded-duration":"1.11s"}\n`;
    const lost = (at) =>
      `{"level":"info","ts":"2024-01-10T08:55:${at}.435Z","logger":"raft","caller":"etcdserver/zap_raft.go:77","msg":"raft.node: 2a0965170762fd09 changed leader from 2a0965170762fd09 to 63b75c3d731594fc at term 5"}\n`;
    const objects =
      '{"level":"warn","ts":"2024-01-10T08:56:44.433Z","caller":"txn/util.go:93","msg":"apply request took too long","took":"310.1ms","expected-duration":"100ms","prefix":"read-only range ","request":"key:\\"/kubernetes.io/pods\\"","response":"size:9"}\n';
    await paste(page, late('33') + lost('33') + objects);
    await headline(page);
    assert.match(await page.locator('#patch').innerText(), /Command\s+oc patch etcd\/cluster/);
    await page.locator('#copy-patch-0').click();
    assert.match(await page.evaluate(() => navigator.clipboard.readText()), /^oc patch etcd\/cluster .*"Slower"/);
  });

  story('a log alone gives a snippet to merge', {}, async (page) => {
    await paste(page, LOG);
    await headline(page);
    await page.locator('#copy-patch-0').click();
    assert.match(await page.evaluate(() => navigator.clipboard.readText()), /^#cloud-config\n/);
  });

  for (const [name, input] of [
    ['prose', 'Dear all,\nthe cluster is slow today.\n'],
    ['binary bytes', String.fromCharCode(...Array.from({ length: 4000 }, (_, index) => (index * 37) % 256))],
    ['one line of a million letters', 'x'.repeat(1_000_000)],
    ['a YAML error', '#cloud-config\ncoreos:\n  fleet: {agent-ttl: 30s\n   etcd: [\n'],
    ['a template', '#cloud-config\ncoreos:\n  fleet:\n    agent-ttl: {{ ttl }}s\n    etcd-request-timeout: 1\n'],
  ]) {
    story(`${name} gets a sentence`, {}, async (page) => {
      await paste(page, input);
      assert.notEqual((await headline(page)).trim(), '');
      await page.getByRole('button', { name: 'Clear all' }).click();
      assert.equal(await page.locator('#paste').isVisible(), true);
    });
  }

  story('a gzip file is read; one that is cut off is named', {}, async (page) => {
    await page
      .locator('#files')
      .setInputFiles({ name: 'fleet.log.gz', mimeType: 'application/gzip', buffer: gzipSync(LOG) });
    await headline(page);
    assert.match(text(await page.locator('.docs').innerText()), /5 of 5 lines/);
    await page.getByRole('button', { name: 'Clear all' }).click();
    await page
      .locator('#files')
      .setInputFiles({ name: 'cut.gz', mimeType: 'application/gzip', buffer: gzipSync(LOG).subarray(0, 40) });
    await page.locator('#error-title').waitFor();
    assert.match(await page.locator('#error-title').innerText(), /^cut\.gz could not be read/);
  });

  story('of two files with one name only the one that gives no text is left out', {}, async (page) => {
    const packed = gzipSync(LOG);
    await page.locator('#files').setInputFiles([
      { name: 'etcd.log.gz', mimeType: 'application/gzip', buffer: packed.subarray(0, 40) },
      { name: 'etcd.log.gz', mimeType: 'application/gzip', buffer: packed },
    ]);
    await headline(page);
    assert.match(text(await page.locator('.docs').innerText()), /5 of 5 lines/);
    assert.equal(await page.locator('.unread').count(), 1);
  });

  story('several files that give no text are told in one sentence', {}, async (page) => {
    const cut = gzipSync(LOG).subarray(0, 40);
    await page.locator('#files').setInputFiles([
      { name: 'a.gz', mimeType: 'application/gzip', buffer: cut },
      { name: 'core-1.log', mimeType: 'text/plain', buffer: Buffer.from(LOG) },
      { name: 'b.log.1', mimeType: 'text/plain', buffer: cut },
      { name: 'c.gz', mimeType: 'application/gzip', buffer: cut },
    ]);
    await headline(page);
    assert.equal(await page.locator('.unread').count(), 1);
    assert.match(
      await page.locator('.unread').innerText(),
      /^a\.gz, b\.log\.1 and c\.gz could not be read\. They are cut off/,
    );
  });

  story('UTF-16 is read with a mark and without one', {}, async (page) => {
    const little = Buffer.from(LOG, 'utf16le');
    for (const buffer of [little, Buffer.from(little).swap16(), Buffer.from(`\ufeff${LOG}`, 'utf16le')]) {
      await page.locator('#files').setInputFiles({ name: 'fleet.log', mimeType: 'text/plain', buffer });
      await headline(page);
      assert.match(text(await page.locator('.docs').innerText()), /5 of 5 lines/);
      assert.equal(await page.evaluate(() => document.querySelector('timing-advisor').documents[0].text), LOG);
      await page.getByRole('button', { name: 'Clear all' }).click();
    }
  });

  story(
    'names of 200 letters make nothing wider than the window',
    { viewport: { width: 320, height: 640 } },
    async (page) => {
      const host = `core-1.${'c'.repeat(60)}.${'d'.repeat(60)}.example`;
      const late = (minute) =>
        `Nov 12 03:0${minute}:21 ${host} etcd2[648]: failed to send out heartbeat on time (deadline exceeded for 1.31s)\n`;
      await page.locator('#files').setInputFiles([
        { name: `${'l'.repeat(200)}.log`, mimeType: 'text/plain', buffer: Buffer.from(late(1) + late(2)) },
        {
          name: `${'y'.repeat(200)}.yaml`,
          mimeType: 'text/plain',
          buffer: Buffer.from(
            '#cloud-config\ncoreos:\n  etcd2:\n    heartbeat-interval: 100\n    election-timeout: 1000\n',
          ),
        },
      ]);
      await headline(page);
      await page.evaluate(() => {
        const root = document.querySelector('timing-advisor').shadowRoot;
        for (const fold of root.querySelectorAll('details:not(.menu)')) fold.open = true;
      });
      assert.equal(await page.evaluate(() => document.documentElement.scrollWidth), 320);
    },
  );

  story('a finding of more lines than are kept does not tell of how many hosts', {}, async (page) => {
    const late = (host, second) =>
      `Nov 12 03:00:${second} core-${host} etcd2[648]: failed to send out heartbeat on time (deadline exceeded for 1.31s)\n`;
    const seconds = Array.from({ length: 40 }, (_, index) => index + 10);
    const log = (host, many) =>
      seconds
        .slice(0, many)
        .map((second) => late(host, second))
        .join('');
    for (const [many, told] of [
      [40, false],
      [5, true],
    ]) {
      for (const host of [1, 2, 3]) await paste(page, log(host, many));
      await page.locator('.docs tbody tr').nth(2).waitFor();
      const facts = text(await page.locator('#finding-etcd-heartbeat-late .me').innerText());
      assert.equal(/hosts/.test(facts), told, facts);
      await page.getByRole('button', { name: 'Clear all' }).click();
    }
  });

  story('what is packed is told by its bytes, not by its name', {}, async (page) => {
    await page.locator('#files').setInputFiles([
      { name: 'core-1.log.1', mimeType: 'text/plain', buffer: gzipSync(LOG) },
      { name: 'core-2.log.gz', mimeType: 'application/gzip', buffer: Buffer.from(CONFIG) },
    ]);
    await headline(page);
    const read = text(await page.locator('.docs').innerText());
    assert.match(read, /5 of 5 lines/);
    assert.match(read, /11 of 11 lines/);
    assert.equal(await page.locator('.unread').count(), 0);
  });

  story('a packed file that breaks off is read up to there, and said to be', {}, async (page) => {
    // What tells something stands in the last piece that can be unpacked.
    const noise = Array.from({ length: 60_000 }, (_, at) => `core-1 kernel: [${at}] ${(at * 7919 * 104729) % 99991}\n`);
    const buffer = gzipSync([...noise.slice(0, 28_000), LOG, ...noise.slice(28_000)].join(''));
    await page.locator('#files').setInputFiles({
      name: 'core-1.log.gz',
      mimeType: 'application/gzip',
      buffer: buffer.subarray(0, buffer.length / 2),
    });
    const told = await headline(page);
    assert.match(text(await page.locator('.read').innerText()), /Cut off: a packed file was read as far as it goes/);
    assert.match(await page.locator('[role=status]').innerText(), /Cut off/);
    assert.match(await page.locator('.lim').innerText(), /core-1\.log\.gz is cut off or damaged/);
    const [lines] = await page.evaluate(() => document.querySelector('timing-advisor').report.documents);
    assert.ok(lines.recognised >= 5 && lines.lines > 28_000 && lines.lines < 60_000, JSON.stringify(lines));
    // With another text beside it, too.
    await paste(page, CONFIG);
    await page.locator('.docs tbody tr').nth(1).waitFor();
    assert.match(await page.locator('.read').innerText(), /Cut off/);
    assert.ok(told);
  });

  story('over a slow line: what was pasted is said to be taken, until the answer is there', {}, async (page) => {
    let go = () => {};
    const held = new Promise((done) => (go = () => done(undefined)));
    await page.route('**/*.wasm', async (route) => {
      await held;
      await route.continue();
    });
    await page.reload();
    await paste(page, LOG);
    await page.locator('#taken').waitFor();
    assert.match(await page.locator('[role=status]').innerText(), /was taken/);
    go();
    await headline(page);
    assert.equal(await page.locator('#taken').count(), 0);
    assert.doesNotMatch(await page.locator('[role=status]').innerText(), /was taken/);
  });

  story('of a tar archive, packed or not, each file is read', {}, async (page) => {
    const inTar = (/** @type {string} */ name, /** @type {string | Buffer} */ text, type = '0') => {
      const bytes = Buffer.from(text);
      const head = Buffer.alloc(512);
      head.write(name);
      head.write(bytes.length.toString(8).padStart(11, '0'), 124);
      head.write(`${type}`, 156);
      head.write('ustar\0' + '00', 257);
      return Buffer.concat([head, bytes, Buffer.alloc((512 - (bytes.length % 512)) % 512)]);
    };
    const archive = Buffer.concat([
      inTar('logs/', '', '5'),
      inTar('logs/._core-1.log', 'of the desktop'),
      inTar('logs/core-1.log', LOG),
      inTar('logs/core-2.log.gz', gzipSync(LOG.replaceAll('core-1', 'core-2'))),
      inTar('logs/system.journal', `LPKSHHRH${'\0'.repeat(300)}`),
      inTar('logs/cloud-config.yaml', CONFIG),
      Buffer.alloc(1024),
    ]);
    for (const [name, buffer] of /** @type {const} */ ([
      ['logs.tar', archive],
      ['logs.tgz', gzipSync(archive)],
    ])) {
      await page.locator('#files').setInputFiles({ name, mimeType: 'application/octet-stream', buffer });
      await headline(page);
      const names = await page.locator('.docs .name').evaluateAll((all) => all.map((each) => each.value));
      assert.deepEqual(names, ['logs/core-1.log', 'logs/core-2.log.gz', 'logs/cloud-config.yaml']);
      assert.match(text(await page.locator('.docs').innerText()), /5 of 5 lines[^]*5 of 5 lines[^]*11 of 11 lines/);
      assert.match(await page.locator('.unread').innerText(), /journalctl --file logs\/system\.journal/);
      await page.getByRole('button', { name: 'Clear all' }).click();
    }
  });

  story('a folder that is dropped is read, each file under its path', {}, async (page) => {
    const folder = await mkdtemp(join(tmpdir(), 'advisor-'));
    await mkdir(join(folder, 'core-1'));
    await mkdir(join(folder, 'empty'));
    await writeFile(join(folder, 'cloud-config.yaml'), CONFIG);
    await writeFile(join(folder, '.hidden'), LOG);
    await writeFile(join(folder, 'core-1', 'fleet.log'), LOG);
    const browser = await page.context().newCDPSession(page);
    const drop = async (/** @type {string} */ path) => {
      const data = { items: [], files: [path], dragOperationsMask: 1 };
      for (const type of ['dragEnter', 'dragOver', 'drop'])
        await browser.send('Input.dispatchDragEvent', { type, x: 300, y: 350, data });
    };
    try {
      await drop(join(folder, 'empty'));
      await page.locator('#error-title', { hasText: /^empty could not be read/ }).waitFor();
      await drop(folder);
      await headline(page);
      const names = await page.locator('.docs .name').evaluateAll((all) => all.map((each) => each.value).sort());
      assert.deepEqual(names, [`${basename(folder)}/cloud-config.yaml`, `${basename(folder)}/core-1/fleet.log`]);
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  story('a journal as systemd keeps it is refused with the command that prints it', {}, async (page) => {
    const journal = (/** @type {string} */ name) => ({
      name,
      mimeType: 'application/octet-stream',
      buffer: Buffer.from(`LPKSHHRH\0\0\0\0${'\0'.repeat(200)}MESSAGE=${LOG}`),
    });
    await page.locator('#files').setInputFiles([journal('system.journal'), journal('user-1000.journal')]);
    await page
      .locator('#error-title', { hasText: 'system.journal and user-1000.journal could not be read.' })
      .waitFor();
    const command = 'journalctl --file system.journal --file user-1000.journal -o short-precise';
    assert.ok((await page.locator('.fault').innerText()).includes(command));
    await page
      .locator('#files')
      .setInputFiles([
        journal('system.journal'),
        { name: 'core-1.log', mimeType: 'text/plain', buffer: Buffer.from(LOG) },
      ]);
    await headline(page);
    assert.match(await page.locator('.unread').innerText(), /journalctl --file system\.journal -o short-precise$/);
    // As a shell takes it.
    await page.locator('#files').setInputFiles([journal("one's system (1).journal")]);
    await page.locator('.unread', { hasText: `--file 'one'\\''s system (1).journal' -o` }).waitFor();
  });

  story('a file that cannot be read is named at the top, and the others are answered', {}, async (page) => {
    await page.locator('#files').setInputFiles([
      { name: 'cut.gz', mimeType: 'application/gzip', buffer: gzipSync(LOG).subarray(0, 40) },
      { name: 'core-1.log', mimeType: 'text/plain', buffer: Buffer.from(LOG) },
    ]);
    await headline(page);
    assert.match(await page.locator('.unread').innerText(), /^cut\.gz could not be read/);
    assert.match(text(await page.locator('.docs').innerText()), /5 of 5 lines/);
    assert.match(await page.locator('[role=status]').innerText(), /cut\.gz could not be read/);
    await page.getByRole('button', { name: 'Clear all' }).click();
    assert.equal(await page.locator('.unread').count(), 0);
  });

  story(
    'at night: dark as the system is, light as soon as the reader says so',
    { colorScheme: 'dark' },
    async (page) => {
      await paste(page, CONFIG);
      await headline(page);
      /** How bright paper and ink are, from 0 to 255. */
      const shades = () =>
        page.locator('timing-advisor').evaluate((host) => {
          const { backgroundColor, color } = getComputedStyle(host);
          return [backgroundColor, color].map((each) => Number(each.match(/\d+/)));
        });
      const [paper, ink] = await shades();
      assert.ok(paper < 60 && ink > 200, `${paper} ${ink}`);
      await page.locator('#theme').selectOption('light');
      const [day, text] = await shades();
      assert.ok(day > 200 && text < 60, `${day} ${text}`);
    },
  );

  story('an engine that could not be fetched is asked for again, and the text is still there', {}, async (page) => {
    await page.route('**/*.wasm', (route) => route.fulfill({ status: 404 }));
    await page.reload({ waitUntil: 'networkidle' });
    await paste(page, CONFIG);
    await page.locator('#error-title').waitFor();
    assert.match(
      await page.locator('.fault').innerText(),
      /could not be fetched.*\s+See whether this machine is online, and try again/,
    );
    await page.unroute('**/*.wasm');
    await page.getByRole('button', { name: 'Try again' }).click();
    await headline(page);
    assert.match(text(await page.locator('.docs').innerText()), /11 of 11 lines/);
    // The browser tells of the two answers that were no engine.
    assert.ok(page.problems.every((each) => each.includes('404')));
    page.problems.length = 0;
  });

  story('a folder of many files shows those that tell something, and the others when asked', {}, async (page) => {
    const pod = (/** @type {number} */ at) => ({
      name: `pod-${at}.yaml`,
      mimeType: '',
      buffer: Buffer.from('kind: Pod\nmetadata:\n  name: a\n'),
    });
    const log = { name: 'fleet.log', mimeType: '', buffer: Buffer.from(LOG) };
    await page.locator('#files').setInputFiles([log, ...Array.from({ length: 250 }, (_, at) => pod(at))]);
    await headline(page);
    const rows = () => page.locator('.docs tbody tr').count();
    assert.equal(await rows(), 1);
    assert.match(
      text(await page.locator('.lim').innerText()),
      /250 documents are neither .*: pod-0\.yaml, .* and 247 more/,
    );
    await page.getByText('250 documents told nothing', { exact: true }).click();
    await page.getByText('The first 200 of 250 are shown.').waitFor();
    assert.equal(await rows(), 201);
    await page.locator('#export > summary').click();
    const [report] = await Promise.all([page.waitForEvent('download'), page.locator('#export-markdown').click()]);
    const markdown = text(await readFile(await report.path(), 'utf8'));
    assert.match(markdown, /Read: fleet\.log, 5 of 5 lines understood\..*250 documents told nothing\./s);
    assert.doesNotMatch(markdown, /`pod-/);
    await page.getByRole('button', { name: 'Remove what told nothing' }).click();
    await page.locator('#silent').waitFor({ state: 'detached' });
    assert.match(text(await page.locator('.undone').innerText()), /^250 files were removed\./);
    await page.getByRole('button', { name: 'Undo' }).click();
    await page.locator('#silent').waitFor();
  });

  story('what told nothing beside a log is named at the top and is no part of what was read', {}, async (page) => {
    const other =
      '2024-05-02T10:00:00Z web-1 nginx[12]: GET /index.html 200\n2024-06-02T10:00:00Z web-1 nginx[12]: stop\n';
    const file = (name, content) => ({ name, mimeType: '', buffer: Buffer.from(content) });
    await page
      .locator('#files')
      .setInputFiles([file('fleet.log', LOG), file('screen.png', 'P\0NG\0\r\n'), file('web.log', other)]);
    await headline(page);
    const read = text(await page.locator('.read').innerText());
    assert.match(read, /^Read: fleet\.log, 5 of 5 lines understood/);
    assert.match(read, /screen\.png and web\.log told nothing\./);
    assert.match(await page.locator('[role=status]').first().innerText(), /screen\.png and web\.log told nothing\.$/);
    assert.match(await page.locator('.lim').innerText(), /web\.log is a log, but no line of it/);
  });

  story('timers that stay for one reason share a row', {}, async (page) => {
    await paste(page, LOG);
    await headline(page);
    const alike = text(await page.locator('#values .alike').innerText());
    assert.match(alike, /^Kept: heartbeat-interval 100 ms, election-timeout 1000 ms\. The input shows no line/);
    assert.equal(await page.locator('#values [data-parameter^=etcd]').count(), 0);
  });

  story('a log of other programs gets no values, and is told where to get the right one', {}, async (page) => {
    await paste(page, 'Nov 12 03:04:21 web-1 nginx[12]: GET /index.html 200\nNov 12 03:05:21 web-1 nginx[12]: stop\n');
    await headline(page);
    assert.match(text(await page.locator('.read').innerText()), /0 of 2 lines understood/);
    assert.ok(await page.locator('.blk .where').isVisible());
    assert.equal(await page.locator('#values, #evidence').count(), 0);
  });

  story('binary data is called so where the answer would be', {}, async (page) => {
    const buffer = Buffer.from(Array.from({ length: 4000 }, (_, index) => (index * index * 37) % 256));
    await page.locator('#files').setInputFiles({ name: 'core.bin', mimeType: 'application/octet-stream', buffer });
    await headline(page);
    assert.match(await page.locator('#verdict .because').innerText(), /core\.bin holds binary data/);
  });

  story('the operator of a Kubernetes cluster is answered in its words, without fleet', {}, async (page) => {
    const [one, two] = ['8e9e05c52164694d', '6e3bd23ae5f1eae0'];
    const started =
      JSON.stringify({
        level: 'info',
        ts: '2026-11-28T02:58:01.160Z',
        caller: 'embed/etcd.go:310',
        msg: 'starting an etcd server',
        'etcd-version': '3.5.12',
        name: 'cp-1',
        'data-dir': '/var/lib/etcd',
        'heartbeat-interval': '100ms',
        'election-timeout': '1s',
      }) + '\n';
    const raft = (time, msg) =>
      JSON.stringify({ level: 'info', ts: time, logger: 'raft', caller: 'etcdserver/zap_raft.go:77', msg }) + '\n';
    const late = (time, to) =>
      JSON.stringify({
        level: 'warn',
        ts: time,
        caller: 'etcdserver/raft.go:416',
        msg: 'leader failed to send out heartbeat on time; took too long, leader is overloaded likely from slow disk',
        to,
        'heartbeat-interval': '100ms',
        'expected-duration': '200ms',
        'exceeded-duration': '1.12s',
      }) + '\n';
    // Its keys are those of Kubernetes.
    const slow =
      JSON.stringify({
        level: 'warn',
        ts: '2026-11-28T03:04:10.100Z',
        caller: 'etcdserver/util.go:170',
        msg: 'apply request took too long',
        took: '312.1ms',
        'expected-duration': '100ms',
        prefix: 'read-only range ',
        request: 'key:"/registry/leases/kube-system/kube-scheduler" ',
        response: '',
      }) + '\n';
    await paste(
      page,
      started +
        slow +
        late('2026-11-28T03:04:11.231Z', two) +
        raft('2026-11-28T03:04:11.332Z', `${one} became follower at term 13`) +
        raft('2026-11-28T03:04:11.333Z', `raft.node: ${one} lost leader ${one} at term 13`) +
        raft('2026-11-28T03:04:11.402Z', `raft.node: ${one} elected leader ${two} at term 13`),
    );
    await headline(page);
    await paste(
      page,
      raft('2026-11-28T03:04:11.302Z', `${two} is starting a new election at term 12`) +
        raft('2026-11-28T03:04:11.303Z', `raft.node: ${two} lost leader ${one} at term 13`) +
        raft('2026-11-28T03:04:11.400Z', `${two} became leader at term 13`),
    );
    await page.locator('.docs tbody tr').nth(1).waitFor();
    await page.locator('[data-parameter="etcd.election-timeout"] .new').waitFor();
    // The other log allows a range, which tells no more.
    assert.match(await page.locator('.read').innerText(), /etcd 3\.5\.12(?!,)/);
    assert.match(await page.locator('#patch .plain').innerText(), /- --election-timeout=\d+/);
    assert.doesNotMatch(await page.locator('timing-advisor').innerText(), /journalctl|systemctl/);
    assert.doesNotMatch(await page.locator('#values').innerText(), /fleet|agent-ttl/);
    assert.equal(await page.locator('[data-parameter^="fleet."], #as-fleetVersion').count(), 0);
    const lanes = await page.locator('svg.tl:visible .lab').allTextContents();
    assert.equal(lanes.length, 2);
    assert.notEqual(lanes[0], lanes[1]);
  });

  story('what two steps have in common is said once, and each finding is a heading', {}, async (page) => {
    await page.locator('.ex button', { hasText: 'A leader that stalls' }).click();
    await headline(page);
    const steps = await page.locator('#rollout .steps > li').allInnerTexts();
    assert.match(steps[3], /The commands of step 3\.[^]*As in step 3\./);
    const findings = await page.locator('.find').count();
    assert.equal(await page.locator('.find h3').count(), findings);
  });

  story('in the compact form a button says what it copies, and another leads where it says', {}, async (page) => {
    await page.locator('timing-advisor').evaluate((advisor) => advisor.setAttribute('compact', ''));
    await page.locator('.ex button').nth(1).click();
    await page.locator('#headline').waitFor();
    assert.equal(await page.locator('#copy-patch-0').innerText(), 'Copy patched file');
    await page.locator('#other-input').click();
    await paste(page, LOG);
    await page.locator('#headline').waitFor();
    assert.equal(await page.locator('#copy-patch-0').innerText(), 'Copy snippet');
    await page.locator('#unfold').click();
    await page.locator('#evidence').waitFor();
    assert.ok(await inSight(page, '#evidence-title'));
  });

  story('every example gets an answer', {}, async (page) => {
    const count = await page.locator('.ex button').count();
    for (let index = 0; index < count; index++) {
      await page.locator('.ex button').nth(index).click();
      assert.notEqual(await headline(page), '');
      await page.getByRole('button', { name: 'Clear all' }).click();
    }
  });
});

suite('nothing the reader gave is lost', (story) => {
  const given = (page) =>
    page.evaluate(() => document.querySelector('timing-advisor').documents.map(({ text }) => text));
  const answered = (page) => page.locator('#headline').waitFor();
  const said = (page) => page.locator('[role=status]').innerText();

  story('Back asks before a pasted text is gone, and not about an example', {}, async (page) => {
    const asked = [];
    page.on('dialog', async (dialog) => {
      asked.push(dialog.type());
      await dialog.dismiss();
    });
    await page.locator('.ex button').first().click();
    await answered(page);
    await page.reload({ waitUntil: 'networkidle' });
    assert.deepEqual(asked, []);
    await page.locator('#paste').click();
    await paste(page, CONFIG);
    await answered(page);
    await Promise.all([page.waitForEvent('dialog'), page.evaluate(() => history.back())]);
    assert.deepEqual(asked, ['beforeunload']);
    assert.deepEqual(await given(page), [CONFIG]);
  });

  story('an element that is moved in its page answers what was asked before', {}, async (page) => {
    const move = () =>
      page.evaluate(() => {
        const advisor = document.querySelector('timing-advisor');
        const frame = document.createElement('main');
        advisor.replaceWith(frame);
        frame.append(advisor);
      });
    const report = () => page.evaluate(() => document.querySelector('timing-advisor').report);
    const busy = () => page.locator('[aria-busy]').count();
    await page.evaluate((text) => {
      const advisor = document.querySelector('timing-advisor');
      advisor.documents = [{ name: 'a.log', text }];
      const frame = document.createElement('main');
      advisor.replaceWith(frame);
      frame.append(advisor);
    }, LOG);
    await page.locator('#headline').waitFor({ timeout: 10_000 });
    assert.equal((await report()).documents[0].name, 'a.log');
    assert.equal(await busy(), 0);
    // What is typed is answered after a pause.
    await page.locator('#paste').click();
    await page.keyboard.insertText(LOG);
    await move();
    await page.waitForFunction(() => document.querySelector('timing-advisor').report.documents.length === 2);
    // Where nothing is owed, nothing is answered again: a page may move the element whenever it has its answer.
    await page.evaluate(() => {
      window.told = 0;
      document.querySelector('timing-advisor').addEventListener('report', () => window.told++);
    });
    await move();
    await page.waitForTimeout(300);
    assert.equal(await page.evaluate(() => window.told), 0);
    assert.equal(await busy(), 0);
  });

  story('what was cleared comes back, by keyboard, beside what was pasted since', {}, async (page) => {
    await paste(page, CONFIG);
    await answered(page);
    await paste(page, LOG);
    await page.locator('.docs tbody tr').nth(1).waitFor();
    await page.getByRole('button', { name: 'Clear all' }).focus();
    await page.keyboard.press('Enter');
    assert.deepEqual(await given(page), []);
    assert.match(await said(page), /All input was removed\. Undo/);
    assert.ok(await inSight(page, '#undo'), 'the way back is seen');
    await paste(page, 'fleet is slow today\n');
    await answered(page);
    await page.locator('#paste').focus();
    await page.keyboard.press('Shift+Tab');
    await page.keyboard.press('Enter');
    await page.locator('.docs tbody tr').nth(2).waitFor();
    assert.deepEqual(await given(page), [CONFIG, LOG, 'fleet is slow today\n']);
    assert.equal(await page.locator('#undo').count(), 0);
  });

  story('on a phone, too, the way back is seen', { viewport: { width: 390, height: 844 } }, async (page) => {
    await page.locator('.ex button').nth(1).click();
    await answered(page);
    await page.getByRole('button', { name: 'Clear all' }).click();
    assert.ok(await inSight(page, '#undo'));
    assert.ok(await inSight(page, '#paste'));
  });

  story('one document that was removed comes back to its place', {}, async (page) => {
    await paste(page, CONFIG);
    await answered(page);
    await paste(page, LOG);
    await page.locator('.docs tbody tr').nth(1).waitFor();
    await page.locator('[id^=remove-]').first().click();
    await page.waitForFunction(() => document.querySelector('timing-advisor').documents.length === 1);
    await page.locator('.docs tbody tr').nth(1).waitFor({ state: 'detached' });
    assert.match(await said(page), /pasted text 1 was removed/);
    assert.equal(await page.locator('.docs .name').inputValue(), 'pasted text 2', 'the other keeps its name');
    await page.locator('#undo').click();
    await page.locator('.docs tbody tr').nth(1).waitFor();
    assert.deepEqual(await given(page), [CONFIG, LOG]);
  });

  story('of two that were removed, one after the other, both come back', {}, async (page) => {
    await paste(page, CONFIG);
    await answered(page);
    await paste(page, LOG);
    await page.locator('.docs tbody tr').nth(1).waitFor();
    await page.locator('[id^=remove-]').last().click();
    await page.locator('.docs tbody tr').nth(1).waitFor({ state: 'detached' });
    await page.locator('[id^=remove-]').first().click();
    await page.locator('.docs tbody tr').first().waitFor({ state: 'detached' });
    await page.locator('#undo').click();
    await page.locator('.docs tbody tr').first().waitFor();
    assert.deepEqual(await given(page), [CONFIG]);
    await page.locator('#undo').click();
    await page.locator('.docs tbody tr').nth(1).waitFor();
    assert.deepEqual(await given(page), [CONFIG, LOG]);
    assert.equal(await page.locator('#undo').count(), 0);
  });

  story('a removal that changes the answer is told once, with the answer', {}, async (page) => {
    await paste(page, CONFIG);
    await answered(page);
    await paste(page, LOG);
    await page.locator('.docs tbody tr').nth(1).waitFor();
    await page.evaluate(() => {
      const region = document.querySelector('timing-advisor').shadowRoot.querySelector('[role=status]');
      window.told = [];
      new MutationObserver(() => window.told.push(region.textContent)).observe(region, { childList: true });
    });
    await page.locator('[id^=remove-]').last().click();
    await page.locator('.docs tbody tr').nth(1).waitFor({ state: 'detached' });
    const told = await page.evaluate(() => window.told);
    assert.equal(told.length, 1, told.join('\n'));
    assert.match(told[0], /^pasted text 2 was removed\. Undo brings it back\. (Critical|Warning|Note|Fine)\. /);
  });

  story('a text that is pasted while the answer is read is added to it, unless a field takes it', {}, async (page) => {
    await paste(page, CONFIG);
    await answered(page);
    await page.evaluate((log) => navigator.clipboard.writeText(log), LOG);
    await page.locator('#headline').focus();
    await page.keyboard.press('Control+V');
    await page.locator('.docs tbody tr').nth(1).waitFor();
    assert.deepEqual(await given(page), [CONFIG, LOG]);
    const name = page.locator('.docs .name').first();
    await page.evaluate(() => navigator.clipboard.writeText('leader.yaml'));
    await name.focus();
    await page.keyboard.press('Control+A');
    await page.keyboard.press('Control+V');
    assert.equal(await name.inputValue(), 'leader.yaml');
    await page.locator('#config-fold').click();
    await page.locator('#config .cm-content').focus();
    await page.keyboard.press('Control+V');
    await page.locator('#config .cm-line', { hasText: 'leader.yaml' }).first().waitFor();
    assert.equal((await given(page)).length, 2);
  });

  story('the commands of a step are copied by a press, each list by a name of its own', {}, async (page) => {
    await page.locator('.ex button', { hasText: 'A leader that stalls' }).click();
    await answered(page);
    const buttons = page.locator('#rollout .cmds button');
    const named = await page.locator('.cmds button').evaluateAll((all) => all.map((each) => each.ariaLabel));
    assert.ok(named.length > 4 && new Set(named).size === named.length, named.join('\n'));
    await buttons.nth(1).click();
    const copied = await page.evaluate(() => navigator.clipboard.readText());
    assert.equal(copied, (await page.locator('#rollout .cmd').nth(1).textContent()) ?? '');
    assert.match(await said(page), /^Commands copied\.$/);
    await page.emulateMedia({ media: 'print' });
    assert.equal(await buttons.first().isVisible(), false);
  });

  story('a link that is opened over own input gives it back', {}, async (page) => {
    await page.locator('.ex button').first().click();
    await answered(page);
    await page.locator('#share > summary').click();
    await page.locator('#share-link').click();
    await page.locator('[role=status]', { hasText: /copied/i }).waitFor();
    const { hash } = new URL(await page.evaluate(() => navigator.clipboard.readText()));
    await paste(page, CONFIG);
    await page.locator('.docs tbody tr', { hasText: 'cloud-config' }).last().waitFor();
    // The answer rests on the example's texts as well.
    const before = await given(page);
    assert.ok(before.length > 1 && before.includes(CONFIG));
    await page.evaluate((hash) => (location.hash = hash), hash);
    const shared = page.locator('.shared', { hasText: 'came in a link' });
    await shared.waitFor();
    assert.doesNotMatch(await page.locator('#whatif').innerText(), /you can correct/, 'nothing can be moved there');
    await page.goBack();
    await page.locator('.docs tbody tr').first().waitFor();
    assert.deepEqual(await given(page), before);
    await page.goForward();
    await shared.waitFor();
    await page.locator('#undo').click();
    await page.locator('.docs tbody tr').first().waitFor();
    assert.deepEqual(await given(page), before);
  });
});
