//! etcd's elections: does a stalled leader lose its place.
//!
//! Followers count ticks, one every heartbeat-interval H; a message of the leader sets the count
//! to 0. E = election-timeout / H. Each generation decides in its own way at which tick it asks
//! for votes:
//!
//! * 0.4 draws a time, evenly from [T, 2T) (etcd@v0.4.9:third_party/github.com/goraft/raft/server.go:672).
//! * 2.0 to 2.3 ask at each tick: d ticks past E the chance is d / E, so the first possible tick
//!   is E + 1 (etcd@v2.3.8:raft/raft.go:875).
//! * 3.x draws a tick, evenly from E..2E-1, once per term (etcd@v3.4.45:raft/raft.go:1586). A
//!   follower that counted fewer than E ticks ignores the question (etcd@v3.4.45:raft/raft.go:846);
//!   the asker has raised its term all the same, so a campaign at tick E mostly deposes without electing.
//! * With pre-vote the draw is the same, but the first question raises no term, and only a
//!   granted one leads to a campaign.
//!
//! The ticks of the members are not in step with each other nor with the leader's messages: each
//! follower's first tick comes anywhere in the first H. A waking leader speaks at once (the lab's
//! counts fit this without a delay).

use super::{Generation, WHOLE_PPM};
use crate::units::{MS, Micros, Range};

/// Messages of a leader with work to do (lab: about 40 writes/s). They reset the followers'
/// timers as a heartbeat does, so a busy cluster endures a little more than an idle one.
pub const BUSY_GAP: Micros = 25 * MS;

/// The longest timer, round trip or stall that the model tells apart: 35 minutes. etcd itself
/// refuses an election-timeout above 50 s (etcd@v2.3.8:etcdmain/config.go).
pub(super) const LONGEST: Micros = 1 << 31;

/// The timing values of one cluster.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Timers {
    /// heartbeat-interval, H.
    pub heartbeat: Micros,
    /// election-timeout, T.
    pub election: Micros,
    /// How the timers are drawn.
    pub generation: Generation,
    /// Voting members.
    pub members: u32,
}

impl Timers {
    /// H, never zero and never beyond what the sums below can hold.
    pub(super) fn tick(&self) -> Micros {
        self.heartbeat.clamp(1, LONGEST)
    }

    /// T, likewise.
    pub(super) fn timeout(&self) -> Micros {
        self.election.clamp(1, LONGEST)
    }

    /// E: the ticks a follower waits at least (etcd@v2.3.8:etcdserver/raft.go cuts the quotient).
    pub(super) fn election_ticks(&self) -> i64 {
        (self.timeout() / self.tick()).clamp(1, 1 << 20)
    }

    /// Followers, up to a number beyond any real cluster.
    fn followers(&self) -> u32 {
        self.members.saturating_sub(1).min(32)
    }

    /// Votes that elect, in a cluster of the leader and its `followers`.
    fn quorum(&self) -> u32 {
        let members = self.followers() + 1;
        members / 2 + 1
    }
}

/// A share of 1 in fixed point: products of two fit in 64 bits.
const ONE: u64 = 1 << 30;

fn times(a: u64, b: u64) -> u64 {
    a * b / ONE
}

fn power(base: u64, exponent: u32) -> u64 {
    (0..exponent).fold(ONE, |product, _| times(product, base))
}

/// Share of followers that have not asked by their `ticks`-th tick: the draw of one timer.
fn quiet_after(generation: Generation, election_ticks: i64, ticks: i64) -> u64 {
    let beyond = ticks - election_ticks;
    if generation == Generation::V2 {
        return hazards(election_ticks).take(beyond.max(0) as usize).last().unwrap_or(ONE);
    }
    let asked = (beyond + 1).clamp(0, election_ticks);
    ONE - ONE * asked as u64 / election_ticks as u64
}

/// 2.x: what remains quiet after tick E + 1, E + 2, ... It ends with 0, at tick 2E or earlier.
pub(super) fn hazards(election_ticks: i64) -> impl Iterator<Item = u64> {
    let e = election_ticks as u64;
    let mut quiet = ONE;
    (1..=e)
        .map_while(move |d| {
            if quiet == 0 {
                return None;
            }
            quiet = quiet * (e - d) / e;
            Some(quiet)
        })
        .chain(std::iter::repeat(0))
}

/// Points at which the age of the leader's last message is sampled, evenly over the gap.
const AGES: i64 = 8;

