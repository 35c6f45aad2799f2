// The five parameters, for the rule book. Where a number comes from stands under `sources`.

import { MEANS } from '../src/strings.js';

const ETCD_SOURCES = [
  'etcd-io/etcd@v0.4.9:config/timeout.go:5-8, config/config.go:86-87',
  'etcd-io/etcd@v2.3.8:etcdmain/config.go:168-169, 319-323, 342',
  'etcd-io/etcd@v3.7.1:server/embed/config.go:193-194, 997-1007, 1220',
  'etcd-io/etcd@v2.2.5:pkg/flags/flag.go:72-111',
  'etcd-io/etcd@v3.4.0:etcdmain/config.go:131, 292-316',
  'coreos/coreos-cloudinit@v1.14.0:config/etcd2.go, config/etcd.go, system/env.go:26-52',
  'coreos/container-linux-config-transpiler@v0.9.0:config/types/etcd.go',
  'lab: real etcd 2.0.13, 2.3.8, 3.4.23 and 3.5.1, three members, leaders killed and stalled',
];
const FLEET_SOURCES = [
  'coreos/fleet@v1.0.0:fleetd/fleetd.go:86-90, agent/agent.go:32',
  'coreos/fleet@v0.11.5:registry/machine.go:64-90, server/server.go:156-182, pkg/reconcile.go:56-91',
  'coreos/fleet@v0.11.5:Godeps/_workspace/src/github.com/rakyll/globalconf/globalconf.go:105-118',
  'coreos/coreos-cloudinit@v1.14.0:config/fleet.go, system/fleet.go',
  'lab: real fleetd 0.9.2 to 1.0.0 on etcd 2.3.8, leaders stalled and killed, quorum taken away',
];
const UNREADABLE =
  'A text that is no number, such as <code>5s</code>, is left out by a cloud-config, and the default applies. In a drop-in or in fleet.conf it becomes 0. Nothing is logged in either case.';

/** @param {string} key @param {string} old @param {string} value */
const etcdSpellings = (key, old, value) => {
  const variable = (/** @type {string} */ name) => `ETCD_${name.toUpperCase().replaceAll('-', '_')}`;
  return /** @type {[string, string][]} */ ([
    ['cloud-config', `<code>coreos.etcd2.${key}: ${value}</code>; <code>-</code> and <code>_</code> are one`],
    [
      'Container Linux Config',
      `<code>etcd.${key.replaceAll('-', '_')}: ${value}</code>; with <code>_</code> alone, and no quotes`,
    ],
    ['drop-in of the unit', `<code>Environment="${variable(key)}=${value}"</code> under <code>[Service]</code>`],
    ['environment', `<code>${variable(key)}=${value}</code>; a flag wins over it, and from 3.4 on both are refused`],
    ['flag', `<code>--${key}=${value}</code>; one dash does as well`],
    [
      'configuration file of 3.x',
      `<code>${key}: ${value}</code>; with <code>--config-file</code> no flag and no variable applies`,
    ],
    ['manifest of a pod', `<code>command: [etcd, --${key}=${value}]</code>`],
    [
      'kubeadm',
      `<code>etcd.local.extraArgs</code>, <code>${key}: "${value}"</code>; from v1beta4 on a list of names and values`,
    ],
    ['k3s, RKE2', `<code>etcd-arg: ["${key}=${value}"]</code>`],
    [
      'etcd 0.4',
      `cloud-config <code>coreos.etcd.${old}: ${value}</code>, variable <code>${variable(old)}</code>, flag <code>-${old}</code>, in etcd.conf <code>${key.replaceAll('-', '_')}</code> under <code>[peer]</code>; etcd 2 and later pass these over`,
    ],
  ]);
};

