//! All that a rule may look at: settings in force, events, stalls, leader changes, versions.

mod aside;
pub mod beside;
pub mod breaks;
mod causes;
mod changes;
pub mod clocks;
pub mod clusters;
pub mod engine;
mod events;
pub mod failures;
mod joined;
pub mod links;
pub mod lost_ticks;
pub mod members;
pub mod metrics;
pub mod settings;
mod spells;
pub mod stalls;
pub mod texts;
pub mod time_line;
pub mod tools;
pub mod took_back;
pub mod twice;
pub mod versions;
pub mod voices;

use std::cell::OnceCell;

use crate::config::Configuration;
use crate::input::Assumptions;
use crate::log::event::{LogReading, Meaning};
use crate::model::{Failover, Failovers, Timers, fleet};
use crate::moments::Moments;
use crate::parameters::{LONGEST_ELECTION, OwnPair, Parameter};
use crate::report::Provenance;
use crate::sort::distinct;
use crate::text::{DocumentId, Place};
use crate::units::{MS, Micros, Range, S};
use crate::version::{Version, version};

pub use crate::model::Generation;
use clocks::{ClockStep, Drift};
pub use events::{EventId, key_of_place};
pub use spells::Spell;

impl StallKind {
    /// A line measured it.
    pub fn is_measured(self) -> bool {
        matches!(self, StallKind::LateHeartbeat | StallKind::SlowSync | StallKind::NearTimeout | StallKind::LostTicks)
    }

    /// More than a lower bound of it is known.
    pub fn is_known(self) -> bool {
        self != StallKind::Censored
    }

    /// It is known of a leader that did not run; one that was cut off ran, and what was silent lies elsewhere.
    pub fn stood_still(self) -> bool {
        self.is_known() && self != StallKind::CutOff
    }
}

/// Lowest and highest version a program can have, as (major, minor, patch).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct VersionRange {
    /// The oldest it can be.
    pub low: Version,
    /// The newest it can be.
    pub high: Version,
}

impl VersionRange {
    /// This version alone.
    pub fn only(version: Version) -> VersionRange {
        VersionRange { low: version, high: version }
    }

    /// From the oldest to the newest of both.
    pub fn spanned(self, other: VersionRange) -> VersionRange {
        VersionRange { low: self.low.min(other.low), high: self.high.max(other.high) }
    }
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
    /// The length to plan with: the high end where measured, a guess where not (method 2.3).
    pub planned: Micros,
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
    /// Ticks of the leader's clock were lost: it is known how long at least.
    LostTicks,
    /// Guessed from when the old leader came back.
    Return,
    /// Guessed in the same way, of a leader that ran and said that it heard from no majority.
    CutOff,
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
    /// None of these: nothing shows that the old leader ended.
    Needless,
    /// Needless under the timers of its time; with those in force it would not come.
    Outgrown,
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
    /// The one member that missed the leader while the others heard it; the term that it raised took the lead away.
    pub raised_by: Option<String>,
    /// The old leader's own log goes on, or its peers heard it again.
    pub lived: bool,
}

impl LeaderChange {
    /// Whether the input shows that the old leader lived, rather than only not that it ended.
    pub fn shows_alive(&self) -> bool {
        self.lived || self.stall.is_some() || self.raised_by.is_some()
    }
}

/// A message of a leader whose term was over, as a member ignored it.
#[derive(Clone, Copy, Debug)]
pub struct OldLeader {
    /// The term in which it led.
    pub led: Option<i64>,
    /// The term of the member that ignored it.
    pub term: Option<i64>,
    /// The highest such term up to here.
    pub latest: Option<i64>,
    /// The line.
    pub event: EventId,
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

/// What the plan assumes of a fleet whose version nothing tells; see `Facts::fleet_to_plan_with`.
pub const UNKNOWN_FLEET: &str = "No line tells which fleet this is. It is taken for 0.12: a beat is two requests, as up to it, and the monitor must not fire, as from it on. fleetd --version tells.";

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
    pub in_force: Vec<(Parameter, InForce)>,
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
    /// For each meaning the events that have it, by document and time.
    by_meaning: Vec<events::Alike>,
    /// One event for each text that a question about words can meet.
    one_of_each: Vec<EventId>,
}

