//! A pair of election-timeout and heartbeat-interval with its reasons, its neighbours and its price.

use super::ladder::{LADDER, fits, is_operated, least, needed, tenth, waits_too_little};
use super::{Bound, Decision, Doubts, bearing_on, beside, bound, confidence, remark, stall_length, writes_anew};
use crate::facts::{Facts, Generation};
use crate::log::event::Meaning;
use crate::model::fleet::etcd_patience;
use crate::model::{Failover, planning_failover, safe_stall};
use crate::parameters::{LONGEST_ELECTION, Parameter};
use crate::replay;
use crate::report::{Basis, Provenance, Side};
use crate::rules::Finding;
use crate::units::{MS, Micros, S, about, decimal, human};
use crate::version::version;

/// Pairs that were run on real clusters (lab, sections 2 and 3); all others are interpolated.
const RUN: [Micros; 3] = [1000 * MS, 2500 * MS, 6000 * MS];

/// What the pair becomes.
pub struct Pair {
    pub heartbeat: Decision,
    pub election: Decision,
    pub too_long: Option<TooLong>,
    /// The pair in force cannot work, whatever the log says.
    pub repairs: bool,
}

/// No sensible election-timeout outlasts the stall.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TooLong {
    /// The stall to plan with.
    pub stall: Micros,
    /// What it would need.
    pub need: Micros,
    /// What sets the limit.
    pub limit: Limit,
}

/// What no proposal goes beyond.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Limit {
    /// The end of the ladder.
    Sense,
    /// The failover that the user accepts.
    Budget,
    /// The longest pair that the operator knows, which writes etcd's configuration.
    Operator,
}

impl Limit {
    /// The timers within it, as in "no ... a stall of 3 s". The operator's longer one may be longer than a stall that it does not
    /// outlast with its two heartbeats of half a second.
    pub fn timer_outlasts(self) -> &'static str {
        match self {
            Limit::Sense => "sensible timer outlasts",
            Limit::Budget => "timer that keeps to your failover budget outlasts",
            Limit::Operator => "timer that OpenShift's operator knows is sure to outlast",
        }
    }
}

/// Leaves both as they are, and says what they carry and cost.
pub(super) fn keep(facts: &Facts, why: Vec<Bound>) -> Pair {
    let mut heartbeat = Decision::keep(facts, Parameter::HeartbeatInterval, vec![remark(ratio(facts))]);
    let mut election = Decision::keep(facts, Parameter::ElectionTimeout, why);
    if facts.has_etcd() && facts.members != Some(1) {
        let (beat, wait) = (heartbeat.value(), election.value());
        let timers = replay::timers_in_force(facts);
        let then = facts.failover(&timers);
        let carried = ((wait - 2 * beat) * 4 / 5).max(0);
        let text = format!(
            "It carries stalls of up to {} with margin: ({} − 2 × {}) / 1.25. None below {} can cause an election.",
            ms(carried),
            ms(wait),
            ms(beat),
            ms(safe_stall(&timers))
        );
        election.because.push(bound(Side::AtMost, Basis::Derived, Parameter::ElectionTimeout, None, text));
        election.cost = format!(
            "A leader that really dies is replaced after about {} (nine in ten within {}), as it is now.",
            about(then.p50),
            about(then.p90)
        );
        heartbeat.cost = blind(facts, beat);
        election.because.extend(slow_sync(facts, carried));
        election.neighbours.extend(cheaper(facts, wait));
    }
    Pair { heartbeat, election, too_long: None, repairs: false }
}

