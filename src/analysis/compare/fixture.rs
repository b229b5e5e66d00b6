//! A comparison with known numbers, for tests of sentences and reports.

use super::break_even::{BreakEven, Meeting, Point, Quantity};
use super::facts::ModelFact;
use super::pairs::{self, Difference};
use super::{Comparison, Entry, Pair, Per, Title, WindowUse};
use crate::analysis::fixture;
use crate::analysis::numbers::{HOURS, MILLIONTHS, USD, share, spread};
use crate::base::money::PICO_PER_USD;

/// Columns of a contender: dollars, hours, millionths of the week, each over 400 trials.
struct Columns {
    title: Title,
    cost: Vec<i64>,
    stopped: Vec<i64>,
    needed: Vec<i64>,
}

/// A contender whose trial `t` (0 to 399) costs `cost(t)` dollars and is stopped `stopped(t)` hours.
fn columns(title: Title, cost: fn(i64) -> i64, stopped: fn(i64) -> i64, need: i64) -> Columns {
    Columns {
        title,
        cost: (0..400).map(|t| cost(t) * PICO_PER_USD).collect(),
        stopped: (0..400).map(|t| stopped(t) * 3_600_000).collect(),
        needed: (0..400).map(|t| need * 10_000 + t).collect(),
    }
}

fn model(name: &str) -> Title {
    Title::Models(vec![(name.to_owned(), 1.0)])
}

/// Opus against Sonnet and a mix.
pub fn models() -> Comparison {
    let mix = Title::Models(vec![
        ("opus-5.5".to_owned(), 0.3),
        ("sonnet-5.5".to_owned(), 0.7),
    ]);
    let mut c = put_together(vec![
        columns(model("opus-5.5"), |t| 100 + t / 2, |t| t / 40, 112),
        columns(model("sonnet-5.5"), |t| 100 + t / 8, |t| t / 200, 58),
        columns(mix, |t| 100 + t / 4, |t| t / 100, 74),
    ]);
    let point = |factor: f64, d: f64| Point {
        factor,
        differences: vec![
            Some([d, d - 4.0, d + 4.0]),
            Some([d * 0.7, d * 0.7 - 3.0, d * 0.7 + 3.0]),
            Some([d / 600.0, d / 600.0 - 0.01, d / 600.0 + 0.01]),
        ],
    };
    let at = |value: f64| Meeting::At {
        value,
        low: value - 0.05,
        high: value + 0.06,
    };
    c.break_evens = vec![BreakEven {
        dearer: 0,
        cheaper: 1,
        models: vec!["sonnet-5.5".to_owned()],
        instead_of: vec!["opus-5.5".to_owned()],
        assumed: 1.2,
        quantities: vec![
            Quantity::Value,
            Quantity::Paid,
            Quantity::Window("Week, all models".to_owned()),
        ],
        meetings: vec![at(1.87), at(1.9), at(1.87)],
        curve: vec![point(1.2, -240.0), point(1.87, 0.0), point(2.7, 310.0)],
        dearer_means: vec![640.0, 199.5, 1.12],
    }];
    c
}

/// Variants that differ in every way, with names that are too long for any column.
pub fn variants() -> Comparison {
    let named = |name: &str| Title::Named(name.to_owned());
    let long = "A variant with a name that nobody would read to its end on any screen";
    put_together(vec![
        columns(Title::AsItStands, |t| 150 + t / 4, |t| t / 10, 80),
        columns(named("Dearer"), |t| 190 + t / 2, |_| 0, 40),
        columns(
            named("Not to be told apart"),
            |t| 150 + t / 4 + (t % 3 - 1) * 40,
            |t| t / 10,
            80,
        ),
        columns(named("The same"), |t| 150 + t / 4, |t| t / 10, 80),
        columns(
            named(long),
            |t| 150 + t / 4 - (t % 10) * 100,
            |t| 60 - t / 10,
            80,
        ),
    ])
}

/// Two that cost the subscription and nothing stops.
pub fn calm() -> Comparison {
    put_together(vec![
        columns(model("opus-5.5"), |_| 20, |_| 0, 9),
        columns(model("haiku-5.5"), |_| 20, |_| 0, 2),
    ])
}

fn put_together(all: Vec<Columns>) -> Comparison {
    let findings = fixture::sample();
    let costs: Vec<&[i64]> = all.iter().map(|c| c.cost.as_slice()).collect();
    let hours: Vec<&[i64]> = all.iter().map(|c| c.stopped.as_slice()).collect();
    let (cheapest, calmest) = (pairs::least(&costs), pairs::least(&hours));
    let label = "Week, all models".to_owned();
    let pairs = (1..all.len()).map(|i| Pair {
        base: 0,
        other: i,
        cost_usd: Difference::new(&all[0].cost, &all[i].cost, USD),
        stopped_h: Difference::new(&all[0].stopped, &all[i].stopped, HOURS),
        value_usd: Difference::new(&all[0].cost, &all[i].cost, USD),
        needed: vec![(
            label.clone(),
            Difference::new(&all[0].needed, &all[i].needed, MILLIONTHS),
        )],
        same_demand: true,
    });
    let mut header = findings.header.clone();
    header.trials = 400;
    Comparison {
        per: Per {
            word: "month".to_owned(),
            number: 1.0,
        },
        pairs: pairs.collect(),
        entries: (all.iter().zip(cheapest.into_iter().zip(calmest)))
            .map(|(c, (cheapest, least_stopped))| {
                let stops = c.stopped.iter().filter(|v| **v > 0).count() as u64;
                let use_of = |c: &Columns| spread(c.needed.clone(), MILLIONTHS);
                let (name, said) = c.title.words();
                Entry {
                    name,
                    said,
                    plan: "Max 5x".to_owned(),
                    cost_usd: spread(c.cost.clone(), USD),
                    subscription_usd: 100.0,
                    extra_usd: spread(c.cost.clone(), USD).mean - 100.0,
                    elsewhere_usd: 0.0,
                    tax_usd: 0.0,
                    cash_usd: spread(c.cost.clone(), USD).mean,
                    stopped_h: spread(c.stopped.clone(), HOURS),
                    p_stopped: share(stops, 400),
                    value_usd: spread(c.cost.clone(), USD),
                    requests: 8_000.0,
                    tokens: 8e8,
                    windows: vec![WindowUse {
                        name: "week".to_owned(),
                        label: label.clone(),
                        fixed: true,
                        used: use_of(c),
                        needed: use_of(c),
                    }],
                    pools: findings.pools.clone(),
                    cheapest,
                    least_stopped,
                    models: facts(&c.title),
                    demand_hash: 7,
                }
            })
            .collect(),
        header,
        break_evens: Vec::new(),
        work_trials: 400,
        notes: vec!["a note".to_owned()],
        warnings: Vec::new(),
    }
}

fn facts(title: &Title) -> Vec<ModelFact> {
    let Title::Models(mix) = title else {
        return Vec::new();
    };
    let fact = |model: &String| ModelFact {
        model: model.clone(),
        sub_agents: true,
        main: true,
        tokenizer: 1.3,
        requests: if model == "sonnet-5.5" { 1.2 } else { 1.0 },
        output: 1.0,
        given: model == "sonnet-5.5",
    };
    mix.iter().map(|(model, _)| fact(model)).collect()
}
