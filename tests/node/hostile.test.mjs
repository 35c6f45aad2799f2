// Hostile YAML gets an answer. The engine runs in a process of its own, so that a text on which it hangs
// or traps fails this test and nothing else; how fast it is stands in `./build.sh bench`.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { hostile } from './hostile.mjs';

/** Far above what it takes: only a hang is stopped. */
const WATCHDOG_MS = 300_000;

test('every hostile text is answered, in a sentence and at bearable length', () => {
  const program = fileURLToPath(new URL('hostile.mjs', import.meta.url));
  const run = spawnSync(process.execPath, [program], { encoding: 'utf8', timeout: WATCHDOG_MS, maxBuffer: 1 << 26 });
  const answers = run.stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
  const next = Object.keys(hostile)[answers.length] ?? 'none';
  assert.equal(run.status, 0, `ended at "${next}": ${run.signal ?? ''} ${run.stderr.slice(0, 2000)}`);
  assert.deepEqual(
    answers.map(({ name }) => name),
    Object.keys(hostile),
  );
  for (const { name, headline, characters } of answers) {
    assert.ok(headline.length > 10, name);
    assert.ok(characters < 3_000_000, `${name}: a report of ${characters} characters`);
  }
});
