//! `etcd-own-trouble`: etcd names a trouble of its own that no other rule weighs.

use std::cmp::Reverse;

use super::common::{longest_first, matching, near, says, span, with_etcd_stop};
use super::{Finding, Rule};
use crate::facts::stalls::WAITING_TICKS;
use crate::facts::{EventId, Facts};
use crate::gather::Gather;
use crate::ids::RuleId;
use crate::log::event::{Event, Meaning};
use crate::parameters::Parameter::HeartbeatInterval;
use crate::report::{Confidence, Severity};
use crate::search;
use crate::sort::by_key;
use crate::units::{S, human};

/// The rule.
pub const RULE: Rule = Rule {
    id: RuleId::EtcdOwnTrouble,
    why: "What etcd says of itself tells more than what its clients see of it.",
    what_to_do: "Follow what the line names. No timer changes that.",
    references: &[
        "etcd-io/etcd@v3.0.17:etcdmain/etcd.go:328 (limit of open files)",
        "etcd-io/etcd@v3.3.27:raft/node.go:402 (missed ticks; 128 of them wait at most)",
        "etcd-io/etcd@v3.4.45:etcdserver/v3_server.go (maxGapBetweenApplyAndCommitIndex)",
        "etcd-io/etcd@v3.4.45:etcdserver/api/membership/cluster.go (mustDetectDowngrade)",
        "etcd-io/etcd@v3.4.45:etcdctl/ctlv3/command/ep_command.go (the health check)",
        "etcd-io/etcd@v3.4.45:etcdctl/ctlv3/command/check.go (the performance check)",
        "etcd-io/etcd@v3.4.45:etcdserver/api/rafthttp/snapshot_sender.go (a transfer that failed)",
        "etcd-io/etcd@v3.4.45:mvcc/backend/backend.go:343 (slow snapshot)",
        "etcd-io/etcd@v3.7.1:server/embed/config.go (DefaultMaxRequestBytes)",
        "etcd documentation: maintenance, defragmentation (it blocks reads and writes)",
        "etcd blog, 2025-03-27: how to prevent a key issue in the etcd 3.5 to 3.6 upgrade (etcd-io/etcd#19557)",
    ],
    check,
};

/// One thing that etcd says, in plain words.
struct Said {
    meaning: Meaning,
    severity: Severity,
    title: &'static str,
    what: &'static str,
    advice: &'static str,
}

