//! Laws from observations: the best family by likelihood, how well it fits, and the intervals of
//! its median and 90th percentile.

pub mod bound;
pub mod family;
pub mod interval;
pub mod sample;
pub mod solve;

pub use family::Family;
pub use sample::Sample;

use crate::base::law::{Draw, Law};
use crate::stats::estimate::Estimate;
use interval::{Spread, around, observed_law, observed_quantile, quantile};
use sample::Bins;

/// Kolmogorov-Smirnov distance up to which a law fits well, and beyond which the observed quantiles
/// take its place.
const WELL: f64 = 0.05;
const POOR: f64 = 0.08;
/// A law whose median is out by more than this gives way to the observed quantiles too.
const MEDIAN_OUT: f64 = 0.08;
/// A law of counts whose mean, however far it may reach, is below this share of the observed one gives
/// way too: what a month takes is a sum of means.
const SHORT: f64 = 0.85;
/// Families whose criterion is worse by more than this are out of the question.
const RIVAL: f64 = 6.0;
/// Groups of observed quantiles: enough for a p99, few enough to read.
const GROUPS: usize = 50;

/// A law that was fitted.
#[derive(Clone, Debug)]
pub struct Marginal {
    pub law: Law,
    pub median: Estimate,
    pub p90: Estimate,
    pub n: u64,
    pub days: u64,
    /// Largest distance between the law's and the observed distribution function.
    pub ks: f64,
    /// How well it fits, in words.
    pub words: String,
    /// The largest value seen.
    pub largest: f64,
    /// The mean that what is drawn should have: the observed one.
    pub mean: f64,
    /// The family, its parameters and what days do to them; `None` for observed quantiles.
    pub inside: Option<Inside>,
}

/// What a law is made of.
#[derive(Clone, Debug)]
pub struct Inside {
    pub family: Family,
    pub theta: Vec<f64>,
    pub spread: Spread,
}

impl Marginal {
    /// The upper bound at which what is drawn has the right mean; none where the law ends by itself.
    pub fn bound(&self, counts: bool) -> Option<f64> {
        let ends = matches!(self.law, Law::Constant(_) | Law::Empirical(_));
        (!ends).then(|| bound::bound(&self.law, self.mean, self.largest, counts))
    }

    /// The law of a multiple.
    #[must_use]
    pub fn times(mut self, by: f64) -> Marginal {
        let scale = |e: Estimate| Estimate {
            value: by * e.value,
            low: by * e.low,
            high: by * e.high,
            n: e.n,
        };
        self.law = scaled(&self.law, by);
        self.median = scale(self.median);
        self.p90 = scale(self.p90);
        self.largest *= by;
        self.mean *= by;
        self.inside = None;
        self
    }
}

/// One family at its best.
struct Candidate {
    family: Family,
    theta: Vec<f64>,
    /// Akaike's criterion: twice the parameters minus twice the log-likelihood.
    aic: f64,
    ks: f64,
}

