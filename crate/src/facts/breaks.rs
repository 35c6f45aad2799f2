//! Why a link between members broke: what else happened at that moment.

use super::beside::time;
use super::links::{comes_up_below, peer};
use super::texts::{REFUSED, says};
use super::voices::speaker;
use super::{ChangeClass, EventId, Facts, LeaderChange, Stall, StallKind};
use crate::gather::Gather;
use crate::log::event::{Event, Meaning};
use crate::moments::Moments;
use crate::parameters::SILENT_STREAM;
use crate::sort::distinct;
use crate::units::{Micros, S};

/// For so long after its start a member's peers connect to it anew.
const AFTER_START: Micros = 20 * S;

/// A member that prints little may have lived on after the last line before its start, so that it was down for a minute
/// at most counts (judgement).
const LONGEST_DOWN: Micros = 60 * S;

/// A stream that carries nothing else is sent a sign of life three times in the 5 s after which it is given up, so it may break
/// when its member stands still for two thirds of them (etcd-io/etcd@v3.4.45:etcdserver/api/rafthttp/stream.go:160).
const BREAKS_A_LINK: Micros = SILENT_STREAM * 2 / 3;

/// What may have broken a link, by its moment.
pub struct Breaks<'a> {
    facts: &'a Facts,
    /// Places in the list of restarts.
    starts: Moments,
    /// Processes that were told to stop, and leaders that ended.
    ends: Moments,
    /// Places in the list of stalls: those in which a process stood still. One that is only assumed explains nothing: the
    /// broken link may be why the leader was missed; and of a leader that ran and was cut off the link is the cause.
    stalls: Moments,
    /// Places in the list of stalls: those in which a leader ran and was cut off.
    cuts: Moments,
    longest_stall: Micros,
    /// Places among the needless changes of leader.
    losses: Moments,
    needless: Vec<&'a LeaderChange>,
    /// Members whose own lines are in the input.
    speakers: Vec<&'a str>,
}

