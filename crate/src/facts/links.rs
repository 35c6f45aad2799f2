//! Links between members: lines in which one breaks, lines in which its peer answers, and whether it is there again.

use super::beside::{near, span, time};
use super::texts::says;
use super::voices::{NAME_LEADER, START_LINES};
use super::{EventId, Facts};
use crate::gather::Gather;
use crate::log::event::{Event, Meaning};
use crate::search;
use crate::sort::{by_key, distinct, groups};
use crate::units::{Micros, S};

/// Lines in which a link breaks, or is found broken.
pub const BROKEN: &[Meaning] = &[
    Meaning::PeerInactive,
    Meaning::PeerStreamLost,
    Meaning::PeerDialError,
    Meaning::PeerReadFailed,
    Meaning::ProberUnhealthy,
    Meaning::PeerVersion,
];

/// Lines in which a peer is shown to answer.
const ANSWERS: &[Meaning] = &[Meaning::PeerActive, Meaning::PeerStreamUp, Meaning::ClockDrift];

/// What the other side answered, where it did not answer as a member does.
pub const NO_HEALTH: &str = "cannot unmarshal";

/// The peer that a line names.
pub fn peer(event: &Event) -> Option<&str> {
    event.word("peer").or(event.word("value"))
}

/// A connection to a peer came up.
pub fn came_up(event: &Event) -> bool {
    matches!(event.meaning, Meaning::PeerActive | Meaning::PeerStreamUp)
}

/// The other side closed the connection, or had just gone.
pub fn was_closed(event: &Event) -> bool {
    !says(event, &["timeout", "deadline", "no route", "unreachable", "tcp: lookup ", "no such host", NO_HEALTH])
}

/// A connection that was there and fell silent, or what follows from that; none that could not be made, was refused or was closed.
pub fn fell_silent(event: &Event) -> bool {
    let other = ["dial tcp", "refused", "EOF", "reset", "broken pipe", "no route", "unreachable", "no such host", "lookup", NO_HEALTH];
    !says(event, &other)
}

/// A check that has neither succeeded nor failed: etcd prints the error of the last one, and there was none
/// (etcd-io/etcd@v3.4.45:etcdserver/api/rafthttp/probing_status.go:78; its JSON leaves the field out).
pub fn is_late_probe(event: &Event) -> bool {
    // A line that was cut may have had it; behind a whole object a store may have put something of its own.
    let is_whole = event.text.rfind('{').is_some_and(|at| event.text[at..].contains('}'));
    let without_error = is_whole && !search::has(&event.text, "\"error\"");
    event.meaning == Meaning::ProberUnhealthy && (says(event, &["could not connect: <nil>"]) || without_error)
}

/// The clocks are compared with the last answer, also where the probe just before had none
/// (etcd-io/etcd@v3.4.45:etcdserver/api/rafthttp/probing_status.go:62).
fn is_answer(facts: &Facts, id: EventId) -> bool {
    facts.event(id).meaning != Meaning::ClockDrift || !near(facts, id, &[Meaning::ProberUnhealthy], -S, S, 1)
}

/// A peer answered so soon after the last of these lines.
pub fn answered_within(facts: &Facts, events: &[EventId], delay: Micros) -> bool {
    let Some(last) = events.iter().filter_map(|id| time(facts, *id)).max() else { return false };
    facts.events_between(ANSWERS, last, last + delay).any(|(id, _)| is_answer(facts, id))
}

/// The link of this line comes up again further down in its log.
pub fn comes_up_below(facts: &Facts, id: EventId) -> bool {
    /// So many recognised lines are looked at.
    const NEARBY: usize = 500;
    let who = peer(facts.event(id));
    facts.logs[id.log].events[id.event..].iter().take(NEARBY).any(|event| came_up(event) && peer(event) == who)
}

/// A refused peer within seconds of a start, on this member or its peers, when all was well after it. A stream that
/// falls silent was up before.
pub fn part_of_a_start(facts: &Facts, id: EventId, first_start: Option<Micros>) -> bool {
    /// A member connects to its peers within seconds of its start.
    const START: Micros = 30 * S;
    let event = facts.event(id);
    if says(event, &["read tcp"]) && says(event, &["i/o timeout"]) {
        return false;
    }
    let started = near(facts, id, START_LINES, -START, 0, 60)
        || matches!((time(facts, id), first_start), (Some(now), Some(start)) if (0..=START).contains(&(now - start)));
    started && well_after(facts, id)
}

