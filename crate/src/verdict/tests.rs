use crate::report::{Severity, Timing, Verdict};
use crate::{Assumptions, Document, Input, analyze};

fn verdict(log: &str) -> Verdict {
    let document = Document { name: None, text: log.to_owned() };
    analyze(&Input { documents: vec![document], ..Input::default() }).verdict
}

/// An article ends with its cure, which its log was not written under.
#[test]
fn a_limit_that_stands_below_the_log_is_doubted_in_the_second_sentence() {
    let log = "```\nApr 09 21:20:31 core-01 fleetd[615]: INFO client.go:292: Failed getting response from http://192.0.2.7:4001/: cancelled\n```\n".repeat(3);
    let file = |limit: u32| format!("```\n#cloud-config\ncoreos:\n  fleet:\n    etcd-request-timeout: {limit}\n```\n");
    let doubted = |text: String| {
        let said = verdict(&text);
        assert!(!said.headline.contains('('), "{}", said.headline);
        said.why.contains("configuration below the log")
    };
    assert!(doubted(format!("{log}Now:\n{}", file(5))));
    assert!(!doubted(format!("Ours:\n{}{log}", file(5))));
    assert!(!doubted(format!("{log}Ours:\n{}", file(1))), "the default applies in any case");
}

#[test]
fn a_stall_that_outruns_the_limit_is_no_case_against_timing() {
    let late =
        |excess: &str| format!("Sep 27 00:04:01 n1 etcd[8]: failed to send out heartbeat on time (deadline exceeded for {excess})\n");
    assert_eq!(verdict(&late("377.7ms")).timing, Timing::NotTheRemedy);
    assert_eq!(verdict(&late("977.7ms")).timing, Timing::Undecided);
    assert_eq!(verdict(&late("1.766957688s")).timing, Timing::Remedy);
    assert!(verdict(&late("1.766957688s")).headline.ends_with("longer than followers wait: 1000\u{a0}ms (the default)."));
}

#[test]
fn values_that_may_stay_are_held_against_the_budget() {
    let why = |wait: u32, failover_budget_ms| {
        let text = format!("name: a\ndata-dir: /x\nheartbeat-interval: {}\nelection-timeout: {wait}\n", wait / 10);
        let documents = vec![Document { name: None, text }];
        analyze(&Input { documents, assumptions: Assumptions { failover_budget_ms, ..Assumptions::default() } }).verdict.why
    };
    assert!(why(6000, Some(2000.0)).contains(", longer than you accept"), "{}", why(6000, Some(2000.0)));
    for text in [why(6000, None), why(6000, Some(9000.0)), why(1000, Some(2000.0))] {
        assert!(text.contains("may stay") && !text.contains("accept"), "{text}");
    }
}

