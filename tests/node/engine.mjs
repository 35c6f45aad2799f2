// What the tests here share: the built package, and small inputs of our own.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';

export { analyze, init, Session } from '../../dist/npm/timing-advisor.js';

/** The root of the repository. */
export const root = new URL('../../', import.meta.url);

/** @param {string} path below the root */
export const read = (path) => readFileSync(new URL(path, root), 'utf8');

/** Field cases, where they lie beside the repository. */
export const fieldCases = existsSync(new URL('../shared/cases/', root)) ? new URL('../shared/cases/', root) : undefined;

/** @param {URL} file */
const bytesOf = (file) => {
  const bytes = readFileSync(file);
  return file.pathname.endsWith('.gz') ? gunzipSync(bytes) : bytes;
};

/**
 * Every text below a folder.
 * @param {URL} folder
 * @returns {{ name: string, text: string }[]}
 */
export function textsBelow(folder) {
  return readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile() && !/\.(expect\.json|peer\.txt|source\.txt|md)$/.test(entry.name))
    .map((entry) => new URL(`file://${entry.parentPath ?? entry.path}/${entry.name}`))
    .sort((a, b) => (a.pathname < b.pathname ? -1 : 1))
    .map((file) => ({ name: file.pathname.slice(folder.pathname.length), text: bytesOf(file).toString('utf8') }));
}

/** Timers at etcd's defaults, with a comment and blanks that a patch has to keep. */
export const CLOUD_CONFIG = `#cloud-config

coreos:
  etcd2:
    name: blue-1   # the first of three
    heartbeat-interval:  100
    election_timeout: 1000
  fleet:
    metadata: "role=worker"
`;

/** A leader of etcd 2.3 that stalls for about 1.8 s and loses its place. */
export const ETCD_LOG = `Mar 02 10:15:00 blue-1 etcd2[801]: etcd Version: 2.3.8
Mar 02 10:15:00 blue-1 etcd2[801]: heartbeat = 100ms
Mar 02 10:15:00 blue-1 etcd2[801]: election = 1000ms
Mar 02 10:15:01 blue-1 etcd2[801]: 3f1c9e77a0b2d415 became candidate at term 2
Mar 02 10:15:01 blue-1 etcd2[801]: 3f1c9e77a0b2d415 became leader at term 2
Mar 02 10:15:01 blue-1 etcd2[801]: raft.node: 3f1c9e77a0b2d415 elected leader 3f1c9e77a0b2d415 at term 2
Mar 02 11:40:12 blue-1 etcd2[801]: failed to send out heartbeat on time (deadline exceeded for 1.612345678s)
Mar 02 11:40:12 blue-1 etcd2[801]: server is likely overloaded
Mar 02 11:40:12 blue-1 etcd2[801]: 3f1c9e77a0b2d415 [term: 2] received a MsgVoteResp message with higher term from 77aa01c2d3e4f516 [term: 3]
Mar 02 11:40:12 blue-1 etcd2[801]: 3f1c9e77a0b2d415 became follower at term 3
Mar 02 11:40:12 blue-1 etcd2[801]: raft.node: 3f1c9e77a0b2d415 lost leader 3f1c9e77a0b2d415 at term 3
Mar 02 11:40:12 blue-1 etcd2[801]: raft.node: 3f1c9e77a0b2d415 elected leader 77aa01c2d3e4f516 at term 3
`;

/** fleet 0.11 that gives up on requests to its etcd. */
export const FLEET_LOG = `Mar 02 11:40:11 blue-1 fleetd[960]: INFO client.go:292: Failed getting response from http://localhost:2379/: cancelled
Mar 02 11:40:11 blue-1 fleetd[960]: ERROR reconcile.go:120: Failed fetching Units from Registry: timeout reached
Mar 02 11:40:11 blue-1 fleetd[960]: ERROR reconcile.go:73: Unable to determine agent's desired state: timeout reached
`;
