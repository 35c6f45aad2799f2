//! Whether timing is the cure (method, section 9).

use super::Case;
use super::unexplained::{saw_too_little, unexplained};
use crate::facts::clusters::several_clusters;
use crate::facts::presence::gone;
use crate::facts::slow_requests::waits_long;
use crate::facts::texts::{BY_LEADER, says};
use crate::facts::took_back::took_back;
use crate::facts::{ChangeClass, Facts, LeaderChange, Stall};
use crate::gather::Gather;
use crate::ids::RuleId;
use crate::parameters::Parameter;
use crate::plan::{HIGHEST_REQUEST_TIMEOUT, Limit, Plan, TooLong, beyond_waiting, kept_place, went_on};
use crate::report::{Confidence, Severity, Timing};
use crate::rules::common::{doubtful, knows_wait, only_quoted};
use crate::rules::{Finding, above_remarks, named, raised};

/// Findings that name a cause which no timer touches, the most telling first: the ones that stay until somebody acts, so that
/// one line which somebody quotes tells enough.
const LASTING_CAUSES: &[RuleId] = &[
    RuleId::EtcdClusterIdMismatch,
    RuleId::EtcdMemberRemoved,
    RuleId::EtcdUnknownPeer,
    RuleId::EtcdDiscoveryFailed,
    RuleId::EtcdTls,
    RuleId::EtcdDiskFull,
    RuleId::EtcdDbSpace,
    RuleId::EtcdDataDamaged,
];

/// And those that may be over.
const PASSING_CAUSES: &[RuleId] = &[
    RuleId::FleetDuplicateMachineId,
    RuleId::FleetDataDiverged,
    RuleId::FleetEngineLeaseStolen,
    RuleId::FleetDaemonHung,
    RuleId::EtcdNoQuorum,
    RuleId::EtcdLeaderRestarted,
    RuleId::EtcdRestarted,
    RuleId::EtcdUnreachable,
    RuleId::EtcdPeerNetwork,
    RuleId::EtcdSlowDisk,
    RuleId::HostCpuSteal,
    RuleId::EtcdClockSkew,
];

/// What is slow and cost no leader its place is not for timers to cure.
const SLOW: &[RuleId] =
    &[RuleId::EtcdSlowApply, RuleId::EtcdSlowDisk, RuleId::HostCpuSteal, RuleId::EtcdSendBufferFull, RuleId::EtcdOwnTrouble];

/// All causes that no timer touches, the most telling first.
pub fn other_causes() -> impl Iterator<Item = RuleId> {
    LASTING_CAUSES.iter().chain(PASSING_CAUSES).copied()
}

/// Whether no log shows more trouble than one: elections and requests do not use the wall clock, so clocks that differ are
/// the cause of nothing beside them.
fn alone(findings: &[Finding]) -> bool {
    above_remarks(findings).filter(|finding| !finding.id.is_of_configuration()).count() == 1
}

/// The first finding above a remark that names a cause no timer touches.
pub fn other_cause(findings: &[Finding]) -> Option<&Finding> {
    // Why etcd ends, or never serves a client, comes before that it ended.
    let grave = |finding: &&Finding| finding.severity == Severity::Critical;
    let ends = [RuleId::EtcdOwnTrouble, RuleId::FleetEtcdError].into_iter().find_map(|id| named(findings, id).filter(grave));
    // One member that a client did not reach makes no leader late.
    let late = raised(findings, RuleId::EtcdHeartbeatLate).is_some();
    let sure = |finding: &&Finding| match finding.id {
        // What may as well be another trouble names no cause.
        _ if finding.confidence == Confidence::Low => false,
        RuleId::EtcdClockSkew => alone(findings),
        RuleId::EtcdUnreachable => !late || finding.severity == Severity::Critical,
        _ => true,
    };
    let cause = |least| other_causes().find_map(|id| named(findings, id).filter(sure).filter(|finding| finding.severity >= least));
    // Settings that etcd refused, none of them a timer.
    let refused = || named(findings, RuleId::EtcdBadConfig).filter(|finding| finding.parameters.is_empty());
    ends.or_else(|| cause(Severity::Critical)).or_else(refused).or_else(|| cause(Severity::Warning))
}

