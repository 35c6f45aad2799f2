//! Where a change goes: candidates in order of preference, of which the first that verifies is taken.

use std::ops::Range;

use super::edit::{Edit, apply};
use super::{Change, render, verify};
use crate::config::inner::Inner;
use crate::config::{Configuration, Setting, Source, scalar, section_of};
use crate::parameters::Parameter;
use crate::sort::by_key;
use crate::yaml::{self, Entry, Kind, Node, Tree};

/// The drop-in that is made for a unit without one.
pub const NEW_DROP_IN: &str = "40-timing.conf";

/// Each try reads the document anew, so there are not many.
const MOST_TRIES: usize = 12;

/// The edits that carry out all changes, verified together; else why there are none.
pub fn edits(text: &str, configuration: &Configuration, changes: &[Change]) -> Result<Vec<Edit>, String> {
    refusals(text, configuration, changes)?;
    let place = Place::new(text, configuration);
    let mut edits = Vec::new();
    let mut missing: Vec<Change> = Vec::new();
    for change in changes {
        match place.replacement(change) {
            Some(edit) => edits.push(edit),
            None => missing.push(*change),
        }
    }
    for group in [
        Vec::from_iter(missing.iter().filter(|c| c.parameter.is_etcd()).copied()),
        Vec::from_iter(missing.iter().filter(|c| !c.parameter.is_etcd()).copied()),
    ] {
        if group.is_empty() {
            continue;
        }
        let found = place
            .insertions(&group)
            .into_iter()
            .take(MOST_TRIES)
            .find(|edit| verify::check(text, configuration, &apply(text, std::slice::from_ref(edit)), &group).is_ok());
        edits.push(found.ok_or_else(|| format!("No place was found where {} could be added safely.", names(&group)))?);
    }
    by_key(&mut edits, |edit| (edit.start, edit.end));
    let edits = joined(edits).ok_or("The edits would overlap.")?;
    let new = apply(text, &edits);
    verify::check(text, configuration, &new, changes).map_err(|reason| format!("The edited text was not what was planned: {reason}."))?;
    Ok(edits)
}

fn names(changes: &[Change]) -> String {
    changes.iter().map(render::key).collect::<Vec<_>>().join(" and ")
}

/// Insertions at one place become one edit; overlapping edits are refused.
fn joined(edits: Vec<Edit>) -> Option<Vec<Edit>> {
    let mut found: Vec<Edit> = Vec::new();
    for edit in edits {
        match found.last_mut() {
            Some(last) if last.end > edit.start => return None,
            Some(last) if last.start == edit.start && last.start == last.end && edit.start == edit.end => last.text.push_str(&edit.text),
            _ => found.push(edit),
        }
    }
    Some(found)
}

/// What is never edited.
fn refusals(text: &str, configuration: &Configuration, changes: &[Change]) -> Result<(), String> {
    let tree = if configuration.tolerant { Tree::default() } else { yaml_of(text, configuration.source).unwrap_or_default() };
    for change in changes {
        let key = change.parameter.key();
        if configuration.problems.iter().any(|problem| problem.id == "config-duplicate-key" && problem.parameter == Some(change.parameter))
        {
            return Err(format!("{key} is stated more than once; delete all but one of them first."));
        }
        let acting: Vec<&Setting> =
            configuration.settings.iter().filter(|setting| setting.parameter == change.parameter && setting.effective).collect();
        let several = tree.documents.len() > 1 && configuration.source != Source::CloudConfig;
        if acting.len() > 1 && (several || !configuration.tolerant) {
            return Err(format!("{key} is stated in {} places that may all act; it cannot be told which one is meant.", acting.len()));
        }
        for setting in configuration.settings.iter().filter(|setting| setting.parameter == change.parameter) {
            if tree.documents.iter().any(|root| anchored(root, &setting.place.span.range(), false)) {
                return Err(format!("{key} comes from an anchor, which other places share."));
            }
        }
        if acting.iter().any(|setting| is_sealed(setting)) {
            return Err(format!("{key} stands in encoded text, which is not edited here."));
        }
    }
    Ok(())
}

