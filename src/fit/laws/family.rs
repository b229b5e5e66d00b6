//! Families of laws: density, chance of a whole number, most likely parameters.
//!
//! Parameters are free numbers (logarithms of what must be positive), so that derivatives and
//! intervals need no bounds.

use super::sample::Bins;
use super::solve::{digamma, least, lowest, trigamma};
use crate::base::law::Law;
use crate::base::special::ln_gamma;

const LN_SQRT_2PI: f64 = 0.918_938_533_204_672_8;
/// Least spread of a part of a mixture: below it, equal values would make the likelihood endless.
const SIGMA_MIN: f64 = 0.03;
/// Chances below this are those of a wrong model; their logarithm must stay a number.
const CHANCE_MIN: f64 = 1e-13;

/// A family of laws.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Family {
    /// Location and ln of the spread of the logarithm.
    LogNormal,
    /// ln shape, ln scale; so the next two.
    Gamma,
    Weibull,
    Lomax,
    /// ln mean.
    Exponential,
    /// Log-odds of the first, then location and ln spread of each.
    TwoLogNormals,
    /// Log-odds of exactly one, then as `LogNormal`.
    OneOrLogNormal,
}

impl Family {
    /// For continuous quantities, simple ones first.
    pub const CONTINUOUS: [Family; 5] = [
        Family::LogNormal,
        Family::Gamma,
        Family::Weibull,
        Family::Lomax,
        Family::Exponential,
    ];
    /// For numbers of things that are at least one.
    pub const COUNTS: [Family; 5] = [
        Family::LogNormal,
        Family::Gamma,
        Family::Weibull,
        Family::Exponential,
        Family::OneOrLogNormal,
    ];

    /// Number of parameters.
    pub fn params(self) -> usize {
        match self {
            Family::Exponential => 1,
            Family::LogNormal | Family::Gamma | Family::Weibull | Family::Lomax => 2,
            Family::OneOrLogNormal => 3,
            Family::TwoLogNormals => 5,
        }
    }

