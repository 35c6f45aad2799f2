//! In which direction a log runs, and from when to when.

use super::event::{Clock, Event, Order, Time};
use super::header::Header;
use crate::sort::by_key;
use crate::units::S;

/// The stamps of a log, as far as its order and its span are concerned.
#[derive(Default)]
pub struct Stamps {
    /// The richest clock seen.
    pub clock: Clock,
    /// The earliest stamp.
    pub first: Option<(Time, Box<str>)>,
    /// The latest stamp.
    pub last: Option<(Time, Box<str>)>,
    before: Option<Time>,
    rising: u64,
    falling: u64,
}

impl Stamps {
    /// Takes note of the stamp of one line.
    pub fn note(&mut self, head: &Header) {
        let (Some(time), Some(stamp)) = (head.time, head.stamp) else { return };
        if self.clock == Clock::None || head.clock == Clock::Full {
            self.clock = head.clock;
        }
        if let Some(before) = self.before.replace(time) {
            self.rising += u64::from(time.micros > before.micros);
            self.falling += u64::from(time.micros < before.micros);
        }
        if self.first.as_ref().is_none_or(|(first, _)| time.micros < first.micros) {
            self.first = Some((time, stamp.into()));
        }
        if self.last.as_ref().is_none_or(|(last, _)| time.micros > last.micros) {
            self.last = Some((time, stamp.into()));
        }
    }

    /// The direction that most lines tell.
    pub fn order(&self) -> Order {
        match (self.rising, self.falling) {
            (0, 0) => Order::Unknown,
            (up, down) if down > up => Order::NewestFirst,
            _ => Order::OldestFirst,
        }
    }

    /// Puts the events in order of time: turns a newest-first log round, and lets the line order rule else.
    pub fn sort(&self, events: &mut [Event], several_hosts: bool) {
        if self.order() == Order::NewestFirst {
            events.reverse();
        }
        if self.clock == Clock::TimeOfDay {
            past_midnight(events);
        }
        if several_hosts {
            // Collectors mix hosts up; within one host the line order stays.
            by_key(events, |event| event.time.map(|time| time.micros));
        }
    }
}

/// Times of day that fall by more than half a day have passed midnight.
fn past_midnight(events: &mut [Event]) {
    const DAY: i64 = 86_400 * S;
    let mut days = 0;
    let mut last = 0;
    for event in events {
        let Some(time) = &mut event.time else { continue };
        if last - time.micros > DAY / 2 {
            days += 1;
        }
        last = time.micros;
        time.micros += days * DAY;
    }
}
