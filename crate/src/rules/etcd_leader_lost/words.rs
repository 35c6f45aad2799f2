//! The loss in words: its title, and what happened.

use super::{is_needless, may_have_handed_over, raised, without_majority};
use crate::facts::{ChangeClass, EventId, Facts, LeaderChange, StallKind};
use crate::gather::Gather;
use crate::log::event::{Event, Meaning};
use crate::parameters::Parameter::ElectionTimeout;
use crate::rules::common::{human_limit, matching, plural, range, times};
use crate::search;
use crate::sort::distinct;
use crate::units::{Range, human};

/// `alive` are the changes with which another one came to lead, and those after which the same one led again.
pub(super) fn title(facts: &Facts, count: usize, alive: (usize, usize), all_wanted: bool) -> String {
    let (needless, again) = alive;
    if all_wanted {
        let each = if count == 1 { "" } else { "each time " };
        return format!("The leader was lost {}, {each}because its process ended", times(count as u64));
    }
    let raised = raised(facts);
    if needless > 0 && raised.len() == needless {
        let who = if distinct(raised.iter().copied()).len() == 1 { "one member" } else { "single members" };
        let changes = plural(needless as u64, "needless leader change", "needless leader changes");
        return format!("{changes}: {who} asked for votes while the others heard the leader");
    }
    let needless = needless + again;
    let changes = || match facts.shows_all_needless() {
        true => plural(needless as u64, "needless leader change", "needless leader changes"),
        false => plural(needless as u64, "leader change", "leader changes"),
    };
    let measured = facts.explaining().filter(|stall| stall.kind.is_measured()).map(|stall| stall.length);
    let around = measured.reduce(|a, b| Range { low: a.low.min(b.low), high: a.high.max(b.high) });
    match around {
        Some(stalls) if needless > 0 => {
            format!("{}: the leader stalled {}, followers wait {}", changes(), range(stalls), human_limit(facts, ElectionTimeout))
        }
        _ if facts.explained() > 0 => {
            let about = facts.explaining().map(|stall| stall.planned).max().unwrap_or(0);
            format!(
                "{}: the leader was silent for up to about {}, followers wait {}",
                changes(),
                human(about),
                human_limit(facts, ElectionTimeout)
            )
        }
        _ if needless > 0 && facts.shows_all_needless() => format!("{}: the old leader was alive", changes()),
        _ if needless > 0 => format!("{}; no line shows that the old leader ended", changes()),
        _ if stepped_down(facts) >= count => format!("The leader stepped down {}, as it heard from no majority", times(count as u64)),
        _ => format!("A member lost its leader {}", times(count as u64)),
    }
}

