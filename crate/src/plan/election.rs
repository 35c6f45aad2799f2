//! etcd's pair: election-timeout and heartbeat-interval, always decided together.

use super::kept_place::kept_place;
use super::meant::meant;
use super::{Bound, Decision, Doubts, as_meant, bound, confidence, remark, rung, stall_to_survive, stated_bounds};
use crate::facts::settings::from_configuration;
use crate::facts::{EventId, Facts, Generation, InForce, StallKind};
use crate::gather::Gather;
use crate::log::event::Meaning;
use crate::model::fleet::etcd_patience;
use crate::model::{Failover, planning_failover, safe_stall};
use crate::parameters::{LONGEST_ELECTION, Parameter, SILENT_STREAM};
use crate::replay::{self, Replayed};
use crate::report::{Confidence, Provenance, Severity};
use crate::rules::common::{closes_silent_streams, human_limit, last_printed, only_bounded};
use crate::rules::etcd_bad_config::REFUSED;
use crate::rules::{Basis, Finding, Side};
use crate::units::{MS, Micros, S, about, decimal, human};

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
/// The pair where neither half of a broken one can stay.
const REPAIRED: (Micros, Micros) = (250 * MS, 2500 * MS);
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
    /// The user's failover budget forbids it (else the ladder ends before it).
    pub by_budget: bool,
}

/// Decides the pair.
pub fn decide(facts: &Facts, findings: &[Finding], replay: &Replayed) -> Pair {
    if let Some((heartbeat, election)) = repair(facts) {
        if let Some(pair) = as_written(facts, findings) {
            return pair;
        }
        let mut why = stated_bounds(findings, "etcd-bad-config");
        if why.is_empty() {
            why.push(remark("etcd 2.0 keeps no leader with such a pair, and no line tells that this is a later one. A later one misses a dead leader for the whole election-timeout."));
        }
        if (heartbeat, election) == REPAIRED && facts.without_log() {
            why.push(remark(format!(
                "Neither half can stay and no stall is known, so the pair is the next one above the defaults that was measured. It carries stalls of up to {} with margin.",
                ms(election * 16 / 25)
            )));
        }
        let mut pair = set(facts, findings, heartbeat, election, why, Doubts::default());
        // What broke was the pair; no stall chose the value.
        pair.election.neighbours = cheaper(facts, election).filter(|_| pair.election.proposed.is_none()).into_iter().gather();
        return Pair { repairs: true, ..pair };
    }
    match raise(facts, findings, replay) {
        Raise::To(election, why) => {
            // No member is to wait less than it does.
            let waits = last_printed(facts, Parameter::ElectionTimeout);
            let election = waits.into_iter().map(|(_, wait)| wait).fold(election, Micros::max);
            let near_miss = replay.needless == 0 && !facts.without_log() && facts.assumptions.stall_ms.is_none();
            let guessed = stall_to_survive(facts).is_none_or(|(_, guessed)| guessed) && !facts.without_log();
            set(facts, findings, election / 10, election, why, Doubts { guessed, near_miss, ..Doubts::default() })
        }
        Raise::Stated(heartbeat, election, enough) => {
            let why = vec![remark("The file states it already, and it outlasts the stalls of the log. It only has to come into force.")];
            let mut pair = set(facts, findings, heartbeat, election, why, Doubts::default());
            pair.election.neighbours = (enough < election).then(|| would_do(facts, enough)).into_iter().gather();
            pair.heartbeat.neighbours.clear();
            pair
        }
        Raise::Beyond(too_long, why) => Pair { too_long: Some(too_long), ..keep(facts, why) },
        Raise::No(why) => {
            let other = as_written(facts, findings).or_else(|| alike(facts, findings)).or_else(|| beat_of_round_trip(facts, &why));
            other.unwrap_or_else(|| keep(facts, vec![remark(why)]))
        }
    }
}

