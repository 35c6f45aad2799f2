//! Rules: each looks at the facts and may conclude one finding. Rules never pick a value;
//! they state constraints, and the planner picks.
//!
//! One rule is one file or folder, named after its id; a new one needs its file, its id in `ids.rs`, its `mod` line and its line in
//! `RULES`. Problems of configurations share one table, `config_problems.rs`.

mod client_http_500;
pub mod common;
mod config_agent_ttl_too_short;
mod config_differs_from_log;
mod config_election_costs_fleet_requests;
mod config_interval_too_short;
mod config_problems;
mod config_values_differ;
mod etcd_bad_config;
mod etcd_clock_skew;
mod etcd_cluster_id_mismatch;
mod etcd_data_damaged;
mod etcd_db_space;
mod etcd_discovery_failed;
mod etcd_disk_full;
mod etcd_election_churn;
mod etcd_heartbeat_late;
mod etcd_leader_lost;
mod etcd_leader_restarted;
mod etcd_member_removed;
mod etcd_no_quorum;
mod etcd_overloaded;
mod etcd_own_trouble;
mod etcd_peer_network;
mod etcd_request_timeout;
mod etcd_restarted;
mod etcd_send_buffer_full;
mod etcd_slow_apply;
mod etcd_slow_disk;
pub mod etcd_timers_changed;
mod etcd_tls;
mod etcd_unknown_peer;
mod etcd_unreachable;
mod fleet_agent_heartbeat_lost;
mod fleet_daemon_hung;
mod fleet_data_diverged;
mod fleet_duplicate_machine_id;
mod fleet_engine_lease_lost;
mod fleet_engine_lease_stolen;
mod fleet_engine_slow;
mod fleet_engine_version_unknown;
mod fleet_etcd_error;
mod fleet_etcd_request_cancelled;
mod fleet_leadership_churn;
mod fleet_registry_timeout;
mod fleet_unit_missing_in_registry;
mod fleet_units_restarted;
mod host_cpu_steal;
pub mod unexplained_trouble;
#[cfg(test)]
pub(crate) mod testing;

use std::cmp::Reverse;

use serde::Serialize;

use crate::facts::{EventId, Facts};
use crate::ids::RuleId;
use crate::parameters::Parameter;
use crate::report::{Basis, Confidence, Severity, Side};
use crate::sort::by_key;
use crate::text::Place;
use crate::units::Micros;

/// Every rule with a file of its own, by id.
pub const RULES: &[&Rule] = &[
    &client_http_500::RULE,
    &config_agent_ttl_too_short::RULE,
    &config_differs_from_log::RULE,
    &config_election_costs_fleet_requests::RULE,
    &config_interval_too_short::RULE,
    &config_values_differ::RULE,
    &etcd_bad_config::RULE,
    &etcd_clock_skew::RULE,
    &etcd_cluster_id_mismatch::RULE,
    &etcd_data_damaged::RULE,
    &etcd_db_space::RULE,
    &etcd_discovery_failed::RULE,
    &etcd_disk_full::RULE,
    &etcd_election_churn::RULE,
    &etcd_heartbeat_late::RULE,
    &etcd_leader_lost::RULE,
    &etcd_leader_restarted::RULE,
    &etcd_member_removed::RULE,
    &etcd_no_quorum::RULE,
    &etcd_overloaded::RULE,
    &etcd_own_trouble::RULE,
    &etcd_peer_network::RULE,
    &etcd_request_timeout::RULE,
    &etcd_restarted::RULE,
    &etcd_send_buffer_full::RULE,
    &etcd_slow_apply::RULE,
    &etcd_slow_disk::RULE,
    &etcd_timers_changed::RULE,
    &etcd_tls::RULE,
    &etcd_unknown_peer::RULE,
    &etcd_unreachable::RULE,
    &fleet_agent_heartbeat_lost::RULE,
    &fleet_daemon_hung::RULE,
    &fleet_data_diverged::RULE,
    &fleet_duplicate_machine_id::RULE,
    &fleet_engine_lease_lost::RULE,
    &fleet_engine_lease_stolen::RULE,
    &fleet_engine_slow::RULE,
    &fleet_engine_version_unknown::RULE,
    &fleet_etcd_error::RULE,
    &fleet_etcd_request_cancelled::RULE,
    &fleet_leadership_churn::RULE,
    &fleet_registry_timeout::RULE,
    &fleet_unit_missing_in_registry::RULE,
    &fleet_units_restarted::RULE,
    &host_cpu_steal::RULE,
    &unexplained_trouble::RULE,
];

/// All rules: those with a file of their own, and the configuration problems.
pub fn all() -> impl Iterator<Item = &'static Rule> {
    RULES.iter().copied().chain(config_problems::RULES)
}

/// The rule of this id.
pub fn rule(id: RuleId) -> Option<&'static Rule> {
    all().find(|rule| rule.id == id)
}

