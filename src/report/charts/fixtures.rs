//! Findings of many shapes, made by hand: what charts must be able to draw.

use super::fixture_parts::*;
use crate::analysis::findings::*;
use crate::base::money::Money;
use crate::base::time::Instant;
use crate::engine::replay::{Event, Note, PurchaseKind, What};

fn calm(mut f: Findings) -> Findings {
    f.p_blocked = estimate(0.0);
    f.blocked = BlockedFinding {
        hours: Spread::default(),
        rows: Vec::new(),
        heat: [[0.0; 24]; 7],
        cells: Vec::new(),
        mostly: None,
        by: None,
    };
    f
}

fn with_pools(mut f: Findings, days: f64, pools: Vec<PoolFinding>, busy: bool) -> Findings {
    f.typical = typical(&pools, days, busy);
    f.pools = pools;
    f
}

/// One value in all trials.
fn fixed_cost(usd: f64) -> CostFinding {
    let mut c = cost(usd, usd, usd * 2.0, 0.0, vec![(usd, usd, 10_000)]);
    c.total_usd = constant(usd);
    (c.extra_mean_usd, c.tax_mean_usd) = (0.0, 0.0);
    c
}

const LONG: &str = "A very long name that somebody wrote to explain everything at once & <more>";

/// Every shape, with a name.
pub fn all() -> Vec<(&'static str, Findings)> {
    let mut out = vec![
        ("mockup", base(31.0)),
        ("year", base(365.0)),
        ("day", base(1.0)),
        ("week", base(7.0)),
    ];
    out.push(("never", never()));
    out.push(("grant", grant()));
    out.push(("eight", eight()));
    out.push(("at-once", at_once()));
    out.push(("one-pool", one_pool()));
    out.push(("huge", huge()));
    out.push(("tiny", tiny()));
    out.push(("bare", bare()));
    out.push(("free", free()));
    out.push(("three-days", base(3.0)));
    out.push(("quarter", base(92.0)));
    out.push(("two-years", base(730.0)));
    out.push(("always-over", always_over()));
    out.push(("narrow", narrow()));
    out.push(("spike", spike(None)));
    out.push(("spike-budget", spike(Some(250))));
    out.push(("spike-rare", spike_rare()));
    out.push(("six-never", six_never()));
    out.push(("copies", copies()));
    out.push(("spend-limit", spend_limit()));
    out.push(("crowded-cost", crowded_cost()));
    out
}

fn never() -> Findings {
    let pools = vec![
        pool("5-hour window", false, 31.0, 0.0, 1.0),
        pool("Week, all models", false, 31.0, 0.0, 1.0),
        pool("Extra usage", true, 31.0, 0.0, 1.0),
    ];
    let mut f = with_pools(calm(base(31.0)), 31.0, pools, false);
    f.cost = fixed_cost(100.0);
    f.header.assumed = false;
    f.reloads = Spread::default();
    f
}

fn grant() -> Findings {
    let mut f = base(31.0);
    let mut pools = f.pools.clone();
    pools.remove(2);
    pools.remove(0);
    f = with_pools(f, 31.0, pools, true);
    let wallet = &mut f.pools[1];
    wallet.p_drains = estimate(0.0);
    wallet.grants_left = (0..=300)
        .map(|i| {
            let d = 31.0 * f64::from(i) / 300.0;
            let v = if d < 14.0 { 50.0 - d * 1.2 } else { 0.0 };
            let w = if d < 14.0 { d * 0.3 } else { 0.0 };
            LeftPoint {
                at: at(d),
                p05: v - w,
                p25: v - w * 0.4,
                p50: v,
                p75: v + w * 0.3,
                p95: v + w * 0.6,
                mean: v,
                empty: 0.0,
            }
        })
        .collect();
    wallet.expiries = vec![(at(14.0), Money::usd(50), 33.2)];
    f.header.partial = true;
    f.header.budget = None;
    f
}

fn eight() -> Findings {
    let pools = (0..8)
        .map(|i| {
            let label = format!("{LONG} {i}");
            let p = [0.99, 0.97, 0.95, 0.93, 0.5, 0.02, 0.0, 0.1][i];
            pool(&label, i == 7, 31.0, p, 1.3 + i as f64 * 0.05)
        })
        .collect();
    let mut f = with_pools(base(31.0), 31.0, pools, true);
    f.header.title = LONG.repeat(3);
    f.spend = (0..12)
        .map(|i| {
            row(
                &format!("{LONG} {i}"),
                "opus-5.5 (fast)",
                i % 3 == 0,
                300.0 / f64::from(i + 1),
            )
        })
        .collect();
    f.blocked.by = Some(LONG.to_string());
    f.blocked.rows = (0..9)
        .map(|i| blocked_row(&format!("{LONG} {i}"), 3.0 / f64::from(i + 1), 0.3))
        .collect();
    f
}

