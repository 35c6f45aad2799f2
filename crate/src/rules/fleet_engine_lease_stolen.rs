//! `fleet-engine-lease-stolen`: one engine took the lease from another by force.

use super::common::{plural, times};
use super::{Finding, Rule};
use crate::facts::Facts;
use crate::gather::Gather;
use crate::ids::RuleId;
use crate::log::event::Meaning;
use crate::parameters::Parameter::EngineReconcileInterval;
use crate::report::{Confidence, Severity};
use crate::units::{S, human};

/// The rule.
pub const RULE: Rule = Rule {
    id: RuleId::FleetEngineLeaseStolen,
    why: "fleet takes a lease by force only from a holder with a lower engine version: a lease written by fleet below 0.8.2. With one version everywhere it never happens. While it waits for the old lease, nothing is scheduled.",
    what_to_do: "Compare fleetd --version and /etc/machine-id on all machines. Upgrade the old ones, and give a machine with a copied id a new one.",
    references: &["coreos/fleet@v0.8.2:engine/engine.go:174", "coreos/fleet@v0.9.2:engine/engine.go:205"],
    check,
};

fn check(facts: &Facts) -> Option<Finding> {
    let stolen = facts.meaning(&[Meaning::EngineLeaseStolen]);
    let tried = facts.meaning(&[Meaning::EngineLeaseStealFailed, Meaning::EngineLeaseNotStolen]);
    let waits = facts.meaning(&[Meaning::EngineLeaseWait]);
    let title = match (stolen.len(), tried.len(), waits.len()) {
        (0, 0, 0) => return None,
        (0, 0, waits) => format!("An engine waited for a lease it had taken by force, {}", times(waits as u64)),
        (0, tried, _) => format!("An engine tried to take the lease by force, {}", times(tried as u64)),
        (stolen, _, _) => {
            format!("An engine took the lease from another by force {}, as fleet does only with one below 0.8.2", times(stolen as u64))
        }
    };
    let longest = waits.iter().filter_map(|id| facts.event(*id).duration("wait").or_else(|| facts.event(*id).duration("took"))).max();
    let waited = match longest {
        Some(wait) if wait >= S => format!(
            " It then waited up to {} and scheduled nothing. Unless that lease was itself taken by force, the other engine's reconcile interval is at least a fifth of it, {}.",
            human(wait),
            human(wait / 5)
        ),
        _ => String::new(),
    };
    let what = format!("{} of it.{waited}", plural((stolen.len() + tried.len() + waits.len()) as u64, "line tells", "lines tell"));
    let count = stolen.len().max(tried.len()).max(usize::from(stolen.is_empty() && tried.is_empty()) * waits.len());
    let events: Vec<_> = stolen.into_iter().chain(tried).chain(waits).gather();
    Some(
        Finding::new(RULE.id, Severity::Warning, Confidence::High, title, what)
            .showing(facts, &events)
            .counting(count)
            .on(&[EngineReconcileInterval]),
    )
}

#[cfg(test)]
mod tests {
    use crate::ids::RuleId;
    use crate::rules::testing::{facts, find};

    #[test]
    fn a_lease_taken_by_force() {
        let log = "Apr  9 21:43:04 machine01 fleetd: INFO engine.go:205: Stole engine leadership from Machine(9c33fade6ddf46448fcbacd8ed8495a5)\n";
        assert_eq!(find(&facts(&[log]), RuleId::FleetEngineLeaseStolen).expect("stolen").count, 1);
    }

    #[test]
    fn a_lease_that_is_respected_is_none() {
        let log = "Aug 08 12:35:51 docker-006 fleetd[4227]: DEBUG engine.go:190: Lease already held by Machine(53583894b3884c1bb4ee2eee3fc24f8c) operating at acceptable version 1\n";
        assert!(find(&facts(&[log]), RuleId::FleetEngineLeaseStolen).is_none());
    }
}
