//! Puts the report together: facts, findings, plan and patches become the one answer.

use std::cmp::Reverse;

use crate::config::Configuration;
use crate::facts::{EventId, Facts, Generation, InForce, VersionRange, members, twice, versions};
use crate::gather::Gather;
use crate::log::event::{LogReading, Order};
use crate::measures::measures;
use crate::model::curve;
use crate::parameters::Parameter;
use crate::patch::{self, Change, Etcd};
use crate::plan::{self, Decision, Plan};
use crate::report::*;
use crate::rules::common::{MOST_EVIDENCE, listed};
use crate::rules::{self, At, Evidence, Finding};
use crate::sort::{by_key, distinct, groups};
use crate::text::{LineIndex, Place};
use crate::units::{MS, Range, decimal};
use crate::{measure_next, questions, replay, rollout, silence, timeline, verdict};

/// Evidence lines in a report; a finding's `count` is not capped.
const EVIDENCE: usize = 60;

/// One document as given: its name, and its text where the engine holds it (logs streamed in pieces are not held).
pub struct Source {
    /// Name to show.
    pub name: String,
    /// The text; empty for logs.
    pub text: String,
    /// Lines in the document.
    pub lines: u64,
}

/// Composes the report.
pub fn compose(sources: &[Source], facts: &Facts) -> Report {
    let findings = rules::check(facts);
    let plan = plan::plan(facts, &findings);
    let edge = Edge {
        sources,
        facts,
        lines: sources.iter().map(|source| LineIndex::new(&source.text)).gather(),
        speakers: [true, false].map(|etcd| speakers(facts, etcd)),
    };
    let patches = patches(sources, facts, &plan);
    Report {
        schema_version: 1,
        verdict: verdict::verdict(facts, &findings, &plan),
        documents: documents(sources, facts),
        settings: settings(&edge),
        findings: findings.iter().map(|finding| edge.finding(finding)).gather(),
        measures: measures(facts),
        replay: replay_report(facts, &plan),
        recommendations: plan.changes().map(|decision| edge.recommendation(decision)).gather(),
        kept: plan.decisions.iter().filter(|decision| decision.proposed.is_none()).map(|decision| edge.recommendation(decision)).gather(),
        alternatives: patch::alternatives(&changes(facts, &plan), rollout::launcher(facts)),
        rollout: rollout::rollout(facts, &findings, &plan, &patches),
        patches,
        measure_next: measure_next::measure_next(facts, &findings, &plan),
        questions: questions::questions(facts, &findings, &plan),
        model: model(facts, &plan),
        timeline: timeline::timeline(facts),
        not_found: silence::silence(facts, &findings),
        limits: limits(facts),
    }
}

fn id(document: usize) -> String {
    format!("d{}", document + 1)
}

/// How many there are whose etcd speaks, or whose fleet or another program does.
fn speakers(facts: &Facts, etcd: bool) -> usize {
    distinct(facts.all_events().filter(|(_, event)| event.is_etcd_server() == etcd).filter_map(|(id, _)| speaker(facts, id))).len()
}

/// Who wrote a line: its machine, or its document where no line of it names one.
fn speaker(facts: &Facts, id: EventId) -> Option<String> {
    let named = facts.event(id).host.is_some() || facts.logs[id.log].hosts.is_empty();
    named.then(|| facts.host(id))
}

/// The edge: where byte ranges become lines and columns.
struct Edge<'a> {
    sources: &'a [Source],
    facts: &'a Facts,
    lines: Vec<LineIndex>,
    /// On how many machines or in how many documents etcd speaks, and fleet or another.
    speakers: [usize; 2],
}

