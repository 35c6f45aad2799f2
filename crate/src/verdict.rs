//! The verdict: one sentence, and whether timing is the cure (method, section 9).

use crate::facts::failures::{proven_outage, proven_wait};
use crate::facts::voices::START_LINES;
use crate::facts::{ChangeClass, Facts, HOLDS_BINARY, LeaderChange, StallKind, TOO_LARGE, metrics};
use crate::gather::Gather;
use crate::log::event::{Event, Meaning};
use crate::log::signature::Program;
use crate::model::raft::{loss_share, safe_stall};
use crate::parameters::Parameter;
use crate::plan::{HIGHEST_REQUEST_TIMEOUT, Plan, TooLong, meant};
use crate::replay::{count, timers, timers_in_force};
use crate::report::{Severity, Timing, Verdict};
use crate::rules::Finding;
use crate::rules::common::{BY_LEADER, WITHOUT_LEADER, human_limit, plural, says, times};
use crate::units::{Micros, S, human};

/// Findings that name a cause which no timer touches, the most telling first.
pub const OTHER_CAUSES: &[&str] = &[
    "etcd-cluster-id-mismatch",
    "etcd-member-removed",
    "etcd-unknown-peer",
    "etcd-discovery-failed",
    "etcd-tls",
    "etcd-disk-full",
    "etcd-db-space",
    "etcd-data-damaged",
    "fleet-duplicate-machine-id",
    "fleet-data-diverged",
    "fleet-engine-lease-stolen",
    "fleet-daemon-hung",
    "etcd-no-quorum",
    "etcd-leader-restarted",
    "etcd-restarted",
    "etcd-unreachable",
    "etcd-peer-network",
    "etcd-clock-skew",
    "etcd-slow-disk",
];

/// Weighs everything and says it in one sentence.
pub fn verdict(facts: &Facts, findings: &[Finding], plan: &Plan) -> Verdict {
    let severity = findings.iter().map(|finding| finding.severity).max().filter(|worst| *worst > Severity::Info).unwrap_or(Severity::Ok);
    let timing = timing(facts, findings, plan, severity);
    let (headline, telling) = headline(facts, findings, plan, severity, timing);
    Verdict {
        // Fine is said of what was looked at: where that was too little, nothing is fine.
        severity: if severity == Severity::Ok && timing != Timing::NoneNeeded { Severity::Info } else { severity },
        headline,
        finding: telling.map(|finding| finding.id.to_owned()),
        timing,
        why: why(facts, findings, plan, severity, timing),
        gain: gain(facts, plan),
        pay: pay(facts, plan),
        will_not_cure: will_not_cure(facts, findings, plan, timing),
    }
}

/// The first finding above a remark that names a cause no timer touches.
pub fn other_cause(findings: &[Finding]) -> Option<&Finding> {
    // Why etcd ends comes before that it ended.
    let ends = findings.iter().find(|finding| finding.id == "etcd-own-trouble" && finding.severity == Severity::Critical);
    let cause = OTHER_CAUSES.iter().find_map(|id| findings.iter().find(|finding| finding.id == *id && finding.severity > Severity::Info));
    // Settings that etcd refused, none of them a timer.
    ends.or(cause).or_else(|| findings.iter().find(|finding| finding.id == "etcd-bad-config" && finding.parameters.is_empty()))
}

fn timing(facts: &Facts, findings: &[Finding], plan: &Plan, severity: Severity) -> Timing {
    let proposes = plan.changes().next().is_some();
    if severity == Severity::Ok && !proposes {
        let open = saw_too_little(facts) || unexplained(facts).is_some();
        return if open { Timing::Undecided } else { Timing::NoneNeeded };
    }
    if !proposes {
        return without_proposal(facts, findings, plan);
    }
    let beneath = other_cause(findings).is_some() || findings.iter().any(|finding| finding.id == "fleet-unit-missing-in-registry");
    let needless_cured =
        plan.repairs || plan.replay.needless == 0 || plan.replay.share() >= 0.8 && plan.remaining <= 0.2 * plan.replay.needless as f64;
    let fleet_cured = facts.fleet_failures.is_empty() || plan.fleet_remaining * 5 <= facts.fleet_failures.len() as u64;
    let measured = plan.repairs || facts.stalls.iter().any(|stall| stall.kind != StallKind::Censored) || facts.logs.is_empty();
    let sensible = plan.too_long.is_none() && (plan.repairs || plan.costly().is_none());
    if sensible && !beneath && needless_cured && fleet_cured && measured { Timing::Remedy } else { Timing::Partly }
}

fn without_proposal(facts: &Facts, findings: &[Finding], plan: &Plan) -> Timing {
    let stolen = findings.iter().any(|finding| finding.id == "fleet-engine-lease-stolen");
    let repeatedly = findings.iter().any(|finding| finding.id == "fleet-leadership-churn");
    if stolen && !repeatedly {
        return Timing::Undecided;
    }
    if other_cause(findings).is_some() || plan.too_long.is_some() || waits_long_already(facts) {
        return Timing::NotTheRemedy;
    }
    let real_changes = facts.changes.iter().filter(|change| change.class != ChangeClass::Start).count();
    if real_changes > 0 && plan.replay.needless == 0 || only_raised(facts, plan) {
        return Timing::NotTheRemedy;
    }
    // A leader was lost, or terms rose, and who led is not in the input: the stalls it shows may not be all.
    let lost = |finding: &Finding| matches!(finding.id, "etcd-leader-lost" | "etcd-election-churn") && finding.severity > Severity::Info;
    let told = || facts.any_event(|event| says(event, BY_LEADER));
    if real_changes == 0 && (findings.iter().any(lost) || told()) {
        return Timing::Undecided;
    }
    let late = !facts.stalls.is_empty();
    let slow = findings
        .iter()
        .any(|finding| matches!(finding.id, "etcd-slow-apply" | "etcd-slow-disk" | "etcd-send-buffer-full" | "etcd-own-trouble"));
    if plan.replay.needless == 0 && facts.fleet_failures.is_empty() && (late || slow) {
        return Timing::NotTheRemedy;
    }
    Timing::Undecided
}

