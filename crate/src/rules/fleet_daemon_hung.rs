//! `fleet-daemon-hung`: fleetd gave up on its heartbeat and did not come back.

use super::common::{hosts, last_line, near, time};
use super::{Finding, Rule};
use crate::facts::{EventId, Facts};
use crate::gather::Gather;
use crate::ids::RuleId;
use crate::log::event::Meaning;
use crate::parameters::Parameter::AgentTtl;
use crate::report::{Confidence, Severity};
use crate::units::{Micros, S};
use crate::version::version;

/// The rule.
pub const RULE: Rule = Rule {
    id: RuleId::FleetDaemonHung,
    why: "From fleet 0.12 on fleetd waits for its parts to end before it restarts, and can wait forever. Its units go on running while others start them elsewhere too. fleet 1.0 ends in a panic after 60 s.",
    what_to_do: "Restart fleetd on that machine and check for units that run twice. Raise agent-ttl so that the monitor does not give up in the outages you see: five times the outage is always enough.",
    references: &[
        "coreos/fleet@v1.0.0:server/server.go:268",
        "coreos/fleet@v1.0.0:unit/generator.go:70",
        "lab: with 60s and 1 s the monitor gave up on a whole second, and 12 of 12 fleetd hung",
    ],
    check,
};

/// All fleetd that came back did so within two seconds (lab); this is far beyond.
const TOO_LONG: Micros = 20 * S;

fn check(facts: &Facts) -> Option<Finding> {
    let panics = facts.meaning(&[Meaning::ServerShutdownTimeout]);
    let prints_its_return = facts.fleet.is_some_and(|range| range.low >= version(0, 12, 0));
    let silent: Vec<EventId> = if prints_its_return {
        facts.meaning(&[Meaning::ServerMonitorTriggered]).into_iter().filter(|id| never_came_back(facts, *id)).gather()
    } else {
        Vec::new()
    };
    if panics.is_empty() && silent.is_empty() {
        return None;
    }
    let events: Vec<EventId> = panics.iter().chain(&silent).copied().gather();
    let hosts = hosts(facts, &events);
    let on = if hosts.len() > 1 { format!("on {} machines", hosts.len()) } else { String::from("on one machine") };
    let title = format!("fleetd hung {on} after its monitor gave up");
    let what = if panics.is_empty() {
        "The monitor gave up and no restart of the server follows in the log."
    } else {
        "fleetd says itself that its parts did not end."
    };
    let confidence = if panics.is_empty() { Confidence::Medium } else { Confidence::High };
    Some(Finding::new(RULE.id, Severity::Critical, confidence, title, what).showing(facts, &events).counting(hosts.len()).on(&[AgentTtl]))
}

/// No restart follows, and the log goes on long enough to have shown it.
fn never_came_back(facts: &Facts, id: EventId) -> bool {
    let back = [
        Meaning::ServerRestarting,
        Meaning::ServerEstablishing,
        Meaning::ServerStarting,
        Meaning::ServerBeatOk,
        Meaning::ServerMonitorShutdown,
        Meaning::FleetdGracefulShutdown,
        Meaning::FleetdVersion,
    ];
    if near(facts, id, &back, 0, TOO_LONG, 50) {
        return false;
    }
    let Some(given_up) = time(facts, id) else { return false };
    // Any log on the same clock shows how long the excerpt goes on.
    last_line(facts).is_some_and(|last| last - given_up >= TOO_LONG)
}

#[cfg(test)]
mod tests {
    use crate::ids::RuleId;
    use crate::rules::testing::{facts, find};

    const START: &str = "Nov 22 10:00:00 core-01 fleetd[7]: INFO fleetd.go:75: Starting fleetd version 1.0.0\n";
    const GIVEN_UP: &str =
        "Nov 22 10:10:00 core-01 fleetd[7]: ERROR server.go:268: Server monitor triggered: Monitor timed out before successful heartbeat\n";

    #[test]
    fn it_says_so_or_stays_silent() {
        let panic = format!(
            "{START}{GIVEN_UP}Nov 22 10:11:00 core-01 fleetd[7]: ERROR server.go:279: Timed out waiting for server to shut down. Panicking the server without cleanup.\n"
        );
        assert!(find(&facts(&[&panic]), RuleId::FleetDaemonHung).is_some());
    }

    #[test]
    fn a_restart_follows_or_the_log_ends() {
        let back = format!("{START}{GIVEN_UP}Nov 22 10:10:01 core-01 fleetd[7]: INFO server.go:281: Restarting server\n");
        assert!(find(&facts(&[&back]), RuleId::FleetDaemonHung).is_none());
        assert!(find(&facts(&[&format!("{START}{GIVEN_UP}")]), RuleId::FleetDaemonHung).is_none());
    }
}
