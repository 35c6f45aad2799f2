//! What findings are called. One of them is also its rule's name, its page's in the rule book and its folder's under
//! `tests/rules/`; it is never used again for another one.

use serde::{Serialize, Serializer};

/// Makes the list, and each one's word.
macro_rules! ids {
    ($($name:ident = $word:literal,)*) => {
        /// The id of a finding, in alphabetical order. Those that begin with `config-`, and `etcd-bad-config`, may also be the
        /// id of a problem that reading a configuration finds.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum RuleId {
            $(#[doc = $word] $name,)*
        }

        impl RuleId {
            /// All of them.
            pub const ALL: &[RuleId] = &[$(RuleId::$name),*];

            /// As the report has it: `etcd-slow-disk`.
            pub fn word(self) -> &'static str {
                match self {
                    $(RuleId::$name => $word,)*
                }
            }
        }
    };
}

ids! {
    ClientHttp500 = "client-http-500",
    ConfigAgentTtlTooShort = "config-agent-ttl-too-short",
    ConfigAgentTtlUnit = "config-agent-ttl-unit",
    ConfigArgumentsForm = "config-arguments-form",
    ConfigBadFloat = "config-bad-float",
    ConfigDiffersFromLog = "config-differs-from-log",
    ConfigDuplicateKey = "config-duplicate-key",
    ConfigElectionCostsFleetRequests = "config-election-costs-fleet-requests",
    ConfigEnvComment = "config-env-comment",
    ConfigFleetConfIgnored = "config-fleet-conf-ignored",
    ConfigFleetConfRefused = "config-fleet-conf-refused",
    ConfigHeaderMissing = "config-header-missing",
    ConfigIntervalTooShort = "config-interval-too-short",
    ConfigNotExported = "config-not-exported",
    ConfigOctal = "config-octal",
    ConfigOldKey = "config-old-key",
    ConfigProxy = "config-proxy",
    ConfigRemainder = "config-remainder",
    ConfigSecondDocument = "config-second-document",
    ConfigSectionWithoutStart = "config-section-without-start",
    ConfigShadowed = "config-shadowed",
    ConfigSuspiciousUnit = "config-suspicious-unit",
    ConfigTemplate = "config-template",
    ConfigUnknownKey = "config-unknown-key",
    ConfigUnquotedNumber = "config-unquoted-number",
    ConfigValueDropped = "config-value-dropped",
    ConfigValuesDiffer = "config-values-differ",
    ConfigWrongSection = "config-wrong-section",
    ConfigYamlError = "config-yaml-error",
    ConfigZero = "config-zero",
    EtcdBadConfig = "etcd-bad-config",
    EtcdClockSkew = "etcd-clock-skew",
    EtcdClusterIdMismatch = "etcd-cluster-id-mismatch",
    EtcdDataDamaged = "etcd-data-damaged",
    EtcdDbSpace = "etcd-db-space",
    EtcdDiscoveryFailed = "etcd-discovery-failed",
    EtcdDiskFull = "etcd-disk-full",
    EtcdElectionChurn = "etcd-election-churn",
    EtcdHeartbeatLate = "etcd-heartbeat-late",
    EtcdLeaderLost = "etcd-leader-lost",
    EtcdLeaderRestarted = "etcd-leader-restarted",
    EtcdMemberRemoved = "etcd-member-removed",
    EtcdNoQuorum = "etcd-no-quorum",
    EtcdOverloaded = "etcd-overloaded",
    EtcdOwnTrouble = "etcd-own-trouble",
    EtcdPeerNetwork = "etcd-peer-network",
    EtcdRequestTimeout = "etcd-request-timeout",
    EtcdRestarted = "etcd-restarted",
    EtcdSendBufferFull = "etcd-send-buffer-full",
    EtcdSlowApply = "etcd-slow-apply",
    EtcdSlowDisk = "etcd-slow-disk",
    EtcdTimersChanged = "etcd-timers-changed",
    EtcdTls = "etcd-tls",
    EtcdUnknownPeer = "etcd-unknown-peer",
    EtcdUnreachable = "etcd-unreachable",
    FleetAgentHeartbeatLost = "fleet-agent-heartbeat-lost",
    FleetDaemonHung = "fleet-daemon-hung",
    FleetDataDiverged = "fleet-data-diverged",
    FleetDuplicateMachineId = "fleet-duplicate-machine-id",
    FleetEngineLeaseLost = "fleet-engine-lease-lost",
    FleetEngineLeaseStolen = "fleet-engine-lease-stolen",
    FleetEngineSlow = "fleet-engine-slow",
    FleetEngineVersionUnknown = "fleet-engine-version-unknown",
    FleetEtcdError = "fleet-etcd-error",
    FleetEtcdRequestCancelled = "fleet-etcd-request-cancelled",
    FleetLeadershipChurn = "fleet-leadership-churn",
    FleetRegistryTimeout = "fleet-registry-timeout",
    FleetUnitMissingInRegistry = "fleet-unit-missing-in-registry",
    FleetUnitsRestarted = "fleet-units-restarted",
    HostCpuSteal = "host-cpu-steal",
    UnexplainedTrouble = "unexplained-trouble",
}

impl RuleId {
    /// Whether it is told of a file, whatever was logged.
    pub fn is_of_configuration(self) -> bool {
        self.word().starts_with("config-")
    }
}

impl Serialize for RuleId {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.word())
    }
}
