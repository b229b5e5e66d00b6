//! Samplers: a draw compiled once into a table, then one 32-bit uniform word per value.
//!
//! A word u stands for the chance p = (u + ½) / 2³². Samplers are inverse distribution functions:
//! a larger word never gives a smaller value (up to rounding at cell borders), so words may be
//! shared, mirrored or correlated. `u = 1 << 31` is just above the median.

use std::sync::Arc;

use super::draw::{Draw, Truncated};
use super::law::Law;
use super::special::held;

/// Cells per octave of the distance to the nearer end, as a power of two.
const CELL_BITS: u32 = 5;
/// Octaves of that distance: v = 2m + 1 runs over the odd numbers below 2³².
const OCTAVES: usize = 32;
/// Cells of one side.
const SIDE: usize = OCTAVES << CELL_BITS;
/// How far down the cell number sits in the bits of a double.
const SHIFT: u32 = 52 - CELL_BITS;
/// One unit of v as a chance: 2⁻³³.
const V_UNIT: f64 = 1.0 / (1u64 << 33) as f64;
/// More values than this are sampled from a [`Table`] instead of [`Steps`].
const STEPS_MAX: usize = 65_536;
/// Steps: the top bits of the word that look up the guide.
const GUIDE_BITS: u32 = 10;

/// A sampler for laws with a density: straight lines over cells that are finer toward both tails.
///
/// What: the inverse distribution function, cell by cell. Symbols: u the word; m the distance of u
/// to the nearer end of its range, 0 ≤ m < 2³¹; v = 2m + 1; side and cell c(v) from the exponent
/// and the five top mantissa bits of v. Formula: x = a\[c\] + b\[c\]·v. Limits: each cell has the
/// exact mean of its share of the law, so the mean is right to the quadrature (about 1e-6; 1e-4
/// where the law jumps) and quantiles of smooth laws to a few 1e-4;
/// values stay inside the draw's bounds. Where a law has a gap or a jump inside, up to one cell
/// (at most 1/128 of all draws) is spread over the gap; [`Sampler::compile`] avoids that for laws
/// on separate values. Source: inversion, L. Devroye, Non-Uniform Random Variate Generation (1986),
/// II.2. Example: a constant gives that constant, bit for bit.
#[derive(Clone, Debug, PartialEq)]
pub struct Table {
    /// Shared: actors with the same habits read the same cells, which keeps them in the cache.
    cells: Arc<[[f64; 2]; 2 * SIDE]>,
}

impl Table {
    /// Compiles a checked draw (thousands of quantiles: milliseconds).
    pub fn new(draw: &Draw) -> Table {
        Table::with_scale(draw, 1.0)
    }

    /// As [`Table::new`], with every value multiplied by `scale`.
    pub fn with_scale(draw: &Draw, scale: f64) -> Table {
        let law = draw.truncated();
        let heavy = draw.max.is_none() && draw.law.mean().is_none();
        let mut cells = vec![[0.0, 0.0]; 2 * SIDE];
        for (side, half) in cells.chunks_exact_mut(SIDE).enumerate() {
            let low_side = side == 0;
            let maker = Maker {
                law: &law,
                low_side,
                endless: heavy && !low_side,
                scale,
            };
            let mut known = None;
            // Cells in ascending order of v: neighbours share the value at their border.
            for octave in 0..OCTAVES {
                for k in 0..1 << CELL_BITS {
                    // The exponent field of v is 1023 + octave, of which the low bits count.
                    let index = (((octave + OCTAVES - 1) % OCTAVES) << CELL_BITS) | k;
                    if let Some(cell) = half.get_mut(index) {
                        *cell = maker.cell(octave, k, &mut known);
                    }
                }
            }
        }
        let mut fixed = [[0.0, 0.0]; 2 * SIDE];
        fixed.copy_from_slice(&cells);
        Table {
            cells: Arc::new(fixed),
        }
    }

