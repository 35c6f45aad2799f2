//! Why timing is the cure, or is not.

use super::effects::{counted, failover_then, stops_on_a_failed_read, tied_to_stalls};
use super::timing::{cut_off, only_raised, over_budget, unlike_members, waits_long_already};
use super::unexplained::{keeps_elsewhere, saw_too_little};
use super::{Case, in_sentence};
use crate::facts::clusters::several_clusters;
use crate::facts::engine::longest_pass;
use crate::facts::presence::gone;
use crate::facts::{ChangeClass, Facts, Generation, HOLDS_BINARY, OWN_REPORT, Stall, TOO_LARGE};
use crate::gather::Gather;
use crate::ids::RuleId;
use crate::log::event::Meaning;
use crate::model::raft::loss_share;
use crate::parameters::Parameter;
use crate::plan::{Limit, TooLong, beyond_waiting, meant, waits_too_little};
use crate::replay::timers_in_force;
use crate::report::{Provenance, Severity, Timing};
use crate::rules::common::{human_limit, knows_wait};
use crate::rules::etcd_timers_changed;
use crate::search;
use crate::units::{MS, Micros, about, human};

/// What may be doubted of the values in force that the answer is held against. Sentences that name them name the value alone.
pub(super) fn doubts(facts: &Facts) -> String {
    let mut doubts = String::new();
    if !facts.logs.is_empty() && !knows_wait(facts) {
        let wait = Parameter::ElectionTimeout.human(facts.value(Parameter::ElectionTimeout));
        doubts.push_str(&format!(" How long followers wait is not in the input: {wait} is the default."));
    }
    if Parameter::ALL.into_iter().any(|parameter| stands_below_the_log(facts, parameter)) {
        doubts.push_str(" The limits are those of the configuration below the log. If it was written later, the defaults applied.");
    }
    if !facts.other_clusters.is_empty() {
        doubts.push_str(" Logs of another etcd cluster are left out of this answer; its limits name them.");
    }
    if let Some(said) = several_clusters(facts) {
        doubts.push(' ');
        doubts.push_str(&said);
    }
    doubts
}

/// Whether the value comes from where an article tells its cure.
fn stands_below_the_log(facts: &Facts, parameter: Parameter) -> bool {
    let known = facts.in_force(parameter);
    let Some(place) = known.place.filter(|_| known.event.is_none() && known.value != Some(parameter.default_value())) else {
        return false;
    };
    let here = facts.logs.iter().filter(|log| log.document == place.document).flat_map(|log| &log.events);
    here.map(|event| event.span.start).max().is_some_and(|last| last < place.span.start)
}

/// The sentence behind the one word.
pub(super) fn why(case: &Case, timing: Timing) -> String {
    match timing {
        Timing::Remedy => cured(case),
        Timing::Partly => partly(case),
        Timing::NotTheRemedy => not_the_remedy(case),
        Timing::Undecided => undecided(case),
        Timing::NoneNeeded => format!("No finding asks for action.{}{}", may_stay(case.facts), longer_than_accepted(case.facts)),
    }
}

