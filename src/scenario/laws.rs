//! The laws that a scenario can name.

use crate::base::law::Law;

/// A law that can be named: its name, its parameters, and how it is made of them.
pub(super) struct Named {
    pub name: &'static str,
    pub params: &'static [&'static str],
    pub make: fn(&[f64]) -> Law,
}

const fn named(
    name: &'static str,
    params: &'static [&'static str],
    make: fn(&[f64]) -> Law,
) -> Named {
    Named { name, params, make }
}

/// Every law that can be named; one line adds one.
#[rustfmt::skip]
pub(super) static NAMED: &[Named] = &[
    named("constant", &["value"], |p| Law::Constant(p[0])),
    named("lognormal", &["mu", "sigma"], |p| Law::LogNormal { mu: p[0], sigma: p[1] }),
    named("normal", &["mean", "sd"], |p| Law::Normal { mean: p[0], sd: p[1] }),
    named("gamma", &["shape", "scale"], |p| Law::Gamma { shape: p[0], scale: p[1] }),
    named("weibull", &["shape", "scale"], |p| Law::Weibull { shape: p[0], scale: p[1] }),
    named("lomax", &["shape", "scale"], |p| Law::Lomax { shape: p[0], scale: p[1] }),
    named("exponential", &["mean"], |p| Law::Exponential { mean: p[0] }),
    named("poisson", &["mean"], |p| Law::Poisson { mean: p[0] }),
    named("negative-binomial", &["mean", "size"], |p| Law::NegativeBinomial { mean: p[0], size: p[1] }),
    named("geometric", &["mean"], |p| Law::Geometric { mean: p[0] }),
    named("uniform", &["low", "high"], |p| Law::Uniform { low: p[0], high: p[1] }),
    named("triangular", &["low", "mode", "high"], |p| Law::Triangular { low: p[0], mode: p[1], high: p[2] }),
    named("pert", &["low", "mode", "high"], |p| Law::Pert { low: p[0], mode: p[1], high: p[2] }),
    named("beta", &["alpha", "beta"], |p| Law::Beta { alpha: p[0], beta: p[1] }),
];