    /// The word for it in comments.
    pub fn word(self) -> &'static str {
        match self {
            Family::LogNormal => "lognormal",
            Family::Gamma => "gamma",
            Family::Weibull => "Weibull",
            Family::Lomax => "Lomax",
            Family::Exponential => "exponential",
            Family::TwoLogNormals => "two lognormals",
            Family::OneOrLogNormal => "one, or lognormal",
        }
    }

    /// The law at these parameters.
    pub fn law(self, t: &[f64]) -> Law {
        let at = |i: usize| t.get(i).copied().unwrap_or(0.0);
        let up = |i: usize| libm::exp(at(i).clamp(-40.0, 40.0));
        match self {
            Family::LogNormal => lognormal(at(0), up(1)),
            Family::Gamma => Law::Gamma {
                shape: up(0),
                scale: up(1),
            },
            Family::Weibull => Law::Weibull {
                shape: up(0),
                scale: up(1),
            },
            Family::Lomax => Law::Lomax {
                shape: up(0),
                scale: up(1),
            },
            Family::Exponential => Law::Exponential { mean: up(0) },
            Family::TwoLogNormals => {
                let w = share(at(0));
                let parts = vec![
                    (w, lognormal(at(1), up(2))),
                    (1.0 - w, lognormal(at(3), up(4))),
                ];
                Law::Mixture(parts)
            }
            Family::OneOrLogNormal => {
                let w = share(at(0));
                let parts = vec![(w, Law::Constant(1.0)), (1.0 - w, lognormal(at(1), up(2)))];
                Law::Mixture(parts)
            }
        }
    }

    /// The logarithm of the density at `x` > 0.
    pub fn ln_density(self, t: &[f64], x: f64) -> f64 {
        let at = |i: usize| t.get(i).copied().unwrap_or(0.0);
        let up = |i: usize| libm::exp(at(i).clamp(-40.0, 40.0));
        let l = libm::log(x);
        match self {
            Family::LogNormal => ln_normal(l, at(0), at(1)) - l,
            Family::Gamma => {
                let (a, s) = (up(0), up(1));
                (a - 1.0) * l - x / s - ln_gamma(a) - a * at(1)
            }
            Family::Weibull => {
                let a = up(0);
                let z = a * (l - at(1));
                at(0) + z - l - libm::exp(z.min(700.0))
            }
            Family::Lomax => at(0) - at(1) - (up(0) + 1.0) * libm::log1p(x / up(1)),
            Family::Exponential => -at(0) - x / up(0),
            Family::TwoLogNormals => {
                let w = share(at(0));
                let (a, b) = (ln_normal(l, at(1), at(2)), ln_normal(l, at(3), at(4)));
                ln_sum(libm::log(w) + a, libm::log(1.0 - w) + b) - l
            }
            // Not for continuous quantities.
            Family::OneOrLogNormal => f64::NEG_INFINITY,
        }
    }

    /// The logarithm of the chance of the whole number `k` ≥ 1, rounded as the engine does: half up,
    /// at least one.
    pub fn ln_chance(self, t: &[f64], k: f64) -> f64 {
        let k = libm::round(k);
        if self == Family::OneOrLogNormal {
            let at = |i: usize| t.get(i).copied().unwrap_or(0.0);
            let w = share(at(0));
            let rest = (1.0 - w) * libm::exp(Family::LogNormal.ln_chance(&[at(1), at(2)], k));
            let one = if k <= 1.0 { w } else { 0.0 };
            return libm::log((one + rest).max(CHANCE_MIN));
        }
        let law = self.law(t);
        let below = if k <= 1.0 { 0.0 } else { law.cdf(k - 0.5) };
        libm::log((law.cdf(k + 0.5) - below).max(CHANCE_MIN))
    }

    /// The most likely parameters of continuous observations; `None` where there are none (all
    /// values equal).
    pub fn fit(self, bins: &Bins) -> Option<Vec<f64>> {
        let n = bins.total();
        let mean_of = |f: &dyn Fn(f64) -> f64| bins.iter().map(|(x, c)| c * f(x)).sum::<f64>() / n;
        let mean = mean_of(&|x| x);
        let log_mean = mean_of(&libm::log);
        let spread = mean_of(&|x| (libm::log(x) - log_mean) * (libm::log(x) - log_mean));
        if n < 2.0 || spread < 1e-12 {
            return None;
        }
        let found = match self {
            Family::LogNormal => vec![log_mean, 0.5 * libm::log(spread)],
            Family::Exponential => vec![libm::log(mean)],
            Family::Gamma => {
                let shape = gamma_shape(libm::log(mean) - log_mean);
                vec![libm::log(shape), libm::log(mean / shape)]
            }
            Family::Weibull => weibull(bins, log_mean, spread),
            Family::Lomax => lomax(bins),
            Family::TwoLogNormals => two(bins)?,
            Family::OneOrLogNormal => return None,
        };
        found.iter().all(|x| x.is_finite()).then_some(found)
    }

    /// As [`Family::fit`], of whole numbers from 1.
    pub fn fit_counts(self, bins: &Bins) -> Option<Vec<f64>> {
        let n = bins.total();
        let mean = bins.iter().map(|(x, c)| c * x).sum::<f64>() / n;
        let log_mean = bins.iter().map(|(x, c)| c * libm::log(x)).sum::<f64>() / n;
        if n < 2.0 || mean <= 1.0 {
            return None;
        }
        let ones = bins.iter().filter(|b| b.0 < 1.5).map(|b| b.1).sum::<f64>() / n;
        let start = match self {
            Family::Exponential => vec![libm::log(mean)],
            Family::LogNormal => vec![log_mean, 0.0],
            Family::Gamma | Family::Weibull => vec![0.0, libm::log(mean)],
            Family::OneOrLogNormal => {
                let odds = (0.6 * ones).clamp(0.02, 0.9);
                vec![libm::log(odds / (1.0 - odds)), log_mean + 0.3, 0.0]
            }
            _ => return None,
        };
        let cost = |t: &[f64]| {
            // Far out on a ridge the parameters mean nothing; a hint of a rein keeps them near.
            let rein: f64 = t.iter().map(|x| x * x).sum();
            1e-6 * n * rein
                - bins
                    .iter()
                    .map(|(x, c)| c * self.ln_chance(t, x))
                    .sum::<f64>()
        };
        let found = lowest(&start, 0.4, 200, cost);
        found.iter().all(|x| x.is_finite()).then_some(found)
    }
}

fn lognormal(mu: f64, sigma: f64) -> Law {
    Law::LogNormal { mu, sigma }
}

/// e^t / (1 + e^t), never 0 or 1.
fn share(t: f64) -> f64 {
    (1.0 / (1.0 + libm::exp(-t))).clamp(1e-9, 1.0 - 1e-9)
}

fn ln_normal(x: f64, mean: f64, ln_sd: f64) -> f64 {
    let z = (x - mean) * libm::exp(-ln_sd);
    -0.5 * z * z - ln_sd - LN_SQRT_2PI
}

fn ln_sum(a: f64, b: f64) -> f64 {
    let (high, low) = if a > b { (a, b) } else { (b, a) };
    high + libm::log1p(libm::exp(low - high))
}

/// The shape with ln k − ψ(k) = s (Newton; start by Minka, "Estimating a Gamma distribution", 2002).
fn gamma_shape(s: f64) -> f64 {
    let s = s.max(1e-9);
    let mut k = (3.0 - s + libm::sqrt((s - 3.0) * (s - 3.0) + 24.0 * s)) / (12.0 * s);
    for _ in 0..30 {
        let step = (libm::log(k) - digamma(k) - s) / (1.0 / k - trigamma(k));
        k = (k - step).max(0.1 * k);
        if step.abs() < 1e-10 * k {
            break;
        }
    }
    k
}