/// Each leader lost its place to a member that alone had missed it.
fn only_raised(facts: &Facts, plan: &Plan) -> bool {
    plan.replay.needless > 0 && facts.raised() as u64 == plan.replay.needless
}

/// fleet's limit is at the highest sensible value, and requests run into it all the same.
fn waits_long_already(facts: &Facts) -> bool {
    !facts.fleet_failures.is_empty() && facts.value(Parameter::EtcdRequestTimeout) >= HIGHEST_REQUEST_TIMEOUT
}

/// Nothing was recognised, or nothing but ends of other units: silence of such an input proves nothing.
fn saw_too_little(facts: &Facts) -> bool {
    let recognised: u64 = facts.logs.iter().map(|log| log.recognised).sum();
    let nothing = recognised == 0 || facts.all_events().next().is_some() && !facts.any_event(|event| !is_of_others(event));
    nothing && (facts.configurations.is_empty() || !facts.unknown.is_empty())
}

/// Lines that tell of trouble by themselves. Where no finding takes them up the input is not free of it.
const TELL_OF_TROUBLE: &[Meaning] = &[
    Meaning::UnitProcessExited,
    Meaning::UnitFailed,
    Meaning::SystemdStartFailed,
    Meaning::OutOfMemoryKill,
    Meaning::EtcdPanic,
    Meaning::StackFrame,
    Meaning::RaftSaveFailed,
    Meaning::RaftSnapSaveFailed,
    Meaning::WalPrealloc,
    Meaning::CtlUnhealthy,
    Meaning::ProbeFailed,
    Meaning::ContainerEnded,
    Meaning::NoLeaderErr,
    Meaning::NoLeaderDropProposal,
    Meaning::NoLeaderDropRead,
    Meaning::ClientUnavailable,
    Meaning::LeaseNotFound,
    Meaning::FleetctlListUnits,
    Meaning::FleetctlListMachines,
    Meaning::FleetctlGetUnit,
    Meaning::FleetctlCommandFailed,
    Meaning::ApiFailed,
    Meaning::ApiserverClient,
    Meaning::KubernetesLeaseLost,
    Meaning::Join04,
    Meaning::Standby04,
    Meaning::ProxyEndpoint,
    Meaning::FleetdCreateFailed,
    Meaning::FleetdConfigBad,
];

/// A member that joins as a learner is asked again until it has caught up, as kubeadm does
/// (etcd-io/etcd@v3.5.33:api/v3rpc/rpctypes/error.go, ErrGRPCLearnerNotReady).
const STILL_LEARNS: &str = "can only promote a learner member which is in sync with leader";

/// Units and processes that are etcd or fleet, or hold etcd in their process; others on its machines fail for themselves.
const HOLD_ETCD: &[&str] = &["etcd", "fleet", "k3s", "rke2"];

/// systemd's or the kernel's word of such another one.
fn is_of_others(event: &Event) -> bool {
    event.program() == Program::System
        && event.word("unit").or(event.word("name")).is_some_and(|name| !HOLD_ETCD.iter().any(|held| name.contains(held)))
}

/// etcdctl's word that all is well, at the end of its line: a failed command may quote it, as `grep -q 'cluster is healthy'`.
fn is_healthy(event: &Event) -> bool {
    event.meaning == Meaning::CtlUnhealthy && event.text.trim_end().ends_with("cluster is healthy")
}

const ENDS_AN_ELECTION: &[Meaning] =
    &[Meaning::BecameLeader, Meaning::LeaderElected, Meaning::LeaderChanged, Meaning::BecameFollower, Meaning::Published];

/// The first line that tells of trouble, of an election in which votes were refused, or of one whose end
/// is not in the input; asked where no finding is above a remark.
fn unexplained(facts: &Facts) -> Option<&Event> {
    let shows_late = facts.any_event(|event| event.meaning == Meaning::HeartbeatLate);
    let troubled = |event: &Event| {
        // etcd says so after a late heartbeat only, and how late it was is not in the input.
        if event.meaning == Meaning::ServerOverloaded {
            return !shows_late;
        }
        if event.meaning == Meaning::MetricHasLeader {
            return metrics::value(event) == Some(0);
        }
        // A hand-over raises the term by one; more are elections that went wrong.
        if event.meaning == Meaning::LowerTermIgnored {
            return event.number("term") > event.number("term2").map(|old| old + 1);
        }
        // etcd 0.4 takes out a member that was silent for half an hour (etcd-io/etcd@v0.4.9:server/peer_server.go:889).
        if event.meaning == Meaning::Peer04 {
            return says(event, &["; last activity "]);
        }
        let lost_votes = event.meaning == Meaning::VoteCount && event.number("count").is_some_and(|refused| refused > 0);
        lost_votes
            || (TELL_OF_TROUBLE.contains(&event.meaning) || says(event, &[WITHOUT_LEADER]))
                && !event.text.contains("status=0/")
                && event.number("code") != Some(0)
                && !says(event, &[STILL_LEARNS, "context canceled", "operation was canceled"])
                && !is_healthy(event)
                && !is_of_others(event)
    };
    let open = |log: usize| {
        let events = &facts.logs[log].events;
        let at = events.iter().rposition(|event| event.meaning == Meaning::ElectionStart)?;
        // Others become followers of a term by the mere request for their votes.
        let who = events[at].word("id");
        let ends = |event: &Event| {
            ENDS_AN_ELECTION.contains(&event.meaning) && (event.meaning != Meaning::BecameFollower || event.word("id") == who)
        };
        let decided = events[at..].iter().any(ends) || events[..at].iter().any(|event| START_LINES.contains(&event.meaning));
        (!decided).then(|| &events[at])
    };
    let told = facts.all_events().find(|(_, event)| troubled(event)).map(|(_, event)| event);
    told.or_else(|| without_leader(facts)).or_else(|| (0..facts.logs.len()).find_map(open))
}