/// The pair that the file means, where it is not read as it is written and could work.
fn as_written(facts: &Facts, findings: &[Finding]) -> Option<Pair> {
    let [beat, wait] = [Parameter::HeartbeatInterval, Parameter::ElectionTimeout].map(|parameter| meant(facts, parameter));
    let heartbeat = beat.unwrap_or(facts.value(Parameter::HeartbeatInterval));
    let election = wait.unwrap_or(facts.value(Parameter::ElectionTimeout));
    let refused = election < 5 * heartbeat;
    let election = if refused { rung(&LADDER, (10 * heartbeat).max(least(facts)))? } else { election };
    if beat.or(wait).is_none() || election > LONGEST_ELECTION {
        return None;
    }
    let why = if refused { vec![ten_beats(facts, heartbeat)] } else { Vec::new() };
    let mut pair = set(facts, findings, heartbeat, election, why, Doubts::default());
    pair.election.neighbours.clear();
    for (decision, meant) in [(&mut pair.heartbeat, beat), (&mut pair.election, wait)] {
        if let Some(value) = meant.filter(|value| decision.proposed == Some(*value)) {
            decision.because = vec![as_meant(decision.parameter, value)];
            decision.confidence = Confidence::High;
            decision.neighbours.clear();
        }
    }
    Some(pair)
}

/// What the election-timeout owes to the heartbeat that the file means. etcd 0.4 checks no ratio
/// (etcd-io/etcd@v0.4.9:config/config.go); later ones do (the rule `etcd-bad-config`).
fn ten_beats(facts: &Facts, heartbeat: Micros) -> Bound {
    let text = format!("The file means a heartbeat of {}. The proposal is at least ten of them, as in etcd's defaults", ms(heartbeat));
    if facts.generation == Generation::V04 {
        return remark(text + ".");
    }
    let text = text + "; with less than five etcd does not start.";
    bound(Side::AtLeast, Basis::Source, Parameter::ElectionTimeout, Some(5 * heartbeat), text)
}

/// One pair for members whose logs print different ones: the longest of their election-timeouts, as nothing shows that a
/// shorter one would do (method 6.3).
fn alike(facts: &Facts, findings: &[Finding]) -> Option<Pair> {
    let [beats, waits] = [Parameter::HeartbeatInterval, Parameter::ElectionTimeout].map(|parameter| last_printed(facts, parameter));
    let other = |printed: &[(EventId, Micros)], value: Micros| printed.iter().copied().find(|(_, each)| *each != value);
    let differ = |printed: &[(EventId, Micros)]| printed.first().is_some_and(|(_, first)| other(printed, *first).is_some());
    if !(differ(&beats) || differ(&waits)) {
        return None;
    }
    let election = waits.iter().map(|(_, wait)| *wait).max().unwrap_or(facts.value(Parameter::ElectionTimeout)).max(least(facts));
    let text = "The longest that a member waits now, for all of them. With unlike values the one that waits least starts elections; nothing shows that less would do.";
    let mut pair = set(facts, findings, election / 10, election, vec![remark(text)], Doubts::default());
    for (decision, value, printed) in [(&mut pair.heartbeat, election / 10, &beats), (&mut pair.election, election, &waits)] {
        if let Some((event, now)) = other(printed, value) {
            decision.current = InForce { value: Some(now), provenance: Provenance::Inferred, place: None, event: Some(event) };
            decision.proposed = Some(value);
        }
    }
    Some(pair)
}

/// In a review: a heartbeat shorter than the round trip that the reader states, beside an election-timeout that bears
/// it (method 6.1). In a log a steady delay asks for nothing.
fn beat_of_round_trip(facts: &Facts, why: &str) -> Option<Pair> {
    let (beat, wait) = (facts.value(Parameter::HeartbeatInterval), facts.value(Parameter::ElectionTimeout));
    let trip = facts.round_trip();
    let review = facts.has_etcd() && facts.without_log() && facts.knows_round_trip() && facts.members != Some(1);
    let bears = wait >= 10 * trip && facts.generation != Generation::V04;
    if !review || !bears || beat >= trip {
        return None;
    }
    let value = wait / 10;
    let text = format!(
        "One round trip between members, {}: a shorter one sends heartbeats before the last was answered. etcd's documentation takes a half to one and a half.",
        ms(trip)
    );
    let tenth = format!("A tenth of the election-timeout, {}, which stays.", ms(wait));
    let mut pair = keep(facts, vec![remark(why)]);
    let bounds = vec![
        bound(Side::AtLeast, Basis::Documentation, Parameter::HeartbeatInterval, Some(trip), text),
        bound(Side::AtMost, Basis::Judgement, Parameter::HeartbeatInterval, Some(value), tenth),
    ];
    pair.heartbeat =
        Decision { proposed: Some(value), because: bounds, cost: beat_cost(facts, value), confidence: Confidence::Low, ..pair.heartbeat };
    Some(pair)
}

