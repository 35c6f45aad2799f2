use crate::facts::StallKind;
use crate::rules::testing::facts;
use crate::search;
use crate::units::MS;

#[test]
fn an_excerpt_of_the_leader_that_lost_its_place_to_a_slow_sync() {
    let log = |old: &str| {
        format!(
            "2020-04-20 10:00:05.200000 I | raft: raft.node: 91d25258d70ad868 changed leader from {old} to 2a0965170762fd09 at term 5\n\
             2020-04-20 10:00:05.800000 W | wal: sync duration of 1.9s, expected less than 1s\n"
        )
    };
    let measured = |log: &str| facts(&[log]).stalls.iter().any(|stall| stall.kind == StallKind::SlowSync);
    assert!(measured(&log("91d25258d70ad868")));
    assert!(!measured(&log("ca93d269ec463a6b")));
}

/// A late heartbeat beside the lines of a member that followed another is of that one; of a machine that does not say who it
/// is, where no other machine is that one.
#[test]
fn a_late_heartbeat_without_a_name_is_of_the_one_that_led() {
    let line = |time: &str, host: &str, text: &str| format!("Apr 20 10:00:{time} {host} etcd[7]: {text}\n");
    let log = |hosts: [&str; 2], other: &str| {
        line("01", hosts[0], "2a0965170762fd09 is starting a new election at term 4")
            + &line("01", hosts[0], "raft.node: 2a0965170762fd09 lost leader 91d25258d70ad868 at term 5")
            + &line("01", hosts[0], "2a0965170762fd09 became leader at term 5")
            + other
            + &line("02", hosts[1], "failed to send out heartbeat on time (exceeded the 100ms timeout for 2.1s)")
    };
    let explained = |log: &str| facts(&[log]).explained();
    assert_eq!(explained(&log(["n1", "n2"], "")), 1);
    assert_eq!(explained(&search::replace(&search::replace(&log(["n1", "n1"], ""), "Apr 20", "2020-04-20"), " n1 etcd[7]: ", " I | ")), 1);
    // By stamps of whole seconds its own stall may seem to begin before it led.
    let own = log(["n1", "n1"], "").replace("2.1s)", "1.1s)");
    assert_eq!(explained(&search::replace(&search::replace(&own, "Apr 20", "2020-04-20"), " n1 etcd[7]: ", " I | ")), 0);
    let third = line("00", "n3", "raft.node: 91d25258d70ad868 elected leader 91d25258d70ad868 at term 4");
    let facts = facts(&[&log(["n1", "n2"], &third)]);
    assert!(facts.stalls.iter().all(|stall| stall.kind != StallKind::LateHeartbeat || stall.member == "n2"), "n3 is the leader");
}

/// A machine without time for etcd delays its syncs, and all else between them.
#[test]
fn a_late_heartbeat_that_a_sync_explains_in_part_only_is_the_measure() {
    let stall = |took: &str| {
        let log = format!(
            "2020-04-20 10:00:00.000000 I | raft: raft.node: 91d25258d70ad868 elected leader 91d25258d70ad868 at term 4\n\
             2020-04-20 10:00:09.100000 W | wal: sync duration of {took}, expected less than 1s\n\
             2020-04-20 10:00:09.100300 W | etcdserver: failed to send out heartbeat on time (exceeded the 100ms timeout for 2.6s, to 2a0965170762fd09)\n"
        );
        let facts = facts(&[&log]);
        assert_eq!((facts.stalls.len(), facts.stalls[0].kind), (1, StallKind::SlowSync));
        (facts.stalls[0].length.low / MS, facts.stalls[0].length.high / MS)
    };
    assert_eq!(stall("1.1s"), (2_700, 2_800));
    assert_eq!(stall("2.75s"), (2_750, 2_750));
    assert_eq!(stall("3.5s"), (3_500, 3_500));
}

