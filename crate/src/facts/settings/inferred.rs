//! What gives a value away that nothing names: calls that fail, a monitor that gives up, a long heartbeat, a gap that ended in time.

use super::printed::{printed, said_by_members};
use super::stated::from_configuration;
use super::{InForce, default};
use crate::facts::failures::{by_host, of_host};
use crate::facts::{EventId, Facts};
use crate::gather::Gather;
use crate::log::event::Meaning;
use crate::parameters::Parameter;
use crate::units::{MS, Micros, S};

/// fleet calls that fail one straight after the other, each after the same time, give the request
/// timeout away: each used exactly its limit (method 1.2). Two equal steps are asked for. A pass whose first call fails ends,
/// and the next one begins an interval after its start, of the agent 5 s (coreos/fleet@v0.11.5:pkg/reconcile.go:56-91,
/// agent/reconcile.go:31): such steps tell nothing of the limit.
pub(super) fn from_failing_calls(facts: &Facts, parameter: Parameter) -> Option<InForce> {
    if parameter != Parameter::EtcdRequestTimeout {
        return None;
    }
    let interval = from_configuration(facts, Parameter::EngineReconcileInterval).and_then(|stated| stated.value);
    let passes = [5 * S, interval.unwrap_or(Parameter::EngineReconcileInterval.default_value())];
    for reading in 0..facts.logs.len() {
        let moments: Vec<(EventId, Micros)> = facts
            .events_of(&[Meaning::ClientFailedResponse])
            .filter(|(id, _)| id.log == reading)
            .filter_map(|(id, event)| event.time.filter(|time| time.grain < 100 * MS).map(|time| (id, time.micros)))
            .gather();
        let steps: Vec<(EventId, Micros)> = moments.windows(2).map(|pair| (pair[0].0, pair[1].1 - pair[0].1)).gather();
        for pair in steps.windows(2) {
            let (first, second) = (pair[0].1, pair[1].1);
            let seconds = (first + S / 2) / S;
            let steady = (first - second).abs() < 20 * MS && (first - seconds * S).abs() < 20 * MS;
            if steady && (1..=15).contains(&seconds) && !passes.contains(&(seconds * S)) {
                return Some(InForce::inferred(seconds * S, pair[0].0));
            }
        }
    }
    None
}

/// When fleet's monitor gives up gives agent-ttl away. It ticks every half of it from the start of fleet's parts on, and
/// gives up a third of it after a tick, or when the try that runs then ends (coreos/fleet@v0.11.5:heart/monitor.go). Where
/// that cannot be the default, it is the one of the usual values whose third ends at each of these moments (120s looks like
/// the default).
pub(super) fn from_monitors(facts: &Facts, parameter: Parameter) -> Option<InForce> {
    const USUAL: [Micros; 3] = [60 * S, 90 * S, 180 * S];
    /// For so long the clock of a log and the ticks stay together (judgement).
    const TOGETHER: Micros = 6 * 3600 * S;
    if parameter != Parameter::AgentTtl {
        return None;
    }
    let limit = [from_configuration, from_failing_calls].into_iter().find_map(|from| from(facts, Parameter::EtcdRequestTimeout)?.value);
    let starts = by_host(facts, Meaning::ServerStarting);
    let given_up: Vec<(EventId, Micros)> = facts
        .events_of(&[Meaning::ServerMonitorTriggered])
        .filter_map(|(id, event)| {
            let now = event.moment()?;
            let starts = of_host(&starts, &facts.host(id));
            let began = starts[..starts.partition_point(|start| *start <= now)].last()?;
            Some((id, now - began)).filter(|(_, after)| *after <= TOGETHER)
        })
        .gather();
    let fits = |ttl: Micros, late: Micros| {
        given_up.iter().all(|(_, after)| {
            let since = (after + S - ttl / 3) % (ttl / 2);
            after + S >= ttl / 2 + ttl / 3 && since <= 2 * S + late
        })
    };
    let event = given_up.first()?.0;
    let mut other = USUAL.into_iter().filter(|ttl| !fits(30 * S, 2 * limit.unwrap_or(S)) && fits(*ttl, 0));
    let ttl = other.next()?;
    other.next().is_none().then_some(InForce::inferred(ttl, event))
}

/// A member that runs with a long heartbeat cannot run with the default election timeout: etcd refuses
/// less than five heartbeats, from 2.0.6 on. Five is then the least that is in force.
pub(super) fn from_heartbeat(facts: &Facts, parameter: Parameter) -> Option<InForce> {
    let (id, heartbeat) = said_by_members(facts, Parameter::HeartbeatInterval).pop()?;
    let least = 5 * heartbeat;
    let is_more = parameter == Parameter::ElectionTimeout && Some(least) > default(facts, parameter).value;
    is_more.then_some(InForce::inferred(least, id))
}

/// The log prints another heartbeat than the configuration states: then the other half of its pair is not in force
/// either, but the default, or what that heartbeat asks for. One that a template fills in may be the one printed.
pub(super) fn from_another_pair(facts: &Facts, parameter: Parameter) -> Option<InForce> {
    let (id, heartbeat) = printed(facts, Parameter::HeartbeatInterval).pop()?;
    let (beat, wait) = (from_configuration(facts, Parameter::HeartbeatInterval), from_configuration(facts, Parameter::ElectionTimeout));
    let (beat, wait) = (beat?, wait?);
    let one_file = beat.place.zip(wait.place).is_some_and(|(beat, wait)| beat.document == wait.document);
    let other = parameter == Parameter::ElectionTimeout && one_file && beat.value.is_some_and(|stated| stated != heartbeat);
    other.then(|| from_heartbeat(facts, parameter).unwrap_or(InForce { event: Some(id), ..default(facts, parameter) }))
}

/// A follower of etcd 0.4 waits less than twice its timeout, and prints a gap above four fifths of it that ended in time
/// (etcd-io/etcd@v0.4.9: third_party/github.com/goraft/raft/server.go, followerLoop): it waits at least half of the
/// longest gap. A follower that stood still itself prints a longer one; then the others do not fit beside it.
pub(super) fn from_near_timeouts(facts: &Facts, parameter: Parameter) -> Option<InForce> {
    let gaps = || facts.events_of(&[Meaning::Hb04NearElection]).filter_map(|(id, event)| Some((event.duration("gap")?, id)));
    let (gap, id) = gaps().max()?;
    let fit = gaps().count() >= 2 && gaps().all(|(other, _)| other > gap * 4 / 10);
    let least = gap / 2 / MS * MS;
    let is_more = parameter == Parameter::ElectionTimeout && Some(least) > default(facts, parameter).value;
    (fit && is_more).then_some(InForce::inferred(least, id))
}
