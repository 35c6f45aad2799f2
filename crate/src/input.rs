//! What the reader gives: documents, and what they state about their cluster.

use serde::Deserialize;

/// One pasted or dropped text.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Document {
    /// A name to show; the kind is always detected from the text, never from the name.
    #[serde(default)]
    pub name: Option<String>,
    /// The text as pasted.
    pub text: String,
}

/// No timer and no stall is longer, in milliseconds: an hour (judgement). Sums of what is stated cannot overflow.
const LONGEST_MS: f64 = 3_600_000.0;

/// What the user may state about the cluster. Each left out is detected or assumed, and the
/// report says which.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Assumptions {
    /// Voting etcd members.
    pub members: Option<u32>,
    /// Round trip between members, in milliseconds.
    pub peer_rtt_ms: Option<f64>,
    /// The longest failover the user accepts after a leader really died, in milliseconds.
    pub failover_budget_ms: Option<f64>,
    /// The longest leader stall the user wants to survive, in milliseconds.
    pub stall_ms: Option<f64>,
    /// Machines that run fleet.
    pub machines: Option<u32>,
    /// Units in the whole cluster.
    pub units: Option<u32>,
    /// Version of etcd, as `2.3.8`.
    pub etcd_version: Option<String>,
    /// Version of fleet, as `0.11.8`.
    pub fleet_version: Option<String>,
}

impl Assumptions {
    /// States a number under its name in the npm package. `false` where that assumption is a text, or
    /// the number is no count or no length of time up to an hour; a name that is not known here is passed over.
    pub fn state_number(&mut self, name: &str, value: f64) -> bool {
        let count = || (value >= 0.0 && value.fract() == 0.0 && value <= f64::from(u32::MAX)).then_some(value as u32);
        let stated = match name {
            "peerRttMs" => &mut self.peer_rtt_ms,
            "failoverBudgetMs" => &mut self.failover_budget_ms,
            "stallMs" => &mut self.stall_ms,
            _ => {
                let stated = match name {
                    "members" => &mut self.members,
                    "machines" => &mut self.machines,
                    "units" => &mut self.units,
                    _ => return !matches!(name, "etcdVersion" | "fleetVersion"),
                };
                *stated = count();
                return stated.is_some();
            }
        };
        *stated = Some(value).filter(|value| (0.0..=LONGEST_MS).contains(value));
        stated.is_some()
    }

    /// States a text under its name in the npm package. `false` where that assumption is a number; a
    /// name that is not known here is passed over.
    pub fn state_text(&mut self, name: &str, value: String) -> bool {
        let stated = match name {
            "etcdVersion" => &mut self.etcd_version,
            "fleetVersion" => &mut self.fleet_version,
            _ => return !matches!(name, "members" | "peerRttMs" | "failoverBudgetMs" | "stallMs" | "machines" | "units"),
        };
        *stated = Some(value);
        true
    }
}

/// All that one analysis reads.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Input {
    /// The documents, in the order given.
    #[serde(default)]
    pub documents: Vec<Document>,
    /// What the user states.
    #[serde(default)]
    pub assumptions: Assumptions,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn states_by_name() {
        let mut stated = Assumptions::default();
        assert!(stated.state_number("members", 5.0) && stated.state_number("peerRttMs", 1.5));
        assert!(stated.state_text("etcdVersion", String::from("2.3.8")));
        assert_eq!((stated.members, stated.peer_rtt_ms, stated.etcd_version.as_deref()), (Some(5), Some(1.5), Some("2.3.8")));
    }

    #[test]
    fn refuses_what_does_not_fit() {
        let mut stated = Assumptions::default();
        assert!(!stated.state_number("members", 2.5) && !stated.state_number("units", -1.0) && !stated.state_number("etcdVersion", 2.3));
        assert!([-1.0, 1e300, f64::NAN].iter().all(|value| !stated.state_number("stallMs", *value)));
        assert!(!stated.state_text("members", String::from("three")));
        assert!(stated.state_text("elsewhere", String::from("passed over")));
        assert_eq!(stated, Assumptions::default());
    }
}
