use crate::ids::RuleId;
use crate::report::Severity;
use crate::rules::testing::{facts, find};

#[test]
fn a_leader_that_refuses_a_vote_as_it_wakes_may_have_to_go() {
    let log = "2019-11-05 10:01:10.500000 I | raft: 2abf76fc689f1968 [logterm: 358, index: 129, vote: 2abf76fc689f1968] ignored MsgVote from a2d20e2ccf5be40c [logterm: 358, index: 129] at term 358: lease is not expired (remaining ticks: 10)\n";
    let deposed = "2019-11-05 10:01:10.700000 I | raft: 2abf76fc689f1968 [term: 358] received a MsgAppResp message with higher term from a2d20e2ccf5be40c [term: 359]\n";
    let what = |log: &str| find(&facts(&[log]), RuleId::EtcdLeaderLost).expect("asked").what;
    assert!(what(log).ends_with("the leader kept its place."), "{}", what(log));
    assert!(what(&(log.to_owned() + deposed)).ends_with("its higher term deposed the leader."));
}

#[test]
fn without_times_the_order_of_the_lines_tells() {
    let late = "failed to send out heartbeat on time (deadline exceeded for 1.412123s)\n";
    let lost = "\
8e9e05c52164694d [term: 5] received a MsgVote message with higher term from fd422379fda50e48 [term: 6]
8e9e05c52164694d became follower at term 6
raft.node: 8e9e05c52164694d lost leader 8e9e05c52164694d at term 6
raft.node: 8e9e05c52164694d elected leader fd422379fda50e48 at term 6
";
    let title = |log: &str| find(&facts(&[log]), RuleId::EtcdLeaderLost).expect("lost").title;
    assert!(title(&(late.to_owned() + lost)).contains("the leader stalled 1.51 to 1.61"));
    assert!(!title(&(lost.to_owned() + late)).contains("stalled"));
}

#[test]
fn a_leader_that_hands_over_gives_way_unseen() {
    let line = |clock: &str, message: &str| {
        format!("{{\"level\":\"info\",\"ts\":\"2024-05-14T17:04:{clock}Z\",\"caller\":\"raft/raft.go:865\",\"msg\":\"{message}\"}}\n")
    };
    let won = line("01.100", "18c54abf5eae5036 became leader at term 2");
    let hands = line("10.553", "18c54abf5eae5036 [term 2] starts to transfer leadership to 343c1c56a3296f58");
    let higher = line("10.557", "18c54abf5eae5036 [term: 2] received a MsgVote message with higher term from 343c1c56a3296f58 [term: 3]");
    let found = |log: String| find(&facts(&[&log]), RuleId::EtcdLeaderLost).is_some();
    assert!(!found(format!("{won}{hands}{higher}")));
    assert!(found(won.clone() + &higher));
    let next = line("10.560", "raft.node: 18c54abf5eae5036 elected leader 343c1c56a3296f58 at term 3");
    let title = find(&facts(&[&(won + &higher + &next)]), RuleId::EtcdLeaderLost).expect("changed").title;
    assert!(!title.contains("gave way"), "{title}");
}

/// The others ended, and were started again ten seconds later.
#[test]
fn a_leader_whose_majority_was_away_was_not_replaced_needlessly() {
    let line = |second: u32, text: &str| format!("2018-05-14 17:04:{second:02}.000000 I | raft: {text}\n");
    let log = |next: u32| {
        line(1, "raft.node: 343c1c56a3296f58 elected leader 343c1c56a3296f58 at term 5")
            + &line(20, "343c1c56a3296f58 stepped down to follower since quorum is not active")
            + &line(20, "raft.node: 343c1c56a3296f58 lost leader 343c1c56a3296f58 at term 5")
            + &line(next, "raft.node: 343c1c56a3296f58 elected leader 18c54abf5eae5036 at term 6")
    };
    let found = |next| find(&facts(&[&log(next)]), RuleId::EtcdLeaderLost).expect("lost");
    assert_eq!((found(31).severity, found(22).severity), (Severity::Warning, Severity::Critical));
    assert!(found(31).what.contains("until a majority was back"), "{}", found(31).what);
}

