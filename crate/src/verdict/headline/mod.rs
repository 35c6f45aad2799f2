//! The one sentence: who did what, how long against what, with what effect.

mod fleet;
mod quiet;
mod stalls;

use std::cmp::Reverse;

use self::fleet::{fleet_headline, presence_headline, units_headline};
pub(super) use self::quiet::trouble as untold;
use self::quiet::{as_asked, healthy, review};
use self::stalls::{ridden_out, stalls_headline};
use crate::facts::Facts;
use crate::facts::slow_requests::longest_wait;
use crate::facts::texts::{BY_LEADER, says};
use crate::ids::RuleId;
use crate::parameters::Parameter;
use crate::plan::waits_too_little;
use crate::report::{Confidence, Severity, Timing};
use crate::rules::common::{human_limit, times};
use crate::rules::{Finding, above_remarks, raised};
use crate::units::S;
use crate::verdict::Case;
use crate::verdict::timing::{cut_off, differing, over_budget, unlike_members};
use crate::verdict::unexplained::shows_only_a_state;

/// A sentence, and the finding that says the same at length.
type Headline<'a> = (String, Option<&'a Finding>);

/// Who did what, how long against what, with what effect.
pub(in crate::verdict) fn headline<'a>(case: &Case<'a>, timing: Timing) -> Headline<'a> {
    let Case { facts, findings, plan, .. } = *case;
    if facts.logs.is_empty() && facts.configurations.is_empty() {
        return (String::from("Nothing here can be read as a log or a configuration of etcd or fleet."), None);
    }
    if case.severity == Severity::Ok {
        return match findings.first().filter(|_| !case.proposes && shows_only_a_state(facts)) {
            Some(past) => (format!("{}. Nothing here tells of timing.", past.title), Some(past)),
            None if case.proposes => (as_asked(facts, plan), None),
            None => (healthy(facts, timing), None),
        };
    }
    if facts.without_log() {
        // Where etcd does not run, neither does what fleet's values are for.
        let of_fleet = |finding: &&Finding| finding.id == RuleId::ConfigAgentTtlUnit;
        let wrong = above_remarks(findings).next();
        let refused = case.named(RuleId::EtcdBadConfig).filter(|refused| refused.severity == Severity::Critical);
        let wrong = refused.filter(|_| wrong.as_ref().is_some_and(of_fleet)).or(wrong);
        return (review(facts, wrong, plan), wrong);
    }
    if let Some(broken) = case.named(RuleId::EtcdBadConfig).filter(|_| plan.repairs) {
        return (format!("{}.", broken.title), Some(broken));
    }
    if case.proposes { cured(case) } else { outlasted(case, timing) }.unwrap_or_else(|| trouble(case, timing))
}

/// What the proposed values are for.
fn cured<'a>(case: &Case<'a>) -> Option<Headline<'a>> {
    let Case { facts, plan, .. } = *case;
    if let Some(unlike) = unlike_members(case).filter(|_| facts.fleet_failures.is_empty()) {
        return Some((format!("{}.", unlike.title), Some(unlike)));
    }
    if let Some(text) = stalls_headline(case) {
        return Some((text, of_stalls(case)));
    }
    if plan.replay.needless > 0 && waits_too_little(facts) {
        let waits = human_limit(facts, Parameter::ElectionTimeout);
        let changes = times(plan.replay.needless);
        let text =
            format!("The leader changed {changes}, and followers wait only {waits}: a busy machine is silent for as long at any time.");
        return Some((text, of_stalls(case)));
    }
    if let Some(text) = presence_headline(case) {
        return Some((text, case.named(RuleId::FleetAgentHeartbeatLost)));
    }
    if let Some(text) = units_headline(case) {
        return Some((text, case.named(RuleId::FleetUnitsRestarted)));
    }
    let text = fleet_headline(facts, plan)?;
    Some((text, case.named(RuleId::FleetEtcdRequestCancelled).or_else(|| case.named(RuleId::FleetRegistryTimeout))))
}

