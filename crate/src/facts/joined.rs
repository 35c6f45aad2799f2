//! One log in several documents, as rotation leaves it, or as `kubectl logs --previous` gives it beside the current one:
//! they are read as one, in the order of time. Else a process that goes on in the next document would seem to be another.

use super::voices::{START_LINES, speaker};
use crate::gather::Gather;
use crate::log::event::{Clock, Event, LogReading, Time};
use crate::sort::{by_key, distinct};
use crate::units::Micros;

/// Puts the events of documents that continue each other into one of them.
pub(super) fn join(logs: &mut [LogReading]) {
    if logs.len() < 2 {
        return;
    }
    let mut whole: Vec<Whole> = (0..logs.len()).filter_map(|at| Whole::of(logs, at)).gather();
    by_key(&mut whole, |part| (part.first, part.last));
    let mut joined: Vec<Whole> = Vec::new();
    for part in whole {
        match joined.iter_mut().filter(|before| before.goes_on_in(&part, logs)).max_by_key(|before| before.last) {
            Some(before) => before.take(part, logs),
            None => joined.push(part),
        }
    }
    joined.iter().for_each(|whole| whole.put_together(logs));
}

/// Gives each document its own events again: one of them may be read anew.
pub(super) fn part(logs: &mut [LogReading]) {
    for at in 0..logs.len() {
        let own = logs[at].document;
        if logs[at].events.iter().all(|event| event.document == own) {
            continue;
        }
        for mut event in std::mem::take(&mut logs[at].events) {
            let to = logs.iter().position(|log| log.document == event.document).unwrap_or(at);
            rename(&mut event, &logs[at].hosts, &logs[to].hosts);
            logs[to].events.push(event);
        }
    }
    logs.iter_mut().for_each(|log| log.joined = None);
}

/// Documents that continue each other.
struct Whole {
    /// In the order of time.
    parts: Vec<usize>,
    /// The one of them that names most hosts.
    widest: usize,
    first: Time,
    last: Micros,
    /// Ids of members that speak in it.
    members: Vec<String>,
    /// A process starts in it.
    starts: bool,
}

impl Whole {
    fn of(logs: &[LogReading], at: usize) -> Option<Whole> {
        let log = &logs[at];
        let (first, last) = (log.first.as_ref()?.0, log.last.as_ref()?.0);
        // Only of a service it matters who it is.
        log.events.iter().find(|event| event.is_etcd_server() || event.is_fleet())?;
        let speakers = log.events.iter().filter(|event| event.is_etcd_server()).filter_map(speaker);
        let members = distinct(speakers).into_iter().map(str::to_owned).gather();
        let starts = log.events.iter().any(|event| START_LINES.contains(&event.meaning));
        Some(Whole { parts: vec![at], widest: at, first, last: last.micros, members, starts })
    }

    /// Whether the next document can be of the same processes: it begins where this one has ended, names the same hosts,
    /// or no others, and the same member. Without any name it is taken for that of one as nameless, if nothing starts in it.
    fn goes_on_in(&self, next: &Whole, logs: &[LogReading]) -> bool {
        let (own, other) = (&logs[self.widest], &logs[next.widest]);
        let within = |few: &LogReading, many: &LogReading| few.hosts.iter().all(|host| many.hosts.contains(host));
        let hosts = own.hosts.is_empty() == other.hosts.is_empty() && (within(own, other) || within(other, own));
        let members = match (self.members.is_empty(), next.members.is_empty()) {
            (false, false) => self.members.iter().any(|id| next.members.contains(id)),
            (nameless, other_is) => !own.hosts.is_empty() || nameless && other_is && !next.starts,
        };
        let by_time_of_day = |log: &LogReading| log.clock == Clock::TimeOfDay;
        // A stamp of whole seconds may be cut off by as much as it seems to come before the end.
        let later = self.last <= next.first.micros + next.first.grain;
        hosts && members && by_time_of_day(own) == by_time_of_day(other) && later
    }

    fn take(&mut self, next: Whole, logs: &[LogReading]) {
        if (logs[next.widest].hosts.len(), self.widest) > (logs[self.widest].hosts.len(), next.widest) {
            self.widest = next.widest;
        }
        self.parts.extend(next.parts);
        self.last = self.last.max(next.last);
        self.members.extend(next.members);
    }

    fn put_together(&self, logs: &mut [LogReading]) {
        let mut events = Vec::new();
        for at in self.parts.iter().copied() {
            let own = std::mem::take(&mut logs[at].events);
            for mut event in own {
                rename(&mut event, &logs[at].hosts, &logs[self.widest].hosts);
                events.push(event);
            }
            logs[at].joined = (at != self.widest).then_some(logs[self.widest].document);
        }
        logs[self.widest].events = events;
    }
}

/// Lets an event refer to its host in another list that has it.
fn rename(event: &mut Event, from: &[String], to: &[String]) {
    let host = event.host.and_then(|host| to.iter().position(|other| *other == from[usize::from(host)]));
    event.host = host.map(|host| host as u16);
}