/// The values help, and something beside them is to be done, or is not known.
fn partly(case: &Case) -> String {
    let Case { facts, plan, .. } = *case;
    // An operator's longest pair helps all the same.
    if let Some(too_long) = plan.too_long.filter(|too_long| too_long.limit != Limit::Operator || case.beneath.is_none()) {
        return beyond(too_long);
    }
    if let Some(cause) = case.beneath {
        if stops_on_a_failed_read(case) {
            return String::from(
                "A longer limit makes failed reads rarer. The lasting cure is fleet 0.12 or later, which reads all units at once.",
            );
        }
        return format!("The values help, but something else is wrong that no timer cures: {}.", in_sentence(&cause.title));
    }
    if plan.costly().is_some() {
        return format!(
            "So long an election-timeout only bridges the time until the cause is fixed. With it each real failover takes about {}, far longer than one needless change. Where such stalls are rare, fix the cause and keep the values.",
            failover_then(facts, plan)
        );
    }
    if plan.changes().all(|decision| decision.parameter == Parameter::EngineReconcileInterval) {
        let (slow, cure) = if longest_pass(facts).is_some() {
            (
                "a pass of the engine is slow",
                "A shorter pass is the cure: fewer units, or fleet 0.12 and later, which reads all units in one request",
            )
        } else {
            ("a request to etcd fails", "Why etcd was slow is not shown")
        };
        return format!("A longer interval keeps the lease in one hand although {slow}. {cure}.");
    }
    let said = if unlike_members(case).is_some() {
        "One pair for all members ends what unlike values bring. The logs show no leader that lost its place by them."
    } else if waits_too_little(facts) && facts.longest_known().is_none() {
        "Followers that wait less than etcd's default take a busy moment for a death. Whether longer silences come is not shown."
    } else if (1..plan.replay.needless).contains(&plan.replay.explained) {
        return format!(
            "Stalls explain {} of {} {}leader changes, and the values outlast those. What caused the others is not shown.",
            plan.replay.explained,
            plan.replay.needless,
            if facts.shows_all_needless() { "needless " } else { "" }
        );
    } else if facts.without_log() {
        "The values fit the round trip that was measured. Whether it is what cost leaders their place is not shown."
    } else if plan.of(Parameter::ElectionTimeout).proposed.is_some() && facts.fleet_failures.is_empty() {
        "The values outlast such silences; what silences the leader, its process or its link, is not shown, so longer ones may come."
    } else if plan.changes_any(false) {
        "The values help fleet to wait; what makes etcd slow is not shown, so it may come back."
    } else {
        "The values help etcd to wait; what it waited for is not shown, so it may come back."
    };
    said.to_owned()
}

/// Higher values would help nobody.
fn not_the_remedy(case: &Case) -> String {
    let Case { facts, plan, .. } = *case;
    let unmeasured = || !facts.kept_by_disk().is_empty() && !facts.has(&[Meaning::WalSyncSlow]);
    let said = if case.cause.is_some_and(|cause| cause.id == RuleId::EtcdSlowDisk) && unmeasured() {
        "Writes wait for the disk whoever leads. How long it waits is not in the log, so no value is shown to outlast it."
    } else if let Some(too_long) = over_budget(case) {
        return beyond(too_long);
    } else if case.cause.is_some() {
        // The headline names it.
        "Higher values would leave the cause as it is. They would only make a real failover slower."
    } else if plan.replay.needless == 0 && facts.count(ChangeClass::Wanted) > 0 {
        "Each leader that was replaced had really ended, so the elections were wanted. A longer timeout would only make each outage longer."
    } else if only_raised(facts, plan) {
        "The leader ran, and the others heard it. A longer timeout for all would leave the one member as it is and make each real failover slower."
    } else if cut_off(facts) {
        "The leader ran, and its links were silent for longer than any timer should wait. Look at the network between the members."
    } else if let Some(too_long) = plan.too_long {
        return beyond(too_long);
    } else if waits_long_already(facts) {
        return format!(
            "fleet's limit is already {}. An etcd that needs longer for one request has to be fixed, not waited for.",
            human(facts.value(Parameter::EtcdRequestTimeout))
        );
    } else if let Some(outage) = beyond_waiting(facts) {
        return format!("fleet was without etcd for at least {}. No sensible agent-ttl rides that out: fix its cause.", human(outage));
    } else if facts.stalls.is_empty() && !facts.fleet_failures.is_empty() {
        "fleet ran into its limits because etcd did not answer. No stall of a leader explains that, so what kept etcd from it is to be found."
    } else if facts.stalls.is_empty() {
        "Nothing here comes near a limit that a timer sets."
    } else if facts.longest_stall().is_some_and(|stall| stall.planned >= facts.value(Parameter::ElectionTimeout)) {
        "The input shows no leader that lost its place to it, so nothing asks for longer timers; what stalls the machine is to be found."
    } else {
        let before = etcd_timers_changed::said(facts).map_or(String::new(), |said| format!(" {said}."));
        return format!("The timers in force already outlast what the log shows.{before}");
    };
    said.to_owned()
}

