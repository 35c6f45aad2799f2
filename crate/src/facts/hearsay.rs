//! Leaders that a member took others for.

use crate::gather::Gather;
use crate::log::event::{Event, LogReading, Meaning, Value};
use crate::log::time::Time;
use crate::units::{Micros, S};

/// Of members mixed up in one log, so many lines of others may stand between two of one (judgement).
const NEAR: usize = 8;
/// So many lines are looked through for the next one of the same member (judgement).
const FAR: usize = 800;
/// Without a leader a member asks for votes within two timeouts. Twice a timeout longer than is usual (judgement).
const SOON: Micros = 30 * S;
/// What leaders alone send.
const OF_A_LEADER: [&str; 3] = ["MsgApp", "MsgHeartbeat", "MsgSnap"];
/// Where a line names the leader whom a member follows from then on.
const NAMES: [&str; 2] = ["to", "leader"];

/// Up to 3.2 a member that learns of a new term by any message but a request for its vote takes the sender for its leader, until
/// a leader speaks (etcd-io/etcd@v3.2.32:raft/raft.go, Step). A term has one leader: whom a member names last in it, led. Where it
/// names no other, it has but lost the one before.
pub fn correct(log: &mut LogReading) {
    let names = |event: &Event| matches!(event.meaning, Meaning::LeaderElected | Meaning::LeaderChanged);
    let naming = (0..log.events.len()).filter(|at| names(&log.events[*at])).gather();
    // From the last one on, as a member may be wrong more than once.
    for (nth, at) in naming.iter().enumerate().rev() {
        let later = naming[nth + 1..].iter().take(NEAR).find(|later| puts_right(&log.events[*at], &log.events[**later]));
        if let Some(later) = later {
            let Some(leader) = named(&log.events[*later]).map(Box::from) else { continue };
            name(&mut log.events[*later], &["from"], &leader);
            name(&mut log.events[*at], &NAMES, &leader);
        } else if told_by_another(&log.events[..=*at]) {
            lost(&mut log.events[*at..]);
        }
    }
}

/// Whether the member takes another leader in the same term.
fn puts_right(before: &Event, later: &Event) -> bool {
    later.meaning == Meaning::LeaderChanged
        && [later.word("id"), later.word("from")] == [before.word("id"), named(before)]
        && later.number("term") == before.number("term")
}

/// Whether the last of these lines names the sender of a message that need not be of a leader.
fn told_by_another(lines: &[Event]) -> bool {
    let Some((naming, before)) = lines.split_last() else { return false };
    let told = |event: &&Event| event.meaning == Meaning::HigherTermMessage && event.word("id") == naming.word("id");
    before.iter().rev().take(NEAR).find(told).is_some_and(|told| {
        told.word("from") == named(naming)
            && told.number("term2") == naming.number("term")
            && !OF_A_LEADER.iter().any(|message| told.word("value") == Some(message))
    })
}

/// The first line tells that its member lost the leader before, and so does that member's next one of the loss of whom it took for
/// one. A leader answers one of an earlier term with such a message, too, and is not lost soon after.
fn lost(lines: &mut [Event]) {
    let Some((naming, after)) = lines.split_first_mut() else { return };
    let Some(leader) = naming.word("from").map(Box::from) else { return };
    let next =
        |event: &&mut Event| matches!(event.meaning, Meaning::LeaderLost | Meaning::LeaderChanged) && event.word("id") == naming.word("id");
    let Some(next) = after.iter_mut().take(FAR).find(next) else { return };
    let hole = if next.meaning == Meaning::LeaderLost { "leader" } else { "from" };
    let later = |(named, lost): (Time, Time)| lost.micros - named.micros > SOON;
    if next.word(hole) != named(naming) || naming.time.zip(next.time).is_some_and(later) {
        return;
    }
    if next.meaning == Meaning::LeaderLost {
        name(next, &[hole], &leader);
    } else {
        next.meaning = Meaning::LeaderElected;
        without(next, "from", "to");
    }
    naming.meaning = Meaning::LeaderLost;
    without(naming, "to", "from");
}

