//! Histograms of integers: one with log-linear buckets for any range, one with equal buckets.
//!
//! Buckets are computed on integers alone and counts are added, so merging in any order gives the
//! same histogram on every machine. Counts stop at 2³² − 1 per bucket.

/// Buckets per power of two, and the size up to which every integer has its own bucket.
const PER_OCTAVE: u64 = 64;
const OCTAVE_BITS: u32 = PER_OCTAVE.ilog2();

/// Buckets whose width is at most 1/64 of their value; exact below 64 in size. Any `i64`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LogHistogram {
    /// Counts by key of −x, for x < 0.
    negative: Vec<u32>,
    /// Counts by key of x, for x ≥ 0.
    positive: Vec<u32>,
    n: u64,
    range: Option<(i64, i64)>,
}

/// The bucket of a size: itself below 64, then 64 buckets for each power of two.
#[inline]
fn key(size: u64) -> usize {
    if size < PER_OCTAVE {
        return size as usize;
    }
    let shift = size.ilog2() - OCTAVE_BITS;
    // The leading one of `size >> shift` already counts as the first 64 keys.
    ((u64::from(shift) << OCTAVE_BITS) + (size >> shift)) as usize
}

/// The smallest and the largest size in a bucket.
fn sizes(key: usize) -> (u64, u64) {
    let key = key as u64;
    if key < PER_OCTAVE {
        return (key, key);
    }
    let shift = (key >> OCTAVE_BITS) - 1;
    let first = (PER_OCTAVE + (key & (PER_OCTAVE - 1))) << shift;
    (first, first + ((1 << shift) - 1))
}

impl LogHistogram {
    /// Counts one value.
    #[inline]
    pub fn insert(&mut self, x: i64) {
        let (side, k) = if x < 0 {
            (&mut self.negative, key(x.unsigned_abs()))
        } else {
            (&mut self.positive, key(x.unsigned_abs()))
        };
        if k >= side.len() {
            side.resize(k + 1, 0);
        }
        if let Some(count) = side.get_mut(k) {
            *count = count.saturating_add(1);
        }
        self.n += 1;
        let (low, high) = self.range.unwrap_or((x, x));
        self.range = Some((low.min(x), high.max(x)));
    }

    /// Counts all values of another.
    pub fn merge(&mut self, other: &LogHistogram) {
        for (side, from) in [
            (&mut self.negative, &other.negative),
            (&mut self.positive, &other.positive),
        ] {
            if from.len() > side.len() {
                side.resize(from.len(), 0);
            }
            side.iter_mut()
                .zip(from)
                .for_each(|(a, b)| *a = a.saturating_add(*b));
        }
        self.n += other.n;
        self.range = match (self.range, other.range) {
            (Some(a), Some(b)) => Some((a.0.min(b.0), a.1.max(b.1))),
            (a, b) => a.or(b),
        };
    }

    /// How many values were counted.
    pub fn n(&self) -> u64 {
        self.n
    }

    /// The smallest and the largest value, exactly; `None` when empty.
    pub fn range(&self) -> Option<(i64, i64)> {
        self.range
    }

    /// The buckets that hold something, ascending: first value, last value, count.
    pub fn buckets(&self) -> impl Iterator<Item = (i64, i64, u32)> {
        let below = self.negative.iter().enumerate().rev().map(|(k, count)| {
            let (near, far) = sizes(k);
            (
                0_i64.saturating_sub_unsigned(far),
                0_i64.saturating_sub_unsigned(near),
                *count,
            )
        });
        let above = self.positive.iter().enumerate().map(|(k, count)| {
            let (near, far) = sizes(k);
            (
                0_i64.saturating_add_unsigned(near),
                0_i64.saturating_add_unsigned(far),
                *count,
            )
        });
        below.chain(above).filter(|bucket| bucket.2 > 0)
    }

    /// The `p`-quantile (value of rank ⌈p·n⌉), as the middle of its bucket: within 1/128 of the
    /// true value, exact below 64 in size and at both ends of the range. `None` when empty.
    pub fn quantile(&self, p: f64) -> Option<i64> {
        let (low, high) = self.range?;
        let rank = super::quantile::rank(usize::try_from(self.n).ok()?, p)? as u64;
        if rank == 1 {
            return Some(low);
        }
        if rank == self.n {
            return Some(high);
        }
        let mut seen = 0;
        for (first, last, count) in self.buckets() {
            seen += u64::from(count);
            if seen >= rank {
                return Some((first + (last - first) / 2).clamp(low, high));
            }
        }
        Some(high)
    }
}

