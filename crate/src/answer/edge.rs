//! The edge: where byte ranges become lines and columns, and what rules and planner concluded becomes data.

use std::cmp::Reverse;

use crate::facts::{EventId, Facts, InForce};
use crate::gather::Gather;
use crate::index::Index;
use crate::parameters::Parameter;
use crate::plan::Decision;
use crate::report::{CurrentValue, Direction, EvidenceReport, FindingReport, Recommendation, Severity, document_id};
use crate::rules::common::{MOST_EVIDENCE, last_printed, listed};
use crate::rules::{self, At, Evidence, Finding};
use crate::sort::{by_key, distinct, groups};
use crate::text::{DocumentId, LineIndex, Place};

/// One document as given: its name, and its text where the engine holds it (logs streamed in pieces are not held).
#[derive(Default)]
pub struct Source {
    /// Name to show.
    pub name: String,
    /// The text; empty for logs.
    pub text: String,
    /// Lines in the document.
    pub lines: u64,
    /// It was taken out of the analysis; its number stays.
    pub removed: bool,
}

/// Evidence lines in a report; a finding's `count` is not capped.
const EVIDENCE: usize = 60;

/// How many there are whose etcd speaks, or whose fleet or another program does.
fn speakers(facts: &Facts, etcd: bool) -> usize {
    let mut voices = Index::default();
    let one_of_each = facts.all_events().filter(|(id, event)| event.is_etcd_server() == etcd && voices.is_new(facts.voice(*id)));
    distinct(one_of_each.filter_map(|(id, _)| speaker(facts, id))).len()
}

/// Who wrote a line: its machine, or its document where no line of it names one.
fn speaker(facts: &Facts, id: EventId) -> Option<String> {
    let named = facts.event(id).host.is_some() || facts.logs[id.log].hosts.is_empty();
    named.then(|| facts.host(id))
}

/// The edge: where byte ranges become lines and columns.
pub struct Edge<'a> {
    sources: &'a [Source],
    /// What the report is about.
    pub facts: &'a Facts,
    lines: Vec<LineIndex>,
    /// On how many machines or in how many documents etcd speaks, and fleet or another.
    speakers: [usize; 2],
}

