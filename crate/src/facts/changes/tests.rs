use crate::facts::{ChangeClass, StallKind};
use crate::ids::RuleId;
use crate::rules::testing::{facts, find};
use crate::units::MS;

/// A follower of etcd 2.3 that wins the place of 91d25258d70ad868, from its own log alone.
const WON: &str = "\
2016-04-20 09:59:00.000000 I | raft: raft.node: 2a0965170762fd09 elected leader 91d25258d70ad868 at term 4
2016-04-20 10:00:01.000000 I | raft: 2a0965170762fd09 is starting a new election at term 4
2016-04-20 10:00:01.000100 I | raft: 2a0965170762fd09 became candidate at term 5
2016-04-20 10:00:01.000200 I | raft: raft.node: 2a0965170762fd09 lost leader 91d25258d70ad868 at term 5
2016-04-20 10:00:01.002000 I | raft: 2a0965170762fd09 became leader at term 5
2016-04-20 10:00:01.002100 I | raft: raft.node: 2a0965170762fd09 elected leader 2a0965170762fd09 at term 5
";
const BROKE: &str = " E | rafthttp: failed to read 91d25258d70ad868 on stream Message (unexpected EOF)\n";

#[test]
fn a_member_that_names_itself_nowhere_and_stops_was_the_leader() {
    let stop = |at: &str| format!("2016-04-20 {at}.000000 N | osutil: received terminated signal, shutting down...\n");
    let third = "2016-04-20 10:00:01.003000 I | raft: raft.node: ca93d269ec463a6b changed leader from 91d25258d70ad868 to 2a0965170762fd09 at term 5\n";
    let class = |texts: &[&str]| facts(texts).changes.last().expect("a change").class;
    assert_eq!(class(&[WON, third, &stop("09:59:58")]), ChangeClass::Wanted);
    assert_eq!(class(&[WON, third, &stop("09:50:00")]), ChangeClass::Needless);
    assert_eq!(class(&[WON, &stop("09:59:58")]), ChangeClass::Needless, "it may be a third one that stopped");
}

#[test]
fn a_leader_that_its_peers_hear_again_lived() {
    let again = |message: &str| {
        format!(
            "2016-04-20 10:00:01.600000 I | raft: 2a0965170762fd09 [term: 5] ignored a {message} message with lower term from 91d25258d70ad868 [term: 4]\n"
        )
    };
    let before = format!("2016-04-20 09:59:59.900000{BROKE}{WON}");
    assert_eq!(facts(&[&before]).changes[1].class, ChangeClass::Wanted);
    assert_eq!(facts(&[&(before.clone() + &again("MsgAppResp"))]).changes[1].class, ChangeClass::Wanted);
    let lived = facts(&[&(before + &again("MsgHeartbeat"))]);
    assert_eq!(lived.changes[1].class, ChangeClass::Needless);
    let stall = &lived.stalls[0];
    assert_eq!((stall.kind, stall.planned), (StallKind::Return, 1_800 * MS - 100));
}

#[test]
fn an_excerpt_that_begins_after_the_election_may_be_of_the_next_process() {
    let back = |lines: &str| {
        format!(
            "2016-04-20 10:00:01.900000 I | rafthttp: peer 2a0965170762fd09 became active\n\
             2016-04-20 10:00:02.000000 I | raft: 91d25258d70ad868 [term: 4] received a MsgHeartbeat message with higher term from 2a0965170762fd09 [term: 5]\n\
             2016-04-20 10:00:02.000100 I | raft: 91d25258d70ad868 became follower at term 5\n{lines}"
        )
    };
    let lost = "2016-04-20 10:00:02.000200 I | raft: raft.node: 91d25258d70ad868 changed leader from 91d25258d70ad868 to 2a0965170762fd09 at term 5\n";
    let last = |own: &str| {
        let facts = facts(&[own, &format!("2016-04-20 09:59:59.900000{BROKE}{WON}")]);
        let change = facts.changes.last().expect("a change");
        (change.class, change.stall.is_some_and(|at| facts.stalls[at].kind == StallKind::Return))
    };
    assert_eq!(last(&back("")), (ChangeClass::Wanted, false));
    assert_eq!(last(&back(lost)), (ChangeClass::Needless, false));
}