    /// The value at a word.
    #[inline(always)]
    pub fn sample(&self, word: u32) -> f64 {
        let upper = (word.cast_signed() >> 31).cast_unsigned();
        let v = f64::from(((word ^ upper) << 1) | 1);
        let cell = (v.to_bits() >> SHIFT) as usize & (SIDE - 1);
        // Both parts are masked below the length, so the bounds check is optimised away.
        let [a, b] = self.cells[cell | (upper as usize & SIDE)];
        a + b * v
    }

    /// The value at a word rounded to the nearest whole number, halves to even; values beyond
    /// ±2⁵⁰ are held there.
    #[inline(always)]
    pub fn sample_int(&self, word: u32) -> i64 {
        nearest(self.sample(word))
    }

    /// The mean of all 2³² values, in cell order: what the table delivers, for checks.
    pub fn exact_mean(&self) -> f64 {
        let mut sum = 0.0;
        for side in self.cells.chunks_exact(SIDE) {
            for octave in 0..OCTAVES {
                for k in 0..1 << CELL_BITS {
                    let index = (((octave + OCTAVES - 1) % OCTAVES) << CELL_BITS) | k;
                    let (from, to) = edges(octave, k);
                    let Some(share) = share_of(from, to) else {
                        continue;
                    };
                    let [a, b] = side.get(index).copied().unwrap_or_default();
                    let middle = if to - from >= 2.0 {
                        0.5 * (from + to)
                    } else {
                        from
                    };
                    sum += (a + b * middle) * share;
                }
            }
        }
        sum
    }
}

/// `x` as the nearest whole number, halves to even; above 2⁵⁰ it is held there. For x ≥ −2⁵⁰ only.
/// Adding 1.5·2⁵² leaves the whole number in the low bits of the sum: half the time of a saturating
/// conversion.
#[inline(always)]
pub fn nearest(x: f64) -> i64 {
    const LIMIT: f64 = (1_i64 << 50) as f64;
    const SHIFTER: f64 = 6_755_399_441_055_744.0;
    // A NaN fails the comparison and becomes the limit.
    let x = if x < LIMIT { x } else { LIMIT };
    (x + SHIFTER)
        .to_bits()
        .wrapping_sub(SHIFTER.to_bits())
        .cast_signed()
}

/// The range [from, to) of v in a cell.
fn edges(octave: usize, k: usize) -> (f64, f64) {
    let base = (1u64 << octave) as f64;
    let width = base / (1 << CELL_BITS) as f64;
    (base + k as f64 * width, base + (k + 1) as f64 * width)
}

/// The chance of a cell; `None` where it holds no odd v at all.
fn share_of(from: f64, to: f64) -> Option<f64> {
    if to - from >= 2.0 {
        return Some((to - from) * V_UNIT);
    }
    // A narrow cell holds one odd v at its start, which stands for [v − 1, v + 1), or none.
    let whole = from as u64;
    (whole as f64 == from && whole % 2 == 1).then_some(2.0 * V_UNIT)
}

/// Fits the cells of one side.
struct Maker<'a> {
    law: &'a Truncated<'a>,
    low_side: bool,
    /// The mean beyond the last cell is infinite.
    endless: bool,
    scale: f64,
}

