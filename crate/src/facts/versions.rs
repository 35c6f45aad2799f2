//! Which versions wrote a log: what start lines say, else what its message texts and
//! `file.go:NNN` places allow, intersected; and how the election timers of that etcd work.

use super::{Facts, Generation};
use crate::config::{Configuration, Launcher};
use crate::gather::Gather;
use crate::log::event::{Event, LogReading, Meaning};
use crate::log::messages::signature::{FLEET_RELEASES, Program, printed_at, signature};
use crate::report::Software;
use crate::search;
use crate::sort::{distinct, groups};
use crate::text::DocumentId;
use crate::version::{Version, version};

/// Lowest and highest version a program can have, as (major, minor, patch).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct VersionRange {
    /// The oldest it can be.
    pub low: Version,
    /// The newest it can be.
    pub high: Version,
}

impl VersionRange {
    /// This version alone.
    pub fn only(version: Version) -> VersionRange {
        VersionRange { low: version, high: version }
    }

    /// From the oldest to the newest of both.
    pub fn spanned(self, other: VersionRange) -> VersionRange {
        VersionRange { low: self.low.min(other.low), high: self.high.max(other.high) }
    }
}

/// The etcd of this input: the one that wrote the logs, told closer by the one that a configuration runs where
/// the logs allow it.
pub fn etcd(logs: &[LogReading], configurations: &[Configuration]) -> Option<VersionRange> {
    // A tag of two numbers names no release.
    let release = |version: &&str| version.matches('.').count() >= 2;
    let tag = configurations.iter().find_map(|configuration| configuration.cluster.etcd_version.as_deref().filter(release));
    let launcher = configurations.iter().find_map(|configuration| configuration.cluster.launcher);
    let Some(configured) = stated(tag).or_else(|| launcher.and_then(started_by)) else { return program(logs, Program::Etcd) };
    program(logs, Program::Etcd).map_or(Some(configured), |logged| narrowed(logged, configured).or(Some(logged)))
}

/// Where no tag names a release: the etcd of a Kubernetes cluster is 3.0 or later, as Kubernetes keeps its objects in
/// etcd 3 from 1.6 on (judgement: an older manifest names its image). docker-compose and other tools start any.
fn started_by(launcher: Launcher) -> Option<VersionRange> {
    let starts_any = matches!(launcher, Launcher::Tool(_));
    (!starts_any).then_some(VersionRange { low: version(3, 0, 0), high: NEWEST })
}

/// The newest release that was read.
const NEWEST: Version = version(3, 7, 1);

/// The fleet of these logs.
pub fn fleet(logs: &[LogReading]) -> Option<VersionRange> {
    program(logs, Program::Fleet)
}

/// The range of one program over all logs.
fn program(logs: &[LogReading], program: Program) -> Option<VersionRange> {
    joined(logs.iter().flat_map(|log| machines(log, program)).map(|(_, range)| range).gather())
}

/// What machines have in common. Where they contradict each other, the range spans them all, so that each value
/// follows the version that asks most of it.
fn joined(ranges: Vec<VersionRange>) -> Option<VersionRange> {
    ranges.into_iter().reduce(|a, b| narrowed(a, b).unwrap_or(a.spanned(b)))
}

/// Each machine's range in one log; lines that name no machine stand for one more.
fn machines(log: &LogReading, program: Program) -> Vec<(Option<u16>, VersionRange)> {
    let mut told = vec![Told::default(); log.hosts.len() + 1];
    for event in &log.events {
        // etcdctl shows the version of each member.
        let shown = program == Program::Etcd && event.meaning == Meaning::CtlStatus;
        if event.program() != program && !shown {
            continue;
        }
        let told = &mut told[event.host.map_or(0, |host| usize::from(host) + 1)];
        for version in event.words("version").filter(|_| shown || says_version(event)).filter_map(Version::read) {
            let own = VersionRange::only(version);
            told.said = Some(told.said.map_or(own, |said| said.spanned(own)));
        }
        let (low, high) = event.signature().versions;
        for range in [(!event.cut).then_some(VersionRange { low, high }), gave_up_as(event), by_place_of_raft(event)].into_iter().flatten()
        {
            told.texts = told.texts.map_or(Some(range), |texts| narrowed(texts, range).or(Some(texts)));
        }
    }
    let mut machines = Vec::new();
    for (at, told) in told.iter().enumerate() {
        let host = at.checked_sub(1).map(|host| host as u16);
        let place = if program == Program::Fleet { places(log, host) } else { None };
        let both = told.texts.zip(place).and_then(|(text, place)| narrowed(place, text));
        machines.extend(told.said.or(both).or(place).or(told.texts).map(|range| (host, range)));
    }
    machines
}