/// The one that stepped down had lost its place before, to the one that is lost now.
#[test]
fn what_an_earlier_leader_gave_up_says_nothing_of_the_next_one() {
    let line = |second: u32, text: &str| format!("2018-05-14 17:04:{second:02}.000000 I | raft: {text}\n");
    let log = line(1, "raft.node: 8e9e05c52164694d elected leader 343c1c56a3296f58 at term 5")
        + &line(9, "raft.node: 8e9e05c52164694d lost leader 343c1c56a3296f58 at term 6")
        + &line(9, "raft.node: 8e9e05c52164694d elected leader 18c54abf5eae5036 at term 6")
        + &line(11, "343c1c56a3296f58 stepped down to follower since quorum is not active")
        + &line(30, "raft.node: 8e9e05c52164694d lost leader 18c54abf5eae5036 at term 7")
        + &line(30, "raft.node: 8e9e05c52164694d elected leader 343c1c56a3296f58 at term 7");
    let title = find(&facts(&[&log]), RuleId::EtcdLeaderLost).expect("lost").title;
    assert!(title.contains("leader changes"), "{title}");
}

#[test]
fn whoever_is_asked_to_lead_has_lost_nobody() {
    let line = |text: &str| format!("2024-05-14 17:04:10.553000 I | raft: {text}\n");
    let asked = line("343c1c56a3296f58 [term 2] received MsgTimeoutNow from 18c54abf5eae5036 and starts an election to get leadership.");
    let asks = line("343c1c56a3296f58 is starting a new election at term 2")
        + &line("343c1c56a3296f58 became candidate at term 3")
        + &line("343c1c56a3296f58 [logterm: 2, index: 18] sent MsgVote request to 18c54abf5eae5036 at term 3");
    assert!(find(&facts(&[&(asked + &asks)]), RuleId::EtcdLeaderLost).is_none());
    assert!(find(&facts(&[&asks]), RuleId::EtcdLeaderLost).is_some());
}

#[test]
fn a_member_that_starts_had_no_leader_to_lose() {
    let campaign = "\
2019-04-15 08:40:01.629932 I | raft: 18647d3de1022d1f is starting a new election at term 2
2019-04-15 08:40:01.629951 I | raft: 18647d3de1022d1f became candidate at term 3
2019-04-15 08:40:01.629990 I | raft: 18647d3de1022d1f [logterm: 2, index: 41] sent MsgVote request to 25b94689aa475203 at term 3
2019-04-15 08:40:02.223522 I | raft: 18647d3de1022d1f became follower at term 6
2019-04-15 08:40:02.224402 I | raft: raft.node: 18647d3de1022d1f elected leader 25b94689aa475203 at term 6
";
    assert!(find(&facts(&[campaign]), RuleId::EtcdLeaderLost).is_some());
    // No leader of a new cluster came before.
    let first = campaign
        .replace("logterm: 2", "logterm: 1")
        .replace("term 3", "term 2")
        .replace("at term 2\n2019-04-15 08:40:01.629951", "at term 1\n2019-04-15 08:40:01.629951");
    assert!(first.contains("election at term 1"), "{first}");
    assert!(find(&facts(&[&first]), RuleId::EtcdLeaderLost).is_none());
    let published =
        "2019-04-15 08:40:02.226746 I | etcdserver: published {Name:n1 ClientURLs:[https://192.0.2.1:2379]} to cluster 7d05ee670e95b1f6\n";
    assert!(find(&facts(&[&(String::from(campaign) + published)]), RuleId::EtcdLeaderLost).is_none());
}

