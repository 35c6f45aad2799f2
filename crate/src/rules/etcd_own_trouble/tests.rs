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
            "Nov 23 14:02:11 core-01 etcd2[811]: initial advertise peer URLs = http://:2380\n",
            "etcd tells the others an address without a host",
        ),
        (
            "Nov 23 14:02:11 core-01 etcd2[811]: recognized and used environment variable ETCD_ADVERTISE_CLIENT_URLS=http://:2379\n",
            "etcd tells the others an address without a host",
        ),
        (
            "{\"level\":\"error\",\"ts\":\"2026-02-19T22:52:37.575944Z\",\"caller\":\"etcdserver/server.go:2090\",\"msg\":\"Validation on configuration change failed\",\"error\":\"membership: too many learner members in cluster\"}\n",
            "etcd refused a change of members",
        ),
        ("2015/08/11 23:46:02 etcdserver: create wal error: open /data/member/wal/0.wal: too many open files\n", "etcd has as many files"),
        ("Dec 22 22:49:49 localhost etcd2[654]: invalid datadir. Both member and proxy directories exist.\n", "The data directory holds"),
        ("2015/03/03 19:06:31 etcdserver: save state and entries error: short write\n", "etcd could not write its log"),
        ("Dec 10 01:26:30 node-3 etcd[641]: [etcd] Dec 10 01:26:30.495 WARNING   | [ss] Error: nil response\n", "A member had no answer"),
        (
            "Jan 05 19:55:06 core-1 locksmithd[4046]: Unlocking old locks failed: [etcd.service etcd2.service] are inactive. Retrying in 10s.\n",
            "locksmith found no etcd",
        ),
        (
            "2016-04-20 10:00:04.000000 C | etcdmain: listen tcp 192.0.2.1:2380: bind: address already in use\n",
            "Another process holds a port",
        ),
        ("Feb 03 11:02:10 core-01 etcd[815]: listen tcp 127.0.0.1:2380: bind: address already in use\n", "Another process holds a port"),
        (
            "2017-10-16 21:07:10.975303 C | membership: cluster cannot be downgraded (current version: 3.0.17 is lower than determined cluster version: 3.1).\n",
            "An etcd older than its cluster",
        ),
        (
            "{\"level\":\"fatal\",\"ts\":\"2023-05-05T05:05:05.100Z\",\"caller\":\"membership/cluster.go:855\",\"msg\":\"invalid downgrade; server version is lower than determined cluster version\",\"current-server-version\":\"3.4.13\"}\n",
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
            "{\"level\":\"error\",\"ts\":\"2024-12-19T13:27:46.359912Z\",\"caller\":\"embed/etcd.go:539\",\"msg\":\"creating peer listener failed\",\"error\":\"listen tcp 192.0.2.9:2380: bind: cannot assign requested address\"}\n",
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
fn a_port_that_the_next_start_had_is_no_trouble() {
    let held = "2019-03-03 03:03:01.200000 C | etcdmain: listen tcp 127.0.0.1:2380: bind: address already in use\n";
    let starts = |second: u32| {
        format!(
            "2019-03-03 03:03:{second:02}.200000 I | etcdserver: published {{Name:m1 ClientURLs:[http://127.0.0.1:2379]}} to cluster cdf818194e3a8c32\n"
        )
    };
    assert!(title(&(held.to_owned() + &starts(7))).is_none());
    assert!(title(&(starts(0) + held)).is_some(), "it runs, and another one is started beside it");
    // A start that ends there each time begins as every other one.
    let begins = |second: u32| {
        format!(
            "2019-03-03 03:03:{second:02}.100000 I | raft: newRaft 91d25258d70ad868 [peers: [], term: 3, commit: 12, applied: 0, lastindex: 12, lastterm: 3]\n"
        )
    };
    let older = "2019-03-03 03:03:01.200000 C | membership: cluster cannot be downgraded (current version: 3.0.17 is lower than determined cluster version: 3.1).\n";
    assert!([held, older].into_iter().all(|ends| title(&(begins(1) + ends + &begins(11))).is_some()));
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
fn a_client_that_etcd_does_not_know() {
    for line in [
        "[lua] init.lua:97: http_init(): failed to load the configuration: etcdserver: invalid auth token\n",
        "{\"error\":\"etcdserver: user name is empty\",\"code\":3,\"message\":\"etcdserver: user name is empty\"}\n",
        "Error: etcdserver: permission denied\n",
        "Error: etcdserver: authentication failed, invalid user ID or password\n",
    ] {
        assert_eq!(title(line).as_deref(), Some("etcd did not let a client in"), "{line}");
    }
    assert!(
        title("2016-08-11 07:26:55.000000 C | etcdserver: create wal error: mkdir /var/lib/etcd/member: permission denied\n")
            .is_none_or(|title| !title.contains("let a client"))
    );
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

#[test]
fn an_address_with_a_host() {
    for line in [
        "initial advertise peer URLs = http://192.0.2.7:2380",
        "listening for peers on http://:2380",
        "recognized and used environment variable ETCD_LISTEN_PEER_URLS=http://:2380",
    ] {
        assert_eq!(title(&format!("Nov 23 14:02:11 core-01 etcd2[811]: {line}\n")), None, "{line}");
    }
}
