//! What is wrong with a configuration, for people: one entry per id that a configuration `Problem`
//! may carry. Reading finds the problem and says what it saw; this table says how bad that is, why it
//! matters and what to do.

use super::{At, Evidence, Finding, Rule};
use crate::config::Problem;
use crate::facts::{Facts, settings};
use crate::gather::Gather;
use crate::ids::RuleId;
use crate::report::{Confidence, Severity};
use crate::sort::sort;

/// Makes one rule per entry, and the list of them.
macro_rules! problems {
    ($($id:ident, $severity:ident, $title:literal, $why:literal, $what_to_do:literal, [$($reference:literal),*];)*) => {
        /// One rule per id, in alphabetical order.
        pub const RULES: &[Rule] = &[$(Rule {
            id: RuleId::$id,
            why: $why,
            what_to_do: $what_to_do,
            references: &[$($reference),*],
            check: |facts| finding(facts, RuleId::$id, Severity::$severity, $title),
        }),*];
    };
}

problems! {
    ConfigAgentTtlUnit, Critical, "agent-ttl has no unit that fleet can read",
        "fleetd reads agent-ttl as a duration with a unit. With a bare number it exits at its start.",
        "Write it with its unit, such as 120s or 2m.",
        ["coreos/fleet@v0.11.5:fleetd/fleetd.go:90", "coreos/fleet@v1.0.0:agent/agent.go:32"];
    ConfigArgumentsForm, Critical, "kubeadm refuses the form of etcd's arguments",
        "Up to v1beta3 kubeadm takes extraArgs as a mapping, name: \"value\". From v1beta4 on it takes a list of names and values, and so does Cluster API from v1beta2 on. In the other form it refuses the whole file: cannot unmarshal into Go struct field.",
        "Write them in the form of the file's apiVersion, or let kubeadm config migrate do it.",
        ["kubernetes/kubernetes#119156", "kubernetes/kubeadm#3067", "kubernetes-sigs/cluster-api#13339"];
    ConfigBadFloat, Critical, "fleet reads a value as 0",
        "fleet takes what it cannot read as a number for 0, not for the default. Up to fleet 0.12 a request timeout of 0 fails every request; an interval of 0 never pauses.",
        "Write a bare number of seconds, without unit and with a dot: 5 or 2.5.",
        ["coreos/fleet@v1.0.0:vendor/github.com/rakyll/globalconf/globalconf.go:105"];
    ConfigDuplicateKey, Warning, "A key is written twice",
        "Only the last value of a key applies. A change of the first changes nothing.",
        "Keep one of them. Put the keys of two sections of one name together.",
        ["coreos/coreos-cloudinit@v1.14.0:config/config.go:65"];
    ConfigEnvComment, Warning, "A comment after a value becomes part of it",
        "systemd's EnvironmentFile= and docker run --env-file know comments only on lines of their own. etcd gets the comment with the number, and refuses to start. A shell or docker-compose would leave the comment out.",
        "Put the comment on a line of its own.",
        ["systemd/systemd@v252:src/basic/env-file.c (VALUE)", "man systemd.exec: EnvironmentFile="];
    ConfigFleetConfIgnored, Warning, "fleet.conf holds a line that fleet ignores",
        "Options of fleet.conf need underscores, outside any section. Anything else is ignored without a word.",
        "Write it as agent_ttl=60s, outside any section.",
        ["coreos/fleet@v0.11.5:Godeps/_workspace/src/github.com/rakyll/goini"];
    ConfigFleetConfRefused, Critical, "fleetd does not start with this fleet.conf",
        "fleetd reads this file as it starts. A colon in place of the equals sign is a syntax error to it. At a line of nothing but blanks it crashes. Then no unit runs on this machine.",
        "Write one option a line, as agent_ttl=60s, and leave empty lines empty.",
        ["coreos/fleet@v0.11.5:Godeps/_workspace/src/github.com/rakyll/goini"];
    ConfigHeaderMissing, Warning, "The first line is not #cloud-config",
        "CoreOS refuses the whole file: nothing in it applies. If this is a piece of a larger file, its first line decides.",
        "Make #cloud-config the very first line, without a space before it.",
        ["coreos/coreos-cloudinit@v1.14.0:config/config.go:53"];
    ConfigNotExported, Warning, "A variable does not reach etcd",
        "A shell keeps a variable to itself. A program that it starts gets those that are exported, those before its name, and those after set -a. A container gets only those that its command names. So the default applies.",
        "Write export before it, or put it before the command in the same line. A container gets it with -e NAME=VALUE; -e NAME alone passes on only what is exported.",
        ["POSIX.1-2017, Shell Command Language, 2.9.1 and 2.12", "docker/cli#1780"];
    ConfigOctal, Warning, "A leading zero makes the number octal",
        "cloudinit reads YAML 1.1: 0600 is 384.",
        "Write the number without the leading zero.",
        ["coreos/coreos-cloudinit@v1.14.0:config/config.go"];
    ConfigOldKey, Warning, "The key is that of etcd 0.4, and a later etcd runs",
        "etcd 2.0 renamed the two timers. From it on etcd warns of the old names (no longer supported - ignoring) and runs with the defaults.",
        "Write heartbeat-interval and election-timeout without peer-, ETCD_HEARTBEAT_INTERVAL and ETCD_ELECTION_TIMEOUT without PEER_, and take the old keys out.",
        ["etcd-io/etcd@v2.0.0:etcdmain/config.go", "etcd-io/etcd@v2.3.8:etcdmain/config.go"];
    ConfigProxy, Info, "This etcd is a proxy, so its timers do not apply",
        "A proxy takes no part in elections. Only the members that vote use heartbeat-interval and election-timeout.",
        "Set the timers on the voting members.",
        ["etcd-io/etcd@v2.3.8:etcdmain/etcd.go:150"];
    ConfigRemainder, Info, "The election-timeout is no whole number of heartbeats",
        "etcd counts in heartbeats and drops the rest, so it waits a little less than written.",
        "Choose an election-timeout that is ten heartbeats.",
        ["etcd-io/etcd@v2.3.8:etcdserver/config.go"];
    ConfigSecondDocument, Warning, "Everything after the second --- is left out",
        "cloudinit reads only the first YAML document.",
        "Put it all into one document.",
        ["coreos/coreos-cloudinit@v1.14.0:config/config.go"];
    ConfigSectionWithoutStart, Info, "Settings are written for a service that nothing starts",
        "A section only writes settings. Without a unit that starts the service, or a restart of a running one, they do not apply.",
        "Add the service to units with command: start, and restart it where it runs already.",
        ["coreos/coreos-cloudinit@v1.14.0:initialize/config.go"];
    ConfigShadowed, Warning, "A value is overruled by another place",
        "Only one of them applies: a variable wins over fleet.conf, a later drop-in over an earlier one.",
        "Keep the value in one place.",
        ["coreos/fleet@v0.11.5:Godeps/_workspace/src/github.com/rakyll/globalconf/globalconf.go:105"];
    ConfigSuspiciousUnit, Warning, "A value looks as if it was meant in another unit",
        "etcd reads milliseconds, fleet reads seconds. A value in the wrong unit is a thousand times too small or too large.",
        "Check the unit: etcd's timers in milliseconds, fleet's two numbers in seconds, agent-ttl with its unit.",
        ["etcd-io/etcd@v2.3.8:etcdmain/config.go:168", "coreos/fleet@v1.0.0:fleetd/fleetd.go:86"];
    ConfigTemplate, Info, "This is a template",
        "The values that it fills in are not known here. Only what is in the text was read.",
        "Paste the finished file if a filled-in value matters.",
        [];
    ConfigUnknownKey, Warning, "A key is not known and is ignored",
        "A misspelt key is ignored without a word, and the default applies.",
        "Correct the spelling.",
        ["coreos/coreos-cloudinit@v1.14.0:config/etcd2.go", "coreos/coreos-cloudinit@v1.14.0:config/fleet.go"];
    ConfigUnquotedNumber, Critical, "Kubernetes refuses a number where it wants text",
        "The value of a variable, and each word of a command, is text for Kubernetes. A number without quotes makes it refuse the whole object: cannot unmarshal number into Go struct field EnvVar.value of type string. The same holds for each of kubeadm's extraArgs. What ran before goes on.",
        "Put the number in quotes; a timer of kops gets its unit instead.",
        ["kubernetes/kubernetes#12889", "kubernetes/kubernetes#82296", "kubernetes-sigs/kubespray#5406", "rancher/local-path-provisioner#262"];
    ConfigValueDropped, Critical, "A value is silently left out, and the default applies",
        "A value of the wrong type, quoted or with a unit where a bare number is read, is left out by cloudinit without an error. systemd ignores a variable with spaces around its equals sign.",
        "Write etcd's timers and fleet's two numbers as bare numbers: no quotes, no unit; in Environment= without spaces around the equals sign.",
        ["coreos/coreos-cloudinit@v1.14.0:config/etcd2.go", "coreos/coreos-cloudinit@v1.14.0:system/env.go", "systemd/systemd@v252:src/core/load-fragment.c (config_parse_environ)"];
    ConfigWrongSection, Critical, "A key is in the wrong section",
        "etcd 0.4 and etcd 2 have sections of their own, and fleet has another. In the wrong one the value never reaches its daemon.",
        "Give it the name that this section knows, or move it to that of the daemon that reads it: etcd for 0.4, etcd2 for 2.x, fleet for fleet.",
        ["coreos/coreos-cloudinit@v1.14.0:config/etcd.go", "coreos/coreos-cloudinit@v1.14.0:config/etcd2.go"];
    ConfigYamlError, Critical, "The file is no valid YAML, so nothing in it applies",
        "cloudinit refuses a file with an error as a whole.",
        "Fix the line: most often an indent, a tab or a missing space after a colon.",
        ["coreos/coreos-cloudinit@v1.14.0:config/config.go"];
    ConfigZero, Warning, "A value of 0 is left out, and the default applies",
        "cloudinit leaves zero values out.",
        "Write the value you mean, or leave the key out.",
        ["coreos/coreos-cloudinit@v1.14.0:system/env.go"];
}

