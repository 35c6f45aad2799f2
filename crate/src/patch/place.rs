//! A document that is to be edited: its lines, its indentation, its way to spell keys.

use super::edit::Edit;
use super::written::KOPS;
use super::{Change, render};
use crate::config::sources::manifest::installer::Arguments;
use crate::config::{Configuration, Source};
use crate::gather::Gather;
use crate::search;
use crate::text::{BYTE_ORDER_MARK, line_end, line_start};
use crate::yaml::{self, Entry, Node, Tree};

/// How new values are written at their place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// `key: value`, with underscores or hyphens.
    Keys { snake: bool },
    /// As an installer wants etcd's arguments.
    Arguments(Arguments),
    /// As docker-compose takes variables: `NAME: "500"`, or `- NAME=500`.
    Environment { list: bool },
}

impl Form {
    /// Items rather than keys.
    pub(super) fn is_list(self) -> bool {
        matches!(self, Form::Arguments(Arguments::Pairs | Arguments::Words | Arguments::Variables) | Form::Environment { list: true })
    }
}

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
        let tree = match configuration.source.is_yaml() {
            true if configuration.tolerant => Some(yaml::read_tolerantly(text)),
            true => yaml::read(text).ok(),
            false => None,
        };
        Place { text, configuration, tree, line_end: if search::has(text, "\r\n") { "\r\n" } else { "\n" } }
    }

    /// Lines with `keys` one below the other and the values below them, each behind a line end.
    pub(super) fn block(&self, keys: &[&str], form: Form, group: &[Change], indent: &str) -> String {
        let (mut text, mut indent) = (String::new(), indent.to_owned());
        for key in keys {
            text.push_str(&format!("{}{indent}{key}:", self.line_end));
            indent.push_str(&self.step(&indent));
        }
        for change in group {
            let (key, value) = (self.key(change, form), self.value(change, form));
            let line = match form {
                Form::Keys { .. } | Form::Arguments(Arguments::Timers) => format!("{key}: {value}"),
                Form::Arguments(Arguments::Map) | Form::Environment { list: false } => format!("{key}: \"{value}\""),
                Form::Arguments(Arguments::Pairs | Arguments::Variables) => {
                    format!("- name: {key}{}{indent}  value: \"{value}\"", self.line_end)
                }
                Form::Arguments(Arguments::Words) | Form::Environment { .. } => format!("- {key}={value}"),
            };
            text.push_str(&format!("{}{indent}{line}", self.line_end));
        }
        text
    }

    /// The same on one line, as it stands within brackets.
    pub(super) fn inline(&self, keys: &[&str], form: Form, group: &[Change]) -> String {
        // In JSON every key has quotes.
        let quote = if self.text.trim_start().starts_with('{') { "\"" } else { "" };
        if let Some((key, rest)) = keys.split_first() {
            return format!("{quote}{key}{quote}: {}", self.bracketed(rest, form, group));
        }
        let one = |change: &Change| {
            let (key, value) = (self.key(change, form), self.value(change, form));
            match form {
                Form::Keys { .. } | Form::Arguments(Arguments::Timers) => format!("{quote}{key}{quote}: {value}"),
                Form::Arguments(Arguments::Map) | Form::Environment { list: false } => format!("{quote}{key}{quote}: \"{value}\""),
                Form::Arguments(Arguments::Pairs | Arguments::Variables) => {
                    format!("{{{quote}name{quote}: {quote}{key}{quote}, {quote}value{quote}: \"{value}\"}}")
                }
                Form::Arguments(Arguments::Words) | Form::Environment { .. } => format!("\"{key}={value}\""),
            }
        };
        group.iter().map(one).gather().join(", ")
    }

    /// With its brackets.
    pub(super) fn bracketed(&self, keys: &[&str], form: Form, group: &[Change]) -> String {
        let inner = self.inline(keys, form, group);
        if keys.is_empty() && form.is_list() { format!("[{inner}]") } else { format!("{{{inner}}}") }
    }

    fn key(&self, change: &Change, form: Form) -> String {
        match form {
            Form::Keys { snake: true } => render::key(change).replace('-', "_"),
            Form::Arguments(Arguments::Variables) | Form::Environment { .. } => render::variable(change),
            Form::Arguments(Arguments::Timers) => render::camel(change, self.of_kops()).to_owned(),
            _ => render::key(change),
        }
    }

    fn value(&self, change: &Change, form: Form) -> String {
        let unit = if form == Form::Arguments(Arguments::Timers) && self.of_kops() { "ms" } else { "" };
        render::value(change) + unit
    }

    /// Whether it is a cluster of kops, whose timers have their unit.
    pub(super) fn of_kops(&self) -> bool {
        search::has(self.text, KOPS)
    }

    /// What stands between two entries in brackets, as before the one that begins at `at`.
    pub(super) fn comma(&self, at: usize) -> String {
        let lead = self.text.get(line_start(self.text, at)..at).unwrap_or("x");
        let own_line = lead.trim().is_empty() && !lead.is_empty();
        if own_line { format!(",{}{lead}", self.line_end) } else { ", ".to_owned() }
    }

    /// Whether the keys of a mapping are written with underscores.
    pub(super) fn snake(&self, node: &Node) -> bool {
        let count = |mark: char| node.entries().iter().filter(|entry| entry.name().contains(mark) && entry.name() != "write_files").count();
        self.configuration.source != Source::EtcdYaml && count('_') > count('-')
    }

    /// Where the line of a byte begins, behind a byte order mark.
    pub(super) fn line_start(&self, at: usize) -> usize {
        let start = line_start(self.text, at);
        let marked = self.text.get(start..).is_some_and(|line| line.starts_with(BYTE_ORDER_MARK));
        start + if marked { BYTE_ORDER_MARK.len_utf8() } else { 0 }
    }

    /// At the end of the line on which an entry's key stands.
    pub(super) fn below(&self, entry: &Entry, text: String) -> Edit {
        let from =
            entry.key.span.end.max(if self.text.get(entry.key.span.end..entry.value.span.end).is_some_and(|part| !part.contains('\n')) {
                entry.value.span.end
            } else {
                0
            });
        self.behind(from, text)
    }

    /// At the end of the line of a byte.
    pub(super) fn under(&self, at: usize, text: String) -> Edit {
        let end = line_end(self.text, at);
        let end = end - usize::from(self.text.get(..end).is_some_and(|line| line.ends_with('\r')));
        Edit::insert(end, text)
    }

    /// The same behind a value; within the quotes of a text around it, which may close right there.
    pub(super) fn behind(&self, at: usize, text: String) -> Edit {
        let bytes = self.text.as_bytes();
        let closes = matches!(bytes.get(at), Some(b'"' | b'\'' | b'`')) && bytes[..at].last() != Some(&b'\\');
        if closes { Edit::insert(at, text) } else { self.under(at, text) }
    }

    /// The blanks before an entry's key.
    pub(super) fn column(&self, entry: &Entry) -> String {
        let lead = self.text.get(self.line_start(entry.key.span.start)..entry.key.span.start).unwrap_or("");
        " ".repeat(lead.chars().count())
    }

    pub(super) fn indent_below(&self, entry: &Entry) -> String {
        let indent = self.column(entry);
        format!("{indent}{}", self.step(&indent))
    }

    /// One step of the document's own indentation.
    pub(super) fn step(&self, indent: &str) -> String {
        // What stands around a part of a text is blanks in it.
        let written = self.text.lines().filter(|line| !line.trim().is_empty());
        let step = written.map(|line| line.len() - line.trim_start_matches(' ').len()).find(|width| *width > 0).unwrap_or(2);
        " ".repeat(if indent.len() % step == 0 { step } else { 2 })
    }
}

/// A text without the `peer` that the keys of etcd 0.4 begin with.
pub fn without_peer(text: &str) -> &str {
    text.strip_suffix("peer_").or(text.strip_suffix("peer-")).unwrap_or(text)
}

/// The quotes, and other marks of these, that stand at `at`.
pub fn marks<'t>(text: &'t str, at: usize, marks: &[char]) -> Option<&'t str> {
    let rest = text.get(at..)?;
    rest.get(..rest.len() - rest.trim_start_matches(marks).len())
}

/// The quotes that close a value.
pub const QUOTES: &[char] = &['"', '\''];
