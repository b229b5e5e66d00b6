<<<<<<< HEAD
//! (placeholder: replaced by the real laws)
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    Trial,
    Actor,
    Session,
    Prompt,
    #[default]
    Request,
}
#[derive(Clone, Debug, PartialEq)]
pub enum Law {
    Constant(f64),
    LogNormal { mu: f64, sigma: f64 },
    Normal { mean: f64, sd: f64 },
    Gamma { shape: f64, scale: f64 },
    Weibull { shape: f64, scale: f64 },
    Lomax { shape: f64, scale: f64 },
    Exponential { mean: f64 },
    Uniform { low: f64, high: f64 },
    Triangular { low: f64, mode: f64, high: f64 },
    Pert { low: f64, mode: f64, high: f64 },
    Beta { alpha: f64, beta: f64 },
    Poisson { mean: f64 },
    NegativeBinomial { mean: f64, size: f64 },
    Geometric { mean: f64 },
    Empirical(Vec<f64>),
    Mixture(Vec<(f64, Law)>),
}
#[derive(Clone, Debug, PartialEq)]
pub struct Draw {
    pub law: Law,
    pub min: Option<f64>,
    pub max: Option<f64>,
    pub per: Level,
}
impl Draw {
    pub fn constant(x: f64) -> Draw {
        Draw {
            law: Law::Constant(x),
            min: None,
            max: None,
            per: Level::Request,
        }
    }
    pub fn of(law: Law) -> Draw {
        Draw {
            law,
            min: None,
            max: None,
            per: Level::Request,
        }
    }
=======
//! Probability laws: exact tails, quantiles and means of what a scenario can name.
//!
//! A law is a value; nothing here draws. [`Law::check`] says whether the parameters make sense,
//! every other method takes a checked law and never panics on an unchecked one (it may give NaN).

use super::special::{
    beta_quantile, beta_tails, gamma_quantile, gamma_tails, normal_quantile, normal_tails,
};

pub use super::draw::{Draw, Level};

/// Mixtures may hold mixtures, this deep.
const DEPTH_MAX: u32 = 8;
/// The largest mean of a counting law.
const COUNT_MEAN_MAX: f64 = 1e9;

/// A probability law on the real line. Parameters carry the unit of the value unless said.
#[derive(Clone, Debug, PartialEq)]
pub enum Law {
    /// Always this value.
    Constant(f64),
    /// ln X is normal with mean `mu` and standard deviation `sigma` ≥ 0 (both without unit).
    LogNormal { mu: f64, sigma: f64 },
    /// Normal; `sd` ≥ 0.
    Normal { mean: f64, sd: f64 },
    /// Gamma with mean `shape * scale`; both > 0.
    Gamma { shape: f64, scale: f64 },
    /// P(X > x) = exp(−(x/scale)^shape); both > 0.
    Weibull { shape: f64, scale: f64 },
    /// Pareto from zero: P(X > x) = (1 + x/scale)^−shape; both > 0; the mean is infinite at
    /// `shape` ≤ 1.
    Lomax { shape: f64, scale: f64 },
    /// Exponential; `mean` > 0.
    Exponential { mean: f64 },
    /// Uniform on [low, high].
    Uniform { low: f64, high: f64 },
    /// Triangular; low ≤ mode ≤ high.
    Triangular { low: f64, mode: f64, high: f64 },
    /// Beta on [low, high] with α = 1 + 4(mode−low)/(high−low), β = 1 + 4(high−mode)/(high−low).
    Pert { low: f64, mode: f64, high: f64 },
    /// Beta on [0, 1]; both > 0.
    Beta { alpha: f64, beta: f64 },
    /// Counts 0, 1, 2, …; 0 < `mean` ≤ 1e9.
    Poisson { mean: f64 },
    /// Counts 0, 1, 2, … with variance `mean + mean²/size`; `mean` ≤ 1e9, `size` > 0.
    NegativeBinomial { mean: f64, size: f64 },
    /// Counts 1, 2, 3, … until the first success; 1 ≤ `mean` ≤ 1e9.
    Geometric { mean: f64 },
    /// These values with equal chance, in ascending order (see [`Law::empirical`]).
    Empirical(Vec<f64>),
    /// One of the laws, chosen with these weights (> 0, of any sum).
    Mixture(Vec<(f64, Law)>),
}

/// The lognormal law whose central 90 % interval is [`low`, `high`].
///
/// # Errors
/// Unless 0 < low ≤ high, both finite.
pub fn lognormal_from_interval(low: f64, high: f64) -> Result<Law, String> {
    if !(low > 0.0 && high >= low && high.is_finite()) {
        return Err(format!(
            "the interval {low} to {high} needs 0 < low <= high"
        ));
    }
    let (a, b) = (libm::log(low), libm::log(high));
    let sigma = (b - a) / (2.0 * normal_quantile(0.95, 0.05));
    Ok(Law::LogNormal {
        mu: 0.5 * (a + b),
        sigma,
    })
}

/// The lognormal law with this median and 90th percentile.
///
/// # Errors
/// Unless 0 < median ≤ p90, both finite.
pub fn lognormal_from_median_p90(median: f64, p90: f64) -> Result<Law, String> {
    if !(median > 0.0 && p90 >= median && p90.is_finite()) {
        return Err(format!(
            "median {median} and p90 {p90} need 0 < median <= p90"
        ));
    }
    let mu = libm::log(median);
    let sigma = (libm::log(p90) - mu) / normal_quantile(0.9, 0.1);
    Ok(Law::LogNormal { mu, sigma })
}

/// The lognormal law with this mean and standard deviation.
///
/// # Errors
/// Unless mean > 0 and sd ≥ 0, both finite.
pub fn lognormal_from_mean_sd(mean: f64, sd: f64) -> Result<Law, String> {
    if !(mean > 0.0 && mean.is_finite() && sd >= 0.0 && sd.is_finite()) {
        return Err(format!("mean {mean} and sd {sd} need mean > 0 and sd >= 0"));
    }
    let ratio = sd / mean;
    let variance = libm::log1p(ratio * ratio);
    Ok(Law::LogNormal {
        mu: libm::log(mean) - 0.5 * variance,
        sigma: libm::sqrt(variance),
    })
}

impl Law {
    /// The law of these observations, in any order.
    ///
    /// # Errors
    /// When there is no value or one is not finite.
    pub fn empirical(mut values: Vec<f64>) -> Result<Law, String> {
        values.sort_by(f64::total_cmp);
        let law = Law::Empirical(values);
        law.check().map(|()| law)
    }