pub(super) fn set(facts: &Facts, findings: &[Finding], heartbeat: Micros, election: Micros, mut why: Vec<Bound>, doubts: Doubts) -> Pair {
    let interpolated = (!RUN.contains(&election)).then_some("only 1000, 2500 and 6000\u{a0}ms");
    let (sure, doubts) = confidence(facts, Parameter::ElectionTimeout, Doubts { interpolated, ..doubts });
    let behind = bearing_on(findings, Parameter::ElectionTimeout);
    why.extend(doubts);
    let decide = |parameter, value, because, neighbours, cost| {
        let kept = Decision::keep(facts, parameter, Vec::new());
        let is_new = kept.current.value != Some(value) || writes_anew(facts, parameter, value);
        let proposed = is_new.then_some(value);
        Decision { proposed, because, neighbours, cost, confidence: sure, findings: behind.clone(), ..kept }
    };
    let side = |side, basis, value, text| bound(side, basis, Parameter::HeartbeatInterval, Some(value), text);
    let operated = is_operated(facts);
    let mut beat_bounds = if operated {
        vec![remark("It comes with the election-timeout: OpenShift's operator sets the two as a pair.")]
    } else {
        let tenth = format!("A tenth of {}: a follower campaigns only after ten missed beats.", ms(election));
        vec![side(Side::AtLeast, Basis::Judgement, election / 10, tenth)]
    };
    // etcd 0.4 checks neither (etcd-io/etcd@v0.4.9:config/config.go).
    if facts.generation != Generation::V04 {
        let fifth = format!("etcd refuses more than a fifth: {} / 5 = {}.", ms(election), ms(election / 5));
        beat_bounds.push(side(Side::AtMost, Basis::Source, election / 5, fifth));
    }
    // etcd 0.4 does not count ticks, and sends what is written with its heartbeats.
    let longer = match facts.generation {
        Generation::V04 => "each write waits for the next heartbeat",
        _ => "five ticks widen the spread, and on etcd 3 they double the slow failovers (measured)",
    };
    let beat_neighbours = if operated {
        Vec::new()
    } else {
        vec![
            format!("Not {}: a smaller one brings no more calm, only more messages (measured).", ms(heartbeat / 2)),
            format!("Not {}: {longer}.", ms(heartbeat * 2)),
        ]
    };
    Pair {
        heartbeat: decide(Parameter::HeartbeatInterval, heartbeat, beat_bounds, beat_neighbours, beat_cost(facts, heartbeat)),
        election: decide(Parameter::ElectionTimeout, election, why, neighbours(facts, election), cost(facts, heartbeat, election)),
        too_long: None,
        repairs: false,
    }
}

/// No proposal goes below the default (method 6.1).
pub(super) fn above_default(facts: &Facts) -> Bound {
    let least = least(facts);
    let of = if facts.generation == Generation::V04 { "Half of what is etcd's default from 2.0 on" } else { "etcd's default" };
    let text = format!("{of}, {}: a follower that waits for less takes a busy machine for a dead one.", ms(least));
    bound(Side::AtLeast, Basis::Documentation, Parameter::ElectionTimeout, Some(least), text)
}

/// The inequalities with their numbers, for this value.
pub(super) fn reasons(facts: &Facts, stall: Micros, (beat, election): (Micros, Micros)) -> Vec<Bound> {
    let parameter = Parameter::ElectionTimeout;
    let mut reasons = Vec::new();
    if waits_too_little(facts) {
        reasons.push(above_default(facts));
    }
    if stall > 0 {
        let (margin, bare) = (stall * 5 / 4 + 2 * beat, stall + 2 * beat);
        let tolerance = if margin > election { ", missed by less than 2 %, which is near enough (judgement)" } else { "" };
        let text =
            format!("A quarter more for the stall not yet seen: 1.25 × {} + 2 × {} = {}{tolerance}.", ms(stall), ms(beat), ms(margin));
        reasons.push(bound(Side::AtLeast, Basis::Judgement, parameter, Some(margin), text));
        let text = format!(
            "No needless election was measured from the stall and two heartbeats on: {} + 2 × {} = {}.",
            ms(stall),
            ms(beat),
            ms(bare)
        );
        reasons.push(bound(Side::AtLeast, Basis::Measured, parameter, Some(bare), text));
    }
    if facts.knows_round_trip() {
        let least = 10 * facts.round_trip();
        let text = format!("Ten round trips between members: 10 × {} = {}.", ms(facts.round_trip()), ms(least));
        // What asks for most comes first.
        let asks_most = reasons.iter().all(|other| other.value < Some(parameter.number(least)));
        let trip = bound(Side::AtLeast, Basis::Documentation, parameter, Some(least), text);
        reasons.insert(if asks_most { 0 } else { reasons.len() }, trip);
    }
    if let Some(budget) = facts.assumptions.failover_budget_ms {
        let text = format!(
            "Your budget of {} for a failover; {} takes about {}.",
            ms((budget * MS as f64) as Micros),
            ms(election),
            about(failover_at(facts, election).p50)
        );
        reasons.push(bound(Side::AtMost, Basis::Judgement, parameter, None, text));
    }
    if facts.generation != Generation::V04 {
        let limit = format!("etcd accepts at most {}.", ms(LONGEST_ELECTION));
        reasons.push(bound(Side::AtMost, Basis::Source, parameter, Some(LONGEST_ELECTION), limit));
    }
    reasons
}

