//! C: auto-reload that comes too late.

use burncast::base::money::PICO_PER_USD;
use burncast::engine::outcome::Field;

use crate::check::{Checks, play, scenario, total};
use crate::exact::lead;

/// Requests a minute; mean cost, opening balance and amount of a reload in dollars.
const RATE: f64 = 20.0;
const COST: f64 = 0.10;
const OPENING: f64 = 30.0;
const RELOAD: f64 = 25.0;
/// Minutes from trigger to money, and from a declined attempt to the next.
const LATENCY: f64 = 2.0;
const RETRY: f64 = 10.0;

/// The mean of f(M − K) over a reload cycle: M requests before the money comes, K that the balance
/// lasts for; `decline` is the probability that an attempt fails.
fn cycle(threshold: f64, decline: f64, f: impl Fn(f64) -> f64) -> f64 {
    let attempts = if decline > 0.0 { 12 } else { 1 };
    (0..attempts)
        .map(|g| {
            let weight = (1.0 - decline) * decline.powi(g);
            let wait = LATENCY + f64::from(g) * RETRY;
            weight * lead(RATE * wait, threshold / COST, &f)
        })
        .sum()
}

fn stock_out(id: &'static str, file: &str, threshold: f64, decline: f64) {
    let out = play(&scenario(file, &[]));
    let cycles = total(&out, Field::Reloads);
    let blocked = total(&out, Field::Blocked);
    let served = total(&out, Field::Requests);
    // What the last, unfinished cycle of each trial took out of the balance.
    let rest = OPENING * out.trials as f64 - total(&out, Field::Left) / PICO_PER_USD as f64;
    let p = cycle(threshold, decline, |_| 1.0);
    let mean = cycle(threshold, decline, |x| x);
    let sd = (cycle(threshold, decline, |x| x * x) - mean * mean).sqrt();
    let (good, all) = (RELOAD / COST, RELOAD / COST + mean);
    // Of the ratio by linearisation; what is served varies too, but weighs little in it.
    let ratio_sd = (good * good * sd * sd + mean * mean * good).sqrt() / (all * all);
    let mut c = Checks::of(id);
    // The cycle cut by the horizon is one in thousands.
    c.share(
        "P(stock-out) per cycle",
        p,
        total(&out, Field::Drains(0)),
        cycles,
    );
    c.estimate(
        "blocked per cycle",
        mean,
        blocked / cycles,
        sd / cycles.sqrt(),
    );
    c.estimate(
        "served per cycle",
        good,
        (served - rest / COST) / cycles,
        (good / cycles).sqrt(),
    );
    let share = blocked / (blocked + served);
    c.estimate("share blocked", mean / all, share, ratio_sd / cycles.sqrt());
    if decline > 0.0 {
        let attempts = cycles + total(&out, Field::Declines);
        c.share("declined", decline, total(&out, Field::Declines), attempts);
    }
    c.done();
}

#[test]
fn c2_threshold_5() {
    stock_out("C2", "c2", 5.0, 0.0);
}

#[test]
fn c3_threshold_8() {
    stock_out("C3", "c3", 8.0, 0.0);
}

#[test]
fn c6_declined_payments() {
    stock_out("C6", "c6", 5.0, 0.05);
}