/// All were told to stop, and one of them had raised the term while the others were gone: the first leader gives way.
#[test]
fn a_leader_lost_before_the_first_write_of_a_start_is_a_part_of_it() {
    let line = |second: &str, text: &str| format!("2020-04-20 10:00:{second} I | {text}\n");
    let (a, b) = ("91d25258d70ad868", "2a0965170762fd09");
    let told = |loss: &str| {
        line("00.000000", &format!("raft: raft.node: {a} elected leader {b} at term 2"))
            + &line("04.153000", &format!("raft: newRaft {a} [peers: [], term: 2, commit: 8, applied: 0, lastindex: 8, lastterm: 2]"))
            + &line(loss, &format!("raft: raft.node: {a} lost leader {b} at term 5"))
            + &line("18.902000", "etcdserver: published {Name:m1 ClientURLs:[http://192.0.2.1:2379]} to cluster cdf818194e3a8c32")
    };
    assert!(find(&facts(&[&told("05.759000")]), RuleId::EtcdLeaderLost).is_none());
    assert!(find(&facts(&[&told("12.759000")]), RuleId::EtcdLeaderLost).is_some(), "it waits for the others too long");
}

#[test]
fn a_member_of_04_that_starts_loses_none() {
    let line = |time: &str, text: &str| format!("[etcd] Jul 29 {time}.643 INFO      | {text}\n");
    let start = line("18:29:42", "peer server [name n1, listen on :7001, advertised url http://n1.test:7001]");
    let lost = |time: &str| line(time, "n1: leader changed from 'n2' to ''.");
    let found = |log: String| find(&facts(&[&log]), RuleId::EtcdLeaderLost).is_some();
    assert!(!found(start.clone() + &lost("18:29:43")));
    assert!(found(start + &lost("18:49:43")));
}

/// With pre-vote the last entry is of the term of every round.
#[test]
fn a_member_that_goes_on_asking_loses_no_leader() {
    let asks = "2023-05-17 14:25:15.839000 I | raft: 18647d3de1022d1f [logterm: 18, index: 41] sent MsgPreVote request to 25b94689aa475203 at term 18\n";
    let round = format!("2023-05-17 14:25:15.838000 I | raft: 18647d3de1022d1f is starting a new election at term 18\n{asks}");
    let found = |log: String| find(&facts(&[&log]), RuleId::EtcdLeaderLost).is_some();
    assert!(found(round.clone()));
    assert!(!found(format!("{asks}{}", round.replace(":15.8", ":17.2"))), "an excerpt that begins within a round");
    let publish = "2023-05-17 14:25:19.000000 E | etcdserver: publish error: etcdserver: request timed out\n";
    assert!(!found(round.clone() + publish), "it heard no leader since its start");
    assert!(!found(publish.replace(":19.0", ":14.0") + &round), "nor before it asked");
    assert!(found(publish.replace("14:25", "14:05") + &round));
}

#[test]
fn a_leader_that_lost_its_place_minutes_after_its_start() {
    let log = "\
2016-04-20 09:40:04.000000 I | etcdmain: etcd Version: 2.3.8
2016-04-20 10:00:04.000000 W | etcdserver: failed to send out heartbeat on time (deadline exceeded for 1.302s)
2016-04-20 10:00:04.000100 I | raft: 91d25258d70ad868 [term: 4] received a MsgHeartbeatResp message with higher term from 2a0965170762fd09 [term: 5]
2016-04-20 10:00:04.000200 I | raft: 91d25258d70ad868 became follower at term 5
2016-04-20 10:00:04.000300 I | raft: raft.node: 91d25258d70ad868 changed leader from 91d25258d70ad868 to 2a0965170762fd09 at term 5
";
    assert_eq!(find(&facts(&[log]), RuleId::EtcdLeaderLost).expect("it lived").severity, Severity::Critical);
}

