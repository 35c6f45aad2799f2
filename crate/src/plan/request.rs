//! fleet's etcd-request-timeout: longer than the stalls of etcd that it should ride out.

use super::{Bound, Decision, Doubts, as_the_file_means, bearing_on, beside, bound, if_set_since, load, remark, rung, stall_to_survive};
use crate::facts::failures::{proven_wait, proven_wait_with};
use crate::facts::{Facts, FleetFailure};
use crate::ids::RuleId;
use crate::log::event::{Event, Meaning};
use crate::model::planning_failover;
use crate::parameters::Parameter;
use crate::report::{Basis, Provenance, Side};
use crate::rules::{Finding, named, raised};
use crate::units::{MS, Micros, S, human};
use crate::version::version;

/// Rungs (method 7.2).
pub(super) const LADDER: [Micros; 7] = [S, 2 * S, 3 * S, 5 * S, 8 * S, 10 * S, 15 * S];
/// Values that were run on real clusters (lab, sections 5 and 8).
const RUN: [Micros; 3] = [S, 5 * S, 10 * S];
const RUN_TEXT: &str = "1, 5 and 10\u{a0}s";
/// With evidence from fleet alone the real wait is unknown; 5 s was measured to silence stalls of 1.5 s (method 6.5).
const FLOOR: Micros = 5 * S;
const PARAMETER: Parameter = Parameter::EtcdRequestTimeout;
/// Findings that explain failed requests better than a short limit does.
const ETCD_IS_CUT_OFF: [RuleId; 6] = [
    RuleId::EtcdPeerNetwork,
    RuleId::EtcdNoQuorum,
    RuleId::EtcdUnreachable,
    RuleId::EtcdClusterIdMismatch,
    RuleId::EtcdTls,
    RuleId::EtcdMemberRemoved,
];

/// The highest value that is proposed; a longer wait is a matter for agent-ttl (method 6.5).
pub const HIGHEST: Micros = LADDER[LADDER.len() - 1];

/// Decides the request timeout.
pub fn decide(facts: &Facts, findings: &[Finding]) -> Decision {
    let (decided, need) = match need(facts, findings) {
        Need::No(why) => (as_the_file_means(facts, PARAMETER, &|value| cost(facts, value)).unwrap_or_else(|| kept(facts, why)), FLOOR),
        Need::AtLeast(need, why) => (propose(facts, findings, need, why), need),
    };
    if decided.proposed.is_none() && is_too_long(facts, findings) { lower(facts, findings, need) } else { decided }
}

/// Whether it is above what is proposed at all and agent-ttl is too short for it: to raise that to twelve of it would leave
/// the units of a dead machine waiting for minutes.
fn is_too_long(facts: &Facts, findings: &[Finding]) -> bool {
    facts.value(PARAMETER) > HIGHEST && raised(findings, RuleId::ConfigAgentTtlTooShort).is_some()
}

/// Down to a twelfth of agent-ttl, but not below what is needed.
fn lower(facts: &Facts, findings: &[Finding], need: Micros) -> Decision {
    let ttl = facts.value(Parameter::AgentTtl);
    let fitting = LADDER.into_iter().rev().find(|rung| 12 * rung <= ttl).unwrap_or(FLOOR);
    let value = rung(&LADDER, need).unwrap_or(HIGHEST).max(fitting);
    let text = format!("Above {} a longer wait is a matter for agent-ttl alone.", human(HIGHEST));
    let why = vec![bound(Side::AtMost, Basis::Judgement, PARAMETER, Some(HIGHEST), text), twelfth(ttl)];
    let interpolated = (!RUN.contains(&value)).then_some(RUN_TEXT);
    let decision = Decision::set(facts, PARAMETER, value, why, Doubts { interpolated, ..Doubts::default() });
    Decision { neighbours: neighbours(facts, value, need), cost: cost(facts, value), findings: bearing_on(findings, PARAMETER), ..decision }
}

fn twelfth(ttl: Micros) -> Bound {
    let text = format!("A twelfth of agent-ttl: {} / 12 = {}.", Parameter::AgentTtl.human(ttl), human(ttl / 12));
    bound(Side::AtMost, Basis::Derived, PARAMETER, Some(ttl / 12), text)
}

