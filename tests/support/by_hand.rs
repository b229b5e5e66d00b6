//! A month that can be worked out by hand: six requests a day on windows of known size.

#![allow(dead_code, reason = "every test takes what it needs")]

use burncast::scenario::{self, Scenario};

#[track_caller]
pub fn parse(text: &str, sets: &[&str]) -> Scenario {
    let sets: Vec<String> = sets.iter().map(|s| (*s).to_owned()).collect();
    match scenario::parse("test.toml", text, &sets) {
        Ok(scenario) => scenario,
        Err(problems) => panic!("{}", problems.render(false, 100)),
    }
}

/// The heavy preset with every distribution made a number: one session of six requests a day.
pub const EXACT: &str = r#"
start = 2026-12-01
horizon = "1 month"
timezone = "UTC"
[run]
trials = 3
[plan]
name = "max-5x"
[[plan.window]]
id = "session"
limit = { usd = 1_000 }
[[plan.window]]
id = "week"
limit = { usd = 1.5 }
[wallet]
enabled = true
balance = 500
monthly_limit = "unlimited"
tax = "10 %"
[[actor]]
name = "me"
preset = "claude-code-heavy"
models = "opus-5.5"
every = "day 09:00"
prompts = 2
requests_per_prompt = 3
gap = 60
prompt_gap = 120
first_context = 20_000
growth = 1_000
early_growth = 0
session_growth = 1
input = 0
output = 300
cache = { on_plan = "1h", on_credits = "5m", miss_rate = 0, shared = 0 }
compaction = false
sub_agents = false
"#;

/// Dollars per million tokens: write 5 minutes, write 1 hour, read, output.
pub type Prices = [f64; 4];
pub const OPUS: Prices = [5.0, 8.0, 0.20, 20.0];
pub const SONNET: Prices = [2.5, 4.0, 0.10, 10.0];

/// The month by hand.
pub struct ByHand {
    /// Dollars of all work with a 1-hour cache, as on a plan.
    pub value: f64,
    /// With a 5-minute cache, as with a key.
    pub key: f64,
    /// With the 5-minute cache, what the week of 1.5 dollars does not hold.
    pub extra: f64,
    /// Share of a week that the work needs.
    pub week: f64,
}

pub fn by_hand(p: Prices, requests_per_prompt: usize) -> ByHand {
    let (mut value, mut key, mut extra, mut room) = (0.0, 0.0, 0.0, 1.5);
    for day in 0..31 {
        if day % 7 == 0 {
            room = 1.5;
        }
        for n in 0..2 * requests_per_prompt {
            // Newer models make 1.3 tokens of one of the reference tokenizer.
            let (read, write) = match n {
                0 => (0.0, 26_000.0),
                n => (26_000.0 + 1_300.0 * (n - 1) as f64, 1_300.0),
            };
            let tokens =
                |write_price: f64| (read * p[2] + write * write_price + 390.0 * p[3]) / 1e6;
            value += tokens(p[1]);
            key += tokens(p[0]);
            if room > 0.0 {
                room -= tokens(p[1]);
            } else {
                // Credits keep the cache five minutes, so they write at that price.
                extra += tokens(p[0]);
            }
        }
    }
    ByHand {
        value,
        key,
        extra,
        week: value / 1.5 / (31.0 / 7.0),
    }
}

#[track_caller]
pub fn to_the_cent(found: f64, expected: f64) {
    assert!(
        (found - expected).abs() < 0.000_05,
        "{found} is not {expected}"
    );
}
