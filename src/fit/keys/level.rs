//! Sessions of an active day: their level, its drift, and the spread from day to day.

use super::super::laws::interval::factor;
use super::super::laws::solve::least;
use super::super::view::View;
use super::Key;
use super::level_filter::{Count, Filtered, State};
use super::level_law::{distance, shape, with_mean};
use crate::base::law::{Draw, Law};
use crate::stats::estimate::Estimate;

/// Fewest active days of which a level is made, and a drift.
const DAYS_FEW: usize = 5;
const DRIFT_FEW: usize = 15;
/// Drift of a person about whom too little is known: on daily series of 48 people a random walk of
/// the log level with a step of 0.12 to 0.22 a day forecast best.
const DRIFT_USUAL: f64 = 0.12;
/// How far one person's drift may be from it (standard deviation of the logarithm): nine of ten
/// between 0.06 and 0.23. No more than
/// what forecast best.
const DRIFT_SPREAD: f64 = 0.4;
/// Steps of drift whose likelihood is looked at.
const DRIFTS: [f64; 19] = [
    0.0, 0.01, 0.02, 0.03, 0.04, 0.05, 0.065, 0.08, 0.1, 0.12, 0.145, 0.175, 0.21, 0.25, 0.3, 0.36,
    0.43, 0.52, 0.65,
];
/// Five equally likely values with the mean and variance of a standard normal law.
const AROUND: [f64; 5] = [-1.5, -0.5, 0.0, 0.5, 1.5];
/// Half the rise of −2 ln likelihood within a 90 % interval of one parameter.
const RISE: f64 = 1.353;

/// The fitted level.
#[derive(Clone, Debug)]
pub struct Level {
    /// Log level on the last active day.
    pub last: State,
    /// Spread of the logarithm of a day's sessions around the level.
    pub spread: Estimate,
    /// What is written, and what the data alone say.
    pub drift: f64,
    pub drift_seen: Option<Estimate>,
    /// Log levels of the active days, given all.
    pub path: Vec<State>,
    /// A day's factor on the level, at the level of the last day, and its word.
    law: Law,
    word: &'static str,
    /// Calendar days from the last active day to the end of the period.
    pub days_since: u32,
    /// Distance between simulated and observed distribution of a day's sessions.
    pub ks: f64,
    pub most: u32,
    pub active_days: usize,
}

/// Sessions of each active day.
pub fn counts(view: &View) -> Vec<Count> {
    let mut all: Vec<Count> = Vec::new();
    for s in &view.sessions {
        match all.last_mut() {
            Some(c) if c.day == s.day => c.sessions += 1,
            _ => all.push(Count {
                day: s.day,
                sessions: 1,
            }),
        }
    }
    all
}

/// The mean over weighted cases.
fn average(weights: &[f64], of: impl Fn(usize) -> f64) -> f64 {
    let sum = weights.iter().enumerate().map(|(i, w)| w * of(i));
    sum.sum::<f64>() / weights.iter().sum::<f64>()
}

/// Mean and variance of a level over weighted cases.
fn mixed(weights: &[f64], of: impl Fn(usize) -> State) -> State {
    let mean = average(weights, |i| of(i).mean);
    let variance = average(weights, |i| {
        let s = of(i);
        s.variance + (s.mean - mean) * (s.mean - mean)
    });
    State { mean, variance }
}

/// The best spread at a drift, and its log-likelihood.
fn at_drift(counts: &[Count], w: f64) -> (f64, f64) {
    let cost = |t: f64| -Filtered::run(counts, libm::exp(t), w).ln_likelihood;
    let t = least(-3.0, 1.4, 16, cost);
    (libm::exp(t), -cost(t))
}

