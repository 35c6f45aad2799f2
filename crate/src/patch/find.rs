//! Where a change goes: candidates in order of preference, of which the first that verifies is taken.

use super::edit::{Edit, apply};
use super::place::{Place, marks};
use super::written::reads_units;
use super::{Change, refuse, render, verify};
use crate::config::meaning::scalar;
use crate::config::precedence::BRANCH;
use crate::config::syntax::command::CONTAINERS;
use crate::config::syntax::unpack::{to_base64, unpacked};
use crate::config::{self, Configuration, Setting, Source};
use crate::gather::Gather;
use crate::ids::RuleId;
use crate::parameters::Parameter;
use crate::sort::by_key;
use crate::text::line_start;
use crate::{search, template};

/// Each try reads the document anew, so there are not many.
const MOST_TRIES: usize = 12;

/// The edits that carry out all changes, verified together; else why there are none.
pub fn edits(text: &str, configuration: &Configuration, changes: &[Change]) -> Result<Vec<Edit>, String> {
    let mut edits = within_packed(text, configuration, changes);
    let is_left = |change: &Change| !edits.iter().any(|edit| edit.parameters.contains(&change.parameter));
    let left: Vec<Change> = changes.iter().copied().filter(is_left).gather();
    refuse::check(text, configuration, &left)?;
    let place = Place::new(text, configuration);
    let mut missing: Vec<Change> = Vec::new();
    for change in &left {
        let found = place.replacements(change);
        if found.is_empty() {
            missing.push(*change);
        }
        edits.extend(found.into_iter().map(|edit| edit.serving(&[*change])));
    }
    for etcd in [true, false] {
        let group: Vec<Change> = missing.iter().copied().filter(|change| change.parameter.is_etcd() == etcd).gather();
        if !group.is_empty() {
            edits.extend(place.additions(&group).ok_or_else(|| place.why_none(&group))?);
        }
    }
    by_key(&mut edits, |edit| (edit.start, edit.end));
    if edits.windows(2).any(|pair| pair[0].end > pair[1].start) {
        return Err("The edits would overlap.".to_owned());
    }
    let new = apply(text, &edits);
    verify::check(text, configuration, &new, changes)?;
    Ok(edits)
}

/// The edits of files and values in base64, each with all changes for which it acts: changed within, and packed again.
fn within_packed(text: &str, configuration: &Configuration, changes: &[Change]) -> Vec<Edit> {
    let (mut found, mut last) = (Vec::new(), 0..0);
    for setting in configuration.settings.iter().filter(|setting| setting.effective) {
        let span = setting.place.span.range();
        let acts = |change: &&Change| configuration.settings.iter().any(|each| each.place == setting.place && change.is_of(each));
        let wanted: Vec<Change> = changes.iter().filter(acts).copied().gather();
        let told = std::mem::replace(&mut last, span.clone()) == span;
        let Some((letters, inner)) = text.get(span.clone()).and_then(unpacked).filter(|_| !told && !wanted.is_empty()) else { continue };
        let new = if inner.parse::<u32>().is_ok() {
            render::value(&wanted[0])
        } else {
            let within = config::read(configuration.document, &inner).and_then(|read| edits(&inner, &read, &wanted).ok());
            let Some(within) = within else { continue };
            apply(&inner, &within)
        };
        let letters = span.start + letters.start..span.start + letters.end;
        let packed = to_base64(&new, &text[letters.clone()]);
        found.push(Edit::new(letters, packed).serving(&wanted));
    }
    found
}