impl Edge<'_> {
    fn finding(&self, finding: &Finding) -> FindingReport {
        let rule = rules::rule(finding.id);
        FindingReport {
            id: finding.id.to_owned(),
            severity: finding.severity,
            confidence: finding.confidence,
            title: finding.title.clone(),
            what: format!("{}{}", finding.what, self.tellers(finding)),
            why: finding.why.clone().unwrap_or_else(|| rule.map_or("", |rule| rule.why).to_owned()),
            what_to_do: finding.what_to_do.clone().unwrap_or_else(|| rule.map_or("", |rule| rule.what_to_do).to_owned()),
            count: finding.count,
            evidence: finding.evidence.iter().take(EVIDENCE).filter_map(|evidence| self.evidence(evidence)).gather(),
            parameters: finding.parameters.iter().map(|parameter| parameter.id().to_owned()).gather(),
            references: rule.map_or(&[][..], |rule| rule.references).iter().map(|reference| (*reference).to_owned()).gather(),
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
        let names = tellers.iter().map(|(who, _)| {
            let document = (0..self.sources.len()).find(|at| id(*at) == *who);
            document.map_or(who.as_str(), |at| self.sources[at].name.rsplit('/').next().unwrap_or(""))
        });
        listed(&names.gather()).map_or(String::new(), |names| format!(" The lines are from {names}."))
    }

    fn evidence(&self, evidence: &Evidence) -> Option<EvidenceReport> {
        match evidence.at {
            At::Event(id) => Some(self.event(id, evidence.note.clone())),
            At::Place(place) => self.place(place, evidence.note.clone()),
        }
    }

    fn event(&self, event_id: crate::facts::EventId, note: Option<String>) -> EvidenceReport {
        let event = self.facts.event(event_id);
        let named = event.host.map(|_| self.facts.host(event_id));
        EvidenceReport {
            document: id(event.document),
            line: event.line,
            column: 1,
            end_line: None,
            end_column: None,
            start: event.span.start,
            end: event.span.end,
            text: event.text.to_string(),
            time: event.stamp.as_deref().map(str::to_owned),
            host: named,
            note,
        }
    }

    fn place(&self, place: Place, note: Option<String>) -> Option<EvidenceReport> {
        let text = &self.sources.get(place.document)?.text;
        let (line, column) = self.lines[place.document].position(text, place.span.start as usize);
        let (end_line, end_column) = self.lines[place.document].position(text, place.span.end as usize);
        let start = self.lines[place.document].line_start(line)?;
        let shown: String = text.get(start..)?.chars().take(400).take_while(|symbol| *symbol != '\n').collect();
        Some(EvidenceReport {
            document: id(place.document),
            line,
            column,
            end_line: Some(end_line),
            end_column: Some(end_column),
            start: place.span.start,
            end: place.span.end,
            text: shown.trim_end_matches('\r').to_owned(),
            time: None,
            host: None,
            note,
        })
    }

    fn recommendation(&self, decision: &Decision) -> Recommendation {
        let parameter = decision.parameter;
        let current = decision.current.value;
        let direction = match (current, decision.proposed) {
            (_, None) => "keep",
            (Some(current), Some(proposed)) if proposed < current => "lower",
            _ => "raise",
        };
        let value = decision.value();
        Recommendation {
            parameter: parameter.id().to_owned(),
            unit: parameter.unit_word().to_owned(),
            current: self.current(parameter, &decision.current),
            proposed: decision.proposed.map(|proposed| parameter.number(proposed)),
            proposed_text: parameter.human(value),
            direction: direction.to_owned(),
            because: decision.because.clone(),
            neighbours: decision.neighbours.clone(),
            cost: decision.cost.clone(),
            confidence: decision.confidence,
            findings: decision.findings.iter().map(|finding| (*finding).to_owned()).gather(),
        }
    }

    fn current(&self, parameter: Parameter, in_force: &InForce) -> CurrentValue {
        let by_place = in_force.place.and_then(|place| self.place(place, None));
        CurrentValue {
            value: in_force.value.map(|value| parameter.number(value)),
            text: in_force.value.map_or(String::from("unknown"), |value| parameter.human(value)),
            provenance: in_force.provenance,
            evidence: by_place.or_else(|| in_force.event.map(|event| self.event(event, None))),
        }
    }
}

fn documents(sources: &[Source], facts: &Facts) -> Vec<DocumentReport> {
    sources.iter().enumerate().map(|(at, source)| document(at, source, facts)).gather()
}

fn document(at: usize, source: &Source, facts: &Facts) -> DocumentReport {
    let blank = DocumentReport {
        id: id(at),
        name: source.name.clone(),
        kind: String::from("unknown"),
        format: String::from("not recognised"),
        order: None,
        software: Vec::new(),
        hosts: Vec::new(),
        lines: source.lines,
        recognised: 0,
        foreign: 0,
        unread: source.lines,
        first: None,
        last: None,
    };
    let configuration = facts.configurations.iter().find(|configuration| configuration.document == at);
    if let Some(log) = facts.logs.iter().find(|log| log.document == at) {
        let mut document = log_document(blank, log);
        if let Some(configuration) = configuration {
            document.format = format!("{}, and {}", document.format, configuration.format);
        }
        return document;
    }
    if let Some(configuration) = configuration {
        return configuration_document(blank, configuration, facts);
    }
    let blank_text = !source.text.is_empty() && source.text.trim().is_empty();
    if source.lines == 0 || blank_text {
        return DocumentReport { kind: String::from("empty"), format: String::from("empty"), ..blank };
    }
    blank
}

