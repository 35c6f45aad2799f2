//! The planner: reconciles all constraints into values, in the order in which they depend on each
//! other - election-timeout with heartbeat-interval, request timeout, agent-ttl, reconcile interval.
//!
//! Each decision names what bound it from below and above, why not its neighbours, and its price.

mod election;
mod kept_place;
mod ladder;
pub mod load;
mod meant;
mod pair;
mod presence;
mod reconcile;
mod request;

use crate::facts::{Facts, InForce};
use crate::gather::Gather;
use crate::ids::RuleId;
use crate::model::planning_failover;
use crate::parameters::Parameter;
use crate::replay::{self, Replayed};
use crate::report::{Basis, Bound, Confidence, Provenance, Side};
use crate::rules::{Constraint, Finding, above_remarks};
use crate::units::{MS, Micros, S, human};

pub use kept_place::{kept_place, went_on};
pub use ladder::waits_too_little;
pub use meant::meant;
use meant::refused;
pub use pair::{Limit, TooLong};
pub use presence::beyond_waiting;
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
    pub findings: Vec<RuleId>,
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

    /// Sets the value, for these reasons; what makes it less sure stands behind them.
    fn set(facts: &Facts, parameter: Parameter, value: Micros, because: Vec<Bound>, doubts: Doubts) -> Decision {
        let (confidence, doubts) = confidence(facts, parameter, doubts);
        let mut decision = Decision::keep(facts, parameter, because);
        decision.because.extend(doubts);
        Decision { proposed: Some(value), confidence, ..decision }
    }

    /// A sum that ends below the proposed value would leave its reader to wonder: the value is the next one that is proposed at
    /// all. Where a lower one would have carried the highest bound, something else chose it.
    fn tell_rounding(&mut self) {
        let Some(value) = self.proposed else { return };
        let under = |ladder: &[Micros]| ladder.iter().copied().filter(|rung| *rung < value).fold(0, Micros::max);
        let below = match self.parameter {
            // A part of the election-timeout.
            Parameter::HeartbeatInterval => return,
            Parameter::ElectionTimeout => under(&ladder::LADDER),
            Parameter::EtcdRequestTimeout => under(&request::LADDER),
            Parameter::AgentTtl => value - presence::STEP,
            Parameter::EngineReconcileInterval => under(&reconcile::LADDER),
        };
        let asked = |bound: &Bound| bound.value.filter(|_| bound.side == Side::AtLeast);
        let most = self.because.iter().filter_map(asked).fold(0.0, f64::max);
        if most > self.parameter.number(below) && most < self.parameter.number(value) {
            let binding = self.because.iter_mut().find(|bound| asked(bound) == Some(most));
            binding.into_iter().for_each(|bound| bound.text += &format!(" Rounded up: {}.", self.parameter.human(value)));
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
    /// The pair in force cannot work, whatever the log says: the proposed one is no answer to its stalls.
    pub repairs: bool,
    /// The longest stall is beyond what any sensible election-timeout outlasts.
    pub too_long: Option<TooLong>,
    /// Failed fleet requests that would remain.
    pub fleet_remaining: u64,
}

impl Plan {
    /// The decision on `parameter`.
    pub fn of(&self, parameter: Parameter) -> &Decision {
        &self.decisions[parameter.place()]
    }

    /// The election-timeout that is proposed, where it is above 10 s: a sensible one only until the cause is mended,
    /// as each real failover then costs more than most stalls do (method 7.4).
    pub fn costly(&self) -> Option<Micros> {
        const COSTLY: Micros = 10 * S;
        self.of(Parameter::ElectionTimeout).proposed.filter(|election| *election > COSTLY)
    }

    /// The decisions that change something.
    pub fn changes(&self) -> impl Iterator<Item = &Decision> {
        self.decisions.iter().filter(|decision| decision.proposed.is_some())
    }

    /// Whether any changes something.
    pub fn proposes(&self) -> bool {
        self.changes().next().is_some()
    }

    /// Whether a value of etcd is changed (`true`), or one of fleet.
    pub fn changes_any(&self, etcd: bool) -> bool {
        self.changes().any(|decision| decision.parameter.is_etcd() == etcd)
    }

    /// Those that change nothing; fleet's only where fleet is seen or nothing tells what runs.
    pub fn kept(&self, facts: &Facts) -> impl Iterator<Item = &Decision> {
        let with_fleet = facts.has_fleet() || !facts.has_etcd();
        self.decisions.iter().filter(move |decision| decision.proposed.is_none() && (with_fleet || decision.parameter.is_etcd()))
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
    // The interval itself depends on no agent-ttl; only the load that it costs does.
    let interval = reconcile::decide(facts, findings, &request, facts.value(Parameter::AgentTtl), election).value();
    let agent = presence::decide(facts, findings, &request, election, interval);
    let interval = reconcile::decide(facts, findings, &request, agent.value(), election);
    let timers = facts.timers(pair.heartbeat.value(), election);
    let remaining = replay::remaining(facts, &timers);
    let fleet_remaining = request::remaining(facts, request.value());
    let mut decisions = vec![pair.heartbeat, pair.election, request, agent, interval];
    decisions.iter_mut().for_each(Decision::tell_rounding);
    // Where a value is written so that its reader refuses all, the default does not act either.
    for decision in decisions.iter_mut().filter(|decision| decision.proposed.is_some()) {
        if decision.proposed == decision.current.value {
            decision.cost = String::from("Nothing.");
        }
        if let Some(setting) = refused(facts, decision.parameter).filter(|_| decision.current.event.is_none()) {
            decision.current = InForce { value: None, provenance: Provenance::Stated, place: Some(setting.place), event: None };
        }
    }
    Plan { decisions, replay, remaining, repairs: pair.repairs, too_long: pair.too_long, fleet_remaining }
}

/// The smallest rung that is at least `need`.
fn rung(ladder: &[Micros], need: Micros) -> Option<Micros> {
    ladder.iter().copied().find(|rung| *rung >= need)
}

/// The rungs below and above a value.
fn beside(ladder: &[Micros], value: Micros) -> [Option<Micros>; 2] {
    let at = ladder.iter().position(|rung| *rung == value).unwrap_or(0);
    [at.checked_sub(1).map(|below| ladder[below]), ladder.get(at + 1).copied()]
}

/// A bound with its sentence.
fn bound(side: Side, basis: Basis, parameter: Parameter, value: Option<Micros>, text: String) -> Bound {
    Bound { text, basis, side, value: value.map(|value| parameter.number(value)) }
}

/// A remark that bounds nothing.
fn remark(text: impl Into<String>) -> Bound {
    Bound { text: text.into(), basis: Basis::Judgement, side: Side::Note, value: None }
}

/// Those of them that bear on a parameter.
fn bearing_on(findings: &[Finding], parameter: Parameter) -> Vec<RuleId> {
    above_remarks(findings).filter(|finding| finding.parameters.contains(&parameter)).map(|finding| finding.id).gather()
}

/// Which of these findings are there.
fn of_these(findings: &[Finding], ids: &[RuleId]) -> Vec<RuleId> {
    findings.iter().map(|finding| finding.id).filter(|id| ids.contains(id)).gather()
}

/// The constraints that findings above a remark state.
fn stated(findings: &[Finding]) -> impl Iterator<Item = &Constraint> {
    above_remarks(findings).flat_map(|finding| &finding.constraints)
}

/// Those on etcd's pair, as bounds.
fn stated_of_pair(findings: &[Finding]) -> Vec<Bound> {
    stated(findings).filter(|constraint| constraint.parameter.is_etcd()).map(as_bound).gather()
}

/// The least that any of them asks of a parameter.
fn least_stated(findings: &[Finding], parameter: Parameter) -> Option<(Micros, Bound)> {
    let least = stated(findings).filter(|of| of.parameter == parameter && of.side == Side::AtLeast).max_by_key(|of| of.bound)?;
    Some((least.bound, as_bound(least)))
}

fn as_bound(of: &Constraint) -> Bound {
    bound(of.side, of.basis, of.parameter, Some(of.bound), of.because.clone())
}

/// Why a value is proposed that the file means already.
fn as_meant(parameter: Parameter, value: Micros) -> Bound {
    remark(format!("The file means {}, but as it is written there it does not apply.", parameter.human(value)))
}

/// What changes if the stated value `now` is the answer to the log and was not in force; then the lines ask for `asked` (method 1.2).
fn if_set_since(parameter: Parameter, now: Micros, asked: Micros, default: Micros) -> Bound {
    let [now, default, asked] = [now, default, asked].map(|value| parameter.human(value));
    remark(format!(
        "If {now} was set only after this log, it is right as it is. With the default of {default} in force the same lines ask for {asked}."
    ))
}

/// Whether the file gets this value: it is another than the one in force, or that one is not what the file says. A log shows what it
/// costs to leave it so; a review leaves nothing that is not read.
fn writes_anew(facts: &Facts, parameter: Parameter, value: Micros) -> bool {
    facts.value(parameter) != value || refused(facts, parameter).is_some() || facts.without_log() && meant(facts, parameter).is_some()
}

/// The value that the file means for fleet, where it is not in force because of how it is written.
fn as_the_file_means(facts: &Facts, parameter: Parameter, cost: &dyn Fn(Micros) -> String) -> Option<Decision> {
    let means = meant(facts, parameter)?;
    // The lowest rung of each ladder is fleet's default (method 7.2).
    let value = means.max(parameter.default_value());
    if !writes_anew(facts, parameter, value) {
        return None;
    }
    let mut because = vec![as_meant(parameter, means)];
    if value > means {
        because.push(remark(format!("No proposal goes below the default, {}.", parameter.human(value))));
    }
    let kept = Decision::keep(facts, parameter, because);
    Some(Decision { proposed: Some(value), cost: cost(value), ..kept })
}

/// What makes a proposed value less sure; each lowers its confidence by one step (method 9).
#[derive(Clone, Copy, Debug, Default)]
struct Doubts {
    /// The stall or wait behind it is estimated, not measured.
    guessed: bool,
    /// The values that were really run, where this one lies between them.
    interpolated: Option<&'static str>,
    /// No leader lost its place; one nearly did (method 4.3).
    near_miss: bool,
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
    match facts.log_span() {
        None if facts.without_log() => why.push(String::from("no log shows what this cluster needs")),
        None => why.push(String::from("no log tells how often it happens")),
        Some(span) if span < 3600 * S => why.push(format!("the logs cover only {}", covered(span))),
        Some(_) => {}
    }
    if let Some(run) = doubts.interpolated {
        why.push(format!("it is interpolated: {run} were run on real clusters"));
    }
    if doubts.near_miss {
        why.push(String::from("no leader is seen to lose its place"));
    }
    let sure = why.iter().fold(Confidence::High, |confidence, _| confidence.lower());
    let sure = if doubts.near_miss { Confidence::Low } else { sure };
    (sure, (!why.is_empty()).then(|| remark(format!("What makes it less sure: {}.", why.join("; ")))))
}

/// In words; lines of one moment cover no time at all.
pub fn covered(span: Micros) -> String {
    if span < S { String::from("a moment") } else { human(span) }
}

/// The stall to plan for: the longest in the log, or the one the user wants to survive.
pub fn stall_to_survive(facts: &Facts) -> Option<(Micros, bool)> {
    let asked = facts.assumptions.stall_ms.map(|ms| (ms * MS as f64) as Micros);
    let seen = || facts.longest_stall().map(|stall| (stall.planned, !stall.kind.is_measured()));
    asked.map(|asked| (asked, false)).or_else(seen)
}

/// How long that one is; nothing where none is known.
fn stall_length(facts: &Facts) -> Micros {
    stall_to_survive(facts).map_or(0, |(stall, _)| stall)
}

#[cfg(test)]
mod tests;
