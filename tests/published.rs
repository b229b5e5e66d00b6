//! The published table of how fast ten dollars drain, through ordinary scenario runs at the prices of
//! Opus 4 (15 and 75 dollars per million tokens).

use std::sync::atomic::AtomicBool;

use burncast::analysis::realism::measure;
use burncast::catalog::observed::Observed;
use burncast::engine::outcome::{Field, NEVER, Outcome};
use burncast::engine::replay::What;
use burncast::engine::run::{RunOptions, replay, run};
use burncast::scenario::{self, Scenario};

const OPUS_4: [&str; 2] = ["start=2025-09-01", "actor.me.models=opus-4"];

fn parse(text: &str, sets: &[&str]) -> Scenario {
    let sets: Vec<String> = sets.iter().map(|s| (*s).to_owned()).collect();
    scenario::parse("published", text, &sets).unwrap()
}

fn simulate(scenario: &Scenario, trials: u64) -> Outcome {
    let options = RunOptions {
        trials,
        threads: 2,
        progress: &|_, _| {},
        stop: &AtomicBool::new(false),
        enough: None,
    };
    run(&scenario.experiment, &options).unwrap()
}

/// One session after the other day and night, so that every hour is an hour of use: hours in which
/// ten dollars drain (median), and dollars an hour.
fn use_all_day(preset: &str) -> (f64, f64) {
    let alone = scenario::alone(preset, Observed::embedded());
    let one = measure(&parse(&alone, &OPUS_4).experiment, 100, 2).unwrap();
    let minutes = (one.session_hours * 60.0).round().max(1.0);
    let text = |wallet: &str| {
        format!(
            "start = 2025-09-01\nhorizon = \"14 days\"\n[wallet]\n{wallet}\n[[actor]]\n\
             name = \"me\"\npreset = \"{preset}\"\nmodels = \"opus-4\"\nclient = \"api\"\n\
             every = \"{minutes} minutes\"\nwhen_blocked = [\"drop\"]\n"
        )
    };
    let ten = parse(&text("balance = 10"), &[]);
    let outcome = simulate(&ten, 400);
    let wallet = ten.experiment.account.windows.len();
    let mut drained = outcome.column(Field::FirstDrain(wallet));
    drained.sort_unstable();
    let median = drained[drained.len() / 2];
    assert_ne!(median, NEVER, "{preset}");
    let much = parse(&text("balance = 100_000"), &[]);
    let outcome = simulate(&much, 200);
    let pico: i128 = (0..outcome.trials)
        .map(|t| {
            (0..much.experiment.months.len())
                .map(|m| i128::from(outcome.get(t, Field::Extra(m))))
                .sum::<i128>()
        })
        .sum();
    let hours = 14.0 * 24.0 * outcome.trials as f64;
    (median as f64 / 3_600_000.0, pico as f64 / 1e12 / hours)
}

#[test]
fn ten_dollars_drain_as_published() {
    let table = [
        ("casual-chat", (30.0, 100.0), (0.10, 0.30)),
        ("active-coding", (3.0, 10.0), (1.0, 3.0)),
        ("long-sessions", (1.0, 3.0), (3.0, 8.0)),
        ("background-agent", (0.66, 2.0), (5.0, 15.0)),
    ];
    let mut wrong = Vec::new();
    for (preset, drain, hourly) in table {
        let (hours, usd) = use_all_day(preset);
        println!("{preset}: ten dollars last {hours:.2} h, {usd:.2} dollars an hour");
        let inside = |x: f64, (low, high): (f64, f64)| low <= x && x <= high;
        if !inside(hours, drain) || !inside(usd, hourly) {
            wrong.push(preset);
        }
    }
    assert!(wrong.is_empty(), "{wrong:?}");
}

/// Cost of message 60 over message 1, median over sessions of 60 messages.
fn message_60(preset: &str) -> f64 {
    let alone = scenario::alone(preset, Observed::embedded());
    let sets = ["actor.me.prompts=60", "actor.me.requests_per_prompt=1"];
    let scenario = parse(&alone, &sets);
    let mut ratios = Vec::new();
    for trial in 0..20 {
        let mut first = std::collections::BTreeMap::new();
        for event in replay(&scenario.experiment, trial).unwrap() {
            if let What::Request {
                session,
                sub_agent: None,
                n,
                cost,
                ..
            } = event.what
            {
                if n == 1 {
                    first.insert(session, cost.0 as f64);
                } else if n == 60
                    && let Some(one) = first.get(&session)
                {
                    ratios.push(cost.0 as f64 / one);
                }
            }
        }
    }
    assert!(ratios.len() > 100, "{}", ratios.len());
    ratios.sort_by(f64::total_cmp);
    ratios[ratios.len() / 2]
}

/// "Message 60 costs ten times message 1" holds in a plain chat, which sends everything again, and not
/// behind a cache.
#[test]
fn message_60_costs_ten_times_message_1_in_a_plain_chat_only() {
    let (chat, cached) = (message_60("casual-chat"), message_60("claude-code-heavy"));
    println!("chat {chat:.2}, Claude Code {cached:.2}");
    assert!((9.0..=11.0).contains(&chat), "{chat}");
    assert!((0.5..=2.0).contains(&cached), "{cached}");
}

/// The official average is 13 dollars a developer and active day, 90 % of them below 30; a moderate user
/// is about a third of a heavy one.
#[test]
fn days_of_developers_cost_what_is_published() {
    let mix = r#"actor.me.models={ "opus-4.5" = 0.5, "sonnet-4.5" = 0.5 }"#;
    let day = |preset: &str| {
        let alone = scenario::alone(preset, Observed::embedded());
        let all = measure(&parse(&alone, &[mix]).experiment, 300, 2).unwrap();
        let mean = all.mean("usd-per-day").unwrap();
        let p90 = all.quantile("usd-per-day", 0.9).unwrap();
        println!("{preset}: mean {mean:.2}, p90 {p90:.2}");
        (mean, p90)
    };
    let (heavy, _) = day("claude-code-heavy");
    let (moderate, _) = day("claude-code-moderate");
    let (seat, p90) = day("team-seat");
    assert!((0.25..=0.42).contains(&(moderate / heavy)));
    assert!((11.5..=14.5).contains(&seat), "{seat}");
    assert!(p90 < 31.0, "{p90}");
}

/// A night's run stays a night's run.
#[test]
fn a_background_agent_makes_60_to_100_requests_a_night() {
    let alone = scenario::alone("background-agent", Observed::embedded());
    let all = measure(&parse(&alone, &[]).experiment, 100, 2).unwrap();
    let mean = all.mean("requests-per-session").unwrap();
    println!("mean {mean:.1}");
    assert!((60.0..=100.0).contains(&mean), "{mean}");
}
