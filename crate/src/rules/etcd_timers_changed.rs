//! `etcd-timers-changed`: leaders lost their places under timers that no longer act.

use super::common::{range, times};
use super::{Finding, Rule};
use crate::facts::{EventId, Facts};
use crate::gather::Gather;
use crate::ids::RuleId;
use crate::parameters::Parameter::{ElectionTimeout, HeartbeatInterval};
use crate::report::{Confidence, Severity};
use crate::units::Range;

/// The rule.
pub const RULE: Rule = Rule {
    id: RuleId::EtcdTimersChanged,
    why: "What happened under other timers tells how long leaders are silent. It does not tell against the timers in force.",
    what_to_do: "Watch whether leaders keep their places from now on. What silences them is as it was: a longer timeout only bridges it.",
    references: &["etcd-io/etcd@v2.3.8:etcdserver/server.go:251 (heartbeat = , election = )"],
    check,
};

fn check(facts: &Facts) -> Option<Finding> {
    let title = said(facts)?;
    let now = facts.spell(None);
    let mut events: Vec<EventId> = now.line.into_iter().gather();
    events.extend(facts.outgrown().filter_map(|change| change.events.first().copied()));
    let since = if facts.needless().next().is_none() { " None has lost it since." } else { "" };
    let what = format!(
        "They now wait {}, longer than the leaders were silent then, so these changes are not held against the values in force.{since}",
        ElectionTimeout.human(now.election)
    );
    let finding = Finding::new(RULE.id, Severity::Info, Confidence::High, title, what).showing(facts, &events);
    Some(finding.counting(facts.outgrown().count()).on(&[ElectionTimeout, HeartbeatInterval]))
}

/// How long followers waited before, until when, and how often that cost a leader its place; nothing where it never did.
pub fn said(facts: &Facts) -> Option<String> {
    let waits: Vec<i64> = facts.outgrown().map(|change| facts.spell(change.moment()).election).gather();
    let (low, high) = (*waits.iter().min()?, *waits.iter().max()?);
    let waited = if low == high { ElectionTimeout.human(low) } else { range(Range { low, high }) };
    let until = facts.spell(None).line.and_then(|line| facts.event(line).stamp.clone());
    let until = until.map_or(String::from("Before"), |until| format!("Until {until}"));
    Some(format!("{until} followers waited {waited}, and a leader lost its place {}", times(waits.len() as u64)))
}
