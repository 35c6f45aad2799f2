//! Whether a leader kept its place through a stall: then nothing asks for a longer election-timeout.

use crate::facts::voices::speaker;
use crate::facts::{EventId, Facts, Stall};
use crate::gather::Gather;
use crate::log::event::{Event, Meaning};
use crate::model::raft::{BUSY_GAP, loss_share};
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
    let (beat, wait) = facts.pair();
    let longest = 2 * (wait + beat);
    let Some(id) = stall.events.first() else { return false };
    let events = &facts.logs[id.log].events;
    let host = facts.event(*id).host;
    let Some(end) = stall.end else { return went_on_without_times(facts, stall, *id) };
    let last = events.iter().rev().find(|event| event.host == host).and_then(|event| event.time);
    let deposed = |event: &Event| {
        falls(event, stall) && event.host == host && event.time.is_some_and(|time| (end - longest..=end + longest).contains(&time.micros))
    };
    // So many lines around it are looked at, so that a log of late heartbeats is not read again for each.
    !events.iter().skip(id.event.saturating_sub(200)).take(400).any(deposed)
        && last.is_some_and(|last| last.micros >= end + wait)
        && (!facts.changes.is_empty() || facts.holds_remarks(id.log))
}

/// A leader that lost its place says so beside the line that measured its stall, or at once after it. How many lines are
/// looked at, and how many show that it went on, is judgement.
fn went_on_without_times(facts: &Facts, stall: &Stall, id: EventId) -> bool {
    let host = facts.event(id).host;
    let from = id.event.saturating_sub(20);
    let lines: Vec<&Event> = facts.logs[id.log].events[from..].iter().filter(|event| event.host == host).take(60).gather();
    !facts.changes.is_empty() && lines.len() > 40 && !lines.iter().any(|event| falls(event, stall))
}

/// The line tells of a leader's fall, and not of one that another member missed, in a log of several.
fn falls(event: &Event, stall: &Stall) -> bool {
    matches!(event.meaning, Meaning::HigherTermMessage | Meaning::QuorumInactiveStepdown | Meaning::LeaderLost)
        && speaker(event).is_none_or(|who| who == stall.member)
}

#[cfg(test)]
mod tests {
    use super::kept_place;
    use crate::rules::testing::facts;

    /// `docker compose logs --no-log-prefix`, a leader that stands still while one of two followers is down: the other one
    /// misses it, and finds nobody to vote for it.
    #[test]
    fn what_another_member_missed_is_no_fall_of_the_leader() {
        let line = |second: u32, text: &str| format!("2023-04-20 10:00:{second:02}.000000 I | {text}\n");
        let (leader, other) = ("91d25258d70ad868", "2a0965170762fd09");
        let log = |who: &str| {
            line(0, &format!("raft: raft.node: {leader} elected leader {leader} at term 4"))
                + &line(0, &format!("raft: raft.node: {other} elected leader {leader} at term 4"))
                + &line(9, &format!("raft: raft.node: {who} lost leader {leader} at term 4"))
                + &line(10, "etcdserver: failed to send out heartbeat on time (exceeded the 100ms timeout for 3.8s)")
                + &line(20, &format!("raft: raft.node: {who} elected leader {leader} at term 4"))
        };
        assert!(kept_place(&facts(&[&log(other)])).is_some());
        assert!(kept_place(&facts(&[&log(leader)])).is_none());
    }
}