fn log_document(blank: DocumentReport, log: &LogReading) -> DocumentReport {
    let order = match log.order {
        Order::Unknown => "unknown",
        Order::OldestFirst => "oldest-first",
        Order::NewestFirst => "newest-first",
    };
    DocumentReport {
        kind: String::from("log"),
        format: log.format.clone(),
        order: Some(order.to_owned()),
        software: versions::software(log),
        hosts: log.hosts.clone(),
        lines: log.lines,
        recognised: log.recognised,
        foreign: log.foreign,
        unread: log.unread,
        first: log.first.as_ref().map(|(_, stamp)| stamp.to_string()),
        last: log.last.as_ref().map(|(_, stamp)| stamp.to_string()),
        ..blank
    }
}

fn configuration_document(blank: DocumentReport, configuration: &Configuration, facts: &Facts) -> DocumentReport {
    let read_by_line = if configuration.tolerant { ", read line by line" } else { "" };
    let format = format!("{}{read_by_line}", configuration.format);
    // The logs may be those of another etcd; then what is configured is not what ran.
    let stated = versions::stated(configuration.cluster.etcd_version.as_deref()).filter(|stated| facts.etcd == Some(*stated));
    let software = stated.map(|range| Software { name: String::from("etcd"), versions: versions::words(range) }).into_iter().gather();
    DocumentReport { kind: String::from("configuration"), format, software, recognised: blank.lines, unread: 0, ..blank }
}

fn settings(edge: &Edge) -> Vec<SettingReport> {
    let mut reports: Vec<SettingReport> = Vec::new();
    for configuration in &edge.facts.configurations {
        for setting in &configuration.settings {
            let position = edge.place(setting.place, None);
            reports.push(SettingReport {
                parameter: setting.parameter.id().to_owned(),
                value: setting.value.map(|value| setting.parameter.number(value)),
                raw: setting.raw.clone(),
                provenance: Provenance::Stated,
                effective: setting.effective,
                why: setting.why.clone(),
                document: Some(id(setting.place.document)),
                line: position.as_ref().map(|at| at.line),
                column: position.as_ref().map(|at| at.column),
                end_line: position.as_ref().and_then(|at| at.end_line),
                end_column: position.as_ref().and_then(|at| at.end_column),
            });
        }
    }
    for (parameter, in_force) in &edge.facts.in_force {
        if in_force.place.is_none() {
            reports.push(from_elsewhere(edge, *parameter, in_force));
        }
    }
    reports
}

/// A value that no configuration states: read off a log, or a default.
fn from_elsewhere(edge: &Edge, parameter: Parameter, in_force: &InForce) -> SettingReport {
    let line = in_force.event.map(|event| edge.event(event, None));
    let why = match (in_force.provenance, &line) {
        (_, Some(line)) => format!("Line {} of the log says so.", line.line),
        // A program may have been started with another one.
        (Provenance::Default, None) if edge.facts.configurations.is_empty() => {
            String::from("Nothing in the input states it; the default is assumed.")
        }
        (Provenance::Default, None) => String::from("Nothing states it; this is the default."),
        _ => String::from("Read off the log."),
    };
    SettingReport {
        parameter: parameter.id().to_owned(),
        value: in_force.value.map(|value| parameter.number(value)),
        raw: in_force.value.map_or(String::new(), |value| parameter.written(value)),
        provenance: in_force.provenance,
        effective: true,
        why: Some(why),
        document: line.as_ref().map(|line| line.document.clone()),
        line: line.as_ref().map(|line| line.line),
        column: line.as_ref().map(|line| line.column),
        end_line: None,
        end_column: None,
    }
}

fn replay_report(facts: &Facts, plan: &Plan) -> Option<Replay> {
    if facts.stalls.is_empty() && facts.fleet_failures.is_empty() && plan.replay.needless == 0 {
        return None;
    }
    let tied = facts.fleet_failures.iter().filter(|failure| failure.stall.is_some() || failure.change.is_some()).count();
    let untimed = facts.fleet_failures.iter().any(|failure| failure.time.is_none());
    let etcd_seen = facts.any_event(|event| event.is_etcd_server());
    let refused = match (facts.fleet_failures.is_empty(), untimed, etcd_seen) {
        (true, _, _) => None,
        (_, true, _) => Some("The lines carry no time, so they cannot be held against stalls."),
        (_, _, false) => Some("No log of etcd is here to hold fleet's failures against."),
        _ => None,
    };
    Some(Replay {
        needless_changes: plan.replay.needless,
        explained: plan.replay.explained,
        expected_now: ExpectedRange { low: plan.replay.expected.0, high: plan.replay.expected.1 },
        remaining: plan.remaining,
        fleet_failures: facts.fleet_failures.len() as u64,
        fleet_tied: tied as u64,
        fleet_remaining: plan.fleet_remaining,
        tie_refused: refused.map(str::to_owned),
    })
}

