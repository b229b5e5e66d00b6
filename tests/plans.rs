//! Plans against each other: costs that a hand calculation has, equal demand, shares that add up, use
//! that grows, the same bytes on any number of threads, and what people see.

mod support {
    pub mod by_hand;
}

use std::collections::BTreeMap;
use std::sync::atomic::AtomicBool;

use burncast::analysis::plans::judge::{Entry, Standing};
use burncast::analysis::plans::sentences::name;
use burncast::analysis::plans::ways::{self, Limits, Parts, Way};
use burncast::analysis::plans::{HOUR, Hour, Offer, PlansFinding, Question, plans};
use burncast::analysis::summarise::About;
use burncast::base::money::Money;
use burncast::engine::outcome::Field;
use burncast::engine::series::Series;
use burncast::report::page::Look;
use burncast::report::plans as report;
use burncast::scenario::{self, Offers, Scenario};
use support::by_hand::{ByHand, EXACT, OPUS, by_hand, parse, to_the_cent};

fn found(scenario: &Scenario) -> Offers {
    match scenario.offers() {
        Ok(found) => found,
        Err(problems) => panic!("{}", problems.render(false, 100)),
    }
}

fn offers(found: &Offers) -> Vec<Offer<'_>> {
    let offer = |o: &burncast::scenario::Offer| (o.id.clone(), o.label.clone());
    found
        .offers
        .iter()
        .map(|o| {
            let (id, label) = offer(o);
            Offer {
                id,
                label,
                experiment: &o.scenario.experiment,
                fee: o.fee,
                yearly: o.yearly,
                has_windows: o.has_windows,
                has_wallet: o.has_wallet,
                several_accounts: o.several_accounts,
                today: o.today,
            }
        })
        .collect()
}

fn answer(scenario: &Scenario, hour: Option<i64>, trials: u64, threads: usize) -> PlansFinding {
    let found = found(scenario);
    let stop = AtomicBool::new(false);
    let series = Series::new(threads, &|_, _| {}, &stop);
    let about = About {
        title: scenario.title.clone(),
        name: scenario.name.clone(),
        timezone: scenario.timezone.clone(),
        horizon: scenario.horizon.clone(),
        trial_word: scenario.trial_word.clone(),
        ..About::default()
    };
    let question = Question {
        offers: &offers(&found),
        wallet: &scenario.experiment.account.wallet,
        about: &about,
        file: "test.toml",
        hour: Hour {
            price: hour.map_or(HOUR, Money::usd),
            given: hour.is_some(),
        },
        trials: Some(trials),
        left_out: &found.left_out,
        said: &found.notes,
    };
    plans(&question, &series).unwrap()
}

fn entry<'f>(f: &'f PlansFinding, named: &str) -> &'f Entry {
    let found = f.verdict.entries.iter().find(|e| name(e) == named);
    found.unwrap_or_else(|| panic!("no {named}"))
}

#[test]
fn every_plan_costs_what_the_hand_calculation_says() {
    let f = answer(&parse(EXACT, &[]), Some(0), 3, 2);
    let ByHand {
        value: plan,
        key,
        extra,
        ..
    } = by_hand(OPUS, 3);
    assert!(extra > 1.0);
    to_the_cent(f.value_usd.mean, plan);
    let costs: BTreeMap<String, f64> = (f.verdict.entries.iter())
        .map(|e| (name(e), e.cost_usd.mean))
        .collect();
    let expected = [
        ("API", key * 1.1),
        ("Max 20x", 220.0),
        ("Max 20x + extra", 220.0),
        ("Max 5x", 110.0),
        ("Max 5x + extra", (100.0 + extra) * 1.1),
        ("Pro", 22.0),
        ("Pro + extra", 22.0),
    ];
    assert_eq!(costs.len(), expected.len());
    for (plan, cost) in expected {
        to_the_cent(costs[plan], cost);
    }
    for e in &f.verdict.entries {
        let parts = e.fee_usd + e.extra_usd + e.elsewhere_usd + e.tax_usd;
        to_the_cent(parts, e.cost_usd.mean);
        assert_eq!(e.cost_usd.p10, e.cost_usd.p90);
    }
    assert!(entry(&f, "Max 5x").stopped_h.mean > 1.0);
    assert_eq!(entry(&f, "Max 5x + extra").stopped_h.mean, 0.0);
    // At list price less than any fee, so an API key wins at any price of an hour.
    assert_eq!(f.verdict.best().id, "api");
    assert_eq!(f.verdict.best().cheapest.value, 1.0);
    assert_eq!(f.verdict.hours.len(), 1);
}

