//! Quantiles of a sorted column as order statistics, with exact intervals.
//!
//! One definition everywhere: the inverse of the empirical distribution function. The p-quantile
//! of n values is the one of rank ⌈p·n⌉ (ranks count from 1; rank 1 for p = 0): always a value
//! that occurred, never a blend of two.

use super::estimate::Estimate;
use crate::base::special::binomial_cdf;

/// The rank (from 1) of the `p`-quantile of `n` values; `None` when there are none.
///
/// The product p·n is rounded at its last digits first, so that 0.07 of 100 is rank 7 although
/// 0.07 · 100.0 is a little more than 7.
pub fn rank(n: usize, p: f64) -> Option<usize> {
    if n == 0 {
        return None;
    }
    let exact = p.clamp(0.0, 1.0) * n as f64;
    let up = (exact * (1.0 - 4.0 * f64::EPSILON)).ceil();
    Some((up as usize).clamp(1, n))
}

/// The `p`-quantile of an ascending column; `None` when it is empty.
pub fn quantile<T: Copy>(sorted: &[T], p: f64) -> Option<T> {
    sorted.get(rank(sorted.len(), p)? - 1).copied()
}

/// The ranks (from 1) whose values enclose the true quantile; `None` where no rank does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ranks {
    /// Rank of the lower end.
    pub low: Option<usize>,
    /// Rank of the upper end.
    pub high: Option<usize>,
}

/// The ranks of a two-sided interval of the `p`-quantile from `n` values.
///
/// What: order statistics that enclose the true quantile with at least `confidence`, whatever the
/// law. Symbols: α = 1 − confidence, B binomial(n, p) the number of values below the quantile.
/// Formula: low = the smallest k with P(B ≤ k) ≥ α/2, high = 1 + the smallest k with
/// P(B ≤ k) ≥ 1 − α/2. Limits: an end is missing when its rank would be 0 or n + 1: too few
/// values for that tail. Source: David and Nagaraja, Order Statistics (2003), 7.1. Example:
/// p = 0.95, n = 1000, 0.95 gives ranks 936 and 964.
pub fn interval_ranks(n: usize, p: f64, confidence: f64) -> Ranks {
    let tail = 0.5 * (1.0 - confidence);
    let (low, high) = (smallest(n, p, tail), smallest(n, p, 1.0 - tail) + 1);
    Ranks {
        low: (low >= 1 && low <= n).then_some(low),
        high: (high <= n).then_some(high),
    }
}

/// The smallest k with P(B ≤ k) ≥ `chance`.
fn smallest(n: usize, p: f64, chance: f64) -> usize {
    let (mut from, mut to) = (0, n);
    while from < to {
        let mid = from + (to - from) / 2;
        if binomial_cdf(i64::try_from(mid).unwrap_or(i64::MAX), n as u64, p) >= chance {
            to = mid;
        } else {
            from = mid + 1;
        }
    }
    from
}

/// The `p`-quantile of an ascending integer column with its interval, in the column's unit.
///
/// An end that no order statistic covers is infinite. `None` when the column is empty.
pub fn estimate(sorted: &[i64], p: f64, confidence: f64) -> Option<Estimate> {
    estimate_by(sorted, p, confidence, |x| x as f64)
}

/// As [`estimate`], for an ascending column of floats without NaN.
pub fn estimate_f64(sorted: &[f64], p: f64, confidence: f64) -> Option<Estimate> {
    estimate_by(sorted, p, confidence, |x| x)
}

fn estimate_by<T: Copy>(
    sorted: &[T],
    p: f64,
    confidence: f64,
    number: impl Fn(T) -> f64,
) -> Option<Estimate> {
    let value = number(quantile(sorted, p)?);
    let ranks = interval_ranks(sorted.len(), p, confidence);
    let at = |rank: Option<usize>, missing| {
        rank.and_then(|r| sorted.get(r - 1))
            .map_or(missing, |x| number(*x))
    };
    Some(Estimate {
        value,
        low: at(ranks.low, f64::NEG_INFINITY),
        high: at(ranks.high, f64::INFINITY),
        n: sorted.len() as u64,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranks_of_quantiles() {
        assert_eq!(rank(0, 0.5), None);
        assert_eq!(rank(100, 0.07), Some(7));
        assert_eq!(rank(100, 0.29), Some(29));
        assert_eq!(rank(1000, 0.95), Some(950));
        assert_eq!(rank(5, 0.5), Some(3));
        assert_eq!(rank(4, 0.5), Some(2));
        assert_eq!(rank(4, 0.0), Some(1));
        assert_eq!(rank(4, 1.0), Some(4));
        assert_eq!(quantile(&[1, 2, 3, 10], 0.76), Some(10));
    }

    #[test]
    fn interval_of_the_95th_of_a_thousand() {
        let ranks = interval_ranks(1000, 0.95, 0.95);
        assert_eq!(
            ranks,
            Ranks {
                low: Some(936),
                high: Some(964)
            }
        );
    }

    #[test]
    fn intervals_cover() {
        for (n, p) in [(50, 0.5), (100, 0.9), (1000, 0.99), (2000, 0.05)] {
            let ranks = interval_ranks(n, p, 0.95);
            let below = |r: usize| binomial_cdf(r as i64 - 1, n as u64, p);
            let covered = below(ranks.high.unwrap()) - below(ranks.low.unwrap());
            assert!((0.95..0.985).contains(&covered), "{n} {p}: {covered}");
        }
    }

    #[test]
    fn too_few_values_say_so() {
        let column: Vec<i64> = (0..20).collect();
        let e = estimate(&column, 0.99, 0.95).unwrap();
        assert_eq!((e.value, e.high), (19.0, f64::INFINITY));
        assert_eq!(estimate(&[], 0.5, 0.95), None);
        for p in [f64::NAN, -1.0, 2.0] {
            estimate(&column, p, f64::NAN);
        }
    }
}
