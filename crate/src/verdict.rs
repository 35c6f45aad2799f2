//! The verdict: one sentence, and whether timing is the cure (method, section 9).

use crate::facts::{ChangeClass, Facts, StallKind};
use crate::model::raft::failover;
use crate::parameters::Parameter;
use crate::plan::Plan;
use crate::replay::{count, timers};
use crate::report::{Severity, Timing, Verdict};
use crate::rules::Finding;
use crate::units::human;

/// Findings that name a cause which no timer touches, the most telling first.
const OTHER_CAUSES: &[&str] = &[
    "etcd-cluster-id-mismatch",
    "etcd-member-removed",
    "etcd-discovery-failed",
    "etcd-tls",
    "etcd-disk-full",
    "etcd-db-space",
    "fleet-duplicate-machine-id",
    "fleet-engine-lease-stolen",
    "fleet-daemon-hung",
    "etcd-no-quorum",
    "etcd-leader-restarted",
    "etcd-unreachable",
    "etcd-peer-network",
    "etcd-clock-skew",
    "etcd-slow-disk",
];

/// Weighs everything and says it in one sentence.
pub fn verdict(facts: &Facts, findings: &[Finding], plan: &Plan) -> Verdict {
    let severity = findings.iter().map(|finding| finding.severity).max().filter(|worst| *worst > Severity::Info).unwrap_or(Severity::Ok);
    let timing = timing(facts, findings, plan, severity);
    Verdict {
        severity,
        headline: headline(facts, findings, plan, severity, timing),
        timing,
        why: why(facts, findings, plan, timing),
        gain: gain(facts, plan),
        pay: pay(facts, plan),
        will_not_cure: will_not_cure(facts, findings, plan, timing),
    }
}

/// The first finding above a remark that names a cause no timer touches.
fn other_cause(findings: &[Finding]) -> Option<&Finding> {
    OTHER_CAUSES.iter().find_map(|id| findings.iter().find(|finding| finding.id == *id && finding.severity > Severity::Info))
}

fn timing(facts: &Facts, findings: &[Finding], plan: &Plan, severity: Severity) -> Timing {
    let proposes = plan.changes().next().is_some();
    if severity == Severity::Ok && !proposes {
        return if saw_too_little(facts) { Timing::Undecided } else { Timing::NoneNeeded };
    }
    if !proposes {
        return without_proposal(facts, findings, plan);
    }
    let beneath = other_cause(findings).is_some() || findings.iter().any(|finding| finding.id == "fleet-unit-missing-in-registry");
    let needless_cured = plan.replay.needless == 0 || plan.replay.share() >= 0.8 && plan.remaining <= 0.2 * plan.replay.needless as f64;
    let fleet_cured = facts.fleet_failures.is_empty() || plan.fleet_remaining * 5 <= facts.fleet_failures.len() as u64;
    let measured = facts.stalls.iter().any(|stall| stall.kind != StallKind::Censored) || facts.logs.is_empty();
    if plan.too_long.is_none() && !beneath && needless_cured && fleet_cured && measured { Timing::Remedy } else { Timing::Partly }
}

fn without_proposal(facts: &Facts, findings: &[Finding], plan: &Plan) -> Timing {
    let stolen = findings.iter().any(|finding| finding.id == "fleet-engine-lease-stolen");
    let repeatedly = findings.iter().any(|finding| finding.id == "fleet-leadership-churn");
    if stolen && !repeatedly {
        return Timing::Undecided;
    }
    if other_cause(findings).is_some() || plan.too_long.is_some() {
        return Timing::NotTheRemedy;
    }
    let real_changes = facts.changes.iter().filter(|change| change.class != ChangeClass::Start).count();
    if real_changes > 0 && plan.replay.needless == 0 {
        return Timing::NotTheRemedy;
    }
    let late = !facts.stalls.is_empty();
    let slow = findings.iter().any(|finding| matches!(finding.id, "etcd-slow-apply" | "etcd-slow-disk" | "etcd-send-buffer-full"));
    if plan.replay.needless == 0 && facts.fleet_failures.is_empty() && (late || slow) {
        return Timing::NotTheRemedy;
    }
    Timing::Undecided
}

/// Nothing was recognised, or next to nothing: silence of such an input proves nothing.
fn saw_too_little(facts: &Facts) -> bool {
    let recognised: u64 = facts.logs.iter().map(|log| log.recognised).sum();
    recognised == 0 && (facts.configurations.is_empty() || !facts.unknown.is_empty())
}

