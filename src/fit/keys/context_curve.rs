//! The curve of early growth: how much faster a context grows in its first requests.
//!
//! What: e and τ of the factor 1 + e·exp(−i/τ) on growth at request index i. Symbols: y = ln growth of
//! a request, its session's own mean taken off. Formula: least squares of y against the curve's
//! logarithm, its own mean over the session taken off too, so that neither the law of growth nor the
//! sessions' differences matter; errors by Gauss-Newton with days as clusters. Limits: a curve that
//! does not fade within a session cannot be told from the session's mean. Example: with sessions of
//! ten and more requests on 60 days, e is known to about a tenth.

use std::collections::BTreeMap;

use super::super::laws::interval::around;
use super::super::laws::solve::{inverse, lowest};
use super::super::toml;
use super::Key;
use super::context::{Run, about, effective_days};

/// Early growth has faded after so many requests.
const EARLY: usize = 64;
/// Fewest sessions with ten requests of which a curve is made.
const CURVES_FEW: usize = 15;
/// The preset's curve, taken off where there is too little to fit one.
const USUAL: (f64, f64) = (3.6, 4.5);
/// Least growth at the beginning that is worth a curve.
const CURVE_MIN: f64 = 0.3;
/// ln τ beyond which nothing fades within a session.
const ENDLESS: f64 = 4.0;
const OF: &str = "sessions of ten requests";

/// The curve, by the logarithms of e and τ, with their covariance.
#[derive(Clone, Copy, Debug)]
pub struct Curve {
    pub t: [f64; 2],
    pub covariance: [[f64; 2]; 2],
    flat: bool,
}

impl Curve {
    /// ln of the factor at request index `i`, from 0.
    pub fn boost(&self, i: usize) -> f64 {
        if self.flat {
            return 0.0;
        }
        boost(self.t, i)
    }

    /// Fits the curve and writes its keys.
    pub fn of(runs: &[Run]) -> (Curve, Vec<Key>) {
        let long = runs.iter().filter(|r| r.logs.len() >= 9).count() as u64;
        let known = |t: [f64; 2], flat| Curve {
            t,
            covariance: [[0.0; 2]; 2],
            flat,
        };
        let usual = [libm::log(USUAL.0), libm::log(USUAL.1)];
        if long < CURVES_FEW as u64 {
            let keys = ["early_growth", "early_requests"]
                .map(|name| Key::preset(name, about(name), long, OF, CURVES_FEW));
            return (known(usual, false), keys.into());
        }
        // Around the session's own mean, nothing but the curve is left.
        let cost = |t: &[f64]| -> f64 {
            let g = table([t[0], t[1]]);
            let sum: f64 = runs.iter().map(|r| around_mean(r, &g).1).sum();
            // Only a hint, so that a curve that is not there ends somewhere.
            sum + 0.05 * (t[0] * t[0] + (t[1] - usual[1]) * (t[1] - usual[1]))
        };
        let found = lowest(&[libm::log(2.0), usual[1]], 0.5, 150, cost);
        let t = [found[0], found[1]];
        if libm::exp(t[0] - libm::exp(-t[1])) < CURVE_MIN || t[1] > ENDLESS {
            let key = Key {
                value: Some("0".to_owned()),
                words: "growth does not fade".to_owned(),
                ..Key::preset("early_growth", about("early_growth"), long, OF, 0)
            };
            return (known(usual, true), vec![key]);
        }
        let covariance = covariance(runs, t);
        let key = |name: &'static str, k: usize| {
            let shown = around(
                libm::exp(t[k]),
                covariance[k][k],
                effective_days(runs),
                long,
            );
            Key {
                name,
                about: about(name),
                value: Some(toml::number(shown.value)),
                shown: vec![("value", shown)],
                n: long,
                of: OF,
                words: String::new(),
            }
        };
        let curve = Curve {
            covariance,
            ..known(t, false)
        };
        (
            curve,
            vec![key("early_growth", 0), key("early_requests", 1)],
        )
    }

    /// The curve with one of its parameters moved.
    pub fn moved(&self, k: usize, by: f64) -> Curve {
        let mut moved = *self;
        moved.t[k] += by;
        moved
    }
}

fn boost(t: [f64; 2], i: usize) -> f64 {
    libm::log1p(libm::exp(t[0] - i as f64 / libm::exp(t[1])))
}

fn table(t: [f64; 2]) -> Vec<f64> {
    (0..EARLY).map(|i| boost(t, i)).collect()
}

/// Residuals of a session around its mean, and the sum of their squares.
fn around_mean(r: &Run, table: &[f64]) -> (Vec<f64>, f64) {
    let rest: Vec<f64> = r
        .logs
        .iter()
        .map(|(i, y)| y - table.get(*i).copied().unwrap_or(0.0))
        .collect();
    let rest = minus_mean(rest);
    let sum = rest.iter().map(|x| x * x).sum();
    (rest, sum)
}

fn minus_mean(all: Vec<f64>) -> Vec<f64> {
    let mean = all.iter().sum::<f64>() / all.len().max(1) as f64;
    all.into_iter().map(|x| x - mean).collect()
}

/// Covariance of the two parameters: Gauss-Newton, days as clusters.
fn covariance(runs: &[Run], t: [f64; 2]) -> [[f64; 2]; 2] {
    const H: f64 = 1e-4;
    let slope = |k: usize| -> Vec<f64> {
        let moved = |h: f64| {
            let mut x = t;
            x[k] += h;
            table(x)
        };
        let pairs = moved(H).into_iter().zip(moved(-H));
        pairs.map(|(a, b)| (a - b) / (2.0 * H)).collect()
    };
    let (g, slopes) = (table(t), [slope(0), slope(1)]);
    let mut a = vec![vec![0.0; 2]; 2];
    let mut days: BTreeMap<u32, [f64; 2]> = BTreeMap::new();
    for r in runs {
        let rest = around_mean(r, &g).0;
        let own = slopes.each_ref().map(|s| {
            let all = r
                .logs
                .iter()
                .map(|(i, _)| s.get(*i).copied().unwrap_or(0.0));
            minus_mean(all.collect())
        });
        let day = days.entry(r.day).or_default();
        for (j, e) in rest.iter().enumerate() {
            for k in 0..2 {
                day[k] += e * own[k][j];
                for l in 0..2 {
                    a[k][l] += own[k][j] * own[l][j];
                }
            }
        }
    }
    let Some(inverse) = inverse(&a) else {
        return [[1.0, 0.0], [0.0, 1.0]];
    };
    let d = days.len() as f64;
    let scale = d / (d - 1.0).max(1.0);
    let mut out = [[0.0; 2]; 2];
    for s in days.values() {
        let step = [0, 1].map(|k: usize| inverse[k][0] * s[0] + inverse[k][1] * s[1]);
        for k in 0..2 {
            for l in 0..2 {
                out[k][l] += scale * step[k] * step[l];
            }
        }
    }
    out
}