/// What the lines of one machine tell of a program's version.
#[derive(Clone, Default)]
struct Told {
    said: Option<VersionRange>,
    texts: Option<VersionRange>,
}

/// Which fleet says of a request that it ran into the limit in these words: its own client, up to 0.10
/// (fleet@v0.10.2:etcd/client.go), etcd's with a deadline (fleet@v0.11.8 and v0.12.0), etcd's with a limit for the
/// header (fleet@v0.13.0).
fn gave_up_as(event: &Event) -> Option<VersionRange> {
    let (_, low, high) = *GAVE_UP.iter().find(|(words, ..)| event.is_fleet() && search::has(&event.text, words))?;
    Some(VersionRange { low, high })
}

/// Where etcd's JSON says that raft wrote a line: in raft's file up to 3.4 (lab: 3.4.23), in etcd's adapter in 3.5, in the
/// module that raft became in 3.6 (etcd-io/etcd@v3.5.33:server/etcdserver/zap_raft.go, etcd-io/etcd@v3.6.0:server/go.mod).
fn by_place_of_raft(event: &Event) -> Option<VersionRange> {
    let of_raft = matches!(
        event.meaning,
        Meaning::BecameFollower
            | Meaning::BecameCandidate
            | Meaning::BecamePreCandidate
            | Meaning::ElectionStart
            | Meaning::LeaderElected
            | Meaning::LeaderLost
            | Meaning::VoteIgnoredLease
    );
    let (_, low) = *RAFT_PLACES.iter().find(|(place, _)| of_raft && search::has(&event.text, place))?;
    Some(VersionRange { low, high: event.signature().versions.1.max(low) })
}

const RAFT_PLACES: [(&str, Version); 2] = [("/zap_raft.go:", version(3, 5, 0)), ("v3@v3.", version(3, 6, 0))];

const GAVE_UP: [(&str, Version, Version); 3] = [
    ("timeout reached", version(0, 5, 1), version(0, 10, 2)),
    ("context deadline exceeded", version(0, 11, 0), version(0, 12, 0)),
    ("exceeded header timeout", version(0, 13, 0), version(1, 0, 0)),
];

fn says_version(event: &Event) -> bool {
    matches!(event.meaning, Meaning::EtcdVersion | Meaning::StartupZapConfig | Meaning::FleetdVersion)
}

fn narrowed(a: VersionRange, b: VersionRange) -> Option<VersionRange> {
    let both = VersionRange { low: a.low.max(b.low), high: a.high.min(b.high) };
    (both.low <= both.high).then_some(both)
}

/// Releases in which every message of a machine stands at its place in the source.
fn places(log: &LogReading, host: Option<u16>) -> Option<VersionRange> {
    let mut possible = vec![true; FLEET_RELEASES.len()];
    for (_, number, place) in log.fingerprints.iter().filter(|(on, ..)| *on == host) {
        let marks = printed_at(signature(*number).meaning, place);
        // A place that no known release has (a development build) narrows nothing.
        if marks.iter().zip(&possible).any(|(mark, possible)| *mark && *possible) {
            possible.iter_mut().zip(&marks).for_each(|(possible, mark)| *possible &= mark);
        }
    }
    let first = possible.iter().position(|possible| *possible)?;
    let last = possible.iter().rposition(|possible| *possible)?;
    let narrowed = possible.contains(&false);
    narrowed.then(|| VersionRange { low: FLEET_RELEASES[first], high: FLEET_RELEASES[last] })
}

/// A version as the user states it.
pub fn stated(text: Option<&str>) -> Option<VersionRange> {
    Version::read(text?).map(VersionRange::only)
}