/// Lets every rule look. The worst comes first; among equals the surer one, then by id.
pub fn check(facts: &Facts) -> Vec<Finding> {
    let mut findings: Vec<Finding> = Vec::new();
    for rule in all() {
        let found = (rule.check)(facts).filter(|found| findings.iter().all(|finding| finding.id != found.id));
        findings.extend(found);
    }
    if common::only_quoted(facts) {
        for finding in &mut findings {
            finding.severity = finding.severity.min(Severity::Warning);
        }
    }
    by_key(&mut findings, |finding| (Reverse((finding.severity, finding.confidence)), finding.id));
    findings
}

/// The finding of this id.
pub fn named(findings: &[Finding], id: RuleId) -> Option<&Finding> {
    findings.iter().find(|finding| finding.id == id)
}

/// The findings that are more than a remark.
pub fn above_remarks(findings: &[Finding]) -> impl Iterator<Item = &Finding> {
    findings.iter().filter(|finding| finding.severity > Severity::Info)
}

/// The finding of this id, where it is more than a remark.
pub fn raised(findings: &[Finding], id: RuleId) -> Option<&Finding> {
    named(findings, id).filter(|finding| finding.severity > Severity::Info)
}

/// One rule. Its id is its file's name, its page's name and its folder under `tests/rules/`.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Rule {
    /// Finding id.
    pub id: RuleId,
    /// Why such a thing matters: one or two sentences.
    pub why: &'static str,
    /// What to do: one or two sentences.
    pub what_to_do: &'static str,
    /// `repo@tag:path:line` and documents.
    pub references: &'static [&'static str],
    /// Looks; `None` where there is nothing to say.
    #[serde(skip)]
    pub check: fn(&Facts) -> Option<Finding>,
}

/// One conclusion.
#[derive(Clone, Debug, PartialEq)]
pub struct Finding {
    /// The rule's id.
    pub id: RuleId,
    /// How bad.
    pub severity: Severity,
    /// How sure.
    pub confidence: Confidence,
    /// One line, with the number that matters.
    pub title: String,
    /// What happened, in sentences.
    pub what: String,
    /// Overrides the rule's `why` where this input says more.
    pub why: Option<String>,
    /// Overrides the rule's `what_to_do`.
    pub what_to_do: Option<String>,
    /// How many, as the title counts.
    pub count: u64,
    /// The lines; the first is the primary one.
    pub evidence: Vec<Evidence>,
    /// Parameters it bears on.
    pub parameters: Vec<Parameter>,
    /// What it asks of the values by itself.
    pub constraints: Vec<Constraint>,
}

/// A line that shows it, with a note.
#[derive(Clone, Debug, PartialEq)]
pub struct Evidence {
    /// Where.
    pub at: At,
    /// What to see in it.
    pub note: Option<String>,
}

/// A place in a log or in a configuration.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum At {
    /// A recognised message.
    Event(EventId),
    /// A place in a configuration.
    Place(Place),
}

/// An inequality on one parameter that a finding states by itself. What stalls, failovers and failed requests ask for
/// depends on the other values too: the planner counts that from the facts (`plan/`, each bound with its basis).
#[derive(Clone, Debug, PartialEq)]
pub struct Constraint {
    /// Which parameter.
    pub parameter: Parameter,
    /// Which side.
    pub side: Side,
    /// The bound.
    pub bound: Micros,
    /// What it rests on.
    pub basis: Basis,
    /// The sentence that names its evidence and its numbers.
    pub because: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_id_has_one_rule_and_the_lists_are_sorted() {
        let ids: Vec<RuleId> = RULES.iter().map(|rule| rule.id).collect();
        assert!(ids.is_sorted(), "{ids:?}");
        let mut every: Vec<RuleId> = all().map(|rule| rule.id).collect();
        every.sort_unstable();
        assert_eq!(every, RuleId::ALL);
        assert!(every.is_sorted_by_key(|id| id.word()));
    }

    #[test]
    fn every_rule_tells_why_and_what_to_do() {
        for rule in all() {
            assert!(rule.why.ends_with('.') && rule.what_to_do.ends_with('.'), "{:?}", rule.id);
            assert!(rule.id == RuleId::ConfigTemplate || !rule.references.is_empty(), "{:?} names no source", rule.id);
        }
    }

    /// A reader in trouble takes in short sentences; what is longer can be cut in two.
    #[test]
    fn no_sentence_of_a_rule_is_longer_than_25_words() {
        for rule in all() {
            for sentence in [rule.why, rule.what_to_do].iter().flat_map(|text| text.split_inclusive(['.', '?'])) {
                assert!(sentence.split_whitespace().count() <= 25, "{:?}: {sentence}", rule.id);
            }
        }
    }

    #[test]
    fn nothing_is_concluded_from_nothing() {
        assert!(check(&testing::facts(&[])).is_empty());
        assert!(check(&testing::facts(&["hello"])).is_empty());
    }
}
