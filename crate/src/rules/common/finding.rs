//! Building a finding, step by step.

use super::lines::lines;
use crate::facts::{EventId, Facts};
use crate::gather::Gather;
use crate::ids::RuleId;
use crate::parameters::Parameter;
use crate::rules::{At, Confidence, Constraint, Evidence, Finding, Severity};

/// Lines shown under one finding; its count is not capped.
pub const MOST_EVIDENCE: usize = 50;

impl Finding {
    /// A finding without evidence yet.
    pub fn new(id: RuleId, severity: Severity, confidence: Confidence, title: impl Into<String>, what: impl Into<String>) -> Finding {
        Finding {
            id,
            severity,
            confidence,
            title: title.into(),
            what: what.into(),
            why: None,
            what_to_do: None,
            count: 0,
            evidence: Vec::new(),
            parameters: Vec::new(),
            constraints: Vec::new(),
        }
    }

    /// Shows these lines, the first as the primary one, and counts them with their repeats.
    pub fn showing(mut self, facts: &Facts, events: &[EventId]) -> Finding {
        self.count = lines(facts, events);
        self.evidence = events.iter().take(MOST_EVIDENCE).map(|id| Evidence { at: At::Event(*id), note: None }).gather();
        self
    }

    /// Counts something else than lines, as its title does.
    pub fn counting(mut self, count: usize) -> Finding {
        self.count = count as u64;
        self
    }

    /// What to see in the primary line.
    pub fn noting(mut self, note: impl Into<String>) -> Finding {
        if let Some(first) = self.evidence.first_mut() {
            first.note = Some(note.into());
        }
        self
    }

    /// The parameters it bears on.
    pub fn on(mut self, parameters: &[Parameter]) -> Finding {
        self.parameters = parameters.to_vec();
        self
    }

    /// Why it matters here, where the input says more than the rule.
    pub fn because(mut self, why: impl Into<String>) -> Finding {
        self.why = Some(why.into());
        self
    }

    /// What to do here, where the input says more than the rule.
    pub fn advising(mut self, what: impl Into<String>) -> Finding {
        self.what_to_do = Some(what.into());
        self
    }

    /// What it demands of the values.
    pub fn demanding(mut self, constraints: Vec<Constraint>) -> Finding {
        self.constraints = constraints;
        self
    }
}

/// The graver, else surer, of what one rule found in two ways; of equals the first.
pub fn graver(one: Option<Finding>, other: Option<Finding>) -> Option<Finding> {
    let weight = |found: &Option<Finding>| found.as_ref().map(|finding| (finding.severity, finding.confidence));
    if weight(&other) > weight(&one) { other } else { one }
}

/// A finding that needs no weighing: critical and sure as soon as one line says so.
pub fn said_outright(facts: &Facts, id: RuleId, events: &[EventId], title: &str, what: &str) -> Option<Finding> {
    (!events.is_empty()).then(|| Finding::new(id, Severity::Critical, Confidence::High, title, what).showing(facts, events))
}
