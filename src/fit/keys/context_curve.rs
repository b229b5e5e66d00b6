//! The curve of early growth: how much faster a context grows in its first requests.
//!
//! What: e and τ of the factor b_i = 1 + e·exp(−i/τ) on growth at request index i. Symbols: g growth of a
//! request, m the mean of g / b over all. Formula: the least Σ (g/(m·b_i) + ln (m·b_i)), the likelihood
//! of exponential laws; it finds the mean growth at each index whatever the law of growth is, over all
//! sessions that get there, and sums of means are where contexts end up. Errors from the slopes of
//! whole days. Limits: where long sessions grow unlike short ones from the beginning, the curve holds
//! the difference too. Source: R. W. M. Wedderburn, Biometrika 61 (1974) 439, for likelihoods that need
//! a mean only; K.-Y. Liang, S. L. Zeger, Biometrika 73 (1986) 13, for their errors. Example: with sessions
//! of ten and more requests on 60 days, e is known to about a tenth.

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
/// Least growth at the beginning that is worth a curve.
const CURVE_MIN: f64 = 0.3;
/// ln τ beyond which nothing fades within a session.
const ENDLESS: f64 = 4.0;
/// ln τ below which the curve is a single step, of which e and τ cannot both be told: ln 0.5.
const ONE_STEP: f64 = -std::f64::consts::LN_2;
/// ln of the largest e that a scenario takes, 1,000.
const STEEPEST: f64 = 6.907;

