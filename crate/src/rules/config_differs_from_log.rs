//! `config-differs-from-log`: the configuration says one value, the running member another.

use super::{At, Evidence, Finding, Rule};
use crate::config::Setting;
use crate::facts::settings::{from_configuration, printed, winning};
use crate::facts::{EventId, Facts};
use crate::gather::Gather;
use crate::ids::RuleId;
use crate::log::event::Meaning;
use crate::parameters::Parameter::{self, ElectionTimeout, HeartbeatInterval};
use crate::report::{Confidence, Severity};
use crate::units::Micros;

/// The rule.
pub const RULE: Rule = Rule {
    id: RuleId::ConfigDiffersFromLog,
    why: "The values in the file do not apply. The answer goes by what the member runs with.",
    what_to_do: "See where the running value comes from: a drop-in made at boot, an environment file, a flag or a configuration file of etcd's own. A changed cloud-config counts only after it was applied and the daemon restarted.",
    references: &[
        "etcd-io/etcd@v2.3.8:etcdserver/server.go:251 (heartbeat = , election = )",
        "coreos/coreos-cloudinit@v1.14.0:system/env.go",
    ],
    check,
};

fn check(facts: &Facts) -> Option<Finding> {
    let differing: Vec<(Parameter, &Setting, EventId, Micros)> =
        [HeartbeatInterval, ElectionTimeout].into_iter().filter_map(|parameter| differs(facts, parameter)).gather();
    let Some(&(parameter, setting, event, runs)) = differing.first() else { return campaigned_sooner(facts) };
    let stated = setting.value.unwrap_or(0);
    let title =
        format!("{} is {} in the file, but the member runs with {}", parameter.key(), parameter.human(stated), parameter.human(runs));
    let what = String::from(
        "The start line of the log and the configuration do not agree. Either the file came later, or it does not reach the daemon.",
    );
    let mut finding =
        Finding::new(RULE.id, Severity::Warning, Confidence::High, title, what).showing(facts, &[event]).counting(differing.len());
    finding.parameters = differing.iter().map(|(parameter, ..)| *parameter).gather();
    for (_, setting, other, _) in &differing {
        finding.evidence.push(Evidence { at: At::Place(setting.place), note: Some(String::from("stated here")) });
        if *other != event {
            finding.evidence.push(Evidence { at: At::Event(*other), note: None });
        }
    }
    Some(finding)
}

/// No line names the values, but what leaders measured of their stalls tells that followers wait less than the file says.
fn campaigned_sooner(facts: &Facts) -> Option<Finding> {
    let known = facts.in_force(ElectionTimeout);
    let (event, stated) = (known.event.filter(|_| known.place.is_none())?, from_configuration(facts, ElectionTimeout)?);
    if facts.event(event).meaning != Meaning::HeartbeatLate || !printed(facts, HeartbeatInterval).is_empty() {
        return None;
    }
    let title = format!("election-timeout is {} in the file, but followers did not wait that long", ElectionTimeout.human(stated.value?));
    let what = String::from(
        "They campaigned while the leader stalled, and it woke sooner than that. Either the file came later, or it does not reach the daemon.",
    );
    let mut finding = Finding::new(RULE.id, Severity::Warning, Confidence::Medium, title, what).showing(facts, &[event]);
    finding.parameters = vec![ElectionTimeout];
    finding.evidence.push(Evidence { at: At::Place(stated.place?), note: Some(String::from("stated here")) });
    Some(finding)
}

/// What the file states that beats the others, where the member runs with another value. Several of its kind may be of several
/// members: then none of them states that one.
fn differs(facts: &Facts, parameter: Parameter) -> Option<(Parameter, &Setting, EventId, Micros)> {
    let (event, runs) = printed(facts, parameter).pop()?;
    let beats: Vec<Micros> = winning(facts, HeartbeatInterval).into_iter().filter_map(|setting| setting.value).gather();
    let ran_beat = printed(facts, HeartbeatInterval).pop().map(|(_, beat)| beat);
    let agrees = |setting: &&Setting| {
        let stated = setting.value.unwrap_or(0);
        // etcd cuts the election-timeout to whole heartbeats before it prints it.
        let whole = |beat: Micros| if parameter == ElectionTimeout && beat > 0 { stated / beat * beat } else { stated };
        runs == stated || beats.iter().copied().chain(ran_beat).any(|beat| runs == whole(beat))
    };
    let mut stated = winning(facts, parameter);
    if stated.iter().any(agrees) { None } else { stated.pop().map(|setting| (parameter, setting, event, runs)) }
}

#[cfg(test)]
mod tests {
    use crate::ids::RuleId;
    use crate::parameters::Parameter::{ElectionTimeout, HeartbeatInterval};
    use crate::rules::testing::{facts, find};
    use crate::units::MS;

    const FILE: &str = "#cloud-config\ncoreos:\n  etcd2:\n    heartbeat-interval: 600\n    election-timeout: 6000\n  units:\n    - name: etcd2.service\n      command: start\n";