#[test]
fn that_a_leader_lived_is_said_where_a_line_shows_it() {
    let changed = "\
2016-04-20 10:00:01.000000 I | raft: raft.node: 2a0965170762fd09 lost leader 91d25258d70ad868 at term 5
2016-04-20 10:00:01.100000 I | raft: raft.node: 2a0965170762fd09 elected leader 8e9e05c52164694d at term 5
";
    let title = |log: &str| find(&facts(&[log]), RuleId::EtcdLeaderLost).expect("a change").title;
    assert!(title(changed).ends_with("no line shows that the old leader ended"), "{}", title(changed));
    let again = "2016-04-20 10:00:01.600000 I | raft: 2a0965170762fd09 [term: 5] ignored a MsgApp message with lower term from 91d25258d70ad868 [term: 4]\n";
    assert!(title(&(String::from(changed) + again)).contains("the leader was silent for up to about"));
}

#[test]
fn the_same_leader_again_is_no_process_that_ended() {
    let log = "\
2020-02-01 02:12:05.000000 I | raft: 91bc3c398fb3c146 is starting a new election at term 5
2020-02-01 02:12:05.000100 I | raft: 91bc3c398fb3c146 became candidate at term 6
2020-02-01 02:12:05.000200 I | raft: raft.node: 91bc3c398fb3c146 lost leader 8e9e05c52164694d at term 6
2020-02-01 02:12:07.000000 I | raft: raft.node: 91bc3c398fb3c146 elected leader 8e9e05c52164694d at term 6
";
    let found = find(&facts(&[log]), RuleId::EtcdLeaderLost).expect("lost");
    assert!(found.title.starts_with("A member lost its leader") && found.what.contains("same member"), "{} {}", found.title, found.what);
}

#[test]
fn a_leader_that_heard_from_no_majority_and_led_again() {
    let log = "\
2026-03-02 10:00:02.000000 I | raft: 8211f1d0f64f3269 became leader at term 2
2026-03-02 10:20:41.000000 W | raft: 8211f1d0f64f3269 stepped down to follower since quorum is not active
2026-03-02 10:20:41.000000 I | raft: raft.node: 8211f1d0f64f3269 lost leader 8211f1d0f64f3269 at term 2
2026-03-02 10:20:42.300000 I | raft: 8211f1d0f64f3269 became candidate at term 3
2026-03-02 10:20:43.010000 I | raft: 8211f1d0f64f3269 became leader at term 3
2026-03-02 10:40:00.000000 I | etcdserver: saved snapshot at index 20002
";
    let found = find(&facts(&[log]), RuleId::EtcdLeaderLost).expect("lost");
    assert_eq!(found.title, "The leader stepped down once, as it heard from no majority");
    assert!(found.what.contains("then the same member led again"), "{}", found.what);
}

#[test]
fn a_leader_that_stalled_and_lost_its_place() {
    let log = "\
2016-04-20 10:00:01.000000 I | raft: 2a0965170762fd09 is starting a new election at term 4
2016-04-20 10:00:01.000100 I | raft: 2a0965170762fd09 became candidate at term 5
2016-04-20 10:00:01.000200 I | raft: raft.node: 2a0965170762fd09 lost leader 91d25258d70ad868 at term 5
2016-04-20 10:00:01.002000 I | raft: 2a0965170762fd09 became leader at term 5
2016-04-20 10:00:01.002100 I | raft: raft.node: 2a0965170762fd09 elected leader 2a0965170762fd09 at term 5
";
    let found = find(&facts(&[log]), RuleId::EtcdLeaderLost).expect("lost");
    assert_eq!((found.count, found.severity), (1, Severity::Critical));
}