/// Why both timers of etcd stay where only fleet speaks.
pub(super) const NO_ETCD: &str = "The input shows no line and no setting of etcd, so nothing tells what its timers should be. A processor at 100 % by itself causes no election (measured); long stalls do.";

/// How the heartbeat in force stands to the election-timeout.
fn ratio(facts: &Facts) -> String {
    let (beat, wait) = facts.pair();
    match wait / beat.max(1) {
        _ if !facts.has_etcd() => NO_ETCD.to_owned(),
        _ if facts.generation == Generation::V04 => {
            format!("{} of it fit into the election-timeout, {}; etcd 0.4 asks for no ratio.", wait / beat.max(1), ms(wait))
        }
        ..=4 => format!("Less than five of it fit into the election-timeout, {}.", ms(wait)),
        // Nobody is well served by a heartbeat of a few milliseconds.
        5..=7 if wait >= 500 * MS => format!(
            "{} of it fit into the election-timeout, and etcd asks for five. Ten, with {}, would be the better pair; it cures nothing, so it waits for the next planned restart.",
            wait / beat.max(1),
            ms(wait / 10)
        ),
        _ => String::from("It follows the election-timeout: a tenth of it, at most a fifth. By itself it prevents no election."),
    }
}

/// A value that somebody raised on purpose is lowered only as an alternative (method 6.3).
pub(super) fn cheaper(facts: &Facts, now: Micros) -> Option<String> {
    let known = facts.in_force(Parameter::ElectionTimeout);
    let stated = known.provenance == Provenance::Stated || known.event.is_some();
    let stall = stall_length(facts);
    // Lowering is nobody's wish yet, so the margin is kept in full.
    let less =
        LADDER.iter().copied().find(|rung| *rung >= 2500 * MS && fits(facts, (tenth(*rung), *rung), stall) && rung * 16 / 25 >= stall)?;
    (stated && less < now).then(|| {
        format!(
            "An alternative: {} with a heartbeat of {} carries stalls of up to {} with margin. It replaces a dead leader after about {} instead of {}. Take it when a day of logs of all members shows no longer stall.",
            ms(less),
            ms(less / 10),
            ms(less * 16 / 25),
            about(failover_at(facts, less).p50),
            about(facts.failover(&replay::timers_in_force(facts)).p50)
        )
    })
}

/// A smaller value that is enough.
pub(super) fn would_do(facts: &Facts, enough: Micros) -> String {
    format!("{} would do and replace a dead leader after about {}.", ms(enough), about(failover_at(facts, enough).p50))
}

/// Why not the rung below, and why not the one above.
fn neighbours(facts: &Facts, election: Micros) -> Vec<String> {
    if is_operated(facts) {
        return vec![String::from(
            "OpenShift's operator knows no other pair than 100 and 1000\u{a0}ms (Standard) and 500 and 2500\u{a0}ms (Slower).",
        )];
    }
    if !LADDER.contains(&election) {
        return Vec::new();
    }
    let (mut texts, [below, above]) = (Vec::new(), beside(&LADDER, election));
    let stall = stall_length(facts);
    if let Some(below) = below {
        let (bare, margin) = (stall + below / 5, stall * 5 / 4 + below / 5);
        let reason = if below < least(facts) {
            String::from("below etcd's default")
        } else if below < 10 * facts.round_trip() {
            format!("below ten round trips, {}", ms(10 * facts.round_trip()))
        } else if bare > below {
            format!("the stall and two of its heartbeats are {}", ms(bare))
        } else {
            format!("with the margin the stall and two of its heartbeats are {}", ms(margin))
        };
        texts.push(format!("Not {}: {reason}.", ms(below)));
    }
    if let Some(above) = above {
        let more = failover_at(facts, above).p50 - failover_at(facts, election).p50;
        texts.push(format!(
            "Not {}: a leader that really dies would be replaced {} later, and nothing asks for it.",
            ms(above),
            about(more)
        ));
    }
    texts
}

