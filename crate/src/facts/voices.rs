//! Voices: one process as its log shows it. A voice is one host in one document; what it says
//! about itself ties it to a raft member.

use super::{EventId, Facts};
use crate::gather::Gather;
use crate::index::{Index, slot};
use crate::log::event::{Event, LogReading, Meaning};
use crate::sort::{distinct, sort};
use crate::units::Micros;

/// Lines that a process prints only when it starts. Method 3.2 lists them; a leader whose next
/// line is one of these really ended.
pub const START_LINES: &[Meaning] = &[
    Meaning::EtcdVersion,
    Meaning::StartMember,
    Meaning::AlreadyInit,
    Meaning::StartupZapConfig,
    Meaning::Newraft,
    Meaning::ListeningForPeers,
    Meaning::Start04,
    Meaning::StartupHeartbeat,
];

/// Lines that name a new leader; those of etcd 0.4 name no term.
pub const NAME_LEADER: &[Meaning] = &[Meaning::BecameLeader, Meaning::LeaderElected, Meaning::LeaderChanged, Meaning::Leader04];

/// One process of etcd as its lines show it.
#[derive(Clone, Debug, Default)]
pub struct Voice {
    /// Index into `Facts::logs`.
    pub log: usize,
    /// Host index within that log; `None` where lines name no host.
    pub host: Option<u16>,
    /// Raft member id or name it gives itself; else host or document.
    pub member: String,
    /// One of several members whose lines stand mixed up: only those that name it are here.
    pub among: bool,
    /// Its etcd events, oldest first.
    pub events: Vec<EventId>,
    /// The latest time up to each of them.
    latest: Vec<Micros>,
    /// Where it names a new leader, by term.
    leaders: Vec<(Option<i64>, usize)>,
}

impl Voice {
    /// Where its first event at or after this moment stands.
    pub fn since(&self, moment: Micros) -> usize {
        self.latest.partition_point(|latest| *latest < moment)
    }

    /// Where it names the leader of this term.
    pub fn naming_leader_of(&self, term: Option<i64>) -> impl Iterator<Item = usize> {
        let from = self.leaders.partition_point(|(other, _)| *other < term);
        self.leaders[from..].iter().take_while(move |(other, _)| *other == term).map(|(_, at)| *at)
    }

    /// Whether it printed this event.
    pub fn printed(&self, facts: &Facts, id: EventId) -> bool {
        self.log == id.log && self.host == facts.event(id).host && facts.event(id).is_etcd_server()
    }
}

/// All etcd voices of the input. `events` must be oldest first within each log.
pub fn etcd_voices(facts: &Facts) -> Vec<Voice> {
    let mut voices: Vec<Voice> = Vec::new();
    let mut index = Index::default();
    for (id, event) in facts.all_events().filter(|(_, event)| event.is_etcd_server()) {
        let voice = slot(&mut voices, index.position(facts.voice(id)));
        (voice.log, voice.host) = (id.log, event.host);
        voice.events.push(id);
    }
    for at in 0..voices.len() {
        let speakers = distinct(voices[at].events.iter().filter_map(|id| speaker(facts.event(*id))));
        voices[at].member = match speakers[..] {
            [_, _, ..] if voices[at].host.is_none() => {
                voices.extend(speakers.into_iter().map(|member| lines_of(facts, &voices[at], member)).gather());
                facts.host(voices[at].events[0])
            }
            _ => own_name(facts, &voices[at]),
        };
    }
    for voice in &mut voices {
        let mut latest = Micros::MIN;
        for (at, id) in voice.events.iter().enumerate() {
            let event = facts.event(*id);
            latest = latest.max(event.time.map_or(latest, |time| time.micros));
            voice.latest.push(latest);
            if NAME_LEADER.contains(&event.meaning) {
                voice.leaders.push((event.number("term"), at));
            }
        }
        sort(&mut voice.leaders);
    }
    voices
}

/// What one member says of itself, where the lines of several stand mixed up and name no machine, as those of
/// `kubectl logs -l` do.
fn lines_of(facts: &Facts, mixed: &Voice, member: &str) -> Voice {
    let own = mixed.events.iter().copied().filter(|id| speaker(facts.event(*id)) == Some(member)).gather();
    // A member becomes a follower of its last term just before it says that it starts (etcd-io/etcd@v3.4.45:raft/raft.go,
    // newRaft): here its start lines name nobody, so this one would tell of a member that ran.
    let starts = |at: &usize| own.get(at + 1).is_some_and(|next| facts.event(*next).meaning == Meaning::Newraft);
    let events = (0..own.len()).filter(|at| !starts(at)).map(|at| own[at]).gather();
    Voice { log: mixed.log, member: member.to_owned(), among: true, events, ..Voice::default() }
}

