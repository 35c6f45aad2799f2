use crate::ids::RuleId;
use crate::rules::testing::{facts, find};

/// Only a process that has just started publishes itself.
#[test]
fn what_an_excerpt_that_begins_within_a_start_shows_is_no_churn() {
    let line = |at: &str, said: &str| format!("2019-04-15 08:40:0{at} I | {said}\n");
    let (a, b) = ("2a0965170762fd09", "91d25258d70ad868");
    let log = line("1.629951", &format!("raft: {a} became candidate at term 3"))
        + &line("1.629990", &format!("raft: {a} [logterm: 2, index: 35266] sent MsgVote request to {b} at term 3"))
        + &line("2.223503", &format!("raft: {a} [term: 3] received a MsgVote message with higher term from {b} [term: 6]"))
        + &line("2.223522", &format!("raft: {a} became follower at term 6"))
        + &line(
            "2.223543",
            &format!("raft: {a} [logterm: 2, index: 35266, vote: 0] cast MsgVote for {b} [logterm: 2, index: 35271] at term 6"),
        )
        + &line("2.224402", &format!("raft: raft.node: {a} elected leader {b} at term 6"));
    assert!(find(&facts(&[&log]), RuleId::EtcdElectionChurn).is_some());
    let published = line("2.226746", "etcdserver: published {Name:n1 ClientURLs:[https://192.0.2.7:2379]} to cluster 7d05ee670e95b1f6");
    assert!(find(&facts(&[&(log.clone() + &published)]), RuleId::EtcdElectionChurn).is_none());
    // A member that fails to publish itself may do so because of the elections.
    let failed = |at: &str| line(at, "etcdserver: failed to publish local member to cluster through raft (etcdserver: request timed out)");
    let again = line("3.100000", &format!("raft: {a} became candidate at term 7"))
        + &line("4.200000", &format!("raft: {a} became candidate at term 8"))
        + &failed("9.500000");
    assert!(find(&facts(&[&(log + &again)]), RuleId::EtcdElectionChurn).is_some());
}

#[test]
fn a_term_that_jumps_tells_of_failed_elections() {
    let line = |minute: u32, who: &str, term: u32| {
        format!("2023-04-20 10:{minute:02}:00.000000 I | raft: raft.node: 2a0965170762fd09 elected leader {who} at term {term}\n")
    };
    let log = |next: u32| line(1, "91d25258d70ad868", 5) + &line(30, "ca93d269ec463a6b", next);
    assert_eq!(find(&facts(&[&log(190)]), RuleId::EtcdElectionChurn).expect("failed elections").count, 185);
    assert!(find(&facts(&[&log(7)]), RuleId::EtcdElectionChurn).is_none());
    // Of weeks, of another process, and of a time that is not told, it shows nothing.
    let weeks = line(1, "91d25258d70ad868", 5) + &line(30, "ca93d269ec463a6b", 190).replace("04-20", "05-11");
    assert!(find(&facts(&[&weeks]), RuleId::EtcdElectionChurn).is_none());
    let start = "2023-04-20 10:29:00.000000 I | etcdmain: etcd Version: 3.3.25\n";
    let anew = line(1, "91d25258d70ad868", 5) + start + &line(30, "ca93d269ec463a6b", 190);
    assert!(find(&facts(&[&anew]), RuleId::EtcdElectionChurn).is_none());
}

