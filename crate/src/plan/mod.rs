//! The planner: reconciles all constraints into values, in the order in which they depend on each
//! other - election-timeout with heartbeat-interval, request timeout, agent-ttl, reconcile interval.
//!
//! Each decision names what bound it from below and above, why not its neighbours, and its price.

mod election;
pub mod load;
mod presence;
mod reconcile;
mod request;

use crate::facts::{Facts, InForce, StallKind};
use crate::gather::Gather;
use crate::model::raft::planning_failover;
use crate::parameters::Parameter;
use crate::replay::{self, Replayed};
use crate::report::{Bound, Confidence, Provenance};
use crate::rules::{Basis, Finding, Side};
use crate::units::{MS, Micros, S, human};

pub use election::TooLong;
pub use request::HIGHEST as HIGHEST_REQUEST_TIMEOUT;

/// What to do with one parameter.
#[derive(Clone, Debug)]
pub struct Decision {
    /// Which.
    pub parameter: Parameter,
    /// What is in force.
    pub current: InForce,
    /// The value to set; `None` to leave it.
    pub proposed: Option<Micros>,
    /// The bounds, the binding one first.
    pub because: Vec<Bound>,
    /// Why not the next value down, why not the next up.
    pub neighbours: Vec<String>,
    /// What it costs.
    pub cost: String,
    /// How sure.
    pub confidence: Confidence,
    /// Finding ids behind it.
    pub findings: Vec<&'static str>,
}

impl Decision {
    /// Leaves the value as it is, for a reason.
    fn keep(facts: &Facts, parameter: Parameter, because: Vec<Bound>) -> Decision {
        let current = facts.in_force(parameter).clone();
        Decision {
            parameter,
            current,
            proposed: None,
            because,
            neighbours: Vec::new(),
            cost: String::from("Nothing."),
            confidence: Confidence::High,
            findings: Vec::new(),
        }
    }

    /// The value that will be in force after the plan.
    pub fn value(&self) -> Micros {
        self.proposed.or(self.current.value).unwrap_or_else(|| self.parameter.default_value())
    }
}

/// The whole plan.
#[derive(Clone, Debug)]
pub struct Plan {
    /// One decision per parameter, in the order of `Parameter::ALL`.
    pub decisions: Vec<Decision>,
    /// What the logged stalls explain now.
    pub replay: Replayed,
    /// Needless changes expected to remain.
    pub remaining: f64,
    /// The longest stall is beyond what any sensible election-timeout outlasts.
    pub too_long: Option<TooLong>,
    /// Failed fleet requests that would remain.
    pub fleet_remaining: u64,
}

impl Plan {
    /// The decision on `parameter`.
    pub fn of(&self, parameter: Parameter) -> &Decision {
        let at = Parameter::ALL.iter().position(|p| *p == parameter).unwrap_or(0);
        &self.decisions[at]
    }

    /// The decisions that change something.
    pub fn changes(&self) -> impl Iterator<Item = &Decision> {
        self.decisions.iter().filter(|decision| decision.proposed.is_some())
    }

    /// The longest failover to plan with under the plan (method 6.4).
    pub fn failover(&self, facts: &Facts) -> Micros {
        planning_failover(facts.generation, self.of(Parameter::ElectionTimeout).value())
    }
}

/// Decides all five.
pub fn plan(facts: &Facts, findings: &[Finding]) -> Plan {
    let replay = replay::now(facts);
    let pair = election::decide(facts, findings, &replay);
    let election = pair.election.value();
    let request = request::decide(facts, findings);
    let agent = presence::decide(facts, findings, &request, election);
    let interval = reconcile::decide(facts, findings, &request, agent.value(), election);
    let timers = replay::timers(facts, pair.heartbeat.value(), election);
    let remaining = replay::remaining(facts, &timers);
    let fleet_remaining = request::remaining(facts, request.value());
    Plan {
        decisions: vec![pair.heartbeat, pair.election, request, agent, interval],
        replay,
        remaining,
        too_long: pair.too_long,
        fleet_remaining,
    }
}

