// Examples to look at. Written for this page, in the forms that real machines print.

/** @typedef {{ title: string, about: string, documents: { name: string, text: string }[] }} Example */

const CONFIG = `#cloud-config

coreos:
  etcd2:
    discovery: https://discovery.etcd.io/0123456789abcdef0123456789abcdef
    advertise-client-urls: http://$private_ipv4:2379
    initial-advertise-peer-urls: http://$private_ipv4:2380
    listen-client-urls: http://0.0.0.0:2379
    listen-peer-urls: http://$private_ipv4:2380
    heartbeat-interval: 100
    election-timeout: 1000
  fleet:
    public-ip: $private_ipv4
    metadata: role=worker
  units:
    - name: etcd2.service
      command: start
    - name: fleet.service
      command: start
`;

/** Five requests of fleet that were given up, twice in fifteen seconds. */
const CANCELLED = ['14:02:11', '14:02:11', '14:02:11', '14:02:26', '14:02:26']
  .map(
    (time) =>
      `${time} worker-2 fleetd[1180]: INFO client.go:292: Failed getting response from http://localhost:2379/: cancelled\n`,
  )
  .join('');

const LEASE = `Mar 03 08:15:42 worker-1 fleetd[902]: INFO engine.go:208: Waiting 25s for previous lease to expire before continuing reconciliation
Mar 03 08:15:42 worker-1 fleetd[902]: INFO engine.go:205: Stole engine leadership from Machine(3f1c5d7e9a0b42c4a6e8d0f2b4c69788)
Mar 03 08:15:41 worker-1 fleetd[902]: ERROR engine.go:218: Engine leadership lost, renewal failed: 101: Compare failed ([2245107 != 2245119]) [2245120]
`;

const REGISTRY = `fleetd[731]: ERROR reconcile.go:120: Failed fetching Units from Registry: timeout reached
fleetd[731]: ERROR reconcile.go:73: Unable to determine agent's desired state: timeout reached
fleetd[731]: INFO client.go:292: Failed getting response from http://etcd-1.internal.example:4001/: cancelled
fleetd[731]: ERROR engine.go:149: Unable to determine cluster engine version
fleetd[731]: INFO client.go:292: Failed getting response from http://etcd-1.internal.example:4001/: cancelled
fleetd[731]: WARN job.go:272: No Unit found in Registry for Job(backup.timer)
fleetd[731]: ERROR job.go:109: Failed to parse Unit from etcd: unable to parse Unit in Registry at key /_coreos.com/fleet/job/backup.timer/object
fleetd[731]: INFO manager.go:138: Triggered systemd unit backup.timer stop: job=88214
fleetd[731]: INFO manager.go:259: Removing systemd unit backup.timer
fleetd[731]: INFO manager.go:182: Instructing systemd to reload units
`;

const REGISTRY_CONFIG = `#cloud-config

coreos:
  fleet:
    public-ip: $private_ipv4
    etcd-servers: http://etcd-1.internal.example:4001,http://etcd-2.internal.example:4001
    engine-reconcile-interval: 2
    etcd-request-timeout: 1  # seconds
    agent-ttl: 30s
`;

/**
 * A leader that stalls, is replaced while it lives, and comes back as a follower.
 *
 * @param {number} minute
 * @param {number} term
 * @param {string} late seconds over the deadline
 */