/// Fees without windows against tokens: a plan and a key meet where their lines do, and a larger use
/// costs as much as the hand calculation says.
#[test]
fn the_switch_over_is_where_the_lines_meet() {
    let f = answer(&parse(EXACT, &["wallet.tax=0", "plan.window="]), None, 3, 1);
    let key = by_hand(OPUS, 3).key;
    let switch = f.growth.switches.first().expect("one");
    let names = [switch.from, switch.to].map(|i| f.verdict.entries[i].label.clone());
    assert_eq!(names, ["API", "Pro"]);
    let at = 20.0 / key;
    assert!((switch.at / at - 1.0).abs() < 1e-6, "{} {at}", switch.at);
    assert!(switch.low <= switch.at && switch.at <= switch.high);
    for point in &f.growth.points {
        let api = (f.verdict.entries.iter())
            .position(|e| e.way == Way::Paid)
            .unwrap();
        if let Some(cell) = &point.cells[api] {
            to_the_cent(cell.total_usd.value, key * point.factor);
        }
    }
}

/// Work of a few requests a day, random, on windows that matter.
const LEAN: &str = r#"
start = 2026-12-01
horizon = "1 month"
[run]
trials = 100
[plan]
name = "max-5x"
[[plan.window]]
id = "session"
limit = { usd = "0.5 to 4" }
[[plan.window]]
id = "week"
limit = { usd = "2 to 8" }
[wallet]
enabled = true
balance = 2
[[wallet.grant]]
amount = 3
kind = "promotional"
expires = 2026-12-20
[[actor]]
name = "me"
hours = "mon-fri 09:00-17:00"
models = "opus-5.5"
sessions_per_day = { median = 2, p90 = 5 }
volume = { median = 1, p90 = 2, max = 4 }
prompts = { median = 3, p90 = 8, max = 20 }
requests_per_prompt = { median = 2, p90 = 6, max = 12 }
gap = { median = 10, p90 = 40, max = 300 }
prompt_gap = { median = 60, p90 = 900, max = 7_200 }
first_context = 12_000
growth = { median = 1_000, p90 = 4_000, max = 20_000 }
output = { median = 300, p90 = 1_500, max = 8_000 }
when_blocked = ["top-up 5 within 10m at most 1 a month", "wait 20m", "drop"]
"#;

#[test]
fn everybody_meets_the_same_work_and_shares_add_up() {
    let f = answer(&parse(LEAN, &[]), None, 200, 2);
    let hashes: Vec<u64> = (f.verdict.entries.iter())
        .filter_map(|e| e.demand_hash)
        .collect();
    assert_eq!(hashes.len(), f.verdict.entries.len());
    assert!(
        hashes.iter().all(|h| *h == hashes[0] && *h != 0),
        "{hashes:?}"
    );
    let sum: f64 = f.verdict.entries.iter().map(|e| e.cheapest.value).sum();
    assert!((sum - 1.0).abs() < 1e-9, "{sum}");
    for point in &f.growth.points {
        let shares = point.cells.iter().flatten().filter_map(|c| c.cheapest);
        let shares: Vec<f64> = shares.map(|e| e.value).collect();
        let sum: f64 = shares.iter().sum();
        assert!(shares.is_empty() || (sum - 1.0).abs() < 1e-9, "{sum}");
    }
    // The paired difference of the best to itself is nothing; everybody else's mean is no less.
    for (i, e) in f.verdict.entries.iter().enumerate() {
        assert_eq!(i == f.verdict.best, e.standing == Standing::Best);
        assert!(e.against_best.mean.value >= 0.0, "{}", name(e));
    }
}