impl Place<'_> {
    /// An edit for each change, so that each can be made alone; where they need one another, one edit for all.
    fn additions(&self, group: &[Change]) -> Option<Vec<Edit>> {
        if group.len() > 1 {
            let ways: Vec<Vec<Edit>> = group.iter().filter_map(|change| self.addition(std::slice::from_ref(change))).gather();
            let mut alone = ways.concat();
            by_key(&mut alone, |edit| edit.start);
            // What both would make on the way is made once.
            let head = |edit: &Edit| edit.text.trim_start().lines().next().map(str::to_owned);
            let made_twice = alone.windows(2).any(|pair| pair[0].start == pair[1].start && head(&pair[0]) == head(&pair[1]));
            if ways.len() == group.len() && !made_twice && self.verifies(&alone, group) {
                return Some(alone);
            }
        }
        self.addition(group)
    }

    fn addition(&self, group: &[Change]) -> Option<Vec<Edit>> {
        for mut way in self.insertions(group).into_iter().take(MOST_TRIES) {
            by_key(&mut way, |edit| edit.start);
            if !way.iter().any(|edit| self.above_a_mark(edit)) && self.verifies(&way, group) {
                return Some(way.into_iter().map(|edit| edit.serving(group)).gather());
            }
        }
        None
    }

    /// Whether lines would come right above a mark that writes lines of its own, which may be the same.
    fn above_a_mark(&self, edit: &Edit) -> bool {
        let next = self.text.get(edit.start..).and_then(|rest| rest.lines().map(str::trim).find(|line| !line.is_empty()));
        next.is_some_and(|line| template::length(line) == Some(line.len()) && !template::is_statement(line))
    }

    fn verifies(&self, edits: &[Edit], group: &[Change]) -> bool {
        verify::check(self.text, self.configuration, &apply(self.text, edits), group).is_ok()
    }

    /// Replaces the value that acts, or one that does not for its own fault; of several members, the value of each.
    fn replacements(&self, change: &Change) -> Vec<Edit> {
        let mut stated: Vec<&Setting> = self.configuration.settings.iter().filter(|setting| change.is_of(setting)).gather();
        by_key(&mut stated, |setting| (!setting.effective, std::cmp::Reverse(setting.place.span)));
        let single = [*change];
        let members = stated.iter().filter(|setting| setting.effective).count();
        if members > 1 && matches!(self.configuration.source, Source::Manifest | Source::Flags | Source::Environment) {
            return stated[..members].iter().rev().filter_map(|setting| self.replace(setting, change)).gather();
        }
        let acts = |edits: &Vec<Edit>| verify::rereads(self.configuration, &apply(self.text, edits), &single).is_ok();
        let tried = stated.iter().take(MOST_TRIES).filter_map(|setting| {
            let mut edits: Vec<Edit> = self.replace(setting, change).into_iter().gather();
            edits.extend(self.handed_on(setting));
            let branch = |other: &&&Setting| other.why.as_ref().is_some_and(|why| why.starts_with(BRANCH));
            edits.extend(stated.iter().filter(branch).filter_map(|other| self.replace(other, change)));
            by_key(&mut edits, |edit| edit.start);
            Some(edits).filter(|edits| !edits.is_empty())
        });
        let renamed = || self.renamed(change).filter(|edits| self.verifies(edits, &single));
        tried.into_iter().find(acts).or_else(renamed).unwrap_or_default()
    }

    /// The name of etcd 0.4 becomes that of the etcd that passes over it.
    fn renamed(&self, change: &Change) -> Option<Vec<Edit>> {
        let old = |setting: &&Setting| setting.parameter == change.parameter && setting.etcd_04 && !setting.effective;
        let span = self.configuration.settings.iter().find(old)?.place.span.range();
        let line = line_start(self.text, span.start);
        let lead = self.text.get(line..span.start)?;
        let peer = ["peer-", "peer_", "PEER_"].iter().filter_map(|mark| Some(search::rsplit(lead, mark)?.0.len())).max()?;
        let name = lead.get(peer + "peer-".len()..)?;
        Some(vec![Edit::new(line + peer..span.end, format!("{name}{}", render::value(change)))])
    }

    /// What hands a variable on that reaches no etcd: `export` in front of it, where it stands alone on its line, or `-e`
    /// for the container that a unit starts.
    fn handed_on(&self, setting: &Setting) -> Option<Edit> {
        self.configuration.problems_of(RuleId::ConfigNotExported).find(|problem| problem.place == setting.place)?;
        let (name, start) = (setting.parameter.variable(), setting.place.span.range().start);
        if let Some(run) = CONTAINERS.iter().find_map(|run| Some(search::find(self.text, run)? + run.len())) {
            return (self.configuration.source == Source::DropIn).then(|| Edit::insert(run, format!(" -e {name}")));
        }
        let line = line_start(self.text, start);
        let lead = self.text.get(line..start)?.trim_end_matches(['"', '\'']);
        let alone = lead.trim_start().strip_suffix('=') == Some(name);
        let end = self.text.get(setting.place.span.range().end..)?.lines().next().unwrap_or("");
        (alone && matches!(end.trim(), "" | "\"" | "'"))
            .then(|| Edit::insert(line + lead.len() - lead.trim_start().len(), "export ".into()))
    }

    fn replace(&self, setting: &Setting, change: &Change) -> Option<Edit> {
        let span = setting.place.span.range();
        // Variables of kops have no unit.
        let is_timer = |lead: &str| lead.ends_with(&format!("{}: ", render::camel(change, true)));
        let of_kops = || self.of_kops() && self.text.get(..span.start).is_some_and(is_timer);
        let unit = if change.parameter.is_etcd() && (reads_units(setting) || of_kops()) { "ms" } else { "" };
        let value = render::value(change) + unit;
        if span.is_empty() && self.text.get(span.end..)?.starts_with(':') {
            return Some(Edit::insert(span.end + 1, format!(" {value}")));
        }
        // What stands there is dropped for the blanks around its equals sign.
        let dropped = self.configuration.problems_of(RuleId::ConfigValueDropped).any(|problem| problem.place == setting.place);
        if let Some(name) = self.text.get(..span.start)?.trim_end().strip_suffix('=').map(str::trim_end).filter(|_| dropped) {
            return Some(Edit::new(name.len()..span.end, format!("={value}")));
        }
        let raw = self.text.get(span.clone())?;
        let quote = raw.chars().next().filter(|first| matches!(first, '"' | '\'') && raw.len() > 1 && raw.ends_with(*first));
        let unquoted =
            unit.is_empty() && self.configuration.problems_of(RuleId::ConfigUnquotedNumber).any(|problem| problem.place == setting.place);
        // What a template writes with quotes around it.
        let unquoted = unquoted || (raw.ends_with("}}") && search::has(raw, "quote"));
        // So may a text that was no number have none.
        let is_text = || self.text.get(..span.start).is_some_and(|before| before.ends_with(": ")) && scalar::yaml_number(raw).is_none();
        let unquoted = unquoted || (self.configuration.source == Source::Manifest && unit.is_empty() && is_text());
        let unquoted = unquoted || self.is_made_text(setting);
        // A number in quotes may be what was wrong with it, and so is what keeps them in fleet.conf; where it acts, it keeps
        // them, and so does a duration elsewhere. Kubernetes wants them.
        let works = setting.effective && setting.value.is_some();
        let kept = works || change.parameter == Parameter::AgentTtl && self.configuration.source != Source::FleetConf;
        let text = match quote.filter(|_| kept).or(unquoted.then_some('"')) {
            Some(quote) => format!("{quote}{value}{quote}"),
            None => value,
        };
        let Some((end, comment)) = self.comment_behind(span.end) else { return Some(Edit::new(span, text)) };
        Some(Edit::new(span.start..end, text + &comment))
    }

    /// Whether a program makes a text of its value, as flags and variables are: by a call, `str(wait)`, or as what stands behind
    /// a text, `"ETCD_ELECTION_TIMEOUT": wait`.
    pub(super) fn is_made_text(&self, setting: &Setting) -> bool {
        let (start, raw) = (setting.place.span.range().start, &setting.raw);
        let before = || self.text.get(line_start(self.text, start)..start).unwrap_or("");
        let is_name = || raw.starts_with(|first: char| first.is_ascii_alphabetic()) && before().contains(['"', '\'']);
        self.configuration.source == Source::Program && (raw.contains('(') || is_name())
    }

    /// Where a comment ends that a reader takes for a part of the value, and what comes there instead: what closes the
    /// value, then the comment on a line of its own.
    fn comment_behind(&self, value: usize) -> Option<(usize, String)> {
        let mut spans = self.configuration.problems_of(RuleId::ConfigEnvComment).map(|problem| problem.place.span.range());
        let span = spans.find(|span| self.text.get(value..span.start).is_some_and(|between| !between.contains('\n')))?;
        let start = line_start(self.text, value);
        let indent = marks(self.text, start, &[' '])?;
        let closing = self.text.get(value..span.start)?.trim_end();
        Some((span.end, format!("{closing}{}{indent}{}", self.line_end, self.text.get(span.clone())?)))
    }
}