/// A candidate that hears the old leader with the next heartbeat may have stood still itself.
#[test]
fn a_leader_that_is_heard_at_once_need_not_have_been_silent() {
    let log = |heard: &str| {
        format!(
            "2016-04-20 09:59:00.000000 I | raft: raft.node: 2a0965170762fd09 elected leader 91d25258d70ad868 at term 4\n\
             2016-04-20 10:00:01.000000 I | raft: 2a0965170762fd09 became candidate at term 5\n\
             2016-04-20 10:00:01.000100 I | raft: raft.node: 2a0965170762fd09 lost leader 91d25258d70ad868 at term 5\n\
             2016-04-20 10:00:01.002000 I | raft: 2a0965170762fd09 became leader at term 5\n\
             2016-04-20 10:00:{heard} I | raft: 2a0965170762fd09 [term: 5] ignored a MsgHeartbeat message with lower term from 91d25258d70ad868 [term: 4]\n"
        )
    };
    let kind = |heard: &str| facts(&[&log(heard)]).stalls[0].kind;
    assert_eq!(kind("01.050000"), StallKind::Censored);
    assert_eq!(kind("01.700000"), StallKind::Return);
}

/// A host that stops the leader and one follower: the third member asks alone, and that follower counts no time.
#[test]
fn members_that_stood_still_with_their_leader_did_not_hear_it() {
    let leader = |late: &str| {
        format!(
            "2020-04-20 09:59:00.000000 I | raft: raft.node: 91d25258d70ad868 elected leader 91d25258d70ad868 at term 4\n\
             {late}2020-04-20 10:00:07.100000 I | raft: 91d25258d70ad868 [term: 4] received a MsgAppResp message with higher term from 2a0965170762fd09 [term: 8]\n"
        )
    };
    let asks: String = [(1, 5), (3, 6), (5, 7), (6, 8)]
        .map(|(second, term)| format!("2020-04-20 10:00:0{second}.500000 I | raft: 2a0965170762fd09 became candidate at term {term}\n"))
        .concat();
    let alone = "2020-04-20 10:00:01.600000 I | raft: raft.node: 2a0965170762fd09 lost leader 91d25258d70ad868 at term 5\n";
    let follower = "2020-04-20 10:00:07.050000 I | raft: ca93d269ec463a6b [logterm: 4, index: 9, vote: 91d25258d70ad868] ignored MsgVote from 2a0965170762fd09 [logterm: 4, index: 9] at term 4: lease is not expired (remaining ticks: 9)\n\
                    2020-04-20 10:00:08.000000 I | raft: ca93d269ec463a6b became candidate at term 9\n\
                    2020-04-20 10:00:08.100000 I | raft: ca93d269ec463a6b became leader at term 9\n";
    let read = |late: &str| {
        let facts = facts(&[&leader(late), &(asks.clone() + alone), follower]);
        let change = facts.needless().next().expect("one change");
        (change.raised_by.is_some(), change.stall.is_some_and(|at| facts.stalls[at].kind == StallKind::LateHeartbeat))
    };
    let late = "2020-04-20 10:00:07.000000 W | etcdserver: failed to send out heartbeat on time (exceeded the 100ms timeout for 6.822s, to 2a0965170762fd09)\n";
    assert_eq!(read(late), (false, true));
    assert_eq!(read(&late.replace("6.822s", "0.122s")), (true, false));
}

/// `docker-compose logs --no-log-prefix`: the lines of all members in one.
#[test]
fn a_leader_in_a_log_of_several_members_is_back_with_a_line_of_its_own() {
    let line = |second: &str, text: &str| format!("2020-04-20 10:{second} I | raft: {text}\n");
    let (old, new, third) = ("8e9e05c52164694d", "2a0965170762fd09", "ca93d269ec463a6b");
    let log = line("00:00.000000", &format!("{old} became leader at term 4"))
        + &line("01:01.000000", &format!("{new} is starting a new election at term 4"))
        + &line("01:01.000100", &format!("{new} became candidate at term 5"))
        + &line(
            "01:01.000200",
            &format!("{third} [logterm: 4, index: 9, vote: 0] cast MsgVote for {new} [logterm: 4, index: 9] at term 5"),
        )
        + &line("01:01.000300", &format!("raft.node: {new} lost leader {old} at term 5"))
        + &line("01:01.000400", &format!("{new} became leader at term 5"))
        + &line("01:41.000000", &format!("raft.node: {old} changed leader from {old} to {new} at term 5"));
    let facts = facts(&[&log]);
    let stall = facts.longest_stall().expect("it was silent");
    assert!(stall.planned > 40 * crate::units::S, "{}", stall.planned);
}