impl Breaks<'_> {
    /// What the input tells of such moments.
    pub fn of(facts: &Facts) -> Breaks<'_> {
        let needless: Vec<&LeaderChange> = facts.needless().gather();
        let wanted = facts.of_class(ChangeClass::Wanted);
        let ended = wanted.flat_map(|change| [change.lost, change.elected]);
        let stops = facts.times_of(&[Meaning::EtcdShutdown, Meaning::LeaderTransfer]);
        Breaks {
            facts,
            starts: Moments::of(facts.restarts.iter().map(|start| time(facts, *start))),
            ends: Moments::of(ended.chain(stops.into_iter().map(Some))),
            stalls: Moments::of(facts.stalls.iter().map(|stall| stall.end.filter(|_| stall.kind.stood_still()))),
            cuts: Moments::of(facts.stalls.iter().map(|stall| stall.end.filter(|_| stall.kind == StallKind::CutOff))),
            longest_stall: facts.stalls.iter().map(|stall| stall.length.high).max().unwrap_or(0),
            losses: Moments::of(needless.iter().map(|change| change.lost.or(change.elected))),
            needless,
            speakers: distinct(facts.all_events().filter(|(_, event)| event.is_etcd_server()).filter_map(|(_, event)| speaker(event))),
        }
    }

    /// The line stands within some seconds of a member's end or stall, and only echoes it.
    pub fn follows_an_end_or_stall(&self, id: EventId) -> bool {
        let Some(now) = time(self.facts, id) else { return self.beside_long_stall(id) };
        let (before, after) = (20 * S, 15 * S);
        let starts = self.starts.between(now - AFTER_START, now + LONGEST_DOWN);
        let ended = !self.ends.between(now - before, now + after).is_empty()
            || starts.iter().any(|(_, at)| around_restart(self.facts, self.facts.restarts[*at], now));
        // The system refuses where no process listens; it takes the connections of one that stands still.
        if ended || says(self.facts.event(id), REFUSED) {
            return ended;
        }
        // A stall longer than the 5 s of a silent stream breaks it while it lasts. One that is hardly shorter may, and be a
        // chance beside a leader that was cut off.
        let cut = self.cuts.between(now - before, now + self.longest_stall).iter().any(|(end, at)| now >= self.began(*end, *at));
        let stalls = self.stalls.between(now - before, now + after.max(self.longest_stall));
        let least = if cut { SILENT_STREAM } else { BREAKS_A_LINK };
        let breaks = |at: usize| self.facts.stalls[at].length.high >= least;
        stalls.iter().any(|(end, at)| breaks(*at) && (*end <= now + after || (self.began(*end, *at)..=*end).contains(&now)))
    }

    fn began(&self, end: Micros, stall: usize) -> Micros {
        end - self.facts.stalls[stall].length.high
    }

    /// Without times: within 20 lines of a measured stall of the same document that outlasted a silent stream (judgement), or
    /// one of another document, where the link came back.
    fn beside_long_stall(&self, id: EventId) -> bool {
        let back = comes_up_below(self.facts, id);
        let beside = |other: &EventId| if other.log == id.log { other.event.abs_diff(id.event) <= 20 } else { back };
        let long = |stall: &Stall| stall.kind.is_measured() && stall.length.low >= SILENT_STREAM;
        self.facts.stalls.iter().any(|stall| long(stall) && stall.events.iter().any(beside))
    }

    /// A link to a leader that lost its place within the minute was silent, and came up again; the leader's own log is not in
    /// the input. rafthttp gives up a stream that was silent for 5 s (etcd-io/etcd@v3.4.45:etcdserver/api/rafthttp/peer.go:40),
    /// whether the leader stood still or the network did.
    pub fn is_of_silent_leader(&self, id: EventId) -> bool {
        const ABOUT: Micros = 60 * S;
        let event = self.facts.event(id);
        let Some(peer) = event.word("peer") else { return false };
        let led = |change: &LeaderChange| change.old.as_deref() == Some(peer);
        let lost = match time(self.facts, id) {
            Some(now) => {
                let about = self.losses.between(now - ABOUT, now + ABOUT);
                about.iter().any(|(_, at)| led(self.needless[*at]))
                    || self.needless.iter().any(|change| change.lost.or(change.elected).is_none() && led(change))
            }
            None => self.needless.iter().any(|change| led(change)),
        };
        let broke = says(event, &["EOF", "reset", "refused", "broken pipe", "no route", "unreachable", "no such host"]);
        !broke && lost && self.speakers.binary_search(&peer).is_err() && comes_up_below(self.facts, id)
    }
}

/// Between a member's last line and some seconds after its new start.
fn around_restart(facts: &Facts, start: EventId, now: Micros) -> bool {
    let Some(began) = time(facts, start) else { return false };
    // What a start prints before its telling line is not the last line of the process before it.
    let last = facts.before(start, usize::MAX).filter_map(Event::moment).find(|time| began - time > S);
    let down = last.map_or(0, |last| began - last).clamp(15 * S, LONGEST_DOWN);
    (-down..=AFTER_START).contains(&(now - began))
}

/// The peer's own log tells of something from the five seconds in which it was silent: it ran. Where this member printed nothing
/// either since others missed it, as it does after it stood still, that does not tell on whom the link hung.
pub fn peer_ran(facts: &Facts, id: EventId, broken: &[EventId]) -> bool {
    let (Some(of_peer), Some(now)) = (peer(facts.event(id)), time(facts, id)) else { return false };
    let last = |of: EventId| facts.lines_of(of).filter_map(Event::moment).filter(|time| *time <= now - S).max();
    let in_vain = now - SILENT_STREAM + S;
    let speaks = |event: &Event| event.is_etcd_server() && speaker(event) == Some(of_peer);
    // Where members stand mixed up, nobody's silence shows.
    let own = facts.all_events().find(|(_, event)| speaks(event)).filter(|(own, _)| facts.voice(*own) != facts.voice(id));
    let ran = own.and_then(|(own, _)| last(own)) >= Some(in_vain);
    let member = facts.lines_of(id).find_map(speaker);
    let since = last(id);
    let missed = |other: &EventId| {
        let by_other = peer(facts.event(*other)) == member && facts.voice(*other) != facts.voice(id);
        by_other && time(facts, *other).is_some_and(|then| Some(then) >= since && then <= now + SILENT_STREAM)
    };
    ran && (since >= Some(in_vain) || member.is_none() || !broken.iter().any(missed))
}

