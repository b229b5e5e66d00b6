//! How a context begins and grows.
//!
//! What: growth of request n of a session, g = G · (1 + e·exp(−(n−1)/τ)) · B, with G drawn for each
//! request and B once for a session. [`Curve`] takes the early part off, [`Sessions`] the sessions'
//! differences; G is the law of what is left. Limits: requests whose context did not grow are a share
//! of zeros; what a compaction cut off has grown too, where the log says how much.

use super::super::laws::interval::{around, factor};
use super::super::laws::sample::effective;
use super::super::laws::{Marginal, Sample, fit};
use super::super::toml;
use super::super::view::{Session, View};
use super::context_curve::Curve;
use super::context_sessions::Sessions;
use super::{Drawn, FEW, Key, either};
use crate::stats::estimate::Estimate;

/// Share of requests without growth from which on it is part of the law.
const ZEROS_MIN: f64 = 0.005;
/// Request index from which on growth is late, and its mean where nothing is known of it.
const LATE: usize = 16;
const LATE_USUAL: f64 = 1_400.0;

/// Logarithms of growth of one session: request index from 1, ln of tokens.
pub struct Run {
    pub day: u32,
    pub logs: Vec<(usize, f64)>,
}

/// What was fitted of growth.
pub struct Growth {
    pub keys: Vec<Key>,
    /// Mean growth of a late request, reference tokens: what follows upon a compaction.
    pub late_mean: f64,
}

/// Contexts of the first requests.
pub fn first(view: &View) -> Sample {
    let mut all = Sample::default();
    for s in &view.sessions {
        if let Some(t) = s.main.first() {
            all.add(t.reference(), s.day);
        }
    }
    all
}

pub fn first_key(sample: &Sample) -> Key {
    Drawn {
        name: "first_context",
        about: "Context of the first request, reference tokens",
        of: "sessions",
        sample,
        counts: false,
        most: 1e6,
    }
    .key()
    .0
}

fn run(s: &Session, zeros: &mut Vec<(u32, f64, f64)>) -> Run {
    let mut logs = Vec::new();
    for (i, pair) in s.main.windows(2).enumerate() {
        let (a, b) = (&pair[0], &pair[1]);
        if a.model != b.model {
            continue;
        }
        // What was about to be asked when the context was replaced has grown too; large steps are
        // the likeliest to be cut off.
        let grown = match b.dropped {
            Some(drop) if drop.before > a.context => (drop.before - a.context) / a.tokenizer,
            Some(_) => continue,
            None => b.reference() - a.reference(),
        };
        zeros.push((s.day, f64::from(u8::from(grown <= 0.0)), 1.0));
        if grown > 0.0 {
            logs.push((i + 1, libm::log(grown)));
        }
    }
    Run { day: s.day, logs }
}

/// Fits growth of main chains.
pub fn growth(view: &View) -> Growth {
    let mut zeros = Vec::new();
    let mut runs: Vec<Run> = view.sessions.iter().map(|s| run(s, &mut zeros)).collect();
    runs.retain(|r| !r.logs.is_empty());
    let n: usize = runs.iter().map(|r| r.logs.len()).sum();
    if n < FEW {
        let keys = ["growth", "early_growth", "early_requests", "session_growth"]
            .map(|name| Key::preset(name, about(name), n as u64, "requests", FEW));
        return Growth {
            keys: keys.into(),
            late_mean: LATE_USUAL,
        };
    }
    let late_mean = late(&runs);
    let (curve, mut keys) = Curve::of(&runs);
    let plain = faded(&runs, &curve);
    let sessions = Sessions::of(&plain);
    keys.push(sessions.key());
    let sample = sessions.alike(&plain);
    if let Some(mut m) = fit(&sample, false) {
        let days = effective_days(&runs);
        // The middle is known no better than the mean of the sessions and the curve.
        let middle = sessions.variance + through_curve(&runs, &curve);
        let widen = |e: Estimate| {
            let own = libm::log(e.high / e.value) / factor(days);
            around(e.value, own * own + middle, days, e.n)
        };
        m.median = widen(m.median);
        m.p90 = widen(m.p90);
        keys.insert(0, growth_key(m, &sample, &zeros));
    }
    Growth { keys, late_mean }
}

/// Growth without the curve.
fn faded(runs: &[Run], curve: &Curve) -> Vec<Run> {
    let one = |r: &Run| Run {
        day: r.day,
        logs: r
            .logs
            .iter()
            .map(|(i, y)| (*i, y - curve.boost(*i)))
            .collect(),
    };
    runs.iter().map(one).collect()
}

/// The variance that the curve's errors bring to the mean of ln growth.
fn through_curve(runs: &[Run], curve: &Curve) -> f64 {
    const H: f64 = 1e-3;
    let centre = |k: usize, by: f64| Sessions::of(&faded(runs, &curve.moved(k, by))).centre;
    let slope = [0, 1].map(|k| (centre(k, H) - centre(k, -H)) / (2.0 * H));
    let c = curve.covariance;
    let mut sum = 0.0;
    for (k, a) in slope.iter().enumerate() {
        for (l, b) in slope.iter().enumerate() {
            sum += a * c[k][l] * b;
        }
    }
    sum.max(0.0)
}

/// Mean growth of requests after the early ones; of all where there are few.
fn late(runs: &[Run]) -> f64 {
    let mean = |from: usize| {
        let all = runs.iter().flat_map(|r| &r.logs).filter(|l| l.0 >= from);
        let (n, sum) = all.fold((0u32, 0.0), |s, l| (s.0 + 1, s.1 + libm::exp(l.1)));
        (n as usize >= FEW).then(|| sum / f64::from(n))
    };
    mean(LATE).or_else(|| mean(0)).unwrap_or(LATE_USUAL)
}

pub fn about(name: &str) -> &'static str {
    match name {
        "growth" => "Tokens that a request adds to the context, once it is under way",
        "early_growth" => "Extra growth of the first requests",
        "early_requests" => "How many requests it lasts",
        _ => "Factor on growth that holds for a session",
    }
}

fn growth_key(mut m: Marginal, sample: &Sample, zeros: &[(u32, f64, f64)]) -> Key {
    let drawn = Drawn {
        name: "growth",
        about: about("growth"),
        of: "requests",
        sample,
        counts: false,
        most: 500_000.0,
    };
    let share = super::super::laws::interval::share(zeros.iter().copied());
    let bound = drawn.bound(&m);
    if let Some(share) = share.filter(|s| s.value >= ZEROS_MIN) {
        m.law = either(share.value, 0.0, m.law);
        let mut key = drawn.write(&m);
        key.value = Some(toml::draw(&m.law, bound));
        key.shown.push(("without growth", share));
        return key;
    }
    drawn.write(&m)
}

/// Days that count, by growth observations.
pub fn effective_days(runs: &[Run]) -> f64 {
    let mut days: std::collections::BTreeMap<u32, f64> = std::collections::BTreeMap::new();
    for r in runs {
        *days.entry(r.day).or_default() += r.logs.len() as f64;
    }
    effective(days.into_values())
}