#[test]
fn a_clock_that_is_set_back_does_not_make_one_stall_of_two() {
    let late = |time: &str| {
        format!("2016-04-20 {time} W | etcdserver: failed to send out heartbeat on time (exceeded the 100ms timeout for 1.3s)\n")
    };
    let stalls = |times: &[&str]| facts(&[&times.iter().map(|time| late(time)).collect::<String>()]).stalls.len();
    assert_eq!(stalls(&["02:55:00.000000", "02:10:01.500000", "02:20:01.500000"]), 3);
    assert_eq!(stalls(&["02:55:00.000000", "02:55:00.000200"]), 1);
}

/// Which document stands first says nothing.
#[test]
fn without_times_a_late_line_counts_before_the_loss_in_its_own_document() {
    let leader = "etcd Version: 2.3.8\nheartbeat = 100ms\nelection = 1000ms\n\
        raft.node: 91d25258d70ad868 elected leader 91d25258d70ad868 at term 4\n\
        failed to send out heartbeat on time (deadline exceeded for 1.3s)\n\
        91d25258d70ad868 [term: 4] received a MsgAppResp message with higher term from 2a0965170762fd09 [term: 5]\n\
        raft.node: 91d25258d70ad868 lost leader 91d25258d70ad868 at term 5\n\
        raft.node: 91d25258d70ad868 elected leader 2a0965170762fd09 at term 5\n";
    let follower = "raft.node: 2a0965170762fd09 elected leader 91d25258d70ad868 at term 4\n\
        2a0965170762fd09 is starting a new election at term 4\n\
        raft.node: 2a0965170762fd09 lost leader 91d25258d70ad868 at term 5\n\
        raft.node: 2a0965170762fd09 elected leader 2a0965170762fd09 at term 5\n";
    for documents in [[leader, follower], [follower, leader]] {
        let facts = facts(&documents);
        let change = facts.needless().next().expect("one change");
        assert!(change.stall.is_some_and(|at| facts.stalls[at].kind == StallKind::LateHeartbeat), "{:?}", facts.stalls);
    }
}

/// Its own log is all there is: it says that it was late, and a moment later that another leads.
#[test]
fn the_old_leader_alone_tells_of_one_stall() {
    let line = |second: &str, text: &str| format!("2020-04-20 10:00:{second} I | raft: {text}\n");
    let kinds = |learned: &str| {
        let log = line("00.000000", "8e9e05c52164694d became leader at term 4")
            + "2020-04-20 10:00:07.000000 W | etcdserver: failed to send out heartbeat on time (exceeded the 100ms timeout for 1.3s)\n"
            + &line(learned, "raft.node: 8e9e05c52164694d lost leader 8e9e05c52164694d at term 5")
            + &line(learned, "raft.node: 8e9e05c52164694d elected leader 91bc3c398fb3c146 at term 5");
        let facts = facts(&["ETCD_HEARTBEAT_INTERVAL=100\nETCD_ELECTION_TIMEOUT=1000\n", &log]);
        facts.stalls.iter().map(|stall| stall.kind).collect::<Vec<_>>()
    };
    assert_eq!(kinds("07.060000"), [StallKind::LateHeartbeat]);
    // It led on for half a minute: what took its place then is not this stall.
    assert_eq!(kinds("37.000000").len(), 2);
}

/// Another member speaks of the term, but none tells of the loss but the old leader, when it hears of it.
#[test]
fn the_old_leader_alone_does_not_tell_how_long_it_was_away() {
    let line = |second: &str, text: &str| format!("2020-04-20 10:00:{second} I | raft: {text}\n");
    let log = line("00.000000", "8e9e05c52164694d became leader at term 4")
        + &line("31.200000", "raft.node: 8e9e05c52164694d lost leader 8e9e05c52164694d at term 5")
        + &line("31.200000", "raft.node: 8e9e05c52164694d elected leader 91bc3c398fb3c146 at term 5")
        + &line("31.300000", "2a0965170762fd09 became follower at term 5");
    let facts = facts(&["ETCD_HEARTBEAT_INTERVAL=100\nETCD_ELECTION_TIMEOUT=1000\n", &log]);
    assert_eq!(facts.stalls.iter().map(|stall| stall.kind).collect::<Vec<_>>(), [StallKind::Censored]);
}