/// Leaves out a member, and makes another one the leader.
fn without(event: &mut Event, gone: &str, leads: &str) {
    event.values.retain(|(hole, _)| *hole != gone);
    event.values.iter_mut().filter(|(hole, _)| *hole == leads).for_each(|(hole, _)| *hole = "leader");
}

fn named(event: &Event) -> Option<&str> {
    NAMES.into_iter().find_map(|hole| event.word(hole))
}

fn name(event: &mut Event, holes: &[&str], leader: &str) {
    for (_, value) in event.values.iter_mut().filter(|(hole, _)| holes.contains(hole)) {
        *value = Value::Text(Box::from(leader));
    }
}

#[cfg(test)]
mod tests {
    use crate::facts::clusters::several_clusters;
    use crate::rules::testing::facts;

    #[test]
    fn who_told_of_a_term_does_not_lead_it() {
        let line = |millis: u32, text: &str| format!("2019-05-04 10:00:05.{millis:03} I | raft: {text}\n");
        let old = |from: &str, to: &str| line(799, &format!("raft.node: 91d25258d70ad868 changed leader from {from} to {to} at term 5"));
        let (a, b, c) = ("91d25258d70ad868", "2a0965170762fd09", "5c1954e5cd7a3e68");
        let begins = format!("2019-05-04 10:00:01.000 I | raft: raft.node: {a} elected leader {a} at term 4\n");
        let wins = line(652, &format!("raft.node: {b} elected leader {b} at term 5"));
        let hears = begins
            + &line(799, &format!("{a} [term: 4] received a MsgAppResp message with higher term from {c} [term: 5]"))
            + &old(a, c)
            + &old(c, b);
        let facts = facts(&[&hears, &wins]);
        assert_eq!(several_clusters(&facts), None);
        let told: Vec<_> = facts.changes.iter().map(|change| (change.term, change.old.as_deref(), change.new.as_deref())).collect();
        assert_eq!(told, [(Some(4), None, Some(a)), (Some(5), Some(a), Some(b))]);
    }

    /// Two asked for votes at once, and the next term has the winner.
    #[test]
    fn a_candidate_that_told_of_its_term_did_not_win_it() {
        let line = |millis: u32, text: &str| format!("2019-05-04 10:00:{:02}.{:03} I | raft: {text}\n", millis / 1000, millis % 1000);
        let (a, b, c) = ("91d25258d70ad868", "2a0965170762fd09", "5c1954e5cd7a3e68");
        let old = line(1_000, &format!("raft.node: {a} elected leader {a} at term 4"))
            + &line(9_763, &format!("{a} [term: 4] received a MsgAppResp message with higher term from {c} [term: 5]"))
            + &line(9_763, &format!("raft.node: {a} changed leader from {a} to {c} at term 5"))
            + &line(10_671, &format!("raft.node: {a} lost leader {c} at term 6"))
            + &line(10_672, &format!("raft.node: {a} elected leader {b} at term 6"));
        let facts = |old: &str| {
            facts(&[old]).changes.iter().map(|change| (change.term, change.old.clone(), change.new.clone())).collect::<Vec<_>>()
        };
        let change = |term: i64, old: Option<&str>, new: &str| (Some(term), old.map(str::to_owned), Some(new.to_owned()));
        assert_eq!(facts(&old), [change(4, None, a), change(6, Some(a), b)]);
        // The next one names whom it took for one, too, and an answer of a leader is followed by no loss.
        let names = old.replace("lost leader 5c1954e5cd7a3e68 at", "changed leader from 5c1954e5cd7a3e68 to 2a0965170762fd09 at");
        assert_eq!(facts(&names), [change(4, None, a), change(6, Some(a), b)]);
        assert_eq!(facts(&old.replace(":10.", ":50.")), [change(4, None, a), change(5, Some(a), c), change(6, Some(c), b)]);
        // Entries are of a leader.
        assert_eq!(facts(&old.replace("MsgAppResp", "MsgApp")), [change(4, None, a), change(5, Some(a), c), change(6, Some(c), b)]);
    }
}