/// Of equal gravity the more telling first. A title with a `{}` names a length of time.
const SAID: &[Said] = &[
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
        meaning: Meaning::RequestTooLarge,
        severity: Severity::Warning,
        title: "Requests were refused, as they are too large",
        what: "etcd takes up to 1.5\u{a0}MiB at once (max-request-bytes), and its client sends up to 2\u{a0}MiB. Only these requests fail.",
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

/// Why etcd ends at its start, by words that stand in several messages.
const ENDS: &[(&str, Said)] = &[
    (
        "address already in use",
        Said {
            meaning: Meaning::EtcdFatal,
            severity: Severity::Critical,
            title: "Another process holds a port that etcd listens on",
            what: "etcd cannot listen there, and ends.",
            advice: "Find that process (ss -ltnp). Often it is an etcd that still runs, or both etcd and etcd2 are enabled.",
        },
    ),
    // A client that finds no free port gets the same words, without `bind`.
    (
        "bind: cannot assign requested address",
        Said {
            meaning: Meaning::EtcdFatal,
            severity: Severity::Critical,
            title: "etcd is told to listen on an address that its machine does not have",
            what: "etcd cannot listen there, and ends.",
            advice: "Compare listen-peer-urls and listen-client-urls with the addresses of the machine (ip address), also after its address changed. 0.0.0.0 listens on all of them.",
        },
    ),
    (
        "listen tcp: lookup ",
        Said {
            meaning: Meaning::EtcdFatal,
            severity: Severity::Critical,
            title: "etcd is told to listen on a name that its machine does not know",
            what: "etcd looks the name up to know where to listen, and ends.",
            advice: "Put the name into /etc/hosts (localhost belongs there too), or give listen-peer-urls and listen-client-urls an address instead of a name.",
        },
    ),
    (
        "membership: too many learner members",
        Said {
            meaning: Meaning::EtcdFatal,
            severity: Severity::Critical,
            title: "Voting members count as learners again after the upgrade to 3.6, and etcd ends",
            what: "etcd 3.5.1 to 3.5.19 kept the promotion of a member in only one of its two stores. 3.6 reads the other one, and takes one learner at most.",
            advice: "Start the etcd 3.5 that ran before, upgrade all members to the newest 3.5, and only then to 3.6.",
        },
    ),
    (
        "too many open files",
        Said {
            meaning: Meaning::EtcdFatal,
            severity: Severity::Critical,
            title: "etcd has as many files open as it may",
            what: "Until some are closed it takes no new connection and writes no snapshot; where it cannot write its log it ends.",
            advice: "Raise the limit of open files (LimitNOFILE in its unit, ulimit -n in a shell), and find the clients that keep so many connections open.",
        },
    ),
    // What a start that fell back to a proxy after a timeout leaves behind (etcd-io/etcd#3971, to 2.2.2).
    (
        "oth member and proxy directories exist",
        Said {
            meaning: Meaning::EtcdFatal,
            severity: Severity::Critical,
            title: "The data directory holds a member's data and a proxy's, and etcd ends",
            what: "etcd cannot tell which of the two it should be. Before 2.2.3 a start that gave up its discovery could leave both.",
            advice: "See on another machine whether the cluster has this member (etcdctl member list). If not, move the folder member out of the data directory, else the folder proxy.",
        },
    ),
    ("cannot access data directory", NO_DATA_DIRECTORY),
    ("create snapshot directory error", NO_DATA_DIRECTORY),
    ("cluster cannot be downgraded", OLDER),
    ("invalid downgrade", OLDER),
];

const NO_DATA_DIRECTORY: Said = Said {
    meaning: Meaning::EtcdFatal,
    severity: Severity::Critical,
    title: "etcd cannot use its data directory, and ends",
    what: "The end of the line says what the file system answered.",
    advice: "With `permission denied`, give the directory to the user that etcd runs as: in a container that of its image, for a mounted volume too. Otherwise see that the path is there and can be written.",
};

const OLDER: Said = Said {
    meaning: Meaning::EtcdFatal,
    severity: Severity::Critical,
    title: "An etcd older than its cluster was started, and ends",
    what: "All members ran a later version before, and the data may be in its form.",
    advice: "Start the version that the cluster runs. To go back, follow etcd's documentation on downgrading.",
};

fn check(facts: &Facts) -> Option<Finding> {
    let mut heard: Vec<(&Said, Vec<EventId>)> = Vec::new();
    for (words, said) in ENDS {
        let lines = facts.events_where(|event| event.is_etcd_server() && says(event, &[words]));
        if !lines.is_empty() {
            heard.push((said, lines));
        }
    }
    for said in SAID {
        if let Some(lines) = heard_of(facts, said) {
            heard.push((said, lines));
        }
    }
    // The same trouble in other words is told once.
    heard.dedup_by_key(|(said, _)| said.title);
    by_key(&mut heard, |(said, _)| Reverse(said.severity));
    let (gravest, _) = heard.first()?;
    let title = words(facts, gravest);
    let also: Vec<String> = heard[1..].iter().map(|(said, _)| words(facts, said)).gather();
    let also = if also.is_empty() { String::new() } else { format!(" Besides: {}.", also.join(". ")) };
    let events: Vec<EventId> = heard.iter().flat_map(|(_, events)| events.iter().copied()).gather();
    let finding = Finding::new(RULE.id, gravest.severity, Confidence::High, title, format!("{}{also}", gravest.what));
    Some(finding.showing(facts, &events).advising(gravest.advice))
}

/// Whether this rule tells why etcd ended with such a line.
pub fn is_told(event: &Event) -> bool {
    ENDS.iter().any(|(words, _)| says(event, &[words]))
}

/// The lines that say so, beside no stop of etcd.
fn heard_of(facts: &Facts, said: &Said) -> Option<Vec<EventId>> {
    let mut events = match said.meaning {
        // Short ones are not worth a word (judgement): a defragmentation that ends before etcd gives up on a request, which is after
        // five seconds at the earliest (etcd-io/etcd@v3.4.45:etcdserver/config.go, ReqTimeout), and a write of a health check.
        Meaning::Defrag => longest_first(facts, &[Meaning::Defrag]).filter(|(_, took)| *took >= 5 * S)?.0,
        Meaning::CtlHealth => longest_first(facts, &[Meaning::CtlHealth]).filter(|(_, took)| *took >= S)?.0,
        Meaning::CtlPerfSlowest => longest_first(facts, &[Meaning::CtlPerfSlowest]).filter(|(_, took)| *took > S / 2)?.0,
        Meaning::RaftSaveFailed => matching(facts, &[Meaning::RaftSaveFailed, Meaning::RaftSnapSaveFailed], |event| {
            !says(event, &["no space left", "too many open"])
        }),
        // Every start says that it opened the file, and how long that took.
        Meaning::DbOpenSlow => matching(facts, &[Meaning::DbOpenSlow], |event| {
            !says(event, &["opened backend db"]) || event.duration("took").is_some_and(|took| took >= S)
        }),
        meaning => facts.events_where(|event| event.meaning == meaning || says(event, repeated(meaning))),
    };
    // Whoever promotes a learner asks again every few seconds until it has caught up, as kubeadm does; within the first minute
    // that is no trouble (judgement).
    let learns: Vec<EventId> = events.iter().copied().filter(|id| says(facts.event(*id), STILL_LEARNS)).gather();
    if span(facts, &learns).is_some_and(|asked| asked < 60 * S) {
        events.retain(|id| !learns.contains(id));
    }
    // A name that was known at last did no harm.
    let started = [Meaning::StartMember, Meaning::Newraft, Meaning::Published];
    events.retain(|id| said.meaning != Meaning::HostUnresolved || !near(facts, *id, &started, 0, 30 * S, 40));
    events.retain(|id| said.meaning == Meaning::LeaderTransferFailed || !with_etcd_stop(facts, *id));
    (!events.is_empty()).then_some(events)
}

/// The error that clients repeat in lines of their own.
const STILL_LEARNS: &[&str] = &["which is in sync with leader", "learner is not ready"];

fn repeated(meaning: Meaning) -> &'static [&'static str] {
    match meaning {
        Meaning::RequestTooLarge => &["etcdserver: request is too large"],
        Meaning::TooManyRequests => &["etcdserver: too many requests"],
        _ => &[],
    }
}

