//! `fleet-registry-timeout`: reading or writing fleet's registry in etcd timed out.

use super::common::{LIMIT, human_limit, lines, matching, plural, says, with_fleet_stop, without_repeats};
use super::{Finding, Rule};
use crate::facts::{EventId, Facts};
use crate::ids::RuleId;
use crate::log::event::{Event, Meaning};
use crate::parameters::Parameter::EtcdRequestTimeout;
use crate::report::{Confidence, Severity};

/// The rule.
pub const RULE: Rule = Rule {
    id: RuleId::FleetRegistryTimeout,
    why: "fleet could not read what it should run. A listing that fails as a whole does no harm: fleet gives up the pass. Up to fleet 0.11 a failed read of one unit makes fleet stop that unit.",
    what_to_do: "Read etcd's log of the same seconds. A longer etcd-request-timeout rides out short stalls; agent-ttl must be at least twelve times as long. Up to fleet 0.11 an upgrade to 0.12 ends the harm.",
    references: &[
        "coreos/fleet@v0.11.5:agent/reconcile.go",
        "coreos/fleet@v0.11.5:registry/job.go:105",
        "coreos/fleet@v0.12.0:registry/job.go:107",
    ],
    check,
};

const READS: &[Meaning] = &[
    Meaning::EngineFetchUnitsFailed,
    Meaning::EngineFetchScheduleFailed,
    Meaning::EngineFetchMachinesFailed,
    Meaning::EngineClusterStateFailed,
    Meaning::EngineUnscheduleFailed,
    Meaning::EngineScheduleFailed,
    Meaning::EngineVersionUpdateFailed,
    Meaning::AgentDesiredStateFailed,
    Meaning::AgentFetchMachineFailed,
    Meaning::RegistryFetchAllUnitsFailed,
    Meaning::ApiFailed,
];

fn check(facts: &Facts) -> Option<Finding> {
    let mut events: Vec<EventId> = facts.events_where(timed_out);
    events.retain(|id| !with_fleet_stop(facts, *id));
    if events.is_empty() {
        return None;
    }
    let redirects = matching(facts, &[Meaning::ClientFailedResponse], |event| says(event, &["too many redirects"]));
    let limit = human_limit(facts, EtcdRequestTimeout);
    let title = format!("fleet's registry could not be read within {limit}, {}", plural(lines(facts, &events), "line", "lines"));
    let also = if redirects.is_empty() {
        ""
    } else {
        " etcd also sent the requests in a circle (too many redirects): that member knew no leader that answers."
    };
    let what = format!("etcd took longer than fleet's etcd-request-timeout; by how much the lines do not say.{also}");
    events.extend(redirects);
    Some(Finding::new(RULE.id, Severity::Warning, Confidence::High, title, what).showing(facts, &shown(events)).on(&[EtcdRequestTimeout]))
}

/// A read or write of the registry that ran into its limit, in fleetd or in fleetctl.
fn timed_out(event: &Event) -> bool {
    let of_registry = READS.contains(&event.meaning) || !event.is_etcd_server() && says(event, &["from Registry", "in Registry"]);
    of_registry && says(event, LIMIT)
}

fn shown(events: Vec<EventId>) -> Vec<EventId> {
    without_repeats(events.into_iter())
}

#[cfg(test)]
mod tests {
    use crate::ids::RuleId;
    use crate::rules::testing::{facts, find};

    #[test]
    fn both_clients_of_fleet() {
        for text in [
            "Jul 02 08:02:30 node fleetd[615]: ERROR reconcile.go:120: Failed fetching Units from Registry: timeout reached\n",
            "Jan 18 01:39:04 node fleetd[206]: ERROR units.go:231: Failed creating Unit(web.service) in Registry: context deadline exceeded\n",
            "Jul 02 08:02:30 node fleetd[615]: ERROR engine.go:148: Failed fetching Units from Registry: context deadline exceeded\n",
        ] {
            assert!(find(&facts(&[text]), RuleId::FleetRegistryTimeout).is_some(), "{text}");
        }
    }

    #[test]
    fn a_refused_port_is_no_timeout() {
        let log = "Jul 02 08:02:30 node fleetd[615]: ERROR reconcile.go:120: Failed fetching Units from Registry: dial tcp 127.0.0.1:4001: connection refused\n";
        assert!(find(&facts(&[log]), RuleId::FleetRegistryTimeout).is_none());
    }
}