/// All problems of one id as one finding.
fn finding(facts: &Facts, id: RuleId, severity: Severity, title: &str) -> Option<Finding> {
    let problems: Vec<&Problem> = settings::problems(facts).filter(|problem| problem.id == id).gather();
    let first = problems.first()?;
    let mut parameters: Vec<_> = problems.iter().filter_map(|problem| problem.parameter).gather();
    sort(&mut parameters);
    parameters.dedup();
    let keys: Vec<&str> = parameters.iter().map(|parameter| parameter.key()).gather();
    let of = match parameters.as_slice() {
        [one] if title.starts_with(one.key()) => String::new(),
        [_, ..] => format!(" ({})", keys.join(", ")),
        [] if title.starts_with("A key") && !first.word.is_empty() => format!(" ({})", first.word),
        _ => String::new(),
    };
    let title = match problems.len() {
        1 => format!("{title}{of}"),
        // A file is a template once, however much it fills in.
        _ if id == RuleId::ConfigTemplate => title.to_owned(),
        many => format!("{title}{of}, {many}\u{a0}times"),
    };
    // Beside another etcd unit that is started it is no guess: what stands there does not act.
    let void = |problem: &&Problem| {
        let mut settings = facts.settings();
        settings.any(|setting| !setting.effective && setting.place == problem.place)
    };
    let (severity, title) = if id == RuleId::ConfigSectionWithoutStart && problems.iter().any(void) {
        (Severity::Warning, String::from("Timing values stand in the section of a unit that is not started"))
    } else {
        (severity, title)
    };
    // Read line by line, a template may be completed by what it fills in.
    let tolerant = facts.configurations.iter().any(|configuration| configuration.tolerant && configuration.has_problem(id));
    let confidence = if tolerant { Confidence::Medium } else { Confidence::High };
    let mut finding = Finding::new(id, severity, confidence, title, first.note.clone()).counting(problems.len()).on(&parameters);
    finding.evidence = problems
        .iter()
        .take(super::common::MOST_EVIDENCE)
        .map(|problem| Evidence { at: At::Place(problem.place), note: Some(problem.note.clone()) })
        .gather();
    Some(finding)
}

