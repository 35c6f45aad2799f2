//! A document that is to be edited: its lines, its indentation, its way to spell keys.

use super::edit::Edit;
use super::{Change, render};
use crate::config::{Configuration, Source};
use crate::gather::Gather;
use crate::yaml::{self, Entry, Node, Tree};

/// A document that is to be edited.
pub struct Place<'a> {
    pub(super) text: &'a str,
    pub(super) configuration: &'a Configuration,
    pub(super) tree: Option<Tree>,
    pub(super) line_end: &'static str,
}

impl<'a> Place<'a> {
    /// Of a configuration and its text.
    pub fn new(text: &'a str, configuration: &'a Configuration) -> Self {
        let yaml = !matches!(configuration.source, Source::DropIn | Source::FleetConf | Source::Environment | Source::Flags);
        let tree = match yaml {
            true if configuration.tolerant => Some(yaml::read_tolerantly(text)),
            true => yaml::read(text).ok(),
            false => None,
        };
        Place { text, configuration, tree, line_end: if text.contains("\r\n") { "\r\n" } else { "\n" } }
    }

    /// Lines `key: value`, each behind a line end.
    pub(super) fn lines(&self, group: &[Change], indent: &str, snake: bool) -> String {
        group
            .iter()
            .map(|change| format!("{}{indent}{}: {}", self.line_end, self.key(change, snake), render::value(change)))
            .gather()
            .concat()
    }

    pub(super) fn pairs(&self, group: &[Change], snake: bool) -> String {
        group.iter().map(|change| format!("{}: {}", self.key(change, snake), render::value(change))).gather().join(", ")
    }

    pub(super) fn key(&self, change: &Change, snake: bool) -> String {
        if snake { render::key(change).replace('-', "_") } else { render::key(change) }
    }

    /// Whether the keys of a mapping are written with underscores.
    pub(super) fn snake(&self, node: &Node) -> bool {
        let count = |mark: char| node.entries().iter().filter(|entry| entry.name().contains(mark) && entry.name() != "write_files").count();
        self.configuration.source != Source::EtcdYaml && count('_') > count('-')
    }

    /// At the end of the line on which an entry's key stands.
    pub(super) fn below(&self, entry: &Entry, text: String) -> Edit {
        let from =
            entry.key.span.end.max(if self.text.get(entry.key.span.end..entry.value.span.end).is_some_and(|part| !part.contains('\n')) {
                entry.value.span.end
            } else {
                0
            });
        let end = line_end(self.text, from);
        let end = end - usize::from(self.text.get(..end).is_some_and(|line| line.ends_with('\r')));
        Edit::insert(end, text)
    }

    /// The blanks before an entry's key.
    pub(super) fn column(&self, entry: &Entry) -> String {
        let start = line_start(self.text, entry.key.span.start);
        let lead = self.text.get(start..entry.key.span.start).unwrap_or("");
        " ".repeat(lead.trim_start_matches('\u{feff}').chars().count())
    }

    pub(super) fn indent_below(&self, entry: &Entry) -> String {
        let indent = self.column(entry);
        format!("{indent}{}", self.step(&indent))
    }

    /// One step of the document's own indentation.
    pub(super) fn step(&self, indent: &str) -> String {
        let step = self.text.lines().map(|line| line.len() - line.trim_start_matches(' ').len()).find(|width| *width > 0).unwrap_or(2);
        " ".repeat(if indent.len() % step == 0 { step } else { 2 })
    }
}

pub fn line_start(text: &str, at: usize) -> usize {
    text.get(..at).and_then(|before| before.rfind('\n')).map_or(0, |newline| newline + 1)
}

pub fn line_end(text: &str, at: usize) -> usize {
    text.get(at..).and_then(|rest| rest.find('\n')).map_or(text.len(), |newline| at + newline)
}

/// Length of a byte order mark at `at`.
pub fn bom(text: &str, at: usize) -> usize {
    if text.get(at..).is_some_and(|rest| rest.starts_with('\u{feff}')) { '\u{feff}'.len_utf8() } else { 0 }
}
