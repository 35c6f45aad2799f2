//! `etcd-leader-lost`: a member lost its leader, and nobody handed it over.

mod lines;
mod words;

use super::common::{near, stopped_on_purpose, time, times};
use super::{Finding, Rule};
use crate::facts::took_back::{TookBack, took_back};
use crate::facts::voices::{START_LINES, speaker};
use crate::facts::{ChangeClass, EventId, Facts, LeaderChange, StallKind};
use crate::gather::Gather;
use crate::ids::RuleId;
use crate::log::event::{Event, Meaning};
use crate::parameters::NO_FAILOVER_TAKES;
use crate::parameters::Parameter::{ElectionTimeout, HeartbeatInterval};
use crate::report::{Confidence, Severity};
use crate::search;
use crate::units::{Micros, S, human};

/// The rule.
pub const RULE: Rule = Rule {
    id: RuleId::EtcdLeaderLost,
    why: "Without a leader etcd accepts no write. Whatever writes, as the leases of its clients do, waits or fails until the next leader is there.",
    what_to_do: "Read the old leader's log of the seconds before: a stall, the end of its process and a broken link each leave their own lines. Timers help only against a stall.",
    references: &[
        "etcd-io/etcd@v2.3.8:raft/node.go:305",
        "lab: elections while the old leader lives are needless, those after its death are what a cluster is for",
    ],
    check,
};

fn check(facts: &Facts) -> Option<Finding> {
    let unplanned: Vec<_> = facts
        .changes
        .iter()
        .filter(|change| matches!(change.class, ChangeClass::Needless | ChangeClass::Wanted))
        // Only a leader is late with heartbeats: where no line names the old one, such a stall shows that there was one.
        .filter(|change| change.old.is_some() || facts.stall_of(change).is_some_and(|stall| stall.kind == StallKind::LateHeartbeat))
        .gather();
    if !unplanned.is_empty() && unplanned.iter().all(|change| stopped_on_purpose(facts, change)) {
        return None;
    }
    let (mut events, confidence) = of_losses(facts, &unplanned);
    if events.is_empty()
        && let Some(finding) = by_higher_term(facts)
    {
        return Some(finding);
    }
    // Where a leader changed, none is shown to have kept its place.
    let by_itself = [ChangeClass::Needless, ChangeClass::Wanted, ChangeClass::Outgrown];
    let refused = events.is_empty() && !facts.changes.iter().any(|change| by_itself.contains(&change.class));
    if refused {
        events = lines::refused_votes(facts);
    }
    // A cluster that elects more than once before it works is still starting.
    let starting =
        facts.changes.iter().skip(1).filter(|change| change.class == ChangeClass::Start).filter_map(|change| change.elected).max();
    events.retain(|id| time(facts, *id).is_none_or(|now| starting.is_none_or(|until| now > until)));
    if unplanned.is_empty() {
        events.retain(|id| !within_a_start(facts, *id));
    }
    if events.is_empty() {
        return None;
    }
    match took_back(facts).filter(|_| unplanned.is_empty() && !refused) {
        Some(back) => Some(without_it(facts, &events, &back)),
        None => Some(lost(facts, &events, &unplanned, confidence, refused)),
    }
}

/// Whether this member had started in the seconds before and not yet seen its first write (judgement): it belongs to the start.
fn within_a_start(facts: &Facts, id: EventId) -> bool {
    let just = |meanings| near(facts, id, meanings, -5 * S, 0, 100);
    time(facts, id).is_some() && just(START_LINES) && !just(&[Meaning::Published])
}

/// The lines that tell of it; where none says it, those of the changes or of the members that asked for votes.
fn of_losses(facts: &Facts, unplanned: &[&LeaderChange]) -> (Vec<EventId>, Confidence) {
    let events = lines::lost_lines(facts);
    if !events.is_empty() {
        return (events, Confidence::High);
    }
    let told = |change: &&&LeaderChange| change.old != change.new || is_needless(facts, change);
    let of_changes: Vec<_> = unplanned.iter().filter(told).filter_map(|change| change.events.first().copied()).gather();
    let events = if of_changes.is_empty() { lines::unasked(facts, lines::first_campaigns(facts)) } else { of_changes };
    (events, Confidence::Medium)
}

fn lost(facts: &Facts, events: &[EventId], unplanned: &[&LeaderChange], confidence: Confidence, refused: bool) -> Finding {
    let needless = unplanned.iter().filter(|change| is_needless(facts, change)).count();
    // Beside others, one that only won again lived as well when it lost its place.
    let again = unplanned.iter().filter(|change| needless > 0 && won_again(facts, change)).count();
    // A term that got no leader is a round that failed, not one more loss.
    let count = if unplanned.is_empty() { lines::losses(facts, events) } else { unplanned.len() };
    let all_wanted = !unplanned.is_empty() && unplanned.iter().all(|change| change.class == ChangeClass::Wanted);
    let unknown = needless == 1 && unplanned.iter().all(|change| may_have_handed_over(facts, change));
    let severity = if needless > 0 && !unknown { Severity::Critical } else { Severity::Warning };
    let title = words::title(facts, count, (needless, again), all_wanted);
    let what = if refused { words::asked_alone(facts, events) } else { words::what(facts, (needless, again), unplanned.len(), all_wanted) };
    let finding = Finding::new(RULE.id, severity, confidence, title, what).showing(facts, events).counting(count);
    let finding = finding.on(&[ElectionTimeout, HeartbeatInterval]);
    let stood_still = |change: &&LeaderChange| facts.stall_of(change).is_some_and(|stall| stall.kind.stood_still());
    if needless > 0 && unplanned.iter().all(stood_still) && facts.explaining().any(|stall| stall.kind.is_measured()) {
        return finding.advising("Find what stalls the leader: its disk, or processor time taken by other work or by the host. An election-timeout that outlasts the stalls keeps the leader in its place; it shortens none.");
    }
    if needless == 0 || raised(facts).is_empty() {
        return finding;
    }
    finding.advising("Look at the member that asked for votes: its process, its disk, its link to the leader. In etcd 3.4 --pre-vote=true, the default from 3.5 on, keeps such a member from taking a leader's place.")
}

