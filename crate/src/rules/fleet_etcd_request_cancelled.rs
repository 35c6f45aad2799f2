//! `fleet-etcd-request-cancelled`: requests to etcd were still open when fleet's limit ran out.

use super::common::{human_limit, lines, matching, plural, says, time, with_fleet_stop};
use super::{Finding, Rule};
use crate::facts::failures::proven_wait;
use crate::facts::{EventId, Facts};
use crate::ids::RuleId;
use crate::log::event::Meaning;
use crate::parameters::Parameter::EtcdRequestTimeout;
use crate::report::{Confidence, Severity};
use crate::sort::distinct;
use crate::units::{Micros, S, human};

/// The rule.
pub const RULE: Rule = Rule {
    id: RuleId::FleetEtcdRequestCancelled,
    why: "etcd was there, as a refused port gives another error, but did not answer in time. Each such request failed: a heartbeat, a lease renewal or the read of a unit.",
    what_to_do: "Read etcd's log of the same seconds on all members: a stall or a change of leader. If stalls are short, a longer etcd-request-timeout saves the requests. agent-ttl must be at least twelve times as long.",
    references: &["coreos/fleet@v0.10.2:etcd/client.go:292", "lab: with a limit of 5 s no request failed at stalls of 1.5 s"],
    check,
};

fn check(facts: &Facts) -> Option<Finding> {
    let mut events = matching(facts, &[Meaning::ClientFailedResponse], |event| says(event, &["cancelled", "canceled"]));
    // At a stop fleetd cancels its own watches.
    events.retain(|id| !with_fleet_stop(facts, *id));
    if events.is_empty() {
        return None;
    }
    let count = lines(facts, &events);
    let limit = human_limit(facts, EtcdRequestTimeout);
    let title = format!("{} to etcd did not end within fleet's limit of {limit}", plural(count, "request", "requests"));
    let bursts = bursts(facts, &events);
    let spread = match bursts.len() {
        0 => String::from("The lines carry no time, so how often it happens is unknown."),
        _ if count == 1 => String::from("It is the only one in the input."),
        1 => one_burst(facts),
        many => format!("They came in {many} bursts."),
    };
    let what = format!("{spread} Each line proves only that etcd took longer than the limit, not how long it took.");
    let confidence = if count == 1 { Confidence::Medium } else { Confidence::High };
    Some(Finding::new(RULE.id, Severity::Warning, confidence, title, what).showing(facts, &events).on(&[EtcdRequestTimeout]))
}

/// Requests of one moment, or a row of them that shows how long etcd gave no answer.
fn one_burst(facts: &Facts) -> String {
    match proven_wait(facts) {
        Some(wait) if wait >= 2 * facts.value(EtcdRequestTimeout) => {
            format!("They failed one straight after the other: etcd gave no answer for at least {}.", human(wait))
        }
        _ => String::from("All of them came in one burst."),
    }
}

/// Moments more than two seconds apart.
fn bursts(facts: &Facts, events: &[EventId]) -> Vec<Micros> {
    let moments = distinct(events.iter().filter_map(|id| time(facts, *id)));
    let mut bursts: Vec<Micros> = Vec::new();
    let mut last = None;
    for moment in moments {
        if last.is_none_or(|last| moment - last > 2 * S) {
            bursts.push(moment);
        }
        last = Some(moment);
    }
    bursts
}

#[cfg(test)]
mod tests {
    use crate::ids::RuleId;
    use crate::rules::testing::{facts, find};

    fn cancelled(at: &str) -> String {
        format!("Sep 20 {at} node fleetd[655]: INFO client.go:292: Failed getting response from http://localhost:2379/: cancelled\n")
    }

    #[test]
    fn every_cancelled_request_counts() {
        let log = cancelled("06:40:30").repeat(3) + &cancelled("06:40:45").repeat(2);
        let found = find(&facts(&[&log]), RuleId::FleetEtcdRequestCancelled).expect("cancelled");
        assert_eq!(found.count, 5);
    }

    #[test]
    fn a_stop_cancels_its_own_watch() {
        let log = cancelled("18:20:33") + "Sep 20 18:20:33 node fleetd[655]: INFO fleet.go:89: Gracefully shutting down\n";
        assert!(find(&facts(&[&log]), RuleId::FleetEtcdRequestCancelled).is_none());
    }
}
