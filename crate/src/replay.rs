//! Replay: the stalls of the log, run through the timer model under given values.

use crate::facts::{Facts, Stall};
use crate::gather::Gather;
use crate::model::Timers;
use crate::model::raft::{expected_losses, loss_share};
use crate::sort::groups;
use crate::units::{Micros, Range};

/// One part per million.
const MILLION: f64 = 1_000_000.0;
/// A stall explains a leader change when the model gives it at least this chance (method 4.3).
const EXPLAINS: u32 = 50_000;

/// What the logged stalls explain, and what would remain.
#[derive(Clone, Debug, PartialEq)]
pub struct Replayed {
    /// Needless leader changes in the log.
    pub needless: u64,
    /// Of these, how many a stall explains under the values in force.
    pub explained: u64,
    /// Leader changes that the model expects of all stalls: lowest and highest.
    pub expected: (f64, f64),
}

impl Replayed {
    /// Share of the needless changes that stalls explain, 0 to 1.
    pub fn share(&self) -> f64 {
        if self.needless == 0 { 0.0 } else { self.explained as f64 / self.needless as f64 }
    }
}

/// The timers in force while the log was written.
pub fn timers_in_force(facts: &Facts) -> Timers {
    let (heartbeat, election) = facts.pair();
    facts.timers(heartbeat, election)
}

/// Runs the log's stalls under the values in force.
pub fn now(facts: &Facts) -> Replayed {
    let timers = timers_in_force(facts);
    let explained = facts.needless().filter(|change| facts.stall_of(change).is_some_and(|stall| explains(facts, &timers, stall))).count();
    Replayed { needless: facts.needless().count() as u64, explained: explained as u64, expected: expected(facts, &timers) }
}

/// Needless changes expected to remain under other timers: those no stall explains, and the chance of each explaining stall.
pub fn remaining(facts: &Facts, timers: &Timers) -> f64 {
    let in_force = timers_in_force(facts);
    facts
        .needless()
        .map(|change| match facts.stall_of(change).filter(|stall| explains(facts, &in_force, stall)) {
            Some(stall) => f64::from(loss_share(timers, stall.planned, timers.heartbeat)) / MILLION,
            None => 1.0,
        })
        // From +0: the sum of nothing is -0.
        .fold(0.0, |sum, chance| sum + chance)
}

fn explains(facts: &Facts, timers: &Timers, stall: &Stall) -> bool {
    stall.kind.is_known() && !facts.is_cut_off(stall) && loss_share(timers, stall.likely(), timers.heartbeat) >= EXPLAINS
}

/// Expected leader changes of all stalls, also those without a change. From 3.0 on one draw serves
/// a whole term, so the model gets them term by term (lab, section 8.1).
fn expected(facts: &Facts, timers: &Timers) -> (f64, f64) {
    let mut terms: Vec<(Option<usize>, Range)> = Vec::new();
    for stall in facts.stalls.iter().filter(|stall| stall.kind.is_known()) {
        // A stall known only from the leader's return counts with its guess (method 2.2): its low end is
        // what the change alone proves.
        let low = if stall.kind.is_measured() { stall.length.low } else { stall.planned };
        let range = Range { low, high: stall.planned.max(low) };
        // Which leadership it fell into: the number of changes before its begin.
        let term = stall.end.map(|end| facts.elected.between(Micros::MIN, end - stall.length.low).len());
        terms.push((term, range));
    }
    let (low, high) = expected_losses(timers, &groups(terms).into_iter().map(|(_, stalls)| stalls).gather());
    (low as f64 / MILLION, high as f64 / MILLION)
}
