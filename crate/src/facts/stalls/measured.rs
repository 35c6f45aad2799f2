//! Stalls that a line measures.

use super::{Stall, StallKind};
use crate::facts::beside::time;
use crate::facts::clocks::by_clock;
use crate::facts::voices::Voice;
use crate::facts::{Facts, LeaderChange};
use crate::gather::Gather;
use crate::log::event::Meaning;
use crate::moments::Moments;
use crate::units::{MS, Micros, Range};

/// Late lines of one voice, put together to incidents: the line reports a gap that reaches back
/// X + 2H, so a line within X + H of the one before speaks of the same stall (method 2.1).
pub(super) fn late_heartbeats(facts: &Facts, voice: &Voice) -> Vec<Stall> {
    let mut incidents: Vec<(Stall, Micros)> = Vec::new();
    for id in &voice.events {
        let event = facts.event(*id);
        let (Meaning::HeartbeatLate, Some(excess)) = (event.meaning, event.duration("excess")) else { continue };
        if by_clock(facts, event) {
            continue;
        }
        let end = time(facts, *id);
        let beat = event.duration("heartbeat").unwrap_or_else(|| facts.spell(end).heartbeat);
        let length = Range { low: excess + beat, high: excess + 2 * beat };
        match incidents.last_mut().filter(|(stall, largest)| same_incident(stall, *largest, end, excess, beat)) {
            Some((stall, largest)) => {
                stall.events.push(*id);
                stall.end = stall.end.max(end);
                if excess > *largest {
                    *largest = excess;
                    stall.length = length;
                    stall.planned = length.high;
                    let telling = stall.events.len() - 1;
                    stall.events.swap(0, telling);
                }
            }
            None => {
                let member = voice.member.clone();
                incidents
                    .push((Stall { member, end, length, planned: length.high, kind: StallKind::LateHeartbeat, events: vec![*id] }, excess));
            }
        }
    }
    incidents.into_iter().map(|(stall, _)| stall).gather()
}

fn same_incident(before: &Stall, largest: Micros, end: Option<Micros>, excess: Micros, beat: Micros) -> bool {
    match (before.end, end) {
        // A clock that was set back does not bring all later lines to one moment.
        (Some(a), Some(b)) => (b - a).abs() < excess + beat,
        // Without times: lines of one stall differ only by the moment of printing.
        _ => (largest - excess).abs() < 5 * MS,
    }
}

/// Only a leader prints that it was late. Where the lines name nobody, as those of a rotated log may and those of members mixed
/// up do, or stand beside those of one who followed another then, it is the one that led when the stall began, if a log of its
/// own does not tell of this moment. A machine that does not say who it is can only be one that no other machine is.
pub(super) fn name_leader(facts: &Facts, voices: &[Voice], changes: &[LeaderChange], leads: &Moments, stall: &mut Stall) {
    let (telling, Some(end)) = (stall.events[0], stall.end) else { return };
    let begun = end - stall.length.low;
    let Some(leader) = leader_at(changes, leads, begun) else { return };
    let on_a_machine = facts.event(telling).host.is_some();
    // A stamp of whole seconds may be that much too early.
    let latest = begun + facts.event(telling).time.map_or(0, |time| time.grain);
    let lost_next = || leads.between(latest, Micros::MAX).first().is_some_and(|(_, at)| changes[*at].old.as_deref() == Some(leader));
    if stall.member != facts.host(telling) && (on_a_machine || !lost_next()) {
        return;
    }
    let at_hand = |voice: &Voice| (1..voice.events.len()).contains(&voice.since(end));
    let tells = |voice: &Voice| voice.member == leader && (on_a_machine || !voice.among && at_hand(voice));
    if !voices.iter().any(tells) {
        stall.member = leader.to_owned();
    }
}

/// Slow syncs of a member while it led: its main loop waited, so it sent nothing (etcd-io/etcd@v3.4.45:etcdserver/raft.go, start).
pub(super) fn slow_syncs(facts: &Facts, voice: &Voice, changes: &[LeaderChange], leads: &Moments) -> Vec<Stall> {
    voice
        .events
        .iter()
        .filter_map(|id| {
            let event = facts.event(*id);
            let took = (event.meaning == Meaning::WalSyncSlow).then(|| event.duration("took"))??;
            let end = time(facts, *id)?;
            let leads = leads_at(changes, leads, &voice.member, end - took) || leaderless_beside(facts, voice, changes, end, took);
            leads.then_some(())?;
            let length = Range::exactly(took);
            Some(Stall {
                member: voice.member.clone(),
                end: Some(end),
                length,
                planned: took,
                kind: StallKind::SlowSync,
                events: vec![*id],
            })
        })
        .gather()
}

/// No line shows who led, but this member was without a leader while its disk slept, for longer than
/// followers wait. Leader or follower, its heartbeats or its votes were delayed beyond the timeout.
fn leaderless_beside(facts: &Facts, voice: &Voice, changes: &[LeaderChange], end: Micros, took: Micros) -> bool {
    let without_leader = || facts.events_between(&[Meaning::NoLeaderDropRead, Meaning::NoLeaderDropProposal], end - took, end + took);
    changes.is_empty() && took > facts.spell(Some(end)).election && without_leader().any(|(id, _)| voice.printed(facts, id))
}

/// Who led at `time`, as far as the changes tell: the last one that was over by then, or the first one after it by whom it
/// names as the leader that was lost.
pub(super) fn leader_at<'a>(changes: &'a [LeaderChange], leads: &Moments, time: Micros) -> Option<&'a str> {
    match leads.last(time) {
        Some((_, at)) => changes[at].new.as_deref(),
        None => leads.between(time, Micros::MAX).first().and_then(|(_, at)| changes[*at].old.as_deref()),
    }
}

/// Whether `member` led at `time`.
pub fn leads_at(changes: &[LeaderChange], leads: &Moments, member: &str, time: Micros) -> bool {
    leader_at(changes, leads, time) == Some(member)
}

/// etcd 0.4's follower prints the gap itself.
pub(super) fn near_timeouts(facts: &Facts) -> Vec<Stall> {
    facts
        .events_of(&[Meaning::Hb04NearElection])
        .filter_map(|(id, event)| {
            let gap = event.duration("gap")?;
            let beat = facts.spell(time(facts, id)).heartbeat;
            // Hardly longer than the heartbeat itself: the pair is at fault, and nothing stalled (judgement).
            if gap < beat * 5 / 4 {
                return None;
            }
            let length = Range { low: (gap - beat).max(0), high: gap };
            Some(Stall {
                member: String::from("the leader"),
                end: time(facts, id),
                length,
                planned: gap,
                kind: StallKind::NearTimeout,
                events: vec![id],
            })
        })
        .gather()
}
