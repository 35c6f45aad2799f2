// What a corrected text is called.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { nameOf } from '../../www/src/answer/patch.js';

test('what was pasted has the name of a file of its kind', () => {
  for (const [given, text, name] of [
    ['pasted text 1', '#cloud-config\ncoreos:\n', 'cloud-config.yaml'],
    ['pasted text 2', 'apiVersion: v1\nkind: Pod\n', 'etcd.yaml'],
    ['', '    - --election-timeout=2500\n', 'etcd.yaml'],
    ['', 'ETCD_ELECTION_TIMEOUT=2500\n', 'etcd.env'],
    ['pasted text 1', '[Service]\n', 'pasted text 1'],
    ['pod.yaml', 'kind: Pod\n', 'pod.yaml'],
  ]) {
    assert.equal(nameOf(given, text), name);
  }
});
