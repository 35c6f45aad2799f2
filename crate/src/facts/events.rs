//! Asking for events: by their meaning, by their words.

use std::cell::OnceCell;

use super::Facts;
use super::texts::{WITHOUT_LEADER, says};
use crate::gather::Gather;
use crate::log::event::{Event, LogReading, Meaning};
use crate::log::messages::signature::signatures;
use crate::moments::Moments;
use crate::report::document_id;
use crate::sort::sort;
use crate::units::Micros;

/// Refers to one event: document and index into that document's events.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct EventId {
    /// Index into `Facts::logs`.
    pub log: usize,
    /// Index into its events.
    pub event: usize,
}

/// The events of one meaning.
#[derive(Debug, Default)]
pub(super) struct Alike {
    /// By document and time.
    events: Vec<EventId>,
    /// Where they stand there by time, for the first who asks what happened around a moment.
    moments: OnceCell<Moments>,
}

/// Most rules ask for events by their meaning, of which a large log has tens of thousands.
pub(super) fn by_meaning(facts: &Facts) -> Vec<Alike> {
    let mut by_meaning: Vec<Alike> = Vec::new();
    for (id, event) in facts.all_events() {
        let meaning = event.meaning as usize;
        if by_meaning.len() <= meaning {
            by_meaning.resize_with(meaning + 1, Alike::default);
        }
        by_meaning[meaning].events.push(id);
    }
    by_meaning
}

/// A key for a machine within a log; without one, for the lines that name none.
pub fn key_of_place(log: usize, host: Option<u16>) -> i64 {
    (log as i64) << 17 | host.map_or(0, |host| i64::from(host) + 1)
}

/// Of events that are alike in all but numbers and ids the first, and every other event. A stalling leader prints a hundred
/// thousand late heartbeats, and each rule that looks for words would look through them all.
pub(super) fn one_of_each(facts: &Facts) -> Vec<EventId> {
    let mut seen = vec![false; signatures().len()];
    let mut first = |event: &Event| !event.tells_only_numbers() || !std::mem::replace(&mut seen[usize::from(event.signature)], true);
    facts.all_events().filter(|(_, event)| first(event)).map(|(id, _)| id).gather()
}

impl Facts {
    /// The event that `id` refers to.
    pub fn event(&self, id: EventId) -> &Event {
        &self.logs[id.log].events[id.event]
    }

    /// One key per speaker: a log, and the machine within it.
    pub fn voice(&self, id: EventId) -> i64 {
        key_of_place(id.log, self.event(id).host)
    }

    /// All events, by document and time.
    pub fn all_events(&self) -> Events<'_> {
        Events { logs: &self.logs, next: EventId { log: 0, event: 0 } }
    }

    /// All events with one of these meanings.
    pub fn events_of(&self, meanings: &[Meaning]) -> Chosen<'_> {
        Chosen { facts: self, ids: self.meaning(meanings).into_iter() }
    }

    /// All events with one of these meanings, by document and time.
    pub fn meaning(&self, meanings: &[Meaning]) -> Vec<EventId> {
        let mut events: Vec<EventId> = Vec::new();
        let mut mixed = false;
        for (at, meaning) in meanings.iter().enumerate() {
            let Some(of_it) = self.by_meaning.get(*meaning as usize).filter(|_| !meanings[..at].contains(meaning)) else { continue };
            mixed |= !events.is_empty() && !of_it.events.is_empty();
            events.extend_from_slice(&of_it.events);
        }
        if mixed {
            sort(&mut events);
        }
        events
    }

    /// Whether there is one with one of these meanings.
    pub fn has(&self, meanings: &[Meaning]) -> bool {
        meanings.iter().any(|meaning| self.by_meaning.get(*meaning as usize).is_some_and(|alike| !alike.events.is_empty()))
    }

    /// All events with one of these meanings that happened from `from` to `to`, by document and time.
    pub fn events_between(&self, meanings: &[Meaning], from: Micros, to: Micros) -> Chosen<'_> {
        let mut found: Vec<EventId> = Vec::new();
        for alike in meanings.iter().filter_map(|meaning| self.by_meaning.get(*meaning as usize)) {
            found.extend(self.moments(alike).between(from, to).iter().map(|(_, at)| alike.events[*at]));
        }
        Chosen { facts: self, ids: crate::sort::distinct(found).into_iter() }
    }

    /// The events of this meaning among so many on either side of another one in its document.
    pub fn around(&self, meaning: Meaning, id: EventId, reach: usize) -> &[EventId] {
        let events = self.by_meaning.get(meaning as usize).map_or(&[][..], |alike| &alike.events);
        let first = EventId { event: id.event.saturating_sub(reach), ..id };
        let last = EventId { event: id.event + reach, ..id };
        &events[events.partition_point(|other| *other < first)..events.partition_point(|other| *other <= last)]
    }

    /// When an event of this meaning happened for the last time up to `to`.
    pub fn last_time(&self, meaning: Meaning, to: Micros) -> Option<Micros> {
        let alike = self.by_meaning.get(meaning as usize)?;
        self.moments(alike).last(to).map(|(time, _)| time)
    }

    fn moments<'a>(&self, alike: &'a Alike) -> &'a Moments {
        alike.moments.get_or_init(|| Moments::of(alike.events.iter().map(|id| self.event(*id).moment())))
    }

    /// When events with one of these meanings happened.
    pub fn times_of(&self, meanings: &[Meaning]) -> Vec<Micros> {
        self.events_of(meanings).filter_map(|(_, event)| event.moment()).gather()
    }

    /// All events that satisfy `fits`, which asks for nothing but their message and its words.
    pub fn events_where(&self, fits: impl Fn(&Event) -> bool) -> Vec<EventId> {
        self.select(&fits)
    }

    /// Whether an event satisfies `fits`, which asks for nothing but its message and its words, and for no id.
    pub fn any_event(&self, fits: impl Fn(&Event) -> bool) -> bool {
        self.any(&fits)
    }

    // Compiled once, not for each question.
    fn select(&self, fits: &dyn Fn(&Event) -> bool) -> Vec<EventId> {
        let mut events: Vec<EventId> = Vec::new();
        let mut mixed = false;
        for id in self.one_of_each.iter().copied() {
            let event = self.event(id);
            if !fits(event) {
                continue;
            }
            if event.tells_only_numbers() {
                let alike = |other: &Event| other.signature == event.signature && other.tells_only_numbers();
                events.extend_from_slice(&of_those(self, &[event.meaning], &alike));
                mixed = true;
            } else {
                events.push(id);
            }
        }
        if mixed {
            sort(&mut events);
        }
        events
    }

    fn any(&self, fits: &dyn Fn(&Event) -> bool) -> bool {
        self.one_of_each.iter().any(|id| fits(self.event(*id)))
    }

    /// The host that wrote an event: named in the line, else the document stands for it.
    pub fn host(&self, id: EventId) -> String {
        let log = &self.logs[id.log];
        match log.events[id.event].host {
            Some(host) => log.hosts[usize::from(host)].clone(),
            None => document_id(log.document),
        }
    }
}

