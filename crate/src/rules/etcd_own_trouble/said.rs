//! What etcd says of itself, in plain words.

use crate::log::event::Meaning;
use crate::report::Severity;

/// One thing that etcd says, in plain words.
pub struct Said {
    pub meaning: Meaning,
    pub severity: Severity,
    pub title: &'static str,
    pub what: &'static str,
    pub advice: &'static str,
}

/// Of equal gravity the more telling first. A title with a `{}` names a length of time.
pub const SAID: &[Said] = &[
    Said {
        meaning: Meaning::FdLimit,
        severity: Severity::Critical,
        title: "etcd may open too few files, and exits",
        what: "It does not run with fewer than it needs for itself.",
        advice: "Raise the limit of open files (LimitNOFILE in its unit, ulimit -n in a shell) and start it again.",
    },
    Said {
        meaning: Meaning::NotAMember,
        severity: Severity::Critical,
        title: "etcd's list of members does not hold this server under its name and address",
        what: "k3s and rke2 do not start etcd then. The line names whom the list holds, and whom the server takes itself for.",
        advice: "Most often its address or its name changed. Give it back the old one, or set the new peer address from another server (etcdctl member update). A server that was removed starts again with an empty data directory.",
    },
    // Only a follower answers a snapshot, and nobody once it was stopped
    // (etcd-io/etcd@v0.4.9:third_party/github.com/goraft/raft/server.go, the loop of each state).
    Said {
        meaning: Meaning::NilResponse,
        severity: Severity::Warning,
        title: "A member had no answer for the other members",
        what: "It does not follow the leader just then: it waits for a snapshot, asks for votes, or its raft has stopped. The line does not tell which.",
        advice: "If the line keeps coming, restart etcd on that machine.",
    },
    // It asks only where its strategy is best-effort (coreos/locksmith@033931d:locksmithctl/daemon.go).
    Said {
        meaning: Meaning::NoEtcdHere,
        severity: Severity::Warning,
        title: "locksmith found no etcd running on its machine",
        what: "With the strategy best-effort it asks systemd for etcd.service, whatever endpoint it was given.",
        advice: "If etcd should run there, see why it does not (systemctl status). If it runs elsewhere, set reboot-strategy to etcd-lock, and locksmith's endpoint.",
    },
    // Before YAML is read coreos-cloudinit puts the machine's addresses in, and nothing where the platform tells none
    // (coreos/coreos-cloudinit@v1.14.0:initialize/env.go).
    Said {
        meaning: Meaning::NoAddress,
        severity: Severity::Warning,
        title: "etcd tells the others an address without a host",
        what: "Whoever uses such an address, as http://:2380, asks its own machine. A member alone may not notice.",
        advice: "See where etcd's advertised addresses come from: a variable stayed empty, as $private_ipv4 of a cloud-config does on a platform that does not tell it. Write the machine's address there.",
    },
    // At its start it compares its peer URLs with the initial cluster, by address where they differ as words, and asks
    // anew every second (etcd-io/etcd@v3.5.33:server/config/config.go, advertiseMatchesCluster).
    Said {
        meaning: Meaning::HostUnresolved,
        severity: Severity::Warning,
        title: "etcd waited at its start for a name that is not known",
        what: "It looks up the names in its peer URLs before it starts, and ends when one stays unknown for half a minute.",
        advice: "Look the name up on that machine, or in that container. In Kubernetes publish the names of pods that are not ready yet (publishNotReadyAddresses).",
    },
    // A full disk has a rule of its own.
    Said {
        meaning: Meaning::RaftSaveFailed,
        severity: Severity::Critical,
        title: "etcd could not write its log, and ended",
        what: "It exits rather than confirm what it could not keep.",
        advice: "The end of the line says what the file system answered. Look at the kernel's log for errors of that disk, and at quotas.",
    },
    Said {
        meaning: Meaning::DbOpenSlow,
        severity: Severity::Warning,
        title: "etcd waits for its database file",
        what: "Another process holds the file, or reading it takes more than ten seconds.",
        advice: "Look for a second etcd on the same data directory, then at the disk.",
    },
    Said {
        meaning: Meaning::GoTickMissed,
        severity: Severity::Warning,
        title: "etcd's main loop stood still for at least {}",
        what: "128 ticks of its clock wait to be counted; a further one was lost.",
        advice: "Look at the processor, the disk and the virtual machine of that moment. The late heartbeats of the leader tell how long it was.",
    },
    Said {
        meaning: Meaning::TooManyRequests,
        severity: Severity::Warning,
        title: "etcd refused requests, as it had too many to carry out",
        what: "More than 5000 agreed entries are not yet carried out: its disk or its processor does not keep up.",
        advice: "Find the clients that write so much, and measure the disk (etcd_disk_backend_commit_duration_seconds).",
    },
    Said {
        meaning: Meaning::ReceivingBufferFull,
        severity: Severity::Warning,
        title: "etcd dropped messages of its peers, as it did not read them in time",
        what: "The member that prints this is too slow, not the one that sent them.",
        advice: "Look at the disk and the processor of the member that prints it.",
    },
    Said {
        meaning: Meaning::Defrag,
        severity: Severity::Warning,
        title: "A defragmentation took {}",
        what: "Meanwhile that member answers no request: it rewrites its database.",
        advice: "Defragment one member at a time, the leader last, at a quiet hour.",
    },
    Said {
        meaning: Meaning::SnapSendFailed,
        severity: Severity::Warning,
        title: "Sending the whole database to a member that had fallen behind broke off",
        what: "That member takes part again only when it has all of it. etcd starts from the beginning.",
        advice: "The end of the line says what broke. Look at the link, at the disk and the log of the member that receives it, and at the size of the database.",
    },
    Said {
        meaning: Meaning::CtlHealth,
        severity: Severity::Warning,
        title: "etcd took {} to answer etcdctl's health check",
        what: "The check asks for one small key. It waits for the leader, and for what stands in line before it.",
        advice: "Measure the disk and the processor of the members, and give the log of etcd from that moment.",
    },
    Said {
        meaning: Meaning::CtlPerfSlowest,
        severity: Severity::Warning,
        title: "The slowest write of etcdctl's performance check took {}",
        what: "The check writes for a minute, and takes half a second for too long.",
        advice: "Measure the disk and the processor of the members, and give the log of etcd from that minute.",
    },
    Said {
        meaning: Meaning::CtlPerfWrites,
        severity: Severity::Warning,
        title: "etcd carries out fewer writes than etcdctl's performance check asks for",
        what: "The check passes from nine tenths of its load on. That is 150 writes a second for a small cluster; 1000, 8000 or 15000 for larger ones (--load).",
        advice: "See whether the load that was asked for is yours. If it is, measure the disk and the processor of the members.",
    },
    Said {
        meaning: Meaning::SnapSlowTransfer,
        severity: Severity::Warning,
        title: "Sending the whole database to another member or to a client takes long",
        what: "A member that fell behind gets all of it, and cannot help until it has it.",
        advice: "Look at the size of the database, the link and both disks.",
    },
    Said {
        meaning: Meaning::WalDirFsync,
        severity: Severity::Warning,
        title: "The disk did not carry out a sync that etcd asked for",
        what: "What etcd wrote may not be there after a crash.",
        advice: "Read the kernel's log for errors of that disk.",
    },
    Said {
        meaning: Meaning::ReadStateStuck,
        severity: Severity::Warning,
        title: "etcd took more than a second to pass a read on",
        what: "Its loops wait for each other, as when other work takes the processor.",
        advice: "Look at the processor of that moment, and at what else runs there.",
    },
    Said {
        meaning: Meaning::LeaseNotLeader,
        severity: Severity::Warning,
        title: "A member no longer led, and noticed it late",
        what: "Its clock loop had stood still for more than three ticks when another led already.",
        advice: "Paste the logs of all members around that moment: they tell how long it stood still.",
    },
    Said {
        meaning: Meaning::CompactionFailed,
        severity: Severity::Warning,
        title: "An automatic compaction failed",
        what: "Old revisions stay in the database, which grows toward its quota.",
        advice: "See whether the next one succeeds; else compact by hand (etcdctl compact).",
    },
    Said {
        meaning: Meaning::AuthRefused,
        severity: Severity::Warning,
        title: "etcd did not let a client in",
        what: "Authentication is on, and the client named no user, a wrong one, or one without that right, or its token is no longer known.",
        advice: "Give the client a user and password that etcd has (etcdctl user list), and that user a role for those keys.",
    },
    Said {
        meaning: Meaning::RequestTooLarge,
        severity: Severity::Warning,
        title: "Requests, or answers to them, were too large",
        what: "etcd takes up to 1.5\u{a0}MiB at once (max-request-bytes). gRPC has limits of its own on both sides, which its lines name. Only these requests fail.",
        advice: "Find the object that grew so large, and split it or keep its contents elsewhere. Raise max-request-bytes only as a last resort: large requests delay all others.",
    },
    Said {
        meaning: Meaning::CampaignBlockedConfchange,
        severity: Severity::Warning,
        title: "A member may not ask for votes while a change of members waits",
        what: "A change that is agreed must be carried out first.",
        advice: "See why it is not: a slow disk, or a member that takes no part.",
    },
    Said {
        meaning: Meaning::ReconfigRefused,
        severity: Severity::Warning,
        title: "etcd refused a change of members",
        what: "With it too few members would be connected for a majority, or a learner has not caught up yet.",
        advice: "Bring the members that are away back first, and wait until the learner has all data.",
    },
    Said {
        meaning: Meaning::UnhealthyCluster,
        severity: Severity::Warning,
        title: "etcd refused a change of members",
        what: "Too few of them were connected during the last five seconds.",
        advice: "Bring the members that are away back first.",
    },
    // Only a member that stops says so (etcd-io/etcd@v3.5.33:server/etcdserver/server.go, Stop).
    Said {
        meaning: Meaning::LeaderTransferFailed,
        severity: Severity::Info,
        title: "A leader that stopped could not hand over first",
        what: "The others hold an election instead, after their election-timeout. Where the whole cluster stops this is how it ends.",
        advice: "Where only one member was to stop, see whether the others were well at that moment.",
    },
];
