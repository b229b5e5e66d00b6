//! Means and paired differences from exact integer sums: merged in any order, the same bits.

use super::estimate::Estimate;
use crate::base::special::student_two_sided;

/// Count, sum and sum of squares of integers, exact and order-free.
///
/// Squares are kept modulo 2¹²⁸: what is needed is the sum of squares around the mean, which comes
/// out exact as long as it is below 2¹²⁸ itself (n·sd² < 3.4e38), however large the values are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Sums {
    n: u64,
    sum: i128,
    squares: u128,
}

impl Sums {
    /// Adds one observation (of size up to 2⁶⁵ or so: a difference of two `i64` fits).
    #[inline]
    pub fn add(&mut self, x: i128) {
        self.n += 1;
        self.sum = self.sum.wrapping_add(x);
        self.squares = self.squares.wrapping_add(square(x));
    }

    /// Adds all observations of another.
    pub fn merge(&mut self, other: &Sums) {
        self.n += other.n;
        self.sum = self.sum.wrapping_add(other.sum);
        self.squares = self.squares.wrapping_add(other.squares);
    }

    /// How many observations there are.
    pub fn n(&self) -> u64 {
        self.n
    }

    /// Their exact sum.
    pub fn sum(&self) -> i128 {
        self.sum
    }

    /// The mean; `None` without observations.
    pub fn mean(&self) -> Option<f64> {
        if self.n == 0 {
            return None;
        }
        let n = i128::from(self.n);
        // Whole part and rest apart: the sum itself may be longer than a double.
        Some(self.sum.div_euclid(n) as f64 + self.sum.rem_euclid(n) as f64 / self.n as f64)
    }

    /// The sample variance (divisor n − 1); `None` below two observations.
    pub fn variance(&self) -> Option<f64> {
        if self.n < 2 {
            return None;
        }
        let n = i128::from(self.n);
        let (m, rest) = (self.sum.div_euclid(n), self.sum.rem_euclid(n));
        // Σ(x − m)² = Σx² − 2mΣx + nm² = Σx² − m(nm + 2·rest), modulo 2¹²⁸.
        let shift = m.wrapping_mul(n.wrapping_mul(m).wrapping_add(rest.wrapping_mul(2)));
        let around = self.squares.wrapping_sub(shift.cast_unsigned());
        let fraction = rest as f64 / self.n as f64;
        let centred = around as f64 - rest as f64 * fraction;
        Some(centred.max(0.0) / (self.n - 1) as f64)
    }

    /// The standard error of the mean; `None` below two observations.
    pub fn standard_error(&self) -> Option<f64> {
        Some((self.variance()? / self.n as f64).sqrt())
    }

    /// The mean with Student's interval; infinite ends with a single observation, `None` without.
    pub fn estimate(&self, confidence: f64) -> Option<Estimate> {
        let value = self.mean()?;
        let half = self.standard_error().map_or(f64::INFINITY, |se| {
            if se == 0.0 {
                0.0
            } else {
                se * student_two_sided(confidence, (self.n - 1) as f64)
            }
        });
        Some(Estimate {
            value,
            low: value - half,
            high: value + half,
            n: self.n,
        })
    }
}

impl FromIterator<i64> for Sums {
    fn from_iter<I: IntoIterator<Item = i64>>(values: I) -> Sums {
        let mut sums = Sums::default();
        values.into_iter().for_each(|x| sums.add(i128::from(x)));
        sums
    }
}

fn square(x: i128) -> u128 {
    x.unsigned_abs().wrapping_mul(x.unsigned_abs())
}

/// The mean of a column with its interval, in the column's unit; `None` when it is empty.
pub fn estimate(values: &[i64], confidence: f64) -> Option<Estimate> {
    values
        .iter()
        .copied()
        .collect::<Sums>()
        .estimate(confidence)
}

/// The mean of `a[i] − b[i]` with its interval: two columns whose rows met the same randomness.
///
/// `None` when the columns are empty or of different length.
pub fn paired_difference(a: &[i64], b: &[i64], confidence: f64) -> Option<Estimate> {
    if a.len() != b.len() {
        return None;
    }
    let mut sums = Sums::default();
    for (x, y) in a.iter().zip(b) {
        sums.add(i128::from(*x) - i128::from(*y));
    }
    sums.estimate(confidence)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn variance_does_not_cancel() {
        // Around 9e18 squares overflow 128 bits many times over.
        let base = i64::MAX - 1000;
        let sums: Sums = (0..1000).map(|i| base + i % 10).collect();
        assert_eq!(sums.variance(), Some(8250.0 / 999.0));
        let low: Sums = (0..1000).map(|i| -base - i % 10).collect();
        assert_eq!(low.variance(), Some(8250.0 / 999.0));
        let odd: Sums = [-1, 0, 0].into_iter().collect();
        assert!((odd.variance().unwrap() - 1.0 / 3.0).abs() < 1e-15);
        assert!((odd.mean().unwrap() + 1.0 / 3.0).abs() < 1e-15);
    }

    #[test]
    fn textbook_interval() {
        let e = estimate(&[1, 2, 3, 4, 5, 6, 7, 8, 9, 10], 0.95).unwrap();
        assert_eq!((e.value, e.n), (5.5, 10));
        // sd² = 55/6; t = 2.262157 with nine degrees of freedom.
        assert!((e.half_width() - 2.262_157_163 * (55.0_f64 / 60.0).sqrt()).abs() < 1e-8);
    }

    #[test]
    fn merging_is_adding() {
        let all: Sums = (0..100).map(|i| i * i - 37).collect();
        let mut left: Sums = (50..100).map(|i| i * i - 37).collect();
        left.merge(&(0..50).map(|i| i * i - 37).collect());
        assert_eq!(all, left);
    }

    #[test]
    fn pairs() {
        let a: Vec<i64> = (0..500).map(|i| i * 1000).collect();
        let b: Vec<i64> = (0..500).map(|i| i * 1000 - 5 + i % 2).collect();
        let e = paired_difference(&a, &b, 0.95).unwrap();
        assert_eq!(e.value, 4.5);
        assert!(e.half_width() < 0.05);
        assert_eq!(paired_difference(&a, &b[1..], 0.95), None);
        assert_eq!(paired_difference(&[], &[], 0.95), None);
        let wide = paired_difference(&[i64::MAX, i64::MIN], &[i64::MIN, i64::MAX], 0.95).unwrap();
        assert_eq!(wide.value, 0.0);
        assert_eq!(estimate(&[3], 0.95).unwrap().high, f64::INFINITY);
    }
}
