//! Events as rows and marks, for drawing.

use crate::facts::{Facts, voices};
use crate::ids::RuleId;
use crate::log::event::{Clock, Event, Meaning};
use crate::report::{Lane, LaneSpan, Mark, Timeline, document_id};
use crate::units::{Micros, decimal};

/// At most this many marks of one kind in one lane: a picture holds no more.
const MARKS: usize = 400;
/// At most this many rows.
const ROWS: usize = 200;
/// The kinds of marks.
const KINDS: [&str; 7] = ["late-heartbeat", "slow-disk", "lease-lost", "presence-lost", "unit-moved", "restart", "fleet-error"];

/// Draws up the rows; `None` where no line carries a time.
pub fn timeline(facts: &Facts) -> Option<Timeline> {
    let (start, end) = facts.log_ends()?;
    let mut lanes = Lanes { names: lane_names(facts), lanes: Vec::new(), drawn: Vec::new() };
    add_leads(facts, &mut lanes, end);
    add_stalls(facts, &mut lanes);
    add_marks(facts, &mut lanes);
    let dated = facts.logs.iter().any(|log| matches!(log.clock, Clock::Full | Clock::NoYear));
    Some(Timeline { start, end, clock: if dated { "date" } else { "time" }, lanes: lanes.lanes })
}

/// Raft ids and the names people know: the host, where a log names one; else the document, where one member speaks alone
/// in it. Its lines that name no speaker stand in the same row then. The last name of an id counts.
fn lane_names(facts: &Facts) -> Vec<(String, String)> {
    let mut names: Vec<(String, String)> = Vec::new();
    for voice in voices::etcd_voices(facts).into_iter().rev() {
        let place = facts.host(voice.events[0]);
        let speakers = || voice.events.iter().filter_map(|id| voices::speaker(facts.event(*id)));
        let alone = voice.host.is_none() && !voice.among && speakers().all(|speaker| speaker == voice.member);
        let known = names.iter().find(|(id, _)| *id == voice.member).map(|(_, name)| name.clone());
        let own = if alone || voice.host.is_some() { &place } else { &voice.member };
        let name = known.unwrap_or_else(|| own.clone());
        if alone {
            names.push((place, name.clone()));
        }
        names.push((voice.member, name));
    }
    names
}

/// The rows drawn so far, by name.
struct Lanes {
    names: Vec<(String, String)>,
    lanes: Vec<Lane>,
    /// How many marks of each kind each lane has.
    drawn: Vec<[usize; KINDS.len()]>,
}

impl Lanes {
    /// The row of a member or machine; `None` where the picture is full.
    fn of(&mut self, who: &str) -> Option<usize> {
        let name = self.names.iter().find(|(id, _)| id == who).map_or(who, |(_, name)| name);
        let at = match self.lanes.binary_search_by(|lane| lane.name.as_str().cmp(name)) {
            Ok(at) => at,
            Err(_) if self.lanes.len() == ROWS => return None,
            Err(at) => {
                let name = name.to_owned();
                self.lanes.insert(at, Lane { name, leads: Vec::new(), stalls: Vec::new(), marks: Vec::new() });
                self.drawn.insert(at, [0; KINDS.len()]);
                at
            }
        };
        Some(at)
    }