fn changes(facts: &Facts, plan: &Plan) -> Vec<Change> {
    let etcd = if facts.generation == Generation::V04 || facts.configures_etcd_04() {
        Etcd::V04
    } else if matches!(facts.generation, Generation::V3 | Generation::PreVote) {
        Etcd::V3
    } else {
        Etcd::V2
    };
    let of = |parameter: Parameter| if parameter.is_etcd() { etcd } else { Etcd::V2 };
    plan.changes()
        .filter_map(|decision| Some(Change { parameter: decision.parameter, value: decision.proposed?, etcd: of(decision.parameter) }))
        .gather()
}

fn patches(sources: &[Source], facts: &Facts, plan: &Plan) -> Vec<PatchReport> {
    let changes = changes(facts, plan);
    if changes.is_empty() {
        return Vec::new();
    }
    if facts.configurations.is_empty() {
        let in_a_pod = rollout::launcher(facts).is_some();
        return vec![if in_a_pod { patch::of_manifest(&changes) } else { patch::snippet(&changes) }];
    }
    let texts: Vec<&str> = sources.iter().map(|source| source.text.as_str()).gather();
    patch::patch(&texts, &facts.configurations, &changes)
}

fn model(facts: &Facts, plan: &Plan) -> Option<ModelReport> {
    if !facts.has_etcd() {
        return None;
    }
    let stalls: Vec<Range> =
        facts.stalls.iter().map(|stall| Range { low: stall.length.low, high: stall.planned.max(stall.length.low) }).gather();
    let stalls = match facts.assumptions.stall_ms {
        Some(ms) => vec![Range::exactly((ms * MS as f64) as i64)],
        None => stalls,
    };
    let per_day = plan::log_span(facts).and_then(|span| curve::stalls_per_day(stalls.len(), span));
    let met = curve::Met { rtt: facts.round_trip(), stalls: &stalls, per_day, failovers: &facts.failovers };
    let point = |heartbeat, election| model_point(&curve::point(&replay::timers(facts, heartbeat, election), &met));
    let now = (facts.value(Parameter::HeartbeatInterval), facts.value(Parameter::ElectionTimeout));
    let proposed = (plan.of(Parameter::HeartbeatInterval).value(), plan.of(Parameter::ElectionTimeout).value());
    let timers = replay::timers_in_force(facts);
    // Without a stall nothing is spared by any timeout: there is a price, but no trade to draw.
    let points = match stalls.as_slice() {
        [] => Vec::new(),
        _ => curve::curve(timers.generation, timers.members, &met).iter().map(model_point).gather(),
    };
    Some(ModelReport {
        assumptions: assumptions(facts, stalls.len()),
        points,
        now: Some(point(now.0, now.1)),
        proposed: (proposed != now).then(|| point(proposed.0, proposed.1)),
        article: Some(point(600 * MS, 6000 * MS)),
    })
}

fn model_point(point: &curve::Point) -> ModelPoint {
    let share = |ppm: u32| f64::from(ppm) / 1e6;
    let daily = |thousandths: u64| thousandths as f64 / 1e3;
    ModelPoint {
        heartbeat: point.heartbeat as f64 / MS as f64,
        election: point.election as f64 / MS as f64,
        needless_elections_per_day: point
            .per_day_low
            .zip(point.per_day_high)
            .map(|(low, high)| ExpectedRange { low: daily(low), high: daily(high) }),
        loss_per_stall: ExpectedRange { low: share(point.loss_low), high: share(point.loss_high) },
        failover_p50: point.failover_p50 as f64 / MS as f64,
        failover_p99: point.failover_p99 as f64 / MS as f64,
    }
}

