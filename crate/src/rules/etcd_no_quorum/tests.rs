use crate::ids::RuleId;
use crate::rules::testing::{facts, find};

fn round(second: u32, term: u32) -> String {
    format!(
        "2018-05-14 17:04:{second:02}.000000 I | raft: 343c1c56a3296f58 is starting a new election at term {term}\n\
         2018-05-14 17:04:{second:02}.000100 I | raft: 343c1c56a3296f58 became candidate at term {}\n\
         2018-05-14 17:04:{second:02}.000200 I | raft: 343c1c56a3296f58 received MsgVoteResp from 343c1c56a3296f58 at term {}\n",
        term + 1,
        term + 1
    )
}

#[test]
fn the_operator_counts_members() {
    let log = "time=\"2018-06-17T12:08:50Z\" level=error msg=\"failed to reconcile: lost quorum\" cluster-name=example pkg=cluster\n";
    assert!(find(&facts(&[log]), RuleId::EtcdNoQuorum).expect("no quorum").title.starts_with("The operator"));
}

#[test]
fn etcdctl_asks_each_member_and_none_is_well() {
    let ill = "member 8e9e05c52164694d is unhealthy: got unhealthy result from http://192.0.2.7:2379\n";
    let away = "member 91bc3c398fb3c146 is unreachable: [http://192.0.2.8:2379] are all unreachable\n";
    let found = |log: String| find(&facts(&[&log]), RuleId::EtcdNoQuorum).map(|found| found.title);
    assert_eq!(found(format!("{ill}{away}cluster is unhealthy\n")).as_deref(), Some("etcdctl found no healthy member"));
    assert_eq!(found(format!("{away}cluster is unhealthy\n")), None, "nobody was there to say so");
    assert_eq!(found(format!("{ill}{away}cluster is healthy\n")), None, "another member is well");
    assert_eq!(found(format!("{ill}{away}cluster is unhealthy\n{ill}cluster is healthy\n")), None, "it passed");
}

#[test]
fn several_rounds_without_an_answer() {
    let log = round(10, 7) + &round(12, 8) + &round(14, 9);
    assert!(find(&facts(&[&log]), RuleId::EtcdNoQuorum).expect("alone").title.contains("3\u{a0}times"));
    let filtered: String = log.lines().filter(|line| line.contains("election")).map(|line| line.to_owned() + "\n").collect();
    assert!(find(&facts(&[&filtered]), RuleId::EtcdNoQuorum).is_none(), "answers were filtered out");
}

#[test]
fn peers_that_start_a_little_later_are_no_lost_quorum() {
    let start = "2018-05-14 17:04:09.000000 I | etcdmain: etcd Version: 3.3.25\n";
    let elected = |second: u32| {
        format!("2018-05-14 17:04:{second}.000000 I | raft: raft.node: 343c1c56a3296f58 elected leader 18c54abf5eae5036 at term 9\n")
    };
    let found = |log: String| find(&facts(&[&log]), RuleId::EtcdNoQuorum).is_some();
    let asks = round(10, 7) + &round(12, 8) + &round(14, 9);
    assert!(!found(format!("{start}{asks}{}", elected(16))));
    assert!(found(format!("{start}{asks}{}", elected(45))), "they were away for long");
    let cat = |log: String| {
        log.replace("2018-05-14 17:04:", "\n")
            .lines()
            .map(|line| line.split_once("| ").map_or("", |(_, text)| text))
            .collect::<Vec<_>>()
            .join("\n")
    };
    assert!(!found(cat(format!("{start}{asks}{}", elected(16)))), "without times");
    assert!(found(cat(format!("{start}{}{asks}{asks}{asks}{asks}{}", asks, elected(16)))), "rounds for more than ten seconds");
    assert!(found(format!("{start}{}{asks}{}", elected(10).replace("17:04:10", "17:04:09"), elected(16))), "it had a leader before");
}

