//! The verdict: one sentence, whether timing is the cure, and what the values bring and cost (method, section 9).

mod effects;
mod headline;
mod timing;
mod unexplained;
mod why;

pub use timing::{beneath, other_cause, other_causes};
pub use unexplained::{shows_only_a_state, unexplained};

use crate::facts::{Facts, Stall};
use crate::ids::RuleId;
use crate::plan::Plan;
use crate::report::{Severity, Timing, Verdict};
use crate::rules::{self, At, Finding, unexplained_trouble};

/// What is weighed, with what several parts of the verdict ask of it.
struct Case<'a> {
    facts: &'a Facts,
    findings: &'a [Finding],
    plan: &'a Plan,
    /// The worst of the findings; all is well where none is above a remark.
    severity: Severity,
    /// The plan changes a value.
    proposes: bool,
    /// What names a cause that no timer touches.
    cause: Option<&'a Finding>,
    /// What no value cures and longer limits ease.
    beneath: Option<&'a Finding>,
    /// The longest stall of which more than a lower bound is known.
    stall: Option<&'a Stall>,
}

impl<'a> Case<'a> {
    fn of(facts: &'a Facts, findings: &'a [Finding], plan: &'a Plan) -> Case<'a> {
        let worst = findings.iter().map(|finding| finding.severity).max();
        Case {
            facts,
            findings,
            plan,
            severity: worst.filter(|worst| *worst > Severity::Info).unwrap_or(Severity::Ok),
            proposes: plan.proposes(),
            cause: other_cause(findings),
            beneath: beneath(findings),
            stall: facts.longest_known(),
        }
    }

    fn named(&self, id: RuleId) -> Option<&'a Finding> {
        rules::named(self.findings, id)
    }

    fn has(&self, id: RuleId) -> bool {
        self.named(id).is_some()
    }

    /// Whether one of these is more than a remark.
    fn warns(&self, ids: &[RuleId]) -> bool {
        ids.iter().any(|id| rules::raised(self.findings, *id).is_some())
    }
}

/// A title within a sentence; names, as TLS and OpenShift, stay as they are.
pub fn in_sentence(title: &str) -> String {
    let mut title = title.trim_end_matches('.').to_owned();
    let word = title.split(' ').next().unwrap_or("");
    let is_name = word == "Kubernetes" || word.bytes().skip(1).any(|letter| letter.is_ascii_uppercase());
    if !is_name && word.is_char_boundary(1) {
        title[..1].make_ascii_lowercase();
    }
    title
}

/// Weighs everything and says it in one sentence.
pub fn verdict(facts: &Facts, findings: &[Finding], plan: &Plan) -> Verdict {
    let case = Case::of(facts, findings, plan);
    let timing = timing::timing(&case);
    let (headline, telling) = headline::headline(&case, timing);
    Verdict {
        // Fine is said of what was looked at: where that was too little, nothing is fine.
        severity: if case.severity == Severity::Ok && timing != Timing::NoneNeeded { Severity::Info } else { case.severity },
        headline,
        finding: telling.map(|finding| finding.id.word()),
        timing,
        why: why::why(&case, timing) + &why::doubts(facts),
        gain: effects::gain(facts, plan),
        pay: effects::pay(facts, plan),
        will_not_cure: effects::will_not_cure(&case, timing),
    }
}

/// The trouble that the sentence names and no finding takes up, as one: whoever reads the findings alone takes nothing for fine.
pub fn untold(facts: &Facts, findings: &[Finding], verdict: &mut Verdict) -> Option<Finding> {
    let quiet = verdict.timing == Timing::Undecided && verdict.severity == Severity::Info && verdict.finding.is_none();
    let (id, said) = headline::untold(facts).filter(|_| quiet)?;
    // A remark may show the line.
    let shows = |finding: &&Finding| finding.evidence.iter().any(|line| line.at == At::Event(id));
    if let Some(remark) = findings.iter().find(shows) {
        verdict.finding = Some(remark.id.word());
        return None;
    }
    let finding = unexplained_trouble::finding(facts, id, said);
    (verdict.severity, verdict.finding) = (finding.severity, Some(finding.id.word()));
    Some(finding)
}

#[cfg(test)]
mod tests;
