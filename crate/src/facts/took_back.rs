//! Members that missed their leader and took it back: nobody else was elected.

use super::Facts;
use super::voices::NAME_LEADER;
use crate::log::event::{Event, Meaning};
use crate::units::Micros;

/// Members that lost their leader and took the same one of the same term back.
pub struct TookBack {
    /// The longest time between the two; 0 where the lines have no times.
    pub longest: Micros,
    /// The lines that name the leader again.
    pub times: usize,
    /// The leader's own log is in the input.
    pub with_leader: bool,
}

/// Where every member that lost its leader took the same one of the same term back: nobody else was elected. From 3.5 on a
/// member first asks whether it would be voted for, and drops its leader for that (etcd-io/etcd@v3.4.45:raft/raft.go:729).
pub fn took_back(facts: &Facts) -> Option<TookBack> {
    let mut back = TookBack { longest: 0, times: 0, with_leader: true };
    let names = |event: &Event| event.meaning == Meaning::LeaderLost || NAME_LEADER.contains(&event.meaning);
    for (id, lost) in facts.events_of(&[Meaning::LeaderLost]) {
        let (leader, term) = (lost.word("leader")?, lost.number("term")?);
        // The log may end before the last one is over.
        let Some(next) = facts.after(id, usize::MAX).find(|event| names(event)) else { continue };
        if next.meaning != Meaning::LeaderElected || next.word("leader") != Some(leader) || next.number("term") != Some(term) {
            return None;
        }
        let gap = next.time.zip(lost.time).map_or(0, |(next, lost)| next.micros - lost.micros);
        back.longest = back.longest.max(gap);
        back.times += 1;
        let itself = |event: &Event| event.word("id") == Some(leader) && event.number("term") == Some(term);
        back.with_leader &= facts.events_of(&[Meaning::BecameLeader]).any(|(_, event)| itself(event));
    }
    (back.times > 0).then_some(back)
}
