//! `fleet-duplicate-machine-id`: several machines seem to share one machine id.

use super::common::{LIMIT, matching, revisions_apart, says, time};
use super::{Finding, Rule};
use crate::facts::{EventId, Facts};
use crate::gather::Gather;
use crate::ids::RuleId;
use crate::log::event::{Event, Meaning};
use crate::parameters::Parameter::EngineReconcileInterval;
use crate::report::{Confidence, Severity};
use crate::sort::sort;
use crate::units::{Micros, S};

/// The rule.
pub const RULE: Rule = Rule {
    id: RuleId::FleetDuplicateMachineId,
    why: "Machines with one id renew \"their\" lease in turn, and each finds it changed. They also overwrite each other's presence and units.",
    what_to_do: "Compare /etc/machine-id on all machines. Copied images copy the id as well: give each machine its own, and restart it.",
    references: &["coreos/fleet@v0.11.5:engine/engine.go:168", "coreos/fleet#1533"],
    check,
};

/// From one line it would be a guess; so many on a beat are none.
const ENOUGH: usize = 3;

fn check(facts: &Facts) -> Option<Finding> {
    // Slow requests nearby explain a lost lease by themselves.
    let slow = facts.any_event(|event| event.is_fleet() && says(event, LIMIT));
    let stolen = facts.has(&[Meaning::EngineLeaseStolen, Meaning::EngineLeaseStealFailed]);
    if slow || stolen {
        return None;
    }
    let refused = matching(facts, &[Meaning::EngineLeaseRenewFailed], |event| revisions_apart(event).is_some());
    let close: Vec<EventId> = refused.iter().copied().filter(|id| by_a_revision_or_two(facts.event(*id))).gather();
    let (shown, what) = if close.len() >= ENOUGH && on_a_beat(facts, &close) {
        let seen =
            "found the lease changed by one or two revisions since, on the beat of the reconcile interval, with no slow request around";
        (close, seen)
    } else {
        (
            never_given_up(facts, &refused),
            "found the lease changed since, and its engine held it again without taking it: it still bore the same id",
        )
    };
    if shown.len() < ENOUGH {
        return None;
    }
    let title = "Several machines seem to share one machine id";
    let what = format!("{} renewals {what}.", shown.len());
    Some(Finding::new(RULE.id, Severity::Critical, Confidence::Medium, title, what).showing(facts, &shown).on(&[EngineReconcileInterval]))
}

/// Losses before which the engine did not say, since its last one, that it took the lease: a lease that bears its id it holds
/// without a word (coreos/fleet@v0.11.5:engine/engine.go:168, acquireLeadership). What a search for errors leaves out tells nothing.
fn never_given_up(facts: &Facts, refused: &[EventId]) -> Vec<EventId> {
    let host = |id: &EventId| (id.log, facts.event(*id).host);
    let informs = |event: &Event, of: &EventId| event.is_fleet() && event.host == facts.event(*of).host && says(event, &[" INFO "]);
    let mut taken = facts.meaning(&[Meaning::EngineLeaseAcquired, Meaning::EngineLeaderChanged]);
    sort(&mut taken);
    let held_on = |pair: &&[EventId]| {
        let since = &taken[taken.partition_point(|id| *id < pair[0])..];
        host(&pair[0]) == host(&pair[1]) && !since.iter().take_while(|id| **id < pair[1]).any(|id| host(id) == host(&pair[1]))
    };
    let again = refused.windows(2).filter(held_on).map(|pair| pair[1]).gather();
    if again.first().is_some_and(|first| facts.any_event(|event| informs(event, first))) { again } else { Vec::new() }
}

/// Somebody wrote the lease just before.
fn by_a_revision_or_two(event: &Event) -> bool {
    revisions_apart(event).is_some_and(|apart| (1..=2).contains(&apart))
}

/// Every pause is a whole number of reconcile intervals, as far as the stamps tell.
fn on_a_beat(facts: &Facts, events: &[EventId]) -> bool {
    let beat = facts.value(EngineReconcileInterval).max(S);
    let times: Vec<Micros> = events.iter().filter_map(|id| time(facts, *id)).gather();
    times.len() == events.len()
        && times.windows(2).all(|pair| {
            let off = (pair[1] - pair[0]).rem_euclid(beat);
            pair[1] - pair[0] <= 60 * beat && off.min(beat - off) <= S
        })
}

#[cfg(test)]
mod tests {
    use crate::ids::RuleId;
    use crate::rules::testing::{facts, find};

    fn refused(second: u32, ours: u32, theirs: u32) -> String {
        format!(
            "Apr 29 14:15:{second:02} node fleetd[580]: ERROR engine.go:217: Engine leadership lost, renewal failed: 101: Compare failed ([{ours} != {theirs}]) [{theirs}]\n"
        )
    }

    #[test]
    fn a_beat_of_refused_renewals() {
        let log = refused(10, 167, 168) + &refused(12, 169, 170) + &refused(16, 172, 173);
        assert!(find(&facts(&[&log]), RuleId::FleetDuplicateMachineId).is_some());
    }

    /// In an etcd that others write to as well the revisions are far apart.
    #[test]
    fn a_lease_that_an_engine_loses_again_and_again_bears_its_id() {
        let info = |second: u32, words: &str| format!("Apr 29 14:15:{second:02} node fleetd[580]: INFO {words}\n");
        let begins = info(1, "server.go:168: Starting server components");
        let losses = |between: &str| [10, 14, 18, 22].map(|second| refused(second, 10 * second, 10 * second + 30) + between).concat();
        let found = |log: String| find(&facts(&[&log]), RuleId::FleetDuplicateMachineId).is_some();
        assert!(found(begins.clone() + &losses("")));
        assert!(!found(losses("")), "a search for errors");
        assert!(!found(begins + &losses(&info(9, "engine.go:185: Engine leadership acquired"))));
    }

    #[test]
    fn one_line_is_a_guess_and_far_revisions_are_another_engine() {
        assert!(find(&facts(&[&refused(10, 167, 168)]), RuleId::FleetDuplicateMachineId).is_none());
        let far = refused(10, 167, 190) + &refused(12, 191, 220) + &refused(16, 221, 260);
        assert!(find(&facts(&[&far]), RuleId::FleetDuplicateMachineId).is_none());
    }
}
