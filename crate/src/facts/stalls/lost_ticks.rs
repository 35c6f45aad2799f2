//! Stalls that a leader tells of by the ticks of its clock that were lost meanwhile (method 2.2).

use super::measured::leads_at;
use super::{Stall, StallKind};
use crate::facts::beside::time;
use crate::facts::voices::Voice;
use crate::facts::{EventId, Facts, LeaderChange};
use crate::log::event::Meaning;
use crate::moments::Moments;
use crate::units::{Micros, Range};

/// So many ticks wait to be counted; a further one is lost (etcd-io/etcd@v3.3.27:raft/node.go:402).
pub const WAITING_TICKS: Micros = 128;

/// The stalls of a member while it led. Each line tells of one lost tick, so those of one stall follow each other closely.
pub fn lost_ticks(facts: &Facts, voice: &Voice, changes: &[LeaderChange], leads: &Moments) -> Vec<Stall> {
    let mut stalls: Vec<Stall> = Vec::new();
    for id in voice.events.iter().copied().filter(|id| facts.event(*id).meaning == Meaning::GoTickMissed) {
        let Some(now) = time(facts, id) else { continue };
        let waited = WAITING_TICKS * facts.spell(Some(now)).heartbeat;
        match stalls.last_mut().filter(|stall| stall.end.is_some_and(|end| now - end < waited)) {
            Some(stall) => go_on(stall, id, now),
            None if leads_at(changes, leads, &voice.member, now - waited) => stalls.push(begun(voice, id, now, waited)),
            None => {}
        }
    }
    stalls
}

/// How much longer it lasted, nothing tells: twice what is proven is a judgement (method 2.3).
fn begun(voice: &Voice, id: EventId, now: Micros, waited: Micros) -> Stall {
    let length = Range { low: waited, high: 2 * waited };
    Stall { member: voice.member.clone(), end: Some(now), length, planned: length.high, kind: StallKind::LostTicks, events: vec![id] }
}

fn go_on(stall: &mut Stall, id: EventId, now: Micros) {
    let more = (now - stall.end.unwrap_or(now)).max(0);
    stall.length.low += more;
    stall.length.high = 2 * stall.length.low;
    stall.planned = stall.length.high;
    stall.end = Some(now);
    stall.events.push(id);
}

#[cfg(test)]
mod tests {
    use crate::facts::StallKind;
    use crate::rules::testing::facts;
    use crate::units::MS;

    fn log(lost: &[&str]) -> String {
        let line = |second: &str, text: &str| format!("2020-04-20 10:00:{second} I | raft: {text}\n");
        let lost: String = lost.iter().map(|second| line(second, "A tick missed to fire. Node blocks too long!")).collect();
        line("00.000000", "8e9e05c52164694d became leader at term 4")
            + &lost
            + &line("40.000000", "8e9e05c52164694d [term: 4] received a MsgVote message with higher term from 2a0965170762fd09 [term: 5]")
            + &line("40.000100", "raft.node: 8e9e05c52164694d lost leader 8e9e05c52164694d at term 5")
            + &line("40.100000", "raft.node: 8e9e05c52164694d elected leader 2a0965170762fd09 at term 5")
    }

    #[test]
    fn ticks_that_were_lost_prove_how_long_the_leader_stood_still_at_least() {
        let facts = facts(&["ETCD_HEARTBEAT_INTERVAL=100\nETCD_ELECTION_TIMEOUT=1000\n", &log(&["39.700000", "39.800000", "39.900000"])]);
        let change = facts.needless().next().expect("one change");
        let stall = &facts.stalls[change.stall.expect("explained")];
        assert_eq!((stall.kind, stall.length.low, stall.events.len()), (StallKind::LostTicks, 13_000 * MS, 3));
    }

    #[test]
    fn a_follower_that_stood_still_is_no_leader_that_did() {
        let follower = "2020-04-20 10:00:00.000000 I | raft: raft.node: 2a0965170762fd09 elected leader 8e9e05c52164694d at term 4\n\
            2020-04-20 10:00:39.700000 W | raft: A tick missed to fire. Node blocks too long!\n";
        let facts = facts(&["ETCD_HEARTBEAT_INTERVAL=100\nETCD_ELECTION_TIMEOUT=1000\n", follower, &log(&[])]);
        assert!(facts.stalls.iter().all(|stall| stall.kind != StallKind::LostTicks), "{:?}", facts.stalls);
    }
}
