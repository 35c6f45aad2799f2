//! What the logs do not show, and whether that tells anything: a program is silent only about what it would have printed.

use crate::facts::{Facts, VersionRange, versions};
use crate::gather::Gather;
use crate::ids::RuleId;
use crate::log::event::{Event, Meaning};
use crate::log::messages::signature::signatures;
use crate::rules::Finding;
use crate::version::Version;

/// A kind of trouble: in plain words, the lines that show it, and the findings that may tell of it by other signs.
type Trouble = (&'static str, &'static [Meaning], &'static [RuleId]);

const OF_ETCD: &[Trouble] = &[
    ("a late heartbeat", &[Meaning::HeartbeatLate], &[RuleId::EtcdHeartbeatLate]),
    ("a slow sync of the disk", &[Meaning::WalSyncSlow], &[RuleId::EtcdSlowDisk]),
    ("a broken connection between members", &[Meaning::PeerStreamLost, Meaning::PeerInactive], &[RuleId::EtcdPeerNetwork]),
    ("clocks that differ", &[Meaning::ClockDrift], &[RuleId::EtcdClockSkew]),
];
const OF_FLEET: &[Trouble] = &[
    (
        "a lost engine lease",
        &[Meaning::EngineLeaseRenewFailed, Meaning::EngineLeaseStolen],
        &[RuleId::FleetEngineLeaseLost, RuleId::FleetLeadershipChurn],
    ),
    ("a unit that was moved", &[Meaning::EngineUnscheduled], &[RuleId::FleetUnitsRestarted]),
    ("a machine that lost its presence", &[Meaning::ServerMonitorTriggered], &[RuleId::FleetAgentHeartbeatLost]),
];

/// An excerpt of fewer lines is silent about nearly everything (a judgement).
const ENOUGH_LINES: u64 = 50;

/// A sentence of what was looked for and not found, and one of what no line could have shown.
pub fn silence(facts: &Facts, findings: &[Finding]) -> Vec<String> {
    if facts.logs.iter().map(|log| log.lines).sum::<u64>() < ENOUGH_LINES {
        return Vec::new();
    }
    let silent = |(_, lines, told_by): &&Trouble| !facts.has(lines) && !findings.iter().any(|found| told_by.contains(&found.id));
    let (mut absent, mut untold) = (Vec::new(), Vec::new());
    let mut listen = |name: &str, range: VersionRange, troubles: &'static [Trouble]| {
        let (told, not): (Vec<&Trouble>, Vec<&Trouble>) =
            troubles.iter().filter(silent).partition(|(_, lines, _)| prints(range.low, lines) && prints(range.high, lines));
        absent.extend(told);
        untold.extend((!not.is_empty()).then(|| unprinted(name, range, &not)));
    };
    if let Some(range) = facts.etcd.filter(|_| facts.any_event(Event::is_etcd_server)) {
        listen("etcd", range, OF_ETCD);
    }
    if let Some(range) = facts.fleet.filter(|_| facts.any_event(Event::is_fleet)) {
        listen("fleet", range, OF_FLEET);
    }
    let absent = (!absent.is_empty()).then(|| format!("Not found in the logs: {}.", words(&absent)));
    absent.into_iter().chain(untold).gather()
}

fn unprinted(name: &str, range: VersionRange, troubles: &[&Trouble]) -> String {
    let perhaps = troubles.iter().any(|(_, lines, _)| prints(range.low, lines) || prints(range.high, lines));
    let prints = if perhaps { "may print" } else { "prints" };
    let whose = if troubles.len() == 1 { "its" } else { "their" };
    format!("{name} {} {prints} no line for {}; {whose} absence says nothing.", versions::words(range), words(troubles))
}

fn words(troubles: &[&Trouble]) -> String {
    troubles.iter().map(|trouble| trouble.0).collect::<Vec<_>>().join(", ")
}

/// Whether this version prints one of these lines.
fn prints(version: Version, lines: &[Meaning]) -> bool {
    let of_it = |(first, last): (Version, Version)| first <= version && version <= last;
    signatures().iter().any(|signature| lines.contains(&signature.meaning) && of_it(signature.versions))
}

#[cfg(test)]
mod tests {
    use crate::{Input, analyze, input::Document};

    fn not_found(version: &str, more: &str) -> Vec<String> {
        let quiet: String = (10..60)
            .map(|second| format!("2016-05-04 10:00:{second}.000000 I | etcdserver: start to snapshot (applied: {second}, lastsnap: 1)\n"))
            .collect();
        let text = format!("2016-05-04 10:00:00.000000 I | etcdmain: etcd Version: {version}\n{quiet}{more}");
        analyze(&Input { documents: vec![Document { name: None, text }], ..Input::default() }).not_found
    }

    #[test]
    fn only_what_this_version_prints_is_missed() {
        assert_eq!(
            not_found("2.3.8", ""),
            [
                "Not found in the logs: a late heartbeat, a broken connection between members, clocks that differ.",
                "etcd 2.3.8 prints no line for a slow sync of the disk; its absence says nothing.",
            ]
        );
        assert_eq!(
            not_found("3.3.10", ""),
            ["Not found in the logs: a late heartbeat, a slow sync of the disk, a broken connection between members, clocks that differ."]
        );
    }

    #[test]
    fn what_is_there_is_not_missed() {
        let late =
            "2016-05-04 10:01:00.000000 W | etcdserver: failed to send out heartbeat on time (exceeded the 100ms timeout for 412.3ms)\n";
        assert!(not_found("3.3.10", late)[0].starts_with("Not found in the logs: a slow sync"));
    }

    #[test]
    fn a_few_lines_are_silent_about_all() {
        let text = "2016-05-04 10:00:00.000000 I | etcdmain: etcd Version: 2.3.8\n";
        assert!(analyze(&Input { documents: vec![Document { name: None, text: text.into() }], ..Input::default() }).not_found.is_empty());
    }
}