/// It stepped down, and its own rounds raised its term before anybody answered it.
#[test]
fn a_leader_that_was_cut_off_is_back_when_others_answer() {
    let line = |second: &str, text: &str| format!("2020-04-20 10:00:{second} I | raft: {text}\n");
    let follower = line("00.000000", "raft.node: 2a0965170762fd09 elected leader 91d25258d70ad868 at term 4")
        + &line("10.000000", "2a0965170762fd09 is starting a new election at term 4")
        + &line("10.000100", "raft.node: 2a0965170762fd09 lost leader 91d25258d70ad868 at term 5")
        + &line("10.001000", "2a0965170762fd09 became leader at term 5")
        + &line("10.001100", "raft.node: 2a0965170762fd09 elected leader 2a0965170762fd09 at term 5");
    let old = line("00.000000", "raft.node: 91d25258d70ad868 elected leader 91d25258d70ad868 at term 4")
        + &line("11.000000", "91d25258d70ad868 stepped down to follower since quorum is not active")
        + &line("12.000000", "91d25258d70ad868 is starting a new election at term 4")
        + &line("12.000100", "91d25258d70ad868 became candidate at term 5")
        + &line("22.000000", "91d25258d70ad868 [term: 5] received a MsgApp message with higher term from 2a0965170762fd09 [term: 6]");
    // An excerpt may leave out that it gave up; a process that asks again and again runs, too.
    let asks = old.replace("stepped down to follower since quorum is not active", "is starting a new election at term 3");
    for old in [old, asks] {
        let facts = facts(&[&follower, &old]);
        let stall = facts.stalls.iter().find(|stall| stall.kind == StallKind::CutOff).expect("cut off");
        assert!(stall.length.low > 12 * crate::units::S, "{:?}", stall.length);
    }
}

/// With a frozen disk a leader of etcd 2.2 hears of its loss at once, and what it has sent while it led leaves with the thaw.
#[test]
fn a_leader_is_silent_until_what_it_sent_arrives() {
    let new = "\
2016-04-20 10:00:00.000000 I | raft: raft.node: 2a0965170762fd09 elected leader 91d25258d70ad868 at term 4
2016-04-20 10:00:05.344000 I | raft: 2a0965170762fd09 is starting a new election at term 4
2016-04-20 10:00:05.344000 I | raft: 2a0965170762fd09 became candidate at term 5
2016-04-20 10:00:05.344000 I | raft: raft.node: 2a0965170762fd09 lost leader 91d25258d70ad868 at term 5
2016-04-20 10:00:05.359000 I | raft: 2a0965170762fd09 became leader at term 5
2016-04-20 10:00:05.359000 I | raft: raft.node: 2a0965170762fd09 elected leader 2a0965170762fd09 at term 5
";
    let old = "\
2016-04-20 10:00:00.000000 I | raft: raft.node: 91d25258d70ad868 elected leader 91d25258d70ad868 at term 4
2016-04-20 10:00:05.361000 I | raft: 91d25258d70ad868 [term: 4] received a MsgVote message with higher term from 2a0965170762fd09 [term: 5]
2016-04-20 10:00:05.361000 I | raft: 91d25258d70ad868 became follower at term 5
2016-04-20 10:00:05.361000 I | raft: raft.node: 91d25258d70ad868 lost leader 91d25258d70ad868 at term 5
2016-04-20 10:00:05.361600 I | raft: raft.node: 91d25258d70ad868 elected leader 2a0965170762fd09 at term 5
";
    let arrives = |time: &str| {
        format!(
            "2016-04-20 10:00:{time} I | raft: 2a0965170762fd09 [term: 5] ignored a MsgApp message with lower term from 91d25258d70ad868 [term: 4]\n"
        )
    };
    let silent = |after: &str| facts(&[&(new.to_owned() + after), old]).stalls[0].length.low / MS;
    let at_once = silent("");
    assert_eq!(silent(&arrives("05.365000")), at_once);
    assert_eq!(silent(&arrives("06.636000")), at_once + 1275);
    // Of what arrives the first tells.
    assert_eq!(silent(&(arrives("05.365000") + &arrives("06.636000"))), at_once);
}