/// The member's links came up after this line or it had a leader, or the excerpt ends too soon to tell.
fn well_after(facts: &Facts, id: EventId) -> bool {
    let Some(log) = facts.logs.get(id.log) else { return false };
    let event = facts.event(id);
    let later = || log.events.iter().skip(id.event).filter(|other| other.host == event.host);
    let up = later().take(1_000).any(|other| ANSWERS.contains(&other.meaning) || NAME_LEADER.contains(&other.meaning));
    let last = later().next_back().and_then(Event::moment);
    let covered = match (last, event.time) {
        (Some(last), Some(now)) => last - now.micros >= 5 * S,
        _ => later().nth(10).is_some(),
    };
    up || !covered
}

/// Breaks of links and answers of peers, held against each other.
pub struct Links<'a> {
    facts: &'a Facts,
    /// Lines of breaks, by time.
    broken: Vec<EventId>,
    /// Lines in which a peer answers, by time.
    answers: Vec<EventId>,
}

impl Links<'_> {
    /// The links that these lines tell of.
    pub fn of<'a>(facts: &'a Facts, broken: &[EventId]) -> Links<'a> {
        let mut answers = facts.meaning(ANSWERS);
        answers.retain(|id| is_answer(facts, *id));
        let mut links = Links { facts, broken: broken.to_vec(), answers };
        by_key(&mut links.broken, |id| time(facts, *id));
        by_key(&mut links.answers, |id| time(facts, *id));
        links
    }

    fn time(&self, id: EventId) -> Option<Micros> {
        time(self.facts, id)
    }

    fn peer(&self, id: EventId) -> Option<&str> {
        peer(self.facts.event(id))
    }

    /// Each break lasts some seconds, no peer has two, and at the end of each the connection is there: peers that started.
    /// What breaks again and again, or without an answer in time, is more than that.
    pub fn are_up_at_once(&self) -> bool {
        const AT_ONCE: Micros = 10 * S;
        if !self.broken.iter().all(|id| was_closed(self.facts.event(*id))) {
            return false;
        }
        if self.broken.iter().all(|id| self.time(*id).is_none()) {
            return self.broken.iter().all(|id| self.stays_up_below(*id));
        }
        let together = |a: &EventId, b: &EventId| !matches!((self.time(*a), self.time(*b)), (Some(a), Some(b)) if b - a > AT_ONCE);
        let mut breaks = 0;
        let over = self.broken.chunk_by(together).all(|one| {
            breaks += 1;
            answered_within(self.facts, one, AT_ONCE) && span(self.facts, one).is_some_and(|span| span <= AT_ONCE)
        });
        let peers = distinct(self.broken.iter().filter_map(|id| self.peer(*id))).len();
        over && breaks <= peers.max(1)
    }

    /// Without times: the link is there again within the next lines, and does not break once more after it.
    fn stays_up_below(&self, id: EventId) -> bool {
        let who = self.peer(id);
        let other = |event: &Event| who.is_some() && peer(event).is_some_and(|peer| Some(peer) != who);
        let after = || self.facts.logs[id.log].events[id.event + 1..].iter().filter(|event| !other(event));
        let up = after().take(20).position(came_up);
        up.is_some_and(|up| !after().skip(up).any(|event| BROKEN.contains(&event.meaning)))
    }

    /// The last line about each peer is an answer of it.
    pub fn are_up_at_the_end(&self) -> bool {
        let breaks = self.broken.iter().map(|id| (*id, false));
        let told = breaks.chain(self.answers.iter().map(|id| (*id, true)));
        let of_peers = groups(told.map(|(id, up)| (self.peer(id), (self.time(id), up))).gather());
        of_peers.iter().all(|(_, told)| told.iter().max().is_some_and(|(_, up)| *up))
    }

    /// The trouble goes on for so long without the peer being back in between.
    pub fn stay_away_for(&self, long: Micros) -> bool {
        let mut answered = 0;
        let (mut before, mut since): (Option<EventId>, Option<Micros>) = (None, None);
        for id in &self.broken {
            let now = self.time(*id);
            let mut back = since.is_none() || before.is_some_and(|before| self.broke_anew(before, *id));
            while let Some(answer) = self.answers.get(answered).filter(|answer| self.time(**answer) <= now) {
                back |= before.is_some_and(|before| self.peer(before).is_some() && self.peer(before) == self.peer(*answer));
                answered += 1;
            }
            if back {
                since = now;
            }
            if matches!((since, now), (Some(since), Some(now)) if now - since >= long) {
                return true;
            }
            before = Some(*id);
        }
        false
    }

    /// A stream that is read from was up, also where the log leaves remarks out.
    fn broke_anew(&self, before: EventId, id: EventId) -> bool {
        self.facts.changes.is_empty()
            && says(self.facts.event(id), &["(read tcp "])
            && self.time(id) > self.time(before).map(|time| time + 10 * S)
    }
}

