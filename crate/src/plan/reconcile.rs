//! fleet's engine-reconcile-interval: five times it is the engine's lease.

use super::{Decision, bound, confidence, remark, rung};
use crate::facts::Facts;
use crate::log::event::Meaning;
use crate::model::raft::planning_failover;
use crate::parameters::Parameter;
use crate::rules::{Basis, Finding, Side};
use crate::units::{Micros, S, human};

/// Rungs (method 7.2).
const LADDER: [Micros; 6] = [2 * S, 3 * S, 4 * S, 5 * S, 8 * S, 10 * S];
const PARAMETER: Parameter = Parameter::EngineReconcileInterval;

/// Decides the interval. Losing the lease moves no unit (measured in 47 leader deaths), so it is
/// changed only where the lease really went from machine to machine (method 6.7).
pub fn decide(facts: &Facts, findings: &[Finding], request: &Decision, election: Micros) -> Decision {
    let now = facts.value(PARAMETER);
    let wait = request.value() + planning_failover(facts.generation, election);
    if 4 * now > wait {
        let text = format!(
            "Four intervals, {}, outlast a request and an election, {}: the engine's lease stays in one hand.",
            human(4 * now),
            human(wait)
        );
        return Decision::keep(facts, PARAMETER, vec![bound(Side::AtLeast, Basis::Measured, PARAMETER, Some(wait / 4), text)]);
    }
    let moved = facts.events_of(&[Meaning::EngineLeaderChanged]).count();
    let stolen = findings.iter().any(|finding| matches!(finding.id, "fleet-engine-lease-stolen" | "fleet-duplicate-machine-id"));
    let Some(value) = rung(&LADDER, wait / 4 + 1).filter(|value| moved >= 2 && !stolen && *value > now && request.proposed.is_some())
    else {
        let why = if facts.has_fleet() {
            "Losing the engine's lease moves no unit, and the lease did not wander in this input."
        } else {
            "fleet is not in the input."
        };
        return Decision::keep(facts, PARAMETER, vec![remark(why)]);
    };
    let text = format!("Four intervals must outlast a request and an election: {}.", human(wait));
    Decision {
        proposed: Some(value),
        because: vec![bound(Side::AtLeast, Basis::Measured, PARAMETER, Some(wait / 4), text)],
        neighbours: vec![String::from("Not 10 s, as often advised: a dead engine would be replaced only after a minute.")],
        cost: format!("An engine that dies is replaced after up to {} instead of {}.", human(6 * value), human(6 * now)),
        confidence: confidence(facts, true, PARAMETER, [2 * S, 10 * S].contains(&value)),
        findings: vec!["fleet-leadership-churn"],
        ..Decision::keep(facts, PARAMETER, Vec::new())
    }
}
