//! Probability laws: exact tails, quantiles and means of what a scenario can name.
//!
//! A law is a value; nothing here draws. [`Law::check`] says whether the parameters make sense,
//! every other method takes a checked law and never panics on an unchecked one (it may give NaN).

use super::special::normal_quantile;

pub use super::draw::{Draw, Level};

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

    /// The law of `factor` times X, for `factor` > 0; of counts the law of the same kind whose mean
    /// is `factor` times as large (trials to a success: its excess over the one that is always
    /// there). `None` where the kind has no such law.
    pub fn times(&self, factor: f64) -> Option<Law> {
        let f = factor;
        let mut law = self.clone();
        match &mut law {
            Law::Constant(value) => *value *= f,
            Law::LogNormal { mu, .. } => *mu += libm::log(f),
            Law::Normal { mean, sd } => {
                *mean *= f;
                *sd *= f;
            }
            Law::Gamma { scale, .. } | Law::Weibull { scale, .. } | Law::Lomax { scale, .. } => {
                *scale *= f;
            }
            Law::Exponential { mean } | Law::Poisson { mean } => *mean *= f,
            Law::NegativeBinomial { mean, .. } => *mean *= f,
            Law::Geometric { mean } => *mean = 1.0 + (*mean - 1.0) * f,
            Law::Uniform { low, high } => {
                *low *= f;
                *high *= f;
            }
            Law::Triangular { low, mode, high } | Law::Pert { low, mode, high } => {
                for x in [low, mode, high] {
                    *x *= f;
                }
            }
            Law::Beta { .. } => return None,
            Law::Empirical(values) => values.iter_mut().for_each(|v| *v *= f),
            Law::Mixture(parts) => {
                for (_, part) in parts {
                    *part = part.times(f)?;
                }
            }
        }
        law.check().ok()?;
        Some(law)
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
}

/// The sum of a mixture's weights.
pub(super) fn weight(parts: &[(f64, Law)]) -> f64 {
    parts.iter().map(|(w, _)| w).sum()
}
