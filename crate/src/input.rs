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