/// What `grep -E 'elect|leader'` leaves of a log: no start lines.
#[test]
fn a_leader_that_comes_back_without_having_lost_one_had_ended() {
    let old = |between: &str| {
        format!(
            "2016-04-20 09:58:00.000000 I | raft: raft.node: 91d25258d70ad868 elected leader 2a0965170762fd09 at term 3\n\
             2016-04-20 09:59:00.000000 I | raft: 91d25258d70ad868 became leader at term 4\n\
             2016-04-20 09:59:00.000100 I | raft: raft.node: 91d25258d70ad868 changed leader from 2a0965170762fd09 to 91d25258d70ad868 at term 4\n\
             {between}2016-04-20 10:00:04.000000 I | raft: raft.node: 91d25258d70ad868 elected leader 2a0965170762fd09 at term 5\n"
        )
    };
    let class = |old: &str| facts(&[WON, old]).changes.last().expect("a change").class;
    assert_eq!(class(&old("")), ChangeClass::Wanted);
    // It lived, and heard of a higher term.
    let lost = "2016-04-20 10:00:03.900000 I | raft: raft.node: 91d25258d70ad868 lost leader 91d25258d70ad868 at term 5\n";
    assert_eq!(class(&old(lost)), ChangeClass::Needless);
    // It lived, and gave up when no majority answered it.
    assert_eq!(class(&old(&lost.replace("at term 5", "at term 4"))), ChangeClass::Needless);
    // Its log begins later, when it follows already.
    let whole = old("");
    let last = whole.lines().last().expect("a line");
    assert_eq!(class(last), ChangeClass::Needless);
}

#[test]
fn an_excerpt_that_begins_within_an_election() {
    let log = "\
2016-04-20 10:00:01.002000 I | raft: 2a0965170762fd09 became leader at term 5
2016-04-20 10:00:01.600000 I | raft: 2a0965170762fd09 [term: 5] ignored a MsgApp message with lower term from 91d25258d70ad868 [term: 4]
";
    let change = &facts(&[log]).changes[0];
    assert_eq!((change.old.as_deref(), change.class, change.lived), (Some("91d25258d70ad868"), ChangeClass::Needless, true));
}

#[test]
fn what_breaks_after_an_election_is_not_why_it_was_held() {
    let after = |line: &str| facts(&[&format!("{WON}2016-04-20 10:00:01.300000{line}")]).changes[1].class;
    assert_eq!(after(BROKE), ChangeClass::Needless);
    // Where nobody listens the process has ended, whenever somebody finds out.
    let refused = " E | rafthttp: failed to dial 91d25258d70ad868 on stream Message (dial tcp 10.0.0.2:2380: connection refused)\n";
    assert_eq!(after(refused), ChangeClass::Wanted);
}

/// A journal stamps whole seconds; a cluster that is stopped right after an election closes its connections too.
#[test]
fn within_whole_seconds_the_order_of_the_lines_tells_what_came_first() {
    let journal = |second: u32, message: &str| format!("Apr 20 10:00:{second:02} core-02 etcd2[612]: {message}\n");
    let led = journal(1, "raft.node: 2a0965170762fd09 elected leader 91d25258d70ad868 at term 4");
    let broke = |second| journal(second, "failed to read 91d25258d70ad868 on stream Message (unexpected EOF)");
    let next = journal(42, "raft.node: 2a0965170762fd09 lost leader 91d25258d70ad868 at term 5")
        + &journal(42, "raft.node: 2a0965170762fd09 elected leader ca93d269ec463a6b at term 5");
    let class = |log: String| facts(&[&log]).changes[1].class;
    assert_eq!(class(led.clone() + &broke(42) + &next), ChangeClass::Wanted);
    assert_eq!(class(led.clone() + &next + &broke(42)), ChangeClass::Needless);
    assert_eq!(class(led + &next + &broke(43)), ChangeClass::Needless);
}

#[test]
fn a_member_that_asks_before_it_raises_the_term_lost_the_leader_of_that_term() {
    let log = "\
2021-03-02 09:59:00.000000 I | raft: raft.node: 2a0965170762fd09 elected leader 91d25258d70ad868 at term 4
2021-03-02 09:59:30.000000 I | raft: raft.node: 2a0965170762fd09 lost leader 91d25258d70ad868 at term 4
2021-03-02 09:59:30.100000 I | raft: raft.node: 2a0965170762fd09 elected leader 91d25258d70ad868 at term 4
2021-03-02 10:00:01.000000 I | raft: 2a0965170762fd09 became pre-candidate at term 4
2021-03-02 10:00:01.000100 I | raft: raft.node: 2a0965170762fd09 lost leader 91d25258d70ad868 at term 4
2021-03-02 10:00:01.002000 I | raft: 2a0965170762fd09 became leader at term 5
";
    let read = facts(&[log]);
    let (first, second) = (&read.changes[0], &read.changes[1]);
    assert_eq!((first.old.as_deref(), first.lost), (None, None));
    assert_eq!((second.old.as_deref(), second.campaign), (Some("91d25258d70ad868"), second.lost));
    assert_eq!(second.elected.zip(second.lost).map(|(elected, lost)| elected - lost), Some(1_900));
}

