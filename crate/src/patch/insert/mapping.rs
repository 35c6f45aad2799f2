//! Into the mappings and lists of YAML: the daemon's section, arguments of an installer, keys at the root.

use crate::config::sources::manifest::installer::{Arguments, arguments_of};
use crate::config::sources::units::is_true;
use crate::config::{Source, section_of};
use crate::gather::Gather;
use crate::patch::edit::Edit;
use crate::patch::place::{Form, Place};
use crate::patch::written::KOPS;
use crate::patch::{Change, Etcd, render};
use crate::yaml::{Kind, Node, Tree, same_key};
use crate::{search, template};

impl Place<'_> {
    /// Into the section of the daemon, whatever its shape.
    pub(super) fn in_section(&self, group: &[Change]) -> Option<Edit> {
        let tree = self.tree.as_ref()?;
        let coreos = tree.get(tree.documents.first()?, "coreos")?;
        let section = section_of(group[0].parameter, group[0].etcd == Etcd::V04);
        let node = tree.get(coreos, section).filter(|_| !masks(tree, coreos, section))?;
        let snake = self.snake(if node.entries().is_empty() { coreos } else { node });
        self.extend(tree, coreos, &[section], Form::Keys { snake }, group)
    }

    pub(super) fn in_root(&self, keys: &[&str], form: Form, group: &[Change]) -> Option<Edit> {
        let tree = self.tree.as_ref()?;
        self.extend(tree, tree.documents.first()?, keys, form, group)
    }

    /// Into the place of an installer's file where arguments of etcd stand, made where it is missing.
    pub(super) fn in_arguments(&self, group: &[Change]) -> Vec<Edit> {
        let Some(tree) = &self.tree else { return Vec::new() };
        let home = |root| {
            let (path, form) = arguments_of(tree, root)?;
            self.extend(tree, root, &path, Form::Arguments(form), group)
        };
        tree.documents.iter().filter_map(home).gather()
    }

    /// Into each cluster of kops'.
    pub(super) fn in_each_cluster(&self, group: &[Change]) -> Option<Vec<Edit>> {
        let tree = self.tree.as_ref()?;
        let root = tree.documents.iter().find(|root| tree.at(root, &["spec", KOPS]).is_some())?;
        let mut of_each = Vec::new();
        for cluster in tree.list(root, &["spec", KOPS]) {
            of_each.push(self.extend(tree, cluster, &[], Form::Arguments(Arguments::Timers), group)?);
        }
        (!of_each.is_empty()).then_some(of_each)
    }

    /// What an installer's file is to hold, to be merged into it by hand.
    pub fn for_installer(&self, group: &[Change]) -> Option<String> {
        let tree = self.tree.as_ref().filter(|_| self.configuration.source == Source::Manifest)?;
        let (path, form) = tree.documents.iter().find_map(|root| arguments_of(tree, root))?;
        Some(self.block(&path, Form::Arguments(form), group, "").trim_start().to_owned() + self.line_end)
    }

    /// Adds to what `keys` lead to below `node`; what is missing on the way is made.
    pub(super) fn extend(&self, tree: &Tree, node: &Node, keys: &[&str], form: Form, group: &[Change]) -> Option<Edit> {
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
        let start = self.line_start(first.span.start);
        let lead = self.text.get(start..first.span.start)?;
        let (mark, is_list) = (lead.trim(), form.is_list() && keys.is_empty());
        if !matches!((mark, is_list), ("", false) | ("-", _)) {
            return None;
        }
        // A mapping may begin behind the dash of its item.
        let is_item = mark == "-" && !is_list;
        let indent = if is_item { lead.len() } else { lead.trim_end().len().checked_sub(1).unwrap_or(lead.len()) };
        let indent = " ".repeat(indent);
        let lines = self.block(keys, form, group, &indent);
        // Behind the last child that ends on its own line; a block scalar's end is not a safe place.
        let children = node.entries().iter().map(|entry| (&entry.key, &entry.value)).chain(node.items().iter().map(last_line));
        let simple = children.filter(|(from, to)| {
            matches!(to.kind, Kind::Scalar { .. } | Kind::Alias(_))
                && !self.text.get(from.span.start..to.span.end.max(from.span.end)).unwrap_or("\n").contains('\n')
        });
        // What a condition of a template writes may be missing.
        let start_of_all = first.span.start;
        let is_always = |(from, _): &(&Node, &Node)| {
            let between = self.text.get(start_of_all..from.span.start).unwrap_or("");
            !self.configuration.tolerant || template::keeps_branch(between)
        };
        Some(match simple.rev().take(template::MOST_PLACES).find(is_always) {
            Some((from, to)) => self.behind(from.span.end.max(to.span.end), lines),
            None if is_item => return None,
            None => Edit::insert(start, format!("{}{}", lines.trim_start_matches(['\r', '\n']), self.line_end)),
        })
    }

    /// A section that is not there yet, right below `coreos:`, or with it on top of everything.
    pub(super) fn new_section(&self, group: &[Change]) -> Option<Edit> {
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
            let at = self.line_start(first.key.span.start);
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
}

/// Whether the units of a cloud-config mask the one that a section is for, so nothing of that section acts.
pub fn masks(tree: &Tree, coreos: &Node, section: &str) -> bool {
    let units = tree.list(coreos, &["units"]);
    let named = |unit: &&Node| tree.word(unit, "name").and_then(|name| name.strip_suffix(".service")) == Some(section);
    units.iter().filter(named).any(|unit| is_true(tree, unit, "mask"))
}

/// From where to where an item may stand on one line: itself, or the last entry of a mapping.
fn last_line(item: &Node) -> (&Node, &Node) {
    item.entries().last().map_or((item, item), |entry| (&entry.key, &entry.value))
}