/// More use never costs less nor stops less, and a plan that is calm at some use is so below it.
#[test]
fn costs_grow_with_use() {
    let f = answer(&parse(LEAN, &[]), None, 200, 2);
    for i in 0..f.verdict.entries.len() {
        let cells: Vec<_> = (f.growth.points.iter())
            .filter_map(|p| p.cells[i])
            .collect();
        assert!(cells.len() >= 7);
        for pair in cells.windows(2) {
            let e = &f.verdict.entries[i];
            let (a, b) = (pair[0].total_usd.value, pair[1].total_usd.value);
            assert!(a <= b + 0.01, "{}: {a} {b}", name(e));
        }
    }
    // What was not played because it is known is what playing it gives.
    let scenario = parse(LEAN, &[]);
    let found = found(&scenario);
    let all = offers(&found);
    let big = all.iter().find(|o| o.id == "max-20x").unwrap();
    let stop = AtomicBool::new(false);
    let series = Series::new(2, &|_, _| {}, &stop);
    for way in [Way::Without, Way::With] {
        let exp = ways::experiment(big, way, Limits::default());
        let small = ways::scaled(&exp, 0.5);
        let outcome = series.run(&small, 50).unwrap();
        assert!(Parts::read(&small, &outcome, way).unwrap().is_calm());
    }
}

/// A key's list price by a window without an end is that by a wallet without an end.
#[test]
fn list_price_is_the_same_by_both_ways_through_the_gate() {
    let scenario = parse(LEAN, &["actor.me.cache.miss_rate=0.05"]);
    let found = found(&scenario);
    let all = offers(&found);
    let api = all.iter().find(|o| o.id == "api").unwrap();
    let stop = AtomicBool::new(false);
    let series = Series::new(2, &|_, _| {}, &stop);
    let fast = ways::experiment(api, Way::Paid, Limits::default());
    let slow = ways::experiment(api, Way::With, Limits::default());
    let (a, b) = (
        series.run(&fast, 100).unwrap(),
        series.run(&slow, 100).unwrap(),
    );
    let parts = Parts::read(&fast, &a, Way::Paid).unwrap();
    assert_eq!(parts.extra, b.column(Field::FromBought));
    assert!(parts.extra.iter().sum::<i64>() > 0);
    assert_eq!(a.sums.demand_hash, b.sums.demand_hash);
}

/// A user's own spend limit holds for extra usage on every plan, and not for a key.
#[test]
fn the_own_limit_holds_on_every_plan() {
    let f = answer(
        &parse(
            LEAN,
            &["wallet.monthly_limit=1", "plan.window.week.limit=2"],
        ),
        Some(1),
        100,
        2,
    );
    let most = entry(&f, "Max 5x + extra").cost_usd.max;
    assert!(most > 100.5 && most < 101.5, "{most}");
    assert!(entry(&f, "Max 5x + extra").stopped_h.mean > 0.0);
    assert!(entry(&f, "API").cost_usd.p50 > 1.5);
    assert!(
        f.notes
            .iter()
            .any(|n| n.contains("own limit of $1 a month")),
        "{:?}",
        f.notes
    );
}

#[test]
fn a_week_has_its_part_of_the_fee() {
    let f = answer(&parse(LEAN, &["horizon=1 week"]), None, 20, 1);
    assert_eq!(f.per.word, "week");
    to_the_cent(entry(&f, "Max 20x").fee_usd, 200.0 * 7.0 / 30.4375);
}

#[test]
fn the_same_bytes_on_one_and_two_threads() {
    let scenario = parse(LEAN, &[]);
    let text = |threads| {
        let f = answer(&scenario, None, 150, threads);
        report::document(&f, &[]).unwrap()
    };
    assert!(text(1) == text(2));
}

/// What a newcomer sees of two shipped scenarios. Screens change with the numbers: read them again
/// then, and accept them with `INSTA_UPDATE=always`.
#[test]
fn screens_of_shipped_scenarios() {
    let look = Look {
        width: 100,
        color: false,
        elapsed: None,
        written: None,
    };
    for name in ["pro-casual", "pro-coding"] {
        let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR"))
            .join("scenarios")
            .join(format!("{name}.toml"));
        let shipped =
            scenario::load(&path, &[]).unwrap_or_else(|p| panic!("{}", p.render(false, 100)));
        let f = answer(&shipped, None, 96, 2);
        insta::assert_snapshot!(name, report::screen(&f, &look));
    }
}