pub(super) fn what(facts: &Facts, (needless, won_again): (usize, usize), changes: usize, all_wanted: bool) -> String {
    if changes == 0 {
        let who = if stepped_down(facts) > 0 {
            "A leader gave up its place because it heard from no majority."
        } else {
            "A member stopped hearing its leader."
        };
        return format!("{who} The excerpt does not show which leader followed, nor why.");
    }
    let unplanned = plural(changes as u64, "unplanned leader change", "unplanned leader changes");
    // Who led again had lived, too.
    let all = needless + won_again;
    let alive = won_again + facts.needless().filter(|change| is_needless(facts, change) && change.shows_alive()).count();
    let wanted = facts.changes.iter().filter(|change| change.class == ChangeClass::Wanted && change.old.is_some()).count();
    let majority = facts.changes.iter().filter(|change| without_majority(facts, change)).count();
    let again = match changes.saturating_sub(needless + wanted + majority) {
        0 => String::new(),
        some => format!(" The same member led again {}.", times(some as u64)),
    };
    let lived = match (needless, wanted) {
        (0, _) if majority > 0 => {
            return String::from("The others, or the links to them, were silent, and until a majority was back nobody could be elected.");
        }
        _ if all_wanted => {
            let each = if changes == 1 { "" } else { "each " };
            return format!("{unplanned}, {each}after the old leader's process had ended.");
        }
        (0, 0) if stepped_down(facts) >= changes => {
            return String::from(
                "The others, or the links to them, were silent for an election-timeout; then the same member led again. Its own log does not show which.",
            );
        }
        (0, 0) => {
            return String::from("The same member led again: a follower stopped hearing it and asked for votes. No stall explains that.");
        }
        (0, wanted) => return format!("Of {unplanned} {wanted} came after the old leader's process had ended.{again}"),
        (1, 0) if facts.needless().all(|change| may_have_handed_over(facts, change)) => {
            String::from("Nothing shows whether the old leader lived, or handed over: only the log of one of those two would tell.")
        }
        (1, 0) if alive == 0 && changes == 1 => String::from("Nothing shows whether the old leader lived."),
        (_, 0) if alive == 0 => format!("{unplanned}, and nothing shows whether the old leaders lived."),
        (_, 0) if alive < all => {
            format!("{unplanned}; {} the old leader is seen to have lived, else nothing shows it.{again}", times(alive as u64))
        }
        (_, wanted) if alive < all => {
            format!(
                "Of {unplanned} {wanted} came after the old leader's process had ended; of the others no line shows that it did.{again}"
            )
        }
        (1, 0) if changes == 1 => String::from("The old leader lived when it lost its place."),
        (_, 0) if all == changes => format!("{unplanned}, and the old leader lived each time.{again}"),
        (_, 0) => format!("Of {unplanned} {all} came while the old leader lived.{again}"),
        (_, wanted) => format!("Of {unplanned} {all} came while the old leader lived, {wanted} after its process had ended.{again}"),
    };
    let raised = raised(facts);
    let by_stall = |change: &&LeaderChange| is_needless(facts, change) && facts.stall_of(change).is_some_and(|stall| stall.kind.is_known());
    let stalls = match facts.needless().filter(by_stall).count() {
        0 if raised.len() == needless => format!(
            "{} missed the leader and raised the term, which made the leader step down. The leader did not stall.",
            distinct(raised.iter().copied()).join(", ")
        ),
        0 => match facts.kept_by_disk().len() {
            0 => String::from("No measured stall explains that."),
            some if some == all => String::from("Its process ran, and its disk held it up."),
            some => format!("{some} of {all} times its process ran, and its disk held it up."),
        },
        some => {
            let which = match (some == all, all) {
                (true, 1) => String::from("it"),
                (true, _) => String::from("each of them"),
                _ => format!("{some} of {all}"),
            };
            format!("{} explains {which}.{}", silence(facts), unknown(facts))
        }
    };
    format!("{lived} {stalls}")
}

/// How often a leader says itself that no majority answered it.
fn stepped_down(facts: &Facts) -> usize {
    facts.events_of(&[Meaning::QuorumInactiveStepdown]).count()
}

/// What explains the changes: a stall where a line measured one, else only that the old leader came back.
fn silence(facts: &Facts) -> &'static str {
    let kinds: Vec<StallKind> = facts.explaining().map(|stall| stall.kind).gather();
    if kinds.iter().any(|kind| kind.is_measured()) {
        "A stall of the leader"
    } else if kinds.contains(&StallKind::CutOff) {
        "That it was cut off from the majority"
    } else {
        "That it was silent until it came back"
    }
}

/// Nothing measured it: it may be the process as well as the disk or the link.
fn unknown(facts: &Facts) -> &'static str {
    if facts.explaining().all(|stall| stall.kind == StallKind::Return) {
        " No line tells what kept it: its process, its disk or its link."
    } else {
        ""
    }
}

pub(super) fn asked_alone(facts: &Facts, events: &[EventId]) -> String {
    let who = distinct(events.iter().filter_map(|id| facts.event(*id).word("from"))).join(", ");
    // Who voted for itself leads: it may have slept through its own silence.
    let by_leader = events.iter().any(|id| facts.event(*id).word("vote").is_some_and(|vote| facts.event(*id).word("id") == Some(vote)));
    let stood = if by_leader { "It or the leader had stood still, or the link did" } else { "It stood still itself, or its link did" };
    let by_them = |event: &Event| event.word("from").is_some_and(|from| search::has(&who, from));
    let gave_way = !matching(facts, &[Meaning::HigherTermMessage], by_them).is_empty();
    let end = if gave_way { "its higher term deposed the leader" } else { "the leader kept its place" };
    format!("{who} asked for votes while the leader was there for others. {stood}; {end}.")
}
