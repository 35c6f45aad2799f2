//! Where a value goes that nothing states yet, source by source.

use super::edit::Edit;
use super::place::{Place, bom, line_start};
use super::{Change, render};
use crate::config::inner::Inner;
use crate::config::{Source, section_of};
use crate::gather::Gather;
use crate::yaml::{self, Kind, Node, Tree};

/// The drop-in that is made for a unit without one.
pub const NEW_DROP_IN: &str = "40-timing.conf";

impl Place<'_> {
    /// Ways to add what is missing, the nearest first.
    pub(super) fn insertions(&self, group: &[Change]) -> Vec<Edit> {
        let mut found = Vec::new();
        for sibling in self
            .configuration
            .settings
            .iter()
            .rev()
            .filter(|setting| setting.effective && setting.parameter.is_etcd() == group[0].parameter.is_etcd())
            .take(4)
        {
            found.extend(self.twins(sibling, group));
        }
        match self.configuration.source {
            Source::CloudConfig => {
                found.extend(self.in_section(group));
                found.extend(self.in_unit(group, &["coreos", "units"], "content", "drop_ins"));
                found.extend(self.new_section(group));
                found.extend(self.in_new_drop_in(group, &["coreos", "units"], "content", "drop_ins"));
            }
            Source::ContainerLinux => {
                found.extend(self.in_mapping(&["etcd"], group, true));
                found.extend(self.in_unit(group, &["systemd", "units"], "contents", "dropins"));
                found.extend(self.in_new_drop_in(group, &["systemd", "units"], "contents", "dropins"));
            }
            Source::Ignition => found.extend(self.in_unit(group, &["systemd", "units"], "contents", "dropins")),
            Source::EtcdYaml => found.extend(self.in_mapping(&[], group, false)),
            Source::Manifest => {
                found.extend(self.in_mapping(&["etcd", "local", "extraArgs"], group, false));
                found.extend(self.after_command_word(group));
            }
            Source::DropIn => found.extend(self.in_unit_text(&Inner::verbatim(self.text, 0..self.text.len()), group)),
            Source::FleetConf => found.extend(self.in_fleet_conf(group)),
            Source::Environment => {
                found.push(self.append(group.iter().map(|change| format!("{}={}", render::variable(change), render::value(change)))))
            }
            Source::Flags => found.extend(self.on_command_line(group)),
            Source::Fragment => {
                found.push(self.append(group.iter().map(|change| format!("{}: {}", render::key(change), render::value(change)))))
            }
        }
        found
    }

    /// Into the section of the daemon, whatever its shape.
    fn in_section(&self, group: &[Change]) -> Vec<Edit> {
        let Some(tree) = &self.tree else { return Vec::new() };
        let Some(coreos) = tree.documents.first().and_then(|root| tree.get(root, "coreos")) else { return Vec::new() };
        let mut sections = vec![section_of(group[0].parameter, group[0].etcd_04)];
        if group[0].parameter.is_etcd() {
            sections.push(if group[0].etcd_04 { "etcd2" } else { "etcd" });
        }
        sections
            .iter()
            .flat_map(|section| {
                let spelled: Vec<Change> = group.iter().map(|change| Change { etcd_04: *section == "etcd", ..*change }).gather();
                self.extend_entry(coreos, tree, section, &spelled, false)
            })
            .gather()
    }

    fn in_mapping(&self, path: &[&str], group: &[Change], snake: bool) -> Vec<Edit> {
        let Some(tree) = &self.tree else { return Vec::new() };
        let Some(root) = tree.documents.first() else { return Vec::new() };
        match path.split_last() {
            None => self.extend_mapping(root, group, snake).into_iter().gather(),
            Some((last, parents)) => {
                tree.at(root, parents).map_or_else(Vec::new, |parent| self.extend_entry(parent, tree, last, group, snake))
            }
        }
    }

    /// Into the value of `parent`'s key, be it a mapping, braces or nothing.
    fn extend_entry(&self, parent: &Node, tree: &Tree, key: &str, group: &[Change], snake: bool) -> Vec<Edit> {
        let found = tree.all(parent, key);
        let Some(entry) = found.last().filter(|_| found.len() == 1) else { return Vec::new() };
        let node = &entry.value;
        if node.anchor.is_some() || matches!(node.kind, Kind::Alias(_)) {
            return Vec::new();
        }
        if node.is_null() && node.span.is_empty() && !parent.is_flow() {
            return vec![self.below(entry, self.lines(group, &self.indent_below(entry), snake || self.snake(parent)))];
        }
        if node.is_null() && !node.span.is_empty() {
            let text = format!("{{{}}}", self.pairs(group, snake));
            return vec![Edit::new(node.span.start..node.span.end, text)];
        }
        self.extend_mapping(node, group, snake).into_iter().gather()
    }

    fn extend_mapping(&self, node: &Node, group: &[Change], snake: bool) -> Option<Edit> {
        let Kind::Mapping { entries, flow } = &node.kind else { return None };
        let snake = snake || self.snake(node);
        if *flow {
            let pairs = self.pairs(group, snake);
            let (at, text) = match entries.last() {
                Some(last) => (last.value.span.end.max(last.key.span.end), format!(", {pairs}")),
                None => (node.span.start + 1, pairs),
            };
            return Some(Edit::insert(at, text));
        }
        let first = entries.first()?;
        let indent = self.column(first);
        let lines = self.lines(group, &indent, snake);
        // Behind the last entry that ends on its own line; a block scalar's end is not a safe place.
        let simple = entries.iter().rfind(|entry| {
            matches!(entry.value.kind, Kind::Scalar { .. } | Kind::Alias(_))
                && !self.text.get(entry.key.span.start..entry.value.span.end.max(entry.key.span.end)).unwrap_or("\n").contains('\n')
        });
        match simple {
            Some(entry) => Some(self.below(entry, lines)),
            None => {
                let at = line_start(self.text, first.key.span.start);
                let bare = self.text.get(at..first.key.span.start)?.trim_start_matches('\u{feff}').trim().is_empty();
                bare.then(|| Edit::insert(at + bom(self.text, at), format!("{}{}", lines.trim_start_matches(['\r', '\n']), self.line_end)))
            }
        }
    }

    /// A section that is not there yet, right below `coreos:`, or with it on top of everything.
    fn new_section(&self, group: &[Change]) -> Option<Edit> {
        let tree = self.tree.as_ref()?;
        let root = tree.documents.first()?;
        let section = section_of(group[0].parameter, group[0].etcd_04);
        let Some(entry) = tree.all(root, "coreos").first().copied() else {
            let first = root.entries().first()?;
            let lines = self.lines(group, "    ", false);
            let at = line_start(self.text, first.key.span.start);
            let at = at + bom(self.text, at);
            let end = self.line_end;
            return Some(Edit::insert(at, format!("coreos:{end}  {section}:{lines}{end}")));
        };
        let coreos = &entry.value;
        if coreos.is_flow() {
            let comma = if coreos.entries().is_empty() { "" } else { ", " };
            let at = coreos.span.start + 1;
            return Some(Edit::insert(at, format!("{section}: {{{}}}{comma}", self.pairs(group, false))));
        }
        let outer = coreos.entries().first().map_or_else(|| "  ".to_owned(), |first| self.column(first));
        let inner = format!("{outer}{}", self.step(&outer));
        let lines = self.lines(group, &inner, self.snake(coreos));
        Some(self.below(entry, format!("{}{outer}{section}:{lines}", self.line_end)))
    }

    /// Into the text of the daemon's unit: its first drop-in, or its own content.
    fn in_unit(&self, group: &[Change], path: &[&str], content: &str, drop_ins: &str) -> Vec<Edit> {
        let Some(tree) = &self.tree else { return Vec::new() };
        let mut found = Vec::new();
        for unit in self.units(tree, group, path) {
            let own = tree.get(unit, content).into_iter();
            let more = tree.get(unit, drop_ins).map_or(&[][..], Node::items).iter().filter_map(|item| tree.get(item, content));
            for node in more.chain(own) {
                found.extend(Inner::of_scalar(self.text, node).and_then(|inner| self.in_unit_text(&inner, group)));
            }
        }
        found
    }

    /// Into a drop-in that is made for it.
    fn in_new_drop_in(&self, group: &[Change], path: &[&str], content: &str, drop_ins: &str) -> Vec<Edit> {
        let Some(tree) = &self.tree else { return Vec::new() };
        self.units(tree, group, path).into_iter().filter_map(|unit| self.new_drop_in(tree, unit, content, drop_ins, group)).gather()
    }

    /// The units of the daemon.
    fn units<'t>(&self, tree: &'t Tree, group: &[Change], path: &[&str]) -> Vec<&'t Node> {
        let word = if group[0].parameter.is_etcd() { "etcd" } else { "fleet" };
        let units = tree.documents.first().and_then(|root| tree.at(root, path)).map_or(&[][..], Node::items);
        units.iter().filter(|unit| tree.get(unit, "name").and_then(Node::text).is_some_and(|name| name.starts_with(word))).gather()
    }

    /// A drop-in for a unit that has none.
    fn new_drop_in(&self, tree: &Tree, unit: &Node, content: &str, drop_ins: &str, group: &[Change]) -> Option<Edit> {
        if unit.is_flow() || tree.get(unit, drop_ins).is_some() {
            return None;
        }
        let name = unit.entries().iter().find(|entry| entry.name() == "name")?;
        let indent = " ".repeat(name.key.span.start - line_start(self.text, name.key.span.start));
        let key = if drop_ins == "drop_ins" { "drop-ins" } else { drop_ins };
        let mut lines = vec![
            format!("{indent}{key}:"),
            format!("{indent}  - name: {NEW_DROP_IN}"),
            format!("{indent}    {content}: |"),
            format!("{indent}      [Service]"),
        ];
        lines.extend(group.iter().map(|change| format!("{indent}      {}", environment(change))));
        let text: String = lines.iter().map(|line| format!("{}{line}", self.line_end)).gather().concat();
        Some(self.below(name, text))
    }

    /// `Environment=` lines behind the last one of `[Service]`, or right below it.
    fn in_unit_text(&self, inner: &Inner, group: &[Change]) -> Option<Edit> {
        let (mut at, mut service, mut best) = (0, false, None);
        let mut continued = false;
        for line in inner.text.split_inclusive('\n') {
            let body = line.trim();
            let end = at + line.trim_end_matches(['\n', '\r']).len();
            if body.starts_with('[') && !continued {
                service = body == "[Service]";
                best = if service { Some(end) } else { best };
            } else if service && body.starts_with("Environment=") && !body.ends_with('\\') {
                best = Some(end);
            }
            continued = body.ends_with('\\');
            at += line.len();
        }
        let at = best?;
        let text: String = group.iter().map(|change| format!("\n{}", environment(change))).gather().concat();
        let outer = inner.outer(at.checked_sub(1)?..at)?;
        Some(Edit::insert(outer.end, inner.encode(&text, self.line_end)?))
    }

    /// Behind the last option that stands outside of any section.
    fn in_fleet_conf(&self, group: &[Change]) -> Option<Edit> {
        let section = self.text.find("\n[").map_or(self.text.len(), |at| at + 1);
        let lines: String = group
            .iter()
            .map(|change| format!("{}={}{}", render::key(change).replace('-', "_"), render::value(change), self.line_end))
            .gather()
            .concat();
        if self.text.starts_with('[') || section < self.text.len() {
            let at = if self.text.starts_with('[') { 0 } else { section };
            return Some(Edit::insert(at, lines));
        }
        Some(self.append(group.iter().map(|change| format!("{}={}", render::key(change).replace('-', "_"), render::value(change)))))
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
        let dash = if group[0].etcd_04 { "-" } else { "--" };
        let flags: String =
            group.iter().map(|change| format!(" {dash}{}={}", render::key(change), render::value(change))).gather().concat();
        let mut at = 0;
        let mut ends = Vec::new();
        for line in self.text.split_inclusive('\n') {
            let body = line.trim_end();
            if !body.is_empty() && !body.ends_with('\\') && !body.trim_start().starts_with('#') {
                ends.push(at + body.len());
            }
            at += line.len();
        }
        ends.into_iter().rev().map(|end| Edit::insert(end, flags.clone())).gather()
    }

    /// Behind the word `etcd` of a command in a list.
    fn after_command_word(&self, group: &[Change]) -> Option<Edit> {
        let tree = self.tree.as_ref().filter(|tree| tree.documents.len() == 1)?;
        let word = tree.documents.first().and_then(|root| find_command(root, 0))?;
        let start = line_start(self.text, word.span.start);
        let lead = self.text.get(start..word.span.start)?;
        let flag = |change: &Change| format!("--{}={}", render::key(change), render::value(change));
        let text: String = if lead.trim() == "-" {
            group.iter().map(|change| format!("{}{lead}{}", self.line_end, flag(change))).gather().concat()
        } else {
            group.iter().map(|change| format!(", {}", flag(change))).gather().concat()
        };
        Some(Edit::insert(word.span.end, text))
    }
}

fn environment(change: &Change) -> String {
    format!("Environment=\"{}={}\"", render::variable(change), render::value(change))
}

/// The word `etcd` that begins a command.
fn find_command(node: &Node, depth: usize) -> Option<&Node> {
    if depth > yaml::MAX_DEPTH {
        return None;
    }
    for entry in node.entries() {
        let first = entry.value.items().first().filter(|_| entry.name() == "command");
        if let Some(word) = first.filter(|word| word.text().is_some_and(|text| text.rsplit('/').next() == Some("etcd"))) {
            return Some(word);
        }
        if let Some(found) = find_command(&entry.value, depth + 1) {
            return Some(found);
        }
    }
    node.items().iter().find_map(|item| find_command(item, depth + 1))
}
