// A wrong answer becomes a case of the project: one file, without the reader's secrets.

import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { paste, suite, violations } from './browser.mjs';

const SECRET = 'hunter2-not-a-real-one';
const LOG = `Apr 20 10:00:01 vault-7 etcd2[815]: failed to send out heartbeat on time (deadline exceeded for 1.237022208s)
Apr 20 10:00:02 vault-7 app[9]: password=${SECRET}
`;

suite('a wrong answer', (story) => {
  story('is saved as one redacted case, and what was typed stays when the answer changes', {}, async (page) => {
    await paste(page, LOG);
    await page.locator('#wrong > summary').click();
    const note = page.locator('#wrong-note');
    const [bottom, top] = await page.evaluate(() => {
      const root = document.querySelector('timing-advisor').shadowRoot;
      const of = (selector) => root.querySelector(selector).getBoundingClientRect();
      return [of('#wrong-missing').bottom, of('label[for=wrong-timing]').top];
    });
    assert.ok(top - bottom >= 8, 'each question stands off the answer above');
    await page.locator('#wrong-save').click();
    assert.match(await note.textContent(), /what is wrong/);
    await page.locator('#wrong-missing').fill('slow disk');
    await page.locator('#wrong-save').click();
    assert.match(await note.textContent(), /not an id/);

    await page.locator('#wrong-missing').fill('etcd-slow-disk');
    await page.locator('#wrong input[value=etcd-heartbeat-late]').check();
    await page.locator('#wrong-timing').selectOption('not-the-remedy');
    await page.locator('#wrong-about').fill(`The disk of vault-7 was slow, password=${SECRET}.`);
    assert.deepEqual(await violations(page), []);
    await paste(page, 'hello world');
    await page.waitForFunction(() => document.querySelector('timing-advisor').report?.documents.length === 2);

    const saved = page.waitForEvent('download');
    await page.locator('#wrong-save').click();
    const file = await saved;
    assert.equal(file.suggestedFilename(), 'etcd-slow-disk.json');
    const text = await readFile(await file.path(), 'utf8');
    for (const word of [SECRET, 'vault-7']) assert.ok(!text.includes(word), word);
    const { documents, answered, assumptions, ...said } = JSON.parse(text);
    assert.deepEqual(said, {
      about: 'The disk of host-1 was slow, password=REDACTED',
      findingsExpected: ['etcd-slow-disk'],
      notExpected: ['etcd-heartbeat-late'],
      timing: 'not-the-remedy',
    });
    assert.ok(answered.findings.includes('etcd-heartbeat-late'));
    assert.deepEqual(assumptions, {});
    assert.match(documents[0].lines[0], /host-1 etcd2\[815\]: failed to send out heartbeat on time/);
    assert.equal(documents[0].lines.length, LOG.split('\n').length);
  });

  story('what was said of one input is not said of the next', {}, async (page) => {
    await paste(page, LOG);
    await page.locator('#wrong > summary').click();
    await page.locator('#wrong-missing').fill('etcd-slow-disk');
    await page.locator('#wrong input[value=etcd-heartbeat-late]').check();
    await page.locator('#wrong-timing').selectOption('not-the-remedy');
    await page.locator('#wrong-about').fill('The disk was slow.');
    const said = () =>
      page.locator('#wrong').evaluate((form) => ({
        fields: [...form.querySelectorAll('input:not([type]), select, textarea')].map((each) => each.value),
        ticks: form.querySelectorAll('input:checked').length,
      }));
    await page.getByRole('button', { name: 'Clear all' }).click();
    await page.locator('#undo').click();
    await page.locator('#headline').waitFor();
    assert.deepEqual(await said(), { fields: ['etcd-slow-disk', 'not-the-remedy', 'The disk was slow.'], ticks: 1 });
    await page.getByRole('button', { name: 'Clear all' }).click();
    await paste(page, LOG.replaceAll('vault-7', 'vault-8'));
    await page.locator('#headline').waitFor();
    assert.deepEqual(await said(), { fields: ['', '', ''], ticks: 0 });
  });
});
