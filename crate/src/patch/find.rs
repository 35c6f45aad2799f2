//! Where a change goes: candidates in order of preference, of which the first that verifies is taken.

use super::edit::{Edit, apply};
use super::insert::masks;
use super::place::{Place, marks};
use super::{Change, Etcd, render, verify};
use crate::config::command::{CONTAINERS, is_etcd, starts_container};
use crate::config::containers::commands;
use crate::config::operators::HARDWARE_SPEEDS;
use crate::config::precedence::BRANCH;
use crate::config::{Configuration, Launcher, Marks, Setting, Source, scalar, section_of};
use crate::gather::Gather;
use crate::parameters::Parameter;
use crate::search;
use crate::sort::by_key;
use crate::template;
use crate::text::line_start;
use crate::units::{Micros, parse_go_duration};
use crate::yaml::{self, Entry, Kind, Node, Tree};

/// Each try reads the document anew, so there are not many.
const MOST_TRIES: usize = 12;

/// The edits that carry out all changes, verified together; else why there are none.
pub fn edits(text: &str, configuration: &Configuration, changes: &[Change]) -> Result<Vec<Edit>, String> {
    refusals(text, configuration, changes)?;
    let place = Place::new(text, configuration);
    let mut edits = Vec::new();
    let mut missing: Vec<Change> = Vec::new();
    for change in changes {
        let found = place.replacements(change);
        if found.is_empty() {
            missing.push(*change);
        }
        edits.extend(found.into_iter().map(|edit| edit.serving(&[*change])));
    }
    for etcd in [true, false] {
        let group: Vec<Change> = missing.iter().copied().filter(|change| change.parameter.is_etcd() == etcd).gather();
        if !group.is_empty() {
            edits.extend(place.additions(&group).ok_or_else(|| place.why_none(&group))?);
        }
    }
    by_key(&mut edits, |edit| (edit.start, edit.end));
    if edits.windows(2).any(|pair| pair[0].end > pair[1].start) {
        return Err("The edits would overlap.".to_owned());
    }
    let new = apply(text, &edits);
    verify::check(text, configuration, &new, changes)?;
    Ok(edits)
}

fn names(changes: &[Change]) -> String {
    changes.iter().map(render::key).gather().join(" and ")
}

/// What may be done about the timers of OpenShift's etcd: its operator takes only a pair of its own.
fn hardware_speed(changes: &[Change]) -> String {
    let fits = |(_, heartbeat, election): &&(&str, Micros, Micros)| {
        changes.iter().all(|change| match change.parameter {
            Parameter::HeartbeatInterval => change.value <= *heartbeat,
            Parameter::ElectionTimeout => change.value <= *election,
            _ => false,
        })
    };
    let known = "OpenShift's etcd operator undoes edits of its manifests. It knows only two pairs of timers: Standard (100 and 1000\u{a0}ms) and Slower (500 and 2500\u{a0}ms).";
    match HARDWARE_SPEEDS.iter().find(fits) {
        Some((name, _, _)) => format!(
            "{known} The nearest that is no shorter is {name}, for which the operator restarts the members one after the other: oc patch etcd/cluster --type=merge -p '{{\"spec\": {{\"controlPlaneHardwareSpeed\": \"{name}\"}}}}'"
        ),
        None => format!("{known} Neither is long enough for these values."),
    }
}

