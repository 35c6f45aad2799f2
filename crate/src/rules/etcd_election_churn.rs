//! `etcd-election-churn`: several elections close together.

use super::common::{alerts, human_limit, last_entry, last_entry_term, lines, near, plural, says, span, starts, time, with_etcd_stop};
use super::{Finding, Rule};
use crate::facts::changes::BOOT_TERMS;
use crate::facts::voices::START_LINES;
use crate::facts::{ChangeClass, EventId, Facts, LeaderChange, metrics};
use crate::gather::Gather;
use crate::ids::RuleId;
use crate::index::{Index, slot};
use crate::log::event::{Event, Meaning};
use crate::parameters::Parameter::{ElectionTimeout, HeartbeatInterval};
use crate::report::{Confidence, Severity};
use crate::sort::{by_key, distinct, sort};
use crate::units::{Micros, S, human};

/// The rule.
pub const RULE: Rule = Rule {
    id: RuleId::EtcdElectionChurn,
    why: "Each election stops all writes until it is over. One is what a cluster is made for. Several close together mean that leaders do not last.",
    what_to_do: "See whether the old leaders lived. If stalls cost them their place, a longer election-timeout ends it; if members cannot reach each other, or processes end, no timer helps.",
    references: &[
        "etcd-io/etcd@v2.3.8:raft/raft.go:405",
        "lab: a stall longer than the election-timeout costs 2.x its leader nearly each time",
    ],
    check,
};

/// Two within a minute are churn, or three within some hours (judgement).
const CLOSE: Micros = 60 * S;
const SOME_HOURS: Micros = 6 * 3600 * S;

/// A term that rose above the one its member had.
struct Election {
    term: i64,
    time: Option<Micros>,
    event: EventId,
}

fn check(facts: &Facts) -> Option<Finding> {
    if facts.members == Some(1) || only_wanted(facts) {
        return None;
    }
    let elections = elections(facts);
    if !churns(&elections) {
        let by_terms = by_jump(facts).or_else(|| by_old_entry(facts)).or_else(|| by_others(facts, &elections));
        return by_terms.or_else(|| by_operator(facts)).or_else(|| by_metrics(facts)).or_else(|| by_alert(facts));
    }
    let needless = facts.needless().count();
    let times: Vec<Micros> = elections.iter().filter_map(|election| election.time).gather();
    let over = times
        .iter()
        .max()
        .zip(times.iter().min())
        .map(|(last, first)| format!(" within {}", human((last - first).max(S))))
        .unwrap_or_default();
    let title = format!("{}{over}", plural(elections.len() as u64, "election", "elections"));
    let unplanned = |change: &&LeaderChange| matches!(change.class, ChangeClass::Wanted | ChangeClass::Needless) && change.new.is_some();
    let shown = facts.changes.iter().filter(unplanned).count();
    // The first leader that an excerpt names may be one of them.
    let won = || facts.changes.iter().filter(|change| change.new.is_some() && elections.iter().any(|each| Some(each.term) == change.term));
    let leaders = if shown == 0 { lost_again(facts).min(elections.len()).max(won().count()) } else { shown };
    let alive = facts.needless().filter(|change| change.shows_alive()).count();
    let lived = || format!(" The old leader lived {}", super::common::times(alive as u64));
    let why_they_came = match (alive, facts.explained()) {
        (0, _) => String::new(),
        (_, 0) => format!("{}, and no measured stall explains that.", lived()),
        (_, some) => format!("{}; a stall explains {some} of {needless}. Followers wait {}.", lived(), human_limit(facts, ElectionTimeout)),
    };
    let what = format!(
        "Terms rose {}, and {} came of it.{why_they_came}",
        super::common::times(elections.len() as u64),
        if leaders == 0 { String::from("no new leader") } else { plural(leaders as u64, "new leader", "new leaders") },
    );
    let events: Vec<EventId> = elections.iter().map(|election| election.event).gather();
    let severity = if needless > 1 || shown == 0 { Severity::Critical } else { Severity::Warning };
    let confidence = if times.len() == elections.len() { Confidence::High } else { Confidence::Medium };
    let finding = Finding::new(RULE.id, severity, confidence, title, what)
        .showing(facts, &events)
        .counting(elections.len())
        .on(&[ElectionTimeout, HeartbeatInterval]);
    Some(if leaders == 0 { finding.because(WITHOUT_WINNER) } else { finding })
}

