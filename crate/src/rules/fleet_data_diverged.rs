//! `fleet-data-diverged`: the etcd that fleet asks holds other data than the one it asked before.

use super::common::revisions_apart;
use super::{Finding, Rule};
use crate::facts::{EventId, Facts};
use crate::ids::RuleId;
use crate::log::event::Meaning;
use crate::report::{Confidence, Severity};

/// The rule.
pub const RULE: Rule = Rule {
    id: RuleId::FleetDataDiverged,
    why: "Two revisions this far apart do not come from one etcd within one lease: an endpoint serves other data, or fleetd slept for very long. fleet then acts on two sets of facts.",
    what_to_do: "Compare the index that each endpoint of fleet answers with, and the member lists. A member that differs from all others has to be added again with an empty data directory. No timer changes that.",
    references: &["coreos/fleet@v0.11.5:engine/engine.go:168", "etcd-io/etcd@v2.3.8:store/store.go (modifiedIndex)"],
    check,
};

/// A lease is written every few seconds; a busy cluster makes some thousand revisions in that time.
const FAR: i64 = 100_000;

fn check(facts: &Facts) -> Option<Finding> {
    let far = |id: &EventId| revisions_apart(facts.event(*id)).is_some_and(|apart| apart.abs() >= FAR);
    let mut events = facts.meaning(&[Meaning::EngineLeaseRenewFailed]);
    events.retain(far);
    let widest = events.iter().filter_map(|id| revisions_apart(facts.event(*id))).map(i64::abs).max()?;
    let title = format!("fleet's etcd endpoints seem to hold different data: {widest} revisions apart");
    let what = "A renewal of the engine's lease compared the revision it had written with one very far from it.";
    Some(Finding::new(RULE.id, Severity::Critical, Confidence::Medium, title, what).showing(facts, &events))
}

#[cfg(test)]
mod tests {
    use crate::ids::RuleId;
    use crate::rules::testing::{facts, find};

    fn refused(ours: i64, theirs: i64) -> String {
        format!(
            "Apr 29 14:15:10 node fleetd[580]: ERROR engine.go:217: Engine leadership lost, renewal failed: 101: Compare failed ([{ours} != {theirs}]) [{theirs}]\n"
        )
    }

    #[test]
    fn revisions_of_two_clusters() {
        assert!(find(&facts(&[&refused(1_870_155, 1_240_002)]), RuleId::FleetDataDiverged).is_some());
    }

    #[test]
    fn another_engine_that_took_the_lease_is_none() {
        assert!(find(&facts(&[&refused(167, 868)]), RuleId::FleetDataDiverged).is_none());
        let cut = "Apr 29 14:15:10 node fleetd[580]: ERROR engine.go:217: Engine leadership lost, renewal failed: 101: Compare failed ([13675908 != 1\n";
        assert!(find(&facts(&[cut]), RuleId::FleetDataDiverged).is_none());
    }
}
