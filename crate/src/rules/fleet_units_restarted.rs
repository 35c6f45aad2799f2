//! `fleet-units-restarted`: fleet itself stopped or moved units because of the trouble.

use super::common::{GONE, LIMIT, after_fleet_stop, matching, near, plural, says, time, without_repeats};
use super::{Finding, Rule};
use crate::facts::changes::BOOT_TERMS;
use crate::facts::{EventId, Facts};
use crate::gather::Gather;
use crate::ids::RuleId;
use crate::log::event::{Event, Meaning};
use crate::parameters::Parameter::{AgentTtl, EtcdRequestTimeout};
use crate::report::{Confidence, Severity};
use crate::search;
use crate::sort::{distinct, sort};
use crate::units::{Micros, S};

/// The rule.
pub const RULE: Rule = Rule {
    id: RuleId::FleetUnitsRestarted,
    why: "Running work was stopped although nobody asked for it.",
    what_to_do: "Units lost because their machine went away need a longer agent-ttl. Units stopped right after a failed read need fleet 0.12 or later, and until then a longer etcd-request-timeout.",
    references: &[
        "coreos/fleet@v0.11.5:registry/job.go:105",
        "coreos/fleet@v0.11.5:engine/reconciler.go:98",
        "coreos/fleet@v0.11.5:agent/task.go",
    ],
    check,
};

const STOPS: &[Meaning] = &[Meaning::SystemdStop, Meaning::SystemdStoppedOld, Meaning::SystemdRemove, Meaning::AgentStoppedUnit];
const LOST_READS: &[Meaning] = &[Meaning::RegistryNoUnit, Meaning::RegistryParseUnitFailed, Meaning::RegistryUnitNotInList];
/// Of a unit, or up to 0.7.0 of a job (coreos/fleet@v0.6.2:agent/reconcile.go).
const UNLOADED: &[&str] = &["loaded but not scheduled here"];
const BY_HAND: &[&str] =
    &["desired state is loaded", "desired state is launched", "desired state is inactive", "purging agent", "hash differs"];

fn check(facts: &Facts) -> Option<Finding> {
    let moved = moved(facts);
    let lost_reads = facts.meaning(LOST_READS);
    let unread = distinct(lost_reads.iter().filter_map(|id| unit(facts.event(*id))));
    let stops: Vec<EventId> = facts.meaning(STOPS).into_iter().filter(|id| !by_hand(facts, *id)).gather();
    let after_lost_read: Vec<EventId> = stops
        .iter()
        .copied()
        .filter(|id| unit(facts.event(*id)).is_some_and(|unit| unread.binary_search(&unit).is_ok()) && follows_one(facts, *id, &lost_reads))
        .gather();
    if moved.is_empty() && after_lost_read.is_empty() {
        return unloaded(facts);
    }
    let by_engine = moved.iter().any(|id| says(facts.event(*id), GONE) || facts.event(*id).meaning == Meaning::EngineUnscheduled);
    let beside: Vec<EventId> = if moved.is_empty() { Vec::new() } else { stops };
    let events = in_order(moved.iter().chain(&after_lost_read).chain(&beside).copied(), &lost_reads);
    let units = distinct(events.iter().filter(|id| lost_reads.binary_search(id).is_err()).filter_map(|id| unit(facts.event(*id))));
    let count = units.len().max(1);
    let stopped =
        events.iter().filter(|id| [Meaning::SystemdStop, Meaning::SystemdStoppedOld].contains(&facts.event(**id).meaning)).count();
    let often = if stopped > count { format!(" ({stopped} stops in all)") } else { String::new() };
    let title = format!("fleet stopped {}{often} that nobody asked it to stop", plural(count as u64, "unit", "units"));
    let (what, parameters) = if !after_lost_read.is_empty() {
        (
            "The read of a unit failed, and the same unit was stopped after it. Up to fleet 0.11 a unit whose single read fails drops out of what should run; the next good pass starts it again.",
            vec![EtcdRequestTimeout],
        )
    } else if by_engine {
        ("The engine saw a machine's presence run out and took its units away; that machine stops them when it is back.", vec![AgentTtl])
    } else {
        (
            "The agent found units loaded that the registry no longer gives to this machine, beside other trouble with etcd, and unloaded them.",
            vec![AgentTtl, EtcdRequestTimeout],
        )
    };
    Some(Finding::new(RULE.id, Severity::Critical, Confidence::High, title, what).showing(facts, &events).counting(count).on(&parameters))
}