/// The value is not what its bytes say: they are encoded as a whole.
fn is_sealed(setting: &Setting) -> bool {
    let Some(value) = setting.value else { return false };
    let bare = setting.raw.trim_matches(['"', '\'']);
    let read = scalar::daemon(setting.parameter, bare).value;
    let number = scalar::yaml_number(bare).map(|number| number * if setting.parameter.is_etcd() { 1e3 } else { 1e6 });
    read != Some(value) && number.is_none_or(|number| (number - value as f64).abs() > 1e3)
}

fn yaml_of(text: &str, source: Source) -> Option<Tree> {
    let yaml = !matches!(source, Source::DropIn | Source::FleetConf | Source::Environment | Source::Flags);
    yaml.then(|| yaml::read(text).ok()).flatten()
}

/// Whether the scalar at `span` stands below an anchor or on one.
fn anchored(node: &Node, span: &Range<usize>, shared: bool) -> bool {
    let shared = shared || node.anchor.is_some();
    if node.span == *span && matches!(node.kind, Kind::Scalar { .. }) {
        return shared;
    }
    node.items().iter().any(|item| anchored(item, span, shared)) || node.entries().iter().any(|entry| anchored(&entry.value, span, shared))
}

/// A document that is to be edited.
struct Place<'a> {
    text: &'a str,
    configuration: &'a Configuration,
    tree: Option<Tree>,
    line_end: &'static str,
}

impl<'a> Place<'a> {
    fn new(text: &'a str, configuration: &'a Configuration) -> Self {
        let yaml = !matches!(configuration.source, Source::DropIn | Source::FleetConf | Source::Environment | Source::Flags);
        let tree = match yaml {
            true if configuration.tolerant => Some(yaml::read_tolerantly(text)),
            true => yaml::read(text).ok(),
            false => None,
        };
        Place { text, configuration, tree, line_end: if text.contains("\r\n") { "\r\n" } else { "\n" } }
    }

    /// Replaces the value that acts, or one that does not for its own fault.
    fn replacement(&self, change: &Change) -> Option<Edit> {
        let mut stated: Vec<&Setting> =
            self.configuration.settings.iter().filter(|setting| setting.parameter == change.parameter).collect();
        by_key(&mut stated, |setting| (!setting.effective, std::cmp::Reverse(setting.place.span)));
        let single = [*change];
        stated
            .iter()
            .take(MOST_TRIES)
            .filter_map(|setting| self.replace(setting, change))
            .find(|edit| verify::rereads(self.configuration, &apply(self.text, std::slice::from_ref(edit)), &single).is_ok())
    }

    fn replace(&self, setting: &Setting, change: &Change) -> Option<Edit> {
        let span = setting.place.span.range();
        let value = render::value(change);
        if span.is_empty() && self.text.get(span.end..)?.starts_with(':') {
            return Some(Edit { start: span.end + 1, end: span.end + 1, text: format!(" {value}") });
        }
        let raw = self.text.get(span.clone())?;
        let quote = raw.chars().next().filter(|first| matches!(first, '"' | '\'') && raw.len() > 1 && raw.ends_with(*first));
        // A number in quotes is what was wrong with it; a duration keeps them.
        let text = match quote.filter(|_| change.parameter == Parameter::AgentTtl) {
            Some(quote) => format!("{quote}{value}{quote}"),
            None => value,
        };
        Some(Edit { start: span.start, end: span.end, text })
    }

