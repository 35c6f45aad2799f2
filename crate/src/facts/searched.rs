//! Logs that went through a search, as `grep elected`: lines that etcd prints together do not stand together.

use super::Facts;
use crate::log::event::Meaning;

const BECAME: &[Meaning] = &[Meaning::BecameFollower, Meaning::BecameCandidate, Meaning::BecamePreCandidate, Meaning::BecameLeader];

/// What etcd prints, and what the same member always prints with it (etcd-io/etcd@v3.4.45:raft/raft.go: campaign, becomeLeader,
/// reset; raft/node.go:305).
const TOGETHER: &[(Meaning, &[Meaning])] = &[
    (Meaning::ElectionStart, &[Meaning::BecameCandidate, Meaning::BecamePreCandidate]),
    (Meaning::BecameLeader, &[Meaning::BecameCandidate]),
    (Meaning::BecameCandidate, &[Meaning::VoteReceived, Meaning::VoteSent, Meaning::VoteCount]),
    (Meaning::LeaderLost, BECAME),
    (Meaning::LeaderElected, BECAME),
];

impl Facts {
    /// Whether a search picked the lines that tell of elections: what it left out may have told that a process ended, or that
    /// somebody moved the leadership.
    pub fn searched(&self) -> bool {
        // An excerpt may begin or end in the middle of one election, of which each member has its lines.
        let of_several = |line: Meaning| {
            let mut terms = self.events_of(&[line]).filter_map(|(_, event)| event.number("term"));
            let first = terms.next();
            terms.any(|term| Some(term) != first)
        };
        let alone = |(line, others): &(Meaning, &[Meaning])| of_several(*line) && !self.has(others);
        // Rows that a terminal cut lack such words, too.
        *self.searched.get_or_init(|| TOGETHER.iter().any(alone) && !self.any_event(|event| event.cut))
    }
}

#[cfg(test)]
mod tests {
    use crate::report::{Timing, Verdict};
    use crate::rules::testing::facts;
    use crate::{Document, Input, analyze};

    const MEMBERS: [&str; 3] = ["8e9e05c52164694d", "91bc3c398fb3c146", "fd422379fda50e48"];

    /// Elections of three members that take turns: the one that led has started anew each time, or has not.
    fn log(member: usize, restarts: bool) -> String {
        let mut log = String::new();
        for term in 2..6 {
            let (old, new) = ((term + 2) % 3, term % 3);
            let line = |at: u32, text: &str| format!("2021-03-02 10:{term:02}:{at:02}.000000 I | {text}\n");
            let (me, won) = (MEMBERS[member], MEMBERS[new]);
            let names = [
                format!("raft.node: {me} lost leader {} at term {term}", MEMBERS[old]),
                format!("raft.node: {me} elected leader {won} at term {term}"),
            ];
            let of_winner = [
                format!("{me} is starting a new election at term {}", term - 1),
                format!("{me} became candidate at term {term}"),
                format!("{me} received MsgVoteResp from {me} at term {term}"),
                format!("{me} became leader at term {term}"),
            ];
            let start = [
                "etcdmain: etcd Version: 3.3.10".to_owned(),
                "etcdserver: heartbeat = 100ms".to_owned(),
                "etcdserver: election = 1000ms".to_owned(),
            ];
            let follower = [format!("{me} became follower at term {term}")];
            let lines: Vec<String> = match member {
                _ if member == new => of_winner.into_iter().chain(names).collect(),
                _ if member == old && restarts => start.into_iter().chain(follower).chain([names[1].clone()]).collect(),
                _ => follower.into_iter().chain(names).collect(),
            };
            log.extend(lines.iter().zip(10..).map(|(text, at)| line(at, text)));
        }
        log
    }

    fn searched(restarts: bool, word: &str) -> (bool, Verdict) {
        let texts: Vec<String> = (0..3)
            .map(|member| log(member, restarts).lines().filter(|line| line.contains(word)).map(|line| format!("{line}\n")).collect())
            .collect();
        let documents =
            texts.iter().enumerate().map(|(at, text)| Document { name: Some(format!("m{at}.log")), text: text.clone() }).collect();
        let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
        (facts(&texts).searched(), analyze(&Input { documents, ..Input::default() }).verdict)
    }

    /// As `cut -c1-80` and a copied screen leave them; and an excerpt of three members that begins within an election.
    #[test]
    fn rows_that_were_cut_and_a_beginning_are_no_search() {
        let rows = |width: usize| -> String {
            (0..3)
                .map(|member| log(member, false))
                .collect::<String>()
                .lines()
                .filter(|row| row.contains("raft.node: ") || row.contains("became c"))
                .map(|row| row[..row.len().min(width)].to_owned() + "\n")
                .collect()
        };
        assert!(facts(&[&rows(200)]).searched() && !facts(&[&rows(80)]).searched());
        let begun = |term: u32| {
            [0, 1, 2].map(|member| {
                format!("2021-03-02 10:0{term}:10.000000 I | raft.node: {} elected leader {} at term {term}\n", MEMBERS[member], MEMBERS[1])
            })
        };
        let [one, other] = [begun(5), begun(6)];
        assert!(!facts(&one.each_ref().map(String::as_str)).searched() && facts(&[&one[0], &other[1]]).searched());
    }

    /// Whether the process that led had ended is in the whole log only.
    #[test]
    fn a_search_leaves_out_why_the_leader_changed() {
        let (found, verdict) = searched(true, "");
        assert_eq!((found, verdict.timing), (false, Timing::NotTheRemedy));
        for word in ["election at", "elected leader"] {
            let (found, verdict) = searched(true, word);
            assert_eq!((found, verdict.timing), (true, Timing::Undecided), "{word}");
            assert!(verdict.why.starts_with("A search seems to have picked"), "{word}: {}", verdict.why);
        }
        assert!(searched(true, "leader").0 && searched(true, "became").0);
        assert!(!searched(false, "").0);
    }
}
