//! `etcd-leader-restarted`: the leader's process ended, and the election after it was needed.

use super::common::{ended_together, range, stopped_on_purpose, times};
use super::{Finding, Rule};
use crate::facts::voices::{machines_of_members, speaker};
use crate::facts::{ChangeClass, EventId, Facts, LeaderChange};
use crate::gather::Gather;
use crate::ids::RuleId;
use crate::log::event::Meaning;
use crate::parameters::Parameter::ElectionTimeout;
use crate::report::{Confidence, Severity};
use crate::sort::distinct;
use crate::units::{Micros, Range, S};

/// The rule.
pub const RULE: Rule = Rule {
    id: RuleId::EtcdLeaderRestarted,
    why: "When the leader's process really ended, an election is needed. A longer election-timeout prevents none of these and makes each outage longer.",
    what_to_do: "Find what ends the process: exit status, out-of-memory kills, a watchdog, a deployment. Leave the timers.",
    references: &["lab: kill of the leader, new leader after 1.2 election-timeouts (2.x)", "etcd-io/etcd@v2.3.8:etcdmain/etcd.go:58"],
    check,
};

fn check(facts: &Facts) -> Option<Finding> {
    let wanted: Vec<&LeaderChange> = facts.of_class(ChangeClass::Wanted).gather();
    if wanted.is_empty() {
        return None;
    }
    let by_hand = wanted.iter().filter(|change| stopped_on_purpose(facts, change)).count();
    let mut events: Vec<EventId> = facts.restarts.clone();
    events.extend(wanted.iter().filter_map(|change| change.events.first().copied()));
    let severity = match wanted.len() - by_hand {
        0 => Severity::Info,
        1 => Severity::Warning,
        _ => Severity::Critical,
    };
    // Members whose own log shows that they started anew.
    let anew =
        distinct(facts.restarts.iter().filter_map(|start| facts.lines_of(*start).filter(|event| event.is_etcd_server()).find_map(speaker)));
    let shown = wanted.iter().all(|change| change.old.as_deref().is_some_and(|old| anew.binary_search(&old).is_ok()));
    let confidence = if shown { Confidence::High } else { Confidence::Medium };
    let needed = if wanted.len() == 1 { "and the election after it was needed" } else { "and the elections after it were needed" };
    let title = if wanted.iter().all(|change| ended_together(facts, change)) {
        let how = if by_hand == wanted.len() { "were told to stop" } else { "ended" };
        format!("All members {how} and started again {}, {needed}", times(wanted.len() as u64))
    } else if by_hand == wanted.len() {
        format!("The etcd process that led was told to stop {}, {needed}", times(by_hand as u64))
    } else {
        format!("The etcd process that led ended {}, {needed}", times(wanted.len() as u64))
    };
    let shown = if by_hand == wanted.len() && facts.members == Some(1) {
        "It is the only member, and elects itself when it is back."
    } else if by_hand == wanted.len() {
        "The log of a member says that it was told to stop just before the others elected the next leader."
    } else if shown {
        "Its next lines are those of a start."
    } else {
        "Its peers saw the connection end at once or its port refuse them, or it came back without knowing whom it had followed."
    };
    let mut lines: Vec<EventId> = Vec::new();
    let machines = machines_of_members(facts);
    for (id, event) in facts.events_of(&[Meaning::OutOfMemoryKill]) {
        let of_etcd = event.word("name").is_some_and(|name| name.starts_with("etcd"));
        if of_etcd && wanted.iter().any(|change| killed_leader(facts, &machines, id, change)) {
            lines.push(id);
        }
    }
    let by_kernel = if lines.is_empty() { "" } else { " The kernel killed etcd because memory ran out." };
    lines.extend(events);
    let what = format!("{shown}{by_kernel}{}", leaderless(facts));
    let finding =
        Finding::new(RULE.id, severity, confidence, title, what).showing(facts, &lines).counting(wanted.len()).on(&[ElectionTimeout]);
    if by_hand < wanted.len() {
        return Some(finding);
    }
    // Who stops all of them has nobody to hand the lead to.
    let alone = facts.members == Some(1) || wanted.iter().all(|change| ended_together(facts, change));
    Some(finding.advising(if alone {
        "Nothing, if these stops were meant: no leader can stay while all members are down."
    } else {
        "Nothing, if these stops were meant. A leader of etcd 3.1 and later that is told to stop hands over first, which costs clients less than an election."
    }))
}