impl Level {
    /// Fits the level; `None` with too few active days. `days`: length of the period.
    pub fn of(counts: &[Count], days: u32) -> Option<Level> {
        if counts.len() < DAYS_FEW {
            return None;
        }
        let enough = counts.len() >= DRIFT_FEW;
        let profile: Vec<(f64, f64, f64)> = DRIFTS
            .iter()
            .map(|w| {
                let (s, ln) = at_drift(counts, *w);
                (*w, s, ln)
            })
            .collect();
        let top = profile
            .iter()
            .map(|p| p.2)
            .fold(f64::NEG_INFINITY, f64::max);
        // Weights of the drifts: likelihood times what is usual, over steps of unequal width.
        let weight = |i: usize| {
            let (w, _, ln) = profile[i];
            let before = profile[i.saturating_sub(1)].0;
            let after = profile[(i + 1).min(profile.len() - 1)].0;
            let z = libm::log(w.max(1e-9) / DRIFT_USUAL) / DRIFT_SPREAD;
            let usual = if w > 0.0 {
                libm::exp(-0.5 * z * z) / w
            } else {
                0.0
            };
            let like = if enough { libm::exp(ln - top) } else { 1.0 };
            like * usual * 0.5 * (after - before)
        };
        let weights: Vec<f64> = (0..profile.len()).map(weight).collect();
        let drift = average(&weights, |i| profile[i].0);
        let runs: Vec<Filtered> = profile
            .iter()
            .map(|p| Filtered::run(counts, p.1, p.0))
            .collect();
        let spread = spread(counts, average(&weights, |i| profile[i].1), &profile);
        let smoothed: Vec<Vec<State>> = runs.iter().map(Filtered::smoothed).collect();
        let path: Vec<State> = (0..counts.len())
            .map(|d| mixed(&weights, |i| smoothed[i][d]))
            .collect();
        let last = mixed(&weights, |i| runs[i].last());
        let mean = last.mean;
        let levels: Vec<f64> = path.iter().map(|s| s.mean).collect();
        let (law, word) = shape(counts, &levels, mean, spread.value);
        let law = with_mean(law, counts, &around(&path, mean));
        let last_day = counts.last().map_or(0, |c| c.day);
        Some(Level {
            last,
            ks: distance(counts, &levels, mean, &law),
            law,
            word,
            spread,
            drift,
            drift_seen: enough.then(|| drift_seen(&profile, counts)),
            path,
            days_since: days.saturating_sub(last_day + 1),
            most: counts.iter().map(|c| c.sessions).max().unwrap_or(1),
            active_days: counts.len(),
        })
    }

    /// No day has more sessions than this.
    pub fn bound(&self) -> f64 {
        super::super::toml::round_up(3.0 * f64::from(self.most)).max(20.0)
    }

    /// Levels of the active days relative to the last one, each as uncertain as it is: what the
    /// smoothed levels leave out of the differences between days lies around them.
    pub fn relative_path(&self) -> Vec<f64> {
        let mut all = around(&self.path, self.last.mean);
        all.sort_by(f64::total_cmp);
        all
    }

    /// The standard deviation of the log level some days after the period.
    pub fn doubt(&self, days_ahead: u32) -> f64 {
        let days = f64::from(self.days_since) + f64::from(days_ahead);
        libm::sqrt(self.last.variance + self.drift * self.drift * days)
    }

    /// Median of a day's sessions at the level of the last day, with its interval.
    pub fn median(&self) -> Estimate {
        let by = libm::exp(factor(self.active_days as f64) * libm::sqrt(self.last.variance));
        let value = Draw::of(self.law.clone()).quantile(0.5);
        Estimate {
            value,
            low: value / by,
            high: value * by,
            n: self.active_days as u64,
        }
    }