/// A follower of etcd 3.5 that gives its vote to 2a0965170762fd09, as its own log tells.
#[test]
fn where_members_ask_first_a_vote_outright_is_a_handover() {
    const F: &str = "ca93d269ec463a6b";
    const NEW: &str = "2a0965170762fd09";
    let raft = |second: u32, message: &str| {
        format!(
            "{{\"level\":\"info\",\"ts\":\"2023-03-02T10:00:{second:02}.000Z\",\"logger\":\"raft\",\"caller\":\"etcdserver/zap_raft.go:77\",\"msg\":\"{message}\"}}\n"
        )
    };
    let cast = |second, what: &str, term: u32| {
        raft(second, &format!("{F} [logterm: 2, index: 9, vote: 0] cast {what} for {NEW} [logterm: 2, index: 9] at term {term}"))
    };
    let start = raft(1, &format!("{F} became follower at term 1"))
        + &cast(2, "MsgPreVote", 1)
        + &raft(2, &format!("raft.node: {F} elected leader 91d25258d70ad868 at term 2"));
    let vote = raft(30, &format!("{F} [term: 2] received a MsgVote message with higher term from {NEW} [term: 3]"))
        + &cast(30, "MsgVote", 3)
        + &raft(30, &format!("raft.node: {F} lost leader 91d25258d70ad868 at term 3"))
        + &raft(30, &format!("raft.node: {F} elected leader {NEW} at term 3"));
    let class = |log: String| facts(&[&log]).changes.last().expect("a change").class;
    assert_eq!(class(start.clone() + &vote), ChangeClass::Planned);
    assert_eq!(class(start.clone() + &cast(29, "MsgPreVote", 2) + &vote), ChangeClass::Needless);
    // A member that had just started was not there to be asked first.
    let newly = raft(29, &format!("newRaft {F} [peers: [], term: 2, commit: 9, applied: 0, lastindex: 9, lastterm: 2]"))
        + "{\"level\":\"info\",\"ts\":\"2023-03-02T10:00:29.500Z\",\"caller\":\"etcdserver/server.go:2044\",\"msg\":\"published local member to cluster through raft\"}\n";
    assert_eq!(class(start.clone() + &newly + &vote), ChangeClass::Needless);
    // It closed its connections at once, or long after.
    let closes = |second: u32| {
        format!(
            "{{\"level\":\"warn\",\"ts\":\"2023-03-02T10:00:{second:02}.400Z\",\"caller\":\"rafthttp/stream.go:421\",\"msg\":\"lost TCP streaming connection with remote peer\",\"local-member-id\":\"{F}\",\"remote-peer-id\":\"91d25258d70ad868\",\"error\":\"EOF\"}}\n"
        )
    };
    assert_eq!(class(vote.clone() + &closes(30)), ChangeClass::Planned);
    assert_eq!(class(vote.clone() + &closes(34)), ChangeClass::Needless);
    // Where nobody is seen to ask first, the flag may be off.
    assert_eq!(class(raft(2, &format!("raft.node: {F} elected leader 91d25258d70ad868 at term 2")) + &vote), ChangeClass::Needless);
}