/// A slow disk is the cause, and the values would help beside it: it is the reader's budget that keeps them as they are.
#[test]
fn a_budget_that_keeps_the_values_is_named_beside_another_cause() {
    let line = |second: &str, message: &str| format!(r#"{{"level":"warn","ts":"2026-02-03T03:02:{second}Z",{message}}}"#) + "\n";
    let mut log = [
        line("12.900100", r#""caller":"wal/wal.go:805","msg":"slow fdatasync","took":"2.118823112s","expected-duration":"1s""#),
        line("13.000100", r#""caller":"etcdserver/raft.go:416","msg":"leader failed to send out heartbeat on time; took too long, leader is overloaded likely from slow disk","to":"91bc3c398fb3c146","heartbeat-interval":"100ms","expected-duration":"200ms","exceeded-duration":"1.998123441s""#),
        line("13.053471", r#""logger":"raft","caller":"raft/node.go:333","msg":"raft.node: 8e9e05c52164694d lost leader 8e9e05c52164694d at term 42""#),
        line("13.063471", r#""logger":"raft","caller":"raft/node.go:327","msg":"raft.node: 8e9e05c52164694d elected leader 91bc3c398fb3c146 at term 42""#),
    ]
    .concat();
    let verdict = |log: &str, failover_budget_ms| {
        let documents = vec![Document { name: None, text: log.to_owned() }];
        analyze(&Input { documents, assumptions: Assumptions { failover_budget_ms, ..Assumptions::default() } }).verdict
    };
    assert_eq!(verdict(&log, None).timing, Timing::Partly);
    assert!(verdict(&log, None).will_not_cure[0].ends_with("per stall. Begin with its disk."));
    let said = verdict(&log, Some(2500.0));
    assert_eq!(said.timing, Timing::NotTheRemedy);
    assert!(said.headline.ends_with("No value that keeps to your failover budget helps."), "{}", said.headline);
    assert!(said.why.contains("with which a failover takes longer than you accept"), "{}", said.why);
    // Members of different clusters are helped by no value at all.
    log += &line(
        "14.063471",
        r#""caller":"rafthttp/stream.go:653","msg":"request sent was ignored by remote peer due to cluster ID mismatch","remote-peer-id":"91bc3c398fb3c146","remote-peer-cluster-id":"cdf818194e3a8c32","local-member-id":"8e9e05c52164694d","local-member-cluster-id":"cdf818194e3a8c33""#,
    );
    let said = verdict(&log, Some(2500.0));
    assert!(said.headline.ends_with("No timer cures that."), "{}", said.headline);
}

#[test]
fn trouble_that_a_remark_shows_is_told_once() {
    let found = |log: &str| {
        let report = analyze(&Input { documents: vec![Document { name: None, text: log.to_owned() }], ..Input::default() });
        (report.verdict.finding, report.findings.iter().map(|finding| finding.id).collect::<Vec<_>>())
    };
    let overloaded = "2016-04-20 10:00:00.500100 W | etcdserver: server is likely overloaded\n";
    assert_eq!(found(overloaded), (Some("etcd-overloaded"), vec!["etcd-overloaded"]));
    let asked = "2018-05-14 17:04:10.000000 I | raft: 8e9e05c52164694d is starting a new election at term 5\n";
    assert_eq!(found(asked), (Some("unexplained-trouble"), vec!["unexplained-trouble"]));
}

#[test]
fn a_limit_that_fleet_ran_into_is_not_far() {
    let said = verdict(
        "Nov 30 16:37:00 core-01 etcd2[5]: raft.node: c0acd309ab59e974 elected leader c0acd309ab59e974 at term 2
Nov 30 16:37:27 core-01 etcd2[5]: failed to read 42a143d1231ef2b9 on stream MsgApp v2 (read tcp 192.0.2.1:41234->192.0.2.2:2380: i/o timeout)
Nov 30 16:37:28 core-01 etcd2[5]: the connection with 42a143d1231ef2b9 became inactive
Nov 30 16:37:28 core-01 fleetd[9]: ERROR engine.go:149: Unable to determine cluster engine version
Nov 30 16:37:30 core-01 fleetd[9]: ERROR engine.go:149: Unable to determine cluster engine version
",
    );
    assert_eq!(said.timing, Timing::NotTheRemedy);
    assert!(said.why.starts_with("fleet ran into its limits"), "{}", said.why);
}

#[test]
fn who_was_without_a_leader_need_not_have_led() {
    let log = r#"{"level":"info","ts":"2023-11-27T11:44:05.827-0800","logger":"raft","msg":"8e9e05c52164694d no leader at term 49; dropping index reading msg"}
{"level":"warn","ts":"2023-11-27T11:44:05.909-0800","caller":"wal/wal.go:802","msg":"slow fdatasync","took":"1.440143399s","expected-duration":"1s"}
"#;
    let said = verdict(log);
    assert_eq!(said.timing, Timing::Partly);
    assert!(said.headline.starts_with("A member that was without a leader, and may have led itself,"), "{}", said.headline);
}

#[test]
fn a_member_that_never_joined_makes_no_leader_late() {
    let late = "2021-02-03 11:20:01.120000 W | etcdserver: failed to send out heartbeat on time (exceeded the 100ms timeout for 1.2s)\n";
    for shown in [
        "91bc3c398fb3c146, unstarted, , http://192.0.2.8:2380, , false\n",
        "member 91bc3c398fb3c146 is unreachable: [http://192.0.2.8:2379] are all unreachable\n",
    ] {
        let both = verdict(&format!("{shown}{late}"));
        assert_eq!((both.timing, both.headline), (verdict(late).timing, verdict(late).headline), "{shown}");
        assert_eq!(verdict(shown).timing, Timing::NotTheRemedy);
    }
}

#[test]
fn what_is_shown_of_one_moment_tells_nothing_of_timing() {
    for (by, shown) in [
        ("fleetctl", "UNIT\t\tMACHINE\t\t\tACTIVE\tSUB\nweb.service\t24815a34.../192.0.2.7\tactive\trunning\n"),
        ("fleetctl", "MACHINE\t\tIP\t\tMETADATA\n24815a34...\t192.0.2.7\t-\n"),
        ("etcdctl", "8e9e05c52164694d, started, n1, http://192.0.2.7:2380, http://192.0.2.7:2379, false\n"),
        (
            "etcd",
            "{\"leader\":\"8e9e05c52164694d\",\"followers\":{\"91bc3c398fb3c146\":{\"latency\":{\"current\":0.1},\"counts\":{\"fail\":0}}}}\n",
        ),
    ] {
        let said = verdict(shown);
        assert_eq!((said.timing, said.severity), (Timing::Undecided, Severity::Info), "{shown}");
        assert!(said.headline.starts_with(&format!("{by} shows the state of one moment")), "{}", said.headline);
    }
    let round_trip = verdict("rtt min/avg/max/mdev = 0.312/142.221/811.201/88.1 ms\n").headline;
    assert!(round_trip.contains("at least 1.42\u{a0}s"), "{round_trip}");
}

#[test]
fn one_end_of_a_leader_is_not_the_cause_of_all_changes() {
    const A: &str = "91d25258d70ad868";
    const B: &str = "ca93d269ec463a6b";
    let change = |minute: u32, old: &str, new: &str| {
        let line = |verb: &str, who: &str| {
            format!("2020-04-20 10:{minute:02}:07.000000 I | raft: raft.node: 2a0965170762fd09 {verb} leader {who} at term {minute}\n")
        };
        line("lost", old) + &line("elected", new)
    };
    let ended = format!(
        "2020-04-20 10:09:05.800000 W | rafthttp: lost the TCP streaming connection with peer {A} (stream Message reader)\n\
             2020-04-20 10:09:05.800100 E | rafthttp: failed to read {A} on stream Message (unexpected EOF)\n\
             2020-04-20 10:09:05.800200 I | rafthttp: peer {A} became inactive (message send to peer failed)\n"
    );
    let timing = |others: &str| {
        verdict(&format!(
            "{others}{ended}{}{}",
            change(9, A, B),
            "2020-04-20 10:12:00.000000 I | etcdserver: saved snapshot at index 10001\n"
        ))
        .timing
    };
    let first = "2020-04-20 10:01:07.000000 I | raft: raft.node: 2a0965170762fd09 elected leader 91d25258d70ad868 at term 1\n";
    assert_eq!(timing(first), Timing::NotTheRemedy);
    assert_eq!(timing(&[first, &change(3, A, B), &change(5, B, A)].concat()), Timing::Undecided);
}

#[test]
fn values_that_nobody_states_are_not_said_to_be_there() {
    let headline = |more: &str| verdict(&format!("[Service]\nEnvironment=ETCD_NAME=a\n{more}")).headline;
    assert!(headline("").starts_with("No timing value is stated"));
    assert!(headline("Environment=ETCD_HEARTBEAT_INTERVAL=200\n").starts_with("The values fit"));
    let broken = verdict("#cloud-config\ncoreos:\n  etcd2:\n    name: a\n   x: y\n").headline;
    assert!(broken.ends_with("so nothing in it applies."), "{broken}");
    let unfit = verdict("#cloud-config\ncoreos:\n  etcd2:\n    election-timeout: 1000\n   x: y\n");
    assert!(unfit.headline.ends_with("so nothing in it applies.") && unfit.why.starts_with("Fix that first."), "{unfit:?}");
}

#[test]
fn the_first_election_of_a_new_cluster_is_no_trouble() {
    let asks = |term: u32| format!("2019-03-28 01:32:45.876608 I | raft: 5c1954e5cd7a3e68 is starting a new election at term {term}\n");
    assert!(!verdict(&asks(1)).headline.contains("trouble, first in line"));
    assert!(verdict(&asks(7)).headline.contains("trouble, first in line"));
}

#[test]
fn the_first_sentence_names_what_explains_the_others() {
    let apply = |took: &str, result: &str| {
        format!(
            "2020-06-25 20:48:27.245759 W | etcdserver: read-only range request \"key:\\\"/a\\\" \" with result \"{result}\" took too long ({took}) to execute\n"
        )
    };
    let gave_up = |error: &str| format!("2020-06-25 20:48:28.000000 E | etcdserver/api/v2http: etcdserver: {error}\n");
    let timed_out = gave_up("request timed out");
    let named = |log: String| verdict(&log).finding.expect("a finding");
    assert_eq!(named(timed_out.clone() + &apply("20.1s", "range_response_count:0 size:4")), "etcd-slow-apply");
    assert_eq!(named(timed_out + &apply("320ms", "range_response_count:0 size:4")), "etcd-request-timeout", "too short for that");
    let by_leader = apply("8.1s", "error:etcdserver: leader changed");
    assert!(verdict(&by_leader).headline.starts_with("etcd gave up on 1\u{a0}request, as its leader changed."));
    let fleet = "Apr 20 10:00:05 core-01 fleetd[615]: ERROR engine.go:217: Engine leadership lost, renewal failed: timeout reached\n\
                     Apr 20 10:00:03 core-01 fleetd[615]: INFO client.go:292: Failed getting response from http://192.0.2.7:4001/: cancelled\n";
    assert_eq!(named(fleet.to_owned()), "fleet-etcd-request-cancelled");
}

#[test]
fn why_etcd_ends_comes_before_that_it_ended() {
    let log = "Feb 03 11:02:10 core-01 etcd2[815]: listen tcp 127.0.0.1:2380: bind: address already in use\n\
                   Feb 03 11:02:10 core-01 systemd[1]: etcd2.service: Main process exited, code=exited, status=1/FAILURE\n\
                   Feb 03 11:02:20 core-01 systemd[1]: etcd2.service: Main process exited, code=exited, status=1/FAILURE\n";
    assert_eq!(verdict(log).finding, Some("etcd-own-trouble"));
}

/// What the API server waited for may have been a leader.
#[test]
fn a_transaction_that_took_longer_than_followers_wait_is_not_told_from_a_lost_leader() {
    let trace = |total: &str| {
        timing(&format!(
            "I1202 20:45:11.697467    8976 trace.go:116] Trace[463620426]: \"GuaranteedUpdate etcd3\" type:*core.Endpoints (started: 2020-12-02 20:45:01.74087159 +0000 UTC m=+83.8) (total time: {total}):\n"
        ))
    };
    assert_eq!(trace("9.956464373s"), Timing::Undecided);
    let read = |took: &str| {
        timing(&format!(
            "2018/07/27 10:01:51.709 log.go:82: [warning] etcdserver: [read-only range request \"key:\\\"/a\\\" \" took too long ({took}) to execute]\n"
        ))
    };
    assert_eq!((read("10.000606988s"), read("1.2s")), (Timing::Undecided, Timing::NotTheRemedy));
}

/// What most of a text says may matter, where it is not known.
#[test]
fn lines_that_are_not_known_are_counted_where_nothing_is_wrong() {
    let ready = "2022-03-01 10:00:00.000000 I | embed: ready to serve client requests\n";
    let others = "entry point: could not hand over the state of the cluster\nsupervisor: child exited unexpectedly\n";
    let said = |log: &str| verdict(log).headline;
    assert_eq!(
        said(&(ready.to_owned() + others)),
        "The one line that tells of etcd or fleet shows no trouble; 2\u{a0}other lines are not known here."
    );
    assert_eq!(said(ready), "The one line that tells of etcd or fleet shows no trouble.");
    let healthy = |name: &str| format!("member {name} is healthy: got healthy result from http://192.0.2.7:2379\n");
    let all = healthy("8e9e05c52164694d") + &healthy("91d25258d70ad868") + &healthy("ca93d269ec463a6b") + "cluster is healthy\n";
    assert_eq!(said(&all), "The 4 lines that tell of etcd or fleet show no trouble.");
}

#[test]
fn a_learner_that_still_learns_is_no_trouble() {
    let asked = |error: &str| {
        timing(&format!(
            "{{\"level\":\"warn\",\"ts\":\"2024-01-17T13:37:11.110Z\",\"logger\":\"etcd-client\",\"caller\":\"v3/retry_interceptor.go:62\",\"msg\":\"retrying of unary invoker failed\",\"target\":\"etcd-endpoints://0xc0001d1500/192.0.2.4:2379\",\"attempt\":0,\"error\":\"rpc error: code = FailedPrecondition desc = etcdserver: {error}\"}}\n"
        ))
    };
    assert_eq!(asked("can only promote a learner member which is in sync with leader"), Timing::NoneNeeded);
    assert_eq!(asked("rpc not supported for learner"), Timing::NoneNeeded);
    assert_eq!(asked("example"), Timing::Undecided);
}

fn timing(log: &str) -> Timing {
    verdict(log).timing
}

#[test]
fn trouble_that_no_rule_takes_up_is_not_called_fine() {
    for log in [
        "Feb 03 11:02:10 core-01 systemd[1]: fleet.service: Main process exited, code=exited, status=1/FAILURE\n",
        "Apr 29 15:35:29 k8s-1 etcd[1167]: 2a0965170762fd09 [q:2] has received 1 votes and 2 vote rejections\n",
        "cluster is unhealthy\n",
        "cluster is healthy\nmember 6e3bd23ae5f1eae0 is healthy\nmember 924e2e83e93f2560 is unhealthy\n",
        "2 of 3 members are available, n1 is unhealthy\n",
        "ERROR generator.go:65: Failed fetching current unit states: No such method 'ListUnits'\n",
        "panic: send on closed channel\ngoroutine 7 [running]:\nexample.com/app/etcd.Watch(0xc0001a2000)\n",
        "Nov 17 14:44:07 n1 kube-apiserver[15]: W1117 14:44:07.933170   15035 clientconn.go:1120] grpc: addrConn.createTransport failed to connect to {https://192.0.2.7:2379 0>\n",
        "[2023/09/04 21:38:34.036 +08:00] [WARN] [session.go:435] [\"keep-alive failed\"] [error=\"etcdserver: requested lease not found\"]\n",
        "go.etcd.io/etcd/etcdserver.(*EtcdServer).run(0xc0001a2000)\n",
        "2015-08-20 10:00:04.000000 E | wal: failed to allocate space when creating new wal file (operation not supported)\n",
        "2016-04-20 10:00:00.500100 W | etcdserver: server is likely overloaded\n",
        "raft2022/03/13 20:18:41 INFO: c53ac51d7b26029 [term: 82] ignored a MsgHeartbeatResp message with lower term from fe314885babde9f [term: 78]\n",
        "192.0.2.8: user: warning: [2024-08-12T10:21:02.227217999Z]: [talos] service[etcd](Waiting): Runner Containerd(etcd) exited without error, going to restart it\n",
        "a1a4ca1ecc5d   quay.io/coreos/etcd:v3.2.18   \"/usr/local/bin/etcd\"   3 hours ago   Exited (137) 3 minutes ago   etcd\n",
        "a1a4ca1ecc5d   quay.io/coreos/etcd:v3.2.18   \"/usr/local/bin/etcd\"   3 hours ago   Restarting (0) 3 seconds ago   etcd\n",
        "etcd-0               Unhealthy   HTTP probe failed with statuscode: 503\n",
        "[+]ping ok\n[-]etcd failed: reason withheld\nreadyz check failed\n",
        "| etcd_server_has_leader | 1 | 1 | 0 |\n",
        "etcd   4.12.19   True   False   True   14d   EtcdMembersDegraded: 2 of 3 members are available, master-1 is unhealthy\n",
        "E0605 02:20:40.344648       1 writers.go:107] apiserver was unable to write a JSON response: http: Handler timeout\n",
        "Feb 03 10:00:05 n1 kernel: INFO: task etcd:815 blocked for more than 120 seconds.\n",
        "[7438185.635874] EXT4-fs (dm-4): Remounting filesystem read-only\n",
        "etcd health check failed: Failed to exec command: sudo -E /bin/bash -c \"etcdctl cluster-health | grep -q 'cluster is healthy'\"\n: Process exited with status 1\n",
        "time=\"2017-09-14T21:21:29Z\" level=warning msg=\"health check of etcd member (https://e-3.etcd.svc:2379) failed: grpc: timed out when dialing\"\n",
        "time=\"2023-04-27T10:01:17Z\" level=error msg=\"Failed to get member list from etcd cluster. Will assume this member is already added\"\n",
        "time=\"2023-04-27T10:01:17Z\" level=fatal msg=\"ETCD join failed: cannot fetch cluster info from peer urls: could not retrieve cluster information from the given URLs\"\n",
        "cp-1   etcd   Running   Fail   13m24s ago   Health check failed: etcdserver: rpc not supported for learner\n",
        "Feb 03 10:00:05 n1 kernel: etcd invoked oom-killer: gfp_mask=0x14000c0(GFP_KERNEL), nodemask=(null),  order=0\n",
        "Mar 02 10:00:00 n1 fleetd[615]: ERROR reconciler.go:62: Failed resolving task: task={Type: UnscheduleUnit} err=timeout reached\n",
        "Mar 02 10:00:00 n1 fleetd[615]: ERROR server.go:160: Server register machine failed: 105: Key already exists, retrying in 2 sec.\n",
        "error execution phase control-plane-join/etcd: etcdserver: can only promote a learner member which is in sync with leader\n",
    ] {
        assert_eq!(timing(log), Timing::Undecided, "{log}");
    }
    // Cut where a terminal ends, before what tells.
    for line in [
        "etcd[8]: {\"level\":\"info\",\"ts\":\"2024-05-23T09:08:24.756+0800\",\"logger\":\"raft\",\"caller\":\"etcdserver",
        "etcd[8]: {\"level\":\"info\",\"ts\":\"2024-05-23T09:08:24.756+0800\",\"caller\":\"etcdserver/corrupt.go:1",
        "etcd[8]: {\"level\":\"info\",\"ts\":\"2024-05-23T09:08:24.756+0800\",\"caller\":\"backend/backend.go",
        "fleetd[8]: INFO engine.go:185: Engine leadership acqui",
    ] {
        let headline = verdict(&format!("Feb 03 10:00:05 n1 {line}>\n")).headline;
        assert_eq!(headline, "Too little was understood to say anything.", "{line}");
    }
    assert_eq!(
        timing("member 8e9e05c52164694d is healthy: got healthy result from http://192.0.2.7:2379\ncluster is healthy\n"),
        Timing::NoneNeeded
    );
    let healed = "Degraded message changed from \"EtcdMembersDegraded: 2 of 3 members are available, n1 is unhealthy\" to \"EtcdMembersDegraded: No unhealthy members found\"\n";
    assert_eq!(timing(healed), Timing::NoneNeeded);
    let compacted =
        "E0607 17:45:11.447234     367 watcher.go:188] watch chan error: etcdserver: mvcc: required revision has been compacted\n";
    assert_eq!(timing(compacted), Timing::NoneNeeded);
    let leads = |count: u32| verdict(&format!("etcd_server_has_leader {count}\n")).headline;
    assert!(leads(0).starts_with("There is trouble") && leads(1).starts_with("What was measured shows no trouble"));
    // What a query came to is not read.
    let query = "histogram_quantile(0.99, rate(etcd_disk_wal_fsync_duration_seconds_bucket[5m]))\n{job=\"etcd\"} | 0.0766\n";
    assert!(!verdict(query).headline.starts_with("What was measured"));
    assert!(verdict("[RESOLVED] etcdNoLeader (critical)\n").headline.starts_with("No alert here goes on"));
    let starts = r#"{"level":"info","ts":"2022-02-05T00:46:41.486Z","caller":"embed/etcd.go:276","msg":"now serving peer/client/metrics"}
{"level":"info","ts":"2022-02-05T00:46:42.578Z","logger":"raft","caller":"etcdserver/zap_raft.go:77","msg":"9b7aaee97a50e7e9 is starting a new election at term 42"}
"#;
    assert_eq!(timing(starts), Timing::NoneNeeded);
    let other = "Feb 03 10:00:05 n1 kernel: INFO: task jbd2/sda1-8:312 blocked for more than 120 seconds.\n";
    assert_eq!(verdict(other).headline, "Too little was understood to say anything.");
    let foreign = "Jun 28 00:11:24 n1 app[28574]: github.com/etcd-io/bbolt.(*Cursor).search(0xc42007f1e8)\n";
    assert_eq!(verdict(foreign).headline, "Too little was understood to say anything.");
    let traced = r#"{"level":"error","ts":"2026-07-05T12:46:29.438550Z","caller":"etcdserver/server.go:1602","msg":"example","stacktrace":"go.etcd.io/etcd/server/v3/etcdserver.(*EtcdServer).isLearnerReady\n"}"#;
    // The trace of an error is no crash.
    let traced = verdict(&format!("2016-04-20 10:00:04.000000 I | etcdmain: etcd Version: 3.6.0\n{traced}\n")).headline;
    assert!(traced.contains(": etcd names an error."), "{traced}");
    let quoted = "fatal: [n1]: FAILED! => {\"cmd\": \"etcdctl cluster-health | grep -q 'cluster is healthy'\", \"stderr\": \"Error:  client: endpoint http://192.0.2.7:2379 exceeded header timeout\"}\n";
    assert_eq!(timing(quoted), Timing::Undecided);
    let retried = "FAILED - RETRYING: Configure | Check if etcd cluster is healthy (4 retries left).\n";
    assert!(verdict(retried).headline.starts_with("There is trouble"));
    let asked = "Sep 21 21:21:34 n1 ansible-command[11342]: Invoked with _raw_params=etcdctl cluster-health | grep -q 'cluster is healthy' removes=None\n\
                     Sep 21 21:21:34 n1 etcd[11248]: 2019-09-21 21:21:34.067585 I | etcdserver: saved snapshot at index 10001\n";
    assert_eq!(timing(asked), Timing::NoneNeeded);
    // k3s: the scheduler asks before its API server answers.
    let asks = "Feb 03 11:02:14 n1 k3s[12]: E0203 11:02:14.100000      12 leaderelection.go:327] error retrieving resource lock kube-system/kube-scheduler: Get \"https://127.0.0.1:6444/apis\": context deadline exceeded\n";
    let boots = "Feb 03 11:02:10 n1 k3s[12]: {\"level\":\"info\",\"ts\":\"2022-02-03T11:02:10.110Z\",\"caller\":\"embed/etcd.go:309\",\"msg\":\"starting an etcd server\",\"etcd-version\":\"3.5.9\"}\nFeb 03 11:02:11 n1 k3s[12]: {\"level\":\"info\",\"ts\":\"2022-02-03T11:02:11.110Z\",\"logger\":\"raft\",\"msg\":\"9b7aaee97a50e7e9 became leader at term 2\"}\n";
    assert_eq!(timing(&(boots.to_owned() + asks)), Timing::NoneNeeded);
    assert_eq!(timing(asks), Timing::Undecided);
    let unit = "Mar 08 16:07:19 n1 fleetd[608]: ERROR manager.go:136: Failed to trigger systemd unit web.service start: Unit web.service failed to load: No such file or directory.\n";
    assert!(verdict(unit).headline.contains("fleet could not do what it was asked"));
    let neighbour = "Feb 03 11:02:10 core-01 etcd2[815]: etcd Version: 2.3.8\nFeb 03 11:02:10 core-01 systemd[1]: consul.service: main process exited, code=exited, status=1/FAILURE\n";
    assert_eq!(timing(neighbour), Timing::NoneNeeded);
    let alone = "Feb 03 11:02:10 core-01 systemd[1]: consul.service: main process exited, code=exited, status=1/FAILURE\n";
    assert_eq!(verdict(alone).headline, "Too little was understood to say anything.");
    let registered = "Mar 02 10:00:00 n1 fleetd[615]: ERROR server.go:160: Server register machine failed: timeout reached, retrying in 2 sec.\nMar 02 10:00:03 n1 fleetd[615]: INFO server.go:168: hrt.Register() success\n";
    assert_eq!(timing(registered), Timing::NoneNeeded);
    let stopped = "Feb 03 11:02:10 core-01 systemd[1]: fleet.service: Main process exited, code=exited, status=0/SUCCESS\n";
    assert_eq!(timing(stopped), Timing::NoneNeeded);
}

#[test]
fn what_timers_of_before_cost_is_the_first_sentence_where_nothing_else_is_wrong() {
    let line = |minute: u32, text: &str| format!("2020-04-20 10:{minute:02}:00.000000 I | {text}\n");
    let starts = |minute: u32, wait: u32| {
        line(minute, "etcdmain: etcd Version: 3.4.20")
            + &line(minute, &format!("embed: heartbeat = {}ms", wait / 10))
            + &line(minute, &format!("embed: election = {wait}ms"))
    };
    let raft = |minute: u32, text: &str| line(minute, &format!("raft: raft.node: ca93d269ec463a6b {text}"));
    let log = starts(0, 1000)
        + &raft(1, "elected leader 91d25258d70ad868 at term 2")
        + &raft(5, "lost leader 91d25258d70ad868 at term 3")
        + &raft(5, "elected leader 2a0965170762fd09 at term 3")
        + &starts(9, 3000)
        + &raft(10, "elected leader 2a0965170762fd09 at term 3");
    let told = verdict(&log).headline;
    assert!(told.contains("a leader lost its place once. Now they wait 3000") && told.starts_with("Until 2020-04-20 10:09"), "{told}");
}

/// The first sentence says what the line tells, and what is measured next is named.
#[test]
fn trouble_of_etcds_clients_alone_is_told_and_asks_for_etcds_log() {
    let answer = |log: &str| {
        let document = Document { name: None, text: log.to_owned() };
        analyze(&Input { documents: vec![document], ..Input::default() })
    };
    let command = |log: &str| {
        let report = answer(log);
        assert!(report.verdict.headline.contains("first in line 1: a part of Kubernetes could not renew"), "{}", report.verdict.headline);
        assert!(report.measure_next[0].text.starts_with("Paste the log of etcd"));
        report.measure_next[0].commands[0].clone()
    };
    let lost =
        "I0913 07:32:42.371235       1 leaderelection.go:277] failed to renew lease kube-system/a: timed out waiting for the condition\n";
    assert!(command(lost).starts_with("kubectl"), "no journal headed it");
    assert!(command(&format!("Sep 13 07:32:42 n1 kube-controller-manager[9]: {lost}")).starts_with("journalctl"));
    let refused = "E0116 14:19:24.411840    2315 controller.go:144] failed to ensure lease exists, will retry in 7s, error: Get \"https://192.0.2.7:6443/apis/coordination.k8s.io/v1/namespaces/a/leases/n1\": dial tcp 192.0.2.7:6443: connect: connection refused\n";
    assert!(!verdict(refused).headline.contains("trouble"), "an API server that starts");
}

#[test]
fn a_slow_request_to_the_api_server_is_trouble_and_its_closing_of_connections_is_none() {
    let took = |took: &str| {
        timing(&format!(
            "I0214 08:59:00.574743       1 trace.go:205] Trace[41]: \"Get\" url:/api/v1/nodes/a,user-agent:example/v1.0,client:192.0.2.7 (14-Feb-2021 08:58:50.149) (total time: {took}):\n"
        ))
    };
    assert_eq!(took("9997ms"), Timing::Undecided);
    assert_eq!(took("640ms"), Timing::NoneNeeded);
    let closes = "Dec  1 12:10:23 n1 kube-apiserver: I1201 12:10:23.271433   16183 controlbuf.go:508] transport: loopyWriter.run returning. connection error: desc = \"transport is closing\"\n";
    assert_eq!(verdict(closes).headline, "Too little was understood to say anything.");
}

#[test]
fn one_line_about_damaged_data_tells_enough() {
    let quoted = |line: &str| timing(&format!("After a power loss our third machine says\n{line}\nand ends at once. What now?\n"));
    assert_eq!(quoted("walpb: crc mismatch"), Timing::NotTheRemedy);
    assert_eq!(quoted("etcdserver: request timed out"), Timing::Undecided);
}

/// A machine that is away for minutes: its fleetd is back after that, and no agent-ttl waits so long.
#[test]
fn an_outage_beyond_waiting_is_no_matter_of_timing() {
    let log = |back: &str| {
        format!(
            "Mar 05 10:00:22 a fleetd[1]: ERROR server.go:189: Server monitor triggered: Monitor timed out before successful heartbeat
Mar 05 10:00:22 a fleetd[1]: INFO server.go:157: Establishing etcd connectivity
Mar 05 {back} a fleetd[1]: INFO server.go:168: Starting server components
"
        )
    };
    assert_eq!(timing(&log("10:05:41")), Timing::NotTheRemedy);
    assert_ne!(timing(&log("10:00:24")), Timing::NotTheRemedy);
    // Nor is one of which the excerpt shows no end, where etcd is down.
    let refused = "Mar 05 10:00:22 a fleetd[1]: ERROR engine.go:217: Engine leadership lost, renewal failed: client: etcd cluster is unavailable or misconfigured; error #0: dial tcp 127.0.0.1:2379: getsockopt: connection refused\n";
    let gave_up = log("10:00:24");
    let gave_up = gave_up.lines().next().unwrap_or_default();
    assert_eq!(timing(&format!("{gave_up}\n{refused}{refused}")), Timing::NotTheRemedy);
}

#[test]
fn values_out_of_two_clusters_are_no_remedy_for_either() {
    let starts =
        |member: &str, cluster: &str| format!("2016-04-20 10:00:04.000000 I | etcdserver: starting member {member} in cluster {cluster}\n");
    let late = "2016-04-20 10:20:04.000000 W | etcdserver: failed to send out heartbeat on time (deadline exceeded for 1.766957688s)\n";
    let one = starts("91d25258d70ad868", "3874a7ad2d3c8b9f");
    assert_eq!(timing(&format!("{one}{late}")), Timing::Remedy);
    let both = verdict(&[&one, &starts("5c1954e5cd7a3e68", "46ae44e5f3b2d9c8"), late].concat());
    assert!(both.timing == Timing::Partly && both.why.contains("more than one cluster"), "{}", both.why);
}

#[test]
fn what_stalls_do_not_explain_is_said() {
    let deposed = |minute: u32, line: &str, term: u32| {
        format!(
                "2016-04-20 10:{minute:02}:04.000000 {line}
2016-04-20 10:{minute:02}:04.000200 I | raft: 91d25258d70ad868 became follower at term {term}
2016-04-20 10:{minute:02}:04.000300 I | raft: raft.node: 91d25258d70ad868 changed leader from 91d25258d70ad868 to 2a0965170762fd09 at term {term}
"
            )
    };
    let late = "W | etcdserver: failed to send out heartbeat on time (deadline exceeded for 1.302s)";
    let again = "2016-04-20 10:06:00.000000 I | raft: 91d25258d70ad868 became leader at term 6\n";
    let log = deposed(1, late, 5) + again + &deposed(11, late, 7);
    let verdict = verdict(&log);
    assert_eq!(verdict.timing, Timing::Partly);
    assert!(verdict.why.starts_with("Stalls explain 2 of 3"), "{}", verdict.why);
}

#[test]
fn a_deposed_leader_alone_tells_of_no_stall() {
    let own = "\
Apr 29 14:52:49 n2 etcd[1188]: 91d25258d70ad868 [term: 12275] received a MsgVote message with higher term from 2a0965170762fd09 [term: 12276]
Apr 29 14:52:49 n2 etcd[1188]: 91d25258d70ad868 became follower at term 12276
Apr 29 14:52:49 n2 etcd[1188]: raft.node: 91d25258d70ad868 lost leader 91d25258d70ad868 at term 12276
";
    assert_eq!(timing(own), Timing::Undecided);
}

#[test]
fn a_table_without_a_leader_is_not_fine() {
    let row = |leader: bool| format!("| https://192.0.2.7:2379 | 8e9e05c52164694d |   3.5.0 | 35 MB | {leader:>9} |\n");
    let head = "|        ENDPOINT        |        ID        | VERSION | DB SIZE | IS LEADER |\n";
    let table = |leads: bool| [head, &row(false), &row(leads), &row(false)].concat();
    assert_eq!(timing(&table(false)), Timing::Undecided);
    assert_eq!(timing(&table(true)), Timing::Undecided);
}

#[test]
fn the_state_of_one_moment_tells_nothing_of_timing() {
    let json = |id: u32| {
        format!(
            "{{\"Endpoint\":\"https://192.0.2.{id}:2379\",\"Status\":{{\"header\":{{\"cluster_id\":17237436991929493444,\"member_id\":9372538179322589{id},\"revision\":10,\"raft_term\":2868}},\"version\":\"3.5.9\",\"dbSize\":20480,\"leader\":9372538179322589802,\"raftIndex\":24}}}}"
        )
    };
    let said = verdict(&format!("[{},{},{}]\n", json(801), json(802), json(803)));
    assert!(said.headline.starts_with("etcdctl shows 3\u{a0}members in term 2868,"), "{}", said.headline);
    assert_eq!(said.timing, Timing::Undecided);
}

#[test]
fn words_of_an_article_are_no_slow_request() {
    let article = "Look for:\n\napply request took too long\nleader changed\n\nThese tell of latency in etcd.\n";
    let report = analyze(&Input { documents: vec![Document { name: None, text: article.to_owned() }], ..Input::default() });
    assert!(report.findings.is_empty());
}

#[test]
fn the_title_of_a_question_is_no_outage() {
    let title = "etcdserver: publish error: etcdserver: request timed out";
    let asked = verdict(&format!("{title}\n\nI started three members and one of them never comes up.\nWhy?\n"));
    assert_eq!((asked.severity, asked.timing), (Severity::Warning, Timing::Undecided));
    let printed = verdict(&format!("2016-05-04 10:00:00.000000 E | {title}\n\nI started three members.\n"));
    assert_eq!(printed.severity, Severity::Critical);
}

#[test]
fn a_short_stall_explains_no_lost_leader() {
    let log = "\
Jun 11 10:25:02 n etcd[5]: [etcd] Jun 11 10:25:02.586 INFO      | node1: warning: heartbeat near election timeout: 164.0ms
Jun 11 10:37:41 n etcd[5]: [etcd] Jun 11 10:37:41.389 INFO      | node1: leader changed from 'node2' to ''.
";
    assert_eq!(timing(log), Timing::Undecided);
}

#[test]
fn a_heartbeat_that_somebody_set_leaves_the_timeout_unknown() {
    let late = |beat: u32| {
        timing(&format!(
            "2016-04-20 10:00:00.500000 W | etcdserver: failed to send out heartbeat on time (exceeded the {beat}ms timeout for 337.1ms, to fa4ddfec63d549fc)\n"
        ))
    };
    assert_eq!((late(100), late(20)), (Timing::NotTheRemedy, Timing::Undecided));
}

/// A follower's warnings alone: whoever did not answer may be a leader that stalled.
#[test]
fn a_silent_peer_decides_nothing_where_who_led_is_not_shown() {
    let silent = "2020-02-03 05:10:10.000100 E | rafthttp: failed to read 91d25258d70ad868 on stream Message (read tcp 10.0.0.1:338->10.0.0.2:2380: i/o timeout)\n\
                      2020-02-03 05:12:00.000000 W | etcdserver: request \"a\" with result \"b\" took too long (101ms) to execute\n";
    let led = "2020-02-03 05:00:00.000000 I | raft: raft.node: 2a0965170762fd09 elected leader ca93d269ec463a6b at term 2\n";
    assert_eq!(timing(silent), Timing::Undecided);
    assert_eq!(timing(&format!("{led}{silent}")), Timing::NotTheRemedy);
}

#[test]
fn members_with_unlike_timers_come_before_stalls_that_cost_nothing() {
    let start = |own: &str, wait: u32| {
        format!(
            "2020-04-20 10:00:00.000000 I | etcdserver: heartbeat = {}ms\n\
                 2020-04-20 10:00:00.000100 I | etcdserver: election = {wait}ms\n\
                 2020-04-20 10:00:02.000000 I | raft: raft.node: {own} elected leader 91d25258d70ad868 at term 2\n\
                 2020-04-20 10:05:00.000000 W | etcdserver: failed to send out heartbeat on time (exceeded the {}ms timeout for 337.1ms, to fa4ddfec63d549fc)\n",
            wait / 10,
            wait / 10
        )
    };
    let input = |waits: [u32; 2]| {
        let documents = ["91d25258d70ad868", "2a0965170762fd09"].iter().zip(waits);
        let documents = documents.map(|(own, wait)| Document { name: None, text: start(own, wait) }).collect();
        analyze(&Input { documents, ..Input::default() }).verdict
    };
    let differ = input([1000, 5000]);
    assert!(differ.headline.starts_with("Members differ") && differ.timing == Timing::Partly, "{differ:?}");
    assert_eq!(input([1000, 1000]).timing, Timing::NotTheRemedy);
}

#[test]
fn followers_that_wait_too_little_are_named() {
    let line = |second: u32, text: &str| format!("Jun 02 09:00:{second:02} a etcd[9]: {text}\n");
    let named = |second: u32, leader: &str, term: u32| {
        line(second, &format!("raft.node: 8211f1d0f64f3269 changed leader from {leader} at term {term}"))
    };
    let (b, c) = ("91bc3c398fb3c146", "fd422379fda50e48");
    let log = line(0, "heartbeat = 10ms")
        + &line(0, "election = 50ms")
        + &named(20, &format!("{b} to {c}"), 3)
        + &named(50, &format!("{c} to {b}"), 4);
    let documents = vec![Document { name: None, text: log }];
    let verdict = analyze(&Input { documents, ..Input::default() }).verdict;
    assert!(verdict.headline.contains("wait only 50\u{a0}ms") && verdict.timing == Timing::Partly, "{verdict:?}");
}

/// Nothing measured how long it was silent, and nobody measured a round trip.
#[test]
fn a_leader_that_was_elected_again() {
    let elected = |who: &str, second: u32, term: u32| {
        format!("2020-04-20 10:00:0{second}.560000 I | raft: {who} became follower at term {term}\n")
            + &format!("2020-04-20 10:00:0{second}.560000 I | raft: raft.node: {who} elected leader 91d25258d70ad868 at term {term}\n")
    };
    let log = |who: &str| elected(who, 0, 4) + &elected(who, 2, 6);
    let documents = ["2a0965170762fd09", "91d25258d70ad868"].map(|who| Document { name: None, text: log(who) });
    let verdict = analyze(&Input { documents: documents.into(), ..Input::default() }).verdict;
    assert_eq!((verdict.severity, verdict.timing), (Severity::Critical, Timing::Partly));
    assert!(verdict.headline.starts_with("Followers heard nothing"), "{}", verdict.headline);
}

/// The model has no timers of 0.4.
#[test]
fn no_chance_is_given_for_etcd_04() {
    let near = |minute: u32| {
        format!("[etcd] Mar  4 10:{minute:02}:00.100 WARNING   | core-01: warning: heartbeat near election timeout: 185.5ms\n")
    };
    let why = verdict(&(5..13).map(near).collect::<String>()).why;
    assert!(why.contains("was not measured") && !why.contains("of 100"), "{why}");
}

/// What no election hangs on is no cause of one: clocks that differ.
#[test]
fn clocks_that_differ_are_no_cause_beneath() {
    let line = |second: f64, text: &str| format!("2024-05-03 10:00:{second:09.6} I | {text}\n");
    let (a, b) = ("2a0965170762fd09", "91d25258d70ad868");
    let elected = |second: f64, who: &str, term: u32| line(second, &format!("raft: raft.node: {a} elected leader {who} at term {term}"));
    let log = line(0.0, "etcdmain: etcd Version: 3.3.10")
        + &elected(1.0, a, 2)
        + &line(
            5.0,
            &format!("rafthttp: the clock difference against peer {b} is too high [1.2s > 1s] (prober \"ROUND_TRIPPER_SNAPSHOT\")"),
        )
        + &line(20.0, "etcdserver: failed to send out heartbeat on time (exceeded the 100ms timeout for 1.9s)")
        + &line(20.1, &format!("raft: {a} [term: 2] received a MsgApp message with higher term from {b} [term: 3]"))
        + &line(20.2, &format!("raft: raft.node: {a} lost leader {a} at term 3"))
        + &elected(20.3, b, 3);
    let found = verdict(&log);
    assert!(!found.why.contains("Clocks"), "{}", found.why);
    assert_eq!(found.timing, Timing::Remedy);
}

/// Only a pass that is slow is told of.
#[test]
fn a_lease_that_moves_without_a_slow_pass_blames_none() {
    let line = |time: &str, text: &str| format!("Mar 04 09:{time} core-01 fleetd[9]: {text}\n");
    let to = |time: &str, of: &str, to: &str| line(time, &format!("INFO engine.go:88: Engine leadership changed from {of} to {to}"));
    let (a, b) = ("476f54df1e2b4c6d8e9f0a1b2c3d4e5f", "9c33fade1e2b4c6d8e9f0a1b2c3d4e5f");
    let log = line("10:11", "ERROR engine.go:217: Engine leadership lost, renewal failed: context deadline exceeded")
        + &to("10:22", a, b)
        + &to("50:22", b, a);
    let config = "#cloud-config\ncoreos:\n  fleet:\n    etcd-request-timeout: 5\n    agent-ttl: 60s\n    engine-reconcile-interval: 1\n";
    let documents = [config, &log].map(|text| Document { name: None, text: text.to_owned() });
    let why = analyze(&Input { documents: documents.into(), ..Input::default() }).verdict.why;
    assert!(why.contains("a request to etcd fails") && !why.contains("pass"), "{why}");
}

/// A counter tells that leaders changed, not why.
#[test]
fn a_long_round_trip_beside_leader_changes_is_no_proof() {
    let metrics = |changes: u32| {
        let bucket = |to: &str, count: u32| {
            format!("etcd_network_peer_round_trip_time_seconds_bucket{{To=\"6e3bd23ae5f1eae0\",le=\"{to}\"}} {count}\n")
        };
        format!("etcd_server_leader_changes_seen_total {changes}\n")
            + &bucket("0.2048", 100)
            + &bucket("0.4096", 9990)
            + &bucket("+Inf", 10_000)
    };
    let changed = verdict(&metrics(22));
    assert_eq!(changed.timing, Timing::Partly, "{}", changed.why);
    assert!(changed.headline.contains("less than ten round trips of 410"), "{}", changed.headline);
    assert_eq!(verdict(&metrics(1)).timing, Timing::Remedy);
}

#[test]
fn a_slip_in_a_file_beside_a_log_without_trouble_is_no_trouble_of_unknown_cause() {
    let documents = [
        "name: a\ninitial-cluster: a=http://192.0.2.1:2380\nelection_timeout: 5000\n",
        "2020-04-20 10:12:00.000000 I | etcdserver: saved snapshot at index 10001\n",
    ];
    let documents = documents.map(|text| Document { name: None, text: text.to_owned() }).into();
    let headline = analyze(&Input { documents, ..Input::default() }).verdict.headline;
    assert!(headline.starts_with("A key is not known") && !headline.contains("cause"), "{headline}");
}

/// kine, alone or within MicroK8s, answers as etcd does; what it fails in is no request to etcd.
#[test]
fn another_store_in_the_place_of_etcd() {
    let slow = "time=\"2025-05-19T20:50:26+02:00\" level=info msg=\"Slow SQL (started: 2025-05-19 20:50:24.9 +0200 CEST) (total time: 1.1s):  SELECT * FROM kine AS kv\"\n";
    let failed = "May 24 18:47:17 n1 microk8s.daemon-kubelite[13]: time=\"2021-05-24T18:47:17+02:00\" level=error msg=\"error while range on /registry/health : query (try: 0): context deadline exceeded\"\n";
    let lost = "I0519 20:50:28.058124    4423 leaderelection.go:297] failed to renew lease kube-system/kube-controller-manager: context deadline exceeded\n";
    for log in [slow, failed, &(slow.to_owned() + lost)] {
        assert!(verdict(log).headline.starts_with("Kubernetes keeps its objects in kine or dqlite"), "{log}");
    }
    let etcd = "2016-04-20 10:00:04.000000 I | raft: 8e9e05c52164694d became leader at term 2\n";
    assert!(!verdict(&(slow.to_owned() + etcd)).headline.contains("kine"));
    for log in ["Slow SQL (2.1s): SELECT * FROM kinesis_events\n", "worker: query (try: 2): connection reset\n"] {
        assert!(!verdict(log).headline.contains("kine"), "{log}");
    }
}

#[test]
fn what_cilium_says_of_its_etcd() {
    let status = |said: &str| verdict(&format!("KVStore:   {said}\n")).headline;
    for said in [
        "Failure   Err: quorum check failed 7 times in a row: timeout while waiting for initial connection",
        "Ok   etcd: 1/1 connected, has-quorum=false: https://192.0.2.7:2379 - 3.3.12",
    ] {
        assert!(status(said).starts_with("There is trouble"), "{said}");
    }
    assert!(!status("Ok   etcd: 1/1 connected, has-quorum=true: https://192.0.2.7:2379 - 3.5.9").starts_with("There is trouble"));
}

/// Neither elections nor requests use the wall clock.
#[test]
fn clocks_that_differ_are_the_cause_of_nothing_beside_them() {
    let clocks = "2018-04-24 04:07:58.043867 W | rafthttp: the clock difference against peer 91d25258d70ad868 is too high [4.2s > 1s]\n";
    let failed = "2018-04-24 04:07:50.858134 E | etcdserver/api/v2http: etcdserver: request timed out\n";
    assert_eq!(verdict(clocks).timing, Timing::NotTheRemedy);
    let both = verdict(&(failed.to_owned() + clocks));
    assert!(both.timing == Timing::Undecided && !both.headline.contains("Clocks"), "{}", both.headline);
}

#[test]
fn a_peer_that_may_stand_still_comes_before_what_explains_nothing() {
    let slow = "2019-09-02 03:12:54.285897 W | etcdserver: read-only range request \"key:\\\"/a\\\" \" with result \"range_response_count:1 size:20\" took too long (207.870293ms) to execute\n";
    let silent = "2019-09-02 03:12:56.269835 W | rafthttp: health check for peer 91d25258d70ad868 could not connect: net/http: TLS handshake timeout\n";
    assert!(verdict(&(slow.to_owned() + silent)).headline.starts_with("A member gave no answer in time"));
    assert!(verdict(slow).headline.starts_with("etcd took 208"));
}

#[test]
fn what_tells_nothing_changes_no_answer_beside_it() {
    let beside = |file: &str, other: &str| {
        let documents = [file, other].map(|text| Document { name: None, text: text.to_owned() }).into();
        analyze(&Input { documents, ..Input::default() }).verdict
    };
    let fits = "#cloud-config\ncoreos:\n  etcd2:\n    heartbeat-interval: 200\n    election-timeout: 2000\n";
    let kubelet = "Nov 02 10:00:01 n1 kubelet[912]: I1102 10:00:01.123456     912 reconciler.go:41] \"Reconciler: start to sync state\"\n";
    let said = beside(fits, kubelet);
    let words =
        "The values fit each other. What else is here tells nothing of etcd or fleet, so nothing shows whether they fit your cluster.";
    assert_eq!((said.headline.as_str(), said.timing), (words, Timing::NoneNeeded));
    // What is not understood at all may hold trouble.
    let said = beside(fits, "{\"log-driver\": \"json-file\"}\n");
    assert_eq!((said.headline.as_str(), said.timing), (words, Timing::Undecided));
    let far_too_long = "name: n1\ndata-dir: /var/lib/etcd\nheartbeat-interval: 10000\nelection-timeout: 50000\n";
    assert_eq!(beside(far_too_long, kubelet).timing, Timing::Remedy);
}

#[test]
fn a_title_within_a_sentence_begins_small_unless_it_is_a_name() {
    let said = ["One sync took 2\u{a0}s", "A leader ended.", "TLS: a certificate has expired", "4 syncs", "etcd's database is full"];
    let within = ["one sync took 2\u{a0}s", "a leader ended", "TLS: a certificate has expired", "4 syncs", "etcd's database is full"];
    assert_eq!(said.map(super::in_sentence), within);
    for name in ["OpenShift's operator saw it", "Kubernetes refuses a number"] {
        assert_eq!(super::in_sentence(name), name);
    }
}

/// A longer timer would keep the leader, but nothing says how long it has to be.
#[test]
fn a_leader_that_its_disk_kept_asks_for_no_value() {
    let line = |at: &str, text: &str| format!("2026-11-30 09:53:{at} I | raft: {text}\n");
    let (a, b) = ("2a0965170762fd09", "91d25258d70ad868");
    let next = line("07.110000", &format!("{b} is starting a new election at term 2"))
        + &line("07.110100", &format!("{b} became candidate at term 3"))
        + &line("07.110200", &format!("raft.node: {b} lost leader {a} at term 3"))
        + &line("07.112000", &format!("{b} became leader at term 3"));
    let old = line("01.000000", &format!("{a} became leader at term 2"))
        + &line("07.115000", &format!("{a} [term: 2] received a MsgApp message with higher term from {b} [term: 3]"))
        + &line("07.115000", "truncate the unstable entries before index 120")
        + &line("07.115000", &format!("raft.node: {a} changed leader from {a} to {b} at term 3"));
    let documents = [old, next].map(|text| Document { name: None, text }).to_vec();
    let said = analyze(&Input { documents, ..Input::default() }).verdict;
    assert_eq!(said.timing, Timing::NotTheRemedy);
    assert!(said.why.starts_with("Writes wait for the disk") && !said.why.contains("slower"), "{}", said.why);
}

/// Two leaders' disks were frozen for nobody knows how long; a stall that a line measures is not the longest pause, and the logs
/// of both leaders are here.
#[test]
fn a_frozen_disk_is_not_told_by_a_shorter_stall() {
    let line = |at: &str, text: &str| format!("2026-11-30 09:53:{at} I | {text}\n");
    let (a, b) = ("2a0965170762fd09", "91d25258d70ad868");
    let next = line("07.110100", &format!("raft: {b} became candidate at term 3"))
        + &line("07.110200", &format!("raft: raft.node: {b} lost leader {a} at term 3"))
        + &line("07.112000", &format!("raft: {b} became leader at term 3"))
        + &line("37.112000", "etcdserver: failed to send out heartbeat on time (exceeded the 100ms timeout for 68.2ms)");
    let old = |dropped: &str| {
        line("01.000000", &format!("raft: {a} became leader at term 2"))
            + &line("07.115000", &format!("raft: {a} [term: 2] received a MsgApp message with higher term from {b} [term: 3]"))
            + &line("07.115000", &format!("raft: {dropped} before index 120"))
    };
    let report = |dropped: &str| {
        let documents = [old(dropped), next.clone()].map(|text| crate::Document { name: None, text }).to_vec();
        crate::analyze(&crate::Input { documents, ..crate::Input::default() })
    };
    let frozen = report("truncate the unstable entries");
    assert!(frozen.verdict.headline.starts_with("The leader's disk kept it waiting"), "{}", frozen.verdict.headline);
    let pauses = |report: &crate::report::Report| report.verdict.will_not_cure.iter().any(|text| text.starts_with("Writes still pause"));
    let asks =
        |report: &crate::report::Report| report.measure_next.iter().any(|step| step.text.starts_with("Paste the logs of all members"));
    assert_eq!((pauses(&frozen), asks(&frozen)), (false, false));
    assert!(pauses(&report("replace the unstable entries")));
}

/// 0.4 prints the gap, which is up to a heartbeat longer than the stall: more than the limit, and no leader was lost.
#[test]
fn a_gap_above_the_timeout_of_04_is_not_near_below_it() {
    let gap = |gap: &str| {
        verdict(&format!("[etcd] Sep 15 02:44:51.632 INFO      | n1: warning: heartbeat near election timeout: {gap}\n[etcd] Sep 15 02:45:51.632 INFO      | n1: warning: heartbeat near election timeout: {gap}\n")).headline
    };
    assert!(gap("213.1ms").contains("about as long as followers wait: 200\u{a0}ms"), "{}", gap("213.1ms"));
    assert!(gap("171.1ms").contains("nearly as long as followers wait: 200\u{a0}ms"), "{}", gap("171.1ms"));
}

#[test]
fn what_talosctl_shows_is_a_state() {
    let table = "NODE        MEMBER             DB SIZE   IN USE           LEADER             RAFT INDEX   RAFT TERM   RAFT APPLIED INDEX   LEARNER   ERRORS\n\
                 192.0.2.7   8e9e05c52164694d   41 MB     12 MB (29.27%)   8e9e05c52164694d   812240       9           812240               false\n";
    let said = verdict(table);
    assert!(said.headline.starts_with("talosctl shows the state of one moment"), "{}", said.headline);
    assert_eq!(said.severity, Severity::Info);
}
