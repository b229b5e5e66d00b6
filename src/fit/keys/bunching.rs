//! Sessions that begin soon after another one of their day.
//!
//! What: the share c of a day's sessions that follow another one, and the mean τ of the time between the two
//! starts. Symbols: x_1 … x_n the starts of a day in seconds of its T open ones, k those of them that follow
//! nothing. Formula: the chance of a day is Σ k! (1 − c)^(k−1) T^(−k) c^(n−k) Π e^(−d/τ)/τ over all ways in which
//! starts may follow each other, d the time between the two. k! is taken as A k̄^k with k̄ = n − c (n − 1), the mean
//! of k, and A such that it is right on average, which makes it the chance of a process: starts come at the rate
//! k̄ (1 − c)/T + Σ w_j/τ, where w_j, the chance that the follower of start j has yet to come, is p = c/(1 + c)
//! at first, becomes w e^(−d/τ)/(1 − w + w e^(−d/τ)) in d seconds without any, and w (1 − a) with a start that
//! comes, a being its part of the rate. c and τ are the most likely ones, with a hint toward ten minutes.
//! Errors from leaving out a day at a time. Limits: where the open hours are not evenly full, starts seem
//! bunched a little; starts outside them are left out; that several starts wait for one follower each is
//! told by their chances alone. Source: A. G. Hawkes, Biometrika 58 (1971) 83, with one follower at most.
//! Example: of twelve starts a day on 30 days, the 90 % interval of c is less than 0.3 wide.

use std::collections::BTreeMap;

use super::super::laws::interval::{around, factor};
use super::super::laws::sample::effective;
use super::super::laws::solve::lowest;
use super::super::toml;
use super::super::view::{View, weekday};
use super::Key;
use super::hours::Starts;
use crate::base::special::ln_gamma;
use crate::stats::estimate::Estimate;

/// Fewest starts and days of which it is made.
const STARTS_FEW: usize = 50;
const DAYS_FEW: usize = 5;
/// Mean time between the starts that is expected, seconds, and how sure that is (standard deviation of
/// the logarithm).
const USUAL_GAP_S: f64 = 600.0;
const SPREAD: f64 = 1.0;
/// A smaller share is none, and a smaller chance of a start.
const NONE: f64 = 0.03;
const NEVER: f64 = 1e-4;

/// The starts of one day, ascending, in seconds of its open hours, and how many of these it has.
#[derive(Clone, Debug)]
struct Day {
    day: u32,
    starts: Vec<f64>,
    open: f64,
}

/// Log-odds of the share, logarithm of the mean time.
type Theta = [f64; 2];

fn share(t: &[f64]) -> f64 {
    (1.0 / (1.0 + libm::exp(-t[0]))).clamp(1e-6, 1.0 - 1e-6)
}

fn days(view: &View) -> Vec<Day> {
    let hours = Starts::of(view).open_hours();
    let open = |day: u32| &hours[weekday(view.period.first + i64::from(day))];
    let mut starts: BTreeMap<u32, Vec<f64>> = BTreeMap::new();
    for s in &view.sessions {
        let at = view.days.hour(s.at);
        let (open, hour) = (open(s.day), at as usize);
        if open.get(hour) == Some(&true) {
            let before = open.iter().take(hour).filter(|o| **o).count();
            let x = 3600.0 * (before as f64 + at - hour as f64);
            starts.entry(s.day).or_default().push(x);
        }
    }
    let one = |(day, mut starts): (u32, Vec<f64>)| {
        starts.sort_by(f64::total_cmp);
        let open = 3600.0 * open(day).iter().filter(|o| **o).count() as f64;
        Day { day, starts, open }
    };
    let mut all: Vec<Day> = starts.into_iter().map(one).collect();
    all.retain(|d| d.starts.len() > 1);
    all
}

/// Minus the logarithm of the likelihood without a day, with the hint.
fn cost(days: &[Day], without: Option<u32>, t: &[f64]) -> f64 {
    let (share, mean) = (share(t), libm::exp(t[1]));
    let mut known: BTreeMap<usize, f64> = BTreeMap::new();
    let mut sum = 0.0;
    for d in days.iter().filter(|d| Some(d.day) != without) {
        let n = d.starts.len();
        let constant = known.entry(n).or_insert_with(|| constant(n as f64, share));
        sum += *constant + ln_likelihood(d, share, mean);
    }
    let z = (t[1] - libm::log(USUAL_GAP_S)) / SPREAD;
    // Only a hint, so that a share of nothing ends somewhere.
    0.5 * z * z + 0.02 * t[0] * t[0] - sum
}

/// Starts that follow nothing, on average: the first one drawn always is one.
fn free(n: f64, share: f64) -> f64 {
    n - share * (n - 1.0)
}

/// The part of a day's likelihood that its times do not matter to.
fn constant(n: f64, share: f64) -> f64 {
    n * libm::log(1.0 + share) - libm::log(1.0 - share) - tangent(n, share)
}