#[test]
fn a_leader_without_a_majority_whom_nobody_replaces() {
    let line = |second: u32, message: &str| format!("2021-05-14 17:04:{second:02}.000000 I | raft: {message}\n");
    let led = line(1, "raft.node: 343c1c56a3296f58 elected leader 343c1c56a3296f58 at term 5");
    let down = line(20, "343c1c56a3296f58 stepped down to follower since quorum is not active");
    let next = |second: u32, who: &str| {
        line(second, "raft.node: 343c1c56a3296f58 lost leader 343c1c56a3296f58 at term 6")
            + &line(second, &format!("raft.node: 343c1c56a3296f58 elected leader {who} at term 6"))
    };
    let found = |log: String| find(&facts(&[&log]), RuleId::EtcdNoQuorum);
    let long = found(format!("{led}{down}{}", next(33, "18c54abf5eae5036"))).expect("thirteen seconds without a leader");
    assert!(long.title.contains("13\u{a0}s"), "{}", long.title);
    assert!(found(format!("{led}{down}{}", next(22, "18c54abf5eae5036"))).is_none(), "the others had a majority");
    let replaced = "2021-05-14 17:04:19.000000 I | raft: raft.node: 18c54abf5eae5036 lost leader 343c1c56a3296f58 at term 6\n2021-05-14 17:04:19.100000 I | raft: raft.node: 18c54abf5eae5036 elected leader 18c54abf5eae5036 at term 6\n2021-05-14 17:04:50.000000 I | etcdserver: saved snapshot at index 10001\n";
    assert!(find(&facts(&[&format!("{led}{down}"), replaced]), RuleId::EtcdNoQuorum).is_none(), "another one led already");
}

#[test]
fn a_leader_that_leads_on_has_its_majority() {
    let line = |clock: &str, message: &str| {
        format!(
            "{{\"level\":\"info\",\"ts\":\"2023-05-14T17:04:{clock}00Z\",\"logger\":\"raft\",\"caller\":\"etcdserver/zap_raft.go:77\",\"msg\":\"{message}\"}}\n"
        )
    };
    let leads = line("00.9", "18c54abf5eae5036 became pre-candidate at term 6")
        + &line("01.0", "18c54abf5eae5036 became leader at term 7")
        + &line("01.1", "raft.node: 18c54abf5eae5036 elected leader 18c54abf5eae5036 at term 7");
    let asks: String = ["10.0", "11.5", "13.0"]
        .map(|clock| {
            line(clock, "343c1c56a3296f58 is starting a new election at term 7")
                + &line(clock, "343c1c56a3296f58 received MsgPreVoteResp from 343c1c56a3296f58 at term 7")
        })
        .concat();
    let found = |leader: &str| find(&facts(&[leader, &asks]), RuleId::EtcdNoQuorum).is_some();
    let goes_on = line("40.0", "18c54abf5eae5036 [term: 7] ignored a MsgAppResp message with lower term from 343c1c56a3296f58 [term: 6]");
    assert!(!found(&(leads.clone() + &goes_on)));
    // Its log ends before, or it stepped down.
    assert!(found(&leads));
    let down = line("11.0", "18c54abf5eae5036 stepped down to follower since quorum is not active");
    assert!(found(&(leads.clone() + &down + &goes_on)));
    // The member that asked is back and brings a higher term.
    let gives_way = |clock| line(clock, "raft.node: 18c54abf5eae5036 lost leader 18c54abf5eae5036 at term 11") + &goes_on;
    assert!(!found(&(leads.clone() + &gives_way("12.9"))));
    assert!(found(&(leads + &gives_way("10.9"))), "it had lost its place before");
}

#[test]
fn a_log_may_begin_within_a_round() {
    let sent = |second: u32, term: u32| {
        format!(
            "2016-06-12 17:04:{second:02}.000300 I | raft: 343c1c56a3296f58 [logterm: 2, index: 9] sent vote request to 18c54abf5eae5036 at term {term}\n"
        )
    };
    let log = sent(9, 7) + &round(10, 7) + &sent(10, 8) + &round(12, 8);
    assert!(find(&facts(&[&log]), RuleId::EtcdNoQuorum).is_some());
    assert!(find(&facts(&[&(sent(9, 7) + &round(10, 7) + &sent(10, 8))]), RuleId::EtcdNoQuorum).is_none());
}

#[test]
fn members_that_stood_still_and_answered_in_the_end_are_there() {
    let rounds = round(10, 7) + &round(12, 8) + &round(14, 9);
    let answer = "2018-05-14 17:04:20.500000 I | raft: 343c1c56a3296f58 received MsgVoteResp from 18c54abf5eae5036 at term 10\n";
    let sync = |took: &str| format!("2018-05-14 17:04:20.000000 W | wal: sync duration of {took}, expected less than 1s\n");
    let quorum = |log: &str, other: &str| find(&facts(&[log, other]), RuleId::EtcdNoQuorum).is_some();
    assert!(!quorum(&(rounds.clone() + answer), &sync("12.6s")));
    // It began after the last round, or nobody ever answered.
    assert!(quorum(&(rounds.clone() + answer), &sync("1.2s")));
    assert!(quorum(&rounds, &sync("12.6s")));
}

