//! Observations with the day they belong to, and the same observations in bins.

use std::collections::BTreeMap;

/// Bins per e-fold of a continuous quantity: each is 1 % wide, far below what a fit can tell apart.
const BINS_PER_E: f64 = 100.0;

/// Values above zero, each with the number of the day it belongs to.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Sample {
    values: Vec<f64>,
    days: Vec<u32>,
}

impl Sample {
    /// Adds one observation; values that are not finite or not above zero are no observations.
    pub fn add(&mut self, value: f64, day: u32) {
        if value.is_finite() && value > 0.0 {
            self.values.push(value);
            self.days.push(day);
        }
    }

    pub fn len(&self) -> usize {
        self.values.len()
    }

    pub fn is_empty(&self) -> bool {
        self.values.is_empty()
    }

    pub fn values(&self) -> &[f64] {
        &self.values
    }

    /// Value and day of each observation.
    pub fn iter(&self) -> impl Iterator<Item = (f64, u32)> + '_ {
        self.values.iter().copied().zip(self.days.iter().copied())
    }

    /// Number of different days.
    pub fn day_count(&self) -> usize {
        let days: std::collections::BTreeSet<u32> = self.days.iter().copied().collect();
        days.len()
    }

    pub fn largest(&self) -> f64 {
        self.values.iter().copied().fold(0.0, f64::max)
    }

    /// The mean of the values; 0 without any.
    pub fn mean(&self) -> f64 {
        self.values.iter().sum::<f64>() / self.values.len().max(1) as f64
    }

    /// The values in ascending order.
    pub fn sorted(&self) -> Vec<f64> {
        let mut all = self.values.clone();
        all.sort_by(f64::total_cmp);
        all
    }

    /// The same observations in bins: separate values of counts, 1 % wide ones of anything else.
    pub fn bins(&self, counts: bool) -> Bins {
        let key = |x: f64| {
            if counts {
                x as i64
            } else {
                libm::floor(libm::log(x) * BINS_PER_E) as i64
            }
        };
        let mut found: BTreeMap<i64, (f64, f64, f64, f64)> = BTreeMap::new();
        for x in &self.values {
            let bin = found.entry(key(*x)).or_insert((0.0, 0.0, *x, *x));
            bin.0 += libm::log(*x);
            bin.1 += 1.0;
            bin.2 = bin.2.min(*x);
            bin.3 = bin.3.max(*x);
        }
        let place: BTreeMap<i64, u32> = found.keys().zip(0u32..).map(|(k, i)| (*k, i)).collect();
        let at = |x: &f64| place.get(&key(*x)).copied().unwrap_or(0);
        Bins {
            // The middle by logarithm, so that sums of logarithms are exact.
            x: found.values().map(|b| libm::exp(b.0 / b.1)).collect(),
            ends: found.values().map(|b| (b.2, b.3)).collect(),
            n: found.values().map(|b| b.1).collect(),
            at: self.values.iter().map(at).collect(),
            days: self.days.clone(),
        }
    }
}

/// Observations in bins, ascending.
#[derive(Clone, Debug)]
pub struct Bins {
    pub x: Vec<f64>,
    /// The smallest and the largest value of each bin.
    pub ends: Vec<(f64, f64)>,
    /// Observations of each bin.
    pub n: Vec<f64>,
    /// For each observation its bin and its day.
    at: Vec<u32>,
    days: Vec<u32>,
}

impl Bins {
    /// Value and count of each bin.
    pub fn iter(&self) -> impl Iterator<Item = (f64, f64)> + '_ {
        self.x.iter().copied().zip(self.n.iter().copied())
    }

    pub fn total(&self) -> f64 {
        self.n.iter().sum()
    }

    /// Sums a vector per bin over the observations of each day.
    pub fn by_day(&self, per_bin: &[Vec<f64>], width: usize) -> BTreeMap<u32, Vec<f64>> {
        let mut sums: BTreeMap<u32, Vec<f64>> = BTreeMap::new();
        for (bin, day) in self.at.iter().zip(&self.days) {
            let sum = sums.entry(*day).or_insert_with(|| vec![0.0; width]);
            if let Some(add) = per_bin.get(*bin as usize) {
                sum.iter_mut().zip(add).for_each(|(s, a)| *s += a);
            }
        }
        sums
    }

    /// How many days of equal size would say as much: (Σ n)² / Σ n², n observations a day.
    pub fn days_that_count(&self) -> f64 {
        let one = vec![vec![1.0]; self.x.len()];
        let sizes = self.by_day(&one, 1);
        effective(sizes.values().filter_map(|s| s.first().copied()))
    }
}

/// (Σ n)² / Σ n²: how many clusters of equal size say as much as those of these sizes.
pub fn effective(sizes: impl Iterator<Item = f64>) -> f64 {
    let (sum, squares) = sizes.fold((0.0, 0.0), |(s, q), n| (s + n, q + n * n));
    if squares > 0.0 {
        sum * sum / squares
    } else {
        0.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bins_keep_logarithms_and_counts() {
        let mut sample = Sample::default();
        for i in 1..=1000 {
            sample.add(f64::from(i) * 1.7, i % 7);
        }
        sample.add(0.0, 3);
        sample.add(f64::NAN, 3);
        let bins = sample.bins(false);
        assert_eq!(bins.total(), 1000.0);
        let exact: f64 = sample.values().iter().map(|x| libm::log(*x)).sum();
        let binned: f64 = bins.iter().map(|(x, n)| n * libm::log(x)).sum();
        assert!((exact - binned).abs() < 1e-9 * exact);
        assert!(bins.x.windows(2).all(|w| w[0] < w[1]));
        assert!((bins.days_that_count() - 7.0).abs() < 0.01);
    }

    #[test]
    fn counts_keep_their_values() {
        let mut sample = Sample::default();
        for k in [3.0, 1.0, 3.0, 2.0] {
            sample.add(k, 0);
        }
        let bins = sample.bins(true);
        let near: Vec<i64> = bins.x.iter().map(|x| libm::round(*x) as i64).collect();
        assert_eq!((near, bins.n), (vec![1, 2, 3], vec![1.0, 1.0, 2.0]));
    }
}