    /// Marks a line and those that came with it, unless the row is full of such marks.
    fn mark(&mut self, who: &str, time: Micros, (kind, finding): (&'static str, RuleId), event: &Event, count: u64) {
        let Some(lane) = self.of(who) else { return };
        let Some(drawn) = KINDS.iter().position(|known| *known == kind).map(|at| &mut self.drawn[lane][at]) else { return };
        if *drawn < MARKS {
            *drawn += 1;
            let document = document_id(event.document);
            self.lanes[lane].marks.push(Mark { time, kind, count, finding: finding.word(), document, line: event.line });
        }
    }
}

fn add_leads(facts: &Facts, lanes: &mut Lanes, end: Micros) {
    for (at, change) in facts.changes.iter().enumerate() {
        let (Some(from), Some(leader)) = (change.elected, change.new.as_deref()) else { continue };
        let to = facts.changes.get(at + 1).and_then(|next| next.lost.or(next.campaign).or(next.elected)).unwrap_or(end);
        let label = change.term.map_or(String::from("leads"), |term| format!("term {term}"));
        if let Some(lane) = lanes.of(leader) {
            lanes.lanes[lane].leads.push(LaneSpan { start: from, end: to.max(from), label });
        }
    }
}

fn add_stalls(facts: &Facts, lanes: &mut Lanes) {
    for stall in facts.stalls.iter().filter(|stall| stall.kind.is_known()) {
        let Some(end) = stall.end else { continue };
        let [low, high] = [stall.length.low, stall.length.high].map(|length| decimal(length, 1_000_000, 2));
        let label = if low == high { format!("{high} s") } else { format!("{low} to {high} s") };
        if let Some(lane) = lanes.of(&stall.member) {
            lanes.lanes[lane].stalls.push(LaneSpan { start: end - stall.planned, end, label });
        }
    }
}

/// Messages that get a mark: its kind, and the finding that it leads to.
const MARKED: [(Meaning, (&str, RuleId)); 5] = [
    (Meaning::HeartbeatLate, ("late-heartbeat", RuleId::EtcdHeartbeatLate)),
    (Meaning::WalSyncSlow, ("slow-disk", RuleId::EtcdSlowDisk)),
    (Meaning::EngineLeaseRenewFailed, ("lease-lost", RuleId::FleetEngineLeaseLost)),
    (Meaning::ServerMonitorTriggered, ("presence-lost", RuleId::FleetAgentHeartbeatLost)),
    (Meaning::EngineUnscheduled, ("unit-moved", RuleId::FleetUnitsRestarted)),
];

fn marked(meaning: Meaning) -> Option<(&'static str, RuleId)> {
    MARKED.into_iter().find(|(marked, _)| *marked == meaning).map(|(_, mark)| mark)
}

/// The same kinds for a log that is still being read, where a message stands alone: no restart, no tie in time.
pub fn kind_so_far(meaning: Meaning) -> Option<&'static str> {
    match meaning {
        Meaning::BecameLeader => Some("leader-change"),
        Meaning::ClientFailedResponse | Meaning::EngineFetchUnitsFailed => Some("fleet-error"),
        _ => marked(meaning).map(|(kind, _)| kind),
    }
}

fn add_marks(facts: &Facts, lanes: &mut Lanes) {
    for (id, event) in facts.events_of(&MARKED.map(|(meaning, _)| meaning)) {
        if let (Some(mark), Some(time)) = (marked(event.meaning), event.time) {
            let who = voices::speaker(event).map_or_else(|| facts.host(id), str::to_owned);
            lanes.mark(&who, time.micros, mark, event, 1);
        }
    }
    for id in &facts.restarts {
        let event = facts.event(*id);
        if let Some(time) = event.time {
            lanes.mark(&facts.host(*id), time.micros, ("restart", RuleId::EtcdLeaderRestarted), event, 1);
        }
    }
    for failure in &facts.fleet_failures {
        if let Some(time) = failure.time {
            let first = facts.event(failure.events[0]);
            let cancelled = first.meaning == Meaning::ClientFailedResponse;
            let finding = if cancelled { RuleId::FleetEtcdRequestCancelled } else { RuleId::FleetRegistryTimeout };
            lanes.mark(&failure.host, time, ("fleet-error", finding), first, failure.events.len() as u64);
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::{Document, Input, analyze};

    /// `A` and `B` are the members' ids.
    fn lanes(texts: &[&str]) -> Vec<(String, usize, usize)> {
        let filled = |text: &&str| text.replace('A', "8e9e05c52164694d").replace('B', "6e3bd23ae5f1eae0");
        let documents = texts.iter().map(|text| Document { name: None, text: filled(text) }).collect();
        let timeline = analyze(&Input { documents, ..Input::default() }).timeline.expect("times");
        timeline.lanes.into_iter().map(|lane| (lane.name, lane.leads.len(), lane.marks.len())).collect()
    }

    const LED: &str = "2021-02-03 11:20:31.120000 I | raft: A became leader at term 7
2021-02-03 11:20:41.420000 W | etcdserver: failed to send out heartbeat on time (exceeded the 100ms timeout for 1.31s)
";
    const OTHER: &str = "2021-02-03 11:20:51.120000 I | raft: B became leader at term 8
2021-02-03 11:21:01.420000 W | etcdserver: failed to send out heartbeat on time (exceeded the 100ms timeout for 1.32s)
";

    #[test]
    fn a_member_alone_in_a_document_has_one_row() {
        assert_eq!(lanes(&[LED]), [("d1".to_owned(), 1, 1)]);
        assert_eq!(lanes(&[LED, OTHER]), [("d1".to_owned(), 1, 1), ("d2".to_owned(), 1, 1)]);
        // The same member's next file.
        let next = OTHER.replace('B', "A");
        assert_eq!(lanes(&[LED, &next]), [("d1".to_owned(), 2, 2)]);
    }

    /// Whose a line is that names nobody is not known there.
    #[test]
    fn members_in_one_document_keep_rows_of_their_own() {
        let joined = format!("{LED}{OTHER}");
        let lanes = lanes(&[&joined]);
        assert_eq!(lanes.iter().filter(|(_, leads, marks)| *leads == 1 && *marks == 0).count(), 2, "{lanes:?}");
        assert!(lanes.contains(&("d1".to_owned(), 0, 2)), "{lanes:?}");
    }
}
