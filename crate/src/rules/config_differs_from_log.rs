//! `config-differs-from-log`: the configuration says one value, the running member another.

use super::{At, Evidence, Finding, Rule};
use crate::config::Setting;
use crate::facts::settings::printed;
use crate::facts::{EventId, Facts};
use crate::gather::Gather;
use crate::ids::RuleId;
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
    let (parameter, setting, event, runs) = *differing.first()?;
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

fn differs(facts: &Facts, parameter: Parameter) -> Option<(Parameter, &Setting, EventId, Micros)> {
    let setting = facts
        .configurations
        .iter()
        .flat_map(|c| &c.settings)
        .rfind(|setting| setting.parameter == parameter && setting.effective && setting.value.is_some())?;
    let stated = setting.value?;
    let (event, runs) = printed(facts, parameter).pop()?;
    let beat = facts
        .configurations
        .iter()
        .flat_map(|c| &c.settings)
        .rfind(|s| s.parameter == HeartbeatInterval && s.effective)
        .and_then(|s| s.value);
    // etcd cuts the election-timeout to whole heartbeats before it prints it.
    let whole = |beat: Micros| if parameter == ElectionTimeout && beat > 0 { stated / beat * beat } else { stated };
    let ran_beat = printed(facts, HeartbeatInterval).pop().map(|(_, beat)| beat);
    let agrees = runs == stated || [beat, ran_beat].into_iter().flatten().any(|beat| runs == whole(beat));
    (!agrees).then_some((parameter, setting, event, runs))
}

#[cfg(test)]
mod tests {
    use crate::ids::RuleId;
    use crate::rules::testing::{facts, find};

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

    #[test]
    fn they_agree() {
        assert!(find(&facts(&[FILE, &start(600, 6000)]), RuleId::ConfigDiffersFromLog).is_none());
    }
}