/** @param {string} key @param {string} value */
const fleetSpellings = (key, value) => {
  const name = key.replaceAll('-', '_');
  return /** @type {[string, string][]} */ ([
    ['cloud-config', `<code>coreos.fleet.${key}: ${value}</code>; <code>-</code> and <code>_</code> are one`],
    [
      'drop-in of fleet.service',
      `<code>Environment="FLEET_${name.toUpperCase()}=${value}"</code> under <code>[Service]</code>`,
    ],
    ['environment', `<code>FLEET_${name.toUpperCase()}=${value}</code>; it wins over the file`],
    ['/etc/fleet/fleet.conf', `<code>${name}=${value}</code>, with underscores, outside any section`],
    ['flag', 'there is none'],
  ]);
};

export const PARAMETERS = [
  {
    key: 'heartbeat-interval',
    daemon: 'etcd',
    lead: MEANS['heartbeat-interval'],
    unit: 'whole milliseconds, written as a bare number.',
    defaults: /** @type {[string, string][]} */ ([
      ['etcd 0.4', '50 ms'],
      ['etcd 2.0 and later', '100 ms'],
    ]),
    spellings: etcdSpellings('heartbeat-interval', 'peer-heartbeat-interval', '300'),
    bounds: [
      'From 2.0.6 on etcd ends at its start when election-timeout is less than five heartbeats.',
      'At least the round trip between the members (etcd’s documentation).',
      'etcd 2.0 closes a peer connection on which it heard nothing for 5 s, so a heartbeat must come well before.',
      'From 3.3 on 0 is refused; before, 0 ends etcd with a division by zero. A cloud-config writes no 0, so there it means the default.',
      'A unit (<code>100ms</code>) ends etcd at its start when a flag or a variable holds it. A cloud-config leaves such a value out, and a quoted number too.',
    ],
    does: [
      'It is the tick of the whole election clock: etcd counts election-timeout in heartbeats and drops the rest. A tick that falls into a stall is lost, not caught up.',
      'From 2.3 on a leader says so when its last heartbeat is more than two intervals old. The number in that line is the excess over two heartbeats: at 100 ms, “exceeded for 1.2 s” means a gap of 1.4 s.',
      'It does not decide whether a stall costs the leader its place. election-timeout does. Raised alone it makes things worse.',
    ],
    raising:
      'Stalls shorter than two heartbeats leave no line in the log any more. The leader sends fewer messages: at 100 ms ten a second to each follower.',
    sources: ETCD_SOURCES,
  },
  {
    key: 'election-timeout',
    daemon: 'etcd',
    lead: MEANS['election-timeout'],
    unit: 'whole milliseconds, written as a bare number.',
    defaults: /** @type {[string, string][]} */ ([
      ['etcd 0.4', '200 ms'],
      ['etcd 2.0 and later', '1000 ms'],
    ]),
    spellings: etcdSpellings('election-timeout', 'peer-election-timeout', '3000'),
    bounds: [
      'At least five heartbeats (refused otherwise from 2.0.6 on); ten are the advisor’s judgement.',
      'At most 50000 ms (refused otherwise from 2.1.2 on).',
      'At least ten round trips between the members (etcd’s documentation).',
      'A whole number of heartbeats, since etcd drops the rest: 1000 with a heartbeat of 180 counts as 900.',
      'The same on all members (etcd’s documentation): the one with the smallest value starts the elections.',
      'A unit (<code>3s</code>) ends etcd at its start when a flag or a variable holds it. A cloud-config leaves such a value out, and a quoted number too.',
      'At least the longest stall of the leader plus two heartbeats (measured); the quarter that the advisor adds is its judgement.',
    ],
    does: [
      'Each follower draws a time between one and two election-timeouts and starts an election when it hears nothing that long. Version 2 draws again at each heartbeat-interval, version 3 once for each term.',
      'From 3.5 on a follower first asks whether it could win (pre-vote). That takes away slow failovers, but hardly protects a leader that stalls.',
      'A follower that knows no leader answers no write and no linear read.',
    ],
    raising:
      'A leader that really dies is replaced later: after about 1.2 election-timeouts, one time in ten after up to 2.7 (version 3.0 to 3.4). Writes wait that long, and a request begun in between is lost, whatever its own limit is.',
    sources: ETCD_SOURCES,
  },
  {
    key: 'etcd-request-timeout',
    daemon: 'fleet',
    lead: MEANS['etcd-request-timeout'],
    unit: 'seconds, fractions allowed, written as a bare number.',
    defaults: /** @type {[string, string][]} */ ([
      ['fleet 0.5.1 to 0.6.0', '1 s, fixed'],
      ['fleet 0.6.1 and later', '1 s'],
    ]),
    spellings: fleetSpellings('etcd-request-timeout', '3'),
    bounds: [
      UNREADABLE,
      '0 fails every request up to 0.12; from 0.13 on it means no limit at all.',
      'Above the longest stall of etcd’s leader (measured), with a quarter more (judgement).',
      'At most a twelfth of agent-ttl, so that a renewal of the presence has time for several tries (derived from fleet’s source).',
    ],
    does: [
      'Every read and write of the registry has this limit. When it runs out fleet prints “cancelled” or “timeout reached” and goes on with the next pass.',
      'Up to 0.11.8 one read of a unit that runs into it makes fleet stop that unit. A longer limit makes that rarer; an upgrade to 0.12 ends it.',
      'Up to 0.12 a call tries its endpoints one after the other within this time; in 0.13 and later each endpoint has it.',
    ],
    raising: 'An endpoint that hangs holds each call that long, and a dead one is left later.',
    sources: FLEET_SOURCES,
  },
  {
    key: 'agent-ttl',
    daemon: 'fleet',
    lead: MEANS['agent-ttl'],
    unit: 'a length of time with its unit: <code>60s</code>, <code>2m</code>, <code>1m30s</code>.',
    defaults: /** @type {[string, string][]} */ ([['all versions', '30s']]),
    spellings: fleetSpellings('agent-ttl', '60s'),
    bounds: [
      'A bare number such as <code>120</code> ends fleetd at its start.',
      'Below <code>1s</code> it is cut to 0 and useless.',
      'At least twelve times etcd-request-timeout, so that one late renewal is not the end (derived from fleet’s source).',
      'At least three times the longest outage of etcd that fleet should ride out, up to 0.11; five times from 0.12 on, where a restart of the server inside fleetd can hang (measured).',
      'With <code>0s</code> a machine that dies is never noticed.',
    ],
    does: [
      'fleetd renews its key in etcd every half of it. When a try fails it tries again after a twelfth of it.',
      'When the key runs out the engine takes the machine for dead and gives its units to others. Back again, the machine stops its copies.',
      'When no renewal succeeds within a third of it, fleetd’s monitor restarts the server inside fleetd. From 0.12 on this restart can hang.',
    ],
    raising:
      'Units of a machine that really dies start elsewhere only after this time and one pass of the engine. From 0.13 on a fleetd that crashed cannot register again before its old key has run out.',
    sources: FLEET_SOURCES,
  },
  {
    key: 'engine-reconcile-interval',
    daemon: 'fleet',
    lead: MEANS['engine-reconcile-interval'],
    unit: 'seconds, fractions allowed, written as a bare number.',
    defaults: /** @type {[string, string][]} */ ([
      ['fleet 0.5.3 to 0.6.1', '2 s, fixed'],
      ['fleet 0.6.2 and later', '2 s'],
    ]),
    spellings: fleetSpellings('engine-reconcile-interval', '2'),
    bounds: [
      UNREADABLE,
      '0 makes a loop without a rest, and a lease that never ends (0.8 and later). Below 0.2 the lease is cut to 0 s.',
      'Four of them should be longer than etcd-request-timeout plus a failover of etcd, so that the lease stays in one hand (measured).',
    ],
    does: [
      'One machine leads the engine by a lease of five intervals, renewed at each pass.',
      'Losing the lease stops no unit. Scheduling pauses until some engine holds it again.',
      'The agents on all machines look every 5 s whatever this value is. Up to 0.11 the engine reads about a fifth of what ten machines read from etcd at the default, and nearly half of it with three; it writes its lease once each interval.',
    ],
    raising: 'A dead engine is replaced after up to six intervals, and new units wait longer for their machine.',
    sources: FLEET_SOURCES,
  },
];
