//! Where a value goes that nothing states yet, source by source.

use super::edit::Edit;
use super::place::{Form, Place, bom, without_peer};
use super::{Change, Etcd, render};
use crate::config::files::{is_true, source_of};
use crate::config::meaning::keys;
use crate::config::sources::flags::is_image;
use crate::config::sources::manifest::containers::commands;
use crate::config::sources::manifest::installer::arguments_of;
use crate::config::sources::{env, etcd_toml};
use crate::config::syntax::command::{CONTAINERS, runs_container, start_of_etcd, starts_container};
use crate::config::syntax::embedded::embedded;
use crate::config::syntax::mapped_text::MappedText;
use crate::config::syntax::words::CONTINUES;
use crate::config::{Configuration, Setting, Source, section_of};
use crate::gather::Gather;
use crate::search;
use crate::text::{line_start, lines, offset};
use crate::yaml::{Kind, Node, Style, Tree, same_key};

/// A line of a program, as no YAML has it.
fn is_of_program(line: &str) -> bool {
    line.trim_end().ends_with([',', ';', '{', '('])
}

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
        let members = if self.configuration.source == Source::Environment { env::members(self.text) } else { Vec::new() };
        if siblings.is_empty() && !members.is_empty() {
            return vec![self.assign_each(&members, group)];
        }
        let mut edits = Vec::new();
        for sibling in siblings.into_iter().take(4) {
            edits.extend(self.twins(sibling, group));
        }
        edits.extend(self.at_home(group));
        let mut ways = Vec::new();
        for edit in edits {
            ways.push(vec![edit]);
        }
        ways.extend(self.in_commands(group));
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
            // A flag or a variable is etcd's own; Puppet's and Chef's names are those of their modules.
            Source::Program => {
                let is_own = |name: &str| name.contains('-') || name.bytes().any(|byte| byte.is_ascii_uppercase());
                self.spelling(setting).or_else(|| self.named_before(setting)).is_some_and(|(_, name)| is_own(name))
            }
            Source::CloudConfig
            | Source::DropIn
            | Source::FleetConf
            | Source::Environment
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
            Source::Manifest => found.extend(self.in_arguments(group)),
            Source::DropIn => found.extend(self.in_unit_text(&MappedText::document(self.text), group)),
            Source::FleetConf => found.extend(self.in_fleet_conf(group)),
            // A file that only etcd 0.4 reads.
            Source::EtcdToml if group[0].etcd == Etcd::V04 => found.push(self.in_toml(group)),
            Source::EtcdToml => {}
            // Bare lines at the end of a script or a Dockerfile would set nothing.
            Source::Environment if self.text.starts_with("#!") || self.text.lines().any(is_instruction) => {}
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
            // Nor are bare lines at the end of a program.
            // Without a value nothing tells what reads it.
            Source::Fragment if self.configuration.settings.is_empty() => {}
            Source::Fragment if self.configuration.tolerant && self.text.lines().any(is_of_program) => {}
            Source::Fragment => found.push(self.append(group.iter().map(render::entry))),
        }
        found
    }

    /// Into the section of the daemon, whatever its shape.
    fn in_section(&self, group: &[Change]) -> Option<Edit> {
        let tree = self.tree.as_ref()?;
        let coreos = tree.get(tree.documents.first()?, "coreos")?;
        let section = section_of(group[0].parameter, group[0].etcd == Etcd::V04);
        let node = tree.get(coreos, section).filter(|_| !masks(tree, coreos, section))?;
        let snake = self.snake(if node.entries().is_empty() { coreos } else { node });
        self.extend(tree, coreos, &[section], Form::Keys { snake }, group)
    }

    fn in_root(&self, keys: &[&str], form: Form, group: &[Change]) -> Option<Edit> {
        let tree = self.tree.as_ref()?;
        self.extend(tree, tree.documents.first()?, keys, form, group)
    }

    /// Into the place of an installer's file where arguments of etcd stand, made where it is missing.
    fn in_arguments(&self, group: &[Change]) -> Vec<Edit> {
        let Some(tree) = &self.tree else { return Vec::new() };
        let home = |root| {
            let (path, form) = arguments_of(tree, root)?;
            self.extend(tree, root, &path, Form::Arguments(form), group)
        };
        tree.documents.iter().filter_map(home).gather()
    }

    /// Adds to what `keys` lead to below `node`; what is missing on the way is made.
    fn extend(&self, tree: &Tree, node: &Node, keys: &[&str], form: Form, group: &[Change]) -> Option<Edit> {
        if node.anchor.is_some() || matches!(node.kind, Kind::Alias(_)) {
            return None;
        }
        let Some((key, rest)) = keys.split_first() else { return self.grow(node, keys, form, group) };
        let entry = match tree.all(node, key)[..] {
            [] => return self.grow(node, keys, form, group),
            [entry] if node.entries().iter().any(|own| own.key.span == entry.key.span) => entry,
            _ => return None,
        };
        let value = &entry.value;
        if !value.is_null() || value.anchor.is_some() {
            return self.extend(tree, value, rest, form, group);
        }
        match (value.span.is_empty(), node.is_flow()) {
            (false, _) => Some(Edit::new(value.span.clone(), self.bracketed(rest, form, group))),
            (true, false) => Some(self.below(entry, self.block(rest, form, group, &self.indent_below(entry)))),
            (true, true) => None,
        }
    }

    /// Adds `keys`, and the values below them, to a mapping or list that has something in it or brackets around it.
    fn grow(&self, node: &Node, keys: &[&str], form: Form, group: &[Change]) -> Option<Edit> {
        let (first, last) = match &node.kind {
            Kind::Mapping { entries, .. } if !keys.is_empty() || !form.is_list() => {
                (entries.first().map(|entry| &entry.key), entries.last().map(|entry| &entry.value))
            }
            Kind::Sequence { items, .. } if keys.is_empty() && form.is_list() => (items.first(), items.last()),
            _ => return None,
        };
        if node.is_flow() {
            let Some(last) = last else { return Some(Edit::insert(node.span.start + 1, self.inline(keys, form, group))) };
            let comma = self.comma(node.entries().last().map_or(last.span.start, |entry| entry.key.span.start));
            let added = render::each(group, &|change| format!("{comma}{}", self.inline(keys, form, std::slice::from_ref(change))));
            let added = if keys.is_empty() { added } else { format!("{comma}{}", self.inline(keys, form, group)) };
            return Some(Edit::insert(last.span.end, added));
        }
        let first = first?;
        let start = line_start(self.text, first.span.start);
        let start = start + bom(self.text, start);
        let lead = self.text.get(start..first.span.start)?;
        if !matches!((lead.trim(), form.is_list() && keys.is_empty()), ("", false) | ("-", true)) {
            return None;
        }
        let indent = " ".repeat(lead.trim_end().len().checked_sub(1).unwrap_or(lead.len()));
        let lines = self.block(keys, form, group, &indent);
        // Behind the last child that ends on its own line; a block scalar's end is not a safe place.
        let children = node.entries().iter().map(|entry| (&entry.key, &entry.value)).chain(node.items().iter().map(last_line));
        let mut simple = children.filter(|(from, to)| {
            matches!(to.kind, Kind::Scalar { .. } | Kind::Alias(_))
                && !self.text.get(from.span.start..to.span.end.max(from.span.end)).unwrap_or("\n").contains('\n')
        });
        Some(match simple.next_back() {
            Some((from, to)) => self.under(from.span.end.max(to.span.end), lines),
            None => Edit::insert(start, format!("{}{}", lines.trim_start_matches(['\r', '\n']), self.line_end)),
        })
    }

    /// A section that is not there yet, right below `coreos:`, or with it on top of everything.
    fn new_section(&self, group: &[Change]) -> Option<Edit> {
        let tree = self.tree.as_ref()?;
        let root = tree.documents.first()?;
        let section = section_of(group[0].parameter, group[0].etcd == Etcd::V04);
        let Some(entry) = tree.all(root, "coreos").first().copied() else {
            // cloud-init knows no such section.
            if ["runcmd", "bootcmd", "packages"].iter().any(|key| tree.get(root, key).is_some()) {
                return None;
            }
            let first = root.entries().first()?;
            let lines = self.block(&[], Form::Keys { snake: false }, group, "    ");
            let at = line_start(self.text, first.key.span.start);
            let at = at + bom(self.text, at);
            let end = self.line_end;
            return Some(Edit::insert(at, format!("coreos:{end}  {section}:{lines}{end}")));
        };
        let coreos = &entry.value;
        if masks(tree, coreos, section) {
            return None;
        }
        // A section for etcd.service beside it shows which etcd runs here, unless it has options that 0.4 does not know
        // (coreos/coreos-cloudinit@v1.14.0:config/etcd.go marks them "etcd2 options no longer work for etcd").
        let later = |key: &str| ["advertise-client-urls", "listen-client-urls"].iter().any(|name| same_key(key, name));
        let old = |node: &Node| search::has(self.text, "etcd.service") || !node.entries().iter().any(|entry| later(entry.name()));
        if section == "etcd2" && tree.get(coreos, "etcd").is_some_and(old) && !search::has(self.text, "etcd2.service") {
            return None;
        }
        if coreos.is_flow() {
            let comma = if coreos.entries().is_empty() { "" } else { ", " };
            let at = coreos.span.start + 1;
            let inner = self.inline(&[section], Form::Keys { snake: false }, group);
            return Some(Edit::insert(at, format!("{inner}{comma}")));
        }
        let outer = coreos.entries().first().map_or_else(|| "  ".to_owned(), |first| self.column(first));
        Some(self.below(entry, self.block(&[section], Form::Keys { snake: self.snake(coreos) }, group, &outer)))
    }

    /// Into the text of the daemon's unit: its first drop-in, or its own content.
    fn in_unit(&self, group: &[Change], path: &[&str], content: &str, drop_ins: &str) -> Vec<Edit> {
        let Some(tree) = &self.tree else { return Vec::new() };
        let mut found = Vec::new();
        for unit in self.units(tree, group, path) {
            let own = tree.get(unit, content).into_iter();
            let more = tree.list(unit, &[drop_ins]).iter().filter_map(|item| tree.get(item, content));
            for node in more.chain(own) {
                found.extend(MappedText::of_scalar(self.text, node).and_then(|inner| self.in_unit_text(&inner, group)));
            }
        }
        found
    }

    /// Into a file that a cloud-config writes: the daemon's variables, or its unit.
    fn in_written_files(&self, group: &[Change]) -> Vec<Edit> {
        let Some(tree) = &self.tree else { return Vec::new() };
        let files = tree.documents.first().map_or(&[][..], |root| tree.list(root, &["write_files"]));
        let daemon = if group[0].parameter.is_etcd() { "ETCD_" } else { "FLEET_" };
        let into = |file: &Node| {
            let inner = MappedText::of_scalar(self.text, tree.get(file, "content")?)?;
            match source_of(tree.get(file, "path")?.text()?, &inner.text)? {
                Source::DropIn => self.in_unit_text(&inner, group),
                Source::Environment => {
                    let last = inner.text.lines().rfind(|line| env::assigned(line).is_some_and(|name| name.starts_with(daemon)))?;
                    let end = offset(&inner.text, last) + last.len();
                    let lines = render::each(group, &|change| format!("\n{}", render::assignment(change)));
                    let at = inner.outer(end.checked_sub(1)?..end)?.end;
                    Some(Edit::insert(at, inner.encode(&lines, self.line_end)?))
                }
                _ => None,
            }
        };
        files.iter().filter_map(into).gather()
    }

    /// Into a drop-in that is made for it.
    fn in_new_drop_in(&self, group: &[Change], path: &[&str], content: &str, drop_ins: &str) -> Vec<Edit> {
        let Some(tree) = &self.tree else { return Vec::new() };
        self.units(tree, group, path).into_iter().filter_map(|unit| self.new_drop_in(tree, unit, content, drop_ins, group)).gather()
    }

    /// The units of the daemon; CoreOS runs etcd 0.4 by the first of its names.
    fn units<'t>(&self, tree: &'t Tree, group: &[Change], path: &[&str]) -> Vec<&'t Node> {
        let is_daemon = |name: &str| match (group[0].parameter.is_etcd(), group[0].etcd) {
            (true, Etcd::V04) => name == "etcd.service",
            (true, _) => name.starts_with("etcd"),
            (false, _) => name.starts_with("fleet"),
        };
        let units = tree.documents.first().map_or(&[][..], |root| tree.list(root, path));
        let ours = |unit: &&Node| tree.word(unit, "name").is_some_and(is_daemon) && !is_true(tree, unit, "mask");
        units.iter().filter(ours).gather()
    }

    /// A drop-in for a unit that has none.
    fn new_drop_in(&self, tree: &Tree, unit: &Node, content: &str, drop_ins: &str, group: &[Change]) -> Option<Edit> {
        let own = tree.word(unit, content).unwrap_or("");
        if unit.is_flow() || tree.get(unit, drop_ins).is_some() || starts_container(own) {
            return None;
        }
        let name = unit.entries().iter().find(|entry| entry.name() == "name")?;
        let indent = " ".repeat(name.key.span.start - line_start(self.text, name.key.span.start));
        let key = if drop_ins == "drop_ins" { "drop-ins" } else { drop_ins };
        let mut lines = vec![
            format!("{indent}{key}:"),
            format!("{indent}  - name: {}", render::NEW_DROP_IN),
            format!("{indent}    {content}: |"),
            format!("{indent}      [Service]"),
        ];
        lines.extend(group.iter().map(|change| format!("{indent}      {}", self.environment(change))));
        let text: String = lines.iter().map(|line| format!("{}{line}", self.line_end)).gather().concat();
        Some(self.below(name, text))
    }

    /// `Environment=` lines behind the last one of `[Service]`, or right below it.
    fn in_unit_text(&self, inner: &MappedText, group: &[Change]) -> Option<Edit> {
        if starts_container(&inner.text) {
            return None;
        }
        let (mut service, mut best, mut continued) = (false, None, false);
        // Podman hands a container what its own section sets (podman-systemd.unit(5)).
        let container = search::has(&inner.text, "[Container]");
        for (at, line) in lines(&inner.text) {
            let body = line.trim();
            let end = at + line.trim_end_matches(['\n', '\r']).len();
            if body.starts_with('[') && !continued {
                service = body == if container { "[Container]" } else { "[Service]" };
                best = if service { Some(end) } else { best };
            } else if service && body.starts_with("Environment=") && !body.ends_with('\\') {
                best = Some(end);
            }
            continued = body.ends_with('\\');
        }
        let at = best?;
        let text = render::each(group, &|change| format!("\n{}", self.environment(change)));
        let outer = inner.outer(at.checked_sub(1)?..at)?;
        Some(Edit::insert(outer.end, inner.encode(&text, self.line_end)?))
    }

    /// Without quotes where the file may stand in those of a program.
    fn environment(&self, change: &Change) -> String {
        let Configuration { tolerant, part, .. } = self.configuration;
        let inside = *tolerant || part.is_some() || embedded(self.text).is_some() || self.begins_otherwise();
        let quote = if inside { "" } else { "\"" };
        format!("Environment={quote}{}{quote}", render::assignment(change))
    }

    /// Whether something else stands above a unit's first section.
    fn begins_otherwise(&self) -> bool {
        let mut lines = self.text.lines().map(str::trim);
        let first = lines.find(|line| !(line.is_empty() || line.starts_with(['#', ';', '\u{feff}'])));
        self.configuration.source == Source::DropIn && first.is_some_and(|line| !(line.starts_with('[') && line.ends_with(']')))
    }

    /// Behind the last option that stands outside of any section.
    fn in_fleet_conf(&self, group: &[Change]) -> Option<Edit> {
        let lines = group.iter().map(|change| render::flag(change).replace('-', "_"));
        let section = if self.text.starts_with('[') { Some(0) } else { search::find(self.text, "\n[").map(|at| at + 1) };
        Some(match section.filter(|_| !env::is_mixed(self.text)) {
            Some(at) => Edit::insert(at, lines.map(|line| format!("{line}{}", self.line_end)).collect()),
            None => self.assign(lines)?,
        })
    }

    /// Assignments at the end of a file that holds nothing else; among other lines, behind the last one of the daemon, if any.
    fn assign(&self, lines: impl Iterator<Item = String>) -> Option<Edit> {
        let is_whole = |line: &str| !line.trim_end().ends_with('\\') && line.matches(['"', '\'']).count() % 2 == 0;
        let is_own = |name: &str| ["ETCD_", "FLEET_"].iter().any(|prefix| name.starts_with(prefix)) || keys::FLEET.contains(&name);
        let mut owns = self.text.lines().filter(|line| env::assigned(line).is_some_and(is_own) && is_whole(line));
        let last = owns.next_back();
        let indent = last.map_or("", |last| &last[..last.len() - last.trim_start().len()]);
        // What is indented stands in an article, whose other lines may look like comments.
        if indent.is_empty() && !env::is_mixed(self.text) {
            return Some(self.append(lines));
        }
        let last = last?;
        let at = offset(self.text, last);
        Some(self.under(at, lines.map(|line| format!("{}{indent}{line}", self.line_end)).collect()))
    }

    /// Behind the last variable of each member.
    fn assign_each(&self, members: &[usize], group: &[Change]) -> Vec<Edit> {
        let mut edits = Vec::new();
        for (number, start) in members.iter().enumerate() {
            let lines = &self.text[*start..members.get(number + 1).copied().unwrap_or(self.text.len())];
            let last = lines.lines().rfind(|line| env::assigned(line).is_some_and(|name| name.starts_with("ETCD_")));
            let at = last.map_or(*start, |last| offset(self.text, last));
            let new = render::each(group, &|change| format!("{}{}", self.line_end, render::assignment(change)));
            edits.push(self.under(at, new));
        }
        edits
    }

    /// Below the heading of `[peer]`, or with it at the end.
    fn in_toml(&self, group: &[Change]) -> Edit {
        let lines = group.iter().map(|change| format!("{} = {}", change.parameter.key().replace('-', "_"), render::value(change)));
        match self.text.lines().find(|line| line.trim() == etcd_toml::SECTION) {
            Some(heading) => {
                let at = offset(self.text, heading);
                self.under(at, lines.map(|line| format!("{}{line}", self.line_end)).collect())
            }
            None => self.append(std::iter::once(etcd_toml::SECTION.to_owned()).chain(lines)),
        }
    }

    /// Lines at the end of the text, which keeps its last line end or the lack of it.
    fn append(&self, lines: impl Iterator<Item = String>) -> Edit {
        let at = self.text.len();
        let ended = self.text.is_empty() || self.text.ends_with('\n');
        let text: String =
            lines.map(|line| if ended { format!("{line}{}", self.line_end) } else { format!("{}{line}", self.line_end) }).gather().concat();
        Edit::insert(at, text)
    }

    /// At the end of the command that runs etcd.
    fn on_command_line(&self, group: &[Change]) -> Vec<Edit> {
        let dash = if group[0].etcd == Etcd::V04 { "-" } else { "--" };
        let flags = render::each(group, &|change| format!(" {dash}{}", render::flag(change)));
        let (mut from, mut commands, mut ends) = (0, 0, Vec::new());
        for (at, line) in lines(self.text) {
            let body = line.trim_end();
            if body.ends_with(CONTINUES) {
                continue;
            }
            let end = at + body.len();
            if self.text.get(from..end).is_some_and(runs_etcd) {
                commands += usize::from(!self.text[from..end].trim_start().starts_with('-'));
                ends.push(from + end_of_flags(&self.text[from..end]));
            }
            from = at + line.len();
        }
        // Where several members run, one of them alone must not be changed.
        if commands > 1 {
            return Vec::new();
        }
        ends.into_iter().rev().map(|end| self.behind_run(end, group).unwrap_or_else(|| Edit::insert(end, flags.clone()))).gather()
    }

    /// As variables of the container, where its command ends with the image: what that does with flags is not known.
    /// That of etcd 3 takes none (etcd-io/etcd@v3.4.45:Dockerfile-release, `CMD`).
    fn behind_run(&self, end: usize, group: &[Change]) -> Option<Edit> {
        let command = self.text.get(..end)?;
        command.rsplit(char::is_whitespace).next().filter(|word| is_image(word))?;
        let at = CONTAINERS.iter().filter_map(|run| Some(search::rfind(command, run)? + run.len())).max()?;
        Some(Edit::insert(at, render::each(group, &|change| format!(" -e {}", render::assignment(change)))))
    }

    /// Into each command of a manifest that runs etcd.
    fn in_commands(&self, group: &[Change]) -> Option<Vec<Edit>> {
        let tree = self.tree.as_ref().filter(|_| self.configuration.source == Source::Manifest)?;
        let words = commands(tree);
        let edits: Vec<Edit> = words.iter().filter_map(|word| self.in_command(word, group)).gather();
        (!edits.is_empty() && edits.len() == words.len()).then_some(edits)
    }

    /// Behind the word `etcd`, or behind an argument that is etcd's.
    fn in_command(&self, word: &Node, group: &[Change]) -> Option<Edit> {
        let text = word.text().unwrap_or("");
        if let Some(start) = start_of_etcd(text).filter(|_| text.contains(char::is_whitespace)) {
            let flags = render::each(group, &|change| format!(" --{}", render::flag(change)));
            let at = MappedText::of_scalar(self.text, word).and_then(|inner| inner.outer(start.end - 1..start.end));
            return at.map(|at| Edit::insert(at.end, flags));
        }
        let start = line_start(self.text, word.span.start);
        let lead = self.text.get(start..word.span.start)?;
        let lead = if lead.trim() == "-" { format!("{}{lead}", self.line_end) } else { ", ".to_owned() };
        let quote = self.quote_of(word);
        let flags = render::each(group, &|change| format!("{lead}{quote}--{}{quote}", render::flag(change)));
        Some(Edit::insert(word.span.end, flags))
    }

    /// The quote a scalar is written in.
    fn quote_of(&self, node: &Node) -> &'static str {
        match &node.kind {
            Kind::Scalar { style: Style::Double, .. } => "\"",
            Kind::Scalar { style: Style::Single, .. } => "'",
            _ => "",
        }
    }
}

