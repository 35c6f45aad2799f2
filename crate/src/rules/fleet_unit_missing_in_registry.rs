//! `fleet-unit-missing-in-registry`: fleet found no unit where its job was listed.

use super::common::{LIMIT, lines, plural, says};
use super::{Finding, Rule};
use crate::facts::Facts;
use crate::ids::RuleId;
use crate::log::event::Meaning;
use crate::parameters::Parameter::EtcdRequestTimeout;
use crate::report::{Confidence, Severity};

/// The rule.
pub const RULE: Rule = Rule {
    id: RuleId::FleetUnitMissingInRegistry,
    why: "Up to fleet 0.11 each unit is read on its own, and a read that fails looks like a unit that is gone. The agent then stops it.",
    what_to_do: "Upgrade to fleet 0.12 or later, which reads all units at once. Until then raise etcd-request-timeout above what etcd needs.",
    references: &["coreos/fleet@v0.11.5:registry/unit.go:52", "coreos/fleet@v0.11.5:registry/job.go:266"],
    check,
};

fn check(facts: &Facts) -> Option<Finding> {
    let events = facts.meaning(&[Meaning::RegistryNoUnit, Meaning::RegistryParseUnitFailed, Meaning::RegistryUnitNotInList]);
    if events.is_empty() {
        return None;
    }
    let slow = facts.any_event(|event| event.is_fleet() && says(event, LIMIT));
    let title = format!("fleet missed units in its registry, {}", plural(lines(facts, &events), "line", "lines"));
    let (what, confidence) = if slow {
        ("Requests timed out at the same time, so the units were most likely not missing: their read failed.", Confidence::High)
    } else {
        ("No timeout stands beside it, so the unit may really be gone from etcd.", Confidence::Medium)
    };
    Some(Finding::new(RULE.id, Severity::Warning, confidence, title, what).showing(facts, &events).on(&[EtcdRequestTimeout]))
}

#[cfg(test)]
mod tests {
    use crate::ids::RuleId;
    use crate::rules::testing::{facts, find};

    #[test]
    fn a_unit_not_found() {
        assert!(
            find(&facts(&["WARN job.go:272: No Unit found in Registry for Job(web.service)\n"]), RuleId::FleetUnitMissingInRegistry)
                .is_some()
        );
    }

    #[test]
    fn a_unit_written_is_none() {
        assert!(
            find(&facts(&["INFO manager.go:246: Writing systemd unit web.service (664b)\n"]), RuleId::FleetUnitMissingInRegistry).is_none()
        );
    }
}
