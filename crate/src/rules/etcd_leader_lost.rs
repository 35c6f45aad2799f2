//! `etcd-leader-lost`: a member lost its leader, and nobody handed it over.

use super::common::{
    TRANSFERS, human_limit, last_entry_term, matching, near, plural, range, starts, stopped_on_purpose, time, times, with_etcd_stop,
};
use super::{Finding, Rule};
use crate::facts::stalls::NO_FAILOVER_TAKES;
use crate::facts::took_back::{TookBack, took_back};
use crate::facts::voices::START_LINES;
use crate::facts::{ChangeClass, EventId, Facts, LeaderChange, StallKind};
use crate::gather::Gather;
use crate::ids::RuleId;
use crate::index::{self, Index};
use crate::log::event::{Event, Meaning};
use crate::parameters::Parameter::{ElectionTimeout, HeartbeatInterval};
use crate::report::{Confidence, Severity};
use crate::search;
use crate::sort::distinct;
use crate::units::{Micros, Range, S, human};

/// The rule.
pub const RULE: Rule = Rule {
    id: RuleId::EtcdLeaderLost,
    why: "Without a leader etcd accepts no write. Whatever writes, as the leases of its clients do, waits or fails until the next leader is there.",
    what_to_do: "Read the old leader's log of the seconds before: a stall, the end of its process and a broken link each leave their own lines. Timers help only against a stall.",
    references: &[
        "etcd-io/etcd@v2.3.8:raft/node.go:305",
        "lab: elections while the old leader lives are needless, those after its death are what a cluster is for",
    ],
    check,
};

fn check(facts: &Facts) -> Option<Finding> {
    let unplanned: Vec<_> = facts
        .changes
        .iter()
        .filter(|change| matches!(change.class, ChangeClass::Needless | ChangeClass::Wanted) && change.old.is_some())
        .gather();
    if !unplanned.is_empty() && unplanned.iter().all(|change| stopped_on_purpose(facts, change)) {
        return None;
    }
    let needless = unplanned.iter().filter(|change| is_needless(facts, change)).count();
    let mut events = lost_lines(facts);
    let inferred = events.is_empty();
    if inferred {
        let told = |change: &&&LeaderChange| change.old != change.new || is_needless(facts, change);
        events = unplanned.iter().filter(told).filter_map(|change| change.events.first().copied()).gather();
    }
    if events.is_empty() {
        events = unasked(facts, first_campaigns(facts));
    }
    if events.is_empty() {
        if let Some(finding) = by_higher_term(facts) {
            return Some(finding);
        }
    }
    // Where a leader changed, none is shown to have kept its place.
    let by_itself = [ChangeClass::Needless, ChangeClass::Wanted, ChangeClass::Outgrown];
    let changed = facts.changes.iter().any(|change| by_itself.contains(&change.class));
    let refused = events.is_empty() && !changed;
    if refused {
        events = refused_votes(facts);
    }
    // A cluster that elects more than once before it works is still starting.
    let starting =
        facts.changes.iter().skip(1).filter(|change| change.class == ChangeClass::Start).filter_map(|change| change.elected).max();
    events.retain(|id| time(facts, *id).is_none_or(|now| starting.is_none_or(|until| now > until)));
    if events.is_empty() {
        return None;
    }
    if let Some(back) = took_back(facts).filter(|_| unplanned.is_empty() && !refused) {
        return Some(without_it(facts, &events, &back));
    }
    // A term that got no leader is a round that failed, not one more loss.
    let count = if unplanned.is_empty() { losses(facts, &events) } else { unplanned.len() };
    let all_wanted = !unplanned.is_empty() && unplanned.iter().all(|change| change.class == ChangeClass::Wanted);
    let severity = if needless > 0 { Severity::Critical } else { Severity::Warning };
    let confidence = if inferred { Confidence::Medium } else { Confidence::High };
    let finding = Finding::new(
        RULE.id,
        severity,
        confidence,
        title(facts, count, needless, all_wanted),
        if refused { asked_alone(facts, &events) } else { what(facts, needless, unplanned.len(), all_wanted) },
    )
    .showing(facts, &events)
    .counting(count)
    .on(&[ElectionTimeout, HeartbeatInterval]);
    Some(if needless == 0 || raised(facts).is_empty() {
        finding
    } else {
        finding.advising("Look at the member that asked for votes: its process, its disk, its link to the leader. In etcd 3.4 --pre-vote=true, the default from 3.5 on, keeps such a member from taking a leader's place.")
    })
}

/// A leader gave way, and the excerpt ends with that.
fn by_higher_term(facts: &Facts) -> Option<Finding> {
    let events = gave_way(facts);
    let title = format!("A leader gave way to a higher term {}", times(events.len() as u64));
    let what = "Another member had missed it and asked for votes. The excerpt does not show who leads since, nor why it was missed.";
    let finding = || Finding::new(RULE.id, Severity::Warning, Confidence::High, title, what).showing(facts, &events);
    (!events.is_empty()).then(|| finding().counting(events.len()).on(&[ElectionTimeout, HeartbeatInterval]))
}

