//! In which direction a log runs, from when to when, and where on one time line its stamps lie that
//! lack a year or a date.

use super::event::{Clock, Event, Order, Time};
use super::header::Header;
use super::time::{DAY, Stamp, year_shift};
use crate::sort::by_keys;
use crate::units::Micros;

/// Days of the leap year that stands for a missing one.
const YEAR: Micros = 366 * DAY;

/// A moment, and its stamp as written.
type Written = (Time, Box<str>);
/// The same in a place that is written often.
type Noted = Option<(Time, String)>;

/// The stamps of a log, as far as its order and its span are concerned.
#[derive(Default)]
pub struct Stamps {
    /// The richest clock seen.
    pub clock: Clock,
    /// Some stamp names no zone.
    pub unzoned: bool,
    /// The last stamp of the richest clock names one.
    zoned: bool,
    before: Option<Stamp>,
    rising: u64,
    falling: u64,
    /// Steps over midnight or New Year.
    turns: u64,
    earliest: Noted,
    latest: Noted,
    top: Noted,
    bottom: Noted,
}

impl Stamps {
    /// Takes note of the stamp of one line.
    pub fn note(&mut self, head: &Header) {
        let (Some(stamp), Some(text)) = (head.time, head.stamp) else { return };
        self.unzoned |= !stamp.zoned;
        if let Some(before) = self.before.replace(stamp).filter(|before| before.clock == stamp.clock) {
            let step = stamp.time.micros - before.time.micros;
            let turned = period(stamp.clock).is_some_and(|period| step.abs() > period / 2);
            self.turns += u64::from(turned);
            self.rising += u64::from(step > 0 && !turned || step < 0 && turned);
            self.falling += u64::from(step < 0 && !turned || step > 0 && turned);
        }
        if stamp.clock < self.clock {
            return;
        }
        // Moments of a poorer clock lie on another line.
        let anew = stamp.clock > self.clock;
        (self.clock, self.zoned) = (stamp.clock, stamp.zoned);
        let time = stamp.time;
        if anew || self.earliest.as_ref().is_none_or(|(known, _)| time.micros < known.micros) {
            note(&mut self.earliest, time, text);
        }
        if anew || self.latest.as_ref().is_none_or(|(known, _)| time.micros > known.micros) {
            note(&mut self.latest, time, text);
        }
        if anew || self.top.is_none() {
            note(&mut self.top, time, text);
        }
        note(&mut self.bottom, time, text);
    }

    /// The direction that most lines tell.
    pub fn order(&self) -> Order {
        match (self.rising, self.falling) {
            (0, 0) => Order::Unknown,
            (up, down) if down > up => Order::NewestFirst,
            _ => Order::OldestFirst,
        }
    }

    /// The earliest and the latest stamp, those of a poorer clock among them as `sort` has placed their events.
    pub fn span(&mut self, events: &[Event]) -> (Option<Written>, Option<Written>) {
        let (mut first, mut last) = self.span_of_richest();
        // Beside stamps with a zone it is open in which one the others are.
        for event in events.iter().filter(|event| event.clock < self.clock && !self.zoned) {
            let (Some(time), Some(stamp)) = (event.time, &event.stamp) else { continue };
            if first.as_ref().is_some_and(|(known, _)| time.micros < known.micros) {
                first = Some((time, stamp.clone()));
            }
            if last.as_ref().is_some_and(|(known, _)| time.micros > known.micros) {
                last = Some((time, stamp.clone()));
            }
        }
        (first, last)
    }

    fn span_of_richest(&mut self) -> (Option<Written>, Option<Written>) {
        let taken = |noted: &mut Noted| noted.take().map(|(time, text)| (time, text.into_boxed_str()));
        let Some(period) = period(self.clock).filter(|_| self.turns > 0) else {
            return (taken(&mut self.earliest), taken(&mut self.latest));
        };
        let (first, mut last) = match self.order() {
            Order::NewestFirst => (taken(&mut self.bottom), taken(&mut self.top)),
            _ => (taken(&mut self.top), taken(&mut self.bottom)),
        };
        if let (Some((first, _)), Some((last, _))) = (&first, &mut last) {
            last.micros = not_before(last.micros, first.micros, period);
        }
        (first, last)
    }

    /// Puts the events in order of time: turns a newest-first log round, and lets the line order rule else.
    pub fn sort(&self, events: &mut [Event], hosts: usize) {
        if self.order() == Order::NewestFirst {
            events.reverse();
        }
        let known = self.earliest.as_ref().map(|(time, _)| time.micros);
        place(events, hosts, self.clock, known);
        if hosts > 1 {
            // Collectors mix hosts up; within one host the line order stays. A line without a stamp stays
            // with the one before it.
            let mut last = 0;
            let mut keys = Vec::with_capacity(events.len());
            for event in events.iter() {
                last = event.time.map_or(last, |time| time.micros);
                keys.push(last);
            }
            by_keys(events, &keys);
        }
    }
}

fn note(noted: &mut Noted, time: Time, text: &str) {
    let (known, written) = noted.get_or_insert_with(|| (time, String::new()));
    *known = time;
    written.clear();
    written.push_str(text);
}

/// After which time stamps of this clock repeat.
fn period(clock: Clock) -> Option<Micros> {
    match clock {
        Clock::TimeOfDay => Some(DAY),
        Clock::NoYear => Some(YEAR),
        Clock::None | Clock::Full => None,
    }
}

/// The first time of this clock that lies no more than half a period before `known`.
fn not_before(time: Micros, known: Micros, period: Micros) -> Micros {
    time + period * ((known - period / 2 - time + period - 1).div_euclid(period)).max(0)
}

/// Gives stamps that lack a year or a date the one that their neighbours have, and takes times that fall
/// by more than half a day, or half a year, to have passed midnight, or New Year.
/// `richest` is the best clock of the log and `known` a moment of it, in whatever line.
fn place(events: &mut [Event], hosts: usize, richest: Clock, known: Option<Micros>) {
    let own = events.iter().find(|event| event.clock == richest).and_then(|event| event.time);
    let Some(mut near) = own.map(|time| time.micros).or(known) else { return };
    let first = near;
    // Each host passes midnight by itself: several may stand one below the other.
    let mut last: Vec<Option<Micros>> = vec![None; hosts + 1];
    for event in events {
        let Some(time) = &mut event.time else { continue };
        let own = &mut last[event.host.map_or(hosts, usize::from)];
        time.micros = match event.clock {
            Clock::NoYear if richest == Clock::Full => time.micros + year_shift(time.micros, near),
            Clock::TimeOfDay if richest > Clock::TimeOfDay => time.micros + (near - time.micros + DAY / 2).div_euclid(DAY) * DAY,
            clock => period(clock).map_or(time.micros, |period| not_before(time.micros, own.unwrap_or(first), period)),
        };
        *own = Some(time.micros);
        near = time.micros;
    }
}