/// A leader gave way, and the excerpt ends with that.
fn by_higher_term(facts: &Facts) -> Option<Finding> {
    let events = lines::gave_way(facts);
    let title = format!("A leader gave way to a higher term {}", times(events.len() as u64));
    let what = "Another member had missed it and asked for votes. The excerpt does not show who leads since, nor why it was missed.";
    let finding = || Finding::new(RULE.id, Severity::Warning, Confidence::High, title, what).showing(facts, &events);
    (!events.is_empty()).then(|| finding().counting(events.len()).on(&[ElectionTimeout, HeartbeatInterval]))
}

/// A member was without its leader, and nobody else was elected.
fn without_it(facts: &Facts, events: &[EventId], back: &TookBack) -> Finding {
    let long = if back.longest > 0 { format!(", for up to {}", human(back.longest)) } else { String::new() };
    let title = format!("A member lost its leader {}{long}, and took the same one back", times(back.times as u64));
    let what = "Nobody else was elected: the others heard the leader, or stood still as well. Meanwhile this member could serve nothing that needs the leader.";
    Finding::new(RULE.id, Severity::Warning, Confidence::High, title, what)
        .showing(facts, events)
        .counting(back.times)
        .on(&[ElectionTimeout, HeartbeatInterval])
        .advising("Look at this member and at its link to the leader: no late heartbeat in the leader's log means that the leader ran.")
}

/// A living leader lost its place, to another member or by a stall.
fn is_needless(facts: &Facts, change: &LeaderChange) -> bool {
    change.class == ChangeClass::Needless && (change.old != change.new || change.stall.is_some()) && !without_majority(facts, change)
}

/// A member stopped hearing its leader and asked for votes, and the same one won.
fn won_again(facts: &Facts, change: &LeaderChange) -> bool {
    change.class == ChangeClass::Needless && change.old == change.new && !is_needless(facts, change) && !without_majority(facts, change)
}

/// Only a member speaks that neither led nor leads. From 3.0 on a leader may hand over, and what such a member prints then is
/// what it prints when the leader stood still: that it was asked, and voted (etcd-io/etcd@v3.4.45:raft/raft.go, campaignTransfer).
fn may_have_handed_over(facts: &Facts, change: &LeaderChange) -> bool {
    const BY_RAFT: &[Meaning] = &[
        Meaning::HigherTermMessage,
        Meaning::BecameCandidate,
        Meaning::LeaderLost,
        Meaning::LeaderElected,
        Meaning::LeaderChanged,
        Meaning::HeartbeatLate,
        Meaning::VoteCast,
    ];
    let is_one = |who: &str| [&change.old, &change.new].iter().any(|one| one.as_deref() == Some(who));
    let concerned = |event: &Event| match event.meaning {
        // Only a leader is late with it.
        Meaning::HeartbeatLate => true,
        // With pre-vote a hand-over is told apart.
        Meaning::VoteCast => search::has(&event.text, "MsgPreVote"),
        _ => speaker(event).is_some_and(is_one),
    };
    let hands_over = facts.generation.is_3_or_later();
    hands_over && change.term.is_some() && !change.shows_alive() && !facts.events_of(BY_RAFT).any(|(_, event)| concerned(event))
}

/// The old leader had stepped down for want of a majority, and for longer than any failover takes nobody took its place:
/// none was there that could have elected another one.
fn without_majority(facts: &Facts, change: &LeaderChange) -> bool {
    let Some(elected) = change.elected.filter(|_| change.class == ChangeClass::Needless) else { return false };
    let until = elected - (NO_FAILOVER_TAKES * facts.value(ElectionTimeout)).max(5 * S);
    let since = facts.elected.last(elected - 1).map_or(Micros::MIN, |(before, _)| before);
    let by_old = |event: &Event| event.word("id").is_none() || event.word("id") == change.old.as_deref();
    facts.events_between(&[Meaning::QuorumInactiveStepdown], since, until).any(|(_, event)| by_old(event))
}

/// The members whose requests for votes took the place of a leader that the others heard, one for each change.
fn raised(facts: &Facts) -> Vec<&str> {
    facts
        .needless()
        .filter(|change| change.old.is_some() && is_needless(facts, change))
        .filter_map(|change| change.raised_by.as_deref())
        .gather()
}

#[cfg(test)]
mod tests;
