//! fleet's failed requests, as events: one second, one machine; and what they are tied to.

use super::{ChangeClass, EventId, Facts, FleetFailure};
use crate::gather::Gather;
use crate::log::event::{Event, Meaning};
use crate::parameters::Parameter;
use crate::search;
use crate::sort::{groups, sort};
use crate::units::{Micros, S};

/// Lines in which fleet says that a request of its own to etcd failed.
pub const FAILED_REQUESTS: &[Meaning] = &[
    Meaning::ClientFailedResponse,
    Meaning::EngineVersionUnknown,
    Meaning::EngineLesseeUnknown,
    Meaning::EngineLeaseAcquireFailed,
    Meaning::EngineLeaseRenewFailed,
    Meaning::EngineFetchUnitsFailed,
    Meaning::EngineFetchScheduleFailed,
    Meaning::EngineFetchMachinesFailed,
    Meaning::EngineClusterStateFailed,
    Meaning::AgentDesiredStateFailed,
    Meaning::AgentFetchMachineFailed,
    Meaning::RegistryFetchAllUnitsFailed,
    Meaning::ApiFailed,
    Meaning::RegistryNoUnit,
    Meaning::FleetctlVersionCheck,
];

/// Texts with which a request says that it ran into its limit (knowledge of fleet, section 4.1).
const LIMIT_TEXTS: &[&str] = &["cancelled", "timeout reached", "context deadline exceeded", "exceeded header timeout", "request timed out"];
/// Texts with which it says that it failed for another reason.
const OTHER_TEXTS: &[&str] =
    &["connection refused", "no route to host", "100: Key not found", "101: Compare failed", "105:", "x509", "EOF", "no such host"];

/// Whether this line shows a request that ran into fleet's limit.
pub fn hit_limit(event: &Event) -> bool {
    if !FAILED_REQUESTS.contains(&event.meaning) {
        return false;
    }
    let says = |texts: &[&str]| texts.iter().any(|text| search::has(&event.text, text));
    says(LIMIT_TEXTS) || matches!(event.meaning, Meaning::EngineVersionUnknown | Meaning::RegistryNoUnit) && !says(OTHER_TEXTS)
}

/// What failed lines have in common: their second, their host, and, without times, the run of lines they stand in.
type Moment = (Option<Micros>, String, usize);

/// Groups the lines and ties each group to a stall or to a span without a leader.
pub fn fleet_failures(facts: &Facts) -> Vec<FleetFailure> {
    let mut failed: Vec<(Moment, EventId)> = Vec::new();
    let mut run = 0;
    let mut last: Option<(EventId, usize)> = None;
    for (id, event) in facts.all_events() {
        if !hit_limit(event) {
            run += usize::from(event.time.is_none() && event.meaning != Meaning::ClientFailedResponse);
            continue;
        }
        if last.is_some_and(|(before, of)| of == run && passes_on(facts, before, id)) {
            continue;
        }
        last = Some((id, run));
        let second = event.time.map(|time| time.micros.div_euclid(S));
        let part = if second.is_none() { run } else { 0 };
        failed.push(((second, facts.host(id), part), id));
    }
    let mut failures: Vec<FleetFailure> = groups(failed).into_iter().map(|((_, host, _), events)| group(facts, host, events)).gather();
    for failure in &mut failures {
        tie(facts, failure);
    }
    failures
}

/// Whether a line only passes on the failure of the line before it: the client says that a request was cancelled, the
/// caller that its listing failed, and the agent or the engine that its pass is over (coreos/fleet@v0.10.2:
/// etcd/client.go:292, agent/reconcile.go:120 and :73; @v0.12.0:registry/job.go:107).
fn passes_on(facts: &Facts, before: EventId, id: EventId) -> bool {
    const LISTINGS: &[Meaning] = &[
        Meaning::EngineFetchUnitsFailed,
        Meaning::EngineFetchScheduleFailed,
        Meaning::EngineFetchMachinesFailed,
        Meaning::AgentFetchMachineFailed,
    ];
    const PASSES: &[Meaning] = &[Meaning::AgentDesiredStateFailed, Meaning::EngineClusterStateFailed];
    let (first, then) = (facts.event(before), facts.event(id));
    let apart = first.time.zip(then.time).map_or(0, |(first, then)| then.micros - first.micros);
    let follows = match first.meaning {
        Meaning::ClientFailedResponse => then.meaning != Meaning::ClientFailedResponse,
        Meaning::RegistryFetchAllUnitsFailed => LISTINGS.contains(&then.meaning) || PASSES.contains(&then.meaning),
        listing if LISTINGS.contains(&listing) => PASSES.contains(&then.meaning),
        _ => false,
    };
    follows && apart <= S && before.log == id.log && first.host == then.host
}

fn group(facts: &Facts, host: String, events: Vec<EventId>) -> FleetFailure {
    let first = facts.event(events[0]).time;
    FleetFailure { time: first.map(|time| time.micros), grain: first.map_or(0, |time| time.grain), host, events, stall: None, change: None }
}

/// A request that failed at t was open from t - R on. It is tied when that window meets a stall, or
/// a span without leader lengthened by the time etcd lets a request hang (method 5.2).
fn tie(facts: &Facts, failure: &mut FleetFailure) {
    let Some(time) = failure.time else { return };
    let patience = facts.in_force(Parameter::EtcdRequestTimeout).value.unwrap_or(S);
    let (from, to) = (time - patience, time + if failure.grain >= S { S } else { 0 });
    failure.stall = facts.stalls.iter().position(|stall| stall.end.is_some_and(|end| end - stall.length.high <= to && from <= end));
    let hang = 5 * S + 2 * facts.in_force(Parameter::ElectionTimeout).value.unwrap_or(S);
    failure.change = facts.changes.iter().position(|change| {
        let begun = change.lost.or(change.campaign).or(change.elected);
        let wait = facts.in_force(Parameter::ElectionTimeout).value.unwrap_or(S);
        change.class != ChangeClass::Start
            && matches!((begun, change.elected), (Some(lost), Some(elected)) if lost - 2 * wait <= to && from <= elected + hang)
    });
}

