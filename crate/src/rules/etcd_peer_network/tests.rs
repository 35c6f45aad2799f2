use super::RULE;
use crate::ids::RuleId;
use crate::report::{Confidence, Severity};
use crate::rules::testing::{facts, find};

/// etcd 2.0 prints an error of a post when it differs from the one before.
#[test]
fn a_post_to_a_peer_that_fails() {
    let line = |minute: u32, error: &str| {
        format!("Feb 20 19:{minute:02}:04 n1 etcd[472]: 2015/02/20 19:{minute:02}:04 sender: error posting to 91d25258d70ad868: {error}\n")
    };
    let log = line(1, "read tcp 192.0.2.8:7001: connection reset by peer") + &line(9, "read tcp 192.0.2.8:7001: i/o timeout");
    let found = find(&facts(&[&log]), RuleId::EtcdPeerNetwork).expect("told");
    assert!(found.title.contains("no answer in time") && found.what.contains("91d25258d70ad868"), "{} {}", found.title, found.what);
    let of_another = "Feb 20 19:01:04 n1 notifier[472]: error posting to https://hooks.example.com/: i/o timeout\n";
    assert!(find(&facts(&[of_another]), RuleId::EtcdPeerNetwork).is_none());
}

/// A process that ends closes its connections, with or without times.
#[test]
fn connections_that_close_below_all_else_tell_of_the_end() {
    let led = "91d25258d70ad868 became leader at term 4\nraft.node: 91d25258d70ad868 elected leader 91d25258d70ad868 at term 4\nsaved snapshot at index 10001\n";
    let closed =
        "failed to read ca93d269ec463a6b on stream MsgApp v2 (unexpected EOF)\nthe connection with ca93d269ec463a6b became inactive\n";
    let severity = |log: &str| find(&facts(&[log]), RuleId::EtcdPeerNetwork).expect("said").severity;
    assert_eq!(severity(&format!("{led}{closed}")), Severity::Info);
    assert_eq!(severity(&format!("{led}{closed}saved snapshot at index 20001\n")), Severity::Warning);
    assert_eq!(severity(&format!("{led}{}", closed.replace("unexpected EOF", "i/o timeout"))), Severity::Warning);
}

#[test]
fn a_port_that_refuses_from_the_first_line_on() {
    let refused = |error: &str| {
        format!(
            "{{\"level\":\"warn\",\"ts\":\"2022-03-17T17:22:36.188Z\",\"caller\":\"rafthttp/probing_status.go:68\",\"msg\":\"prober detected unhealthy status\",\"round-tripper-name\":\"ROUND_TRIPPER_SNAPSHOT\",\"remote-peer-id\":\"87e21aa89889ebe3\",\"rtt\":\"0s\",\"error\":\"{error}\"}}\n\
             {{\"level\":\"info\",\"ts\":\"2022-03-17T17:22:39.567Z\",\"logger\":\"raft\",\"caller\":\"etcdserver/zap_raft.go:77\",\"msg\":\"fcfb4c91f4fc885c is starting a new election at term 68405\"}}\n"
        )
    };
    let severity = |error: &str| find(&facts(&[&refused(error)]), RuleId::EtcdPeerNetwork).expect("said").severity;
    assert_eq!(severity("dial tcp 192.0.2.1:2380: connect: connection refused"), Severity::Warning);
    assert_eq!(severity("unexpected EOF"), Severity::Info);
}

#[test]
fn a_probe_whose_error_was_cut_off_is_no_late_one() {
    let probe = "{\"level\":\"warn\",\"ts\":\"2022-03-17T17:22:36.188Z\",\"caller\":\"rafthttp/probing_status.go:68\",\"msg\":\"prober detected unhealthy status\",\"remote-peer-id\":\"87e21aa89889ebe3\",\"rtt\":\"0s\"";
    let severity = |end: &str| find(&facts(&[&format!("{probe}{end}\n").repeat(2)]), RuleId::EtcdPeerNetwork).expect("said").severity;
    assert_eq!(["}", "} ", "} [n1]", ",\"err>"].map(severity), [Severity::Info, Severity::Info, Severity::Info, Severity::Warning]);
    // What is cut within Go's word for no answer blames no certificate.
    let late =
        "2021-08-20 14:11:27.747659 W | rafthttp: health check for peer b0c1d3f602268dc8 could not connect: net/http: TLS handshake ti>\n";
    assert!(find(&facts(&[late]), RuleId::EtcdTls).is_none());
}