const WITHOUT_WINNER: &str =
    "While nobody is elected etcd accepts no write. Rounds that nobody wins mean that members or their votes are missing.";

/// A member that loses another leader than before had followed it in between, whatever lines the excerpt leaves out.
fn lost_again(facts: &Facts) -> usize {
    let (mut voices, mut known) = (Index::default(), Vec::<Option<(&str, usize)>>::new());
    for (id, event) in facts.events_of(&[Meaning::LeaderLost, Meaning::Leader04]) {
        let nobody_follows = event.word("new").is_none_or(str::is_empty);
        let lost = event.word("leader").or(event.word("old")).filter(|lost| nobody_follows && !lost.is_empty());
        let Some(lost) = lost else { continue };
        let last = slot(&mut known, voices.position(facts.voice(id)));
        *last = Some((lost, last.map_or(0, |(before, others)| others + usize::from(before != lost))));
    }
    known.iter().flatten().map(|(_, others)| *others).max().unwrap_or(0)
}

/// So many terms between two leaders are more than a vote that was split (judgement).
const JUMP: i64 = 10;
/// Over longer the lines in between may be missing as a whole, those of elections that were won among them (judgement).
const JUMP_WITHIN: Micros = 3600 * S;

/// Two leaders that one process names soon after each other, with terms far apart: each try to be elected raises the term.
fn by_jump(facts: &Facts) -> Option<Finding> {
    let (mut voices, mut known) = (Index::default(), Vec::<Option<(i64, EventId)>>::new());
    let mut most: Option<(i64, [EventId; 2])> = None;
    for (id, event) in facts.events_of(&[START_LINES, &[Meaning::LeaderElected, Meaning::LeaderChanged]].concat()) {
        let last = slot(&mut known, voices.position(facts.voice(id)));
        let leader = event.number("term").filter(|_| !START_LINES.contains(&event.meaning)).map(|term| (term, id));
        let before = std::mem::replace(last, leader);
        let (Some((before, first)), Some((term, _))) = (before, leader) else { continue };
        if span(facts, &[first, id]).is_some_and(|apart| apart <= JUMP_WITHIN) && time(facts, first).is_some() {
            most = most.max(Some((term - before, [first, id])));
        }
    }
    let (rise, events) = most.filter(|(rise, _)| *rise >= JUMP)?;
    let title = format!("Between two leaders the term rose by {rise}");
    let what = "Each try of a member to be elected raises it by one, won or lost, and the lines of these tries are not here. A member that is cut off tries alone, up to etcd 3.3 and wherever pre-vote is off.";
    Some(told(facts, title, what, &events, rise as usize))
}

/// What terms tell where the elections themselves are not among the lines.
fn told(facts: &Facts, title: String, what: &str, events: &[EventId], count: usize) -> Finding {
    let finding = Finding::new(RULE.id, Severity::Warning, Confidence::Medium, title, what);
    finding.showing(facts, events).counting(count).on(&[ElectionTimeout, HeartbeatInterval])
}

/// Lines in which a member names its last entry.
const VOTES: &[Meaning] = &[Meaning::VoteSent, Meaning::VoteCast, Meaning::VoteRejected];
/// So many terms without an entry are more than a vote that was split (judgement).
const TERMS_WITHOUT_ENTRY: i64 = 3;

