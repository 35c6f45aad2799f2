//! Why etcd ends at its start: words that stand in several messages.

use super::said::Said;
use crate::log::event::Meaning;
use crate::report::Severity;

/// The words, and what they mean.
pub const ENDS: &[(&str, Said)] = &[
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
