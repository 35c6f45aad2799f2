// A real etcd cluster of three on loopback, for the lab: start it, find its leader, stall or kill it.
// @ts-check
import { execFileSync, spawn } from 'node:child_process';
import { closeSync, existsSync, mkdirSync, openSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

/** Client ports; peer ports are ten above. All below 32768, where Linux hands out none by itself. */
const PORT = 20311;
const NAMES = ['n1', 'n2', 'n3'];

export const sleep = (/** @type {number} */ ms) => new Promise((done) => setTimeout(done, ms));

/**
 * The etcd binary: on PATH, else Debian's package unpacked below `folder` without installing a service.
 * @param {string} folder
 * @returns {string}
 */
export function findEtcd(folder) {
  try {
    return execFileSync('sh', ['-c', 'command -v etcd'], { encoding: 'utf8' }).trim();
  } catch {
    return unpack(folder);
  }
}

/** @param {string} folder */
function unpack(folder) {
  const binary = join(folder, 'root/usr/bin/etcd');
  if (existsSync(binary)) return binary;
  mkdirSync(folder, { recursive: true });
  const download = () => execFileSync('apt-get', ['download', 'etcd-server'], { cwd: folder, stdio: 'ignore' });
  try {
    try {
      download();
    } catch {
      execFileSync('apt-get', ['update'], { stdio: 'ignore' });
      download();
    }
    const archive = readdirSync(folder).find((name) => name.endsWith('.deb'));
    execFileSync('dpkg-deb', ['-x', String(archive), 'root'], { cwd: folder });
    return binary;
  } catch {
    throw new Error(
      'The lab needs etcd: put its binary on PATH, or run on Debian, where the package etcd-server is fetched.',
    );
  }
}

/** One cluster, from start to end. */
export class Cluster {
  /**
   * @param {string} binary
   * @param {string} folder
   * @param {{heartbeat: number, election: number}} timers
   */
  constructor(binary, folder, timers) {
    this.binary = binary;
    this.folder = folder;
    this.timers = timers;
    /** @type {Map<string, import("node:child_process").ChildProcess>} */
    this.processes = new Map();
    /** Terms that were seen with a leader, by any member. */
    this.terms = new Set();
    this.polling = false;
    mkdirSync(folder, { recursive: true });
  }

  async start() {
    for (const name of NAMES) this.spawn(name);
    this.poll();
    await this.leader(15_000);
    this.firstTerm = Math.max(...this.terms);
  }

  /** @param {string} name */
  spawn(name) {
    const port = PORT + NAMES.indexOf(name);
    const peers = NAMES.map((other, at) => `${other}=http://127.0.0.1:${PORT + 10 + at}`).join(',');
    const log = openSync(join(this.folder, `${name}.log`), 'a');
    const args = [
      ['name', name],
      ['data-dir', join(this.folder, `${name}.etcd`)],
      ['listen-client-urls', `http://127.0.0.1:${port}`],
      ['advertise-client-urls', `http://127.0.0.1:${port}`],
      ['listen-peer-urls', `http://127.0.0.1:${port + 10}`],
      ['initial-advertise-peer-urls', `http://127.0.0.1:${port + 10}`],
      ['initial-cluster', peers],
      ['heartbeat-interval', this.timers.heartbeat],
      ['election-timeout', this.timers.election],
    ].map(([key, value]) => `--${key}=${value}`);
    const env = { ...process.env, ETCD_UNSUPPORTED_ARCH: process.arch };
    this.processes.set(name, spawn(this.binary, args, { stdio: ['ignore', log, log], env }));
    closeSync(log);
  }

  /** Asks every member for its leader and term, until stopped; keeps writing, as a used cluster does. */
  async poll() {
    this.polling = true;
    while (this.polling) {
      await Promise.all(NAMES.map((name) => this.status(name)));
      this.write();
      await sleep(40);
    }
  }

  /** @param {string} name */
  async status(name) {
    const answer = await post(name, '/v3/maintenance/status', {});
    if (answer?.leader && answer.leader !== '0') {
      this.terms.add(Number(answer.raftTerm));
      if (answer.leader === answer.header.member_id) this.leading = { name, term: Number(answer.raftTerm) };
    }
    return answer;
  }

  write() {
    const name = NAMES[Math.floor(Date.now() / 40) % NAMES.length];
    post(name, '/v3/kv/put', { key: 'bGFi', value: 'eA==' });
  }

  /**
   * Name of the leader of the newest term.
   * @param {number} patience milliseconds
   */
  async leader(patience) {
    const end = Date.now() + patience;
    while (Date.now() < end) {
      if (this.leading && this.leading.term === Math.max(...this.terms)) return this.leading.name;
      await sleep(20);
    }
    throw new Error('The cluster has no leader.');
  }

  /** @param {number} ms how long the leader's process is stopped */
  async stallLeader(ms) {
    const child = this.processes.get(await this.leader(30_000));
    child?.kill('SIGSTOP');
    await sleep(ms);
    child?.kill('SIGCONT');
  }

  /** Kills the leader and gives the milliseconds until another one leads a newer term. */
  async killLeader() {
    const name = await this.leader(30_000);
    const term = Math.max(...this.terms);
    const killed = Date.now();
    this.processes.get(name)?.kill('SIGKILL');
    while (Math.max(...this.terms) <= term) {
      if (Date.now() - killed > 30_000) throw new Error('No new leader within 30 s.');
      await sleep(10);
    }
    const took = Date.now() - killed;
    this.spawn(name);
    await sleep(1500);
    return took;
  }

  /** Terms that got a leader after the first one. */
  changes() {
    return [...this.terms].filter((term) => term > Number(this.firstTerm)).length;
  }

  async stop() {
    this.polling = false;
    for (const child of this.processes.values()) child.kill('SIGKILL');
    await sleep(300);
  }

  documents() {
    return NAMES.map((name) => ({ name: `${name}.log`, text: readFileSync(join(this.folder, `${name}.log`), 'utf8') }));
  }
}

/**
 * @param {string} name
 * @param {string} path
 * @param {object} body
 * @returns {Promise<any>} the answer, or undefined where none came within a quarter of a second
 */
async function post(name, path, body) {
  const port = PORT + NAMES.indexOf(name);
  try {
    const answer = await fetch(`http://127.0.0.1:${port}${path}`, {
      method: 'POST',
      body: JSON.stringify(body),
      signal: AbortSignal.timeout(250),
    });
    return answer.ok ? await answer.json() : undefined;
  } catch {
    return undefined;
  }
}
