//! The constraints that more than one rule states, and what they are counted from.

use super::lines::{all, voice};
use super::wording::range;
use crate::facts::beside::time;
use crate::facts::failures::with_fleet_stop;
use crate::facts::{ChangeClass, EventId, Facts, FleetFailure, StallKind};
use crate::gather::Gather;
use crate::log::event::Meaning;
use crate::parameters::Parameter;
use crate::rules::{Basis, Constraint, Side};
use crate::sort;
use crate::units::{Micros, S, human};

/// Needless leader changes that a measured or estimated stall explains.
pub fn explained(facts: &Facts) -> usize {
    let known = |stall: usize| facts.stalls.get(stall).is_some_and(|stall| stall.kind != StallKind::Censored);
    facts.needless().filter(|change| change.stall.is_some_and(known)).count()
}

/// What the stalls of leaders demand of the election-timeout. Both bounds are written for a heartbeat
/// of a tenth of it: no needless election was measured while T >= S + 2H (lab), so T >= S / 0.8; with
/// a quarter more for the stall not yet seen, T >= 1.25 S / 0.8.
pub fn outlast_stalls(facts: &Facts) -> Vec<Constraint> {
    let Some(stall) = facts.longest_stall() else { return Vec::new() };
    let longest = stall.planned;
    let seen = match stall.kind {
        StallKind::Censored => format!(
            "followers missed the leader for at least {}, which only bounds its stall from below; {} is assumed",
            human(stall.length.low),
            human(longest)
        ),
        StallKind::Return | StallKind::CutOff => {
            format!("the longest silence of a leader is estimated at {} from when it came back", human(longest))
        }
        _ => format!("the longest stall of a leader lasted {}", range(stall.length)),
    };
    let bare = if stall.kind == StallKind::Censored { Basis::Judgement } else { Basis::Measured };
    vec![
        Constraint {
            parameter: Parameter::ElectionTimeout,
            side: Side::AtLeast,
            bound: longest * 5 / 4,
            basis: bare,
            because: format!(
                "{seen}; no election came in measured clusters while the election-timeout was at least the stall and two heartbeats"
            ),
        },
        Constraint {
            parameter: Parameter::ElectionTimeout,
            side: Side::AtLeast,
            bound: longest * 25 / 16,
            basis: Basis::Judgement,
            because: format!(
                "a margin of a quarter over {} for a stall this log does not show, and two heartbeats of a tenth",
                human(longest)
            ),
        },
    ]
}

/// What failed requests demand of fleet's etcd-request-timeout: requests that met a stall of a leader
/// are served when it wakes, so the limit must outlast the stall (lab). Requests begun between a
/// leader's death and the next leader are lost in etcd whatever the limit is, so these demand nothing.
pub fn outlast_requests(facts: &Facts) -> Vec<Constraint> {
    let curable: Vec<&FleetFailure> = facts.fleet_failures.iter().filter(|failure| !by_death(facts, failure)).gather();
    // One burst alone proves too little: it is as well a hiccup of one second.
    if curable.len() < 2 {
        return Vec::new();
    }
    let stalls = curable.iter().filter_map(|failure| facts.stalls.get(failure.stall?)).map(|stall| stall.planned);
    let at_least =
        |bound, basis, because| Constraint { parameter: Parameter::EtcdRequestTimeout, side: Side::AtLeast, bound, basis, because };
    let tied = curable.iter().filter(|failure| failure.stall.is_some()).count();
    if let (Some(longest), true) = (stalls.max(), tied * 5 >= curable.len() * 4) {
        return vec![at_least(
            longest * 5 / 4,
            Basis::Measured,
            format!(
                "{tied} of {} failed bursts met a stall of etcd's leader, the longest {}; a request survives a stall when its limit is longer",
                curable.len(),
                human(longest)
            ),
        )];
    }
    let mut demands = vec![at_least(
        5 * S,
        Basis::Judgement,
        String::from(
            "each failed request only says that etcd took longer than the limit; 5\u{a0}s was measured to silence stalls of 1.5\u{a0}s",
        ),
    )];
    let wait = crate::facts::failures::proven_wait(facts).unwrap_or(0);
    if wait > facts.value(Parameter::EtcdRequestTimeout) {
        demands.push(at_least(
            wait * 5 / 4,
            Basis::Measured,
            format!("requests failed one straight after the other for {}, so etcd gave no answer for at least that long", human(wait)),
        ));
    }
    demands
}

/// Lines with which fleet's engine lease went from one machine to another: one that names the new engine, or an engine
/// that acquires it after another one did.
pub fn lease_moves(facts: &Facts) -> Vec<EventId> {
    let named = all(facts, &[Meaning::EngineLeaderChanged]);
    let mut acquired = all(facts, &[Meaning::EngineLeaseAcquired]);
    acquired.retain(|id| time(facts, *id).is_some());
    sort::by_key(&mut acquired, |id| time(facts, *id));
    let moves = acquired.windows(2).filter(|pair| voice(facts, pair[0]) != voice(facts, pair[1]) && !with_fleet_stop(facts, pair[0]));
    let moved: Vec<EventId> = moves.map(|pair| pair[1]).gather();
    // Both kinds tell of the same moves.
    if moved.len() > named.len() { moved } else { named }
}

/// The longest pass of fleet's engine that is logged: it warns when one takes longer than its interval
/// (coreos/fleet@v0.11.5:engine/engine.go:115).
pub fn longest_pass(facts: &Facts) -> Option<Micros> {
    facts.events_of(&[Meaning::EngineReconcileDuration]).filter_map(|(_, event)| event.duration("took")).max()
}

/// Whether the failure fell into the time after a leader's death.
fn by_death(facts: &Facts, failure: &FleetFailure) -> bool {
    failure.stall.is_none() && failure.change.and_then(|at| facts.changes.get(at)).is_some_and(|change| change.class == ChangeClass::Wanted)
}