    fn start(heartbeat: u32, election: u32) -> String {
        format!(
            "2016-04-20 10:00:00.000000 I | etcdserver: heartbeat = {heartbeat}ms\n2016-04-20 10:00:00.000100 I | etcdserver: election = {election}ms\n"
        )
    }

    #[test]
    fn the_file_says_600_and_the_member_runs_100() {
        let found = find(&facts(&[FILE, &start(100, 1000)]), RuleId::ConfigDiffersFromLog).expect("they differ");
        assert!(found.title.contains("600\u{a0}ms") && found.title.contains("100\u{a0}ms"), "{}", found.title);
    }

    /// The file of variables beats Environment= of a unit, in whatever order they are given; of several members one may state it.
    #[test]
    fn the_file_that_beats_the_others_is_compared() {
        let (file, unit) = ("ETCD_HEARTBEAT_INTERVAL=200\n", "[Service]\nEnvironment=ETCD_HEARTBEAT_INTERVAL=300\n");
        let log = start(200, 1000);
        let finds = |texts: &[&str]| find(&facts(texts), RuleId::ConfigDiffersFromLog).is_some();
        for texts in [[file, unit, &log], [unit, file, &log], [file, "ETCD_HEARTBEAT_INTERVAL=100\n", &log]] {
            assert!(!finds(&texts), "{texts:?}");
        }
        assert!(finds(&[unit, &log]));
    }

    /// What two members print of stalls of 2.2 s under 100 and 1000 ms.
    fn changes(excess: &str) -> String {
        let change = |minute: u32, term: u32, (old, host): (&str, &str), (new, other): (&str, &str)| {
            let line = |second: &str, host: &str, words: String| {
                format!("May 02 09:{minute:02}:{} {host} etcd2[79]: 2016-05-02 09:{minute:02}:{second} {words}\n", &second[..2])
            };
            line("10.100000", other, format!("I | raft: {new} is starting a new election at term {}", term - 1))
                + &line("10.100100", other, format!("I | raft: {new} became candidate at term {term}"))
                + &line("10.104000", other, format!("I | raft: {new} became leader at term {term}"))
                + &line("10.105000", other, format!("I | raft: raft.node: {new} changed leader from {old} to {new} at term {term}"))
                + &line("10.304000", host, format!("W | etcdserver: failed to send out heartbeat on time (deadline exceeded for {excess})"))
                + &line("10.305000", host, format!("I | raft: {old} became follower at term {term}"))
                + &line("10.345000", host, format!("I | raft: raft.node: {old} changed leader from {old} to {new} at term {term}"))
        };
        let (a, b) = (("8211f1d0f64f3269", "core-1"), ("91bc3c398fb3c146", "core-2"));
        change(10, 8, a, b) + &change(40, 9, b, a) + &change(59, 10, a, b)
    }

    #[test]
    fn followers_campaigned_sooner_than_the_file_says() {
        let story = facts(&[FILE, &changes("2.2s")]);
        let found = find(&story, RuleId::ConfigDiffersFromLog).expect("they differ");
        assert!(found.title.contains("6000\u{a0}ms in the file"), "{}", found.title);
        assert_eq!([HeartbeatInterval, ElectionTimeout].map(|parameter| story.value(parameter) / MS), [100, 1000]);
        // Of one member's log only the changes count in which it lost the lead.
        let one: String = changes("2.2s").lines().filter(|line| line.contains("core-1")).map(|line| format!("{line}\n")).collect();
        assert_eq!(facts(&[FILE, &one]).value(ElectionTimeout) / MS, 1000);
        // Stalls that outlast the file's timeout, and ones that the default outlasts, tell nothing of it.
        for excess in ["6.2s", "100ms"] {
            let story = facts(&[FILE, &changes(excess)]);
            assert!(find(&story, RuleId::ConfigDiffersFromLog).is_none(), "{excess}");
            assert_eq!(story.value(ElectionTimeout) / MS, 6000);
        }
    }

    /// Most leaders lost their place to a network that was down: of those their own logs say nothing.
    #[test]
    fn a_few_stalls_beside_a_broken_network_tell_nothing_of_the_timers() {
        let silent: String =
            changes("2.2s").lines().filter(|line| !line.contains("failed to send")).map(|line| format!("{line}\n")).collect();
        let later = |hour: u32| {
            let terms = |text: String, term: u32| text.replace(&format!("term {term}"), &format!("term {}", hour * 10 + term));
            let moved = silent.replace("May 02 09:", &format!("May 02 {hour}:")).replace("05-02 09:", &format!("05-02 {hour}:"));
            [10, 9, 8, 7].into_iter().fold(moved, terms)
        };
        let story = facts(&[FILE, &(changes("2.2s") + &later(12) + &later(15))]);
        assert_eq!(story.needless().count(), 9);
        assert!(find(&story, RuleId::ConfigDiffersFromLog).is_none());
        assert_eq!(story.value(ElectionTimeout) / MS, 6000);
    }

    #[test]
    fn they_agree() {
        assert!(find(&facts(&[FILE, &start(600, 6000)]), RuleId::ConfigDiffersFromLog).is_none());
    }
}
