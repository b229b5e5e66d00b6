use super::*;
use crate::base::money::Money;
use crate::scenario;

/// An API user: 10 sessions a day of one request of 1,000 tokens in and `output` tokens out.
fn api(output: &str, volume: &str) -> String {
    format!(
        r#"
start = 2026-12-01
horizon = "10 days"
[wallet]
balance = 10_000
[[model]]
name = "m"
input = 1
output = 2
[[actor]]
name = "job"
client = "api"
models = "m"
hours = "always"
sessions_per_day = 10
volume = {volume}
prompts = 1
requests_per_prompt = 1
gap = 1
prompt_gap = 1
first_context = 1_000_000
context_max = 9_000_000
growth = 0
output = {output}
cache = "none"
"#
    )
}

fn find(text: &str, metric: &str) -> (SensitivityFinding, Vec<Effect>) {
    let scenario =
        scenario::parse("test", text, &[]).unwrap_or_else(|p| panic!("{}", p.render(false, 100)));
    let play = Play {
        trials: 200,
        threads: 2,
        progress: &|_, _| {},
        stop: &AtomicBool::new(false),
        budget: Some(Money::usd(100)),
    };
    let metric = metric.parse().unwrap();
    (
        sensitivity(&scenario.experiment, &metric, &play).unwrap(),
        morris(&scenario.experiment, &metric, 4, &play).unwrap(),
    )
}

fn bar<'a>(f: &'a SensitivityFinding, label: &str) -> &'a Bar {
    let found = f.bars.iter().find(|b| b.label == label);
    found.unwrap_or_else(|| panic!("{label}: {:?}", f.bars))
}

/// What is charged is 10 days × 10 sessions × (1 + 2) dollars: every end can be worked out.
#[test]
fn ends_are_what_they_must_be() {
    let (f, effects) = find(&api("1_000_000", "1"), "extra_mean");
    assert_eq!(f.base, 300.0);
    assert_eq!(f.noise, 0.0);
    let sessions = bar(&f, "sessions of a day");
    assert!(
        (sessions.low, sessions.high) == (240.0, 390.0),
        "{sessions:?}"
    );
    let output = bar(&f, "output of a request");
    assert!(
        (output.low - 260.0).abs() < 1e-3 && (output.high - 350.0).abs() < 1e-3,
        "{output:?}"
    );
    // One request stays one request, whatever the factor.
    assert!(f.bars.iter().all(|b| b.label != "requests of a prompt"));
    let gap = bar(&f, "time between prompts");
    assert_eq!(
        (gap.low, gap.high, gap.is_certain(f.base)),
        (300.0, 300.0, false)
    );
    let first = &effects[0];
    assert_eq!(first.label, "sessions of a day");
    let noise = effects.iter().find(|e| e.label.contains("another seed"));
    assert_eq!(noise.map(|e| e.mean_size), Some(0.0));
}

/// What the scenario says it does not know is moved through its own percentiles, and named as
/// worth measuring.
#[test]
fn stated_uncertainty_is_worth_measuring() {
    let text = api("1_000_000", "{ median = 1, p90 = 2 }");
    let (f, _) = find(&text, "extra_mean");
    let volume = bar(&f, "volume of the person");
    assert!(matches!(volume.range, Range::Stated { low, high }
        if (low - 0.5).abs() < 1e-6 && (high - 2.0).abs() < 1e-6));
    // Half of ten sessions are five, or six where a hair above five is rounded up.
    assert!([150.0, 180.0].contains(&volume.low), "{volume:?}");
    assert!([570.0, 600.0].contains(&volume.high), "{volume:?}");
    assert!(f.noise > 0.0);
    let text = sentences(&f).join(" ");
    assert!(
        text.contains("Worth measuring: the volume of the person"),
        "{text}"
    );
}

/// Advice that can be followed: another number than the one asked for, and no ratio to nothing.
#[test]
fn what_does_not_move_is_told_with_another_number() {
    let (mut f, _) = find(&api("1_000_000", "{ median = 1, p90 = 2 }"), "extra_mean");
    f.noise = 0.0;
    let text = sentences(&f).join(" ");
    assert!(
        text.contains("of which hardly anything is the simulation's own noise"),
        "{text}"
    );
    f.bars.clear();
    for (metric, other) in [
        ("cost_mean", "blocked_hours_mean"),
        ("p_blocked", "cost_mean"),
    ] {
        f.metric = metric.parse().unwrap();
        let text = sentences(&f).join(" ");
        assert!(text.contains(&format!("as in --metric {other}.")), "{text}");
    }
}

#[test]
fn a_metric_that_is_not_there_is_an_error() {
    let scenario = scenario::parse("test", &api("1", "1"), &[]).unwrap();
    let play = Play {
        trials: 1,
        threads: 1,
        progress: &|_, _| {},
        stop: &AtomicBool::new(false),
        budget: None,
    };
    let metric = "p_drains.nowhere".parse().unwrap();
    let found = sensitivity(&scenario.experiment, &metric, &play);
    assert!(matches!(found, Err(SensitivityError::Metric(_))));
}
