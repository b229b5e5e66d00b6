//! How much sessions differ in the growth of their contexts.
//!
//! What: the spread σ_b of the sessions' mean growth beyond what their requests explain, and growth
//! without the differences. Symbols: m_s the mean growth of session s, n_s its requests, e(n) and v(n)
//! mean and variance of the logarithm of the mean of n requests drawn from all. Formula: σ_b² such that
//! Σ a_s (ln m_s − e(n_s) − c)² is what it is on average, with a_s = n_s / (σ_b² + v(n_s)) and c the mean
//! with these weights: a session counts by its requests, because the differences of short ones fade as
//! sessions go on, and long ones are what is paid for. Means of growth itself, not of its logarithm: they
//! are what contexts are made of, and sessions that take many small steps need not grow more slowly. What the sessions' mean
//! logarithms differ by beyond σ_b stays with the requests. Limits: sessions that remember (a slow
//! request follows upon a slow one) seem to differ a little more than they do. Source: R. C. Paule,
//! J. Mandel, J. Res. NBS 87 (1982) 377. Example: means of 0 and 1 of endlessly long sessions give
//! σ_b = 0.71.

use std::collections::BTreeMap;

use super::super::laws::Sample;
use super::super::laws::interval::around;
use super::super::laws::sample::effective;
use super::super::toml;
use super::Key;
use super::context::{Run, about};
use crate::base::law::Law;
use crate::base::stream::{Purpose, Stream};

/// Sessions shorter than this tell little of their own mean.
const LONG: usize = 8;
/// Spreads of sessions below this are none.
const ALIKE: f64 = 0.08;
/// Numbers of requests for which the chance of their mean is tried, and how often.
const LENGTHS: [usize; 7] = [8, 16, 32, 64, 128, 256, 512];
const TRIED: usize = 300;

/// A session's requests: the mean of their logarithms, the logarithm of their mean.
struct Mean {
    day: u32,
    logs: f64,
    level: f64,
    n: f64,
}

/// What sessions have in common and how they differ.
pub struct Sessions {
    means: Vec<Mean>,
    /// For each of [`LENGTHS`], mean and variance of the logarithm of a mean.
    chance: Vec<(f64, f64)>,
    /// Spread between sessions.
    pub spread: f64,
    /// The mean of ln growth over sessions.
    centre: f64,
    /// Share of the sessions' differences in mean logarithms that stays with the requests.
    kept: f64,
}

impl Sessions {
    pub fn of(runs: &[Run]) -> Sessions {
        let means: Vec<Mean> = runs.iter().map(mean).collect();
        // The spread of mean logarithms, and what all have in common.
        let total: f64 = means.iter().map(|m| m.n).sum();
        let square = |r: &Run, m: &Mean| {
            let all = r.logs.iter().map(|l| (l.1 - m.logs) * (l.1 - m.logs));
            all.sum::<f64>()
        };
        let within: f64 = runs.iter().zip(&means).map(|(r, m)| square(r, m)).sum();
        let inside = within / (total - means.len() as f64).max(1.0);
        let logs: Vec<[f64; 3]> = means.iter().map(|m| [m.logs, inside / m.n, 1.0]).collect();
        let between = paule_mandel(&logs);
        let weight = |m: &Mean| 1.0 / (between + inside / m.n).max(1e-12);
        let sum: f64 = means.iter().map(weight).sum();
        let centre = means.iter().map(|m| weight(m) * m.logs).sum::<f64>() / sum;
        let mut all = Sessions {
            means,
            chance: Vec::new(),
            spread: libm::sqrt(between),
            centre,
            kept: 0.0,
        };
        all.chance = chance(all.alike(runs).values());
        all.spread = all.without(u32::MAX);
        let part = all.spread * all.spread / between.max(1e-12);
        all.kept = libm::sqrt((1.0 - part).max(0.0));
        all
    }