#[test]
fn a_leader_of_etcd_0_4_that_starts_anew_had_ended() {
    let line = |second: u32, words: &str| format!("[etcd] Sep 03 14:00:{second:02}.500 INFO      | {words}\n");
    let start = |second| {
        line(second, "etcd server [name n1, listen on :4001, advertised url http://10.0.0.1:4001]")
            + &line(second, "n1 starting in peer mode")
            + &line(second, "n1: state changed from 'initialized' to 'follower'.")
    };
    let led = start(1) + &line(2, "n1: leader changed from '' to 'n1'.");
    let next = line(3, "n2: leader changed from '' to 'n1'.")
        + &line(30, "n2: leader changed from 'n1' to ''.")
        + &line(30, "n2: leader changed from '' to 'n2'.");
    let class = |own: &str| facts(&[own, &next]).changes.last().expect("a change").class;
    assert_eq!(class(&(led.clone() + &start(35))), ChangeClass::Wanted);
    assert_eq!(class(&(led.clone() + &line(35, "n1: leader changed from 'n1' to 'n2'.") + &start(50))), ChangeClass::Needless);
    assert_eq!(class(&led), ChangeClass::Needless);
    // Its own start, in the moment in which it began to lead, is not what ended it.
    let at_once = led.replace("14:00:02", "14:00:01") + &line(31, "n1: leader changed from 'n1' to 'n2'.");
    assert_eq!(class(&at_once), ChangeClass::Needless);
}

/// A member of 0.4 that only loses leaders may never say who came next.
#[test]
fn a_leader_of_etcd_0_4_that_comes_back_to_its_place_is_another_change() {
    let line = |second: u32, old: &str, new: &str| {
        format!("[etcd] Sep 03 14:00:{second:02}.500 INFO      | n3: leader changed from '{old}' to '{new}'.\n")
    };
    let first = line(1, "", "n1") + &line(10, "n1", "") + &line(10, "", "n2");
    let changes = |rest: &[String]| facts(&[&(first.clone() + &rest.concat())]).changes.len();
    assert_eq!(changes(&[]), 2);
    assert_eq!(changes(&[line(30, "n2", ""), line(40, "n1", ""), line(40, "", "n2")]), 3);
    let stood_still = "[etcd] Sep 03 14:00:16.500 INFO      | n1: leader changed from 'n1' to 'n2'.\n";
    assert_eq!(changes(&[String::from(stood_still)]), 2);
}

#[test]
fn a_leader_that_knows_its_peers_no_more_was_told_to_stop() {
    let after = |second: u32| {
        let log = format!(
            "{WON}2016-04-20 10:00:{second:02}.300000 E | rafthttp: failed to dial 91d25258d70ad868 on stream Message (peer 91d25258d70ad868 failed to find local node 2a0965170762fd09)\n"
        );
        facts(&[&log]).changes[1].class
    };
    assert_eq!(after(1), ChangeClass::Planned);
    assert_eq!(after(30), ChangeClass::Needless);
}

#[test]
fn a_leader_that_was_removed_is_missed_as_somebody_asked() {
    let removed = |who: &str| format!("2016-04-20 10:00:00.500000 N | etcdserver: removed member {who} from cluster 7e27652122e8b2ae\n");
    let class = |who: &str| {
        facts(&[&WON.replacen("2016-04-20 10:00:01.000000", &(removed(who) + "2016-04-20 10:00:01.000000"), 1)]).changes[1].class
    };
    assert_eq!(class("91d25258d70ad868"), ChangeClass::Planned);
    assert_eq!(class("ca93d269ec463a6b"), ChangeClass::Needless);
}

#[test]
fn a_cluster_that_starts_may_elect_twice() {
    let elected = |second: u32, who: &str, term: u32| {
        format!("2020-04-20 10:00:{second:02}.000000 I | raft: raft.node: 2a0965170762fd09 elected leader {who} at term {term}\n")
    };
    let down = "2020-04-20 10:00:03.000000 W | raft: 2a0965170762fd09 stepped down to follower since quorum is not active\n\
                2020-04-20 10:00:03.000000 I | raft: raft.node: 2a0965170762fd09 lost leader 2a0965170762fd09 at term 2\n";
    let published = |second: u32| {
        format!(
            "2020-04-20 10:00:{second:02}.000000 I | etcdserver: published {{Name:n1 ClientURLs:[http://10.0.0.1:2379]}} to cluster 7e27652122e8b2ae\n"
        )
    };
    let start = "2020-04-20 10:00:01.000000 I | etcdmain: etcd Version: 3.4.23\n".to_owned() + &elected(2, "2a0965170762fd09", 2);
    let class = |log: String| facts(&[&log]).changes[1].class;
    let second = down.to_owned() + &elected(4, "91d25258d70ad868", 3);
    assert_eq!(class(format!("{start}{second}{}", published(5))), ChangeClass::Start);
    assert!(find(&facts(&[&format!("{start}{second}{}", published(5))]), RuleId::EtcdLeaderLost).is_none());
    assert_eq!(class(format!("{start}{}{second}", published(2))), ChangeClass::Needless);
}