/// etcdctl shows three members or more, and none of them leads; of fewer the leader may not have been asked.
fn without_leader(facts: &Facts) -> Option<&Event> {
    let (mut members, mut leads, mut shown) = (0, 0, None);
    for (_, event) in facts.events_of(&[Meaning::CtlStatus]) {
        let said = event.word("leader");
        members += event.holes("leads") + event.holes("follows") + usize::from(said.is_some());
        leads += event.holes("leads") + usize::from(said == Some("true"));
        shown = shown.or(Some(event));
    }
    shown.filter(|_| members >= 3 && leads == 0)
}

/// Who did what, how long against what, with what effect; and the finding that says the same at length.
fn headline<'a>(facts: &Facts, findings: &'a [Finding], plan: &Plan, severity: Severity, timing: Timing) -> (String, Option<&'a Finding>) {
    let of = |ids: &[&str]| ids.iter().find_map(|id| findings.iter().find(|finding| finding.id == *id));
    let of_stalls = || of(if plan.replay.needless > 0 { &["etcd-leader-lost", "etcd-election-churn"] } else { &["etcd-heartbeat-late"] });
    if facts.logs.is_empty() && facts.configurations.is_empty() {
        return (String::from("Nothing here can be read as a log or a configuration of etcd or fleet."), None);
    }
    let proposes = plan.changes().next().is_some();
    if timing == Timing::NoneNeeded || severity == Severity::Ok && !proposes {
        return (healthy(facts, timing), None);
    }
    if proposes && severity == Severity::Ok {
        return (as_asked(facts, plan), None);
    }
    if facts.logs.is_empty() {
        let wrong = findings.iter().find(|finding| finding.severity > Severity::Info);
        return (review(facts, wrong, plan), wrong);
    }
    let broken = findings.iter().find(|finding| plan.repairs && finding.id == "etcd-bad-config");
    if let Some(broken) = broken {
        return (format!("{}.", broken.title), Some(broken));
    }
    if proposes {
        if let Some(text) = stalls_headline(facts, plan) {
            return (text, of_stalls());
        }
        if let Some(text) = presence_headline(facts, findings) {
            return (text, of(&["fleet-agent-heartbeat-lost"]));
        }
        if let Some(text) = units_headline(facts, findings) {
            return (text, of(&["fleet-units-restarted"]));
        }
        if let Some(text) = fleet_headline(facts, plan) {
            return (text, of(&["fleet-etcd-request-cancelled", "fleet-registry-timeout"]));
        }
    }
    let named = if proposes { None } else { other_cause(findings) };
    if let Some(too_long) = plan.too_long.filter(|_| named.is_none()) {
        let end = if too_long.by_budget {
            "what outlasts that takes longer to replace a dead leader than you accept"
        } else {
            "no sensible timer outlasts that"
        };
        if let Some(text) = stalls_headline(facts, plan) {
            return (format!("{}; {end}.", text.trim_end_matches('.')), of_stalls());
        }
    }
    if let Some(text) = outlasted(facts, plan, timing).filter(|_| named.is_none()) {
        return (text, of(&["etcd-heartbeat-late"]));
    }
    let telling = named.or_else(|| shown(findings)).or(findings.first());
    let title = telling.map_or("", |finding| finding.title.trim_end_matches('.'));
    let end = match timing {
        Timing::NotTheRemedy => " No timer cures that.",
        Timing::Undecided => " The input does not show whether timing is the cause.",
        _ => "",
    };
    (format!("{title}.{end}"), telling)
}

/// What a log shows is more telling than the form of a file.
fn shown(findings: &[Finding]) -> Option<&Finding> {
    findings.iter().find(|finding| !finding.id.starts_with("config-") && finding.severity > Severity::Info)
}

fn healthy(facts: &Facts, timing: Timing) -> String {
    if timing == Timing::Undecided {
        return match unexplained(facts).filter(|_| !saw_too_little(facts)) {
            Some(event) => format!("There is trouble, in line {} at first, but the input does not show its cause.", event.line),
            None => String::from("Too little was recognised to say anything."),
        };
    }
    if facts.logs.is_empty() {
        let open = Parameter::ALL.iter().any(|parameter| facts.in_force(*parameter).value.is_none());
        return String::from(if open {
            "What is stated fits, a template fills in the rest, and no log is here to hold it against."
        } else {
            "The values fit each other, and no log is here to hold them against."
        });
    }
    let read: u64 = facts.logs.iter().map(|log| log.recognised).sum();
    match (count(facts, ChangeClass::Planned), count(facts, ChangeClass::Wanted), read) {
        (planned, 0, _) if planned > 0 => String::from("The leader handed over on purpose, and nothing needs action."),
        (_, wanted, _) if wanted > 0 => {
            String::from("The leader was told to stop, the others elected the next one, and nothing needs action.")
        }
        (_, _, 1) => String::from("The one recognised line shows no trouble."),
        _ => format!("The {read} recognised lines show no trouble."),
    }
}