#[test]
fn who_is_not_reached_is_named() {
    let refused = "Apr 20 10:00:05 core-01 etcd2[815]: rafthttp: failed to dial 91d25258d70ad868 on stream Message (dial tcp 192.0.2.8:2380: no route to host)\n";
    let own = "Apr 20 09:59:01 core-02 etcd2[815]: raft: 91d25258d70ad868 became follower at term 4\n";
    let what = |log: &str| find(&facts(&[log]), RuleId::EtcdPeerNetwork).expect("said").what;
    assert!(what(refused).ends_with("connections to 91d25258d70ad868."), "{}", what(refused));
    assert!(what(&format!("{own}{refused}")).ends_with("connections to core-02."));
    let dialled = "Apr 20 10:00:05 core-01 etcd2[815]: dial tcp 192.0.2.8:2380: connection refused\n";
    assert!(what(dialled).ends_with("connections to 192.0.2.8:2380."), "{}", what(dialled));
    // A port for clients is no peer's, and 40021 is none for clients.
    assert!(what(&dialled.replace("2380", "40021")).ends_with("connections to 192.0.2.8:40021."));
    assert!(find(&facts(&[&dialled.replace("2380", "4002")]), RuleId::EtcdPeerNetwork).is_none());
}

/// An excerpt may hold systemd's words about the stop and not etcd's own.
#[test]
fn links_end_with_a_unit_that_systemd_was_told_to_stop() {
    let broke = "Jan 06 08:35:50 core-02 etcd2[815]: the connection with ca93d269ec463a6b became inactive\n";
    let systemd = |words: &str| format!("Jan 06 08:35:50 core-02 systemd[1]: {words}\n");
    let found = |log: String| find(&facts(&[&log]), RuleId::EtcdPeerNetwork).is_some_and(|finding| finding.severity == Severity::Warning);
    assert!(!found([broke, &systemd("Stopping etcd2..."), &systemd("Stopped etcd2.")].concat()));
    assert!(found([broke, &systemd("Stopped etcd2.")].concat()));
}

#[test]
fn the_end_of_the_log_makes_no_trouble_of_what_was_none() {
    let late = "2026-01-06 08:35:50.831319 W | rafthttp: health check for peer ca93d269ec463a6b could not connect: <nil>\n";
    let end = "2026-01-06 08:36:40.000000 I | etcdserver: saved snapshot at index 10001\n\
               2026-01-06 08:36:41.000000 E | rafthttp: failed to read 91d25258d70ad868 on stream Message (unexpected EOF)\n";
    assert_eq!(find(&facts(&[&format!("{late}{end}")]), RuleId::EtcdPeerNetwork).expect("said").severity, Severity::Info);
}

#[test]
fn a_link_that_the_member_gave_up_itself_is_not_broken() {
    let gave_up = "2026-01-06 08:35:50.831319 E | rafthttp: failed to read ca93d269ec463a6b on stream Message (context canceled)\n\
                   2026-01-06 08:36:40.000000 I | etcdserver: saved snapshot at index 10001\n";
    assert!(find(&facts(&[gave_up]), RuleId::EtcdPeerNetwork).is_none());
}

#[test]
fn a_link_ends_with_the_member_that_is_taken_out() {
    let line = |minute: u32, text: &str| format!("2018-08-10 07:{minute:02}:16.459532 {text}\n");
    let lost = line(58, "W | rafthttp: lost the TCP streaming connection with peer ca93d269ec463a6b (stream Message reader)");
    let out = |minute: u32| line(minute, "N | etcdserver/membership: removed member ca93d269ec463a6b from cluster 53a2a5178aad20e1");
    let goes_on = line(59, "I | etcdserver: saved snapshot at index 10001");
    let told = |out: &str| find(&facts(&[&format!("{lost}{out}{goes_on}")]), RuleId::EtcdPeerNetwork).is_some();
    assert!(!told(&out(58)));
    assert!(told(&out(58).replace("member ca93d269ec463a6b", "member 91d25258d70ad868")));
    assert!(
        find(&facts(&[&format!("{lost}{goes_on}{}", out(59).replace("07:", "08:"))]), RuleId::EtcdPeerNetwork).is_some(),
        "it was away for an hour"
    );
    let gone = |minute| {
        line(minute, "W | rafthttp: health check for peer ca93d269ec463a6b could not connect: dial tcp 192.0.2.9:2380: i/o timeout")
    };
    assert!(find(&facts(&[&format!("{}{}{goes_on}", gone(57), out(58))]), RuleId::EtcdPeerNetwork).is_some(), "its machine was gone");
    assert!(find(&facts(&[&format!("{}{}{goes_on}", out(58), gone(58))]), RuleId::EtcdPeerNetwork).is_none(), "it was taken out before");
    let json = r#"{"level":"info","ts":"2018-08-10T07:58:17.000Z","caller":"membership/cluster.go:472","msg":"removed member","cluster-id":"53a2a5178aad20e1","local-member-id":"91d25258d70ad868","removed-remote-peer-id":"ca93d269ec463a6b"}"#;
    assert!(!told(&format!("{json}\n")));
}

