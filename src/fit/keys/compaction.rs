//! At which context a session compacts, and to what.
//!
//! What: the law of the context at which a session compacts, when most sessions end before. Symbols:
//! x the context at which a session's first compaction fell due, known to lie between the last
//! request before it and the context that was replaced, c the largest context of a session without one, F a
//! lognormal law, p the share of sessions that would ever compact. Formula: the likelihood is
//! Π p·f(x) · Π (1 − p·F(c)), greatest at the fitted values (a cure model). Limits: p is only known
//! where sessions outgrow the usual place; else it is 1. Source: J. W. Boag, J. R. Stat. Soc. B 11
//! (1949) 15. Example: 40 compactions around 157,000 and 20 sessions that went to 300,000 without one
//! give p = 0.67.

use super::super::laws::interval::{around, factor, observed_quantile};
use super::super::laws::solve::lowest;
use super::super::laws::{Family, Sample, fit};
use super::super::toml;
use super::super::view::{Session, View};
use super::Key;
use super::context::grown;
use crate::base::law::{Draw, Law};
use crate::base::special::normal_tails;
use crate::stats::estimate::Estimate;

/// A law, its estimates, and words on it.
type Said = (String, Vec<(&'static str, Estimate)>, String);

/// Fewest compactions of which a law is made.
const FEW: usize = 8;
/// A share of sessions above this compact always.
const ALWAYS: f64 = 0.97;
const SPREAD_MIN: f64 = 0.02;
/// Largest distance at which the lognormal law stands for what was observed.
const POOR: f64 = 0.12;
/// Steps of the observed law.
const GROUPS: usize = 25;
/// Sessions that go beyond this context without a compaction say that there is none where others have
/// theirs, if there are so many of them.
const FAR: f64 = 180_000.0;
const FAR_FEW: usize = 3;
/// Request index from which on growth is late, and how much of it gives a mean.
const LATE: usize = 12;
const LATE_FEW: usize = 5;
/// A compaction shows what it left where the next context is below this share of the one before.
const SMALLER: f64 = 0.9;
const LN_SQRT_2PI: f64 = 0.918_938_533_204_672_8;

/// What sessions show of compactions.
#[derive(Default)]
pub struct Compactions {
    at: Sample,
    /// Between which contexts each first compaction fell due, with its day.
    due: Vec<(u32, f64, f64)>,
    to: Sample,
    /// Largest contexts of sessions without a compaction, with their days.
    without: Vec<(u32, f64)>,
    /// Largest context seen at all, own tokens.
    pub largest: f64,
}

impl Compactions {
    /// `growth`: what a request adds after a compaction, reference tokens.
    pub fn of(view: &View, growth: f64) -> Compactions {
        let mut all = Compactions::default();
        for s in &view.sessions {
            let largest = s.main.iter().map(|t| t.context).fold(0.0, f64::max);
            all.largest = all.largest.max(largest);
            let mut first = true;
            let growth = own_growth(s).unwrap_or(growth);
            for pair in s.main.windows(2) {
                let (before, after) = (&pair[0], &pair[1]);
                let Some(drop) = after.dropped else { continue };
                if std::mem::replace(&mut first, false) {
                    all.at.add(libm::sqrt(before.context * drop.before), s.day);
                    all.due.push((s.day, before.context, drop.before));
                }
                // Where a large first step filled the context, the next one is large too and hides what
                // the compaction left.
                if after.context < SMALLER * before.context {
                    let to = after.context - growth * after.tokenizer;
                    all.to.add(to.max(0.2 * after.context), s.day);
                }
            }
            if first {
                all.without.push((s.day, largest));
            }
        }
        all
    }

    pub fn keys(&self) -> Vec<Key> {
        vec![self.at_key(), self.to_key()]
    }

    fn at_key(&self) -> Key {
        const NAME: &str = "compaction.at";
        const ABOUT: &str = "Context at which a session compacts, the model's tokens";
        const OF: &str = "sessions that compact";
        let n = self.at.len() as u64;
        let far = self.without.iter().filter(|x| x.1 > FAR).count();
        let found = if self.at.len() >= FEW {
            self.fitted()
        } else if far >= FAR_FEW {
            Some(self.observed())
        } else {
            None
        };
        match found {
            Some((value, shown, words)) => Key {
                name: NAME,
                about: ABOUT,
                value: Some(value),
                shown,
                n,
                of: OF,
                words,
            },
            None => Key::preset(NAME, ABOUT, n, OF, FEW),
        }
    }

    fn to_key(&self) -> Key {
        const NAME: &str = "compaction.to";
        const ABOUT: &str = "Context after a compaction";
        let n = self.to.len() as u64;
        let fitted = (self.to.len() >= FEW)
            .then(|| fit(&self.to, false))
            .flatten();
        let Some(to) = fitted else {
            return Key::preset(NAME, ABOUT, n, "compactions", FEW);
        };
        let ends = matches!(to.law, Law::Constant(_) | Law::Empirical(_));
        let bound = toml::round_up(1.1 * to.largest);
        Key {
            name: NAME,
            about: ABOUT,
            value: Some(toml::draw(&to.law, (!ends).then_some(bound))),
            shown: vec![("median", to.median), ("p90", to.p90)],
            n,
            of: "compactions",
            words: to.words,
        }
    }

    /// The law, its estimates and words: the lognormal one where it is near to what was observed.
    fn fitted(&self) -> Option<Said> {
        let (theta, share) = self.best(None)?;
        let law = Family::LogNormal.law(&theta);
        let steps = self.survival();
        let far = steps.iter().map(|(x, f)| (share * law.cdf(*x) - f).abs());
        if far.fold(0.0, f64::max) > POOR {
            return Some(self.observed());
        }
        // Leaving out a day at a time.
        let mut days: Vec<u32> = self.at.iter().map(|x| x.1).collect();
        days.sort_unstable();
        days.dedup();
        let without: Vec<(f64, f64)> = days
            .iter()
            .filter_map(|day| self.best(Some(*day)))
            .map(|(t, p)| (t[0], odds(p)))
            .collect();
        let d = without.len() as f64;
        let variance = |pick: fn(&(f64, f64)) -> f64| {
            let mean = without.iter().map(pick).sum::<f64>() / d;
            let squares = without.iter().map(|x| (pick(x) - mean) * (pick(x) - mean));
            (d - 1.0).max(1.0) / d * squares.sum::<f64>()
        };
        let n = self.at.len() as u64;
        let median = around(libm::exp(theta[0]), variance(|x| x.0), d, n);
        let max = toml::round_up(1.1 * self.at.largest());
        if share > ALWAYS {
            let words = "lognormal, as known from sessions that reach it".to_owned();
            return Some((toml::draw(&law, Some(max)), vec![("median", median)], words));
        }
        let by = factor(d) * libm::sqrt(variance(|x| x.1));
        let back = |t: f64| 1.0 / (1.0 + libm::exp(-t));
        let share_of = Estimate {
            value: share,
            low: back(odds(share) - by),
            high: back(odds(share) + by),
            n: n + self.without.len() as u64,
        };
        let mixture = Law::Mixture(vec![(share, law), (1.0 - share, self.never())]);
        let words = "lognormal; the other sessions grow past it without one".to_owned();
        let shown = vec![("median", median), ("share of sessions", share_of)];
        Some((toml::draw(&mixture, None), shown, words))
    }

    /// A context that nothing reaches.
    fn never(&self) -> Law {
        Law::Constant(toml::round_up(2.0 * self.largest.max(self.at.largest())))
    }

    /// The contexts as observed, sessions that end before taken into account.
    fn observed(&self) -> (String, Vec<(&'static str, Estimate)>, String) {
        let steps = self.survival();
        let share = steps.last().map_or(0.0, |s| s.1);
        if share <= 0.0 {
            let words = "none, although sessions go far beyond 180,000".to_owned();
            return (toml::draw(&self.never(), None), Vec::new(), words);
        }
        let at = |p: f64| steps.iter().find(|s| s.1 >= p * share).map_or(0.0, |s| s.0);
        let groups = steps.len().min(GROUPS);
        let values = (0..groups).map(|g| at((g as f64 + 0.5) / groups as f64));
        let law = Law::Empirical(values.collect());
        let law = if share > ALWAYS {
            law
        } else {
            Law::Mixture(vec![(share, law), (1.0 - share, self.never())])
        };
        let seen = observed_quantile(&self.at, 0.5);
        let words = format!(
            "observed quantiles; {:.0} % of the sessions that get far enough",
            100.0 * share
        );
        let shown = seen.into_iter().map(|e| ("median seen", e)).collect();
        (toml::draw(&law, None), shown, words)
    }

    /// The share of sessions that have compacted up to a context, had none ended before (E. L. Kaplan,
    /// P. Meier, JASA 53 (1958) 457): contexts with shares, both ascending.
    fn survival(&self) -> Vec<(f64, f64)> {
        let mut all: Vec<(f64, bool)> = self.at.iter().map(|x| (x.0, true)).collect();
        all.extend(self.without.iter().map(|x| (x.1, false)));
        all.sort_by(|a, b| a.0.total_cmp(&b.0).then(b.1.cmp(&a.1)));
        let (mut left, mut steps) = (1.0, Vec::new());
        for (i, (x, compacts)) in all.iter().enumerate() {
            if *compacts {
                left *= 1.0 - 1.0 / (all.len() - i) as f64;
                steps.push((*x, 1.0 - left));
            }
        }
        steps
    }

    /// The most likely law and share; one day may be left out.
    fn best(&self, without: Option<u32>) -> Option<(Vec<f64>, f64)> {
        let keep = |day: u32| Some(day) != without;
        let due: Vec<(f64, f64)> = self
            .due
            .iter()
            .filter(|x| keep(x.0))
            .map(|x| (libm::log(x.1), libm::log(x.2)))
            .collect();
        let seen: Vec<f64> = due.iter().map(|x| 0.5 * (x.0 + x.1)).collect();
        if seen.len() < 3 {
            return None;
        }
        let mut sorted = seen.clone();
        sorted.sort_by(f64::total_cmp);
        let middle = crate::stats::quantile::quantile(&sorted, 0.5)?;
        let mean = seen.iter().sum::<f64>() / seen.len() as f64;
        let var = seen.iter().map(|x| (x - mean) * (x - mean)).sum::<f64>() / seen.len() as f64;
        let open: Vec<f64> = self
            .without
            .iter()
            .filter(|x| keep(x.0) && libm::log(x.1.max(1.0)) > middle - 4.0 * libm::sqrt(var))
            .map(|x| x.1)
            .collect();
        let cost = |t: &[f64]| {
            let sigma = SPREAD_MIN + libm::exp(t[1]);
            let p = 1.0 / (1.0 + libm::exp(-t[2]));
            let theta = [t[0], libm::log(sigma)];
            let law = Draw::of(Family::LogNormal.law(&theta));
            let events: f64 = due
                .iter()
                .map(|(low, high)| {
                    // At a point where the log shows one, else somewhere in between.
                    let (a, b) = ((low - t[0]) / sigma, (high - t[0]) / sigma);
                    if b - a < 0.05 {
                        return -0.5 * a * b - LN_SQRT_2PI + libm::log(p / sigma);
                    }
                    let width = normal_tails(b).0 - normal_tails(a).0;
                    libm::log(p * width.max(1e-12) / (high - low))
                })
                .sum();
            let rest = open
                .iter()
                .map(|c| libm::log((1.0 - p * law.cdf(*c)).max(1e-12)));
            0.01 * t[2] * t[2] - events - rest.sum::<f64>()
        };
        let start = [middle, 0.5 * libm::log(var.max(1e-3)), 2.0];
        let t = lowest(&start, 0.4, 300, cost);
        let sigma = SPREAD_MIN + libm::exp(t[1]);
        Some((vec![t[0], libm::log(sigma)], 1.0 / (1.0 + libm::exp(-t[2]))))
    }
}

/// Mean late growth of a session, reference tokens; `None` where it is short.
fn own_growth(s: &Session) -> Option<f64> {
    let late = s.main.get(LATE..)?;
    let steps: Vec<f64> = late
        .windows(2)
        .filter(|p| p[0].model == p[1].model)
        .filter_map(|p| Some(grown(&p[0], &p[1])?.max(0.0)))
        .collect();
    let enough = steps.len() >= LATE_FEW;
    enough.then(|| steps.iter().sum::<f64>() / steps.len() as f64)
}

fn odds(p: f64) -> f64 {
    let p = p.clamp(1e-6, 1.0 - 1e-6);
    libm::log(p / (1.0 - p))
}
