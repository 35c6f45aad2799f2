//! The values that election-timeout may take, and which of them carries what.

use super::rung;
use crate::config::{HARDWARE_SPEEDS, Launcher};
use crate::facts::{Facts, Generation};
use crate::gather::Gather;
use crate::parameters::Parameter;
use crate::units::{MS, Micros};

/// Rungs of the election-timeout; heartbeat-interval is a tenth (method 7.2).
pub(super) const LADDER: [Micros; 14] = [
    500 * MS,
    1000 * MS,
    1500 * MS,
    2000 * MS,
    2500 * MS,
    3000 * MS,
    3500 * MS,
    4000 * MS,
    5000 * MS,
    6000 * MS,
    8000 * MS,
    10_000 * MS,
    15_000 * MS,
    20_000 * MS,
];

/// Whether only the pairs of OpenShift's operator can be set.
pub(super) fn is_operated(facts: &Facts) -> bool {
    facts.started().launcher == Some(Launcher::OpenShift)
}

/// What may be set: a rung with its tenth, or a pair that the operator knows.
pub(super) fn pairs(facts: &Facts) -> Vec<(Micros, Micros)> {
    if is_operated(facts) {
        HARDWARE_SPEEDS.iter().map(|(_, heartbeat, election)| (*heartbeat, *election)).gather()
    } else {
        LADDER.iter().map(|election| (tenth(*election), *election)).gather()
    }
}

/// With the margin of a quarter; a rung may miss it by 2 %, as 1.25 is a judgement (method 7.2).
pub(super) fn fits(facts: &Facts, (heartbeat, rung): (Micros, Micros), stall: Micros) -> bool {
    let bare = rung >= stall + 2 * heartbeat;
    let margin = rung * 102 / 100 >= stall * 5 / 4 + 2 * heartbeat;
    bare && margin && rung >= 10 * facts.round_trip() && rung >= least(facts)
}

/// No proposal goes below the default of etcd 2 and later, or half of it for 0.4 (method 6.1).
pub(super) fn least(facts: &Facts) -> Micros {
    if facts.generation == Generation::V04 { 500 * MS } else { 1000 * MS }
}

/// Whether members wait for less than any etcd from 2.0 on does by default.
pub fn waits_too_little(facts: &Facts) -> bool {
    facts.generation != Generation::V04 && facts.value(Parameter::ElectionTimeout) < Parameter::ElectionTimeout.default_value()
}

/// T at least 1.25 S + 2H at H = T/10 (method 6.1).
pub(super) fn needed(facts: &Facts, stall: Micros) -> Micros {
    (stall * 25 / 16).max(10 * facts.round_trip())
}

/// The smallest rung for this heartbeat; ten beats, where it is no whole number of them, as etcd drops the rest
/// (etcd-io/etcd@v2.3.8:etcdserver/config.go).
pub(super) fn of_beat(facts: &Facts, heartbeat: Micros) -> Option<Micros> {
    let heartbeat = heartbeat.max(MS);
    let need = heartbeat.saturating_mul(10).max(least(facts));
    rung(&LADDER, need).map(|rung| if rung % heartbeat == 0 { rung } else { (need + heartbeat - 1) / heartbeat * heartbeat })
}

/// The heartbeat for an election-timeout: a tenth, in whole milliseconds.
pub(super) fn tenth(election: Micros) -> Micros {
    election / 10 / MS * MS
}
