//! When and how often each pool drains, and what is left of it over time.

use crate::account::spec::{Access, Funding, Opens, ReloadAmount, WalletSpec};
use crate::analysis::findings::{DrainQuantile, LeftPoint, PoolFinding, SurvivalPoint};
use crate::analysis::numbers::{
    COUNT, HOURS, MILLIONTHS, Sorted, USD, bin_quantile, share, spread,
};
use crate::analysis::words::money;
use crate::base::money::Money;
use crate::base::time::Instant;
use crate::engine::experiment::Experiment;
use crate::engine::outcome::{Field, NEVER, Outcome, WALLET_BINS, wallet_bin_cents};

/// The quantiles of first drains that are shown.
pub const DRAIN_QUANTILES: [f64; 7] = [0.05, 0.10, 0.25, 0.50, 0.75, 0.90, 0.95];

const PERMILLE_BINS: usize = 1001;

/// Findings of all pools: the windows in order, then the wallet if it can pay.
pub fn pools(experiment: &Experiment, outcome: &Outcome) -> Vec<PoolFinding> {
    let windows = experiment.account.windows.len();
    let mut found: Vec<PoolFinding> = (0..windows)
        .map(|w| window(experiment, outcome, w))
        .collect();
    if experiment.account.wallet.access == Access::On {
        found.push(wallet(experiment, outcome, windows));
    }
    found
}

fn window(experiment: &Experiment, outcome: &Outcome, index: usize) -> PoolFinding {
    let spec = &experiment.account.windows[index];
    let column = |field| outcome.column(field);
    let percent: Vec<f64> = (0..PERMILLE_BINS).map(|bin| bin as f64 / 10.0).collect();
    let counts = outcome.timeline.windows.get(index);
    PoolFinding {
        name: spec.name.clone(),
        label: spec.label.clone(),
        is_wallet: false,
        provenance: Some(spec.provenance),
        limit_usd: Some(spread(column(Field::WindowLimit(index)), USD)),
        peak_use: Some(spread(column(Field::PeakUse(index)), MILLIONTHS)),
        left: left(
            experiment,
            outcome,
            counts.map_or(&[], Vec::as_slice),
            &percent,
            (outcome.timeline.window_n, outcome.timeline.empty.get(index)),
        ),
        resets: match &spec.opens {
            Opens::Fixed { resets } => resets.clone(),
            Opens::FirstRequest { .. } => Vec::new(),
        },
        ..drains(experiment, outcome, index)
    }
}

fn wallet(experiment: &Experiment, outcome: &Outcome, index: usize) -> PoolFinding {
    let spec = &experiment.account.wallet;
    let timeline = &outcome.timeline;
    let dollars: Vec<f64> = (0..WALLET_BINS)
        .map(|bin| wallet_bin_cents(bin) / 100.0)
        .collect();
    let series = |counts: &[u32], empty| {
        left(
            experiment,
            outcome,
            counts,
            &dollars,
            (timeline.wallet_n, empty),
        )
    };
    let grants_left = series(&timeline.grants, None);
    PoolFinding {
        name: "wallet".to_owned(),
        label: spec.label.clone(),
        is_wallet: true,
        left: series(&timeline.wallet, timeline.empty.get(index)),
        expiries: expiries(spec, outcome, &grants_left),
        grants_left,
        rule: Some(rule(spec)),
        threshold: match (&spec.auto_reload, spec.funding) {
            (Some(reload), Funding::Prepaid) => Some(reload.threshold),
            _ => None,
        },
        ..drains(experiment, outcome, index)
    }
}

