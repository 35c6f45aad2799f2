//! Into systemd's units, and the files that a cloud-config writes.

use crate::config::files::source_of;
use crate::config::sources::drop_in::path_of_unit;
use crate::config::sources::env;
use crate::config::sources::units::is_true;
use crate::config::syntax::command::starts_container;
use crate::config::syntax::embedded::embedded;
use crate::config::syntax::mapped_text::MappedText;
use crate::config::{Configuration, Source};
use crate::gather::Gather;
use crate::patch::edit::Edit;
use crate::patch::place::Place;
use crate::patch::{Change, Etcd, render};
use crate::search;
use crate::text::{BYTE_ORDER_MARK, line_start, lines, offset};
use crate::yaml::{Node, Tree};

/// Where a file is written to: cloud-init's `path`, Ansible's `dest`.
fn path<'t>(tree: &'t Tree, file: &'t Node) -> Option<&'t str> {
    ["path", "dest"].into_iter().find_map(|key| tree.word(file, key))
}

/// What is written to it; Ansible puts a `block` into it.
fn content<'t>(tree: &'t Tree, file: &'t Node) -> Option<&'t Node> {
    ["content", "block"].into_iter().find_map(|key| tree.get(file, key))
}

/// The files that Ansible's tasks write, wherever they stand.
fn find_files<'t>(tree: &'t Tree, node: &'t Node, depth: usize, found: &mut Vec<&'t Node>) {
    if depth > crate::yaml::MAX_DEPTH {
        return;
    }
    if path(tree, node).is_some() && content(tree, node).is_some() {
        found.push(node);
    }
    node.entries().iter().for_each(|entry| find_files(tree, &entry.value, depth + 1, found));
    node.items().iter().for_each(|item| find_files(tree, item, depth + 1, found));
}

impl Place<'_> {
    /// Into the text of the daemon's unit: its first drop-in, or its own content.
    pub(super) fn in_unit(&self, group: &[Change], path: &[&str], content: &str, drop_ins: &str) -> Vec<Edit> {
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

    /// Into a file that a cloud-config or a task of Ansible writes: the daemon's variables, or its unit.
    pub(super) fn in_written_files(&self, group: &[Change]) -> Vec<Edit> {
        let Some(tree) = &self.tree else { return Vec::new() };
        let mut files = Vec::new();
        if self.configuration.source == Source::Manifest {
            tree.documents.iter().for_each(|root| find_files(tree, root, 0, &mut files));
        } else if let Some(root) = tree.documents.first() {
            files.extend(tree.list(root, &["write_files"]));
        }
        let (daemon, program) = if group[0].parameter.is_etcd() { ("ETCD_", "etcd") } else { ("FLEET_", "fleet") };
        // A unit by its name, another file by what it starts or sets.
        let is_own = |path: &str, text: &str| match path_of_unit(path) {
            Some((unit, _)) => search::has(&unit, program),
            None => {
                search::has(text, daemon)
                    || text.lines().any(|line| line.starts_with("ExecStart=/") && search::has(line, &format!("bin/{program}")))
            }
        };
        let into = |file: &Node| {
            let inner = MappedText::of_scalar(self.text, content(tree, file)?)?;
            let path = path(tree, file)?;
            match source_of(path, &inner.text)? {
                Source::DropIn => self.in_unit_text(&inner, group).filter(|_| is_own(path, &inner.text)),
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
        files.into_iter().filter_map(into).gather()
    }

    /// Into a drop-in that is made for it.
    pub(super) fn in_new_drop_in(&self, group: &[Change], path: &[&str], content: &str, drop_ins: &str) -> Vec<Edit> {
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
    pub(super) fn in_unit_text(&self, inner: &MappedText, group: &[Change]) -> Option<Edit> {
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
        let first = lines.find(|line| !(line.is_empty() || line.starts_with(['#', ';', BYTE_ORDER_MARK])));
        self.configuration.source == Source::DropIn && first.is_some_and(|line| !(line.starts_with('[') && line.ends_with(']')))
    }
}
