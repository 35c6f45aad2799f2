//! fleet's agent-ttl: how long a machine may be without etcd before its units are taken away.

use super::{Bound, Decision, bound, confidence, remark, stall_to_survive};
use crate::facts::Facts;
use crate::facts::failures::{proven_outage, proven_wait};
use crate::log::event::Meaning;
use crate::model::fleet::{presence_window, worst_beat};
use crate::model::raft::planning_failover;
use crate::parameters::Parameter;
use crate::rules::{Basis, Finding, Side};
use crate::units::{Micros, S, human};

const PARAMETER: Parameter = Parameter::AgentTtl;
/// agent-ttl goes in multiples of 30 s (method 7.2).
const STEP: Micros = 30 * S;
/// Above this a dead machine's units wait so long that the cause must be mended instead (judgement).
const LONGEST: Micros = 180 * S;
/// From here on a monitor that fires can stop fleet on every machine (lab, section 8.3).
const RESTART_CAN_HANG: (u16, u16, u16) = (0, 12, 0);

/// Decides agent-ttl, given the request timeout that will be in force.
pub fn decide(facts: &Facts, _findings: &[Finding], request: &Decision, election: Micros) -> Decision {
    let lost = presence_lost(facts);
    if request.proposed.is_none() && !lost {
        let why = if facts.has_fleet() {
            "No machine lost its presence, and no other value asks for a longer one."
        } else {
            "fleet is not in the input."
        };
        return Decision::keep(facts, PARAMETER, vec![remark(why)]);
    }
    let timeout = request.value();
    let outage = outage(facts, election);
    let now = facts.value(PARAMETER);
    let value = (1..).map(|steps| steps * STEP).find(|ttl| fits(facts, *ttl, timeout, outage)).unwrap_or(STEP);
    if value > LONGEST {
        return Decision::keep(
            facts,
            PARAMETER,
            vec![remark(format!("An outage of {} is too long to ride out by waiting: mend its cause.", human(outage)))],
        );
    }
    if value <= now {
        return Decision::keep(
            facts,
            PARAMETER,
            vec![remark(format!("{} carries {} of outage and twelve request timeouts.", PARAMETER.human(now), human(outage)))],
        );
    }
    let interval = facts.value(Parameter::EngineReconcileInterval);
    Decision {
        proposed: Some(value),
        because: reasons(facts, timeout, outage),
        neighbours: neighbours(facts, value, timeout, outage),
        cost: format!(
            "The units of a machine that dies start elsewhere after up to {} instead of {}.",
            human(value + interval),
            human(now + interval)
        ),
        confidence: confidence(facts, lost || stall_to_survive(facts).is_none(), PARAMETER, [30 * S, 60 * S, 120 * S].contains(&value)),
        findings: if lost { vec!["fleet-agent-heartbeat-lost"] } else { Vec::new() },
        ..Decision::keep(facts, PARAMETER, Vec::new())
    }
}

/// fleet gave a heartbeat up, or the engine declared a machine gone.
fn presence_lost(facts: &Facts) -> bool {
    facts.events_of(&[Meaning::ServerMonitorTriggered]).next().is_some()
}

/// The outage to ride out: the longest stall, a failover, twice a proven wait (a lower bound, so doubled).
fn outage(facts: &Facts, election: Micros) -> Micros {
    let stall = stall_to_survive(facts).map_or(0, |(stall, _)| stall);
    let failover = planning_failover(facts.generation, election);
    let proven = proven_outage(facts).or_else(|| proven_wait(facts)).unwrap_or(0);
    stall.max(failover).max(2 * proven)
}

fn version(facts: &Facts) -> (u16, u16, u16) {
    facts.fleet.map_or((0, 11, 8), |range| range.high)
}

fn endpoints(facts: &Facts) -> u32 {
    facts.configurations.iter().filter_map(|c| c.cluster.fleet_endpoints).max().unwrap_or(1)
}

fn fits(facts: &Facts, ttl: Micros, timeout: Micros, outage: Micros) -> bool {
    let beat = worst_beat(version(facts), timeout, endpoints(facts));
    let rides = if facts.fleet_before(RESTART_CAN_HANG) { ttl >= 3 * outage } else { presence_window(ttl, timeout, beat) >= outage };
    ttl >= 12 * timeout && ttl > 4 * beat && rides
}

fn reasons(facts: &Facts, timeout: Micros, outage: Micros) -> Vec<Bound> {
    let beat = worst_beat(version(facts), timeout, endpoints(facts));
    let twelve = format!("Twelve times the request timeout: 12 × {}.", human(timeout));
    let four = format!("Four beats at their slowest: 4 × {}.", human(beat));
    let ride = if facts.fleet_before(RESTART_CAN_HANG) {
        (3 * outage, format!("Three times the outage to ride out, {}.", human(outage)))
    } else {
        (5 * outage, format!("The tries of one beat must span the outage to ride out, {}; five times it is always enough.", human(outage)))
    };
    let mut reasons = vec![
        bound(Side::AtLeast, Basis::Measured, PARAMETER, Some(12 * timeout), twelve),
        bound(Side::AtLeast, Basis::Source, PARAMETER, Some(4 * beat), four),
        bound(Side::AtLeast, Basis::Measured, PARAMETER, facts.fleet_before(RESTART_CAN_HANG).then_some(ride.0), ride.1),
    ];
    reasons.sort_by(|a, b| b.value.partial_cmp(&a.value).unwrap_or(std::cmp::Ordering::Equal));
    reasons
}

fn neighbours(facts: &Facts, value: Micros, timeout: Micros, outage: Micros) -> Vec<String> {
    let mut texts = Vec::new();
    let below = value - STEP;
    if below >= STEP {
        let beat = worst_beat(version(facts), timeout, endpoints(facts));
        let reason = if below < 12 * timeout {
            format!("below twelve request timeouts, {}", human(12 * timeout))
        } else {
            format!("it rides out only {}, and {} is asked for", human(presence_window(below, timeout, beat)), human(outage))
        };
        texts.push(format!("Not {}: {reason}.", PARAMETER.human(below)));
    }
    texts.push(format!("Not {}: nothing asks for it, and units of a dead machine would wait longer.", PARAMETER.human(value + STEP)));
    texts
}
