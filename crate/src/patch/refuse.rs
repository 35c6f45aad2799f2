//! What is not edited, and why: each refusal names what to do instead.

use super::insert::mapping::masks;
use super::place::Place;
use super::written::{is_printed, is_sealed, own_file};
use super::{Change, Etcd, render};
use crate::config::sources::manifest::containers::commands;
use crate::config::sources::manifest::operators::{HARDWARE_SPEEDS, of_druid, of_openshift};
use crate::config::syntax::command::{is_etcd, starts_container};
use crate::config::{Configuration, Launcher, Marks, Setting, Source, section_of};
use crate::gather::Gather;
use crate::ids::RuleId;
use crate::parameters::Parameter;
use crate::units::Micros;
use crate::yaml::{self, Entry, Kind, Node, Tree};
use crate::{search, template};

/// Why these changes are not made in this text, where one of them cannot be.
pub fn check(text: &str, configuration: &Configuration, changes: &[Change]) -> Result<(), String> {
    of_file(text, configuration, changes)?;
    let tree = if configuration.tolerant { Tree::default() } else { yaml_of(text, configuration.source).unwrap_or_default() };
    changes.iter().try_for_each(|change| of_value(configuration, &tree, change))
}

/// Why nothing of a text is edited.
fn of_file(text: &str, configuration: &Configuration, changes: &[Change]) -> Result<(), String> {
    match configuration.marks {
        Some(Marks::Diff) => return Err("These are lines of a diff; make the change in the file that it is of.".to_owned()),
        Some(Marks::Margin) => {
            return Err("Something stands before each of these lines (>, a number or a path); paste the file without it, or make the change in the file.".to_owned());
        }
        Some(Marks::Escaped | Marks::Html) | None => {}
    }
    if let Some(why) = by_operator(text, changes) {
        return Err(why);
    }
    if let Some(file) = own_file(configuration).filter(|_| changes.iter().any(|change| change.parameter.is_etcd())) {
        return Err(format!(
            "etcd is started with a file of its own, {file}, and passes over flags and variables beside it: set them there, as below."
        ));
    }
    if configuration.source == Source::EtcdYaml && configuration.cluster.launcher == Some(Launcher::K3s) {
        return Err("k3s and RKE2 write this file anew at each start. Put these into their own config.yaml, below /etc/rancher.".to_owned());
    }
    if let Some(section) = configuration.problems_of(RuleId::ConfigDuplicateKey).find(|problem| problem.parameter.is_none()) {
        return Err(format!("{} stands twice in this file; put its keys together first.", section.word));
    }
    let of_later = |setting: &Setting| setting.effective && setting.parameter.is_etcd() && !setting.etcd_04;
    let later =
        configuration.cluster.names_etcd_2 || configuration.source == Source::Manifest || configuration.settings.iter().any(of_later);
    if later && changes.iter().any(Change::is_of_04) {
        return Err("The log is that of etcd 0.4, and this sets up a later etcd, which ignores the options of 0.4.".to_owned());
    }
    if configuration.source == Source::Flags && text.lines().any(is_traced) {
        return Err("A shell printed these commands when it ran them; change the script or the file that they come from.".to_owned());
    }
    if configuration.source == Source::Flags && text.lines().any(is_listed) {
        return Err("This is a list of processes; change the file that starts etcd.".to_owned());
    }
    if search::has(text, template::SOPS) {
        return Err("SOPS encrypted this file, and signs it as a whole; make the change with sops.".to_owned());
    }
    if is_printed(text) {
        return Err("A tool printed this of an etcd that runs; change the file or the command that starts it.".to_owned());
    }
    if configuration.has_problem(RuleId::ConfigArgumentsForm) {
        return Err(
            "extraArgs has the form of another apiVersion, so each of its entries has to be rewritten, not only etcd's timers.".to_owned()
        );
    }
    Ok(())
}