#[cfg(test)]
mod tests {
    use crate::ids::RuleId;
    use crate::report::Severity;
    use crate::rules::testing::{facts, find};

    #[test]
    fn a_quoted_number_is_left_out() {
        let file = "#cloud-config\ncoreos:\n  etcd2:\n    heartbeat-interval: \"600\"\n    election-timeout: 6000\n  units:\n    - name: etcd2.service\n      command: start\n";
        assert_eq!(find(&facts(&[file]), RuleId::ConfigValueDropped).expect("left out").count, 1);
    }

    #[test]
    fn values_for_a_unit_that_is_not_started_do_not_act() {
        let file = |unit: &str| {
            format!(
                "#cloud-config\ncoreos:\n  etcd:\n    peer-heartbeat-interval: 500\n    peer-election-timeout: 2500\n  units:\n    - name: {unit}.service\n      command: start\n"
            )
        };
        let found = find(&facts(&[&file("etcd2")]), RuleId::ConfigSectionWithoutStart).expect("another unit runs");
        assert_eq!((found.severity, found.count), (Severity::Warning, 2));
        assert!(find(&facts(&[&file("etcd")]), RuleId::ConfigSectionWithoutStart).is_none());
        let nothing = "#cloud-config\ncoreos:\n  etcd2:\n    heartbeat-interval: 600\n    election-timeout: 6000\n";
        let remark = find(&facts(&[nothing]), RuleId::ConfigSectionWithoutStart).expect("nothing starts it here");
        assert_eq!(remark.severity, Severity::Info);
    }