enum Raise {
    To(Micros, Vec<Bound>),
    /// The pair that the file states and that is not in force, and the election-timeout that would be enough.
    Stated(Micros, Micros, Micros),
    Beyond(TooLong, Vec<Bound>),
    No(String),
}

/// A pair that cannot work, whatever the log says: etcd refuses it, or its version cannot carry it. The
/// rule `etcd-bad-config` names the bounds.
fn repair(facts: &Facts) -> Option<(Micros, Micros)> {
    let (heartbeat, election) = (facts.value(Parameter::HeartbeatInterval), facts.value(Parameter::ElectionTimeout));
    // What etcd refused somebody stated.
    let refused = |id: EventId| REFUSED.contains(&facts.event(id).meaning);
    let stated = |parameter| facts.in_force(parameter).place.is_some() || facts.in_force(parameter).event.is_some_and(refused);
    // What a template fills in may fit.
    let unknown =
        [Parameter::HeartbeatInterval, Parameter::ElectionTimeout].iter().any(|parameter| facts.in_force(*parameter).value.is_none());
    if !facts.has_etcd() || unknown {
        return None;
    }
    if facts.generation == Generation::V04 {
        let mends = facts.no_leader_lasts() && stated(Parameter::HeartbeatInterval);
        let election = election.max(least(facts));
        return mends.then_some((election / 10, election));
    }
    if 5 * heartbeat > election && (stated(Parameter::HeartbeatInterval) || stated(Parameter::ElectionTimeout)) {
        // The stated half is what somebody wanted; the other half follows it.
        return if stated(Parameter::ElectionTimeout) && election >= 1000 * MS {
            Some((election / 10, election))
        } else {
            Some((heartbeat, rung(&LADDER, (10 * heartbeat).max(least(facts)))?))
        };
    }
    let breaks = closes_silent_streams(facts) && facts.generation == Generation::V2;
    // Without a log and a version nothing shows that it works.
    let too_rare = heartbeat >= SILENT_STREAM && (breaks || facts.without_log() && facts.etcd.is_none());
    if election > LONGEST_ELECTION {
        let of_beat = (10 * heartbeat).max(least(facts));
        let fits = stated(Parameter::HeartbeatInterval) && !too_rare;
        return Some(rung(&LADDER, of_beat).filter(|_| fits).map_or(REPAIRED, |election| (heartbeat, election)));
    }
    // Nothing asks for a shorter election-timeout (method 6.3), where its tenth is less than such a silence with a quarter to spare.
    let stays = election / 8 < SILENT_STREAM;
    too_rare.then_some(if stays { (election / 10, election) } else { REPAIRED })
}

