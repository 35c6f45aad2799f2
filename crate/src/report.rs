//! The answer, as data: what the page, the npm package, Markdown and the tests all read.
//!
//! Field names are the contract (`schemaVersion` 1). Lengths of time carry their unit in the
//! field or beside it; parameter values are in the parameter's own unit (milliseconds for
//! etcd, seconds for fleet).

use serde::Serialize;

use crate::text::DocumentId;

/// What a document is called in the report: `d1` is the first.
pub fn document_id(document: DocumentId) -> String {
    format!("d{}", document + 1)
}

/// How bad it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Looked and found nothing; only a verdict has it.
    Ok,
    /// Worth knowing, needs no action.
    Info,
    /// Works, but fails at times.
    Warning,
    /// Work stopped, a process died, or leaders change needlessly.
    Critical,
}

/// How sure we are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Confidence {
    /// Signs point there; other explanations stand.
    Low,
    /// Likely.
    Medium,
    /// Sure.
    High,
}

impl Confidence {
    /// One step less sure.
    pub fn lower(self) -> Self {
        match self {
            Confidence::High => Confidence::Medium,
            _ => Confidence::Low,
        }
    }
}

/// Whether other timing values are the cure.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Timing {
    /// The proposed values end the trouble.
    Remedy,
    /// They help; a cause beneath remains.
    Partly,
    /// No timer touches the cause.
    NotTheRemedy,
    /// The input does not decide it.
    Undecided,
    /// Nothing needs action.
    NoneNeeded,
}

/// Where a value comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Provenance {
    /// The daemon's default; nobody wrote it.
    Default,
    /// Read off a log.
    Inferred,
    /// Written in a configuration, or stated by the user.
    Stated,
}

/// What a bound rests on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Basis {
    /// Measured on real clusters.
    Measured,
    /// Read in the daemon's source.
    Source,
    /// Arithmetic over the two.
    Derived,
    /// Official documentation.
    Documentation,
    /// Our judgement.
    Judgement,
}

/// Which side of a parameter a bound is on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Side {
    /// The value must not be smaller.
    AtLeast,
    /// The value must not be larger.
    AtMost,
    /// None: a remark beside the bounds.
    Note,
}

/// What to do with a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Direction {
    /// Set it higher.
    Raise,
    /// Set it lower.
    Lower,
    /// Write it so that it is read.
    Set,
    /// Leave it.
    Keep,
}

/// The whole answer.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Report {
    /// Version of this contract: 1.
    pub schema_version: u32,
    /// The answer in one sentence, and its price.
    pub verdict: Verdict,
    /// What was read.
    pub documents: Vec<DocumentReport>,
    /// Every value found, also those that do not act.
    pub settings: Vec<SettingReport>,
    /// What was concluded, the worst first.
    pub findings: Vec<FindingReport>,
    /// What was measured, as ranges.
    pub measures: Vec<Measure>,
    /// The logged stalls, run through the timer model; absent without leader changes or stalls.
    pub replay: Option<Replay>,
    /// Values to change.
    pub recommendations: Vec<Recommendation>,
    /// Values to keep, and why.
    pub kept: Vec<Recommendation>,
    /// The corrected documents.
    pub patches: Vec<PatchReport>,
    /// The same values in other forms.
    pub alternatives: Vec<Rendering>,
    /// Steps in order, each with what it interrupts.
    pub rollout: Vec<Step>,
    /// What to measure next, with the command that does it.
    pub measure_next: Vec<Step>,
    /// Answers to what people ask about such input.
    pub questions: Vec<Question>,
    /// The trade-off curve and what it assumes.
    pub model: Option<ModelReport>,
    /// Events for drawing.
    pub timeline: Option<Timeline>,
    /// What was looked for in the logs and is not there, and what their programs would not have printed.
    pub not_found: Vec<String>,
    /// Anything cut, skipped or guessed.
    pub limits: Vec<String>,
}

/// The answer in one sentence.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Verdict {
    /// The worst severity among the findings, or `ok`.
    pub severity: Severity,
    /// One sentence: who did what, how long against what, with what effect.
    pub headline: String,
    /// The finding that the headline tells, by its id; none where it tells of something else.
    pub finding: Option<&'static str>,
    /// Whether timing is the cure.
    pub timing: Timing,
    /// Why it is or is not.
    pub why: String,
    /// What the proposal gains.
    pub gain: Vec<String>,
    /// What it costs.
    pub pay: Vec<String>,
    /// What it does not cure.
    pub will_not_cure: Vec<String>,
}

/// One document, as it was read.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct DocumentReport {
    /// `d1`, `d2`, in the order given.
    pub id: String,
    /// As given, or `pasted text N`.
    pub name: String,
    /// `configuration`, `log`, `unknown` or `empty`.
    pub kind: &'static str,
    /// In words: `CoreOS cloud-config`, `etcd log`, ...
    pub format: String,
    /// For logs: `oldest-first`, `newest-first` or `unknown`.
    pub order: Option<&'static str>,
    /// Programs seen, with their possible versions in words.
    pub software: Vec<Software>,
    /// Hosts seen.
    pub hosts: Vec<String>,
    /// Lines in the document.
    pub lines: u64,
    /// Lines that a signature or a reader understood.
    pub recognised: u64,
    /// Lines of a known shape whose message means nothing for timing.
    pub foreign: u64,
    /// Lines nothing could be made of.
    pub unread: u64,
    /// First time stamp, as written in the log.
    pub first: Option<String>,
    /// Last time stamp, as written in the log.
    pub last: Option<String>,
}