/// A member was without its leader, and nobody else was elected.
fn without_it(facts: &Facts, events: &[EventId], back: &TookBack) -> Finding {
    let long = if back.longest > 0 { format!(", for up to {}", human(back.longest)) } else { String::new() };
    let title = format!("A member lost its leader {}{long}, and took the same one back", times(back.times as u64));
    let what = "Nobody else was elected: the others heard the leader, or stood still as well. Meanwhile this member could serve nothing that needs the leader.";
    Finding::new(RULE.id, Severity::Warning, Confidence::High, title, what)
        .showing(facts, events)
        .counting(back.times)
        .on(&[ElectionTimeout, HeartbeatInterval])
        .advising("Look at this member and at its link to the leader: no late heartbeat in the leader's log means that the leader ran.")
}

/// A living leader lost its place, to another member or by a stall.
fn is_needless(facts: &Facts, change: &LeaderChange) -> bool {
    change.class == ChangeClass::Needless && (change.old != change.new || change.stall.is_some()) && !without_majority(facts, change)
}

/// The old leader had stepped down for want of a majority, and for longer than any failover takes nobody took its place:
/// none was there that could have elected another one.
fn without_majority(facts: &Facts, change: &LeaderChange) -> bool {
    let Some(elected) = change.elected.filter(|_| change.class == ChangeClass::Needless) else { return false };
    let until = elected - (NO_FAILOVER_TAKES * facts.value(ElectionTimeout)).max(5 * S);
    let gave_up = facts.last_time(Meaning::QuorumInactiveStepdown, elected);
    gave_up.is_some_and(|down| down < until && facts.elected.between(down, elected - 1).is_empty())
}

/// The members whose requests for votes took the place of a leader that the others heard, one for each change.
fn raised(facts: &Facts) -> Vec<&str> {
    facts
        .needless()
        .filter(|change| change.old.is_some() && is_needless(facts, change))
        .filter_map(|change| change.raised_by.as_deref())
        .gather()
}

fn title(facts: &Facts, count: usize, needless: usize, all_wanted: bool) -> String {
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
    let measured = facts.explaining().filter(|stall| stall.kind.is_measured()).map(|stall| stall.length);
    let around = measured.reduce(|a, b| Range { low: a.low.min(b.low), high: a.high.max(b.high) });
    match around {
        Some(stalls) if needless > 0 => {
            format!(
                "{}: the leader stalled {}, followers wait {}",
                plural(needless as u64, "needless leader change", "needless leader changes"),
                range(stalls),
                human_limit(facts, ElectionTimeout)
            )
        }
        _ if facts.explained() > 0 => {
            let about = facts.explaining().map(|stall| stall.planned).max().unwrap_or(0);
            format!(
                "{}: the leader was silent for up to about {}, followers wait {}",
                plural(needless as u64, "needless leader change", "needless leader changes"),
                human(about),
                human_limit(facts, ElectionTimeout)
            )
        }
        _ if needless > 0 && facts.needless().all(LeaderChange::shows_alive) => {
            format!("{}: the old leader was alive", plural(needless as u64, "needless leader change", "needless leader changes"))
        }
        _ if needless > 0 => {
            format!("{}; no line shows that the old leader ended", plural(needless as u64, "leader change", "leader changes"))
        }
        _ if stepped_down(facts) >= count => format!("The leader stepped down {}, as it heard from no majority", times(count as u64)),
        _ => format!("A member lost its leader {}", times(count as u64)),
    }
}