/// Chains that a curve is made of.
pub struct Chains {
    /// Keys of e and τ.
    names: [&'static str; 2],
    of: &'static str,
    /// e and τ where there is too little to fit a curve.
    usual: (f64, f64),
    /// Whether the presets have the usual curve, so that it need not be written.
    preset: bool,
}

pub const MAIN: Chains = Chains {
    names: ["early_growth", "early_requests"],
    of: "sessions of ten requests",
    usual: (3.6, 4.5),
    preset: true,
};

/// In the logs of 17 of 18 people a sub-agent's first steps are on average two to ten times as large
/// as those after its tenth request.
pub const AGENTS: Chains = Chains {
    names: ["sub_agents.early_growth", "sub_agents.early_requests"],
    of: "sub-agents of ten requests",
    usual: (6.0, 5.5),
    preset: false,
};

impl Chains {
    /// The usual curve's keys, where only `long` chains are long enough.
    fn few(&self, long: u64) -> Vec<Key> {
        let usual = [self.usual.0, self.usual.1];
        let key = |(name, value): (&'static str, f64)| {
            let preset = Key::preset(name, about(name), long, self.of, CURVES_FEW);
            if self.preset {
                return preset;
            }
            Key {
                value: Some(toml::number(value)),
                words: format!("too few, {CURVES_FEW} are needed: what is usual"),
                ..preset
            }
        };
        self.names.into_iter().zip(usual).map(key).collect()
    }
}

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
    pub fn of(runs: &[Run], chains: &Chains) -> (Curve, Vec<Key>) {
        let long = runs.iter().filter(|r| r.logs.len() >= 9).count() as u64;
        let known = |t: [f64; 2], flat| Curve {
            t,
            moves: BTreeMap::new(),
            flat,
        };
        let usual = [libm::log(chains.usual.0), libm::log(chains.usual.1)];
        if long < CURVES_FEW as u64 {
            return (known(usual, false), chains.few(long));
        }
        let n: f64 = runs.iter().map(|r| r.logs.len() as f64).sum();
        let cost = |t: &[f64]| -> f64 {
            let (sum, logs) = sums(runs, possible(t));
            let sum = n * libm::log(sum / n) + logs;
            // Only a hint, so that a curve that is not there ends somewhere.
            sum + 0.02 * (t[0] * t[0] + (t[1] - usual[1]) * (t[1] - usual[1]))
        };
        let found = lowest(&[libm::log(2.0), usual[1]], 0.5, 150, cost);
        let t = possible(&found);
        if libm::exp(t[0] - libm::exp(-t[1])) < CURVE_MIN || t[1] > ENDLESS {
            let name = chains.names[0];
            let key = Key {
                value: Some("0".to_owned()),
                words: "growth does not fade".to_owned(),
                ..Key::preset(name, about(name), long, chains.of, 0)
            };
            return (known(usual, true), vec![key]);
        }
        let moves = moves(runs, t);
        let key = |k: usize| {
            let name = chains.names[k];
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
                of: chains.of,
                words: String::new(),
            }
        };
        let keys = vec![key(0), key(1)];
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

/// The nearest curve that can be told and written down.
fn possible(t: &[f64]) -> [f64; 2] {
    [t[0].min(STEEPEST), t[1].max(ONE_STEP)]
}

fn boost(t: [f64; 2], i: usize) -> f64 {
    libm::log1p(libm::exp(t[0] - i as f64 / libm::exp(t[1])))
}

fn table(t: [f64; 2]) -> Vec<f64> {
    (0..EARLY).map(|i| boost(t, i)).collect()
}

/// Growth without the curve, and the logarithms of the curve, summed over all requests.
fn sums(runs: &[Run], t: [f64; 2]) -> (f64, f64) {
    let table = table(t);
    let boost = |i: usize| table.get(i).copied().unwrap_or(0.0);
    let (mut sum, mut logs) = (0.0, 0.0);
    for (i, y) in runs.iter().flat_map(|r| &r.logs) {
        let b = boost(*i);
        sum += libm::exp(y - b);
        logs += b;
    }
    (sum, logs)
}

/// By how much the two parameters move without each day: one step of Fisher's scoring, the mean as
/// a third parameter. A day that makes up much of the slopes moves them more than in proportion.
fn moves(runs: &[Run], t: [f64; 2]) -> BTreeMap<u32, [f64; 2]> {
    let n: f64 = runs.iter().map(|r| r.logs.len() as f64).sum();
    let mean = sums(runs, t).0 / n;
    let slopes = |i: usize| {
        let fade = i as f64 / libm::exp(t[1]);
        let part = 1.0 / (1.0 + libm::exp(fade - t[0]));
        [1.0, part, part * fade]
    };
    let mut all = [[0.0; 3]; 3];
    let mut days: BTreeMap<u32, ([f64; 3], [[f64; 3]; 3])> = BTreeMap::new();
    for r in runs {
        let (score, own) = days.entry(r.day).or_default();
        for (i, y) in &r.logs {
            let off = libm::exp(y - boost(t, *i)) / mean - 1.0;
            let d = slopes(*i);
            for a in 0..3 {
                score[a] += off * d[a];
                for b in 0..3 {
                    own[a][b] += d[a] * d[b];
                    all[a][b] += d[a] * d[b];
                }
            }
        }
    }
    let without = |own: &[[f64; 3]; 3], score: &[f64; 3]| -> Option<[f64; 2]> {
        let rest: Vec<Vec<f64>> = (0..3)
            .map(|a| (0..3).map(|b| all[a][b] - own[a][b]).collect())
            .collect();
        let inverse = inverse(&rest)?;
        Some([1, 2].map(|k: usize| -(0..3).map(|b| inverse[k][b] * score[b]).sum::<f64>()))
    };
    days.iter()
        .map(|(day, (score, own))| (*day, without(own, score).unwrap_or([1.0, 1.0])))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::law::{Draw, Law};
    use crate::base::stream::{Purpose, Stream};
    use crate::base::table::Sampler;

    /// A context that jumps once and then hardly grows is a curve all the same, within the bounds of a
    /// scenario.
    #[test]
    fn a_single_step_is_a_curve_that_can_be_written() {
        for step in [5_000.0, 80_000.0, 4e7] {
            let one = |session: u32| Run {
                day: session / 4,
                logs: (1..=20)
                    .map(|i| (i, libm::log(if i == 1 { step } else { 100.0 })))
                    .collect(),
                lost: 0.0,
            };
            let runs: Vec<Run> = (0..100).map(one).collect();
            let (_, keys) = Curve::of(&runs, &MAIN);
            let value = |k: usize| keys[k].value.as_ref().unwrap().replace('_', "");
            let (e, fade): (f64, f64) = (value(0).parse().unwrap(), value(1).parse().unwrap());
            assert!(e > 1.0 && e <= 1_000.0 && fade >= 0.49, "{e} {fade}");
        }
    }

    /// Few sub-agents have the usual curve, which no preset writes; main chains have the preset's.
    #[test]
    fn few_chains_have_the_usual_curve() {
        let one = |session: u32| Run {
            day: session,
            logs: (1..=10).map(|i| (i, 7.0)).collect(),
            lost: 0.0,
        };
        let runs: Vec<Run> = (0..5).map(one).collect();
        let (curve, keys) = Curve::of(&runs, &AGENTS);
        assert!((libm::exp(curve.boost(0)) - 7.0).abs() < 1e-9);
        let value = |k: &Key| k.value.clone().unwrap_or_default();
        let all: Vec<_> = keys.iter().map(|k| (k.name, value(k))).collect();
        assert_eq!(
            all,
            [
                ("sub_agents.early_growth", "6".to_owned()),
                ("sub_agents.early_requests", "5.5".to_owned())
            ]
        );
        let (_, keys) = Curve::of(&runs, &MAIN);
        assert!(keys.iter().all(|k| k.value.is_none()));
    }

    /// The mean at each index is what is found, also where sessions of different length grow
    /// differently: contexts are sums of means.
    #[test]
    fn means_by_index_are_found() {
        let step = Sampler::compile(&Draw::of(Law::LogNormal {
            mu: -0.32,
            sigma: 0.8,
        }));
        let mut rng = Stream::open(3, Purpose::Session, 0, 0, 0);
        let mut run = |session: u32| {
            let (length, level) = if session.is_multiple_of(2) {
                (12, 500.0)
            } else {
                (60, 1_500.0)
            };
            let one = |i: usize| {
                let early = 1.0 + 3.0 * libm::exp(-(i as f64) / 5.0);
                (i, libm::log(level * early * step.sample(rng.word())))
            };
            Run {
                day: session / 4,
                logs: (1..=length).map(one).collect(),
                lost: 0.0,
            }
        };
        let runs: Vec<Run> = (0..400).map(&mut run).collect();
        let (curve, keys) = Curve::of(&runs, &MAIN);
        assert_eq!(keys.len(), 2);
        // Of the first twelve requests all sessions have some, of the others only those that grow
        // faster.
        let mean = |from: usize, to: usize| {
            let of = runs.iter().flat_map(|r| &r.logs);
            let (n, sum) = of
                .filter(|l| (from..=to).contains(&l.0))
                .fold((0.0, 0.0), |s, l| (s.0 + 1.0, s.1 + libm::exp(l.1)));
            sum / n
        };
        let boost = |from: usize, to: usize| {
            (from..=to).map(|i| libm::exp(curve.boost(i))).sum::<f64>() / (to - from + 1) as f64
        };
        let seen = mean(1, 3) / mean(20, 60);
        let found = boost(1, 3) / boost(20, 60);
        assert!((found / seen - 1.0).abs() < 0.15, "{found} for {seen}");
    }
}