    /// Whether the parameters are inside the ranges stated at the variants.
    ///
    /// # Errors
    /// A sentence that names the parameter, its value and its range.
    pub fn check(&self) -> Result<(), String> {
        self.check_to_depth(0)
    }

    fn check_to_depth(&self, depth: u32) -> Result<(), String> {
        match self {
            Law::Constant(value) => finite("value", *value),
            Law::LogNormal { mu, sigma } => {
                finite("mu", *mu).and(at_least("sigma", *sigma, 0.0))?;
                let extreme = mu.abs() + 8.0 * sigma;
                within("|mu| + 8 sigma", extreme, 0.0, 600.0)
            }
            Law::Normal { mean, sd } => finite("mean", *mean).and(at_least("sd", *sd, 0.0)),
            Law::Gamma { shape, scale }
            | Law::Weibull { shape, scale }
            | Law::Lomax { shape, scale } => {
                within("shape", *shape, 1e-3, 1e9).and(positive("scale", *scale))
            }
            Law::Exponential { mean } => positive("mean", *mean),
            Law::Uniform { low, high } => ordered(&[("low", *low), ("high", *high)]),
            Law::Triangular { low, mode, high } | Law::Pert { low, mode, high } => {
                ordered(&[("low", *low), ("mode", *mode), ("high", *high)])
            }
            Law::Beta { alpha, beta } => {
                within("alpha", *alpha, 1e-3, 1e9).and(within("beta", *beta, 1e-3, 1e9))
            }
            Law::Poisson { mean } => {
                positive("mean", *mean).and(within("mean", *mean, 0.0, COUNT_MEAN_MAX))
            }
            Law::NegativeBinomial { mean, size } => positive("mean", *mean)
                .and(within("mean", *mean, 0.0, COUNT_MEAN_MAX))
                .and(within("size", *size, 1e-3, 1e9)),
            Law::Geometric { mean } => within("mean", *mean, 1.0, COUNT_MEAN_MAX),
            Law::Empirical(values) => check_values(values),
            Law::Mixture(parts) => check_parts(parts, depth),
        }
    }