/// Share, in parts per million, of runs in which a leader that stalls for `stall` loses its place.
/// `gap` is the time between two messages of the leader before the stall: `BUSY_GAP` with
/// writes, one heartbeat without.
///
/// Exact but for the age of the last message, which is averaged over eight points.
pub fn loss_share(timers: &Timers, stall: Micros, gap: Micros) -> u32 {
    let gap = gap.clamp(0, timers.tick());
    if stall <= 0 || timers.followers() == 0 || stall.saturating_add(gap) <= safe_stall(timers) {
        return 0;
    }
    if timers.generation == Generation::PreVote && timers.followers() < timers.quorum() {
        return 0; // Nobody can grant anything while the leader is silent.
    }
    let stall = stall.min(LONGEST);
    if stall >= 2 * timers.timeout() {
        return WHOLE_PPM as u32; // No timer is longer.
    }
    let quiet = Quiet::around(timers, stall);
    let sum: u64 = (0..AGES).map(|i| quiet.at(stall + gap * (2 * i + 1) / (2 * AGES))).sum();
    let lost = ONE - sum / AGES as u64;
    (lost * WHOLE_PPM / ONE) as u32
}

/// Chance that nobody has deposed the leader at a time after its last message, for times within
/// one heartbeat of a stall's length.
struct Quiet<'a> {
    timers: &'a Timers,
    /// Ticks that every follower has counted at the least.
    first: i64,
    /// One follower's chance of not having asked after `first`, `first + 1`, ... ticks.
    one: [u64; 4],
}

impl<'a> Quiet<'a> {
    fn around(timers: &'a Timers, stall: Micros) -> Self {
        let first = stall / timers.tick();
        let one = [0, 1, 2, 3].map(|more| quiet_after(timers.generation, timers.election_ticks(), first + more));
        Quiet { timers, first, one }
    }

    fn at(&self, time: Micros) -> u64 {
        let tick = self.timers.tick();
        let n = self.timers.followers();
        if self.timers.generation == Generation::V04 {
            let t = self.timers.timeout();
            let over = (time - t).clamp(0, t);
            return power(ONE - ONE * over as u64 / t as u64, n);
        }
        // A follower has counted `ticks` of them or, with chance `part`, one more.
        let ticks = time / tick;
        let part = ONE * (time % tick) as u64 / tick as u64;
        let of = |ticks: i64| self.one[((ticks - self.first).clamp(0, 3)) as usize];
        let (less, more) = (of(ticks), of(ticks + 1));
        if self.timers.generation == Generation::PreVote {
            return self.ungranted(ticks, part, less, more);
        }
        power(times(less, ONE - part) + times(more, part), n)
    }

    /// Pre-vote: nobody's question was granted yet.
    ///
    /// A question at a tick after E is always granted: all others have counted E ticks by then.
    /// At tick E it is granted by those only whose tick E came before. So, in the order of their
    /// ticks, the first quorum - 1 followers may have asked at tick E in vain.
    fn ungranted(&self, ticks: i64, part: u64, less: u64, more: u64) -> u64 {
        let n = self.timers.followers();
        let e = self.timers.election_ticks();
        let vain = |ticks: i64| if (e..2 * e).contains(&ticks) { ONE / e as u64 } else { 0 };
        let excused = self.timers.quorum() - 1;
        let mut ways = 1_u64;
        let mut sum = 0_u64;
        for ahead in 0..=n {
            // `ahead` of the followers have one more tick; their ticks come first.
            let likely = times(power(part, ahead), power(ONE - part, n - ahead)) * ways;
            let early = excused.min(ahead);
            let late = excused - early;
            let quiet = times(
                times(power(more + vain(ticks + 1), early), power(more, ahead - early)),
                times(power(less + vain(ticks), late), power(less, n - ahead - late)),
            );
            sum += times(likely, quiet);
            ways = ways * u64::from(n - ahead) / u64::from(ahead + 1);
        }
        sum.min(ONE)
    }
}

/// A stall shorter than this can elect nobody: T - H up to 2.3, T - 2H on 3.x (lab: none of 223
/// stalls below 0.95 T). T counts as whole ticks.
pub fn safe_stall(timers: &Timers) -> Micros {
    let ticks = timers.election_ticks();
    match timers.generation {
        Generation::V04 => (timers.timeout() - timers.tick()).max(0),
        Generation::V2 => (ticks - 1).max(0) * timers.tick(),
        Generation::V3 | Generation::PreVote => (ticks - 2).max(0) * timers.tick(),
    }
}

