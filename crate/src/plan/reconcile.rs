//! fleet's engine-reconcile-interval: five times it is the engine's lease.

use super::{Bound, Decision, Doubts, as_the_file_means, beside, bound, load, of_these, remark, rung};
use crate::facts::Facts;
use crate::facts::engine::{lease_moves, longest_pass};
use crate::ids::RuleId;
use crate::model::fleet::dead_engine;
use crate::model::planning_failover;
use crate::parameters::Parameter;
use crate::report::{Basis, Side};
use crate::rules::Finding;
use crate::units::{Micros, S, human};

/// Rungs (method 7.2).
pub(super) const LADDER: [Micros; 6] = [2 * S, 3 * S, 4 * S, 5 * S, 8 * S, 10 * S];
/// Values that were run on real clusters (lab, sections 5 and 8).
const RUN: [Micros; 2] = [2 * S, 10 * S];
const PARAMETER: Parameter = Parameter::EngineReconcileInterval;
/// Findings behind a proposal.
const BEHIND: [RuleId; 2] = [RuleId::FleetLeadershipChurn, RuleId::ConfigIntervalTooShort];

/// Decides the interval. Losing the lease moves no unit (measured in 47 leader deaths), so it is
/// changed only where the lease really went from machine to machine (method 6.7).
pub fn decide(facts: &Facts, findings: &[Finding], request: &Decision, ttl: Micros, election: Micros) -> Decision {
    if !facts.has_fleet() {
        return Decision::keep(facts, PARAMETER, vec![remark("fleet is not in the input.")]);
    }
    let wait = request.value() + planning_failover(facts.generation, election);
    let meant = as_the_file_means(facts, PARAMETER, &|value| cost(facts, ttl, value));
    // In a review the interval that the file means has to carry the limits, too.
    let carries = |meant: &Decision| 4 * meant.value() > wait || rung(&LADDER, wait / 4 + 1).is_none_or(|least| least <= meant.value());
    if let Some(meant) = meant.as_ref().filter(|meant| !facts.without_log() || carries(meant)) {
        return meant.clone();
    }
    let now = meant.as_ref().map_or(facts.value(PARAMETER), Decision::value);
    let stolen = !of_these(findings, &[RuleId::FleetEngineLeaseStolen, RuleId::FleetDuplicateMachineId]).is_empty();
    let moved = lease_moves(facts).len();
    // A pass renews the lease once; where it takes longer than the interval, and the lease goes from hand to hand, the
    // interval has to be half as long again (method 6.7).
    let pass = longest_pass(facts).filter(|pass| moved >= 2 && !stolen && *pass > now);
    if let Some(slow) = pass.and_then(|pass| for_passes(facts, findings, pass, ttl)) {
        return slow;
    }
    if 4 * now > wait {
        return outlasts(facts, now, wait, stolen);
    }
    // An interval that somebody stated and that breaks the relation is a matter of the review, and of a log in which the
    // lease went from hand to hand (method 6.8).
    let place = facts.in_force(PARAMETER).place.is_some() || meant.is_some();
    let stated = facts.without_log() && place;
    let asked = moved >= 2 && !stolen && (request.proposed.is_some() || place) || stated;
    let Some(value) = rung(&LADDER, wait / 4 + 1).filter(|value| asked && *value > now) else {
        return not_asked_for(facts, now, wait, stolen);
    };
    let text = format!("Four intervals must outlast a request and an election: {} / 4 = {}.", human(wait), human(wait / 4));
    let interpolated = (!RUN.contains(&value)).then_some("2 and 10\u{a0}s");
    let because = vec![bound(Side::AtLeast, Basis::Measured, PARAMETER, Some(wait / 4), text)];
    Decision {
        neighbours: neighbours(value, wait),
        cost: cost(facts, ttl, value),
        findings: of_these(findings, &BEHIND),
        ..Decision::set(facts, PARAMETER, value, because, Doubts { guessed: !stated, interpolated, ..Doubts::default() })
    }
}

