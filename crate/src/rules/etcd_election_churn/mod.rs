//! `etcd-election-churn`: several elections close together.

mod by_count;
mod by_terms;
mod elections;

use self::elections::{Election, elections, leaders_of};
use super::common::{human_limit, plural, times};
use super::{Finding, Rule};
use crate::facts::{ChangeClass, EventId, Facts};
use crate::gather::Gather;
use crate::ids::RuleId;
use crate::parameters::Parameter::{ElectionTimeout, HeartbeatInterval};
use crate::report::{Confidence, Severity};
use crate::sort::sort;
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

fn check(facts: &Facts) -> Option<Finding> {
    if facts.members == Some(1) || only_wanted(facts) {
        return None;
    }
    let elections = elections(facts);
    if churns(&elections) { Some(shown(facts, &elections)) } else { by_terms::told(facts, &elections).or_else(|| by_count::told(facts)) }
}

const WITHOUT_WINNER: &str =
    "While nobody is elected etcd accepts no write. Rounds that nobody wins mean that members or their votes are missing.";

/// Elections whose own lines are here.
fn shown(facts: &Facts, elections: &[Election]) -> Finding {
    let moments = moments(elections);
    let within = moments.first().zip(moments.last()).map(|(first, last)| format!(" within {}", human((last - first).max(S))));
    let title = format!("{}{}", plural(elections.len() as u64, "election", "elections"), within.unwrap_or_default());
    let (won, leaders) = leaders_of(facts, elections);
    // More tries were in vain than these lines show.
    let earlier = by_terms::since_last_entry(facts).filter(|(rise, _)| leaders == 0 && *rise > elections.len() as i64);
    let earlier = earlier.map_or(String::new(), |(rise, _)| format!(" It rose by {rise} since a member got an entry from a leader."));
    let what = format!(
        "The term rose {}, and {} came of it.{}{earlier}",
        times(elections.len() as u64),
        if leaders == 0 { String::from("no new leader") } else { plural(leaders as u64, "new leader", "new leaders") },
        why_they_came(facts),
    );
    let events: Vec<EventId> = elections.iter().map(|election| election.event).gather();
    let severity = if facts.needless().count() > 1 || !won { Severity::Critical } else { Severity::Warning };
    let confidence = if moments.len() == elections.len() { Confidence::High } else { Confidence::Medium };
    let finding = Finding::new(RULE.id, severity, confidence, title, what)
        .showing(facts, &events)
        .counting(elections.len())
        .on(&[ElectionTimeout, HeartbeatInterval]);
    if leaders == 0 { finding.because(WITHOUT_WINNER) } else { finding }
}

/// How often the old leader lived, and whether its silence explains that.
fn why_they_came(facts: &Facts) -> String {
    let alive = facts.needless().filter(|change| change.shows_alive()).count();
    let lived = || format!(" The old leader lived {}", times(alive as u64));
    match (alive, facts.explained()) {
        (0, _) => String::new(),
        (_, 0) => format!("{}, and no measured stall explains that.", lived()),
        (_, some) => {
            let needless = facts.needless().count();
            // One that is guessed may have been the link's silence.
            let by = if facts.explaining().all(|stall| stall.kind.is_measured()) { "a stall" } else { "its silence" };
            let which = match (some == needless, needless) {
                (true, 1) => String::from("that"),
                (true, _) => String::from("each"),
                _ => format!("{some} of {needless} changes"),
            };
            format!("{}; {by} explains {which}. Followers wait {}.", lived(), human_limit(facts, ElectionTimeout))
        }
    }
}

/// Every change had its reason: a process that ended, or a hand-over. Other rules say so.
fn only_wanted(facts: &Facts) -> bool {
    let mut changes = facts.after_start().peekable();
    changes.peek().is_some() && changes.all(|change| change.class == ChangeClass::Wanted || change.is_asked_for())
}

fn churns(elections: &[Election]) -> bool {
    let moments = moments(elections);
    if moments.len() < elections.len() {
        return elections.len() >= 3;
    }
    let within = |count: usize, limit: Micros| moments.windows(count).any(|window| window[count - 1] - window[0] <= limit);
    within(2, CLOSE) || within(3, SOME_HOURS)
}

/// When they were, as far as that is told, in order.
fn moments(elections: &[Election]) -> Vec<Micros> {
    let mut moments: Vec<Micros> = elections.iter().filter_map(|election| election.time).gather();
    sort(&mut moments);
    moments
}

#[cfg(test)]
mod tests;
