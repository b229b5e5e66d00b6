//! How much shorter sessions are on days with more of them.
//!
//! What: the exponent β by which the prompts of a session fall with the sessions of its day. Symbols:
//! day d has n sessions with y prompts together and x = n at the level of the last day. Formula:
//! E y = n·e^(a − β ln x); what a session holds varies by a share of its mean, so the variance of y is
//! in proportion to (E y)²/n, and a and β solve Σ (n/m)(y − m) = Σ (n/m)(y − m) ln x = 0 with m = E y.
//! Limits: needs days with different numbers of sessions. Intervals take each day as one observation,
//! whatever the law of its prompts: residuals over one minus the leverage, squared (J. G. MacKinnon,
//! H. White, J. Econometrics 29, 1985), and Student's quantile. Example: 2 sessions of 10 prompts on
//! some days, 8 of 5 on others: β = ln 2 / ln 4 = 0.5.

use std::collections::BTreeMap;

use super::super::laws::interval::CONFIDENCE;
use super::super::toml;
use super::super::view::View;
use super::Key;
use super::level::{Level, counts};
use crate::base::special::student_two_sided;
use crate::stats::estimate::Estimate;

/// Fewest active days of which it is made.
const DAYS_FEW: usize = 10;
/// On the daily logs of eleven people, and how far one of them may be from it (standard deviation).
const USUAL: f64 = 0.3;
const SPREAD: f64 = 0.12;
const STEPS: usize = 60;
/// Days whose sessions differ by less say nothing (weighted variance of the logarithm).
const ALIKE: f64 = 1e-6;

/// One day: sessions, their prompts, and sessions at the level of the last day.
#[derive(Clone, Copy, Debug)]
struct Day {
    n: f64,
    y: f64,
    x: f64,
}

/// The exponent that the days alone say, with its standard error.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Seen {
    value: f64,
    error: f64,
}

/// The key of an actor with this level.
pub fn key(view: &View, level: &Level) -> Key {
    let days = days(view, level);
    let seen = seen(&days);
    let value = seen.map_or(USUAL, |s| {
        let (own, usual) = (1.0 / (s.error * s.error), 1.0 / (SPREAD * SPREAD));
        (s.value * own + USUAL * usual) / (own + usual)
    });
    let n = days.len() as u64;
    Key {
        name: "crowding",
        about: "How much shorter sessions are on days with more of them",
        value: Some(toml::number(value.clamp(0.0, 1.0))),
        shown: seen.iter().map(|s| ("seen", interval(s, n))).collect(),
        n,
        of: "active days",
        words: match seen {
            Some(_) => format!("drawn toward {USUAL}, which is usual"),
            None => "too few that differ: what is usual".to_owned(),
        },
    }
}

fn interval(s: &Seen, n: u64) -> Estimate {
    let by = student_two_sided(CONFIDENCE, n.saturating_sub(2).max(1) as f64) * s.error;
    Estimate {
        value: s.value,
        low: s.value - by,
        high: s.value + by,
        n,
    }
}

fn days(view: &View, level: &Level) -> Vec<Day> {
    let mut prompts: BTreeMap<u32, f64> = BTreeMap::new();
    for s in &view.sessions {
        let own = s.main.last().map_or(0, |t| t.prompt);
        *prompts.entry(s.day).or_default() += f64::from(own);
    }
    let all = counts(view).into_iter().zip(&level.path);
    all.map(|(count, at)| {
        let n = f64::from(count.sessions);
        Day {
            n,
            y: prompts.get(&count.day).copied().unwrap_or(0.0),
            x: (n * libm::exp(level.last.mean - at.mean)).max(1.0),
        }
    })
    .collect()
}

/// Sums of the two equations: scores, and the matrix of their derivatives (its upper part).
struct Sums {
    score: [f64; 2],
    matrix: [f64; 3],
}

impl Sums {
    /// `a`, `b`: logarithm of the mean and its slope; `z`: centred logarithms of x.
    fn at(days: &[Day], z: &[f64], a: f64, b: f64) -> Sums {
        let mut sums = Sums {
            score: [0.0; 2],
            matrix: [0.0; 3],
        };
        for (d, z) in days.iter().zip(z) {
            let off = residual(d, *z, a, b);
            sums.score[0] += off;
            sums.score[1] += off * z;
            sums.matrix[0] += d.n;
            sums.matrix[1] += d.n * z;
            sums.matrix[2] += d.n * z * z;
        }
        sums
    }

