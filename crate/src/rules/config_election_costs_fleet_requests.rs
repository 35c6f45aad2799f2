//! `config-election-costs-fleet-requests`: what a high election-timeout costs fleet when a leader really dies.

use super::{At, Evidence, Finding, Rule};
use crate::facts::Facts;
use crate::gather::Gather;
use crate::ids::RuleId;
use crate::model::planning_failover;
use crate::parameters::Parameter::{ElectionTimeout, EtcdRequestTimeout};
use crate::report::{Confidence, Provenance, Severity};
use crate::units::human;

/// The rule.
pub const RULE: Rule = Rule {
    id: RuleId::ConfigElectionCostsFleetRequests,
    why: "Requests begun between a leader's death and the next leader are lost. They hang for the whole of fleet's limit, whatever it is. A longer election-timeout loses more of them.",
    what_to_do: "Nothing, unless leaders die often. A longer etcd-request-timeout saves none of these requests. Only a smaller election-timeout makes them fewer, as far as your stalls allow.",
    references: &[
        "lab: 113 of 113 such timeouts, at limits of 1, 5 and 10 s",
        "lab: 1.6 failed requests for each death at 100/1000, 3.9 at 250/2500, 8.8 at 600/6000 (fleet 1.0.0)",
    ],
    check,
};

fn check(facts: &Facts) -> Option<Finding> {
    let (wait, limit) = (facts.in_force(ElectionTimeout), facts.in_force(EtcdRequestTimeout));
    // Defaults that nobody stated make no finding by themselves.
    if wait.provenance == Provenance::Default || limit.provenance == Provenance::Default {
        return None;
    }
    let (wait, limit, places) = (wait.value?, limit.value?, [limit.place, wait.place]);
    let failover = planning_failover(facts.generation, wait);
    // A limit that fleet reads as 0 is a finding of its own, and no limit from 1.0 on.
    if failover <= limit || limit == 0 {
        return None;
    }
    let title = format!(
        "A leader that really dies costs up to {}, longer than fleet's limit of {}",
        human(failover),
        EtcdRequestTimeout.human(limit)
    );
    let what = format!(
        "With an election-timeout of {} most failovers end within {}. fleet's writes begun in that time fail, and from fleet 0.12 on its listings too.",
        ElectionTimeout.human(wait),
        human(failover)
    );
    let mut finding =
        Finding::new(RULE.id, Severity::Info, Confidence::High, title, what).counting(1).on(&[ElectionTimeout, EtcdRequestTimeout]);
    finding.evidence = places.into_iter().flatten().map(|place| Evidence { at: At::Place(place), note: None }).gather();
    Some(finding)
}

#[cfg(test)]
mod tests {
    use crate::ids::RuleId;
    use crate::report::Severity;
    use crate::rules::testing::{facts, find};

    fn file(election: u32, limit: u32) -> String {
        format!(
            "#cloud-config\ncoreos:\n  etcd2:\n    heartbeat-interval: {}\n    election-timeout: {election}\n  fleet:\n    etcd-request-timeout: {limit}\n",
            election / 10
        )
    }

    #[test]
    fn six_seconds_against_five() {
        assert_eq!(find(&facts(&[&file(6000, 5)]), RuleId::ConfigElectionCostsFleetRequests).expect("it costs").severity, Severity::Info);
    }

    #[test]
    fn a_limit_that_is_read_as_0_is_another_matter() {
        let units = "[Service]\nEnvironment=ETCD_ELECTION_TIMEOUT=6000\nEnvironment=FLEET_ETCD_REQUEST_TIMEOUT=5s\n";
        assert!(find(&facts(&[units]), RuleId::ConfigElectionCostsFleetRequests).is_none());
    }

    /// Its timer may run for twice the timeout.
    #[test]
    fn etcd_04_takes_up_to_two_timeouts() {
        let old = |limit: u32| {
            format!(
                "#cloud-config\ncoreos:\n  etcd:\n    peer-heartbeat-interval: 200\n    peer-election-timeout: 2000\n  fleet:\n    etcd-request-timeout: {limit}\n"
            )
        };
        assert!(find(&facts(&[&old(3)]), RuleId::ConfigElectionCostsFleetRequests).is_some_and(|found| found.title.contains("4\u{a0}s")));
        assert!(find(&facts(&[&old(4)]), RuleId::ConfigElectionCostsFleetRequests).is_none());
    }

    #[test]
    fn a_short_failover_costs_little() {
        assert!(find(&facts(&[&file(2500, 5)]), RuleId::ConfigElectionCostsFleetRequests).is_none());
    }
}