fn words(facts: &Facts, said: &Said) -> String {
    let length = match said.meaning {
        meaning @ (Meaning::Defrag | Meaning::CtlHealth | Meaning::CtlPerfSlowest) => {
            longest_first(facts, &[meaning]).map_or(0, |(_, took)| took)
        }
        _ => WAITING_TICKS * facts.value(HeartbeatInterval),
    };
    search::replace(said.title, "{}", &human(length))
}

#[cfg(test)]
mod tests {
    use crate::ids::RuleId;
    use crate::report::Severity;
    use crate::rules::testing::{facts, find};

    fn title(log: &str) -> Option<String> {
        find(&facts(&[log]), RuleId::EtcdOwnTrouble).map(|finding| finding.title)
    }

    #[test]
    fn a_learner_that_catches_up() {
        let asked = |clock: &str| {
            format!(
                "I0710 {clock}.000000    2000 etcd.go:490] [etcd] Promoting the learner 532224ac22e6a1fd failed: etcdserver: can only promote a learner member which is in sync with leader\n"
            )
        };
        let found = |log: String| find(&facts(&[&log]), RuleId::EtcdOwnTrouble).is_some();
        assert!(!found(asked("10:00:01") + &asked("10:00:06")));
        assert!(found(asked("10:00:01") + &asked("10:04:06")));
        // How long it was asked is not told.
        assert!(found(String::from("etcdserver: can only promote a learner member which is in sync with leader\n")));
    }

