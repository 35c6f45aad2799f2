//! fleet's agent-ttl: how long a machine may be without etcd before its units are taken away.

use std::cmp::Reverse;

use super::{Bound, Decision, Doubts, as_the_file_means, bound, least_stated, load, of_these, remark, stall_length, stall_to_survive};
use crate::facts::failures::{proven_outage, proven_wait};
use crate::facts::{Facts, UNKNOWN_FLEET};
use crate::gather::Gather;
use crate::ids::RuleId;
use crate::log::event::Meaning;
use crate::model::fleet::dead_machine;
use crate::model::planning_failover;
use crate::parameters::Parameter;
use crate::report::{Basis, Provenance, Severity, Side};
use crate::rules::{Finding, named};
use crate::sort::by_key;
use crate::units::{Micros, S, human};
use crate::version::version;

const PARAMETER: Parameter = Parameter::AgentTtl;
/// agent-ttl goes in multiples of 30 s (method 7.2).
pub(super) const STEP: Micros = 30 * S;
/// Above this a dead machine's units wait so long that the cause must be mended instead (judgement).
const LONGEST: Micros = 180 * S;
/// Values that were run on real clusters (lab, sections 5 and 8).
const RUN: [Micros; 3] = [30 * S, 60 * S, 120 * S];

/// What agent-ttl has to carry.
struct Burden {
    /// The request timeout that will be in force.
    timeout: Micros,
    /// The longest beat with it.
    beat: Micros,
    /// The outage of etcd to ride out.
    outage: Micros,
    /// What it is.
    rests_on: &'static str,
    /// The least that a finding states by itself.
    stated: Option<(Micros, Bound)>,
}

/// Decides agent-ttl, given the request timeout and the election-timeout that will be in force.
pub fn decide(facts: &Facts, findings: &[Finding], request: &Decision, election: Micros, interval: Micros) -> Decision {
    if !facts.has_fleet() {
        return Decision::keep(facts, PARAMETER, vec![remark("fleet is not in the input.")]);
    }
    // A machine whose etcd is down, and not back where the logs end, says nothing of how long to wait.
    let down = named(findings, RuleId::EtcdUnreachable).is_some_and(|finding| finding.severity == Severity::Critical);
    let lost = facts.events_of(&[Meaning::ServerMonitorTriggered]).any(|(id, _)| !down || !facts.waits_for_etcd(&facts.host(id)));
    let timeout = request.value();
    // What is stated is of the request timeout in force, and falls with it.
    let stated = least_stated(findings, PARAMETER).filter(|_| timeout >= facts.value(Parameter::EtcdRequestTimeout));
    let (outage, rests_on) = outage(facts, election);
    let mut burden = Burden { timeout, beat: facts.slowest_beat(timeout), outage, rests_on, stated };
    if down && !lost {
        burden.outage = 0;
    }
    let now = facts.value(PARAMETER);
    let contradicted = burden.stated.as_ref().is_some_and(|(least, _)| now < *least);
    let meant = as_the_file_means(facts, PARAMETER, &|value| cost(facts, value, now, interval));
    let given_up = facts.has(&[Meaning::ServerMonitorTriggered]);
    if given_up && !lost && meant.is_none() && fits(facts, now, &burden) {
        let why =
            "etcd was down on the machine that gave up its presence, and not back where the logs end: no agent-ttl follows from that.";
        return Decision::keep(facts, PARAMETER, vec![remark(why)]);
    }
    if let Some(meant) = meant.as_ref().filter(|meant| fits(facts, meant.value(), &burden)) {
        return meant.clone();
    }
    // With what is written now fleetd may not even start, so it does not stay.
    if meant.is_none() && (fits(facts, now, &burden) || !(lost || contradicted || request.proposed.is_some())) {
        return kept(facts, now, &burden, lost);
    }
    let mut value = least(facts, &burden);
    if let (true, Some(meant)) = (value > LONGEST, meant) {
        return meant;
    }
    let mut beyond = None;
    // What carries the request timeout is asked for all the same.
    let without = least(facts, &Burden { outage: 0, stated: burden.stated.clone(), ..burden });
    if value > LONGEST && value > without {
        beyond = Some(remark(format!("An outage of {} is too long to ride out by waiting: fix its cause.", human(burden.outage))));
        burden.outage = 0;
        value = without;
        if request.proposed.is_none() || value <= now {
            return Decision::keep(facts, PARAMETER, beyond.into_iter().gather());
        }
    }
    let guessed = lost || stall_to_survive(facts).is_none() && !facts.without_log();
    let interpolated = (!RUN.contains(&value)).then_some("30s, 60s and 120s");
    let mut because = bounds(facts, value, &burden);
    because.extend(beyond);
    because.push(remark("How long it may be is for you to say: so long the units of a dead machine wait."));
    because.extend(unknown(facts));
    let behind = of_these(findings, &[RuleId::FleetAgentHeartbeatLost, RuleId::ConfigAgentTtlTooShort]);
    Decision {
        neighbours: neighbours(facts, value, &burden),
        cost: cost(facts, value, now, interval),
        // Without any it only follows the request timeout.
        findings: if behind.is_empty() { request.findings.clone() } else { behind },
        ..Decision::set(facts, PARAMETER, value, because, Doubts { guessed, interpolated, ..Doubts::default() })
    }
}

