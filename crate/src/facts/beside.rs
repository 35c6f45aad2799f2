//! When lines were written, and what stands beside one on the same host of the same document.

use super::{EventId, Facts};
use crate::gather::Gather;
use crate::log::event::{Event, Meaning};
use crate::units::Micros;

/// When an event happened.
pub fn time(facts: &Facts, id: EventId) -> Option<Micros> {
    facts.event(id).time.map(|time| time.micros)
}

/// From the first to the last of these events.
pub fn span(facts: &Facts, events: &[EventId]) -> Option<Micros> {
    let times: Vec<Micros> = events.iter().filter_map(|id| time(facts, *id)).gather();
    Some(times.iter().max()? - times.iter().min()?)
}

/// So many recognised lines are looked at on either side; more in so short a time tell nothing new.
const NEIGHBOURS: usize = 2_000;

/// Whether a line of `meanings` stands on the same host of the same document within [from, to] of
/// this one; without time stamps, within so many recognised lines.
pub fn near(facts: &Facts, id: EventId, meanings: &[Meaning], from: Micros, to: Micros, lines: usize) -> bool {
    beside(facts, id, from, to, lines, &|event| meanings.contains(&event.meaning))
}

/// As `near`, of lines that `fit`.
pub fn beside(facts: &Facts, id: EventId, from: Micros, to: Micros, lines: usize, fit: &dyn Fn(&Event) -> bool) -> bool {
    let Some(log) = facts.logs.get(id.log) else { return false };
    let here = facts.event(id);
    // Whole-second stamps put lines of one moment in any order, so both sides are looked at.
    let in_reach = |(at, event): &(usize, &Event)| match (event.time, here.time) {
        (Some(there), Some(now)) => (from.min(0)..=to.max(0)).contains(&(there.micros - now.micros)),
        _ => at.abs_diff(id.event) <= lines,
    };
    let fits = |(_, event): (usize, &Event)| {
        let in_time = match (event.time, here.time) {
            (Some(there), Some(now)) => (from..=to).contains(&(there.micros - now.micros)),
            _ => true,
        };
        in_time && event.host == here.host && fit(event)
    };
    let events = || log.events.iter().enumerate();
    let before = events().take(id.event + 1).rev().take(NEIGHBOURS).take_while(in_reach).any(fits);
    before || events().skip(id.event).take(NEIGHBOURS).take_while(in_reach).any(fits)
}