/// A member whose last entry is of a term long past, as it votes or asks for votes. Each leader begins its term with an
/// entry (etcd-io/etcd@v3.4.45:raft/raft.go, becomeLeader).
fn by_old_entry(facts: &Facts) -> Option<Finding> {
    let (starts, boot) = (starts(facts), last_term_of_boot(facts));
    let terms_since = |id: EventId, event: &Event| {
        let term = event.number("term").filter(|term| boot.is_none_or(|boot| *term > boot) && !starts.before(facts, id))?;
        let entry = last_entry_term(event)?;
        // A new cluster's entries are of term 1 until its members are there, and its first leader ends the wait.
        let first = |change: &LeaderChange| change.new.is_some() && change.term >= Some(term);
        (entry > 1 || !facts.changes.iter().any(first)).then_some((term - entry, id))
    };
    let (rise, event) = facts.events_of(VOTES).filter_map(|(id, event)| terms_since(id, event)).max()?;
    if rise < TERMS_WITHOUT_ENTRY {
        return None;
    }
    let title = format!("The term rose by {rise} since a member got an entry from a leader");
    let what = "Each leader begins its term with an entry, and each try to be elected raises the term. So these tries failed, or the member is cut off from whoever leads.";
    Some(told(facts, title, what, &[event], rise as usize).because(WITHOUT_WINNER))
}

/// Terms that rose for members that did not stand for election, where nothing tells which leader was lost.
fn by_others(facts: &Facts, elections: &[Election]) -> Option<Finding> {
    const TELL_MORE: &[Meaning] = &[
        Meaning::LeaderLost,
        Meaning::LeaderChanged,
        Meaning::Leader04,
        Meaning::QuorumInactiveStepdown,
        Meaning::BecameLeader,
        Meaning::ElectionStart,
        Meaning::BecameCandidate,
        Meaning::VoteIgnoredLease,
    ];
    let by_class = facts.changes.iter().any(|change| change.class != ChangeClass::Start || change.old.is_some());
    if by_class || !facts.meaning(TELL_MORE).is_empty() {
        return None;
    }
    let events: Vec<EventId> = elections.iter().map(|election| election.event).filter(|id| by_vote(facts, *id)).gather();
    if events.is_empty() {
        return None;
    }
    let title = format!("{}; no line shows why", plural(events.len() as u64, "election", "elections"));
    let what = "A member followed others into a new term. Which leader it had before, and whether that one lived, is not shown.";
    Some(told(facts, title, what, &events, events.len()))
}

/// Whether a member rose to a term by a request for its vote, or by what the excerpt leaves out. One that hears an elected
/// leader of a higher term was away, or joins; and in its first terms a cluster is not complete.
fn by_vote(facts: &Facts, id: EventId) -> bool {
    let rose = facts.event(id);
    let same = |event: &&Event| event.meaning == Meaning::HigherTermMessage && event.word("id") == rose.word("id");
    let asked = |event: &Event| event.word("value") == Some("MsgVote") && event.number("term") > Some(1);
    let starting = near(facts, id, &[Meaning::Published, Meaning::PublishError], 0, 30 * S, 40);
    matches!(rose.meaning, Meaning::BecameFollower | Meaning::LeaderElected)
        && !starting
        && !starts(facts).before(facts, id)
        && facts.before(id, 5).find(same).is_none_or(asked)
}

/// What OpenShift's operator counted: how far a counter rose in five minutes, as Prometheus estimates it.
fn by_operator(facts: &Facts) -> Option<Finding> {
    let events = facts.meaning(&[Meaning::MetricOperatorChanges]);
    let most = events.iter().filter_map(|id| facts.event(*id).word("count")?.parse::<f64>().ok()).reduce(f64::max)?;
    let disks = |id: &EventId| {
        facts
            .event(*id)
            .word("disks")
            .unwrap_or("")
            .trim_end_matches('.')
            .split([',', '='])
            .filter_map(|part| part.parse().ok())
            .reduce(f64::max)
    };
    let slowest = events.iter().filter_map(disks).reduce(f64::max).map(|seconds: f64| (seconds * S as f64) as Micros);
    let title = format!("OpenShift's operator saw the leader change about {} in five minutes", super::common::times(most.round() as u64));
    let syncs = slowest
        .map_or(String::new(), |slowest| format!(" Of 100 syncs to disk 99 took up to {} then; etcd wants 10\u{a0}ms.", human(slowest)));
    let what =
        format!("{} so. It names neither the moment nor the cause.{syncs}", plural(lines(facts, &events), "event says", "events say"));
    let finding = Finding::new(RULE.id, Severity::Warning, Confidence::Medium, title, what);
    Some(finding.showing(facts, &events).on(&[ElectionTimeout, HeartbeatInterval]))
}

