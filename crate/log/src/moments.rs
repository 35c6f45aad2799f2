//! What happened around a moment, found without a look at all else.

use crate::gather::Gather;
use crate::sort::sort;
use crate::units::Micros;

/// Positions in a list by the moment of each; what has no time is not among them.
#[derive(Debug, Default)]
pub struct Moments(Vec<(Micros, usize)>);

impl Moments {
    /// Of a list of times.
    pub fn of(times: impl Iterator<Item = Option<Micros>>) -> Moments {
        Moments::of_list(times.gather())
    }

    #[inline(never)]
    fn of_list(times: Vec<Option<Micros>>) -> Moments {
        let mut moments: Vec<(Micros, usize)> = times.into_iter().enumerate().filter_map(|(at, time)| Some((time?, at))).gather();
        sort(&mut moments);
        Moments(moments)
    }

    /// Notes one more position.
    pub fn add(&mut self, moment: Micros, position: usize) {
        let at = self.first(moment.saturating_add(1));
        self.0.insert(at, (moment, position));
    }

    /// What happened from `from` to `to`, by time.
    pub fn between(&self, from: Micros, to: Micros) -> &[(Micros, usize)] {
        let start = self.first(from);
        &self.0[start..self.first(to.saturating_add(1)).max(start)]
    }

    /// The last moment up to `to`.
    pub fn last(&self, to: Micros) -> Option<(Micros, usize)> {
        self.between(Micros::MIN, to).last().copied()
    }

    /// Where `moment` and what comes after it begin.
    fn first(&self, moment: Micros) -> usize {
        self.0.partition_point(|(time, _)| *time < moment)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_what_lies_between_two_moments() {
        let mut moments = Moments::of([Some(30), None, Some(10), Some(20), Some(20)].into_iter());
        let between = |moments: &Moments, from, to| moments.between(from, to).iter().map(|(_, at)| *at).collect::<Vec<_>>();
        assert_eq!(between(&moments, 10, 20), [2, 3, 4]);
        assert_eq!(between(&moments, 11, 19), []);
        assert_eq!(between(&moments, 25, 5), []);
        assert_eq!(between(&moments, Micros::MIN, Micros::MAX), [2, 3, 4, 0]);
        moments.add(20, 5);
        assert_eq!(between(&moments, 20, 30), [3, 4, 5, 0]);
        assert_eq!((moments.last(29), moments.last(9)), (Some((20, 5)), None));
    }
}
