//! All that a rule may look at: settings in force, events, stalls, leader changes, versions.

use crate::config::Configuration;
use crate::input::Assumptions;
use crate::log::event::{Event, LogReading, Meaning};
use crate::parameters::Parameter;
use crate::report::Provenance;
use crate::text::{DocumentId, Place};
use crate::units::{Micros, Range};

pub use crate::model::Generation;

/// Refers to one event: document and index into that document's events.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct EventId {
    /// Index into `Facts::logs`.
    pub log: usize,
    /// Index into its events.
    pub event: usize,
}

/// Lowest and highest version a program can have, as (major, minor, patch).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct VersionRange {
    /// The oldest it can be.
    pub low: (u16, u16, u16),
    /// The newest it can be.
    pub high: (u16, u16, u16),
}

/// The value of a parameter that was in force while the logs were written.
#[derive(Clone, Debug, PartialEq)]
pub struct InForce {
    /// The value; `None` where not even a default is known.
    pub value: Option<Micros>,
    /// Stated, inferred or default.
    pub provenance: Provenance,
    /// The place in a configuration that says so.
    pub place: Option<Place>,
    /// The log line that says so.
    pub event: Option<EventId>,
}

/// The leader did not run for a while.
#[derive(Clone, Debug, PartialEq)]
pub struct Stall {
    /// Who: member id or host.
    pub member: String,
    /// Moment of waking, in microseconds.
    pub end: Option<Micros>,
    /// Its length.
    pub length: Range,
    /// What measured it.
    pub kind: StallKind,
    /// Lines that show it, the telling one first.
    pub events: Vec<EventId>,
}

/// What measured a stall.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum StallKind {
    /// A late-heartbeat line: between X + H and X + 2H.
    LateHeartbeat,
    /// A slow sync of the leader's disk.
    SlowSync,
    /// etcd 0.4's `heartbeat near election timeout`.
    NearTimeout,
    /// Guessed from when the old leader came back.
    Return,
    /// Only a lower bound is known.
    Censored,
}

/// Why a leader changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ChangeClass {
    /// The first leader after the start.
    Start,
    /// Handed over on purpose.
    Planned,
    /// The old leader's process ended.
    Wanted,
    /// The old leader lived.
    Needless,
}

/// A new term with a new leader.
#[derive(Clone, Debug, PartialEq)]
pub struct LeaderChange {
    /// Its term, where the log tells.
    pub term: Option<i64>,
    /// When the winner's campaign began.
    pub campaign: Option<Micros>,
    /// When the new leader was there.
    pub elected: Option<Micros>,
    /// When the old leader was last heard of, or its loss was logged.
    pub lost: Option<Micros>,
    /// The old leader, as id or name.
    pub old: Option<String>,
    /// The new leader.
    pub new: Option<String>,
    /// Why.
    pub class: ChangeClass,
    /// Lines that show it.
    pub events: Vec<EventId>,
    /// Index of the stall that explains it.
    pub stall: Option<usize>,
}

/// fleet requests that failed together: one second, one machine.
#[derive(Clone, Debug, PartialEq)]
pub struct FleetFailure {
    /// When they failed.
    pub time: Option<Micros>,
    /// Whole-second stamps may hide up to this much.
    pub grain: Micros,
    /// Host.
    pub host: String,
    /// The lines.
    pub events: Vec<EventId>,
    /// Index of the stall it is tied to.
    pub stall: Option<usize>,
    /// Index of the leader change it is tied to.
    pub change: Option<usize>,
}

/// Everything known about the input.
#[derive(Debug)]
pub struct Facts {
    /// Documents read as configuration.
    pub configurations: Vec<Configuration>,
    /// Documents read as logs.
    pub logs: Vec<LogReading>,
    /// Documents that are neither, with a sentence each.
    pub unknown: Vec<(DocumentId, String)>,
    /// What the user stated.
    pub assumptions: Assumptions,
    /// Value in force per parameter, in the order of `Parameter::ALL`.
    pub in_force: Vec<(Parameter, InForce)>,
    /// Which etcd.
    pub etcd: Option<VersionRange>,
    /// Which fleet.
    pub fleet: Option<VersionRange>,
    /// How its election timers work.
    pub generation: Generation,
    /// Voting members.
    pub members: Option<u32>,
    /// Stalls of leaders, by time.
    pub stalls: Vec<Stall>,
    /// Leader changes, by time; the start is among them.
    pub changes: Vec<LeaderChange>,
    /// Failed fleet requests, by time.
    pub fleet_failures: Vec<FleetFailure>,
    /// Restarts of an etcd process after its first start: the start lines.
    pub restarts: Vec<EventId>,
}

impl Facts {
    /// The event that `id` refers to.
    pub fn event(&self, id: EventId) -> &Event {
        &self.logs[id.log].events[id.event]
    }

    /// All events with one of these meanings, by document and time.
    pub fn events_of<'a>(&'a self, meanings: &'a [Meaning]) -> impl Iterator<Item = (EventId, &'a Event)> + 'a {
        self.all_events().filter(move |(_, event)| meanings.contains(&event.meaning))
    }

    /// All events, by document and time.
    pub fn all_events(&self) -> impl Iterator<Item = (EventId, &Event)> {
        self.logs
            .iter()
            .enumerate()
            .flat_map(|(log, reading)| reading.events.iter().enumerate().map(move |(event, e)| (EventId { log, event }, e)))
    }

    /// The host that wrote an event: named in the line, else the document stands for it.
    pub fn host(&self, id: EventId) -> String {
        let log = &self.logs[id.log];
        match log.events[id.event].host {
            Some(host) => log.hosts[usize::from(host)].clone(),
            None => format!("d{}", log.document + 1),
        }
    }

    /// What was in force for `parameter`.
    pub fn in_force(&self, parameter: Parameter) -> &InForce {
        let at = Parameter::ALL.iter().position(|p| *p == parameter).unwrap_or(0);
        &self.in_force[at].1
    }

    /// Leader changes that no start, plan or death explains.
    pub fn needless(&self) -> impl Iterator<Item = &LeaderChange> {
        self.changes.iter().filter(|change| change.class == ChangeClass::Needless)
    }
}