/// All are told to stop, and the one that the leader hands over to with it: it leads when it is there again.
#[test]
fn a_leader_that_handed_over_was_not_lost_for_nothing() {
    let line = |second: &str, text: &str| format!("2020-04-20 10:00:{second} I | {text}\n");
    let log = |transfer: &str| {
        line("00.000000", "raft: raft.node: 2a0965170762fd09 elected leader 91d25258d70ad868 at term 4")
            + transfer
            + &line("20.976000", "raft: raft.node: 2a0965170762fd09 lost leader 91d25258d70ad868 at term 5")
            + &line("28.779000", "raft: 2a0965170762fd09 became candidate at term 6")
            + &line("28.832000", "raft: 2a0965170762fd09 became leader at term 6")
    };
    let class = |transfer: &str| facts(&[&log(transfer)]).changes.pop().expect("changed").class;
    let handed = "raft: 2a0965170762fd09 [term 4] received MsgTimeoutNow from 91d25258d70ad868 and starts an election to get leadership.";
    assert_eq!(class(&line("20.975000", handed)), ChangeClass::Planned);
    assert_eq!(class(""), ChangeClass::Needless);
}

/// A follower that was cut off for a while asks for votes round after round; once back it may win the next election itself.
#[test]
fn who_asked_for_many_rounds_alone_raised_the_term() {
    let line = |second: &str, text: &str| format!("2020-04-20 10:00:{second} I | raft: {text}\n");
    let log = |term: u32| {
        line("00.000000", "raft.node: 91d25258d70ad868 elected leader 91d25258d70ad868 at term 4")
            + &line(
                "20.005000",
                &format!("91d25258d70ad868 [term: 4] received a MsgAppResp message with higher term from ca93d269ec463a6b [term: {term}]"),
            )
            + &line("20.005000", &format!("raft.node: 91d25258d70ad868 lost leader 91d25258d70ad868 at term {term}"))
            + &line(
                "20.905000",
                &format!(
                    "91d25258d70ad868 [term: {term}] received a MsgVote message with higher term from ca93d269ec463a6b [term: {}]",
                    term + 1
                ),
            )
            + &line("20.910000", &format!("raft.node: 91d25258d70ad868 elected leader ca93d269ec463a6b at term {}", term + 1))
    };
    let raised = |term: u32| facts(&[&log(term)]).changes.pop().expect("changed").raised_by;
    assert_eq!(raised(13).as_deref(), Some("ca93d269ec463a6b"));
    assert_eq!(raised(6), None);
}

/// All are started again, and one of them had asked in vain while it was alone.
#[test]
fn a_leader_that_was_only_just_elected_cannot_have_been_missed() {
    let line = |second: &str, text: &str| format!("2020-04-20 10:00:{second} I | raft: {text}\n");
    let log = |back: &str, next: &str| {
        line("00.000000", "raft.node: 2a0965170762fd09 elected leader 91d25258d70ad868 at term 3")
            + &line("20.000000", "91d25258d70ad868 became leader at term 4")
            + &line("20.000100", "raft.node: 91d25258d70ad868 elected leader 91d25258d70ad868 at term 4")
            + &line(back, "91d25258d70ad868 [term: 4] received a MsgAppResp message with higher term from ca93d269ec463a6b [term: 6]")
            + &line(back, "raft.node: 91d25258d70ad868 lost leader 91d25258d70ad868 at term 6")
            + &line(next, "raft.node: 91d25258d70ad868 elected leader ca93d269ec463a6b at term 7")
    };
    let last = |back: &str, next: &str| facts(&[&log(back, next)]).changes.pop().expect("changed");
    assert_eq!(last("20.005000", "20.040000").raised_by.as_deref(), Some("ca93d269ec463a6b"));
    assert!(last("25.005000", "25.040000").raised_by.is_none());
    // However long the next election takes.
    let late = log("20.005000", "23.040000") + &line("23.030000", "ca93d269ec463a6b became candidate at term 7");
    assert!(facts(&[&late]).changes.pop().is_some_and(|change| change.raised_by.is_some()));
}

