//! etcd's pair: election-timeout and heartbeat-interval, always decided together.

use super::{Bound, Decision, bound, confidence, remark, rung, stall_to_survive, stated_bounds};
use crate::facts::{Facts, Generation, StallKind};
use crate::model::raft::{failover, planning_failover};
use crate::parameters::Parameter;
use crate::replay::{self, Replayed};
use crate::rules::{Basis, Finding, Side};
use crate::units::{MS, Micros, S, human};

/// Rungs of the election-timeout; heartbeat-interval is a tenth (method 7.2).
const LADDER: [Micros; 14] = [
    500 * MS,
    1000 * MS,
    1500 * MS,
    2000 * MS,
    2500 * MS,
    3000 * MS,
    3500 * MS,
    4000 * MS,
    5000 * MS,
    6000 * MS,
    8000 * MS,
    10_000 * MS,
    15_000 * MS,
    20_000 * MS,
];
/// Pairs that were run on real clusters (lab, sections 2 and 3); all others are interpolated.
const RUN: [Micros; 3] = [1000 * MS, 2500 * MS, 6000 * MS];
/// etcd refuses more. etcd-io/etcd@v2.3.8:etcdmain/config.go:50 and 319-323.
const HARD_LIMIT: Micros = 50_000 * MS;
/// etcd 2.0 drops a peer stream on which nothing was heard for five seconds, and sends no
/// keep-alive on it (etcd-io/etcd@v2.0.13:rafthttp/transport.go). A heartbeat must come well before.
const STREAM_TIMEOUT_2_0: Micros = 5 * S;

/// What the pair becomes.
pub struct Pair {
    pub heartbeat: Decision,
    pub election: Decision,
    pub too_long: Option<TooLong>,
}

/// No sensible election-timeout outlasts the stall.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TooLong {
    /// The stall to plan with.
    pub stall: Micros,
    /// What it would need.
    pub need: Micros,
    /// The user's failover budget forbids it (else the ladder ends before it).
    pub by_budget: bool,
}

/// Decides the pair.
pub fn decide(facts: &Facts, findings: &[Finding], replay: &Replayed) -> Pair {
    let (now_h, now_t) = (facts.value(Parameter::HeartbeatInterval), facts.value(Parameter::ElectionTimeout));
    if let Some((heartbeat, election, why)) = repair(facts, now_h, now_t) {
        return set(facts, findings, heartbeat, election, why);
    }
    match raise_for_stalls(facts, replay, now_t) {
        Raise::To(election, why) => set(facts, findings, election / 10, election, why),
        Raise::Beyond(too_long, why) => Pair { too_long: Some(too_long), ..keep(facts, why) },
        Raise::No(why) => keep(facts, why),
    }
}

enum Raise {
    To(Micros, Vec<Bound>),
    Beyond(TooLong, Vec<Bound>),
    No(Vec<Bound>),
}

/// A pair that cannot work, whatever the log says: etcd refuses it, or its version cannot carry it.
fn repair(facts: &Facts, heartbeat: Micros, election: Micros) -> Option<(Micros, Micros, Vec<Bound>)> {
    let parameter = Parameter::ElectionTimeout;
    let stated = |parameter| facts.in_force(parameter).place.is_some();
    if !facts.has_etcd() || facts.generation == Generation::V04 {
        return None;
    }
    if 5 * heartbeat > election && (stated(Parameter::HeartbeatInterval) || stated(parameter)) {
        let text =
            format!("etcd refuses an election-timeout below five heartbeats: 5 × {} is above {}.", human(heartbeat), human(election));
        let why = vec![bound(Side::AtLeast, Basis::Source, parameter, Some(5 * heartbeat), text)];
        // The stated half is what somebody wanted; the other half follows it.
        let pair = if stated(parameter) && election >= 1000 * MS {
            (election / 10, election)
        } else {
            (heartbeat, rung(&LADDER, 10 * heartbeat)?)
        };
        return Some((pair.0, pair.1, why));
    }
    let before_keep_alive = facts.etcd.is_none_or(|range| range.low < (2, 1, 0)) && facts.generation == Generation::V2;
    if heartbeat >= STREAM_TIMEOUT_2_0 && before_keep_alive || election > HARD_LIMIT {
        let text = format!(
            "etcd 2.0 closes a peer connection on which it heard nothing for 5 s, so a heartbeat every {} comes too late.",
            human(heartbeat)
        );
        return Some((250 * MS, 2500 * MS, vec![bound(Side::AtMost, Basis::Source, parameter, Some(HARD_LIMIT), text)]));
    }
    None
}