/// Where links were down for long once, a leader that was cut off for less bounds no timer either: what was measured does.
#[test]
fn links_that_were_down_are_no_stall_to_survive() {
    let line = |second: u32, text: &str| format!("2020-04-20 10:00:{second:02}.000000 I | {text}\n");
    let elected = |second: u32, who: &str, term: u32| {
        line(second, &format!("raft: {who} became candidate at term {term}"))
            + &line(second, &format!("raft: {who} received MsgVoteResp from {who} at term {term}"))
            + &line(second, &format!("raft: {who} became leader at term {term}"))
            + &line(second, &format!("raft: raft.node: {who} elected leader {who} at term {term}"))
    };
    let gave_up = |second: u32, who: &str, next: &str, term: u32, back: u32| {
        line(second, &format!("raft: {who} stepped down to follower since quorum is not active"))
            + &line(back, &format!("raft: raft.node: {who} elected leader {next} at term {term}"))
    };
    let late = line(5, "etcdserver: failed to send out heartbeat on time (exceeded the 100ms timeout for 704.3ms)");
    let longest = |back: u32| {
        let first = elected(0, "91d25258d70ad868", 4) + &late + &gave_up(11, "91d25258d70ad868", "2a0965170762fd09", 5, back);
        let second = elected(10, "2a0965170762fd09", 5) + &gave_up(41, "2a0965170762fd09", "ca93d269ec463a6b", 6, 43);
        let third = elected(40, "ca93d269ec463a6b", 6);
        facts(&[&first, &second, &third]).longest_stall().expect("stalls").kind
    };
    assert_eq!((longest(13), longest(20)), (StallKind::CutOff, StallKind::LateHeartbeat));
}

/// One of five was cut off with the leader: it asks for its vote, and is no sign that the others are back.
#[test]
fn a_leader_that_was_cut_off_with_another_is_not_back_when_that_one_asks() {
    let line = |second: &str, text: &str| format!("2020-04-20 10:00:{second} I | raft: {text}\n");
    let follower = line("00.000000", "raft.node: 2a0965170762fd09 elected leader 91d25258d70ad868 at term 4")
        + &line("10.000000", "2a0965170762fd09 is starting a new election at term 4")
        + &line("10.001000", "2a0965170762fd09 became leader at term 5")
        + &line("10.001100", "raft.node: 2a0965170762fd09 elected leader 2a0965170762fd09 at term 5");
    let asked = "91d25258d70ad868 [term: 4] received a MsgVote message with higher term from 134af6e5d3e35861 [term: 5]";
    let old = line("00.000000", "raft.node: 91d25258d70ad868 elected leader 91d25258d70ad868 at term 4")
        + &line("11.000000", "91d25258d70ad868 stepped down to follower since quorum is not active")
        + &line("12.000000", asked)
        + &line("12.000100", "91d25258d70ad868 became follower at term 5")
        + &line("22.000000", "raft.node: 91d25258d70ad868 elected leader 2a0965170762fd09 at term 6");
    let facts = facts(&[&follower, &old]);
    let stall = facts.stalls.iter().find(|stall| stall.kind == StallKind::CutOff).expect("cut off");
    assert!(stall.length.low > 12 * crate::units::S, "{:?}", stall.length);
}

/// It hears of a round that nobody won, and runs; the next round has a winner.
#[test]
fn a_leader_that_gives_way_to_a_round_without_a_winner_is_back_then() {
    let line = |second: &str, text: &str| format!("2020-04-20 10:00:{second} {text}\n");
    let log = line("00.000000", "I | raft: raft.node: 91d25258d70ad868 elected leader 91d25258d70ad868 at term 4")
        + &line(
            "09.800000",
            "W | etcdserver: failed to send out heartbeat on time (exceeded the 100ms timeout for 818ms, to 2a0965170762fd09)",
        )
        + &line(
            "10.900000",
            "I | raft: 91d25258d70ad868 [term: 4] received a MsgAppResp message with higher term from 2a0965170762fd09 [term: 5]",
        )
        + &line("10.900100", "I | raft: 91d25258d70ad868 became follower at term 5")
        + &line("10.900200", "I | raft: raft.node: 91d25258d70ad868 lost leader 91d25258d70ad868 at term 5")
        + &line("12.600000", "I | raft: 91d25258d70ad868 became follower at term 6")
        + &line("12.700000", "I | raft: raft.node: 91d25258d70ad868 elected leader 2a0965170762fd09 at term 6");
    let facts = facts(&["ETCD_HEARTBEAT_INTERVAL=100\nETCD_ELECTION_TIMEOUT=1000\n", &log]);
    assert!(facts.longest_stall().expect("a stall").planned <= 1_200 * crate::units::MS, "{:?}", facts.stalls);
}