/// The input does not decide.
fn undecided(case: &Case) -> String {
    let facts = case.facts;
    let unfit = || facts.unknown.iter().find(|each| search::any(&each.why, &[HOLDS_BINARY, OWN_REPORT, TOO_LARGE]));
    let said = if saw_too_little(facts) {
        if facts.logs.iter().any(|log| log.mostly_unheard) {
            "Most of the text stands in lines of more than 64\u{a0}KiB, which are read only up to there. Give each message its own line."
        } else if keeps_elsewhere(facts) {
            "Look at that database and its disk. Only where etcd runs as well, give its log."
        } else {
            let ask = if facts.configurations.is_empty() {
                "Give the log of etcd and fleet from around the trouble, or their configuration."
            } else {
                "Give the log of etcd and fleet from around the trouble."
            };
            unfit().map_or(ask, |each| &each.why)
        }
    } else if case.has(RuleId::ConfigValuesDiffer) {
        "Members wait unequally long, so there is no one limit to judge by. Give all of them the same pair first."
    } else if facts.without_log() && case.severity == Severity::Critical {
        "Fix that first. A log would then show whether the values fit your cluster."
    } else if let Some(stall) = case.stall.filter(|stall| may_have_cost(case, stall)) {
        return format!("{} \"Measure next\" names the logs that would tell.", may_cost(facts, stall.planned));
    } else if !gone(facts).is_empty() {
        "A machine was silent for longer than its agent-ttl; for how long, and why, is not shown. A longer one rides out more, and starts the units of a dead machine later."
    } else if facts.searched() {
        "A search seems to have picked these lines. Why the leader changed may stand among those that it left out: see \"Measure next\"."
    } else {
        "Nothing in the input shows that a value is too low or too high. \"Measure next\" names the logs that would."
    };
    said.to_owned()
}

/// Which values act, where a configuration is given: both of its etcd, and what it states of fleet.
fn may_stay(facts: &Facts) -> String {
    let etcd = facts.configurations.iter().any(|configuration| configuration.cluster.has_etcd && !configuration.cluster.proxy);
    let acts = |parameter: &Parameter| {
        let known = facts.in_force(*parameter);
        known.value.is_some() && (etcd && parameter.is_etcd() || known.provenance == Provenance::Stated)
    };
    let values: Vec<String> =
        Parameter::ALL.into_iter().filter(acts).map(|parameter| format!("{} {}", parameter.key(), human_limit(facts, parameter))).gather();
    if facts.configurations.is_empty() || values.is_empty() {
        String::new()
    } else {
        format!(" In force, and may stay: {}.", values.join(", "))
    }
}

/// What the reader accepts of a failover is less than the pair in force takes. That it is lowered is asked for by nothing else
/// (method 6.3).
fn longer_than_accepted(facts: &Facts) -> String {
    let takes = facts.failover(&timers_in_force(facts)).p50;
    let accepted = facts.assumptions.failover_budget_ms.filter(|accepted| takes as f64 > accepted * MS as f64);
    let said = || {
        format!(" But a real failover takes about {}, longer than you accept: only a smaller election-timeout shortens it.", about(takes))
    };
    accepted.filter(|_| knows_wait(facts)).map_or_else(String::new, |_| said())
}

/// No sensible value outlasts the stall.
fn beyond(too_long: TooLong) -> String {
    let limit = match too_long.limit {
        Limit::Sense => "",
        Limit::Budget => ", with which a failover takes longer than you accept",
        Limit::Operator => ", more than OpenShift's operator knows",
    };
    format!("A stall of {} would need an election-timeout of {}{limit}; fix its cause first.", human(too_long.stall), human(too_long.need))
}

/// The values cure what the input shows.
fn cured(case: &Case) -> String {
    let Case { facts, plan, .. } = *case;
    let mut parts: Vec<String> = explained(case).into_iter().gather();
    let wait = plan.of(Parameter::ElectionTimeout);
    // What ran had another pair.
    if let (true, Some(stall)) =
        (plan.repairs && facts.generation != Generation::V04, case.stall.filter(|stall| stall.planned < wait.value()))
    {
        parts.push(format!(
            "The values as they stand cannot work together. The proposed ones do, and they outlast a stall of {}, the longest in the log.",
            human(stall.planned)
        ));
    }
    if let Some(stall) = case.stall.filter(|_| parts.is_empty() && wait.proposed.is_some()) {
        parts.push(format!("{} The proposed values outlast it.{}", may_cost(facts, stall.planned), drawn_once(facts)));
    }
    if parts.is_empty() { of_values(case).to_owned() } else { parts.join(" ") }
}

