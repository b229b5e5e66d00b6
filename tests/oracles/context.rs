//! F: what growing context costs, message by message.

use burncast::base::money::PICO_PER_USD;
use burncast::engine::outcome::Field;
use burncast::engine::replay::What;
use burncast::engine::run::replay;

use crate::check::{Checks, column, play, scenario};

const MESSAGES: i32 = 60;
/// Dollars per million tokens.
const INPUT: f64 = 3.0;
const WRITE: f64 = 3.75;
const READ: f64 = 0.30;
const OUTPUT: f64 = 15.0;

/// A conversation: context of the first message, growth and output per message, tokens.
struct Talk {
    first: f64,
    growth: f64,
    output: f64,
}

impl Talk {
    fn context(&self, n: i32) -> f64 {
        self.first + f64::from(n - 1) * self.growth
    }

    fn answer(&self) -> f64 {
        OUTPUT * self.output / 1e6
    }

    fn uncached(&self, n: i32) -> f64 {
        INPUT * self.context(n) / 1e6 + self.answer()
    }

    fn cached(&self, n: i32) -> f64 {
        let new = if n == 1 { self.first } else { self.growth };
        (READ * (self.context(n) - new) + WRITE * new) / 1e6 + self.answer()
    }

    fn rewritten(&self, n: i32) -> f64 {
        WRITE * self.context(n) / 1e6 + self.answer()
    }
}

/// Dollars of each message, in order.
fn messages(file: &str, sets: &[&str]) -> Vec<f64> {
    let events = replay(&scenario(file, sets).experiment, 0).unwrap();
    let costs: Vec<f64> = events
        .iter()
        .filter_map(|e| match e.what {
            What::Request { cost, .. } => Some(cost.to_f64()),
            _ => None,
        })
        .collect();
    assert_eq!(costs.len(), MESSAGES as usize);
    costs
}

fn compare(
    c: &mut Checks,
    kind: &str,
    found: &[f64],
    exact: impl Fn(i32) -> f64,
    stated: [f64; 5],
) {
    for n in 1..=MESSAGES {
        let (x, y) = (found[n as usize - 1], exact(n));
        assert!(
            (x - y).abs() <= 1e-9 * y,
            "message {n} {kind}: {x} is not {y}"
        );
    }
    let [one, ten, last, ratio, sum] = stated;
    c.same(&format!("message 1, {kind}"), one, found[0]);
    c.same(&format!("message 10, {kind}"), ten, found[9]);
    c.same(&format!("message 60, {kind}"), last, found[59]);
    // Stated to ten digits.
    assert!((found[59] / found[0] - ratio).abs() < 1e-9 * ratio.max(1.0));
    c.same(
        &format!("ratio 60/1, {kind}"),
        exact(60) / exact(1),
        found[59] / found[0],
    );
    c.same(&format!("sum of 60, {kind}"), sum, found.iter().sum());
}

fn growth(
    id: &'static str,
    file: &str,
    talk: &Talk,
    plain: [f64; 5],
    cached: [f64; 5],
    expiring: f64,
) {
    let mut c = Checks::of(id);
    let found = messages(file, &["actor.me.cache=\"none\""]);
    compare(&mut c, "no cache", &found, |n| talk.uncached(n), plain);
    let found = messages(file, &[]);
    compare(&mut c, "cached", &found, |n| talk.cached(n), cached);

    let gap = "actor.me.prompt_gap={ law = \"exponential\", mean = 90 }";
    let out = play(&scenario(file, &[gap]));
    let usd = column(&out, Field::Extra(0), PICO_PER_USD as f64);
    let p = (-300.0f64 / 90.0).exp();
    let (mut mean, mut variance) = (talk.cached(1), 0.0);
    for n in 2..=MESSAGES {
        let more = talk.rewritten(n) - talk.cached(n);
        mean += talk.cached(n) + p * more;
        variance += p * (1.0 - p) * more * more;
    }
    c.same("sum with expiry, stated", expiring, mean);
    c.mean("sum with expiry", mean, variance.sqrt(), &usd);
    c.done();
}

#[test]
fn f1_small_preamble() {
    let talk = Talk {
        first: 2_200.0,
        growth: 700.0,
        output: 500.0,
    };
    let plain = [0.0141, 0.033, 0.138, 9.787234043, 4.563];
    let cached = [0.01575, 0.012465, 0.022965, 1.458095238, 1.011375];
    growth("F1", "f1", &talk, plain, cached, 1.17475743);
}

#[test]
fn f2_large_preamble() {
    let talk = Talk {
        first: 20_300.0,
        growth: 900.0,
        output: 600.0,
    };
    let plain = [0.0699, 0.0942, 0.2292, 3.278969957, 8.973];
    let cached = [0.085125, 0.020625, 0.034125, 0.4008810573, 1.63653];
    growth("F2", "f2", &talk, plain, cached, 1.973460878);
}