/// The events that were asked for.
pub struct Chosen<'a> {
    facts: &'a Facts,
    ids: std::vec::IntoIter<EventId>,
}

impl<'a> Iterator for Chosen<'a> {
    type Item = (EventId, &'a Event);

    #[inline(never)]
    fn next(&mut self) -> Option<Self::Item> {
        self.ids.next().map(|id| (id, self.facts.event(id)))
    }
}

impl DoubleEndedIterator for Chosen<'_> {
    fn next_back(&mut self) -> Option<Self::Item> {
        self.ids.next_back().map(|id| (id, self.facts.event(id)))
    }
}

/// All events of the input, by document and time.
pub struct Events<'a> {
    logs: &'a [LogReading],
    next: EventId,
}

impl<'a> Iterator for Events<'a> {
    type Item = (EventId, &'a Event);

    // Every loop over events calls it, and none is so long that the call counts.
    #[inline(never)]
    fn next(&mut self) -> Option<Self::Item> {
        loop {
            let id = self.next;
            if let Some(event) = self.logs.get(id.log)?.events.get(id.event) {
                self.next.event += 1;
                return Some((id, event));
            }
            self.next = EventId { log: id.log + 1, event: 0 };
        }
    }
}
/// Events with one of these meanings that also satisfy `also`.
pub fn matching(facts: &Facts, meanings: &[Meaning], also: impl Fn(&Event) -> bool) -> Vec<EventId> {
    of_those(facts, meanings, &also)
}

// Compiled once, not for each question.
fn of_those(facts: &Facts, meanings: &[Meaning], also: &dyn Fn(&Event) -> bool) -> Vec<EventId> {
    facts.events_of(meanings).filter(|(_, event)| also(event)).map(|(id, _)| id).gather()
}

/// The lines of one meaning, the one with the longest `took` first, and that length; `None` without any.
pub fn longest_first(facts: &Facts, meanings: &[Meaning]) -> Option<(Vec<EventId>, Micros)> {
    // What was refused for want of a leader was carried out neither fast nor slowly.
    let mut events = matching(facts, meanings, |event| !says(event, &[WITHOUT_LEADER]));
    let took = |id: EventId| facts.event(id).duration("took").unwrap_or(0);
    let at = (0..events.len()).max_by_key(|at| took(events[*at]))?;
    let length = took(events[at]);
    let longest = events.remove(at);
    events.insert(0, longest);
    Some((events, length))
}

#[cfg(test)]
mod tests {
    use super::WITHOUT_LEADER;
    use crate::facts::texts::says;
    use crate::rules::testing::facts;

    /// A leader names each follower that it answers late.
    #[test]
    fn lines_that_differ_in_the_id_of_a_member_are_asked_once() {
        let late = |second: u32, to: &str| {
            format!(
                "2019-05-04 10:00:{second:02}.301221 W | etcdserver: failed to send out heartbeat on time (exceeded the 100ms timeout for 341.2ms, to {to})\n"
            )
        };
        let facts = facts(&[&(late(1, "91d25258d70ad868") + &late(2, "2a0965170762fd09"))]);
        assert_eq!(facts.one_of_each.len(), 1);
        assert_eq!(facts.events_where(|event| says(event, &["on time"])).len(), 2);
        assert!(facts.events_where(|event| says(event, &[WITHOUT_LEADER])).is_empty());
    }
}
