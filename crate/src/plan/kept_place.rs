//! Whether a leader kept its place through a stall: then nothing asks for a longer election-timeout.

use crate::facts::{EventId, Facts, Stall};
use crate::gather::Gather;
use crate::log::event::{Event, Meaning};
use crate::model::raft::{BUSY_GAP, loss_share};
use crate::parameters::Parameter;
use crate::replay;

/// A stall that costs nearly every leader its place, by the timer model, and after which this one went on as leader: the
/// followers stood still too, as when the host of all of them does, or wait longer than is known (method 4.3, at its 5 %).
pub fn kept_place(facts: &Facts) -> Option<&Stall> {
    const NEARLY_EVERY: u32 = 950_000;
    if facts.changed_unseen() {
        return None;
    }
    let timers = replay::timers_in_force(facts);
    let costs = |stall: &Stall| stall.kind.is_measured() && loss_share(&timers, stall.length.low, BUSY_GAP) >= NEARLY_EVERY;
    facts.stalls.iter().filter(|stall| stall.length.low >= timers.election).find(|stall| costs(stall) && went_on(facts, stall))
}

/// Whether the log goes on after the stall and shows that nobody took the leader's place. A log that leaves remarks out
/// does not show who led.
pub fn went_on(facts: &Facts, stall: &Stall) -> bool {
    // No follower waits longer.
    let longest = 2 * (facts.value(Parameter::ElectionTimeout) + facts.value(Parameter::HeartbeatInterval));
    let Some(id) = stall.events.first() else { return false };
    let events = &facts.logs[id.log].events;
    let host = facts.event(*id).host;
    let Some(end) = stall.end else { return went_on_without_times(facts, *id) };
    let last = events.iter().rev().find(|event| event.host == host).and_then(|event| event.time);
    let deposed = |event: &Event| {
        let falls = matches!(event.meaning, Meaning::HigherTermMessage | Meaning::QuorumInactiveStepdown | Meaning::LeaderLost);
        falls && event.host == host && event.time.is_some_and(|time| (end - longest..=end + longest).contains(&time.micros))
    };
    // So many lines around it are looked at, so that a log of late heartbeats is not read again for each.
    !events.iter().skip(id.event.saturating_sub(200)).take(400).any(deposed)
        && last.is_some_and(|last| last.micros >= end + facts.value(Parameter::ElectionTimeout))
        && (!facts.changes.is_empty() || facts.holds_remarks(id.log))
}

/// A leader that lost its place says so beside the line that measured its stall, or at once after it. How many lines are
/// looked at, and how many show that it went on, is judgement.
fn went_on_without_times(facts: &Facts, id: EventId) -> bool {
    let host = facts.event(id).host;
    let from = id.event.saturating_sub(20);
    let lines: Vec<&Event> = facts.logs[id.log].events[from..].iter().filter(|event| event.host == host).take(60).gather();
    let falls =
        |event: &&Event| matches!(event.meaning, Meaning::HigherTermMessage | Meaning::QuorumInactiveStepdown | Meaning::LeaderLost);
    !facts.changes.is_empty() && lines.len() > 40 && !lines.iter().any(falls)
}