/// What is never edited.
fn refusals(text: &str, configuration: &Configuration, changes: &[Change]) -> Result<(), String> {
    match configuration.marks {
        Some(Marks::Diff) => return Err("These are lines of a diff; make the change in the file that it is of.".to_owned()),
        Some(Marks::Margin) => {
            return Err("Something stands before each of these lines (>, a number or a path); paste the file without it, or make the change in the file.".to_owned());
        }
        Some(Marks::Escaped | Marks::Html) | None => {}
    }
    if configuration.cluster.launcher == Some(Launcher::OpenShift) {
        return Err(hardware_speed(changes));
    }
    if let Some(section) = configuration.problems_of("config-duplicate-key").find(|problem| problem.parameter.is_none()) {
        return Err(format!("{} stands twice in this file; put its keys together first.", section.word));
    }
    let of_later = |setting: &Setting| setting.effective && setting.parameter.is_etcd() && !setting.etcd_04;
    let later =
        configuration.cluster.names_etcd_2 || configuration.source == Source::Manifest || configuration.settings.iter().any(of_later);
    if later && changes.iter().any(|change| change.etcd == Etcd::V04 && change.parameter.is_etcd()) {
        return Err("The log is that of etcd 0.4, and this sets up a later etcd, which ignores the options of 0.4.".to_owned());
    }
    if configuration.source == Source::Flags && text.lines().any(is_traced) {
        return Err("A shell printed these commands when it ran them; change the script or the file that they come from.".to_owned());
    }
    if configuration.source == Source::Flags && text.lines().any(is_listed) {
        return Err("This is a list of processes; change the file that starts etcd.".to_owned());
    }
    if is_printed(text) {
        return Err("A tool printed this of an etcd that runs; change the file or the command that starts it.".to_owned());
    }
    if configuration.problems_of("config-arguments-form").next().is_some() {
        return Err(
            "extraArgs has the form of another apiVersion, so each of its entries has to be rewritten, not only etcd's timers.".to_owned()
        );
    }
    let tree = if configuration.tolerant { Tree::default() } else { yaml_of(text, configuration.source).unwrap_or_default() };
    for change in changes {
        let key = change.parameter.key();
        if configuration.problems_of("config-duplicate-key").any(|problem| problem.parameter == Some(change.parameter)) {
            return Err(format!("{key} is stated more than once; delete all but one of them first."));
        }
        let acting: Vec<&Setting> = configuration.settings.iter().filter(|setting| setting.effective && change.is_of(setting)).gather();
        let several = tree.documents.len() > 1 && configuration.source != Source::CloudConfig;
        // Several members in one file: etcd wants the same timers in all of them.
        let runs = match configuration.source {
            Source::Manifest => match configuration.cluster.launcher {
                // Of several objects for an installer each is a cluster.
                Some(Launcher::Installer | Launcher::Kubeadm) => 1,
                _ => commands(&tree).len(),
            },
            // Each command is a process, and a variable is for all of them; so is each file of an article.
            Source::Flags | Source::Environment => 0,
            _ => 1,
        };
        let stated: usize = acting.iter().map(|setting| sharers(&tree, &anchors(&tree, setting), setting).max(1)).sum();
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
            let compose = configuration.cluster.launcher == Some(Launcher::Compose);
            let is_flag = |text: &str| search::has(text, key) || search::has(text, change.parameter.variable());
            let mut shared = anchors(&tree, setting);
            shared.retain(|node| sharers(&tree, &[*node], setting) > 0);
            if shared.iter().any(|node| !compose || node.text().is_some_and(|text| !is_flag(text))) {
                return Err(format!("{key} comes from an anchor, which other places share."));
            }
        }
        let is_worked_out = |setting: &&Setting| {
            let expression = configuration.source == Source::Program && setting.raw.contains(' ');
            setting.value.is_none() && (expression || template::is_printed(&setting.raw))
        };
        if acting.iter().any(is_worked_out) {
            return Err(format!("{key} is worked out by an expression; change it by hand."));
        }
        if acting.iter().any(|setting| is_sealed(setting)) {
            return Err(format!("{key} is written in a form that is not edited here: folded, or encoded. Change what it was made of."));
        }
    }
    Ok(())
}

/// What `systemctl show`, `kubectl describe pod` and `docker inspect` print.
pub(super) fn is_printed(text: &str) -> bool {
    search::has(text, "argv[]=")
        || search::has(text, "Container ID:") && search::has(text, "Restart Count:")
        || text.starts_with('[') && search::has(text, "\"Config\":")
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
    let is_number = |word: &&&str| word.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
    // `timeout 5 etcd`, `nice -n 5 etcd` have one, or an option.
    let least = if before.first().as_ref().is_some_and(is_number) { 1 } else { 2 };
    before.iter().filter(is_number).count() >= least && !before.iter().any(|word| word.starts_with('-'))
}