/// What is said of a document whose bytes are no text.
pub const HOLDS_BINARY: &str = "holds binary data, not text";

/// What is said of a document that begins as a configuration and is longer than one may be.
pub const TOO_LARGE: &str = "is too large to be read as a configuration";

/// A document that is neither a configuration nor a log.
#[derive(Debug)]
pub struct Unknown {
    /// Which one.
    pub document: DocumentId,
    /// A sentence that says why.
    pub why: String,
}

/// The documents as read, sorted by what they are.
#[derive(Default)]
pub struct Read {
    /// Configurations, in the order of the documents.
    pub configurations: Vec<Configuration>,
    /// Logs, in the order of the documents.
    pub logs: Vec<LogReading>,
    /// The others.
    pub unknown: Vec<Unknown>,
}

impl Read {
    /// Drops what was read of a document.
    pub fn forget(&mut self, document: DocumentId) {
        self.configurations.retain(|each| each.document != document);
        self.logs.retain(|each| each.document != document);
        self.unknown.retain(|each| each.document != document);
    }

    /// Brings all into the order of the documents.
    pub fn sort(&mut self) {
        crate::sort::by_key(&mut self.configurations, |each| each.document);
        crate::sort::by_key(&mut self.logs, |each| each.document);
        crate::sort::by_key(&mut self.unknown, |each| each.document);
    }
}

impl Facts {
    /// Gives back what was read, so that it need not be read again.
    pub fn into_read(self) -> Read {
        let mut logs = self.logs;
        joined::part(&mut logs);
        Read { configurations: self.configurations, logs, unknown: self.unknown }
    }