/// What a pair costs when a leader really dies (lab, sections 2 and 8.1).
fn cost(facts: &Facts, heartbeat: Micros, election: Micros) -> String {
    let then = facts.failover(&facts.timers(heartbeat, election));
    let now = facts.failover(&replay::timers_in_force(facts));
    let slow = if facts.generation == Generation::V3 {
        format!(" One failover in ten may take {} to {}.", human(2 * election), human(planning_failover(facts.generation, election)))
    } else {
        String::new()
    };
    let hang = match facts.generation {
        Generation::V04 => String::new(),
        _ => {
            let version = facts.etcd.map_or(version(2, 3, 8), |range| range.high);
            format!(" A request caught in it can hang up to {}.", human(etcd_patience(version, election)))
        }
    };
    let instead =
        if facts.etcd_may_not_start() || facts.no_leader_lasts() { String::new() } else { format!(" instead of {}", about(now.p50)) };
    format!(
        "A leader that really dies is replaced after about {}{instead} (nine in ten within {}).{slow}{hang}",
        about(then.p50),
        about(then.p90),
    )
}

/// A shorter interval also costs messages: one to each follower and interval.
pub(super) fn beat_cost(facts: &Facts, heartbeat: Micros) -> String {
    let blind = blind(facts, heartbeat);
    let now = facts.value(Parameter::HeartbeatInterval);
    let followers = i64::from(facts.members.unwrap_or(3).max(1) - 1);
    if heartbeat >= now || followers == 0 {
        return blind;
    }
    let rate = |beat: Micros| decimal(followers * S, beat.max(1), 1);
    format!("{blind} The leader sends {} heartbeats a second instead of {}.", rate(heartbeat), rate(now))
}

/// What goes unseen: the late line is there from 2.3 on and comes above two intervals (lab, section 4);
/// 0.4 warns above 0.8 of its timeout (etcd-io/etcd@v0.4.9:server/peer_server.go).
fn blind(facts: &Facts, heartbeat: Micros) -> String {
    match (facts.generation, facts.etcd) {
        (Generation::V04, _) => String::from("A gap below 0.8 of the election-timeout leaves no warning in etcd 0.4."),
        (_, Some(range)) if range.high < version(2, 3, 0) => {
            String::from("etcd before 2.3 prints no late-heartbeat line, however long the stall.")
        }
        _ => format!("A stall below {} leaves no late-heartbeat line, one below {} not always.", ms(heartbeat), ms(2 * heartbeat)),
    }
}

/// A sync longer than what the timers carry, in a log in which no leader changed: what riding it out would
/// take, beside the reason not to (method 6.2).
fn slow_sync(facts: &Facts, carried: Micros) -> Option<Bound> {
    if facts.needless().next().is_some() || facts.only_followers_synced() {
        return None;
    }
    let longest = facts.events_of(&[Meaning::WalSyncSlow]).filter_map(|(_, event)| event.duration("took")).max()?;
    (longest > carried).then(|| {
        let need = needed(facts, longest);
        remark(format!(
            "To ride out the longest sync of a leader, {}, it would have to be 1.5625 × {} = {}. No leader change asks for that, and every write would wait for the disk all the same.",
            human(longest),
            ms(longest),
            ms(need)
        ))
    })
}

/// How this cluster replaces a dead leader, with a heartbeat of a tenth.
pub(super) fn failover_at(facts: &Facts, election: Micros) -> Failover {
    facts.failover(&facts.timers(election / 10, election))
}

/// `1595 ms`: whole milliseconds, so that a reader can do the sum.
pub(super) fn ms(time: Micros) -> String {
    Parameter::ElectionTimeout.human(time)
}
