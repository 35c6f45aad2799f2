//! `etcd-no-quorum`: no majority of members answers.

mod rounds;

use super::common::{alerts, last_line, matching, near, plural, says, span, stopping, times};
use super::{Finding, Rule};
use crate::facts::publishing::{has_leader, unpublished};
use crate::facts::{EventId, Facts, LeaderChange};
use crate::gather::Gather;
use crate::ids::RuleId;
use crate::log::event::{Event, Meaning};
use crate::parameters::{NO_FAILOVER_TAKES, Parameter};
use crate::report::{Confidence, Severity};
use crate::sort;
use crate::units::{Micros, S, human};

/// The rule.
pub const RULE: Rule = Rule {
    id: RuleId::EtcdNoQuorum,
    why: "Without a majority etcd accepts no write, and no election can end. All that needs etcd stands still until enough members are back.",
    what_to_do: "Bring the missing members back: see that each process runs and that peer ports are open both ways. No timer changes that. Never remove data to get a cluster going.",
    references: &["etcd-io/etcd@v2.3.8:etcdserver/server.go:810", "etcd-io/etcd@v2.3.8:raft/raft.go:405"],
    check,
};

fn check(facts: &Facts) -> Option<Finding> {
    let mut publish = unpublished(facts);
    publish.retain(|id| !has_leader(facts, *id));
    let rounds = rounds::unanswered_rounds(facts, &publish);
    // To 3.2 etcdctl said so of a cluster none of whose members is well, as one knows no leader; in an election that passes,
    // and another check found it well (etcd-io/etcd@v3.2.32:etcdctl/ctlv2/command/cluster_health.go:122).
    let told = |words: &str| facts.any_event(|event| says(event, &[words]));
    let asked = facts.changes.is_empty() && told("got unhealthy result") && !told("cluster is healthy");
    let mut join = matching(facts, &[Meaning::Join04, Meaning::CtlUnhealthy], |event| {
        // The error of a client whose endpoints all failed, for whatever reason, holds the same words.
        let of_client = says(event, &["etcd cluster is unavailable"]);
        says(event, &["nable to join the cluster", "cannot connect to existing peers"])
            || !of_client && says(event, &["cluster is unavailable"])
            || asked && says(event, &["cluster is unhealthy"])
    });
    // A standby of 0.4 asks the cluster for its members every few seconds; one answer that failed is none.
    let asks = facts.meaning(&[Meaning::Standby04]);
    join.extend(if asks.len() > 1 { asks } else { Vec::new() });
    // A member of 0.4 tries again after some seconds, and may find the others then.
    join.retain(|id| !near(facts, *id, &[Meaning::Leader04], 0, 60 * S, 40));
    let counted = facts.meaning(&[Meaning::OperatorLostQuorum]);
    let gave_up = gave_up(facts);
    let mut events = rounds.clone();
    events.extend(gave_up.map(|(down, ..)| down).iter().chain(&publish).chain(&join).chain(&counted));
    if events.is_empty() {
        let counts = |event: &Event| event.number("count").is_some();
        let title = |event: &Event| String::from(if counts(event) { "Too few members run" } else { "A member has no leader" });
        return alerts::told(facts, RULE.id, Severity::Critical, &[Meaning::AlertNoLeader], &title);
    }
    let title = if !rounds.is_empty() {
        let over = span(facts, &rounds).filter(|span| *span > 0).map(|span| format!(" in {}", human(span))).unwrap_or_default();
        format!("A member asked for votes {}{over}, and no other member answered", times(rounds.len() as u64))
    } else if let Some((_, without, alone)) = gave_up {
        let knew = if alone { "it heard of no other leader" } else { "there was no other leader" };
        format!("The leader lost its majority, and for {} {knew}", human(without))
    } else if !publish.is_empty() {
        format!("A member could not publish itself to the cluster, {}", times(super::common::lines(facts, &publish)))
    } else if !counted.is_empty() {
        String::from("The operator of the cluster counts fewer running members than a majority")
    } else if join.iter().all(|id| facts.event(*id).meaning == Meaning::CtlUnhealthy) {
        String::from("etcdctl found no healthy member")
    } else {
        format!("A member found no cluster to join ({})", plural(super::common::lines(facts, &join), "line", "lines"))
    };
    let what = if rounds.is_empty() && gave_up.is_some_and(|(.., alone)| alone) {
        "A leader that hears from no majority steps down. Where a majority is left without it, that one elects the next leader within seconds; this member's log does not show it."
    } else if rounds.is_empty() && gave_up.is_some() {
        "A leader that hears from no majority steps down. A majority without it elects the next one within seconds; here there was none."
    } else if rounds.is_empty() {
        "The cluster carried out no write for it, so too few members work together."
    } else {
        "Such a member is cut off, or too few members run, or the others hear the leader and, from 3.1 on, do not answer."
    };
    let confidence = if rounds.is_empty() && gave_up.is_none() { Confidence::Medium } else { Confidence::High };
    Some(Finding::new(RULE.id, Severity::Critical, confidence, title, what).showing(facts, &events))
}

/// A leader that stepped down for want of a majority, and the longest time after it that nobody led; and whether only
/// this member tells of the next leader, which it may have heard of late.
fn gave_up(facts: &Facts) -> Option<(EventId, Micros, bool)> {
    let long = (NO_FAILOVER_TAKES * facts.value(Parameter::ElectionTimeout)).max(5 * S);
    let mut elections: Vec<&LeaderChange> = facts.changes.iter().filter(|change| change.elected.is_some()).gather();
    sort::by_key(&mut elections, |change| change.elected);
    let without = |(id, event): (EventId, &Event)| {
        let down = event.moment()?;
        let next = elections.partition_point(|change| change.elected <= Some(down));
        // Another one may have taken its place already.
        let before = next.checked_sub(1).map(|at| elections[at])?;
        let replaced = before.old.as_deref() == event.word("id") && before.elected > Some(down - long);
        let after = elections.get(next);
        let gap = after.and_then(|change| change.elected).or(last_line(facts))? - down;
        let itself = |change: &&&LeaderChange| {
            change.new.as_deref() != event.word("id") && change.events.iter().all(|id| facts.event(*id).word("id") == event.word("id"))
        };
        (!replaced && gap >= long && !stopping(facts, id)).then_some((id, gap, after.filter(itself).is_some()))
    };
    facts.events_of(&[Meaning::QuorumInactiveStepdown]).filter_map(without).max_by_key(|(_, gap, _)| *gap)
}

#[cfg(test)]
mod tests;