/// Who only votes names no leader that it lost, where the excerpt leaves that line out.
#[test]
fn an_election_of_others() {
    let line = |clock: &str, text: &str| format!("2022-03-01 10:00:{clock} I | raft: {text}\n");
    let higher = |value: &str, own: u32| {
        line(
            "00.000",
            &format!("2a0965170762fd09 [term: {own}] received a {value} message with higher term from 91d25258d70ad868 [term: 13]"),
        ) + &line("00.001", "2a0965170762fd09 became follower at term 13")
            + &line("00.003", "raft.node: 2a0965170762fd09 elected leader 91d25258d70ad868 at term 13")
    };
    let churn = |log: String| find(&facts(&[&log]), RuleId::EtcdElectionChurn);
    // One lets the loss of a leader be inferred, and is no churn.
    let found = |log: String| find(&facts(&[&log]), RuleId::EtcdLeaderLost);
    assert!(found(higher("MsgVote", 12)).expect("an election").title.contains("no line shows why"));
    assert!(churn(higher("MsgVote", 12)).is_none());
    // A young cluster elects while it starts, one that wrote much does not.
    let votes = |index: u32| {
        line(
            "00.000",
            &format!(
                "2a0965170762fd09 [logterm: 4, index: {index}, vote: 0] voted for 91d25258d70ad868 [logterm: 4, index: {index}] at term 5"
            ),
        )
    };
    let young = |index: u32| higher("MsgVote", 4).replace("term 13", "term 5").replace("term: 13", "term: 5") + &votes(index);
    assert!(found(young(7)).is_none());
    let refused = line("00.000", "2a0965170762fd09 received vote rejection from ca93d269ec463a6b at term 12");
    assert!(churn(refused + &higher("MsgVote", 12)).expect("two rounds").what.contains("1\u{a0}new leader"));
    assert!(found(young(56_916)).is_some());
    // It was away, it joins, it starts.
    assert!(found(higher("MsgHeartbeat", 12)).is_none());
    assert!(found(higher("MsgApp", 1)).is_none());
    let start =
        "2022-03-01 09:59:58.000000 I | etcdserver: restarting member 2a0965170762fd09 in cluster 91d25258d70ad868 at commit index 5\n";
    assert!(found(start.to_owned() + &higher("MsgVote", 12)).is_none());
    // It was handed over.
    let hands = line("00.000", "91d25258d70ad868 [term 12] starts to transfer leadership to ca93d269ec463a6b");
    assert!(found(hands + &higher("MsgVote", 12)).is_none());
    let follows =
        |minute: u32, term: u32| format!("2022-03-01 10:{minute:02}:00.000000 I | raft: 2a0965170762fd09 became follower at term {term}\n");
    assert_eq!(churn(follows(1, 12) + &follows(4, 14) + &follows(9, 19)).expect("elections").count, 2);
    assert!(found(follows(1, 12) + &follows(4, 12)).is_none());
}

#[test]
fn a_vote_of_a_member_whose_last_entry_is_old() {
    let asks = |entry: u32| {
        format!(
            "Mar 13 20:18:42 n3 etcd[14783]: raft2022/03/13 20:18:42 INFO: 2a0965170762fd09 [logterm: {entry}, index: 7] sent MsgVote request to 91d25258d70ad868 at term 483\n"
        )
    };
    assert_eq!(find(&facts(&[&asks(478)]), RuleId::EtcdElectionChurn).expect("failed tries").count, 5);
    assert!(find(&facts(&[&asks(482)]), RuleId::EtcdElectionChurn).is_none());
    let waited = asks(1) + "Mar 13 20:18:43 n3 etcd[14783]: raft2022/03/13 20:18:43 INFO: 2a0965170762fd09 became leader at term 483\n";
    assert!(find(&facts(&[&waited]), RuleId::EtcdElectionChurn).is_none());
    assert_eq!(find(&facts(&[&asks(1)]), RuleId::EtcdElectionChurn).expect("still waits").count, 482);
    let start = "Mar 13 20:18:40 n3 etcd[14783]: raft2022/03/13 20:18:40 INFO: newRaft 2a0965170762fd09 [peers: [], term: 482, commit: 7, applied: 0, lastindex: 7, lastterm: 478]\n";
    assert!(find(&facts(&[&(start.to_owned() + &asks(478))]), RuleId::EtcdElectionChurn).is_none());
}

#[test]
fn rounds_that_nobody_wins_are_no_leaders_that_do_not_last() {
    let asks = |second: u32, term: u32| {
        format!(
            "2016-04-20 10:00:0{second}.000000 I | raft: 2a0965170762fd09 is starting a new election at term {term}\n\
                 2016-04-20 10:00:0{second}.000100 I | raft: 2a0965170762fd09 became candidate at term {}\n",
            term + 1
        )
    };
    let why = find(&facts(&[&(asks(1, 5) + &asks(3, 6))]), RuleId::EtcdElectionChurn).expect("two rounds").why;
    assert!(why.is_some_and(|why| why.starts_with("While nobody is elected")));
}

#[test]
fn a_leader_that_is_lost_was_one() {
    let line = |second: u32, text: &str| {
        format!(
            "Jun 11 10:37:{second} n1 etcd[574]: [etcd] Jun 11 10:37:{second}.388 INFO      | 8ddeafe3a1154a919c73829ffbe223de: {text}\n"
        )
    };
    let lost = |second: u32, term: u32, who: &str| {
        line(second, &format!("term #{term} started.")) + &line(second, &format!("leader changed from '{who}' to ''."))
    };
    let found = |log: &str| find(&facts(&[log]), RuleId::EtcdElectionChurn).expect("two rounds");
    let two = found(&(lost(41, 7, "f812f6fe79b348dea056a7d6ddbded11") + &lost(46, 8, "d88a528d8e3843bfb5ace83348e1b93d")));
    assert!(two.what.contains("1\u{a0}new leader came of it"), "{}", two.what);
    assert!(two.why.is_none_or(|why| !why.starts_with("While nobody is elected")));
}