/// A member that was cut off is back: the leader gives way to its term, and others elect the next one in a term of their own.
#[test]
fn a_leader_that_gives_way_to_a_higher_term_did_not_stall() {
    let line = |second: &str, text: &str| format!("2020-04-20 10:00:{second} I | raft: {text}\n");
    let follower = line("00.000000", "raft.node: 2a0965170762fd09 elected leader 91d25258d70ad868 at term 4")
        + &line("31.500000", "2a0965170762fd09 is starting a new election at term 4")
        + &line("31.500100", "2a0965170762fd09 became candidate at term 5")
        + &line("31.500200", "raft.node: 2a0965170762fd09 lost leader 91d25258d70ad868 at term 5")
        + &line("31.501000", "2a0965170762fd09 became leader at term 5")
        + &line("31.501100", "raft.node: 2a0965170762fd09 elected leader 2a0965170762fd09 at term 5");
    let old = |second: &str| {
        line("00.000000", "raft.node: 91d25258d70ad868 elected leader 91d25258d70ad868 at term 4")
            + &line(second, "91d25258d70ad868 [term: 4] received a MsgAppResp message with higher term from ca93d269ec463a6b [term: 11]")
            + &line(second, "raft.node: 91d25258d70ad868 lost leader 91d25258d70ad868 at term 11")
    };
    let raised = |old: String| facts(&[&follower, &old]).changes.iter().any(|change| change.raised_by.is_some());
    assert!(raised(old("30.400000")));
    assert!(!raised(old("31.900000")), "it woke up after the others had missed it");
    assert!(!raised(old("30.400000").replace("term: 11", "term: 5")), "a follower that missed it asked once");
    assert!(raised(old("30.400000").replace("term: 11", "term: 6")), "in two rounds the other one would miss it too");
}

/// Its peer was down and there again a second ago.
#[test]
fn a_member_that_has_just_started_took_the_place_of_a_leader_that_ran() {
    let (old, other) = ("91d25258d70ad868", "ca93d269ec463a6b");
    let line = |second: &str, text: &str| format!("2018-04-20 10:00:{second} I | {text}\n");
    let refused = line(
        "10.600000",
        &format!("rafthttp: health check for peer {other} could not connect: dial tcp 192.0.2.9:2380: getsockopt: connection refused"),
    );
    let log = |before: &str| {
        line("00.000000", &format!("raft: raft.node: {old} elected leader {old} at term 8"))
            + before
            + &line("11.700000", &format!("rafthttp: peer {other} became active"))
            + &line("12.500000", &format!("raft: {old} [term: 8] received a MsgAppResp message with higher term from {other} [term: 9]"))
            + &line("12.500100", &format!("raft: raft.node: {old} lost leader {old} at term 9"))
            + &line("13.900000", &format!("raft: raft.node: {old} elected leader 2a0965170762fd09 at term 10"))
    };
    let raised = |before: &str| facts(&[&log(before)]).changes.pop().and_then(|change| change.raised_by);
    assert_eq!(raised(&refused).as_deref(), Some(other));
    assert_eq!(raised(""), None, "its link alone broke, or the leader stood still");
    assert_eq!(raised(&refused.replace(other, "2a0965170762fd09")), None);
}

/// Mixed up, start lines name nobody, but for the one of raft; just before it stands the term that the member had.
#[test]
fn of_members_mixed_up_one_that_starts_anew_did_not_live_on() {
    let line = |second: u32, text: &str| format!("2020-04-20 10:00:{second:02}.000000 I | raft: {text}\n");
    let (old, new) = ("91d25258d70ad868", "2a0965170762fd09");
    let log = |back: &str| {
        line(0, &format!("raft.node: {old} elected leader {old} at term 4"))
            + &line(11, &format!("{new} became candidate at term 5"))
            + &line(11, &format!("raft.node: {new} lost leader {old} at term 5"))
            + &line(12, &format!("raft.node: {new} elected leader {new} at term 5"))
            + &line(13, &format!("{old} became follower at term 5"))
            + back
            + &line(20, &format!("raft.node: {old} elected leader {new} at term 5"))
    };
    let started = line(13, &format!("newRaft {old} [peers: [], term: 5, commit: 9, applied: 0, lastindex: 9, lastterm: 4]"));
    let class = |log: &str| facts(&[log]).changes.pop().expect("a change").class;
    assert_eq!(class(&log(&started)), ChangeClass::Wanted);
    assert_eq!(class(&log("")), ChangeClass::Needless);
}