    #[test]
    fn a_key_that_is_no_parameter_is_named_too() {
        let title = |file: &str, id| find(&facts(&[file]), id).expect("a problem").title;
        let twice = "#cloud-config\ncoreos:\n  units:\n    - name: etcd2.service\n      command: start\n  etcd2:\n    election-timeout: 2000\n  units: []\n";
        assert_eq!(title(twice, RuleId::ConfigDuplicateKey), "A key is written twice (units)");
        let unknown = "#cloud-config\ncoreos:\n  fleet:\n    verbosty: 1\n  units:\n    - name: fleet.service\n      command: start\n";
        assert_eq!(title(unknown, RuleId::ConfigUnknownKey), "A key is not known and is ignored (verbosty)");
        let both = "#cloud-config\ncoreos:\n  etcd:\n    heartbeat-interval: 600\n    election-timeout: 6000\n  units:\n    - name: etcd.service\n      command: start\n";
        assert_eq!(
            title(both, RuleId::ConfigWrongSection),
            "A key is in the wrong section (heartbeat-interval, election-timeout), 2\u{a0}times"
        );
    }

    #[test]
    fn what_another_place_fills_in_is_known() {
        let file = "user_data = <<EOF\n#cloud-config\ncoreos:\n  etcd2:\n    election-timeout: ${var.wait}\n  units:\n    - name: etcd2.service\n      command: start\nEOF\n";
        let variable = "variable \"wait\" {\n  default = 2500\n}\n";
        let told = |text: &str| crate::rules::check(&facts(&[text])).iter().any(|finding| finding.id == RuleId::ConfigTemplate);
        assert!(told(file) && !told(&format!("{file}{variable}")));
    }

    #[test]
    fn a_sound_file_has_no_problem() {
        let file = "#cloud-config\ncoreos:\n  etcd2:\n    heartbeat-interval: 600\n    election-timeout: 6000\n  units:\n    - name: etcd2.service\n      command: start\n";
        assert!(crate::rules::check(&facts(&[file])).is_empty());
    }
}