/// Members that start begin in term 1, and the first to ask raises it.
#[test]
fn a_start_that_the_excerpt_does_not_follow_to_its_first_leader() {
    let line = |second: u32, text: &str| format!("2016-04-20 10:00:0{second}.000000 I | raft: {text}\n");
    let log = |id: &str| line(1, &format!("{id} became follower at term 0")) + &line(1, &format!("{id} became follower at term 1"));
    let asks = line(2, "2a0965170762fd09 became candidate at term 2");
    let texts = [log("91d25258d70ad868"), log("2a0965170762fd09") + &asks];
    assert!(find(&facts(&[&texts[0], &texts[1]]), RuleId::EtcdElectionChurn).is_none());
}

/// With pre-vote a member gives its leader up before it raises its term.
#[test]
fn one_election_is_one_where_only_leaders_are_told() {
    let line = |second: u32, verb: &str, who: &str, term: u32| {
        format!("2023-04-20 10:00:0{second}.000000 I | raft: raft.node: 2a0965170762fd09 {verb} leader {who} at term {term}\n")
    };
    let one = line(1, "lost", "91d25258d70ad868", 5) + &line(3, "elected", "ca93d269ec463a6b", 6);
    assert!(find(&facts(&[&one]), RuleId::EtcdElectionChurn).is_none());
    let two = one + &line(5, "lost", "ca93d269ec463a6b", 6) + &line(7, "elected", "91d25258d70ad868", 7);
    assert_eq!(find(&facts(&[&two]), RuleId::EtcdElectionChurn).expect("two").count, 2);
}

fn lost(at: &str, term: u32) -> String {
    format!(
        "2016-04-20 {at}.000000 I | raft: 2a0965170762fd09 became candidate at term {term}\n\
         2016-04-20 {at}.100000 I | raft: raft.node: 2a0965170762fd09 lost leader 91d25258d70ad868 at term {term}\n\
         2016-04-20 {at}.200000 I | raft: raft.node: 2a0965170762fd09 elected leader 91d25258d70ad868 at term {term}\n"
    )
}

#[test]
fn two_within_a_minute_or_three_within_hours() {
    let close = lost("10:00:00", 5) + &lost("10:00:40", 6);
    assert_eq!(find(&facts(&[&close]), RuleId::EtcdElectionChurn).expect("two close together").count, 2);
    let hours = lost("10:00:00", 5) + &lost("11:30:00", 6) + &lost("13:00:00", 7);
    assert_eq!(find(&facts(&[&hours]), RuleId::EtcdElectionChurn).expect("three in three hours").count, 3);
}

#[test]
fn what_the_operator_of_openshift_counts() {
    let log = "I0305 02:10:14.123456       1 event.go:285] Event(v1.ObjectReference{Kind:\"Deployment\"}): type: 'Warning' reason: 'EtcdLeaderChangeMetrics' Detected leader change increase of 3.3333333333333335 over 5 minutes on \"BareMetal\"; disk metrics are: etcd-a=0.015720,etcd-b=0.057840. Most often this is as a result of inadequate storage or sometimes due to networking issues.\n";
    let found = find(&facts(&[log]), RuleId::EtcdElectionChurn).expect("counted");
    assert!(found.title.contains("3\u{a0}times"), "{}", found.title);
    assert!(found.what.contains("up to 58\u{a0}ms"), "{}", found.what);
}

#[test]
fn etcd_0_4_names_terms_on_lines_of_their_own() {
    let term =
        |at: &str, term: u32| format!("Jun 11 {at} core etcd[574]: [etcd] Jun 11 {at}.388 INFO      | node1: term #{term} started.\n");
    let close = term("10:37:41", 10170) + &term("10:37:42", 10171) + &term("10:37:46", 10172);
    assert_eq!(find(&facts(&[&close]), RuleId::EtcdElectionChurn).expect("three within seconds").count, 3);
    assert!(find(&facts(&[&term("10:37:41", 10170)]), RuleId::EtcdElectionChurn).is_none());
}

