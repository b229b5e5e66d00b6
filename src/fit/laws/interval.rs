//! Intervals that know that observations of one day belong together.
//!
//! What: 90 % intervals of a quantile of a fitted law, of an observed quantile, and of a share.
//! Symbols: θ̂ the most likely parameters, sᵢ the slope of observation i's log-likelihood, A minus
//! the sum of second derivatives, S_d the sum of sᵢ over day d, D the number of days, n_d their
//! observations, D' = (Σ n_d)² / Σ n_d² the number of equal days that would say as much.
//! Formula: V = A⁻¹ Σ S_d S_dᵀ / (1 − n_d/n)² A⁻¹; for g(θ) = ln quantile the error is √(∇gᵀ V ∇g),
//! times Student's factor with D' − 1 degrees. That is what leaving out whole days gives,
//! without doing it; it holds also where the family is not quite right. Limits: a few days of data
//! give wide intervals, as they should; with a single day observations count as independent.
//! Source: K.-Y. Liang, S. L. Zeger, Biometrika 73 (1986) 13-22; R. M. Bell, D. F. McCaffrey,
//! Survey Methodology 28 (2002) for the degrees; R. S. Woodruff, JASA 47 (1952) for observed
//! quantiles. Example: 60 days of 10 lognormal values with spread 1 give the median to ± 7 %.

use super::family::Family;
use super::sample::{Bins, Sample, effective};
use super::solve::inverse;
use crate::base::law::{Draw, Law};
use crate::base::special::student_two_sided;
use crate::stats::estimate::Estimate;

/// Every interval that a fit shows holds the truth with this chance.
pub const CONFIDENCE: f64 = 0.9;
/// Step of numerical derivatives in free parameters.
const STEP: f64 = 1e-3;

/// Student's factor for a number of days that count.
pub fn factor(days: f64) -> f64 {
    student_two_sided(CONFIDENCE, (days - 1.0).max(1.0))
}

/// What leaving out each day does to the parameters, and the days that count.
#[derive(Clone, Debug)]
pub struct Spread {
    /// Day, and by how much each parameter moves without it.
    moves: Vec<(u32, Vec<f64>)>,
    days: f64,
}

impl Spread {
    /// Of a family at its most likely parameters; `None` where the data cannot tell them apart.
    pub fn of(family: Family, theta: &[f64], bins: &Bins, counts: bool) -> Option<Spread> {
        let like = |t: &[f64], x: f64| {
            if counts {
                family.ln_chance(t, x)
            } else {
                family.ln_density(t, x)
            }
        };
        let p = theta.len();
        let moved = |by: &[(usize, f64)]| {
            let mut t = theta.to_vec();
            by.iter().for_each(|(i, h)| t[*i] += h);
            t
        };
        let slopes: Vec<Vec<f64>> = bins
            .x
            .iter()
            .map(|x| {
                let slope = |i: usize| {
                    let (up, down) = (moved(&[(i, STEP)]), moved(&[(i, -STEP)]));
                    (like(&up, *x) - like(&down, *x)) / (2.0 * STEP)
                };
                (0..p).map(slope).collect()
            })
            .collect();
        let total = |t: &[f64]| bins.iter().map(|(x, n)| n * like(t, x)).sum::<f64>();
        let h = 10.0 * STEP;
        let mut a = vec![vec![0.0; p]; p];
        for i in 0..p {
            for j in 0..=i {
                let corner = |s: f64, r: f64| total(&moved(&[(i, s * h), (j, r * h)]));
                let second =
                    corner(1.0, 1.0) - corner(1.0, -1.0) - corner(-1.0, 1.0) + corner(-1.0, -1.0);
                let value = -second / (4.0 * h * h);
                a[i][j] = value;
                a[j][i] = value;
            }
        }
        let inverse = inverse(&a)?;
        let one = vec![vec![1.0]; bins.x.len()];
        let sizes = bins.by_day(&one, 1);
        let mut sums = bins.by_day(&slopes, p);
        for (day, sum) in &mut sums {
            let size = sizes.get(day).and_then(|s| s.first()).copied();
            let part = size.unwrap_or(0.0) / bins.total();
            sum.iter_mut().for_each(|s| *s /= (1.0 - part).max(0.1));
        }
        let mut sums: Vec<(u32, Vec<f64>)> = sums.into_iter().collect();
        if sums.len() < 2 {
            // One day: its observations stand for themselves.
            let alone = |(s, n): (&Vec<f64>, &f64)| s.iter().map(|x| x * libm::sqrt(*n)).collect();
            sums = (0..).zip(slopes.iter().zip(&bins.n).map(alone)).collect();
        }
        let step = |s: &Vec<f64>| -> Vec<f64> {
            let row = |r: &Vec<f64>| -r.iter().zip(s).map(|(a, b)| a * b).sum::<f64>();
            inverse.iter().map(row).collect()
        };
        let moves = sums.iter().map(|(day, s)| (*day, step(s))).collect();
        let days = match bins.days_that_count() {
            one if one < 1.5 => bins.total(),
            many => many,
        };
        Some(Spread { moves, days })
    }