#[test]
fn the_winner_after_a_round_without_one_follows_the_leader_that_was_lost() {
    let log = "\
2021-09-16 05:38:02.983000 I | raft: 27ecc6d4a68d02f0 [term: 898] received a MsgAppResp message with higher term from 2c93ddd62e188857 [term: 900]
2021-09-16 05:38:02.983100 I | raft: 27ecc6d4a68d02f0 became follower at term 900
2021-09-16 05:38:02.983200 I | raft: raft.node: 27ecc6d4a68d02f0 lost leader 27ecc6d4a68d02f0 at term 900
2021-09-16 05:38:04.983000 I | raft: 27ecc6d4a68d02f0 became candidate at term 902
2021-09-16 05:38:04.990000 I | raft: 27ecc6d4a68d02f0 became leader at term 902
";
    let facts = facts(&[log]);
    // Somebody else's term is there: this is no cluster of one.
    assert_eq!(facts.members, None);
    let change = facts.needless().next().expect("one change");
    assert_eq!((change.old.as_deref(), change.new.as_deref()), (Some("27ecc6d4a68d02f0"), Some("27ecc6d4a68d02f0")));
    assert!(find(&facts, RuleId::EtcdLeaderLost).expect("lost").what.contains("same member"));
}

#[test]
fn a_member_whose_request_for_votes_was_ignored() {
    let log = "2025-06-05 17:10:03.583842 I | raft: 2abf76fc689f1968 [logterm: 358, index: 41, vote: 2abf76fc689f1968] ignored MsgPreVote from a2d20e2ccf5be40c [logterm: 358, index: 41] at term 358: lease is not expired (remaining ticks: 10)\n";
    let found = find(&facts(&[log]), RuleId::EtcdLeaderLost).expect("one member heard no leader");
    assert!(found.severity == Severity::Warning && found.what.starts_with("a2d20e2ccf5be40c asked"), "{}", found.what);
    // The same member leads again after it: that it kept its place would be wrong.
    let again = "2025-06-05 17:10:04.900000 I | raft: 2abf76fc689f1968 became candidate at term 359\n2025-06-05 17:10:04.950000 I | raft: raft.node: 2abf76fc689f1968 elected leader 2abf76fc689f1968 at term 359\n";
    let found = find(&facts(&[&(log.to_owned() + again)]), RuleId::EtcdLeaderLost);
    assert!(found.is_none_or(|found| !found.what.contains("kept its place")));
}

#[test]
fn etcd_0_4_reports_the_loss_and_the_next_leader_apart() {
    let log = "\
Jun 24 10:05:04 n2 etcd[5]: [etcd] Jun 24 10:05:04.321 INFO      | node02: warning: heartbeat near election timeout: 230.1ms
Jun 24 11:00:37 n2 etcd[5]: [etcd] Jun 24 11:00:37.213 INFO      | node02: leader changed from 'node05' to ''.
Jun 24 11:00:37 n2 etcd[5]: [etcd] Jun 24 11:00:37.250 INFO      | node02: leader changed from '' to 'node02'.
";
    let facts = facts(&[log]);
    let change = facts.needless().next().expect("one change");
    assert_eq!((change.old.as_deref(), change.new.as_deref()), (Some("node05"), Some("node02")));
    // Gaps of 230 ms against 200 ms say what cost the lead, though the last one printed no line.
    assert_eq!(change.stall.map(|at| facts.stalls[at].planned), Some(230_100));
}

#[test]
fn a_hand_over_is_no_loss() {
    let log = "\
2017-04-20 10:00:01.000000 I | etcdserver: 2a0965170762fd09 starts leadership transfer from 2a0965170762fd09 to 91d25258d70ad868
2017-04-20 10:00:01.003000 I | raft: 2a0965170762fd09 became follower at term 6
2017-04-20 10:00:01.003100 I | raft: raft.node: 2a0965170762fd09 lost leader 2a0965170762fd09 at term 6
2017-04-20 10:00:01.005000 I | raft: raft.node: 2a0965170762fd09 elected leader 91d25258d70ad868 at term 6
";
    assert!(find(&facts(&[log]), RuleId::EtcdLeaderLost).is_none());
}

#[test]
fn a_member_that_only_campaigns_on_lost_none() {
    let log = "\
2018-05-14 17:04:56.000000 I | raft: 343c1c56a3296f58 is starting a new election at term 254
2018-05-14 17:04:56.000100 I | raft: 343c1c56a3296f58 became candidate at term 255
2018-05-14 17:04:56.000200 I | raft: 343c1c56a3296f58 [logterm: 1, index: 3] sent MsgVote request to 18c54abf5eae5036 at term 255
";
    assert!(find(&facts(&[log]), RuleId::EtcdLeaderLost).is_none());
}

