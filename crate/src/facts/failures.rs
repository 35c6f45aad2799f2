//! fleet's failed requests, as events: one second, one machine; and what they are tied to.

use std::cmp::Reverse;

use super::beside::{near, time};
use super::stalls::ENOUGH;
use super::texts::LIMIT;
use super::{ChangeClass, EventId, Facts, LeaderChange, LogReading};
use crate::gather::Gather;
use crate::log::event::{Event, Meaning};
use crate::moments::Moments;
use crate::parameters::Parameter;
use crate::search;
use crate::sort::{by_key, groups, sort};
use crate::units::{Micros, S};

/// fleet requests that failed together: one second, one machine.
#[derive(Clone, Debug, PartialEq)]
pub struct FleetFailure {
    /// When they failed.
    pub time: Option<Micros>,
    /// Whole-second stamps may hide up to this much.
    pub grain: Micros,
    /// Host.
    pub host: String,
    /// The lines.
    pub events: Vec<EventId>,
    /// Index of the stall it is tied to.
    pub stall: Option<usize>,
    /// Index of the leader change it is tied to.
    pub change: Option<usize>,
}

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

/// Texts with which a request says that etcd could not be reached.
const UNREACHED: &[&str] = &["connection refused", "no route to host", "EOF", "no such host"];

/// Other texts of requests that no limit ended.
const ANSWERED: &[&str] = &["100: Key not found", "101: Compare failed", "105:", "x509"];

/// Whether a request of fleet failed for a reason that tells of no wait, and that has a rule of its own or is no trouble: a key
/// that is not there yet, or one that another was faster to write.
pub fn failed_otherwise(event: &Event) -> bool {
    search::any(&event.text, UNREACHED) || search::any(&event.text, ANSWERED)
}

/// Whether this line shows a request that ran into fleet's limit.
pub fn hit_limit(event: &Event) -> bool {
    if !FAILED_REQUESTS.contains(&event.meaning) {
        return false;
    }
    search::any(&event.text, LIMIT) || says_no_reason(event) && !failed_otherwise(event)
}

fn says_no_reason(event: &Event) -> bool {
    matches!(event.meaning, Meaning::EngineVersionUnknown | Meaning::RegistryNoUnit)
}

/// Whether a line that says no reason stands beside others of its fleetd that do, none of them a limit: what cannot be reached
/// fails at once. Seen with 0.11.5: behind a dead etcd the client has no endpoint, behind a frozen one its deadline passes.
fn refused_beside(facts: &Facts, id: EventId) -> bool {
    // The agent reads the registry every five seconds (coreos/fleet@v0.11.5:agent/reconcile.go:34).
    const BESIDE: Micros = 5 * S;
    let event = facts.event(id);
    let Some(now) = time(facts, id).filter(|_| says_no_reason(event)) else { return false };
    let beside = |meanings| facts.events_between(meanings, now - BESIDE, now + BESIDE).take(ENOUGH);
    let others = beside(FAILED_REQUESTS).chain(beside(&[Meaning::RegistryWatchError]));
    let own = others.filter(|(other, said)| other.log == id.log && said.host == event.host).map(|(_, said)| &said.text);
    // What the client says when it has tried all its endpoints.
    let unreached = |text: &str| search::any(text, UNREACHED) || search::has(text, "unavailable or misconfigured");
    let reasons = own.map(|text| (search::any(text, LIMIT), unreached(text)));
    let (limit, unreached) = reasons.fold((false, false), |all, one| (all.0 | one.0, all.1 | one.1));
    unreached && !limit
}

/// Whether this line came with the end of its process on purpose: within two seconds, on the same
/// host of the same document, fleetd says that it was told to stop (coreos/fleet@v0.11.5:fleetd/fleetd.go:113).
pub fn with_fleet_stop(facts: &Facts, id: EventId) -> bool {
    let stops = [Meaning::FleetdGracefulShutdown, Meaning::ServerMonitorShutdown, Meaning::FleetdReload, Meaning::FleetdRestartComponents];
    near(facts, id, &stops, -2 * S, 2 * S, 6)
}

