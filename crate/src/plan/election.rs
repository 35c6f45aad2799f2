//! etcd's pair: election-timeout and heartbeat-interval, always decided together.

use super::kept_place::kept_place;
use super::ladder::{LADDER, fits, is_operated, least, needed, of_beat, pairs, tenth, waits_too_little};
use super::meant::meant;
use super::pair::{Limit, NO_ETCD, Pair, TooLong, above_default, beat_cost, cheaper, failover_at, keep, ms, reasons, set, would_do};
use super::{Bound, Decision, Doubts, as_meant, bound, if_set_since, remark, stall_to_survive, stated_of_pair};
use crate::facts::settings::{self, SETTINGS_REFUSED, from_configuration, is_refused};
use crate::facts::{EventId, Facts, Generation, InForce, StallKind};
use crate::gather::Gather;
use crate::ids::RuleId;
use crate::parameters::{LONGEST_ELECTION, Parameter, SILENT_STREAM};
use crate::replay::Replayed;
use crate::report::{Basis, Confidence, Side};
use crate::rules::common::{closes_silent_streams, human_limit, knows_wait, last_printed, only_bounded};
use crate::rules::{Finding, named};
use crate::units::{MS, Micros, human};

/// The pair where neither half of a broken one can stay.
const REPAIRED: (Micros, Micros) = (250 * MS, 2500 * MS);

/// Decides the pair.
pub fn decide(facts: &Facts, findings: &[Finding], replay: &Replayed) -> Pair {
    if let Some((heartbeat, election)) = repair(facts) {
        let as_meant = as_written(facts, findings, replay);
        return as_meant.unwrap_or_else(|| Pair { repairs: true, ..mended(facts, findings, replay, heartbeat, election) });
    }
    match raise(facts, findings, replay, facts.value(Parameter::ElectionTimeout)) {
        Raise::To(election, why) => outlasting(facts, findings, replay, election, why),
        Raise::Stated(heartbeat, election, enough) => {
            let why = vec![remark("The file states it already, and it outlasts the stalls of the log. It only has to come into force.")];
            let mut pair = set(facts, findings, heartbeat, election, why, Doubts::default());
            pair.election.neighbours = (enough < election).then(|| would_do(facts, enough)).into_iter().gather();
            pair.heartbeat.neighbours.clear();
            pair
        }
        Raise::Beyond(too_long, mut why) => {
            // Else the sum of what another value would need stood beside the one that is kept.
            let mut none = format!("No {} a stall of {}.", too_long.limit.timer_outlasts(), human(too_long.stall));
            let longest = longest_of_operator(facts, too_long);
            if longest.is_some() {
                none.push_str(" With its longer pair such a stall costs fewer leaders their place.");
            }
            why.insert(0, remark(none));
            let pair = match longest {
                Some((heartbeat, election)) => set(facts, findings, heartbeat, election, why, Doubts::default()),
                None => keep(facts, why),
            };
            Pair { too_long: Some(too_long), ..pair }
        }
        Raise::No(why) => {
            let other = as_written(facts, findings, replay).or_else(|| alike(facts, findings)).or_else(|| beat_of_round_trip(facts, &why));
            other.unwrap_or_else(|| keep(facts, vec![remark(why)]))
        }
    }
}

/// A pair that cannot work, made whole.
fn mended(facts: &Facts, findings: &[Finding], replay: &Replayed, heartbeat: Micros, election: Micros) -> Pair {
    let mut why = stated_of_pair(findings);
    if (heartbeat, election) == (facts.value(Parameter::ElectionTimeout), facts.value(Parameter::HeartbeatInterval)) {
        why.push(remark("The two values stand in each other's place: the other way round they are a pair as etcd's defaults are."));
    }
    // What ran had another pair, and its leader stalled for longer than the mended one bears. etcd 0.4 takes any pair, so there
    // the silences may come from the pair itself.
    if let (true, Raise::To(more, reasons)) = (facts.generation != Generation::V04, raise(facts, findings, replay, election)) {
        // The reasons name the longest that etcd takes, too; what the old heartbeat asked for falls away with it.
        let asks = |bound: &Bound| bound.value.is_some_and(|value| value <= Parameter::ElectionTimeout.number(more));
        why.retain(|bound| bound.side == Side::AtLeast && asks(bound));
        why.extend(reasons);
        return outlasting(facts, findings, replay, more, why);
    }
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
    pair
}

