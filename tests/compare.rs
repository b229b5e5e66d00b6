//! Comparisons: equal demand under different rules, intervals that hold, and Opus against Sonnet as a
//! hand calculation has it.

mod support {
    pub mod by_hand;
}

use std::sync::atomic::AtomicBool;

use burncast::analysis::compare::break_even::{Meeting, Quantity};
use burncast::analysis::compare::pairs::Difference;
use burncast::analysis::compare::{Comparison, Contender, Title, columns, compare};
use burncast::analysis::numbers::USD;
use burncast::analysis::summarise::About;
use burncast::engine::experiment::Experiment;
use burncast::engine::outcome::Outcome;
use burncast::engine::run::{RunOptions, run};
use burncast::engine::series::Series;
use burncast::report::compare as report;
use burncast::report::page::Look;
use burncast::scenario::{self, RivalTitle, Rivals, Scenario};
use support::by_hand::{EXACT, OPUS, SONNET, by_hand, parse, to_the_cent};

fn play(exp: &Experiment, trials: u64) -> Outcome {
    let options = RunOptions {
        trials,
        threads: 2,
        progress: &|_, _| {},
        stop: &AtomicBool::new(false),
        enough: None,
    };
    run(exp, &options).expect("money is conserved and in range")
}

/// Work of a few requests a day on small windows, so that rules matter and tests are fast.
const LEAN: &str = r#"
start = 2026-12-01
horizon = "1 week"
[run]
trials = 100
[plan]
name = "max-5x"
[[plan.window]]
id = "session"
limit = { usd = "0.5 to 2" }
[[plan.window]]
id = "week"
limit = { usd = "2 to 8" }
[wallet]
enabled = true
balance = 2
monthly_limit = 20
[wallet.auto_reload]
threshold = 1
reload_to = 11
decline = 0.2
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
when_blocked = ["wait 20m", "drop"]
"#;

/// Whatever a policy or a plan does to the work, the work that was meant is the same.
#[test]
fn any_two_policies_meet_the_same_demand() {
    let hash = |sets: &[&str]| play(&parse(LEAN, sets).experiment, 200).sums.demand_hash;
    let policies: [&[&str]; 8] = [
        &[],
        &["wallet.enabled=false"],
        &[
            "wallet.auto_reload.threshold=0.5",
            "wallet.auto_reload.reload_to=50",
        ],
        &["wallet.monthly_limit=1", "wallet.balance=0"],
        &["plan.name=\"pro\""],
        &["plan.name=\"max-20x\"", "plan.meter=\"reads-free\""],
        &["actor.me.when_blocked=[\"api\"]"],
        &["actor.me.models={ \"opus-5.5\" = 0.5, \"haiku-5.5\" = 0.5 }"],
    ];
    let hashes: Vec<u64> = policies.iter().map(|p| hash(p)).collect();
    assert!(
        hashes.iter().all(|h| *h == hashes[0] && *h != 0),
        "{hashes:?}"
    );
    for other in [
        "run.seed=43",
        "actor.me.sessions_per_day=3",
        "actor.me.hours=\"mon-fri 09:00-17:01\"",
    ] {
        assert_ne!(hash(&[other]), hashes[0], "{other}");
    }
}

/// Over many seeds the paired interval of a difference holds the true one as often as it says, and is
/// narrower than what different months would give, which holds it at least as often.
#[test]
fn paired_intervals_cover_and_are_narrower() {
    let stop = AtomicBool::new(false);
    let series = Series::new(2, &|_, _| {}, &stop);
    let sonnet = parse(LEAN, &["actor.me.models=\"sonnet-5.5\""]).experiment;
    let both = [parse(LEAN, &[]).experiment, sonnet];
    let costs = |seed, trials| {
        both.clone().map(|mut exp| {
            exp.seed = seed;
            let outcome = series.run(&exp, trials).expect("conserved");
            columns::cost(&exp, &outcome).unwrap()
        })
    };
    let [a, b] = costs(9_999, 8_000);
    let truth = Difference::new(&a, &b, USD).mean;
    assert!(truth.high < -0.5, "a difference worth telling: {truth:?}");
    let (seeds, mut paired, mut unpaired) = (80, 0, 0);
    for seed in 0..seeds {
        let [a, b] = costs(seed, 120);
        let d = Difference::new(&a, &b, USD);
        assert!(d.mean.half_width() < 0.8 * d.unpaired_half, "{d:?}");
        let off = (d.mean.value - truth.value).abs();
        paired += i32::from(off <= d.mean.half_width());
        unpaired += i32::from(off <= d.unpaired_half);
    }
    // 95 % of 80 is 76 with a standard deviation of 2; the truth is known to an eighth of a width.
    assert!((70..=80).contains(&paired), "{paired} of {seeds}");
    assert!(unpaired >= paired, "{unpaired} of {seeds}");
}

fn compared(scenario: &Scenario, models: &[&str]) -> Comparison {
    let mixes: Vec<String> = models.iter().map(|m| (*m).to_owned()).collect();
    let found = match scenario.on_models(&mixes, false) {
        Ok(found) => found,
        Err(problems) => panic!("{}", problems.render(false, 100)),
    };
    held_against(scenario, &found)
}