/// Of three changes one came with the leader alive, in one the same member won again, and no process ended.
#[test]
fn a_member_that_leads_again_had_not_ended() {
    let term = |second: u32, old: &str, new: &str, term: u32| {
        format!(
            "2020-04-20 10:00:{second}.000000 I | raft: 2a0965170762fd09 became follower at term {term}\n\
                 2020-04-20 10:00:{second}.000000 I | raft: raft.node: 2a0965170762fd09 lost leader {old} at term {term}\n\
                 2020-04-20 10:00:{second}.100000 I | raft: raft.node: 2a0965170762fd09 elected leader {new} at term {term}\n"
        )
    };
    let (a, b) = ("91d25258d70ad868", "ca93d269ec463a6b");
    let log = format!("2020-04-20 10:00:00.000000 I | raft: raft.node: 2a0965170762fd09 elected leader {a} at term 4\n")
        + &term(20, a, b, 5)
        + "2020-04-20 10:00:20.600000 I | raft: 2a0965170762fd09 [term: 5] ignored a MsgHeartbeat message with lower term from 91d25258d70ad868 [term: 4]\n"
        + &term(40, b, b, 6);
    let found = find(&facts(&[&log]), RuleId::EtcdLeaderLost).expect("lost");
    assert!(found.what.contains("each time. The same member led again once") && !found.what.contains("ended"), "{}", found.what);
    assert!(found.title.starts_with("2\u{a0}needless leader changes"), "{}", found.title);
    // Of the other one nothing may show whether the old leader lived.
    let seen = find(&facts(&[&log.replace("ignored a MsgHeartbeat", "had a MsgHeartbeat")]), RuleId::EtcdLeaderLost).expect("lost").what;
    assert!(seen.contains("once the old leader is seen to have lived, else nothing shows it. The same member"), "{seen}");
}

#[test]
fn a_member_that_takes_its_leader_back() {
    let line = |second: u32, who: &str, words: &str, term: u32| {
        format!(
            "{{\"level\":\"info\",\"ts\":\"2023-03-02T10:00:{second:02}.000Z\",\"logger\":\"raft\",\"caller\":\"etcdserver/zap_raft.go:77\",\"msg\":\"{who} {words} at term {term}\"}}\n"
        )
    };
    let (own, leader) = ("2a0965170762fd09", "91d25258d70ad868");
    let names = |second, verb: &str, term| line(second, &format!("raft.node: {own}"), &format!("{verb} leader {leader}"), term);
    let log = |term| names(1, "elected", 2) + &names(20, "lost", 2) + &names(38, "elected", term);
    let found = find(&facts(&[&log(2)]), RuleId::EtcdLeaderLost).expect("missed");
    assert!(found.title.ends_with("once, for up to 18\u{a0}s, and took the same one back"), "{}", found.title);
    let led = line(1, leader, "became leader", 2);
    let back = |logs: &[&str]| super::took_back(&facts(logs)).map(|back| back.with_leader);
    assert_eq!((back(&[&log(2)]), back(&[&log(2), &led]), back(&[&log(4)])), (Some(false), Some(true), None));
}

#[test]
fn a_leader_that_gives_way_at_the_end_of_an_excerpt() {
    let line = |minute: u32, text: &str| format!("Apr 29 10:{minute:02}:39 n1 etcd[1224]: {text}\n");
    let won = line(32, "8e9e05c52164694d became leader at term 7");
    let higher = |term: u32| {
        line(37, &format!("8e9e05c52164694d [term: {term}] received a MsgVote message with higher term from 91d25258d70ad868 [term: 8]"))
    };
    let found = find(&facts(&[&(won.clone() + &higher(7))]), RuleId::EtcdLeaderLost).expect("it led");
    assert_eq!((found.title.as_str(), found.severity), ("A leader gave way to a higher term once", Severity::Warning));
    assert!(find(&facts(&[&(won + &higher(6))]), RuleId::EtcdLeaderLost).is_none(), "it led term 7");
}