/// What no value cures and longer limits ease: a cause that no timer touches, or that fleet stops units on a failed read.
/// Of this the engine's lease and its like are no cause.
pub fn beneath(findings: &[Finding]) -> Option<&Finding> {
    let failed_read = named(findings, RuleId::FleetUnitMissingInRegistry);
    // Clocks that differ disturb no election.
    let bears = |cause: &&Finding| cause.id != RuleId::EtcdClockSkew && (failed_read.is_none() || !cause.id.word().starts_with("fleet-"));
    other_cause(findings).filter(bears).or(failed_read)
}

/// Whether the proposed values cure what the logs show; without a proposal, whether any value could.
pub(super) fn timing(case: &Case) -> Timing {
    let Case { facts, plan, .. } = *case;
    if !case.proposes && case.severity == Severity::Ok {
        let open = saw_too_little(facts) || unexplained(facts).is_some();
        return if open { Timing::Undecided } else { Timing::NoneNeeded };
    }
    if !case.proposes {
        return without_proposal(case);
    }
    let needless_cured =
        plan.repairs || plan.replay.needless == 0 || plan.replay.share() >= 0.8 && plan.remaining <= 0.2 * plan.replay.needless as f64;
    let fleet_cured = facts.fleet_failures.is_empty() || plan.fleet_remaining * 5 <= facts.fleet_failures.len() as u64;
    // What a counter tells of leaders that changed does not tell why.
    let counted = || case.has(RuleId::EtcdElectionChurn) || case.has(RuleId::EtcdHeartbeatLate);
    let measured = plan.repairs || leaders_stood_still(facts) || facts.without_log() && !counted();
    // One pair for all is a cure of what no line shows to have harmed.
    let unlike = unlike_members(case).is_some();
    let sensible = !unlike && several_clusters(facts).is_none() && plan.too_long.is_none() && (plan.repairs || plan.costly().is_none());
    if sensible && case.beneath.is_none() && needless_cured && fleet_cured && measured { Timing::Remedy } else { Timing::Partly }
}

/// Whether stalls are shown; where leaders changed, as most of what cost them their place.
fn leaders_stood_still(facts: &Facts) -> bool {
    let explaining: Vec<(&LeaderChange, &Stall)> = facts.needless().filter_map(|change| Some((change, facts.stall_of(change)?))).gather();
    // That a leader was elected again shows no silence by itself.
    let shown = |change: &LeaderChange, stall: &Stall| stall.kind.stood_still() && (stall.kind.is_measured() || change.old != change.new);
    let still = explaining.iter().filter(|(change, stall)| shown(change, stall)).count();
    if explaining.is_empty() { facts.stalls.iter().any(|stall| stall.kind.stood_still()) } else { 2 * still > explaining.len() }
}