fn held_against(scenario: &Scenario, found: &Rivals) -> Comparison {
    let contenders: Vec<Contender<'_>> = (found.rivals.iter())
        .map(|r| Contender {
            title: match &r.title {
                RivalTitle::Models(mix) => Title::Models(mix.clone()),
                RivalTitle::Variant(name) => Title::Named(name.clone()),
                RivalTitle::AsItStands => Title::AsItStands,
            },
            experiment: &r.scenario.experiment,
            plan: r.scenario.plan.clone(),
            efforts: Vec::new(),
        })
        .collect();
    let stop = AtomicBool::new(false);
    let series = Series::new(2, &|_, _| {}, &stop);
    let about = About {
        title: scenario.title.clone(),
        timezone: scenario.timezone.clone(),
        horizon: scenario.horizon.clone(),
        trial_word: scenario.trial_word.clone(),
        ..About::default()
    };
    compare(
        &contenders,
        &about,
        scenario.run.trials,
        &series,
        &found.notes,
    )
    .unwrap()
}

#[test]
fn opus_against_sonnet_is_the_hand_calculation() {
    let c = compared(&parse(EXACT, &[]), &["opus-5.5", "sonnet-5.5"]);
    for (entry, prices) in c.entries.iter().zip([OPUS, SONNET]) {
        let hand = by_hand(prices, 3);
        to_the_cent(entry.value_usd.mean, hand.value);
        to_the_cent(entry.extra_usd, hand.extra);
        to_the_cent(entry.tax_usd, (100.0 + hand.extra) * 0.1);
        to_the_cent(entry.cost_usd.mean, (100.0 + hand.extra) * 1.1);
        assert_eq!(entry.cost_usd.p05, entry.cost_usd.p95);
        let found = entry.windows.iter().find(|w| w.name == "week").unwrap();
        assert!(
            (found.needed.mean - hand.week).abs() < 2e-6,
            "{} {}",
            found.needed.mean,
            hand.week
        );
    }
    let (opus, sonnet) = (by_hand(OPUS, 3), by_hand(SONNET, 3));
    // On paper, Opus: a day is 26,000 x $8 + 390 x $20 a million for the first request and 23,400
    // millionths, 260 more each time, for five more: $0.3354, in 31 days $10.3974, or 1.565 weeks of
    // $1.50 a week. From the second request of a week's fifth day on credits pay, whose writes cost
    // $5: 0.1001 + 2 x 0.2379 in each of four weeks, $2.3036. Sonnet: half of each price.
    to_the_cent(opus.value, 10.3974);
    to_the_cent(opus.extra, 2.3036);
    to_the_cent(opus.week, 10.3974 / 1.5 * 7.0 / 31.0);
    to_the_cent(sonnet.value, 5.1987);
    to_the_cent(sonnet.extra, 0.0);
    to_the_cent(sonnet.week, 5.1987 / 1.5 * 7.0 / 31.0);
    to_the_cent(c.entries[0].cost_usd.mean, (100.0 + 2.3036) * 1.1);
    to_the_cent(c.entries[1].cost_usd.mean, 110.0);
    to_the_cent(c.pairs[0].cost_usd.mean.value, -opus.extra * 1.1);
    to_the_cent(c.pairs[0].value_usd.mean.value, sonnet.value - opus.value);
    assert_eq!(
        (c.pairs[0].cost_usd.less.value, c.pairs[0].same_demand),
        (1.0, true)
    );
}

/// Where the hand calculation crosses, with contexts that grow with the requests.
#[test]
fn the_break_even_is_where_the_hand_calculation_crosses() {
    let c = compared(
        &parse(EXACT, &["actor.me.requests_per_prompt=30"]),
        &["opus-5.5", "sonnet-5.5"],
    );
    let opus = by_hand(OPUS, 30).value;
    let over = (30..).find(|n| by_hand(SONNET, *n).value > opus).unwrap() as f64 / 30.0;
    let b = &c.break_evens[0];
    assert_eq!((b.dearer, b.cheaper, b.assumed), (0, 1, 1.0));
    assert_eq!(b.quantities[0], Quantity::Value);
    for q in [0, 2] {
        let Meeting::At { value, low, high } = b.meetings[q] else {
            panic!("{:?}", b.meetings);
        };
        assert!(low <= value && value <= high);
        // A fraction of a request is drawn now and then, and cost grows in steps of one.
        assert!((value / over - 1.0).abs() < 0.05, "{value}, by hand {over}");
    }
}

/// What a newcomer sees of two shipped scenarios. Screens change with the numbers: read them again
/// then, and accept them with `INSTA_UPDATE=always`.
#[test]
fn screens_of_shipped_scenarios() {
    let shipped = |name: &str| {
        let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR"))
            .join("scenarios")
            .join(name);
        scenario::load(&path, &["run.trials=96".to_owned()])
            .unwrap_or_else(|p| panic!("{}", p.render(false, 100)))
    };
    let look = Look {
        width: 100,
        color: false,
        elapsed: None,
        written: None,
    };
    let coding = shipped("pro-coding.toml");
    let c = compared(
        &coding,
        &["opus-5.5", "sonnet-5.5", "opus-5.5:0.3+sonnet-5.5:0.7"],
    );
    insta::assert_snapshot!("models", report::screen(&c, &look));
    let found = coding
        .variants()
        .unwrap_or_else(|p| panic!("{}", p.render(false, 100)));
    insta::assert_snapshot!(
        "variants",
        report::screen(&held_against(&coding, &found), &look)
    );
}

#[test]
fn one_model_is_held_against_the_scenario() {
    let c = compared(&parse(EXACT, &[]), &["sonnet"]);
    let names: Vec<&str> = c.entries.iter().map(|e| e.name.as_str()).collect();
    assert_eq!(names, ["as it stands", "sonnet-5.5"]);
}