fn kept(facts: &Facts, why: &str) -> Decision {
    let mut because = vec![remark(why)];
    let mut neighbours = Vec::new();
    let now = facts.value(PARAMETER);
    let stall = stall_to_survive(facts).map(|(stall, _)| stall);
    if let (false, Some(stall)) = (facts.has_fleet(), stall) {
        because.push(remark(format!(
            "If fleet runs on this etcd, it must outlast the stalls of etcd's leader: 1.25 × {} = {}.",
            human(stall),
            human(stall * 5 / 4)
        )));
    }
    if facts.has_fleet() {
        because.push(twelfth(facts.value(Parameter::AgentTtl)));
        if let Some(stall) = stall {
            let text = format!("It must outlast the stalls of etcd's leader: 1.25 × {} = {}.", human(stall), human(stall * 5 / 4));
            because.push(bound(Side::AtLeast, Basis::Measured, PARAMETER, Some(stall * 5 / 4), text));
        } else if facts.in_force(PARAMETER).provenance == Provenance::Stated {
            because.push(remark(format!("It outlasts stalls of up to {} with margin: {} / 1.25.", human(now * 4 / 5), human(now))));
        }
    }
    let failover = planning_failover(facts.generation, facts.value(Parameter::ElectionTimeout));
    if facts.in_force(PARAMETER).provenance == Provenance::Stated && now < failover {
        neighbours.push(format!("Not above a failover, {}: {LOST_ANYWAY}", human(failover)));
    }
    Decision { neighbours, ..Decision::keep(facts, PARAMETER, because) }
}

/// Why no limit is long enough for a leader's death (lab, section 8.2).
const LOST_ANYWAY: &str = "a request begun between a leader's death and the next leader was lost at 1, 5 and 10\u{a0}s alike.";

enum Need {
    No(&'static str),
    AtLeast(Micros, Vec<Bound>),
}

fn need(facts: &Facts, findings: &[Finding]) -> Need {
    if facts.fleet_failures.is_empty() {
        return Need::No(nothing_failed(facts, findings));
    }
    let met_stall = many(facts, &|failure| failure.stall.is_some());
    if let (true, Some((stall, _))) = (met_stall, stall_to_survive(facts)) {
        return for_stall(facts, stall);
    }
    match other_reason(facts, findings) {
        Some(why) => Need::No(why),
        None => for_proven_wait(facts),
    }
}

fn nothing_failed(facts: &Facts, findings: &[Finding]) -> &'static str {
    match (facts.has_fleet(), named(findings, RuleId::ClientHttp500).is_some()) {
        (_, true) => {
            "Not yet. It is the first candidate if fleetd's log says that requests ran into their limit. It is useless if they were refused."
        }
        (true, false) if facts.without_log() => "No log is here, so no request is known that ran into this limit.",
        (true, false) => "No request of fleet ran into this limit in the input.",
        (false, false) => "fleet is not in the input.",
    }
}

/// A few of many that met a stall do not make it what the others waited for (method 5.3).
fn many(facts: &Facts, tied: &dyn Fn(&FleetFailure) -> bool) -> bool {
    let tied = facts.fleet_failures.iter().filter(|failure| tied(failure)).count();
    tied > 0 && tied * 5 >= facts.fleet_failures.len()
}

fn for_stall(facts: &Facts, stall: Micros) -> Need {
    let asked = stall * 5 / 4;
    if asked > HIGHEST && remaining(facts, HIGHEST) == remaining(facts, facts.value(PARAMETER)) {
        return Need::No(
            "The requests waited for a stall that no sensible limit outlasts. A longer one would only hold each call for longer.",
        );
    }
    let text =
        format!("It must outlast the stall that the requests waited for: 1.25 × {} = {}.", in_sum(stall, asked), in_sum(asked, asked));
    let follows = "fleet fails when a stall outlasts this limit, not when the leader changes: 16 errors without any election at 1\u{a0}s, none beside 11 elections at 5\u{a0}s (measured).";
    Need::AtLeast(asked, vec![bound(Side::AtLeast, Basis::Measured, PARAMETER, Some(asked), text), remark(follows)])
}