function stall(minute, term, late) {
  const at = (/** @type {number} */ second) =>
    `Nov 12 03:${String(minute).padStart(2, '0')}:${String(second).padStart(2, '0')}`;
  return `${at(20)} core-2 etcd2[655]: 5c1d2e3f4a5b6c7d is starting a new election at term ${term - 1}
${at(20)} core-2 etcd2[655]: 5c1d2e3f4a5b6c7d became candidate at term ${term}
${at(20)} core-2 etcd2[655]: 5c1d2e3f4a5b6c7d received vote from 5c1d2e3f4a5b6c7d at term ${term}
${at(20)} core-2 etcd2[655]: 5c1d2e3f4a5b6c7d [logterm: ${term - 1}, index: ${term * 410}] sent vote request to 8a7b6c5d4e3f2a1b at term ${term}
${at(20)} core-2 etcd2[655]: 5c1d2e3f4a5b6c7d [logterm: ${term - 1}, index: ${term * 410}] sent vote request to 2f4e6a8c0b1d3f57 at term ${term}
${at(20)} core-2 etcd2[655]: raft.node: 5c1d2e3f4a5b6c7d lost leader 8a7b6c5d4e3f2a1b at term ${term}
${at(20)} core-3 etcd2[661]: 2f4e6a8c0b1d3f57 [logterm: ${term - 1}, index: ${term * 410}, vote: 0] voted for 5c1d2e3f4a5b6c7d [logterm: ${term - 1}, index: ${term * 410}] at term ${term}
${at(20)} core-3 etcd2[661]: raft.node: 2f4e6a8c0b1d3f57 lost leader 8a7b6c5d4e3f2a1b at term ${term}
${at(20)} core-2 etcd2[655]: 5c1d2e3f4a5b6c7d became leader at term ${term}
${at(20)} core-2 etcd2[655]: raft.node: 5c1d2e3f4a5b6c7d elected leader 5c1d2e3f4a5b6c7d at term ${term}
${at(20)} core-3 etcd2[661]: raft.node: 2f4e6a8c0b1d3f57 elected leader 5c1d2e3f4a5b6c7d at term ${term}
${at(21)} core-1 etcd2[648]: failed to send out heartbeat on time (deadline exceeded for ${late}s)
${at(21)} core-1 etcd2[648]: server is likely overloaded
${at(21)} core-1 etcd2[648]: 8a7b6c5d4e3f2a1b [term: ${term - 1}] received a MsgAppResp message with higher term from 5c1d2e3f4a5b6c7d [term: ${term}]
${at(21)} core-1 etcd2[648]: 8a7b6c5d4e3f2a1b became follower at term ${term}
${at(21)} core-1 etcd2[648]: raft.node: 8a7b6c5d4e3f2a1b changed leader from 8a7b6c5d4e3f2a1b to 5c1d2e3f4a5b6c7d at term ${term}
${at(22)} core-1 fleetd[690]: ERROR reconcile.go:120: Failed fetching Units from Registry: context deadline exceeded
${at(22)} core-1 fleetd[690]: ERROR reconcile.go:73: Unable to determine agent's desired state: context deadline exceeded
`;
}

const STALLS = stall(4, 8, '1.31') + stall(11, 12, '1.48') + stall(19, 15, '1.39') + stall(33, 19, '1.44');

const DISK = [
  ['10:41:07.218411', '1.204113'],
  ['10:43:52.904227', '1.377902'],
  ['10:47:15.117690', '1.096458'],
]
  .map(
    ([time, took]) => `2019-08-21 ${time} W | wal: sync duration of ${took}s, expected less than 1s
2019-08-21 ${time} W | etcdserver: read-only range request "key:\\"/registry/health\\" " with result "range_response_count:0 size:5" took too long (${Math.round(Number(took) * 1000 - 20)}.118ms) to execute
`,
  )
  .join('');

const HEALTHY = `Nov 12 02:00:01 core-1 etcd2[648]: etcd Version: 2.3.8
Nov 12 02:00:01 core-1 etcd2[648]: Go Version: go1.6.3
Nov 12 02:00:01 core-1 etcd2[648]: heartbeat = 100ms
Nov 12 02:00:01 core-1 etcd2[648]: election = 1000ms
Nov 12 02:00:02 core-1 etcd2[648]: 8a7b6c5d4e3f2a1b became follower at term 4
Nov 12 02:00:03 core-1 etcd2[648]: raft.node: 8a7b6c5d4e3f2a1b elected leader 5c1d2e3f4a5b6c7d at term 4
Nov 12 02:30:03 core-1 etcd2[648]: start to snapshot (applied: 20002, lastsnap: 10001)
Nov 12 02:30:03 core-1 etcd2[648]: saved snapshot at index 20002
Nov 12 02:30:03 core-1 etcd2[648]: compacted raft log at 15002
`;

/** @type {Example[]} */
export const EXAMPLES = [
  {
    title: 'fleet gives up on etcd',
    about: 'a cloud-config and five cancelled requests',
    documents: [
      { name: 'cloud-config.yaml', text: CONFIG },
      { name: 'fleet.log', text: CANCELLED },
    ],
  },
  {
    title: 'A leader that stalls',
    about: 'etcd 2 and fleet: a living leader is voted out',
    documents: [
      { name: 'cloud-config.yaml', text: CONFIG },
      { name: 'core.journal', text: STALLS },
    ],
  },
  {
    title: 'An engine lease that is stolen',
    about: 'fleet, newest line first',
    documents: [{ name: 'fleet-lease.log', text: LEASE }],
  },
  {
    title: 'A unit stopped by nobody',
    about: 'fleet 0.10 with its cloud-config: reads of the registry time out',
    documents: [
      { name: 'cloud-config.yaml', text: REGISTRY_CONFIG },
      { name: 'fleet-registry.log', text: REGISTRY },
    ],
  },
  {
    title: 'A disk that hangs',
    about: 'etcd 3: slow syncs of the log to disk',
    documents: [{ name: 'etcd.log', text: DISK }],
  },
  {
    title: 'A quiet log',
    about: 'nothing to change, and how sure that is',
    documents: [{ name: 'core-1.journal', text: HEALTHY }],
  },
];