/// `2.3.8`, or `0.9.0-0.9.2`.
pub fn words(range: VersionRange) -> String {
    if range.low == range.high { range.low.to_string() } else { format!("{}-{}", range.low, range.high) }
}

/// The programs of one log, with what is known of their versions.
pub fn software(log: &LogReading) -> Vec<Software> {
    let mut software = Vec::new();
    for (program, name) in NAMED {
        let ranges = machines(log, program).into_iter().map(|(_, range)| range).gather();
        let each = if agree(&ranges) { joined(ranges).into_iter().gather() } else { ranges };
        let versions = distinct(each.into_iter().map(words));
        software.extend(versions.into_iter().map(|versions| Software { name, versions }));
    }
    software
}

const NAMED: [(Program, &str); 2] = [(Program::Etcd, "etcd"), (Program::Fleet, "fleet")];

/// One version fits all machines.
fn agree(ranges: &[VersionRange]) -> bool {
    let low = ranges.iter().map(|range| range.low).max();
    low <= ranges.iter().map(|range| range.high).min()
}

/// Which machine runs which version, where no version fits all: a sentence for each such program.
pub fn several<'n>(facts: &Facts, name_of: impl Fn(DocumentId) -> &'n str) -> Vec<String> {
    let mut sentences = Vec::new();
    for (program, name) in NAMED {
        let mut each = Vec::new();
        for log in &facts.logs {
            let of = |host: Option<u16>| host.map_or(name_of(log.document), |host| &log.hosts[usize::from(host)]).to_owned();
            each.extend(machines(log, program).into_iter().map(|(host, range)| (of(host), range)));
        }
        if agree(&each.iter().map(|(_, range)| *range).gather()) {
            continue;
        }
        let versions = groups(each.into_iter().map(|(host, range)| (words(range), host)).gather());
        let versions = versions.into_iter().map(|(version, hosts)| format!("{version} ({})", distinct(hosts).join(", ")));
        sentences.push(format!("{name} was seen in several versions: {}.", versions.gather().join(", ")));
    }
    sentences
}

