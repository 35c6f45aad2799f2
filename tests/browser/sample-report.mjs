// A report written by hand, with every part filled, to look at the page without the engine.
// Never shipped. The sentences are stand-ins; the shape is the contract.

const second = 1e6;
const noon = Date.UTC(2015, 10, 12, 3, 4, 0) * 1000;
const evidence = (line, text, note) => ({
  document: 'd2',
  line,
  column: 1,
  start: 0,
  end: text.length,
  text,
  time: '03:04:21',
  host: 'core-1',
  ...(note ? { note } : {}),
});
const bound = (text, basis = 'measured') => ({ text, basis, side: 'at-least', value: 2400 });

const row = (parameter, unit, now, provenance, next, direction, why, cost) => ({
  parameter,
  unit,
  current: {
    value: parseFloat(now),
    text: now,
    provenance,
    ...(provenance === 'stated' ? { evidence: { ...evidence(10, 'heartbeat-interval: 100'), document: 'd1' } } : {}),
  },
  proposed: parseFloat(next),
  proposedText: next,
  direction,
  because: [bound(why), bound('At least five heartbeats must fit into one election timeout.', 'source')],
  neighbours: [
    'Not the rung below: the longest stall would still depose the leader.',
    'Not the rung above: nothing asks for it, and each second is added to a real failover.',
  ],
  cost,
  confidence: 'high',
  findings: ['etcd-election-churn'],
});

const point = (heartbeat, election, loss, p50, p99) => ({
  heartbeat,
  election,
  needlessElectionsPerDay: null,
  lossPerStall: { low: loss * 0.8, high: loss },
  failoverP50: p50,
  failoverP99: p99,
});
const curve = [1000, 1200, 1500, 1750, 2000, 2250, 2500, 3000, 4000, 5000, 6000].map((election) =>
  point(election / 10, election, Math.max(0, Math.min(1, (2300 - election) / 1100)), election * 1.17, election * 1.57),
);

const diff = `--- cloud-config.yaml
+++ cloud-config.yaml
@@ -8,8 +8,10 @@
     listen-peer-urls: http://$private_ipv4:2380
-    heartbeat-interval: 100
-    election-timeout: 1000
+    heartbeat-interval: 250
+    election-timeout: 2500
   fleet:
     public-ip: $private_ipv4
     metadata: role=worker
+    etcd-request-timeout: 5
+    agent-ttl: 60s
   units:
     - name: etcd2.service
`;

