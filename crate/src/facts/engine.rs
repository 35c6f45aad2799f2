//! fleet's engine: between which machines its lease moved, and how long its passes took.

use super::beside::time;
use super::failures::with_fleet_stop;
use super::{EventId, Facts};
use crate::gather::Gather;
use crate::log::event::Meaning;
use crate::sort::by_key;
use crate::units::Micros;

/// Lines with which the lease went from one machine to another: one that names the new engine, or an engine that acquires
/// it after another one did.
pub fn lease_moves(facts: &Facts) -> Vec<EventId> {
    let named = facts.meaning(&[Meaning::EngineLeaderChanged]);
    let mut acquired = facts.meaning(&[Meaning::EngineLeaseAcquired]);
    acquired.retain(|id| time(facts, *id).is_some());
    by_key(&mut acquired, |id| time(facts, *id));
    let moves = acquired.windows(2).filter(|pair| facts.voice(pair[0]) != facts.voice(pair[1]) && !with_fleet_stop(facts, pair[0]));
    let moved: Vec<EventId> = moves.map(|pair| pair[1]).gather();
    // Both kinds tell of the same moves.
    if moved.len() > named.len() { moved } else { named }
}

/// The longest pass that is logged: the engine warns when one takes longer than its interval
/// (coreos/fleet@v0.11.5:engine/engine.go:115).
pub fn longest_pass(facts: &Facts) -> Option<Micros> {
    facts.events_of(&[Meaning::EngineReconcileDuration]).filter_map(|(_, event)| event.duration("took")).max()
}
