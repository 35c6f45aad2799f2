//! The one sentence: who did what, how long against what, with what effect.

use std::cmp::Reverse;

use super::Case;
use super::timing::{cut_off, unlike_members};
use super::unexplained::{saw_too_little, shows_only_a_state, unexplained};
use crate::facts::failures::{longest_outage, proven_wait};
use crate::facts::presence::another_is_gone;
use crate::facts::slow_requests::longest_wait;
use crate::facts::texts::{BY_LEADER, says};
use crate::facts::{ChangeClass, Facts, LeaderChange, Stall, StallKind, tools};
use crate::gather::Gather;
use crate::ids::RuleId;
use crate::log::event::{Event, Meaning};
use crate::model::raft::safe_stall;
use crate::parameters::Parameter;
use crate::plan::{Plan, waits_too_little};
use crate::replay::timers_in_force;
use crate::report::{Confidence, Provenance, Severity, Timing};
use crate::rules::common::{alerts, human_limit, knows_wait, only_bounded, plural, times};
use crate::rules::{Finding, etcd_timers_changed, raised};
use crate::units::{Micros, S, human};

/// A sentence, and the finding that says the same at length.
type Headline<'a> = (String, Option<&'a Finding>);

/// Who did what, how long against what, with what effect.
pub(super) fn headline<'a>(case: &Case<'a>, timing: Timing) -> Headline<'a> {
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
        let wrong = findings.iter().find(|finding| finding.severity > Severity::Info);
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
        let end = if too_long.by_budget {
            "timers that outlast that replace a dead leader later than you accept"
        } else {
            "no sensible timer outlasts that"
        };
        return Some((format!("{}; {end}.", text.trim_end_matches('.')), of_stalls(case)));
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

/// Members that wait unequally long, where that cost no leader its place.
fn differing<'a>(case: &Case<'a>) -> Option<&'a Finding> {
    case.named(RuleId::ConfigValuesDiffer).filter(|_| case.plan.replay.needless == 0)
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
        id => EFFECTS.iter().position(|effect| *effect == id).map_or(0, |at| at + 1),
    };
    let told = findings.iter().filter(|finding| !finding.id.is_of_configuration() && finding.severity > Severity::Info);
    told.min_by_key(|finding| (Reverse(finding.severity), finding.confidence == Confidence::Low, follows(finding), Reverse(finding.count)))
}

/// No finding is above a remark, and nothing is proposed.
fn healthy(facts: &Facts, timing: Timing) -> String {
    let measured = facts.without_log() && facts.configurations.is_empty();
    let trouble = unexplained(facts).filter(|_| measured || !saw_too_little(facts) || shows_only_a_state(facts));
    if timing == Timing::Undecided && (!measured || trouble.is_some()) {
        return match trouble {
            Some((event, said)) => {
                format!("There is trouble, in line {} at first: {said}. The input does not show its cause.", event.line)
            }
            None if shows_only_a_state(facts) => state(facts),
            None => TOO_LITTLE.to_owned(),
        };
    }
    if measured {
        return only_measured(facts).to_owned();
    }
    if facts.without_log() {
        return only_stated(facts).to_owned();
    }
    if let Some(before) = etcd_timers_changed::said(facts) {
        return format!("{before}. Now they wait {}, and nothing needs action.", human_limit(facts, Parameter::ElectionTimeout));
    }
    let read: u64 = facts.judged_logs().map(|log| log.recognised).sum();
    let wanted = facts.count(ChangeClass::Wanted) > 0;
    let said = if wanted && facts.members == Some(1) {
        "The only member was told to stop and was started again, and nothing needs action."
    } else if wanted {
        "The leader was told to stop, the others elected the next one, and nothing needs action."
    } else if facts.count(ChangeClass::Planned) > 0 {
        "The leader handed over on purpose, and nothing needs action."
    } else {
        let unread: u64 = facts.judged_logs().map(|log| log.unread).sum();
        let others = match unread {
            unread if unread > read => format!("; {} not known here", plural(unread, "other line is", "other lines are")),
            _ => String::new(),
        };
        return match read {
            1 => format!("The one line that tells of etcd or fleet shows no trouble{others}."),
            _ => format!("The {read} lines that tell of etcd or fleet show no trouble{others}."),
        };
    };
    said.to_owned()
}