    /// The smallest x with P(X ≤ x) ≥ `p`, for `p` in (0, 1); the ends of the support outside.
    pub fn quantile(&self, p: f64) -> f64 {
        self.at(p, 1.0 - p)
    }

    /// P(X ≤ x).
    pub fn cdf(&self, x: f64) -> f64 {
        self.tails(x).0
    }

    /// The mean, or `None` where it is infinite.
    pub fn mean(&self) -> Option<f64> {
        Some(match self {
            Law::Constant(value) => *value,
            Law::LogNormal { mu, sigma } => libm::exp(mu + 0.5 * sigma * sigma),
            Law::Normal { mean, .. }
            | Law::Exponential { mean }
            | Law::Poisson { mean }
            | Law::NegativeBinomial { mean, .. }
            | Law::Geometric { mean } => *mean,
            Law::Gamma { shape, scale } => shape * scale,
            Law::Weibull { shape, scale } => scale * libm::tgamma(1.0 + 1.0 / shape),
            Law::Lomax { shape, scale } if *shape > 1.0 => scale / (shape - 1.0),
            Law::Lomax { .. } => return None,
            Law::Uniform { low, high } => 0.5 * (low + high),
            Law::Triangular { low, mode, high } => (low + mode + high) / 3.0,
            Law::Pert { low, mode, high } => (low + 4.0 * mode + high) / 6.0,
            Law::Beta { alpha, beta } => alpha / (alpha + beta),
            Law::Empirical(values) => values.iter().sum::<f64>() / values.len() as f64,
            Law::Mixture(parts) => {
                let total = weight(parts);
                let mut sum = 0.0;
                for (w, law) in parts {
                    sum += w / total * law.mean()?;
                }
                sum
            }
        })
    }

    /// Whether all chance sits on separate values (counts, observations, a constant).
    pub fn is_discrete(&self) -> bool {
        match self {
            Law::Constant(_)
            | Law::Poisson { .. }
            | Law::NegativeBinomial { .. }
            | Law::Geometric { .. }
            | Law::Empirical(_) => true,
            Law::Mixture(parts) => parts.iter().all(|(_, law)| law.is_discrete()),
            _ => false,
        }
    }

    /// The ends of the support; infinite where there is no end.
    pub fn support(&self) -> (f64, f64) {
        match self {
            Law::Constant(value) => (*value, *value),
            Law::Normal { .. } => (f64::NEG_INFINITY, f64::INFINITY),
            Law::Uniform { low, high }
            | Law::Triangular { low, high, .. }
            | Law::Pert { low, high, .. } => (*low, *high),
            Law::Beta { .. } => (0.0, 1.0),
            Law::Geometric { .. } => (1.0, f64::INFINITY),
            Law::Empirical(values) => (
                values.first().copied().unwrap_or(f64::NAN),
                values.last().copied().unwrap_or(f64::NAN),
            ),
            Law::Mixture(parts) => parts
                .iter()
                .map(|(_, law)| law.support())
                .fold((f64::INFINITY, f64::NEG_INFINITY), |a, b| {
                    (a.0.min(b.0), a.1.max(b.1))
                }),
            _ => (0.0, f64::INFINITY),
        }
    }

    /// The quantile for both tails, `q` = 1 − `p`: exact also where `p` is near 1.
    pub(super) fn at(&self, p: f64, q: f64) -> f64 {
        if p <= 0.0 {
            return self.support().0;
        }
        if q <= 0.0 {
            return self.support().1;
        }
        match self {
            Law::Constant(value) => *value,
            Law::LogNormal { mu, sigma } => libm::exp(mu + sigma * normal_quantile(p, q)),
            Law::Normal { mean, sd } => mean + sd * normal_quantile(p, q),
            Law::Gamma { shape, scale } => scale * gamma_quantile(*shape, p, q),
            Law::Weibull { shape, scale } => scale * libm::pow(hazard(p, q), 1.0 / shape),
            Law::Lomax { shape, scale } => scale * libm::expm1(hazard(p, q) / shape),
            Law::Exponential { mean } => mean * hazard(p, q),
            Law::Uniform { low, high } => from_ends(*low, *high, p, q),
            Law::Triangular { low, mode, high } => triangular_quantile(*low, *mode, *high, p, q),
            Law::Pert { low, mode, high } => {
                let (alpha, beta) = pert_shapes(*low, *mode, *high);
                let (x, y) = beta_quantile(alpha, beta, p, q);
                from_ends(*low, *high, x, y)
            }
            Law::Beta { alpha, beta } => beta_quantile(*alpha, *beta, p, q).0,
            Law::Poisson { mean } => self.count_quantile(p, q, *mean, *mean),
            Law::NegativeBinomial { mean, size } => {
                self.count_quantile(p, q, *mean, mean + mean * mean / size)
            }
            Law::Geometric { mean } => self.count_quantile(p, q, *mean, mean * (mean - 1.0)),
            Law::Empirical(values) => {
                let rank = if p <= q {
                    libm::ceil(p * values.len() as f64) - 1.0
                } else {
                    values.len() as f64 - libm::floor(q * values.len() as f64) - 1.0
                };
                let last = values.len().saturating_sub(1);
                values
                    .get((rank.max(0.0) as usize).min(last))
                    .copied()
                    .unwrap_or(f64::NAN)
            }
            Law::Mixture(parts) => self.mixture_quantile(parts, p, q),
        }
    }