/// The counter of leaders that this member saw.
fn by_metrics(facts: &Facts) -> Option<Finding> {
    let (events, count) = metrics::counter(facts, Meaning::MetricLeaderChanges, metrics::MANY)?;
    let title = format!("The leader changed {}", super::common::times(count));
    let what = "A metric counts the changes since the process started; it tells neither when nor why. Over a year this may be maintenance, over a day it is trouble.";
    let finding = Finding::new(RULE.id, Severity::Warning, Confidence::Low, title, what);
    Some(finding.showing(facts, &events).counting(count as usize).on(&[ElectionTimeout, HeartbeatInterval]))
}

/// What the alert on that counter says.
fn by_alert(facts: &Facts) -> Option<Finding> {
    let title = |event: &Event| format!("The leader changed {}", super::common::times(metrics::value(event).unwrap_or(1)));
    let finding = alerts::told(facts, RULE.id, Severity::Warning, &[Meaning::AlertLeaderChanges], &title)?;
    Some(finding.on(&[ElectionTimeout, HeartbeatInterval]))
}

/// Every change had its reason: a process that ended, or a hand-over. Other rules say so.
fn only_wanted(facts: &Facts) -> bool {
    let mut changes = facts.changes.iter().filter(|change| change.class != ChangeClass::Start).peekable();
    changes.peek().is_some() && changes.all(|change| matches!(change.class, ChangeClass::Wanted | ChangeClass::Planned))
}

fn churns(elections: &[Election]) -> bool {
    let mut times: Vec<Micros> = elections.iter().filter_map(|election| election.time).gather();
    if times.len() < elections.len() {
        return elections.len() >= 3;
    }
    sort(&mut times);
    let within = |count: usize, limit: Micros| times.windows(count).any(|window| window[count - 1] - window[0] <= limit);
    within(2, CLOSE) || within(3, SOME_HOURS)
}

/// Every term that rose, once for the whole cluster, without starts, hand-overs, stops by hand and what timers of before cost.
fn elections(facts: &Facts) -> Vec<Election> {
    let (mut voices, mut known) = (Index::default(), Vec::<Option<i64>>::new());
    let (mut terms, mut elections) = (Index::default(), Vec::<Election>::new());
    let boot = last_term_of_boot(facts);
    let planned = distinct(facts.changes.iter().filter(|change| change.class == ChangeClass::Planned).filter_map(|change| change.term));
    let outgrown = facts.outgrown_terms();
    let starts = starts(facts);
    for (id, event) in facts.all_events() {
        let Some((term, rises)) = term_of(event) else { continue };
        let rises = rises && !(event.meaning == Meaning::LeaderLost && asked_first(facts, id, term));
        let highest = slot(&mut known, voices.position(facts.voice(id)));
        let before = *highest;
        *highest = before.max(Some(term));
        let rose = before.map_or(rises, |before| term > before) && !(before.is_none() && starts.before(facts, id));
        if !rose
            || planned.binary_search(&term).is_ok()
            || outgrown.ended(term).is_some_and(|ended| term > ended)
            || boot.is_some_and(|boot| term <= boot)
            || with_etcd_stop(facts, id)
        {
            continue;
        }
        let election = Election { term, time: event.time.map(|time| time.micros), event: id };
        match elections.get_mut(terms.position(term)) {
            Some(first) if election.time < first.time => *first = election,
            Some(_) => {}
            None => elections.push(election),
        }
    }
    // The first term that a member of 0.4 prints is not known to be new; its leaders are.
    let named = without_terms(facts);
    if named.len() > elections.len() {
        elections = named;
    }
    by_key(&mut elections, |election| (election.time, election.term));
    elections
}