/// How long a machine that lost its presence was without etcd, where no sensible value rides that out.
pub fn beyond_waiting(facts: &Facts) -> Option<Micros> {
    let timeout = facts.value(Parameter::EtcdRequestTimeout);
    // Doubled, as it is a lower bound.
    proven_outage(facts).filter(|outage| 2 * outage > facts.rides_out(LONGEST, timeout))
}

/// The outage to ride out: the longest stall, a failover, twice a proven wait (a lower bound, so doubled).
fn outage(facts: &Facts, election: Micros) -> (Micros, &'static str) {
    let stall = stall_length(facts);
    let failover = planning_failover(facts.generation, election);
    let proven = proven_outage(facts).or_else(|| proven_wait(facts)).unwrap_or(0);
    let longest = stall.max(failover).max(2 * proven);
    let rests_on = if longest == 2 * proven {
        "twice the wait that is proven"
    } else if longest == failover {
        "a failover"
    } else {
        "the longest stall"
    };
    (longest, rests_on)
}

/// The smallest step that carries the burden; where none up to `LONGEST` does, one above it. A log may tell of a stall of
/// any length, so no step is looked for beyond.
fn least(facts: &Facts, burden: &Burden) -> Micros {
    let least = burden.timeout.saturating_mul(12).max(burden.beat.saturating_mul(4).saturating_add(1));
    let first = (least - 1) / STEP + 1;
    (first..).map(|steps| steps.saturating_mul(STEP)).find(|ttl| *ttl > LONGEST || fits(facts, *ttl, burden)).unwrap_or(STEP)
}

fn fits(facts: &Facts, ttl: Micros, burden: &Burden) -> bool {
    let stated = burden.stated.as_ref().map_or(0, |(least, _)| *least);
    ttl >= 12 * burden.timeout && ttl > 4 * burden.beat && ttl >= stated && facts.rides_out(ttl, burden.timeout) >= burden.outage
}

