//! A small generator of random numbers: SplitMix64, the same on every machine.

/// The seed of all model runs. Any number does; it must only stay the same.
const SEED: u64 = 0x7469_6d69_6e67_2e31;

/// One stream of random numbers.
pub struct Random(u64);

impl Random {
    /// The stream of one model run. Run `n` sees the same stream under all timing values, so two
    /// pairs of values meet the same luck and can be compared run by run.
    pub fn of_run(run: u64) -> Self {
        Random(mix(SEED ^ mix(run)))
    }

    /// 32 random bits.
    // Built for size, every draw of some hundred thousand a curve would be two calls.
    #[inline(always)]
    pub fn bits(&mut self) -> u32 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        (mix(self.0) >> 32) as u32
    }

    /// A whole number in `0..bound`, for a bound up to 2^31; 0 where the bound is not above 0.
    #[inline(always)]
    pub fn below(&mut self, bound: i64) -> i64 {
        (i64::from(self.bits()) * bound.clamp(0, 1 << 31)) >> 32
    }
}

#[inline(always)]
fn mix(value: u64) -> u64 {
    let value = (value ^ (value >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let value = (value ^ (value >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    value ^ (value >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spreads_evenly_and_repeats() {
        let mut tenths = [0_u32; 10];
        for run in 0..10_000 {
            tenths[Random::of_run(run).below(10) as usize] += 1;
        }
        assert!(tenths.iter().all(|&count| (900..1_100).contains(&count)), "{tenths:?}");
        assert_eq!(Random::of_run(7).bits(), Random::of_run(7).bits());
        assert_eq!(Random::of_run(7).below(0), 0);
    }
}
