//! Elections that only the terms tell of: their own lines are not here.

use super::elections::{Election, VOTES, last_term_of_boot};
use super::{RULE, WITHOUT_WINNER};
use crate::facts::voices::START_LINES;
use crate::facts::{ChangeClass, EventId, Facts, LeaderChange};
use crate::gather::Gather;
use crate::ids::RuleId;
use crate::index::{Index, slot};
use crate::log::event::{Event, Meaning};
use crate::parameters::Parameter::{ElectionTimeout, HeartbeatInterval};
use crate::report::{Confidence, Severity};
use crate::rules::Finding;
use crate::rules::common::{MANY_TERMS, last_entry_term, plural, publishes_soon, span, starts, time};
use crate::units::{Micros, S};

/// The first of these that the terms tell.
pub(super) fn told(facts: &Facts, elections: &[Election]) -> Option<Finding> {
    by_jump(facts).or_else(|| by_old_entry(facts)).or_else(|| by_others(facts, elections))
}

/// Over longer the lines in between may be missing as a whole, those of elections that were won among them (judgement).
const JUMP_WITHIN: Micros = 3600 * S;

/// Two leaders that one process names soon after each other, with terms far apart: each try to be elected raises the term.
fn by_jump(facts: &Facts) -> Option<Finding> {
    let (mut voices, mut known) = (Index::default(), Vec::<Option<(i64, EventId)>>::new());
    let mut most: Option<(i64, [EventId; 2])> = None;
    for (id, event) in facts.events_of(&[START_LINES, &[Meaning::LeaderElected, Meaning::LeaderChanged]].concat()) {
        let last = slot(&mut known, voices.position(facts.voice(id)));
        let leader = event.number("term").filter(|_| !START_LINES.contains(&event.meaning)).map(|term| (term, id));
        let before = std::mem::replace(last, leader);
        let (Some((before, first)), Some((term, _))) = (before, leader) else { continue };
        if span(facts, &[first, id]).is_some_and(|apart| apart <= JUMP_WITHIN) && time(facts, first).is_some() {
            most = most.max(Some((term - before, [first, id])));
        }
    }
    let (rise, events) = most.filter(|(rise, _)| *rise >= MANY_TERMS)?;
    let title = format!("Between two leaders the term rose by {rise}");
    let what = "Each try of a member to be elected raises it by one, won or lost, and the lines of these tries are not here. A member that is cut off tries alone, up to etcd 3.3 and wherever pre-vote is off.";
    Some(finding(facts, title, what, &events, rise as usize))
}

/// So many terms without an entry are more than a vote that was split (judgement).
const TERMS_WITHOUT_ENTRY: i64 = 3;

/// A member whose last entry is of a term long past, as it votes or asks for votes. Each leader begins its term with an
/// entry (etcd-io/etcd@v3.4.45:raft/raft.go, becomeLeader).
fn by_old_entry(facts: &Facts) -> Option<Finding> {
    let (rise, event) = since_last_entry(facts)?;
    let title = format!("The term rose by {rise} since a member got an entry from a leader");
    let what = "Each leader begins its term with an entry, and each try to be elected raises the term. So these tries failed, or the member is cut off from whoever leads.";
    Some(finding(facts, title, what, &[event], rise as usize).because(WITHOUT_WINNER))
}

/// By how much, where that is more than a split vote, and the line that tells it.
pub(super) fn since_last_entry(facts: &Facts) -> Option<(i64, EventId)> {
    let (starts, boot) = (starts(facts), last_term_of_boot(facts));
    let terms_since = |id: EventId, event: &Event| {
        let term = event
            .number("term")
            .filter(|term| boot.is_none_or(|boot| *term > boot) && !starts.before(facts, id) && !publishes_soon(facts, id))?;
        let entry = last_entry_term(event)?;
        // A new cluster's entries are of term 1 until its members are there, and its first leader ends the wait.
        let first = |change: &LeaderChange| change.new.is_some() && change.term >= Some(term);
        (entry > 1 || !facts.changes.iter().any(first)).then_some((term - entry, id))
    };
    facts.events_of(VOTES).filter_map(|(id, event)| terms_since(id, event)).max().filter(|(rise, _)| *rise >= TERMS_WITHOUT_ENTRY)
}

/// Terms that rose for members that did not stand for election, where nothing tells which leader was lost.
fn by_others(facts: &Facts, elections: &[Election]) -> Option<Finding> {
    const TELL_MORE: &[Meaning] = &[
        Meaning::LeaderLost,
        Meaning::LeaderChanged,
        Meaning::Leader04,
        Meaning::QuorumInactiveStepdown,
        Meaning::BecameLeader,
        Meaning::ElectionStart,
        Meaning::BecameCandidate,
        Meaning::VoteIgnoredLease,
    ];
    let by_class = facts.changes.iter().any(|change| change.class != ChangeClass::Start || change.old.is_some());
    if by_class || facts.has(TELL_MORE) {
        return None;
    }
    let events: Vec<EventId> = elections.iter().map(|election| election.event).filter(|id| by_vote(facts, *id)).gather();
    if events.is_empty() {
        return None;
    }
    let title = format!("{}; no line shows why", plural(events.len() as u64, "election", "elections"));
    let what = "A member followed others into a new term. Which leader it had before, and whether that one lived, is not shown.";
    let mut finding = finding(facts, title, what, &events, events.len());
    // One is no churn: it lets the loss of a leader be inferred.
    if events.len() == 1 {
        finding.id = RuleId::EtcdLeaderLost;
    }
    Some(finding)
}

/// Whether a member rose to a term by a request for its vote, or by what the excerpt leaves out. One that hears an elected
/// leader of a higher term was away, or joins; and in its first terms a cluster is not complete.
fn by_vote(facts: &Facts, id: EventId) -> bool {
    let rose = facts.event(id);
    let same = |event: &&Event| event.meaning == Meaning::HigherTermMessage && event.word("id") == rose.word("id");
    let asked = |event: &Event| event.word("value") == Some("MsgVote") && event.number("term") > Some(1);
    matches!(rose.meaning, Meaning::BecameFollower | Meaning::LeaderElected)
        && !publishes_soon(facts, id)
        && !starts(facts).before(facts, id)
        && facts.before(id, 5).find(same).is_none_or(asked)
}

/// What terms tell where the elections themselves are not among the lines.
fn finding(facts: &Facts, title: String, what: &str, events: &[EventId], count: usize) -> Finding {
    let finding = Finding::new(RULE.id, Severity::Warning, Confidence::Medium, title, what);
    finding.showing(facts, events).counting(count).on(&[ElectionTimeout, HeartbeatInterval])
}