#[cfg(test)]
mod tests {
    use crate::ids::RuleId;
    use crate::report::Severity;
    use crate::rules::testing::{facts, find};

    /// A leader that stood still for longer than 5 s and one that was cut off leave the same lines in a follower's log.
    #[test]
    fn a_link_to_a_leader_that_lost_its_place() {
        const LOST: &str = "\
2020-04-20 10:00:00.000000 I | raft: raft.node: 2a0965170762fd09 elected leader 91d25258d70ad868 at term 4
2020-04-20 10:01:01.000000 I | raft: raft.node: 2a0965170762fd09 lost leader 91d25258d70ad868 at term 5
2020-04-20 10:01:01.100000 I | raft: raft.node: 2a0965170762fd09 elected leader 2a0965170762fd09 at term 5
";
        let silent = |peer: &str| {
            format!(
                "2020-04-20 10:01:05.000000 E | rafthttp: failed to read {peer} on stream Message (read tcp 192.0.2.7:46508->192.0.2.8:2380: i/o timeout)\n"
            )
        };
        let up = "2020-04-20 10:01:10.000000 I | rafthttp: peer 91d25258d70ad868 became active\n";
        let severity = |logs: &[&str]| find(&facts(logs), RuleId::EtcdPeerNetwork).expect("said").severity;
        let own = format!("{LOST}{}{up}", silent("91d25258d70ad868"));
        assert_eq!(severity(&[&own]), Severity::Info);
        // As etcd 2 words it.
        let of_old = own.replace("peer 91d25258d70ad868 became", "the connection with 91d25258d70ad868 became");
        assert_eq!(severity(&[&of_old]), Severity::Info);
        // It did not come back, it was another member, or the leader's own log tells that it ran.
        assert_eq!(severity(&[&own.replace(up, "")]), Severity::Warning);
        assert_eq!(severity(&[&format!("{LOST}{}{up}", silent("8e9e05c52164694d"))]), Severity::Warning);
        let ran = "2020-04-20 10:01:02.000000 W | raft: 91d25258d70ad868 stepped down to follower since quorum is not active\n\
                   2020-04-20 10:01:10.000000 I | raft: 91d25258d70ad868 became follower at term 5\n";
        assert_eq!(severity(&[&own, ran]), Severity::Warning);
    }

    /// It ran while its links were silent; that it was late for a moment before breaks none of them.
    #[test]
    fn a_short_stall_is_chance_beside_a_leader_that_was_cut_off() {
        let line = |second: &str, text: &str| format!("2020-04-20 10:00:{second} I | {text}\n");
        let follower = line("00.000000", "raft: raft.node: 2a0965170762fd09 elected leader 91d25258d70ad868 at term 4")
            + &line("10.000000", "raft: 2a0965170762fd09 is starting a new election at term 4")
            + &line("10.000100", "raft: raft.node: 2a0965170762fd09 lost leader 91d25258d70ad868 at term 5")
            + &line("10.001000", "raft: 2a0965170762fd09 became leader at term 5")
            + &line("10.001100", "raft: raft.node: 2a0965170762fd09 elected leader 2a0965170762fd09 at term 5");
        let broke = "rafthttp: lost the TCP streaming connection with peer 2a0965170762fd09 (stream Message reader)";
        let leader = |own: &str| {
            line("00.000000", "raft: raft.node: 91d25258d70ad868 elected leader 91d25258d70ad868 at term 4")
                + &line("05.000000", "etcdserver: failed to send out heartbeat on time (exceeded the 100ms timeout for 704.3ms)")
                + &line("14.000000", broke)
                + own
                + &line("59.000000", "rafthttp: peer 2a0965170762fd09 became active")
                + &line("59.500000", "raft: raft.node: 91d25258d70ad868 lost leader 91d25258d70ad868 at term 5")
                + &line("59.500100", "raft: raft.node: 91d25258d70ad868 elected leader 2a0965170762fd09 at term 5")
        };
        let severity = |own: &str| find(&facts(&[&follower, &leader(own)]), RuleId::EtcdPeerNetwork).expect("said").severity;
        let down = line("11.000000", "raft: 91d25258d70ad868 stepped down to follower since quorum is not active");
        assert_eq!((severity(&down), severity("")), (Severity::Warning, Severity::Info));
    }

