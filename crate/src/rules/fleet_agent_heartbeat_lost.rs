//! `fleet-agent-heartbeat-lost`: a machine could not renew its presence, or was declared gone.

use super::common::{human_limit, lines, plural, time, times};
use super::{Finding, Rule};
use crate::facts::failures::proven_outage;
use crate::facts::presence::{another_is_gone, gave_up, gone};
use crate::facts::{EventId, Facts};
use crate::gather::Gather;
use crate::ids::RuleId;
use crate::log::event::Meaning;
use crate::parameters::Parameter::{AgentTtl, EtcdRequestTimeout};
use crate::report::{Confidence, Severity};
use crate::units::human;

/// The rule.
pub const RULE: Rule = Rule {
    id: RuleId::FleetAgentHeartbeatLost,
    why: "A machine says it lives every half agent-ttl and tries for a third of it. Then its monitor gives up; when the agent-ttl has run out, the engine takes its units away and starts them elsewhere.",
    what_to_do: "See why etcd did not take the heartbeats of that machine: etcd, its link, or the machine itself. A longer agent-ttl rides out longer outages, but the units of a machine that really died start elsewhere later.",
    references: &[
        "coreos/fleet@v0.11.5:heart/monitor.go",
        "coreos/fleet@v0.11.5:registry/machine.go:64",
        "coreos/fleet@v0.11.5:engine/reconciler.go:98",
        "lab: 69 heartbeats over outages of 5 to 29 s",
    ],
    check,
};

fn check(facts: &Facts) -> Option<Finding> {
    let (monitors, gone) = (gave_up(facts), gone(facts));
    if monitors.is_empty() && gone.is_empty() {
        return None;
    }
    let severity = if gone.is_empty() { Severity::Warning } else { Severity::Critical };
    let ttl = human_limit(facts, AgentTtl);
    let outage = proven_outage(facts);
    let title = match (monitors.len(), gone.len()) {
        (0, _) => format!("The engine declared a machine gone; agent-ttl is {ttl}"),
        (some, 0) => format!("A machine gave up renewing its presence {}; agent-ttl is {ttl}", times(some as u64)),
        _ if another_is_gone(facts) => {
            format!("A machine gave up renewing its presence, and its engine declared another one gone; agent-ttl is {ttl}")
        }
        _ => format!("A machine lost its presence and was declared gone; agent-ttl is {ttl}"),
    };
    let proven = outage.map(|outage| format!(" Its requests failed over at least {}.", human(outage))).unwrap_or_default();
    let by_engine =
        if gone.is_empty() { String::new() } else { format!(" The engine says so in {}.", plural(lines(facts, &gone), "line", "lines")) };
    let missed = if monitors.is_empty() {
        "The machine's presence in etcd ran out: no heartbeat renewed it in time."
    } else {
        "No heartbeat reached etcd within a third of the agent-ttl."
    };
    let what = format!("{missed}{proven}{by_engine}");
    let mut events: Vec<EventId> = monitors.iter().chain(&gone).copied().gather();
    events.extend(facts.meaning(&[Meaning::HeartRetry]));
    let count = monitors.len().max(usize::from(monitors.is_empty()));
    let primary = monitors.iter().chain(&gone).next().and_then(|id| time(facts, *id)).is_some();
    let confidence = if primary { Confidence::High } else { Confidence::Medium };
    Some(
        Finding::new(RULE.id, severity, confidence, title, what)
            .showing(facts, &events)
            .counting(count)
            .on(&[AgentTtl, EtcdRequestTimeout]),
    )
}

#[cfg(test)]
mod tests {
    use crate::ids::RuleId;
    use crate::rules::testing::{facts, find};

