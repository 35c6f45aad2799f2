use super::*;

fn read(line: &str) -> (Option<&str>, Option<&str>, Option<&str>, Option<&str>) {
    let header = header(line, line.len());
    (header.stamp, header.host, header.program, header.source_line)
}

/// Each word with a colon began a search inside the last, down to the end of the stack.
#[test]
fn a_line_of_words_with_colons_has_an_end() {
    for text in ["a: 1 ", "a.b:", "/x:1:"] {
        assert_eq!(header(&text.repeat(200_000), usize::MAX).time, None);
    }
}

#[test]
fn reads_journal_and_syslog() {
    assert_eq!(
        read("Apr 09 21:20:31 machine1 fleetd[21543]: INFO engine.go:208: Waiting 25s for"),
        (Some("Apr 09 21:20:31"), Some("machine1"), Some("fleetd"), Some("engine.go:208"))
    );
    assert_eq!(
        read("06:40:30 host fleetd[23463]: INFO client.go:292: Failed"),
        (Some("06:40:30"), Some("host"), Some("fleetd"), Some("client.go:292"))
    );
    assert_eq!(read("fleetd[615]: ERROR reconcile.go:120: Failed fetching"), (None, None, Some("fleetd"), Some("reconcile.go:120")));
}

#[test]
fn inner_stamp_wins_and_keeps_the_outer_host() {
    let line = "Aug 22 21:25:15 core-1 fleet[603]: E0822 21:25:09.084425 00603 engine.go:128] Engine leadership lost";
    assert_eq!(read(line), (Some("0822 21:25:09.084425"), Some("core-1"), Some("fleet"), Some("engine.go:128")));
    let raft = "raft2026/11/22 06:26:55 INFO: abc became follower at term 2";
    assert_eq!(read(raft).0, Some("2026/11/22 06:26:55"));
}