    pub fn key(&self) -> Key {
        const NAME: &str = "session_growth";
        let n = self.means.len() as u64;
        if self.spread < ALIKE {
            return Key {
                value: Some("1".to_owned()),
                words: "sessions do not differ".to_owned(),
                ..Key::preset(NAME, about(NAME), n, "sessions", 0)
            };
        }
        let mut days: BTreeMap<u32, f64> = BTreeMap::new();
        for m in &self.means {
            *days.entry(m.day).or_default() += 1.0;
        }
        // Leaving out a day at a time.
        let without: Vec<f64> = days
            .keys()
            .map(|day| libm::log(self.without(*day).max(0.01)))
            .collect();
        let d = without.len() as f64;
        let middle = without.iter().sum::<f64>() / d;
        let squares: f64 = without.iter().map(|x| (x - middle) * (x - middle)).sum();
        let variance = if d > 1.0 {
            (d - 1.0) / d * squares
        } else {
            0.5 / n as f64
        };
        let law = Law::LogNormal {
            mu: 0.0,
            sigma: self.spread,
        };
        // Four spreads out, where the mean loses less than 0.2 % up to a spread of 1.
        let most = toml::round_up(libm::exp(4.0 * self.spread));
        Key {
            name: NAME,
            about: about(NAME),
            value: Some(toml::draw(&law, Some(most))),
            shown: vec![(
                "spread",
                around(self.spread, variance, effective(days.into_values()), n),
            )],
            n,
            of: "sessions",
            words: String::new(),
        }
    }

    /// The spread without a day.
    pub fn without(&self, day: u32) -> f64 {
        let kept = self.means.iter().filter(|m| m.day != day);
        let long = kept.filter(|m| m.n >= LONG as f64);
        let one = |m: &Mean| {
            let (mean, variance) = self.by_chance(m.n);
            [m.level - mean, variance, m.n]
        };
        libm::sqrt(paule_mandel(&long.map(one).collect::<Vec<_>>()))
    }

    /// Mean and variance of the logarithm of the mean of `n` requests, between those tried.
    fn by_chance(&self, n: f64) -> (f64, f64) {
        let at = libm::log2(n / LENGTHS[0] as f64).clamp(0.0, (LENGTHS.len() - 1) as f64);
        let (i, part) = (at as usize, at - libm::floor(at));
        let get = |i: usize| self.chance.get(i).copied().unwrap_or((0.0, 1.0));
        let (a, b) = (get(i), get((i + 1).min(LENGTHS.len() - 1)));
        (a.0 + part * (b.0 - a.0), a.1 + part * (b.1 - a.1))
    }

    /// Growth without the sessions' differences, around the common middle.
    pub fn alike(&self, runs: &[Run]) -> Sample {
        let mut all = Sample::default();
        if self.spread < ALIKE {
            for r in runs {
                r.logs.iter().for_each(|l| all.add(libm::exp(l.1), r.day));
            }
            return all;
        }
        let total: usize = runs.iter().map(|r| r.logs.len()).sum();
        let long = runs.iter().map(|r| r.logs.len()).filter(|n| *n >= LONG);
        let least = if 2 * long.sum::<usize>() >= total {
            LONG
        } else {
            2
        };
        for (r, m) in runs.iter().zip(&self.means) {
            if r.logs.len() < least {
                continue;
            }
            // Deviations from an own mean are a little too small.
            let up = libm::sqrt(m.n / (m.n - 1.0));
            let own = self.centre + self.kept * (m.logs - self.centre);
            for (_, y) in &r.logs {
                all.add(libm::exp(own + up * (y - m.logs)), r.day);
            }
        }
        all
    }
}

fn mean(r: &Run) -> Mean {
    let n = r.logs.len() as f64;
    Mean {
        day: r.day,
        logs: r.logs.iter().map(|l| l.1).sum::<f64>() / n,
        level: libm::log(r.logs.iter().map(|l| libm::exp(l.1)).sum::<f64>() / n),
        n,
    }
}

/// Mean and variance of the logarithm of the mean of so many values drawn from all, by trying.
fn chance(values: &[f64]) -> Vec<(f64, f64)> {
    let mut rng = Stream::open(1, Purpose::Session, 0, 0, 0);
    let mut draw = || {
        let at = rng.below(values.len().max(1) as u64) as usize;
        values.get(at).copied().unwrap_or(1.0)
    };
    let mut of = |n: usize| {
        let (mut sum, mut square) = (0.0, 0.0);
        for _ in 0..TRIED {
            let mean = (0..n).map(|_| draw()).sum::<f64>() / n as f64;
            let ln = libm::log(mean);
            sum += ln;
            square += ln * ln;
        }
        let mean = sum / TRIED as f64;
        (mean, (square / TRIED as f64 - mean * mean).max(1e-9))
    };
    LENGTHS.iter().map(|n| of(*n)).collect()
}

