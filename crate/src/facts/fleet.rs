//! What is to be expected of the fleet that runs, as far as its version is known.

use super::Facts;
use super::versions::VersionRange;
use crate::log::event::Meaning;
use crate::model::fleet;
use crate::units::Micros;
use crate::version::{Version, version};

/// What the plan assumes of a fleet whose version nothing tells; see `Facts::fleet_to_plan_with`.
pub const UNKNOWN_FLEET: &str = "No line tells which fleet this is. So the harder demands of old and new ones are met: up to 0.12 a beat is two requests, and from 0.12 on the monitor must not fire. fleetd --version tells.";

/// What fleetctl prints of a command that failed.
pub const FLEETCTL: &[Meaning] =
    &[Meaning::FleetctlListUnits, Meaning::FleetctlListMachines, Meaning::FleetctlGetUnit, Meaning::FleetctlCommandFailed];

impl Facts {
    /// Fleet is known to be older than `version`.
    pub fn fleet_before(&self, release: Version) -> bool {
        self.fleet.is_some_and(|range| range.high < release)
    }

    /// The fleet to plan with. An unknown one is taken for 0.12: its beat is two requests, as in every fleet
    /// up to it (CoreOS shipped none after 0.11.8), and its monitor must not fire, which is the careful
    /// reading (method 6.6). `UNKNOWN_FLEET` says so to the reader.
    pub fn fleet_to_plan_with(&self) -> VersionRange {
        self.fleet.unwrap_or(VersionRange::only(version(0, 12, 0)))
    }

    /// From fleet 0.12 on a monitor that fires can stop fleetd for good (lab, section 8.3).
    pub fn monitor_may_hang(&self) -> bool {
        self.fleet_to_plan_with().high >= version(0, 12, 0)
    }

    /// The longest that one beat of a machine's presence can take, in the slowest fleet that this one can be.
    pub fn slowest_beat(&self, request_timeout: Micros) -> Micros {
        let range = self.fleet_to_plan_with();
        let endpoints = self.configurations.iter().filter_map(|c| c.cluster.fleet_endpoints).max().unwrap_or(1);
        let possible = [version(0, 12, 0), version(0, 13, 0), version(1, 0, 0)]
            .into_iter()
            .filter(|known| *known >= range.low && *known <= range.high);
        possible.chain([range.high]).map(|fleet| fleet::worst_beat(fleet, request_timeout, endpoints)).max().unwrap_or(0)
    }

    /// The longest outage of etcd that a machine's presence outlives unharmed with these values: a third
    /// of agent-ttl where a monitor that fires restarts at once, the window of its tries where it must not fire.
    pub fn rides_out(&self, agent_ttl: Micros, request_timeout: Micros) -> Micros {
        if self.monitor_may_hang() {
            fleet::presence_window(agent_ttl, request_timeout, self.slowest_beat(request_timeout))
        } else {
            agent_ttl / 3
        }
    }
}