#[cfg(test)]
mod tests {
    use crate::ids::RuleId;
    use crate::report::Severity;
    use crate::rules::testing::{facts, find};

    #[test]
    fn a_link_that_is_back_was_not_cut_off_by_the_end_of_the_log() {
        let started = "2026-01-06 08:35:40.000000 I | raft: 8e9e05c52164694d became leader at term 7\n";
        let broke = "2026-01-06 08:35:50.831319 E | rafthttp: failed to write ca93d269ec463a6b on pipeline (write tcp 192.0.2.7:43210->192.0.2.9:2380: write: connection reset by peer)\n";
        let back = "2026-01-06 08:35:51.600000 I | rafthttp: peer ca93d269ec463a6b became active\n";
        let title = |log: String| find(&facts(&[&log]), RuleId::EtcdPeerNetwork).expect("said").title;
        assert!(title(format!("{started}{broke}")).contains("where the logs end"));
        assert!(title(format!("{started}{broke}{back}")).contains("were there again"));
    }

    #[test]
    fn a_stream_that_falls_silent_soon_after_a_start_is_no_part_of_it() {
        let log = |error: &str| {
            format!(
                "2016-04-20 09:59:40.000000 I | etcdmain: etcd Version: 2.3.8\n\
                 2016-04-20 09:59:41.000000 I | raft: raft.node: 2a0965170762fd09 elected leader 91d25258d70ad868 at term 4\n\
                 2016-04-20 10:00:05.000000 E | rafthttp: failed to read ca93d269ec463a6b on stream MsgApp v2 ({error})\n\
                 2016-04-20 10:00:40.000000 I | rafthttp: the connection with ca93d269ec463a6b became active\n"
            )
        };
        let silent = find(&facts(&[&log("read tcp 10.0.0.1:338->10.0.0.2:2380: i/o timeout")]), RuleId::EtcdPeerNetwork).expect("said");
        assert_eq!(silent.severity, Severity::Warning);
        assert!(find(&facts(&[&log("dial tcp 10.0.0.2:2380: connection refused")]), RuleId::EtcdPeerNetwork).is_none());
    }

    #[test]
    fn a_check_that_is_late_is_no_broken_link() {
        let check = |error: &str| {
            format!("2026-01-06 08:35:50.831319 W | rafthttp: health check for peer ca93d269ec463a6b could not connect: {error}\n")
        };
        let severity = |log: &str| find(&facts(&[log]), RuleId::EtcdPeerNetwork).expect("said").severity;
        assert_eq!(severity(&check("<nil>")), Severity::Info);
        assert_eq!(severity(&(check("<nil>") + &check("dial tcp 10.233.65.4:2380: connect: no route to host"))), Severity::Warning);
    }