/// The three bounds with their numbers, the one that decided first.
fn bounds(facts: &Facts, value: Micros, burden: &Burden) -> Vec<Bound> {
    let at_least = |basis, bound_at, text| bound(Side::AtLeast, basis, PARAMETER, bound_at, text);
    let (rides, outage, rests_on) = (facts.rides_out(value, burden.timeout), burden.outage, burden.rests_on);
    let ride = if facts.monitor_may_hang() {
        // The least value that spans the outage, in whole seconds.
        let least = (1..=value / S).map(|seconds| seconds * S).find(|ttl| facts.rides_out(*ttl, burden.timeout) >= outage);
        let text = format!(
            "The monitor must not fire, as fleet 0.12 and later can hang then. With {} the tries of one beat span {}; the outage to survive is {}, {rests_on}{}.",
            PARAMETER.human(value),
            human(rides),
            human(outage),
            least.map_or_else(String::new, |least| format!(", which takes at least {}", PARAMETER.human(least)))
        );
        at_least(Basis::Measured, least, text)
    } else {
        at_least(
            Basis::Measured,
            Some(3 * outage),
            format!("Three times the outage to ride out, {rests_on}: 3 × {} = {}.", human(outage), human(3 * outage)),
        )
    };
    let mut all = vec![
        at_least(
            Basis::Derived,
            Some(12 * burden.timeout),
            format!(
                "Twelve request timeouts, so that a beat has time for several tries: 12 × {} = {}.",
                human(burden.timeout),
                human(12 * burden.timeout)
            ),
        ),
        at_least(
            Basis::Source,
            Some(4 * burden.beat),
            format!("More than four beats at their slowest: 4 × {} = {}.", human(burden.beat), human(4 * burden.beat)),
        ),
    ];
    all.extend((outage > 0).then_some(ride));
    // What is counted here already is not told twice.
    let most = all.iter().filter_map(|bound| bound.value).fold(0.0, f64::max);
    all.extend(burden.stated.iter().map(|(_, bound)| bound.clone()).filter(|bound| bound.value > Some(most)));
    // No value is negative, so their bits are in their order.
    by_key(&mut all, |bound| Reverse(bound.value.map(f64::to_bits)));
    all
}

/// Says what is assumed of an unknown fleet.
fn unknown(facts: &Facts) -> Option<Bound> {
    facts.fleet.is_none().then(|| remark(UNKNOWN_FLEET))
}

fn kept(facts: &Facts, now: Micros, burden: &Burden, lost: bool) -> Decision {
    let mut why = if fits(facts, now, burden) {
        bounds(facts, now, burden)
    } else if lost {
        vec![remark("A presence was lost, and no sensible value rides that outage out.")]
    } else {
        let text = format!(
            "No machine lost its presence in the input. {} ride out {}.",
            PARAMETER.human(now),
            human(facts.rides_out(now, burden.timeout))
        );
        vec![remark(text)]
    };
    why.extend(unknown(facts));
    let mut decision = Decision::keep(facts, PARAMETER, why);
    let stated = facts.in_force(PARAMETER).provenance == Provenance::Stated;
    if let Some(less) = (1..now / STEP).map(|steps| steps * STEP).find(|ttl| stated && fits(facts, *ttl, burden)) {
        decision.neighbours.push(format!(
            "{} would do as well and start a dead machine's units {} sooner; only that would be a reason.",
            PARAMETER.human(less),
            human(now - less)
        ));
    }
    let interval = facts.value(Parameter::EngineReconcileInterval);
    decision.cost = format!("The units of a machine that dies wait up to {}, as they do now.", human(dead_machine(now, interval)));
    decision
}

/// With the interval that will be in force: it is a part of how long units of a dead machine wait.
fn cost(facts: &Facts, value: Micros, now: Micros, interval: Micros) -> String {
    let crashed = if facts.fleet_to_plan_with().high >= version(0, 13, 0) {
        format!(" A fleetd of 0.13 or later that crashes may need up to {} to register again.", human(value))
    } else {
        String::new()
    };
    let now = human(dead_machine(now, facts.value(Parameter::EngineReconcileInterval)));
    format!(
        "The units of a machine that dies start elsewhere after up to {}{}.{crashed} {}",
        human(dead_machine(value, interval)),
        load::instead(facts, &now),
        load::sentence(facts, value, interval)
    )
}

fn neighbours(facts: &Facts, value: Micros, burden: &Burden) -> Vec<String> {
    let mut texts = Vec::new();
    let below = value - STEP;
    if below >= STEP {
        let reason = if below < 12 * burden.timeout {
            format!("below twelve request timeouts, {}", human(12 * burden.timeout))
        } else if below <= 4 * burden.beat {
            format!("not above four beats at their slowest, {}", human(4 * burden.beat))
        } else {
            format!("it rides out only {}, and {} is asked for", human(facts.rides_out(below, burden.timeout)), human(burden.outage))
        };
        texts.push(format!("Not {}: {reason}.", PARAMETER.human(below)));
    }
    texts.push(format!(
        "Not {}: nothing asks for it, and units of a dead machine would wait 30\u{a0}s longer.",
        PARAMETER.human(value + STEP)
    ));
    texts
}
