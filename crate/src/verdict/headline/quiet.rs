//! The sentence where no trouble is shown: a healthy log, a state, or a configuration alone.

use crate::facts::{ChangeClass, EventId, Facts};
use crate::log::event::{Event, Meaning};
use crate::parameters::Parameter;
use crate::plan::Plan;
use crate::report::{Provenance, Severity, Timing};
use crate::rules::common::{alerts, ended_together, human_limit, plural};
use crate::rules::{Finding, etcd_timers_changed};
use crate::units::human;
use crate::verdict::unexplained::{keeps_elsewhere, saw_too_little, shows_only_a_state, unexplained};

/// No finding is above a remark, and nothing is proposed.
pub(super) fn healthy(facts: &Facts, timing: Timing) -> String {
    let (measured, trouble) = (facts.only_measured(), trouble(facts));
    if timing == Timing::Undecided && (!measured || trouble.is_some()) {
        return match trouble {
            Some((id, said)) => {
                format!("There is trouble, first in line {}: {said}. The input does not show its cause.", facts.event(id).line)
            }
            None if shows_only_a_state(facts) => state(facts),
            None if keeps_elsewhere(facts) => {
                String::from("Kubernetes keeps its objects in kine or dqlite here, not in etcd: no timer of etcd or fleet acts on that.")
            }
            None if facts.without_log() => only_stated(facts),
            None => TOO_LITTLE.to_owned(),
        };
    }
    if measured {
        return only_measured(facts);
    }
    if facts.without_log() {
        return only_stated(facts);
    }
    of_logs(facts)
}

/// The line that tells of trouble which no finding takes up, and what it tells, where enough was seen to say so.
pub(in crate::verdict) fn trouble(facts: &Facts) -> Option<(EventId, &'static str)> {
    unexplained(facts).filter(|_| facts.only_measured() || !saw_too_little(facts) || shows_only_a_state(facts))
}

/// What logs without trouble show.
fn of_logs(facts: &Facts) -> String {
    if let Some(before) = etcd_timers_changed::said(facts) {
        return format!("{before}. Now they wait {}, and nothing needs action.", human_limit(facts, Parameter::ElectionTimeout));
    }
    match (facts.count(ChangeClass::Wanted) > 0, facts.count(ChangeClass::Planned) > 0) {
        (true, _) if facts.members == Some(1) => {
            String::from("The only member was told to stop and was started again, and nothing needs action.")
        }
        (true, _) if facts.changes.iter().any(|change| ended_together(facts, change)) => {
            String::from("All members were told to stop and were started again, and nothing needs action.")
        }
        (true, _) => String::from("The leader was told to stop, the others elected the next one, and nothing needs action."),
        (false, true) => String::from("The leader handed over on purpose, and nothing needs action."),
        (false, false) => no_trouble(facts),
    }
}

/// How many lines were understood, and how many were not where those are more.
fn no_trouble(facts: &Facts) -> String {
    let (mut read, mut unread) = (0, 0);
    for log in facts.judged_logs() {
        read += log.recognised;
        unread += log.unread;
    }
    let others =
        if unread > read { format!("; {} not known here", plural(unread, "other line is", "other lines are")) } else { String::new() };
    match read {
        1 => format!("The one line that tells of etcd or fleet shows no trouble{others}."),
        _ => format!("The {read} lines that tell of etcd or fleet show no trouble{others}."),
    }
}

const TOO_LITTLE: &str = "Too little was understood to say anything.";

/// Neither a log nor a configuration is here.
fn only_measured(facts: &Facts) -> String {
    let election = Parameter::ElectionTimeout;
    if let Some(trip) = facts.measured_round_trip().filter(|trip| 10 * trip > election.default_value()) {
        return format!(
            "A round trip of {} asks for an election-timeout of at least {}; the default is {}. A configuration would tell what is set.",
            human(trip),
            human(10 * trip),
            election.human(election.default_value())
        );
    }
    let is_state = |event: &Event| matches!(event.meaning, Meaning::AlertOver | Meaning::AlertFires) && alerts::name(event).is_none();
    let is_alert = |event: &Event| !is_state(event) && alerts::is_of_alerts(event.meaning);
    let said = if !facts.any_event(|event| !is_state(event)) {
        TOO_LITTLE
    } else if facts.any_event(is_alert) {
        // What goes on has a finding.
        "No alert here goes on; neither a configuration nor a log is here to tell what raised them."
    } else {
        "What was measured shows no trouble. A log or a configuration would tell more."
    };
    said.to_owned()
}

