//! Behind the lines of a file that has one assignment a line.

use crate::config::Source;
use crate::config::meaning::keys;
use crate::config::sources::{env, etcd_toml};
use crate::config::syntax::embedded::here_documents;
use crate::gather::Gather;
use crate::patch::edit::Edit;
use crate::patch::place::Place;
use crate::patch::{Change, render};
use crate::text::offset;
use crate::{search, template};

/// The last of these lines of a text that is written whenever its first one is.
fn last_outside_conditions<'t>(text: &'t str, lines: impl DoubleEndedIterator<Item = &'t str>) -> Option<&'t str> {
    lines.rev().take(template::MOST_PLACES).find(|line| template::keeps_branch(&text[..offset(text, line)]))
}

impl Place<'_> {
    /// Behind the last option that stands outside of any section.
    pub(super) fn in_fleet_conf(&self, group: &[Change]) -> Option<Edit> {
        let lines = group.iter().map(|change| render::flag(change).replace('-', "_"));
        let section = if self.text.starts_with('[') { Some(0) } else { search::find(self.text, "\n[").map(|at| at + 1) };
        Some(match section.filter(|_| !env::is_mixed(self.text)) {
            Some(at) => Edit::insert(at, lines.map(|line| format!("{line}{}", self.line_end)).collect()),
            None => self.assign(lines)?,
        })
    }

    /// Assignments at the end of a file that holds nothing else; among other lines, behind the last one of the daemon, if any.
    pub(super) fn assign(&self, lines: impl Iterator<Item = String>) -> Option<Edit> {
        let is_whole = |line: &str| !line.trim_end().ends_with('\\') && line.matches(['"', '\'']).count() % 2 == 0;
        let is_own = |name: &str| ["ETCD_", "FLEET_"].iter().any(|prefix| name.starts_with(prefix)) || keys::FLEET.contains(&name);
        let owns = self.text.lines().filter(|line| env::assigned(line).is_some_and(is_own) && is_whole(line));
        let first = owns.clone().next().map_or(0, |first| offset(self.text, first));
        let last = last_outside_conditions(&self.text[first..], owns);
        let indent = last.map_or("", |last| &last[..last.len() - last.trim_start().len()]);
        // What is indented stands in an article, whose other lines may look like comments; a template may end what it began.
        if indent.is_empty() && !env::is_mixed(self.text) && template::keeps_branch(&self.text[first..]) {
            return Some(self.append(lines));
        }
        let last = last?;
        let at = offset(self.text, last);
        Some(self.under(at, lines.map(|line| format!("{}{indent}{line}", self.line_end)).collect()))
    }

    /// Into each file of etcd that a script writes, where it writes several: which of them is read is not known.
    pub(super) fn in_each_file(&self, group: &[Change]) -> Option<Vec<Edit>> {
        let is_yaml = self.configuration.source == Source::EtcdYaml;
        if !is_yaml && self.configuration.source != Source::Environment {
            return None;
        }
        // Certificates are named in files of clients as well, as of Calico, whose ETCD_ENDPOINTS is no option of etcd.
        let is_option = |key: &str| keys::ETCD2.contains(&key) && !key.ends_with("_file");
        let is_own = |line: &str| match line.split_once(':').filter(|_| is_yaml) {
            Some((key, value)) => value.starts_with(' ') && is_option(&key.trim_start().replace('-', "_")),
            None => {
                let name = env::assigned(line).and_then(|name| name.strip_prefix("ETCD_")).filter(|_| !is_yaml);
                name.is_some_and(|name| is_option(&name.to_ascii_lowercase()))
            }
        };
        let mut edits = Vec::new();
        for body in here_documents(self.text) {
            let lines = &self.text[body.range];
            let Some(last) = last_outside_conditions(lines, lines.lines().filter(|line| is_own(line))) else { continue };
            let indent = &last[..last.len() - last.trim_start().len()];
            let written = |change: &Change| if is_yaml { render::entry(change) } else { render::assignment(change) };
            let new = render::each(group, &|change| format!("{}{indent}{}", self.line_end, written(change)));
            edits.push(self.under(offset(self.text, last), new));
        }
        (edits.len() > 1).then_some(edits)
    }

    /// Behind the last variable of each member.
    pub(super) fn assign_each(&self, members: &[usize], group: &[Change]) -> Vec<Edit> {
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
    pub(super) fn in_toml(&self, group: &[Change]) -> Edit {
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
    pub(super) fn append(&self, lines: impl Iterator<Item = String>) -> Edit {
        let at = self.text.len();
        let ended = self.text.is_empty() || self.text.ends_with('\n');
        let text: String =
            lines.map(|line| if ended { format!("{line}{}", self.line_end) } else { format!("{}{line}", self.line_end) }).gather().concat();
        Edit::insert(at, text)
    }
}
