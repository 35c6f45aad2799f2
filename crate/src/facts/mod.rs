//! All that a rule may look at: settings in force, events, stalls, leader changes, versions.

mod aside;
pub mod beside;
pub mod breaks;
pub mod changes;
pub mod clocks;
pub mod clusters;
pub mod engine;
pub mod events;
pub mod fleet;
pub mod failures;
mod hearsay;
mod joined;
pub mod links;
pub mod members;
pub mod metrics;
mod pair;
pub mod presence;
pub mod publishing;
mod read;
mod searched;
pub mod settings;
pub mod slow_requests;
mod sooner;
mod spells;
pub mod stalls;
pub mod started;
pub mod texts;
pub mod time_line;
pub mod tools;
pub mod took_back;
pub mod twice;
pub mod versions;
pub mod voices;

use std::cell::OnceCell;

use crate::config::{Configuration, Launcher, Setting, Source};
use crate::input::Assumptions;
use crate::log::event::LogReading;
use crate::model::Failovers;
use crate::moments::Moments;
use crate::parameters::{OwnPair, Parameter};
use crate::text::DocumentId;
use crate::units::{Micros, S};

pub use crate::model::Generation;
use changes::OldLeader;
pub use changes::{ChangeClass, LeaderChange};
use clocks::{ClockStep, Drift};
pub use events::{EventId, key_of_place};
pub use failures::FleetFailure;
pub use fleet::UNKNOWN_FLEET;
pub use read::{HOLDS_BINARY, OF_NO_KIND, OWN_REPORT, Read, TOO_LARGE, Unknown};
pub use settings::InForce;
pub use spells::Spell;
pub use stalls::{Stall, StallKind};
pub use versions::VersionRange;

/// Everything known about the input.
#[derive(Debug)]
pub struct Facts {
    /// Documents read as configuration.
    pub configurations: Vec<Configuration>,
    /// Documents read as logs.
    pub logs: Vec<LogReading>,
    /// Documents that are neither.
    pub unknown: Vec<Unknown>,
    /// Lines that stood in the input a second time.
    pub twice: usize,
    /// What tells of other clusters and was set aside.
    pub other_clusters: Vec<clusters::Place>,
    /// What the user stated.
    pub assumptions: Assumptions,
    /// Value in force per parameter, in the order of `Parameter::ALL`.
    pub in_force: Vec<InForce>,
    /// etcd's pair in the course of time; the last is the one in force.
    pub spells: Vec<Spell>,
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
    /// A leader ran while its links were silent for longer than rafthttp keeps a silent one, 5 s. No timer waits for a network:
    /// leaders that were cut off for less there count as cut off by the same (judgement).
    links_down: bool,
    /// Leader changes, by time; the start is among them.
    pub changes: Vec<LeaderChange>,
    /// Failed fleet requests, by time.
    pub fleet_failures: Vec<FleetFailure>,
    /// Restarts of an etcd process after its first start: the start lines.
    pub restarts: Vec<EventId>,
    /// Of these, the ones with other timers than before.
    pub retimed: Vec<EventId>,
    /// How long this cluster is without a leader, pair by pair.
    pub failovers: Failovers,
    /// When these got their new leader.
    pub elected: Moments,
    /// How far clocks were found apart.
    drifts: Vec<Drift>,
    /// Clocks that were set.
    clock_steps: Vec<ClockStep>,
    /// Messages of leaders whose term was over, by the term in which they led.
    old_leaders: Vec<OldLeader>,
    /// What members print of etcd's pair, once it was asked for.
    printed: [OnceCell<Vec<(EventId, Micros)>>; 2],
    /// Which logs hold remarks, once it was asked for.
    remarks: OnceCell<Vec<bool>>,
    /// Whether a search picked the lines, once it was asked for.
    searched: OnceCell<bool>,
    /// What starts etcd, as the names of its logs tell.
    by_path: Option<Launcher>,
    /// What starts etcd, once it was asked for.
    started: OnceCell<started::Started>,
    /// For each meaning the events that have it, by document and time.
    by_meaning: Vec<events::Alike>,
    /// One event for each text that a question about words can meet.
    one_of_each: Vec<EventId>,
}

impl Facts {
    /// Gives back what was read, so that it need not be read again.
    pub fn into_read(self) -> Read {
        let mut logs = self.logs;
        joined::part(&mut logs);
        Read { configurations: self.configurations, logs, unknown: self.unknown }
    }