/// The interval in force carries the limits.
fn outlasts(facts: &Facts, now: Micros, wait: Micros, stolen: bool) -> Decision {
    let text = format!(
        "Four intervals, {}, outlast a request and an election, {}: the engine's lease stays in one hand when a leader dies.",
        human(4 * now),
        human(wait)
    );
    let mut kept = Decision::keep(facts, PARAMETER, vec![bound(Side::AtLeast, Basis::Measured, PARAMETER, Some(wait / 4), text)]);
    kept.because.extend(no_longer_one(stolen));
    kept.cost = format!("An engine that dies is replaced after up to {}, as it is now.", human(dead_engine(now)));
    if let Some(less) = rung(&LADDER, wait / 4 + 1).filter(|less| *less < now) {
        let sooner = human(dead_engine(less));
        kept.neighbours.push(format!(
            "{} would do as well and replace a dead engine after {sooner}; only that would be a reason.",
            PARAMETER.human(less)
        ));
    }
    kept
}

/// It does not carry the limits, and nothing suffers from that.
fn not_asked_for(facts: &Facts, now: Micros, wait: Micros, stolen: bool) -> Decision {
    let text = format!(
        "Four intervals, {}, do not outlast a request and an election, {}, so the engine's lease may change hands when a leader dies. That moves no unit, and nothing in this input asks for more.",
        human(4 * now),
        human(wait)
    );
    let mut kept = Decision::keep(facts, PARAMETER, vec![remark(text)]);
    kept.because.extend(no_longer_one(stolen));
    kept
}

fn no_longer_one(stolen: bool) -> Option<Bound> {
    stolen.then(|| {
        remark(format!(
            "No longer one while leases are taken by force or two machines share an id. After that an engine schedules nothing for five intervals: at 10\u{a0}s that is {}.",
            human(dead_engine(10 * S) - 10 * S)
        ))
    })
}

/// The interval for passes that take this long, or the highest sensible one; `None` where that is in force already.
fn for_passes(facts: &Facts, findings: &[Finding], pass: Micros, ttl: Micros) -> Option<Decision> {
    let need = pass * 3 / 2;
    let highest = LADDER[LADDER.len() - 1];
    let value = rung(&LADDER, need).unwrap_or(highest);
    if value <= facts.value(PARAMETER) {
        return None;
    }
    let end = if value < need { format!(" {} is the highest sensible value.", PARAMETER.human(highest)) } else { String::new() };
    let text = format!("Half as long again as the longest pass of the engine: 1.5 × {} = {}.{end}", human(pass), human(need));
    let interpolated = (!RUN.contains(&value)).then_some("2 and 10\u{a0}s");
    let because = vec![bound(Side::AtLeast, Basis::Measured, PARAMETER, (value >= need).then_some(need), text)];
    Some(Decision {
        cost: cost(facts, ttl, value),
        findings: of_these(findings, &BEHIND),
        ..Decision::set(facts, PARAMETER, value, because, Doubts { interpolated, ..Doubts::default() })
    })
}

fn cost(facts: &Facts, ttl: Micros, value: Micros) -> String {
    format!(
        "An engine that dies is replaced after up to {}{}. {}",
        human(dead_engine(value)),
        load::instead(facts, &human(dead_engine(facts.value(PARAMETER)))),
        load::sentence(facts, ttl, value)
    )
}

fn neighbours(value: Micros, wait: Micros) -> Vec<String> {
    let (mut texts, [below, above]) = (Vec::new(), beside(&LADDER, value));
    if let Some(below) = below {
        texts.push(format!("Not {}: four of it are {}, not above {}.", PARAMETER.human(below), human(4 * below), human(wait)));
    }
    if let Some(above) = above {
        texts.push(format!("Not {}: a dead engine would be replaced only after {}.", PARAMETER.human(above), human(dead_engine(above))));
    }
    texts
}
