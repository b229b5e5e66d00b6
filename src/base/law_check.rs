//! Which parameters of a law make sense.

use super::law::{Law, weight};

/// Mixtures may hold mixtures, this deep.
const DEPTH_MAX: u32 = 8;
/// The largest mean of a counting law.
const COUNT_MEAN_MAX: f64 = 1e9;

impl Law {
    pub(super) fn check_to_depth(&self, depth: u32) -> Result<(), String> {
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
}