/// A program and the versions it can be.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Software {
    /// `etcd`, `fleet`, `fleetctl`, ...
    pub name: &'static str,
    /// `2.3.8`, `0.9.0-0.9.2`, or empty where nothing tells.
    pub versions: String,
}

/// A value of a parameter, where it was found.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct SettingReport {
    /// Parameter id.
    pub parameter: &'static str,
    /// In the parameter's unit; absent where the text is no value.
    pub value: Option<f64>,
    /// As written.
    pub raw: String,
    /// Stated, inferred or default.
    pub provenance: Provenance,
    /// Whether the daemon would use it.
    pub effective: bool,
    /// Why not, or what tells so.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub why: Option<String>,
    /// Document id.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub document: Option<String>,
    /// From 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub line: Option<u64>,
    /// UTF-16, from 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub column: Option<u64>,
    /// Line of the last byte of the value, for a value stated in a configuration.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub end_line: Option<u64>,
    /// UTF-16 column behind the value.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub end_column: Option<u64>,
}

/// One conclusion.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct FindingReport {
    /// Also the name of its rule file and of its page.
    pub id: &'static str,
    /// How bad.
    pub severity: Severity,
    /// How sure.
    pub confidence: Confidence,
    /// One line.
    pub title: String,
    /// What happened.
    pub what: String,
    /// Why it matters.
    pub why: String,
    /// What to do.
    pub what_to_do: String,
    /// How many lines or incidents, as the title counts them.
    pub count: u64,
    /// The lines that show it; the first is the primary one. Capped, `count` is not.
    pub evidence: Vec<EvidenceReport>,
    /// Parameter ids it bears on.
    pub parameters: Vec<&'static str>,
    /// `repo@tag:path:line` and documents.
    pub references: Vec<&'static str>,
}

/// One line that shows it.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct EvidenceReport {
    /// Document id.
    pub document: String,
    /// From 1.
    pub line: u64,
    /// UTF-16, from 1.
    pub column: u64,
    /// Line where it ends, for a place in a configuration.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub end_line: Option<u64>,
    /// UTF-16 column behind it, for a place in a configuration.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub end_column: Option<u64>,
    /// Byte offset of the first byte.
    pub start: u64,
    /// Byte offset after the last byte.
    pub end: u64,
    /// The line, shortened where long.
    pub text: String,
    /// As written in the log.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub time: Option<String>,
    /// The same moment on the time line, µs.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub moment: Option<i64>,
    /// The host that wrote it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub host: Option<String>,
    /// What to see in it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
}

/// One measured quantity.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Measure {
    /// e.g. `etcd.leader-changes`, `etcd.leader-stall-ms`.
    pub id: &'static str,
    /// The least it can be.
    pub low: f64,
    /// The most it can be.
    pub high: f64,
    /// `count`, `ms`, `s`, `per-hour`.
    pub unit: &'static str,
    /// How many observations stand behind it.
    pub samples: u64,
    /// Why it is only a bound, or what it leaves out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub note: Option<&'static str>,
}

/// What the logged stalls explain.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Replay {
    /// Leader changes that no start, plan or death explains.
    pub needless_changes: u64,
    /// Of these, how many a stall in the log explains under the values in force.
    pub explained: u64,
    /// Leader changes the model expects of all stalls, under the values in force.
    pub expected_now: ExpectedRange,
    /// Needless changes expected to remain under the proposal.
    pub remaining: f64,
    /// Of the moments in which fleet gave up, how many are tied in time to a stall or a span without leader.
    pub fleet_tied: u64,
}

/// Two ends of an expectation.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ExpectedRange {
    /// With every unknown at its kind end.
    pub low: f64,
    /// With every unknown at its unkind end.
    pub high: f64,
}

/// A value and where it comes from.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct CurrentValue {
    /// In the parameter's unit; absent where unknown.
    pub value: Option<f64>,
    /// As it would be written, with unit.
    pub text: String,
    /// Stated, inferred or default.
    pub provenance: Provenance,
    /// The place that says so.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub evidence: Option<EvidenceReport>,
}

/// One parameter: change it or keep it, and why.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Recommendation {
    /// Parameter id.
    pub parameter: &'static str,
    /// `ms` or `s`.
    pub unit: &'static str,
    /// The value in force.
    pub current: CurrentValue,
    /// In the parameter's unit; the current value where kept.
    pub proposed: Option<f64>,
    /// As it would be written: `2500 ms`, `60s`.
    pub proposed_text: String,
    /// `raise`, `lower` or `keep`.
    pub direction: Direction,
    /// The bounds that decided, the binding one first.
    pub because: Vec<Bound>,
    /// Why not the rung below, and why not the rung above.
    pub neighbours: Vec<String>,
    /// What it costs, in one or two sentences.
    pub cost: String,
    /// How sure.
    pub confidence: Confidence,
    /// Finding ids behind it.
    pub findings: Vec<&'static str>,
}

