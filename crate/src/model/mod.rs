//! What timing values do, in numbers alone: elections of etcd, requests and keys of fleet.
//!
//! Whole numbers only and a fixed seed, so that a browser and a native build say the same.
//! Knows nothing of logs or configurations; depends on `units` only.

pub mod curve;
pub mod failover;
pub mod fleet;
pub mod raft;
pub(crate) mod random;

pub use curve::curve;
pub use failover::{Failover, Failovers, planning_failover};
pub use raft::{Timers, safe_stall};

/// How etcd's election timers work: the generation that decides the model.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Generation {
    /// 0.4: continuous draw in [T, 2T).
    V04,
    /// 2.0 to 2.3: a hazard per tick.
    V2,
    /// 3.0 to 3.4: one uniform draw per term, check-quorum.
    V3,
    /// 3.5 and later, 3.4 with `--pre-vote`.
    PreVote,
}

impl Generation {
    /// Whether one draw of a follower's timer serves a whole term, so that equal stalls of one
    /// term end alike (etcd@v3.4.45:raft/raft.go:1586; lab: of 50 stalls no longer than one
    /// survived in the same term 2 cost the leader its place, 22.7 if they were independent).
    pub fn draws_once_per_term(self) -> bool {
        self.is_3_or_later()
    }

    /// Whether it is etcd 3.0 or later: a leader that hears from no majority steps down there, its followers ignore votes that
    /// come early, and one that is told to stop hands over.
    pub fn is_3_or_later(self) -> bool {
        matches!(self, Generation::V3 | Generation::PreVote)
    }
}

/// One whole in parts per million.
pub const WHOLE_PPM: u64 = 1_000_000;

#[cfg(test)]
mod testing {
    //! What the tests of the etcd models share.

    use super::{Generation, Timers};
    use crate::units::MS;

    pub const GENERATIONS: [Generation; 4] = [Generation::V04, Generation::V2, Generation::V3, Generation::PreVote];

    pub fn timers(generation: Generation, heartbeat: i64, election: i64, members: u32) -> Timers {
        Timers { heartbeat: heartbeat * MS, election: election * MS, generation, members }
    }

    pub fn near(seen: i64, expected: i64, within: i64) -> bool {
        (seen - expected).abs() <= within
    }
}