fn at_once() -> Findings {
    let days = 31.0;
    let pools = ["5-hour window", "Week, all models", "Extra usage"]
        .iter()
        .map(|l| {
            let mut p = pool(l, *l == "Extra usage", days, 1.0, 0.2);
            for q in &mut p.first {
                q.at = Some(START);
            }
            for s in p.survival.iter_mut().skip(1) {
                (s.share, s.low, s.high) = (0.0, 0.0, 0.0);
            }
            p
        })
        .collect();
    let mut f = with_pools(base(days), days, pools, true);
    f.blocked.heat = [[1.0; 24]; 7];
    f.blocked.mostly = None;
    f.cost = cost(100.0, 104.0, 300.0, 0.0, histogram(100.0, 0.5, 50));
    f
}

fn one_pool() -> Findings {
    let mut f = base(31.0);
    let mut wallet = pool("Prepaid balance", true, 31.0, 0.03, 3.0);
    wallet.rule = Some("no auto-reload".to_string());
    f = with_pools(f, 31.0, vec![wallet], false);
    f.cost = cost(0.0, 42.0, 80.0, 0.08, histogram(10.0, 3.0, 40));
    f.cost.histogram.push((130.0, f64::INFINITY, 60));
    f.spend.truncate(1);
    f.blocked.hours = Spread::default();
    f.p_blocked = estimate(0.03);
    f.blocked.mostly = None;
    f.blocked.by = None;
    f
}

fn huge() -> Findings {
    let mut f = base(365.0);
    f.cost = cost(
        90_000.0,
        1_200_000.0,
        1_500_000.0,
        0.3,
        histogram(300_000.0, 60_000.0, 60),
    );
    for r in &mut f.spend {
        for usd in &mut r.usd {
            *usd *= 4000.0;
        }
        r.miss_usd *= 4000.0;
    }
    for p in f.pools.iter_mut().filter(|p| p.is_wallet) {
        for l in &mut p.left {
            for v in [&mut l.p05, &mut l.p25, &mut l.p50, &mut l.p75, &mut l.p95] {
                *v *= 10_000.0;
            }
        }
        p.rule = Some("reloads to $250,000 below $50,000".to_string());
    }
    f
}

fn tiny() -> Findings {
    let mut f = base(1.0);
    f.cost = cost(0.0, 0.03, 0.05, 0.12, histogram(0.0, 0.002, 60));
    f.header.budget = None;
    for r in &mut f.spend {
        for usd in &mut r.usd {
            *usd /= 10_000.0;
        }
        r.miss_usd /= 10_000.0;
    }
    f.header.trials = 1;
    f
}

fn bare() -> Findings {
    let mut f = calm(base(31.0));
    f.pools.clear();
    f.spend.clear();
    f.months.clear();
    f.cost = fixed_cost(0.0);
    f.cost.histogram.clear();
    f.typical.events.clear();
    f.typical.left.clear();
    f
}

/// Costs nothing, and a title in more than one script.
fn free() -> Findings {
    let mut f = one_pool();
    f.cost = fixed_cost(0.0);
    f.header.budget = None;
    f.header.title = "Ein Titel mit Ümläuten, “quotes” and Кириллица".to_string();
    f
}

/// Nearly all months cost the subscription; the rest is spread out.
fn spike(budget: Option<i64>) -> Findings {
    let mut f = base(31.0);
    let mut bins: Vec<(f64, f64, u64)> = (0..40)
        .map(|i| 100.0 + 5.0 * f64::from(i))
        .map(|low| (low, low + 5.0, if low as u64 % 40 == 20 { 40 } else { 0 }))
        .collect();
    bins[0].2 = 9_700;
    bins.push((300.0, f64::INFINITY, 60));
    let over = budget.unwrap_or(100);
    f.cost = cost(100.0, 100.0, over as f64, 0.03, bins);
    f.cost.total_usd = constant(100.0);
    (f.cost.total_usd.p99, f.cost.total_usd.max) = (180.0, 412.0);
    f.cost.total_usd.se = 0.4;
    f.cost.subscription_only = 0.97;
    f.header.budget = budget.map(Money::usd);
    f
}