/// election-timeout is raised only when needless leader changes, or near misses, ask for it (method 6.2),
/// when the user does, or when it is below ten of the round trips that the user states.
fn raise(facts: &Facts, findings: &[Finding], replay: &Replayed) -> Raise {
    let now = facts.value(Parameter::ElectionTimeout);
    // How near it came is not known of a timeout of which only the least is.
    // Of a stall that is sure to cost a leader the model says 0.9999 or so.
    // Where several should have been lost and none was, the model is wrong (method 4.3); unless other timers acted then, or
    // changes came that the log leaves out.
    let held = replay.expected.0 >= 3.0 && facts.outgrown().next().is_none() && !facts.changed_unseen();
    let nearly_lost = replay.expected.1 >= 0.995 && !held && !only_bounded(facts) && kept_place(facts).is_none();
    let near_miss = replay.needless == 0 && (nearly_lost || nearly_lost_04(facts));
    // Living leaders lose their places, whatever for.
    let too_short = replay.needless > 0 && waits_too_little(facts);
    let asked = facts.assumptions.stall_ms.is_some() || replay.share() >= 0.2 || near_miss || too_short;
    let far_apart = facts.has_etcd() && now < 10 * facts.round_trip() && (facts.without_log() || replay.needless > 0);
    if !(asked || far_apart) {
        return Raise::No(why_not_raised(facts, replay));
    }
    if facts.members == Some(1) {
        return Raise::No(String::from("A cluster of one member has no follower that could start an election."));
    }
    let measured = facts.longest_stall().is_some_and(|stall| stall.kind.is_measured());
    let nobody_answers = findings.iter().any(|finding| finding.id == "etcd-no-quorum");
    if nobody_answers && !measured && facts.assumptions.stall_ms.is_none() {
        return Raise::No(String::from("Too few members answer, so no election can end; no timeout changes that."));
    }
    let stall = if asked { stall_to_survive(facts).map(|(stall, _)| stall) } else { Some(0) };
    let Some(stall) = stall else { return Raise::No(String::from("No stall of a leader is measured.")) };
    let too_long = |by_budget| TooLong { stall, need: needed(facts, stall), by_budget };
    let Some(election) = LADDER.iter().copied().find(|rung| fits(facts, *rung, stall)) else {
        return Raise::Beyond(too_long(false), reasons(facts, stall, needed(facts, stall)));
    };
    if over_budget(facts, election) {
        return Raise::Beyond(too_long(true), reasons(facts, stall, election));
    }
    if election <= now {
        let now = Parameter::ElectionTimeout.human(now);
        return Raise::No(format!("{now} already outlasts the longest stall, {}, with margin.", human(stall)));
    }
    if let Some((beat, wait)) = stated_only(facts).filter(|(_, wait)| *wait >= election) {
        return Raise::Stated(beat, wait, election);
    }
    Raise::To(election, reasons(facts, stall, election))
}

/// The sound pair that the configuration states where the log shows that the member runs with another one.
fn stated_only(facts: &Facts) -> Option<(Micros, Micros)> {
    let stated = |parameter| from_configuration(facts, parameter)?.value;
    let (beat, wait) = (stated(Parameter::HeartbeatInterval)?, stated(Parameter::ElectionTimeout)?);
    let runs = facts.in_force(Parameter::ElectionTimeout);
    let other = runs.event.is_some() && runs.place.is_none();
    (other && 5 * beat <= wait && wait <= LADDER[LADDER.len() - 1]).then_some((beat, wait))
}

/// A smaller value that is enough.
fn would_do(facts: &Facts, enough: Micros) -> String {
    format!("{} would do and replace a dead leader after about {}.", ms(enough), about(failover_at(facts, enough).p50))
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
    bare && margin && rung >= 10 * facts.round_trip() && rung >= least(facts)
}

/// No proposal goes below the default of etcd 2 and later, or half of it for 0.4 (method 6.1).
fn least(facts: &Facts) -> Micros {
    if facts.generation == Generation::V04 { 500 * MS } else { 1000 * MS }
}

/// Whether members wait for less than any etcd from 2.0 on does by default.
pub fn waits_too_little(facts: &Facts) -> bool {
    facts.generation != Generation::V04 && facts.value(Parameter::ElectionTimeout) < Parameter::ElectionTimeout.default_value()
}

/// T at least 1.25 S + 2H at H = T/10 (method 6.1).
fn needed(facts: &Facts, stall: Micros) -> Micros {
    (stall * 25 / 16).max(10 * facts.round_trip())
}

/// How this cluster replaces a dead leader, with a heartbeat of a tenth.
fn failover_at(facts: &Facts, election: Micros) -> Failover {
    facts.failover(&facts.timers(election / 10, election))
}

fn over_budget(facts: &Facts, election: Micros) -> bool {
    facts.assumptions.failover_budget_ms.is_some_and(|budget| failover_at(facts, election).p50 as f64 > budget * MS as f64)
}

/// `1595 ms`: whole milliseconds, so that a reader can do the sum.
fn ms(time: Micros) -> String {
    Parameter::ElectionTimeout.human(time)
}

