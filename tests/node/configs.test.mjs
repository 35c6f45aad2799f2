// The built engine over the configurations of tests/cases/config: every value that a fixture's `.expect`
// lists is a setting of the report, at its place, acting or not, with the reason where it does not.
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { analyze, root } from './engine.mjs';

const folder = new URL('tests/cases/config/', root);

/** `4:25 etcd.heartbeat-interval 250 from 250 does not act: why` */
const SETTING = /^(\d+):(\d+) ((?:etcd|fleet)\.[a-z-]+) (\S+) from (.*?) (acts|does not act)(?:: (.*))?$/;

const seconds = (/** @type {string} */ written) => (written === '-' ? undefined : Number(written.replace(/s$/, '')));

for (const name of readdirSync(folder).filter((name) => !name.endsWith('.expect'))) {
  test(name, async () => {
    const report = await analyze({ documents: [{ name, text: readFileSync(new URL(name, folder), 'utf8') }] });
    assert.equal(report.documents[0].kind, 'configuration');
    const expected = readFileSync(new URL(`${name}.expect`, folder), 'utf8')
      .split('\n')
      .map((line) => SETTING.exec(line));
    const stated = report.settings.filter((setting) => setting.provenance === 'stated');
    for (const [, line, column, parameter, value, , acts, why] of expected.filter((match) => match !== null)) {
      const found = stated.find((at) => `${at.line}:${at.column} ${at.parameter}` === `${line}:${column} ${parameter}`);
      assert.ok(found, `${line}:${column} ${parameter} is not in the report`);
      assert.equal(found.effective, acts === 'acts', `${line}:${column}`);
      assert.equal(found.value ?? undefined, seconds(value), `${line}:${column}`);
      assert.equal(found.why ?? undefined, why, `${line}:${column}`);
    }
    assert.equal(stated.length, expected.filter((match) => match !== null).length, 'settings that no fixture knows');
  });
}