/// From 3.5 on a member asks first, and an excerpt may begin with that.
#[test]
fn an_excerpt_that_begins_as_a_member_asks_first_shows_no_change() {
    let raft = |minute: u32, text: &str| format!("2023-05-04 10:{minute:02}:12.000000 I | raft: {text}\n");
    let round = |minute: u32| {
        raft(minute, "8e9e05c52164694d became pre-candidate at term 5")
            + &raft(minute, "raft.node: 8e9e05c52164694d lost leader 91d25258d70ad868 at term 5")
            + &raft(minute, "raft.node: 8e9e05c52164694d elected leader 91d25258d70ad868 at term 5").replace(".000000", ".011000")
    };
    let twice = round(11) + &round(12);
    // The log ends as it asks once more.
    let ends = twice.clone() + round(13).split_inclusive('\n').take(2).collect::<String>().as_str();
    for log in [twice, ends] {
        let found = find(&facts(&[&log]), RuleId::EtcdLeaderLost).expect("it lost the leader");
        assert_eq!(found.title, "A member lost its leader twice, for up to 11\u{a0}ms, and took the same one back");
    }
}

/// What the third member of a cluster prints is the same.
#[test]
fn a_bystander_cannot_tell_a_hand_over_from_a_stall() {
    let raft = |second: u32, text: &str| format!("2024-05-14 17:04:{second:02}.000000 I | raft: {text}\n");
    let third = raft(1, "18647d3de1022d1f [term: 6] received a MsgVote message with higher term from 25b94689aa475203 [term: 7]")
        + &raft(1, "18647d3de1022d1f [logterm: 6, index: 9, vote: 0] cast MsgVote for 25b94689aa475203 [logterm: 6, index: 9] at term 7")
        + &raft(1, "raft.node: 18647d3de1022d1f lost leader 343c1c56a3296f58 at term 7")
        + &raft(1, "raft.node: 18647d3de1022d1f elected leader 25b94689aa475203 at term 7");
    let winner = raft(1, "25b94689aa475203 is starting a new election at term 6") + &raft(1, "25b94689aa475203 became candidate at term 7");
    let again = third.replace("term: 7", "term: 8").replace("term: 6", "term: 7").replace("term 7", "term 8").replace("04:01", "04:41");
    let found = |logs: &[&str]| find(&facts(logs), RuleId::EtcdLeaderLost).expect("lost");
    assert_eq!(found(&[&third]).severity, Severity::Warning);
    assert!(found(&[&third]).what.contains("or handed over"), "{}", found(&[&third]).what);
    assert_eq!(found(&[&third, &winner]).severity, Severity::Critical, "who is asked to lead says so");
    assert_eq!(found(&[&(third.clone() + &again)]).severity, Severity::Critical);
    let asked_before =
        raft(1, "18647d3de1022d1f [logterm: 6, index: 9, vote: 0] cast MsgPreVote for 25b94689aa475203 [logterm: 6, index: 9] at term 6");
    assert_eq!(found(&[&(asked_before + &third)]).severity, Severity::Critical);
    let of_2 = third.replace("cast MsgVote for", "voted for");
    assert_eq!(
        found(&[&of_2, "2024-05-14 17:00:01.000000 I | etcdmain: etcd Version: 2.3.8\n"]).severity,
        Severity::Critical,
        "it hands over to nobody"
    );
}

