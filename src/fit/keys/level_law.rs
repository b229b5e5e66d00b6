//! The law of a day's sessions around their level.

use super::super::laws::solve::{least, lowest};
use super::super::laws::{Family, scaled};
use super::level_filter::Count;
use crate::base::law::{Draw, Law};

/// Families that are tried beside the lognormal one: days that hold many sessions are often evenly
/// full, with few that are nearly empty, which no lognormal law is.
const RIVALS: [Family; 2] = [Family::Weibull, Family::Gamma];
const CHANCE_MIN: f64 = 1e-12;
/// Quantiles by which a mean is taken, and the logarithm by which a law may be moved to have it.
const GRID: u32 = 200;
const MOVED: f64 = 0.25;

/// The most likely law of a day's factor, at the level of the last day: lognormal with the spread
/// that the filter found, unless another family at its best is more likely than the lognormal one at
/// its best. `path`: log levels of the days.
pub fn shape(counts: &[Count], path: &[f64], last: f64, spread: f64) -> (Law, &'static str) {
    let usual = Law::LogNormal {
        mu: last,
        sigma: spread,
    };
    let fitted = |family: Family, start: [f64; 2]| {
        let cost = |t: &[f64]| -ln_chance(counts, path, last, &family.law(t));
        let t = lowest(&start, 0.4, 200, cost);
        (-cost(&t), family.law(&t))
    };
    let start = [last, libm::log(spread)];
    let mut best = (fitted(Family::LogNormal, start).0, usual, "lognormal");
    for family in RIVALS {
        let (ln, law) = fitted(family, [0.0, last + 0.3]);
        if ln > best.0 {
            best = (ln, law, family.word());
        }
    }
    (best.1, best.2)
}

/// The law moved to where days along their levels have as many sessions on average as were seen: what
/// a month takes is a sum of means, which the most likely law leaves a few percent short. `levels` are
/// relative to the last day's.
pub fn with_mean(law: Law, counts: &[Count], levels: &[f64]) -> Law {
    let seen = counts.iter().map(|c| f64::from(c.sessions)).sum::<f64>() / counts.len() as f64;
    let draw = Draw::of(law.clone());
    let at = |i: u32| draw.quantile((f64::from(i) + 0.5) / f64::from(GRID));
    let grid: Vec<f64> = (0..GRID).map(at).collect();
    let mean = |by: f64| {
        let one = |level: &f64| -> f64 {
            let days = grid.iter().map(|x| libm::ceil(by * level * x).max(1.0));
            days.sum::<f64>() / f64::from(GRID)
        };
        levels.iter().map(one).sum::<f64>() / levels.len() as f64
    };
    let by = least(-MOVED, MOVED, 14, |t| (mean(libm::exp(t)) - seen).abs());
    scaled(&law, libm::exp(by))
}

/// The chance of a day's sessions, rounded up, at its level.
fn chance(law: &Law, sessions: u32, level: f64) -> f64 {
    let at = |n: u32| law.cdf(f64::from(n) * libm::exp(-level));
    at(sessions) - if sessions <= 1 { 0.0 } else { at(sessions - 1) }
}

fn ln_chance(counts: &[Count], path: &[f64], last: f64, law: &Law) -> f64 {
    let days = counts.iter().zip(path);
    days.map(|(c, l)| libm::log(chance(law, c.sessions, l - last).max(CHANCE_MIN)))
        .sum()
}

/// The largest distance between the observed distribution of sessions a day and that of the law
/// along the path.
pub fn distance(counts: &[Count], path: &[f64], last: f64, law: &Law) -> f64 {
    let n = counts.len() as f64;
    let mut all: Vec<u32> = counts.iter().map(|c| c.sessions).collect();
    all.sort_unstable();
    all.dedup();
    let off = |k: u32| {
        let seen = counts.iter().filter(|c| c.sessions <= k).count() as f64 / n;
        let at = |l: &f64| law.cdf(f64::from(k) * libm::exp(last - l));
        (seen - path.iter().map(at).sum::<f64>() / n).abs()
    };
    all.into_iter().map(off).fold(0.0, f64::max)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn days(law: &Law, n: u32) -> Vec<Count> {
        let draw = Draw::of(law.clone());
        let one = |day: u32| Count {
            day,
            sessions: libm::ceil(draw.quantile((f64::from(day) + 0.5) / f64::from(n))).max(1.0)
                as u32,
        };
        (0..n).map(one).collect()
    }

    #[test]
    fn the_family_of_the_days_is_found() {
        let even = Law::Weibull {
            shape: 2.0,
            scale: 20.0,
        };
        let counts = days(&even, 200);
        let (law, word) = shape(&counts, &[2.9; 200], 2.9, 0.65);
        assert_eq!(word, "Weibull");
        assert!(distance(&counts, &[2.9; 200], 2.9, &law) < 0.05);
        let uneven = Law::LogNormal {
            mu: 2.0,
            sigma: 0.9,
        };
        let counts = days(&uneven, 200);
        let (law, word) = shape(&counts, &[2.0; 200], 2.0, 0.9);
        assert_eq!((word, &law), ("lognormal", &uneven));
        assert!(distance(&counts, &[2.0; 200], 2.0, &law) < 0.02);
    }
}