    /// Gathers everything the input shows.
    pub fn gather(configurations: Vec<Configuration>, logs: Vec<LogReading>, unknown: Vec<Unknown>, assumptions: Assumptions) -> Facts {
        let mut logs = logs;
        logs.iter_mut().for_each(time_line::move_back);
        let aside = aside::set_aside(&mut logs);
        time_line::align(&mut logs);
        joined::join(&mut logs);
        time_line::align_clocks(&mut logs);
        let mut facts = Facts {
            etcd: versions::stated(assumptions.etcd_version.as_deref()).or_else(|| versions::etcd(&logs, &configurations)),
            fleet: versions::stated(assumptions.fleet_version.as_deref()).or_else(|| versions::fleet(&logs)),
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
        facts.stalls = stalls::stalls(&facts, &voices, &mut changes);
        facts.elected = Moments::of(changes.iter().map(|change| change.elected));
        facts.changes = changes;
        spells::outgrow(&mut facts);
        facts.fleet_failures = failures::fleet_failures(&facts);
        facts
    }

    /// What was in force for `parameter`.
    pub fn in_force(&self, parameter: Parameter) -> &InForce {
        let at = Parameter::ALL.iter().position(|p| *p == parameter).unwrap_or(0);
        &self.in_force[at].1
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

    /// Fleet is known to be older than `version`.
    pub fn fleet_before(&self, release: Version) -> bool {
        self.fleet.is_some_and(|range| range.high < release)
    }

    /// The fleet to plan with. An unknown one is taken for 0.12: its beat is two requests, as in every fleet
    /// up to it (CoreOS shipped none after 0.11.8), and its monitor must not fire, which is the careful
    /// reading (method 6.6). `UNKNOWN_FLEET` says so to the reader.
    pub fn fleet_to_plan_with(&self) -> VersionRange {
        self.fleet.unwrap_or(VersionRange::only(version(0, 12, 0)))
    }

    /// From fleet 0.12 on a monitor that fires can stop fleetd for good (lab, section 8.3).
    pub fn monitor_may_hang(&self) -> bool {
        self.fleet_to_plan_with().high >= version(0, 12, 0)
    }

    /// The longest that one beat of a machine's presence can take, in the slowest fleet that this one can be.
    pub fn slowest_beat(&self, request_timeout: Micros) -> Micros {
        let range = self.fleet_to_plan_with();
        let endpoints = self.configurations.iter().filter_map(|c| c.cluster.fleet_endpoints).max().unwrap_or(1);
        let possible = [version(0, 12, 0), version(0, 13, 0), version(1, 0, 0)]
            .into_iter()
            .filter(|known| *known >= range.low && *known <= range.high);
        possible.chain([range.high]).map(|fleet| fleet::worst_beat(fleet, request_timeout, endpoints)).max().unwrap_or(0)
    }

    /// The longest outage of etcd that a machine's presence outlives unharmed with these values: a third
    /// of agent-ttl where a monitor that fires restarts at once, the window of its tries where it must not fire.
    pub fn rides_out(&self, agent_ttl: Micros, request_timeout: Micros) -> Micros {
        if self.monitor_may_hang() {
            fleet::presence_window(agent_ttl, request_timeout, self.slowest_beat(request_timeout))
        } else {
            agent_ttl / 3
        }
    }

    /// Heartbeats so rare that etcd 2.0 has closed the connection they go over: it drops a peer stream that is silent for
    /// 5 s and sends no keep-alive on it (etcd-io/etcd@v2.0.13:rafthttp/streamer.go). Leaders are lost without any stall.
    pub fn heartbeats_come_too_late(&self) -> bool {
        self.etcd.is_some_and(|range| range.low >= version(2, 0, 0) && range.high < version(2, 1, 0))
            && self.value(Parameter::HeartbeatInterval) >= 5 * S
    }

    /// Whether etcd does not start with the pair in force, as far as its version is known: it checks the ratio from
    /// 2.0.6 on and the limit from 2.1.2 on (etcd-io/etcd@v2.3.8:etcdmain/config.go:319-323).
    pub fn refuses_pair(&self) -> bool {
        self.etcd.is_some_and(|range| self.is_refused_by(range.low))
    }

    /// The same, where an etcd of unknown version is taken for a late one.
    pub fn may_refuse_pair(&self) -> bool {
        self.refuses_pair() || self.etcd.is_none() && self.generation != Generation::V04 && self.is_refused_by(version(3, 0, 0))
    }

    fn is_refused_by(&self, etcd: Version) -> bool {
        let (beat, wait) = (self.value(Parameter::HeartbeatInterval), self.value(Parameter::ElectionTimeout));
        wait < 5 * beat && etcd >= version(2, 0, 6) || wait > LONGEST_ELECTION && etcd >= version(2, 1, 2)
    }

    /// With less than two heartbeats in an election-timeout the followers of an etcd that starts with the pair campaign
    /// before the leader is heard.
    pub fn no_leader_lasts(&self) -> bool {
        self.value(Parameter::ElectionTimeout) < 2 * self.value(Parameter::HeartbeatInterval)
    }

    /// Round trip between members: stated, else measured, else 1 ms, as within one site.
    pub fn round_trip(&self) -> Micros {
        self.assumptions.peer_rtt_ms.map_or_else(|| self.measured_round_trip().unwrap_or(MS), |ms| (ms * MS as f64) as Micros)
    }

    /// The round trip that half of the probes to the farthest peer stay below, or what ping says; etcd's documentation
    /// takes the average.
    pub fn measured_round_trip(&self) -> Option<Micros> {
        metrics::slowest(self, Meaning::MetricRoundTrip).map(|probes| probes.quantile(0.5).high).or_else(|| tools::ping(self))
    }

    /// Whether the round trip is more than an assumption.
    pub fn knows_round_trip(&self) -> bool {
        self.assumptions.peer_rtt_ms.is_some() || self.measured_round_trip().is_some()
    }

    /// This cluster with these timers.
    pub fn timers(&self, heartbeat: Micros, election: Micros) -> Timers {
        Timers {
            heartbeat: heartbeat.max(MS),
            election: election.max(5 * MS),
            generation: self.generation,
            members: self.members.unwrap_or(3).max(1),
        }
    }

    /// How long the cluster is without a leader after one dies, under these timers.
    pub fn failover(&self, timers: &Timers) -> Failover {
        self.failovers.of(timers, self.round_trip())
    }

    /// The length to plan with for the longest stall of a leader; `None` where no stall is known.
    /// Measured ones and guesses come before bare lower bounds (method 2.3).
    pub fn longest_stall(&self) -> Option<&Stall> {
        self.longest_known().or_else(|| self.stalls.iter().max_by_key(|stall| stall.planned))
    }

    /// The longest of which more than a lower bound is known.
    pub fn longest_known(&self) -> Option<&Stall> {
        self.stalls.iter().filter(|stall| stall.kind.is_known()).max_by_key(|stall| stall.planned)
    }

    /// Leader changes in which one member took the place of a leader that the others heard.
    pub fn raised(&self) -> usize {
        self.changes.iter().filter(|change| change.raised_by.is_some()).count()
    }

    /// Members that printed a late-heartbeat line. Only a leader prints it, so two of them prove a change of
    /// leader in between (method 2.4).
    pub fn leaders_stalled(&self) -> usize {
        let late = self.stalls.iter().filter(|stall| stall.kind == StallKind::LateHeartbeat);
        distinct(late.map(|stall| stall.member.as_str())).len()
    }

    /// Whether the leader changed though no line tells of it, as in a log of warnings alone.
    pub fn changed_unseen(&self) -> bool {
        self.leaders_stalled() > 1 && !self.leader_changed()
    }

    /// Whether the log shows who led, and none of the slow syncs in it was the leader's: no follower missed a heartbeat
    /// for them.
    pub fn only_followers_synced(&self) -> bool {
        !self.changes.is_empty() && self.stalls.iter().all(|stall| stall.kind != StallKind::SlowSync)
    }

    /// Leader changes that no start, plan or death explains.
    pub fn needless(&self) -> impl Iterator<Item = &LeaderChange> {
        self.changes.iter().filter(|change| change.class == ChangeClass::Needless)
    }

    /// Leader changes of one class.
    pub fn count(&self, class: ChangeClass) -> u64 {
        self.changes.iter().filter(|change| change.class == class).count() as u64
    }

    /// Whether a leader changed after the start.
    pub fn leader_changed(&self) -> bool {
        self.changes.iter().any(|change| change.class != ChangeClass::Start)
    }

    /// The stall that explains a change.
    pub fn stall_of(&self, change: &LeaderChange) -> Option<&Stall> {
        self.stalls.get(change.stall?)
    }

    /// The stalls that explain needless changes, change by change.
    pub fn explaining(&self) -> impl Iterator<Item = &Stall> {
        self.needless().filter_map(|change| self.stall_of(change))
    }

    /// Needless changes that a measured or estimated stall explains.
    pub fn explained(&self) -> usize {
        self.explaining().filter(|stall| stall.kind.is_known()).count()
    }
}

#[cfg(test)]
mod tests {
    use super::Generation;
    use crate::rules::testing::facts;

    #[test]
    fn pre_vote_is_as_the_configuration_says() {
        let file = |line: &str| format!("name: a\ndata-dir: /var/lib/etcd\nheartbeat-interval: 100\nelection-timeout: 1000\n{line}");
        for (text, expected) in [
            (file("pre-vote: true\n"), Generation::PreVote),
            (file("pre-vote: false\n"), Generation::V3),
            (String::from("ETCD_HEARTBEAT_INTERVAL=100\nETCD_ELECTION_TIMEOUT=1000\nETCD_PRE_VOTE=true\n"), Generation::PreVote),
            // Nothing tells which etcd it is.
            (file(""), Generation::V2),
        ] {
            assert_eq!(facts(&[&text]).generation, expected, "{text}");
        }
        // What a member prints when it starts outweighs the default of its version.
        let starts = |version: &str, on: bool| {
            format!(
                "{{\"level\":\"info\",\"ts\":\"2023-02-03T10:00:00.000Z\",\"caller\":\"embed/etcd.go:309\",\"msg\":\"starting an etcd server\",\"etcd-version\":\"{version}\",\"heartbeat-interval\":\"100ms\",\"election-timeout\":\"1s\",\"pre-vote\":{on},\"name\":\"a\"}}\n"
            )
        };
        assert_eq!(facts(&[&starts("3.5.9", false)]).generation, Generation::V3);
        assert_eq!(facts(&[&starts("3.5.9", true)]).generation, Generation::PreVote);
        assert_eq!(facts(&[&starts("3.4.20", true)]).generation, Generation::PreVote);
        // A log of an etcd that does not know the flag outweighs it.
        let old = "2016-04-20 10:00:00.000000 I | etcdmain: etcd Version: 2.3.7\n";
        assert_eq!(facts(&[&file("pre-vote: true\n"), old]).generation, Generation::V2);
    }
}