    /// The variance of a function of the parameters.
    pub fn variance(&self, theta: &[f64], g: impl Fn(&[f64]) -> f64) -> f64 {
        let slope = |i: usize| {
            let at = |h: f64| {
                let mut t = theta.to_vec();
                t[i] += h;
                g(&t)
            };
            (at(STEP) - at(-STEP)) / (2.0 * STEP)
        };
        let slopes: Vec<f64> = (0..theta.len()).map(slope).collect();
        let along = |m: &[f64]| m.iter().zip(&slopes).map(|(a, b)| a * b).sum::<f64>();
        self.moves.iter().map(|(_, m)| along(m) * along(m)).sum()
    }

    /// The parameters without each day.
    pub fn without(&self, theta: &[f64]) -> Vec<(u32, Vec<f64>)> {
        let moved = |m: &[f64]| theta.iter().zip(m).map(|(t, m)| t + m).collect();
        self.moves.iter().map(|(day, m)| (*day, moved(m))).collect()
    }

    /// Days that count.
    pub fn days(&self) -> f64 {
        self.days
    }
}

/// The `p`-quantile of a law of a family.
pub fn quantile(family: Family, theta: &[f64], p: f64) -> f64 {
    Draw::of(family.law(theta)).quantile(p)
}

/// An interval around a positive value from the variance of its logarithm.
pub fn around(value: f64, ln_variance: f64, days: f64, n: u64) -> Estimate {
    let by = libm::exp(factor(days) * libm::sqrt(ln_variance));
    Estimate {
        value,
        low: value / by,
        high: value * by,
        n,
    }
}

/// The observed `p`-quantile: ranks as far from p·n as the share below it may be by chance.
pub fn observed_quantile(sample: &Sample, p: f64) -> Option<Estimate> {
    let all: Vec<(f64, u32)> = sample.iter().collect();
    quantile_of(&all, p)
}

/// The same of values of any sign, each with its day.
pub fn quantile_of(all: &[(f64, u32)], p: f64) -> Option<Estimate> {
    let mut sorted: Vec<f64> = all.iter().map(|x| x.0).collect();
    sorted.sort_by(f64::total_cmp);
    let at = |share: f64| crate::stats::quantile::quantile(&sorted, share.clamp(0.0, 1.0));
    let value = at(p)?;
    let below = |x: f64| if x <= value { 1.0 } else { 0.0 };
    let share = share(all.iter().map(|(x, day)| (*day, below(*x), 1.0)));
    // The step of a value that occurs often is not doubt: the width counts, not the place.
    let (low, high) = match share {
        Some(s) => (p - (s.value - s.low), p + (s.high - s.value)),
        None => (0.0, 1.0),
    };
    Some(Estimate {
        value,
        low: at(low)?,
        high: at(high)?,
        n: sorted.len() as u64,
    })
}

