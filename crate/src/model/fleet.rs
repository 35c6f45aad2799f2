//! fleet on top of etcd: how long its requests, keys and leases bear an outage, and what they cost.
//!
//! R = etcd-request-timeout, A = agent-ttl, I = engine-reconcile-interval.

use crate::units::{Micros, S};
use crate::version::{Version, version};

/// The longest one beat of a machine's presence can take when every request runs into R.
///
/// A beat is two requests, each up to R (fleet@v0.11.5:registry/machine.go:64-90). From 0.13 R
/// counts for each of the endpoints; in 1.0 the second request goes to one endpoint only.
pub fn worst_beat(fleet: Version, request_timeout: Micros, endpoints: u32) -> Micros {
    let endpoints = i64::from(endpoints.max(1));
    let requests = if fleet < version(0, 13, 0) {
        2
    } else if fleet < version(1, 0, 0) {
        2 * endpoints
    } else {
        endpoints + 1
    };
    request_timeout.saturating_mul(requests)
}

/// Q: an outage this long, begun at the worst moment, still leaves a beat that succeeds.
/// Longer ones set off fleet's monitor (lab: all 69 beats fell on the right side of it).
///
/// Tries begin every A/12 + B while less than A/3 has passed; n is their number, and the beat is
/// saved when etcd answers before the first request of the last try ends:
/// Q = (n - 1)(A/12 + B) + R (fleet@v0.11.5:heart/monitor.go).
pub fn presence_window(agent_ttl: Micros, request_timeout: Micros, worst_beat: Micros) -> Micros {
    let (a, r, b) = (clip(agent_ttl), clip(request_timeout), clip(worst_beat));
    let step = a + 12 * b; // in twelfths
    let tries = if step == 0 { 1 } else { (4 * a + step - 1) / step };
    (tries - 1).max(0) * step / 12 + r
}

/// Keeps sums in range: no timer of fleet's is longer than a thousand years.
fn clip(time: Micros) -> Micros {
    time.clamp(0, 1_000 * 366 * 86_400 * S)
}

/// How long the engine's lease lives: five intervals in whole seconds, cut
/// (fleet@v0.11.5:engine/engine.go). With gRPC, of which no input tells, it is 500 000 (fleet@v1.0.0:engine/engine.go:70-76).
fn engine_lease(interval: Micros) -> Micros {
    interval.max(0).saturating_mul(5) / S * S
}

/// Until the units of a dead machine are placed elsewhere: its key ends after A, the engine looks
/// every I.
pub fn dead_machine(agent_ttl: Micros, interval: Micros) -> Micros {
    agent_ttl.saturating_add(interval)
}

/// Until the work of a dead engine goes on: its lease ends, the next engine looks every I.
pub fn dead_engine(interval: Micros) -> Micros {
    engine_lease(interval).saturating_add(interval)
}

/// How long etcd itself keeps a request that it cannot serve: 5 s + 2T from 2.2 on
/// (etcd@v2.2.5:etcdserver/config.go:125), 6 s before (etcd@v2.0.13:etcdserver/etcdhttp/http.go:34).
pub fn etcd_patience(etcd: Version, election: Micros) -> Micros {
    if etcd < version(2, 2, 0) { 6 * S } else { (5 * S).saturating_add(election.saturating_mul(2)) }
}

/// Time from one pass of an agent to the next (fleet@v0.11.5:agent/reconcile.go:31).
const AGENT_PASS: Micros = 5 * S;

/// Requests per second that fleet sends to etcd in steady state, in thousandths.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Load {
    /// Answered by the member that was asked.
    pub reads: i64,
    /// Agreed on by a quorum and synced to its disks.
    pub writes: i64,
}

/// What decides fleet's load on etcd.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fleet {
    /// fleet's version.
    pub version: Version,
    /// Machines that run fleet.
    pub machines: u32,
    /// Units in the whole cluster.
    pub units: u32,
    /// A.
    pub agent_ttl: Micros,
    /// I.
    pub interval: Micros,
}