/// The part that they matter to.
fn ln_likelihood(d: &Day, share: f64, mean: f64) -> f64 {
    let free = free(d.starts.len() as f64, share);
    let (p, any) = (share / (1.0 + share), free * (1.0 - share) / d.open);
    let mut sum = 0.0;
    // The chance of each start that its follower has yet to come.
    let mut waits: Vec<f64> = Vec::with_capacity(d.starts.len());
    let mut last = 0.0;
    for x in d.starts.iter().chain([&d.open]) {
        let fade = libm::exp((last - x) / mean);
        for w in &mut waits {
            let none = 1.0 - *w + *w * fade;
            sum += libm::log(none);
            *w *= fade / none;
        }
        waits.retain(|w| *w > NEVER);
        if *x < d.open {
            let rate = any + waits.iter().sum::<f64>() / mean;
            sum += libm::log(rate);
            // The follower of any of them, or of none.
            waits
                .iter_mut()
                .for_each(|w| *w *= 1.0 - *w / (mean * rate));
            waits.push(p);
        }
        last = *x;
    }
    sum
}

/// Logarithm of the mean of k̄^k/k! over the k of n starts that follow nothing: what takes the place of k!
/// is as large on average.
fn tangent(n: f64, share: f64) -> f64 {
    let r = free(n, share);
    let ln_factorial = |x: f64| ln_gamma(x + 1.0);
    let ln = |k: f64| {
        let ways = ln_factorial(n - 1.0) - ln_factorial(k - 1.0) - ln_factorial(n - k);
        ways + (k - 1.0) * libm::log(1.0 - share) + (n - k) * libm::log(share) + k * libm::log(r)
            - ln_factorial(k)
    };
    let terms: Vec<f64> = (1..=n as u32).map(|k| ln(f64::from(k))).collect();
    let top = terms.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    top + libm::log(terms.iter().map(|t| libm::exp(t - top)).sum())
}

/// The keys; none where sessions begin at any time, or too few are seen.
pub fn keys(view: &View) -> Vec<Key> {
    of(&days(view))
}

fn of(days: &[Day]) -> Vec<Key> {
    let n: usize = days.iter().map(|d| d.starts.len()).sum();
    if n < STARTS_FEW || days.len() < DAYS_FEW {
        return Vec::new();
    }
    let fitted = |from: Theta, step, tries, without| -> Theta {
        let t = lowest(&from, step, tries, |t| cost(days, without, t));
        [t[0], t[1]]
    };
    let theta = fitted([-0.5, libm::log(USUAL_GAP_S)], 0.4, 120, None);
    if share(&theta) < NONE {
        return Vec::new();
    }
    let without = |d: &Day| fitted(theta, 0.1, 60, Some(d.day));
    let moved: Vec<Theta> = days.iter().map(without).collect();
    let d = moved.len() as f64;
    let variance = |k: usize| {
        let middle = moved.iter().map(|t| t[k]).sum::<f64>() / d;
        let squares = moved.iter().map(|t| (t[k] - middle) * (t[k] - middle));
        (d - 1.0) / d * squares.sum::<f64>()
    };
    let count = effective(days.iter().map(|d| d.starts.len() as f64));
    let by = factor(count) * libm::sqrt(variance(0));
    let seen = Estimate {
        value: share(&theta),
        low: share(&[theta[0] - by]),
        high: share(&[theta[0] + by]),
        n: n as u64,
    };
    let gap = around(libm::exp(theta[1]), variance(1), count, n as u64);
    let key = |name, about, value, shown| Key {
        value: Some(value),
        shown: vec![shown],
        words: String::new(),
        ..Key::preset(name, about, n as u64, "starts", 0)
    };
    vec![
        key(
            "bunching",
            "Share of a day's sessions that begin soon after another one",
            toml::number(seen.value),
            ("share", seen),
        ),
        key(
            "bunch_gap",
            "Seconds between the two starts",
            format!(
                "{{ exponential = {{ mean = {} }} }}",
                toml::number(gap.value)
            ),
            ("mean", gap),
        ),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::stream::{Purpose, Stream};

    /// Days of eight hours with twelve starts each.
    fn drawn(share: f64, seed: u64) -> Vec<Day> {
        let mut rng = Stream::open(seed, Purpose::Calendar, 0, 0, 0);
        let one = |day: u32| {
            let mut at: Vec<f64> = vec![28_800.0 * rng.unit()];
            for i in 1..12usize {
                let next = if rng.chance(share) {
                    at[i - 1] - 300.0 * libm::log(1.0 - rng.unit())
                } else {
                    28_800.0 * rng.unit()
                };
                at.push(next);
            }
            at.iter_mut().for_each(|x| *x = x.min(28_799.0));
            at.sort_by(f64::total_cmp);
            Day {
                day,
                starts: at,
                open: 28_800.0,
            }
        };
        (0..30).map(one).collect()
    }

    #[test]
    fn share_and_gap_are_found() {
        let keys = of(&drawn(0.4, 3));
        let (share, gap) = (keys[0].shown[0].1, keys[1].shown[0].1);
        assert!(share.low < 0.4 && 0.4 < share.high, "{share:?}");
        assert!(share.high - share.low < 0.3, "{share:?}");
        assert!(gap.low < 300.0 && 300.0 < gap.high, "{gap:?}");
    }

    #[test]
    fn starts_at_any_time_are_not_bunched() {
        let keys = of(&drawn(0.0, 4));
        assert!(
            keys.is_empty() || keys[0].shown[0].1.value < 0.1,
            "{keys:?}"
        );
        assert!(of(&drawn(0.4, 5)[..3]).is_empty(), "too few days");
    }
}