/// Nothing is wrong; the values follow from what the reader states.
fn as_asked(facts: &Facts, plan: &Plan) -> String {
    let election = plan.of(Parameter::ElectionTimeout);
    let stated = match facts.assumptions.stall_ms {
        Some(_) => "the stall that you want to survive",
        None => "the round trip that you state",
    };
    if election.proposed.is_none() {
        return format!(
            "For {stated} the leader should send a heartbeat every {} instead of {}; nothing in the input is wrong by itself.",
            Parameter::HeartbeatInterval.human(plan.of(Parameter::HeartbeatInterval).value()),
            human_limit(facts, Parameter::HeartbeatInterval)
        );
    }
    format!(
        "For {stated} followers have to wait {} instead of {}; nothing in the input is wrong by itself.",
        Parameter::ElectionTimeout.human(election.value()),
        human_limit(facts, Parameter::ElectionTimeout)
    )
}

/// A configuration without a log: what is wrong with it, or what its values cost.
fn review(facts: &Facts, wrong: Option<&Finding>, plan: &Plan) -> String {
    let title = wrong.map_or("", |finding| finding.title.trim_end_matches('.'));
    if plan.changes().next().is_some() || wrong.is_some_and(|finding| !finding.parameters.is_empty()) {
        return format!("{title}.");
    }
    let fit = if facts.has_etcd() && facts.members != Some(1) {
        let timers = timers(facts, facts.value(Parameter::HeartbeatInterval), facts.value(Parameter::ElectionTimeout));
        let p50 = facts.failover(&timers).p50;
        format!("the values fit each other, at the price of about {} without a leader whenever one really dies", human(p50))
    } else {
        String::from("the values fit each other")
    };
    format!("{title}; {fit}.")
}

/// From the first to the last of these moments, where that is more than a second.
fn within(mut moments: Vec<Micros>) -> String {
    crate::sort::sort(&mut moments);
    match (moments.first(), moments.last()) {
        (Some(first), Some(last)) if last - first >= S => format!(" within {}", human(last - first)),
        _ => String::new(),
    }
}

fn stalls_headline(facts: &Facts, plan: &Plan) -> Option<String> {
    let stall = facts.longest_stall().filter(|stall| stall.kind != StallKind::Censored)?;
    let waits = human_limit(facts, Parameter::ElectionTimeout);
    let gave_up = facts.fleet_failures.len() as u64;
    let limit = human_limit(facts, Parameter::EtcdRequestTimeout);
    let lost = plan.replay.needless;
    // Where nothing measured it, its link may have been silent as well as its process.
    let silent = !stall.kind.is_measured();
    let mut text = if silent {
        format!("Followers heard nothing from the leader for up to about {}", human(stall.planned))
    } else {
        format!("The leader stalled for up to {}", human(stall.planned))
    };
    if lost > 0 {
        let over = within(facts.needless().filter_map(|change| change.elected.or(change.campaign)).gather());
        text.push_str(&match (stall.planned > facts.value(Parameter::ElectionTimeout), silent) {
            (false, _) => format!(", and from {} on that can cost it its place here", human(safe_stall(&timers_in_force(facts)))),
            (_, true) => format!(", but wait only {waits}"),
            (_, false) => format!(", but followers wait only {waits}"),
        });
        text.push_str(&if facts.needless().all(LeaderChange::shows_alive) {
            format!(": a living leader lost its place {}{over}", times(lost))
        } else {
            format!("; the leader changed {}{over}", times(lost))
        });
        if gave_up > 0 {
            text.push_str(&format!(", and fleet gave up on requests {}", times(gave_up)));
        }
    } else if gave_up > 0 {
        text.push_str(&format!("; etcd rides it out, but fleet waits only {limit} and gave up on requests {}", times(gave_up)));
    } else {
        let near = if stall.planned > facts.value(Parameter::ElectionTimeout) { "more than" } else { "close to" };
        text.push_str(&format!(", {near} the {waits} that followers wait"));
    }
    text.push('.');
    Some(text)
}

/// A machine that lost its presence, and what became of its units.
fn presence_headline(facts: &Facts, findings: &[Finding]) -> Option<String> {
    let lost = findings.iter().find(|finding| finding.id == "fleet-agent-heartbeat-lost")?;
    let given_up = facts.events_of(&[Meaning::ServerMonitorTriggered]).next()?;
    let who = given_up.1.host.map_or(String::from("A machine"), |_| facts.host(given_up.0));
    let units = findings.iter().find(|finding| finding.id == "fleet-units-restarted");
    let effect = match (units, lost.severity) {
        (Some(units), _) => format!("its presence ran out and fleet stopped {}", plural(units.count, "unit", "units")),
        (None, Severity::Critical) => String::from("its presence ran out and the engine declared it gone"),
        _ => String::from("it gave up renewing its presence"),
    };
    let outage = proven_outage(facts).map_or(String::new(), |outage| format!(" for at least {}", human(outage)));
    Some(format!("{who} got no answer from etcd{outage}: {effect}, with an agent-ttl of {}.", human_limit(facts, Parameter::AgentTtl)))
}

