//! How many members vote.

use super::Facts;
use crate::log::event::{Event, Meaning};
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
    distinct(facts.events_of(meanings).flat_map(|(_, event)| ids(event))).len() as u32
}

/// The raft ids that one line names; zeros stand for nobody.
fn ids(event: &Event) -> impl Iterator<Item = &str> {
    let is_id = |text: &&str| (8..=16).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_hexdigit());
    let named = ["id", "leader", "old", "new", "from", "to", "peer"].into_iter().filter_map(|hole| event.word(hole));
    named.filter(is_id).filter(|id| id.bytes().any(|b| b != b'0'))
}

/// Whether members are named that have leaders of their own and never speak of each other: as a limit, in one sentence.
pub fn several_clusters(facts: &Facts) -> Option<String> {
    // No cluster has so many members.
    const MOST: usize = 50;
    let mut groups: Vec<(Vec<&str>, bool)> = Vec::new();
    for (_, event) in facts.events_of(&[Meaning::VoteReceived, Meaning::VoteCast, Meaning::LeaderElected, Meaning::LeaderChanged]) {
        let mut group = (distinct(ids(event)), matches!(event.meaning, Meaning::LeaderElected | Meaning::LeaderChanged));
        let known = |groups: &[(Vec<&str>, bool)]| groups.iter().position(|(other, _)| other.iter().any(|id| group.0.contains(id)));
        if let Some(at) = known(&groups).filter(|at| group.0.iter().all(|id| groups[*at].0.contains(id))) {
            groups[at].1 |= group.1;
            continue;
        }
        while let Some(at) = groups.iter().position(|(other, _)| other.iter().any(|id| group.0.contains(id))) {
            let (other, leads) = groups.swap_remove(at);
            group = (distinct(group.0.into_iter().chain(other)), group.1 || leads);
        }
        if groups.len() > MOST || group.0.len() > MOST {
            return None;
        }
        groups.push(group);
    }
    groups.retain(|(members, leads)| *leads && members.len() > 1);
    crate::sort::sort(&mut groups);
    let [first, second, ..] = &groups[..] else { return None };
    Some(format!(
        "The logs are of {} clusters whose members never speak of each other, as {} and {}. Their leaders and failures are counted together: give each cluster by itself.",
        groups.len(),
        first.0[0],
        second.0[0]
    ))
}

#[cfg(test)]
mod tests {
    use super::several_clusters;
    use crate::rules::testing::facts;

    #[test]
    fn members_that_never_speak_of_each_other() {
        let heard =
            |own: &str, leader: &str| format!("2019-05-04 10:00:01.120345 I | raft: raft.node: {own} elected leader {leader} at term 5\n");
        let (a, b, c) = ("91d25258d70ad868", "2a0965170762fd09", "ca93d269ec463a6b");
        let other = heard("5c1954e5cd7a3e68", "9b7aaee97a50e7e9");
        let said = |text: &str| several_clusters(&facts(&[text]));
        assert!(said(&(heard(a, b) + &other)).is_some_and(|said| said.starts_with("The logs are of 2 clusters")));
        assert_eq!(said(&(heard(a, b) + &heard(c, a) + &heard(b, c))), None);
        // A leader alone may be of either.
        assert_eq!(said(&(heard(a, a) + &other)), None);
    }
}