/// A fleetd that is told to stop deletes its presence itself, and the engine takes its units away within its next pass
/// (coreos/fleet@v0.11.5:server/server.go, Purge; engine/reconciler.go:98 words it as for a machine that is lost).
pub fn after_fleet_stop(facts: &Facts, id: EventId) -> bool {
    let stops = [Meaning::FleetdGracefulShutdown];
    let now = time(facts, id);
    let soon = |stop: Micros| now.is_some_and(|now| (-S..=30 * S).contains(&(now - stop)));
    facts.times_of(&stops).into_iter().any(soon) || near(facts, id, &stops, -30 * S, 0, 30)
}

/// What failed lines have in common: the second that begins with the first of them, their host, and, without times, the run
/// of lines they stand in.
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
        // A fleetd that is told to stop gives up its requests itself, and one whose etcd is down waits for none.
        let told_otherwise = with_fleet_stop(facts, id) || refused_beside(facts, id);
        if told_otherwise || last.is_some_and(|(before, of)| of == run && passes_on(facts, before, id)) {
            continue;
        }
        last = Some((id, run));
        let part = if event.time.is_none() { run } else { 0 };
        failed.push(((time(facts, id), facts.host(id), part), id));
    }
    begin_with_the_first(&mut failed);
    let mut failures: Vec<FleetFailure> = groups(failed).into_iter().map(|((_, host, _), events)| group(facts, host, events)).gather();
    let spans = Spans::of(facts);
    for failure in &mut failures {
        tie(facts, &spans, failure);
    }
    failures
}

/// Gives all lines of one host that come within a second the time of the first.
fn begin_with_the_first(failed: &mut [(Moment, EventId)]) {
    by_key(failed, |((time, host, part), id)| (host.clone(), *time, *part, *id));
    for at in 1..failed.len() {
        let (before, after) = failed.split_at_mut(at);
        let ((begun, host, part), _) = &before[at - 1];
        let (moment, _) = &mut after[0];
        if (host, *part) == (&moment.1, moment.2) && moment.0.zip(*begun).is_some_and(|(now, begun)| now - begun < S) {
            moment.0 = *begun;
        }
    }
}

/// Stalls and spans without a leader, by when they ended.
struct Spans {
    stalls: Moments,
    /// The longest that a stall may have lasted.
    longest_stall: Micros,
    changes: Moments,
    /// The longest that a change took.
    longest_change: Micros,
}

impl Spans {
    fn of(facts: &Facts) -> Spans {
        let took = |change: &LeaderChange| Some(change.elected? - begun(change)?);
        Spans {
            stalls: Moments::of(facts.stalls.iter().map(|stall| stall.end)),
            longest_stall: facts.stalls.iter().map(|stall| stall.length.high).max().unwrap_or(0),
            changes: Moments::of(facts.changes.iter().map(|change| change.elected)),
            longest_change: facts.changes.iter().filter_map(took).max().unwrap_or(0),
        }
    }
}

