//! How a context begins and grows.
//!
//! What: growth of request n of a session, g = G · (1 + e·exp(−(n−1)/τ)) · B, with G drawn for each
//! request and B once for a session. `Curve` takes the early part off, `Sessions` the sessions'
//! differences; G is the law of what is left, at the place where mean growth is as observed. Limits:
//! requests whose context did not grow are a share of zeros; what a compaction cut off has grown too,
//! where the log says how much.

use std::collections::BTreeMap;

use super::super::laws::interval::{around, factor};
use super::super::laws::sample::effective;
use super::super::laws::{Marginal, Sample, fit};
use super::super::toml;
use super::super::view::{Session, Turn, View};
use super::context_curve::{AGENTS, Curve, MAIN};
use super::context_sessions::Sessions;
use super::{Drawn, FEW, Key, either};
use crate::base::law::{Draw, Law};
use crate::stats::estimate::Estimate;

/// Share of requests without growth from which on it is part of the law.
const ZEROS_MIN: f64 = 0.005;
/// Request index from which on growth is late, and its mean where nothing is known of it.
const LATE: usize = 16;
const LATE_USUAL: f64 = 1_400.0;
/// Smaller contexts are not those of a conversation.
const CONTEXT_MIN: f64 = 1_000.0;

/// Logarithms of growth of one session: request index from 1, ln of tokens.
pub struct Run {
    pub day: u32,
    pub logs: Vec<(usize, f64)>,
    /// Tokens by which its context became smaller without being replaced.
    pub lost: f64,
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

/// Tokens by which a context grew from one request to the next of the same model; `None` where it was
/// replaced and nobody knows. What was about to be asked when the context was replaced has grown too;
/// large steps are the likeliest to be cut off.
pub fn grown(a: &Turn, b: &Turn) -> Option<f64> {
    match b.dropped {
        Some(drop) if drop.before > a.context => Some((drop.before - a.context) / a.tokenizer),
        Some(_) => None,
        None => Some(b.reference() - a.reference()),
    }
}

fn run(s: &Session, zeros: &mut Vec<(u32, f64, f64)>) -> Run {
    let (mut logs, mut lost) = (Vec::new(), 0.0);
    for (i, pair) in s.main.windows(2).enumerate() {
        let (a, b) = (&pair[0], &pair[1]);
        if a.model != b.model || a.context < CONTEXT_MIN || b.context < CONTEXT_MIN {
            continue;
        }
        let Some(grown) = grown(a, b) else { continue };
        zeros.push((s.day, f64::from(u8::from(grown <= 0.0)), 1.0));
        if grown > 0.0 {
            logs.push((i + 1, libm::log(grown)));
        } else {
            lost -= grown;
        }
    }
    Run {
        day: s.day,
        logs,
        lost,
    }
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
    let (curve, mut keys) = Curve::of(&runs, &MAIN);
    let plain = faded(&runs, &curve);
    let sessions = Sessions::of(&plain);
    keys.push(sessions.key());
    let sample = sessions.alike(&plain);
    if let Some(shape) = fit(&sample, false) {
        let spread = |without| match without {
            None => sessions.spread,
            Some(day) => sessions.without(day),
        };
        let m = placed(shape, &runs, &curve, &spread);
        keys.insert(0, growth_key("growth", m, &sample, &zeros));
    }
    Growth { keys, late_mean }
}

/// Growth without the curve.
fn faded(runs: &[Run], curve: &Curve) -> Vec<Run> {
    let one = |r: &Run| Run {
        logs: r
            .logs
            .iter()
            .map(|(i, y)| (*i, y - curve.boost(*i)))
            .collect(),
        ..*r
    };
    runs.iter().map(one).collect()
}

/// ln of the mean growth of a request without the curve; a day may be left out. What contexts lost
/// counts against it, so that they end up where they were seen.
fn ln_mean(runs: &[Run], curve: &Curve, without: Option<u32>) -> f64 {
    let (mut sum, mut n) = (0.0, 0.0);
    for r in runs.iter().filter(|r| Some(r.day) != without) {
        let all = r.logs.iter().map(|(i, y)| libm::exp(y - curve.boost(*i)));
        sum += (all.sum::<f64>() - r.lost).max(0.0);
        n += r.logs.len() as f64;
    }
    libm::log((sum / f64::max(n, 1.0)).max(1.0))
}

/// Growth of sub-agents, which are not told apart by how fast they grow. `zeros`: of all requests,
/// those without growth.
pub fn of_agents(runs: &[Run], zeros: &[(u32, f64, f64)]) -> Vec<Key> {
    const NAME: &str = "sub_agents.growth";
    let n: usize = runs.iter().map(|r| r.logs.len()).sum();
    if n < FEW {
        return vec![Key::preset(NAME, about(NAME), n as u64, "requests", FEW)];
    }
    let (curve, mut keys) = Curve::of(runs, &AGENTS);
    let mut sample = Sample::default();
    for r in faded(runs, &curve) {
        r.logs
            .iter()
            .for_each(|(_, y)| sample.add(libm::exp(*y), r.day));
    }
    if let Some(shape) = fit(&sample, false) {
        let m = placed(shape, runs, &curve, &|_| 0.0);
        keys.insert(0, growth_key(NAME, m, &sample, zeros));
    }
    keys
}

/// The law moved to where the mean growth is right, sessions' differences included; intervals by
/// leaving out a day at a time. `spread`: between sessions, of all days or without one.
fn placed(
    shape: Marginal,
    runs: &[Run],
    curve: &Curve,
    spread: &dyn Fn(Option<u32>) -> f64,
) -> Marginal {
    // A lognormal factor with median 1 has the mean e^(σ²/2).
    let ln_factor = |mean: f64, spread: f64, ln_mean: f64| mean - 0.5 * spread * spread - ln_mean;
    let mean = |law: &Law| libm::log(Draw::of(law.clone()).mean_estimate());
    let seen = ln_mean(runs, curve, None);
    let by = ln_factor(seen, spread(None), mean(&shape.law));
    let theta: BTreeMap<u32, Vec<f64>> = match &shape.inside {
        Some(inside) => inside.spread.without(&inside.theta).into_iter().collect(),
        None => BTreeMap::new(),
    };
    let mut days: Vec<u32> = runs.iter().map(|r| r.day).collect();
    days.sort_unstable();
    days.dedup();
    let quantiles = |day: &u32| -> [f64; 2] {
        let law = match (&shape.inside, theta.get(day)) {
            (Some(inside), Some(t)) => inside.family.law(t),
            _ => shape.law.clone(),
        };
        let ln = ln_mean(runs, &curve.without(*day), Some(*day));
        let by = ln_factor(ln, spread(Some(*day)), mean(&law));
        let draw = Draw::of(law);
        [0.5, 0.9].map(|p| by + libm::log(draw.quantile(p)))
    };
    let without: Vec<[f64; 2]> = days.iter().map(quantiles).collect();
    let count = effective_days(runs);
    let around = |e: Estimate, k: usize| {
        let d = without.len() as f64;
        let middle = without.iter().map(|x| x[k]).sum::<f64>() / d;
        let squares = without.iter().map(|x| (x[k] - middle) * (x[k] - middle));
        let moved = (d - 1.0) / d * squares.sum::<f64>();
        // Of observed quantiles, what days do to the shape is in their own interval.
        let own = match shape.inside {
            Some(_) => 0.0,
            None => libm::log(e.high / e.value) / factor(count),
        };
        let alone = libm::log(e.high / e.value) / factor(1.0);
        let variance = if d > 1.0 {
            moved + own * own
        } else {
            alone * alone
        };
        around(e.value, variance, count, e.n)
    };
    let mut m = shape.clone();
    (m.median, m.p90) = (around(shape.median, 0), around(shape.p90, 1));
    let mut m = m.times(libm::exp(by));
    m.mean = libm::exp(seen - 0.5 * spread(None) * spread(None));
    m
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
    match name.trim_start_matches("sub_agents.") {
        "growth" => "Tokens that a request adds to the context, once it is under way",
        "early_growth" => "Extra growth of the first requests",
        "early_requests" => "How many requests it lasts",
        _ => "Factor on growth that holds for a session",
    }
}

fn growth_key(
    name: &'static str,
    mut m: Marginal,
    sample: &Sample,
    zeros: &[(u32, f64, f64)],
) -> Key {
    let drawn = Drawn {
        name,
        about: about(name),
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