/// The id a process uses for itself in raft lines, else its host, else its document.
fn own_name(facts: &Facts, voice: &Voice) -> String {
    let own = voice.events.iter().find_map(|id| speaker(facts.event(*id)));
    own.map_or_else(|| facts.host(voice.events[0]), str::to_owned)
}

/// Raft ids and the machines they run on, where lines name them. The last machine of an id counts.
pub fn machines_of_members(facts: &Facts) -> Vec<(String, String)> {
    let mut voices = etcd_voices(facts);
    voices.retain(|voice| voice.host.is_some());
    voices.into_iter().rev().map(|voice| (voice.member.clone(), facts.host(voice.events[0]))).gather()
}

/// The member that speaks in a raft line.
pub fn speaker(event: &Event) -> Option<&str> {
    event.word("id")
}

/// The one member that speaks of itself in a log.
pub fn only_member(log: &LogReading) -> Option<&str> {
    let mut members = log.events.iter().filter_map(speaker);
    let first = members.next()?;
    members.all(|member| member == first).then_some(first)
}

/// Starts of an etcd process after its first one, one line each. A start prints several lines of
/// its kind, each once: a line that comes again belongs to the next start.
pub(super) fn restarts(facts: &Facts, voices: &[Voice]) -> Vec<EventId> {
    let mut restarts = Vec::new();
    for voice in voices.iter().filter(|voice| !voice.among) {
        // Members whose lines stand mixed up and name no machine start once each. Of their start lines one kind is counted.
        let members = voices.iter().filter(|one| one.among && one.log == voice.log && voice.host.is_none()).count().max(1);
        let mut printed: Vec<u16> = Vec::new();
        let (mut lived, mut starts) = (false, false);
        for (at, id) in voice.events.iter().enumerate() {
            let event = facts.event(*id);
            if !matches!(event.meaning, Meaning::EtcdVersion | Meaning::StartupZapConfig | Meaning::Start04) {
                // Only a running member speaks of terms, and one that starts: an excerpt may begin below its first start line.
                starts |= START_LINES.contains(&event.meaning);
                let next = voice.events.get(at + 1).map(|next| facts.event(*next).meaning);
                let begins = event.meaning == Meaning::BecameFollower && next == Some(Meaning::Newraft);
                lived |= printed.is_empty() && !starts && !begins && event.number("term").is_some();
                continue;
            }
            if members > 1 && printed.first().is_some_and(|first| *first != event.signature) {
                continue;
            }
            let again = printed.iter().filter(|known| **known == event.signature).count() >= members;
            if again || printed.is_empty() && lived {
                restarts.push(*id);
            }
            if again && members == 1 {
                printed.clear();
            }
            printed.push(event.signature);
        }
    }
    restarts
}

#[cfg(test)]
mod tests {
    use crate::rules::testing::facts;

    /// As `kubectl logs --follow -l component=etcd` mixes them.
    #[test]
    fn members_whose_lines_stand_mixed_up_start_once_each() {
        let start = |second: u32| format!("2016-04-20 10:00:{second:02}.000000 I | etcdmain: etcd Version: 2.3.8\n");
        let follows =
            |second: u32, member: &str| format!("2016-04-20 10:00:{second:02}.000000 I | raft: {member} became follower at term 2\n");
        let (a, b) = ("91d25258d70ad868", "2a0965170762fd09");
        let mixed = [start(1), start(2), follows(3, a), follows(4, b), follows(5, a)].concat();
        let restarts = |text: &str| facts(&[text]).restarts.len();
        assert_eq!((restarts(&mixed), restarts(&(mixed.clone() + &start(6)))), (0, 1));
        assert_eq!(restarts(&[mixed.as_str(), &start(6), &start(7), &start(8)].concat()), 3);
        assert_eq!(restarts(&[start(1), follows(3, a), start(6)].concat()), 1);
        // An excerpt that begins within a start.
        let raft = format!(
            "2016-04-20 10:00:03.000100 I | raft: newRaft {a} [peers: [], term: 2, commit: 0, applied: 0, lastindex: 0, lastterm: 0]\n"
        );
        assert_eq!(restarts(&[follows(3, a), raft, start(6)].concat()), 0);
    }
}