/// Buckets of equal width over [low, low + width·buckets), and counts of what lies outside.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LinearHistogram {
    low: i64,
    width: u64,
    counts: Vec<u32>,
    below: u64,
    above: u64,
}

impl LinearHistogram {
    /// An empty histogram. A `width` of 0 counts as 1; `low` and `width` in the values' unit.
    pub fn new(low: i64, width: u64, buckets: usize) -> LinearHistogram {
        LinearHistogram {
            low,
            width: width.max(1),
            counts: vec![0; buckets],
            below: 0,
            above: 0,
        }
    }

    /// Counts one value.
    #[inline]
    pub fn insert(&mut self, x: i64) {
        if x < self.low {
            self.below += 1;
            return;
        }
        let k = x.abs_diff(self.low) / self.width;
        match usize::try_from(k).ok().and_then(|k| self.counts.get_mut(k)) {
            Some(count) => *count = count.saturating_add(1),
            None => self.above += 1,
        }
    }

    /// Counts all values of another; false (and nothing is done) when the buckets differ.
    #[must_use]
    pub fn merge(&mut self, other: &LinearHistogram) -> bool {
        let same = self.low == other.low
            && self.width == other.width
            && self.counts.len() == other.counts.len();
        if same {
            self.counts
                .iter_mut()
                .zip(&other.counts)
                .for_each(|(a, b)| *a = a.saturating_add(*b));
            self.below += other.below;
            self.above += other.above;
        }
        same
    }

    /// Counts per bucket; bucket i starts at low + i·width.
    pub fn counts(&self) -> &[u32] {
        &self.counts
    }

    /// How many values lay below the first and above the last bucket.
    pub fn outside(&self) -> (u64, u64) {
        (self.below, self.above)
    }

    /// How many values were counted, outside included.
    pub fn n(&self) -> u64 {
        self.below + self.above + self.counts.iter().map(|c| u64::from(*c)).sum::<u64>()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_and_sizes_agree() {
        let mut last = 0;
        for bits in 0..64_u32 {
            for low in 0..200_u64 {
                let size = (1_u64 << bits) | (low << bits.saturating_sub(8));
                let (from, to) = sizes(key(size));
                assert!(from <= size && size <= to, "{size} is not in {from}..={to}");
                assert!((to - from) as f64 <= from as f64 / 64.0);
            }
        }
        for k in 0..key(u64::MAX) {
            let (from, to) = sizes(k);
            assert_eq!((key(from), key(to)), (k, k));
            assert!(k == 0 || from == last + 1);
            last = to;
        }
    }

    #[test]
    fn quantiles_are_near_and_merging_is_order_free() {
        let mut values: Vec<i64> = (0..20_000)
            .map(|i: i64| (i * 7919 % 20_011 - 5000).pow(3))
            .collect();
        values.extend([i64::MIN, i64::MAX, 0]);
        let (mut whole, mut a, mut b) = <(LogHistogram, LogHistogram, LogHistogram)>::default();
        for (i, x) in values.iter().enumerate() {
            whole.insert(*x);
            if i % 3 == 0 {
                a.insert(*x)
            } else {
                b.insert(*x)
            }
        }
        let mut merged = b.clone();
        merged.merge(&a);
        a.merge(&b);
        assert_eq!((&merged, &a), (&whole, &whole));
        values.sort_unstable();
        for p in [0.0, 0.01, 0.2, 0.5, 0.9, 0.999, 1.0] {
            let want = crate::stats::quantile::quantile(&values, p).unwrap();
            let got = whole.quantile(p).unwrap();
            let slack = want.unsigned_abs() / 128 + 1;
            assert!(got.abs_diff(want) <= slack, "{p}: {got}, not {want}");
        }
        assert_eq!(LogHistogram::default().quantile(0.5), None);
    }

    #[test]
    fn linear_counts() {
        let mut h = LinearHistogram::new(-10, 5, 4);
        for x in [-11, -10, -6, -5, 9, 10, i64::MAX, i64::MIN] {
            h.insert(x);
        }
        assert_eq!(h.counts(), [2, 1, 0, 1]);
        assert_eq!((h.outside(), h.n()), ((2, 2), 8));
        let twice = h.clone();
        assert!(h.merge(&twice));
        assert_eq!(h.n(), 16);
        assert!(!h.merge(&LinearHistogram::new(0, 1, 1)));
    }
}