    #[test]
    fn each_in_its_words() {
        for (line, expected) in [
            ("2021-03-02 10:00:00.000000 W | raft: A tick missed to fire. Node blocks too long!\n", "at least 12.8\u{a0}s"),
            ("| https://192.0.2.7:2379 |   true |  2.8012284s |                           |\n", "etcd took 2.8\u{a0}s to answer"),
            (
                "[{\"endpoint\":\"https://192.0.2.7:2379\",\"health\":true,\"took\":\"3ms\"},{\"endpoint\":\"https://192.0.2.8:2379\",\"health\":true,\"took\":\"2.8s\"}]\n",
                "etcd took 2.8\u{a0}s to answer",
            ),
            (
                "2014/10/29 14:36:38 http: Accept error: accept tcp [::]:4001: too many open files; retrying in 5ms\n",
                "etcd has as many files open",
            ),
            (
                "2014/10/29 14:36:38 http: Accept error: accept tcp 192.0.2.7:7001: too many open files; retrying in 5ms\n",
                "etcd has as many files open",
            ),
            (
                "janv. 23 20:59:58 n1 etcd[626]: listen tcp: lookup localhost on 192.0.2.4:53: no such host\n",
                "etcd is told to listen on a name",
            ),
            (
                "Jan 23 20:59:58 n1 etcd[626]: cannot access data directory: mkdir /var/lib/etcd: permission denied\n",
                "etcd cannot use its data directory",
            ),
            (
                "2015/07/07 10:11:12 etcdserver: create snapshot directory error: mkdir /data/member: permission denied\n",
                "etcd cannot use its data directory",
            ),
            ("etcdserver: too many learner members in cluster\n", "etcd refused a change of members"),
            (
                "Dec 22 22:49:49 localhost etcd2[654]: invalid datadir. Both member and proxy directories exist.\n",
                "The data directory holds",
            ),
            ("2015/03/03 19:06:31 etcdserver: save state and entries error: short write\n", "etcd could not write its log"),
            (
                "Dec 10 01:26:30 node-3 etcd[641]: [etcd] Dec 10 01:26:30.495 WARNING   | [ss] Error: nil response\n",
                "A member had no answer",
            ),
            (
                "Jan 05 19:55:06 core-1 locksmithd[4046]: Unlocking old locks failed: [etcd.service etcd2.service] are inactive. Retrying in 10s.\n",
                "locksmith found no etcd",
            ),
            (
                "2016-04-20 10:00:04.000000 C | etcdmain: listen tcp 192.0.2.1:2380: bind: address already in use\n",
                "Another process holds a port",
            ),
            (
                "Feb 03 11:02:10 core-01 etcd[815]: listen tcp 127.0.0.1:2380: bind: address already in use\n",
                "Another process holds a port",
            ),
            (
                "2017-10-16 21:07:10.975303 C | membership: cluster cannot be downgraded (current version: 3.0.17 is lower than determined cluster version: 3.1).\n",
                "An etcd older than its cluster",
            ),
            (
                "{\"level\":\"fatal\",\"ts\":\"2025-03-05T16:25:23.119Z\",\"caller\":\"etcdmain/etcd.go:183\",\"msg\":\"discovery failed\",\"error\":\"membership: too many learner members in cluster\"}\n",
                "count as learners again",
            ),
            (
                "level=info msg=\"Failed to test data store connection: this server is a not a member of the etcd cluster. Found [n1-b19343fd=https://192.0.2.1:2380], expect: n1-b19343fd=192.0.2.2\"\n",
                "does not hold this server",
            ),
            (
                "2015/03/06 21:08:39 etcd: listen tcp 192.0.2.9:2380: bind: cannot assign requested address\n",
                "an address that its machine does not have",
            ),
            (
                "{\"level\":\"info\",\"ts\":\"2023-02-03T10:00:00.000Z\",\"caller\":\"backend/backend.go:549\",\"msg\":\"finished defragmenting directory\",\"path\":\"/var/lib/etcd/member/snap/db\",\"took\":\"12.345s\"}\n",
                "took 12.3\u{a0}s",
            ),
        ] {
            let title = title(line).unwrap_or_default();
            assert!(title.contains(expected), "{line}: {title}");
        }
    }

