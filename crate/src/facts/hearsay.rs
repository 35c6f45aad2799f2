//! Leaders that a member took others for.

use crate::gather::Gather;
use crate::log::event::{Event, LogReading, Meaning, Value};

/// Up to 3.2 a member that learns of a new term by any message but a request for its vote takes the sender for its leader, until
/// that one speaks (etcd-io/etcd@v3.2.32:raft/raft.go, Step). A term has one leader: whom a member names last in it, led.
pub fn correct(log: &mut LogReading) {
    // Of members mixed up in one log, lines of others may stand between.
    const NEAR: usize = 8;
    let names = |event: &Event| matches!(event.meaning, Meaning::LeaderElected | Meaning::LeaderChanged);
    let naming = (0..log.events.len()).filter(|at| names(&log.events[*at])).gather();
    // From the last one on, as a member may be wrong more than once.
    for (nth, at) in naming.iter().enumerate().rev() {
        let this = &log.events[*at];
        let took_back = |later: &&usize| {
            let later = &log.events[**later];
            later.meaning == Meaning::LeaderChanged
                && [later.word("id"), later.word("from")] == [this.word("id"), named(this)]
                && later.number("term") == this.number("term")
        };
        let Some(later) = naming[nth + 1..].iter().take(NEAR).find(took_back).copied() else { continue };
        let Some(leader) = named(&log.events[later]).map(Box::from) else { continue };
        name(&mut log.events[later], &["from"], &leader);
        name(&mut log.events[*at], &NAMES, &leader);
    }
}

/// Where a line names the leader whom a member follows from then on.
const NAMES: [&str; 2] = ["to", "leader"];

fn named(event: &Event) -> Option<&str> {
    NAMES.into_iter().find_map(|hole| event.word(hole))
}

fn name(event: &mut Event, holes: &[&str], leader: &Box<str>) {
    for (_, value) in event.values.iter_mut().filter(|(hole, _)| holes.contains(hole)) {
        *value = Value::Text(leader.clone());
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
}
