//! The curve of early growth: how much faster a context grows in its first requests.
//!
//! What: e and τ of the factor b_i = 1 + e·exp(−i/τ) on growth at request index i. Symbols: g growth of a
//! request, m_s the session's own mean of √(g / b). Formula: the least Σ_s n_s ln m_s + Σ ½ ln b_i, the
//! likelihood of gamma laws around the sessions' own means; it finds the curve whatever the law of
//! growth is. Roots, because early steps are not only longer but also more uneven: of logarithms the
//! curve would come out too low for the sum of a few steps, of the steps themselves too high. Errors
//! from the slopes of sessions, days as clusters. Limits: a curve that does not fade within a session
//! cannot be told from the session's mean. Source: R. W. M. Wedderburn, Biometrika 61 (1974) 439, for
//! likelihoods that need a mean only. Example: with sessions of ten and more requests on 60 days, e is
//! known to about a tenth.

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
/// Power of the steps whose mean the curve is of.
const POWER: f64 = 1.0;
const OF: &str = "sessions of ten requests";

/// The curve, by the logarithms of e and τ.
#[derive(Clone, Debug)]
pub struct Curve {
    t: [f64; 2],
    /// By how much both move without each day.
    moves: BTreeMap<u32, [f64; 2]>,
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
            moves: BTreeMap::new(),
            flat,
        };
        let usual = [libm::log(USUAL.0), libm::log(USUAL.1)];
        if long < CURVES_FEW as u64 {
            let keys = ["early_growth", "early_requests"]
                .map(|name| Key::preset(name, about(name), long, OF, CURVES_FEW));
            return (known(usual, false), keys.into());
        }
        let cost = |t: &[f64]| -> f64 {
            let table = table([t[0], t[1]]);
            let sum: f64 = runs.iter().map(|r| session(r, &table)).sum();
            // Only a hint, so that a curve that is not there ends somewhere.
            sum + 0.02 * (t[0] * t[0] + (t[1] - usual[1]) * (t[1] - usual[1]))
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
        let moves = moves(runs, t);
        let key = |name: &'static str, k: usize| {
            let shown = around(
                libm::exp(t[k]),
                moves.values().map(|m| m[k] * m[k]).sum(),
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
        let keys = vec![key("early_growth", 0), key("early_requests", 1)];
        let curve = Curve {
            moves,
            ..known(t, false)
        };
        (curve, keys)
    }

    /// The curve without a day.
    pub fn without(&self, day: u32) -> Curve {
        let mut moved = self.clone();
        if let Some(by) = self.moves.get(&day) {
            moved.t = [self.t[0] + by[0], self.t[1] + by[1]];
        }
        moved
    }
}

fn boost(t: [f64; 2], i: usize) -> f64 {
    libm::log1p(libm::exp(t[0] - i as f64 / libm::exp(t[1])))
}

fn table(t: [f64; 2]) -> Vec<f64> {
    (0..EARLY).map(|i| boost(t, i)).collect()
}

/// What a session adds to the cost.
fn session(r: &Run, table: &[f64]) -> f64 {
    let boost = |i: usize| table.get(i).copied().unwrap_or(0.0);
    let (mut sum, mut logs) = (0.0, 0.0);
    for (i, y) in &r.logs {
        let b = boost(*i);
        sum += libm::exp(POWER * (y - b));
        logs += POWER * b;
    }
    let n = r.logs.len() as f64;
    n * libm::log(sum / n) + logs
}

/// By how much the two parameters move without each day: one step of Newton's method.
fn moves(runs: &[Run], t: [f64; 2]) -> BTreeMap<u32, [f64; 2]> {
    const H: f64 = 0.01;
    let moved = |a: f64, b: f64| table([t[0] + a, t[1] + b]);
    let tables = [moved(H, 0.0), moved(-H, 0.0), moved(0.0, H), moved(0.0, -H)];
    let corners = [moved(H, H), moved(H, -H), moved(-H, H), moved(-H, -H)];
    let here = table(t);
    let mut a = vec![vec![0.0; 2]; 2];
    let mut days: BTreeMap<u32, [f64; 2]> = BTreeMap::new();
    for r in runs {
        let cost = |table: &[f64]| session(r, table);
        let c = tables.each_ref().map(|t| cost(t));
        let x = corners.each_ref().map(|t| cost(t));
        let own = cost(&here);
        let day = days.entry(r.day).or_default();
        day[0] += (c[0] - c[1]) / (2.0 * H);
        day[1] += (c[2] - c[3]) / (2.0 * H);
        a[0][0] += (c[0] + c[1] - 2.0 * own) / (H * H);
        a[1][1] += (c[2] + c[3] - 2.0 * own) / (H * H);
        let mixed = (x[0] - x[1] - x[2] + x[3]) / (4.0 * H * H);
        a[0][1] += mixed;
        a[1][0] += mixed;
    }
    let d = days.len() as f64;
    let scale = d / (d - 1.0).max(1.0);
    let inverse = inverse(&a).unwrap_or_else(|| vec![vec![0.0; 2]; 2]);
    let step = |s: &[f64; 2]| {
        [0, 1].map(|k: usize| libm::sqrt(scale) * (inverse[k][0] * s[0] + inverse[k][1] * s[1]))
    };
    days.iter().map(|(day, s)| (*day, step(s))).collect()
}
