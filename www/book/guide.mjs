// The field guide: questions of people in trouble, each with its short answer and where to look. It stands
// alone: who reads only this page should know what to do next.

export const GUIDE = [
  {
    id: 'units-restarted',
    title: 'fleet stopped or restarted all my units',
    html: `<p>Look at what stands in fleet's journal just before the stops.</p>
<ul>
<li><b>“No Unit found in Registry” and then a stop of that unit:</b> one read of the unit ran into its limit, and fleet up to 0.11.8 takes that for “deleted”. A longer <a href="PARAMETERS/etcd-request-timeout.html">etcd-request-timeout</a> makes it rarer, an upgrade to 0.12 ends it. agent-ttl has no part in it. See <a href="RULES/fleet-unit-missing-in-registry.html">fleet-unit-missing-in-registry</a>.</li>
<li><b>“target Machine(…) went away”:</b> the machine could not renew its presence for a whole <a href="PARAMETERS/agent-ttl.html">agent-ttl</a>. Find how long etcd was out of reach. See <a href="RULES/fleet-agent-heartbeat-lost.html">fleet-agent-heartbeat-lost</a>.</li>
<li><b>“Gracefully shutting down”:</b> fleetd was told to stop, and a stop unloads every unit of the machine. That is by design, also when you restart fleetd to bring new values into force.</li>
<li><b>“Engine leadership lost”:</b> that alone stops nothing.</li>
</ul>`,
  },
  {
    id: 'keeps-electing',
    title: 'etcd keeps electing leaders',
    html: `<p>Ask of each change whether the old leader lived.</p>
<ul>
<li><b>Its log goes on without start lines:</b> it stalled. The election was needless, and a longer <a href="PARAMETERS/election-timeout.html">election-timeout</a> outlasts such a stall. See <a href="RULES/etcd-leader-lost.html">etcd-leader-lost</a>.</li>
<li><b>Its next lines are those of a start:</b> the process ended, and the election is what a cluster is for. Find what ends it. See <a href="RULES/etcd-leader-restarted.html">etcd-leader-restarted</a>.</li>
<li><b>Members cannot reach each other:</b> no timer helps. See <a href="RULES/etcd-peer-network.html">etcd-peer-network</a>.</li>
<li><b>Syncs to disk take seconds:</b> the leader does nothing else in that time. A longer timeout keeps it in its place; writes still wait. See <a href="RULES/etcd-slow-disk.html">etcd-slow-disk</a>.</li>
</ul>`,
  },
  {
    id: 'heartbeat-late',
    title: 'Is “failed to send out heartbeat on time” dangerous?',
    html: `<p>It is a measurement. The leader was busy or asleep, and the line says by how much more than two heartbeats. As long as the whole gap stays below <a href="PARAMETERS/election-timeout.html">election-timeout</a> minus one or two heartbeats, nothing happens. Beyond it a living leader loses its place. The line comes from the leader alone; in etcd before 2.3 it does not exist.</p>`,
  },
  {
    id: 'setting-or-machine',
    title: 'Is it my setting or the machine?',
    html: `<p>The machine makes the stall, the setting decides what it costs. Watch <code>vmstat 1</code> on the leader: column <code>st</code> is time the hypervisor took, <code>wa</code> is waiting for the disk. Measure the disk's syncs with <code>fio --rw=write --ioengine=sync --fdatasync=1</code>: 99 of 100 below 10 ms is what etcd wants. CPU at 100 % without late lines is not the cause.</p>`,
  },
  {
    id: 'round-trip',
    title: 'Which values for my round trip?',
    html: `<p>heartbeat-interval at least one round trip between the members, election-timeout at least ten. Within a data centre that binds nothing: the defaults, 100 and 1000 ms, are far above. It matters across regions: with 150 ms between members, 150 and 1500 ms are the least.</p>`,
  },
  {
    id: 'article-values',
    title: 'Should I copy 600 and 6000 from the article?',
    html: `<p>Only where the leader's stalls are longer than about 3.5 s. The price: whenever a leader really dies, the cluster is without one for about 7 s, and fleet's requests of that time are lost. For stalls of 1.5 s, 250 and 2500 ms do the same at less than half the price. Paste your log and see which stall you have.</p>`,
  },
  {
    id: 'nothing-changed',
    title: 'I raised the values and nothing changed',
    html: `<p>See whether they act. etcd 2.0 to 3.4 prints <code>heartbeat = 100ms</code> and <code>election = 1000ms</code> at its start; etcd 3.4 and later shows both in its first JSON line. A cloud-config acts at boot, a running daemon keeps its old values, a quoted number is left out by cloudinit without a word, and a section without a unit that starts its service does nothing. See <a href="RULES/config-differs-from-log.html">config-differs-from-log</a> and <a href="RULES/config-value-dropped.html">config-value-dropped</a>.</p>`,
  },
  {
    id: 'etcdctl-works',
    title: 'Why does etcdctl work while fleetctl says 503?',
    html: `<p>A plain read of etcd 2 is answered by any member, also by one that knows no leader. fleetd needs writes for its leases and its presence, and those need a leader and a majority. See <a href="RULES/client-http-500.html">client-http-500</a>.</p>`,
  },
  {
    id: 'one-at-a-time',
    title: 'Can I change the values one member at a time?',
    html: `<p>Yes. When raising: election-timeout on all members first, followers before the leader, then heartbeat-interval. When lowering: heartbeat-interval first. Wait for a full cluster between two members. fleet: one machine at a time, since a stop of fleetd unloads that machine's units.</p>`,
  },
];