/// The last lines of each member, which cover unlike spans of time.
#[test]
fn an_excerpt_that_begins_after_the_change_does_not_show_the_return() {
    let line = |minute: u32, text: &str| format!("2020-04-20 10:{minute:02}:10.000000 I | raft: {text}\n");
    let follower = line(0, "raft.node: 2a0965170762fd09 elected leader 91d25258d70ad868 at term 4")
        + &line(1, "2a0965170762fd09 is starting a new election at term 4")
        + &line(1, "raft.node: 2a0965170762fd09 lost leader 91d25258d70ad868 at term 5")
        + &line(1, "2a0965170762fd09 became leader at term 5")
        + &line(1, "raft.node: 2a0965170762fd09 elected leader 2a0965170762fd09 at term 5")
        + &line(3, "2a0965170762fd09 [term: 5] received a MsgVote message with higher term from ca93d269ec463a6b [term: 6]");
    let later = line(3, "91d25258d70ad868 [term: 5] received a MsgVote message with higher term from ca93d269ec463a6b [term: 6]");
    let longest = |old: &str| facts(&[&follower, old]).longest_stall().map(|stall| stall.planned);
    assert!(longest(&later) < Some(3 * crate::units::S));
    let before = line(0, "raft.node: 91d25258d70ad868 elected leader 91d25258d70ad868 at term 4");
    assert!(longest(&(before + &later)) > Some(60 * crate::units::S));
}

/// Back after two seconds, it is late by a moment once more; that is not what cost it its place.
#[test]
fn a_moment_of_lateness_after_the_election_explains_nothing() {
    let line = |second: &str, text: &str| format!("2020-04-20 10:00:{second} {text}\n");
    let follower = line("00.000000", "I | raft: raft.node: 2a0965170762fd09 elected leader 91d25258d70ad868 at term 4")
        + &line("10.000000", "I | raft: 2a0965170762fd09 is starting a new election at term 4")
        + &line("10.000100", "I | raft: raft.node: 2a0965170762fd09 lost leader 91d25258d70ad868 at term 5")
        + &line("10.001000", "I | raft: 2a0965170762fd09 became leader at term 5")
        + &line("10.001100", "I | raft: raft.node: 2a0965170762fd09 elected leader 2a0965170762fd09 at term 5");
    let old = |excess: &str| {
        line("00.000000", "I | raft: raft.node: 91d25258d70ad868 elected leader 91d25258d70ad868 at term 4")
            + &line(
                "10.900000",
                &format!(
                    "W | etcdserver: failed to send out heartbeat on time (exceeded the 100ms timeout for {excess}, to 2a0965170762fd09)"
                ),
            )
            + &line("10.900100", "I | raft: 91d25258d70ad868 became follower at term 5")
    };
    let kind = |excess: &str| {
        let facts = facts(&["ETCD_HEARTBEAT_INTERVAL=100\nETCD_ELECTION_TIMEOUT=1000\n", &follower, &old(excess)]);
        facts.stalls[facts.needless().next().and_then(|change| change.stall).expect("explained")].kind
    };
    assert_eq!((kind("1.7s"), kind("826ms"), kind("26ms")), (StallKind::LateHeartbeat, StallKind::LateHeartbeat, StallKind::Return));
}