/// A pair that outlasts the stalls.
fn outlasting(facts: &Facts, findings: &[Finding], replay: &Replayed, least: Micros, mut why: Vec<Bound>) -> Pair {
    // No member is to wait less than it does, where that is no more than is ever proposed.
    let waits = last_printed(facts, Parameter::ElectionTimeout).into_iter().map(|(_, wait)| wait);
    let election = waits.filter(|wait| *wait <= LADDER[LADDER.len() - 1]).fold(least, Micros::max);
    if election > least {
        why.push(remark("As long as the member waits that waits longest: the logs do not show that less would do for it."));
    }
    let near_miss = replay.needless == 0 && !facts.without_log() && facts.assumptions.stall_ms.is_none();
    let guessed = stall_to_survive(facts).is_none_or(|(_, guessed)| guessed) && !facts.without_log();
    let of_operator = pairs(facts).into_iter().find(|(_, wait)| *wait == election);
    let heartbeat = of_operator.map_or(tenth(election), |(heartbeat, _)| heartbeat);
    set(facts, findings, heartbeat, election, why, Doubts { guessed, near_miss, ..Doubts::default() })
}

/// A follower waits one to two election-timeouts, so a pair that a stall does not reach the double of keeps some leaders
/// (etcd-io/etcd@v3.5.9:raft/raft.go, resetRandomizedElectionTimeout). Where only an operator sets the limit, that is what
/// can be had.
fn longest_of_operator(facts: &Facts, too_long: TooLong) -> Option<(Micros, Micros)> {
    let longest = pairs(facts).pop().filter(|_| too_long.limit == Limit::Operator);
    longest.filter(|(_, election)| *election > facts.value(Parameter::ElectionTimeout) && too_long.stall < 2 * election)
}