    #[test]
    fn a_peer_that_starts_is_a_remark_and_one_that_flaps_is_not() {
        let refused = |at: &str| {
            format!(
                "2019-06-05 {at}.000000 W | rafthttp: health check for peer ca93d269ec463a6b could not connect: dial tcp 10.0.0.2:2380: connect: connection refused\n\
                 2019-06-05 {at}.900000 I | rafthttp: peer ca93d269ec463a6b became active\n"
            )
        };
        let end = "2019-06-05 03:20:39.000000 I | etcdserver: saved snapshot at index 10001\n";
        let severity = |log: &str| find(&facts(&[log]), RuleId::EtcdPeerNetwork).expect("refused").severity;
        assert_eq!(severity(&(refused("02:09:03") + end)), Severity::Info);
        assert_eq!(severity(&(refused("02:09:03") + &refused("02:20:03") + end)), Severity::Warning);
        // Where two members start one after the other each of them is away once.
        let other = refused("02:20:03").replace("ca93d269ec463a6b", "91d25258d70ad868");
        assert_eq!(severity(&(refused("02:09:03") + &other + end)), Severity::Info);
        let away = refused("02:09:03").lines().next().expect("refused").to_owned() + "\n";
        let minute = away.clone() + &away.replace("02:09:03", "02:09:40");
        assert_eq!(severity(&format!("{minute}{end}")), Severity::Critical);
        // Its clock is compared, so it answers, unless the probe beside it failed.
        let clock = |at: &str| {
            format!("2019-06-05 {at} W | rafthttp: the clock difference against peer ca93d269ec463a6b is too high [2.1s > 1s]\n")
        };
        assert_eq!(severity(&[&away, &clock("02:09:08.000000"), end].concat()), Severity::Info);
        assert_eq!(severity(&[&minute, &clock("02:20:40.000000"), end].concat()), Severity::Warning);
        assert_eq!(severity(&[&minute, &clock("02:09:40.000100"), end].concat()), Severity::Critical);
    }

    /// `journalctl -o cat` prints no times.
    #[test]
    fn a_link_that_came_back_in_a_log_without_times() {
        let broke = "the connection with ca93d269ec463a6b became inactive\nlost the TCP streaming connection with peer ca93d269ec463a6b (stream Message reader)\n";
        let back = "the connection with ca93d269ec463a6b became active\n";
        let severity = |log: String| find(&facts(&[&log]), RuleId::EtcdPeerNetwork).expect("said").severity;
        assert_eq!(severity(format!("{broke}{back}")), Severity::Info);
        assert_eq!(severity(format!("{broke}{back}{broke}{back}")), Severity::Warning);
        assert_eq!(severity(broke.to_owned()), Severity::Warning);
        // Another peer that breaks later is another break.
        let other = |lines: &str| lines.replace("ca93d269ec463a6b", "91d25258d70ad868");
        assert_eq!(severity(format!("{broke}{back}{}{}", other(broke), other(back))), Severity::Info);
        assert_eq!(severity(format!("{broke}{}{}", other(broke), other(back))), Severity::Warning);
        // A stream that breaks beside a stall of 5 s or more follows from it.
        let late = |excess: &str| format!("failed to send out heartbeat on time (deadline exceeded for {excess})\n{broke}");
        assert_eq!(severity(late("7.5s")), Severity::Info);
        assert_eq!(severity(late("1.5s")), Severity::Warning);
        let other = |lines: &str| {
            let late = "failed to send out heartbeat on time (deadline exceeded for 7.5s)\n";
            find(&facts(&[late, lines]), RuleId::EtcdPeerNetwork).expect("said").severity
        };
        assert_eq!(other(&[broke, back, broke, back].concat()), Severity::Info);
        assert_eq!(other(broke), Severity::Warning);
    }

    /// An excerpt of the warnings alone does not show that a connection came back; that it could break again does.
    #[test]
    fn a_stream_that_breaks_again_was_up_in_between() {
        let broke = |minute: u32, error: &str| {
            format!("2020-02-03 05:{minute}:10.000000 E | rafthttp: failed to read 91d25258d70ad868 on stream Message ({error})\n")
        };
        let severity =
            |error: &str| find(&facts(&[&(broke(10, error) + &broke(11, error))]), RuleId::EtcdPeerNetwork).expect("broke").severity;
        assert_eq!(severity("read tcp 10.0.0.1:338->10.0.0.2:2380: i/o timeout"), Severity::Warning);
        assert_eq!(severity("dial tcp 10.0.0.2:2380: i/o timeout"), Severity::Critical);
    }
}