/// When the leader of before was missed.
fn begun(change: &LeaderChange) -> Option<Micros> {
    change.lost.or(change.campaign).or(change.elected)
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
fn tie(facts: &Facts, spans: &Spans, failure: &mut FleetFailure) {
    let Some(time) = failure.time else { return };
    let patience = facts.value(Parameter::EtcdRequestTimeout);
    let (from, to) = (time - patience, time + if failure.grain >= S { S } else { 0 });
    let met = spans.stalls.between(from, to + spans.longest_stall).iter().filter(|(end, at)| end - facts.stalls[*at].length.high <= to);
    failure.stall = met.map(|(_, at)| *at).min();
    let wait = facts.spell(Some(time)).election;
    let hang = 5 * S + 2 * wait;
    let without_leader = spans.changes.between(from - hang, to + 2 * wait + spans.longest_change).iter().filter(|(_, at)| {
        let change = &facts.changes[*at];
        change.class != ChangeClass::Start && begun(change).is_some_and(|lost| lost - 2 * wait <= to)
    });
    failure.change = without_leader.map(|(_, at)| *at).min();
}

/// The longest spell in which requests of one machine failed one straight after the other, from the
/// start of the first to the end of the last: a lower bound of how long etcd gave no answer (method 5.4).
pub fn proven_wait(facts: &Facts) -> Option<Micros> {
    proven_wait_with(facts, facts.value(Parameter::EtcdRequestTimeout))
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
    runs(moments, step).iter().map(|(first, last)| last - first).max().unwrap_or(0)
}

/// Moments that follow one straight after the other: the first and the last of each run.
fn runs(moments: &mut [Micros], step: Micros) -> Vec<(Micros, Micros)> {
    sort(moments);
    moments.chunk_by(|before, after| after - before <= step).map(|run| (run[0], run[run.len() - 1])).gather()
}

/// How long the run is that one more moment belongs to.
fn run_around(runs: &[(Micros, Micros)], moment: Micros, step: Micros) -> Micros {
    let next = runs.partition_point(|(first, _)| *first <= moment);
    let before = runs[..next].last().filter(|(_, last)| moment - last <= step);
    let after = runs.get(next).filter(|(first, _)| first - moment <= step);
    let end = after.or(before).map_or(moment, |(_, last)| moment.max(*last));
    end - before.map_or(moment, |(first, _)| *first)
}

/// A fleetd that lost its presence tries again after 1, 2, 4 ... and then every 60 s
/// (coreos/fleet@v0.11.5:server/server.go:156-182), and logs none of it before 0.13.
const LONGEST_PAUSE: Micros = 60 * S;

/// How long a machine that lost its presence was without etcd: from the start of the first failed
/// request to the last one, around the moment its monitor gave up, or to the last try before it is back.
pub fn proven_outage(facts: &Facts) -> Option<Micros> {
    longest_outage(facts).map(|(outage, _)| outage)
}

/// The same, with the machine that was without etcd for so long.
pub fn longest_outage(facts: &Facts) -> Option<(Micros, String)> {
    let patience = facts.value(Parameter::EtcdRequestTimeout);
    let window = facts.value(Parameter::AgentTtl) / 3;
    let step = window + 2 * patience;
    // One whose etcd is down is without it as well.
    let moments = facts.events_of(FAILED_REQUESTS).filter(|(id, event)| hit_limit(event) && !with_fleet_stop(facts, *id));
    let failed = groups(moments.filter_map(|(id, event)| Some((facts.host(id), event.moment()?))).gather());
    let starts = by_host(facts, Meaning::ServerStarting);
    let given_up = by_host(facts, Meaning::ServerMonitorTriggered).into_iter();
    let outages = given_up.filter_map(|(host, given_up)| {
        let runs = runs(&mut of_host(&failed, &host).to_vec(), step);
        let longest = runs.iter().map(|(first, last)| last - first).max().unwrap_or(0);
        let starts = of_host(&starts, &host);
        let of_one = given_up.into_iter().map(move |given_up| {
            let back = starts.get(starts.partition_point(|start| *start < given_up)).map_or(0, |start| start - given_up);
            let last_try = back - (back / 2 + S).min(LONGEST_PAUSE);
            longest.max(run_around(&runs, given_up, step)).max(window + last_try.max(0)) + patience
        });
        Some((of_one.max()?, host))
    });
    outages.min_by_key(|(outage, _)| Reverse(*outage))
}

/// When lines of one meaning came, host by host, each in order of time.
pub(super) fn by_host(facts: &Facts, meaning: Meaning) -> Vec<(String, Vec<Micros>)> {
    let lines = facts.events_of(&[meaning]).filter_map(|(id, event)| Some((facts.host(id), event.moment()?)));
    let mut hosts = groups(lines.gather());
    hosts.iter_mut().for_each(|(_, times)| sort(times));
    hosts
}

/// What such a list holds of one host.
pub(super) fn of_host<'a>(hosts: &'a [(String, Vec<Micros>)], host: &str) -> &'a [Micros] {
    hosts.binary_search_by(|(other, _)| other.as_str().cmp(host)).map_or(&[], |at| &hosts[at].1)
}

impl Facts {
    /// Whether a log of etcd covers one of the moments in which fleet gave up.
    pub fn etcd_beside_fleet(&self) -> bool {
        let covers = |log: &&LogReading| {
            // etcd's client prints in other programs too.
            let server = |event: &&Event| event.is_etcd_server() && event.meaning != Meaning::ClientUnavailable;
            let mut own = log.events.iter().filter(server).filter_map(|event| event.time);
            let first = own.next().map_or(Micros::MAX, |time| time.micros);
            let last = own.next_back().map_or(first, |time| time.micros);
            self.fleet_failures.iter().filter_map(|failure| failure.time).any(|time| (first..=last).contains(&time))
        };
        self.logs.iter().any(|log| covers(&log))
    }

