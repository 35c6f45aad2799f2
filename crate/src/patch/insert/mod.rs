//! Where a value goes that nothing states yet, source by source.

mod assignments;
mod commands;
pub(super) mod mapping;
mod units;

use crate::config::meaning::keys;
use crate::config::sources::env;
use crate::config::syntax::mapped_text::MappedText;
use crate::config::{Setting, Source};
use crate::gather::Gather;
use crate::parameters::Parameter;
use crate::patch::edit::Edit;
use crate::patch::place::{Form, Place, without_peer};
use crate::patch::{Change, Etcd, render};
use crate::text::{line_start, offset};
use crate::{search, template};

impl Place<'_> {
    /// Ways to add what is missing, the nearest first; each is an edit, or one for each process.
    pub(super) fn insertions(&self, group: &[Change]) -> Vec<Vec<Edit>> {
        let beside = |setting: &&Setting| {
            setting.effective
                && setting.parameter.is_etcd() == group[0].parameter.is_etcd()
                && setting.etcd_04 == (group[0].etcd == Etcd::V04)
                && self.takes_more(setting)
        };
        let siblings: Vec<&Setting> = self.configuration.settings.iter().rev().filter(beside).gather();
        let of_members = matches!(self.configuration.source, Source::Manifest | Source::Flags | Source::Environment);
        if let (true, Some(last)) = (of_members, siblings.first()) {
            let of_each: Vec<&Setting> = siblings.iter().copied().filter(|sibling| sibling.parameter == last.parameter).gather();
            if of_each.len() > 1 {
                // One member alone must not be changed.
                return self.twins_of_all(&of_each, group).into_iter().gather();
            }
        }
        if let Some(each) = self.in_each_cluster(group).or_else(|| self.in_each_file(group)) {
            return vec![each];
        }
        let members = if self.configuration.source == Source::Environment { env::members(self.text) } else { Vec::new() };
        if siblings.is_empty() && !members.is_empty() {
            return vec![self.assign_each(&members, group)];
        }
        let mut edits = Vec::new();
        // What a condition of a template writes may be missing, and its twin with it; one around the whole file takes all along.
        let first = self.text.lines().find(|line| !line.trim().is_empty() && !template::is_statement(line));
        let first = first.map_or(0, |line| offset(self.text, line));
        let is_always = |sibling: &&Setting| self.text.get(first..sibling.place.span.range().start).is_some_and(template::keeps_branch);
        for always in [true, false] {
            for sibling in siblings.iter().take(4).filter(|sibling| is_always(sibling) == always) {
                edits.extend(self.twins(sibling, group));
            }
            if always {
                edits.extend(self.at_home(group));
            }
        }
        let mut ways = Vec::new();
        for edit in edits {
            ways.push(vec![edit]);
        }
        ways.extend(self.in_commands(group));
        ways.extend(self.in_environments(group));
        ways
    }

    /// Whether what reads a setting also reads the other one: of a module or a template behind this file that cannot be told.
    fn takes_more(&self, setting: &Setting) -> bool {
        // What sed puts somewhere may take no more.
        let start = line_start(self.text, setting.place.span.range().start);
        if self.text.get(start..).and_then(|rest| rest.lines().next()).is_some_and(|line| line.split_whitespace().any(|word| word == "sed"))
        {
            return false;
        }
        match self.configuration.source {
            Source::Prefixed => false,
            // In the quotes of a duration a number would be a text, which coreos-cloudinit drops.
            Source::Program if setting.parameter == Parameter::AgentTtl => false,
            // A flag or a variable is etcd's own; Puppet's and Chef's names are those of their modules.
            Source::Program => {
                let is_own = |name: &str| name.contains('-') || name.bytes().any(|byte| byte.is_ascii_uppercase());
                self.spelling(setting).or_else(|| self.named_before(setting)).is_some_and(|(_, name)| is_own(name))
            }
            // What a script hands on by its name it hands on alone.
            Source::Environment => {
                let name = setting.parameter.variable();
                !["${", "$"].iter().any(|mark| search::has(self.text, &format!("{mark}{name}")))
            }
            Source::CloudConfig
            | Source::DropIn
            | Source::FleetConf
            | Source::Flags
            | Source::EtcdToml
            | Source::EtcdYaml
            | Source::ContainerLinux
            | Source::Ignition
            | Source::Manifest
            | Source::Fragment => true,
        }
    }

    /// Whether a setting's name stands behind its daemon's: `etcd_election_timeout`.
    fn is_prefixed(&self, setting: &Setting) -> bool {
        let behind = |at: usize| without_peer(&self.text[..at]).ends_with(['_', '-', ':']);
        self.spelling(setting).is_some_and(|(at, name)| keys::of_key(name).is_none() || behind(at))
    }

    /// Whether blanks stand before the line of a setting.
    fn is_indented(&self, setting: &Setting) -> bool {
        self.text[line_start(self.text, setting.place.span.range().start)..].starts_with(' ')
    }

    /// Where a value has its place in such a file, whatever stands there.
    fn at_home(&self, group: &[Change]) -> Vec<Edit> {
        let mut found = Vec::new();
        match self.configuration.source {
            // What the file that it writes for k3s or RKE2 does not list yet goes into that list.
            Source::CloudConfig if self.configuration.cluster.launcher.is_some() => {}
            Source::CloudConfig => {
                // It has no section for etcd 3.
                let sections = group[0].etcd != Etcd::V3;
                found.extend(self.in_section(group).filter(|_| sections));
                found.extend(self.in_unit(group, &["coreos", "units"], "content", "drop_ins"));
                found.extend(self.in_written_files(group));
                found.extend(self.new_section(group).filter(|_| sections));
                found.extend(self.in_new_drop_in(group, &["coreos", "units"], "content", "drop_ins"));
            }
            Source::ContainerLinux => {
                // A section that is not there yet would begin a unit of its own, beside the one that the file has.
                let section = || self.in_root(&["etcd"], Form::Keys { snake: true }, group);
                let has_section = self.tree.as_ref().is_some_and(|tree| tree.documents.iter().any(|root| tree.get(root, "etcd").is_some()));
                found.extend(section().filter(|_| has_section));
                found.extend(self.in_unit(group, &["systemd", "units"], "contents", "dropins"));
                found.extend(section().filter(|_| !has_section));
                found.extend(self.in_new_drop_in(group, &["systemd", "units"], "contents", "dropins"));
            }
            Source::Ignition => found.extend(self.in_unit(group, &["systemd", "units"], "contents", "dropins")),
            Source::EtcdYaml => found.extend(self.in_root(&[], Form::Keys { snake: false }, group)),
            Source::Manifest => {
                found.extend(self.in_arguments(group));
                found.extend(self.in_written_files(group));
            }
            Source::DropIn => found.extend(self.in_unit_text(&MappedText::document(self.text), group)),
            Source::FleetConf => found.extend(self.in_fleet_conf(group)),
            // A file that only etcd 0.4 reads.
            Source::EtcdToml if group[0].etcd == Etcd::V04 => found.push(self.in_toml(group)),
            Source::EtcdToml => {}
            // Bare lines at the end of a script, a Dockerfile or JSON would set nothing.
            Source::Environment if self.text.starts_with("#!") || is_json(self.text) || self.text.lines().any(is_instruction) => {}
            Source::Environment => found.extend(self.assign(group.iter().map(render::assignment))),
            Source::Flags => found.extend(self.on_command_line(group)),
            // Whether the template behind it has a place for one more variable cannot be told.
            Source::Prefixed | Source::Program => {}
            // Kubespray reads all of its variables from any of its files.
            Source::Fragment if self.configuration.cluster.own_pair.is_some() => {
                let name = |change: &Change| render::variable(change).to_ascii_lowercase();
                found.push(self.append(group.iter().map(|change| format!("{}: \"{}\"", name(change), render::value(change)))));
            }
            // Beside variables of another tool a bare key is nobody's.
            Source::Fragment if self.configuration.settings.iter().any(|setting| self.is_prefixed(setting)) => {}
            // Nor at the root one below other keys.
            Source::Fragment if self.configuration.settings.iter().any(|setting| self.is_indented(setting)) => {}
            // Nor are bare lines at the end of a program.
            // Without a value nothing tells what reads it.
            Source::Fragment if self.configuration.settings.is_empty() => {}
            Source::Fragment if self.configuration.tolerant && self.text.lines().any(is_of_program) => {}
            Source::Fragment => found.push(self.append(group.iter().map(render::entry))),
        }
        found
    }
}

/// JSON; a template begins with a brace as well.
fn is_json(text: &str) -> bool {
    text.strip_prefix('{').is_some_and(|rest| rest.trim_start().starts_with('"'))
}

/// A line of a shell or a Dockerfile that sets a variable.
fn is_instruction(line: &str) -> bool {
    ["export ", "ENV ", "echo "].iter().any(|word| line.trim_start().starts_with(word))
}

/// A line of a program, as no YAML has it.
fn is_of_program(line: &str) -> bool {
    line.trim_end().ends_with([',', ';', '{', '('])
}