/// Fits a law. `counts`: whole numbers from 1, rounded as the engine rounds. `None` without
/// observations.
pub fn fit(sample: &Sample, counts: bool) -> Option<Marginal> {
    if sample.is_empty() {
        return None;
    }
    let bins = sample.bins(counts);
    let families = if counts {
        &Family::COUNTS[..]
    } else {
        &Family::CONTINUOUS[..]
    };
    let mut tried = families.len();
    let all = families.iter();
    let mut found: Vec<Candidate> = all.filter_map(|f| candidate(*f, &bins, counts)).collect();
    sort(&mut found);
    let by_chance = 1.36 / libm::sqrt(bins.total());
    if !counts && found.first().is_none_or(|b| b.ks > by_chance) && bins.total() >= 50.0 {
        tried += 1;
        found.extend(candidate(Family::TwoLogNormals, &bins, false));
        sort(&mut found);
    }
    let Some(best) = found.first() else {
        return observed(sample, counts, "all values alike, as observed");
    };
    let law = Draw::of(best.family.law(&best.theta));
    let round = |x: f64| {
        if counts {
            libm::floor(x + 0.5).max(1.0)
        } else {
            x
        }
    };
    let seen = observed_quantile(sample, 0.5)?;
    let out = (libm::log(round(law.quantile(0.5)) / seen.value)).abs();
    let sure =
        seen.value / seen.low < 1.0 + MEDIAN_OUT && seen.high / seen.value < 1.0 + MEDIAN_OUT;
    if best.ks > POOR.max(by_chance) || (out > MEDIAN_OUT && sure && best.ks > by_chance) {
        let words = format!(
            "observed quantiles; the best of {tried} laws is {:.2} off",
            best.ks
        );
        return observed(sample, counts, &words);
    }
    let mean = bound::mean_within(&law.law, bound::FAR * sample.largest(), counts) / sample.mean();
    if counts && mean < SHORT {
        let short = 100.0 * (1.0 - mean);
        let words = format!("observed quantiles; the best law's mean is {short:.0} % too low");
        return observed(sample, counts, &words);
    }
    parametric(sample, &bins, counts, &found, tried)
}

/// The best law with intervals that know that another family may be the right one: over the families,
/// weighted by e^(−ΔAIC/2), the mean of the quantile's logarithm, and the mean of the error that is
/// its own and its distance from that mean together (K. P. Burnham, D. R. Anderson, Model Selection and
/// Multimodel Inference, 2002, 4.3.2).
fn parametric(
    sample: &Sample,
    bins: &Bins,
    counts: bool,
    found: &[Candidate],
    tried: usize,
) -> Option<Marginal> {
    let best = found.first()?;
    let law = Draw::of(best.family.law(&best.theta));
    let n = sample.len() as u64;
    let near: Vec<(&Candidate, Spread, f64)> = found
        .iter()
        .filter(|c| c.aic - best.aic < RIVAL)
        .filter_map(|c| {
            let spread = Spread::of(c.family, &c.theta, bins, counts)?;
            Some((c, spread, libm::exp(0.5 * (best.aic - c.aic))))
        })
        .collect();
    let total: f64 = near.iter().map(|x| x.2).sum();
    let estimate = |p: f64| {
        let value = law.quantile(p);
        if near.is_empty() {
            return observed_quantile(sample, p).map(|seen| Estimate { value, ..seen });
        }
        let ln = |c: &Candidate, t: &[f64]| libm::log(quantile(c.family, t, p).max(1e-300));
        let middle = near
            .iter()
            .map(|(c, _, w)| w / total * ln(c, &c.theta))
            .sum::<f64>();
        let error = near.iter().map(|(c, spread, w)| {
            let off = ln(c, &c.theta) - middle;
            w / total * libm::sqrt(spread.variance(&c.theta, |t| ln(c, t)) + off * off)
        });
        let error = error.sum::<f64>();
        let days = near.first().map_or(1.0, |x| x.1.days());
        let around = around(libm::exp(middle), error * error, days, n);
        Some(Estimate {
            value,
            low: around.low.min(value),
            high: around.high.max(value),
            n,
        })
    };
    let (median, p90) = (estimate(0.5)?, estimate(0.9)?);
    let words = words(sample, &law, best, tried);
    Some(Marginal {
        law: law.law,
        median,
        p90,
        n,
        days: sample.day_count() as u64,
        ks: best.ks,
        words,
        largest: sample.largest(),
        mean: sample.mean(),
        inside: near
            .into_iter()
            .find(|x| x.0.family == best.family)
            .map(|x| Inside {
                family: best.family,
                theta: best.theta.clone(),
                spread: x.1,
            }),
    })
}