/// The pair that the file means, where it is not read as it is written and could work.
fn as_written(facts: &Facts, findings: &[Finding], replay: &Replayed) -> Option<Pair> {
    let [beat, means] = [Parameter::HeartbeatInterval, Parameter::ElectionTimeout].map(|parameter| meant(facts, parameter));
    // No proposal goes below the default, whatever the file means (method 6.1).
    let wait = means.map(|wait| wait.max(least(facts)));
    let election = wait.unwrap_or(facts.value(Parameter::ElectionTimeout));
    // Zero is no heartbeat that etcd takes.
    let heartbeat = beat.or(Some(facts.value(Parameter::HeartbeatInterval)).filter(|beat| *beat > 0)).unwrap_or(tenth(election));
    let refused = election < 5 * heartbeat;
    let election = if refused { of_beat(facts, heartbeat)? } else { election };
    if beat.or(wait).is_none() || election > LONGEST_ELECTION {
        return None;
    }
    // What is asked for beside what the file means.
    if let (true, Raise::To(more, why)) = (facts.generation != Generation::V04, raise(facts, findings, replay, election)) {
        return Some(outlasting(facts, findings, replay, more, why));
    }
    let why = if refused { vec![ten_beats(facts, heartbeat)] } else { Vec::new() };
    let mut pair = set(facts, findings, heartbeat, election, why, Doubts::default());
    pair.election.neighbours.clear();
    for (decision, meant) in [(&mut pair.heartbeat, beat), (&mut pair.election, wait)] {
        // What a template fills in stays its own.
        if meant.is_none() && decision.current.value.is_none() {
            decision.proposed = None;
        }
        if let Some(value) = meant.filter(|value| decision.proposed == Some(*value)) {
            decision.because = vec![as_meant(decision.parameter, value)];
            if let Some(less) = means.filter(|less| decision.parameter == Parameter::ElectionTimeout && *less < value) {
                decision.because = vec![as_meant(decision.parameter, less), above_default(facts)];
            }
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
    let runs = waits.iter().filter(|(id, _)| !is_refused(facts, *id));
    let election = runs.map(|(_, wait)| *wait).max().unwrap_or(facts.value(Parameter::ElectionTimeout)).max(least(facts));
    let text = "The longest that a member waits now, for all of them. With unlike values the one that waits least starts elections; nothing shows that less would do.";
    let mut pair = set(facts, findings, tenth(election), election, vec![remark(text)], Doubts::default());
    for (decision, value, printed) in [(&mut pair.heartbeat, tenth(election), &beats), (&mut pair.election, election, &waits)] {
        if let Some((event, now)) = other(printed, value) {
            decision.current = InForce::inferred(now, event);
            decision.proposed = Some(value);
        }
    }
    Some(pair)
}

/// In a review: a heartbeat shorter than the round trip that the reader states, beside an election-timeout that bears
/// it (method 6.1). In a log a steady delay asks for nothing.
fn beat_of_round_trip(facts: &Facts, why: &str) -> Option<Pair> {
    let (beat, wait) = facts.pair();
    let trip = facts.round_trip();
    let review = facts.has_etcd() && facts.without_log() && facts.knows_round_trip() && facts.members != Some(1);
    let known = facts.in_force(Parameter::HeartbeatInterval).value.is_some();
    let bears = known && (10 * trip..=LONGEST_ELECTION).contains(&wait) && facts.generation != Generation::V04;
    if !review || !bears || beat >= trip {
        return None;
    }
    let value = tenth(wait);
    if value >= SILENT_STREAM {
        return None;
    }
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

/// Whether each of two stated values is one for the other: a pair with about ten beats in a timeout, the wrong way round
/// (judgement).
fn changed_places(heartbeat: Micros, election: Micros) -> bool {
    election > 0 && (5 * election..=20 * election).contains(&heartbeat) && (1000 * MS..=LONGEST_ELECTION).contains(&heartbeat)
}

/// A pair that cannot work, whatever the log says: etcd refuses it, or its version cannot carry it. The
/// rule `etcd-bad-config` names the bounds.
fn repair(facts: &Facts) -> Option<(Micros, Micros)> {
    let (heartbeat, election) = facts.pair();
    // What etcd refused somebody stated.
    let refused = |id: EventId| SETTINGS_REFUSED.contains(&facts.event(id).meaning);
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
        return mends.then_some((tenth(election), election));
    }
    // Zero it refuses, too.
    if (5 * heartbeat > election || heartbeat == 0) && (stated(Parameter::HeartbeatInterval) || stated(Parameter::ElectionTimeout)) {
        if stated(Parameter::HeartbeatInterval) && stated(Parameter::ElectionTimeout) && changed_places(heartbeat, election) {
            return Some((election, heartbeat));
        }
        // The stated half is what somebody wanted; the other half follows it.
        return Some(if stated(Parameter::ElectionTimeout) && (1000 * MS..=LONGEST_ELECTION).contains(&election) {
            (tenth(election), election)
        } else {
            of_beat(facts, heartbeat).filter(|_| heartbeat > 0).map_or(REPAIRED, |election| (heartbeat, election))
        });
    }
    let breaks = closes_silent_streams(facts) && facts.generation == Generation::V2;
    // Without a log and a version nothing shows that it works.
    let too_rare = heartbeat >= SILENT_STREAM && (breaks || facts.without_log() && facts.etcd.is_none());
    if election > LONGEST_ELECTION {
        let fits = stated(Parameter::HeartbeatInterval) && !too_rare;
        return Some(of_beat(facts, heartbeat).filter(|_| fits).map_or(REPAIRED, |election| (heartbeat, election)));
    }
    // Nothing asks for a shorter election-timeout (method 6.3), where its tenth is less than such a silence with a quarter to spare.
    let stays = election / 8 < SILENT_STREAM;
    too_rare.then_some(if stays { (tenth(election), election) } else { REPAIRED })
}

/// election-timeout is raised only when needless leader changes, or near misses, ask for it (method 6.2),
/// when the user does, or when it is below ten of the round trips that the user states. `now` is what it is otherwise.
fn raise(facts: &Facts, findings: &[Finding], replay: &Replayed, now: Micros) -> Raise {
    // Where several should have been lost and none was, the model is wrong (method 4.3); unless other timers acted then, or
    // changes came that the log leaves out.
    let held = replay.expected.0 >= 3.0 && facts.outgrown().next().is_none() && !facts.changed_unseen();
    // Of a stall that is sure to cost a leader the model says 0.9999 or so. How near it came is not known of a timeout of
    // which only the least is, nor of one beside a heartbeat that somebody chose.
    let knows = !only_bounded(facts) && knows_wait(facts);
    let nearly_lost = replay.expected.1 >= 0.995 && !held && knows && kept_place(facts).is_none();
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
    let nobody_answers = named(findings, RuleId::EtcdNoQuorum).is_some();
    if nobody_answers && !measured && facts.assumptions.stall_ms.is_none() {
        return Raise::No(String::from("Too few members answer, so no election can end; no timeout changes that."));
    }
    let stall = if asked { stall_to_survive(facts).map(|(stall, _)| stall) } else { Some(0) };
    let Some(stall) = stall else { return Raise::No(String::from("No stall of a leader is measured.")) };
    let Some((heartbeat, election)) = pairs(facts).into_iter().find(|pair| fits(facts, *pair, stall)) else {
        // An operator's longest timeout comes with a heartbeat of more than its tenth, and so would need more.
        let beat = pairs(facts).pop().filter(|_| is_operated(facts)).map(|(beat, _)| beat);
        let need = beat.map_or(0, |beat| stall * 5 / 4 + 2 * beat).max(needed(facts, stall));
        let limit = if beat.is_some() { Limit::Operator } else { Limit::Sense };
        return Raise::Beyond(TooLong { stall, need, limit }, reasons(facts, stall, (beat.unwrap_or(need / 10), need)));
    };
    if over_budget(facts, election) {
        let too_long = TooLong { stall, need: needed(facts, stall), limit: Limit::Budget };
        return Raise::Beyond(too_long, reasons(facts, stall, (heartbeat, election)));
    }
    if election <= now {
        let now = Parameter::ElectionTimeout.human(now);
        return Raise::No(format!("{now} already outlasts the longest stall, {}, with margin.", human(stall)));
    }
    if let Some((beat, wait)) = stated_only(facts).filter(|(_, wait)| *wait >= election) {
        return Raise::Stated(beat, wait, election);
    }
    let mut reasons = reasons(facts, stall, (heartbeat, election));
    if now == facts.value(Parameter::ElectionTimeout) {
        reasons.extend(set_since(facts));
    }
    Raise::To(election, reasons)
}

/// A stated pair is taken to have been in force (method 1.2). One as it is proposed here, named by no log, is enough for stalls that
/// are guessed if it was set only after the log: such a guess counts in 1.2 of the election-timeout in force (method 2.2), and
/// grows with each proposal that is written into the file.
fn set_since(facts: &Facts) -> Option<Bound> {
    let (known, beat) = (facts.in_force(Parameter::ElectionTimeout), facts.value(Parameter::HeartbeatInterval));
    let now = known.value.filter(|now| known.place.is_some() && known.event.is_none() && pairs(facts).contains(&(beat, *now)))?;
    let guess = facts.longest_stall().filter(|stall| matches!(stall.kind, StallKind::Return | StallKind::CutOff))?;
    let default = settings::default(facts, Parameter::ElectionTimeout).value?;
    let less = guess.planned - (now - default) * 6 / 5;
    let (_, enough) = pairs(facts).into_iter().find(|pair| fits(facts, *pair, less))?;
    (enough <= now && facts.assumptions.stall_ms.is_none()).then(|| if_set_since(Parameter::ElectionTimeout, now, enough, default))
}

/// The sound pair that the configuration states where the log shows that the member runs with another one.
fn stated_only(facts: &Facts) -> Option<(Micros, Micros)> {
    let stated = |parameter| from_configuration(facts, parameter)?.value;
    let (beat, wait) = (stated(Parameter::HeartbeatInterval)?, stated(Parameter::ElectionTimeout)?);
    let runs = facts.in_force(Parameter::ElectionTimeout);
    let other = runs.event.is_some() && runs.place.is_none();
    (other && 5 * beat <= wait && wait <= LADDER[LADDER.len() - 1]).then_some((beat, wait))
}

/// etcd 0.4 itself says that a gap came near the timeout: above 0.8 of it (etcd-io/etcd@v0.4.9:server/peer_server.go).
/// One such gap may be chance.
fn nearly_lost_04(facts: &Facts) -> bool {
    facts.generation == Generation::V04 && facts.stalls.iter().filter(|stall| stall.kind == StallKind::NearTimeout).count() >= 2
}

fn over_budget(facts: &Facts, election: Micros) -> bool {
    facts.assumptions.failover_budget_ms.is_some_and(|budget| failover_at(facts, election).p50 as f64 > budget * MS as f64)
}

fn why_not_raised(facts: &Facts, replay: &Replayed) -> String {
    if !facts.has_etcd() {
        return NO_ETCD.to_owned();
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
