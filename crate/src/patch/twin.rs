//! A new value in the image of one that stands there already: its line, its flag, its item once more.

use std::ops::Range;

use super::edit::Edit;
use super::place::{Place, QUOTES, marks, without_peer};
use super::{Change, render};
use crate::config::meaning::keys;
use crate::config::syntax::words::CONTINUES;
use crate::config::{Setting, Source};
use crate::gather::Gather;
use crate::parameters::Parameter;
use crate::text::{line_end, line_start};
use crate::{search, template};

/// The value stands no further behind its name, with its key and blanks between (judgement).
const LONGEST_GAP: usize = 200;

/// What stands before a name at the beginning of a line, without quotes and the dashes of an item or a flag.
const LEADS: [&str; 15] = [
    "",
    // An item of k3s' flags.
    "etcd-arg=",
    "etcd_",
    "etcd-",
    "etcd_peer_",
    "etcd-peer-",
    "fleet_",
    "fleet-",
    "export",
    "ENV",
    "Environment=",
    "ETCD_PEER_",
    "peer-",
    "peer_",
    "Environment=ETCD_PEER_",
];

/// A value that stands there, and how it is written.
struct Sibling<'s> {
    setting: &'s Setting,
    /// Its name: where, and as written.
    at: usize,
    name: &'s str,
    /// What stands between the two.
    between: &'s str,
    value: Range<usize>,
    /// The quotes behind the value.
    closing: &'s str,
}

impl<'a> Place<'a> {
    /// The ways to write the changes behind `setting`, as it is written.
    pub(super) fn twins(&self, setting: &Setting, group: &[Change]) -> Vec<Edit> {
        let sibling = |(at, name): (usize, &'a str)| {
            let value = setting.place.span.range();
            let between = self.text.get(at + name.len()..value.start)?;
            let closing = self.own_marks(value.start, marks(self.text, value.end, QUOTES)?);
            Some(Sibling { setting, at, name, between, value, closing })
        };
        let (beside, below) = (self.spelling(setting).and_then(sibling), self.named_before(setting).and_then(sibling));
        let beside = beside
            .iter()
            .flat_map(|sibling| [self.twin_in_flow(sibling, group), self.twin_line(sibling, group), self.twin_inline(sibling, group)]);
        let below = below.iter().flat_map(|sibling| [self.twin_item(sibling, group), self.twin_in_braces(sibling, group)]);
        beside.chain(below).flatten().gather()
    }

