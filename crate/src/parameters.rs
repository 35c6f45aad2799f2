//! The five timing parameters: identity, unit, defaults, bounds and every spelling.

use crate::units::{MS, Micros, S};

/// etcd refuses a longer election-timeout, from 2.1.2 on. etcd-io/etcd@v2.3.8:etcdmain/config.go:50 and 319-323.
pub const LONGEST_ELECTION: Micros = 50_000 * MS;

/// etcd 2.0 drops a peer stream on which nothing was heard for so long, and sends no keep-alive on it
/// (etcd-io/etcd@v2.0.13:rafthttp/streamer.go), so what bounds it is the heartbeat-interval. Later ones send
/// keep-alives; there a heartbeat this rare only makes a dead leader cost a minute.
pub const SILENT_STREAM: Micros = 5 * S;

/// So many election-timeouts no failover takes: the slowest measured one took 2.7 (lab, section 2).
pub const NO_FAILOVER_TAKES: i64 = 4;

/// One of the five values that decide.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Parameter {
    /// etcd: how often a leader says it lives. etcd 0.4's `peer-heartbeat-interval` is the same parameter.
    HeartbeatInterval,
    /// etcd: how long followers wait for it. etcd 0.4's `peer-election-timeout` is the same parameter.
    ElectionTimeout,
    /// fleet: how often the engine looks; five times it is the engine's lease.
    EngineReconcileInterval,
    /// fleet: how long a request to etcd may take.
    EtcdRequestTimeout,
    /// fleet: how long a silent machine keeps its units.
    AgentTtl,
}

/// How a parameter's value is written by people and machines.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unit {
    /// A whole number of milliseconds (both etcd parameters).
    Milliseconds,
    /// A number of seconds, fractions allowed (two fleet parameters).
    Seconds,
    /// A Go duration with its unit, such as `120s` (agent-ttl).
    GoDuration,
}

impl Parameter {
    /// All five, in the order in which the planner decides them.
    pub const ALL: [Parameter; 5] = [
        Parameter::HeartbeatInterval,
        Parameter::ElectionTimeout,
        Parameter::EtcdRequestTimeout,
        Parameter::AgentTtl,
        Parameter::EngineReconcileInterval,
    ];

    /// Its place among all five.
    pub fn place(self) -> usize {
        Parameter::ALL.iter().position(|each| *each == self).unwrap_or(0)
    }

