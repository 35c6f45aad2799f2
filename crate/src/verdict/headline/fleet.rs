//! The sentence on what fleet lost: presence, units, requests.

use super::stalls::within;
use crate::facts::Facts;
use crate::facts::failures::{longest_outage, proven_wait};
use crate::facts::presence::another_is_gone;
use crate::gather::Gather;
use crate::ids::RuleId;
use crate::log::event::Meaning;
use crate::parameters::Parameter;
use crate::plan::Plan;
use crate::report::Severity;
use crate::rules::common::{human_limit, plural};
use crate::units::human;
use crate::verdict::Case;

/// A machine that lost its presence, and what became of its units.
pub(super) fn presence_headline(case: &Case) -> Option<String> {
    let facts = case.facts;
    let lost = case.named(RuleId::FleetAgentHeartbeatLost)?;
    let outage = longest_outage(facts);
    let mut given_up = facts.events_of(&[Meaning::ServerMonitorTriggered]);
    let (id, event) = given_up.find(|(id, _)| outage.as_ref().is_none_or(|(_, host)| *host == facts.host(*id)))?;
    let who = event.host.map_or(String::from("A machine"), |_| facts.host(id));
    let units = case.named(RuleId::FleetUnitsRestarted);
    let another = another_is_gone(facts);
    let effect = match (units, lost.severity) {
        (Some(units), _) if another => {
            format!("it gave up renewing its presence, and fleet stopped {} of another machine", plural(units.count, "unit", "units"))
        }
        (None, Severity::Critical) if another => {
            String::from("it gave up renewing its presence, and its engine declared another machine gone")
        }
        (Some(units), _) => format!("its presence ran out and fleet stopped {}", plural(units.count, "unit", "units")),
        (None, Severity::Critical) => String::from("its presence ran out and the engine declared it gone"),
        _ => String::from("it gave up renewing its presence"),
    };
    let outage = outage.map_or(String::new(), |(outage, _)| format!(" for at least {}", human(outage)));
    Some(format!("{who} got no answer from etcd{outage}: {effect}, with an agent-ttl of {}.", human_limit(facts, Parameter::AgentTtl)))
}

/// Stopped units are what people notice first.
pub(super) fn units_headline(case: &Case) -> Option<String> {
    let facts = case.facts;
    let stopped = case.named(RuleId::FleetUnitsRestarted)?;
    let limit = human_limit(facts, Parameter::EtcdRequestTimeout);
    let title = stopped.title.trim_end_matches('.');
    Some(if case.has(RuleId::FleetUnitMissingInRegistry) {
        format!("{title}, because single reads from etcd took longer than fleet's limit of {limit}.")
    } else if case.has(RuleId::FleetAgentHeartbeatLost) {
        format!("{title}, as a machine's presence ran out; agent-ttl is {}.", human_limit(facts, Parameter::AgentTtl))
    } else if facts.fleet_failures.is_empty() {
        format!("{title}.")
    } else {
        format!("{title}, after its requests to etcd ran into their limit of {limit}.")
    })
}

pub(super) fn fleet_headline(facts: &Facts, plan: &Plan) -> Option<String> {
    plan.of(Parameter::EtcdRequestTimeout).proposed.filter(|_| !facts.fleet_failures.is_empty())?;
    let limit = facts.value(Parameter::EtcdRequestTimeout);
    let said = human_limit(facts, Parameter::EtcdRequestTimeout);
    let unknown = "The input does not show why etcd was slow.";
    if let Some(wait) = proven_wait(facts).filter(|wait| *wait >= 2 * limit) {
        return Some(format!(
            "etcd gave fleet no answer for at least {}, but fleet waits only {said} for each request. {unknown}",
            human(wait)
        ));
    }
    let requests: u64 = facts.fleet_failures.iter().map(|failure| failure.events.len() as u64).sum();
    let over = within(facts.fleet_failures.iter().filter_map(|failure| failure.time).gather());
    let requests = plural(requests, "request", "requests");
    Some(format!("fleet gave up on {requests}{over}: etcd took longer than fleet's limit of {said}. {unknown}"))
}