impl Maker<'_> {
    /// The quantile at v.
    fn at(&self, v: f64) -> f64 {
        self.law.near_end(v * V_UNIT, self.low_side)
    }

    /// The line (a, b) of a cell. `known` carries the value at the end of the cell before.
    fn cell(&self, octave: usize, k: usize, known: &mut Option<f64>) -> [f64; 2] {
        let (from, to) = edges(octave, k);
        if share_of(from, to).is_none() {
            return [0.0, 0.0];
        }
        if to - from < 2.0 {
            return [self.bounded(self.single(from) * self.scale), 0.0];
        }
        let first = known.unwrap_or_else(|| self.at(from));
        let last = self.at(to);
        *known = Some(last);
        if first == last {
            return [self.bounded(first * self.scale), 0.0];
        }
        let (mean, slope) = self.fit(from, to, first, last);
        // A steeper line would leave the cell's own range and the values would not be monotone.
        let room = 2.0 * (mean - first).abs().min((last - mean).abs());
        let b = held(slope, -room, room) * self.scale / (to - from);
        let a = mean * self.scale - b * (0.5 * (from + to));
        let inside = |v: f64| self.bounded(a + b * v) == a + b * v;
        if inside(from + 1.0) && inside(to - 1.0) {
            [a, b]
        } else {
            [self.bounded(mean * self.scale), 0.0]
        }
    }

    /// The value for a single v: the mean over its share of the law; at the very end, over all
    /// that lies beyond.
    fn single(&self, v: f64) -> f64 {
        let middle = self.at(v);
        let mean = if v > 1.0 {
            self.gauss(v - 1.0, v + 1.0).0
        } else if self.endless {
            middle
        } else {
            let share = 2.0 * V_UNIT;
            self.law.tail_sum(2.0 * share, self.low_side) / share
        };
        if mean.is_finite() { mean } else { middle }
    }

    /// Mean and slope (over the whole cell) of the least-squares line.
    fn fit(&self, from: f64, to: f64, first: f64, last: f64) -> (f64, f64) {
        let (mean, slope) = self.gauss(from, to);
        let bent = (mean - 0.5 * (first + last)).abs();
        if bent <= 0.15 * (last - first).abs() {
            return (held(mean, first.min(last), first.max(last)), slope);
        }
        // A jump inside: three nodes cannot place it.
        const PARTS: u32 = 256;
        let (mut sum, mut moment) = (0.0, 0.0);
        for i in 0..PARTS {
            let x = (f64::from(i) + 0.5) / f64::from(PARTS);
            let y = self.at(from + x * (to - from)) - first;
            sum += y;
            moment += (x - 0.5) * y;
        }
        (
            first + sum / f64::from(PARTS),
            12.0 * moment / f64::from(PARTS),
        )
    }

    /// The three-point Gauss-Legendre rule: mean, and slope over the whole interval.
    fn gauss(&self, from: f64, to: f64) -> (f64, f64) {
        const NODE: f64 = 0.387_298_334_620_741_7;
        let (mid, width) = (0.5 * (from + to), to - from);
        let (a, b, c) = (
            self.at(mid - NODE * width),
            self.at(mid),
            self.at(mid + NODE * width),
        );
        (
            (5.0 * a + 8.0 * b + 5.0 * c) / 18.0,
            (c - a) * (10.0 / 3.0 * NODE),
        )
    }

    /// `x` held inside the scaled support.
    fn bounded(&self, x: f64) -> f64 {
        let ends = (
            self.law.support.0 * self.scale,
            self.law.support.1 * self.scale,
        );
        held(x, ends.0.min(ends.1), ends.0.max(ends.1))
    }
}

/// A sampler for laws on separate values: exact to 2⁻³² for every value.
#[derive(Clone, Debug, PartialEq)]
pub struct Steps {
    /// Ascending: value i is taken from `thresholds[i − 1]` up to below `thresholds[i]`.
    thresholds: Box<[u32]>,
    /// For each top part of a word, how many thresholds lie below all such words.
    guide: Box<[u32]>,
    values: Box<[f64]>,
    whole: Box<[i64]>,
}

impl Steps {
    /// Compiles a checked draw of a discrete law; `None` when the law is not discrete or has more
    /// than 65 536 values.
    pub fn new(draw: &Draw) -> Option<Steps> {
        Steps::with_scale(draw, 1.0)
    }

    /// As [`Steps::new`], with every value multiplied by `scale`.
    pub fn with_scale(draw: &Draw, scale: f64) -> Option<Steps> {
        let law = draw.truncated();
        let mut values = Vec::new();
        collect_values(&draw.law, draw, &mut values)?;
        values.retain(|x| *x >= law.support.0 && *x <= law.support.1);
        values.sort_by(f64::total_cmp);
        values.dedup();
        let mut thresholds = Vec::with_capacity(values.len());
        for x in values.iter().take(values.len().saturating_sub(1)) {
            let t = (law.cdf(*x) * (1u64 << 32) as f64 + 0.5) as u64;
            let Ok(t) = u32::try_from(t) else { break };
            thresholds.push(t.max(thresholds.last().copied().unwrap_or(0)));
        }
        values.truncate(thresholds.len() + 1);
        values.iter_mut().for_each(|x| *x *= scale);
        let guide = (0..=1u64 << GUIDE_BITS).map(|part| {
            let from = part << (32 - GUIDE_BITS);
            thresholds.partition_point(|t| u64::from(*t) < from) as u32
        });
        Some(Steps {
            guide: guide.collect(),
            whole: values.iter().map(|x| nearest(*x)).collect(),
            thresholds: thresholds.into(),
            values: values.into(),
        })
    }