    /// The last that fleetd says on this host of its start is that it looks for etcd, or that it gave up its presence: it did not
    /// find etcd again.
    pub fn waits_for_etcd(&self, host: &str) -> bool {
        let last = self
            .events_of(&[Meaning::ServerEstablishing, Meaning::ServerMonitorTriggered, Meaning::ServerStarting])
            .filter(|(id, event)| event.time.is_some() && self.host(*id) == host)
            .max_by_key(|(id, event)| (event.moment(), *id));
        last.is_some_and(|(_, event)| event.meaning != Meaning::ServerStarting)
    }
}

#[cfg(test)]
mod tests {
    use super::longest_outage;
    use crate::rules::testing::facts;
    use crate::units::S;

    #[test]
    fn the_machine_that_was_without_etcd_the_longest_is_named() {
        let line =
            |second: u32, host: &str, text: &str| format!("Nov 20 08:{:02}:{:02} {host} fleetd[9]: {text}\n", second / 60, second % 60);
        let outage = |host: &str, from: u32, to: u32| {
            let refused = |second| line(second, host, "INFO client.go:292: Failed getting response from http://localhost:4001/: cancelled");
            let gave_up = "ERROR server.go:189: Server monitor triggered: Monitor timed out before successful heartbeat";
            (from..to).map(refused).collect::<String>()
                + &line(to, host, gave_up)
                + &line(to + 3, host, "INFO server.go:168: Starting server components")
        };
        let (short, long) = (outage("core-01", 100, 111), outage("core-03", 900, 979));
        for documents in [[&short, &long], [&long, &short]] {
            let (outage, host) = longest_outage(&facts(&documents.map(String::as_str))).expect("given up");
            assert_eq!((outage >= 79 * S, host.as_str()), (true, "core-03"));
        }
    }

    /// It fails at once, and so tells of no limit; but the machine is without etcd meanwhile.
    #[test]
    fn a_pass_that_a_dead_etcd_ended_ran_into_no_limit() {
        let line = |second: u32, text: &str| format!("Nov 20 08:00:{second:02} core-01 fleetd[9]: ERROR {text}\n");
        let log = |error: &str| {
            let listing = |second| line(second, &format!("reconcile.go:120: Failed fetching Units from Registry: {error}"));
            let pass = |second| line(second, "engine.go:149: Unable to determine cluster engine version");
            let gave_up = line(14, "server.go:189: Server monitor triggered: Monitor timed out before successful heartbeat");
            listing(2) + &pass(4) + &pass(6) + &listing(7) + &pass(12) + &gave_up
        };
        let told = |error: &str| {
            let facts = facts(&[&log(error)]);
            (facts.fleet_failures.len(), longest_outage(&facts).is_some_and(|(outage, _)| outage >= 9 * S))
        };
        assert_eq!(told("client: etcd cluster is unavailable or misconfigured"), (0, true));
        assert_eq!(told("context deadline exceeded"), (5, true));
    }

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
        // Two of one moment are one, whichever second begins between them.
        let fine = |stamps: [&str; 2]| stamps.map(|stamp| format!("2016-03-05T10:00:0{stamp}+0000 a fleetd[1]: {client}")).concat();
        assert_eq!([["1.100", "1.200"], ["1.950", "2.050"]].map(|pair| counted(&fine(pair))), [[2], [2]]);
        assert_eq!(counted(&fine(["1.100", "2.100"])), [1, 1]);
        // At a stop fleetd gives up its own watches.
        let stop = "INFO fleet.go:89: Gracefully shutting down\n";
        assert!(counted(&[client, client, client, stop].map(|line| stamped(1, line)).concat()).is_empty());
        assert!(counted(&[stop, client, client, client].concat()).is_empty());
        // Each `cancelled` is a request, and so is a pass that fails five seconds on.
        assert_eq!(counted(&[client, client, client, listing].concat()), [3]);
        assert_eq!(counted(&[stamped(1, listing), stamped(1, pass), stamped(6, pass)].concat()), [1, 1]);
    }
}