const TOO_LITTLE: &str = "Too little was understood to say anything.";

/// Neither a log nor a configuration is here.
fn only_measured(facts: &Facts) -> &'static str {
    let is_state = |event: &Event| matches!(event.meaning, Meaning::AlertOver | Meaning::AlertFires) && alerts::name(event).is_none();
    let is_alert = |event: &Event| !is_state(event) && event.meaning.id().starts_with("alert-");
    if !facts.any_event(|event| !is_state(event)) {
        TOO_LITTLE
    } else if facts.any_event(is_alert) {
        // What goes on has a finding.
        "No alert here goes on; neither a configuration nor a log is here to tell what raised them."
    } else {
        "What was measured shows no trouble. A log or a configuration would tell more."
    }
}

/// Configurations without a log.
fn only_stated(facts: &Facts) -> &'static str {
    let open = Parameter::ALL.iter().any(|parameter| facts.in_force(*parameter).value.is_none());
    let hands_more = facts.configurations.iter().any(|configuration| configuration.cluster.hands_more);
    if !states_a_value(facts) && hands_more {
        "No timing value is stated here, but etcd or fleet gets more than is here, so the defaults need not hold."
    } else if !states_a_value(facts) {
        "No timing value is stated, so the defaults apply. Without a log nothing shows whether they fit your cluster."
    } else if open && !Parameter::ALL.iter().any(|parameter| is_known(facts, *parameter)) {
        "A template fills in the values, so they are not known here."
    } else if open {
        "What is stated fits, and a template fills in the rest. Without a log nothing shows whether it fits your cluster."
    } else {
        "The values fit each other. Without a log nothing shows whether they fit your cluster."
    }
}

/// What etcdctl shows of the members.
fn state(facts: &Facts) -> String {
    let shown = || facts.events_of(&[Meaning::CtlStatus]).map(|(_, event)| event);
    let rows: usize = shown().map(|event| event.holes("leads") + event.holes("follows")).sum();
    let asked = facts.meaning(&[Meaning::CtlStatus, Meaning::CtlHealth]).len();
    let members = if rows > 0 { rows } else { asked } as u64;
    let term = shown().filter_map(|event| event.number("raft")).max();
    let term = term.map_or(String::new(), |term| format!(" in term {term}, which rises by one or more with each election"));
    if members == 0 {
        return String::from("What etcdctl was told to do is here, and nothing that tells of timing.");
    }
    format!("etcdctl shows {}{term}. That is the state of one moment, and tells nothing of timing.", plural(members, "member", "members"))
}

fn states_a_value(facts: &Facts) -> bool {
    Parameter::ALL.iter().any(|parameter| facts.in_force(*parameter).provenance == Provenance::Stated)
}

/// Whether a value is stated, and no template fills it in.
fn is_known(facts: &Facts, parameter: Parameter) -> bool {
    let in_force = facts.in_force(parameter);
    in_force.provenance == Provenance::Stated && in_force.value.is_some()
}