/// The value is not what its bytes say: they are encoded as a whole.
pub(super) fn is_sealed(setting: &Setting) -> bool {
    let Some(value) = setting.value else { return false };
    let bare = setting.raw.trim_matches(['"', '\'']);
    if reads_units(setting) {
        return false;
    }
    let read = scalar::daemon(setting.parameter, bare).value;
    let number = scalar::yaml_number(bare).map(|number| number * if setting.parameter.is_etcd() { 1e3 } else { 1e6 });
    read != Some(value) && number.is_none_or(|number| (number - value as f64).abs() > 1e3)
}

/// The value stands with its unit, and its reader takes it so: kops, `heartbeatInterval: 100ms`.
fn reads_units(setting: &Setting) -> bool {
    parse_go_duration(setting.raw.trim_matches(['"', '\''])).is_ok_and(|read| read > 0 && setting.value == Some(read))
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
    fn why_none(&self, group: &[Change]) -> String {
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
        if search::has(self.text, "etcdClusters") {
            return "kops knows them as heartbeatInterval and leaderElectionTimeout, with their unit; add what is missing to each of etcdClusters, as in leaderElectionTimeout: 2500ms.".to_owned();
        }
        if search::has(self.text, "kubekey.") {
            return "KubeKey knows them as heartbeatInterval and electionTimeout below spec.etcd, in milliseconds; add what is missing there.".to_owned();
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
            Source::Manifest => "Add it to the command or the variables of each container that runs etcd.",
            Source::Flags => "Add it to each command that starts etcd.",
            Source::Environment | Source::Prefixed | Source::Program => {
                "Whether anything reads one more value from this file cannot be told; add it where etcd is started."
            }
            _ => "Add it by hand.",
        };
        format!("No place was found where {names} could be added safely. {hint}")
    }

    /// An edit for each change, so that each can be made alone; where they need one another, one edit for all.
    fn additions(&self, group: &[Change]) -> Option<Vec<Edit>> {
        if group.len() > 1 {
            let ways: Vec<Vec<Edit>> = group.iter().filter_map(|change| self.addition(std::slice::from_ref(change))).gather();
            let mut alone = ways.concat();
            by_key(&mut alone, |edit| edit.start);
            // What both would make on the way is made once.
            let head = |edit: &Edit| edit.text.trim_start().lines().next().map(str::to_owned);
            let made_twice = alone.windows(2).any(|pair| pair[0].start == pair[1].start && head(&pair[0]) == head(&pair[1]));
            if ways.len() == group.len() && !made_twice && self.verifies(&alone, group) {
                return Some(alone);
            }
        }
        self.addition(group)
    }

    fn addition(&self, group: &[Change]) -> Option<Vec<Edit>> {
        for mut way in self.insertions(group).into_iter().take(MOST_TRIES) {
            by_key(&mut way, |edit| edit.start);
            if !way.iter().any(|edit| self.above_a_mark(edit)) && self.verifies(&way, group) {
                return Some(way.into_iter().map(|edit| edit.serving(group)).gather());
            }
        }
        None
    }

    /// Whether lines would come right above a mark that writes lines of its own, which may be the same.
    fn above_a_mark(&self, edit: &Edit) -> bool {
        let next = self.text.get(edit.start..).and_then(|rest| rest.lines().map(str::trim).find(|line| !line.is_empty()));
        next.is_some_and(|line| template::length(line) == Some(line.len()) && !template::is_statement(line))
    }

    fn verifies(&self, edits: &[Edit], group: &[Change]) -> bool {
        verify::check(self.text, self.configuration, &apply(self.text, edits), group).is_ok()
    }

    /// Replaces the value that acts, or one that does not for its own fault; of several members, the value of each.
    fn replacements(&self, change: &Change) -> Vec<Edit> {
        let mut stated: Vec<&Setting> = self.configuration.settings.iter().filter(|setting| change.is_of(setting)).gather();
        by_key(&mut stated, |setting| (!setting.effective, std::cmp::Reverse(setting.place.span)));
        let single = [*change];
        let members = stated.iter().filter(|setting| setting.effective).count();
        if members > 1 && matches!(self.configuration.source, Source::Manifest | Source::Flags | Source::Environment) {
            return stated[..members].iter().rev().filter_map(|setting| self.replace(setting, change)).gather();
        }
        let acts = |edits: &Vec<Edit>| verify::rereads(self.configuration, &apply(self.text, edits), &single).is_ok();
        let tried = stated.iter().take(MOST_TRIES).filter_map(|setting| {
            let mut edits: Vec<Edit> = self.replace(setting, change).into_iter().gather();
            edits.extend(self.handed_on(setting));
            let branch = |other: &&&Setting| other.why.as_ref().is_some_and(|why| why.starts_with(BRANCH));
            edits.extend(stated.iter().filter(branch).filter_map(|other| self.replace(other, change)));
            by_key(&mut edits, |edit| edit.start);
            Some(edits).filter(|edits| !edits.is_empty())
        });
        tried.into_iter().find(acts).unwrap_or_default()
    }

    /// What hands a variable on that reaches no etcd: `export` in front of it, where it stands alone on its line, or `-e`
    /// for the container that a unit starts.
    fn handed_on(&self, setting: &Setting) -> Option<Edit> {
        self.configuration.problems_of("config-not-exported").find(|problem| problem.place == setting.place)?;
        let (name, start) = (setting.parameter.variable(), setting.place.span.range().start);
        if let Some(run) = CONTAINERS.iter().find_map(|run| Some(search::find(self.text, run)? + run.len())) {
            return (self.configuration.source == Source::DropIn).then(|| Edit::insert(run, format!(" -e {name}")));
        }
        let line = line_start(self.text, start);
        let lead = self.text.get(line..start)?.trim_end_matches(['"', '\'']);
        let alone = lead.trim_start().strip_suffix('=') == Some(name);
        let end = self.text.get(setting.place.span.range().end..)?.lines().next().unwrap_or("");
        (alone && matches!(end.trim(), "" | "\"" | "'"))
            .then(|| Edit::insert(line + lead.len() - lead.trim_start().len(), "export ".into()))
    }

    fn replace(&self, setting: &Setting, change: &Change) -> Option<Edit> {
        let span = setting.place.span.range();
        let unit = if change.parameter.is_etcd() && reads_units(setting) { "ms" } else { "" };
        let value = render::value(change) + unit;
        if span.is_empty() && self.text.get(span.end..)?.starts_with(':') {
            return Some(Edit::insert(span.end + 1, format!(" {value}")));
        }
        let raw = self.text.get(span.clone())?;
        let quote = raw.chars().next().filter(|first| matches!(first, '"' | '\'') && raw.len() > 1 && raw.ends_with(*first));
        let unquoted = self.configuration.problems_of("config-unquoted-number").any(|problem| problem.place == setting.place);
        // What a template writes with quotes around it.
        let unquoted = unquoted || (raw.ends_with("}}") && search::has(raw, "quote"));
        // So may a text that was no number have none.
        let is_text = || self.text.get(..span.start).is_some_and(|before| before.ends_with(": ")) && scalar::yaml_number(raw).is_none();
        let unquoted = unquoted || (self.configuration.source == Source::Manifest && unit.is_empty() && is_text());
        // A number in quotes is what was wrong with it; a duration keeps them. Kubernetes wants them.
        let text = match quote.filter(|_| change.parameter == Parameter::AgentTtl).or(unquoted.then_some('"')) {
            Some(quote) => format!("{quote}{value}{quote}"),
            None => value,
        };
        let Some((end, comment)) = self.comment_behind(span.end) else { return Some(Edit::new(span, text)) };
        Some(Edit::new(span.start..end, text + &comment))
    }

    /// Where a comment ends that a reader takes for a part of the value, and what comes there instead: what closes the
    /// value, then the comment on a line of its own.
    fn comment_behind(&self, value: usize) -> Option<(usize, String)> {
        let mut spans = self.configuration.problems_of("config-env-comment").map(|problem| problem.place.span.range());
        let span = spans.find(|span| self.text.get(value..span.start).is_some_and(|between| !between.contains('\n')))?;
        let start = line_start(self.text, value);
        let indent = marks(self.text, start, &[' '])?;
        let closing = self.text.get(value..span.start)?.trim_end();
        Some((span.end, format!("{closing}{}{indent}{}", self.line_end, self.text.get(span.clone())?)))
    }
}