    /// (P(X ≤ x), P(X > x)), the smaller one to full relative accuracy where that is possible.
    pub(super) fn tails(&self, x: f64) -> (f64, f64) {
        match self {
            Law::Constant(value) => step(*value <= x),
            Law::LogNormal { mu, sigma } if *sigma > 0.0 && x > 0.0 => {
                normal_tails((libm::log(x) - mu) / sigma)
            }
            Law::LogNormal { mu, .. } => step(libm::exp(*mu) <= x),
            Law::Normal { mean, sd } if *sd > 0.0 => normal_tails((x - mean) / sd),
            Law::Normal { mean, .. } => step(*mean <= x),
            Law::Gamma { shape, scale } => gamma_tails(*shape, x / scale),
            Law::Weibull { shape, scale } => {
                exponential_tails(libm::pow((x / scale).max(0.0), *shape))
            }
            Law::Lomax { shape, scale } => {
                exponential_tails(shape * libm::log1p((x / scale).max(0.0)))
            }
            Law::Exponential { mean } => exponential_tails(x / mean),
            Law::Uniform { low, high } => unit_tails(*low, *high, x),
            Law::Triangular { low, mode, high } => triangular_tails(*low, *mode, *high, x),
            Law::Pert { low, mode, high } => {
                let (u, v) = unit_tails(*low, *high, x);
                let (alpha, beta) = pert_shapes(*low, *mode, *high);
                beta_tails(alpha, beta, u, v)
            }
            Law::Beta { alpha, beta } => beta_tails(*alpha, *beta, x, 1.0 - x),
            Law::Poisson { .. } | Law::NegativeBinomial { .. } if x < 0.0 => (0.0, 1.0),
            Law::Poisson { mean } => {
                let (lower, upper) = gamma_tails(libm::floor(x) + 1.0, *mean);
                (upper, lower)
            }
            Law::NegativeBinomial { mean, size } => {
                let n = mean + size;
                beta_tails(*size, libm::floor(x) + 1.0, size / n, mean / n)
            }
            Law::Geometric { .. } if x < 1.0 => (0.0, 1.0),
            Law::Geometric { mean } => {
                exponential_tails(-libm::floor(x) * libm::log1p(-1.0 / mean))
            }
            Law::Empirical(values) => rank_tails(values.partition_point(|v| *v <= x), values.len()),
            Law::Mixture(parts) => mix(parts, |law| law.tails(x)),
        }
    }

    /// (P(X < x), P(X ≥ x)): as [`Law::tails`], with the chance at `x` itself on the upper side.
    pub(super) fn tails_below(&self, x: f64) -> (f64, f64) {
        match self {
            Law::Constant(value) => step(*value < x),
            Law::LogNormal { mu, sigma } if *sigma == 0.0 => step(libm::exp(*mu) < x),
            Law::Normal { mean, sd } if *sd == 0.0 => step(*mean < x),
            Law::Poisson { .. } | Law::NegativeBinomial { .. } | Law::Geometric { .. } => {
                self.tails(libm::ceil(x) - 1.0)
            }
            Law::Empirical(values) => rank_tails(values.partition_point(|v| *v < x), values.len()),
            Law::Mixture(parts) => mix(parts, |law| law.tails_below(x)),
            Law::Uniform { low, high }
            | Law::Triangular { low, high, .. }
            | Law::Pert { low, high, .. }
                if low >= high =>
            {
                step(*low < x)
            }
            _ => self.tails(x),
        }
    }