    pub fn keys(&self) -> Vec<Key> {
        let sessions = Key {
            name: "sessions_per_day",
            about: "Sessions of an active day, at the level of the last days",
            value: Some(super::super::toml::draw(&self.law, Some(self.bound()))),
            shown: vec![
                ("median before rounding up", self.median()),
                ("spread", self.spread),
            ],
            n: self.active_days as u64,
            of: "active days",
            words: words(self.word, self.ks, self.active_days),
        };
        let words = match &self.drift_seen {
            Some(_) => "drawn toward 0.12, which is usual".to_owned(),
            None => format!(
                "{} active days only, {DRIFT_FEW} are needed: what is usual",
                self.active_days
            ),
        };
        let drift = Key {
            name: "drift",
            about: "Daily step of the level (standard deviation of its logarithm)",
            value: Some(super::super::toml::number(self.drift)),
            shown: self.drift_seen.iter().map(|e| ("seen", *e)).collect(),
            n: self.active_days as u64,
            of: "active days",
            words,
        };
        vec![sessions, drift]
    }
}

/// Levels relative to a log level, each as uncertain as it is.
fn around(path: &[State], last: f64) -> Vec<f64> {
    let one = |s: &State| {
        let (by, sd) = (s.mean - last, libm::sqrt(s.variance));
        AROUND.map(|z| libm::exp(by + sd * z))
    };
    path.iter().flat_map(one).collect()
}

/// The keys where there are too few active days.
pub fn preset_keys(days: usize) -> Vec<Key> {
    [
        ("sessions_per_day", "Sessions of an active day"),
        (
            "volume",
            "What is not known of the mean, drawn once per trial",
        ),
    ]
    .map(|(name, about)| Key::preset(name, about, days as u64, "active days", DAYS_FEW))
    .into()
}

fn words(word: &str, ks: f64, n: usize) -> String {
    if ks <= 0.05f64.max(1.36 / libm::sqrt(n as f64)) {
        format!("{word} fits well (KS {ks:.2})")
    } else {
        format!("{word} does not quite fit (KS {ks:.2})")
    }
}

/// What the likelihood alone says about the drift.
fn drift_seen(profile: &[(f64, f64, f64)], counts: &[Count]) -> Estimate {
    let best = (0..profile.len()).max_by(|a, b| profile[*a].2.total_cmp(&profile[*b].2));
    let i = best.unwrap_or(0);
    let low = profile[i.saturating_sub(1)].0;
    let high = profile[(i + 1).min(profile.len() - 1)].0;
    let value = least(low, high, 14, |w| -at_drift(counts, w).1);
    let top = at_drift(counts, value).1.max(profile[i].2);
    let points: Vec<(f64, f64)> = profile.iter().map(|p| (p.0, p.2)).collect();
    let (low, high) = within(&points, value, top);
    Estimate {
        value: if value < 0.1 * DRIFTS[1] { 0.0 } else { value },
        low: if low <= DRIFTS[1] { 0.0 } else { low },
        high,
        n: counts.len() as u64,
    }
}

/// The spread with the interval in which the best likelihood at any drift is high enough.
fn spread(counts: &[Count], value: f64, profile: &[(f64, f64, f64)]) -> Estimate {
    let step = 1.0 / libm::sqrt(2.0 * counts.len() as f64);
    let best = |s: f64| {
        let run = |w: f64| Filtered::run(counts, s, w).ln_likelihood;
        profile
            .iter()
            .map(|p| run(p.0))
            .fold(f64::NEG_INFINITY, f64::max)
    };
    let points: Vec<(f64, f64)> = (-7..=7)
        .map(|k| {
            let t = libm::log(value) + 0.5 * f64::from(k) * step;
            (t, best(libm::exp(t)))
        })
        .collect();
    let top = points.iter().map(|p| p.1).fold(f64::NEG_INFINITY, f64::max);
    let (low, high) = within(&points, libm::log(value), top);
    Estimate {
        value,
        low: libm::exp(low).min(value),
        high: libm::exp(high).max(value),
        n: counts.len() as u64,
    }
}

