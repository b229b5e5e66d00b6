//! How a context begins and grows.
//!
//! What: growth of request n of a session, g = G · (1 + e·exp(−(n−1)/τ)) · B, with G drawn for each
//! request, B once for a session. Symbols: y = ln g; e `early_growth`, τ `early_requests`, b = ln B
//! with spread σ_b, `session_growth`. Formula: e and τ by least squares of y around each session's own
//! mean, so that neither the law of G nor the sessions' differences matter; σ_b so that the sessions'
//! means vary as much as they do (R. C. Paule, J. Mandel, J. Res. NBS 87 (1982) 377); G from the
//! deviations of long sessions, put at the mean of all sessions. Limits: requests whose context did not
//! grow are a share of zeros; drops are compactions and no growth. Example: with preset-like data of 60
//! days e is known to about a tenth.

use super::super::laws::interval::{around, factor};
use super::super::laws::sample::effective;
use super::super::laws::solve::lowest;
use super::super::laws::{Marginal, Sample, fit};
use super::super::toml;
use super::super::view::{Session, View};
use super::{Drawn, FEW, Key, either};
use crate::base::law::Law;
use crate::stats::estimate::Estimate;

/// Early growth has faded after so many requests.
const EARLY: usize = 64;
/// Fewest sessions with ten requests of which a curve is made.
const CURVES_FEW: usize = 15;
/// The preset's curve, taken off where there is too little to fit one.
const USUAL: (f64, f64) = (3.6, 4.5);
/// Least growth at the beginning that is worth a curve.
const CURVE_MIN: f64 = 0.3;
/// Sessions shorter than this tell little of their own mean.
const LONG: usize = 8;
/// Spreads of sessions below this are none.
const SESSIONS_ALIKE: f64 = 0.08;
/// Share of requests without growth from which on it is part of the law.
const ZEROS_MIN: f64 = 0.005;

/// Logarithms of growth of one session: request index from 1, ln of tokens.
struct Run {
    day: u32,
    logs: Vec<(usize, f64)>,
}

/// What was fitted of growth.
pub struct Growth {
    pub keys: Vec<Key>,
    /// Median growth of a late request, reference tokens: what follows upon a compaction.
    pub late_median: f64,
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
        if b.dropped.is_some() || a.model != b.model {
            continue;
        }
        let grown = b.reference() - a.reference();
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
            late_median: 670.0,
        };
    }
    let (curve, mut keys) = early(&runs);
    for r in &mut runs {
        for (i, y) in &mut r.logs {
            *y -= boost(curve, *i);
        }
    }
    let (centre, centre_variance, spread, key) = sessions(&runs);
    keys.push(key);
    let sample = centred(&runs, centre, spread);
    let mut late_median = libm::exp(centre);
    if let Some(mut m) = fit(&sample, false) {
        // The middle is known no better than the mean of the sessions.
        let widen = |e: Estimate| {
            let days = factor(effective_days(&runs));
            let own = libm::log(e.high / e.value) / days;
            around(
                e.value,
                own * own + centre_variance,
                effective_days(&runs),
                e.n,
            )
        };
        m.median = widen(m.median);
        m.p90 = widen(m.p90);
        late_median = m.median.value;
        keys.insert(0, growth_key(m, &sample, &zeros));
    }
    Growth { keys, late_median }
}

fn about(name: &str) -> &'static str {
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

/// ln of the factor of early growth at request index `i` (from 0).
fn boost(curve: (f64, f64), i: usize) -> f64 {
    libm::log1p(curve.0 * libm::exp(-(i as f64) / curve.1))
}

