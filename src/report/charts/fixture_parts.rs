//! The pieces of hand-made findings, and the scenario of the mock-ups.

use crate::account::reason::Reason;
use crate::account::spec::Provenance;
use crate::analysis::findings::*;
use crate::base::money::Money;
use crate::base::time::{Instant, Span};
use crate::engine::replay::{Event, Note, PurchaseKind, What};
use crate::stats::estimate::Estimate;

/// 1 December 2026, midnight in Berlin.
pub const START: Instant = Instant(1_796_079_600_000);

pub fn estimate(value: f64) -> Estimate {
    Estimate {
        value,
        low: (value - 0.01).max(0.0),
        high: value + 0.01,
        n: 10_000,
    }
}

/// A lognormal-like spread.
pub fn spread(mid: f64) -> Spread {
    Spread {
        mean: mid * 1.08,
        se: mid * 0.004,
        p05: mid * 0.6,
        p10: mid * 0.68,
        p25: mid * 0.82,
        p50: mid,
        p75: mid * 1.24,
        p80: mid * 1.33,
        p90: mid * 1.58,
        p95: mid * 1.83,
        p99: mid * 2.4,
        max: mid * 3.4,
    }
}

pub fn constant(v: f64) -> Spread {
    Spread {
        mean: v,
        se: 0.0,
        p05: v,
        p10: v,
        p25: v,
        p50: v,
        p75: v,
        p80: v,
        p90: v,
        p95: v,
        p99: v,
        max: v,
    }
}

pub fn at(days: f64) -> Instant {
    Instant(START.0 + (days * 86_400_000.0) as i64)
}

/// A pool that drains at a constant hazard so that `p_end` of trials have drained at the end.
pub fn pool(label: &str, is_wallet: bool, days: f64, p_end: f64, shape: f64) -> PoolFinding {
    let n = 500;
    let hazard = if p_end >= 1.0 {
        9.0
    } else {
        -(1.0 - p_end).ln()
    };
    let share = |t: f64| (-hazard * t.powf(shape)).exp();
    let time = |i: usize| at(days * i as f64 / n as f64);
    let survival = (0..=n)
        .map(|i| {
            let s = share(i as f64 / n as f64);
            let w = 0.02 * (4.0 * s * (1.0 - s)).sqrt();
            SurvivalPoint {
                at: time(i),
                share: s,
                low: (s - w).max(0.0),
                high: (s + w).min(1.0),
            }
        })
        .collect();
    let first = [0.05, 0.10, 0.25, 0.50, 0.75, 0.90, 0.95]
        .map(|p: f64| {
            let t = (-(1.0 - p).ln() / hazard).powf(1.0 / shape);
            let at = (t <= 1.0 && hazard > 0.0).then(|| at(days * t));
            DrainQuantile {
                p,
                at,
                low: at,
                high: at,
            }
        })
        .to_vec();
    PoolFinding {
        name: label.to_lowercase(),
        label: label.to_string(),
        is_wallet,
        provenance: (!is_wallet).then_some(Provenance::Assumed),
        limit_usd: None,
        p_drains: estimate(p_end),
        first,
        drains: spread(p_end * 4.0),
        empty_h: spread(p_end * 7.0),
        stopped_h: spread(p_end * 3.0),
        peak_use: Some(spread(0.55)),
        survival,
        left: left(days, n, is_wallet, p_end),
        resets: if is_wallet {
            Vec::new()
        } else {
            (1..)
                .map(|w| f64::from(w) * 7.0)
                .take_while(|d| *d < days)
                .map(at)
                .collect()
        },
        grants_left: Vec::new(),
        expiries: Vec::new(),
        rule: is_wallet.then(|| "reloads to $25 below $5".to_string()),
        threshold: is_wallet.then_some(Money::usd(5)),
    }
}

fn left(days: f64, n: usize, is_wallet: bool, p_end: f64) -> Vec<LeftPoint> {
    (0..=n)
        .map(|i| {
            let d = days * i as f64 / n as f64;
            let (mid, wide) = if is_wallet {
                let settled = 1.0 - (-d / days * 4.0).exp();
                (20.0 - 7.0 * settled + (d * 1.7).sin() * 0.4, 7.0 * settled)
            } else {
                let phase = d % 7.0 / 7.0;
                (100.0 - 80.0 * phase * (0.5 + p_end), 45.0 * phase)
            };
            let cap = if is_wallet { 25.0 } else { 100.0 };
            let clip = |v: f64| v.clamp(0.0, cap);
            LeftPoint {
                at: at(d),
                p05: clip(mid - wide),
                p25: clip(mid - wide * 0.45),
                p50: clip(mid),
                p75: clip(mid + wide * 0.4),
                p95: clip(mid + wide),
                mean: clip(mid),
                empty: 0.0,
            }
        })
        .collect()
}