/// Why one value is not edited.
fn of_value(configuration: &Configuration, tree: &Tree, change: &Change) -> Result<(), String> {
    let key = change.parameter.key();
    if configuration.problems_of(RuleId::ConfigDuplicateKey).any(|problem| problem.parameter == Some(change.parameter)) {
        return Err(format!("{key} is stated more than once; delete all but one of them first."));
    }
    let acting: Vec<&Setting> = configuration.settings.iter().filter(|setting| setting.effective && change.is_of(setting)).gather();
    let several = tree.documents.len() > 1 && configuration.source != Source::CloudConfig;
    // Several members in one file: etcd wants the same timers in all of them.
    let runs = match configuration.source {
        Source::Manifest => match configuration.cluster.launcher {
            // Of several objects for an installer each is a cluster.
            Some(Launcher::Installer | Launcher::Kubeadm) => 1,
            _ => commands(tree).len(),
        },
        // Each command is a process, and a variable is for all of them; so is each file of an article.
        Source::Flags | Source::Environment => 0,
        _ => 1,
    };
    // A service of docker-compose may share what it has itself; an extension runs nothing.
    let extensions = || tree.documents.iter().flat_map(Node::entries).filter(|entry| entry.name().starts_with("x-"));
    let users = |setting: &&Setting| {
        let start = setting.place.span.range().start;
        let itself = !extensions().any(|entry| entry.value.span.contains(&start));
        sharers(tree, &anchors(tree, setting), setting) + usize::from(itself)
    };
    let stated: usize = acting.iter().map(users).sum();
    if runs > 1 && stated > 0 && stated < runs {
        return Err(format!(
            "This file starts etcd {runs} times and states {key} for {stated} of them. Members of a cluster need the same; write it for each first."
        ));
    }
    if runs > 1 && acting.len() > runs {
        return Err(format!(
            "This file starts etcd {runs} times and states {key} {} times, so it cannot be told which is whose.",
            acting.len()
        ));
    }
    if runs == 1 && acting.len() > 1 && (several || !configuration.tolerant) {
        return Err(format!("{key} is stated in {} places that may all apply; it cannot be told which one is meant.", acting.len()));
    }
    for setting in configuration.settings.iter().filter(|setting| change.is_of(setting)) {
        // Services of docker-compose that share a mapping or a list share the key, too.
        let compose = matches!(configuration.cluster.launcher, Some(Launcher::Tool(_)));
        let is_flag = |text: &str| search::has(text, key) || search::has(text, change.parameter.variable());
        let mut shared = anchors(tree, setting);
        shared.retain(|node| sharers(tree, &[*node], setting) > 0);
        if shared.iter().any(|node| !compose || node.text().is_some_and(|text| !is_flag(text))) {
            return Err(format!("{key} comes from an anchor, which other places share."));
        }
    }
    let is_worked_out = |setting: &&Setting| {
        let expression = configuration.source == Source::Program && setting.raw.contains(' ');
        setting.value.is_none() && (expression || setting.raw.starts_with(['+', '.']) || template::is_printed(&setting.raw))
    };
    if acting.iter().any(is_worked_out) {
        return Err(format!("{key} is worked out by an expression; change it by hand."));
    }
    if acting.iter().any(|setting| is_sealed(setting)) {
        return Err(format!("{key} is written in a form that is not edited here: folded, or encoded. Change what it was made of."));
    }
    Ok(())
}

/// Why nobody can give etcd these values: an operator writes its configuration, and has no key for them.
pub(super) fn by_operator(text: &str, changes: &[Change]) -> Option<String> {
    if of_openshift(text) {
        return Some(HardwareSpeed::of(changes).said);
    }
    // gardener/etcd-druid@01a7908d:internal/component/configmap/etcdconfig.go
    of_druid(text).then(|| {
        "etcd-druid writes etcd's configuration file itself and has no key for etcd's timers; heartbeatDuration is none of them.".to_owned()
    })
}

fn names(changes: &[Change]) -> String {
    changes.iter().map(render::key).gather().join(" and ")
}

/// What may be done about the timers of OpenShift's etcd: its operator takes only a pair of its own.
pub struct HardwareSpeed {
    /// What it knows, and which of its pairs comes near.
    pub said: String,
    /// Tells it to take that one.
    pub command: Option<String>,
}

impl HardwareSpeed {
    /// For these values.
    pub fn of(changes: &[Change]) -> HardwareSpeed {
        let fits = |(_, heartbeat, election): &&(&str, Micros, Micros)| {
            changes.iter().all(|change| match change.parameter {
                Parameter::HeartbeatInterval => change.value <= *heartbeat,
                Parameter::ElectionTimeout => change.value <= *election,
                _ => false,
            })
        };
        let known = "undoes edits of its manifests, and knows only two pairs of timers: Standard (100 and 1000\u{a0}ms) and Slower (500 and 2500\u{a0}ms).";
        match HARDWARE_SPEEDS.iter().find(fits) {
            Some((name, _, _)) => HardwareSpeed {
                said: format!(
                    "Set the hardware speed {name}, for which OpenShift's etcd operator restarts the members one after the other. It {known}"
                ),
                command: Some(format!(
                    "oc patch etcd/cluster --type=merge -p '{{\"spec\": {{\"controlPlaneHardwareSpeed\": \"{name}\"}}}}'"
                )),
            },
            None => {
                HardwareSpeed { said: format!("OpenShift's etcd operator {known} Neither is long enough for these values."), command: None }
            }
        }
    }
}

/// What a shell prints under `set -x`.
fn is_traced(line: &str) -> bool {
    line.trim_start_matches('+').starts_with(' ') && line.starts_with('+') && search::has(line, "etcd")
}