/// The variance between at which values vary as much as they do, from values, the variance that
/// each has by itself, and how much it counts.
fn paule_mandel(values: &[[f64; 3]]) -> f64 {
    let excess = |between: f64| {
        let weight = |v: &[f64; 3]| v[2] / (between + v[1]).max(1e-12);
        let sum: f64 = values.iter().map(weight).sum();
        let centre = values.iter().map(|v| weight(v) * v[0]).sum::<f64>() / sum;
        let of = |v: &[f64; 3]| {
            let own = weight(v) * (v[0] - centre) * (v[0] - centre);
            own - v[2] * (1.0 - weight(v) / sum)
        };
        values.iter().map(of).sum::<f64>()
    };
    if values.len() < 3 || excess(0.0) <= 0.0 {
        return 0.0;
    }
    let (mut low, mut high) = (0.0, 9.0);
    for _ in 0..50 {
        let middle = 0.5 * (low + high);
        if excess(middle) > 0.0 {
            low = middle;
        } else {
            high = middle;
        }
    }
    0.5 * (low + high)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::law::Draw;
    use crate::base::table::Sampler;

    fn lognormal(mu: f64, sigma: f64) -> Sampler {
        Sampler::compile(&Draw::of(Law::LogNormal { mu, sigma }))
    }

    fn runs(mut growth: impl FnMut(&mut Stream, u32) -> f64) -> Vec<Run> {
        let mut rng = Stream::open(9, Purpose::Session, 0, 0, 0);
        let mut session = |day: u32| Run {
            day,
            logs: (1..=40)
                .map(|i| (i, libm::log(growth(&mut rng, day))))
                .collect(),
            lost: 0.0,
        };
        (0..200).map(&mut session).collect()
    }

    #[test]
    fn the_spread_of_a_factor_is_found() {
        let (own, each) = (lognormal(0.0, 0.4), lognormal(6.6, 1.1));
        let (mut last, mut factor) = (u32::MAX, 1.0);
        let runs = runs(|rng, session| {
            if session != last {
                (last, factor) = (session, own.sample(rng.word()));
            }
            factor * each.sample(rng.word())
        });
        let found = Sessions::of(&runs).spread;
        assert!((found - 0.4).abs() < 0.08, "{found}");
    }

    /// Short sessions that differ a lot are outvoted by long ones, of which contexts are made.
    #[test]
    fn long_sessions_count_for_more() {
        let each = lognormal(6.6, 0.2);
        let mut rng = Stream::open(9, Purpose::Session, 0, 0, 0);
        let mut session = |i: u32| {
            let (n, far) = if i.is_multiple_of(2) {
                (10, 1.0)
            } else {
                (200, 0.2)
            };
            let by = if i % 4 < 2 { far } else { -far };
            Run {
                day: i,
                logs: (1..=n)
                    .map(|k| (k, by + libm::log(each.sample(rng.word()))))
                    .collect(),
                lost: 0.0,
            }
        };
        let runs: Vec<Run> = (0..120).map(&mut session).collect();
        let found = Sessions::of(&runs).spread;
        assert!((0.2..0.45).contains(&found), "{found}");
    }

    /// Half of the sessions take three small steps for each of the others' steps, the rest being as
    /// large as ever: their mean logarithms differ, their contexts hardly do.
    #[test]
    fn small_steps_are_not_slow_growth() {
        let size = lognormal(8.3, 0.3);
        let runs = runs(|rng, session| {
            let large = size.sample(rng.word());
            let often = if session.is_multiple_of(2) {
                0.30
            } else {
                0.34
            };
            let small = if session.is_multiple_of(2) {
                30.0
            } else {
                300.0
            };
            if rng.chance(often) { large } else { small }
        });
        let sessions = Sessions::of(&runs);
        assert!(sessions.spread < 0.25, "{}", sessions.spread);
        // What is not the sessions' stays with the requests.
        let all = sessions.alike(&runs);
        let logs: Vec<f64> = all.values().iter().map(|x| libm::log(*x)).collect();
        let mean = logs.iter().sum::<f64>() / logs.len() as f64;
        let spread = logs.iter().map(|x| (x - mean) * (x - mean)).sum::<f64>() / logs.len() as f64;
        assert!(libm::sqrt(spread) > 1.5, "{spread}");
    }
}
