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

/** Members of a cluster: machine, id, and process. */
const MEMBERS = [
  ['core-1', '8a7b6c5d4e3f2a1b', 648],
  ['core-2', '5c1d2e3f4a5b6c7d', 655],
  ['core-3', '2f4e6a8c0b1d3f57', 661],
];

/**
 * A leader that stalls, is replaced while it lives, and comes back as a follower.
 *
 * @param {string} time of the election, without its last digit
 * @param {number} term
 * @param {string} late seconds over the deadline
 */
function stall(time, term, late) {
  const [[host, id, pid], [next, nextId, nextPid], [third, thirdId, thirdPid]] = [0, 1, 2].map(
    (place) => MEMBERS[(term + place) % 3],
  );
  const index = term * 410;
  const at = (/** @type {number} */ second) => `Nov 12 03:${time}${second}`;
  return `${at(0)} ${next} etcd2[${nextPid}]: ${nextId} is starting a new election at term ${term - 1}
${at(0)} ${next} etcd2[${nextPid}]: ${nextId} became candidate at term ${term}
${at(0)} ${next} etcd2[${nextPid}]: ${nextId} received vote from ${nextId} at term ${term}
${at(0)} ${next} etcd2[${nextPid}]: ${nextId} [logterm: ${term - 1}, index: ${index}] sent vote request to ${id} at term ${term}
${at(0)} ${next} etcd2[${nextPid}]: ${nextId} [logterm: ${term - 1}, index: ${index}] sent vote request to ${thirdId} at term ${term}
${at(0)} ${next} etcd2[${nextPid}]: raft.node: ${nextId} lost leader ${id} at term ${term}
${at(0)} ${third} etcd2[${thirdPid}]: ${thirdId} [logterm: ${term - 1}, index: ${index}, vote: 0] voted for ${nextId} [logterm: ${term - 1}, index: ${index}] at term ${term}
${at(0)} ${third} etcd2[${thirdPid}]: raft.node: ${thirdId} lost leader ${id} at term ${term}
${at(0)} ${next} etcd2[${nextPid}]: ${nextId} became leader at term ${term}
${at(0)} ${next} etcd2[${nextPid}]: raft.node: ${nextId} elected leader ${nextId} at term ${term}
${at(0)} ${third} etcd2[${thirdPid}]: raft.node: ${thirdId} elected leader ${nextId} at term ${term}
${at(1)} ${host} etcd2[${pid}]: failed to send out heartbeat on time (deadline exceeded for ${late}s)
${at(1)} ${host} etcd2[${pid}]: server is likely overloaded
${at(1)} ${host} etcd2[${pid}]: ${id} [term: ${term - 1}] received a MsgAppResp message with higher term from ${nextId} [term: ${term}]
${at(1)} ${host} etcd2[${pid}]: ${id} became follower at term ${term}
${at(1)} ${host} etcd2[${pid}]: raft.node: ${id} changed leader from ${id} to ${nextId} at term ${term}
${at(2)} ${host} fleetd[690]: ERROR reconcile.go:120: Failed fetching Units from Registry: context deadline exceeded
${at(2)} ${host} fleetd[690]: ERROR reconcile.go:73: Unable to determine agent's desired state: context deadline exceeded
`;
}

const STALLS = [
  ['04:2', '1.31'],
  ['09:1', '1.48'],
  ['13:5', '1.22'],
  ['19:4', '1.39'],
  ['26:0', '1.35'],
  ['33:2', '1.44'],
]
  .map(([time, late], index) => stall(time, index + 9, late))
  .join('');

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
