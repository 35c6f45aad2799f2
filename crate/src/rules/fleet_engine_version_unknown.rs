//! `fleet-engine-version-unknown`: the engine could not read the first key of its pass.

use super::common::{lines, plural, with_fleet_stop};
use super::{Finding, Rule};
use crate::facts::Facts;
use crate::ids::RuleId;
use crate::log::event::Meaning;
use crate::parameters::Parameter::EtcdRequestTimeout;
use crate::report::{Confidence, Severity};

/// The rule.
pub const RULE: Rule = Rule {
    id: RuleId::FleetEngineVersionUnknown,
    why: "The engine reads its version from etcd at the start of each pass. When that fails the whole pass is skipped and the lease is not renewed.",
    what_to_do: "Read the lines of the same second: a timeout points to a slow etcd, a refusal to one that is down. Once in a while this does no harm.",
    references: &["coreos/fleet@v0.11.5:engine/engine.go:61"],
    check,
};

fn check(facts: &Facts) -> Option<Finding> {
    let mut events = facts.meaning(&[Meaning::EngineVersionUnknown]);
    events.retain(|id| !with_fleet_stop(facts, *id));
    if events.is_empty() {
        return None;
    }
    let title = format!("fleet's engine skipped {}: the first read from etcd failed", plural(lines(facts, &events), "pass", "passes"));
    let what = "This read needs no leader in etcd, so the etcd that fleet talks to did not answer itself.";
    Some(Finding::new(RULE.id, Severity::Warning, Confidence::High, title, what).showing(facts, &events).on(&[EtcdRequestTimeout]))
}

#[cfg(test)]
mod tests {
    use crate::ids::RuleId;
    use crate::rules::testing::{facts, find};

    #[test]
    fn a_skipped_pass() {
        assert!(
            find(&facts(&["ERROR engine.go:149: Unable to determine cluster engine version\n"]), RuleId::FleetEngineVersionUnknown)
                .is_some()
        );
    }

    #[test]
    fn a_version_set_at_a_start_is_none() {
        let log = "Aug 19 07:28:44 controller fleetd[1284]: INFO engine.go:159: Updated cluster engine version from 0 to 1\n";
        assert!(find(&facts(&[log]), RuleId::FleetEngineVersionUnknown).is_none());
    }
}