/// The old leader says that it handed over once the other one leads, also in a log without times.
#[test]
fn a_hand_over_that_is_finished_was_planned_without_times_too() {
    let lost = "raft: raft.node: 2a0965170762fd09 lost leader 2a0965170762fd09 at term 9\nraft: raft.node: 2a0965170762fd09 elected leader 91d25258d70ad868 at term 9\n";
    let finished = |to: &str| {
        format!("{lost}etcdserver: 2a0965170762fd09 finished leadership transfer from 2a0965170762fd09 to {to} (took 100.4ms)\n")
    };
    let class = |text: &str| facts(&[text]).changes.last().expect("a change").class;
    assert_eq!(class(&finished("91d25258d70ad868")), ChangeClass::Planned);
    assert_eq!(class(&finished("ca93d269ec463a6b")), ChangeClass::Needless);
}

/// All members were down, and one more round was needed as they came back.
#[test]
fn what_members_elect_as_they_start_anew_is_their_start() {
    let line = |second: u32, text: &str| format!("2020-04-20 10:00:{second:02}.000000 I | {text}\n");
    let led = |second: u32, leader: &str, term: u32| {
        line(second, &format!("raft: raft.node: 2a0965170762fd09 elected leader {leader} at term {term}"))
    };
    let lost =
        |second: u32, term: u32| line(second, &format!("raft: raft.node: 2a0965170762fd09 lost leader 91d25258d70ad868 at term {term}"));
    let published =
        |second: u32| line(second, "etcdserver: published {Name:n2 ClientURLs:[http://10.0.0.2:2379]} to cluster fb2a1dda88565b");
    let start = |second: u32| line(second, "etcdmain: etcd Version: 3.4.23");
    let (a, b) = ("91d25258d70ad868", "ca93d269ec463a6b");
    let before = start(0) + &led(1, a, 2) + &published(1) + &start(30);
    let classes = |log: String| facts(&[&log]).changes.iter().map(|change| (change.class, change.lived)).collect::<Vec<_>>();
    let anew = (ChangeClass::Anew, false);
    assert_eq!(classes(before.clone() + &led(31, a, 3) + &lost(32, 5) + &led(33, b, 6) + &published(33))[1..], [anew; 2]);
    // It led for a while, or another member tells of it that had not ended.
    let later = classes(before.clone() + &led(31, a, 3) + &published(31) + &lost(33, 5) + &led(34, b, 6));
    assert_eq!(later[2].0, ChangeClass::Needless);
}

/// All were told to stop, and the excerpt of the one that led begins below the line of its new start.
#[test]
fn an_excerpt_that_begins_within_the_start_of_all_shows_no_needless_change() {
    let (a, b, c) = ("91d25258d70ad868", "ca93d269ec463a6b", "2a0965170762fd09");
    let line = |second: u32, text: &str| format!("2020-04-20 10:00:{second:02}.000000 I | {text}\n");
    let led = |second: u32, own: &str, leader: &str, term: u32| {
        line(second, &format!("raft: raft.node: {own} elected leader {leader} at term {term}"))
    };
    let start = |second: u32| line(second, "etcdmain: etcd Version: 3.4.23");
    let published =
        |second: u32| line(second, "etcdserver: published {Name:n2 ClientURLs:[http://10.0.0.2:2379]} to cluster fb2a1dda88565b");
    let other = |own: &str| start(0) + &led(1, own, a, 2) + &published(1) + &start(30) + &led(32, own, b, 3) + &published(32);
    let class = |old: &str| facts(&[&other(b), &other(c), old]).changes.last().expect("a change").class;
    let late = line(31, &format!("rafthttp: peer {b} became active")) + &led(32, a, b, 3) + &published(32);
    assert_eq!(class(&late), ChangeClass::Anew);
    assert_eq!(class(&(led(20, a, a, 2) + &late)), ChangeClass::Needless, "it led before the others started, and no line shows its end");
}