    #[test]
    fn an_engine_does_not_miss_its_own_machine() {
        let log = |engine: &str| {
            format!(
                "Jan 17 21:56:22 n1 fleetd[99]: ERROR server.go:189: Server monitor triggered: Monitor timed out before successful heartbeat\n\
                 Jan 17 21:59:43 {engine} fleetd[99]: ERROR reconciler.go:62: Failed resolving task: task={{Type: UnscheduleUnit, JobName: a.service, MachineID: 6ca6, Reason: \"target Machine(6ca6) went away\"}} err=context deadline exceeded\n"
            )
        };
        let said =
            |engine: &str| find(&facts(&[&log(engine)]), RuleId::FleetAgentHeartbeatLost).expect("lost").title.contains("another one gone");
        assert_eq!((said("n1"), said("n2")), (true, false));
        let document = crate::Document { name: None, text: log("n1") };
        let headline = crate::analyze(&crate::Input { documents: vec![document], ..Default::default() }).verdict.headline;
        assert!(headline.contains("gave up renewing its presence, and its engine declared another machine gone"), "{headline}");
    }

    #[test]
    fn a_monitor_that_gave_up() {
        let log = "2015-05-15T16:27:07+0000 node1 fleetd[628]: ERROR server.go:185: Server monitor triggered: Monitor timed out before successful heartbeat\n";
        assert!(find(&facts(&[log]), RuleId::FleetAgentHeartbeatLost).is_some());
    }

    /// It deletes its presence itself, and the engine's words are the same.
    #[test]
    fn a_machine_whose_fleetd_was_told_to_stop_is_not_lost() {
        let line = |second: u32, host: &str, words: &str| format!("Apr 20 10:00:{second:02} {host} fleetd[9]: INFO {words}\n");
        let stop = line(10, "core-02", "fleetd.go:113: Gracefully shutting down");
        let gone = line(11, "core-01", "engine.go:256: Unscheduled Job(web.service) from Machine(8dea3b3e614716a90b0805ecbcbf2e56)")
            + &line(
                11,
                "core-01",
                "reconciler.go:161: EngineReconciler completed task: {Type: UnscheduleUnit, JobName: web.service, MachineID: 8dea3b3e614716a90b0805ecbcbf2e56, Reason: \"target Machine(8dea3b3e614716a90b0805ecbcbf2e56) went away\"}",
            );
        let found = |texts: &[&str]| {
            let facts = facts(texts);
            [RuleId::FleetAgentHeartbeatLost, RuleId::FleetUnitsRestarted].map(|id| find(&facts, id).is_some())
        };
        assert_eq!(found(&[&gone]), [true, true]);
        assert_eq!(found(&[&gone, &stop]), [false, false]);
        assert_eq!(found(&[&gone.replace("10:00:11", "10:05:11"), &stop]), [true, true]);
        // Its engine missed it, and nobody tells how its own monitor fared.
        assert!(find(&facts(&[&gone]), RuleId::FleetAgentHeartbeatLost).is_some_and(|found| found.what.contains("ran out")));
        let led = line(1, "core-01", "")
            .replace("fleetd[9]: INFO ", "etcd2[8]: raft.node: 91d25258d70ad868 elected leader 91d25258d70ad868 at term 2");
        let slow = line(5, "core-01", "").replace("fleetd[9]: INFO ", "etcd2[8]: apply entries took too long [250.1ms for 1 entries]");
        let document = crate::Document { name: None, text: led + &slow + &gone };
        let verdict = crate::analyze(&crate::Input { documents: vec![document], ..Default::default() }).verdict;
        assert_eq!(verdict.timing, crate::report::Timing::Undecided);
        assert!(verdict.why.starts_with("A machine was silent for longer than its agent-ttl"), "{}", verdict.why);
    }

    #[test]
    fn a_regular_end_is_none() {
        let log = "2015-05-15T16:27:07+0000 node1 fleetd[628]: INFO server.go:225: Server monitor triggered: told to shut down\n";
        assert!(find(&facts(&[log]), RuleId::FleetAgentHeartbeatLost).is_none());
    }
}