#[test]
fn an_excerpt_that_begins_within_a_round() {
    let ask = |at: &str, kind: &str, term: u32| {
        format!(
            "raft2022/03/13 {at} INFO: c53ac51d7b26029a [logterm: 7, index: 41] sent {kind} request to fe314885babde9fa at term {term}\n"
        )
    };
    let two = ask("20:18:37", "MsgVote", 9) + &ask("20:18:38", "MsgVote", 10);
    assert_eq!(find(&facts(&[&two]), RuleId::EtcdElectionChurn).expect("two rounds").count, 2);
    let refused = "raft2022/03/13 20:18:37 INFO: c53ac51d7b26029a received MsgVoteResp rejection from fe314885babde9fa at term 9\n";
    let from_its_answer = refused.to_owned() + &ask("20:18:38", "MsgVote", 10);
    assert_eq!(find(&facts(&[&from_its_answer]), RuleId::EtcdElectionChurn).expect("two rounds").count, 2);
    let asked = ask("20:18:37", "MsgPreVote", 9) + &ask("20:18:38", "MsgPreVote", 10);
    assert!(find(&facts(&[&asked.replace("logterm: 7", "logterm: 9")]), RuleId::EtcdElectionChurn).is_none());
}

#[test]
fn a_member_that_hears_of_many_terms_at_once() {
    let follows = |term: u32| format!("Oct 05 00:42:59 n etcd2[1]: 46c01644950728dc became follower at term {term}\n");
    let found = "Oct 05 00:42:59 n etcd2[1]: raft.node: 46c01644950728dc elected leader 7538e80b548e9d14 at term";
    let log = follows(56) + &follows(57) + &follows(58) + &follows(213) + &format!("{found} 213\n");
    assert_eq!(find(&facts(&[&log]), RuleId::EtcdElectionChurn).expect("57, 58 and 213").count, 3);
    let boot = follows(1) + &follows(2) + &follows(3) + &format!("{found} 3\n");
    assert!(find(&facts(&[&boot]), RuleId::EtcdElectionChurn).is_none());
}

#[test]
fn a_leader_given_up_before_the_vote_is_no_election_of_its_term() {
    let log = "02:55:49.659 500bce22ee57b309 became pre-candidate at term 4\n\
               02:55:49.660 raft.node: 500bce22ee57b309 lost leader d3ef5547dcff775f at term 4\n\
               02:55:50.189 raft.node: 500bce22ee57b309 elected leader 2cae8241cbcf764f at term 5\n";
    assert!(find(&facts(&[log]), RuleId::EtcdElectionChurn).is_none());
}

#[test]
fn a_leader_that_hears_of_two_higher_terms() {
    let hears = |from: u32, to: u32, kind: &str| {
        format!(
            "Oct 05 00:42:59 n etcd[1]: 27ecc6d4a68d02f0 [term: {from}] received a {kind} message with higher term from 2c93ddd62e188857 [term: {to}]\n\
             Oct 05 00:42:59 n etcd[1]: 27ecc6d4a68d02f0 became follower at term {to}\n"
        )
    };
    let two = hears(898, 900, "MsgAppResp") + &hears(900, 901, "MsgVote");
    assert_eq!(find(&facts(&[&two]), RuleId::EtcdElectionChurn).expect("900 and 901").count, 2);
    let one = find(&facts(&[&hears(898, 899, "MsgVote")]), RuleId::EtcdLeaderLost).expect("one");
    assert!(one.title.ends_with("no line shows why"), "{}", one.title);
}

#[test]
fn one_election_is_none_and_neither_are_two_far_apart() {
    assert!(find(&facts(&[&lost("10:00:00", 5)]), RuleId::EtcdElectionChurn).is_none());
    let far = lost("10:00:00", 5) + &lost("12:30:00", 6);
    assert!(find(&facts(&[&far]), RuleId::EtcdElectionChurn).is_none());
}

/// Its own tries in an excerpt are few; its last entry tells how many there were.
#[test]
fn tries_before_the_excerpt_are_told_by_the_last_entry() {
    let round = |second: u32, term: u32| {
        format!(
            "2019-07-24 09:40:{second:02}.6 I | raft: 9ac123f57841033d is starting a new election at term {term}\n\
             2019-07-24 09:40:{second:02}.6 I | raft: 9ac123f57841033d became candidate at term {}\n\
             2019-07-24 09:40:{second:02}.6 I | raft: 9ac123f57841033d [logterm: 2, index: 42] sent vote request to 8ac123f57841033d at term {}\n",
            term + 1,
            term + 1
        )
    };
    let what = |term: u32| find(&facts(&[&(round(2, term) + &round(4, term + 1))]), RuleId::EtcdElectionChurn).expect("churn").what;
    assert_eq!(what(2077), "The term rose twice, and no new leader came of it. It rose by 2077 since a member got an entry from a leader.");
    assert_eq!(what(2), "The term rose twice, and no new leader came of it.");
}