/// Fits the curve of early growth and writes its keys.
fn early(runs: &[Run]) -> ((f64, f64), Vec<Key>) {
    let long = runs.iter().filter(|r| r.logs.len() >= 9).count();
    if long < CURVES_FEW {
        let keys = ["early_growth", "early_requests"].map(|name| {
            Key::preset(
                name,
                about(name),
                long as u64,
                "sessions of ten requests",
                CURVES_FEW,
            )
        });
        return (USUAL, keys.into());
    }
    let table = |t: &[f64]| -> Vec<f64> {
        let curve = (libm::exp(t[0]), libm::exp(t[1]));
        (0..EARLY).map(|i| boost(curve, i)).collect()
    };
    // Around the session's own mean, nothing but the curve is left.
    let cost = |t: &[f64]| -> f64 {
        let g = table(t);
        let sum: f64 = runs.iter().map(|r| around_mean(r, &g).1).sum();
        // Only a hint, so that a curve that is not there ends somewhere.
        sum + 0.05 * (t[0] * t[0] + (t[1] - libm::log(USUAL.1)) * (t[1] - libm::log(USUAL.1)))
    };
    let t = lowest(&[libm::log(2.0), libm::log(USUAL.1)], 0.5, 150, cost);
    let curve = (libm::exp(t[0]), libm::exp(t[1]));
    if curve.0 * libm::exp(-1.0 / curve.1) < CURVE_MIN || t[1] > 5.0 {
        let key = |name: &'static str, value: &str| Key {
            value: Some(value.to_owned()),
            words: "growth does not fade".to_owned(),
            ..Key::preset(
                name,
                about(name),
                long as u64,
                "sessions of ten requests",
                0,
            )
        };
        return ((0.0, USUAL.1), vec![key("early_growth", "0")]);
    }
    let errors = curve_errors(runs, &t, table);
    let key = |name: &'static str, value: f64, error: f64| Key {
        name,
        about: about(name),
        value: Some(toml::number(value)),
        shown: vec![(
            "value",
            around(value, error * error, effective_days(runs), long as u64),
        )],
        n: long as u64,
        of: "sessions of ten requests",
        words: String::new(),
    };
    let keys = vec![
        key("early_growth", curve.0, errors[0]),
        key("early_requests", curve.1, errors[1]),
    ];
    (curve, keys)
}

/// Residuals of a session around its mean, and the sum of their squares.
fn around_mean(r: &Run, table: &[f64]) -> (Vec<f64>, f64) {
    let rest: Vec<f64> = r
        .logs
        .iter()
        .map(|(i, y)| y - table.get(*i).copied().unwrap_or(0.0))
        .collect();
    let mean = rest.iter().sum::<f64>() / rest.len() as f64;
    let rest: Vec<f64> = rest.into_iter().map(|x| x - mean).collect();
    let sum = rest.iter().map(|x| x * x).sum();
    (rest, sum)
}

/// Standard errors of the curve's two parameters: Gauss-Newton, days as clusters.
fn curve_errors(runs: &[Run], t: &[f64], table: impl Fn(&[f64]) -> Vec<f64>) -> [f64; 2] {
    const H: f64 = 1e-4;
    let slope = |k: usize| -> Vec<f64> {
        let moved = |h: f64| {
            let mut x = t.to_vec();
            x[k] += h;
            table(&x)
        };
        let pairs = moved(H).into_iter().zip(moved(-H));
        pairs.map(|(a, b)| (a - b) / (2.0 * H)).collect()
    };
    let (g, slopes) = (table(t), [slope(0), slope(1)]);
    let mut a = vec![vec![0.0; 2]; 2];
    let mut days: std::collections::BTreeMap<u32, [f64; 2]> = std::collections::BTreeMap::new();
    for r in runs {
        let rest = around_mean(r, &g).0;
        let own = slopes.each_ref().map(|s| {
            let all: Vec<f64> = r
                .logs
                .iter()
                .map(|(i, _)| s.get(*i).copied().unwrap_or(0.0))
                .collect();
            let mean = all.iter().sum::<f64>() / all.len() as f64;
            all.into_iter().map(|x| x - mean).collect::<Vec<f64>>()
        });
        let day = days.entry(r.day).or_default();
        for (j, e) in rest.iter().enumerate() {
            for k in 0..2 {
                day[k] += e * own[k][j];
                for l in 0..2 {
                    a[k][l] += own[k][j] * own[l][j];
                }
            }
        }
    }
    let Some(inverse) = super::super::laws::solve::inverse(&a) else {
        return [1.0, 1.0];
    };
    let d = days.len() as f64;
    let scale = d / (d - 1.0).max(1.0);
    [0, 1].map(|k: usize| {
        let of = |s: &[f64; 2]| inverse[k][0] * s[0] + inverse[k][1] * s[1];
        libm::sqrt(scale * days.values().map(|s| of(s) * of(s)).sum::<f64>())
    })
}

/// Days that count, by growth observations.
fn effective_days(runs: &[Run]) -> f64 {
    let mut days: std::collections::BTreeMap<u32, f64> = std::collections::BTreeMap::new();
    for r in runs {
        *days.entry(r.day).or_default() += r.logs.len() as f64;
    }
    effective(days.into_values())
}