/// Configurations without a log.
fn only_stated(facts: &Facts) -> String {
    let open = Parameter::ALL.iter().any(|parameter| facts.in_force(*parameter).value.is_none());
    let hands_more = facts.configurations.iter().any(|configuration| configuration.cluster.hands_more);
    let (said, fit) = if !states_a_value(facts) && hands_more {
        return String::from("No timing value is stated here, but etcd or fleet gets more than is here, so the defaults need not hold.");
    } else if !states_a_value(facts) {
        ("No timing value is stated, so the defaults apply.", "they fit")
    } else if open && !Parameter::ALL.iter().any(|parameter| is_known(facts, *parameter)) {
        return String::from("A template fills in the values, so they are not known here.");
    } else if open {
        ("What is stated fits, and a template fills in the rest.", "it fits")
    } else {
        ("The values fit each other.", "they fit")
    };
    let unshown = if facts.logs.iter().any(|log| log.recognised == 0) || !facts.unknown.is_empty() {
        "What else is here tells nothing of etcd or fleet, so nothing shows"
    } else {
        "Without a log nothing shows"
    };
    format!("{said} {unshown} whether {fit} your cluster.")
}

/// What etcdctl shows of the members, or fleetctl of units and machines.
fn state(facts: &Facts) -> String {
    let states = || facts.events_of(&[Meaning::CtlStatus]).map(|(_, event)| event);
    let rows: usize = states().map(|event| event.holes("leads") + event.holes("follows")).sum();
    let asked = facts.meaning(&[Meaning::CtlStatus, Meaning::CtlHealth]).len();
    let members = if rows > 0 { rows } else { asked } as u64;
    let term = states().filter_map(|event| event.number("raft")).max();
    let term = term.map_or(String::new(), |term| format!(" in term {term}, which rises by one or more with each election"));
    const LISTS: &[(Meaning, &str)] = &[
        (Meaning::CtlMembers, "etcdctl"),
        (Meaning::FleetctlState, "fleetctl"),
        (Meaning::TalosctlState, "talosctl"),
        (Meaning::OwnStatistics, "etcd"),
    ];
    let shown = LISTS.iter().find(|(list, _)| facts.has(&[*list]));
    if let (0, Some((_, by))) = (members, shown) {
        return format!("{by} shows the state of one moment, and nothing that tells of timing.");
    }
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
pub(super) fn as_asked(facts: &Facts, plan: &Plan) -> String {
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
pub(super) fn review(facts: &Facts, wrong: Option<&Finding>, plan: &Plan) -> String {
    let title = wrong.map_or("", |finding| finding.title.trim_end_matches('.'));
    let alone = wrong.is_some_and(|finding| finding.severity == Severity::Critical || !finding.parameters.is_empty());
    if let Some(text) = too_short_for_the_round_trip(facts, plan) {
        return format!("{title}. {text}");
    }
    let fit = if plan.proposes() || alone || !states_a_value(facts) { "" } else { " The values fit each other." };
    format!("{title}.{fit}")
}

/// Beside a trouble that was counted, what the round trip asks for (method 6.1).
fn too_short_for_the_round_trip(facts: &Facts, plan: &Plan) -> Option<String> {
    let asks = facts.measured_round_trip().filter(|trip| facts.value(Parameter::ElectionTimeout) < 10 * trip)?;
    plan.of(Parameter::ElectionTimeout).proposed?;
    let waits = human_limit(facts, Parameter::ElectionTimeout);
    Some(format!("Followers wait {waits}, less than ten round trips of {} between members.", human(asks)))
}
