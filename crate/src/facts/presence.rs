//! Machines whose presence in etcd was lost: who gave up, and whom an engine missed.

use super::events::matching;
use super::failures::after_fleet_stop;
use super::texts::{GONE, says};
use super::{EventId, Facts};
use crate::log::event::Meaning;

/// Machines that gave up, in their own words.
pub fn gave_up(facts: &Facts) -> Vec<EventId> {
    matching(facts, &[Meaning::ServerMonitorTriggered, Meaning::AgentHeartbeatFailedOld], |event| !says(event, &["told to shut down"]))
}

/// Words of engines about machines that are gone.
pub fn gone(facts: &Facts) -> Vec<EventId> {
    let mut gone: Vec<EventId> =
        facts.events_where(|event| event.is_fleet() && (says(event, GONE) || event.meaning == Meaning::EngineMachineGoneOld));
    gone.retain(|id| !after_fleet_stop(facts, *id));
    gone
}

/// Whether only engines of machines that gave up themselves speak of one that is gone. It is another one: fleetd starts its
/// engine when its own presence is there again (coreos/fleet@v0.11.5:server/server.go, Run).
pub fn another_is_gone(facts: &Facts) -> bool {
    let (gone, monitors) = (gone(facts), gave_up(facts));
    let gave_up = |host: &str| monitors.iter().any(|id| facts.host(*id) == host);
    !gone.is_empty() && gone.iter().all(|id| facts.event(*id).host.is_some() && gave_up(&facts.host(*id)))
}