/// A part of a sum, to the millisecond where the sum ends in one below 10 s: it is held against the value above it.
fn in_sum(part: Micros, sum: Micros) -> String {
    if sum < 10 * S && sum % (10 * MS) != 0 { Parameter::ElectionTimeout.human(part) } else { human(part) }
}

/// What explains the failed requests better than a short limit does, or leaves it open.
fn other_reason(facts: &Facts, findings: &[Finding]) -> Option<&'static str> {
    let met_change = |failure: &FleetFailure| failure.change.is_some();
    if facts.leader_changed() && facts.fleet_failures.iter().any(met_change) {
        return Some(if many(facts, &met_change) {
            "The requests failed while etcd had no leader. A request begun then is lost whatever this limit is: measured at 1, 5 and 10 s."
        } else {
            "Hardly one of the requests failed while etcd's leader stalled or was missing, so neither tells what this limit should be. Find the other cause first."
        });
    }
    if ETCD_IS_CUT_OFF.iter().any(|id| raised(findings, *id).is_some()) {
        return Some(
            "etcd itself is cut off or down in this input, which explains the failed requests; waiting longer does not bring it back.",
        );
    }
    if !enough(facts) {
        return Some("Too few requests failed to judge by: one late answer is no pattern.");
    }
    leader_ran_meanwhile(facts).then_some(
        "The log of etcd's leader goes on through these moments and shows no stall. Look at the machine whose requests failed first: its own etcd, its disk, its link.",
    )
}

/// For how long etcd gave no answer is all that is known.
fn for_proven_wait(facts: &Facts) -> Need {
    let wait = proven_wait(facts).unwrap_or(0);
    let asked = wait * 5 / 4;
    let here = if facts.etcd_beside_fleet() {
        "etcd's log does not show what they waited for"
    } else {
        "Only fleet's log tells of the failed requests"
    };
    let floor = format!("{here}, so the real wait is unknown. 5 s was enough for stalls of 1.5 s (measured).");
    let sum =
        format!("etcd gave no answer for at least {}. With a margin of a quarter: 1.25 × {} = {}", human(wait), human(wait), human(asked));
    // No request waits so long; what does is presence (method 6.5).
    let beyond = asked > HIGHEST;
    if beyond && facts.value(PARAMETER) >= FLOOR {
        return Need::No(
            "etcd gave no answer for longer than any sensible limit outlasts. A longer one would only hold each call for longer; how long a machine may be silent is a matter for agent-ttl.",
        );
    }
    let proven = if beyond { 0 } else { asked };
    let text = if beyond { remark(format!("{sum}: a matter for agent-ttl.")) } else { at_least_derived(proven, sum) };
    let mut why = vec![bound(Side::AtLeast, Basis::Judgement, PARAMETER, Some(FLOOR), floor), text];
    // What decides stands first.
    if proven > FLOOR {
        why.reverse();
    }
    Need::AtLeast(proven.max(FLOOR), why)
}

fn at_least_derived(value: Micros, text: String) -> Bound {
    bound(Side::AtLeast, Basis::Derived, PARAMETER, Some(value), text + ".")
}

/// Whether the log of the member that led goes on through each moment in which fleet gave up. From 2.3 on a leader prints
/// how long it stood still, so one that prints nothing is not what the requests waited for (method 5.3).
fn leader_ran_meanwhile(facts: &Facts) -> bool {
    let through = |moment: Micros| {
        let led = facts.changes.iter().filter(|change| change.elected.is_some_and(|elected| elected <= moment));
        let Some(change) = led.max_by_key(|change| change.elected) else { return false };
        let Some(won) = change.events.iter().find(|id| facts.event(**id).meaning == Meaning::BecameLeader) else { return false };
        let own = |event: &&Event| event.is_etcd_server() && event.host == facts.event(*won).host;
        let last = facts.logs[won.log].events.iter().rev().find(own).and_then(|event| event.time);
        last.is_some_and(|last| last.micros >= moment)
    };
    let tells = facts.etcd.is_some_and(|range| range.low >= version(2, 3, 0));
    tells && facts.fleet_failures.iter().all(|failure| failure.stall.is_none() && failure.time.is_some_and(through))
}

