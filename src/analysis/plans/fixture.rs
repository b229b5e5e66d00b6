//! Findings with known numbers, for tests of sentences, screens and charts.

use super::growth::{FACTORS, Growth, Switch, UseCell, UsePoint};
use super::judge::{Contender, Verdict, judge};
use super::ways::{Limits, Parts, Terms, Way};
use super::{HOUR, Hour, PlansFinding};
use crate::analysis::compare::Per;
use crate::analysis::fixture;
use crate::analysis::numbers::{USD, spread};
use crate::base::money::{Money, PICO_PER_USD};
use crate::stats::estimate::Estimate;

const TRIALS: i64 = 400;

/// A plan: its fee and what its windows hold of trial `t`'s work, in dollars.
struct Plan {
    label: &'static str,
    fee: i64,
    holds: Option<i64>,
    wallet: bool,
}

const PLANS: [Plan; 4] = [
    Plan {
        label: "Pro",
        fee: 20,
        holds: Some(180),
        wallet: true,
    },
    Plan {
        label: "Max 5x",
        fee: 100,
        holds: Some(700),
        wallet: true,
    },
    Plan {
        label: "Max 20x",
        fee: 200,
        holds: Some(2_000),
        wallet: true,
    },
    Plan {
        label: "API",
        fee: 0,
        holds: None,
        wallet: true,
    },
];

/// Work whose value in trial `t` is `work(t)` dollars; an hour of it is worth ten.
fn contenders(plans: &[Plan], work: &dyn Fn(i64) -> f64) -> Vec<Contender> {
    let mut all = Vec::new();
    for (plan, p) in plans.iter().enumerate() {
        let over = |t: i64| (work(t) - p.holds.unwrap_or(0) as f64).max(0.0);
        let column = |of: &dyn Fn(i64) -> f64, unit: i64| -> Vec<i64> {
            (0..TRIALS).map(|t| (of(t) * unit as f64) as i64).collect()
        };
        let mut add = |way: Way| {
            let with = way != Way::Without;
            let pays = |t: i64| if with { over(t) } else { 0.0 };
            let stops = |t: i64| if with { 0.0 } else { over(t) / 10.0 };
            all.push(Contender {
                plan,
                id: p.label.to_lowercase().replace(' ', "-"),
                label: p.label.to_owned(),
                way,
                today: p.label == "Max 5x",
                terms: Terms {
                    fee: p.fee * PICO_PER_USD,
                    tax_ppm: 0,
                },
                parts: Parts {
                    extra: column(&pays, PICO_PER_USD),
                    elsewhere: vec![0; TRIALS as usize],
                    stopped_ms: column(&stops, 3_600_000),
                    refused: column(&stops, 1),
                },
                demand_hash: Some(7),
                assumed: p.holds.is_some(),
                incomplete: None,
            });
        };
        match (p.holds, p.wallet) {
            (None, _) => add(Way::Paid),
            (Some(_), false) => add(Way::Without),
            (Some(_), true) => {
                add(Way::Without);
                add(Way::With);
            }
        }
    }
    all
}

fn put_together(plans: &[Plan], work: &dyn Fn(i64) -> f64, switches: Vec<Switch>) -> PlansFinding {
    let all = contenders(plans, work);
    let verdict = judged(&all);
    let points = FACTORS
        .iter()
        .map(|factor| UsePoint {
            factor: *factor,
            cells: judged(&contenders(plans, &|t| work(t) * factor))
                .entries
                .iter()
                .map(|e| {
                    let mean = e.total_usd.mean;
                    Some(UseCell {
                        cost_usd: e.cost_usd.mean,
                        stopped_h: e.stopped_h.mean,
                        total_usd: Estimate {
                            value: mean,
                            low: mean * 0.98,
                            high: mean * 1.02,
                            n: TRIALS as u64,
                        },
                        cheapest: Some(e.cheapest),
                    })
                })
                .collect(),
        })
        .collect();
    let mut header = fixture::sample().header;
    header.trials = TRIALS as usize;
    let value = (0..TRIALS).map(|t| (work(t) * USD) as i64).collect();
    let value_usd = spread(value, USD);
    PlansFinding {
        header,
        per: Per {
            word: "month".to_owned(),
            number: 1.0,
        },
        hour: Hour {
            price: HOUR,
            given: false,
        },
        limits: Limits::default(),
        tax_ppm: 0,
        growth: Growth {
            points,
            first: 0,
            switches,
            value_usd: value_usd.mean,
            trials: TRIALS as u64,
        },
        value_usd,
        today: verdict
            .entries
            .iter()
            .position(|e| e.today && e.way == Way::With),
        verdict,
        never_on_plan: false,
        file: "mine.toml".to_owned(),
        left_out: vec![("Free".to_owned(), "it is for chat only".to_owned())],
        notes: vec!["a note".to_owned()],
        warnings: Vec::new(),
    }
}

fn judged(all: &[Contender]) -> Verdict {
    match judge(all, HOUR, 1.0) {
        Ok(verdict) => verdict,
        Err(e) => panic!("{e}"),
    }
}

fn switch(from: usize, to: usize, at: f64) -> Switch {
    Switch {
        from,
        to,
        at,
        low: at * 0.95,
        high: at * 1.06,
    }
}

/// Work of 100 to 900 dollars a month: Max 5x is cheapest in most months.
pub fn heavy() -> PlansFinding {
    let work = |t: i64| 100.0 + 2.0 * t as f64;
    put_together(
        &PLANS,
        &work,
        vec![switch(6, 1, 0.04), switch(1, 3, 0.62), switch(3, 5, 2.1)],
    )
}

/// Work that hardly costs anything, on a plan that costs nothing, too.
pub fn light() -> PlansFinding {
    const FREE: [Plan; 2] = [
        Plan {
            label: "Free",
            fee: 0,
            holds: Some(2),
            wallet: false,
        },
        Plan {
            label: "A plan with a name that nobody would read to its end on any screen",
            fee: 20,
            holds: Some(500),
            wallet: true,
        },
    ];
    put_together(&FREE, &|t| t as f64 / 100.0, vec![switch(0, 1, 0.9)])
}

/// Dollars at stake that need thousands' marks, and an hour that costs nothing.
pub fn huge() -> PlansFinding {
    let mut f = put_together(&PLANS, &|t| 20_000.0 + 300.0 * t as f64, Vec::new());
    f.growth.first = 5;
    f.hour = Hour {
        price: Money::ZERO,
        given: true,
    };
    f
}

/// All of them.
pub fn all() -> Vec<PlansFinding> {
    vec![heavy(), light(), huge()]
}