/// What `ps`, `top` or `pgrep -a` prints: numbers stand before the command.
fn is_listed(line: &str) -> bool {
    let words: Vec<&str> = line.split_whitespace().gather();
    let runs = |pair: &[&str]| is_etcd(pair[0]) && pair[1].starts_with('-');
    let before = words.windows(2).position(runs).map_or(&[][..], |at| &words[..at]);
    // `systemctl status` draws a tree of them.
    let is_number = |word: &&&str| {
        word.trim_start_matches(['\u{2514}', '\u{251c}', '\u{2500}']).bytes().all(|byte| byte.is_ascii_digit() || byte == b'.')
    };
    // `timeout 5 etcd`, `nice -n 5 etcd` have one, or an option.
    let least = if before.first().as_ref().is_some_and(is_number) { 1 } else { 2 };
    before.iter().filter(is_number).count() >= least && !before.iter().any(|word| word.starts_with('-'))
}

fn yaml_of(text: &str, source: Source) -> Option<Tree> {
    source.is_yaml().then(|| yaml::read(text).ok()).flatten()
}

/// The nodes with an anchor that a value stands on or below.
fn anchors<'t>(tree: &'t Tree, setting: &Setting) -> Vec<&'t Node> {
    let span = setting.place.span.range();
    let mut found = Vec::new();
    let mut level: Vec<&Node> = tree.documents.iter().gather();
    while let Some(node) = level.pop() {
        if node.span.start <= span.start && span.end <= node.span.end {
            found.extend(Some(node).filter(|node| node.anchor.is_some()));
            level = children(node).gather();
        }
    }
    found
}

/// How many places name one of these anchors, of the one that is named most; who merges it and has what holds the value of
/// its own takes none of it over.
fn sharers(tree: &Tree, anchors: &[&Node], setting: &Setting) -> usize {
    let span = setting.place.span.range();
    let mut most = 0;
    for anchor in anchors {
        let holds = |entry: &&Entry| entry.value.span.start <= span.start && span.end <= entry.value.span.end;
        let key = anchor.entries().iter().find(holds).map(Entry::name);
        let is_alias = |node: &Node| matches!(node.kind, Kind::Alias(id) if Some(id) == anchor.anchor);
        let (mut named, mut level) = (0_isize, tree.documents.iter().gather());
        while let Some(node) = level.pop() {
            let merges = node.entries().iter().any(|entry| entry.name() == "<<" && is_alias(&entry.value));
            let own = merges && key.is_some_and(|key| node.entries().iter().any(|entry| entry.name() == key));
            named += isize::from(is_alias(node)) - isize::from(own);
            level.extend(children(node));
        }
        most = most.max(named.max(0) as usize);
    }
    most
}

fn children(node: &Node) -> impl Iterator<Item = &Node> {
    node.items().iter().chain(node.entries().iter().map(|entry| &entry.value))
}

impl Place<'_> {
    /// Why nothing could be added, and what to do instead.
    pub(super) fn why_none(&self, group: &[Change]) -> String {
        let names = names(group);
        let (of_etcd, source) = (group[0].parameter.is_etcd(), self.configuration.source);
        let root = self.tree.as_ref().and_then(|tree| tree.documents.first());
        let coreos = self.tree.as_ref().zip(root).and_then(|(tree, root)| Some((tree, tree.get(root, "coreos")?)));
        let section = section_of(group[0].parameter, group[0].etcd == Etcd::V04);
        if of_etcd && self.configuration.cluster.proxy {
            return format!("This etcd is a proxy and takes part in no election; set {names} where the voting members are set up.");
        }
        if coreos.is_some_and(|(tree, coreos)| masks(tree, coreos, section)) {
            return format!("{section}.service is masked here, so it never starts; set {names} where it runs.");
        }
        if self.of_kops() {
            return "kops knows them as heartbeatInterval and leaderElectionTimeout, with their unit; add what is missing to each of etcdClusters, as in leaderElectionTimeout: 2500ms.".to_owned();
        }
        let hint = match source {
            Source::DropIn | Source::CloudConfig if starts_container(self.text) => {
                "What a unit sets does not reach a container that it starts; add it to the container's command."
            }
            Source::CloudConfig if of_etcd && group[0].etcd == Etcd::V3 => {
                "A cloud-config has no section for etcd 3; add it to the unit that starts it."
            }
            Source::CloudConfig if of_etcd && group[0].etcd != Etcd::V04 && self.configuration.cluster.etcd_04 => {
                "The file sets up etcd 0.4, which does not know it."
            }
            Source::Manifest if self.for_installer(group).is_some() => "Write it among etcd's arguments, as below.",
            Source::Manifest if search::has(self.text, "image") => {
                "Add it to the command or the variables of each container that runs etcd."
            }
            Source::Manifest => "Add it beside etcd's other options.",
            Source::Flags if of_etcd => "Add it to each command that starts etcd.",
            Source::Environment | Source::Prefixed | Source::Program if of_etcd => {
                "Whether anything reads one more value from this file cannot be told; add it where etcd is started."
            }
            Source::Environment | Source::Prefixed | Source::Program => {
                "Whether anything reads one more value from this file cannot be told; add it where fleet's other options are set."
            }
            _ => "Add it by hand.",
        };
        format!("No place was found where {names} could be added safely. {hint}")
    }
}
