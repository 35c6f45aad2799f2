//! `unexplained-trouble`: a line tells of trouble, and no other finding takes it up. Whether none does only the verdict knows,
//! which asks for this one.

use super::{Finding, Rule};
use crate::facts::{EventId, Facts};
use crate::ids::RuleId;
use crate::report::{Confidence, Severity};

/// The rule.
pub const RULE: Rule = Rule {
    id: RuleId::UnexplainedTrouble,
    why: "A log with such a line is not fine, and nothing in it shows where the trouble comes from.",
    what_to_do: "Read the lines around it. Add the same minutes of etcd's and fleet's own logs, if they are not here.",
    references: &["coreos/fleet@v0.11.5:agent/reconcile.go", "etcd-io/etcd@v3.7.1:server/etcdserver/server.go"],
    check: |_| None,
};

/// What the line tells, in the words of the verdict's sentence.
pub fn finding(facts: &Facts, id: EventId, said: &str) -> Finding {
    let mut title = said.to_owned();
    if !["etcd", "fleet", "kubeadm"].iter().any(|name| said.starts_with(name)) {
        title[..1].make_ascii_uppercase();
    }
    Finding::new(RULE.id, Severity::Warning, Confidence::Low, title, "No other finding takes this line up.").showing(facts, &[id])
}