fn headline(facts: &Facts, findings: &[Finding], plan: &Plan, severity: Severity, timing: Timing) -> String {
    if facts.logs.is_empty() && facts.configurations.is_empty() {
        return String::from("Nothing here is a log or a configuration of etcd or fleet.");
    }
    if timing == Timing::NoneNeeded || severity == Severity::Ok {
        return healthy(facts, timing);
    }
    if plan.changes().next().is_some() {
        if let Some(text) = stalls_headline(facts, plan).or_else(|| units_headline(findings)).or_else(|| fleet_headline(facts, plan)) {
            return text;
        }
    }
    let named = if plan.changes().next().is_none() { other_cause(findings) } else { None };
    if let Some(text) = outlasted(facts, plan, timing).filter(|_| named.is_none()) {
        return text;
    }
    // What a log shows is more telling than the form of a file.
    let shown = || findings.iter().find(|finding| !finding.id.starts_with("config-")).filter(|finding| finding.severity > Severity::Info);
    let telling =
        named.or_else(shown).or_else(|| findings.first()).map_or(String::new(), |finding| finding.title.trim_end_matches('.').to_owned());
    match timing {
        Timing::NotTheRemedy => format!("{telling}: no timer cures that."),
        Timing::Undecided => format!("{telling}. The input does not show whether timing is the cause."),
        _ => format!("{telling}."),
    }
}

fn healthy(facts: &Facts, timing: Timing) -> String {
    let read: u64 = facts.logs.iter().map(|log| log.recognised).sum();
    if timing == Timing::Undecided {
        return String::from("Too little was recognised to say anything.");
    }
    if facts.logs.is_empty() {
        return String::from("The values fit each other, and no log is here to hold them against.");
    }
    if plan_is_planned(facts) {
        return String::from("The leader handed over on purpose, and nothing needs action.");
    }
    match read {
        1 => String::from("The one recognised line shows no trouble."),
        read => format!("The {read} recognised lines show no trouble."),
    }
}

fn plan_is_planned(facts: &Facts) -> bool {
    count(facts, ChangeClass::Planned) > 0
}

fn times(count: u64) -> String {
    match count {
        1 => String::from("once"),
        2 => String::from("twice"),
        n => format!("{n} times"),
    }
}

/// Who did what, how long against what, with what effect.
fn stalls_headline(facts: &Facts, plan: &Plan) -> Option<String> {
    let stall = facts.longest_stall()?;
    if stall.kind == StallKind::Censored {
        return None;
    }
    let waits = facts.value(Parameter::ElectionTimeout);
    let mut text = if plan.replay.needless > 0 {
        format!(
            "The leader stalls for up to {} but etcd waits only {}: a living leader lost its place {}",
            human(stall.planned),
            human(waits),
            times(plan.replay.needless)
        )
    } else if !facts.fleet_failures.is_empty() {
        format!(
            "The leader stalls for up to {}; etcd rides it out, but fleet allows only {}",
            human(stall.planned),
            human(facts.value(Parameter::EtcdRequestTimeout))
        )
    } else {
        format!("The leader stalls for up to {}, close to the {} that etcd waits", human(stall.planned), human(waits))
    };
    if !facts.fleet_failures.is_empty() {
        text.push_str(&format!(", and fleet gave up on requests {}", times(facts.fleet_failures.len() as u64)));
    }
    text.push('.');
    Some(text)
}

/// Stopped units are what people notice first.
fn units_headline(findings: &[Finding]) -> Option<String> {
    let stopped = findings.iter().find(|finding| finding.id == "fleet-units-restarted")?;
    Some(format!("{}, after its requests to etcd ran into their limit.", stopped.title.trim_end_matches('.')))
}

/// Stalls are there, but the timers in force ride them out.
fn outlasted(facts: &Facts, plan: &Plan, timing: Timing) -> Option<String> {
    let stall = facts.longest_stall().filter(|stall| stall.kind != StallKind::Censored)?;
    let waits = facts.value(Parameter::ElectionTimeout);
    let rides = timing == Timing::NotTheRemedy && plan.replay.needless == 0 && stall.planned < waits;
    rides.then(|| {
        format!(
            "The leader stalls for up to {}, but etcd waits {}: the timers outlast it, and what stalls the machine is to be found.",
            human(stall.planned),
            human(waits)
        )
    })
}

fn fleet_headline(facts: &Facts, plan: &Plan) -> Option<String> {
    plan.of(Parameter::EtcdRequestTimeout).proposed?;
    let limit = facts.value(Parameter::EtcdRequestTimeout);
    let moments = times(facts.fleet_failures.len() as u64);
    Some(format!(
        "fleet gave up waiting for etcd {moments}, after its own limit of {}; why etcd was slow is not in this input.",
        human(limit)
    ))
}