    #[test]
    fn a_name_that_is_known_at_last_is_none() {
        let unknown = "{\"level\":\"warn\",\"ts\":\"2025-04-10T09:44:41.554Z\",\"caller\":\"netutil/netutil.go:121\",\"msg\":\"failed to resolve URL Host\",\"url\":\"https://n1.test:2380\",\"host\":\"n1.test:2380\",\"retry-interval\":\"1s\",\"error\":\"lookup n1.test: no such host\"}\n";
        let starts = "{\"level\":\"info\",\"ts\":\"2025-04-10T09:44:43.554Z\",\"msg\":\"published local member to cluster through raft\",\"local-member-id\":\"8e9e05c52164694d\"}\n";
        assert!(title(unknown).is_some_and(|title| title.contains("a name that is not known")));
        assert_eq!(title(&format!("{unknown}{starts}")), None);
        assert_eq!(title("2021-03-02 10:00:00 app: could not resolve host shop.test:443\n"), None);
    }

    #[test]
    fn another_program_that_cannot_listen_is_none() {
        for line in [
            "2014/10/29 14:36:38 http: Accept error: accept tcp [::]:8080: too many open files; retrying in 5ms\n",
            "Feb 03 11:02:10 core-01 kube-apiserver[815]: listen tcp 0.0.0.0:6443: bind: address already in use\n",
            "2021-03-02 10:00:00.000000 W | rafthttp: health check for peer 8e9e05c52164694d could not connect: dial tcp 192.0.2.9:2380: connect: cannot assign requested address\n",
        ] {
            assert_eq!(title(line), None);
        }
    }

    #[test]
    fn a_start_that_opens_its_database_at_once_is_none() {
        let line = |took: &str| {
            format!(
                "{{\"level\":\"info\",\"ts\":\"2023-02-03T10:00:00.000Z\",\"caller\":\"etcdserver/backend.go:81\",\"msg\":\"opened backend db\",\"path\":\"/var/lib/etcd/member/snap/db\",\"took\":\"{took}\"}}\n"
            )
        };
        assert_eq!(title(&line("6.3ms")), None);
        assert!(title(&line("31.5s")).is_some());
    }

    #[test]
    fn a_client_that_repeats_that_etcd_has_too_much_to_do() {
        let line = "{\"level\":\"warn\",\"ts\":\"2022-08-23T15:46:51.939Z\",\"caller\":\"clientv3/retry_interceptor.go:62\",\"msg\":\"retrying of unary invoker failed\",\"error\":\"rpc error: code = ResourceExhausted desc = etcdserver: too many requests\"}\n";
        assert!(title(line).is_some_and(|title| title.contains("too many to carry out")));
    }

    #[test]
    fn a_request_that_is_too_large_as_its_client_tells_it() {
        for line in [
            "E0823 15:46:51.402217      12 status.go:71] apiserver received an error that is not an metav1.Status: rpctypes.EtcdError{code:0x3, desc:\"etcdserver: request is too large\"}\n",
            "{\"level\":\"warn\",\"ts\":\"2022-08-23T15:46:51.939Z\",\"caller\":\"clientv3/retry_interceptor.go:62\",\"msg\":\"retrying of unary invoker failed\",\"error\":\"rpc error: code = InvalidArgument desc = etcdserver: request is too large\"}\n",
            "E1128 14:10:33.554607       8 status.go:64] apiserver received an error that is not an metav1.Status: &status.statusError{Code:8, Message:\"grpc: trying to send message larger than max (3497431 vs. 2097152)\"}\n",
        ] {
            assert!(title(line).is_some_and(|title| title.contains("too large")), "{line}");
        }
    }