/// Nothing is wrong; the values follow from what the reader states.
fn as_asked(facts: &Facts, plan: &Plan) -> String {
    let election = plan.of(Parameter::ElectionTimeout);
    let stated = match (facts.assumptions.stall_ms, facts.assumptions.peer_rtt_ms) {
        (Some(_), _) => "the stall that you want to survive",
        (None, Some(_)) => "the round trip that you state",
        (None, None) if facts.knows_round_trip() => "the round trip that was measured",
        (None, None) => "a stall like the longest one in the log",
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

/// A configuration without a log: what is wrong with it, and whether its values fit, where they apply.
fn review(facts: &Facts, wrong: Option<&Finding>, plan: &Plan) -> String {
    let title = wrong.map_or("", |finding| finding.title.trim_end_matches('.'));
    let alone = wrong.is_some_and(|finding| finding.severity == Severity::Critical || !finding.parameters.is_empty());
    if let Some(text) = too_short_for_the_round_trip(facts, plan) {
        return format!("{title}. {text}");
    }
    let fit = if plan.changes().next().is_some() || alone || !states_a_value(facts) { "" } else { " The values fit each other." };
    format!("{title}.{fit}")
}

/// Beside a trouble that was counted, what the round trip asks for (method 6.1).
fn too_short_for_the_round_trip(facts: &Facts, plan: &Plan) -> Option<String> {
    let asks = facts.measured_round_trip().filter(|trip| facts.value(Parameter::ElectionTimeout) < 10 * trip)?;
    plan.of(Parameter::ElectionTimeout).proposed?;
    let waits = human_limit(facts, Parameter::ElectionTimeout);
    Some(format!("Followers wait {waits}, less than ten round trips of {} between members.", human(asks)))
}

/// From the first to the last of these moments, where that is more than a second.
fn within(mut moments: Vec<Micros>) -> String {
    crate::sort::sort(&mut moments);
    match (moments.first(), moments.last()) {
        (Some(first), Some(last)) if last - first >= S => format!(" within {}", human(last - first)),
        _ => String::new(),
    }
}

fn stalls_headline(case: &Case) -> Option<String> {
    let (facts, stall) = (case.facts, case.stall?);
    let waits = human_limit(facts, Parameter::ElectionTimeout);
    let only = if only_bounded(facts) { "" } else { "only " };
    let gave_up = facts.fleet_failures.len() as u64;
    let limit = human_limit(facts, Parameter::EtcdRequestTimeout);
    let lost = case.plan.replay.needless;
    // Where nothing measured it, its link may have been silent as well as its process.
    let silent = !stall.kind.is_measured();
    let mut text = if silent {
        format!("Followers heard nothing from the leader for up to about {}", human(stall.planned))
    } else {
        format!("The leader stalled for {}", lasted(stall))
    };
    if lost > 0 {
        let over = within(facts.needless().filter_map(|change| change.elected.or(change.campaign)).gather());
        text.push_str(&match (stall.planned > facts.value(Parameter::ElectionTimeout), silent) {
            (false, _) => format!(", and from {} on that can cost it its place here", human(safe_stall(&timers_in_force(facts)))),
            (_, true) => format!(", but wait {only}{waits}"),
            (_, false) => format!(", but followers wait {only}{waits}"),
        });
        text.push_str(&if facts.needless().all(LeaderChange::shows_alive) {
            format!(": a living leader lost its place {}{over}", times(lost))
        } else {
            format!("; the leader changed {}{over}", times(lost))
        });
        if gave_up > 0 {
            text.push_str(&format!(", and fleet gave up {}", times(gave_up)));
        }
    } else if gave_up > 0 {
        text.push_str(&format!("; etcd rides it out, but fleet waits only {limit} and gave up {}", times(gave_up)));
    } else {
        // etcd 0.4 itself says that it came near.
        let more = stall.planned > facts.value(Parameter::ElectionTimeout) && stall.kind != StallKind::NearTimeout;
        let near = if more { "longer than" } else { "nearly as long as" };
        text.push_str(&format!(", {near} followers wait: {waits}"));
    }
    text.push('.');
    Some(text)
}

/// How long it was, as far as its lines tell.
fn lasted(stall: &Stall) -> String {
    match stall.kind {
        StallKind::LostTicks => format!("at least {}", human(stall.length.low)),
        _ => format!("up to {}", human(stall.planned)),
    }
}

/// A machine that lost its presence, and what became of its units.
fn presence_headline(case: &Case) -> Option<String> {
    let facts = case.facts;
    let lost = case.named(RuleId::FleetAgentHeartbeatLost)?;
    let outage = longest_outage(facts);
    let mut given_up = facts.events_of(&[Meaning::ServerMonitorTriggered]);
    let (id, event) = given_up.find(|(id, _)| outage.as_ref().is_none_or(|(_, host)| *host == facts.host(*id)))?;
    let who = event.host.map_or(String::from("A machine"), |_| facts.host(id));
    let units = case.named(RuleId::FleetUnitsRestarted);
    let another = another_is_gone(facts);
    let effect = match (units, lost.severity) {
        (Some(units), _) if another => {
            format!("it gave up renewing its presence, and fleet stopped {} of another machine", plural(units.count, "unit", "units"))
        }
        (None, Severity::Critical) if another => {
            String::from("it gave up renewing its presence, and its engine declared another machine gone")
        }
        (Some(units), _) => format!("its presence ran out and fleet stopped {}", plural(units.count, "unit", "units")),
        (None, Severity::Critical) => String::from("its presence ran out and the engine declared it gone"),
        _ => String::from("it gave up renewing its presence"),
    };
    let outage = outage.map_or(String::new(), |(outage, _)| format!(" for at least {}", human(outage)));
    Some(format!("{who} got no answer from etcd{outage}: {effect}, with an agent-ttl of {}.", human_limit(facts, Parameter::AgentTtl)))
}

/// Stopped units are what people notice first.
fn units_headline(case: &Case) -> Option<String> {
    let facts = case.facts;
    let stopped = case.named(RuleId::FleetUnitsRestarted)?;
    let limit = human_limit(facts, Parameter::EtcdRequestTimeout);
    let title = stopped.title.trim_end_matches('.');
    Some(if case.has(RuleId::FleetUnitMissingInRegistry) {
        format!("{title}, because single reads from etcd took longer than fleet's limit of {limit}.")
    } else if case.has(RuleId::FleetAgentHeartbeatLost) {
        format!("{title}, as a machine's presence ran out; agent-ttl is {}.", human_limit(facts, Parameter::AgentTtl))
    } else if facts.fleet_failures.is_empty() {
        format!("{title}.")
    } else {
        format!("{title}, after its requests to etcd ran into their limit of {limit}.")
    })
}

/// Stalls are there, but the timers in force ride them out.
fn ridden_out(case: &Case, timing: Timing) -> Option<String> {
    let (facts, stall) = (case.facts, case.stall?);
    let rides = timing == Timing::NotTheRemedy
        && knows_wait(facts)
        && case.plan.replay.needless == 0
        && stall.planned < facts.value(Parameter::ElectionTimeout);
    let cause = match tools::busy_processor(facts) {
        Some(_) => "the processor, which had no time left, is to be relieved",
        None => "what stalls the machine is to be found",
    };
    let count = |counts: fn(StallKind) -> bool| facts.stalls.iter().filter(|stall| counts(stall.kind)).count();
    let known = Some(count(StallKind::is_measured)).filter(|known| *known > 0).unwrap_or_else(|| count(StallKind::is_known));
    rides.then(|| {
        format!(
            "The leader stalled {}, for {}, but followers wait {}: the timers outlast it, and {cause}.",
            times(known as u64),
            lasted(stall),
            human_limit(facts, Parameter::ElectionTimeout)
        )
    })
}

fn fleet_headline(facts: &Facts, plan: &Plan) -> Option<String> {
    plan.of(Parameter::EtcdRequestTimeout).proposed.filter(|_| !facts.fleet_failures.is_empty())?;
    let limit = facts.value(Parameter::EtcdRequestTimeout);
    let said = human_limit(facts, Parameter::EtcdRequestTimeout);
    let unknown = "The input does not show why etcd was slow.";
    if let Some(wait) = proven_wait(facts).filter(|wait| *wait >= 2 * limit) {
        return Some(format!(
            "etcd gave fleet no answer for at least {}, but fleet waits only {said} for each request. {unknown}",
            human(wait)
        ));
    }
    let requests: u64 = facts.fleet_failures.iter().map(|failure| failure.events.len() as u64).sum();
    let over = within(facts.fleet_failures.iter().filter_map(|failure| failure.time).gather());
    let requests = plural(requests, "request", "requests");
    Some(format!("fleet gave up on {requests}{over}: etcd took longer than fleet's limit of {said}. {unknown}"))
}