/// A share Σ hits / Σ of, from (day, hits, of) triples; `None` without anything to count.
///
/// On the scale of log-odds, so that it stays between 0 and 1. Where all or none hit, the interval is
/// Wilson's with as many observations as days that count.
pub fn share(counts: impl Iterator<Item = (u32, f64, f64)>) -> Option<Estimate> {
    let mut days: std::collections::BTreeMap<u32, (f64, f64)> = std::collections::BTreeMap::new();
    for (day, hits, of) in counts {
        let d = days.entry(day).or_default();
        d.0 += hits;
        d.1 += of;
    }
    let (hits, of) = days
        .values()
        .fold((0.0, 0.0), |s, d| (s.0 + d.0, s.1 + d.1));
    if of <= 0.0 {
        return None;
    }
    let p = hits / of;
    let d = days.len() as f64;
    let squares: f64 = days
        .values()
        .map(|x| (x.0 - p * x.1) * (x.0 - p * x.1))
        .sum();
    let binomial = p * (1.0 - p) / of;
    // Days that agree by chance say no more than independent observations would.
    let clustered = squares / (of * of);
    let variance = if d < 2.0 {
        binomial
    } else {
        clustered.max(0.5 * binomial)
    };
    let inside = p * (1.0 - p);
    if inside <= 0.0 {
        let wilson = crate::stats::proportion::wilson(hits as u64, of as u64, CONFIDENCE);
        return Some(Estimate { value: p, ..wilson });
    }
    let count = if d < 2.0 {
        of
    } else {
        effective(days.values().map(|x| x.1))
    };
    let odds = libm::log(p / (1.0 - p));
    let by = factor(count) * libm::sqrt(variance) / inside;
    let back = |t: f64| 1.0 / (1.0 + libm::exp(-t));
    Some(Estimate {
        value: p,
        low: back(odds - by),
        high: back(odds + by),
        n: of as u64,
    })
}

/// The law of the observed quantiles: means of groups of equal size, which keep the mean.
pub fn observed_law(sample: &Sample, groups: usize, counts: bool) -> Law {
    let sorted = sample.sorted();
    let groups = groups.min(sorted.len()).max(1);
    let mut values = Vec::with_capacity(groups);
    for g in 0..groups {
        let (from, to) = (g * sorted.len() / groups, (g + 1) * sorted.len() / groups);
        let part = sorted.get(from..to).unwrap_or_default();
        let mean = part.iter().sum::<f64>() / part.len().max(1) as f64;
        // A group of one value keeps it; a mixed one of counts is rounded like any other.
        values.push(if counts { libm::round(mean) } else { mean });
    }
    Law::Empirical(values)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_example_holds() {
        let mut sample = Sample::default();
        let law = Draw::of(Family::LogNormal.law(&[0.0, 0.0]));
        for i in 0..600u32 {
            // Spread evenly over the days.
            sample.add(law.quantile((f64::from(i) + 0.5) / 600.0), (i * 7919) % 60);
        }
        let bins = sample.bins(false);
        let theta = Family::LogNormal.fit(&bins).unwrap();
        let spread = Spread::of(Family::LogNormal, &theta, &bins, false).unwrap();
        let v = spread.variance(&theta, |t| libm::log(quantile(Family::LogNormal, t, 0.5)));
        let e = around(1.0, v, spread.days(), 600);
        assert!((0.02..0.10).contains(&(e.high - 1.0)), "{e:?}");
    }

    #[test]
    fn equal_days_say_less_than_mixed_ones() {
        let mixed = share((0..1000).map(|i| (i % 20, f64::from(u8::from(i % 3 == 0)), 1.0)));
        let alike = share((0..1000).map(|i| (i % 20, f64::from(u8::from(i % 20 < 7)), 1.0)));
        let width = |e: Option<Estimate>| e.map_or(0.0, |e| e.high - e.low);
        assert!(width(alike) > 3.0 * width(mixed));
        assert_eq!(share(std::iter::empty()), None);
    }

    #[test]
    fn shares_of_nothing_have_an_upper_end() {
        let none = share((0..50).map(|i| (i, 0.0, 1.0))).unwrap();
        assert_eq!(none.value, 0.0);
        assert!(none.high > 0.02 && none.high < 0.08);
    }

    #[test]
    fn groups_keep_the_mean() {
        let mut sample = Sample::default();
        (1..=997).for_each(|i| sample.add(f64::from(i * i), 0));
        let law = observed_law(&sample, 40, false);
        let mean = sample.values().iter().sum::<f64>() / 997.0;
        assert!((law.mean().unwrap() / mean - 1.0).abs() < 0.01);
    }
}