/// All members are stopped at once, and the leader waits for its hand-over to one that has ended.
#[test]
fn a_member_that_stops_asks_the_others_that_are_gone() {
    let led = "2018-05-14 17:04:01.000000 I | raft: raft.node: 343c1c56a3296f58 elected leader 343c1c56a3296f58 at term 6\n";
    let stop = "2018-05-14 17:04:02.000000 N | pkg/osutil: received terminated signal, shutting down...\n";
    let down = "2018-05-14 17:04:04.000000 I | raft: 343c1c56a3296f58 stepped down to follower since quorum is not active\n";
    let asks = round(10, 7) + &round(12, 8) + &round(14, 9);
    let start = "2018-05-14 17:04:08.000000 I | etcdmain: etcd Version: 3.3.25\n";
    let found = |log: String| find(&facts(&[&log]), RuleId::EtcdNoQuorum).is_some();
    assert!(!found(format!("{led}{stop}{down}{asks}")));
    assert!(found(format!("{led}{down}{asks}")));
    assert!(found(format!("{led}{stop}{start}{asks}")), "it was started again");
    let gave_up = "2018-05-14 17:04:15.500000 W | etcdserver: 343c1c56a3296f58 failed to transfer leadership (etcdserver: request timed out, leader transfer took too long)\n";
    assert!(!found(format!("{led}{asks}{gave_up}")), "an excerpt of its end");
    let again = start.replace(":08.", ":20.") + &led.replace(":01.", ":21.").replace("term 6", "term 11");
    assert!(!found(format!("{led}{stop}{asks}{again}")), "all were started again");
    assert!(found(format!("{led}{down}{asks}{}", stop.replace(":02.", ":20."))), "it was stopped after it had asked");
    let other = led.replace("raft.node: 343c1c56a3296f58", "raft.node: 18c54abf5eae5036");
    assert!(found(format!("{led}{other}{stop}{down}{asks}")), "lines of several members, and one of the others was stopped");
}

#[test]
fn a_publish_that_a_stop_cancels_is_none() {
    let publish = |error: &str| format!("2019-11-21 10:13:52.675092 E | etcdserver: publish error: etcdserver: {error}\n");
    assert!(find(&facts(&[&publish("request timed out")]), RuleId::EtcdNoQuorum).is_some());
    assert!(find(&facts(&[&publish("request cancelled")]), RuleId::EtcdNoQuorum).is_none());
}

#[test]
fn a_member_of_04_that_finds_the_others_later_is_none() {
    let log = "[etcd] Jul 14 16:54:26.231 INFO      | n3 is unable to join the cluster using any of the peers [192.0.2.1:7001] at 0th time. Retrying in 3.4 seconds\n";
    assert!(find(&facts(&[log]), RuleId::EtcdNoQuorum).is_some());
    let found = format!("{log}[etcd] Jul 14 16:54:31.700 INFO      | n3: leader changed from '' to 'n1'.\n");
    assert!(find(&facts(&[&found]), RuleId::EtcdNoQuorum).is_none());
}

#[test]
fn a_standby_of_04_that_reaches_no_member() {
    let asks = |second: u32| format!("[etcd] Jul 14 16:54:{second:02}.260 WARNING   | fail syncing cluster([]): unreachable cluster\n");
    assert!(find(&facts(&[&(asks(26) + &asks(31))]), RuleId::EtcdNoQuorum).is_some());
    assert!(find(&facts(&[&asks(26)]), RuleId::EtcdNoQuorum).is_none());
    let found = format!("{}[etcd] Jul 14 16:54:36.700 INFO      | n3: leader changed from '' to 'n1'.\n", asks(26) + &asks(31));
    assert!(find(&facts(&[&found]), RuleId::EtcdNoQuorum).is_none());
}