/// Units unloaded where the logs show no trouble of fleet at all: who asked for it is not told.
fn unloaded(facts: &Facts) -> Option<Finding> {
    let mut events = matching(facts, &[Meaning::AgentTaskDone], |event| says(event, UNLOADED));
    events.retain(|id| !by_hand(facts, *id));
    if events.is_empty() || Trouble::of(facts).is_shown() {
        return None;
    }
    let count = distinct(events.iter().filter_map(|id| unit(facts.event(*id)))).len().max(1);
    let title = format!("fleet unloaded {} that the registry no longer gave to the machine", plural(count as u64, "unit", "units"));
    let what = "An operator who destroys or moves a unit leaves the same line. Where nobody did, look in all logs of the minutes before for a read that failed, or a machine that was taken for gone.";
    let finding = Finding::new(RULE.id, Severity::Info, Confidence::Low, title, what).because("Running work was stopped.");
    Some(finding.showing(facts, &events).counting(count))
}

/// Lines in which fleet says that it takes a unit away itself.
fn moved(facts: &Facts) -> Vec<EventId> {
    let trouble = Trouble::of(facts);
    let takes = |event: &Event| match event.meaning {
        Meaning::EngineMachineGoneOld => true,
        Meaning::EngineTaskDone | Meaning::EngineUnscheduled => {
            says(event, GONE)
                || says(event, &["unable to run unit"])
                || event.meaning == Meaning::EngineUnscheduled && trouble.before(event)
        }
        Meaning::AgentTaskDone => says(event, UNLOADED) && trouble.before(event),
        _ => false,
    };
    facts.all_events().filter(|(_, event)| takes(event)).map(|(id, _)| id).filter(|id| !by_hand(facts, *id)).gather()
}

/// When fleet had trouble. A unit that is taken away without any just before was taken by its operator.
struct Trouble {
    times: Vec<Micros>,
    without_time: bool,
}

impl Trouble {
    fn of(facts: &Facts) -> Trouble {
        const TROUBLE: &[Meaning] = &[
            Meaning::ServerMonitorTriggered,
            Meaning::EngineLeaseRenewFailed,
            Meaning::EngineLeaseAcquireFailed,
            Meaning::EngineLeaseStolen,
            Meaning::EngineLeaseStealFailed,
            Meaning::EngineVersionUnknown,
            Meaning::RegistryNoUnit,
            Meaning::RegistryParseUnitFailed,
            Meaning::ClientFailedResponse,
        ];
        let mut trouble = Trouble { times: Vec::new(), without_time: false };
        // An etcd that looks for a new leader carries nothing out.
        let elects = |event: &Event| match event.meaning {
            Meaning::LeaderLost => true,
            Meaning::ElectionStart => event.number("term") > Some(BOOT_TERMS),
            _ => false,
        };
        for (_, event) in facts.all_events() {
            let of_fleet = || TROUBLE.contains(&event.meaning) || says(event, GONE) || says(event, LIMIT);
            if event.is_fleet() && of_fleet() || elects(event) {
                trouble.times.extend(event.moment());
                trouble.without_time |= event.time.is_none();
            }
        }
        sort(&mut trouble.times);
        trouble
    }

    fn is_shown(&self) -> bool {
        self.without_time || !self.times.is_empty()
    }

    /// In the five minutes before, or somewhere where the lines carry no time.
    fn before(&self, event: &Event) -> bool {
        let Some(time) = event.time else { return self.is_shown() };
        let from = self.times.partition_point(|trouble| *trouble < time.micros - 300 * S);
        self.without_time || self.times.get(from).is_some_and(|trouble| *trouble <= time.micros + 10 * S)
    }
}

/// An operator asked for it, or fleetd was told to stop and unloads everything.
fn by_hand(facts: &Facts, id: EventId) -> bool {
    let by_engine = says(facts.event(id), GONE) || facts.event(id).meaning == Meaning::EngineUnscheduled;
    if says(facts.event(id), BY_HAND) || by_engine && after_fleet_stop(facts, id) {
        return true;
    }
    let stops = [Meaning::FleetdGracefulShutdown, Meaning::ServerMonitorShutdown];
    if near(facts, id, &stops, -60 * S, 2 * S, 30) {
        return true;
    }
    let Some(log) = facts.logs.get(id.log) else { return false };
    let here = facts.event(id);
    // The task that stopped it stands right beside: `type=StopUnit ... reason="..."`.
    let around = log.events.iter().skip(id.event.saturating_sub(4)).take(9);
    around
        .filter(|other| other.host == here.host && other.meaning == Meaning::AgentTaskDone && unit(other) == unit(here))
        .any(|other| says(other, BY_HAND) && says(other, &["StopUnit", "UnloadUnit", "StopJob", "UnloadJob"]))
}

/// A stop within a minute (judgement) after a lost read, or, without times, later in the same log.
fn follows_one(facts: &Facts, stop: EventId, reads: &[EventId]) -> bool {
    let same = reads.iter().filter(|read| read.log == stop.log && unit(facts.event(**read)) == unit(facts.event(stop)));
    same.into_iter().any(|read| match (time(facts, *read), time(facts, stop)) {
        (Some(read), Some(stop)) => (0..=60 * S).contains(&(stop - read)),
        _ => read.event < stop.event,
    })
}

