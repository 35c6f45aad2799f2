//! `config-values-differ`: members run with different timers.

use super::common::last_printed;
use super::{At, Evidence, Finding, Rule};
use crate::config::{Configuration, Launcher, Source};
use crate::facts::{EventId, Facts};
use crate::gather::Gather;
use crate::ids::RuleId;
use crate::parameters::Parameter;
use crate::report::{Confidence, Severity};
use crate::search;
use crate::text::Place;
use crate::units::Micros;

/// The rule.
pub const RULE: Rule = Rule {
    id: RuleId::ConfigValuesDiffer,
    why: "The member with the smallest election-timeout starts elections first, and on etcd 2 it can depose a healthy leader. A leader whose heartbeat is rarer than a follower's election-timeout never lasts.",
    what_to_do: "Give all members the same values. Raise the election-timeout everywhere before the heartbeat-interval; lower them the other way round.",
    references: &["etcd-io/etcd@v2.3.8:raft/raft.go:405", "etcd documentation: tuning, all members alike"],
    check,
};

fn check(facts: &Facts) -> Option<Finding> {
    of_each_parameter(facts, in_logs).or_else(|| of_each_parameter(facts, in_files))
}

/// One finding for all parameters that differ. Each gives one whose title only names the values, as `in KEY: A and B`.
fn of_each_parameter(facts: &Facts, differing: fn(&Facts, Parameter) -> Option<Finding>) -> Option<Finding> {
    let mut all: Option<Finding> = None;
    for parameter in Parameter::ALL {
        match (differing(facts, parameter), &mut all) {
            (Some(other), Some(first)) => {
                first.title.push_str(&format!(", and {}", other.title));
                first.parameters.extend(other.parameters);
                first.evidence.extend(other.evidence);
            }
            (found @ Some(_), first) => *first = found,
            (None, _) => {}
        }
    }
    all.map(|found| Finding { title: format!("Members differ {}", found.title), ..found })
}

/// The last start line of each member.
fn in_logs(facts: &Facts, parameter: Parameter) -> Option<Finding> {
    let values = last_printed(facts, parameter);
    let (low, high) = (values.iter().min_by_key(|(_, value)| *value)?, values.iter().max_by_key(|(_, value)| *value)?);
    if low.1 == high.1 {
        return None;
    }
    let events: Vec<EventId> =
        [low.0, high.0].into_iter().chain(values.iter().map(|(id, _)| *id).filter(|id| *id != low.0 && *id != high.0)).gather();
    Some(
        Finding::new(
            RULE.id,
            Severity::Warning,
            Confidence::High,
            differs(parameter, low.1, high.1),
            "The start lines of the members print different values.",
        )
        .showing(facts, &events)
        .on(&[parameter]),
    )
}

/// Different documents that configure the same daemon.
fn in_files(facts: &Facts, parameter: Parameter) -> Option<Finding> {
    let mut stated: Vec<(Micros, Place)> = Vec::new();
    // Of several commands in an article those are members that have names; others may be examples.
    let example = |read: &&Configuration| {
        read.source == Source::Flags
            && read.part.as_ref().is_some_and(|part| !search::has(part, "-name") && !search::has(part, "ETCD_NAME"))
    };
    // A drop-in overrules what a machine was set up with.
    let first = |read: &&Configuration| matches!(read.source, Source::CloudConfig | Source::ContainerLinux | Source::Ignition);
    let acts = |read: &Configuration| read.settings.iter().any(|setting| setting.parameter == parameter && setting.effective);
    let overruled = facts.configurations.iter().any(|read| read.source == Source::DropIn && acts(read));
    for configuration in facts.configurations.iter().filter(|read| !(example(read) || overruled && first(read))) {
        let acting = configuration.settings.iter().rev();
        let acting = acting.filter(|setting| setting.parameter == parameter && setting.effective && !setting.etcd_04);
        // One manifest may start several members; of several objects for an installer each is a cluster.
        let installed = matches!(configuration.cluster.launcher, Some(Launcher::Installer | Launcher::Kubeadm));
        let members = if configuration.source == Source::Manifest && !installed { usize::MAX } else { 1 };
        stated.extend(acting.take(members).filter_map(|setting| Some((setting.value?, setting.place))));
    }
    let (low, high) = (stated.iter().min_by_key(|(value, _)| *value)?, stated.iter().max_by_key(|(value, _)| *value)?);
    if low.0 == high.0 {
        return None;
    }
    let mut finding = Finding::new(
        RULE.id,
        Severity::Warning,
        Confidence::Medium,
        differs(parameter, low.0, high.0),
        "These files state different values. If one is the older text of the same machine, this is no trouble.",
    )
    .counting(stated.len())
    .on(&[parameter]);
    finding.evidence = stated.iter().map(|(value, place)| Evidence { at: At::Place(*place), note: Some(parameter.human(*value)) }).gather();
    Some(finding)
}

fn differs(parameter: Parameter, low: Micros, high: Micros) -> String {
    format!("in {}: {} and {}", parameter.key(), parameter.human(low), parameter.human(high))
}

#[cfg(test)]
mod tests {
    use crate::ids::RuleId;
    use crate::rules::testing::{facts, find};

    fn start(election: u32) -> String {
        format!(
            "2016-04-20 10:00:00.000000 I | etcdserver: heartbeat = 100ms\n2016-04-20 10:00:00.000100 I | etcdserver: election = {election}ms\n"
        )
    }

    #[test]
    fn two_members_two_values() {
        assert!(find(&facts(&[&start(1000), &start(2500)]), RuleId::ConfigValuesDiffer).is_some());
    }

    #[test]
    fn two_members_of_one_file() {
        let compose = |second: u32| {
            format!(
                "services:\n  a:\n    command: [etcd, --election-timeout=2000]\n  b:\n    command: [etcd, --election-timeout={second}]\n"
            )
        };
        assert!(find(&facts(&[&compose(3000)]), RuleId::ConfigValuesDiffer).is_some());
        assert!(find(&facts(&[&compose(2000)]), RuleId::ConfigValuesDiffer).is_none());
    }

    #[test]
    fn commands_of_an_article_are_examples() {
        let article = |name: &str| {
            format!("By default:\n```\netcd{name} --heartbeat-interval=100\n```\nor\n```\netcd{name} --heartbeat-interval=200\n```\n")
        };
        assert!(find(&facts(&[&article("")]), RuleId::ConfigValuesDiffer).is_none());
        assert!(find(&facts(&[&article(" --name a")]), RuleId::ConfigValuesDiffer).is_some());
    }

    /// systemd.unit(5): a drop-in of a later name overrules the one that a section becomes.
    #[test]
    fn a_drop_in_beside_a_cloud_config_is_of_one_machine() {
        let section = "#cloud-config\ncoreos:\n  etcd2:\n    election-timeout: 2000\n";
        let drop_in = |wait: u32| format!("[Service]\nEnvironment=ETCD_ELECTION_TIMEOUT={wait}\n");
        assert!(find(&facts(&[section, &drop_in(4000)]), RuleId::ConfigValuesDiffer).is_none());
        assert!(find(&facts(&[section, &drop_in(4000), &drop_in(3000)]), RuleId::ConfigValuesDiffer).is_some());
    }

    #[test]
    fn all_alike() {
        assert!(find(&facts(&[&start(1000), &start(1000)]), RuleId::ConfigValuesDiffer).is_none());
    }
}