/// The longest spell in which requests of one machine failed one straight after the other, from the
/// start of the first to the end of the last: a lower bound of how long etcd gave no answer (method 5.4).
pub fn proven_wait(facts: &Facts) -> Option<Micros> {
    proven_wait_with(facts, facts.in_force(Parameter::EtcdRequestTimeout).value.unwrap_or(S))
}

/// The same, if the limit had been `patience`.
pub fn proven_wait_with(facts: &Facts, patience: Micros) -> Option<Micros> {
    let mut moments: Vec<(&str, Micros)> = Vec::new();
    for failure in &facts.fleet_failures {
        let times = failure.events.iter().filter_map(|id| facts.event(*id).time);
        moments.extend(times.map(|time| (failure.host.as_str(), time.micros)));
    }
    let longest = groups(moments).iter_mut().map(|(_, moments)| longest_run(moments, patience + patience / 5)).max();
    (!facts.fleet_failures.is_empty()).then(|| longest.unwrap_or(0) + patience)
}

fn longest_run(moments: &mut [Micros], step: Micros) -> Micros {
    sort(moments);
    let mut longest = 0;
    let mut start = moments.first().copied().unwrap_or(0);
    for pair in moments.windows(2) {
        if pair[1] - pair[0] > step {
            start = pair[1];
        }
        longest = longest.max(pair[1] - start);
    }
    longest
}

/// A fleetd that lost its presence tries again after 1, 2, 4 ... and then every 60 s
/// (coreos/fleet@v0.11.5:server/server.go:156-182), and logs none of it before 0.13.
const LONGEST_PAUSE: Micros = 60 * S;

/// How long a machine that lost its presence was without etcd: from the start of the first failed
/// request to the last one, around the moment its monitor gave up, or to the last try before it is back.
pub fn proven_outage(facts: &Facts) -> Option<Micros> {
    let patience = facts.in_force(Parameter::EtcdRequestTimeout).value.unwrap_or(S);
    let window = facts.in_force(Parameter::AgentTtl).value.unwrap_or(30 * S) / 3;
    let monitors = facts.events_of(&[Meaning::ServerMonitorTriggered]).filter_map(|(id, event)| Some((facts.host(id), event.time?.micros)));
    monitors
        .map(|(host, given_up)| {
            let mut moments: Vec<Micros> =
                facts.fleet_failures.iter().filter(|failure| failure.host == host).filter_map(|failure| failure.time).gather();
            moments.push(given_up);
            sort(&mut moments);
            let back = facts
                .events_of(&[Meaning::ServerStarting])
                .filter(|(id, _)| facts.host(*id) == host)
                .filter_map(|(_, event)| Some(event.time?.micros - given_up))
                .filter(|after| *after >= 0)
                .min()
                .unwrap_or(0);
            let last_try = back - (back / 2 + S).min(LONGEST_PAUSE);
            longest_run(&mut moments, window + 2 * patience).max(window + last_try.max(0)) + patience
        })
        .max()
}

impl Facts {
    /// The last that fleetd says on this host of its start is that it looks for etcd: it did not find it.
    pub fn waits_for_etcd(&self, host: &str) -> bool {
        let last = self
            .events_of(&[Meaning::ServerEstablishing, Meaning::ServerStarting])
            .filter(|(id, event)| event.time.is_some() && self.host(*id) == host)
            .max_by_key(|(id, event)| (event.time.map(|time| time.micros), *id));
        last.is_some_and(|(_, event)| event.meaning == Meaning::ServerEstablishing)
    }
}

#[cfg(test)]
mod tests {
    use crate::rules::testing::facts;

    /// The client, the listing and the pass speak of one request, also across a second and without times.
    #[test]
    fn one_failure_counts_once_however_many_lines_tell_it() {
        let client = "INFO client.go:292: Failed getting response from http://192.0.2.7:4001/: cancelled\n";
        let listing = "ERROR reconcile.go:120: Failed fetching Units from Registry: timeout reached\n";
        let pass = "ERROR reconcile.go:73: Unable to determine agent's desired state: timeout reached\n";
        let stamped = |second: u32, line: &str| format!("Mar 05 10:00:{second:02} a fleetd[1]: {line}");
        let counted = |text: &str| {
            let facts = facts(&[text]);
            facts.fleet_failures.iter().map(|failure| failure.events.len()).collect::<Vec<_>>()
        };
        for lines in [vec![listing], vec![pass], vec![listing, pass], vec![client, listing, pass]] {
            assert_eq!(counted(&lines.concat()), [1], "{lines:?}");
            let timed: String = lines.iter().zip([1, 1, 2]).map(|(line, second)| stamped(second, line)).collect();
            assert_eq!(counted(&timed), [1], "{timed}");
        }
        // Each `cancelled` is a request, and so is a pass that fails five seconds on.
        assert_eq!(counted(&[client, client, client, listing].concat()), [3]);
        assert_eq!(counted(&[stamped(1, listing), stamped(1, pass), stamped(6, pass)].concat()), [1, 1]);
    }
}