/// Stopped units are what people notice first.
fn units_headline(facts: &Facts, findings: &[Finding]) -> Option<String> {
    let stopped = findings.iter().find(|finding| finding.id == "fleet-units-restarted")?;
    let limit = human_limit(facts, Parameter::EtcdRequestTimeout);
    let title = stopped.title.trim_end_matches('.');
    Some(if findings.iter().any(|finding| finding.id == "fleet-unit-missing-in-registry") {
        format!("{title}, because single reads from etcd took longer than its limit of {limit}.")
    } else {
        format!("{title}, after its requests to etcd ran into their limit of {limit}.")
    })
}

/// Stalls are there, but the timers in force ride them out.
fn outlasted(facts: &Facts, plan: &Plan, timing: Timing) -> Option<String> {
    let stall = facts.longest_stall().filter(|stall| stall.kind != StallKind::Censored)?;
    let rides = timing == Timing::NotTheRemedy && plan.replay.needless == 0 && stall.planned < facts.value(Parameter::ElectionTimeout);
    rides.then(|| {
        format!(
            "The leader stalled {}, for up to {}, but followers wait {}: the timers outlast it, and what stalls the machine is to be found.",
            times(facts.stalls.len() as u64),
            human(stall.planned),
            human_limit(facts, Parameter::ElectionTimeout)
        )
    })
}

fn fleet_headline(facts: &Facts, plan: &Plan) -> Option<String> {
    plan.of(Parameter::EtcdRequestTimeout).proposed.filter(|_| !facts.fleet_failures.is_empty())?;
    let limit = facts.value(Parameter::EtcdRequestTimeout);
    let said = human_limit(facts, Parameter::EtcdRequestTimeout);
    let unknown = "why etcd was slow is not in this input";
    if let Some(wait) = proven_wait(facts).filter(|wait| *wait >= 2 * limit) {
        return Some(format!(
            "etcd gave fleet no answer for at least {}, but fleet waits only {said} for each request; {unknown}.",
            human(wait)
        ));
    }
    let requests: u64 = facts.fleet_failures.iter().map(|failure| failure.events.len() as u64).sum();
    let over = within(facts.fleet_failures.iter().filter_map(|failure| failure.time).gather());
    Some(format!(
        "fleet's requests to etcd took longer than its limit of {said} {}{over} ({}); {unknown}.",
        times(facts.fleet_failures.len() as u64),
        plural(requests, "request", "requests")
    ))
}

fn why(facts: &Facts, findings: &[Finding], plan: &Plan, severity: Severity, timing: Timing) -> String {
    match timing {
        Timing::Remedy => cured(facts, plan, severity),
        Timing::Partly => match (other_cause(findings), plan.too_long) {
            (_, Some(too_long)) => beyond(too_long),
            (Some(cause), _) => format!("The values help, but there is a cause beneath: {}.", cause.title.trim_end_matches('.')),
            (None, None) if plan.costly().is_some() => format!(
                "So long an election-timeout only bridges the time until the cause is mended: with it each real failover takes about {}, far longer than one needless change. Where such stalls are rare, mend the cause and keep the values.",
                failover_then(facts, plan)
            ),
            (None, None) if plan.changes().all(|decision| decision.parameter == Parameter::EngineReconcileInterval) => String::from(
                "A longer interval keeps the lease in one hand although a pass of the engine is slow. A shorter pass is the cure: fewer units, or fleet 0.12 and later, which reads all units in one request.",
            ),
            (None, None) if stops_on_a_failed_read(facts, findings) => String::from(
                "A longer limit makes failed reads rarer. The lasting cure is fleet 0.12 or later, which reads all units at once and stops none because one read failed.",
            ),
            (None, None) if (1..plan.replay.needless).contains(&plan.replay.explained) => format!(
                "Stalls explain {} of {} needless leader changes, and the values outlast those. What caused the others is not shown.",
                plan.replay.explained, plan.replay.needless
            ),
            (None, None) => String::from("The values help fleet to wait; what makes etcd slow is not shown, so it may come back."),
        },
        Timing::NotTheRemedy => match other_cause(findings) {
            // The headline names it.
            Some(_) => String::from("Higher values would leave the cause as it is. They would only make a real failover slower."),
            None if plan.replay.needless == 0 && count(facts, ChangeClass::Wanted) > 0 => String::from(
                "Each leader that was replaced had really ended, so the elections were wanted. A longer timeout would only make each outage longer.",
            ),
            None if only_raised(facts, plan) => String::from(
                "The leader ran, and the others heard it. A longer timeout for all would leave the one member as it is and make each real failover slower.",
            ),
            None if plan.too_long.is_some() => plan.too_long.map_or(String::new(), beyond),
            None if waits_long_already(facts) => format!(
                "fleet's limit is already {}. An etcd that needs longer for one request has to be mended, not waited for.",
                human(facts.value(Parameter::EtcdRequestTimeout))
            ),
            None if facts.stalls.is_empty() => String::from("Nothing here comes near a limit that a timer sets."),
            None if facts.longest_stall().is_some_and(|stall| stall.planned >= facts.value(Parameter::ElectionTimeout)) => String::from(
                "The input shows no leader that lost its place to it, so nothing asks for longer timers; what stalls the machine is to be found.",
            ),
            None => String::from("The timers in force already outlast what the log shows."),
        },
        Timing::Undecided if saw_too_little(facts) => {
            let unfit = facts.unknown.iter().find(|(_, said)| said.contains(HOLDS_BINARY) || said.contains(TOO_LARGE));
            let give = || "Give the journal of etcd and fleet from around the trouble, or the cloud-config of the machine.".to_owned();
            unfit.map_or_else(give, |(_, said)| said.clone())
        }
        Timing::Undecided => {
            String::from("Nothing in the input bounds a value. The list of what to measure next names the logs that would decide.")
        }
        Timing::NoneNeeded => String::from("No finding asks for action."),
    }
}