/// Mean and number of a session's logs.
struct Mean {
    day: u32,
    mean: f64,
    n: f64,
}

/// The mean of the sessions (generalised least squares), its variance by days, the spread of
/// sessions, and its key.
fn sessions(runs: &[Run]) -> (f64, f64, f64, Key) {
    let means: Vec<Mean> = runs
        .iter()
        .map(|r| {
            let n = r.logs.len() as f64;
            Mean {
                day: r.day,
                mean: r.logs.iter().map(|l| l.1).sum::<f64>() / n,
                n,
            }
        })
        .collect();
    let within: f64 = runs
        .iter()
        .zip(&means)
        .map(|(r, m)| {
            r.logs
                .iter()
                .map(|l| (l.1 - m.mean) * (l.1 - m.mean))
                .sum::<f64>()
        })
        .sum();
    let total: f64 = means.iter().map(|m| m.n).sum();
    let inside = within / (total - means.len() as f64).max(1.0);
    let between = paule_mandel(&means, inside, None);
    let spread = libm::sqrt(between);
    let weight = |m: &Mean| 1.0 / (between + inside / m.n).max(1e-12);
    let sum: f64 = means.iter().map(weight).sum();
    let centre = means.iter().map(|m| weight(m) * m.mean).sum::<f64>() / sum;
    let mut days: std::collections::BTreeMap<u32, f64> = std::collections::BTreeMap::new();
    for m in &means {
        *days.entry(m.day).or_default() += weight(m) * (m.mean - centre);
    }
    let d = days.len() as f64;
    let variance = d / (d - 1.0).max(1.0) * days.values().map(|x| x * x).sum::<f64>() / (sum * sum);
    (
        centre,
        variance,
        spread,
        spread_key(&means, inside, spread, &days),
    )
}

fn spread_key(
    means: &[Mean],
    inside: f64,
    spread: f64,
    days: &std::collections::BTreeMap<u32, f64>,
) -> Key {
    const NAME: &str = "session_growth";
    let n = means.len() as u64;
    if spread < SESSIONS_ALIKE {
        return Key {
            value: Some("1".to_owned()),
            words: "sessions do not differ".to_owned(),
            ..Key::preset(NAME, about(NAME), n, "sessions", 0)
        };
    }
    // Leaving out a day at a time.
    let without: Vec<f64> = days
        .keys()
        .map(|day| libm::log(libm::sqrt(paule_mandel(means, inside, Some(*day))).max(0.01)))
        .collect();
    let d = without.len() as f64;
    let middle = without.iter().sum::<f64>() / d;
    let squares: f64 = without.iter().map(|x| (x - middle) * (x - middle)).sum();
    let variance = if d > 1.0 {
        (d - 1.0) / d * squares
    } else {
        0.5 / n as f64
    };
    let count = effective(
        means
            .iter()
            .fold(
                std::collections::BTreeMap::<u32, f64>::new(),
                |mut all, m| {
                    *all.entry(m.day).or_default() += 1.0;
                    all
                },
            )
            .into_values(),
    );
    let law = Law::LogNormal {
        mu: 0.0,
        sigma: spread,
    };
    Key {
        name: NAME,
        about: about(NAME),
        value: Some(toml::draw(
            &law,
            Some(toml::round_up(libm::exp(3.0 * spread))),
        )),
        shown: vec![("spread", around(spread, variance, count, n))],
        n,
        of: "sessions",
        words: String::new(),
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

/// Growth without the sessions' differences, around the common middle.
fn centred(runs: &[Run], centre: f64, spread: f64) -> Sample {
    let mut all = Sample::default();
    if spread < SESSIONS_ALIKE {
        for r in runs {
            r.logs.iter().for_each(|l| all.add(libm::exp(l.1), r.day));
        }
        return all;
    }
    let total: usize = runs.iter().map(|r| r.logs.len()).sum();
    let in_long: usize = runs
        .iter()
        .map(|r| r.logs.len())
        .filter(|n| *n >= LONG)
        .sum();
    let least = if 2 * in_long >= total { LONG } else { 2 };
    for r in runs.iter().filter(|r| r.logs.len() >= least) {
        let n = r.logs.len() as f64;
        let mean = r.logs.iter().map(|l| l.1).sum::<f64>() / n;
        // Deviations from an own mean are a little too small.
        let up = libm::sqrt(n / (n - 1.0));
        for (_, y) in &r.logs {
            all.add(libm::exp(centre + up * (y - mean)), r.day);
        }
    }
    all
}
