//! What fleet asks of etcd, in requests per second (model/fleet.rs, from the loops in fleet's source).

use crate::facts::Facts;
use crate::log::event::Meaning;
use crate::model::fleet::{self, Fleet, Load};
use crate::parameters::Parameter;
use crate::rules::common::plural;
use crate::sort::distinct;
use crate::units::{Micros, decimal};

/// A number for the sums, and where it comes from.
pub type Sourced = (u32, &'static str);

/// Machines that run fleet: stated, the hosts in fleet's logs, or three.
pub fn machines(facts: &Facts) -> Sourced {
    let hosts = distinct(facts.all_events().filter(|(_, event)| event.is_fleet()).map(|(id, _)| facts.host(id))).len();
    match (facts.assumptions.machines, hosts) {
        (Some(stated), _) => (stated, "stated"),
        (None, hosts) if hosts >= 2 => (hosts as u32, "hosts in fleet's logs"),
        _ => (3, "assumed"),
    }
}

/// Units in the whole cluster: stated, those that fleet's logs name, or twenty.
pub fn units(facts: &Facts) -> Sourced {
    let named = [Meaning::SystemdStart, Meaning::SystemdWrite, Meaning::EngineScheduled];
    let seen = distinct(facts.events_of(&named).filter_map(|(_, event)| event.word("unit"))).len();
    match (facts.assumptions.units, seen) {
        (Some(stated), _) => (stated, "stated"),
        (None, 0) => (20, "assumed"),
        (None, seen) => (seen as u32, "named in fleet's logs"),
    }
}

fn load(facts: &Facts, agent_ttl: Micros, interval: Micros) -> Load {
    let version = facts.fleet_to_plan_with().high;
    fleet::load(&Fleet { version, machines: machines(facts).0, units: units(facts).0, agent_ttl, interval })
}

/// What it is today, where fleetd starts and works with what is written: without a limit or an interval it does neither.
pub fn instead(facts: &Facts, now: &str) -> String {
    if has_zero(facts) || facts.fleet_may_not_start() { String::new() } else { format!(" instead of {now}") }
}

/// Whether fleetd makes a zero of what is written.
pub fn has_zero(facts: &Facts) -> bool {
    [Parameter::EtcdRequestTimeout, Parameter::EngineReconcileInterval].iter().any(|parameter| facts.value(*parameter) == 0)
}

/// How the load changes, as one sentence.
pub fn sentence(facts: &Facts, agent_ttl: Micros, interval: Micros) -> String {
    let now = load(facts, facts.value(Parameter::AgentTtl), facts.value(Parameter::EngineReconcileInterval));
    let then = load(facts, agent_ttl, interval);
    let (machines, units) = (machines(facts), units(facts));
    let instead = |now| instead(facts, &rate(now));
    let reads = if now.reads == then.reads { String::new() } else { format!(" and {} reads{}", rate(then.reads), instead(now.reads)) };
    format!(
        "fleet asks etcd for {} {} a second{}{reads}, with {} ({}) and {} ({}).",
        rate(then.writes),
        if rate(then.writes) == "1" { "write" } else { "writes" },
        instead(now.writes),
        plural(u64::from(machines.0), "machine", "machines"),
        machines.1,
        plural(u64::from(units.0), "unit", "units"),
        units.1
    )
}

/// Thousandths of one per second, with one decimal.
fn rate(thousandths: i64) -> String {
    decimal(thousandths, 1_000, 1)
}

#[cfg(test)]
mod tests {
    use super::sentence;
    use crate::rules::testing::facts;
    use crate::units::S;

    #[test]
    fn one_write_is_no_writes() {
        let mut facts = facts(&["Apr 09 21:20:31 m1 fleetd[7]: INFO fleetd.go:75: Starting fleetd version 1.0.0\n"]);
        facts.assumptions.units = Some(6);
        let said = |ttl| sentence(&facts, ttl * S, 2 * S);
        assert!(said(60).starts_with("fleet asks etcd for 1 write a second"), "{}", said(60));
        assert!(said(30).contains(" writes a second"), "{}", said(30));
    }
}