/// Whether the units of a cloud-config mask the one that a section is for, so nothing of that section acts.
pub fn masks(tree: &Tree, coreos: &Node, section: &str) -> bool {
    let units = tree.list(coreos, &["units"]);
    let named = |unit: &&Node| tree.word(unit, "name").and_then(|name| name.strip_suffix(".service")) == Some(section);
    units.iter().filter(named).any(|unit| is_true(tree, unit, "mask"))
}

/// A line of a shell or a Dockerfile that sets a variable.
fn is_instruction(line: &str) -> bool {
    ["export ", "ENV ", "echo "].iter().any(|word| line.trim_start().starts_with(word))
}

/// Where more flags have their place: at the end of a command, within the quotes that hold it whole.
fn end_of_flags(command: &str) -> usize {
    if let Some(tag) = search::find(command, "</") {
        return tag;
    }
    let Some(quote) = command.chars().next_back().filter(|last| matches!(last, '"' | '\'')) else { return command.len() };
    let marks = command.match_indices(quote).map(|(at, _)| at).filter(|at| !command[..*at].ends_with('\\'));
    let marks = marks.gather();
    let last = command.len() - 1;
    // Opened by the one before it, or further up.
    let open = if marks.len() % 2 == 0 { marks[marks.len() - 2] + 1 } else { 0 };
    if command[open..last].split_whitespace().skip(1).any(|word| word.starts_with('-')) { last } else { command.len() }
}

/// A command, with all lines it goes on over, that takes etcd's flags at its end.
fn runs_etcd(command: &str) -> bool {
    let command = command.trim_start();
    // A dash before a blank is an item of a list.
    let begins_with_flag = command.starts_with('-') && !command.starts_with("- ");
    !command.starts_with('#') && (begins_with_flag || runs_container(command) || start_of_etcd(command).is_some())
}

/// From where to where an item may stand on one line: itself, or the last entry of a mapping.
fn last_line(item: &Node) -> (&Node, &Node) {
    item.entries().last().map_or((item, item), |entry| (&entry.key, &entry.value))
}
