//! `config-interval-too-short`: the engine-reconcile-interval does not carry the limits beside it.

use super::common::doubtful;
use super::{At, Evidence, Finding, Rule};
use crate::facts::Facts;
use crate::ids::RuleId;
use crate::model::planning_failover;
use crate::parameters::Parameter::{ElectionTimeout, EngineReconcileInterval, EtcdRequestTimeout};
use crate::report::{Confidence, Severity};
use crate::units::human;

/// The rule.
pub const RULE: Rule = Rule {
    id: RuleId::ConfigIntervalTooShort,
    why: "Five intervals are the engine's lease. When an etcd leader dies, a renewal waits for the request timeout and the election. If the lease ends before, another engine takes it. No unit moves for that, but scheduling pauses.",
    what_to_do: "Make four intervals longer than the request timeout and an election together.",
    references: &[
        "coreos/fleet@v0.11.5:engine/engine.go:168",
        "lab: the lease changed hands at 12 of 21 leader deaths with four intervals shorter than both, at 0 of 26 with longer ones",
    ],
    check,
};

fn check(facts: &Facts) -> Option<Finding> {
    let interval = facts.value(EngineReconcileInterval);
    // A default that nobody stated makes no finding; an interval of zero has one of its own.
    let place = facts.in_force(EngineReconcileInterval).place.filter(|_| interval > 0)?;
    let (limit, election) = (facts.value(EtcdRequestTimeout), planning_failover(facts.generation, facts.value(ElectionTimeout)));
    if 4 * interval > limit + election || doubtful(facts, EtcdRequestTimeout) {
        return None;
    }
    let title = format!(
        "engine-reconcile-interval {} is too short for an etcd-request-timeout of {}",
        EngineReconcileInterval.human(interval),
        EtcdRequestTimeout.human(limit)
    );
    let what = format!("Four intervals are {}; a request and an election take up to {}.", human(4 * interval), human(limit + election));
    // Beside a log it is a remark: losing the lease moves no unit (measured).
    let severity = if facts.without_log() { Severity::Warning } else { Severity::Info };
    let mut finding =
        Finding::new(RULE.id, severity, Confidence::High, title, what).counting(1).on(&[EngineReconcileInterval, EtcdRequestTimeout]);
    finding.evidence = vec![Evidence { at: At::Place(place), note: None }];
    Some(finding)
}

#[cfg(test)]
mod tests {
    use crate::ids::RuleId;
    use crate::report::Severity;
    use crate::rules::testing::{facts, find};

    fn file(values: &str) -> String {
        format!("#cloud-config\ncoreos:\n  fleet:\n{values}  units:\n    - name: fleet.service\n      command: start\n")
    }

    #[test]
    fn a_stated_interval_below_the_limit() {
        let short = file("    etcd-request-timeout: 2\n    engine-reconcile-interval: 0.5\n");
        assert_eq!(find(&facts(&[&short]), RuleId::ConfigIntervalTooShort).expect("too short").severity, Severity::Warning);
        let log = "Mar 02 10:15:00 a fleetd[9]: INFO engine.go:185: Engine leadership acquired\n";
        assert_eq!(find(&facts(&[&short, log]), RuleId::ConfigIntervalTooShort).expect("a remark").severity, Severity::Info);
    }

    #[test]
    fn intervals_that_carry_it_and_defaults() {
        for values in [
            "    etcd-request-timeout: 5\n    engine-reconcile-interval: 10\n",
            "    etcd-request-timeout: 10\n",
            "    engine-reconcile-interval: 1\n",
        ] {
            assert!(find(&facts(&[&file(values)]), RuleId::ConfigIntervalTooShort).is_none(), "{values}");
        }
    }
}
