// The field guide: questions of people in trouble, each with its short answer and where to look. It stands
// alone: who reads only this page should know what to do next.

export const GUIDE = [
  {
    id: 'where-to-look',
    title: 'Where do I find the logs and the values in force?',
    html: `<p>On each machine, for the minutes in which it happened:</p>
<ul>
<li><b>Logs:</b> <code>journalctl -u etcd2 -u fleet -o short-precise --since '1 hour ago'</code>. The unit is <code>etcd</code> for etcd 0.4 and <code>etcd-member</code> for etcd 3 on Container Linux. Take them from all members: the leader tells what stalled, the others tell what it cost.</li>
<li><b>In Kubernetes:</b> <code>/var/log/pods/kube-system_etcd-*/etcd/*.log</code>, on RKE2 too. Unlike kubectl, which needs the API and with it etcd, these files can always be read. In k3s etcd runs inside of it: <code>journalctl -u k3s</code>.</li>
<li><b>Values that are set:</b> <code>systemctl cat etcd2 fleet</code> shows the units with all their drop-ins, and <code>cat /etc/fleet/fleet.conf</code> the file of fleet.</li>
<li><b>Values in force:</b> the first lines after the last start in etcd's log. What the file says acts only after a restart.</li>
<li><b>Versions:</b> <code>etcd2 --version</code> (or <code>etcd --version</code>) and <code>fleetd --version</code>.</li>
</ul>
<p>Give all of it to the advisor at once; it tells the texts apart.</p>`,
  },
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
    id: 'cancelled',
    title: 'What does “Failed getting response … cancelled” mean?',
    html: `<p>A request of fleet to etcd ran into <a href="PARAMETERS/etcd-request-timeout.html">etcd-request-timeout</a>, 1 s unless set. The line says that etcd took longer, not how long and not why. See what etcd did in that second:</p>
<ul>
<li><b>Its leader stalled and went on:</b> a limit a quarter above the longest stall lets the request live. Keep <a href="PARAMETERS/agent-ttl.html">agent-ttl</a> at twelve times the limit or more.</li>
<li><b>Its leader died:</b> the request is lost whatever the limit is. A shorter <a href="PARAMETERS/election-timeout.html">election-timeout</a> makes such times shorter.</li>
<li><b>Nothing of the kind:</b> look at the disk and at the network between fleet and etcd.</li>
</ul>
<p>Longer timers of etcd alone do not end these lines. See <a href="RULES/fleet-etcd-request-cancelled.html">fleet-etcd-request-cancelled</a>.</p>`,
  },
  {
    id: 'heartbeat-late',
    title: 'Is “failed to send out heartbeat on time” dangerous?',
    html: `<p>It is a measurement. The leader was busy or asleep, and the line says by how much more than two heartbeats. As long as the whole gap stays below <a href="PARAMETERS/election-timeout.html">election-timeout</a> minus one or two heartbeats, nothing happens. Beyond it a living leader loses its place. The line comes from the leader alone; in etcd before 2.3 it does not exist.</p>`,
  },
  {
    id: 'setting-or-machine',
    title: 'Is it my setting or the machine?',
    html: `<p>The machine makes the stall, the setting decides what it costs. Watch <code>vmstat 1</code> on the leader: column <code>st</code> is time the hypervisor took, <code>wa</code> is waiting for the disk. Measure the disk's syncs with <code>fio --rw=write --ioengine=sync --fdatasync=1</code>: 99 of 100 below 10 ms is what etcd wants. CPU at 100 % without late lines, which etcd prints from 2.3 on, is not the cause.</p>`,
  },
  {
    id: 'round-trip',
    title: 'Which values for my round trip?',
    html: `<p>heartbeat-interval at least one round trip between the members, election-timeout at least ten. Within a data centre that binds nothing: the defaults, 100 and 1000 ms, are far above. It matters across regions: with 150 ms between members, 150 and 1500 ms are the least.</p>`,
  },
  {
    id: 'article-values',
    title: 'Should I copy 600 and 6000 from the article of 2015?',
    html: `<p>“Tuning fleet and etcd on CoreOS to avoid unit failures” advises 600 and 6000 ms. Take them only where the leader's stalls are longer than about 3.5 s. The price: whenever a leader really dies, the cluster is without one for about 7 s, and fleet's requests of that time are lost. For stalls of 1.5 s, 250 and 2500 ms do the same at less than half the price. Paste your log and see which stall you have.</p>`,
  },
  {
    id: 'nothing-changed',
    title: 'I raised the values and nothing changed',
    html: `<p>See whether they apply. etcd 2.0 to 3.4 prints <code>heartbeat = 100ms</code> and <code>election = 1000ms</code> at its start; etcd that logs in JSON, from 3.4 on, shows both in “starting an etcd server”. A cloud-config is applied at boot, a running daemon keeps its old values, a quoted number is left out by cloudinit without a word, and a section without a unit that starts its service does nothing. See <a href="RULES/config-differs-from-log.html">config-differs-from-log</a> and <a href="RULES/config-value-dropped.html">config-value-dropped</a>.</p>`,
  },
  {
    id: 'etcdctl-works',
    title: 'Why does etcdctl work while fleetctl says 503?',
    html: `<p>A plain read of etcd 2 is answered by any member, also by one that knows no leader. fleetd needs writes for its leases and its presence, and those need a leader and a majority. See <a href="RULES/client-http-500.html">client-http-500</a>.</p>`,
  },
  {
    id: 'one-at-a-time',
    title: 'Can I change the values one member at a time?',
    html: `<p>Yes: followers first, the leader last, and a full cluster before the next one. When the new heartbeat-interval is above a quarter of the old election-timeout, raise election-timeout on all members first, and heartbeat-interval in a second round. When lowering both: heartbeat-interval first. fleet: one machine at a time, since a stop of fleetd unloads that machine's units.</p>`,
  },
];

/** What the answers rest on. */
export const GUIDE_SOURCES = [
  'lab: leaders of real clusters stalled and killed under etcd 2.0.13, 2.3.8, 3.4.23 and 3.5.1, with fleetd 0.9.2 to 1.0.0 on top',
  'coreos/fleet@v0.11.5:registry/machine.go:64-90, engine/reconciler.go:98-103',
  'etcd-io/etcd@v2.3.8:raft/raft.go:875, etcdserver/raft.go:142',
  'etcd-io/etcd@v3.7.1:server/etcdserver/raft.go:143',
  'coreos/coreos-cloudinit@v1.14.0:config/validate/rules.go:77, system/env.go:26-52',
];