/// The kernel wrote it on the old leader's machine, as far as that is known, in the minute before the next leader (judgement).
fn killed_leader(facts: &Facts, machines: &[(String, String)], kill: EventId, change: &LeaderChange) -> bool {
    let event = facts.event(kill);
    let old = machines.iter().find(|(member, _)| Some(member) == change.old.as_ref());
    let there = event.host.is_none() || old.is_none_or(|(_, machine)| *machine == facts.host(kill));
    let before = change.elected.zip(event.time).map(|(elected, time)| elected - time.micros);
    there && before.is_none_or(|before| (-S..=60 * S).contains(&before))
}

/// How long the cluster was without a leader each time: from the first broken connection to the old
/// leader, after it had been elected, to the new one.
fn leaderless(facts: &Facts) -> String {
    let mut spans: Vec<Range> = Vec::new();
    let mut before = Micros::MIN;
    for change in &facts.changes {
        let Some(elected) = change.elected else { continue };
        // Followers campaign within two timeouts; earlier a member that was itself told to stop may have closed its own.
        let begun = change.lost.into_iter().chain(change.campaign).min().unwrap_or(elected);
        let from = before.max(begun - 2 * facts.spell(Some(begun)).election - S);
        let end = facts
            .events_between(&[Meaning::PeerStreamLost, Meaning::PeerReadFailed, Meaning::PeerInactive], from, elected - 1)
            .filter(|(_, event)| change.old.is_some() && event.word("peer").or(event.word("value")) == change.old.as_deref())
            .filter_map(|(_, event)| event.moment())
            .min();
        if let (ChangeClass::Wanted, Some(end)) = (change.class, end) {
            // A stamp of whole seconds is cut off.
            let cut_off =
                change.events.iter().filter_map(|id| facts.event(*id).time).map(|time| time.grain).filter(|grain| *grain >= S).max();
            spans.push(Range { low: elected - end, high: elected - end + cut_off.unwrap_or(0) });
        }
        before = elected;
    }
    match (spans.iter().map(|span| span.low).min(), spans.iter().map(|span| span.high).max()) {
        (Some(low), Some(high)) => {
            format!(" From the first broken connection to the new leader it took {}.", range(Range { low, high }))
        }
        _ => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use crate::ids::RuleId;
    use crate::rules::testing::{facts, find};

    /// A kill on another machine, or days before, is not what ended it.
    #[test]
    fn the_kernel_killed_it_only_there_and_then() {
        let line = |time: &str, host: &str, text: &str| format!("Apr 20 {time} {host} etcd2[612]: {text}\n");
        let old = line("08:00:05", "n1", "91d25258d70ad868 became leader at term 4")
            + &line("10:00:03", "n1", "etcd Version: 2.3.8")
            + &line("10:00:04", "n1", "91d25258d70ad868 became follower at term 5")
            + &line("10:00:04", "n1", "raft.node: 91d25258d70ad868 elected leader 2a0965170762fd09 at term 5");
        let follower = line("08:00:05", "n2", "raft.node: 2a0965170762fd09 elected leader 91d25258d70ad868 at term 4")
            + &line("10:00:01", "n2", "2a0965170762fd09 is starting a new election at term 4")
            + &line("10:00:01", "n2", "raft.node: 2a0965170762fd09 lost leader 91d25258d70ad868 at term 5")
            + &line("10:00:01", "n2", "2a0965170762fd09 became leader at term 5");
        let by_kernel = |time: &str, host: &str| {
            let kill = format!("Apr {time} {host} kernel: Out of memory: Kill process 815 (etcd) score 900 or sacrifice child\n");
            find(&facts(&[&old, &follower, &kill]), RuleId::EtcdLeaderRestarted).expect("ended").what.contains("The kernel killed")
        };
        assert!(by_kernel("20 09:59:59", "n1"));
        assert!(!by_kernel("20 09:59:59", "n3"));
        assert!(!by_kernel("18 03:00:00", "n1"));
    }

    #[test]
    fn a_leader_whose_log_starts_anew() {
        let old = "\
2016-04-20 09:59:00.000000 I | raft: 91d25258d70ad868 became leader at term 4
2016-04-20 09:59:00.000100 I | raft: raft.node: 91d25258d70ad868 elected leader 91d25258d70ad868 at term 4
2016-04-20 10:00:04.000000 I | etcdmain: etcd Version: 2.3.8
2016-04-20 10:00:04.200000 I | raft: 91d25258d70ad868 became follower at term 4
";
        let new = "\
2016-04-20 10:00:01.000000 I | raft: 2a0965170762fd09 is starting a new election at term 4
2016-04-20 10:00:01.000100 I | raft: 2a0965170762fd09 became candidate at term 5
2016-04-20 10:00:01.000200 I | raft: raft.node: 2a0965170762fd09 lost leader 91d25258d70ad868 at term 5
2016-04-20 10:00:01.002000 I | raft: 2a0965170762fd09 became leader at term 5
2016-04-20 10:00:01.002100 I | raft: raft.node: 2a0965170762fd09 elected leader 2a0965170762fd09 at term 5
";
        assert_eq!(find(&facts(&[old, new]), RuleId::EtcdLeaderRestarted).expect("it ended").count, 1);
    }

    #[test]
    fn the_only_member_elects_itself_again() {
        let raft = |minute: u32, text: &str| format!("raft2022/04/20 10:{minute:02}:01 INFO: {text}\n");
        let start = |minute: u32, term: u32| {
            format!("2022-04-20 10:{minute:02}:00.000000 I | etcdmain: etcd Version: 3.4.23\n")
                + &raft(minute, &format!("8e9e05c52164694d became follower at term {}", term - 1))
                + &format!(
                    "2022-04-20 10:{minute:02}:00.100000 I | etcdserver: 8e9e05c52164694d as single-node; fast-forwarding 9 ticks (election ticks 10)\n"
                )
                + &raft(minute, &format!("8e9e05c52164694d is starting a new election at term {}", term - 1))
                + &raft(minute, &format!("8e9e05c52164694d became leader at term {term}"))
                + &raft(minute, &format!("raft.node: 8e9e05c52164694d elected leader 8e9e05c52164694d at term {term}"))
        };
        let stop = "2022-04-20 10:05:50.000000 N | pkg/osutil: received terminated signal, shutting down...\n";
        let found = find(&facts(&[&(start(1, 2) + stop + &start(6, 3))]), RuleId::EtcdLeaderRestarted).expect("it was stopped");
        assert!(found.what.starts_with("It is the only member"), "{}", found.what);
        assert!(found.what_to_do.is_some_and(|advice| advice.starts_with("Nothing")));
    }

    #[test]
    fn the_outage_begins_when_the_connection_to_the_leader_breaks() {
        let old = "\
2016-04-20 09:59:00.000000 I | raft: 91d25258d70ad868 became leader at term 4
2016-04-20 09:59:00.000100 I | raft: raft.node: 91d25258d70ad868 elected leader 91d25258d70ad868 at term 4
2016-04-20 10:00:04.000000 I | etcdmain: etcd Version: 3.0.12
2016-04-20 10:00:04.200000 I | raft: 91d25258d70ad868 became follower at term 4
";
        let new = "\
2016-04-20 09:59:40.000000 W | rafthttp: lost the TCP streaming connection with peer 91d25258d70ad868 (stream Message reader)
2016-04-20 09:59:50.000000 W | rafthttp: lost the TCP streaming connection with peer 47b3c2d5e6f70819 (stream Message reader)
2016-04-20 10:00:00.000000 W | rafthttp: lost the TCP streaming connection with peer 91d25258d70ad868 (stream Message reader)
2016-04-20 10:00:01.300000 I | raft: 2a0965170762fd09 is starting a new election at term 4
2016-04-20 10:00:01.300100 I | raft: 2a0965170762fd09 became candidate at term 5
2016-04-20 10:00:01.300200 I | raft: raft.node: 2a0965170762fd09 lost leader 91d25258d70ad868 at term 5
2016-04-20 10:00:01.302000 I | raft: 2a0965170762fd09 became leader at term 5
2016-04-20 10:00:01.302100 I | raft: raft.node: 2a0965170762fd09 elected leader 2a0965170762fd09 at term 5
";
        let finding = find(&facts(&[old, new]), RuleId::EtcdLeaderRestarted).expect("it ended");
        assert!(finding.what.ends_with("to the new leader it took 1.3\u{a0}s."), "{}", finding.what);
    }

    #[test]
    fn a_first_start_is_no_restart() {
        let start = "\
2016-04-20 10:00:04.000000 I | etcdmain: etcd Version: 2.3.8
2016-04-20 10:00:04.200000 I | raft: 91d25258d70ad868 became follower at term 1
2016-04-20 10:00:05.200000 I | raft: 91d25258d70ad868 became leader at term 2
";
        assert!(find(&facts(&[start]), RuleId::EtcdLeaderRestarted).is_none());
    }

    #[test]
    fn a_stop_by_hand_is_none_of_the_next_end() {
        let lead = |second: u32, term: u32| {
            format!(
                "2020-04-20 10:00:{second:02}.000000 I | etcdmain: etcd Version: 3.4.23\n\
                 2020-04-20 10:00:{:02}.000000 I | raft: 91d25258d70ad868 became leader at term {term}\n\
                 2020-04-20 10:00:{:02}.000100 I | raft: raft.node: 91d25258d70ad868 elected leader 91d25258d70ad868 at term {term}\n",
                second + 1,
                second + 1
            )
        };
        let stop =
            |second: u32| format!("2020-04-20 10:00:{second:02}.000000 N | pkg/osutil: received terminated signal, shutting down...\n");
        let severity = |log: String| find(&facts(&[&log]), RuleId::EtcdLeaderRestarted).expect("it ended").severity;
        assert_eq!(severity(lead(1, 2) + &stop(10) + &lead(11, 3) + &stop(19) + &lead(20, 4)), crate::report::Severity::Info);
        assert_eq!(severity(lead(1, 2) + &stop(10) + &lead(11, 3) + &lead(20, 4)), crate::report::Severity::Warning);
    }

    /// Each member in a document of its own; the last of them waits for the others or is started by hand.
    #[test]
    fn all_members_may_have_ended_with_it() {
        let line = |minute: u32, second: u32, text: &str| format!("2020-04-20 10:{minute:02}:{second:02}.000000 {text}\n");
        let ids = ["91d25258d70ad868", "2a0965170762fd09", "47b3c2d5e6f70819"];
        let log = |own: &str, minute: u32| {
            let start = |minute, second| {
                line(minute, second, "I | etcdmain: etcd Version: 3.4.23")
                    + &line(
                        minute,
                        second,
                        &format!(
                            "I | raft: newRaft {own} [peers: [{}], term: 2, commit: 9, applied: 0, lastindex: 9, lastterm: 2]",
                            ids.join(",")
                        ),
                    )
            };
            start(0, 1)
                + &line(0, 3, &format!("I | raft: raft.node: {own} elected leader {} at term 2", ids[0]))
                + &line(9, 0, "N | pkg/osutil: received terminated signal, shutting down...")
                + &start(minute, 5)
                + &line(9, 8, &format!("I | raft: raft.node: {own} elected leader {} at term 3", ids[1]))
        };
        let title = |minutes: [u32; 3]| {
            let logs = [0, 1, 2].map(|at| log(ids[at], minutes[at]));
            find(&facts(&[&logs[0], &logs[1], &logs[2]]), RuleId::EtcdLeaderRestarted).map(|found| found.title)
        };
        assert!(title([9, 9, 9]).expect("ended").starts_with("All members were told to stop"), "{:?}", title([9, 9, 9]));
        // One was restarted some minutes before.
        assert!(!title([9, 9, 7]).unwrap_or_default().starts_with("All members"));
    }
}
