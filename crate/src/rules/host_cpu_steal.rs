//! `host-cpu-steal`: the hypervisor ran other machines while this one had work to do.

use super::{Finding, Rule};
use crate::facts::{Facts, tools};
use crate::parameters::Parameter::{ElectionTimeout, HeartbeatInterval};
use crate::report::{Confidence, Severity};

/// The rule.
pub const RULE: Rule = Rule {
    id: "host-cpu-steal",
    why: "While the hypervisor runs others, nothing of this machine runs: etcd sends no heartbeat and counts no time. No log of the machine itself can tell.",
    what_to_do: "Move the machine to a host with room, reserve processors for it, or see whether a burstable instance has used up its credits. A longer election-timeout only keeps the leader; requests wait as before.",
    references: &["vmstat(8): st, time stolen from a virtual machine", "Linux: Documentation/filesystems/proc.rst, /proc/stat, steal"],
    check,
};

/// Percent of the processor's time. A few are usual where machines share a host (judgement).
const MUCH: i64 = 10;

fn check(facts: &Facts) -> Option<Finding> {
    let (events, most) = tools::stolen(facts).filter(|(_, most)| *most >= MUCH)?;
    let title = format!("The hypervisor took up to {most}\u{a0}% of the processor's time");
    let what = "It counts if this machine runs etcd, and if the measurement was taken when heartbeats came late.";
    let finding = Finding::new(RULE.id, Severity::Warning, Confidence::Medium, title, what);
    Some(finding.showing(facts, &events).on(&[HeartbeatInterval, ElectionTimeout]))
}
