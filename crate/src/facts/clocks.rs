//! Clocks: how far etcd found them apart, when one was set, and which waits that stretches.

use super::Facts;
use crate::gather::Gather;
use crate::log::event::{Event, Meaning};
use crate::units::{Micros, S, parse_go_duration};
use crate::version::version;

/// Lines about clocks of a whole log: members say so every half minute (judgement).
const MOST_OF_CLOCKS: usize = 1_000;

/// The clocks of two members, as one of them found them.
#[derive(Debug)]
pub struct Drift {
    apart: Micros,
    time: Option<Micros>,
}

/// A clock was set.
#[derive(Debug)]
pub struct ClockStep {
    by: Micros,
    time: Micros,
}

/// How far clocks were found apart, and when.
pub(super) fn drifts(facts: &Facts) -> Vec<Drift> {
    let found = facts.events_of(&[Meaning::ClockDrift]).take(MOST_OF_CLOCKS);
    found.filter_map(|(_, event)| Some(Drift { apart: clock_difference(event)?, time: event.moment() })).gather()
}

/// By how much a clock was set, and when: it stretches a wait by as much.
pub(super) fn clock_steps(facts: &Facts) -> Vec<ClockStep> {
    let by = |event: &Event| Some((event.word("seconds")?.parse::<f64>().ok()?.abs() * S as f64) as Micros);
    let steps = facts.events_of(&[Meaning::ClockStepped]).take(MOST_OF_CLOCKS);
    steps.filter_map(|(_, event)| Some(ClockStep { by: by(event)?, time: event.moment()? })).gather()
}

/// The difference that etcd found: a field of JSON, else the first length of time in `[a > b]`.
pub fn clock_difference(event: &Event) -> Option<Micros> {
    let named = ["drift", "difference", "took"].into_iter().find_map(|hole| event.duration(hole));
    named.or_else(|| parse_go_duration(event.word("value")?).ok()).map(Micros::abs)
}

/// Whether a late line tells of a clock that was set: up to 3.2 etcd measures by the wall clock (it is built with a
/// Go before 1.9), and etcd had found the clocks of members that far apart, or a time service set it by as much at that
/// moment. What etcd finds only later may be an answer that waited, unless the gap is longer than a process that lives is
/// silent (judgement).
pub fn by_clock(facts: &Facts, late: &Event) -> bool {
    let (Some(excess), Some(end)) = (late.duration("excess"), late.time) else { return false };
    const GIANT: Micros = 60 * S;
    // A time service writes as it sets the clock, into a log of whole seconds (judgement).
    const AT_ONCE: Micros = 10 * S;
    let as_far = |apart: Micros| (apart - excess).abs() <= (excess / 20).max(S);
    let by_wall_clock = facts.etcd.is_none_or(|range| range.low < version(3, 3, 0));
    let found = |drift: &Drift| {
        let before = drift.time.is_some_and(|time| time < end.micros - excess);
        (excess >= GIANT || before) && as_far(drift.apart)
    };
    let set = |step: &ClockStep| (step.time - end.micros).abs() <= AT_ONCE && as_far(step.by);
    by_wall_clock && excess >= 2 * S && (facts.drifts.iter().any(found) || facts.clock_steps.iter().any(set))
}