/// Nothing is proposed: whether that is as timing has no part in it, or as too little is shown.
fn without_proposal(case: &Case) -> Timing {
    let Case { facts, plan, cause, .. } = *case;
    let stolen_once = case.has(RuleId::FleetEngineLeaseStolen) && !case.has(RuleId::FleetLeadershipChurn);
    let lasts = |cause: &Finding| LASTING_CAUSES.contains(&cause.id);
    if stolen_once || only_quoted(facts) && !cause.is_some_and(lasts) {
        return Timing::Undecided;
    }
    let (changed, needless) = (facts.leader_changed(), plan.replay.needless);
    // That a leader ended is the cause of the election after it, not of all others.
    let explains = |cause: &Finding| cause.id != RuleId::EtcdLeaderRestarted || needless <= facts.count(ChangeClass::Wanted);
    // The leader's log is here, and it kept its place while a member missed it.
    let kept_it = || !changed && took_back(facts).is_some_and(|back| back.with_leader);
    if cause.is_some_and(explains)
        || plan.too_long.is_some()
        || waits_long_already(facts)
        || beyond_waiting(facts).is_some()
        || changed && needless == 0
        || only_raised(facts, plan)
        || cut_off(facts)
        || kept_it()
    {
        return Timing::NotTheRemedy;
    }
    // A leader was lost, or terms rose, and who led is not in the input: the stalls it shows may not be all.
    let told = || facts.any_event(|event| says(event, BY_LEADER));
    if !changed && (case.warns(&[RuleId::EtcdLeaderLost, RuleId::EtcdElectionChurn]) || told()) {
        return Timing::Undecided;
    }
    // Members with unlike timers, or a silent peer that may be the leader: there is no one limit to hold the log against.
    if case.has(RuleId::ConfigValuesDiffer) {
        return Timing::Undecided;
    }
    // A longer agent-ttl would have kept the units of a machine that came back, however etcd did.
    if !gone(facts).is_empty() {
        return Timing::Undecided;
    }
    if raised(case.findings, RuleId::EtcdPeerNetwork).is_some_and(|finding| finding.confidence == Confidence::Low) {
        let led = !changed && !facts.changes.is_empty();
        return if led { Timing::NotTheRemedy } else { Timing::Undecided };
    }
    if !knows_wait(facts) || facts.stalls.is_empty() && waits_long(facts) {
        return Timing::Undecided;
    }
    // Longer than followers wait: whether it cost the leader its place is not in the input, unless its log goes on.
    let outruns =
        |stall: &Stall| stall.kind.is_measured() && stall.planned >= facts.value(Parameter::ElectionTimeout) && !went_on(facts, stall);
    let may_have_lost = facts.members != Some(1) && kept_place(facts).is_none();
    if needless == 0 && may_have_lost && facts.longest_stall().is_some_and(outruns) {
        return Timing::Undecided;
    }
    // A counter of late heartbeats tells of no length.
    if facts.stalls.is_empty() && case.warns(&[RuleId::EtcdHeartbeatLate]) {
        return Timing::Undecided;
    }
    let slow = || SLOW.iter().any(|id| case.has(*id));
    let outlasted = needless == 0 && facts.fleet_failures.is_empty() && (!facts.stalls.is_empty() || slow());
    if outlasted { Timing::NotTheRemedy } else { Timing::Undecided }
}

/// Members that wait unequally long, where that cost no leader its place.
pub(super) fn differing<'a>(case: &Case<'a>) -> Option<&'a Finding> {
    case.named(RuleId::ConfigValuesDiffer).filter(|_| case.plan.replay.needless == 0)
}

/// The same, where their logs print the values.
pub(super) fn unlike_members<'a>(case: &Case<'a>) -> Option<&'a Finding> {
    differing(case).filter(|finding| finding.confidence == Confidence::High)
}

/// Each leader that lost its place ran, and was cut off from the majority for longer than a silent link is kept.
pub(super) fn cut_off(facts: &Facts) -> bool {
    let each = |change: &LeaderChange| facts.stall_of(change).is_some_and(|stall| facts.is_cut_off(stall));
    facts.needless().next().is_some() && facts.needless().all(each)
}

/// Each leader lost its place to a member that alone had missed it.
pub(super) fn only_raised(facts: &Facts, plan: &Plan) -> bool {
    plan.replay.needless > 0 && facts.raised() as u64 == plan.replay.needless
}

/// The stall that a longer timeout would outlast, were it not for the reader's own limit. Beside what breaks links or bars members
/// the values would help nobody.
pub(super) fn over_budget(case: &Case) -> Option<TooLong> {
    let stalls = |cause: &Finding| matches!(cause.id, RuleId::EtcdSlowDisk | RuleId::HostCpuSteal);
    case.plan.too_long.filter(|too_long| too_long.limit == Limit::Budget && case.cause.is_none_or(stalls))
}

/// fleet's limit is at the highest sensible value, and requests run into it all the same.
pub(super) fn waits_long_already(facts: &Facts) -> bool {
    let limit = Parameter::EtcdRequestTimeout;
    !facts.fleet_failures.is_empty() && facts.value(limit) >= HIGHEST_REQUEST_TIMEOUT && !doubtful(facts, limit)
}