/// The unit a line speaks of.
fn unit(event: &Event) -> Option<&str> {
    if let Some(unit) = ["unit", "job"].into_iter().find_map(|hole| event.word(hole)) {
        return Some(unit);
    }
    let after =
        ["systemd unit ", "Job(", "Unit(", "job=", "/job/", "Job: "].into_iter().find_map(|sign| search::split(&event.text, sign))?.1;
    after.split([' ', ')', '(', '/', ',']).next().filter(|unit| !unit.is_empty())
}

/// The lines without repeats: first what was stopped, then the lost reads, which are why.
fn in_order(events: impl Iterator<Item = EventId>, reads: &[EventId]) -> Vec<EventId> {
    without_repeats(events.chain(reads.iter().copied()))
}

#[cfg(test)]
mod tests {
    use crate::ids::RuleId;
    use crate::report::Severity;
    use crate::rules::testing::{facts, find};

    #[test]
    fn a_unit_whose_read_failed_is_stopped() {
        let log = "\
WARN job.go:272: No Unit found in Registry for Job(web.service)
ERROR job.go:109: Failed to parse Unit from etcd: unable to parse Unit in Registry at key /_coreos.com/fleet/job/web.service/object
INFO manager.go:138: Triggered systemd unit web.service stop: job=4023
INFO manager.go:259: Removing systemd unit web.service
";
        assert_eq!(find(&facts(&[log]), RuleId::FleetUnitsRestarted).expect("stopped").count, 1);
        let again = log.repeat(3);
        assert!(find(&facts(&[&again]), RuleId::FleetUnitsRestarted).expect("stopped").title.contains("1\u{a0}unit (3 stops in all)"));
    }

    #[test]
    fn units_that_go_after_an_election_of_etcd() {
        let unload = "Oct 19 10:34:37 n1 fleetd[9]: INFO reconcile.go:330: AgentReconciler completed task: type=UnloadUnit job=web@2.service reason=\"unit loaded but not scheduled here\"\n";
        let election = |term: u32| format!("Oct 19 10:34:07 n2 etcd2[8]: e109f17bc0f23c3f is starting a new election at term {term}\n");
        let found = |term| find(&facts(&[&(election(term) + unload)]), RuleId::FleetUnitsRestarted).map(|found| found.severity);
        assert_eq!((found(28), found(1)), (Some(Severity::Critical), Some(Severity::Info)));
    }

    #[test]
    fn an_operator_may_stop_what_he_likes() {
        let by_hand = "\
Feb 10 20:39:56 node fleetd[590]: INFO manager.go:89: Triggered systemd unit web.service stop: job=10306
Feb 10 20:39:56 node fleetd[590]: INFO reconcile.go:274: AgentReconciler completed task: type=StopUnit job=web.service reason=\"unit currently launched but desired state is loaded\"
";
        assert!(find(&facts(&[by_hand]), RuleId::FleetUnitsRestarted).is_none());
        let destroyed = "\
Feb 10 20:39:56 node fleetd[590]: INFO manager.go:89: Triggered systemd unit web.service stop: job=10306
Feb 10 20:39:56 node fleetd[590]: INFO reconcile.go:274: AgentReconciler completed task: type=UnloadUnit job=web.service reason=\"unit loaded but not scheduled here\"
";
        let remark = find(&facts(&[destroyed]), RuleId::FleetUnitsRestarted).expect("it may have been the operator");
        assert_eq!((remark.severity, remark.count), (Severity::Info, 1));
        let long_ago = format!(
            "Feb 10 19:39:56 node fleetd[590]: INFO client.go:278: Failed getting response from http://localhost:4001/: cancelled\n{destroyed}"
        );
        assert!(find(&facts(&[&long_ago]), RuleId::FleetUnitsRestarted).is_none(), "trouble an hour ago has passed");
    }

    #[test]
    fn up_to_0_7_it_is_a_job_that_is_unloaded() {
        let log = "\
Sep 04 16:55:02 first fleet: E0904 16:55:02.374368 10950 engine.go:128] Engine leadership lost, renewal failed: timeout reached
Sep 04 16:55:38 first fleet: I0904 16:55:38.593338 10950 reconcile.go:220] AgentReconciler completed task: {Type: UnloadJob, Job: web.service, Reason: \"job loaded but not scheduled here\"}
Sep 04 16:55:39 first fleet: I0904 16:55:39.593338 10950 reconcile.go:220] AgentReconciler completed task: {Type: UnloadJob, Job: api.service, Reason: \"job loaded but not scheduled here\"}
";
        let found = find(&facts(&[log]), RuleId::FleetUnitsRestarted).expect("unloaded");
        assert_eq!((found.severity, found.count), (Severity::Critical, 2));
        let by_hand = log.replace("loaded but not scheduled here", "currently launched but desired state is loaded");
        assert!(find(&facts(&[&by_hand]), RuleId::FleetUnitsRestarted).is_none());
    }
}
