//! How many members vote.

use super::Facts;
use crate::log::event::Meaning;
use crate::sort::distinct;

/// How many members vote: stated, configured, or at least those that the logs name.
pub(super) fn members(facts: &Facts) -> Option<u32> {
    let stated = facts.assumptions.members;
    let configured = facts.configurations.iter().filter_map(|c| c.cluster.members).max();
    stated.or(configured).or_else(|| named_members(facts))
}

/// Names in a log are at least the members: an excerpt of one member's lines names few. Three and more
/// are taken as they are; fewer only where the log counts them, or shows one winning without asking anybody.
fn named_members(facts: &Facts) -> Option<u32> {
    const SPEAK_OF_OTHERS: [Meaning; 6] = [
        Meaning::VoteSent,
        Meaning::VoteCast,
        Meaning::VoteReceived,
        Meaning::LeaderElected,
        Meaning::LeaderChanged,
        Meaning::BecameLeader,
    ];
    let named = ids_in(facts, &SPEAK_OF_OTHERS);
    if named >= 3 {
        return Some(named);
    }
    let counted = ids_in(facts, &[Meaning::MemberChange]);
    if counted > 0 {
        return Some(named.max(counted));
    }
    let has = |meaning| facts.events_of(&[meaning]).next().is_some();
    // Somebody else's vote or term is no count of members: a removed one asks for votes too.
    let heard = ids_in(facts, &[Meaning::BecameLeader, Meaning::VoteIgnoredLease, Meaning::HigherTermMessage, Meaning::LowerTermIgnored]);
    let alone = named == 1 && heard == 1 && has(Meaning::BecameCandidate) && has(Meaning::BecameLeader) && !has(Meaning::VoteSent);
    // 0.4 names its members in plain words.
    let old = distinct(facts.events_of(&[Meaning::Leader04]).filter_map(|(_, event)| event.word("new")).filter(|name| !name.is_empty()));
    if alone { Some(1) } else { (old.len() >= 3).then_some(old.len() as u32) }
}

/// How many different raft ids these lines name.
fn ids_in(facts: &Facts, meanings: &[Meaning]) -> u32 {
    let is_id = |text: &&str| (8..=16).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_hexdigit());
    let ids = facts
        .events_of(meanings)
        .flat_map(|(_, event)| ["id", "leader", "old", "new", "from", "to", "peer"].into_iter().filter_map(|hole| event.word(hole)))
        .filter(is_id);
    distinct(ids).iter().filter(|id| id.bytes().any(|b| b != b'0')).count() as u32
}