/// What the leader sends is lost, what others send it arrives: it hears the next leader at once, and then asks in vain.
#[test]
fn a_leader_whose_messages_are_lost_is_not_back_when_it_hears_the_next_one() {
    let line = |time: &str, text: &str| format!("2020-04-20 10:00:{time}00000 I | raft: {text}\n");
    let others = line("01.1", "2a0965170762fd09 became candidate at term 5")
        + &line("01.2", "2a0965170762fd09 became leader at term 5")
        + &line("01.3", "raft.node: ca93d269ec463a6b elected leader 2a0965170762fd09 at term 5");
    let own = |rounds: &[&str]| {
        line("00.0", "raft.node: 91d25258d70ad868 elected leader 91d25258d70ad868 at term 4")
            + &line("01.2", "raft.node: 91d25258d70ad868 changed leader from 91d25258d70ad868 to 2a0965170762fd09 at term 5")
            + &rounds.iter().map(|time| line(time, "91d25258d70ad868 is starting a new election at term 5")).collect::<String>()
            + &line("07.0", "raft.node: 91d25258d70ad868 elected leader 2a0965170762fd09 at term 5")
    };
    let of = |rounds: &[&str]| {
        let facts = facts(&[&own(rounds), &others]);
        let change = facts.needless().next().expect("one change");
        let stall = facts.stall_of(change).expect("explained");
        (stall.kind, facts.is_cut_off(stall))
    };
    assert_eq!(of(&[]), (StallKind::Return, false));
    assert_eq!(of(&["02.5"]), (StallKind::Return, false));
    assert_eq!(of(&["02.5", "04.0", "05.5"]), (StallKind::CutOff, true));
    assert_eq!(of(&["04.5", "05.5"]), (StallKind::Return, false), "another silence");
}

/// Mixed up and without names, a late line is of the one that led when its stall began.
#[test]
fn of_members_mixed_up_each_stall_is_of_the_leader_that_it_cost_its_place() {
    let members = ["91d25258d70ad868", "2a0965170762fd09", "ca93d269ec463a6b"];
    let line = |second: usize, text: &str| format!("2020-04-20 10:00:{second:02}.000000 I | {text}\n");
    let elected = |second: usize, old: &str, new: &str, term: usize| {
        line(second, &format!("raft: {new} became candidate at term {term}"))
            + &line(second, &format!("raft: {new} became leader at term {term}"))
            + &line(second + 1, &format!("raft: raft.node: {old} changed leader from {old} to {new} at term {term}"))
            + &line(second + 1, "etcdserver: failed to send out heartbeat on time (exceeded the 100ms timeout for 2.1s)")
    };
    let mut log = line(0, &format!("raft: raft.node: {} elected leader {} at term 4", members[2], members[0]));
    for turn in 0..3 {
        log += &elected(10 + 10 * turn, members[turn], members[(turn + 1) % 3], 5 + turn);
    }
    // Whose disk was slow, nothing tells.
    let synced = log.clone() + &line(50, "wal: sync duration of 1.9s, expected less than 1s");
    assert!(!facts(&[&synced]).only_followers_synced());
    let facts = facts(&[&log]);
    let stalled: Vec<&str> = facts.needless().filter_map(|change| Some(facts.stall_of(change)?.member.as_str())).collect();
    assert_eq!(stalled, members);
}

/// An excerpt that begins below the lines with which the old leader's process started.
#[test]
fn a_leader_whose_links_came_up_anew_did_not_stand_still() {
    let line = |text: &str| format!("2020-04-20 10:00:{text}\n");
    let log = |up: &str| {
        line("01.000000 I | raft: 2a0965170762fd09 became candidate at term 5")
            + &line("01.000100 I | raft: raft.node: 2a0965170762fd09 lost leader 91d25258d70ad868 at term 5")
            + &line("01.002000 I | raft: 2a0965170762fd09 became leader at term 5")
            + &line(&format!("01.700000 I | rafthttp: peer {up} became active"))
            + &line(
                "01.700000 I | raft: 2a0965170762fd09 [term: 5] ignored a MsgHeartbeat message with lower term from 91d25258d70ad868 [term: 4]",
            )
    };
    let kind = |up: &str| facts(&[&log(up)]).stalls[0].kind;
    assert_eq!(kind("ca93d269ec463a6b"), StallKind::Return);
    assert_eq!(kind("91d25258d70ad868"), StallKind::Censored);
}