/// Newton on the shape a: Σ xᵃ ln x / Σ xᵃ − 1/a = mean ln x; the scale follows.
fn weibull(bins: &Bins, log_mean: f64, spread: f64) -> Vec<f64> {
    let mut a = (1.2825 / libm::sqrt(spread)).clamp(0.02, 200.0);
    let mut mean_power = 1.0;
    for _ in 0..50 {
        let (mut s0, mut s1, mut s2) = (0.0, 0.0, 0.0);
        for (x, n) in bins.iter() {
            // Around the mean logarithm, lest powers leave the range.
            let l = libm::log(x) - log_mean;
            let p = n * libm::exp((a * l).min(700.0));
            s0 += p;
            s1 += p * l;
            s2 += p * l * l;
        }
        mean_power = s0 / bins.total();
        let value = s1 / s0 - 1.0 / a;
        let slope = s2 / s0 - (s1 / s0) * (s1 / s0) + 1.0 / (a * a);
        let step = value / slope;
        a = (a - step).clamp(0.3 * a, 3.0 * a);
        if step.abs() < 1e-10 * a {
            break;
        }
    }
    vec![libm::log(a), log_mean + libm::log(mean_power) / a]
}

/// For a scale s the most likely shape is n / Σ ln(1 + x/s): one search over ln s.
fn lomax(bins: &Bins) -> Vec<f64> {
    let n = bins.total();
    let shape = |t: f64| {
        let s = libm::exp(t);
        n / bins
            .iter()
            .map(|(x, c)| c * libm::log1p(x / s))
            .sum::<f64>()
    };
    let cost = |t: f64| {
        let a = shape(t);
        -libm::log(a) + t + 1.0 / a
    };
    let low = bins.x.first().map_or(0.0, |x| libm::log(*x));
    let high = bins.x.last().map_or(0.0, |x| libm::log(*x));
    let t = least(low - 3.0, high + 5.0, 50, cost);
    vec![libm::log(shape(t)), t]
}

/// Expectation and maximisation (Dempster, Laird, Rubin 1977) on the logarithms, from two starts.
fn two(bins: &Bins) -> Option<Vec<f64>> {
    let logs: Vec<(f64, f64)> = bins.iter().map(|(x, n)| (libm::log(x), n)).collect();
    let starts = [0.5, 0.8];
    let found = starts.iter().filter_map(|cut| em(&logs, *cut));
    found.max_by(|a, b| a.0.total_cmp(&b.0)).map(|best| best.1)
}

/// Location and spread of a part, and its share.
type Part = (f64, f64, f64);

/// Log-likelihood and parameters, from a split at a share of the observations.
fn em(logs: &[(f64, f64)], cut: f64) -> Option<(f64, Vec<f64>)> {
    let total: f64 = logs.iter().map(|l| l.1).sum();
    let mut seen = 0.0;
    let mut low: Vec<f64> = Vec::with_capacity(logs.len());
    for (_, n) in logs {
        seen += n;
        low.push(if seen <= cut * total { 0.9 } else { 0.1 });
    }
    let (mut last, mut parts) = (f64::NEG_INFINITY, [(0.0, 1.0, 0.5); 2]);
    for round in 0..150 {
        let moments = |weight: &dyn Fn(f64) -> f64| -> Part {
            let (mut n, mut sum, mut square) = (0.0, 0.0, 0.0);
            for ((l, c), w) in logs.iter().zip(&low) {
                let c = c * weight(*w);
                n += c;
                sum += c * l;
                square += c * l * l;
            }
            let mean = sum / n;
            let var = (square / n - mean * mean).max(SIGMA_MIN * SIGMA_MIN);
            (mean, libm::sqrt(var), n / total)
        };
        parts = [moments(&|w| w), moments(&|w| 1.0 - w)];
        if parts.iter().any(|p| p.2.is_nan() || p.2 < 0.01) {
            return None;
        }
        let ln = parts.map(|p| (libm::log(p.2), libm::log(p.1)));
        let mut now = 0.0;
        for ((l, c), w) in logs.iter().zip(&mut low) {
            let a = ln[0].0 + ln_normal(*l, parts[0].0, ln[0].1);
            let b = ln[1].0 + ln_normal(*l, parts[1].0, ln[1].1);
            let sum = ln_sum(a, b);
            *w = libm::exp(a - sum);
            now += c * (sum - l);
        }
        let done = (now - last).abs() < 1e-5 && round > 20;
        last = now;
        if done {
            break;
        }
    }
    let [a, b] = parts;
    let theta = vec![
        libm::log(a.2 / b.2),
        a.0,
        libm::log(a.1),
        b.0,
        libm::log(b.1),
    ];
    Some((last, theta))
}

#[cfg(test)]
#[path = "family_tests.rs"]
mod tests;