fn what(facts: &Facts, needless: usize, changes: usize, all_wanted: bool) -> String {
    if changes == 0 {
        let who = if stepped_down(facts) > 0 {
            "A leader gave up its place because it heard from no majority."
        } else {
            "A member stopped hearing its leader."
        };
        return format!("{who} The excerpt does not show which leader followed, nor why.");
    }
    let unplanned = plural(changes as u64, "unplanned leader change", "unplanned leader changes");
    let alive = facts.needless().filter(|change| is_needless(facts, change) && change.shows_alive()).count();
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
        _ if all_wanted => return format!("{unplanned}, each after the old leader's process had ended."),
        (0, 0) if stepped_down(facts) >= changes => {
            return String::from(
                "The others, or the links to them, were silent for an election-timeout; then the same member led again. Its own log does not show which.",
            );
        }
        (0, 0) => {
            return String::from("The same member led again: a follower stopped hearing it and asked for votes. No stall explains that.");
        }
        (0, wanted) => return format!("Of {unplanned} {wanted} came after the old leader's process had ended.{again}"),
        (1, 0) if alive == 0 && changes == 1 => String::from("Nothing shows whether the old leader lived."),
        (_, 0) if alive == 0 => format!("{unplanned}, and nothing shows whether the old leaders lived."),
        (needless, 0) if alive < needless => {
            format!("{unplanned}; {} the old leader is seen to have lived, else nothing shows it.", times(alive as u64))
        }
        (needless, wanted) if alive < needless => {
            format!(
                "Of {unplanned} {wanted} came after the old leader's process had ended; of the others no line shows that it did.{again}"
            )
        }
        (1, 0) if changes == 1 => String::from("The old leader lived when it lost its place."),
        (needless, 0) if needless == changes => format!("{unplanned}, and the old leader lived each time."),
        (needless, 0) => format!("Of {unplanned} {needless} came while the old leader lived.{again}"),
        (needless, wanted) => {
            format!("Of {unplanned} {needless} came while the old leader lived, {wanted} after its process had ended.{again}")
        }
    };
    let raised = raised(facts);
    let stalls = match facts.explained() {
        0 if raised.len() == needless => format!(
            "{} missed the leader and raised the term, which made the leader step down. The leader did not stall.",
            distinct(raised.iter().copied()).join(", ")
        ),
        0 => String::from("No measured stall explains that."),
        some => {
            let which = match (some == needless, needless) {
                (true, 1) => String::from("it"),
                (true, _) => String::from("each of them"),
                _ => format!("{some} of {needless}"),
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

/// Nothing measured it: it may be the process as well as the link.
fn unknown(facts: &Facts) -> &'static str {
    if facts.explaining().all(|stall| stall.kind == StallKind::Return) {
        " No line tells whether its process stood still or its link did."
    } else {
        ""
    }
}

/// Lines that say it, without those that belong to a hand-over, a stop by hand, or timers of before.
fn lost_lines(facts: &Facts) -> Vec<EventId> {
    let of = |class: ChangeClass| {
        let changes = facts.changes.iter().filter(move |change| change.class == class);
        changes.flat_map(|change| change.events.iter().copied())
    };
    let (planned, needless) = (distinct(of(ChangeClass::Planned)), distinct(of(ChangeClass::Needless)));
    // With pre-vote a member that asks has lost its leader in the old term.
    let outgrown = facts.outgrown_terms();
    let before = |id: &EventId| {
        let leads_there = |term| outgrown.ended(term).is_some_and(|ended| term >= ended);
        facts.event(*id).number("term").is_some_and(leads_there) && needless.binary_search(id).is_err()
    };
    // A member of 0.4 that starts remembers a leader from before, and drops it with its first election.
    let remembered = |id: EventId| facts.event(id).meaning == Meaning::Leader04 && near(facts, id, START_LINES, -10 * S, 0, 20);
    let says_lost = |event: &Event| event.meaning != Meaning::Leader04 || event.word("new").is_none_or(str::is_empty);
    let says = [Meaning::LeaderLost, Meaning::LeaderChanged, Meaning::QuorumInactiveStepdown, Meaning::Leader04];
    let mut events = matching(facts, &says, says_lost);
    events.retain(|id| planned.binary_search(id).is_err() && !before(id) && !remembered(*id));
    unasked(facts, events)
}

/// Those of the lines that no stop by hand explains, and no hand-over that any member logged in the five seconds before.
fn unasked(facts: &Facts, mut events: Vec<EventId>) -> Vec<EventId> {
    let transfers: Vec<Micros> = facts.times_of(TRANSFERS);
    let handed_over = |id: EventId| match time(facts, id) {
        Some(now) => transfers.iter().any(|transfer| (0..=5 * S).contains(&(now - transfer))),
        None => near(facts, id, TRANSFERS, 0, 0, 20),
    };
    events.retain(|id| !with_etcd_stop(facts, *id) && !handed_over(*id));
    events
}

/// A member that is seen to win a term, and then to hear of a higher one: it steps down (etcd-io/etcd@v3.4.45:raft/raft.go,
/// Step).
fn gave_way(facts: &Facts) -> Vec<EventId> {
    let term_of = |event: &Event| Some(index::key(event.word("id")?.bytes()).wrapping_add(event.number("term")?));
    let mut won = Index::default();
    for (_, event) in facts.events_of(&[Meaning::BecameLeader]) {
        term_of(event).map(|key| won.position(key));
    }
    // Where the next leader is shown, the change itself tells more.
    let latest = facts.changes.iter().filter_map(|change| change.term).max();
    let unknown = |event: &Event| event.number("term2").is_none_or(|term| latest.is_none_or(|latest| term > latest));
    let gave = |event: &Event| unknown(event) && term_of(event).is_some_and(|key| won.find(key).is_some());
    unasked(facts, matching(facts, &[Meaning::HigherTermMessage], gave))
}

/// The first campaign of a member that followed a leader: it asks others for votes, its last entry is
/// of the term it leaves, and it did not start just before. A member that only goes on campaigning
/// has an older entry and no leader to lose.
fn first_campaigns(facts: &Facts) -> Vec<EventId> {
    let mut voices = Index::default();
    let mut campaigns = facts.meaning(&[Meaning::ElectionStart]);
    campaigns.retain(|id| voices.is_new(facts.voice(*id)));
    let starts = starts(facts);
    let followed = |id: &EventId| {
        let Some(term) = facts.event(*id).number("term") else { return false };
        let printed = |meaning: Meaning| facts.before(*id, usize::MAX).any(|event| event.meaning == meaning);
        let asks_others = || facts.after(*id, 11).any(|event| event.meaning == Meaning::VoteSent && last_entry_term(event) == Some(term));
        // A process publishes itself once, when it hears the first leader after its start.
        let starting = || near(facts, *id, &[Meaning::Published, Meaning::PublishError], 0, 30 * S, 40);
        // An excerpt may begin within a round; with pre-vote no round raises the term.
        let asked_before = || printed(Meaning::VoteSent);
        !starts.before(facts, *id) && (printed(Meaning::VoteIgnoredLease) || asks_others()) && !starting() && !asked_before()
    };
    campaigns.into_iter().filter(followed).take(1).gather()
}

/// Requests for votes that a member ignored as its leader was there: whoever asked heard none for an
/// election-timeout (etcd-io/etcd@v3.4.45:raft/raft.go:850).
fn refused_votes(facts: &Facts) -> Vec<EventId> {
    matching(facts, &[Meaning::VoteIgnoredLease], |event| event.word("from") != event.word("id"))
}

fn asked_alone(facts: &Facts, events: &[EventId]) -> String {
    let who = distinct(events.iter().filter_map(|id| facts.event(*id).word("from"))).join(", ");
    // Who voted for itself leads: it may have slept through its own silence.
    let by_leader = events.iter().any(|id| facts.event(*id).word("vote").is_some_and(|vote| facts.event(*id).word("id") == Some(vote)));
    let stood = if by_leader { "It or the leader had stood still, or the link did" } else { "It stood still itself, or its link did" };
    let gave_way = facts
        .any_event(|event| event.meaning == Meaning::HigherTermMessage && event.word("from").is_some_and(|from| search::has(&who, from)));
    let end = if gave_way { "its higher term deposed the leader" } else { "the leader kept its place" };
    format!("{who} asked for votes while the leader was there for others. {stood}; {end}.")
}

/// How many losses these lines are: several members lose the same leader together.
fn losses(facts: &Facts, events: &[EventId]) -> usize {
    let (mut terms, mut moments) = (Vec::new(), Vec::new());
    // Without terms, as in 0.4, each leader that is lost has a name.
    let names = distinct(events.iter().filter_map(|id| facts.event(*id).word("old"))).len();
    for id in events {
        match facts.event(*id).number("term") {
            Some(term) => terms.push(term),
            None => moments.push(time(facts, *id).map_or(id.event as i64, |time| time / (10 * S))),
        };
    }
    if terms.is_empty() { distinct(moments).len().max(names) } else { distinct(terms).len() }
}

#[cfg(test)]
mod tests {
    use crate::ids::RuleId;
    use crate::report::Severity;
    use crate::rules::testing::{facts, find};

    #[test]
    fn a_leader_that_refuses_a_vote_as_it_wakes_may_have_to_go() {
        let log = "2019-11-05 10:01:10.500000 I | raft: 2abf76fc689f1968 [logterm: 358, index: 129, vote: 2abf76fc689f1968] ignored MsgVote from a2d20e2ccf5be40c [logterm: 358, index: 129] at term 358: lease is not expired (remaining ticks: 10)\n";
        let deposed = "2019-11-05 10:01:10.700000 I | raft: 2abf76fc689f1968 [term: 358] received a MsgAppResp message with higher term from a2d20e2ccf5be40c [term: 359]\n";
        let what = |log: &str| find(&facts(&[log]), RuleId::EtcdLeaderLost).expect("asked").what;
        assert!(what(log).ends_with("the leader kept its place."), "{}", what(log));
        assert!(what(&(log.to_owned() + deposed)).ends_with("its higher term deposed the leader."));
    }

    #[test]
    fn without_times_the_order_of_the_lines_tells() {
        let late = "failed to send out heartbeat on time (deadline exceeded for 1.412123s)\n";
        let lost = "\
8e9e05c52164694d [term: 5] received a MsgVote message with higher term from fd422379fda50e48 [term: 6]
8e9e05c52164694d became follower at term 6
raft.node: 8e9e05c52164694d lost leader 8e9e05c52164694d at term 6
raft.node: 8e9e05c52164694d elected leader fd422379fda50e48 at term 6
";
        let title = |log: &str| find(&facts(&[log]), RuleId::EtcdLeaderLost).expect("lost").title;
        assert!(title(&(late.to_owned() + lost)).contains("the leader stalled 1.51 to 1.61"));
        assert!(!title(&(lost.to_owned() + late)).contains("stalled"));
    }

    #[test]
    fn a_leader_that_hands_over_gives_way_unseen() {
        let line = |clock: &str, message: &str| {
            format!("{{\"level\":\"info\",\"ts\":\"2024-05-14T17:04:{clock}Z\",\"caller\":\"raft/raft.go:865\",\"msg\":\"{message}\"}}\n")
        };
        let won = line("01.100", "18c54abf5eae5036 became leader at term 2");
        let hands = line("10.553", "18c54abf5eae5036 [term 2] starts to transfer leadership to 343c1c56a3296f58");
        let higher =
            line("10.557", "18c54abf5eae5036 [term: 2] received a MsgVote message with higher term from 343c1c56a3296f58 [term: 3]");
        let found = |log: String| find(&facts(&[&log]), RuleId::EtcdLeaderLost).is_some();
        assert!(!found(format!("{won}{hands}{higher}")));
        assert!(found(won.clone() + &higher));
        let next = line("10.560", "raft.node: 18c54abf5eae5036 elected leader 343c1c56a3296f58 at term 3");
        let title = find(&facts(&[&(won + &higher + &next)]), RuleId::EtcdLeaderLost).expect("changed").title;
        assert!(!title.contains("gave way"), "{title}");
    }

    /// The others ended, and were started again ten seconds later.
    #[test]
    fn a_leader_whose_majority_was_away_was_not_replaced_needlessly() {
        let line = |second: u32, text: &str| format!("2018-05-14 17:04:{second:02}.000000 I | raft: {text}\n");
        let log = |next: u32| {
            line(1, "raft.node: 343c1c56a3296f58 elected leader 343c1c56a3296f58 at term 5")
                + &line(20, "343c1c56a3296f58 stepped down to follower since quorum is not active")
                + &line(20, "raft.node: 343c1c56a3296f58 lost leader 343c1c56a3296f58 at term 5")
                + &line(next, "raft.node: 343c1c56a3296f58 elected leader 18c54abf5eae5036 at term 6")
        };
        let found = |next| find(&facts(&[&log(next)]), RuleId::EtcdLeaderLost).expect("lost");
        assert_eq!((found(31).severity, found(22).severity), (Severity::Warning, Severity::Critical));
        assert!(found(31).what.contains("until a majority was back"), "{}", found(31).what);
    }

    #[test]
    fn whoever_is_asked_to_lead_has_lost_nobody() {
        let line = |text: &str| format!("2024-05-14 17:04:10.553000 I | raft: {text}\n");
        let asked =
            line("343c1c56a3296f58 [term 2] received MsgTimeoutNow from 18c54abf5eae5036 and starts an election to get leadership.");
        let asks = line("343c1c56a3296f58 is starting a new election at term 2")
            + &line("343c1c56a3296f58 became candidate at term 3")
            + &line("343c1c56a3296f58 [logterm: 2, index: 18] sent MsgVote request to 18c54abf5eae5036 at term 3");
        assert!(find(&facts(&[&(asked + &asks)]), RuleId::EtcdLeaderLost).is_none());
        assert!(find(&facts(&[&asks]), RuleId::EtcdLeaderLost).is_some());
    }

    #[test]
    fn a_member_that_starts_had_no_leader_to_lose() {
        let campaign = "\
2019-04-15 08:40:01.629932 I | raft: 18647d3de1022d1f is starting a new election at term 2
2019-04-15 08:40:01.629951 I | raft: 18647d3de1022d1f became candidate at term 3
2019-04-15 08:40:01.629990 I | raft: 18647d3de1022d1f [logterm: 2, index: 41] sent MsgVote request to 25b94689aa475203 at term 3
2019-04-15 08:40:02.223522 I | raft: 18647d3de1022d1f became follower at term 6
2019-04-15 08:40:02.224402 I | raft: raft.node: 18647d3de1022d1f elected leader 25b94689aa475203 at term 6
";
        assert!(find(&facts(&[campaign]), RuleId::EtcdLeaderLost).is_some());
        let published = "2019-04-15 08:40:02.226746 I | etcdserver: published {Name:n1 ClientURLs:[https://192.0.2.1:2379]} to cluster 7d05ee670e95b1f6\n";
        assert!(find(&facts(&[&(String::from(campaign) + published)]), RuleId::EtcdLeaderLost).is_none());
    }

    #[test]
    fn a_member_of_04_that_starts_loses_none() {
        let line = |time: &str, text: &str| format!("[etcd] Jul 29 {time}.643 INFO      | {text}\n");
        let start = line("18:29:42", "peer server [name n1, listen on :7001, advertised url http://n1.test:7001]");
        let lost = |time: &str| line(time, "n1: leader changed from 'n2' to ''.");
        let found = |log: String| find(&facts(&[&log]), RuleId::EtcdLeaderLost).is_some();
        assert!(!found(start.clone() + &lost("18:29:43")));
        assert!(found(start + &lost("18:49:43")));
    }

    /// With pre-vote the last entry is of the term of every round.
    #[test]
    fn a_member_that_goes_on_asking_loses_no_leader() {
        let asks = "2023-05-17 14:25:15.839000 I | raft: 18647d3de1022d1f [logterm: 18, index: 41] sent MsgPreVote request to 25b94689aa475203 at term 18\n";
        let round = format!("2023-05-17 14:25:15.838000 I | raft: 18647d3de1022d1f is starting a new election at term 18\n{asks}");
        let found = |log: String| find(&facts(&[&log]), RuleId::EtcdLeaderLost).is_some();
        assert!(found(round.clone()));
        assert!(!found(format!("{asks}{}", round.replace(":15.8", ":17.2"))), "an excerpt that begins within a round");
        let publish = "2023-05-17 14:25:19.000000 E | etcdserver: publish error: etcdserver: request timed out\n";
        assert!(!found(round + publish), "it heard no leader since its start");
    }

    #[test]
    fn a_leader_that_lost_its_place_minutes_after_its_start() {
        let log = "\
2016-04-20 09:40:04.000000 I | etcdmain: etcd Version: 2.3.8
2016-04-20 10:00:04.000000 W | etcdserver: failed to send out heartbeat on time (deadline exceeded for 1.302s)
2016-04-20 10:00:04.000100 I | raft: 91d25258d70ad868 [term: 4] received a MsgHeartbeatResp message with higher term from 2a0965170762fd09 [term: 5]
2016-04-20 10:00:04.000200 I | raft: 91d25258d70ad868 became follower at term 5
2016-04-20 10:00:04.000300 I | raft: raft.node: 91d25258d70ad868 changed leader from 91d25258d70ad868 to 2a0965170762fd09 at term 5
";
        assert_eq!(find(&facts(&[log]), RuleId::EtcdLeaderLost).expect("it lived").severity, Severity::Critical);
    }

    #[test]
    fn that_a_leader_lived_is_said_where_a_line_shows_it() {
        let changed = "\
2016-04-20 10:00:01.000000 I | raft: raft.node: 2a0965170762fd09 lost leader 91d25258d70ad868 at term 5
2016-04-20 10:00:01.100000 I | raft: raft.node: 2a0965170762fd09 elected leader 8e9e05c52164694d at term 5
";
        let title = |log: &str| find(&facts(&[log]), RuleId::EtcdLeaderLost).expect("a change").title;
        assert!(title(changed).ends_with("no line shows that the old leader ended"), "{}", title(changed));
        let again = "2016-04-20 10:00:01.600000 I | raft: 2a0965170762fd09 [term: 5] ignored a MsgApp message with lower term from 91d25258d70ad868 [term: 4]\n";
        assert!(title(&(String::from(changed) + again)).contains("the leader was silent for up to about"));
    }

    #[test]
    fn the_same_leader_again_is_no_process_that_ended() {
        let log = "\
2020-02-01 02:12:05.000000 I | raft: 91bc3c398fb3c146 is starting a new election at term 5
2020-02-01 02:12:05.000100 I | raft: 91bc3c398fb3c146 became candidate at term 6
2020-02-01 02:12:05.000200 I | raft: raft.node: 91bc3c398fb3c146 lost leader 8e9e05c52164694d at term 6
2020-02-01 02:12:07.000000 I | raft: raft.node: 91bc3c398fb3c146 elected leader 8e9e05c52164694d at term 6
";
        let found = find(&facts(&[log]), RuleId::EtcdLeaderLost).expect("lost");
        assert!(
            found.title.starts_with("A member lost its leader") && found.what.contains("same member"),
            "{} {}",
            found.title,
            found.what
        );
    }

    #[test]
    fn a_leader_that_heard_from_no_majority_and_led_again() {
        let log = "\
2026-03-02 10:00:02.000000 I | raft: 8211f1d0f64f3269 became leader at term 2
2026-03-02 10:20:41.000000 W | raft: 8211f1d0f64f3269 stepped down to follower since quorum is not active
2026-03-02 10:20:41.000000 I | raft: raft.node: 8211f1d0f64f3269 lost leader 8211f1d0f64f3269 at term 2
2026-03-02 10:20:42.300000 I | raft: 8211f1d0f64f3269 became candidate at term 3
2026-03-02 10:20:43.010000 I | raft: 8211f1d0f64f3269 became leader at term 3
2026-03-02 10:40:00.000000 I | etcdserver: saved snapshot at index 20002
";
        let found = find(&facts(&[log]), RuleId::EtcdLeaderLost).expect("lost");
        assert_eq!(found.title, "The leader stepped down once, as it heard from no majority");
        assert!(found.what.contains("then the same member led again"), "{}", found.what);
    }

    #[test]
    fn a_leader_that_stalled_and_lost_its_place() {
        let log = "\
2016-04-20 10:00:01.000000 I | raft: 2a0965170762fd09 is starting a new election at term 4
2016-04-20 10:00:01.000100 I | raft: 2a0965170762fd09 became candidate at term 5
2016-04-20 10:00:01.000200 I | raft: raft.node: 2a0965170762fd09 lost leader 91d25258d70ad868 at term 5
2016-04-20 10:00:01.002000 I | raft: 2a0965170762fd09 became leader at term 5
2016-04-20 10:00:01.002100 I | raft: raft.node: 2a0965170762fd09 elected leader 2a0965170762fd09 at term 5
";
        let found = find(&facts(&[log]), RuleId::EtcdLeaderLost).expect("lost");
        assert_eq!((found.count, found.severity), (1, Severity::Critical));
    }

    #[test]
    fn the_winner_after_a_round_without_one_follows_the_leader_that_was_lost() {
        let log = "\
2021-09-16 05:38:02.983000 I | raft: 27ecc6d4a68d02f0 [term: 898] received a MsgAppResp message with higher term from 2c93ddd62e188857 [term: 900]
2021-09-16 05:38:02.983100 I | raft: 27ecc6d4a68d02f0 became follower at term 900
2021-09-16 05:38:02.983200 I | raft: raft.node: 27ecc6d4a68d02f0 lost leader 27ecc6d4a68d02f0 at term 900
2021-09-16 05:38:04.983000 I | raft: 27ecc6d4a68d02f0 became candidate at term 902
2021-09-16 05:38:04.990000 I | raft: 27ecc6d4a68d02f0 became leader at term 902
";
        let facts = facts(&[log]);
        // Somebody else's term is there: this is no cluster of one.
        assert_eq!(facts.members, None);
        let change = facts.needless().next().expect("one change");
        assert_eq!((change.old.as_deref(), change.new.as_deref()), (Some("27ecc6d4a68d02f0"), Some("27ecc6d4a68d02f0")));
        assert!(find(&facts, RuleId::EtcdLeaderLost).expect("lost").what.contains("same member"));
    }

    #[test]
    fn a_member_whose_request_for_votes_was_ignored() {
        let log = "2025-06-05 17:10:03.583842 I | raft: 2abf76fc689f1968 [logterm: 358, index: 41, vote: 2abf76fc689f1968] ignored MsgPreVote from a2d20e2ccf5be40c [logterm: 358, index: 41] at term 358: lease is not expired (remaining ticks: 10)\n";
        let found = find(&facts(&[log]), RuleId::EtcdLeaderLost).expect("one member heard no leader");
        assert!(found.severity == Severity::Warning && found.what.starts_with("a2d20e2ccf5be40c asked"), "{}", found.what);
        // The same member leads again after it: that it kept its place would be wrong.
        let again = "2025-06-05 17:10:04.900000 I | raft: 2abf76fc689f1968 became candidate at term 359\n2025-06-05 17:10:04.950000 I | raft: raft.node: 2abf76fc689f1968 elected leader 2abf76fc689f1968 at term 359\n";
        let found = find(&facts(&[&(log.to_owned() + again)]), RuleId::EtcdLeaderLost);
        assert!(found.is_none_or(|found| !found.what.contains("kept its place")));
    }

    #[test]
    fn etcd_0_4_reports_the_loss_and_the_next_leader_apart() {
        let log = "\
Jun 24 10:05:04 n2 etcd[5]: [etcd] Jun 24 10:05:04.321 INFO      | node02: warning: heartbeat near election timeout: 230.1ms
Jun 24 11:00:37 n2 etcd[5]: [etcd] Jun 24 11:00:37.213 INFO      | node02: leader changed from 'node05' to ''.
Jun 24 11:00:37 n2 etcd[5]: [etcd] Jun 24 11:00:37.250 INFO      | node02: leader changed from '' to 'node02'.
";
        let facts = facts(&[log]);
        let change = facts.needless().next().expect("one change");
        assert_eq!((change.old.as_deref(), change.new.as_deref()), (Some("node05"), Some("node02")));
        // Gaps of 230 ms against 200 ms say what cost the lead, though the last one printed no line.
        assert_eq!(change.stall.map(|at| facts.stalls[at].planned), Some(230_100));
    }

    #[test]
    fn a_hand_over_is_no_loss() {
        let log = "\
2017-04-20 10:00:01.000000 I | etcdserver: 2a0965170762fd09 starts leadership transfer from 2a0965170762fd09 to 91d25258d70ad868
2017-04-20 10:00:01.003000 I | raft: 2a0965170762fd09 became follower at term 6
2017-04-20 10:00:01.003100 I | raft: raft.node: 2a0965170762fd09 lost leader 2a0965170762fd09 at term 6
2017-04-20 10:00:01.005000 I | raft: raft.node: 2a0965170762fd09 elected leader 91d25258d70ad868 at term 6
";
        assert!(find(&facts(&[log]), RuleId::EtcdLeaderLost).is_none());
    }

    #[test]
    fn a_member_that_only_campaigns_on_lost_none() {
        let log = "\
2018-05-14 17:04:56.000000 I | raft: 343c1c56a3296f58 is starting a new election at term 254
2018-05-14 17:04:56.000100 I | raft: 343c1c56a3296f58 became candidate at term 255
2018-05-14 17:04:56.000200 I | raft: 343c1c56a3296f58 [logterm: 1, index: 3] sent MsgVote request to 18c54abf5eae5036 at term 255
";
        assert!(find(&facts(&[log]), RuleId::EtcdLeaderLost).is_none());
    }

    /// Of three changes one came with the leader alive, in one the same member won again, and no process ended.
    #[test]
    fn a_member_that_leads_again_had_not_ended() {
        let term = |second: u32, old: &str, new: &str, term: u32| {
            format!(
                "2020-04-20 10:00:{second}.000000 I | raft: raft.node: 2a0965170762fd09 lost leader {old} at term {term}\n\
                 2020-04-20 10:00:{second}.100000 I | raft: raft.node: 2a0965170762fd09 elected leader {new} at term {term}\n"
            )
        };
        let (a, b) = ("91d25258d70ad868", "ca93d269ec463a6b");
        let log = format!("2020-04-20 10:00:00.000000 I | raft: raft.node: 2a0965170762fd09 elected leader {a} at term 4\n")
            + &term(20, a, b, 5)
            + "2020-04-20 10:00:20.600000 I | raft: 2a0965170762fd09 [term: 5] ignored a MsgHeartbeat message with lower term from 91d25258d70ad868 [term: 4]\n"
            + &term(40, b, b, 6);
        let what = find(&facts(&[&log]), RuleId::EtcdLeaderLost).expect("lost").what;
        assert!(what.contains("The same member led again once") && !what.contains("ended"), "{what}");
    }

    #[test]
    fn a_member_that_takes_its_leader_back() {
        let line = |second: u32, who: &str, words: &str, term: u32| {
            format!(
                "{{\"level\":\"info\",\"ts\":\"2023-03-02T10:00:{second:02}.000Z\",\"logger\":\"raft\",\"caller\":\"etcdserver/zap_raft.go:77\",\"msg\":\"{who} {words} at term {term}\"}}\n"
            )
        };
        let (own, leader) = ("2a0965170762fd09", "91d25258d70ad868");
        let names = |second, verb: &str, term| line(second, &format!("raft.node: {own}"), &format!("{verb} leader {leader}"), term);
        let log = |term| names(1, "elected", 2) + &names(20, "lost", 2) + &names(38, "elected", term);
        let found = find(&facts(&[&log(2)]), RuleId::EtcdLeaderLost).expect("missed");
        assert!(found.title.ends_with("once, for up to 18\u{a0}s, and took the same one back"), "{}", found.title);
        let led = line(1, leader, "became leader", 2);
        let back = |logs: &[&str]| super::took_back(&facts(logs)).map(|back| back.with_leader);
        assert_eq!((back(&[&log(2)]), back(&[&log(2), &led]), back(&[&log(4)])), (Some(false), Some(true), None));
    }

    #[test]
    fn a_leader_that_gives_way_at_the_end_of_an_excerpt() {
        let line = |minute: u32, text: &str| format!("Apr 29 10:{minute:02}:39 n1 etcd[1224]: {text}\n");
        let won = line(32, "8e9e05c52164694d became leader at term 7");
        let higher = |term: u32| {
            line(
                37,
                &format!("8e9e05c52164694d [term: {term}] received a MsgVote message with higher term from 91d25258d70ad868 [term: 8]"),
            )
        };
        let found = find(&facts(&[&(won.clone() + &higher(7))]), RuleId::EtcdLeaderLost).expect("it led");
        assert_eq!((found.title.as_str(), found.severity), ("A leader gave way to a higher term once", Severity::Warning));
        assert!(find(&facts(&[&(won + &higher(6))]), RuleId::EtcdLeaderLost).is_none(), "it led term 7");
    }

    /// From 3.5 on a member asks first, and an excerpt may begin with that.
    #[test]
    fn an_excerpt_that_begins_as_a_member_asks_first_shows_no_change() {
        let raft = |minute: u32, text: &str| format!("2023-05-04 10:{minute:02}:12.000000 I | raft: {text}\n");
        let round = |minute: u32| {
            raft(minute, "8e9e05c52164694d became pre-candidate at term 5")
                + &raft(minute, "raft.node: 8e9e05c52164694d lost leader 91d25258d70ad868 at term 5")
                + &raft(minute, "raft.node: 8e9e05c52164694d elected leader 91d25258d70ad868 at term 5").replace(".000000", ".011000")
        };
        let found = find(&facts(&[&(round(11) + &round(12))]), RuleId::EtcdLeaderLost).expect("it lost the leader");
        assert_eq!(found.title, "A member lost its leader twice, for up to 11\u{a0}ms, and took the same one back");
    }
}