/// The excerpt begins as a leader that no line names is late: that change counts as the others do. What explains each is
/// known, so the advice does not ask for it.
#[test]
fn a_stall_of_a_leader_that_no_line_names_explains_its_loss_too() {
    let line = |second: u32, host: &str, text: &str| format!("Sep 14 09:00:{second:02} {host} etcd2[71]: {text}\n");
    let change = |second: u32, (old, new): (&str, &str), id: &str, term: u32| {
        line(second, new, &format!("{id} is starting a new election at term {}", term - 1))
            + &line(second, new, &format!("{id} became leader at term {term}"))
            + &line(second + 1, old, "failed to send out heartbeat on time (deadline exceeded for 1.402s)")
    };
    let log = change(10, ("n1", "n2"), "2a0965170762fd09", 4) + &change(40, ("n2", "n3"), "91d25258d70ad868", 5);
    let found = find(&facts(&[&log]), RuleId::EtcdLeaderLost).expect("lost");
    assert!(found.title.starts_with("2\u{a0}needless"), "{}", found.title);
    assert!(found.what.ends_with("explains each of them."), "{}", found.what);
    let advice = |log: &str| find(&facts(&[log]), RuleId::EtcdLeaderLost).and_then(|found| found.what_to_do).expect("advice");
    assert!(advice(&log).starts_with("Find what stalls the leader"));
    // No sensible timer outlasts half a minute.
    assert!(!advice(&log.replace("1.402s", "29.402s")).contains("Meanwhile"));
}

#[test]
fn a_single_change_is_not_told_of_each() {
    let line = |second: u32, text: &str| format!("2024-05-03 10:00:{second}.000000 I | {text}\n");
    let log = line(10, "raft: 2a0965170762fd09 became leader at term 2")
        + &line(50, "etcdmain: etcd Version: 3.4.23")
        + &line(51, "raft: raft.node: 2a0965170762fd09 elected leader 91d25258d70ad868 at term 3");
    let what = find(&facts(&[&log]), RuleId::EtcdLeaderLost).expect("lost").what;
    assert!(what.contains("1\u{a0}unplanned leader change, after"), "{what}");
}

/// Of one change the old leader's return is seen, of the other nothing.
#[test]
fn needless_is_said_only_where_each_is_shown_to_be() {
    let raft = |second: u32, text: &str| format!("2024-05-03 10:00:{second:02}.000000 I | raft: {text}\n");
    let (a, b, c) = ("2a0965170762fd09", "91d25258d70ad868", "ca93d269ec463a6b");
    let log = raft(1, &format!("{a} became leader at term 2"))
        + "2024-05-03 10:00:20.000000 W | etcdserver: failed to send out heartbeat on time (exceeded the 100ms timeout for 1.4s)\n"
        + &raft(20, &format!("{a} became follower at term 3"))
        + &raft(20, &format!("raft.node: {a} changed leader from {a} to {b} at term 3"))
        + &raft(50, &format!("raft.node: {a} lost leader {b} at term 4"))
        + &raft(50, &format!("raft.node: {a} elected leader {c} at term 4"));
    let facts = facts(&[&log]);
    let title = find(&facts, RuleId::EtcdLeaderLost).expect("lost").title;
    assert!(facts.needless().count() == 2 && title.starts_with("2\u{a0}leader changes: the leader stalled"), "{title}");
}

#[test]
fn a_member_that_campaigns_in_the_term_of_a_leader_it_had_named() {
    let log = |leader: &str, term: u32| {
        format!(
            "Apr 29 10:32:39 m2 etcd[1188]: raft.node: 91d25258d70ad868 elected leader {leader} at term {term}\n\
             Apr 29 10:37:34 m2 etcd[1188]: 91d25258d70ad868 is starting a new election at term 9\n\
             Apr 29 10:37:34 m2 etcd[1188]: 91d25258d70ad868 became candidate at term 10\n"
        )
    };
    let found = |leader: &str, term: u32| find(&facts(&[&log(leader, term)]), RuleId::EtcdLeaderLost).is_some();
    assert!(found("134af6e5d3e35861", 9));
    // Of another term, or itself.
    assert!(!found("134af6e5d3e35861", 7) && !found("91d25258d70ad868", 9));
}