pub fn histogram(low: f64, step: f64, n: usize) -> Vec<(f64, f64, u64)> {
    (0..n)
        .map(|i| {
            let t = i as f64 / n as f64 * 6.0;
            let height = (2200.0 * t * (-t * 1.3).exp()) as u64;
            (low + step * i as f64, low + step * (i + 1) as f64, height)
        })
        .collect()
}

pub fn cost(sub: f64, mid: f64, over: f64, p_over: f64, bins: Vec<(f64, f64, u64)>) -> CostFinding {
    let mut total = spread(mid - sub);
    for v in [
        &mut total.mean,
        &mut total.p05,
        &mut total.p10,
        &mut total.p25,
        &mut total.p50,
        &mut total.p75,
        &mut total.p80,
        &mut total.p90,
        &mut total.p95,
        &mut total.p99,
        &mut total.max,
    ] {
        *v += sub;
    }
    CostFinding {
        total_usd: total,
        median: estimate(mid),
        subscription_usd: sub,
        fixed_usd: sub,
        subscription_only: 0.0,
        extra_mean_usd: (mid - sub) * 0.9,
        tax_mean_usd: (mid - sub) * 0.18,
        api_mean_usd: 0.0,
        over: (
            Money(((over * 100.0) as i64).saturating_mul(10_000_000_000)),
            estimate(p_over),
        ),
        histogram: bins,
    }
}

pub fn row(actor: &str, model: &str, sub_agent: bool, usd: f64) -> SpendRow {
    SpendRow {
        actor: actor.to_string(),
        sub_agent,
        model: model.to_string(),
        requests: 4000.0,
        tokens: [1e6; 5],
        usd: [usd * 0.03, usd * 0.1, usd * 0.27, usd * 0.38, usd * 0.22],
        miss_usd: usd * 0.21,
        misses: 160.0,
        paid_usd: [usd * 0.8, usd * 0.2, 0.0],
        share: 0.0,
    }
}

fn heat() -> [[f64; 24]; 7] {
    let mut heat = [[0.0; 24]; 7];
    for (day, hours) in heat.iter_mut().enumerate() {
        let weight = [0.8, 1.0, 0.82, 0.78, 0.55, 0.12, 0.07][day];
        for (hour, share) in hours.iter_mut().enumerate() {
            let h = hour as f64;
            let bump = (-(h - 16.2).powi(2) / 9.0).exp() + 0.5 * (-(h - 12.0).powi(2) / 6.0).exp();
            *share = 0.19 * weight * bump;
        }
    }
    heat
}

pub fn blocked_row(label: &str, hours: f64, p: f64) -> BlockedRow {
    BlockedRow {
        actor: "me".to_string(),
        reason: label.to_lowercase().replace(' ', "_"),
        label: label.to_string(),
        status: 429,
        message: String::new(),
        requests_mean: hours * 3.0,
        hours_mean: hours,
        probability: estimate(p),
    }
}