/// The smallest rung that is at least `need`.
fn rung(ladder: &[Micros], need: Micros) -> Option<Micros> {
    ladder.iter().copied().find(|rung| *rung >= need)
}

/// A bound with its sentence.
fn bound(side: Side, basis: Basis, parameter: Parameter, value: Option<Micros>, text: String) -> Bound {
    let basis = match basis {
        Basis::Measured => "measured",
        Basis::Source => "source",
        Basis::Derived => "derived",
        Basis::Documentation => "documentation",
        Basis::Judgement => "judgement",
    };
    let side = if side == Side::AtLeast { "at-least" } else { "at-most" };
    Bound { text, basis: basis.into(), side: side.into(), value: value.map(|value| parameter.number(value)) }
}

/// A remark that bounds nothing.
fn remark(text: impl Into<String>) -> Bound {
    Bound { text: text.into(), basis: String::from("judgement"), side: String::from("note"), value: None }
}

/// The bounds that rules state for `parameter`.
fn stated_bounds(findings: &[Finding], parameter: Parameter) -> Vec<Bound> {
    findings
        .iter()
        .flat_map(|finding| &finding.constraints)
        .filter(|constraint| constraint.parameter == parameter)
        .map(|constraint| bound(constraint.side, constraint.basis, parameter, Some(constraint.bound), constraint.because.clone()))
        .gather()
}

/// What makes a proposed value less sure; each lowers its confidence by one step (method 9).
#[derive(Clone, Copy, Debug, Default)]
struct Doubts {
    /// The stall or wait behind it is estimated, not measured.
    guessed: bool,
    /// The values that were really run, where this one lies between them.
    interpolated: Option<&'static str>,
}

/// How sure a value can be, and the reasons against it as a remark.
fn confidence(facts: &Facts, parameter: Parameter, doubts: Doubts) -> (Confidence, Option<Bound>) {
    let in_force = facts.in_force(parameter);
    let mut why: Vec<String> = Vec::new();
    if doubts.guessed {
        why.push(String::from("the wait behind it is estimated"));
    }
    if in_force.provenance == Provenance::Default && in_force.event.is_none() {
        why.push(String::from("nothing states the value in force"));
    }
    match log_span(facts) {
        None => why.push(String::from("no log tells how often it happens")),
        Some(span) if span < 3600 * S => why.push(format!("the logs cover only {}", covered(span))),
        Some(_) => {}
    }
    if let Some(run) = doubts.interpolated {
        why.push(format!("it is interpolated: {run} were run on real clusters"));
    }
    let sure = why.iter().fold(Confidence::High, |confidence, _| confidence.lower());
    (sure, (!why.is_empty()).then(|| remark(format!("What makes it less sure: {}.", why.join("; ")))))
}

/// In words; lines of one moment cover no time at all.
pub fn covered(span: Micros) -> String {
    if span < S { String::from("a moment") } else { human(span) }
}

/// How much time the logs cover, where they carry times.
pub fn log_span(facts: &Facts) -> Option<Micros> {
    let first = facts.logs.iter().filter_map(|log| log.first.as_ref()).map(|(time, _)| time.micros).min()?;
    let last = facts.logs.iter().filter_map(|log| log.last.as_ref()).map(|(time, _)| time.micros).max()?;
    Some(last - first)
}

/// The stall to plan for: the longest in the log, or the one the user wants to survive.
pub fn stall_to_survive(facts: &Facts) -> Option<(Micros, bool)> {
    let asked = facts.assumptions.stall_ms.map(|ms| (ms * MS as f64) as Micros);
    let seen = facts
        .longest_stall()
        .map(|stall| (stall.planned, !matches!(stall.kind, StallKind::LateHeartbeat | StallKind::SlowSync | StallKind::NearTimeout)));
    match (asked, seen) {
        (Some(asked), _) => Some((asked, false)),
        (None, seen) => seen,
    }
}