/// election-timeout is raised only when needless leader changes, or near misses, ask for it (method 6.2).
fn raise_for_stalls(facts: &Facts, replay: &Replayed, now: Micros) -> Raise {
    let asked = facts.assumptions.stall_ms.is_some();
    let near_miss = replay.needless == 0 && (replay.expected.1 >= 1.0 && replay.expected.0 < 3.0 || nearly_lost_04(facts));
    if !(asked || replay.share() >= 0.2 || near_miss) {
        return Raise::No(vec![remark(why_not_raised(facts, replay))]);
    }
    if facts.members == Some(1) {
        return Raise::No(vec![remark("A cluster of one member has no follower that could start an election.")]);
    }
    let Some((stall, _)) = stall_to_survive(facts) else { return Raise::No(vec![remark("No stall of a leader is measured.")]) };
    let why = reasons(facts, stall);
    let need = needed(facts, stall);
    let Some(election) = LADDER.iter().copied().find(|rung| fits(facts, *rung, stall)) else {
        return Raise::Beyond(TooLong { stall, need, by_budget: false }, why);
    };
    if over_budget(facts, election) {
        return Raise::Beyond(TooLong { stall, need, by_budget: true }, why);
    }
    if election <= now {
        return Raise::No(vec![remark(format!(
            "{} already outlasts the longest stall, {}, with margin.",
            Parameter::ElectionTimeout.human(now),
            human(stall)
        ))]);
    }
    Raise::To(election, why)
}

/// etcd 0.4 itself says that a gap came near the timeout: above 0.8 of it (etcd-io/etcd@v0.4.9:server/peer_server.go).
/// One such gap may be chance.
fn nearly_lost_04(facts: &Facts) -> bool {
    facts.generation == Generation::V04 && facts.stalls.iter().filter(|stall| stall.kind == StallKind::NearTimeout).count() >= 2
}

/// With the margin of a quarter; a rung may miss it by 2 %, as 1.25 is a judgement (method 7.2).
fn fits(facts: &Facts, rung: Micros, stall: Micros) -> bool {
    let bare = rung >= stall + 2 * (rung / 10);
    let margin = rung * 102 / 100 >= stall * 5 / 4 + 2 * (rung / 10);
    bare && margin && rung >= 10 * round_trip(facts) && rung >= least(facts)
}

/// No proposal goes below the default of etcd 2 and later, or half of it for 0.4 (method 6.1).
fn least(facts: &Facts) -> Micros {
    if facts.generation == Generation::V04 { 500 * MS } else { 1000 * MS }
}

/// T at least 1.25 S + 2H at H = T/10 (method 6.1).
fn needed(facts: &Facts, stall: Micros) -> Micros {
    (stall * 25 / 16).max(10 * round_trip(facts))
}

fn round_trip(facts: &Facts) -> Micros {
    facts.assumptions.peer_rtt_ms.map_or(0, |ms| (ms * MS as f64) as Micros)
}

fn over_budget(facts: &Facts, election: Micros) -> bool {
    let p50 = failover(&replay::timers(facts, election / 10, election), round_trip(facts)).p50;
    facts.assumptions.failover_budget_ms.is_some_and(|budget| p50 as f64 > budget * MS as f64)
}

fn reasons(facts: &Facts, stall: Micros) -> Vec<Bound> {
    let parameter = Parameter::ElectionTimeout;
    let bare = stall * 5 / 4;
    let mut reasons = vec![
        bound(
            Side::AtLeast,
            Basis::Judgement,
            parameter,
            Some(needed(facts, stall)),
            format!("With a margin of a quarter: 1.25 × {} plus two heartbeats, each a tenth of the timeout.", human(stall)),
        ),
        bound(
            Side::AtLeast,
            Basis::Measured,
            parameter,
            Some(bare),
            format!("The longest stall to outlast is {}, and two heartbeats come on top.", human(stall)),
        ),
        bound(Side::AtMost, Basis::Source, parameter, Some(HARD_LIMIT), String::from("etcd accepts at most 50000 ms.")),
    ];
    if round_trip(facts) > 0 {
        let text = format!("Ten round trips of {} between members.", human(round_trip(facts)));
        reasons.push(bound(Side::AtLeast, Basis::Documentation, parameter, Some(10 * round_trip(facts)), text));
    }
    reasons
}

fn why_not_raised(facts: &Facts, replay: &Replayed) -> String {
    if !facts.has_etcd() {
        return String::from("The input shows no line and no setting of etcd, so nothing bounds its timers.");
    }
    if facts.logs.is_empty() {
        return String::from("No log is here, so no stall is known that would ask for another value.");
    }
    match (replay.needless, facts.changes.is_empty()) {
        (0, true) => String::from("No leader change is in the log."),
        (0, false) => String::from("No living leader lost its place in the log; elections after a process ended are wanted."),
        _ => String::from("No measured stall explains the leader changes, so a longer timeout is not known to help."),
    }
}