/// The network cut a link, and reset the connection as it came back.
#[test]
fn a_connection_that_is_reset_after_the_leader_was_lost_shows_no_end_of_it() {
    let line = |second: u32, text: &str| format!("2020-04-20 10:00:{second:02}.000000 I | {text}\n");
    let reset = "rafthttp: failed to write 91d25258d70ad868 on stream Message (write tcp 10.0.0.3:2380->10.0.0.1:53884: write: connection reset by peer)";
    let class = |second: u32| {
        let log = line(0, "raft: raft.node: 2a0965170762fd09 elected leader 91d25258d70ad868 at term 2")
            + &(if second < 20 { line(second, reset) } else { String::new() })
            + &line(20, "raft: raft.node: 2a0965170762fd09 lost leader 91d25258d70ad868 at term 3")
            + &(if second > 20 { line(second, reset) } else { String::new() })
            + &line(30, "raft: raft.node: 2a0965170762fd09 elected leader ca93d269ec463a6b at term 9");
        facts(&[&log]).changes.last().expect("a change").class
    };
    assert_eq!((class(19), class(27)), (ChangeClass::Wanted, ChangeClass::Needless));
    // Nor does one from before it led.
    let log = line(15, reset)
        + &line(18, "raft: raft.node: 2a0965170762fd09 elected leader 91d25258d70ad868 at term 2")
        + &line(20, "raft: raft.node: 2a0965170762fd09 lost leader 91d25258d70ad868 at term 3")
        + &line(21, "raft: raft.node: 2a0965170762fd09 elected leader ca93d269ec463a6b at term 3");
    assert_eq!(facts(&[&log]).changes.last().expect("a change").class, ChangeClass::Needless);
}

/// A member that was cut off asked in vain; the log ends as the leader gives way to its higher term, before anybody is elected.
#[test]
fn a_leader_that_gave_way_to_a_lone_candidate_was_heard_until_then() {
    let line = |second: u32, text: &str| format!("2026-11-30 09:55:{second:02}.100000 I | raft: {text}\n");
    let (leader, away) = ("86f2df063e44abfa", "2a2d91eea602979c");
    let led = line(30, &format!("{leader} became leader at term 2"));
    let round = |second: u32, term: u32| {
        line(second, &format!("{away} is starting a new election at term {}", term - 1))
            + &line(second, &format!("{away} became candidate at term {term}"))
    };
    let lost = line(38, &format!("raft.node: {away} lost leader {leader} at term 3"));
    let asks = round(38, 3) + &lost + &round(39, 4) + &round(41, 5) + &round(42, 6) + &round(43, 7);
    let gave_way = line(44, &format!("{leader} [term: 2] received a MsgAppResp message with higher term from {away} [term: 7]"))
        + &line(44, &format!("{leader} became follower at term 7"))
        + &line(44, &format!("raft.node: {leader} lost leader {leader} at term 7"));
    let of = |asks: &str| facts(&[&(led.clone() + &gave_way), asks]).changes.pop().expect("lost").raised_by;
    assert_eq!(of(&asks).as_deref(), Some(away));
    let other = round(43, 6).replace(away, "2e1adf676ef0d073");
    assert_eq!(of(&(asks + &other)), None, "another one missed the leader too");
}

/// An excerpt that begins between a leader's start anew and the election: it publishes itself, so it had ended.
#[test]
fn an_old_leader_that_publishes_itself_had_been_started_anew() {
    let line = |at: &str, text: &str| format!("2026-11-30 10:31:{at} I | {text}\n");
    let (old, new) = ("86f2df063e44abfa", "2a2d91eea602979c");
    let next = line("21.010000", &format!("raft: {new} is starting a new election at term 4"))
        + &line("21.010100", &format!("raft: {new} became candidate at term 5"))
        + &line("21.010200", &format!("raft: raft.node: {new} lost leader {old} at term 5"))
        + &line("21.040000", &format!("raft: raft.node: {new} elected leader {new} at term 5"));
    let own = line("21.020000", &format!("raft: {old} [term: 4] received a MsgVote message with higher term from {new} [term: 5]"))
        + &line("21.041000", &format!("raft: raft.node: {old} elected leader {new} at term 5"));
    let published = line("21.051000", "etcdserver: published {Name:m2 ClientURLs:[http://192.0.2.2:2379]} to cluster ddbcf0ece5be60e1");
    let class = |own: &str| facts(&[own, &next]).changes.pop().expect("changed").class;
    assert_eq!(class(&(own.clone() + &published)), ChangeClass::Wanted);
    assert_eq!(class(&own), ChangeClass::Needless);
}

#[test]
fn who_loses_a_leader_has_had_one_since_it_started() {
    let started = "2016-04-20 09:59:50.000000 I | etcdmain: etcd Version: 2.3.8\n";
    let class = |log: &str| facts(&[log]).changes[0].class;
    let (_, cut) = WON.split_once('\n').expect("lines");
    assert_eq!(class(&format!("{started}{cut}")), ChangeClass::Needless);
    let first: String = cut.lines().filter(|line| !line.contains("lost leader")).map(|line| format!("{line}\n")).collect();
    assert_eq!(class(&format!("{started}{first}")), ChangeClass::Start);
}