fn why(facts: &Facts, findings: &[Finding], plan: &Plan, timing: Timing) -> String {
    match timing {
        Timing::Remedy => cured(facts, plan),
        Timing::Partly => match (other_cause(findings), plan.too_long) {
            (_, Some(too_long)) => format!(
                "A stall of {} would need an election-timeout of {}; mend its cause first.",
                human(too_long.stall),
                human(too_long.need)
            ),
            (Some(cause), _) => format!("The values help, but there is a cause beneath: {}.", cause.title.trim_end_matches('.')),
            (None, None) => String::from("The values help fleet to wait; what makes etcd slow is not shown, so it may come back."),
        },
        Timing::NotTheRemedy => match other_cause(findings) {
            Some(cause) => format!("{}. Higher values would not change that.", cause.title.trim_end_matches('.')),
            None if plan.replay.needless == 0 && count(facts, ChangeClass::Wanted) > 0 => String::from(
                "Each leader that was replaced had really ended, so the elections were wanted. A longer timeout would only make each outage longer.",
            ),
            None => String::from("The timers in force already outlast what the log shows."),
        },
        Timing::Undecided => {
            String::from("Nothing in the input bounds a value. The list of what to measure next names the logs that would decide.")
        }
        Timing::NoneNeeded => String::from("No finding asks for action."),
    }
}

fn cured(facts: &Facts, plan: &Plan) -> String {
    let mut parts = Vec::new();
    if plan.replay.needless > 0 {
        parts.push(format!(
            "Stalls explain {} of {} needless leader changes; with the proposed values {} would remain.",
            plan.replay.explained,
            plan.replay.needless,
            expected(plan.remaining)
        ));
    }
    if !facts.fleet_failures.is_empty() {
        parts.push(format!("Of {} moments in which fleet gave up, {} would remain.", facts.fleet_failures.len(), plan.fleet_remaining));
    }
    if parts.is_empty() {
        parts.push(String::from("The values as they stand cannot work together; the proposed ones do."));
    }
    parts.join(" ")
}

/// An expected count, in words.
fn expected(count: f64) -> String {
    if count < 0.05 { String::from("none") } else { format!("about {}", crate::units::decimal((count * 10.0).round() as i64, 10, 1)) }
}

fn gain(facts: &Facts, plan: &Plan) -> Vec<String> {
    let mut gain = Vec::new();
    let raises_etcd = plan.of(Parameter::ElectionTimeout).proposed.is_some();
    if raises_etcd && plan.replay.needless > 0 {
        gain.push(format!("Needless leader changes: {} → {} expected.", plan.replay.needless, expected(plan.remaining)));
    }
    if !facts.fleet_failures.is_empty() && plan.changes().any(|decision| !decision.parameter.is_etcd()) {
        let tied = facts.fleet_failures.iter().filter(|failure| failure.stall.is_some()).count();
        if tied > 0 {
            gain.push(format!("Moments in which fleet gives up: {} → {} expected.", facts.fleet_failures.len(), plan.fleet_remaining));
        } else {
            gain.push(String::from("fleet waits out short spells of a slow etcd instead of failing."));
        }
    }
    gain
}

/// The price in short: what a real death of a leader, a hang or a dead machine costs from then on.
fn pay(facts: &Facts, plan: &Plan) -> Vec<String> {
    let mut pay = Vec::new();
    let decision = plan.of(Parameter::ElectionTimeout);
    if decision.proposed.is_some() {
        let median = |heartbeat, election| failover(&timers(facts, heartbeat, election), 0).p50;
        let then = median(plan.of(Parameter::HeartbeatInterval).value(), decision.value());
        let today = median(facts.value(Parameter::HeartbeatInterval), facts.value(Parameter::ElectionTimeout));
        pay.push(format!("A real failover takes about {}, today {}.", human(then), human(today)));
    }
    let request = plan.of(Parameter::EtcdRequestTimeout);
    if request.proposed.is_some() {
        pay.push(format!(
            "An etcd that hangs is noticed after {}, today {}.",
            human(request.value()),
            human(facts.value(Parameter::EtcdRequestTimeout))
        ));
    }
    let (ttl, interval) = (plan.of(Parameter::AgentTtl), plan.of(Parameter::EngineReconcileInterval));
    if ttl.proposed.is_some() || interval.proposed.is_some() {
        let today = facts.value(Parameter::AgentTtl) + facts.value(Parameter::EngineReconcileInterval);
        pay.push(format!("Units of a dead machine wait up to {}, today {}.", human(ttl.value() + interval.value()), human(today)));
    }
    pay
}

fn will_not_cure(facts: &Facts, findings: &[Finding], plan: &Plan, timing: Timing) -> Vec<String> {
    let mut texts = Vec::new();
    if let Some(stall) = facts.longest_stall().filter(|stall| stall.kind != StallKind::Censored) {
        texts.push(format!("Writes still pause for up to {} per stall. Find what stalls the host.", human(stall.planned)));
    }
    if timing == Timing::Partly
        && findings.iter().any(|finding| finding.id == "fleet-unit-missing-in-registry")
        && facts.fleet_before((0, 12, 0))
    {
        texts.push(String::from("fleet before 0.12 stops a unit when one read of it fails. Only an upgrade ends that."));
    }
    if plan.changes().any(|decision| decision.parameter == Parameter::EtcdRequestTimeout) {
        texts.push(String::from("When a leader really dies, requests begun before the next one is there are lost, whatever the limit."));
    }
    texts
}