/// How well a law fits, and in which direction its tail is out.
fn words(sample: &Sample, law: &Draw, best: &Candidate, tried: usize) -> String {
    let word = best.family.word();
    let by_chance = 1.36 / libm::sqrt(sample.len() as f64);
    if best.ks <= WELL.max(by_chance) {
        return format!("{word} fits well (KS {:.2})", best.ks);
    }
    let p = if sample.len() >= 1000 { 0.99 } else { 0.9 };
    let seen = crate::stats::quantile::quantile(&sample.sorted(), p).unwrap_or(0.0);
    let tail = match law.quantile(p) / seen {
        r if r < 0.8 => ", its tail too light",
        r if r > 1.25 => ", its tail too heavy",
        _ => "",
    };
    format!("{word} is the best of {tried}{tail} (KS {:.2})", best.ks)
}

/// The law of what was observed.
fn observed(sample: &Sample, counts: bool, words: &str) -> Option<Marginal> {
    let (median, p90) = (
        observed_quantile(sample, 0.5)?,
        observed_quantile(sample, 0.9)?,
    );
    let alike = median.value == sample.largest() && sample.sorted().first() == Some(&median.value);
    let law = if alike {
        Law::Constant(median.value)
    } else {
        observed_law(sample, GROUPS, counts)
    };
    Some(Marginal {
        law,
        median,
        p90,
        n: sample.len() as u64,
        days: sample.day_count() as u64,
        ks: 0.0,
        words: words.to_owned(),
        largest: sample.largest(),
        mean: sample.mean(),
        inside: None,
    })
}

/// The best first; those without a likelihood fall out.
fn sort(all: &mut Vec<Candidate>) {
    all.retain(|c| c.aic.is_finite());
    all.sort_by(|a, b| a.aic.total_cmp(&b.aic));
}

fn candidate(family: Family, bins: &Bins, counts: bool) -> Option<Candidate> {
    let theta = if counts {
        family.fit_counts(bins)?
    } else {
        family.fit(bins)?
    };
    let like = |x: f64| {
        if counts {
            family.ln_chance(&theta, x)
        } else {
            family.ln_density(&theta, x)
        }
    };
    let total: f64 = bins.iter().map(|(x, n)| n * like(x)).sum();
    let ks = distance(&family.law(&theta), bins, counts);
    Some(Candidate {
        family,
        aic: 2.0 * family.params() as f64 - 2.0 * total,
        ks,
        theta,
    })
}

/// The law of a multiple.
pub fn scaled(law: &Law, by: f64) -> Law {
    match law {
        Law::Constant(x) => Law::Constant(by * x),
        Law::LogNormal { mu, sigma } => Law::LogNormal {
            mu: mu + libm::log(by),
            sigma: *sigma,
        },
        Law::Gamma { shape, scale } => Law::Gamma {
            shape: *shape,
            scale: by * scale,
        },
        Law::Weibull { shape, scale } => Law::Weibull {
            shape: *shape,
            scale: by * scale,
        },
        Law::Lomax { shape, scale } => Law::Lomax {
            shape: *shape,
            scale: by * scale,
        },
        Law::Exponential { mean } => Law::Exponential { mean: by * mean },
        Law::Empirical(all) => Law::Empirical(all.iter().map(|x| by * x).collect()),
        Law::Mixture(parts) => {
            Law::Mixture(parts.iter().map(|(w, l)| (*w, scaled(l, by))).collect())
        }
        other => other.clone(),
    }
}

/// The largest distance between a law's distribution function and the observed one.
pub fn distance(law: &Law, bins: &Bins, counts: bool) -> f64 {
    let total = bins.total();
    let (mut below, mut worst) = (0.0, 0.0f64);
    for ((x, n), (low, high)) in bins.iter().zip(&bins.ends) {
        let upto = below + n / total;
        let off = if counts {
            (law.cdf(libm::round(x) + 0.5) - upto).abs()
        } else {
            let (first, last) = (law.cdf(*low) - below, law.cdf(*high) - upto);
            first.abs().max(last.abs())
        };
        worst = worst.max(off);
        below = upto;
    }
    worst
}

#[cfg(test)]
#[path = "laws_tests.rs"]
mod tests;