/// The inequalities with their numbers, for this value.
fn reasons(facts: &Facts, stall: Micros, election: Micros) -> Vec<Bound> {
    let parameter = Parameter::ElectionTimeout;
    let beat = election / 10;
    let mut reasons = Vec::new();
    if waits_too_little(facts) {
        let text = format!("etcd's default, {}: a follower that waits for less takes a busy machine for a dead one.", ms(least(facts)));
        reasons.push(bound(Side::AtLeast, Basis::Documentation, parameter, Some(least(facts)), text));
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
        reasons.push(bound(Side::AtLeast, Basis::Documentation, parameter, Some(least), text));
    }
    if let Some(budget) = facts.assumptions.failover_budget_ms {
        let text = format!(
            "Your budget of {} for a failover; this value takes about {}.",
            ms((budget * MS as f64) as Micros),
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

fn why_not_raised(facts: &Facts, replay: &Replayed) -> String {
    if !facts.has_etcd() {
        return String::from(
            "The input shows no line and no setting of etcd, so nothing bounds its timers. A processor at 100 % by itself elects nobody (measured); long stalls do.",
        );
    }
    if facts.without_log() {
        return String::from("No log is here, so no stall is known that would ask for another value.");
    }
    if let Some(stall) = kept_place(facts).filter(|_| replay.needless == 0) {
        return format!(
            "The leader stalled for {} and kept its place, which hardly any leader does where followers wait {}. The followers stood still too, as when one host stops them all, or they wait longer.",
            human(stall.planned),
            human_limit(facts, Parameter::ElectionTimeout)
        );
    }
    match (replay.needless, facts.changes.is_empty()) {
        (0, true) if facts.leaders_stalled() > 1 => String::from(
            "No leader change is in the log, though more than one member led. The stalls that it shows are too short to have done that.",
        ),
        (0, true) => String::from("No leader change is in the log."),
        (0, false) => String::from("No living leader lost its place in the log; elections after a process ended are wanted."),
        _ => String::from("No measured stall explains the leader changes, so a longer timeout is not known to help."),
    }
}

/// Leaves both as they are, and says what they carry and cost.
fn keep(facts: &Facts, why: Vec<Bound>) -> Pair {
    let mut heartbeat = Decision::keep(facts, Parameter::HeartbeatInterval, vec![remark(ratio(facts))]);
    let mut election = Decision::keep(facts, Parameter::ElectionTimeout, why);
    if facts.has_etcd() && facts.members != Some(1) {
        let (beat, wait) = (heartbeat.value(), election.value());
        let timers = replay::timers_in_force(facts);
        let then = facts.failover(&timers);
        let carried = ((wait - 2 * beat) * 4 / 5).max(0);
        let text = format!(
            "It carries stalls of up to {} with margin: ({} − 2 × {}) / 1.25. None below {} can elect.",
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

/// How the heartbeat in force stands to the election-timeout.
fn ratio(facts: &Facts) -> String {
    let (beat, wait) = (facts.value(Parameter::HeartbeatInterval), facts.value(Parameter::ElectionTimeout));
    match wait / beat.max(1) {
        _ if facts.generation == Generation::V04 => {
            format!("{} of it fit into the election-timeout, {}; etcd 0.4 asks for no ratio.", wait / beat.max(1), ms(wait))
        }
        ..=4 => format!("Less than five of it fit into the election-timeout, {}.", ms(wait)),
        5..=7 => format!(
            "{} of it fit into the election-timeout, and etcd asks for five. Ten, with {}, would be the better pair; it cures nothing, so it waits for the next planned restart.",
            wait / beat.max(1),
            ms(wait / 10)
        ),
        _ => String::from("It follows the election-timeout: a tenth of it, at most a fifth. By itself it prevents no election."),
    }
}

/// A value that somebody raised on purpose is lowered only as an alternative (method 6.3).
fn cheaper(facts: &Facts, now: Micros) -> Option<String> {
    let stated = facts.in_force(Parameter::ElectionTimeout).provenance == Provenance::Stated;
    let stall = stall_to_survive(facts).map_or(0, |(stall, _)| stall);
    // Lowering is nobody's wish yet, so the margin is kept in full.
    let less = LADDER.iter().copied().find(|rung| *rung >= 2500 * MS && fits(facts, *rung, stall) && rung * 16 / 25 >= stall)?;
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

fn set(facts: &Facts, findings: &[Finding], heartbeat: Micros, election: Micros, mut why: Vec<Bound>, doubts: Doubts) -> Pair {
    let interpolated = (!RUN.contains(&election)).then_some("only 1000, 2500 and 6000\u{a0}ms");
    let (sure, doubts) = confidence(facts, Parameter::ElectionTimeout, Doubts { interpolated, ..doubts });
    let behind = |finding: &&Finding| finding.parameters.contains(&Parameter::ElectionTimeout) && finding.severity > Severity::Info;
    let behind: Vec<&'static str> = findings.iter().filter(behind).map(|finding| finding.id).gather();
    why.extend(doubts);
    let decide = |parameter, value, because, neighbours, cost| Decision {
        proposed: (facts.in_force(parameter).value != Some(value)).then_some(value),
        because,
        neighbours,
        cost,
        confidence: sure,
        findings: behind.clone(),
        ..Decision::keep(facts, parameter, Vec::new())
    };
    let side = |side, basis, value, text| bound(side, basis, Parameter::HeartbeatInterval, Some(value), text);
    let mut beat_bounds = vec![side(
        Side::AtLeast,
        Basis::Judgement,
        election / 10,
        format!("A tenth of {}: a follower campaigns only after ten missed beats.", ms(election)),
    )];
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
    let beat_neighbours = vec![
        format!("Not {}: a smaller one brings no more calm, only more messages (measured).", ms(heartbeat / 2)),
        format!("Not {}: {longer}.", ms(heartbeat * 2)),
    ];
    Pair {
        heartbeat: decide(Parameter::HeartbeatInterval, heartbeat, beat_bounds, beat_neighbours, beat_cost(facts, heartbeat)),
        election: decide(Parameter::ElectionTimeout, election, why, neighbours(facts, election), cost(facts, heartbeat, election)),
        too_long: None,
        repairs: false,
    }
}

/// A sync longer than what the timers carry, in a log in which no leader changed: what riding it out would
/// take, beside the reason not to (method 6.2).
fn slow_sync(facts: &Facts, carried: Micros) -> Option<Bound> {
    if facts.needless().next().is_some() {
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

/// What goes unseen: the late line is there from 2.3 on and comes above two intervals (lab, section 4);
/// 0.4 warns above 0.8 of its timeout (etcd-io/etcd@v0.4.9:server/peer_server.go).
fn blind(facts: &Facts, heartbeat: Micros) -> String {
    match (facts.generation, facts.etcd) {
        (Generation::V04, _) => String::from("A gap below 0.8 of the election-timeout leaves no warning in etcd 0.4."),
        (_, Some(range)) if range.high < (2, 3, 0) => {
            String::from("etcd before 2.3 prints no late-heartbeat line, however long the stall.")
        }
        _ => format!("A stall below {} to {} leaves no late-heartbeat line.", heartbeat / MS, ms(2 * heartbeat)),
    }
}

/// A shorter interval also costs messages: one to each follower and interval.
fn beat_cost(facts: &Facts, heartbeat: Micros) -> String {
    let blind = blind(facts, heartbeat);
    let now = facts.value(Parameter::HeartbeatInterval);
    if heartbeat >= now {
        return blind;
    }
    let followers = i64::from(facts.members.unwrap_or(3).max(1) - 1);
    let rate = |beat: Micros| decimal(followers * S, beat.max(1), 1);
    format!("{blind} The leader sends {} heartbeats a second instead of {}.", rate(heartbeat), rate(now))
}

/// Why not the rung below, and why not the one above.
fn neighbours(facts: &Facts, election: Micros) -> Vec<String> {
    let Some(at) = LADDER.iter().position(|rung| *rung == election) else { return Vec::new() };
    let mut texts = Vec::new();
    let stall = stall_to_survive(facts).map_or(0, |(stall, _)| stall);
    if let Some(below) = at.checked_sub(1).map(|below| LADDER[below]) {
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
    if let Some(above) = LADDER.get(at + 1) {
        let more = failover_at(facts, *above).p50 - failover_at(facts, election).p50;
        texts.push(format!(
            "Not {}: a leader that really dies would be replaced {} later, and nothing asks for it.",
            ms(*above),
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
            let version = facts.etcd.map_or((2, 3, 8), |range| range.high);
            format!(" A request caught in it can hang up to {}.", human(etcd_patience(version, election)))
        }
    };
    let instead = if facts.refuses_pair() || facts.no_leader_lasts() { String::new() } else { format!(" instead of {}", about(now.p50)) };
    format!(
        "A leader that really dies is replaced after about {}{instead} (nine in ten within {}).{slow}{hang}",
        about(then.p50),
        about(then.p90),
    )
}