    #[test]
    fn a_leader_that_stops_and_cannot_hand_over_is_a_remark() {
        let log = "{\"level\":\"info\",\"ts\":\"2023-04-12T13:21:47.724Z\",\"caller\":\"etcdserver/server.go:1178\",\"msg\":\"leadership transfer starting\",\"local-member-id\":\"d70245c72180528a\",\"current-leader-member-id\":\"d70245c72180528a\",\"transferee-member-id\":\"c61f33e98087dec2\"}\n\
                   {\"level\":\"warn\",\"ts\":\"2023-04-12T13:21:54.724Z\",\"caller\":\"etcdserver/server.go:1256\",\"msg\":\"leadership transfer failed\",\"local-member-id\":\"d70245c72180528a\",\"error\":\"etcdserver: request timed out, leader transfer took too long\"}\n";
        assert_eq!(find(&facts(&[log]), RuleId::EtcdOwnTrouble).expect("told").severity, Severity::Info);
        assert!(find(&facts(&[log]), RuleId::EtcdRequestTimeout).is_none());
    }

    #[test]
    fn a_short_defragmentation_is_none() {
        let line = "{\"level\":\"info\",\"ts\":\"2023-02-03T10:00:00.000Z\",\"caller\":\"backend/backend.go:549\",\"msg\":\"finished defragmenting directory\",\"path\":\"/var/lib/etcd/member/snap/db\",\"took\":\"215.3ms\"}\n";
        assert_eq!(title(line), None);
        assert_eq!(title(&line.replace("215.3ms", "1.4s")), None);
    }

    #[test]
    fn a_health_check_is_told_where_it_took_long() {
        let line = |took: &str| format!("https://192.0.2.7:2379 is healthy: successfully committed proposal: took = {took}\n");
        assert_eq!(title(&line("12.04ms")), None);
        assert!(title(&(line("12.04ms") + &line("1.0431s"))).is_some_and(|title| title.contains("took 1.04\u{a0}s")));
    }

    #[test]
    fn a_database_that_did_not_arrive_is_no_broken_link() {
        let log = "{\"level\":\"warn\",\"ts\":\"2023-03-02T10:00:30.200Z\",\"caller\":\"rafthttp/snapshot_sender.go:100\",\"msg\":\"failed to send database snapshot\",\"remote-peer-id\":\"a8c3e5e5c8d1f2b1\",\"size\":\"2.1 GB\",\"error\":\"read tcp 192.0.2.7:43210->192.0.2.9:2380: i/o timeout\"}\n";
        assert!(title(log).is_some_and(|title| title.contains("broke off")));
        assert!(find(&facts(&[log]), RuleId::EtcdPeerNetwork).is_none());
    }

    #[test]
    fn several_are_told_together_the_gravest_first() {
        let log = "2021-03-02 10:00:00.000000 W | raft: A tick missed to fire. Node blocks too long!\n\
                   2021-03-02 10:00:09.000000 C | etcdmain: file descriptor limit[64] of etcd process is too low, and should be set higher than 150 to ensure internal usage\n";
        let finding = find(&facts(&[log]), RuleId::EtcdOwnTrouble).expect("told");
        assert_eq!((finding.severity, finding.count), (Severity::Critical, 2));
        assert!(finding.what.contains("Besides: etcd's main loop stood still"), "{}", finding.what);
        // Whatever the order in the list.
        let log = "Mar 02 10:00:00 n1 locksmithd[7]: Unable to determine active etcd service: [etcd.service etcd2.service] are inactive\n\
                   Mar 02 10:00:09 n1 etcd[8]: save state and entries error: short write\n";
        let finding = find(&facts(&[log]), RuleId::EtcdOwnTrouble).expect("told");
        assert_eq!((finding.severity, finding.count), (Severity::Critical, 2), "{}", finding.title);
        assert!(finding.title.contains("could not write its log"));
    }
}