    /// Ways to add what is missing, the nearest first.
    fn insertions(&self, group: &[Change]) -> Vec<Edit> {
        let mut found = Vec::new();
        for sibling in self
            .configuration
            .settings
            .iter()
            .rev()
            .filter(|setting| setting.effective && setting.parameter.is_etcd() == group[0].parameter.is_etcd())
            .take(4)
        {
            found.extend(self.twin_in_flow(sibling, group));
            found.extend(self.twin_line(sibling, group));
            found.extend(self.twin_inline(sibling, group));
            found.extend(self.twin_item(sibling, group));
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

    /// The spelling of a setting's name on its own line, before the value: where, and as written.
    fn spelling(&self, setting: &Setting) -> Option<(usize, &'a str)> {
        let value = setting.place.span.start as usize;
        let start = line_start(self.text, value);
        let before = self.text.get(start..value)?;
        let names = [setting.parameter.key().to_owned(), setting.parameter.variable().to_owned()];
        let folded = before.replace('_', "-");
        let lower = folded.to_ascii_lowercase();
        names
            .iter()
            .filter_map(|name| {
                let name = name.replace('_', "-").to_ascii_lowercase();
                let found = lower.rfind(&name)?;
                Some((start + found, self.text.get(start + found..start + found + name.len())?))
            })
            .min_by_key(|(at, _)| *at)
    }

    /// The name of another parameter, spelled the same way.
    fn spelled_like(&self, spelling: &str, change: &Change) -> String {
        let variable = spelling.bytes().any(|byte| byte.is_ascii_uppercase()) && spelling.contains('_');
        let name = match variable {
            true if spelling.starts_with("ETCD_") || spelling.starts_with("FLEET_") => change.parameter.variable().to_owned(),
            // Behind `ETCD_PEER_`.
            true => change.parameter.key().to_ascii_uppercase(),
            false => change.parameter.key().to_owned(),
        };
        if spelling.contains('_') { name.replace('-', "_") } else { name }
    }

    /// The sibling's line once more, with the other name and value.
    fn twin_line(&self, sibling: &Setting, group: &[Change]) -> Option<Edit> {
        let (at, spelling) = self.spelling(sibling)?;
        let span = sibling.place.span.range();
        let (start, end) = (line_start(self.text, at), line_end(self.text, span.end));
        let prefix = self.text.get(start..at)?;
        let lead = prefix.trim().trim_start_matches('\u{feff}');
        if !matches!(
            lead.trim_end_matches(['"', '\'']),
            "" | "-" | "--" | "- -" | "- --" | "export" | "Environment=" | "ETCD_PEER_" | "peer-" | "peer_" | "Environment=ETCD_PEER_"
        ) {
            return None;
        }
        let between = self.text.get(at + spelling.len()..span.start)?;
        let after = self.text.get(span.end..end)?;
        let closing: String = after.chars().take_while(|c| matches!(c, '"' | '\'')).collect();
        let rest = after.get(closing.len()..)?.trim();
        let continued = rest == "\\";
        if !(rest.is_empty() || rest.starts_with('#') || continued) {
            return None;
        }
        // The last line of a continued command has no backslash: a line after it is another command.
        if !continued && self.text.get(..start)?.trim_end_matches(['\n', '\r']).ends_with('\\') {
            return None;
        }
        let prefix = prefix.trim_start_matches('\u{feff}');
        let mut new = String::new();
        for change in group {
            let raw = self.value_like(sibling, change);
            let line =
                format!("{prefix}{}{between}{raw}{closing}{}", self.spelled_like(spelling, change), if continued { " \\" } else { "" });
            new.push_str(self.line_end);
            new.push_str(&line);
        }
        let end = end - usize::from(self.text.get(..end)?.ends_with('\r'));
        Some(Edit { start: end, end, text: new })
    }

    /// A value with the quotes of its sibling where both are text.
    fn value_like(&self, sibling: &Setting, change: &Change) -> String {
        let raw = &sibling.raw;
        let value = render::value(change);
        match raw.chars().next().filter(|first| matches!(first, '"' | '\'')) {
            Some(quote) if change.parameter == Parameter::AgentTtl => format!("{quote}{value}{quote}"),
            _ => value,
        }
    }

    /// `, key: value` behind a sibling in braces.
    fn twin_in_flow(&self, sibling: &Setting, group: &[Change]) -> Option<Edit> {
        let (at, spelling) = self.spelling(sibling)?;
        let span = sibling.place.span.range();
        let between = self.text.get(at + spelling.len()..span.start)?;
        let closing: String = self.text.get(span.end..)?.chars().take_while(|c| matches!(c, '"' | '\'')).collect();
        let after = self.text.get(span.end + closing.len()..)?.trim_start();
        let before = self.text.get(..at)?.trim_end_matches(['"', '\'', '-']).trim_end_matches("peer-").trim_end_matches("peer_").trim_end();
        if !(before.ends_with(['{', ',', '[']) && after.starts_with(['}', ',', ']'])) {
            return None;
        }
        let opening = self.text.get(..at)?.len() - self.text.get(..at)?.trim_end_matches(['"', '\'', '-']).len();
        let lead = self.text.get(at - opening..at)?;
        let new: String = group
            .iter()
            .map(|change| format!(", {lead}{}{between}{}{closing}", self.spelled_like(spelling, change), self.value_like(sibling, change)))
            .collect();
        let end = span.end + closing.len();
        Some(Edit { start: end, end, text: new })
    }

    /// ` --flag=value` behind a sibling on a command line, or `\nEnvironment=` in a JSON string.
    fn twin_inline(&self, sibling: &Setting, group: &[Change]) -> Option<Edit> {
        let (at, spelling) = self.spelling(sibling)?;
        let span = sibling.place.span.range();
        let between = self.text.get(at + spelling.len()..span.start)?;
        let before = self.text.get(line_start(self.text, at)..at)?;
        let closing: String = self.text.get(span.end..)?.chars().take_while(|c| matches!(c, '"' | '\'')).collect();
        let word = before.rfind(|c: char| c.is_whitespace()).map_or(before, |blank| before.get(blank + 1..).unwrap_or(""));
        let lead = if let Some(at) = word.rfind("Environment=") {
            format!("\\n{}", &word[at..])
        } else if word.ends_with('-') || word.ends_with("peer-") {
            format!(" {word}")
        } else {
            return None;
        };
        let in_json = lead.starts_with('\\');
        let closing = if in_json { String::new() } else { closing };
        if in_json && lead.contains('"') {
            return None;
        }
        let new: String = group
            .iter()
            .map(|change| format!("{lead}{}{between}{}{closing}", self.spelled_like(spelling, change), render::value(change)))
            .collect();
        let end = span.end + closing.len();
        Some(Edit { start: end, end, text: new })
    }

    /// `- name: x` over `value: "1"`, as kubeadm's v1beta4 writes arguments.
    fn twin_item(&self, sibling: &Setting, group: &[Change]) -> Option<Edit> {
        let span = sibling.place.span.range();
        let start = line_start(self.text, span.start);
        let above = line_start(self.text, start.checked_sub(1)?);
        let (name_line, value_line) = (self.text.get(above..start)?.trim_end(), self.text.get(start..span.start)?);
        let name = name_line.strip_suffix(sibling.parameter.key())?;
        if name.trim() != "- name:" || !value_line.trim_start().starts_with("value:") {
            return None;
        }
        let end = line_end(self.text, span.end);
        let end = end - usize::from(self.text.get(..end)?.ends_with('\r'));
        let closing: String = self.text.get(span.end..end)?.chars().take_while(|c| matches!(c, '"' | '\'')).collect();
        let line = self.line_end;
        let text: String = group
            .iter()
            .map(|change| format!("{line}{name}{}{line}{value_line}{}{closing}", render::key(change), render::value(change)))
            .collect();
        Some(Edit { start: end, end, text })
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
                let spelled: Vec<Change> = group.iter().map(|change| Change { etcd_04: *section == "etcd", ..*change }).collect();
                self.extend_entry(coreos, tree, section, &spelled, false)
            })
            .collect()
    }

