//! `etcd-no-quorum`: no majority of members answers.

use super::common::{
    MANY_TERMS, WAITS, alerts, last_entry_term, last_line, matching, near, plural, says, span, stopping, time, times, waited,
};
use super::{Finding, Rule};
use crate::facts::publishing::{has_leader, unpublished};
use crate::facts::stalls::NO_FAILOVER_TAKES;
use crate::facts::voices::START_LINES;
use crate::facts::{EventId, Facts, Generation, LeaderChange};
use crate::gather::Gather;
use crate::ids::RuleId;
use crate::index::{Index, slot};
use crate::log::event::{Event, Meaning};
use crate::parameters::Parameter;
use crate::report::{Confidence, Severity};
use crate::search;
use crate::sort;
use crate::units::{Micros, S, human};

/// The rule.
pub const RULE: Rule = Rule {
    id: RuleId::EtcdNoQuorum,
    why: "Without a majority etcd accepts no write, and no election can end. All that needs etcd stands still until enough members are back.",
    what_to_do: "Bring the missing members back: see that each process runs and that peer ports are open both ways. No timer changes that. Never remove data to get a cluster going.",
    references: &["etcd-io/etcd@v2.3.8:etcdserver/server.go:810", "etcd-io/etcd@v2.3.8:raft/raft.go:405"],
    check,
};

/// So many recognised lines before a round its member's start is looked for.
const NEARBY: usize = 500;

/// So many rounds without an answer are several.
const ROUNDS: usize = 3;

fn check(facts: &Facts) -> Option<Finding> {
    let mut publish = unpublished(facts);
    publish.retain(|id| !has_leader(facts, *id));
    let rounds = unanswered_rounds(facts, &publish);
    let mut join = matching(facts, &[Meaning::Join04, Meaning::CtlUnhealthy], |event| {
        // The error of a client whose endpoints all failed, for whatever reason, holds the same words.
        let of_client = says(event, &["etcd cluster is unavailable"]);
        says(event, &["nable to join the cluster", "cannot connect to existing peers"])
            || !of_client && says(event, &["cluster is unavailable"])
    });
    // A standby of 0.4 asks the cluster for its members every few seconds; one answer that failed is none.
    let asks = facts.meaning(&[Meaning::Standby04]);
    join.extend(if asks.len() > 1 { asks } else { Vec::new() });
    // A member of 0.4 tries again after some seconds, and may find the others then.
    join.retain(|id| !near(facts, *id, &[Meaning::Leader04], 0, 60 * S, 40));
    let counted = facts.meaning(&[Meaning::OperatorLostQuorum]);
    let gave_up = gave_up(facts);
    let mut events = rounds.clone();
    events.extend(gave_up.map(|(down, ..)| down).iter().chain(&publish).chain(&join).chain(&counted));
    if events.is_empty() {
        let counts = |event: &Event| event.number("count").is_some();
        let title = |event: &Event| String::from(if counts(event) { "Too few members run" } else { "A member has no leader" });
        return alerts::told(facts, RULE.id, Severity::Critical, &[Meaning::AlertNoLeader], &title);
    }
    let title = if !rounds.is_empty() {
        let over = span(facts, &rounds).filter(|span| *span > 0).map(|span| format!(" in {}", human(span))).unwrap_or_default();
        format!("A member asked for votes {}{over}, and no other member answered", times(rounds.len() as u64))
    } else if let Some((_, without, alone)) = gave_up {
        let knew = if alone { "it heard of no other leader" } else { "there was no other leader" };
        format!("The leader lost its majority, and for {} {knew}", human(without))
    } else if !publish.is_empty() {
        format!("A member could not publish itself to the cluster, {}", times(super::common::lines(facts, &publish)))
    } else if !counted.is_empty() {
        String::from("The operator of the cluster counts fewer running members than a majority")
    } else if join.iter().all(|id| facts.event(*id).meaning == Meaning::CtlUnhealthy) {
        String::from("etcdctl found no healthy member")
    } else {
        format!("A member found no cluster to join ({})", plural(super::common::lines(facts, &join), "line", "lines"))
    };
    let what = if rounds.is_empty() && gave_up.is_some_and(|(.., alone)| alone) {
        "A leader that hears from no majority steps down. Where a majority is left without it, that one elects the next leader within seconds; this member's log does not show it."
    } else if rounds.is_empty() && gave_up.is_some() {
        "A leader that hears from no majority steps down. A majority without it elects the next one within seconds; here there was none."
    } else if rounds.is_empty() {
        "The cluster carried out no write for it, so too few members work together."
    } else {
        "Such a member is cut off, or too few members run, or the others hear the leader and, from 3.1 on, do not answer."
    };
    let confidence = if rounds.is_empty() && gave_up.is_none() { Confidence::Medium } else { Confidence::High };
    Some(Finding::new(RULE.id, Severity::Critical, confidence, title, what).showing(facts, &events))
}