#[test]
fn reads_json_and_container_prefixes() {
    assert_eq!(
        read(r#"{"level":"warn","ts":"2021-06-05T02:20:39.344Z","caller":"raft.go:1","msg":"x"}"#).0,
        Some("2021-06-05T02:20:39.344Z")
    );
    let bare = r#"{"level":"warn","msg":"etcdserver: request timed out"}"#;
    assert_eq!(header(bare, bare.find("etcdserver").unwrap_or(0)).host, None);
    assert_eq!(read("etcd1  | 2015-10-16 10:12:51.344648 I | raft: x").1, Some("etcd1"));
    assert_eq!(read("> 2015-10-16 10:12:51.344648 I | raft: x").0, Some("2015-10-16 10:12:51.344648"));
    assert_eq!(read("a/pd-1.log:[2021/01/18 14:14:30.452 +00:00] [INFO] x").0, Some("2021/01/18 14:14:30.452 +00:00"));
    let found = "\tLine 3519: Mar 13 05:51:20 n2 etcd[779]: x";
    assert_eq!((read(found).0, read(found).1), (Some("Mar 13 05:51:20"), Some("n2")));
}

#[test]
fn the_node_that_talosctl_names() {
    let json = r#"{"level":"warn","ts":"2021-06-05T02:20:39.344Z","msg":"x"}"#;
    for (node, host) in [("192.0.2.7", Some("192.0.2.7")), ("cp-1", Some("cp-1")), ("Output", None)] {
        let line = format!("{node}: {json}");
        assert_eq!(read(&line), (Some("2021-06-05T02:20:39.344Z"), host, None, None));
    }
    assert_eq!(read(&format!("etcd-cp-1 etcd {json}")).1, Some("etcd-cp-1"), "stern");
    for plain in ["raft2026/11/22 06:26:55 INFO: x", "WARNING: 2026/11/22 06:26:55 [core] grpc: x"] {
        let line = format!("etcd-cp-1 etcd {plain}");
        assert_eq!((read(&line).0, read(&line).1), (Some("2026/11/22 06:26:55"), Some("etcd-cp-1")));
    }
}

#[test]
fn the_pod_that_tools_of_kubernetes_name() {
    for (prefix, pod) in [
        ("[pod/etcd-n1/etcd]", "etcd-n1"),
        ("[etcd-n1]", "etcd-n1"),
        ("kube-system/etcd-n1[etcd]:", "etcd-n1"),
        ("kube-system etcd-n1 etcd", "etcd-n1"),
    ] {
        let line = format!("{prefix} 2015-10-16 10:12:51.344648 I | raft: x");
        assert_eq!((read(&line).0, read(&line).1), (Some("2015-10-16 10:12:51.344648"), Some(pod)), "{line}");
        let raft = format!("{prefix} raft2015/10/16 10:12:51 INFO: x");
        assert_eq!((read(&raft).0, read(&raft).1), (Some("2015/10/16 10:12:51"), Some(pod)), "{raft}");
        let mut headers = Headers::default();
        for line in [line.clone(), line.replace("n1", "n2")] {
            assert_eq!(headers.header(&line, 50), header(&line, 50), "{line}");
        }
    }
    let json = "kube-system etcd-n1 etcd {\"level\":\"warn\",\"ts\":\"2021-06-05T02:20:39.344Z\",\"msg\":\"x\"}";
    assert_eq!((read(json).0, read(json).1), (Some("2021-06-05T02:20:39.344Z"), Some("etcd-n1")));
    // A process, and etcd 0.4's own name of itself.
    assert_eq!(read("Oct 16 10:12:51 n1 /usr/bin/etcd[815]: x").2, Some("etcd"));
    let own = "[etcd] Oct 16 10:12:51.344 INFO      | n1: x";
    assert_eq!((read(own).2, header(own, own.len()).form), (Some("etcd"), Form::Plain));
    assert_eq!(header("etcd[815]: x", 12).form, Form::Untimed);
    // Names in capitals are those of a machine before a program that is known.
    assert_eq!(read("2025-04-22T10:55:41.616524+02:00 PG_1.AZ1 patroni[77]: 2025-04-22 10:55:41,614 ERROR: x").1, Some("PG_1.AZ1"));
}

#[test]
fn what_stands_in_an_object_of_json_is_no_header() {
    assert_eq!(read("{\"core.1\": {\"level\":\"warn\",\"msg\":\"x\"}}").1, None);
    let quoted = "Oct 16 12:53:20 {\"level\": \"warn\", \"error\": \"read host=core-1\", \"msg\": \"x\"}";
    assert_eq!(header(quoted, quoted.len() - 3), header(quoted, 16));
}

#[test]
fn the_kernels_log_as_talosctl_shows_it() {
    let line = "192.0.2.8: user: warning: [2024-08-12T10:21:02.227217999Z]: [talos] service[etcd](Running): Health check failed: x";
    assert_eq!(read(line), (Some("2024-08-12T10:21:02.227217999Z"), Some("192.0.2.8"), None, None));
}

#[test]
fn the_key_of_a_date_is_no_host() {
    assert_eq!(read("date:   2015-10-16 10:12:51"), (None, None, None, None));
    assert_eq!(read("lastmod: 2015-10-16T10:12:51Z"), (None, None, None, None));
    assert_eq!(read("core-1: 2015-10-16 10:12:51 x").1, Some("core-1"));
}

#[test]
fn a_stamp_in_brackets() {
    let line = "[2021/01/18 14:14:30.452 +00:00] [INFO] [raft.go:923] [\"2a0965170762fd09 became leader at term 3\"]";
    assert_eq!(read(line), (Some("2021/01/18 14:14:30.452 +00:00"), None, None, Some("raft.go:923")));
    let mut headers = Headers::default();
    for second in ["30", "31"] {
        let line = line.replace("14:30", &format!("14:{second}"));
        assert_eq!(headers.header(&line, 59).time, header(&line, 59).time);
    }
}

#[test]
fn columns_of_a_log_store_are_time_and_host() {
    let line = "October 16th 2015, 12:53:20.344\ttest-1-node-192.0.2.7\tINFO engine.go:256: Unscheduled Job(a) from Machine(b)";
    assert_eq!(read(line), (Some("October 16th 2015, 12:53:20.344"), Some("test-1-node-192.0.2.7"), None, Some("engine.go:256")));
    // zap's own columns.
    assert_eq!(read("2019-10-16T12:53:20.344Z\twarn\traft\tetcdserver/util.go:1\tapply request took too long").1, None);
}

#[test]
fn the_kernels_clock_is_no_host() {
    for clock in ["[188748.190381]", "[    0.257977]"] {
        let line = format!("{clock} etcd[4]: 2015/08/18 14:10:08 raft: x");
        assert_eq!(read(&line), (Some("2015/08/18 14:10:08"), None, Some("etcd"), None), "{line}");
    }
}

#[test]
fn member_and_process_in_brackets() {
    assert_eq!(read("(member-2) (803): 2024-02-17 09:53:17.913724 W | etcdserver: x").0, Some("2024-02-17 09:53:17.913724"));
    let raft = read("(member-2) (803): raft 2024/02/17 09:53:17 INFO: x");
    assert_eq!((raft.0, raft.1), (Some("2024/02/17 09:53:17"), Some("member-2")));
}

#[test]
fn the_name_of_a_logger_is_no_host() {
    assert_eq!(read("scout 2015/07/07 10:11:12 etcdserver: request timed out").1, None);
    assert_eq!(read("[scout] Nov  6 15:29:17.964 INFO      | etcdserver: request timed out").1, None);
    assert_eq!(read("core-1 2015/07/07 10:11:12 etcdserver: request timed out").1, Some("core-1"));
}

#[test]
fn the_stamp_of_logrus() {
    let line = "time=\"2016-03-31T21:47:16Z\" level=error msg=\"Discovery error: example\"";
    assert_eq!(read(line).0, Some("2016-03-31T21:47:16Z"));
}

#[test]
fn what_a_terminal_shows_of_a_key_is_no_host() {
    let (stamp, host, program, place) = read("^C^CINFO client.go:291: Failed getting response from http://localhost:4001/: cancelled");
    assert_eq!((stamp, host, program, place), (None, None, None, Some("client.go:291")));
}

#[test]
fn a_host_stands_before_a_program_that_holds_etcd() {
    let line = "Oct 16 12:53:20 n1 k0s[2455]: {\"level\":\"info\",\"msg\":\"example\"}";
    assert_eq!(read(line), (Some("Oct 16 12:53:20"), Some("n1"), Some("k0s"), None));
}

#[test]
fn the_half_of_the_day_is_no_host() {
    let line = "Fri, Oct 16 2015 3:53:20 pm | {\"level\":\"info\",\"msg\":\"example\"}";
    assert_eq!(read(line), (Some("Fri, Oct 16 2015 3:53:20 pm"), None, None, None));
}

#[test]
fn a_column_of_a_table_is_no_host() {
    assert_eq!(read("|    ENDPOINT    |        ID        | VERSION |").1, None);
    assert_eq!(read("etcd-1    | 2015-10-16 12:53:20.344648 I | raft: x").1, Some("etcd-1"));
}

#[test]
fn a_stamp_ends_where_the_message_begins() {
    let line = "2015-10-16 12:53:20 +0000 became leader at term 3";
    assert_eq!(header(line, 21).stamp, Some("2015-10-16 12:53:20"));
    assert_eq!(header("@40000000562085ed148e8000 became leader at term 3", 1).stamp, None);
}