/// Stalls for which nothing is proposed: no timer outlasts them, or those in force do. Another cause comes before them.
fn outlasted<'a>(case: &Case<'a>, timing: Timing) -> Option<Headline<'a>> {
    let too_long = case.plan.too_long;
    if case.cause.is_some() {
        return None;
    }
    if let (Some(too_long), Some(text)) = (too_long, stalls_headline(case)) {
        let text = format!("{}; no {} that.", text.trim_end_matches('.'), too_long.limit.timer_outlasts());
        return Some((text, of_stalls(case)));
    }
    let late = raised(case.findings, RuleId::EtcdHeartbeatLate).filter(|_| differing(case).is_none())?;
    Some((ridden_out(case, timing)?, Some(late)))
}

/// The finding that names the trouble, and what timing can do about it.
fn trouble<'a>(case: &Case<'a>, timing: Timing) -> Headline<'a> {
    let Case { facts, findings, .. } = *case;
    let cut_off = || case.named(RuleId::EtcdLeaderLost).filter(|_| cut_off(facts));
    let cause = case.cause.filter(|_| !case.proposes);
    let telling = cause.or_else(|| differing(case)).or_else(cut_off).or_else(|| strongest(facts, findings)).or(findings.first());
    let id = telling.map(|finding| finding.id);
    let presence = if id == Some(RuleId::FleetAgentHeartbeatLost) { presence_headline(case) } else { None };
    let title = presence.unwrap_or_else(|| telling.map_or(String::new(), |finding| finding.title.clone()));
    let end = match (timing, id) {
        // It is the timers that are at fault.
        (Timing::NotTheRemedy, Some(RuleId::EtcdBadConfig)) => "",
        // A slip in a file is no trouble of which a cause is asked for.
        (Timing::Undecided, Some(id)) if id.is_of_configuration() => "",
        (Timing::NotTheRemedy, _) if over_budget(case).is_some() => " No value that keeps to your failover budget helps.",
        (Timing::NotTheRemedy, _) => " No timer cures that.",
        (Timing::Undecided, _) => " The input does not show whether timing is the cause.",
        _ => "",
    };
    (format!("{}.{end}", title.trim_end_matches('.')), telling)
}

/// The finding on stalls, by what they cost.
fn of_stalls<'a>(case: &Case<'a>) -> Option<&'a Finding> {
    if case.plan.replay.needless == 0 {
        return case.named(RuleId::EtcdHeartbeatLate);
    }
    case.named(RuleId::EtcdLeaderLost).or_else(|| case.named(RuleId::EtcdElectionChurn))
}

/// What may follow from something else, and so is named only where that is not shown: each may be the cause of those
/// below it. A finding that is not here follows from none.
const EFFECTS: &[RuleId] = &[
    RuleId::EtcdElectionChurn,
    RuleId::EtcdLeaderLost,
    // A full buffer shows a peer or a link that does not keep up; that the leader gave up is the harm.
    RuleId::EtcdSendBufferFull,
    RuleId::EtcdSlowApply,
    RuleId::EtcdRequestTimeout,
    RuleId::FleetAgentHeartbeatLost,
    RuleId::FleetEtcdError,
    RuleId::FleetEtcdRequestCancelled,
    RuleId::FleetRegistryTimeout,
    RuleId::FleetEngineLeaseLost,
    RuleId::FleetLeadershipChurn,
    RuleId::FleetUnitMissingInRegistry,
    RuleId::FleetUnitsRestarted,
    RuleId::ClientHttp500,
];

/// The finding that explains the others: of the worst that are sure, the one that follows from the fewest, then the one with
/// the most lines. What a log shows is more telling than the form of a file.
fn strongest<'a>(facts: &Facts, findings: &'a [Finding]) -> Option<&'a Finding> {
    // What was carried out within a second fills no limit of 5 s; and what ended with the leader, etcd puts down to that.
    let explains_nothing = || longest_wait(facts).is_none_or(|wait| wait < S) || facts.any_event(|event| says(event, BY_LEADER));
    let follows = |finding: &Finding| match finding.id {
        RuleId::EtcdSlowApply if explains_nothing() => EFFECTS.len(),
        RuleId::EtcdClockSkew => EFFECTS.len(),
        id => EFFECTS.iter().position(|effect| *effect == id).map_or(0, |at| at + 1),
    };
    let told = above_remarks(findings).filter(|finding| !finding.id.is_of_configuration());
    told.min_by_key(|finding| {
        let (follows, unsure) = (follows(finding), finding.confidence == Confidence::Low);
        (Reverse(finding.severity), follows == EFFECTS.len(), unsure, follows, Reverse(finding.count))
    })
}