#[test]
fn a_member_that_is_sent_the_database_has_a_leader() {
    let publish =
        |second: u32| format!("2019-11-21 10:13:{second:02}.675092 E | etcdserver: publish error: etcdserver: request timed out\n");
    let receives = "2019-11-21 10:13:40.100000 I | rafthttp: receiving database snapshot [index: 91234, from: 18c54abf5eae5036, raft message size: 5.3 kB]\n";
    let sent = publish(35) + receives + &publish(42) + &publish(49);
    assert!(find(&facts(&[&sent]), RuleId::EtcdNoQuorum).is_none());
    assert!(find(&facts(&[&sent]), RuleId::EtcdRequestTimeout).is_some_and(|found| found.title.starts_with("A member could not publish")));
    assert!(find(&facts(&[&(publish(35) + &publish(42))]), RuleId::EtcdNoQuorum).is_some());
    let elected = "2019-11-21 10:13:14.604404 I | raft: raft.node: 87db82abb8b7e0d5 elected leader c93f463cb660f225 at term 8\n";
    assert!(find(&facts(&[&(elected.to_owned() + &publish(21) + &publish(28))]), RuleId::EtcdNoQuorum).is_none());
    let alone = round(10, 7) + &round(12, 8);
    let late = receives.replace("2019-11-21 10:13:40", "2018-05-14 17:04:13");
    assert!(find(&facts(&[&(alone + &late + &round(14, 9))]), RuleId::EtcdNoQuorum).is_none());
}

#[test]
fn two_rounds_that_go_on_from_many_others_are_enough() {
    let line = |second: &str, text: &str| format!("2019-10-30 01:28:{second} I | raft: {text}\n");
    let round = |second: u32, term: u32| {
        line(&format!("{second}.642203"), &format!("8e9e05c52164694d is starting a new election at term {}", term - 1))
            + &line(&format!("{second}.642253"), &format!("8e9e05c52164694d became candidate at term {term}"))
            + &line(&format!("{second}.642263"), &format!("8e9e05c52164694d received vote from 8e9e05c52164694d at term {term}"))
            + &line(
                &format!("{second}.642273"),
                &format!("8e9e05c52164694d [logterm: 26, index: 917] sent vote request to 91d25258d70ad868 at term {term}"),
            )
    };
    let found = |log: String| find(&facts(&[&log]), RuleId::EtcdNoQuorum).is_some();
    assert!(found(round(15, 939) + &round(16, 940)));
    assert!(!found(round(15, 29) + &round(16, 30)), "a vote that was split");
    assert!(!found(round(15, 939)), "its answers may follow");
    let refused = line("16.700000", "8e9e05c52164694d received vote rejection from 91d25258d70ad868 at term 940");
    assert!(!found(round(15, 939) + &round(16, 940) + &refused));
}

#[test]
fn one_round_is_enough_where_the_member_could_not_publish_itself_after_it() {
    let publish = "2018-05-14 17:04:14.200000 E | etcdserver: publish error: etcdserver: request timed out\n";
    let title = |log: String| find(&facts(&[&log]), RuleId::EtcdNoQuorum).expect("no quorum").title;
    assert_eq!(title(round(10, 7) + publish), "A member asked for votes once, and no other member answered");
    assert!(title(publish.to_owned() + &round(15, 7)).starts_with("A member could not publish itself"), "answers may follow");
}

#[test]
fn a_clients_endpoints_that_all_failed_are_no_word_of_the_members() {
    let task = "{\"cmd\": \"etcdctl cluster-health | grep -q 'cluster is healthy'\", \"stderr\": \"Error:  client: etcd cluster is unavailable or misconfigured; error #0: client: endpoint https://192.0.2.7:2379 exceeded header timeout\"}\n";
    assert!(find(&facts(&[task]), RuleId::EtcdNoQuorum).is_none());
    assert!(find(&facts(&["cluster is unavailable\n"]), RuleId::EtcdNoQuorum).is_some());
}

#[test]
fn one_round_or_an_answer_is_none() {
    assert!(find(&facts(&[&round(10, 7)]), RuleId::EtcdNoQuorum).is_none());
    let answered = round(10, 7)
        + &round(12, 8)
        + "2018-05-14 17:04:12.100000 I | raft: 343c1c56a3296f58 received MsgVoteResp from 18c54abf5eae5036 at term 9\n"
        + &round(14, 9);
    assert!(find(&facts(&[&answered]), RuleId::EtcdNoQuorum).is_none());
}