    fn in_mapping(&self, path: &[&str], group: &[Change], snake: bool) -> Vec<Edit> {
        let Some(tree) = &self.tree else { return Vec::new() };
        let Some(root) = tree.documents.first() else { return Vec::new() };
        match path.split_last() {
            None => self.extend_mapping(root, group, snake).into_iter().collect(),
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
            return vec![Edit { start: node.span.start, end: node.span.end, text }];
        }
        self.extend_mapping(node, group, snake).into_iter().collect()
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
            return Some(Edit { start: at, end: at, text });
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
                bare.then(|| Edit {
                    start: at + bom(self.text, at),
                    end: at + bom(self.text, at),
                    text: format!("{}{}", lines.trim_start_matches(['\r', '\n']), self.line_end),
                })
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
            return Some(Edit { start: at, end: at, text: format!("coreos:{end}  {section}:{lines}{end}") });
        };
        let coreos = &entry.value;
        if coreos.is_flow() {
            let comma = if coreos.entries().is_empty() { "" } else { ", " };
            let at = coreos.span.start + 1;
            return Some(Edit { start: at, end: at, text: format!("{section}: {{{}}}{comma}", self.pairs(group, false)) });
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
        self.units(tree, group, path).into_iter().filter_map(|unit| self.new_drop_in(tree, unit, content, drop_ins, group)).collect()
    }

