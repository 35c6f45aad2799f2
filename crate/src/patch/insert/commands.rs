//! Into the command that runs etcd.

use crate::config::Source;
use crate::config::sources::manifest::containers::{commands, containers_without_command, services};
use crate::config::sources::manifest::installer::Arguments;
use crate::config::syntax::command::{CONTAINERS, each_command, is_tagged_image, runs_container, start_of_etcd};
use crate::config::syntax::mapped_text::MappedText;
use crate::config::syntax::words::CONTINUES;
use crate::gather::Gather;
use crate::patch::edit::Edit;
use crate::patch::place::{Form, Place};
use crate::patch::{Change, Etcd, render};
use crate::search;
use crate::text::line_start;
use crate::yaml::{Kind, Node, Style};

impl Place<'_> {
    /// At the end of the command that runs etcd.
    pub(super) fn on_command_line(&self, group: &[Change]) -> Vec<Edit> {
        let dash = if group[0].etcd == Etcd::V04 { "-" } else { "--" };
        let flags = render::each(group, &|change| format!(" {dash}{}", render::flag(change)));
        let (mut commands, mut ends) = (0, Vec::new());
        for range in each_command(self.text) {
            let command = &self.text[range.clone()];
            if !command.ends_with(CONTINUES) && runs_etcd(command) {
                commands += usize::from(!command.trim_start().starts_with('-'));
                ends.push(range.start + end_of_flags(&command[..end_of_words(command)]));
            }
        }
        // Where several members run, one of them alone must not be changed.
        if commands > 1 {
            return Vec::new();
        }
        ends.into_iter().rev().map(|end| self.behind_run(end, group).unwrap_or_else(|| Edit::insert(end, flags.clone()))).gather()
    }

    /// As variables of the container, where its command ends with the image, or in them: what that does with flags is not known.
    /// That of etcd 3 takes none (etcd-io/etcd@v3.4.45:Dockerfile-release, `CMD`).
    fn behind_run(&self, end: usize, group: &[Change]) -> Option<Edit> {
        let command = self.text.get(..end)?;
        let variables = render::each(group, &|change| format!(" -e {}", render::assignment(change)));
        // Of the command only variables are shown.
        let line = command[line_start(command, end)..].trim_start();
        if line.starts_with("-e ") && line.split_whitespace().all(|word| word == "-e" || word.contains('=')) {
            return Some(Edit::insert(end, variables));
        }
        command.rsplit(char::is_whitespace).next().filter(|word| is_tagged_image(word))?;
        let at = CONTAINERS.iter().filter_map(|run| Some(search::rfind(command, run)? + run.len())).max()?;
        Some(Edit::insert(at, variables))
    }

    /// Into each command of a manifest that runs etcd.
    pub(super) fn in_commands(&self, group: &[Change]) -> Option<Vec<Edit>> {
        let tree = self.tree.as_ref().filter(|_| self.configuration.source == Source::Manifest)?;
        let words = commands(tree);
        let edits: Vec<Edit> = words.iter().filter_map(|word| self.in_command(word, group)).gather();
        (!edits.is_empty() && edits.len() == words.len()).then_some(edits)
    }

    /// Among the variables of each container that runs etcd by its image alone.
    pub(super) fn in_environments(&self, group: &[Change]) -> Option<Vec<Edit>> {
        let tree = self.tree.as_ref().filter(|_| self.configuration.source == Source::Manifest)?;
        let containers = containers_without_command(tree).filter(|found| !found.is_empty() && commands(tree).is_empty())?;
        let compose = tree.documents.iter().any(|root| services(tree, root).is_some());
        let name = if compose { "environment" } else { "env" };
        let form = |node: &Node| match tree.get(node, name) {
            _ if !compose => Form::Arguments(Arguments::Variables),
            Some(list) => Form::Environment { list: !list.items().is_empty() },
            None => Form::Environment { list: false },
        };
        let edits: Vec<Edit> = containers.iter().filter_map(|node| self.extend(tree, node, &[name], form(node), group)).gather();
        (edits.len() == containers.len()).then_some(edits)
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

/// Where the words of a command end: before a shell's redirection, a comment or another command.
fn end_of_words(command: &str) -> usize {
    let container = || CONTAINERS.iter().filter_map(|run| search::rfind(command, run)).max();
    let mut at = start_of_etcd(command).map(|start| start.end).or_else(container).unwrap_or(0);
    // A shell may be given it in quotes, whose end is its own: `sh -c "etcd --name a" &`.
    let opened = command[..at].rfind(['"', '\'']).filter(|_| command[..at].matches(['"', '\'']).count() % 2 == 1);
    let closes = |body: &str| {
        let mark = command[opened?..].chars().next()?;
        body.match_indices(mark).map(|(end, _)| end).find(|end| !body[..*end].ends_with('\\'))
    };
    // Who opened a shell within the shell closes it behind the command.
    let within = command[..at].matches('(').count() > command[..at].matches(')').count();
    let (mut quoted, mut depth) = (false, 0);
    for word in command[at..].split_inclusive(char::is_whitespace) {
        let body = word.trim_end();
        let redirects = body.trim_start_matches(|letter: char| letter.is_ascii_digit()).starts_with('>');
        if !quoted && (redirects || body == "<" || body.starts_with(['&', '|', ';', '#', ')'])) {
            return command[..at].trim_end_matches([' ', '\t', '\r', '\n', '\\']).len();
        }
        for (end, letter) in body.char_indices().filter(|_| !quoted) {
            match letter {
                ')' if depth == 0 && within => return at + end,
                '|' if body[..end].ends_with(|last: char| last.is_ascii_digit()) => return at + end,
                '(' => depth += 1,
                ')' => depth -= 1,
                _ => {}
            }
        }
        if let Some(end) = closes(body) {
            return if body[..end].ends_with([';', '&']) { at + end - 1 } else { at + end + 1 };
        }
        quoted ^= body.matches(['"', '\'']).count() % 2 == 1;
        if !quoted && body.ends_with([';', '&']) {
            return at + body.trim_end_matches([';', '&']).len();
        }
        at += word.len();
    }
    command.len()
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
    // One that is escaped closes nothing.
    if marks.last() != Some(&last) {
        return command.len();
    }
    // Opened by the one before it, or further up.
    let open = if marks.len() % 2 == 0 { marks[marks.len() - 2] + 1 } else { 0 };
    let (before, inside) = (&command[..open], &command[open..last]);
    let of_shell = || before.trim_end_matches([' ', '"', '\'']).ends_with(" -c") && start_of_etcd(inside).is_some();
    if inside.split_whitespace().skip(1).any(|word| word.starts_with('-')) || of_shell() { last } else { command.len() }
}

/// A command, with all lines it goes on over, that takes etcd's flags at its end.
fn runs_etcd(command: &str) -> bool {
    let command = command.trim_start();
    // A dash before a blank is an item of a list.
    let begins_with_flag = command.starts_with('-') && !command.starts_with("- ");
    !command.starts_with('#') && (begins_with_flag || runs_container(command) || start_of_etcd(command).is_some())
}