/// No sensible value outlasts the stall.
fn beyond(too_long: TooLong) -> String {
    let limit = if too_long.by_budget { ", above the failover that you accept" } else { "" };
    format!("A stall of {} would need an election-timeout of {}{limit}; mend its cause first.", human(too_long.stall), human(too_long.need))
}

fn cured(facts: &Facts, plan: &Plan, severity: Severity) -> String {
    let mut parts = Vec::new();
    if plan.replay.needless > 0 && !plan.repairs {
        parts.push(format!(
            "Stalls explain {} of {} needless leader changes; with the proposed values {} would remain.",
            plan.replay.explained,
            plan.replay.needless,
            expected(plan.remaining)
        ));
    }
    if !facts.fleet_failures.is_empty() {
        let remain = counted(plan.fleet_remaining);
        parts.push(format!("Of {} moments in which fleet gave up, {remain} would remain.", facts.fleet_failures.len()));
    }
    let stalls = || facts.longest_stall().filter(|stall| stall.kind != StallKind::Censored);
    if let Some(stall) = stalls().filter(|_| parts.is_empty() && plan.of(Parameter::ElectionTimeout).proposed.is_some()) {
        let timers = timers_in_force(facts);
        parts.push(format!(
            "The input shows no leader that lost its place, but a stall of {} costs it in about {} of 100 cases; the proposed values outlast one.",
            human(stall.planned),
            loss_share(&timers, stall.planned, timers.heartbeat) / 10_000
        ));
    }
    if parts.is_empty() {
        let as_meant = plan.changes().any(|decision| meant(facts, decision.parameter) == decision.proposed);
        parts.push(String::from(match (as_meant, plan.repairs, severity) {
            (true, false, _) => "Values that are not read as they are written do not act; in the corrected form they do.",
            (_, false, Severity::Ok) => "The values as they stand do not bear what you state; the proposed ones do.",
            _ => "The values as they stand cannot work together; the proposed ones do.",
        }));
    }
    parts.join(" ")
}

/// A count; what is none is called so everywhere.
fn counted(count: u64) -> String {
    if count == 0 { String::from("none") } else { count.to_string() }
}

/// An expected count, in words.
fn expected(count: f64) -> String {
    if count < 0.05 { String::from("none") } else { format!("about {}", crate::units::decimal((count * 10.0).round() as i64, 10, 1)) }
}

fn gain(facts: &Facts, plan: &Plan) -> Vec<String> {
    let mut gain = Vec::new();
    let raises_etcd = plan.of(Parameter::ElectionTimeout).proposed.is_some();
    let fewer = plan.remaining < plan.replay.needless as f64;
    if raises_etcd && fewer && !plan.repairs {
        gain.push(format!("Needless leader changes: {} now, {} expected.", plan.replay.needless, expected(plan.remaining)));
    }
    if raises_etcd && plan.replay.needless == 0 && !facts.stalls.is_empty() {
        gain.push(String::from("A stall like the longest one costs no leader its place."));
    }
    if !facts.fleet_failures.is_empty() && plan.changes().any(|decision| !decision.parameter.is_etcd()) {
        let tied = facts.fleet_failures.iter().filter(|failure| failure.stall.is_some()).count();
        if tied > 0 {
            gain.push(format!(
                "Moments in which fleet gives up: {} now, {} expected.",
                facts.fleet_failures.len(),
                counted(plan.fleet_remaining)
            ));
        } else {
            gain.push(String::from("fleet waits out short spells of a slow etcd instead of failing."));
        }
    }
    gain
}

/// How long a dead leader is missed under the plan.
fn failover_then(facts: &Facts, plan: &Plan) -> String {
    let [heartbeat, election] = [Parameter::HeartbeatInterval, Parameter::ElectionTimeout].map(|parameter| plan.of(parameter).value());
    human(facts.failover(&timers(facts, heartbeat, election)).p50)
}