    /// The id in reports, e.g. `etcd.heartbeat-interval`.
    pub fn id(self) -> &'static str {
        match self {
            Parameter::HeartbeatInterval => "etcd.heartbeat-interval",
            Parameter::ElectionTimeout => "etcd.election-timeout",
            Parameter::EngineReconcileInterval => "fleet.engine-reconcile-interval",
            Parameter::EtcdRequestTimeout => "fleet.etcd-request-timeout",
            Parameter::AgentTtl => "fleet.agent-ttl",
        }
    }

    /// The key without its daemon, hyphenated: `heartbeat-interval`.
    pub fn key(self) -> &'static str {
        &self.id()[if self.is_etcd() { "etcd.".len() } else { "fleet.".len() }..]
    }

    /// Whether etcd reads it (else fleet does).
    pub fn is_etcd(self) -> bool {
        matches!(self, Parameter::HeartbeatInterval | Parameter::ElectionTimeout)
    }

    /// The unit in which the daemon reads it.
    pub fn unit(self) -> Unit {
        match self {
            Parameter::HeartbeatInterval | Parameter::ElectionTimeout => Unit::Milliseconds,
            Parameter::EngineReconcileInterval | Parameter::EtcdRequestTimeout => Unit::Seconds,
            Parameter::AgentTtl => Unit::GoDuration,
        }
    }

    /// The unit's word in a report: `ms` or `s`.
    pub fn unit_word(self) -> &'static str {
        if self.unit() == Unit::Milliseconds { "ms" } else { "s" }
    }

    /// The environment variable of etcd 2 and later, or of fleet.
    pub fn variable(self) -> &'static str {
        match self {
            Parameter::HeartbeatInterval => "ETCD_HEARTBEAT_INTERVAL",
            Parameter::ElectionTimeout => "ETCD_ELECTION_TIMEOUT",
            Parameter::EngineReconcileInterval => "FLEET_ENGINE_RECONCILE_INTERVAL",
            Parameter::EtcdRequestTimeout => "FLEET_ETCD_REQUEST_TIMEOUT",
            Parameter::AgentTtl => "FLEET_AGENT_TTL",
        }
    }

    /// The default, for etcd 2 and later and for every fleet that has the option.
    /// etcd-io/etcd@v2.3.8:etcdmain/config.go:168-169, coreos/fleet@v1.0.0:fleetd/fleetd.go:86-90, agent/agent.go:32.
    pub fn default_value(self) -> Micros {
        match self {
            Parameter::HeartbeatInterval => 100 * MS,
            Parameter::ElectionTimeout => 1000 * MS,
            Parameter::EngineReconcileInterval => 2 * S,
            Parameter::EtcdRequestTimeout => S,
            Parameter::AgentTtl => 30 * S,
        }
    }

    /// The default of etcd 0.4 for its two `peer-` options. etcd-io/etcd@v0.4.9:config/timeout.go:5-8.
    pub fn default_value_of_etcd_04(self) -> Micros {
        match self {
            Parameter::HeartbeatInterval => 50 * MS,
            Parameter::ElectionTimeout => 200 * MS,
            other => other.default_value(),
        }
    }

    /// A value in the number that reports use: milliseconds for etcd, seconds for fleet.
    pub fn number(self, value: Micros) -> f64 {
        match self.unit() {
            Unit::Milliseconds => value as f64 / MS as f64,
            Unit::Seconds | Unit::GoDuration => value as f64 / S as f64,
        }
    }

    /// The value as it stands in a configuration: `2500`, `5`, `60s`.
    pub fn written(self, value: Micros) -> String {
        match self.unit() {
            Unit::Milliseconds => crate::units::decimal(value, MS, 0),
            Unit::Seconds => crate::units::decimal(value, S, 3),
            Unit::GoDuration => format!("{}s", crate::units::decimal(value, S, 3)),
        }
    }

    /// The value with its unit, for sentences: `2500 ms`, `5 s`, `60s`.
    pub fn human(self, value: Micros) -> String {
        match self.unit() {
            Unit::Milliseconds => format!("{}\u{a0}ms", self.written(value)),
            Unit::Seconds => format!("{}\u{a0}s", self.written(value)),
            Unit::GoDuration => self.written(value),
        }
    }
}

/// What an installer starts etcd with where its file states nothing.
#[derive(Debug, PartialEq, Eq)]
pub struct OwnPair {
    heartbeat: Micros,
    election: Micros,
    /// Whose.
    pub of: &'static str,
}

/// k3s-io/k3s@001bb933:pkg/etcd/etcd.go, `cluster`; rancher/rke@00ecd611:cluster/defaults.go, `setClusterServicesDefaults`.
pub static RANCHER: OwnPair = OwnPair { heartbeat: 500 * MS, election: 5000 * MS, of: "k3s and RKE" };

/// kubernetes-sigs/kubespray@33342988:roles/etcd_defaults/defaults/main.yml.
pub static KUBESPRAY: OwnPair = OwnPair { heartbeat: 250 * MS, election: 5000 * MS, of: "Kubespray" };

/// kubesphere/kubekey@19d546b4:cmd/kk/pkg/etcd/templates/etcd_env.go.
pub static KUBEKEY: OwnPair = OwnPair { of: "KubeKey", ..KUBESPRAY };

impl OwnPair {
    /// The value of a parameter.
    pub fn value(&self, parameter: Parameter) -> Micros {
        match parameter {
            Parameter::HeartbeatInterval => self.heartbeat,
            Parameter::ElectionTimeout => self.election,
            other => other.default_value(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_keys_and_numbers() {
        assert_eq!(Parameter::AgentTtl.key(), "agent-ttl");
        assert_eq!(Parameter::AgentTtl.written(60 * S), "60s");
        assert_eq!(Parameter::EtcdRequestTimeout.written(1_500 * MS), "1.5");
        assert_eq!(Parameter::ElectionTimeout.written(2_500 * MS), "2500");
        assert_eq!(Parameter::ElectionTimeout.number(2_500 * MS), 2500.0);
    }
}