    /// Whether `x` is at or above the quantile of these tails.
    fn reaches(&self, x: f64, p: f64, q: f64) -> bool {
        let (lower, upper) = self.tails(x);
        if p <= q { lower >= p } else { upper <= q }
    }

    /// Quantile of a law on whole numbers: doubling steps from a normal guess, then halving.
    fn count_quantile(&self, p: f64, q: f64, mean: f64, variance: f64) -> f64 {
        let first = self.support().0;
        let sd = libm::sqrt(variance);
        let guess = libm::floor(mean + sd * normal_quantile(p, q).clamp(-40.0, 40.0)).max(first);
        let mut step = libm::ceil(0.02 * sd).max(1.0);
        let (mut lo, mut hi) = (guess, guess);
        if self.reaches(guess, p, q) {
            while lo >= first && self.reaches(lo, p, q) {
                hi = lo;
                lo -= step;
                step *= 2.0;
            }
            lo = lo.max(first - 1.0);
        } else {
            while hi < 1e300 && !self.reaches(hi, p, q) {
                lo = hi;
                hi += step;
                step *= 2.0;
            }
        }
        for _ in 0..1100 {
            let mid = libm::floor(0.5 * (lo + hi));
            if mid <= lo || mid >= hi {
                break;
            }
            if self.reaches(mid, p, q) {
                hi = mid;
            } else {
                lo = mid;
            }
        }
        hi
    }