/// Two of three members end at once; the leader among them says more only when it is started anew.
#[test]
fn a_leader_that_starts_anew_did_not_lead_on() {
    let leader = |second: u32, words: &str| format!("2018-05-14 17:04:{second:02}.500000 I | {words}\n");
    let led = leader(1, "raft: 18c54abf5eae5036 became leader at term 7");
    let goes_on = leader(20, "etcdserver: saved snapshot at index 10001");
    let starts = leader(30, "etcdmain: the server is already initialized as member before, starting as etcd member...")
        + &leader(30, "etcdmain: etcd Version: 3.4.23");
    let asks = "2018-05-14 17:04:01.600000 I | raft: raft.node: 343c1c56a3296f58 elected leader 18c54abf5eae5036 at term 7\n".to_owned()
        + &round(10, 7)
        + &round(12, 8)
        + &round(14, 9);
    let found = |own: String| find(&facts(&[&own, &asks]), RuleId::EtcdNoQuorum).is_some();
    assert!(!found(led.clone() + &goes_on));
    assert!(found(led + &starts));
}

/// Its links were cut, and the others elected the next leader when they missed it.
#[test]
fn a_leader_that_was_cut_off_hears_late_of_the_next_one() {
    let line = |second: &str, text: &str| format!("2020-04-20 10:30:{second} I | raft: {text}\n");
    let log = line("00.000000", "91d25258d70ad868 became leader at term 4")
        + &line("30.000000", "91d25258d70ad868 stepped down to follower since quorum is not active")
        + &line("30.000200", "raft.node: 91d25258d70ad868 lost leader 91d25258d70ad868 at term 4");
    let heard = line("50.110200", "raft.node: 91d25258d70ad868 elected leader ca93d269ec463a6b at term 5");
    let won = line("50.110200", "raft.node: 2a0965170762fd09 elected leader ca93d269ec463a6b at term 5");
    let title = |texts: &[&str]| find(&facts(texts), RuleId::EtcdNoQuorum).expect("told").title;
    assert!(title(&[&(log.clone() + &heard)]).ends_with("it heard of no other leader"));
    assert!(title(&[&log, &won]).ends_with("there was no other leader"));
}

/// Two rounds may be a split vote; not where every member that was asked refuses the connection.
#[test]
fn two_rounds_are_enough_where_nobody_can_be_reached() {
    let round = |term: u32| {
        format!(
            "2020-06-23 09:58:4{term}.344057 I | raft: 40fd14fa28910cab is starting a new election at term {term}\n\
             2020-06-23 09:58:4{term}.344078 I | raft: 40fd14fa28910cab became candidate at term {}\n\
             2020-06-23 09:58:4{term}.344085 I | raft: 40fd14fa28910cab received MsgVoteResp from 40fd14fa28910cab at term {}\n\
             2020-06-23 09:58:4{term}.344092 I | raft: 40fd14fa28910cab [logterm: 2, index: 761] sent MsgVote request to a41dd41eed6b1820 at term {}\n\
             2020-06-23 09:58:4{term}.344095 I | raft: 40fd14fa28910cab [logterm: 2, index: 761] sent MsgVote request to c2f1a39bb07d5e64 at term {}\n",
            term + 1,
            term + 1,
            term + 1,
            term + 1
        )
    };
    let refused = |peer: &str| {
        format!(
            "2020-06-23 09:58:42.175584 W | rafthttp: health check for peer {peer} could not connect: dial tcp 192.0.2.5:2380: connect: connection refused (prober \"ROUND_TRIPPER_SNAPSHOT\")\n"
        )
    };
    let rounds = round(2) + &round(3);
    let told = |text: String| find(&facts(&[&text]), RuleId::EtcdNoQuorum).is_some();
    let one = refused("a41dd41eed6b1820");
    assert!(!told(rounds.clone()));
    assert!(!told(format!("{rounds}{one}")));
    assert!(told(format!("{rounds}{one}{}", refused("c2f1a39bb07d5e64"))));
    assert!(!told(format!("{}{one}{}", round(2), refused("c2f1a39bb07d5e64"))), "one round");
    // Both had refused while they started, an hour before, or are there by now.
    let both = one + &refused("c2f1a39bb07d5e64");
    assert!(!told(format!("{}{rounds}", both.replace(" 09:", " 08:"))));
    assert!(!told(format!("{both}2020-06-23 09:58:42.275584 I | rafthttp: peer a41dd41eed6b1820 became active\n{rounds}")));
}