#[test]
fn a_peer_behind_a_firewall() {
    let log = "\
2018-11-06 08:35:50.831319 W | rafthttp: health check for peer ca93d269ec463a6b could not connect: dial tcp 10.233.65.4:2380: i/o timeout
2018-11-06 08:36:50.831319 W | rafthttp: health check for peer ca93d269ec463a6b could not connect: dial tcp 10.233.65.4:2380: i/o timeout
";
    assert_eq!(find(&facts(&[log]), RuleId::EtcdPeerNetwork).expect("out of reach").count, 2);
}

#[test]
fn a_link_that_breaks_once_does_not_explain_three_losses() {
    let broke = "2020-02-03 05:58:00.000000 E | rafthttp: failed to read 91d25258d70ad868 on stream Message (read tcp 10.0.0.1:338->10.0.0.2:2380: i/o timeout)\n";
    let changes: String = (1..=3)
        .map(|minute| {
            format!(
                "2020-02-03 06:0{minute}:05.000000 I | raft: raft.node: 2a0965170762fd09 lost leader 91d25258d70ad868 at term {}\n\
                 2020-02-03 06:0{minute}:05.100000 I | raft: raft.node: 2a0965170762fd09 elected leader 91d25258d70ad868 at term {}\n",
                minute + 7,
                minute + 7
            )
        })
        .collect();
    let severity = |log: &str| find(&facts(&[log]), RuleId::EtcdPeerNetwork).expect("said").severity;
    assert_eq!(severity(&(broke.to_owned() + &changes)), Severity::Info);
    assert_eq!(severity(&(broke.to_owned() + changes.split_inclusive('\n').take(4).collect::<String>().as_str())), Severity::Warning);
}

#[test]
fn a_name_server_that_refuses_is_no_peer_that_does() {
    let line = "2017-11-24 13:38:28.466859 W | rafthttp: health check for peer dd9ac7553c520ac2 could not connect: dial tcp: lookup n3.test on [::1]:53: read udp [::1]:46900->[::1]:53: read: connection refused\n";
    let title = find(&facts(&[line]), RuleId::EtcdPeerNetwork).expect("no name").title;
    assert!(title.ends_with("the name server did not answer"), "{title}");
    // It refuses to answer where the logs end: no process ended there.
    let refuses = "2017-11-24 13:38:20.000000 I | etcdserver: saved snapshot at index 10001\n".to_owned()
        + &line.replace("read udp [::1]:46900->[::1]:53: read: connection refused", "server misbehaving");
    assert_eq!(find(&facts(&[&refuses]), RuleId::EtcdPeerNetwork).expect("no name").severity, Severity::Warning);
}

#[test]
fn a_connection_that_the_member_gave_up_itself_did_not_break() {
    let lost = |error: &str| {
        format!(
            "{{\"level\":\"warn\",\"ts\":\"2023-10-18T11:42:46.521Z\",\"caller\":\"rafthttp/peer_status.go:66\",\"msg\":\"peer became inactive (message send to peer failed)\",\"peer-id\":\"9382d72df1c17134\",\"error\":\"failed to read 9382d72df1c17134 on stream MsgApp v2 ({error})\"}}\n"
        )
    };
    assert!(find(&facts(&[&lost("context canceled")]), RuleId::EtcdPeerNetwork).is_none());
    assert!(find(&facts(&[&lost("EOF")]), RuleId::EtcdPeerNetwork).is_some());
}

#[test]
fn neither_a_start_nor_a_certificate() {
    let start = "\
2016-04-20 10:00:04.000000 I | etcdmain: etcd Version: 2.3.8
2016-04-20 10:00:04.200000 E | rafthttp: failed to dial 91d25258d70ad868 on stream Message (dial tcp 10.0.0.2:2380: getsockopt: connection refused)
2016-04-20 10:00:06.200000 I | rafthttp: the connection with 91d25258d70ad868 became active
2016-04-20 10:05:06.200000 I | etcdserver: saved snapshot at index 10001
";
    assert!(find(&facts(&[start]), RuleId::EtcdPeerNetwork).is_none());
    let tls = "2018-11-06 08:35:50.831319 W | rafthttp: health check for peer ca93d269ec463a6b could not connect: x509: certificate has expired or is not yet valid\n";
    assert!(find(&facts(&[tls]), RuleId::EtcdPeerNetwork).is_none());
}

#[test]
fn slow_probes_between_members_are_told_and_blamed_for_nothing() {
    let alert = "etcd cluster \"e\": member communication with 6e3bd23ae5f1eae0 is taking 0.3968s on etcd instance 192.0.2.7:2381.\n";
    let finding = find(&facts(&[alert]), RULE.id).expect("a finding");
    assert_eq!(finding.title, "One in a hundred probes between members took 397\u{a0}ms or more, says an alert");
    assert_eq!((finding.severity, finding.confidence), (Severity::Warning, Confidence::Low));
    assert!(find(&facts(&["[FIRING:1] etcdMemberCommunicationSlow (e)\n"]), RULE.id).is_some());
}