/// What all pools have in common.
fn drains(experiment: &Experiment, outcome: &Outcome, pool: usize) -> PoolFinding {
    let first = Sorted::new(outcome.column(Field::FirstDrain(pool)));
    let n = outcome.trials as u64;
    let drained = first.count_to(NEVER - 1) as u64;
    let instant = |ms: i64| (ms != NEVER).then(|| Instant(experiment.start.0 + ms));
    PoolFinding {
        name: String::new(),
        label: String::new(),
        is_wallet: false,
        provenance: None,
        limit_usd: None,
        p_drains: share(drained, n),
        first: DRAIN_QUANTILES
            .iter()
            .map(|&p| {
                let (low, high) = first.interval(p);
                DrainQuantile {
                    p,
                    at: instant(first.quantile(p)),
                    // Too few trials to bound it: it may be as early as the start, or never.
                    low: instant(low.unwrap_or(0)),
                    high: high.and_then(instant),
                }
            })
            .collect(),
        drains: spread(outcome.column(Field::Drains(pool)), COUNT),
        empty_h: spread(outcome.column(Field::EmptyMs(pool)), HOURS),
        stopped_h: spread(outcome.column(Field::StoppedMs(pool)), HOURS),
        peak_use: None,
        survival: experiment
            .steps
            .iter()
            .map(|&at| {
                let gone = first.count_to(at.0 - experiment.start.0) as u64;
                let lasts = share(n - gone.min(n), n);
                SurvivalPoint {
                    at,
                    share: lasts.value,
                    low: lasts.low,
                    high: lasts.high,
                }
            })
            .collect(),
        left: Vec::new(),
        resets: Vec::new(),
        grants_left: Vec::new(),
        expiries: Vec::new(),
        rule: None,
        threshold: None,
    }
}

/// Quantiles per step from counted bins; `value` gives what a bin stands for.
fn left(
    experiment: &Experiment,
    outcome: &Outcome,
    counts: &[u32],
    value: &[f64],
    (observed, empty): (u64, Option<&Vec<u32>>),
) -> Vec<LeftPoint> {
    if counts.is_empty() || observed == 0 {
        return Vec::new();
    }
    let steps = experiment.steps.iter().take(outcome.timeline.steps);
    steps
        .zip(counts.chunks_exact(value.len()))
        .enumerate()
        .map(|(step, (&at, bins))| {
            let q = |p| value[bin_quantile(bins, observed, p)];
            let sum: f64 = bins.iter().zip(value).map(|(c, v)| f64::from(*c) * v).sum();
            let empties = empty.and_then(|e| e.get(step)).copied().unwrap_or(0);
            LeftPoint {
                at,
                p05: q(0.05),
                p25: q(0.25),
                p50: q(0.50),
                p75: q(0.75),
                p95: q(0.95),
                mean: sum / observed as f64,
                empty: f64::from(empties) / observed as f64,
            }
        })
        .collect()
}

/// When grants expire and how much of them is then unused in the median trial, USD.
///
/// One expiring grant: the median of what expired, exactly. Several: what was left of all grants
/// just before each expiry, at most the grant itself.
fn expiries(
    spec: &WalletSpec,
    outcome: &Outcome,
    grants_left: &[LeftPoint],
) -> Vec<(Instant, Money, f64)> {
    let expiring: Vec<_> = spec
        .grants
        .iter()
        .filter_map(|g| g.expires.map(|at| (at, g.amount)))
        .collect();
    let single = expiring.len() == 1 && spec.bought_life.is_none();
    expiring
        .iter()
        .map(|&(at, amount)| {
            let unused = if single {
                spread(outcome.column(Field::Expired), USD).p50
            } else {
                let before = grants_left.iter().rev().find(|point| point.at < at);
                before.map_or(0.0, |point| point.p50.min(amount.to_f64()))
            };
            (at, amount, unused)
        })
        .collect()
}

/// The wallet's rule in words.
pub fn rule(spec: &WalletSpec) -> String {
    let mut parts = Vec::new();
    match (&spec.auto_reload, spec.funding) {
        (_, Funding::Arrears) => parts.push("invoiced monthly".to_owned()),
        (None, Funding::Prepaid) => parts.push("no auto-reload".to_owned()),
        (Some(reload), Funding::Prepaid) => {
            let threshold = money(reload.threshold);
            parts.push(match reload.amount {
                ReloadAmount::To(target) => {
                    format!("reloads to {} below {threshold}", money(target))
                }
                ReloadAmount::Add(amount) => {
                    format!("reloads {} below {threshold}", money(amount))
                }
            });
            if let Some(cap) = reload.cap {
                parts.push(format!("at most {} a month", money(cap)));
            }
        }
    }
    if let Some(limit) = spec.monthly_limit {
        parts.push(format!("spend limit {} a month", money(limit)));
    }
    parts.join(", ")
}
