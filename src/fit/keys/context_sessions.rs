//! How much sessions differ in the growth of their contexts.
//!
//! What: the spread σ_b of the sessions' means of ln growth beyond what their requests explain, the
//! mean of all, and growth without the differences. Symbols: m_s the mean of session s, n_s its
//! requests, σ² the variance within sessions. Formula: σ_b² such that Σ (m_s − m)² / (σ_b² + σ²/n_s) is
//! the number of sessions less one, m the mean with the same weights. Limits: sessions that remember
//! (a slow request follows upon a slow one) seem to differ a little more than they do. Source: R. C.
//! Paule, J. Mandel, J. Res. NBS 87 (1982) 377. Example: means of 0 and 1 of endlessly long sessions
//! give σ_b = 0.71.

use std::collections::BTreeMap;

use super::super::laws::Sample;
use super::super::laws::interval::around;
use super::super::laws::sample::effective;
use super::super::toml;
use super::Key;
use super::context::{Run, about};
use crate::base::law::Law;

/// Sessions shorter than this tell little of their own mean.
const LONG: usize = 8;
/// Spreads of sessions below this are none.
const ALIKE: f64 = 0.08;

/// Mean and number of a session's logs.
struct Mean {
    day: u32,
    mean: f64,
    n: f64,
}

/// What sessions have in common and how they differ.
pub struct Sessions {
    means: Vec<Mean>,
    /// Variance within sessions.
    inside: f64,
    /// Spread between sessions.
    pub spread: f64,
    /// The mean of ln growth over sessions.
    centre: f64,
}

impl Sessions {
    pub fn of(runs: &[Run]) -> Sessions {
        let mean = |r: &Run| Mean {
            day: r.day,
            mean: r.logs.iter().map(|l| l.1).sum::<f64>() / r.logs.len() as f64,
            n: r.logs.len() as f64,
        };
        let means: Vec<Mean> = runs.iter().map(mean).collect();
        let square = |r: &Run, m: &Mean| {
            let all = r.logs.iter().map(|l| (l.1 - m.mean) * (l.1 - m.mean));
            all.sum::<f64>()
        };
        let within: f64 = runs.iter().zip(&means).map(|(r, m)| square(r, m)).sum();
        let total: f64 = means.iter().map(|m| m.n).sum();
        let inside = within / (total - means.len() as f64).max(1.0);
        let between = paule_mandel(&means, inside, None);
        let weight = |m: &Mean| 1.0 / (between + inside / m.n).max(1e-12);
        let sum: f64 = means.iter().map(weight).sum();
        let centre = means.iter().map(|m| weight(m) * m.mean).sum::<f64>() / sum;
        Sessions {
            means,
            inside,
            spread: libm::sqrt(between),
            centre,
        }
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
        let most = toml::round_up(libm::exp(3.0 * self.spread));
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
        libm::sqrt(paule_mandel(&self.means, self.inside, Some(day)))
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
            for (_, y) in &r.logs {
                all.add(libm::exp(self.centre + up * (y - m.mean)), r.day);
            }
        }
        all
    }
}

/// The variance between sessions at which their means vary as much as they do; one day may be left
/// out.
fn paule_mandel(means: &[Mean], inside: f64, without: Option<u32>) -> f64 {
    let kept: Vec<&Mean> = means.iter().filter(|m| Some(m.day) != without).collect();
    let excess = |between: f64| {
        let weight = |m: &Mean| 1.0 / (between + inside / m.n).max(1e-12);
        let sum: f64 = kept.iter().map(|m| weight(m)).sum();
        let centre = kept.iter().map(|m| weight(m) * m.mean).sum::<f64>() / sum;
        let all = kept
            .iter()
            .map(|m| weight(m) * (m.mean - centre) * (m.mean - centre));
        all.sum::<f64>() - (kept.len() as f64 - 1.0)
    };
    if kept.len() < 3 || excess(0.0) <= 0.0 {
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
