//! A new value in the image of one that stands there already: its line, its flag, its item once more.

use super::edit::Edit;
use super::place::{Place, line_end, line_start, without_peer};
use super::{Change, render};
use crate::config::Setting;
use crate::config::keys;
use crate::config::words::CONTINUES;
use crate::gather::Gather;
use crate::parameters::Parameter;
use crate::search;
use crate::template;

/// The value stands no further behind its name, with its key and blanks between (judgement).
const LONGEST_GAP: usize = 200;

impl<'a> Place<'a> {
    /// The ways to write the changes behind `sibling`, as it is written.
    pub(super) fn twins(&self, sibling: &Setting, group: &[Change]) -> Vec<Edit> {
        [
            self.twin_in_flow(sibling, group),
            self.twin_line(sibling, group),
            self.twin_inline(sibling, group),
            self.twin_item(sibling, group),
            self.twin_in_braces(sibling, group),
        ]
        .into_iter()
        .flatten()
        .gather()
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
    fn twin_line(&self, sibling: &Setting, group: &[Change]) -> Option<Edit> {
        let (at, spelling) = self.spelling(sibling)?;
        let span = sibling.place.span.range();
        let (start, end) = (line_start(self.text, at), line_end(self.text, span.end));
        let prefix = self.text.get(start..at)?;
        let lead = prefix.trim().trim_start_matches('\u{feff}');
        // Puppet's hiera has `profile::etcd::election_timeout`.
        let is_lead = lead.ends_with("etcd::")
            // An item of k3s' flags.
            || lead.trim_start_matches(['"', '\'', '-', ' ']) == "etcd-arg="
            || matches!(
                lead.trim_end_matches(['"', '\'']),
                "" | "-"
                    | "--"
                    | "- -"
                    | "- --"
                    | "etcd_"
                    | "etcd-"
                    | "etcd_peer_"
                    | "etcd-peer-"
                    | "fleet_"
                    | "fleet-"
                    | "export"
                    | "ENV"
                    | "Environment="
                    | "ETCD_PEER_"
                    | "peer-"
                    | "peer_"
                    | "Environment=ETCD_PEER_"
            );
        if !is_lead {
            return None;
        }
        let between = self.text.get(at + spelling.len()..span.start)?;
        let after = self.text.get(span.end..end)?;
        // Nix ends each with a semicolon, and a list of a program has commas.
        let closing: String = after.chars().take_while(|c| matches!(c, '"' | '\'' | ';' | ',')).collect();
        let rest = after.get(closing.len()..)?.trim();
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
        let prefix = prefix.trim_start_matches('\u{feff}');
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
        let end = end - usize::from(self.text.get(..end)?.ends_with('\r'));
        Some(Edit::insert(end, new))
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
        let new: String = group
            .iter()
            .map(|change| {
                format!("{comma}{lead}{}{between}{}{closing}", self.spelled_like(spelling, change), self.value_like(sibling, change))
            })
            .gather()
            .concat();
        let end = span.end + closing.len();
        Some(Edit::insert(end, new))
    }

    /// ` --flag=value` behind a sibling on a command line, or `\nEnvironment=` in a JSON string.
    fn twin_inline(&self, sibling: &Setting, group: &[Change]) -> Option<Edit> {
        let (at, spelling) = self.spelling(sibling)?;
        let span = sibling.place.span.range();
        let between = self.text.get(at + spelling.len()..span.start)?;
        let before = self.text.get(line_start(self.text, at)..at)?;
        let closing: String = self.text.get(span.end..)?.chars().take_while(|c| matches!(c, '"' | '\'')).collect();
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
        let closing = if in_json { String::new() } else { closing };
        if in_json && lead.contains('"') {
            return None;
        }
        let new: String = group
            .iter()
            .map(|change| format!("{lead}{}{between}{}{closing}", self.spelled_like(spelling, change), render::value(change)))
            .gather()
            .concat();
        let end = span.end + closing.len();
        Some(Edit::insert(end, new))
    }

    /// `- name: x` over `value: "1"`, as kubeadm's v1beta4 writes arguments, and Kubernetes variables.
    fn twin_item(&self, sibling: &Setting, group: &[Change]) -> Option<Edit> {
        let span = sibling.place.span.range();
        let start = line_start(self.text, span.start);
        let above = line_start(self.text, start.checked_sub(1)?);
        let (name_line, value_line) = (self.text.get(above..start)?.trim_end(), self.text.get(start..span.start)?);
        let (at, spelling) = self.named_before(sibling)?;
        let name = name_line.get(..at.checked_sub(above)?)?;
        let quote = name_line.get(name.len() + spelling.len()..)?;
        if name.trim().trim_end_matches(['"', '\'', ' ']) != "- name:" || !value_line.trim_start().starts_with("value:") {
            return None;
        }
        let end = line_end(self.text, span.end);
        let end = end - usize::from(self.text.get(..end)?.ends_with('\r'));
        let closing: String = self.text.get(span.end..end)?.chars().take_while(|c| matches!(c, '"' | '\'')).collect();
        let line = self.line_end;
        let text: String = group
            .iter()
            .map(|change| {
                let new = self.spelled_like(spelling, change);
                format!("{line}{name}{new}{quote}{line}{value_line}{}{closing}", render::value(change))
            })
            .gather()
            .concat();
        Some(Edit::insert(end, text))
    }

    /// `{ name = "x", value = "1" }` of a list, or a block `env { ... }` of Terraform's, once more before it.
    fn twin_in_braces(&self, sibling: &Setting, group: &[Change]) -> Option<Edit> {
        let (at, spelling) = self.named_before(sibling)?;
        let span = sibling.place.span.range();
        let open = self.text.get(..at)?.rfind('{')?;
        let end = span.end + self.text.get(span.end..)?.find('}')? + 1;
        if self.text.get(open..at)?.contains(['}', '[']) || self.text.get(span.end..end - 1)?.contains(['{', '[']) {
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
        let (before, between, after) =
            (self.text.get(start..at)?, self.text.get(at + spelling.len()..span.start)?, self.text.get(span.end..end)?);
        let new: String = group
            .iter()
            .map(|change| format!("{before}{}{between}{}{after}{joint}", self.spelled_like(spelling, change), render::value(change)))
            .gather()
            .concat();
        Some(Edit::insert(start, new))
    }
}