/// The ends between which a profile stays within [`RISE`] of its top, straight between its points.
fn within(points: &[(f64, f64)], value: f64, top: f64) -> (f64, f64) {
    let floor = top - RISE;
    let cross = |a: (f64, f64), b: (f64, f64)| {
        // A parabola through the top falls with the square of the distance.
        let (x, y) = (
            libm::sqrt((top - a.1).max(0.0)),
            libm::sqrt((top - b.1).max(0.0)),
        );
        let t = (libm::sqrt(RISE) - x) / (y - x).max(1e-12);
        a.0 + t.clamp(0.0, 1.0) * (b.0 - a.0)
    };
    let mut low = points.first().map_or(value, |p| p.0);
    let mut high = points.last().map_or(value, |p| p.0);
    for pair in points.windows(2) {
        let (a, b) = (pair[0], pair[1]);
        if a.1 < floor && b.1 >= floor && b.0 <= value.max(b.0) {
            low = cross(b, a);
            break;
        }
    }
    for pair in points.windows(2).rev() {
        let (a, b) = (pair[0], pair[1]);
        if b.1 < floor && a.1 >= floor {
            high = cross(a, b);
            break;
        }
    }
    (low.min(value), high.max(value))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::stream::{Purpose, Stream};
    use crate::base::table::Sampler;

    fn drawn(seed: u64, days: u32, s: f64, w: f64) -> (Vec<Count>, f64) {
        let mut rng = Stream::open(seed, Purpose::Calendar, 0, 0, 0);
        let normal = Sampler::compile(&Draw::of(Law::Normal { mean: 0.0, sd: 1.0 }));
        let (mut level, mut all) = (1.2, Vec::new());
        for day in 0..days {
            level += w * normal.sample(rng.word());
            let x = libm::exp(level + s * normal.sample(rng.word()));
            if rng.chance(0.7) {
                let sessions = libm::ceil(x).max(1.0) as u32;
                all.push(Count { day, sessions });
            }
        }
        (all, level)
    }

    #[test]
    fn spread_drift_and_level_are_found() {
        let (counts, end) = drawn(4, 400, 0.8, 0.1);
        let level = Level::of(&counts, 400).unwrap();
        assert!(
            level.spread.low < 0.8 && 0.8 < level.spread.high,
            "{level:?}"
        );
        let drift = level.drift_seen.unwrap();
        assert!(drift.low < 0.1 && 0.1 < drift.high, "{drift:?}");
        let off = (level.last.mean - end).abs() / libm::sqrt(level.last.variance);
        assert!(off < 3.0, "{:?} for {end}", level.last);
    }

    /// Drawn along the relative levels, days have as many sessions as were seen.
    #[test]
    fn the_levels_of_the_days_keep_their_mean() {
        let (mut seen, mut drawn_again) = (0.0, 0.0);
        for seed in 0..12 {
            let (counts, _) = drawn(seed, 60, 0.8, 0.2);
            let level = Level::of(&counts, 60).unwrap();
            let mean = |all: &mut dyn Iterator<Item = f64>| {
                let all: Vec<f64> = all.collect();
                all.iter().sum::<f64>() / all.len() as f64
            };
            let draw = Draw::of(level.law.clone());
            let path = level.relative_path();
            drawn_again += mean(&mut path.iter().map(|by| {
                let at = |i: u32| libm::ceil(by * draw.quantile((f64::from(i) + 0.5) / 200.0));
                mean(&mut (0..200).map(|i| at(i).max(1.0)))
            })) / 12.0;
            seen += mean(&mut counts.iter().map(|c| f64::from(c.sessions))) / 12.0;
        }
        assert!(
            (drawn_again / seen - 1.0).abs() < 0.01,
            "{drawn_again} for {seen}"
        );
    }

    #[test]
    fn too_few_days_say_nothing_of_drift() {
        let (counts, _) = drawn(5, 12, 0.8, 0.0);
        let level = Level::of(&counts, 12).unwrap();
        assert!(level.drift_seen.is_none());
        assert!((level.drift - DRIFT_USUAL).abs() < 0.06, "{}", level.drift);
        assert!(Level::of(&counts[..3], 12).is_none());
    }
}
