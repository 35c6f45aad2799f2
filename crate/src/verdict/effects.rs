//! What the proposed values bring, what they cost, and what they leave as it is.

use super::Case;
use crate::facts::Facts;
use crate::ids::RuleId;
use crate::parameters::Parameter;
use crate::plan::load::has_zero;
use crate::plan::{Decision, Plan};
use crate::replay::timers_in_force;
use crate::report::Timing;
use crate::units::{about, human};
use crate::version::version;

/// What gets better, in numbers where the log has them.
pub(super) fn gain(facts: &Facts, plan: &Plan) -> Vec<String> {
    let mut gain = Vec::new();
    let raises_etcd = plan.of(Parameter::ElectionTimeout).proposed.is_some();
    let fewer = plan.remaining < plan.replay.needless as f64;
    if fewer && !plan.repairs && plan.changes_any(true) {
        let changes = if facts.shows_all_needless() { "Needless leader changes" } else { "Leader changes" };
        gain.push(format!("{changes}: {} now, {} expected.", plan.replay.needless, expected(plan.remaining)));
    }
    if raises_etcd && plan.replay.needless == 0 && !facts.stalls.is_empty() {
        gain.push(String::from("A stall like the longest one costs no leader its place."));
    }
    if replaces_sooner(facts, plan) {
        gain.push(of_failovers(facts, plan));
    }
    let (now, then) = (facts.fleet_failures.len() as u64, plan.fleet_remaining);
    if then < now && plan.changes_any(false) {
        gain.push(format!("Times that fleet gives up: {now} now, {} expected.", counted(then)));
    } else if now > 0 && tied_to_stalls(facts) == 0 && plan.of(Parameter::EtcdRequestTimeout).proposed.is_some() {
        gain.push(String::from("fleet waits out short spells of a slow etcd instead of failing."));
    } else if plan.of(Parameter::AgentTtl).proposed.is_some() && facts.has_fleet() && !facts.without_log() {
        let timeout = plan.of(Parameter::EtcdRequestTimeout).value();
        let rides_out = human(facts.rides_out(plan.of(Parameter::AgentTtl).value(), timeout));
        gain.push(format!("Machines keep their units while etcd is away for up to {rides_out}."));
    }
    gain
}

/// In how many moments fleet gave up while the leader stalled.
pub(super) fn tied_to_stalls(facts: &Facts) -> u64 {
    facts.fleet_failures.iter().filter(|failure| failure.stall.is_some()).count() as u64
}

/// The price in short: what a real death of a leader, a hang or a dead machine costs from then on.
pub(super) fn pay(facts: &Facts, plan: &Plan) -> Vec<String> {
    let mut pay = Vec::new();
    let changes = |decision: &Decision| changes(facts, decision);
    if changes(plan.of(Parameter::ElectionTimeout)) && !replaces_sooner(facts, plan) {
        pay.push(of_failovers(facts, plan));
    }
    let today = |value| match () {
        () if facts.fleet_may_not_start() => String::from(", and today fleetd does not start"),
        () if has_zero(facts) => String::new(),
        () => format!(", today {}", human(value)),
    };
    let request = plan.of(Parameter::EtcdRequestTimeout);
    if changes(request) {
        pay.push(format!(
            "An etcd that hangs holds each call of fleet for {}{}.",
            human(request.value()),
            today(facts.value(Parameter::EtcdRequestTimeout))
        ));
    }
    let (ttl, interval) = (plan.of(Parameter::AgentTtl), plan.of(Parameter::EngineReconcileInterval));
    if changes(ttl) || changes(interval) {
        let now = facts.value(Parameter::AgentTtl) + facts.value(Parameter::EngineReconcileInterval);
        pay.push(format!("Units of a dead machine wait up to {}{}.", human(ttl.value() + interval.value()), today(now)));
    }
    pay
}

/// Whether it will be another value than today. The default, written anew, costs what it does today.
fn changes(facts: &Facts, decision: &Decision) -> bool {
    decision.proposed.is_some_and(|value| value != facts.value(decision.parameter))
}

/// Whether a dead leader is replaced sooner than today, where etcd works today.
fn replaces_sooner(facts: &Facts, plan: &Plan) -> bool {
    let wait = plan.of(Parameter::ElectionTimeout);
    changes(facts, wait) && wait.value() < facts.value(wait.parameter) && !facts.etcd_may_not_start() && !facts.no_leader_lasts()
}

/// How long a dead leader is missed, then and today.
fn of_failovers(facts: &Facts, plan: &Plan) -> String {
    let today = if facts.etcd_may_not_start() {
        String::from("and today etcd does not start")
    } else if facts.no_leader_lasts() {
        String::from("and today no leader lasts")
    } else {
        format!("today {}", about(facts.failover(&timers_in_force(facts)).p50))
    };
    format!("A real failover takes about {}, {today}.", failover_then(facts, plan))
}

/// What stays as it is, so that nobody waits for it.
pub(super) fn will_not_cure(case: &Case, timing: Timing) -> Vec<String> {
    let plan = case.plan;
    let mut texts = Vec::new();
    // Beside leaders whose disk kept them, for nobody knows how long, a stall that is measured is not the longest pause.
    if let Some(stall) = case.stall.filter(|_| timing != Timing::NoneNeeded && case.facts.kept_by_disk().is_empty()) {
        let pause = human(stall.planned);
        let wait = plan.of(Parameter::ElectionTimeout);
        let slow_disk = case.warns(&[RuleId::EtcdSlowDisk]) && !case.facts.only_followers_synced();
        let begin = if slow_disk { "Begin with its disk." } else { "Find what stalls the host." };
        // A longer one ends with the election.
        if stall.planned >= wait.value() && wait.proposed.is_some() {
            texts.push(format!("A stall of {pause} may still cost a leader its place. {begin}"));
        } else if stall.planned < wait.value() {
            texts.push(match case.named(RuleId::HostCpuSteal) {
                Some(stolen) => format!("Writes still pause for up to {pause} each time. {}: begin there.", stolen.title),
                None if stall.kind.is_measured() => format!("Writes still pause for up to {pause} per stall. {begin}"),
                None => format!("Writes still pause for up to {pause} each time. Find what silences the leader: its process or its link."),
            });
        }
    }
    if timing == Timing::Partly && stops_on_a_failed_read(case) {
        texts.push(String::from("fleet before 0.12 stops a unit when one read of it fails. Only an upgrade ends that."));
    }
    if plan.changes().any(|decision| decision.parameter == Parameter::EtcdRequestTimeout) {
        texts.push(String::from("Requests begun while a dead leader is replaced are lost, whatever the limit."));
    }
    texts
}

/// How long a dead leader is missed under the plan.
pub(super) fn failover_then(facts: &Facts, plan: &Plan) -> String {
    let then = |parameter| plan.of(parameter).value();
    about(facts.failover(&facts.timers(then(Parameter::HeartbeatInterval), then(Parameter::ElectionTimeout))).p50)
}

/// fleet before 0.12 takes a unit for deleted when its one read fails.
pub(super) fn stops_on_a_failed_read(case: &Case) -> bool {
    case.has(RuleId::FleetUnitMissingInRegistry) && case.facts.fleet_before(version(0, 12, 0))
}

/// A count; what is none is called so everywhere.
pub(super) fn counted(count: u64) -> String {
    if count == 0 { String::from("none") } else { count.to_string() }
}

/// An expected count, in words.
pub(super) fn expected(count: f64) -> String {
    if count < 0.05 { String::from("none") } else { format!("about {}", crate::units::decimal((count * 10.0).round() as i64, 10, 1)) }
}