/// How much of the trouble stalls explain.
fn explained(case: &Case) -> Option<String> {
    let Case { facts, plan, .. } = *case;
    let mut explained = Vec::new();
    if plan.replay.needless > 0 && !plan.repairs {
        let change = if facts.shows_all_needless() { "needless leader change" } else { "leader change" };
        explained.push(share(plan.replay.explained, plan.replay.needless, change, ""));
    }
    let (gave_up, tied) = (facts.fleet_failures.len() as u64, tied_to_stalls(facts));
    if tied > 0 {
        explained.push(share(tied, gave_up, "moment", " in which fleet gave up"));
    }
    // How many would remain stands in what is gained.
    let mut said = if explained.is_empty() { String::new() } else { format!("Stalls explain {}.", explained.join(" and ")) };
    if tied == 0 && gave_up > 0 {
        let space = if said.is_empty() { "" } else { " " };
        said += &format!("{space}Of {gave_up} moments in which fleet gave up, {} would remain.", counted(plan.fleet_remaining));
    }
    (!said.is_empty()).then_some(said)
}

/// A stall that is not seen to have cost a leader its place.
fn may_cost(facts: &Facts, stall: Micros) -> String {
    let lost = match etcd_timers_changed::said(facts) {
        Some(said) => format!("{said}."),
        None if facts.changed_unseen() => {
            String::from("More than one member stalled while it led, so the leader changed, though no line tells when or why.")
        }
        // Lines of members that lost theirs stand beside it.
        None if facts.has(&[Meaning::LeaderLost]) => String::from("No line shows a new leader."),
        None => String::from("The input shows no leader that lost its place."),
    };
    let length = human(stall);
    if facts.generation == Generation::V04 {
        // Its timers are not those of the model (etcd-io/etcd@v0.4.9:third_party/github.com/goraft/raft/server.go).
        return format!("{lost} How often a stall of {length} costs a leader of etcd 0.4 its place was not measured.");
    }
    let often = match cases_in_100(facts, stall) {
        share @ ..100 => format!("in about {share} of 100 cases"),
        _ => String::from("nearly each time"),
    };
    format!("{lost} With the values in force a stall of {length} costs a leader its place {often}.")
}

/// Whether there is something to say of a stall beside which no leader is seen to change.
fn may_have_cost(case: &Case, stall: &Stall) -> bool {
    let Case { facts, plan, .. } = *case;
    stall.kind.is_measured() && knows_wait(facts) && plan.replay.needless == 0 && cases_in_100(facts, stall.planned) > 0
}

/// In how many of 100 cases a stall of this length costs a leader its place, with the values in force.
fn cases_in_100(facts: &Facts, stall: Micros) -> u32 {
    let timers = timers_in_force(facts);
    loss_share(&timers, stall, timers.heartbeat) / 10_000
}

/// Why a leader may outlast one long stall after the other.
fn drawn_once(facts: &Facts) -> &'static str {
    let wait = facts.value(Parameter::ElectionTimeout);
    let longer = facts.stalls.iter().filter(|stall| stall.length.low > wait).count();
    if longer > 1 && timers_in_force(facts).generation.draws_once_per_term() {
        " Each member draws its wait once for each leader, so a leader that outlasts one such stall may outlast the next as well."
    } else {
        ""
    }
}

/// The values are at fault by themselves.
fn of_values(case: &Case) -> &'static str {
    let Case { facts, plan, severity, .. } = *case;
    let as_meant = plan.changes().any(|decision| meant(facts, decision.parameter).is_some());
    match (as_meant, plan.repairs, severity) {
        (true, false, _) => "Values that are not read as they are written do not apply. In the corrected form they do.",
        (_, true, Severity::Warning) if facts.generation != Generation::V04 => {
            "Not every etcd can work with the values as they stand; with the proposed ones each can."
        }
        (_, false, Severity::Ok) => "The values as they stand do not bear what is stated or measured; the proposed ones do.",
        (_, false, _) => "The values as they stand do not fit each other; the proposed ones do.",
        _ => "The values as they stand cannot work together; the proposed ones do.",
    }
}

/// `all 6 needless leader changes`, `3 of 6 moments`.
fn share(part: u64, whole: u64, one: &str, end: &str) -> String {
    match (part, whole) {
        (1, 1) => format!("the one {one}{end}"),
        (2, 2) => format!("both {one}s{end}"),
        (part, whole) if part == whole => format!("all {whole} {one}s{end}"),
        (part, whole) => format!("{part} of {whole} {one}s{end}"),
    }
}