/// A typical trial with reloads and refusals.
pub fn typical(pools: &[PoolFinding], days: f64, busy: bool) -> Typical {
    let mut events = Vec::new();
    let mut left: Vec<Vec<(Instant, f64)>> = vec![Vec::new(); pools.len()];
    let mut balance = 20.0;
    let n = 800;
    for i in 0..n {
        let d = days * f64::from(i) / f64::from(n);
        for (w, (series, pool)) in left.iter_mut().zip(pools).enumerate() {
            if pool.is_wallet {
                balance -= if busy { 0.19 } else { 0.02 };
                if balance < 5.0 {
                    let add = 25.0 - balance;
                    series.push((at(d), balance));
                    balance = 25.0;
                    events.push(Event {
                        at: at(d),
                        what: What::Account(Note::Purchase {
                            kind: PurchaseKind::Reload,
                            pay: Money((add * 100.0) as i64 * 10_000_000_000),
                            tax: Money::ZERO,
                            get: Money((add * 100.0) as i64 * 10_000_000_000),
                            balance: Money::usd(25),
                        }),
                    });
                }
                series.push((at(d), balance));
            } else {
                let phase = (d % 7.0) / 7.0;
                let value = (100.0 - 115.0 * phase).max(0.0);
                if value <= 0.0 && series.last().is_some_and(|(_, v)| *v > 0.0) {
                    events.push(Event {
                        at: at(d),
                        what: What::Account(Note::WindowEmpty { window: w, seat: 0 }),
                    });
                }
                series.push((at(d), value));
            }
        }
        if busy && i % 37 < 4 {
            let reason = if i % 2 == 0 {
                Reason::Window(0)
            } else {
                Reason::MonthlyLimit
            };
            events.push(Event {
                at: at(d),
                what: What::Refused {
                    actor: 0,
                    session: i as u32,
                    reason,
                    until: None,
                },
            });
            events.push(Event {
                at: at(d),
                what: What::Reacts {
                    actor: 0,
                    session: i as u32,
                    what: "waits",
                    until: Some(at(d) + Span::minutes(40)),
                },
            });
        }
    }
    Typical {
        trial: 17,
        why: "nearest to the medians".to_string(),
        events,
        left,
        total: Money::usd(190),
        stopped_h: if busy { 59.0 } else { 0.0 },
    }
}

/// The scenario of the mock-ups.
pub fn base(days: f64) -> Findings {
    let pools = vec![
        pool("5-hour window", false, days, 0.9999, 1.2),
        pool("Week, all models", false, days, 0.85, 2.4),
        pool("Week, Fable share", false, days, 0.13, 3.5),
        pool("Extra usage", true, days, 0.6, 2.0),
    ];
    let typical = typical(&pools, days, true);
    Findings {
        header: Header {
            title: "Max 5x, Opus at the keyboard and two background agents".to_string(),
            question: None,
            name: "max-5x".to_string(),
            hash: "0".to_string(),
            price_date: None,
            plan_date: None,
            begins: None,
            plan: "max-5x".to_string(),
            timezone: "Europe/Berlin".to_string(),
            start: START,
            end: at(days),
            zone: vec![
                (Instant(START.0 - 86_400_000), 3_600_000),
                (Instant(1_806_195_600_000), 7_200_000),
                (Instant(1_824_944_400_000), 3_600_000),
            ],
            horizon: "1-31 December 2026".to_string(),
            trial_word: if (27.0..32.0).contains(&days) {
                "month"
            } else {
                "run"
            }
            .to_string(),
            trials: 10_000,
            seed: 42,
            partial: false,
            assumed: true,
            budget: Some(Money::usd(300)),
        },
        pools,
        months: vec![month("December 2026"); (days / 30.4).round().max(1.0) as usize],
        cost: cost(100.0, 190.0, 300.0, 0.1, histogram(100.0, 8.0, 60)),
        spend: vec![
            row("me", "opus-5.5", false, 312.0),
            row("me", "sonnet-5.5", true, 88.0),
            row("nightly refactor", "sonnet-5.5", false, 61.0),
            row("me", "sonnet-5.5", false, 12.0),
        ],
        blocked: BlockedFinding {
            hours: spread(3.2),
            rows: vec![
                blocked_row("5-hour window", 2.4, 0.71),
                BlockedRow {
                    reason: "monthly_limit".to_string(),
                    ..blocked_row("Monthly spend limit reached", 0.7, 0.13)
                },
                blocked_row("Week, all models", 0.2, 0.06),
            ],
            heat: heat(),
            cells: Vec::new(),
            mostly: Some("Tuesdays 15:00-18:00".to_string()),
            by: Some("5-hour window".to_string()),
        },
        typical,
        requests: spread(6000.0),
        blocked_requests: spread(30.0),
        lost_requests: spread(3.0),
        reloads: constant(7.0),
        declines_mean: 0.1,
        p_blocked: estimate(0.9),
        p_blocked_by_wallet: estimate(0.1),
        idle_usd: 12.0,
        expired: spread(1.0),
        warnings: Vec::new(),
    }
}

fn month(label: &str) -> MonthFinding {
    MonthFinding {
        name: "2026-12".to_string(),
        label: label.to_string(),
        subscription_usd: constant(100.0),
        covered_usd: spread(300.0),
        extra_usd: spread(80.0),
        card_usd: spread(80.0),
        tax_usd: spread(10.0),
        api_usd: Spread::default(),
        left_usd: spread(12.0),
        total_usd: spread(190.0),
    }
}
