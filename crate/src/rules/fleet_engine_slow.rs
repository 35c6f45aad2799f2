//! `fleet-engine-slow`: a pass of fleet's engine took about as long as the engine's lease.

use super::common::{human_limit, longest_first, near};
use super::{Finding, Rule};
use crate::facts::Facts;
use crate::facts::failures::FAILED_REQUESTS;
use crate::ids::RuleId;
use crate::log::event::Meaning;
use crate::parameters::Parameter::{EngineReconcileInterval, EtcdRequestTimeout};
use crate::report::{Confidence, Provenance, Severity};
use crate::units::{S, human};

/// The rule.
pub const RULE: Rule = Rule {
    id: RuleId::FleetEngineSlow,
    why: "The engine renews its lease, five intervals long, only when a pass begins. A pass that outlasts it lets another engine take the lease and schedule beside the first. No unit moves by that alone.",
    what_to_do: "Find what made the pass long: etcd that answers slowly, or many units started or moved at once, which passes by itself. Only where the lease moves from machine to machine is an engine-reconcile-interval of one and a half passes worth its price.",
    references: &[
        "coreos/fleet@v0.11.5:engine/engine.go:61-123 (the version and the renewal are asked first; the pass is timed from there)",
        "lab: 47 deaths of etcd leaders, the lease often lost, no unit moved",
    ],
    check,
};

fn check(facts: &Facts) -> Option<Finding> {
    let (mut passes, longest) = longest_first(facts, &[Meaning::EngineReconcileDuration])?;
    // A pass that a failed request ended was waiting, and has a finding of its own.
    if near(facts, passes[0], FAILED_REQUESTS, -S, 0, 4) {
        return None;
    }
    // etcd counts a lease in whole seconds.
    let lease = 5 * facts.value(EngineReconcileInterval) / S * S;
    // Before the next renewal ends the version is asked for: two requests. A long limit for them makes no pass slow:
    // they count for half of the lease at most (judgement).
    let before = (2 * facts.value(EtcdRequestTimeout)).min(lease / 2);
    if lease == 0 || longest + before < lease {
        return None;
    }
    passes.retain(|id| facts.event(*id).duration("took").is_some_and(|took| took + before >= lease));
    let title = format!("A pass of fleet's engine took {}, and its lease lasts {}", human(longest), human(lease));
    let rest = if longest >= lease {
        String::from("it ran out before the pass ended.")
    } else {
        format!("with the two requests before the next renewal, {} at most, it may run out.", human(before))
    };
    let what = format!("The lease is five intervals of {}: {rest}", human_limit(facts, EngineReconcileInterval));
    let known = facts.in_force(EngineReconcileInterval).provenance != Provenance::Default;
    let confidence = if known { Confidence::High } else { Confidence::Medium };
    Some(Finding::new(RULE.id, Severity::Warning, confidence, title, what).showing(facts, &passes).on(&[EngineReconcileInterval]))
}

#[cfg(test)]
mod tests {
    use crate::ids::RuleId;
    use crate::rules::testing::{facts, find};

    #[test]
    fn as_long_as_the_lease() {
        let log = |took: &str| format!("Mar 05 10:00:00 a fleetd[1]: WARN engine.go:115: Engine completed reconciliation in {took}\n");
        for (took, expected) in [("11.3s", true), ("8.3s", true), ("7.9s", false), ("2.4s", false)] {
            assert_eq!(find(&facts(&[&log(took)]), RuleId::FleetEngineSlow).is_some(), expected, "{took}");
        }
        let file = "#cloud-config\ncoreos:\n  fleet:\n    engine-reconcile-interval: 10\n";
        assert!(find(&facts(&[file, &log("11.3s")]), RuleId::FleetEngineSlow).is_none());
        let failed = "Mar 05 10:00:00 a fleetd[1]: ERROR engine.go:232: Failed fetching Units from Registry: context deadline exceeded\n";
        assert!(find(&facts(&[&[failed, &log("11.3s")].concat()]), RuleId::FleetEngineSlow).is_none());
        let patient = "#cloud-config\ncoreos:\n  fleet:\n    etcd-request-timeout: 5\n";
        assert!(find(&facts(&[patient, &log("2.4s")]), RuleId::FleetEngineSlow).is_none());
    }
}