    #[test]
    fn a_port_refuses_as_long_as_its_member_is_known_to_be_down() {
        let member = |seconds: u32| {
            format!(
                "2026-01-06 08:30:00.000000 I | etcdmain: etcd Version: 3.4.23\n\
                 2026-01-06 08:35:00.000000 I | etcdserver: saved snapshot at index 10001\n\
                 2026-01-06 08:35:{seconds}.000000 W | pkg/flags: recognized and used environment variable ETCD_NAME=n2\n\
                 2026-01-06 08:35:{seconds}.010000 I | etcdmain: etcd Version: 3.4.23\n"
            )
        };
        let peer = "2026-01-06 08:35:10.000000 W | rafthttp: health check for peer ca93d269ec463a6b could not connect: dial tcp 10.0.0.2:2380: connect: connection refused\n\
                    2026-01-06 08:36:40.000000 I | etcdserver: saved snapshot at index 10001\n";
        let severity = |texts: &[&str]| find(&facts(texts), RuleId::EtcdPeerNetwork).expect("said").severity;
        assert_eq!(severity(&[&member(40), peer]), Severity::Info);
        assert_eq!(severity(&[peer]), Severity::Warning);
    }

    #[test]
    fn a_link_that_costs_a_leader_follows_from_no_stall() {
        let lost = |second: u32, term: u32| {
            format!(
                "2020-02-03 05:58:{second}.000000 E | rafthttp: failed to read 91d25258d70ad868 on stream Message (read tcp 10.0.0.1:338->10.0.0.2:2380: i/o timeout)\n\
                 2020-02-03 05:58:{}.000000 I | raft: raft.node: 2a0965170762fd09 lost leader 91d25258d70ad868 at term {term}\n\
                 2020-02-03 05:58:{}.100000 I | raft: raft.node: 2a0965170762fd09 elected leader ca93d269ec463a6b at term {term}\n",
                second + 2,
                second + 2
            )
        };
        let found = find(&facts(&[&(lost(10, 7) + &lost(40, 9))]), RuleId::EtcdPeerNetwork).expect("a link");
        assert_eq!(found.severity, Severity::Critical);
    }

    #[test]
    fn streams_that_broke_beside_the_own_stall_and_to_a_silent_leader() {
        let silent = |at: &str, peer: &str| {
            format!(
                "2020-04-20 {at} E | rafthttp: failed to read {peer} on stream Message (read tcp 192.0.2.7:46508->192.0.2.8:2380: i/o timeout)\n\
                     2020-04-20 {at} I | rafthttp: peer {peer} became active\n"
            )
        };
        let late = "2020-04-20 10:05:00.000000 W | etcdserver: failed to send out heartbeat on time (exceeded the 100ms timeout for 7.8s, to 91d25258d70ad868)\n";
        let log = |own: &str| {
            String::from(
                "2020-04-20 10:00:00.000000 I | raft: raft.node: 2a0965170762fd09 elected leader 91d25258d70ad868 at term 4\n\
                 2020-04-20 10:01:01.000000 I | raft: raft.node: 2a0965170762fd09 lost leader 91d25258d70ad868 at term 5\n\
                 2020-04-20 10:01:01.100000 I | raft: raft.node: 2a0965170762fd09 elected leader 2a0965170762fd09 at term 5\n",
            ) + &silent("10:01:05.000000", "91d25258d70ad868")
                + own
                + &silent("10:05:00.100000", "ca93d269ec463a6b")
        };
        let severity = |own: &str| find(&facts(&[&log(own)]), RuleId::EtcdPeerNetwork).expect("said").severity;
        assert_eq!(severity(late), Severity::Info);
        assert_ne!(severity(""), Severity::Info);
    }