/// At least two moments, or three requests in one: less may be a single slow answer.
fn enough(facts: &Facts) -> bool {
    let requests: usize = facts.fleet_failures.iter().map(|failure| failure.events.len()).sum();
    facts.fleet_failures.len() >= 2 || requests >= 3
}

fn propose(facts: &Facts, findings: &[Finding], need: Micros, mut why: Vec<Bound>) -> Decision {
    let now = facts.value(PARAMETER);
    let value = rung(&LADDER, need).unwrap_or(HIGHEST);
    if value <= now {
        let text = format!("{} is already as high as the input asks for, {}.", PARAMETER.human(now), human(need));
        return Decision::keep(facts, PARAMETER, vec![remark(text)]);
    }
    let at_most = format!(
        "Together with agent-ttl, which must be twelve times as long; above {} a longer wait is a matter for agent-ttl alone.",
        human(HIGHEST)
    );
    why.push(bound(Side::AtMost, Basis::Judgement, PARAMETER, Some(HIGHEST), at_most));
    why.push(bound(Side::AtMost, Basis::Measured, PARAMETER, None, format!("A failover asks for no other value: {LOST_ANYWAY}")));
    let guessed = stall_to_survive(facts).is_none_or(|(_, guessed)| guessed);
    let interpolated = (!RUN.contains(&value)).then_some(RUN_TEXT);
    let mut decision = Decision::set(facts, PARAMETER, value, why, Doubts { guessed, interpolated, ..Doubts::default() });
    decision.because.extend(set_since(facts).or_else(|| if_set_elsewhere(facts, value)));
    Decision { neighbours: neighbours(facts, value, need), cost: cost(facts, value), findings: bearing_on(findings, PARAMETER), ..decision }
}

/// A stated value is taken to be in force; what changes if it is the answer to this log and not what it shows (method 1.2).
fn set_since(facts: &Facts) -> Option<Bound> {
    let (now, default) = (facts.in_force(PARAMETER), PARAMETER.default_value());
    let value = now.value.filter(|value| now.place.is_some() && now.event.is_none() && *value > default)?;
    let asked = FLOOR.max(proven_wait_with(facts, default)? * 5 / 4);
    (value >= asked && stall_to_survive(facts).is_none()).then(|| if_set_since(PARAMETER, value, asked, default))
}

/// Of a log alone the default is assumed; what changes if fleetd was started with another limit (method 1.2).
fn if_set_elsewhere(facts: &Facts, value: Micros) -> Option<Bound> {
    let assumed = facts.in_force(PARAMETER).provenance == Provenance::Default && facts.configurations.is_empty();
    assumed.then(|| {
        remark(format!(
            "The limit in force is not in the input: see what fleetd is started with. If that is {} already, the same lines tell of longer waits, and etcd is to be fixed first.",
            PARAMETER.human(value)
        ))
    })
}

fn cost(facts: &Facts, value: Micros) -> String {
    format!(
        "An etcd that hangs holds each call of fleet for {}{}, and one beat of a machine's presence for up to {}.",
        PARAMETER.human(value),
        load::instead(facts, &PARAMETER.human(facts.value(PARAMETER))),
        human(facts.slowest_beat(value))
    )
}

fn neighbours(facts: &Facts, value: Micros, need: Micros) -> Vec<String> {
    let (mut texts, [below, above]) = (Vec::new(), beside(&LADDER, value));
    if let Some(below) = below {
        texts.push(format!("Not {}: below the {} asked for.", PARAMETER.human(below), in_sum(need, need)));
    }
    if let Some(above) = above {
        let more = if 12 * above > facts.value(Parameter::AgentTtl) {
            format!(", and it needs an agent-ttl of {} or more", human(12 * above))
        } else {
            String::new()
        };
        texts.push(format!("Not {}: nothing asks for it{more}.", PARAMETER.human(above)));
    }
    texts
}

/// Failed requests that a limit of `timeout` would not have saved: a stall at least that long, or
/// no stall at all to tie them to (method 5.5).
pub fn remaining(facts: &Facts, timeout: Micros) -> u64 {
    let saved = |stall: Option<usize>| stall.is_some_and(|at| facts.stalls[at].planned < timeout);
    facts.fleet_failures.iter().filter(|failure| !saved(failure.stall)).count() as u64
}
