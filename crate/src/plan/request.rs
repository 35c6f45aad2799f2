//! fleet's etcd-request-timeout: longer than the stalls of etcd that it should ride out.

use super::{Bound, Decision, bound, confidence, remark, rung, stall_to_survive};
use crate::facts::failures::proven_wait;
use crate::facts::{ChangeClass, Facts};
use crate::parameters::Parameter;
use crate::report::Severity;
use crate::rules::{Basis, Finding, Side};
use crate::units::{Micros, S, human};

/// Rungs (method 7.2).
const LADDER: [Micros; 7] = [S, 2 * S, 3 * S, 5 * S, 8 * S, 10 * S, 15 * S];
/// Values that were run on real clusters (lab, sections 5 and 8).
const RUN: [Micros; 3] = [S, 5 * S, 10 * S];
/// With evidence from fleet alone the real wait is unknown; 5 s was measured to silence stalls of 1.5 s (method 6.5).
const FLOOR: Micros = 5 * S;
const PARAMETER: Parameter = Parameter::EtcdRequestTimeout;
/// Findings that explain failed requests better than a short limit does.
const ETCD_IS_CUT_OFF: [&str; 6] =
    ["etcd-peer-network", "etcd-no-quorum", "etcd-unreachable", "etcd-cluster-id-mismatch", "etcd-tls", "etcd-member-removed"];

/// Decides the request timeout.
pub fn decide(facts: &Facts, findings: &[Finding]) -> Decision {
    match need(facts, findings) {
        Need::No(why) => Decision::keep(facts, PARAMETER, vec![remark(why)]),
        Need::AtLeast(need, why) => propose(facts, need, why),
    }
}

enum Need {
    No(&'static str),
    AtLeast(Micros, Vec<Bound>),
}

fn need(facts: &Facts, findings: &[Finding]) -> Need {
    if facts.fleet_failures.is_empty() {
        return Need::No(if facts.has_fleet() {
            "No request of fleet ran into this limit in the input."
        } else {
            "fleet is not in the input."
        });
    }
    let tied = facts.fleet_failures.iter().filter(|failure| failure.stall.is_some()).count();
    if let (true, Some((stall, _))) = (tied > 0, stall_to_survive(facts)) {
        let text = format!("It must outlast the stall that the requests waited for: 1.25 × {}.", human(stall));
        return Need::AtLeast(stall * 5 / 4, vec![bound(Side::AtLeast, Basis::Measured, PARAMETER, Some(stall * 5 / 4), text)]);
    }
    if facts.changes.iter().any(|change| change.class != ChangeClass::Start)
        && facts.fleet_failures.iter().any(|failure| failure.change.is_some())
    {
        return Need::No(
            "The requests failed while etcd had no leader. A request begun then is lost whatever this limit is: measured at 1, 5 and 10 s.",
        );
    }
    if findings.iter().any(|finding| ETCD_IS_CUT_OFF.contains(&finding.id) && finding.severity > Severity::Info) {
        return Need::No(
            "etcd itself is cut off or down in this input, which explains the failed requests; waiting longer does not bring it back.",
        );
    }
    if !enough(facts) {
        return Need::No("Too few requests failed to bound anything: one late answer is no pattern.");
    }
    let wait = proven_wait(facts).unwrap_or(0);
    // Beyond the ladder a longer wait is a matter for agent-ttl (method 6.5).
    let proven = (wait * 5 / 4).min(LADDER[LADDER.len() - 1]);
    let floor = String::from("Only fleet's side is seen, so the real wait is unknown: 5 s, which was measured to silence stalls of 1.5 s.");
    let text = format!("The proven wait of {} with a margin of a quarter.", human(wait));
    let why = vec![
        bound(Side::AtLeast, Basis::Judgement, PARAMETER, Some(FLOOR), floor),
        bound(Side::AtLeast, Basis::Derived, PARAMETER, Some(proven), text),
    ];
    Need::AtLeast(proven.max(FLOOR), why)
}

/// At least two moments, or three requests in one: less may be a single slow answer.
fn enough(facts: &Facts) -> bool {
    let lines: usize = facts.fleet_failures.iter().map(|failure| failure.events.len()).sum();
    facts.fleet_failures.len() >= 2 || lines >= 3
}

fn propose(facts: &Facts, need: Micros, mut why: Vec<Bound>) -> Decision {
    let now = facts.value(PARAMETER);
    let value = rung(&LADDER, need).unwrap_or(LADDER[LADDER.len() - 1]);
    if value <= now {
        let text = format!("{} is already above what the input asks for, {}.", PARAMETER.human(now), human(need));
        return Decision::keep(facts, PARAMETER, vec![remark(text)]);
    }
    why.push(bound(
        Side::AtMost,
        Basis::Derived,
        PARAMETER,
        None,
        String::from("A twelfth of agent-ttl, so that a beat has time for several tries."),
    ));
    let guessed = stall_to_survive(facts).is_none_or(|(_, guessed)| guessed);
    Decision {
        proposed: Some(value),
        because: why,
        neighbours: neighbours(value, need),
        cost: format!(
            "An etcd that hangs is noticed after {} instead of {}; a failing beat takes up to twice that.",
            PARAMETER.human(value),
            PARAMETER.human(now)
        ),
        confidence: confidence(facts, guessed, PARAMETER, RUN.contains(&value)),
        findings: vec!["fleet-etcd-request-cancelled", "fleet-registry-timeout"],
        ..Decision::keep(facts, PARAMETER, Vec::new())
    }
}

fn neighbours(value: Micros, need: Micros) -> Vec<String> {
    let at = LADDER.iter().position(|rung| *rung == value).unwrap_or(0);
    let mut texts = Vec::new();
    if let Some(below) = at.checked_sub(1).map(|below| LADDER[below]) {
        texts.push(format!("Not {}: below the {} asked for.", PARAMETER.human(below), human(need)));
    }
    if let Some(above) = LADDER.get(at + 1) {
        texts.push(format!("Not {}: nothing asks for it, and it needs agent-ttl {} or more.", PARAMETER.human(*above), human(12 * above)));
    }
    texts
}

/// Failed requests that a limit of `timeout` would not have saved: a stall at least that long, or
/// no stall at all to tie them to (method 5.5).
pub fn remaining(facts: &Facts, timeout: Micros) -> u64 {
    let saved = |stall: Option<usize>| stall.is_some_and(|at| facts.stalls[at].planned < timeout);
    facts.fleet_failures.iter().filter(|failure| !saved(failure.stall)).count() as u64
}