/// One inequality, with its numbers.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Bound {
    /// The sentence.
    pub text: String,
    /// `measured`, `source`, `derived`, `documentation` or `judgement`.
    pub basis: Basis,
    /// `at-least`, `at-most` or `note`.
    pub side: Side,
    /// Bound in the parameter's unit, where it is a number.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub value: Option<f64>,
}

/// A document, corrected.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct PatchReport {
    /// Document id; absent for a new file (no configuration pasted).
    pub document: Option<String>,
    /// `safe`, `review` or `refused`.
    pub disposition: &'static str,
    /// The whole corrected text (or the snippet to add).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    /// Unified diff.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub diff: Option<String>,
    /// The edits, in order, none over another.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub edits: Vec<EditReport>,
    /// Why refused, or what to look at.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

/// Replace the bytes `start..end` by `text`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct EditReport {
    /// Byte offset.
    pub start: u64,
    /// Byte offset.
    pub end: u64,
    /// What comes there.
    pub text: String,
    /// Line of the first byte, from 1.
    pub line: u64,
    /// UTF-16 column of the first byte, from 1.
    pub column: u64,
    /// Line behind the last byte.
    pub end_line: u64,
    /// UTF-16 column behind the last byte.
    pub end_column: u64,
    /// Ids of the parameters it sets; mostly one, and then the edit can be made alone.
    pub parameters: Vec<&'static str>,
}

/// The proposed values in one form.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Rendering {
    /// `cloud-config`, `drop-in`, `environment`, `flags`, `fleet.conf`, `container-linux-config`, `static-pod`.
    pub form: &'static str,
    /// File name or command it belongs to.
    pub file: String,
    /// The text.
    pub text: String,
}

/// One step of a plan.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Step {
    /// What to do.
    pub text: String,
    /// Commands, one per entry.
    pub commands: Vec<String>,
    /// What it interrupts (roll-out) or what the answer tells (measuring).
    pub effect: String,
}

/// A question people ask, answered for this input.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Question {
    /// As people ask it.
    pub question: String,
    /// The answer.
    pub answer: String,
}

/// The trade-off curve.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ModelReport {
    /// Each with its value and where it came from.
    pub assumptions: Vec<Assumption>,
    /// The curve; empty where no stall is known, for then no timeout spares anything.
    pub points: Vec<ModelPoint>,
    /// The values in force.
    pub now: Option<ModelPoint>,
    /// The values proposed.
    pub proposed: Option<ModelPoint>,
    /// The 600/6000 of the 2015 article, for comparison.
    pub article: Option<ModelPoint>,
}

/// One assumption of the model.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Assumption {
    /// Name as in the input: `members`, `peerRttMs`, ...
    pub id: &'static str,
    /// In words.
    pub label: &'static str,
    /// Its value.
    pub value: String,
    /// Where it came from.
    pub from: String,
}

/// What one pair of values does.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ModelPoint {
    /// heartbeat-interval, ms.
    pub heartbeat: f64,
    /// election-timeout, ms.
    pub election: f64,
    /// With the stalls as seen; absent where no rate is known.
    pub needless_elections_per_day: Option<ExpectedRange>,
    /// Share of the logged stalls that cost the leader its place, 0 to 1.
    pub loss_per_stall: ExpectedRange,
    /// Median time until a new leader, ms.
    pub failover_p50: f64,
    /// 99 of 100 are faster, ms.
    pub failover_p99: f64,
}

/// What happened when, for drawing.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Timeline {
    /// Microseconds; of the first event.
    pub start: i64,
    /// Microseconds; of the last event.
    pub end: i64,
    /// `date` where the logs carry one, `time` where only a time of day.
    pub clock: &'static str,
    /// Rows, one per host or member.
    pub lanes: Vec<Lane>,
}

/// One row of the time line.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Lane {
    /// Host or member.
    pub name: String,
    /// Spans of leadership.
    pub leads: Vec<LaneSpan>,
    /// Stalls.
    pub stalls: Vec<LaneSpan>,
    /// Points: late heartbeats, lost leases, restarts, fleet errors.
    pub marks: Vec<Mark>,
}

/// A stretch of time.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct LaneSpan {
    /// Microseconds.
    pub start: i64,
    /// Microseconds.
    pub end: i64,
    /// `term 3`, `1.4-1.6 s`.
    pub label: String,
}

/// A moment.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Mark {
    /// Microseconds.
    pub time: i64,
    /// `late-heartbeat`, `leader-change`, `lease-lost`, `restart`, `fleet-error`, `slow-disk`.
    pub kind: &'static str,
    /// How many lines.
    pub count: u64,
    /// Finding id it belongs to.
    pub finding: &'static str,
    /// Document id.
    pub document: String,
    /// Line of the first.
    pub line: u64,
}
