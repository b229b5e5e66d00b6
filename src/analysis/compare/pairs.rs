//! Two columns of the same trials against each other: differences, and who wins how often.

use crate::analysis::findings::Spread;
use crate::analysis::numbers::{CONFIDENCE, Sorted, share};
use crate::stats::estimate::Estimate;
use crate::stats::mean;

/// Trials that differ in one direction, and none in the other, that settle the sign: were both as
/// likely, the chance of six on one side is 1 in 32.
const ONE_WAY: f64 = 6.0;

/// The difference of one quantity, another contender's minus the base's, trial by trial.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Difference {
    /// The mean with its 95 % interval, from the paired differences.
    pub mean: Estimate,
    /// Half the width that the interval would have if the two had met different months.
    pub unpaired_half: f64,
    /// Quantiles of the difference over trials.
    pub spread: Spread,
    /// Shares of trials in which the other has less, exactly the same, and more.
    pub less: Estimate,
    pub same: Estimate,
    pub more: Estimate,
}

impl Difference {
    /// `other − base` in a unit; the columns are of the same trials.
    pub fn new(base: &[i64], other: &[i64], unit: f64) -> Difference {
        let n = base.len().min(other.len());
        let (base, other) = (&base[..n], &other[..n]);
        let differences: Vec<i64> = other
            .iter()
            .zip(base)
            .map(|(o, b)| o.saturating_sub(*b))
            .collect();
        let count = |hit: fn(i64) -> bool| {
            let hits = differences.iter().filter(|d| hit(**d)).count();
            share(hits as u64, n as u64)
        };
        let (less, same, more) = (count(|d| d < 0), count(|d| d == 0), count(|d| d > 0));
        let sorted = Sorted::new(differences);
        Difference {
            mean: sorted.mean(unit),
            unpaired_half: unpaired_half(base, other) / unit,
            spread: sorted.spread(unit),
            less,
            same,
            more,
        }
    }

    /// Whether the sign of the mean is open: its interval holds zero, and it is not so that a fair
    /// number of trials differ, all in one direction.
    pub fn is_open(&self) -> bool {
        let holds_zero = self.mean.low <= 0.0 && self.mean.high >= 0.0;
        let hits = |share: &Estimate| share.value * share.n as f64;
        let (less, more) = (hits(&self.less), hits(&self.more));
        let one_way = less.min(more) < 0.5 && less.max(more) > ONE_WAY - 0.5;
        holds_zero && !one_way
    }

    /// Whether the two are the same in every trial.
    pub fn is_nothing(&self) -> bool {
        self.same.value >= 1.0
    }

    /// In another unit: `by` of the old ones are one of the new.
    pub fn per(mut self, by: f64) -> Difference {
        let s = &mut self.spread;
        for x in [
            &mut s.mean,
            &mut s.se,
            &mut s.p05,
            &mut s.p10,
            &mut s.p25,
            &mut s.p50,
            &mut s.p75,
            &mut s.p80,
            &mut s.p90,
            &mut s.p95,
            &mut s.p99,
            &mut s.max,
        ] {
            *x /= by;
        }
        self.mean.value /= by;
        self.mean.low /= by;
        self.mean.high /= by;
        self.unpaired_half /= by;
        self
    }
}

/// Half the 95 % interval of the difference of two means from independent trials.
fn unpaired_half(a: &[i64], b: &[i64]) -> f64 {
    let half = |column: &[i64]| {
        mean::estimate(column, CONFIDENCE).map_or(f64::INFINITY, |e| e.half_width())
    };
    libm::sqrt(half(a) * half(a) + half(b) * half(b))
}

/// How often each column has the least: alone, or together with another.
///
/// The first share counts trials in which it is the least or as little as the least; the second
/// those among them in which another has as little.
pub fn least(columns: &[&[i64]]) -> Vec<(Estimate, Estimate)> {
    let n = columns.iter().map(|c| c.len()).min().unwrap_or(0);
    let mut wins = vec![(0u64, 0u64); columns.len()];
    for trial in 0..n {
        let values = columns.iter().map(|c| c[trial]);
        let Some(least) = values.clone().min() else {
            continue;
        };
        let tied = values.clone().filter(|v| *v == least).count() > 1;
        for (win, value) in wins.iter_mut().zip(values) {
            if value == least {
                win.0 += 1;
                win.1 += u64::from(tied);
            }
        }
    }
    wins.into_iter()
        .map(|(all, tied)| (share(all, n as u64), share(tied, n as u64)))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn differences_by_hand() {
        let d = Difference::new(&[10, 20, 30, 40], &[5, 20, 30, 60], 10.0);
        assert_eq!(d.mean.value, 0.375);
        assert_eq!(
            (d.less.value, d.same.value, d.more.value),
            (0.25, 0.5, 0.25)
        );
        assert_eq!((d.spread.p05, d.spread.max), (-0.5, 2.0));
        assert!(d.is_open() && !d.is_nothing());
        let half = d.per(2.0);
        assert_eq!((half.mean.value, half.spread.max), (0.1875, 1.0));
        let nothing = Difference::new(&[7, 8], &[7, 8], 1.0);
        assert!(nothing.is_nothing() && nothing.is_open());
        assert_eq!(nothing.mean.half_width(), 0.0);
    }

    #[test]
    fn ties_are_told_apart() {
        let won = least(&[&[1, 5, 2], &[1, 4, 3], &[2, 9, 9]]);
        let shares: Vec<(f64, f64)> = won.iter().map(|(a, t)| (a.value, t.value)).collect();
        let third = 1.0 / 3.0;
        assert_eq!(
            shares,
            [(2.0 * third, third), (2.0 * third, third), (0.0, 0.0)]
        );
        assert!(least(&[]).is_empty());
    }
}