/// A leader that stepped down for want of a majority, and the longest time after it that nobody led; and whether only
/// this member tells of the next leader, which it may have heard of late.
fn gave_up(facts: &Facts) -> Option<(EventId, Micros, bool)> {
    let long = (NO_FAILOVER_TAKES * facts.value(Parameter::ElectionTimeout)).max(5 * S);
    let mut elections: Vec<&LeaderChange> = facts.changes.iter().filter(|change| change.elected.is_some()).gather();
    sort::by_key(&mut elections, |change| change.elected);
    let without = |(id, event): (EventId, &Event)| {
        let down = event.time?.micros;
        let next = elections.partition_point(|change| change.elected <= Some(down));
        // Another one may have taken its place already.
        let before = next.checked_sub(1).map(|at| elections[at])?;
        let replaced = before.old.as_deref() == event.word("id") && before.elected > Some(down - long);
        let after = elections.get(next);
        let gap = after.and_then(|change| change.elected).or(last_line(facts))? - down;
        let itself = |change: &&&LeaderChange| {
            change.new.as_deref() != event.word("id") && change.events.iter().all(|id| facts.event(*id).word("id") == event.word("id"))
        };
        (!replaced && gap >= long && !stopping(facts, id)).then_some((id, gap, after.filter(itself).is_some()))
    };
    facts.events_of(&[Meaning::QuorumInactiveStepdown]).filter_map(without).max_by_key(|(_, gap, _)| *gap)
}

/// Campaigns of one member that follow one another without any word from another member: several, or some at the end of its
/// log after which it could not publish itself either, or which go on from many that the excerpt leaves out.
fn unanswered_rounds(facts: &Facts, publish: &[EventId]) -> Vec<EventId> {
    let mut longest: Vec<EventId> = Vec::new();
    let (mut voices, mut running) = (Index::default(), Vec::<Vec<EventId>>::new());
    for (id, event) in facts.all_events() {
        let rounds = slot(&mut running, voices.position(facts.voice(id)));
        // Where the log begins within a round, the first request for a vote stands for it.
        if event.meaning == Meaning::ElectionStart || event.meaning == Meaning::VoteSent && rounds.is_empty() {
            if !stopping(facts, id) {
                rounds.push(id);
            }
        } else if is_answer(event) {
            let rounds = std::mem::take(rounds);
            let more = rounds.len() >= ROUNDS && rounds.len() > longest.len();
            if more && !stood_still(facts, &rounds) && !part_of_a_start(facts, &rounds, id) && !leader_led_on(facts, &rounds) {
                longest = rounds;
            }
        }
    }
    for rounds in running {
        let in_vain = |round: &EventId| publish.iter().any(|id| id.log == round.log && id > round);
        let enough = rounds.len() >= ROUNDS || rounds.first().is_some_and(in_vain) || rounds.len() > 1 && goes_on(facts, rounds[0]);
        if enough && rounds.len() > longest.len() && !leader_led_on(facts, &rounds) {
            longest = rounds;
        }
    }
    if shows_votes(facts, &longest) { longest } else { Vec::new() }
}

/// Whether the term had risen again and again before this round, without an entry of a leader.
fn goes_on(facts: &Facts, round: EventId) -> bool {
    let mut asks = facts.after(round, 20).filter(|event| event.meaning == Meaning::VoteSent);
    asks.any(|event| event.number("term").zip(last_entry_term(event)).is_some_and(|(term, entry)| term - entry >= MANY_TERMS))
}

/// A candidate's own vote stands after every round in etcd's log; where none does, the answers were filtered out with it.
fn shows_votes(facts: &Facts, rounds: &[EventId]) -> bool {
    let vote = |event: &Event| matches!(event.meaning, Meaning::VoteReceived | Meaning::VoteSent);
    rounds.iter().any(|id| facts.logs[id.log].events[id.event..].iter().take(20).any(vote))
}

/// When the first of these rounds began, and the last.
fn first_and_last(facts: &Facts, rounds: &[EventId]) -> Option<(Micros, Micros)> {
    time(facts, *rounds.first()?).zip(time(facts, *rounds.last()?))
}

/// Whether members that answered in the end stood still meanwhile: a late heartbeat or a slow sync reaches
/// over half of the rounds. Then they were there, and late.
fn stood_still(facts: &Facts, rounds: &[EventId]) -> bool {
    let Some((first, last)) = first_and_last(facts, rounds) else { return false };
    facts.events_of(WAITS).filter_map(|(_, event)| waited(event)).any(|(from, end)| {
        let within = end.min(last) - from.max(first);
        within > 0 && 2 * within >= last - first
    })
}