    /// The units of the daemon.
    fn units<'t>(&self, tree: &'t Tree, group: &[Change], path: &[&str]) -> Vec<&'t Node> {
        let word = if group[0].parameter.is_etcd() { "etcd" } else { "fleet" };
        let units = tree.documents.first().and_then(|root| tree.at(root, path)).map_or(&[][..], Node::items);
        units.iter().filter(|unit| tree.get(unit, "name").and_then(Node::text).is_some_and(|name| name.starts_with(word))).collect()
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
        let text: String = lines.iter().map(|line| format!("{}{line}", self.line_end)).collect();
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
        let text: String = group.iter().map(|change| format!("\n{}", environment(change))).collect();
        let outer = inner.outer(at.checked_sub(1)?..at)?;
        Some(Edit { start: outer.end, end: outer.end, text: inner.encode(&text, self.line_end)? })
    }

    /// Behind the last option that stands outside of any section.
    fn in_fleet_conf(&self, group: &[Change]) -> Option<Edit> {
        let section = self.text.find("\n[").map_or(self.text.len(), |at| at + 1);
        let lines: String = group
            .iter()
            .map(|change| format!("{}={}{}", render::key(change).replace('-', "_"), render::value(change), self.line_end))
            .collect();
        if self.text.starts_with('[') || section < self.text.len() {
            let at = if self.text.starts_with('[') { 0 } else { section };
            return Some(Edit { start: at, end: at, text: lines });
        }
        Some(self.append(group.iter().map(|change| format!("{}={}", render::key(change).replace('-', "_"), render::value(change)))))
    }

    /// Lines at the end of the text, which keeps its last line end or the lack of it.
    fn append(&self, lines: impl Iterator<Item = String>) -> Edit {
        let at = self.text.len();
        let ended = self.text.is_empty() || self.text.ends_with('\n');
        let text: String =
            lines.map(|line| if ended { format!("{line}{}", self.line_end) } else { format!("{}{line}", self.line_end) }).collect();
        Edit { start: at, end: at, text }
    }

    /// At the end of the command that runs etcd.
    fn on_command_line(&self, group: &[Change]) -> Vec<Edit> {
        let dash = if group[0].etcd_04 { "-" } else { "--" };
        let flags: String = group.iter().map(|change| format!(" {dash}{}={}", render::key(change), render::value(change))).collect();
        let mut at = 0;
        let mut ends = Vec::new();
        for line in self.text.split_inclusive('\n') {
            let body = line.trim_end();
            if !body.is_empty() && !body.ends_with('\\') && !body.trim_start().starts_with('#') {
                ends.push(at + body.len());
            }
            at += line.len();
        }
        ends.into_iter().rev().map(|end| Edit { start: end, end, text: flags.clone() }).collect()
    }

    /// Behind the word `etcd` of a command in a list.
    fn after_command_word(&self, group: &[Change]) -> Option<Edit> {
        let tree = self.tree.as_ref().filter(|tree| tree.documents.len() == 1)?;
        let word = tree.documents.first().and_then(|root| find_command(root, 0))?;
        let start = line_start(self.text, word.span.start);
        let lead = self.text.get(start..word.span.start)?;
        let flag = |change: &Change| format!("--{}={}", render::key(change), render::value(change));
        let text: String = if lead.trim() == "-" {
            group.iter().map(|change| format!("{}{lead}{}", self.line_end, flag(change))).collect()
        } else {
            group.iter().map(|change| format!(", {}", flag(change))).collect()
        };
        Some(Edit { start: word.span.end, end: word.span.end, text })
    }

    /// Lines `key: value`, each behind a line end.
    fn lines(&self, group: &[Change], indent: &str, snake: bool) -> String {
        group.iter().map(|change| format!("{}{indent}{}: {}", self.line_end, self.key(change, snake), render::value(change))).collect()
    }

    fn pairs(&self, group: &[Change], snake: bool) -> String {
        group.iter().map(|change| format!("{}: {}", self.key(change, snake), render::value(change))).collect::<Vec<_>>().join(", ")
    }

    fn key(&self, change: &Change, snake: bool) -> String {
        if snake { render::key(change).replace('-', "_") } else { render::key(change) }
    }

    /// Whether the keys of a mapping are written with underscores.
    fn snake(&self, node: &Node) -> bool {
        let count = |mark: char| node.entries().iter().filter(|entry| entry.name().contains(mark) && entry.name() != "write_files").count();
        self.configuration.source != Source::EtcdYaml && count('_') > count('-')
    }

    /// At the end of the line on which an entry's key stands.
    fn below(&self, entry: &Entry, text: String) -> Edit {
        let from =
            entry.key.span.end.max(if self.text.get(entry.key.span.end..entry.value.span.end).is_some_and(|part| !part.contains('\n')) {
                entry.value.span.end
            } else {
                0
            });
        let end = line_end(self.text, from);
        let end = end - usize::from(self.text.get(..end).is_some_and(|line| line.ends_with('\r')));
        Edit { start: end, end, text }
    }

    /// The blanks before an entry's key.
    fn column(&self, entry: &Entry) -> String {
        let start = line_start(self.text, entry.key.span.start);
        let lead = self.text.get(start..entry.key.span.start).unwrap_or("");
        " ".repeat(lead.trim_start_matches('\u{feff}').chars().count())
    }

    fn indent_below(&self, entry: &Entry) -> String {
        let indent = self.column(entry);
        format!("{indent}{}", self.step(&indent))
    }

    /// One step of the document's own indentation.
    fn step(&self, indent: &str) -> String {
        let step = self.text.lines().map(|line| line.len() - line.trim_start_matches(' ').len()).find(|width| *width > 0).unwrap_or(2);
        " ".repeat(if indent.len() % step == 0 { step } else { 2 })
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

fn line_start(text: &str, at: usize) -> usize {
    text.get(..at).and_then(|before| before.rfind('\n')).map_or(0, |newline| newline + 1)
}

fn line_end(text: &str, at: usize) -> usize {
    text.get(at..).and_then(|rest| rest.find('\n')).map_or(text.len(), |newline| at + newline)
}

/// Length of a byte order mark at `at`.
fn bom(text: &str, at: usize) -> usize {
    if text.get(at..).is_some_and(|rest| rest.starts_with('\u{feff}')) { '\u{feff}'.len_utf8() } else { 0 }
}