    /// Of the marks behind a value those that its line opens; what closes a text around it has no second one.
    fn own_marks(&self, value: usize, marks: &'a str) -> &'a str {
        let before = self.text.get(line_start(self.text, value)..value).unwrap_or("");
        &marks[..marks.find(|mark| QUOTES.contains(&mark) && !before.contains(mark)).unwrap_or(marks.len())]
    }

    /// The same behind each of several siblings.
    pub(super) fn twins_of_all(&self, siblings: &[&Setting], group: &[Change]) -> Option<Vec<Edit>> {
        let mut of_all = Vec::new();
        for sibling in siblings {
            of_all.push(self.twins(sibling, group).into_iter().next()?);
        }
        Some(of_all)
    }

    /// The spelling of a setting's name on its own line, before the value: where, and as written.
    pub(super) fn spelling(&self, setting: &Setting) -> Option<(usize, &'a str)> {
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
                let found = search::rfind(&lower, &name)?;
                Some((start + found, self.text.get(start + found..start + found + name.len())?))
            })
            .min_by_key(|(at, _)| *at)
    }

    /// The same where the name has a line or a key of its own, as in `{ name = "ETCD_ELECTION_TIMEOUT", value = "1000" }`.
    pub(super) fn named_before(&self, setting: &Setting) -> Option<(usize, &'a str)> {
        let before = self.text.get(..setting.place.span.start as usize)?;
        let names = [setting.parameter.variable(), setting.parameter.key()];
        let (at, name) = names.iter().filter_map(|name| Some((search::rfind(before, name)?, name.len()))).max()?;
        let between = before.get(at + name..)?;
        let alone = between.starts_with(['"', '\'', '\r', '\n', ',']) && search::has(between, "alue");
        (alone && between.len() < LONGEST_GAP && !between.contains(['{', '}', '['])).then(|| (at, &self.text[at..at + name]))
    }

    /// The name of another parameter, spelled the same way.
    fn spelled_like(&self, spelling: &str, change: &Change) -> String {
        let variable = spelling.bytes().any(|byte| byte.is_ascii_uppercase()) && spelling.contains('_');
        let name = match variable {
            true if spelling.starts_with("ETCD_") || spelling.starts_with("FLEET_") => change.parameter.variable().to_owned(),
            // Behind `ETCD_PEER_`.
            true => change.parameter.key().to_ascii_uppercase(),
            // Behind the daemon's name, as the variables of other tools.
            false if keys::of_key(spelling).is_none() => change.parameter.variable().to_ascii_lowercase(),
            false => change.parameter.key().to_owned(),
        };
        if spelling.contains('_') { name.replace('-', "_") } else { name.replace('_', "-") }
    }

    /// The sibling's line once more, with the other name and value.
    fn twin_line(&self, sibling: &Sibling, group: &[Change]) -> Option<Edit> {
        let Sibling { at, name: spelling, between, ref value, .. } = *sibling;
        let (start, end) = (self.line_start(at), line_end(self.text, value.end));
        let prefix = self.text.get(start..at)?;
        let lead = prefix.trim();
        // Puppet's hiera has `profile::etcd::election_timeout`.
        let bare = search::replace(&search::replace(lead, "\"", ""), "'", "");
        let is_lead = lead.ends_with("etcd::") || LEADS.contains(&bare.trim_start_matches(['-', ' ']).trim_end());
        if !is_lead {
            return None;
        }
        let after = self.text.get(value.end..end)?;
        // Nix ends each with a semicolon, and a list of a program has commas.
        let closing = marks(self.text, value.end, &['"', '\'', ';', ','])?;
        let rest = after.get(closing.len()..)?.trim();
        let closing = self.own_marks(value.start, closing);
        let continued = matches!(rest, "\\" | "^");
        // Behind a template's statement another branch begins, or none.
        let above = template::is_statement(rest);
        if !(rest.is_empty() || rest.starts_with('#') || continued || above) {
            return None;
        }
        // The last line of a continued command has no backslash: a line after it is another command.
        if !continued && self.text.get(..start)?.trim_end_matches(['\n', '\r']).ends_with(CONTINUES) {
            return None;
        }
        let mut new = String::new();
        for change in group {
            let raw = self.value_like(sibling, change);
            let line = format!(
                "{prefix}{}{between}{raw}{closing}{}",
                self.spelled_like(spelling, change),
                if continued { format!(" {rest}") } else { String::new() }
            );
            if above {
                new.push_str(&line);
            }
            new.push_str(self.line_end);
            if !above {
                new.push_str(&line);
            }
        }
        if above {
            return Some(Edit::insert(start, new));
        }
        Some(self.behind(value.end + closing.len(), new))
    }

    /// A value with the quotes of its sibling where both are text.
    fn value_like(&self, sibling: &Sibling, change: &Change) -> String {
        let raw = &sibling.setting.raw;
        let value = render::value(change);
        match raw.chars().next().filter(|first| matches!(first, '"' | '\'')) {
            Some(quote) if change.parameter == Parameter::AgentTtl => format!("{quote}{value}{quote}"),
            None if self.is_made_text(sibling.setting) => format!("\"{value}\""),
            // No program takes a bare duration; its texts stand in the quotes of its names.
            None if change.parameter == Parameter::AgentTtl && self.configuration.source == Source::Program => {
                let quote = if self.text[..sibling.at].ends_with('\'') { '\'' } else { '"' };
                format!("{quote}{value}{quote}")
            }
            _ => value,
        }
    }

    /// `, key: value` behind a sibling in braces.
    fn twin_in_flow(&self, sibling: &Sibling, group: &[Change]) -> Option<Edit> {
        let Sibling { at, name: spelling, between, ref value, closing, .. } = *sibling;
        let after = self.text.get(value.end + closing.len()..)?.trim_start();
        let before = without_peer(self.text.get(..at)?.trim_end_matches(['"', '\'', '-'])).trim_end();
        if !(before.ends_with(['{', ',', '[']) && after.starts_with(['}', ',', ']'])) {
            return None;
        }
        // A block of HCL has braces, and no commas.
        if between.trim_matches(['"', ' ']) == "="
            && !after.starts_with(',')
            && self.text.get(..at)?.trim_end_matches(['"', ' ']).ends_with('\n')
        {
            return None;
        }
        let opening = self.text.get(..at)?.len() - self.text.get(..at)?.trim_end_matches(['"', '\'', '-']).len();
        let lead = self.text.get(at - opening..at)?;
        let comma = self.comma(at - opening);
        let new = render::each(group, &|change| {
            format!("{comma}{lead}{}{between}{}{closing}", self.spelled_like(spelling, change), self.value_like(sibling, change))
        });
        let end = value.end + closing.len();
        Some(Edit::insert(end, new))
    }

    /// ` --flag=value` behind a sibling on a command line, or `\nEnvironment=` in a JSON string.
    fn twin_inline(&self, sibling: &Sibling, group: &[Change]) -> Option<Edit> {
        let Sibling { at, name: spelling, between, ref value, closing, .. } = *sibling;
        let before = self.text.get(line_start(self.text, at)..at)?;
        let word = before.rfind(|c: char| c.is_whitespace()).map_or(before, |blank| before.get(blank + 1..).unwrap_or(""));
        let lead = if let Some(at) = search::rfind(word, "Environment=") {
            format!("\\n{}", &word[at..])
        } else if let Some(option) =
            before.split_whitespace().next_back().filter(|option| word.is_empty() && matches!(*option, "-e" | "--env"))
        {
            // A variable that a container is handed.
            format!(" {option} ")
        } else if (word.ends_with('-') || word.ends_with("peer-")) && !word.starts_with('<') {
            format!(" {word}")
        } else {
            return None;
        };
        let in_json = lead.starts_with('\\');
        // A quote that was opened further ahead closes the whole command: `sh -c "etcd --election-timeout 1000"`.
        let own = closing.find(|quote| !word.contains(quote) && !between.contains(quote)).unwrap_or(closing.len());
        let closing = if in_json { "" } else { &closing[..own] };
        if in_json && lead.contains('"') {
            return None;
        }
        let new = render::each(group, &|change| {
            format!("{lead}{}{between}{}{closing}", self.spelled_like(spelling, change), render::value(change))
        });
        let end = value.end + closing.len();
        Some(Edit::insert(end, new))
    }

    /// `- name: x` over `value: "1"`, as kubeadm's v1beta4 writes arguments, and Kubernetes variables.
    fn twin_item(&self, sibling: &Sibling, group: &[Change]) -> Option<Edit> {
        let Sibling { at, name: spelling, ref value, closing, .. } = *sibling;
        let start = line_start(self.text, value.start);
        let above = line_start(self.text, start.checked_sub(1)?);
        let (name_line, value_line) = (self.text.get(above..start)?.trim_end(), self.text.get(start..value.start)?);
        let name = name_line.get(..at.checked_sub(above)?)?;
        let quote = name_line.get(name.len() + spelling.len()..)?;
        if name.trim().trim_end_matches(['"', '\'', ' ']) != "- name:" || !value_line.trim_start().starts_with("value:") {
            return None;
        }
        let line = self.line_end;
        let text = render::each(group, &|change| {
            let new = self.spelled_like(spelling, change);
            format!("{line}{name}{new}{quote}{line}{value_line}{}{closing}", render::value(change))
        });
        Some(self.behind(value.end + closing.len(), text))
    }

    /// `{ name = "x", value = "1" }` of a list, or a block `env { ... }` of Terraform's, once more before it.
    fn twin_in_braces(&self, sibling: &Sibling, group: &[Change]) -> Option<Edit> {
        let Sibling { at, name: spelling, between, ref value, .. } = *sibling;
        let open = self.text.get(..at)?.rfind('{')?;
        let end = value.end + self.text.get(value.end..)?.find('}')? + 1;
        if self.text.get(open..at)?.contains(['}', '[']) || self.text.get(value.end..end - 1)?.contains(['{', '[']) {
            return None;
        }
        let line = line_start(self.text, open);
        let head = self.text.get(line..open)?;
        let block = head.trim();
        let is_block = !block.is_empty() && block.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'));
        let indent = &head[..head.len() - head.trim_start().len()];
        let start = if is_block { line + indent.len() } else { open };
        let joint = match block {
            // An item of YAML's.
            "-" => format!("{}{indent}", self.line_end),
            "" => format!(",{}{indent}", self.line_end),
            _ if is_block => format!("{}{indent}", self.line_end),
            _ => ", ".to_owned(),
        };
        let (before, after) = (self.text.get(start..at)?, self.text.get(value.end..end)?);
        let new = render::each(group, &|change| {
            format!("{before}{}{between}{}{after}{joint}", self.spelled_like(spelling, change), render::value(change))
        });
        Some(Edit::insert(start, new))
    }
}