    /// A process that stands still and a cut link look alike to its peers; its own log tells that it ran.
    #[test]
    fn a_silent_peer_is_not_said_to_be_out_of_reach() {
        let silent = |minute: u32| {
            format!(
                "2020-02-03 05:{minute}:10.000000 W | rafthttp: lost the TCP streaming connection with peer 91d25258d70ad868 (stream Message reader)\n\
                 2020-02-03 05:{minute}:10.000100 E | rafthttp: failed to read 91d25258d70ad868 on stream Message (read tcp 10.0.0.1:338->10.0.0.2:2380: i/o timeout)\n"
            )
        };
        let log = silent(10) + &silent(12);
        let own =
            |second: u32| format!("2020-02-03 05:10:{second:02}.000000 I | raft: 91d25258d70ad868 is starting a new election at term 7\n");
        let title = |logs: &[&str]| find(&facts(logs), RuleId::EtcdPeerNetwork).expect("silent").title;
        assert!(title(&[&log]).ends_with("it stood still, or was cut off"));
        assert!(title(&[&log, &own(1)]).ends_with("it stood still, or was cut off"));
        assert!(title(&[&log, &own(7)]).starts_with("A member could not be reached"));
        let dialed = log.replace("read tcp 10.0.0.1:338->10.0.0.2:2380", "dial tcp 10.0.0.2:2380");
        assert!(title(&[&dialed]).starts_with("A member could not be reached"));
    }

    /// A machine that stood still finds its links broken as it wakes, though its peers ran; they had missed it before.
    #[test]
    fn a_member_that_stood_still_did_not_find_the_others_out_of_reach() {
        let fails = |second: u32, of: &str| {
            format!(
                "2020-02-03 05:10:{second}.000000 E | rafthttp: failed to read {of} on stream Message (read tcp 10.0.0.1:338->10.0.0.2:2380: i/o timeout)\n"
            )
        };
        let speaks = |second: u32, id: &str| format!("2020-02-03 05:10:{second}.000000 I | raft: {id} became follower at term 7\n");
        let (a, b) = ("91d25258d70ad868", "2a0965170762fd09");
        let title = |meanwhile: &str| {
            let stopped = speaks(10, b) + meanwhile + &fails(50, a);
            let other = speaks(10, a) + &fails(20, b) + &speaks(47, a);
            find(&facts(&[&stopped, &other]), RuleId::EtcdPeerNetwork).expect("silent").title
        };
        assert!(title("").contains("stood still"), "{}", title(""));
        assert!(title(&speaks(47, b)).starts_with("Members could not reach each other"), "{}", title(&speaks(47, b)));
        let mixed = speaks(10, b) + &speaks(10, a) + &fails(20, b) + &speaks(47, a) + &fails(50, a);
        assert!(find(&facts(&[&mixed]), RuleId::EtcdPeerNetwork).expect("silent").title.contains("stood still"));
    }

    /// Stalls of a second or two break no link: none of a hundred did (measured on 3.4.23).
    #[test]
    fn a_member_that_is_gone_is_told_beside_a_leader_that_stalls() {
        let line = |second: u32, text: &str| format!("2026-11-30 10:30:{second:02}.100000 {text}\n");
        let led = line(0, "I | raft: 2e1adf676ef0d073 became leader at term 2");
        let late = |excess: &str| {
            line(12, &format!("W | etcdserver: failed to send out heartbeat on time (exceeded the 100ms timeout for {excess})"))
        };
        let gone = |error: &str| {
            line(8, "I | rafthttp: peer 2a2d91eea602979c became inactive (message send to peer failed)")
                + &line(8, &format!("E | rafthttp: failed to read 2a2d91eea602979c on stream Message ({error})"))
        };
        let later = line(50, "I | etcdserver: saved snapshot at index 10001");
        let severity = |excess: &str, error: &str| {
            find(&facts(&[&(led.clone() + &gone(error) + &late(excess) + &later)]), RuleId::EtcdPeerNetwork).expect("said").severity
        };
        let (silent, refused) = ("i/o timeout", "dial tcp 192.0.2.7:2380: connect: connection refused");
        assert_eq!(severity("1.5s", silent), Severity::Warning);
        assert_eq!(severity("4.5s", silent), Severity::Info);
        assert_eq!(severity("4.5s", refused), Severity::Warning);
    }
}