/// The term a line speaks of, and whether it tells by itself that this term is new.
fn term_of(event: &Event) -> Option<(i64, bool)> {
    let rises = match event.meaning {
        Meaning::BecameCandidate | Meaning::LeaderLost | Meaning::LeaderChanged | Meaning::BecameLeader | Meaning::Term04 => true,
        // Whoever asks for votes, or counts them, has raised its term; to ask whether it may is no election yet.
        Meaning::VoteSent | Meaning::VoteReceived => !says(event, &["PreVote"]),
        // Each member begins in term 1, which nobody leads (etcd-io/etcd@v2.3.8:raft/node.go, StartNode).
        Meaning::BecameFollower if event.number("term") <= Some(1) => return None,
        // What a member had before it heard of a higher one is a term as well.
        // Who only asks whether it may be elected keeps its term, also as it gives its leader up.
        Meaning::BecameFollower | Meaning::BecamePreCandidate | Meaning::LeaderElected | Meaning::HigherTermMessage => false,
        _ => return None,
    };
    Some((event.number("term")?, rises))
}

/// Whether a member gave its leader up in the old term, as where it asks before it stands for election: the next leader
/// that it names has a higher one (etcd-io/raft@v3.6.0:raft.go, becomePreCandidate).
fn asked_first(facts: &Facts, id: EventId, term: i64) -> bool {
    // The next leader is named within a campaign's few lines.
    let mut next = facts
        .after(id, 100)
        .filter(|event| matches!(event.meaning, Meaning::LeaderElected | Meaning::LeaderChanged | Meaning::BecameLeader));
    next.next().and_then(|event| event.number("term")).is_some_and(|next| next > term)
}

/// The term of the cluster's first leader; lower ones belong to its boot. Without a line of a start a leader of a
/// high term is only the first that the excerpt shows, and so is one whose voters have many entries.
fn last_term_of_boot(facts: &Facts) -> Option<i64> {
    /// More than a cluster writes before it has had a few leaders (judgement).
    const MANY_ENTRIES: i64 = 1_000;
    let boots = !facts.meaning(START_LINES).is_empty();
    let wrote_much = facts.events_of(VOTES).any(|(_, event)| last_entry(event, "index: ") > Some(MANY_ENTRIES));
    let firsts = facts.changes.iter().filter(|change| change.class == ChangeClass::Start);
    firsts.filter_map(|change| change.term).filter(|term| boots || *term <= BOOT_TERMS && !wrote_much).max()
}

/// etcd 0.4 prints no term beside its leaders; where no line of its names a term, each change that
/// nobody planned is an election.
fn without_terms(facts: &Facts) -> Vec<Election> {
    let changes = facts
        .changes
        .iter()
        .filter(|change| change.term.is_none() && change.class != ChangeClass::Start && change.class != ChangeClass::Planned);
    changes.filter_map(|change| Some(Election { term: 0, time: change.elected, event: *change.events.first()? })).gather()
}

#[cfg(test)]
mod tests {
    use crate::ids::RuleId;
    use crate::rules::testing::{facts, find};

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
        let found = |log: String| find(&facts(&[&log]), RuleId::EtcdElectionChurn);
        assert!(found(higher("MsgVote", 12)).expect("an election").title.contains("no line shows why"));
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
        assert!(found(refused + &higher("MsgVote", 12)).expect("two rounds").what.contains("1\u{a0}new leader"));
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
        let follows = |minute: u32, term: u32| {
            format!("2022-03-01 10:{minute:02}:00.000000 I | raft: 2a0965170762fd09 became follower at term {term}\n")
        };
        assert_eq!(found(follows(1, 12) + &follows(4, 14) + &follows(9, 19)).expect("elections").count, 2);
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
        let one = find(&facts(&[&hears(898, 899, "MsgVote")]), RuleId::EtcdElectionChurn).expect("one");
        assert!(one.title.ends_with("no line shows why"), "{}", one.title);
    }

    #[test]
    fn one_election_is_none_and_neither_are_two_far_apart() {
        assert!(find(&facts(&[&lost("10:00:00", 5)]), RuleId::EtcdElectionChurn).is_none());
        let far = lost("10:00:00", 5) + &lost("12:30:00", 6);
        assert!(find(&facts(&[&far]), RuleId::EtcdElectionChurn).is_none());
    }
}