/// The price in short: what a real death of a leader, a hang or a dead machine costs from then on.
fn pay(facts: &Facts, plan: &Plan) -> Vec<String> {
    let mut pay = Vec::new();
    let decision = plan.of(Parameter::ElectionTimeout);
    if decision.proposed.is_some() {
        let today = if facts.refuses_pair() {
            String::from("and today etcd does not start")
        } else if facts.no_leader_lasts() {
            String::from("and today no leader lasts")
        } else {
            let now = timers(facts, facts.value(Parameter::HeartbeatInterval), facts.value(Parameter::ElectionTimeout));
            format!("today {}", human(facts.failover(&now).p50))
        };
        pay.push(format!("A real failover takes about {}, {today}.", failover_then(facts, plan)));
    }
    let request = plan.of(Parameter::EtcdRequestTimeout);
    if request.proposed.is_some() {
        pay.push(format!(
            "An etcd that hangs holds each call of fleet for {}, today {}.",
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

/// fleet before 0.12 takes a unit for deleted when its one read fails.
fn stops_on_a_failed_read(facts: &Facts, findings: &[Finding]) -> bool {
    findings.iter().any(|finding| finding.id == "fleet-unit-missing-in-registry") && facts.fleet_before((0, 12, 0))
}

fn will_not_cure(facts: &Facts, findings: &[Finding], plan: &Plan, timing: Timing) -> Vec<String> {
    let mut texts = Vec::new();
    if let Some(stall) = facts.longest_stall().filter(|stall| stall.kind != StallKind::Censored) {
        let pause = human(stall.planned);
        // A longer one ends with the election.
        if stall.planned < plan.of(Parameter::ElectionTimeout).value() {
            texts.push(if stall.kind.is_measured() {
                format!("Writes still pause for up to {pause} per stall. Find what stalls the host.")
            } else {
                format!("Writes still pause for up to {pause} each time. Find what silences the leader: its process or its link.")
            });
        }
    }
    if timing == Timing::Partly && stops_on_a_failed_read(facts, findings) {
        texts.push(String::from("fleet before 0.12 stops a unit when one read of it fails. Only an upgrade ends that."));
    }
    if plan.changes().any(|decision| decision.parameter == Parameter::EtcdRequestTimeout) {
        texts.push(String::from("When a leader really dies, requests begun before the next leader is there are lost, whatever the limit."));
    }
    texts
}

#[cfg(test)]
mod tests {
    use crate::report::{Timing, Verdict};
    use crate::{Document, Input, analyze};

    fn verdict(log: &str) -> Verdict {
        let document = Document { name: None, text: log.to_owned() };
        analyze(&Input { documents: vec![document], ..Input::default() }).verdict
    }

    #[test]
    fn why_etcd_ends_comes_before_that_it_ended() {
        let log = "Feb 03 11:02:10 core-01 etcd2[815]: listen tcp 127.0.0.1:2380: bind: address already in use\n\
                   Feb 03 11:02:10 core-01 systemd[1]: etcd2.service: Main process exited, code=exited, status=1/FAILURE\n\
                   Feb 03 11:02:20 core-01 systemd[1]: etcd2.service: Main process exited, code=exited, status=1/FAILURE\n";
        assert_eq!(verdict(log).finding.as_deref(), Some("etcd-own-trouble"));
    }

    #[test]
    fn a_learner_that_still_learns_is_no_trouble() {
        let asked = |error: &str| {
            timing(&format!(
                "{{\"level\":\"warn\",\"ts\":\"2024-01-17T13:37:11.110Z\",\"logger\":\"etcd-client\",\"caller\":\"v3/retry_interceptor.go:62\",\"msg\":\"retrying of unary invoker failed\",\"target\":\"etcd-endpoints://0xc0001d1500/192.0.2.4:2379\",\"attempt\":0,\"error\":\"rpc error: code = FailedPrecondition desc = etcdserver: {error}\"}}\n"
            ))
        };
        assert_eq!(asked("can only promote a learner member which is in sync with leader"), Timing::NoneNeeded);
        assert_eq!(asked("example"), Timing::Undecided);
    }

    fn timing(log: &str) -> Timing {
        verdict(log).timing
    }

    #[test]
    fn trouble_that_no_rule_takes_up_is_not_called_fine() {
        for log in [
            "Feb 03 11:02:10 core-01 systemd[1]: fleet.service: Main process exited, code=exited, status=1/FAILURE\n",
            "Apr 29 15:35:29 k8s-1 etcd[1167]: 2a0965170762fd09 [q:2] has received 1 votes and 2 vote rejections\n",
            "cluster is unhealthy\n",
            "panic: send on closed channel\ngoroutine 7 [running]:\nexample.com/app/etcd.Watch(0xc0001a2000)\n",
            "Nov 17 14:44:07 n1 kube-apiserver[15]: W1117 14:44:07.933170   15035 clientconn.go:1120] grpc: addrConn.createTransport failed to connect to {https://192.0.2.7:2379 0>\n",
            "[2023/09/04 21:38:34.036 +08:00] [WARN] [session.go:435] [\"keep-alive failed\"] [error=\"etcdserver: requested lease not found\"]\n",
            "go.etcd.io/etcd/etcdserver.(*EtcdServer).run(0xc0001a2000)\n",
            "2015-08-20 10:00:04.000000 E | wal: failed to allocate space when creating new wal file (operation not supported)\n",
            "2016-04-20 10:00:00.500100 W | etcdserver: server is likely overloaded\n",
            "raft2022/03/13 20:18:41 INFO: c53ac51d7b26029 [term: 82] ignored a MsgHeartbeatResp message with lower term from fe314885babde9f [term: 78]\n",
            "192.0.2.8: user: warning: [2024-08-12T10:21:02.227217999Z]: [talos] service[etcd](Waiting): Runner Containerd(etcd) exited without error, going to restart it\n",
            "a1a4ca1ecc5d   quay.io/coreos/etcd:v3.2.18   \"/usr/local/bin/etcd\"   3 hours ago   Exited (137) 3 minutes ago   etcd\n",
            "cp-1   etcd   Running   Fail   13m24s ago   Health check failed: etcdserver: rpc not supported for learner\n",
        ] {
            assert_eq!(timing(log), Timing::Undecided, "{log}");
        }
        assert_eq!(
            timing("member 8e9e05c52164694d is healthy: got healthy result from http://192.0.2.7:2379\ncluster is healthy\n"),
            Timing::NoneNeeded
        );
        let starts = r#"{"level":"info","ts":"2022-02-05T00:46:41.486Z","caller":"embed/etcd.go:276","msg":"now serving peer/client/metrics"}
{"level":"info","ts":"2022-02-05T00:46:42.578Z","logger":"raft","caller":"etcdserver/zap_raft.go:77","msg":"9b7aaee97a50e7e9 is starting a new election at term 42"}
"#;
        assert_eq!(timing(starts), Timing::NoneNeeded);
        let foreign = "Jun 28 00:11:24 n1 app[28574]: github.com/etcd-io/bbolt.(*Cursor).search(0xc42007f1e8)\n";
        assert_eq!(verdict(foreign).headline, "Too little was recognised to say anything.");
        let traced = r#"{"level":"error","ts":"2026-07-05T12:46:29.438550Z","caller":"etcdserver/server.go:1602","msg":"example","stacktrace":"go.etcd.io/etcd/server/v3/etcdserver.(*EtcdServer).isLearnerReady\n"}"#;
        assert_eq!(timing(&format!("2016-04-20 10:00:04.000000 I | etcdmain: etcd Version: 3.6.0\n{traced}\n")), Timing::NoneNeeded);
        let quoted = "fatal: [n1]: FAILED! => {\"cmd\": \"etcdctl cluster-health | grep -q 'cluster is healthy'\", \"stderr\": \"Error:  client: endpoint http://192.0.2.7:2379 exceeded header timeout\"}\n";
        assert_eq!(timing(quoted), Timing::Undecided);
        let neighbour = "Feb 03 11:02:10 core-01 etcd2[815]: etcd Version: 2.3.8\nFeb 03 11:02:10 core-01 systemd[1]: consul.service: main process exited, code=exited, status=1/FAILURE\n";
        assert_eq!(timing(neighbour), Timing::NoneNeeded);
        let alone = "Feb 03 11:02:10 core-01 systemd[1]: consul.service: main process exited, code=exited, status=1/FAILURE\n";
        assert_eq!(verdict(alone).headline, "Too little was recognised to say anything.");
        let stopped = "Feb 03 11:02:10 core-01 systemd[1]: fleet.service: Main process exited, code=exited, status=0/SUCCESS\n";
        assert_eq!(timing(stopped), Timing::NoneNeeded);
    }

    #[test]
    fn what_stalls_do_not_explain_is_said() {
        let deposed = |minute: u32, line: &str, term: u32| {
            format!(
                "2016-04-20 10:{minute:02}:04.000000 {line}
2016-04-20 10:{minute:02}:04.000200 I | raft: 91d25258d70ad868 became follower at term {term}
2016-04-20 10:{minute:02}:04.000300 I | raft: raft.node: 91d25258d70ad868 changed leader from 91d25258d70ad868 to 2a0965170762fd09 at term {term}
"
            )
        };
        let late = "W | etcdserver: failed to send out heartbeat on time (deadline exceeded for 1.302s)";
        let again = "2016-04-20 10:06:00.000000 I | raft: 91d25258d70ad868 became leader at term 6\n";
        let log = deposed(1, late, 5) + again + &deposed(11, late, 7);
        let verdict = verdict(&log);
        assert_eq!(verdict.timing, Timing::Partly);
        assert!(verdict.why.starts_with("Stalls explain 2 of 3"), "{}", verdict.why);
    }

    #[test]
    fn a_deposed_leader_alone_tells_of_no_stall() {
        let own = "\
Apr 29 14:52:49 n2 etcd[1188]: 91d25258d70ad868 [term: 12275] received a MsgVote message with higher term from 2a0965170762fd09 [term: 12276]
Apr 29 14:52:49 n2 etcd[1188]: 91d25258d70ad868 became follower at term 12276
Apr 29 14:52:49 n2 etcd[1188]: raft.node: 91d25258d70ad868 lost leader 91d25258d70ad868 at term 12276
";
        assert_eq!(timing(own), Timing::Undecided);
    }

    #[test]
    fn a_table_without_a_leader_is_not_fine() {
        let row = |leader: bool| format!("| https://192.0.2.7:2379 | 8e9e05c52164694d |   3.5.0 | 35 MB | {leader:>9} |\n");
        let head = "|        ENDPOINT        |        ID        | VERSION | DB SIZE | IS LEADER |\n";
        let table = |leads: bool| [head, &row(false), &row(leads), &row(false)].concat();
        assert_eq!(timing(&table(false)), Timing::Undecided);
        assert_eq!(timing(&table(true)), Timing::NoneNeeded);
    }

    #[test]
    fn words_of_an_article_are_no_slow_request() {
        let article = "Look for:\n\napply request took too long\nleader changed\n\nThese tell of latency in etcd.\n";
        let report = analyze(&Input { documents: vec![Document { name: None, text: article.to_owned() }], ..Input::default() });
        assert!(report.findings.is_empty());
    }

    #[test]
    fn a_short_stall_explains_no_lost_leader() {
        let log = "\
Jun 11 10:25:02 n etcd[5]: [etcd] Jun 11 10:25:02.586 INFO      | node1: warning: heartbeat near election timeout: 164.0ms
Jun 11 10:37:41 n etcd[5]: [etcd] Jun 11 10:37:41.389 INFO      | node1: leader changed from 'node2' to ''.
";
        assert_eq!(timing(log), Timing::Undecided);
    }
}
