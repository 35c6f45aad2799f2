//! `fleet-engine-lease-lost`: fleet's engine lost its lease, or could not take it, because etcd was slow.

use super::common::{LIMIT, human_limit, matching, says, times, with_fleet_stop};
use super::{Finding, Rule};
use crate::facts::{EventId, Facts};
use crate::gather::Gather;
use crate::ids::RuleId;
use crate::log::event::Meaning;
use crate::parameters::Parameter::{EngineReconcileInterval, EtcdRequestTimeout};
use crate::report::{Confidence, Severity};

/// The rule.
pub const RULE: Rule = Rule {
    id: RuleId::FleetEngineLeaseLost,
    why: "While no engine holds the lease nothing is scheduled. Running units go on: losing the lease alone restarts nothing.",
    what_to_do: "Read the end of the line. A timeout points to a slow etcd, etcd's error 100 to a lease that ran out. Error 101 points to another engine that took it, or to two machines with one id.",
    references: &["coreos/fleet@v0.11.5:engine/engine.go:168", "lab: 47 deaths of etcd leaders, the lease often lost, no unit moved"],
    check,
};

fn check(facts: &Facts) -> Option<Finding> {
    let mut renewals = facts.meaning(&[Meaning::EngineLeaseRenewFailed]);
    let mut attempts = matching(facts, &[Meaning::EngineLeaseAcquireFailed, Meaning::EngineLesseeUnknown], |event| says(event, LIMIT));
    renewals.retain(|id| !with_fleet_stop(facts, *id));
    attempts.retain(|id| !with_fleet_stop(facts, *id));
    let timed_out = renewals.iter().chain(&attempts).filter(|id| says(facts.event(**id), LIMIT)).count();
    let title = match (renewals.len(), attempts.len()) {
        (0, 0) => return None,
        (0, many) => format!("fleet's engine could not take its lease, {}", times(many as u64)),
        (many, _) => format!("fleet's engine lost its lease {}", times(many as u64)),
    };
    let what = reasons(facts, &renewals, &attempts, timed_out);
    let count = if renewals.is_empty() { attempts.len() } else { renewals.len() };
    let events: Vec<EventId> = renewals.into_iter().chain(attempts).gather();
    let finding = Finding::new(RULE.id, Severity::Warning, Confidence::High, title, what)
        .showing(facts, &events)
        .counting(count)
        .on(&[EtcdRequestTimeout, EngineReconcileInterval]);
    Some(finding)
}

fn reasons(facts: &Facts, renewals: &[EventId], attempts: &[EventId], timed_out: usize) -> String {
    let said = |word: &str| renewals.iter().filter(|id| says(facts.event(**id), &[word])).count();
    let all = renewals.len() + attempts.len();
    let of_all = |some: usize| match (some == all, all) {
        (_, 1) => String::from("The request"),
        (true, 2) => String::from("Both requests"),
        (true, _) => format!("All {all} requests"),
        _ => format!("{some} of {all} requests"),
    };
    let mut parts = Vec::new();
    if timed_out > 0 {
        let limit = human_limit(facts, EtcdRequestTimeout);
        parts.push(format!("{} ran into fleet's limit of {limit}: etcd did not answer in time.", of_all(timed_out)));
    }
    for (error, found) in [
        ("100: ", "found the lease gone (error 100): more than five reconcile intervals had passed since the last renewal."),
        (
            "101: ",
            "found that another had written the lease since (error 101): it ran out and was taken, it was taken by force, or two machines share one id.",
        ),
    ] {
        let some = said(error);
        if some > 0 {
            parts.push(format!("{} {found}", of_all(some)));
        }
    }
    if parts.is_empty() {
        parts.push(String::from("The end of the line tells why."));
    }
    parts.join(" ")
}

#[cfg(test)]
mod tests {
    use crate::ids::RuleId;
    use crate::rules::testing::{facts, find};

    #[test]
    fn a_renewal_that_timed_out() {
        let log = "May 20 01:51:16 node fleetd[1047]: ERROR engine.go:218: Engine leadership lost, renewal failed: timeout reached\n";
        let found = find(&facts(&[log]), RuleId::FleetEngineLeaseLost).expect("lost");
        assert_eq!(found.count, 1);
        assert!(found.what.starts_with("The request ran into fleet's limit"), "{}", found.what);
        let taken = log.replace(":16", ":21").replace("timeout reached", "101: Compare failed ([9 != 12]) [12]");
        let both = find(&facts(&[&(log.to_owned() + &taken)]), RuleId::FleetEngineLeaseLost).expect("lost").what;
        assert!(both.contains("1 of 2 requests found that another had written the lease since (error 101)"), "{both}");
        let again = log.replace(":16", ":21");
        let all = find(&facts(&[&(log.to_owned() + &again)]), RuleId::FleetEngineLeaseLost).expect("lost").what;
        assert!(all.starts_with("Both requests ran into"), "{all}");
        assert!(find(&facts(&[log]), RuleId::FleetRegistryTimeout).is_none(), "a fact with an id of its own is not said twice");
    }

    #[test]
    fn taking_the_lease_at_a_start_is_none() {
        let log = "Aug 19 07:28:44 controller fleetd[1284]: INFO engine.go:185: Engine leadership acquired\n";
        assert!(find(&facts(&[log]), RuleId::FleetEngineLeaseLost).is_none());
    }
}