fn keep(facts: &Facts, why: Vec<Bound>) -> Pair {
    let heartbeat = Decision::keep(
        facts,
        Parameter::HeartbeatInterval,
        vec![remark("It follows the election-timeout: a tenth of it, at most a fifth.")],
    );
    Pair { heartbeat, election: Decision::keep(facts, Parameter::ElectionTimeout, why), too_long: None }
}

fn set(facts: &Facts, findings: &[Finding], heartbeat: Micros, election: Micros, mut why: Vec<Bound>) -> Pair {
    let guessed = stall_to_survive(facts).is_none_or(|(_, guessed)| guessed);
    let sure = confidence(facts, guessed, Parameter::ElectionTimeout, RUN.contains(&election));
    let behind: Vec<&'static str> =
        findings.iter().filter(|finding| finding.parameters.contains(&Parameter::ElectionTimeout)).map(|finding| finding.id).collect();
    for stated in stated_bounds(findings, Parameter::ElectionTimeout) {
        if !why.iter().any(|known| known.value == stated.value) {
            why.push(stated);
        }
    }
    let election_decision = Decision {
        proposed: changed(facts, Parameter::ElectionTimeout, election),
        because: why,
        neighbours: neighbours(facts, election),
        cost: cost(facts, election),
        confidence: sure,
        findings: behind.clone(),
        ..Decision::keep(facts, Parameter::ElectionTimeout, Vec::new())
    };
    let tenth = format!("A tenth of {}: ten beats may be missed before a follower campaigns.", Parameter::ElectionTimeout.human(election));
    let fifth = format!("etcd refuses more than a fifth: {}.", human(election / 5));
    let heartbeat_decision = Decision {
        proposed: changed(facts, Parameter::HeartbeatInterval, heartbeat),
        because: vec![
            bound(Side::AtLeast, Basis::Derived, Parameter::HeartbeatInterval, Some(election / 10), tenth),
            bound(Side::AtMost, Basis::Source, Parameter::HeartbeatInterval, Some(election / 5), fifth),
        ],
        neighbours: vec![
            format!("Not {}: a smaller one brings no more calm, only more messages (measured).", human(heartbeat / 2)),
            format!("Not {}: five ticks widen the spread, and on etcd 3 they double the slow failovers (measured).", human(heartbeat * 2)),
        ],
        cost: format!("A stall below {} to {} leaves no late-heartbeat line.", human(heartbeat), human(2 * heartbeat)),
        confidence: sure,
        findings: behind,
        ..Decision::keep(facts, Parameter::HeartbeatInterval, Vec::new())
    };
    Pair { heartbeat: heartbeat_decision, election: election_decision, too_long: None }
}

fn changed(facts: &Facts, parameter: Parameter, value: Micros) -> Option<Micros> {
    (facts.in_force(parameter).value != Some(value)).then_some(value)
}

fn neighbours(facts: &Facts, election: Micros) -> Vec<String> {
    let Some(at) = LADDER.iter().position(|rung| *rung == election) else { return Vec::new() };
    let mut texts = Vec::new();
    let Some((stall, _)) = stall_to_survive(facts) else { return texts };
    if let Some(below) = at.checked_sub(1).map(|below| LADDER[below]) {
        let need = stall * 5 / 4 + below / 5;
        texts.push(format!("Not {}: with the margin it would have to be {}.", Parameter::ElectionTimeout.human(below), human(need)));
    }
    if let Some(above) = LADDER.get(at + 1) {
        let more = failover_of(facts, *above) - failover_of(facts, election);
        texts.push(format!(
            "Not {}: a leader that really dies would be replaced {} later, and no stall asks for it.",
            Parameter::ElectionTimeout.human(*above),
            human(more)
        ));
    }
    texts
}

fn failover_of(facts: &Facts, election: Micros) -> Micros {
    failover(&replay::timers(facts, election / 10, election), round_trip(facts)).p50
}

/// What a pair costs when a leader really dies (lab, sections 2 and 8.1).
fn cost(facts: &Facts, election: Micros) -> String {
    let timers = replay::timers(facts, election / 10, election);
    let (then, now) = (failover(&timers, round_trip(facts)), failover(&replay::timers_in_force(facts), round_trip(facts)));
    let slow = if facts.generation == Generation::V3 {
        format!(" One failover in ten may take {} to {}.", human(2 * election), human(planning_failover(facts.generation, election)))
    } else {
        String::new()
    };
    format!(
        "A leader that really dies is replaced after about {} instead of {} (nine in ten within {}).{slow} A request caught in it can hang up to {}.",
        human(then.p50),
        human(now.p50),
        human(then.p90),
        human(5 * S + 2 * election),
    )
}