    /// Gathers everything that was read shows, of documents with these names.
    pub fn gather<'a>(read: Read, assumptions: Assumptions, name: &dyn Fn(DocumentId) -> &'a str) -> Facts {
        let Read { configurations, mut logs, unknown } = read;
        logs.iter_mut().for_each(time_line::move_back);
        logs.iter_mut().for_each(hearsay::correct);
        let aside = aside::set_aside(&mut logs);
        time_line::align(&mut logs);
        joined::join(&mut logs);
        time_line::align_clocks(&mut logs);
        let mut facts = Facts {
            etcd: versions::stated(assumptions.etcd_version.as_deref()).or_else(|| versions::etcd(&logs, &configurations)),
            fleet: versions::stated(assumptions.fleet_version.as_deref()).or_else(|| versions::fleet(&logs)),
            by_path: started::by_path(&logs, name),
            configurations,
            logs,
            unknown,
            twice: aside.twice,
            other_clusters: aside.other_clusters,
            assumptions,
            in_force: Vec::new(),
            spells: Vec::new(),
            generation: Generation::V2,
            members: None,
            stalls: Vec::new(),
            links_down: false,
            changes: Vec::new(),
            fleet_failures: Vec::new(),
            restarts: Vec::new(),
            retimed: Vec::new(),
            failovers: Failovers::default(),
            elected: Moments::default(),
            drifts: Vec::new(),
            clock_steps: Vec::new(),
            old_leaders: Vec::new(),
            printed: Default::default(),
            remarks: OnceCell::new(),
            searched: OnceCell::new(),
            started: OnceCell::new(),
            by_meaning: Vec::new(),
            one_of_each: Vec::new(),
        };
        settings::judge_old_keys(&mut facts.configurations, facts.etcd);
        settings::judge_fleet_conf(&mut facts.configurations);
        facts.by_meaning = events::by_meaning(&facts);
        facts.one_of_each = events::one_of_each(&facts);
        facts.generation = versions::generation(&facts);
        facts.in_force = settings::in_force(&facts);
        facts.spells = spells::spells(&facts);
        facts.members = members::members(&facts);
        facts.old_leaders = changes::old_leaders(&facts);
        facts.drifts = clocks::drifts(&facts);
        facts.clock_steps = clocks::clock_steps(&facts);
        let voices = voices::etcd_voices(&facts);
        facts.restarts = voices::restarts(&facts, &voices);
        facts.retimed = spells::retimed(&facts);
        let mut changes = changes::leader_changes(&facts, &voices);
        if sooner::mend_pair(&mut facts, &voices, &changes) {
            facts.spells = spells::spells(&facts);
            changes = changes::leader_changes(&facts, &voices);
        }
        facts.stalls = stalls::stalls(&facts, &voices, &mut changes);
        facts.links_down = facts.stalls.iter().any(Stall::outlasts_a_link);
        facts.elected = Moments::of(changes.iter().map(|change| change.elected));
        facts.changes = changes;
        spells::outgrow(&mut facts);
        facts.fleet_failures = failures::fleet_failures(&facts);
        facts
    }

    /// What was in force for `parameter`.
    pub fn in_force(&self, parameter: Parameter) -> &InForce {
        &self.in_force[parameter.place()]
    }

    /// The logs, but for those of which all was set aside, and those of other programs: a web server's month is no time in
    /// which etcd was watched.
    pub fn judged_logs(&self) -> impl Iterator<Item = &LogReading> {
        let judged = |log: &&LogReading| !log.events.is_empty() || log.aside.is_empty() || log.joined.is_some();
        self.logs.iter().filter(judged).filter(|log| log.recognised > 0)
    }

    /// When the first and the last line of the logs were written, where they carry times.
    pub fn log_ends(&self) -> Option<(Micros, Micros)> {
        let first = self.judged_logs().filter_map(|log| log.first.as_ref()).map(|(time, _)| time.micros).min()?;
        let last = self.judged_logs().filter_map(|log| log.last.as_ref()).map(|(time, _)| time.micros).max()?;
        Some((first, last))
    }

    /// How much time the logs cover, where they carry times.
    pub fn log_span(&self) -> Option<Micros> {
        self.log_ends().map(|(first, last)| last - first)
    }

    /// The same, where it is long enough to tell how often something happens: ten minutes (judgement).
    pub fn span_of_a_rate(&self) -> Option<Micros> {
        self.log_span().filter(|span| *span >= 600 * S)
    }

    /// Whether the input has lines or settings of etcd itself.
    pub fn has_etcd(&self) -> bool {
        self.configurations.iter().any(|c| c.cluster.has_etcd) || self.any_event(|event| event.is_etcd_server())
    }

    /// All that the configurations state.
    pub fn settings(&self) -> impl Iterator<Item = &Setting> {
        self.configurations.iter().flat_map(|configuration| &configuration.settings)
    }

    /// Whether a configuration of this kind is here.
    pub fn has_source(&self, source: Source) -> bool {
        self.configurations.iter().any(|configuration| configuration.source == source)
    }

    /// Whether a configuration is for etcd 0.4, and no later etcd is known to run.
    pub fn configures_etcd_04(&self) -> bool {
        !settings::passes_over_old_keys(self.etcd) && self.configurations.iter().any(|c| c.cluster.etcd_04)
    }

    /// The pair of timers that an installer starts etcd with, where a configuration is one's.
    pub fn own_pair(&self) -> Option<&'static OwnPair> {
        self.configurations.iter().find_map(|c| c.cluster.own_pair)
    }

    /// Whether the input has lines or settings of fleet.
    pub fn has_fleet(&self) -> bool {
        self.configurations.iter().any(|c| c.cluster.has_fleet) || self.any_event(|event| event.is_fleet())
    }

    /// The value in force for `parameter`, for sums: a default where nothing else is known.
    pub fn value(&self, parameter: Parameter) -> Micros {
        self.in_force(parameter).value.unwrap_or_else(|| parameter.default_value())
    }
}