/// Leader changes to expect, lowest and highest, in parts per million of one change. Each
/// inner list holds the stalls of one term in their order.
///
/// Low takes each stall at its shortest in a busy cluster, high at its longest in an idle one.
/// Where one draw serves a whole term, a leader that survived one stall survives all that are
/// not longer, and a longer one can only add what the longest survived did not already risk.
pub fn expected_losses(timers: &Timers, stalls_per_term: &[Vec<Range>]) -> (u64, u64) {
    let sum = |gap: Micros, end: fn(&Range) -> Micros| {
        stalls_per_term.iter().map(|term| expected_in_term(timers, term.iter().map(|stall| loss_share(timers, end(stall), gap)))).sum()
    };
    (sum(BUSY_GAP, |stall| stall.low), sum(timers.heartbeat, |stall| stall.high))
}

fn expected_in_term(timers: &Timers, shares: impl Iterator<Item = u32>) -> u64 {
    if !timers.generation.draws_once_per_term() {
        return shares.map(u64::from).sum();
    }
    let mut survived = 0_u64;
    let mut sum = 0_u64;
    for share in shares.map(u64::from) {
        if share <= survived {
            continue;
        }
        // The chance to lose now, given that the draw was kind enough until here.
        sum += (share - survived) * WHOLE_PPM / (WHOLE_PPM - survived);
        survived = share;
    }
    sum
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::testing::{GENERATIONS, near, timers};
    use Generation::*;

    #[test]
    fn one_timer_by_hand() {
        // 2.x, E = 4: quiet after 5, 6, 7, 8 ticks with 3/4, 3/4 1/2, 3/4 1/2 1/4, 0.
        let quiet = [4, 5, 6, 7, 8, 9].map(|ticks| quiet_after(V2, 4, ticks) * 128 / ONE);
        assert_eq!(quiet, [128, 96, 48, 12, 0, 0]);
        // 3.x, E = 4: asked at tick 4, 5, 6 or 7.
        let quiet = [3, 4, 5, 6, 7, 8].map(|ticks| quiet_after(V3, 4, ticks) * 4 / ONE);
        assert_eq!(quiet, [4, 3, 2, 1, 0, 0]);
    }

    #[test]
    fn loss_by_hand() {
        // No age (gap 0), a whole number of ticks: every follower has counted S / H of them.
        // 2.x, E = 10, S = 12 H: 1 - (0.9 x 0.8)^2.
        assert!(near(loss_share(&timers(V2, 100, 1000, 3), 1200 * MS, 0).into(), 481_600, 2));
        // 3.x, S = 15 H: six of ten ticks are over; 1 - 0.4^2, with four followers 1 - 0.4^4.
        assert!(near(loss_share(&timers(V3, 100, 1000, 3), 1500 * MS, 0).into(), 840_000, 2));
        assert!(near(loss_share(&timers(V3, 100, 1000, 5), 1500 * MS, 0).into(), 974_400, 2));
        // Pre-vote, S = 10 H: both have had tick E. Lost when the later of the two drew it: 1 / 10;
        // the earlier one's question at tick E is always refused unless the later asks as well.
        assert!(near(loss_share(&timers(PreVote, 100, 1000, 3), 1000 * MS, 0).into(), 100_000, 2));
        // 0.4: 1 - (1 - 0.5)^2 at S = 1.5 T.
        assert!(near(loss_share(&timers(V04, 50, 200, 3), 300 * MS, 0).into(), 750_000, 2));
        // Half a tick further, half of the followers have had one more: 3.x, S = 10.5 H.
        assert!(near(loss_share(&timers(V3, 100, 1000, 3), 1050 * MS, 0).into(), 277_500, 2));
        // An idle leader's last message is half a tick old on average: 2.x, S = T: 0.05 each, and
        // the mean over ages of 1 - (1 - a/10)^2 is 0.1 - 1/300.
        assert!(near(loss_share(&timers(V2, 100, 1000, 3), 1000 * MS, 100 * MS).into(), 96_667, 20));
    }

    /// The share-of-leaders-lost rows that the lab's own model gave (lab 3 and 8.1): E = 10, a
    /// message every 25 ms, 3 members.
    #[test]
    fn loses_as_the_tick_for_tick_model() {
        let rows =
            [(V2, [2, 23, 52, 77, 92, 98, 100, 100]), (V3, [21, 38, 53, 66, 76, 85, 92, 99]), (PreVote, [12, 30, 45, 59, 71, 80, 88, 98])];
        for (generation, row) in rows {
            for (tenths, percent) in [10, 11, 12, 13, 14, 15, 16, 18].into_iter().zip(row) {
                let share = loss_share(&timers(generation, 100, 1000, 3), tenths * 100 * MS, BUSY_GAP);
                assert!(near(share.into(), percent * 10_000, 10_000), "{generation:?} {tenths}: {share} against {percent} %");
            }
        }
        // An idle cluster at S = T: 0.10 and 0.27.
        assert!(near(loss_share(&timers(V2, 100, 1000, 3), 1000 * MS, 100 * MS).into(), 100_000, 10_000));
        assert!(near(loss_share(&timers(V3, 100, 1000, 3), 1000 * MS, 100 * MS).into(), 270_000, 10_000));
    }

    #[test]
    fn no_stall_no_election() {
        for generation in GENERATIONS {
            for members in [0, 1, 2, 3, 4, 5, 7, 9] {
                let timers = timers(generation, 100, 1000, members);
                assert_eq!(loss_share(&timers, 0, BUSY_GAP), 0);
                let safe = safe_stall(&timers);
                assert_eq!(loss_share(&timers, safe, 100 * MS), 0, "{generation:?} {members}");
                let share = loss_share(&timers, safe + 160 * MS, 100 * MS);
                let electable = members > 2 || (members == 2 && generation != PreVote);
                assert_eq!(share > 0, electable, "{generation:?} {members}: {share}");
                assert_eq!(loss_share(&timers, 2100 * MS, 0), if electable { 1_000_000 } else { 0 });
            }
        }
    }

    #[test]
    fn longer_timeouts_never_lose_more() {
        for generation in GENERATIONS {
            for members in [3, 4, 5, 7] {
                for stall in [400, 1000, 1250, 1500, 3333, 8000] {
                    for idle in [false, true] {
                        let shares: Vec<u32> = (500..12_000)
                            .step_by(50)
                            .map(|t| {
                                loss_share(&timers(generation, t / 10, t, members), stall * MS, if idle { t * MS / 10 } else { BUSY_GAP })
                            })
                            .collect();
                        assert!(shares.is_sorted_by(|a, b| a >= b), "{generation:?} {members} {stall} {shares:?}");
                    }
                }
            }
        }
    }

    #[test]
    fn more_ticks_of_one_heartbeat_never_lose_more() {
        for generation in GENERATIONS {
            for members in [3, 4, 5] {
                for stall in [600, 1250, 2600] {
                    let shares: Vec<u32> =
                        (500..6_000).step_by(100).map(|t| loss_share(&timers(generation, 100, t, members), stall * MS, BUSY_GAP)).collect();
                    assert!(shares.is_sorted_by(|a, b| a >= b), "{generation:?} {members} {stall} {shares:?}");
                }
            }
        }
    }

    #[test]
    fn longer_stalls_never_lose_less() {
        for generation in GENERATIONS {
            for members in [2, 3, 4, 5, 7] {
                let timers = timers(generation, 100, 1000, members);
                let shares: Vec<u32> = (0..2500).step_by(7).map(|stall| loss_share(&timers, stall * MS, BUSY_GAP)).collect();
                assert!(shares.is_sorted(), "{generation:?} {members}");
            }
        }
    }

    #[test]
    fn one_draw_serves_a_term() {
        let equal = vec![Range::exactly(1300 * MS); 5];
        let (once, _) = expected_losses(&timers(V3, 100, 1000, 3), &[equal[..1].to_vec()]);
        assert_eq!(expected_losses(&timers(V3, 100, 1000, 3), std::slice::from_ref(&equal)).0, once);
        let (first, _) = expected_losses(&timers(V2, 100, 1000, 3), &[equal[..1].to_vec()]);
        assert_eq!(expected_losses(&timers(V2, 100, 1000, 3), std::slice::from_ref(&equal)).0, 5 * first);
        // A longer stall after it is conditional: (p2 - p1) / (1 - p1).
        let rising = vec![Range::exactly(1300 * MS), Range::exactly(2100 * MS)];
        assert_eq!(expected_losses(&timers(V3, 100, 1000, 3), &[rising]).0, once + 1_000_000);
        assert_eq!(expected_losses(&timers(V3, 100, 1000, 3), &[]), (0, 0));
    }

    #[test]
    fn odd_values_do_no_harm() {
        for generation in GENERATIONS {
            for (heartbeat, election) in
                [(0, 0), (-5, -7), (i64::MAX, 1), (i64::MAX, i64::MAX), (1, i64::MAX), (1, 50_000 * MS), (100 * MS, 50 * MS)]
            {
                for members in [0, 1, 3, u32::MAX] {
                    let timers = Timers { heartbeat, election, generation, members };
                    loss_share(&timers, 1500 * MS, BUSY_GAP);
                    loss_share(&timers, -1, -1);
                    loss_share(&timers, Micros::MAX, Micros::MAX);
                    safe_stall(&timers);
                }
            }
        }
    }
}