export const sample = {
  schemaVersion: 1,
  verdict: {
    severity: 'warning',
    headline:
      'The leader stalls for up to 1.6 s but etcd waits only 1.0 s: a living leader was voted out 4 times in 29 minutes, and fleet gave up on 4 requests.',
    finding: 'etcd-election-churn',
    timing: 'remedy',
    why: 'Each change followed a stall that was longer than the election timeout.',
    gain: ['Needless elections: 4 now, none expected.', 'fleet errors: 4 now, none expected.'],
    pay: [
      'A leader that really dies is replaced after about 3 s, today 1.2 s.',
      'Units of a dead machine wait up to 62 s, today 32 s.',
    ],
    willNotCure: ['Writes still pause for about 1.5 s per stall. Find what stalls the hosts.'],
  },
  documents: [
    {
      id: 'd1',
      name: 'cloud-config.yaml',
      kind: 'configuration',
      format: 'CoreOS cloud-config',
      order: null,
      software: [],
      hosts: [],
      lines: 22,
      recognised: 22,
      foreign: 0,
      unread: 0,
      first: null,
      last: null,
    },
    {
      id: 'd2',
      name: 'core.journal',
      kind: 'log',
      format: 'journal',
      order: 'oldest-first',
      software: [
        { name: 'etcd', versions: '2.0-2.3' },
        { name: 'fleet', versions: '0.11.0-1.0.0' },
      ],
      hosts: ['core-1', 'core-2'],
      lines: 44,
      recognised: 40,
      foreign: 4,
      unread: 0,
      first: 'Nov 12 03:04:20',
      last: 'Nov 12 03:33:22',
    },
  ],
  settings: [],
  findings: [
    {
      id: 'etcd-election-churn',
      severity: 'warning',
      confidence: 'high',
      title: 'etcd replaced a living leader 4 times',
      what: 'Term 7 to term 19. No member restarted, no vote was planned.',
      why: 'Each change stops writes for a moment, and each waiting request can fail.',
      whatToDo: 'Raise election-timeout above the stall.',
      count: 4,
      parameters: ['etcd.election-timeout'],
      references: ['etcd@v2.3.8:raft/raft.go:612'],
      evidence: [
        evidence(
          1,
          'Nov 12 03:04:20 core-2 etcd2[655]: 5c1d2e3f4a5b6c7d is starting a new election at term 7',
          'core-2 stops waiting for the leader',
        ),
        evidence(12, 'Nov 12 03:11:20 core-2 etcd2[655]: 5c1d2e3f4a5b6c7d is starting a new election at term 11'),
        evidence(23, 'Nov 12 03:19:20 core-2 etcd2[655]: 5c1d2e3f4a5b6c7d is starting a new election at term 14'),
      ],
    },
    {
      id: 'fleet-registry-timeout',
      severity: 'info',
      confidence: 'medium',
      title: 'fleet gave up on 4 requests',
      what: 'A request outlived its timeout.',
      why: 'That pass of the agent was skipped.',
      whatToDo: 'Raise etcd-request-timeout.',
      count: 4,
      parameters: ['fleet.etcd-request-timeout'],
      references: [],
      evidence: [
        evidence(
          10,
          'Nov 12 03:04:22 core-1 fleetd[690]: ERROR reconcile.go:120: Failed fetching Units from Registry: context deadline exceeded',
        ),
      ],
    },
  ],
  measures: [],
  replay: null,
  recommendations: [
    row(
      'etcd.heartbeat-interval',
      'ms',
      '100 ms',
      'stated',
      '250 ms',
      'raise',
      'A tenth of the election timeout, so that ten beats must be missed before anyone campaigns.',
      'Stalls under half a second may no longer leave a line.',
    ),
    row(
      'etcd.election-timeout',
      'ms',
      '1000 ms',
      'stated',
      '2500 ms',
      'raise',
      'Longest stall 1.6 s, plus a quarter, plus two heartbeats: 2.5 s.',
      'A dead leader is replaced in 2.9 s instead of 1.2 s; 99 of 100 in 3.9 s.',
    ),
    row(
      'fleet.etcd-request-timeout',
      's',
      '1 s',
      'default',
      '5 s',
      'raise',
      'Must outlast a stall and an election.',
      'An etcd that hangs is noticed after 5 s instead of 1 s.',
    ),
    row(
      'fleet.agent-ttl',
      's',
      '30s',
      'default',
      '60s',
      'raise',
      'Four heartbeat tries of up to 5 s must fit in a third of it: 12 times 5 s.',
      'Units of a dead machine move after up to 62 s.',
    ),
  ],
  kept: [
    row(
      'fleet.engine-reconcile-interval',
      's',
      '2 s',
      'default',
      '2 s',
      'keep',
      'Its lease of 10 s outlasts a request and an election.',
      'Nothing.',
    ),
  ],
  patches: [{ document: 'd1', disposition: 'safe', text: '#cloud-config\n# patched\n', diff, edits: [] }],
  alternatives: [
    {
      form: 'drop-in',
      file: '/etc/systemd/system/etcd2.service.d/30-timing.conf',
      text: '[Service]\nEnvironment=ETCD_HEARTBEAT_INTERVAL=250\nEnvironment=ETCD_ELECTION_TIMEOUT=2500\n',
    },
    { form: 'fleet.conf', file: '/etc/fleet/fleet.conf', text: 'etcd_request_timeout=5\nagent_ttl="60s"\n' },
  ],
  rollout: [
    {
      text: 'Save the patched cloud-config on all machines.',
      commands: ['sudo systemctl daemon-reload'],
      effect: 'Nothing.',
    },
    {
      text: 'Election timeout first, followers before the leader.',
      commands: ['sudo systemctl restart etcd2 && etcdctl cluster-health'],
      effect: 'One member for seconds.',
    },
  ],
  measureNext: [
    { text: 'Look at the disk during a stall.', commands: ['iostat -x 1'], effect: 'Whether the disk is what stalls.' },
  ],
  questions: [
    {
      question: 'Why not the 600 and 6000 of the 2015 article?',
      answer: 'A leader that really dies would be replaced after 7 s instead of 3 s.',
    },
  ],
  model: {
    assumptions: [
      { id: 'members', label: 'etcd members', value: '3', from: 'assumed' },
      { id: 'peerRttMs', label: 'Round trip', value: '1 ms', from: 'assumed' },
      { id: 'etcdVersion', label: 'etcd', value: '2.3.8', from: 'seen in the log' },
    ],
    points: curve,
    now: point(100, 1000, 1, 1200, 1600),
    proposed: point(250, 2500, 0, 2900, 3900),
    article: point(600, 6000, 0, 6900, 9300),
  },
  timeline: {
    start: noon,
    end: noon + 1760 * second,
    clock: 'date',
    lanes: [
      {
        name: 'core-1',
        leads: [
          { start: noon, end: noon + 20 * second, label: 'term 7' },
          { start: noon + 300 * second, end: noon + 440 * second, label: 'term 9' },
        ],
        stalls: [{ start: noon + 430 * second, end: noon + 442 * second, label: '1.4-1.6 s' }],
        marks: [
          {
            time: noon + 21 * second,
            kind: 'late-heartbeat',
            count: 1,
            finding: 'etcd-election-churn',
            document: 'd2',
            line: 6,
          },
          {
            time: noon + 400 * second,
            kind: 'fleet-error',
            count: 2,
            finding: 'fleet-registry-timeout',
            document: 'd2',
            line: 10,
          },
        ],
      },
      {
        name: 'core-2',
        leads: [
          { start: noon + 20 * second, end: noon + 300 * second, label: 'term 8' },
          { start: noon + 440 * second, end: noon + 1760 * second, label: 'term 12' },
        ],
        stalls: [],
        marks: [
          {
            time: noon + 440 * second,
            kind: 'leader-change',
            count: 1,
            finding: 'etcd-election-churn',
            document: 'd2',
            line: 12,
          },
          {
            time: noon + 900 * second,
            kind: 'lease-lost',
            count: 1,
            finding: 'fleet-registry-timeout',
            document: 'd2',
            line: 20,
          },
        ],
      },
    ],
  },
  notFound: ['Not found in the logs: clocks that differ.'],
  limits: [
    '29 minutes of log: no daily rate can be known.',
    'No disk or CPU figures: the cause of the stalls is open.',
  ],
};
