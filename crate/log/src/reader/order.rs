//! In which direction a log runs, from when to when, and where on one time line its stamps lie that
//! lack a year or a date.

use crate::event::{Clock, Event, Order, Time};
use crate::header::Header;
use crate::sort::by_keys;
use crate::time::{BEFORE_MARCH, DAY, Stamp, YEAR, year_shift};
use crate::units::Micros;

/// A moment, and its stamp as written.
type Written = (Time, Box<str>);
/// The same in a place that is written often.
type Noted = Option<(Time, String)>;

/// How many steps go forward in time, and how many back.
#[derive(Clone, Copy, Default)]
struct Steps {
    rising: u64,
    falling: u64,
}

/// The stamps of a log, as far as its order and its span are concerned.
#[derive(Default)]
pub struct Stamps {
    /// The richest clock seen.
    pub clock: Clock,
    /// Some stamp names no zone.
    pub unzoned: bool,
    /// The last stamp of the richest clock names one.
    zoned: bool,
    /// The last stamp, and the one before it.
    before: [Option<Stamp>; 2],
    /// Steps from one stamp to the next, and over the one between.
    steps: [Steps; 2],
    /// Steps over midnight or New Year.
    turns: u64,
    /// A stamp without a year is of a 29 February.
    leap: bool,
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
        for (before, steps) in self.before.iter().zip(&mut self.steps) {
            let Some(before) = before.filter(|before| before.clock == stamp.clock) else { continue };
            // Beside a stamp with a fraction one of whole seconds, as the journal's, is of any moment of its second.
            let grain = before.time.grain.max(stamp.time.grain).max(1);
            let step = (stamp.time.micros.div_euclid(grain) - before.time.micros.div_euclid(grain)) * grain;
            let turned = is_turn(step, stamp.clock);
            steps.rising += u64::from(step != 0 && (step > 0) != turned);
            steps.falling += u64::from(step != 0 && (step > 0) == turned);
        }
        let before = self.before[0].filter(|before| before.clock == stamp.clock);
        self.turns += u64::from(before.is_some_and(|before| is_turn(stamp.time.micros - before.time.micros, stamp.clock)));
        self.before = [Some(stamp), self.before[0]];
        if stamp.clock < self.clock {
            return;
        }
        // Moments of a poorer clock lie on another line.
        let anew = stamp.clock > self.clock;
        (self.clock, self.zoned) = (stamp.clock, stamp.zoned);
        let time = stamp.time;
        self.leap |= stamp.clock == Clock::NoYear && (BEFORE_MARCH - DAY..BEFORE_MARCH).contains(&time.micros);
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

    /// The direction that most lines tell. Where each has two stamps, the store's and the program's, one step goes up as
    /// often as the other goes down: then the steps over the one between tell.
    pub fn order(&self) -> Order {
        let [Steps { rising, falling }, over] = self.steps;
        let is_even = rising.min(falling) > 0 && rising.abs_diff(falling) <= 1;
        match (rising, falling) {
            (0, 0) => Order::Unknown,
            _ if is_even && over.rising != over.falling => order_of(over.falling > over.rising),
            _ => order_of(falling > rising),
        }
    }

    /// The earliest and the latest stamp, those of a poorer clock among them as `sort` has placed their events.
    pub fn span(&self, events: &[Event]) -> (Option<Written>, Option<Written>) {
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

    /// What lies too much between the beginning and a moment: the year that stands for a missing one has a leap day, most
    /// years have none, and this log shows none.
    fn leap_days(&self, to: Micros) -> Micros {
        let turned = self.turns > 0;
        let begins = match self.order() {
            Order::NewestFirst if turned => &self.bottom,
            _ if turned => &self.top,
            _ => &self.earliest,
        };
        let Some((from, _)) = begins.as_ref().filter(|_| self.clock == Clock::NoYear && !self.leap) else { return 0 };
        let passed = |moment: Micros| (moment - BEFORE_MARCH).div_euclid(YEAR);
        (passed(to) - passed(from.micros)).max(0) * DAY
    }

    fn span_of_richest(&self) -> (Option<Written>, Option<Written>) {
        let period = period(self.clock).filter(|_| self.turns > 0);
        let (first, last) = match (period, self.order()) {
            (None, _) => (&self.earliest, &self.latest),
            (_, Order::NewestFirst) => (&self.bottom, &self.top),
            _ => (&self.top, &self.bottom),
        };
        let taken = |noted: &Noted| noted.as_ref().map(|(time, text)| (*time, text.as_str().into()));
        let (first, mut last): (Option<Written>, Option<Written>) = (taken(first), taken(last));
        if let (Some((first, _)), Some((last, _))) = (&first, &mut last) {
            last.micros = period.map_or(last.micros, |period| not_before(last.micros, first.micros, period));
            last.micros -= self.leap_days(last.micros);
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
        for time in events.iter_mut().filter_map(|event| event.time.as_mut()) {
            time.micros -= self.leap_days(time.micros);
        }
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

fn order_of(falling: bool) -> Order {
    if falling { Order::NewestFirst } else { Order::OldestFirst }
}

/// Whether a step leads over midnight or New Year.
fn is_turn(step: Micros, clock: Clock) -> bool {
    period(clock).is_some_and(|period| step.abs() > period / 2)
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
