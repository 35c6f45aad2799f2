//! The trade: over thirty election-timeouts, what a longer one spares and what it costs.

use super::raft::{BUSY_GAP, loss_share};
use super::{Failovers, Generation, Timers, WHOLE_PPM};
use crate::gather::Gather;
use crate::units::{MS, Micros, Range, S};

/// What one pair of values does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Point {
    /// heartbeat-interval.
    pub heartbeat: Micros,
    /// election-timeout.
    pub election: Micros,
    /// Share of the stalls that cost the leader its place, parts per million: each stall at its
    /// shortest, in a busy cluster.
    pub loss_low: u32,
    /// The same with each stall at its longest, in an idle cluster.
    pub loss_high: u32,
    /// Needless elections per day at the least, in thousandths; absent where no rate is known.
    pub per_day_low: Option<u64>,
    /// The same at the most.
    pub per_day_high: Option<u64>,
    /// Median time until a new leader after one dies.
    pub failover_p50: Micros,
    /// Ninety-nine of a hundred are faster.
    pub failover_p99: Micros,
}

/// The election-timeouts of the curve, in ms: the ladder of round values and steps between.
const ELECTIONS: [i64; 30] = [
    500, 600, 750, 900, 1000, 1100, 1250, 1400, 1500, 1600, 1750, 2000, 2250, 2500, 2750, 3000, 3500, 4000, 4500, 5000, 6000, 7000, 8000,
    9000, 10000, 12000, 14000, 15000, 17500, 20000,
];

/// What a cluster meets, whatever its values are.
pub struct Met<'a> {
    /// Round trip between members.
    pub rtt: Micros,
    /// Its stalls.
    pub stalls: &'a [Range],
    /// How many such stalls come in a day, where the log tells.
    pub per_day: Option<u64>,
    /// Its failovers.
    pub failovers: &'a Failovers,
}

/// The curve for a cluster that saw these stalls: each election-timeout with a heartbeat of a tenth.
///
/// Each stall counts by itself; which stalls share a term is another matter under other values.
pub fn curve(generation: Generation, members: u32, met: &Met) -> Vec<Point> {
    ELECTIONS
        .iter()
        .map(|election| Timers { heartbeat: election * MS / 10, election: election * MS, generation, members })
        .map(|timers| point(&timers, met))
        .gather()
}

/// One point of such a curve, for any pair of values.
pub fn point(timers: &Timers, met: &Met) -> Point {
    let loss_low = mean(met.stalls.iter().map(|stall| loss_share(timers, stall.low, BUSY_GAP)));
    let loss_high = mean(met.stalls.iter().map(|stall| loss_share(timers, stall.high, timers.heartbeat)));
    let daily = |share: u32| met.per_day.map(|stalls| stalls.saturating_mul(u64::from(share)) / (WHOLE_PPM / 1_000));
    let failover = met.failovers.of(timers, met.rtt);
    Point {
        heartbeat: timers.heartbeat,
        election: timers.election,
        loss_low,
        loss_high,
        per_day_low: daily(loss_low),
        per_day_high: daily(loss_high),
        failover_p50: failover.p50,
        failover_p99: failover.p99,
    }
}

/// How many stalls a day there are when `stalls` of them were seen within `span`; nothing may be
/// said of a span of no length.
pub fn stalls_per_day(stalls: usize, span: Micros) -> Option<u64> {
    let span = u64::try_from(span).ok().filter(|&span| span > 0)?;
    Some((stalls as u64).saturating_mul(86_400 * S as u64) / span)
}

fn mean(shares: impl ExactSizeIterator<Item = u32>) -> u32 {
    let count = shares.len() as u64;
    let sum: u64 = shares.map(u64::from).sum();
    sum.checked_div(count).unwrap_or(0) as u32
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_trade_has_two_sides() {
        let stalls = [Range { low: 1_400 * MS, high: 1_600 * MS }, Range { low: 900 * MS, high: 1_050 * MS }];
        for generation in [Generation::V04, Generation::V2, Generation::V3, Generation::PreVote] {
            let points = curve(
                generation,
                3,
                &Met { rtt: MS, stalls: &stalls, per_day: stalls_per_day(stalls.len(), 3_600 * S), failovers: &Failovers::default() },
            );
            assert_eq!(points.len(), 30);
            assert!(points.is_sorted_by(|a, b| a.loss_low >= b.loss_low && a.loss_high >= b.loss_high), "{generation:?}");
            assert!(points.is_sorted_by(|a, b| a.failover_p50 < b.failover_p50 && a.failover_p99 < b.failover_p99));
            assert!(points.iter().all(|point| point.loss_low <= point.loss_high));
            // At 500 ms every such stall elects: 48 a day; at 20 s none does.
            assert_eq!((points[0].loss_high, points[0].per_day_high), (1_000_000, Some(48_000)), "{generation:?}");
            assert_eq!((points[29].loss_high, points[29].per_day_high), (0, Some(0)));
        }
    }

    #[test]
    fn no_stall_no_election_no_rate() {
        let points = curve(Generation::V2, 3, &Met { rtt: 0, stalls: &[], per_day: None, failovers: &Failovers::default() });
        assert!(points.iter().all(|point| point.loss_high == 0 && point.per_day_high.is_none()));
        assert_eq!(stalls_per_day(3, 0), None);
        assert_eq!(stalls_per_day(3, -5), None);
    }

    #[test]
    fn holds_the_rungs_that_are_proposed() {
        for rung in [1000, 1500, 2000, 2500, 3000, 3500, 4000, 5000, 6000, 8000, 10000, 15000, 20000] {
            assert!(ELECTIONS.contains(&rung), "{rung}");
        }
        assert!(ELECTIONS.is_sorted());
    }
}