    /// The value at a word rounded to the nearest whole number, halves to even, within ±2⁵⁰.
    #[inline]
    pub fn sample(&self, word: u32) -> i64 {
        self.whole.get(self.index(word)).copied().unwrap_or(0)
    }

    /// The value at a word.
    #[inline]
    pub fn sample_value(&self, word: u32) -> f64 {
        self.values.get(self.index(word)).copied().unwrap_or(0.0)
    }

    #[inline]
    fn index(&self, word: u32) -> usize {
        let part = (word >> (32 - GUIDE_BITS)) as usize;
        let from = self.guide.get(part).map_or(0, |g| *g as usize);
        let to = self.guide.get(part + 1).map_or(0, |g| *g as usize);
        let inside = self.thresholds.get(from..to).unwrap_or_default();
        from + inside.partition_point(|t| *t <= word)
    }
}

/// All values that a word can reach; `None` when they are too many or not separate.
fn collect_values(law: &Law, draw: &Draw, out: &mut Vec<f64>) -> Option<()> {
    match law {
        Law::Constant(x) => out.push(*x),
        Law::Empirical(values) => out.extend(values),
        Law::Mixture(parts) => {
            parts
                .iter()
                .try_for_each(|(_, law)| collect_values(law, draw, out))?;
        }
        Law::Poisson { .. } | Law::NegativeBinomial { .. } | Law::Geometric { .. } => {
            let tail = 0.25 * V_UNIT;
            let part = Draw {
                law: law.clone(),
                ..draw.clone()
            };
            let part = part.truncated();
            let (mut x, last) = (part.at(tail, 1.0 - tail).ceil(), part.at(1.0 - tail, tail));
            let few = last - x < STEPS_MAX as f64;
            if !few {
                return None;
            }
            while x <= last {
                out.push(x);
                x += 1.0;
            }
        }
        _ => return None,
    }
    (out.len() <= STEPS_MAX).then_some(())
}

/// Whichever sampler suits a draw; for cold code that does not care which.
#[derive(Clone, Debug, PartialEq)]
pub enum Sampler {
    /// Laws with a density, constants, and counts too many for steps.
    Table(Table),
    /// Laws on separate values.
    Steps(Steps),
}

impl Sampler {
    /// Compiles a checked draw.
    pub fn compile(draw: &Draw) -> Sampler {
        Sampler::with_scale(draw, 1.0)
    }

    /// As [`Sampler::compile`], with every value multiplied by `scale`.
    pub fn with_scale(draw: &Draw, scale: f64) -> Sampler {
        if let Law::Constant(_) = draw.law {
            return Sampler::Table(Table::with_scale(draw, scale));
        }
        Steps::with_scale(draw, scale).map_or_else(
            || Sampler::Table(Table::with_scale(draw, scale)),
            Sampler::Steps,
        )
    }

    /// The value at a word.
    #[inline]
    pub fn sample(&self, word: u32) -> f64 {
        match self {
            Sampler::Table(table) => table.sample(word),
            Sampler::Steps(steps) => steps.sample_value(word),
        }
    }

    /// The value at a word rounded to the nearest whole number, halves to even, within ±2⁵⁰.
    #[inline]
    pub fn sample_int(&self, word: u32) -> i64 {
        match self {
            Sampler::Table(table) => table.sample_int(word),
            Sampler::Steps(steps) => steps.sample(word),
        }
    }

    /// The value at a word rounded up to a whole number.
    #[inline]
    pub fn sample_rounded_up(&self, word: u32) -> i64 {
        self.sample(word).ceil() as i64
    }
}
