//! The lines that tell of the loss.

use crate::facts::voices::START_LINES;
use crate::facts::{ChangeClass, EventId, Facts, LeaderChange};
use crate::gather::Gather;
use crate::index::{self, Index};
use crate::log::event::{Event, Meaning};
use crate::rules::common::{TRANSFERS, last_entry_term, matching, near, publishes_soon, starts, time, with_etcd_stop};
use crate::sort::distinct;
use crate::units::{Micros, S};

/// Lines that say it, without those that belong to a hand-over, a stop by hand, or timers of before.
pub(super) fn lost_lines(facts: &Facts) -> Vec<EventId> {
    let of = |fits: &dyn Fn(&LeaderChange) -> bool| {
        let changes = facts.changes.iter().filter(|change| fits(change));
        distinct(changes.flat_map(|change| change.events.iter().copied()))
    };
    let (asked_for, needless) = (of(&LeaderChange::is_asked_for), of(&|change| change.class == ChangeClass::Needless));
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
    events.retain(|id| asked_for.binary_search(id).is_err() && !before(id) && !remembered(*id));
    unasked(facts, events)
}

/// Those of the lines that no stop by hand explains, and no hand-over that any member logged in the five seconds before.
pub(super) fn unasked(facts: &Facts, mut events: Vec<EventId>) -> Vec<EventId> {
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
pub(super) fn gave_way(facts: &Facts) -> Vec<EventId> {
    let term_of = |event: &Event| Some(index::key(event.word("id")?).wrapping_add(event.number("term")?));
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
/// has an older entry and no leader to lose. A new cluster begins in term 1, which nobody leads
/// (etcd-io/etcd@v3.4.45:raft/bootstrap.go).
pub(super) fn first_campaigns(facts: &Facts) -> Vec<EventId> {
    let mut voices = Index::default();
    let mut campaigns = facts.meaning(&[Meaning::ElectionStart]);
    campaigns.retain(|id| voices.is_new(facts.voice(*id)));
    let starts = starts(facts);
    let followed = |id: &EventId| {
        let Some(term) = facts.event(*id).number("term").filter(|term| *term > 1) else { return false };
        let printed = |meaning: Meaning| facts.before(*id, usize::MAX).any(|event| event.meaning == meaning);
        let asks_others = || facts.after(*id, 11).any(|event| event.meaning == Meaning::VoteSent && last_entry_term(event) == Some(term));
        // Or it had named another member as the leader of this term.
        let knew_one = |event: &Event| {
            let (own, leader) = (event.word("id"), event.word("leader"));
            event.meaning == Meaning::LeaderElected
                && event.number("term") == Some(term)
                && own == facts.event(*id).word("id")
                && leader != own
        };
        // An excerpt may begin within a round; with pre-vote no round raises the term.
        let asked_before = || printed(Meaning::VoteSent);
        !starts.before(facts, *id)
            && (printed(Meaning::VoteIgnoredLease) || asks_others() || facts.before(*id, usize::MAX).any(knew_one))
            && !publishes_soon(facts, *id)
            && !asked_before()
    };
    campaigns.into_iter().filter(followed).take(1).gather()
}

/// Requests for votes that a member ignored as its leader was there: whoever asked heard none for an
/// election-timeout (etcd-io/etcd@v3.4.45:raft/raft.go:850).
pub(super) fn refused_votes(facts: &Facts) -> Vec<EventId> {
    matching(facts, &[Meaning::VoteIgnoredLease], |event| event.word("from") != event.word("id"))
}

/// How many losses these lines are: several members lose the same leader together.
pub(super) fn losses(facts: &Facts, events: &[EventId]) -> usize {
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
