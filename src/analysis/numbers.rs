//! Estimates from exact integer columns: the one place where outcomes become floating-point numbers.

use crate::analysis::findings::Spread;
use crate::base::money::PICO_PER_USD;
use crate::stats::estimate::Estimate;
use crate::stats::mean::{self, Sums};
use crate::stats::{proportion, quantile};

/// The confidence of every interval that is shown.
pub const CONFIDENCE: f64 = 0.95;

/// Divides a column of pico-dollars into dollars.
pub const USD: f64 = PICO_PER_USD as f64;
/// Divides a column of milliseconds into hours.
pub const HOURS: f64 = 3_600_000.0;
/// Divides a column of counts.
pub const COUNT: f64 = 1.0;
/// Divides a column of millionths.
pub const MILLIONTHS: f64 = 1_000_000.0;

/// A column in ascending order.
pub struct Sorted(Vec<i64>);

impl Sorted {
    pub fn new(mut column: Vec<i64>) -> Sorted {
        column.sort_unstable();
        Sorted(column)
    }

    pub fn len(&self) -> usize {
        self.0.len()
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The values, ascending.
    pub fn values(&self) -> &[i64] {
        &self.0
    }

    /// The smallest value with at least a share `p` of the trials at or below it: always a value
    /// that a trial really had, and right for censored columns. 0 when there are no trials.
    pub fn quantile(&self, p: f64) -> i64 {
        quantile::quantile(&self.0, p).unwrap_or(0)
    }

    /// A 95 % interval of a quantile by order statistics: no assumption about the distribution.
    /// An end is missing when there are too few trials to bound it.
    pub fn interval(&self, p: f64) -> (Option<i64>, Option<i64>) {
        let ranks = quantile::interval_ranks(self.0.len(), p, CONFIDENCE);
        let at = |rank: Option<usize>| rank.and_then(|r| self.0.get(r - 1)).copied();
        (at(ranks.low), at(ranks.high))
    }

    /// How many values are at most `x`.
    pub fn count_to(&self, x: i64) -> usize {
        self.0.partition_point(|v| *v <= x)
    }

    /// Mean, standard error and quantiles in a unit.
    pub fn spread(&self, unit: f64) -> Spread {
        if self.0.is_empty() {
            return Spread::default();
        }
        let mut sums = Sums::default();
        for v in &self.0 {
            sums.add(i128::from(*v));
        }
        let mean = sums.mean().unwrap_or(0.0);
        // One trial has no spread that could be estimated; its error is unknown, shown as none.
        let se = sums.standard_error().unwrap_or(0.0);
        let q = |p| self.quantile(p) as f64 / unit;
        Spread {
            mean: mean / unit,
            se: se / unit,
            p05: q(0.05),
            p10: q(0.10),
            p25: q(0.25),
            p50: q(0.50),
            p75: q(0.75),
            p80: q(0.80),
            p90: q(0.90),
            p95: q(0.95),
            p99: q(0.99),
            max: q(1.0),
        }
    }

    /// The median with its 95 % interval, in a unit.
    pub fn median(&self, unit: f64) -> Estimate {
        self.estimate(0.5, unit)
    }

    /// A quantile with its 95 % interval, in a unit; an end that nothing bounds is infinite.
    pub fn estimate(&self, p: f64, unit: f64) -> Estimate {
        self.estimate_at(p, unit, CONFIDENCE)
    }

    /// As [`Sorted::estimate`], with an interval of another confidence.
    pub fn estimate_at(&self, p: f64, unit: f64, confidence: f64) -> Estimate {
        let found = quantile::estimate(&self.0, p, confidence);
        let n = self.0.len() as u64;
        found.map_or(
            Estimate {
                value: 0.0,
                low: f64::NEG_INFINITY,
                high: f64::INFINITY,
                n,
            },
            |e| Estimate {
                value: e.value / unit,
                low: e.low / unit,
                high: e.high / unit,
                n,
            },
        )
    }

    /// The mean with its 95 % interval, in a unit.
    pub fn mean(&self, unit: f64) -> Estimate {
        self.mean_at(unit, CONFIDENCE)
    }

    /// As [`Sorted::mean`], with an interval of another confidence.
    pub fn mean_at(&self, unit: f64, confidence: f64) -> Estimate {
        let found = mean::estimate(&self.0, confidence);
        let n = self.0.len() as u64;
        found.map_or(
            Estimate {
                value: self.spread(unit).mean,
                low: f64::NEG_INFINITY,
                high: f64::INFINITY,
                n,
            },
            |e| Estimate {
                value: e.value / unit,
                low: e.low / unit,
                high: e.high / unit,
                n,
            },
        )
    }
}

/// Mean, standard error and quantiles of a column in a unit.
pub fn spread(column: Vec<i64>, unit: f64) -> Spread {
    Sorted::new(column).spread(unit)
}

/// A share of trials with its 95 % interval.
pub fn share(hits: u64, n: u64) -> Estimate {
    proportion::wilson(hits, n, CONFIDENCE)
}

/// `N` such that something never seen in `n` trials happens in fewer than 1 of `N`, at 95 %.
///
/// Exact: the chance of no hit in n trials at rate r is (1-r)^n; it is 5 % at r = 1 - 0.05^(1/n).
pub fn fewer_than_one_in(n: u64) -> u64 {
    if n == 0 {
        return 1;
    }
    let rate = proportion::upper_bound(0, n, CONFIDENCE);
    (1.0 / rate).floor().max(1.0) as u64
}

/// A quantile of counted bins: the first bin at which a share `p` of the observations is reached.
pub fn bin_quantile(counts: &[u32], total: u64, p: f64) -> usize {
    let rank = ((p * total as f64 - 1e-9).ceil().max(1.0)) as u64;
    let mut seen = 0u64;
    for (bin, count) in counts.iter().enumerate() {
        seen += u64::from(*count);
        if seen >= rank {
            return bin;
        }
    }
    counts.len().saturating_sub(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantiles_are_values_that_occurred() {
        let s = Sorted::new((1..=10).collect());
        assert_eq!(s.quantile(0.1), 1);
        assert_eq!(s.quantile(0.5), 5);
        assert_eq!(s.quantile(0.51), 6);
        assert_eq!(s.quantile(0.9), 9);
        assert_eq!(s.quantile(1.0), 10);
        assert_eq!(s.count_to(3), 3);
    }

    #[test]
    fn shares_stay_in_the_unit_interval() {
        for (k, n) in [(0, 1), (1, 1), (0, 10_000), (10_000, 10_000), (3, 10)] {
            let e = share(k, n);
            assert!(e.low <= e.value && e.value <= e.high, "{k} of {n}");
            assert!(e.low >= 0.0 && e.high <= 1.0);
        }
    }

    #[test]
    fn never_seen_has_an_exact_bound() {
        assert_eq!(fewer_than_one_in(10_000), 3338);
        assert_eq!(fewer_than_one_in(1), 1);
    }

    #[test]
    fn one_trial_has_a_spread() {
        let s = spread(vec![7], 1.0);
        assert_eq!((s.mean, s.se, s.p05, s.max), (7.0, 0.0, 7.0, 7.0));
    }
}