/// Whether the leader's own log goes on, through the rounds without a word of its loss. From 3.0 on a leader that hears from no majority
/// steps down within two election-timeouts (etcd-io/etcd@v3.4.45:raft/raft.go, MsgCheckQuorum), so it had one, and this
/// member alone was cut off.
fn leader_led_on(facts: &Facts, rounds: &[EventId]) -> bool {
    let Some((first, last)) = first_and_last(facts, rounds) else { return false };
    let elected = |change: &&LeaderChange| change.elected.is_some_and(|elected| elected < first);
    let term = facts.changes.iter().filter(elected).max_by_key(|change| change.elected).and_then(|change| change.term);
    let leads = |event: &Event| term.is_some() && event.number("term") == term;
    let Some((id, _)) = facts.events_of(&[Meaning::BecameLeader]).find(|(_, event)| leads(event)) else { return false };
    let after = || facts.after(id, usize::MAX);
    let later =
        |event: &Event, than: Micros| event.time.is_some_and(|time| time.micros > than + 2 * facts.value(Parameter::ElectionTimeout));
    let lost = |event: &&Event| {
        let ends = matches!(event.meaning, Meaning::LeaderLost | Meaning::EtcdShutdown) || START_LINES.contains(&event.meaning);
        // The member that asked in vain brings its higher term along when it is back, and the leader gives way to it.
        ends && event.time.is_some_and(|time| time.micros < last - facts.value(Parameter::ElectionTimeout))
            || event.meaning == Meaning::QuorumInactiveStepdown && !later(event, last)
    };
    // What a process says that was started anew, some of it before its telling line, the one before it did not live to say.
    let start = after().find(|event| START_LINES.contains(&event.meaning)).and_then(|event| event.time).map(|time| time.micros);
    let of_it = |event: &Event| event.time.is_some_and(|time| start.is_none_or(|start| start - time.micros > S));
    let steps_down = matches!(facts.generation, Generation::V3 | Generation::PreVote);
    steps_down && after().any(|event| later(event, first) && of_it(event)) && !after().any(|event| lost(&event))
}

/// Whether this member asked from its start on and had its answer within ten seconds of it (judgement): its peers were
/// started after it.
fn part_of_a_start(facts: &Facts, rounds: &[EventId], answer: EventId) -> bool {
    const WITHIN: Micros = 10 * S;
    let Some(first) = rounds.first() else { return false };
    let told =
        |event: &&Event| START_LINES.contains(&event.meaning) || matches!(event.meaning, Meaning::LeaderElected | Meaning::BecameLeader);
    let Some(start) = facts.before(*first, usize::MAX).take(NEARBY).find(told).filter(|event| START_LINES.contains(&event.meaning)) else {
        return false;
    };
    match (start.time.as_ref(), time(facts, answer)) {
        (Some(start), Some(end)) => end - start.micros <= WITHIN,
        // Without times: each round lasted a timeout.
        _ => rounds.len() as Micros * facts.value(Parameter::ElectionTimeout) <= WITHIN,
    }
}

/// Whether another member spoke, or a leader was found.
fn is_answer(event: &Event) -> bool {
    match event.meaning {
        Meaning::BecameLeader
        | Meaning::LeaderElected
        | Meaning::LeaderChanged
        | Meaning::VoteCast
        | Meaning::VoteRejected
        | Meaning::HigherTermMessage
        | Meaning::LowerTermIgnored
        | Meaning::SnapRecv
        | Meaning::SnapApply => true,
        // A member votes for itself at once.
        Meaning::VoteReceived => match (event.word("id"), event.word("from")) {
            (Some(own), Some(from)) => own != from,
            _ => search::split(&event.text, " from ").is_some_and(|(before, after)| {
                let from = after.split(' ').next().unwrap_or("");
                !from.is_empty() && !search::has(before, from)
            }),
        },
        _ => false,
    }
}

#[cfg(test)]
mod tests {
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
        let goes_on =
            line("40.0", "18c54abf5eae5036 [term: 7] ignored a MsgAppResp message with lower term from 343c1c56a3296f58 [term: 6]");
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
        assert!(
            find(&facts(&[&sent]), RuleId::EtcdRequestTimeout).is_some_and(|found| found.title.starts_with("A member could not publish"))
        );
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
        let asks = "2018-05-14 17:04:01.600000 I | raft: raft.node: 343c1c56a3296f58 elected leader 18c54abf5eae5036 at term 7\n"
            .to_owned()
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
}