    fn determinant(&self) -> f64 {
        self.matrix[0] * self.matrix[2] - self.matrix[1] * self.matrix[1]
    }
}

/// (n/m)(y − m).
fn residual(d: &Day, z: f64, a: f64, b: f64) -> f64 {
    d.y / libm::exp(a + b * z) - d.n
}

fn seen(days: &[Day]) -> Option<Seen> {
    let sessions: f64 = days.iter().map(|d| d.n).sum();
    let prompts: f64 = days.iter().map(|d| d.y).sum();
    if days.len() < DAYS_FEW || prompts <= 0.0 {
        return None;
    }
    let middle = days.iter().map(|d| d.n * libm::log(d.x)).sum::<f64>() / sessions;
    let z: Vec<f64> = days.iter().map(|d| libm::log(d.x) - middle).collect();
    let varied = days.iter().zip(&z).map(|(d, z)| d.n * z * z).sum::<f64>();
    if varied < ALIKE * sessions {
        return None;
    }
    let (mut a, mut b) = (libm::log(prompts / sessions), 0.0);
    for _ in 0..STEPS {
        let sums = Sums::at(days, &z, a, b);
        let [s0, s1] = sums.score;
        let [m00, m01, m11] = sums.matrix;
        let det = sums.determinant();
        // Expected derivatives, and no step so long that it overshoots.
        a += ((m11 * s0 - m01 * s1) / det).clamp(-0.5, 0.5);
        b += ((m00 * s1 - m01 * s0) / det).clamp(-0.5, 0.5);
    }
    let sums = Sums::at(days, &z, a, b);
    let [m00, m01, m11] = sums.matrix;
    let det = sums.determinant();
    let mut variance = 0.0;
    for (d, z) in days.iter().zip(&z) {
        let leverage = d.n * (m11 - 2.0 * m01 * z + m00 * z * z) / det;
        let off = residual(d, *z, a, b) / (1.0 - leverage).max(0.05);
        let weight = (m00 * z - m01) / det;
        variance += off * off * weight * weight;
    }
    let error = libm::sqrt(variance);
    (b.is_finite() && error > 0.0 && error.is_finite()).then_some(Seen { value: -b, error })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::law::{Draw, Law};
    use crate::base::stream::{Purpose, Stream};
    use crate::base::table::Sampler;

    fn day(n: f64, each: f64) -> Day {
        Day {
            n,
            y: n * each,
            x: n,
        }
    }

    #[test]
    fn the_exponent_of_nearly_exact_days_is_found() {
        let mut days: Vec<Day> = (0..6)
            .flat_map(|_| [day(2.0, 10.0), day(8.0, 5.0)])
            .collect();
        days[0].y += 1.0;
        let s = seen(&days).unwrap();
        assert!((s.value - 0.5).abs() < 0.02, "{s:?}");
    }

    #[test]
    fn days_that_say_nothing_say_nothing() {
        assert_eq!(seen(&[day(3.0, 5.0); 30]), None);
        assert_eq!(seen(&[day(3.0, 0.0); 30]), None);
        assert_eq!(seen(&[day(1.0, 5.0), day(4.0, 3.0)]), None);
    }

    /// The interval holds the truth about as often as it says.
    #[test]
    fn the_interval_covers() {
        let law = Sampler::compile(&Draw::of(Law::LogNormal {
            mu: 1.0,
            sigma: 1.0,
        }));
        let sessions = Sampler::compile(&Draw::of(Law::LogNormal {
            mu: 1.2,
            sigma: 0.8,
        }));
        let (runs, mut held) = (300, 0);
        for run in 0..runs {
            let mut rng = Stream::open(11, Purpose::Calendar, run, 0, 0);
            let days: Vec<Day> = (0..40)
                .map(|_| {
                    let n = libm::ceil(sessions.sample(rng.word())).max(1.0);
                    let factor = libm::pow(n, -0.3);
                    let each = |_| law.sample(rng.word()) * factor;
                    let y = (0..n as u32).map(each).sum();
                    Day { n, y, x: n }
                })
                .collect();
            let e = interval(&seen(&days).unwrap(), days.len() as u64);
            held += u32::from(e.low <= 0.3 && 0.3 <= e.high);
        }
        assert!((255..=290).contains(&held), "{held} of {runs}");
    }
}