/// Every number the answer rests on that the user may state, and where it comes from.
fn assumptions(facts: &Facts, stalls: usize) -> Vec<Assumption> {
    let row =
        |id: &str, label: &str, value: String, from: &str| Assumption { id: id.into(), label: label.into(), value, from: from.into() };
    let given = &facts.assumptions;
    let from = |stated: bool, else_from: &'static str| if stated { "stated" } else { else_from };
    let members = match (facts.configurations.iter().any(|c| c.cluster.members.is_some()), facts.members) {
        (true, _) => "read in the configuration",
        (false, Some(_)) => "counted in the logs",
        (false, None) => "assumed",
    };
    let version = |range: Option<VersionRange>| {
        range.map_or((String::from("unknown"), "no line tells"), |range| (versions::words(range), "read off the logs"))
    };
    let (mut etcd, mut fleet) = (version(facts.etcd), version(facts.fleet));
    if facts.etcd.is_some_and(|range| range.low == range.high && versions::etcd(&facts.logs, &[]) != Some(range)) {
        etcd.1 = "read in the configuration";
    }
    if facts.fleet.is_none() {
        fleet.1 = "no line tells; taken for 0.12";
    }
    let stall = match (given.stall_ms, facts.longest_stall()) {
        (Some(ms), _) => ((ms.round() as i64).to_string(), "stated"),
        (None, Some(stall)) => (decimal(stall.planned, MS, 0), "longest in the logs"),
        (None, None) => (String::from("none seen"), "longest in the logs"),
    };
    let budget = given.failover_budget_ms.map_or((String::from("none"), "not stated"), |ms| (ms.to_string(), "stated"));
    let mut rows = vec![
        row("members", "Voting members", facts.members.unwrap_or(3).to_string(), from(given.members.is_some(), members)),
        row(
            "peerRttMs",
            "Round trip between members, ms",
            decimal(facts.round_trip(), MS, 1),
            from(given.peer_rtt_ms.is_some(), if facts.knows_round_trip() { "measured" } else { "assumed: one site" }),
        ),
        row("stallMs", "Stall to survive, ms", stall.0, stall.1),
        row("stalls", "Stalls in the logs", stalls.to_string(), &how_stalls_are_known(facts)),
        row("failoverBudgetMs", "Longest failover accepted, ms", budget.0, budget.1),
        row("etcdVersion", "etcd", etcd.0, from(given.etcd_version.is_some(), etcd.1)),
    ];
    if facts.has_fleet() {
        let (machines, units) = (plan::load::machines(facts), plan::load::units(facts));
        rows.push(row("fleetVersion", "fleet", fleet.0, from(given.fleet_version.is_some(), fleet.1)));
        rows.push(row("machines", "Machines with fleet", machines.0.to_string(), machines.1));
        rows.push(row("units", "Units in the cluster", units.0.to_string(), units.1));
    }
    rows
}

/// Only those that a line measures have a finding of their own.
fn how_stalls_are_known(facts: &Facts) -> String {
    let measured = facts.stalls.iter().filter(|stall| stall.kind.is_measured()).count();
    match (measured, facts.stalls.len() - measured) {
        (_, 0) => String::from("counted in the logs"),
        (0, _) => String::from("inferred from leader changes, none is measured"),
        (measured, inferred) => format!("{measured} measured by a line, {inferred} inferred from leader changes"),
    }
}

fn limits(facts: &Facts) -> Vec<String> {
    let mut limits: Vec<String> = facts.unknown.iter().map(|(_, sentence)| sentence.clone()).gather();
    for configuration in &facts.configurations {
        limits.extend(configuration.limits.iter().cloned());
        let pasted = facts.configurations.iter().any(|other| other.source == crate::config::Source::Environment);
        if let Some(path) = configuration.cluster.absent_file.as_ref().filter(|_| !pasted) {
            limits.push(format!(
                "The unit reads {path}, which is not here. What it sets beats Environment=, so the values in force are not certain; paste it as well."
            ));
        }
    }
    for log in &facts.logs {
        limits.extend(log.limits.iter().cloned());
        limits.extend(crate::facts::zone_words(log));
    }
    limits.extend(twice::words(&facts.logs));
    limits.extend(members::several_clusters(facts));
    limits.extend(versions::several(facts));
    if let Some(span) = plan::log_span(facts).filter(|span| *span < 3600 * crate::units::S) {
        limits.push(format!("The logs cover {}: a rate per day is only what would come if it went on like that.", plan::covered(span)));
    } else if !facts.without_log() && plan::log_span(facts).is_none() {
        limits.push(String::from("The log lines carry no time, so nothing can be said about how often."));
    }
    // Where its version is known, `silence` tells.
    let unknown = facts.etcd.is_none() && facts.any_event(|event| event.is_etcd_server());
    if unknown && facts.generation == crate::facts::Generation::V2 {
        limits.push(String::from("This may be etcd before 2.3, which prints no late-heartbeat line, so their absence says nothing."));
    }
    limits
}

