#!/usr/bin/env node
// Checks the advice on a real etcd cluster: stalls its leader, asks the engine, starts the cluster anew
// with the proposed values under the same stalls, and compares. Ends by itself in under four minutes.
// usage: lab.mjs ENGINE_MODULE WORK_FOLDER
// @ts-check
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { Cluster, findEtcd, sleep } from './cluster.mjs';

const [engine, folder] = process.argv.slice(2);
if (!engine || !folder) {
  console.error('usage: lab.mjs ENGINE_MODULE WORK_FOLDER');
  process.exit(2);
}
const { analyze } = await import(pathToFileURL(resolve(engine)).href);
const binary = findEtcd(join(resolve(folder), 'etcd'));
const data = mkdtempSync(join(tmpdir(), 'timing-advisor-lab-'));
const DEFAULTS = { heartbeat: 100, election: 1000 };

/** Seeded lengths: the same stalls in every run. @param {number} seed @param {number} low @param {number} high @param {number} count */
function lengths(seed, low, high, count) {
  let state = seed;
  return Array.from({ length: count }, () => {
    state = (state * 1103515245 + 12345) % 2147483648;
    return low + Math.floor(((high - low) * state) / 2147483648);
  });
}

/** @param {string} name @param {{heartbeat: number, election: number}} timers @param {number[]} stalls */
async function underStalls(name, timers, stalls) {
  const cluster = new Cluster(binary, join(data, name), timers);
  try {
    await cluster.start();
    await sleep(1000);
    for (const stall of stalls) {
      await cluster.stallLeader(stall);
      await sleep(2200);
    }
    return { changes: cluster.changes(), documents: cluster.documents() };
  } finally {
    await cluster.stop();
  }
}

/** @param {string} name @param {{heartbeat: number, election: number}} timers @param {number} kills */
async function failovers(name, timers, kills) {
  const cluster = new Cluster(binary, join(data, name), timers);
  try {
    await cluster.start();
    await sleep(1000);
    const took = [];
    for (let at = 0; at < kills; at += 1) took.push(await cluster.killLeader());
    return took.sort((a, b) => a - b);
  } finally {
    await cluster.stop();
  }
}

/** @param {any} report @param {string} parameter */
const proposal = (report, parameter) =>
  report.recommendations.find((/** @type {any} */ row) => row.parameter === parameter)?.proposed;

const rows = [];
const failures = [];
try {
  // Stalls that timing can cure.
  const curable = lengths(7, 1350, 1700, 8);
  const before = await underStalls('before', DEFAULTS, curable);
  const report = await analyze({ documents: before.documents });
  const proposed = {
    heartbeat: proposal(report, 'etcd.heartbeat-interval') ?? DEFAULTS.heartbeat,
    election: proposal(report, 'etcd.election-timeout') ?? DEFAULTS.election,
  };
  const after = await underStalls('after', proposed, curable);
  rows.push({
    run: 'stalls of 1.4 to 1.7 s',
    values: `${DEFAULTS.heartbeat}/${DEFAULTS.election}`,
    changes: before.changes,
    verdict: report.verdict.timing,
  });
  rows.push({
    run: 'the same, as proposed',
    values: `${proposed.heartbeat}/${proposed.election}`,
    changes: after.changes,
  });
  if (before.changes === 0) failures.push('The stalls cost no leader its place; the run shows nothing.');
  if (after.changes > 0) failures.push(`${after.changes} leader changes remain under the proposed values.`);

  // Stalls that the failover budget does not allow to outlast.
  const long = await underStalls('long', DEFAULTS, lengths(11, 3000, 3600, 4));
  const refused = await analyze({ documents: long.documents, assumptions: { failoverBudgetMs: 3000 } });
  const raises = proposal(refused, 'etcd.election-timeout') !== undefined;
  rows.push({
    run: 'stalls of 3.0 to 3.6 s, budget 3 s',
    values: `${DEFAULTS.heartbeat}/${DEFAULTS.election}`,
    changes: long.changes,
    verdict: refused.verdict.timing,
  });
  if (raises || refused.verdict.timing === 'remedy')
    failures.push('Stalls beyond the failover budget were called curable.');

  // Failover after a leader really dies, against the model.
  const took = await failovers('kill', proposed, 7);
  const median = took[Math.floor(took.length / 2)];
  const model = (report.model.proposed ?? report.model.now).failoverP50;
  rows.push({
    run: 'leader killed 7 times',
    values: `${proposed.heartbeat}/${proposed.election}`,
    failover: median,
    model: Math.round(model),
  });
  if (median < model * 0.6 || median > model * 1.6)
    failures.push(`Failover ${median} ms, the model says ${Math.round(model)} ms.`);
} finally {
  rmSync(data, { recursive: true, force: true });
}
console.table(rows);
mkdirSync(resolve(folder), { recursive: true });
writeFileSync(join(resolve(folder), 'lab.json'), JSON.stringify({ rows, failures }, null, 2));
for (const failure of failures) console.error(failure);
process.exit(failures.length > 0 ? 1 : 0);