/// The load of a fleet, from the requests that each loop of its source makes.
///
/// Agents and engines up to 0.11 read every unit by itself (fleet@v0.11.5:registry/job.go:105-115);
/// from 0.12 all at once. Keys are written anew every A/2, in 1.0 those of units every 0.8 A.
pub fn load(fleet: &Fleet) -> Load {
    let machines = i64::from(fleet.machines);
    let units = i64::from(fleet.units);
    let at_once = fleet.version >= version(0, 12, 0);
    let newest = fleet.version >= version(1, 0, 0);
    let agent_reads = match (at_once, newest) {
        (false, _) => units + 3,
        (true, false) => 4,
        (true, true) => 5,
    };
    let engine_reads = if at_once { 6 } else { units + 5 };
    let other_engines = 2 * (machines - 1).max(0);
    let leads = i64::from(machines > 0);
    // Six writes for each unit and A: its heartbeat and two keys of its state, twice.
    let unit_writes = if newest { per_second(375 * units, fleet.agent_ttl) / 100 } else { per_second(6 * units, fleet.agent_ttl) };
    Load {
        reads: per_second(machines * agent_reads, AGENT_PASS) + per_second(leads * engine_reads + other_engines, fleet.interval),
        writes: per_second(2 * machines, fleet.agent_ttl) + unit_writes + per_second(leads, fleet.interval),
    }
}

/// `count` every `period`, as thousandths of one per second; 0 where nothing repeats.
fn per_second(count: i64, period: Micros) -> i64 {
    if period <= 0 {
        return 0;
    }
    count.saturating_mul(1_000 * S) / period
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::units::MS;

    #[test]
    fn beats_by_version() {
        assert_eq!(worst_beat(version(0, 11, 8), S, 3), 2 * S);
        assert_eq!(worst_beat(version(0, 12, 0), S, 3), 2 * S);
        assert_eq!(worst_beat(version(0, 13, 0), S, 3), 6 * S);
        assert_eq!(worst_beat(version(1, 0, 0), S, 3), 4 * S);
        assert_eq!(worst_beat(version(1, 0, 0), S, 0), 2 * S);
    }

    #[test]
    fn windows_as_measured() {
        for (ttl, request, window) in [(30, 1, 10), (60, 1, 15), (60, 3, 14), (60, 5, 20), (120, 5, 25), (120, 10, 40)] {
            assert_eq!(presence_window(ttl * S, request * S, 2 * request * S), window * S, "{ttl}s/{request}");
        }
        assert_eq!(presence_window(0, 0, 0), 0);
        assert_eq!(presence_window(-S, S, 2 * S), S);
        assert!(presence_window(Micros::MAX, Micros::MAX, Micros::MAX) > 0);
    }

    /// With A >= 12 R the window is never below A / 4.8.
    #[test]
    fn five_times_the_outage_is_always_enough() {
        for ttl in (12..600).step_by(3) {
            for request in 1..=ttl / 12 {
                let window = presence_window(ttl * S, request * S, 2 * request * S);
                assert!(window * 48 >= ttl * S * 10 - 48, "{ttl}s/{request}: {window}");
            }
        }
    }

    #[test]
    fn leases_and_waits() {
        assert_eq!(engine_lease(2 * S), 10 * S);
        assert_eq!(engine_lease(500 * MS), 2 * S);
        assert_eq!(dead_machine(120 * S, 10 * S), 130 * S);
        assert_eq!(dead_engine(2 * S), 12 * S);
        assert_eq!(etcd_patience(version(2, 3, 8), S), 7 * S);
        assert_eq!(etcd_patience(version(2, 2, 0), 6 * S), 17 * S);
        assert_eq!(etcd_patience(version(2, 1, 3), 6 * S), 6 * S);
    }

    /// Ten machines, a hundred units, fleet 0.11: 206 reads/s of the agents, 52.5 of the leading
    /// engine, 9 of the others.
    #[test]
    fn load_by_hand() {
        let fleet = Fleet { version: version(0, 11, 5), machines: 10, units: 100, agent_ttl: 30 * S, interval: 2 * S };
        assert_eq!(load(&fleet), Load { reads: 206_000 + 61_500, writes: 666 + 20_000 + 500 });
        let slower = load(&Fleet { agent_ttl: 120 * S, interval: 10 * S, ..fleet });
        assert_eq!(slower, Load { reads: 206_000 + 12_300, writes: 166 + 5_000 + 100 });
        let new = load(&Fleet { version: version(1, 0, 0), ..fleet });
        assert_eq!(new, Load { reads: 10_000 + 12_000, writes: 666 + 12_500 + 500 });
        assert_eq!(load(&Fleet { machines: 0, units: 0, interval: 0, ..fleet }), Load::default());
    }
}