#[cfg(test)]
mod tests {
    use crate::{Document, Input, analyze};

    fn report(texts: &[&str]) -> crate::Report {
        let documents = texts.iter().map(|text| Document { name: None, text: (*text).to_owned() }).collect();
        analyze(&Input { documents, ..Input::default() })
    }

    /// What stands on top of the page is the version of the image, where the log allows it.
    #[test]
    fn a_configuration_tells_its_etcd_where_the_log_is_of_that_one() {
        let pod = "apiVersion: v1\nkind: Pod\nspec:\n  containers:\n  - command: [etcd]\n    image: registry.k8s.io/etcd:3.5.12-0\n";
        let log = |caller: &str| {
            format!(
                "{{\"level\":\"warn\",\"ts\":\"2026-11-27T03:14:21.231Z\",\"caller\":\"{caller}\",\"msg\":\"leader failed to send out heartbeat on time; took too long, leader is overloaded likely from slow disk\",\"to\":\"6e3bd23ae5f1eae0\",\"heartbeat-interval\":\"100ms\",\"expected-duration\":\"200ms\",\"exceeded-duration\":\"1.42s\"}}\n"
            )
        };
        let of = |log: &str| report(&[pod, log]).documents[0].software.iter().map(|software| software.versions.clone()).collect::<Vec<_>>();
        assert_eq!(of(&log("etcdserver/raft.go:416")), ["3.5.12"]);
        assert_eq!(of("2016-04-20 10:00:01.5 I | etcdmain: etcd Version: 2.3.8\n"), [""; 0]);
    }

    /// Only a stall that a line measures has a finding; a leader that came back late is another.
    #[test]
    fn stalls_that_were_measured_and_those_that_were_inferred_are_told_apart() {
        let line = |second: &str, text: &str| format!("2020-04-20 10:00:{second} I | raft: {text}\n");
        let follower = line("00.000000", "raft.node: 2a0965170762fd09 elected leader 91d25258d70ad868 at term 4")
            + &line("20.000000", "2a0965170762fd09 is starting a new election at term 4")
            + &line("20.000100", "raft.node: 2a0965170762fd09 lost leader 91d25258d70ad868 at term 5")
            + &line("20.001000", "2a0965170762fd09 became leader at term 5")
            + &line("20.001100", "raft.node: 2a0965170762fd09 elected leader 2a0965170762fd09 at term 5");
        let old = line("00.000000", "raft.node: 91d25258d70ad868 elected leader 91d25258d70ad868 at term 4")
            + "2020-04-20 10:00:10.000000 W | etcdserver: failed to send out heartbeat on time (exceeded the 100ms timeout for 300ms)\n"
            + &line(
                "21.000000",
                "91d25258d70ad868 [term: 4] received a MsgAppResp message with higher term from 2a0965170762fd09 [term: 5]",
            );
        let stalls = |texts: &[&str]| {
            let model = report(texts).model.expect("a model");
            let row = model.assumptions.into_iter().find(|row| row.id == "stalls").expect("a row");
            (row.value, row.from)
        };
        assert_eq!(stalls(&[&follower, &old]), ("2".to_owned(), "1 measured by a line, 1 inferred from leader changes".to_owned()));
        assert_eq!(stalls(&[LATE]), ("1".to_owned(), "counted in the logs".to_owned()));
    }

    const LATE: &str =
        "2016-04-20 10:00:01.000000 W | etcdserver: failed to send out heartbeat on time (exceeded the 100ms timeout for 712.5ms)\n";
    const ELECTED: &str = "2016-04-20 10:00:00.000000 I | raft: raft.node: 2a0965170762fd09 elected leader 91d25258d70ad868 at term 4\n";

    fn what(documents: &[(&str, &str)]) -> String {
        let document = |(name, text): &(&str, &str)| Document { name: Some((*name).to_owned()), text: (*text).to_owned() };
        let report = analyze(&Input { documents: documents.iter().map(document).collect(), ..Input::default() });
        report.findings.into_iter().find(|finding| finding.id == "etcd-heartbeat-late").expect("a late heartbeat").what
    }

    #[test]
    fn the_one_of_several_that_stalls_is_named() {
        assert!(what(&[("n1.log", LATE), ("logs/n2.log", ELECTED)]).ends_with(" The lines are from n1.log."));
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