/// How the etcd that wrote the logs, or that is configured, draws its election timers.
pub(super) fn generation(facts: &Facts) -> Generation {
    let asks = |event: &Event| event.meaning == Meaning::BecamePreCandidate || search::has(&event.text, "MsgPreVote");
    // Whoever states it runs an etcd that knows the flag, which is 3.4 or later.
    let configured = facts.configurations.iter().find_map(|configuration| configuration.cluster.pre_vote);
    let configured = configured.filter(|_| facts.etcd.is_none_or(|range| range.high >= version(3, 4, 0)));
    // The last start line counts: the flag may have come with it (etcd-io/etcd@v3.4.45:embed/etcd.go:309).
    let started = facts.events_of(&[Meaning::StartupZapConfig]).rev().find_map(|(_, event)| event.word("pre_vote")?.parse().ok());
    if let Some(on) = started.or(configured) {
        let asked = facts.any_event(|event| asks(event));
        return if on || asked { Generation::PreVote } else { Generation::V3 };
    }
    let Some(range) = facts.etcd else {
        return if facts.configures_etcd_04() { Generation::V04 } else { Generation::V2 };
    };
    if range.high < version(2, 0, 0) {
        Generation::V04
    } else if range.low >= version(3, 5, 0) || facts.any_event(|event| asks(event)) {
        Generation::PreVote
    } else if range.low >= version(3, 0, 0) {
        Generation::V3
    } else {
        Generation::V2
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::log::scan::Scanner;
    use crate::rules::testing::facts;

    fn read(text: &str) -> Vec<LogReading> {
        let mut scanner = Scanner::new(0);
        scanner.push(text.as_bytes());
        vec![scanner.finish()]
    }

    #[test]
    fn places_in_the_source_narrow_fleet() {
        let logs = read(
            "fleetd[1]: INFO engine.go:208: Waiting 25s for previous lease to expire before continuing reconciliation\nfleetd[1]: INFO engine.go:205: Stole engine leadership from Machine(9c33)\n",
        );
        assert_eq!(fleet(&logs).map(words).as_deref(), Some("0.9.0-0.9.2"));
    }

    #[test]
    fn the_place_of_a_line_of_raft_narrows_etcd() {
        let line = |caller: &str| {
            format!(
                "{{\"level\":\"info\",\"ts\":\"2025-05-28T10:49:55.629Z\",\"caller\":\"{caller}\",\"msg\":\"raft.node: 9ee2775b3501cebb elected leader 6073661cd5087737 at term 28\"}}\n"
            )
        };
        let low = |caller: &str| etcd(&read(&line(caller)), &[]).map(|range| range.low);
        assert_eq!(low("etcdserver/zap_raft.go:77"), Some(version(3, 5, 0)));
        assert_eq!(low("v3@v3.6.0/node.go:370"), Some(version(3, 6, 0)));
        assert!(low("raft/node.go:327") < Some(version(3, 5, 0)));
    }

    /// Two machines in one paste: neither narrows the other, and the words of a failed request tell as well.
    #[test]
    fn machines_are_told_apart() {
        let old = "Mar 05 10:00:00 a fleetd[1]: INFO client.go:291: Failed getting response from http://localhost:4001/: cancelled\n\
                   Mar 05 10:00:01 a fleetd[1]: ERROR engine.go:218: Engine leadership lost, renewal failed: timeout reached\n";
        let new = "Mar 05 10:00:01 b fleetd[1]: ERROR engine.go:217: Engine leadership lost, renewal failed: context deadline exceeded\n";
        let logs = read(&[old, new].concat());
        assert_eq!(fleet(&logs).map(words).as_deref(), Some("0.9.0-0.12.0"));
        let listed = software(&logs[0]).into_iter().map(|software| software.versions).gather();
        assert_eq!(listed, ["0.11.0-0.12.0", "0.9.0-0.9.2"]);
        let facts = crate::rules::testing::facts(&[old, new]);
        assert_eq!(several(&facts, |_| "f"), ["fleet was seen in several versions: 0.11.0-0.12.0 (b), 0.9.0-0.9.2 (a)."]);
        // One version fits both.
        let same = crate::rules::testing::facts(&[old, &old.replace(" a ", " b ")]);
        assert_eq!((several(&same, |_| "f"), fleet(&same.logs).map(words).as_deref()), (Vec::new(), Some("0.9.0-0.9.2")));
    }

    /// A longer text that only some versions print stands beside the shorter one that it holds.
    #[test]
    fn what_a_version_added_to_a_text_tells_it() {
        let down =
            |end: &str| format!("Nov 12 03:04:11 a fleetd[1]: ERROR server.go:200: Timed out waiting for server to shut down{end}\n");
        for (end, range) in [("", "0.12.0-0.13.0"), (". Panicking the server without cleanup.", "1.0.0")] {
            assert_eq!(fleet(&read(&down(end))).map(words).as_deref(), Some(range), "{end}");
        }
        for (said, range) in [
            ("waiting for ReadIndex response took too long, retrying (sent-request-id: 7, retry-timeout: 500ms)", "3.4.21-3.4.45"),
            ("error verifying flags, x. See 'etcd --help'.", "2.1.0-3.4.45"),
            ("error verifying flags, x. See 'etcd -help'.", "2.0.7-2.0.13"),
            ("raft save snapshot error: x", "2.1.0-3.4.7"),
        ] {
            let line = format!("2024-02-17 09:53:15.911826 W | etcdserver: {said}\n");
            assert_eq!(etcd(&read(&line), &[]).map(words).as_deref(), Some(range), "{said}");
        }
    }

    #[test]
    fn a_start_line_decides() {
        let logs = read(
            "2015-10-16 10:12:51.344648 I | etcdmain: etcd Version: 2.3.8\n2015-10-16 10:12:51.4 W | etcdserver: server is likely overloaded\n",
        );
        assert_eq!(etcd(&logs, &[]).map(words).as_deref(), Some("2.3.8"));
    }

    #[test]
    fn an_image_says_what_the_logs_leave_open() {
        let image = |tag: &str| {
            let text = format!(
                "apiVersion: v1\nkind: Pod\nspec:\n  containers:\n  - image: registry.k8s.io/etcd:{tag}\n    command: [etcd, --heartbeat-interval=100]\n"
            );
            crate::config::read(0, &text).into_iter().collect::<Vec<_>>()
        };
        let late = read("failed to send out heartbeat on time (deadline exceeded for 237.022208ms)");
        for (logs, tag, expected) in [
            (&[][..], "3.5.9-0", Some("3.5.9")),
            (&late, "2.3.7", Some("2.3.7")),
            // Another etcd wrote these.
            (&late, "3.5.9-0", Some("2.3.0-2.3.8")),
            // Of a tag that names no release only the kubelet tells.
            (&[], "3.5", Some("3.0.0-3.7.1")),
            (&[], "latest", Some("3.0.0-3.7.1")),
        ] {
            assert_eq!(etcd(logs, &image(tag)).map(words).as_deref(), expected, "{tag}");
        }
    }

    #[test]
    fn a_table_of_members_names_the_version_of_each() {
        let row =
            |version: &str, leader: bool| format!("| https://192.0.2.7:2379 | 8e9e05c52164694d | {version:>7} | 35 MB | {leader:>9} |\n");
        let rule = format!("+{}+\n", "-".repeat(72));
        let head = "|        ENDPOINT        |        ID        | VERSION | DB SIZE | IS LEADER |\n";
        let logs = read(&[&rule, head, &rule, &row("3.5.0", true), &row("3.5.5", false), &rule].concat());
        assert_eq!(etcd(&logs, &[]).map(words).as_deref(), Some("3.5.0-3.5.5"));
        assert_eq!((logs[0].recognised, logs[0].events[0].holes("leads"), logs[0].events[0].holes("follows")), (3, 1, 1));
        let plain = read("http://192.0.2.7:2379, 8e9e05c52164694d, 3.0.15, 11 GB, true, 2868, 59480228\n");
        assert_eq!(etcd(&plain, &[]).map(words).as_deref(), Some("3.0.15"));
    }

    #[test]
    fn texts_narrow_etcd() {
        let logs = read("failed to send out heartbeat on time (deadline exceeded for 237.022208ms)");
        assert_eq!(etcd(&logs, &[]).map(words).as_deref(), Some("2.3.0-2.3.8"));
    }

    #[test]
    fn pre_vote_is_as_the_configuration_says() {
        let file = |line: &str| format!("name: a\ndata-dir: /var/lib/etcd\nheartbeat-interval: 100\nelection-timeout: 1000\n{line}");
        for (text, expected) in [
            (file("pre-vote: true\n"), Generation::PreVote),
            (file("pre-vote: false\n"), Generation::V3),
            (String::from("ETCD_HEARTBEAT_INTERVAL=100\nETCD_ELECTION_TIMEOUT=1000\nETCD_PRE_VOTE=true\n"), Generation::PreVote),
            // Nothing tells which etcd it is.
            (file(""), Generation::V2),
        ] {
            assert_eq!(facts(&[&text]).generation, expected, "{text}");
        }
        // What a member prints when it starts outweighs the default of its version.
        let starts = |version: &str, on: bool| {
            format!(
                "{{\"level\":\"info\",\"ts\":\"2023-02-03T10:00:00.000Z\",\"caller\":\"embed/etcd.go:309\",\"msg\":\"starting an etcd server\",\"etcd-version\":\"{version}\",\"heartbeat-interval\":\"100ms\",\"election-timeout\":\"1s\",\"pre-vote\":{on},\"name\":\"a\"}}\n"
            )
        };
        assert_eq!(facts(&[&starts("3.5.9", false)]).generation, Generation::V3);
        assert_eq!(facts(&[&starts("3.5.9", true)]).generation, Generation::PreVote);
        assert_eq!(facts(&[&starts("3.4.20", true)]).generation, Generation::PreVote);
        // A log of an etcd that does not know the flag outweighs it.
        let old = "2016-04-20 10:00:00.000000 I | etcdmain: etcd Version: 2.3.7\n";
        assert_eq!(facts(&[&file("pre-vote: true\n"), old]).generation, Generation::V2);
    }
}
