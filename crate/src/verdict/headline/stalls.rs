//! The sentence on stalls: what they cost, or that the timers outlast them.

use crate::facts::{Facts, LeaderChange, Stall, StallKind, tools};
use crate::gather::Gather;
use crate::model::raft::safe_stall;
use crate::parameters::Parameter;
use crate::replay::timers_in_force;
use crate::report::Timing;
use crate::rules::common::{human_limit, knows_wait, only_bounded, times};
use crate::units::{Micros, S, human};
use crate::verdict::Case;

/// How long the leader was silent or stood still, and what that cost.
pub(super) fn stalls_headline(case: &Case) -> Option<String> {
    let stall = case.stall?;
    if case.plan.replay.needless > 0 && stall.kind.is_measured() && case.facts.needless().all(LeaderChange::is_unseen) {
        let limit = human_limit(case.facts, Parameter::ElectionTimeout);
        return Some(format!(
            "A member that was without a leader, and may have led itself, had stalled for {}; followers wait only {limit}.",
            lasted(stall)
        ));
    }
    // Where nothing measured it, its link may have been silent as well as its process.
    let what = if stall.kind.is_measured() {
        format!("The leader stalled for {}", lasted(stall))
    } else {
        format!("Followers heard nothing from the leader for up to about {}", human(stall.planned))
    };
    let cost = match (case.plan.replay.needless, gave_up(case.facts)) {
        (0, 0) => came_near(case.facts, stall),
        (0, requests) => {
            let limit = human_limit(case.facts, Parameter::EtcdRequestTimeout);
            format!("; etcd rides it out, but fleet waits only {limit} and gave up {}", times(requests))
        }
        (lost, _) => cost_the_leader(case.facts, stall, lost),
    };
    Some(format!("{what}{cost}."))
}

/// How often fleet gave up on a request.
fn gave_up(facts: &Facts) -> u64 {
    facts.fleet_failures.len() as u64
}

/// The leader changed so often, and what fleet lost by it.
fn cost_the_leader(facts: &Facts, stall: &Stall, lost: u64) -> String {
    let limit = if stall.planned > facts.value(Parameter::ElectionTimeout) {
        let who = if stall.kind.is_measured() { "followers " } else { "" };
        let only = if only_bounded(facts) { "" } else { "only " };
        format!(", but {who}wait {only}{}", human_limit(facts, Parameter::ElectionTimeout))
    } else {
        format!(", and from {} on that can cost it its place here", human(safe_stall(&timers_in_force(facts))))
    };
    let over = within(facts.needless().filter_map(|change| change.elected.or(change.campaign)).gather());
    let changes = if facts.needless().all(LeaderChange::shows_alive) {
        format!(": a living leader lost its place {}{over}", times(lost))
    } else {
        format!("; the leader changed {}{over}", times(lost))
    };
    let requests = match gave_up(facts) {
        0 => String::new(),
        some => format!(", and fleet gave up {}", times(some)),
    };
    format!("{limit}{changes}{requests}")
}

/// It cost nothing yet. etcd 0.4 itself says that it came near.
fn came_near(facts: &Facts, stall: &Stall) -> String {
    // A gap that etcd 0.4 measured is up to one heartbeat longer than the stall.
    let near = match stall.planned > facts.value(Parameter::ElectionTimeout) {
        true if stall.kind == StallKind::NearTimeout => "about as long as",
        true => "longer than",
        false => "nearly as long as",
    };
    format!(", {near} followers wait: {}", human_limit(facts, Parameter::ElectionTimeout))
}

/// How long it was, as far as its lines tell.
fn lasted(stall: &Stall) -> String {
    match stall.kind {
        StallKind::LostTicks => format!("at least {}", human(stall.length.low)),
        _ => format!("up to {}", human(stall.planned)),
    }
}

/// Stalls are there, but the timers in force ride them out.
pub(super) fn ridden_out(case: &Case, timing: Timing) -> Option<String> {
    let (facts, stall) = (case.facts, case.stall?);
    let rides = timing == Timing::NotTheRemedy
        && knows_wait(facts)
        && case.plan.replay.needless == 0
        && stall.planned < facts.value(Parameter::ElectionTimeout);
    let cause = match tools::busy_processor(facts) {
        Some(_) => "the processor, which had no time left, is to be relieved",
        None => "what stalls the machine is to be found",
    };
    let count = |counts: fn(StallKind) -> bool| facts.stalls.iter().filter(|stall| counts(stall.kind)).count();
    let known = Some(count(StallKind::is_measured)).filter(|known| *known > 0).unwrap_or_else(|| count(StallKind::is_known));
    rides.then(|| {
        format!(
            "The leader stalled {}, for {}, but followers wait {}: the timers outlast it, and {cause}.",
            times(known as u64),
            lasted(stall),
            human_limit(facts, Parameter::ElectionTimeout)
        )
    })
}

/// From the first to the last of these moments, where that is more than a second.
pub(super) fn within(mut moments: Vec<Micros>) -> String {
    crate::sort::sort(&mut moments);
    match (moments.first(), moments.last()) {
        (Some(first), Some(last)) if last - first >= S => format!(" within {}", human(last - first)),
        _ => String::new(),
    }
}