impl<'a> Edge<'a> {
    /// The edge of these documents.
    pub fn of(sources: &'a [Source], facts: &'a Facts) -> Edge<'a> {
        let lines = sources.iter().map(|source| LineIndex::new(&source.text)).gather();
        Edge { sources, facts, lines, speakers: [speakers(facts, true), speakers(facts, false)] }
    }

    /// A finding with its rule's words and its lines.
    pub fn finding(&self, finding: &Finding) -> FindingReport {
        let rule = rules::rule(finding.id);
        FindingReport {
            id: finding.id.word(),
            severity: finding.severity,
            confidence: finding.confidence,
            title: finding.title.clone(),
            what: format!("{}{}", finding.what, self.tellers(finding)),
            why: finding.why.clone().unwrap_or_else(|| rule.map_or("", |rule| rule.why).to_owned()),
            what_to_do: finding.what_to_do.clone().unwrap_or_else(|| rule.map_or("", |rule| rule.what_to_do).to_owned()),
            count: finding.count,
            evidence: finding.evidence.iter().take(EVIDENCE).filter_map(|evidence| self.evidence(evidence)).gather(),
            parameters: finding.parameters.iter().map(|parameter| parameter.id()).gather(),
            references: rule.map_or(&[][..], |rule| rule.references).to_vec(),
        }
    }

    /// Whose lines they are, the one with most first, where not everybody has some.
    fn tellers(&self, finding: &Finding) -> String {
        let events = finding.evidence.iter().filter_map(|evidence| match evidence.at {
            At::Event(id) => Some(id),
            At::Place(_) => None,
        });
        // Of more lines than are kept the others may be anybody's, and so may one that does not tell whose it is.
        if finding.evidence.len() >= MOST_EVIDENCE {
            return String::new();
        }
        let Some(speakers) = events.map(|id| Some((speaker(self.facts, id)?, ()))).collect::<Option<Vec<_>>>() else {
            return String::new();
        };
        let mut tellers = groups(speakers);
        let of_etcd =
            matches!(finding.evidence.first(), Some(Evidence { at: At::Event(id), .. }) if self.facts.event(*id).is_etcd_server());
        if finding.severity == Severity::Info || tellers.len() >= self.speakers[usize::from(!of_etcd)] {
            return String::new();
        }
        by_key(&mut tellers, |(_, lines)| Reverse(lines.len()));
        let names = tellers.iter().map(|(who, _)| self.name(who));
        listed(&names.gather()).map_or(String::new(), |names| format!(" The lines are from {names}."))
    }

    /// A machine by its name, or by its document's where it tells none.
    fn name<'b>(&'b self, who: &'b str) -> &'b str {
        (0..self.sources.len()).find(|at| document_id(*at) == who).map_or(who, |at| self.end_of_path(at))
    }

    /// The end of a document's path that no other one has: in a folder of gathered logs many are called the same.
    pub fn end_of_path(&self, document: DocumentId) -> &str {
        let name = self.sources[document].name.as_str();
        let has = |other: &Source, end: &str| other.name.strip_suffix(end).is_some_and(|before| before.is_empty() || before.ends_with('/'));
        let alone = |end: &&str| self.sources.iter().filter(|other| !other.removed && has(other, end)).count() < 2;
        name.rmatch_indices('/').map(|(slash, _)| &name[slash + 1..]).find(alone).unwrap_or(name)
    }

    fn evidence(&self, evidence: &Evidence) -> Option<EvidenceReport> {
        match evidence.at {
            At::Event(id) => Some(self.event(id, evidence.note.clone())),
            At::Place(place) => self.place(place, evidence.note.clone()),
        }
    }

    /// A line of a log.
    pub fn event(&self, event_id: EventId, note: Option<String>) -> EvidenceReport {
        let event = self.facts.event(event_id);
        let named = event.host.map(|_| self.facts.host(event_id));
        EvidenceReport {
            document: document_id(event.document),
            line: event.line,
            column: 1,
            end_line: None,
            end_column: None,
            start: event.span.start,
            end: event.span.end,
            text: event.text.to_string(),
            time: event.stamp.as_deref().map(str::to_owned),
            moment: event.moment(),
            host: named,
            note,
        }
    }

    /// A place in a configuration; `None` where the engine does not hold the text.
    pub fn place(&self, place: Place, note: Option<String>) -> Option<EvidenceReport> {
        let text = &self.sources.get(place.document)?.text;
        let (line, column) = self.lines[place.document].position(text, place.span.start as usize);
        let (end_line, end_column) = self.lines[place.document].position(text, place.span.end as usize);
        let start = self.lines[place.document].line_start(line)?;
        let shown: String = text.get(start..)?.chars().take(400).take_while(|symbol| *symbol != '\n').collect();
        Some(EvidenceReport {
            document: document_id(place.document),
            line,
            column,
            end_line: Some(end_line),
            end_column: Some(end_column),
            start: place.span.start,
            end: place.span.end,
            text: shown.trim_end_matches('\r').to_owned(),
            time: None,
            moment: None,
            host: None,
            note,
        })
    }

    /// What the planner decided about a value.
    pub fn recommendation(&self, decision: &Decision) -> Recommendation {
        let parameter = decision.parameter;
        let current = decision.current.value;
        let direction = match (current, decision.proposed) {
            (_, None) => Direction::Keep,
            (None, _) => Direction::Set,
            (Some(current), Some(proposed)) if proposed < current => Direction::Lower,
            (Some(current), Some(proposed)) if proposed == current => Direction::Set,
            _ => Direction::Raise,
        };
        let value = decision.value();
        Recommendation {
            parameter: parameter.id(),
            unit: parameter.unit_word(),
            current: self.current(parameter, &decision.current),
            proposed: decision.proposed.map(|proposed| parameter.number(proposed)),
            proposed_text: parameter.human(value),
            direction,
            because: decision.because.clone(),
            neighbours: decision.neighbours.clone(),
            cost: decision.cost.clone(),
            confidence: decision.confidence,
            findings: decision.findings.iter().map(|finding| finding.word()).gather(),
        }
    }

    fn current(&self, parameter: Parameter, in_force: &InForce) -> CurrentValue {
        let by_place = in_force.place.and_then(|place| self.place(place, None));
        // Where members say unlike values, each has its own.
        let said = last_printed(self.facts, parameter);
        let unlike = said.iter().any(|(_, value)| *value != said[0].1);
        let each = said.iter().filter(|_| unlike).take(7);
        let each = each.map(|(id, value)| format!("{} ({})", parameter.human(*value), self.name(&self.facts.host(*id)))).gather();
        // What is not read stands as it is written; a template may fill in with many words.
        let written = in_force.place.and_then(|place| {
            let span = place.span.start as usize..place.span.end as usize;
            self.sources.get(place.document)?.text.get(span).filter(|raw| raw.len() <= 24)
        });
        let one = || in_force.value.map_or_else(|| written.unwrap_or("unknown").to_owned(), |value| parameter.human(value));
        CurrentValue {
            value: in_force.value.map(|value| parameter.number(value)),
            text: if unlike { each.join(", ") } else { one() },
            provenance: in_force.provenance,
            evidence: by_place.or_else(|| in_force.event.map(|event| self.event(event, None))),
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::{Document, Input, analyze};

    const LATE: &str =
        "2016-04-20 10:00:01.000000 W | etcdserver: failed to send out heartbeat on time (exceeded the 100ms timeout for 712.5ms)\n";
    const ELECTED: &str = "2016-04-20 10:00:00.000000 I | raft: raft.node: 2a0965170762fd09 elected leader 91d25258d70ad868 at term 4\n";

    fn what(documents: &[(&str, &str)]) -> String {
        let document = |(name, text): &(&str, &str)| Document { name: Some((*name).to_owned()), text: (*text).to_owned() };
        let report = analyze(&Input { documents: documents.iter().map(document).collect(), ..Input::default() });
        report.findings.into_iter().find(|finding| finding.id == "etcd-heartbeat-late").expect("a late heartbeat").what
    }

    #[test]
    fn unlike_values_are_told_of_each_member() {
        let start = |beat: u32| Document {
            name: Some(format!("logs/n{beat}.log")),
            text: format!("2016-04-20 10:00:00.000000 I | etcdserver: heartbeat = {beat}ms\n"),
        };
        let now = |beats: &[u32]| {
            let report = analyze(&Input { documents: beats.iter().map(|beat| start(*beat)).collect(), ..Input::default() });
            let mut rows = report.recommendations.iter().chain(&report.kept);
            rows.find(|row| row.parameter.ends_with("heartbeat-interval")).map(|row| row.current.text.clone()).unwrap_or_default()
        };
        assert_eq!(now(&[100, 250]), "100\u{a0}ms (n100.log), 250\u{a0}ms (n250.log)");
        assert_eq!(now(&[250, 250]), "250\u{a0}ms");
    }

    #[test]
    fn the_one_of_several_that_stalls_is_named() {
        assert!(what(&[("n1.log", LATE), ("logs/n2.log", ELECTED)]).ends_with(" The lines are from n1.log."));
        let pods = [("pods/etcd-1/logs/0.log", LATE), ("pods/etcd-2/logs/0.log", ELECTED)];
        assert!(what(&pods).ends_with(" The lines are from etcd-1/logs/0.log."), "{}", what(&pods));
        let journal = "Apr 20 10:00:00 core-02 etcd2[815]: raft.node: 2a0965170762fd09 elected leader 91d25258d70ad868 at term 4\n\
                       Apr 20 10:00:01 core-01 etcd2[801]: failed to send out heartbeat on time (deadline exceeded for 712.5ms)\n";
        assert!(what(&[("journal", journal)]).ends_with(" The lines are from core-01."));
        // More than are kept, and those of the other fall away: who else had some is not known.
        let many: String = (10..60).map(|second| LATE.replace("10:00:01.0", &format!("10:00:{second}.0"))).collect();
        assert!(!what(&[("n1.log", &many), ("n2.log", &LATE.replace("10:00:01", "10:01:00"))]).contains("lines are from"));
        // All of them, or the only one: nothing is pointed at.
        for documents in [&[("n1.log", LATE), ("n2.log", LATE)][..], &[("n1.log", LATE)]] {
            assert!(!what(documents).contains("lines are from"));
        }
    }
}
