//! Which versions wrote a log: what start lines say, else what its message texts and
//! `file.go:NNN` places allow, intersected.

use super::VersionRange;
use crate::config::Configuration;
use crate::config::manifest::Launcher;
use crate::gather::Gather;
use crate::log::event::{Event, LogReading, Meaning};
use crate::log::signature::{FLEET_RELEASES, Program, printed_at, signature};
use crate::report::Software;

type Version = (u16, u16, u16);

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
/// etcd 3 from 1.6 on (judgement: an older manifest names its image). docker-compose starts any.
fn started_by(launcher: Launcher) -> Option<VersionRange> {
    (launcher != Launcher::Compose).then_some(VersionRange { low: (3, 0, 0), high: NEWEST })
}

/// The newest release that was read.
const NEWEST: Version = (3, 7, 1);

/// The fleet of these logs.
pub fn fleet(logs: &[LogReading]) -> Option<VersionRange> {
    program(logs, Program::Fleet)
}

/// The range of one program over all logs: said by itself, else narrowed by its messages. Where logs
/// contradict each other - several versions in one paste - the range spans them all.
fn program(logs: &[LogReading], program: Program) -> Option<VersionRange> {
    logs.iter()
        .filter_map(|log| of_log(log, program))
        .reduce(|a, b| narrowed(a, b).unwrap_or(VersionRange { low: a.low.min(b.low), high: a.high.max(b.high) }))
}

/// The range of one program in one log.
pub fn of_log(log: &LogReading, program: Program) -> Option<VersionRange> {
    let own: Vec<&Event> = log.events.iter().filter(|event| event.program() == program).gather();
    let mut said: Vec<Version> = own.iter().filter_map(|event| said_version(event)).gather();
    // etcdctl shows the version of each member.
    if program == Program::Etcd {
        for event in log.events.iter().filter(|event| event.meaning == Meaning::CtlStatus) {
            said.extend(event.words("version").filter_map(parse));
        }
    }
    if let (Some(low), Some(high)) = (said.iter().min(), said.iter().max()) {
        return Some(VersionRange { low: *low, high: *high });
    }
    let texts = own.iter().filter(|event| !event.cut).map(|event| event.signature().versions).map(|(low, high)| VersionRange { low, high });
    let by_text = texts.reduce(|a, b| narrowed(a, b).unwrap_or(a));
    let by_place = if program == Program::Fleet { places(log) } else { None };
    match (by_text, by_place) {
        (Some(text), Some(place)) => Some(narrowed(place, text).unwrap_or(place)),
        (text, place) => place.or(text),
    }
}

fn said_version(event: &Event) -> Option<Version> {
    let says = matches!(event.meaning, Meaning::EtcdVersion | Meaning::StartupZapConfig | Meaning::FleetdVersion);
    says.then(|| event.word("version").and_then(parse))?
}

fn narrowed(a: VersionRange, b: VersionRange) -> Option<VersionRange> {
    let both = VersionRange { low: a.low.max(b.low), high: a.high.min(b.high) };
    (both.low <= both.high).then_some(both)
}

/// Releases in which every message of the log stands at its place in the source.
fn places(log: &LogReading) -> Option<VersionRange> {
    let mut possible = vec![true; FLEET_RELEASES.len()];
    for (number, place) in &log.fingerprints {
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
    let version = parse(text?)?;
    Some(VersionRange { low: version, high: version })
}

/// `2.3.8`, `v0.10.2`, `3.5`, `3.4.3+git`.
fn parse(text: &str) -> Option<Version> {
    let bare = text.trim().trim_start_matches('v');
    let digits = |part: &str| part.chars().take_while(char::is_ascii_digit).collect::<String>().parse::<u16>().ok();
    let mut parts = bare.split('.');
    let major = digits(parts.next()?)?;
    let minor = parts.next().and_then(digits)?;
    Some((major, minor, parts.next().and_then(digits).unwrap_or(0)))
}

/// `2.3.8`, or `0.9.0-0.9.2`.
pub fn words(range: VersionRange) -> String {
    let word = |(major, minor, patch): Version| format!("{major}.{minor}.{patch}");
    if range.low == range.high { word(range.low) } else { format!("{}-{}", word(range.low), word(range.high)) }
}

/// The programs of one log, with what is known of their versions.
pub fn software(log: &LogReading) -> Vec<Software> {
    [(Program::Etcd, "etcd"), (Program::Fleet, "fleet")]
        .into_iter()
        .filter_map(|(program, name)| of_log(log, program).map(|range| Software { name: name.to_owned(), versions: words(range) }))
        .gather()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::log::scan::Scanner;

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
}