/// One month in ten thousand costs more.
fn spike_rare() -> Findings {
    let mut f = spike(None);
    f.cost.histogram = vec![(100.0, 100.02, 9_999), (100.02, f64::INFINITY, 1)];
    f.cost.subscription_only = 0.9999;
    f.cost.over.1 = estimate(0.0001);
    f.cost.total_usd = constant(100.0);
    f.cost.total_usd.max = 101.0;
    f
}

/// Six windows that never run dry, and two pools that do.
fn six_never() -> Findings {
    let pools = (0..8)
        .map(|i| {
            let p = if i == 2 || i == 7 { 0.004 } else { 0.0 };
            pool(&format!("Window number {i}"), i == 7, 31.0, p, 1.0)
        })
        .collect();
    with_pools(base(31.0), 31.0, pools, true)
}

/// Ten seats of one actor, on two models, with sub-agents.
fn copies() -> Findings {
    let mut f = base(31.0);
    f.spend = (0..40)
        .map(|i| {
            let model = ["opus-5.5", "sonnet-5.5"][i % 2];
            row(&format!("developer {}", i % 10 + 1), model, i >= 20, 20.0)
        })
        .collect();
    f
}

/// A limit stops, not a pool; several actors, and too seldom for minutes.
fn spend_limit() -> Findings {
    let mut f = base(31.0);
    f.pools[3].p_drains = estimate(0.0);
    let limit = |actor: &str, hours: f64| BlockedRow {
        actor: actor.to_string(),
        ..blocked_row("monthly spend limit", hours, 0.02)
    };
    f.blocked.rows = vec![limit("me", 0.4), limit("agent", 0.2)];
    f.blocked.by = Some("monthly spend limit".to_string());
    f.blocked.mostly = None;
    f
}

/// Quantiles and a long label about the limit at the right edge.
fn crowded_cost() -> Findings {
    let mut f = base(31.0);
    f.cost = cost(20.0, 95.4, 100.0, 0.46, histogram(20.0, 1.6, 60));
    let t = &mut f.cost.total_usd;
    (t.p50, t.p80, t.p90, t.p95, t.max) = (95.4, 110.0, 111.0, 112.0, 116.0);
    f.header.budget = None;
    f
}

/// One wild number in every place that takes one.
pub fn hostile(v: f64) -> Findings {
    let mut f = base(31.0);
    for p in &mut f.pools {
        (p.p_drains, p.drains, p.stopped_h) = (estimate(v), constant(v), constant(v));
        for s in &mut p.survival {
            (s.share, s.low, s.high) = (v, v, v);
        }
        for l in &mut p.left {
            (l.p05, l.p25, l.p50, l.p75, l.p95) = (v, v, v, v, v);
        }
        p.grants_left = p.left.clone();
    }
    f.cost = fixed_cost(v);
    f.cost.total_usd = spread(v);
    f.blocked.heat = [[v; 24]; 7];
    f.blocked.hours = constant(v);
    f.blocked.rows = vec![blocked_row("x", v, v)];
    f.spend = vec![row("me", "m", false, v), row("me", "n", false, 1.0)];
    for series in &mut f.typical.left {
        series.iter_mut().for_each(|p| p.1 = v);
    }
    f.reloads = constant(v);
    f.header.end = Instant(f.header.start.0 - 5);
    f
}

/// A budget that never holds, many small reloads, and a reason that is no pool.
fn always_over() -> Findings {
    let mut f = base(31.0);
    f.cost = cost(0.0, 400.0, 20.0, 1.0, histogram(100.0, 20.0, 60));
    let mut events = Vec::new();
    for i in 0..120 {
        let t = at(f64::from(i) * 0.25 + f64::from(i % 7) * 0.02);
        let money = Money::cents(1999);
        let what = What::Account(Note::Purchase {
            kind: PurchaseKind::TopUp,
            pay: money,
            tax: Money::ZERO,
            get: money,
            balance: Money::usd(25),
        });
        events.push(Event { at: t, what });
    }
    f.typical.events.extend(events);
    f.typical.events.sort_by_key(|e| e.at);
    f.blocked.mostly = None;
    f.blocked.by = Some("false refusal (incident)".to_string());
    f
}

/// Quantiles on one line, and a budget at the right edge.
fn narrow() -> Findings {
    let mut f = base(14.0);
    f.cost = cost(1250.0, 1251.0, 2000.0, 0.0, histogram(1250.0, 10.0, 60));
    f.spend = vec![row("me", "opus-5.5", true, 0.4)];
    f.spend[0].miss_usd = 0.0;
    f
}
