//! Events as rows and marks, for drawing.

use std::collections::BTreeMap;

use crate::facts::{EventId, Facts, StallKind, voices};
use crate::log::event::{Clock, Meaning};
use crate::report::{Lane, LaneSpan, Mark, Timeline};
use crate::units::{Micros, decimal};

/// At most this many marks of one kind in one lane: a picture holds no more.
const MARKS: usize = 400;

/// Draws up the rows; `None` where no line carries a time.
pub fn timeline(facts: &Facts) -> Option<Timeline> {
    let start = facts.logs.iter().filter_map(|log| log.first.as_ref()).map(|(time, _)| time.micros).min()?;
    let end = facts.logs.iter().filter_map(|log| log.last.as_ref()).map(|(time, _)| time.micros).max()?;
    let mut lanes: BTreeMap<String, Lane> = BTreeMap::new();
    let names = lane_names(facts);
    add_leads(facts, &names, &mut lanes, end);
    add_stalls(facts, &names, &mut lanes);
    add_marks(facts, &names, &mut lanes);
    let dated = facts.logs.iter().any(|log| matches!(log.clock, Clock::Full | Clock::NoYear));
    Some(Timeline { start, end, clock: if dated { "date" } else { "time" }.to_owned(), lanes: lanes.into_values().collect() })
}

/// Raft ids to the names people know: the host, where a log names one.
fn lane_names(facts: &Facts) -> BTreeMap<String, String> {
    let name = |voice: &voices::Voice| match voice.host {
        Some(host) => facts.logs[voice.log].hosts[usize::from(host)].clone(),
        None => voice.member.clone(),
    };
    voices::etcd_voices(facts).iter().map(|voice| (voice.member.clone(), name(voice))).collect()
}

fn lane<'a>(names: &BTreeMap<String, String>, lanes: &'a mut BTreeMap<String, Lane>, who: &str) -> &'a mut Lane {
    let name = names.get(who).cloned().unwrap_or_else(|| who.to_owned());
    lanes.entry(name.clone()).or_insert_with(|| Lane { name, leads: Vec::new(), stalls: Vec::new(), marks: Vec::new() })
}

fn add_leads(facts: &Facts, names: &BTreeMap<String, String>, lanes: &mut BTreeMap<String, Lane>, end: Micros) {
    for (at, change) in facts.changes.iter().enumerate() {
        let (Some(from), Some(leader)) = (change.elected, change.new.as_deref()) else { continue };
        let to = facts.changes.get(at + 1).and_then(|next| next.lost.or(next.campaign).or(next.elected)).unwrap_or(end);
        let label = change.term.map_or(String::from("leads"), |term| format!("term {term}"));
        lane(names, lanes, leader).leads.push(LaneSpan { start: from, end: to.max(from), label });
    }
}

fn add_stalls(facts: &Facts, names: &BTreeMap<String, String>, lanes: &mut BTreeMap<String, Lane>) {
    for stall in facts.stalls.iter().filter(|stall| stall.kind != StallKind::Censored) {
        let Some(end) = stall.end else { continue };
        let label = format!("{} to {} s", decimal(stall.length.low, 1_000_000, 2), decimal(stall.length.high, 1_000_000, 2));
        lane(names, lanes, &stall.member).stalls.push(LaneSpan { start: end - stall.planned, end, label });
    }
}

fn kind_of(meaning: Meaning) -> Option<(&'static str, &'static str)> {
    Some(match meaning {
        Meaning::HeartbeatLate => ("late-heartbeat", "etcd-heartbeat-late"),
        Meaning::WalSyncSlow => ("slow-disk", "etcd-slow-disk"),
        Meaning::EngineLeaseRenewFailed => ("lease-lost", "fleet-engine-lease-lost"),
        Meaning::ServerMonitorTriggered => ("presence-lost", "fleet-agent-heartbeat-lost"),
        Meaning::EngineUnscheduled => ("unit-moved", "fleet-units-restarted"),
        _ => return None,
    })
}

fn add_marks(facts: &Facts, names: &BTreeMap<String, String>, lanes: &mut BTreeMap<String, Lane>) {
    for (id, event) in facts.all_events() {
        if let (Some((kind, finding)), Some(time)) = (kind_of(event.meaning), event.time) {
            let who = voices::speaker(event).map_or_else(|| facts.host(id), str::to_owned);
            push(lane(names, lanes, &who), mark(facts, id, time.micros, kind, finding, 1));
        }
    }
    for id in &facts.restarts {
        if let Some(time) = facts.event(*id).time {
            push(lane(names, lanes, &facts.host(*id)), mark(facts, *id, time.micros, "restart", "etcd-leader-restarted", 1));
        }
    }
    for failure in &facts.fleet_failures {
        if let Some(time) = failure.time {
            let finding = if facts.event(failure.events[0]).meaning == Meaning::ClientFailedResponse {
                "fleet-etcd-request-cancelled"
            } else {
                "fleet-registry-timeout"
            };
            push(
                lane(names, lanes, &failure.host),
                mark(facts, failure.events[0], time, "fleet-error", finding, failure.events.len() as u64),
            );
        }
    }
}

fn mark(facts: &Facts, id: EventId, time: Micros, kind: &str, finding: &str, count: u64) -> Mark {
    let event = facts.event(id);
    Mark { time, kind: kind.to_owned(), count, finding: finding.to_owned(), document: format!("d{}", event.document + 1), line: event.line }
}

fn push(lane: &mut Lane, mark: Mark) {
    if lane.marks.iter().filter(|other| other.kind == mark.kind).count() < MARKS {
        lane.marks.push(mark);
    }
}
