//! What etcd's pair of timers means for this cluster: whether its etcd takes it, and how it does with it.

use super::{Facts, Generation, metrics, tools};
use crate::config::Problem;
use crate::ids::RuleId;
use crate::log::event::Meaning;
use crate::model::{Failover, Timers};
use crate::parameters::{LONGEST_ELECTION, Parameter};
use crate::units::{MS, Micros, S};
use crate::version::{Version, version};

impl Facts {
    /// heartbeat-interval and election-timeout in force.
    pub fn pair(&self) -> (Micros, Micros) {
        (self.value(Parameter::HeartbeatInterval), self.value(Parameter::ElectionTimeout))
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

    /// Whether an etcd that starts with what is written may end at once: with the pair, where one of unknown version is taken for
    /// a late one, or, where no log shows one that runs, with a value that it cannot read.
    pub fn etcd_may_not_start(&self) -> bool {
        self.may_refuse_pair() || self.cannot_read(RuleId::EtcdBadConfig)
    }

    /// Whether fleetd ends at once with what is written, where no log shows one that runs.
    pub fn fleet_may_not_start(&self) -> bool {
        self.cannot_read(RuleId::ConfigAgentTtlUnit)
    }

    fn cannot_read(&self, id: RuleId) -> bool {
        let all = || self.configurations.iter();
        let acts = |parameter| all().flat_map(|each| &each.settings).any(|setting| setting.effective && setting.parameter == parameter);
        let refuses = |problem: &Problem| !problem.weak_pair && !problem.parameter.is_some_and(acts);
        self.without_log() && all().flat_map(|each| each.problems_of(id)).any(refuses)
    }

    fn may_refuse_pair(&self) -> bool {
        self.refuses_pair() || self.etcd.is_none() && self.generation != Generation::V04 && self.is_refused_by(version(3, 0, 0))
    }

    fn is_refused_by(&self, etcd: Version) -> bool {
        let (beat, wait) = self.pair();
        wait < 5 * beat && etcd >= version(2, 0, 6) || wait > LONGEST_ELECTION && etcd >= version(2, 1, 2)
    }

    /// With less than two heartbeats in an election-timeout the followers of an etcd that starts with the pair campaign
    /// before the leader is heard.
    pub fn no_leader_lasts(&self) -> bool {
        let (beat, wait) = self.pair();
        wait < 2 * beat
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
}