    /// Quantile of a mixture: secant and halving steps in turn, between the quantiles of the
    /// parts. Runs to neighbouring floats where the law jumps, so a jump is met exactly.
    fn mixture_quantile(&self, parts: &[(f64, Law)], p: f64, q: f64) -> f64 {
        let ends = parts.iter().map(|(_, law)| law.at(p, q));
        let (mut lo, mut hi) = ends.fold((f64::INFINITY, f64::NEG_INFINITY), |a, x| {
            (a.0.min(x), a.1.max(x))
        });
        if self.reaches(lo, p, q) || hi.is_infinite() {
            return if hi.is_infinite() { hi } else { lo };
        }
        let (target, smooth) = (p.min(q), !self.is_discrete());
        let gap = |x: f64| {
            let (lower, upper) = self.tails(x);
            if p <= q { lower - p } else { q - upper }
        };
        let (mut gap_lo, mut gap_hi) = (gap(lo), gap(hi));
        for turn in 0..2200 {
            let halved = if lo > 0.0 && hi > 2.0 * lo {
                libm::sqrt(lo) * libm::sqrt(hi)
            } else {
                lo + 0.5 * (hi - lo)
            };
            let secant = lo - gap_lo * (hi - lo) / (gap_hi - gap_lo);
            let x = if turn % 2 == 0 && secant > lo && secant < hi {
                secant
            } else {
                halved
            };
            if !(x > lo && x < hi) {
                break;
            }
            let g = gap(x);
            if smooth && g.abs() <= 1e-13 * target {
                return x;
            }
            if g >= 0.0 {
                (hi, gap_hi) = (x, g);
            } else {
                (lo, gap_lo) = (x, g);
            }
        }
        hi
    }
}

/// −ln(1 − p), from whichever tail is exact.
fn hazard(p: f64, q: f64) -> f64 {
    if p < 0.5 {
        -libm::log1p(-p)
    } else {
        -libm::log(q)
    }
}

/// (1 − e^−h, e^−h) for a cumulated hazard h.
fn exponential_tails(h: f64) -> (f64, f64) {
    if h <= 0.0 {
        (0.0, 1.0)
    } else {
        (-libm::expm1(-h), libm::exp(-h))
    }
}

fn step(reached: bool) -> (f64, f64) {
    if reached { (1.0, 0.0) } else { (0.0, 1.0) }
}

fn rank_tails(rank: usize, n: usize) -> (f64, f64) {
    (rank as f64 / n as f64, (n - rank) as f64 / n as f64)
}

fn weight(parts: &[(f64, Law)]) -> f64 {
    parts.iter().map(|(w, _)| w).sum()
}

fn mix(parts: &[(f64, Law)], tails: impl Fn(&Law) -> (f64, f64)) -> (f64, f64) {
    let total = weight(parts);
    parts.iter().fold((0.0, 0.0), |sum, (w, law)| {
        let (lower, upper) = tails(law);
        (sum.0 + w / total * lower, sum.1 + w / total * upper)
    })
}

/// The point that divides [low, high] as u : v, with u + v = 1; exact at both ends.
fn from_ends(low: f64, high: f64, u: f64, v: f64) -> f64 {
    let x = if u <= v {
        low + u * (high - low)
    } else {
        high - v * (high - low)
    };
    x.clamp(low.min(high), high.max(low))
}

/// Where x lies in [low, high], as (distance from the low end, distance from the high end).
fn unit_tails(low: f64, high: f64, x: f64) -> (f64, f64) {
    if x >= high {
        (1.0, 0.0)
    } else if x <= low {
        (0.0, 1.0)
    } else {
        ((x - low) / (high - low), (high - x) / (high - low))
    }
}

fn pert_shapes(low: f64, mode: f64, high: f64) -> (f64, f64) {
    if high <= low {
        return (1.0, 1.0);
    }
    let at = (mode - low) / (high - low);
    (1.0 + 4.0 * at, 1.0 + 4.0 * (1.0 - at))
}

fn triangular_quantile(low: f64, mode: f64, high: f64, p: f64, q: f64) -> f64 {
    let width = high - low;
    if p * width <= mode - low {
        low + libm::sqrt(p * width * (mode - low))
    } else {
        high - libm::sqrt(q * width * (high - mode))
    }
}

fn triangular_tails(low: f64, mode: f64, high: f64, x: f64) -> (f64, f64) {
    let width = high - low;
    if x >= high {
        (1.0, 0.0)
    } else if x <= low {
        (0.0, 1.0)
    } else if x <= mode {
        let p = (x - low) / width * ((x - low) / (mode - low));
        (p, 1.0 - p)
    } else {
        let q = (high - x) / width * ((high - x) / (high - mode));
        (1.0 - q, q)
    }
}

fn finite(name: &str, x: f64) -> Result<(), String> {
    if x.is_finite() {
        Ok(())
    } else {
        Err(format!("{name} is {x}; it must be a finite number"))
    }
}

fn positive(name: &str, x: f64) -> Result<(), String> {
    if x > 0.0 && x.is_finite() {
        Ok(())
    } else {
        Err(format!("{name} is {x}; it must be above 0"))
    }
}

fn at_least(name: &str, x: f64, low: f64) -> Result<(), String> {
    if x >= low && x.is_finite() {
        Ok(())
    } else {
        Err(format!("{name} is {x}; it must be at least {low}"))
    }
}

fn within(name: &str, x: f64, low: f64, high: f64) -> Result<(), String> {
    if x >= low && x <= high {
        Ok(())
    } else {
        Err(format!(
            "{name} is {x}; it must be between {low} and {high}"
        ))
    }
}

fn ordered(named: &[(&str, f64)]) -> Result<(), String> {
    for (name, x) in named {
        finite(name, *x)?;
    }
    for pair in named.windows(2) {
        if let [(a, x), (b, y)] = pair
            && x > y
        {
            return Err(format!(
                "{a} is {x}; it must not be above {b}, which is {y}"
            ));
        }
    }
    Ok(())
}

fn check_values(values: &[f64]) -> Result<(), String> {
    if values.is_empty() {
        return Err("an empirical law needs at least one value".to_owned());
    }
    values
        .iter()
        .try_for_each(|v| finite("an empirical value", *v))?;
    if values.is_sorted() {
        Ok(())
    } else {
        Err("empirical values must be in ascending order".to_owned())
    }
}

fn check_parts(parts: &[(f64, Law)], depth: u32) -> Result<(), String> {
    if parts.is_empty() {
        return Err("a mixture needs at least one part".to_owned());
    }
    if depth >= DEPTH_MAX {
        return Err(format!(
            "mixtures inside mixtures go at most {DEPTH_MAX} deep"
        ));
    }
    for (i, (w, law)) in parts.iter().enumerate() {
        let part = i + 1;
        positive("weight", *w)
            .and_then(|()| law.check_to_depth(depth + 1))
            .map_err(|why| format!("part {part} of the mixture: {why}"))?;
    }
    finite("the sum of the weights", weight(parts))
>>>>>>> law
}
