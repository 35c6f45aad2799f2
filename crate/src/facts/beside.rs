//! When lines were written, and what stands beside one on the same host of the same document.

use super::{EventId, Facts};
use crate::gather::Gather;
use crate::index::{Index, slot};
use crate::log::event::{Event, Meaning};
use crate::units::Micros;

/// When an event happened.
pub fn time(facts: &Facts, id: EventId) -> Option<Micros> {
    facts.event(id).moment()
}

/// From the first to the last of these events.
pub fn span(facts: &Facts, events: &[EventId]) -> Option<Micros> {
    let times: Vec<Micros> = events.iter().filter_map(|id| time(facts, *id)).gather();
    Some(times.iter().max()? - times.iter().min()?)
}

/// Where lines of some kind stand first and last, by machine of a log: asked for many lines, each need not look through the log.
#[derive(Default)]
pub struct Reach {
    places: Index,
    ends: Vec<(usize, usize)>,
}

impl Reach {
    /// Of lines with one of these meanings.
    pub fn of(facts: &Facts, meanings: &[Meaning]) -> Reach {
        let mut reach = Reach::default();
        for (id, _) in facts.events_of(meanings) {
            let (first, last) = slot(&mut reach.ends, reach.places.position(facts.voice(id)));
            // One more than where it stands: a new place has none yet.
            *first = if *first == 0 { id.event + 1 } else { *first };
            *last = id.event + 1;
        }
        reach
    }

    /// Whether one stands before this line, from the same host of the same document.
    pub fn before(&self, facts: &Facts, id: EventId) -> bool {
        self.place(facts, id).is_some_and(|(first, _)| first <= id.event)
    }

    /// Whether one stands after this line, from the same host of the same document.
    pub fn after(&self, facts: &Facts, id: EventId) -> bool {
        self.place(facts, id).is_some_and(|(_, last)| last > id.event + 1)
    }

    fn place(&self, facts: &Facts, id: EventId) -> Option<(usize, usize)> {
        self.places.find(facts.voice(id)).map(|at| self.ends[at])
    }
}

/// Lines of one machine in one log, from one of them on, the nearest first.
pub struct Around<'a> {
    lines: &'a [Event],
    host: Option<u16>,
    back: bool,
}

impl<'a> Iterator for Around<'a> {
    type Item = &'a Event;

    #[inline(never)]
    fn next(&mut self) -> Option<&'a Event> {
        loop {
            let (event, rest) = if self.back { self.lines.split_last()? } else { self.lines.split_first()? };
            self.lines = rest;
            if event.host == self.host {
                return Some(event);
            }
        }
    }
}

impl Facts {
    /// All that the machine of this line printed into its log.
    pub fn lines_of(&self, id: EventId) -> Around<'_> {
        Around { lines: &self.logs[id.log].events, host: self.event(id).host, back: false }
    }

    /// What the machine of this line printed before it, among so many lines of its log.
    pub fn before(&self, id: EventId, reach: usize) -> Around<'_> {
        let lines = &self.logs[id.log].events[id.event.saturating_sub(reach)..id.event];
        Around { lines, host: self.event(id).host, back: true }
    }

    /// What the machine of this line printed after it, among so many lines of its log.
    pub fn after(&self, id: EventId, reach: usize) -> Around<'_> {
        let after = &self.logs[id.log].events[id.event + 1..];
        Around { lines: &after[..reach.min(after.len())], host: self.event(id).host, back: false }
    }
}

/// So many recognised lines are looked at on either side; more in so short a time tell nothing new.
pub const NEIGHBOURS: usize = 2_000;

/// Whether a line of `meanings` stands on the same host of the same document within [from, to] of
/// this one; without time stamps, within so many recognised lines.
pub fn near(facts: &Facts, id: EventId, meanings: &[Meaning], from: Micros, to: Micros, lines: usize) -> bool {
    let here = facts.event(id);
    let fits = |other: &EventId| {
        let event = facts.event(*other);
        let in_time = match (event.time, here.time) {
            (Some(there), Some(now)) => (from..=to).contains(&(there.micros - now.micros)),
            _ => other.event.abs_diff(id.event) <= lines,
        };
        in_time && event.host == here.host
    };
    meanings.iter().any(|meaning| facts.around(*meaning, id, NEIGHBOURS).iter().any(fits))
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
