//! A and B: when a balance runs out, what a month costs. D1: the cap on reloads.

use burncast::base::money::PICO_PER_USD;
use burncast::engine::outcome::{Field, NEVER, Outcome};

use crate::check::{Checks, column, play, scenario};
use crate::exact::{poisson, poisson_tail};

const USD: f64 = PICO_PER_USD as f64;
const DAY_MS: f64 = 86_400_000.0;
const RANKS: [f64; 7] = [0.01, 0.05, 0.25, 0.5, 0.75, 0.95, 0.99];

/// Requests a day, balance over mean cost, and quantiles of the time to exhaustion in days.
fn exhaustion(id: &'static str, file: &str, rate: f64, b: f64, horizon: f64, at: [f64; 7]) {
    let out = play(&scenario(file, &[]));
    assert!(out.column(Field::FirstDrain(0)).iter().all(|t| *t != NEVER));
    let days = column(&out, Field::FirstDrain(0), DAY_MS);
    let sd = (1.0 + 2.0 * b).sqrt() / rate;
    // Cumulants of the noncentral chi-square law with 2 degrees of freedom.
    let cumulant =
        |n: i32, factorial: f64| 2f64.powi(n - 1) * factorial * (2.0 + n as f64 * 2.0 * b);
    let excess = cumulant(4, 6.0) / cumulant(2, 1.0).powi(2);
    let p: f64 = (0..(4.0 * b) as i64 + 60)
        .map(|k| poisson(k, b) * poisson_tail(k + 1, rate * horizon))
        .sum();
    let hits = days.iter().filter(|t| **t <= horizon).count() as f64;
    let mut c = Checks::of(id);
    c.mean("mean", (1.0 + b) / rate, sd, &days);
    c.sd("sd", sd, excess, &days);
    c.quantiles(&RANKS.iter().copied().zip(at).collect::<Vec<_>>(), &days);
    c.share("P(T <= h)", p, hits, days.len() as f64);
    c.done();
}

#[test]
fn a1_balance_lasts_a_week() {
    let at = [
        5.994368766,
        6.188556096,
        6.470397481,
        6.670000278,
        6.872635731,
        7.169479912,
        7.381708078,
    ];
    exhaustion("A1", "a1", 150.0, 1000.0, 7.0, at);
}

#[test]
fn a2_balance_of_few_requests() {
    let at = [
        0.06134061856,
        0.1505684045,
        0.354734674,
        0.5508436883,
        0.7917403816,
        1.217207501,
        1.57181346,
    ];
    exhaustion("A2", "a2", 10.0, 5.0, 1.0, at);
}

/// Raw moments 1 to 4 of a request's lognormal cost in dollars.
fn cost_moments() -> [f64; 4] {
    let (m, s) = (0.035f64, 1.2f64);
    [1, 2, 3, 4].map(|k| m.powi(k) * (s * s / 2.0 * f64::from(k * (k - 1))).exp())
}

#[test]
fn b1_month_of_single_requests() {
    let out = play(&scenario("b1", &[]));
    let usd = column(&out, Field::Extra(0), USD);
    let n = 4500.0;
    let [m1, m2, _, m4] = cost_moments();
    let sd = (n * m2).sqrt();
    let mut c = Checks::of("B1");
    c.mean("mean", n * m1, sd, &usd);
    c.sd("sd", sd, m4 / (n * m2 * m2), &usd);
    let at = [
        (0.05, 149.7387817),
        (0.5, 157.4013771),
        (0.9, 163.7298328),
        (0.95, 165.5942203),
        (0.99, 169.198906),
    ];
    c.quantiles(&at, &usd);
    c.done();
}

#[test]
fn b2_month_of_sessions() {
    let out = play(&scenario("b2", &[]));
    let usd = column(&out, Field::Covered(0), USD);
    let [x1, x2, x3, x4] = cost_moments();
    // Moments of a session: a request, and with probability q another session.
    let (p, q) = (1.0 / 25.0, 24.0 / 25.0);
    let y1 = x1 / p;
    let y2 = (x2 + 2.0 * q * x1 * y1) / p;
    let y3 = (x3 + 3.0 * q * (x2 * y1 + x1 * y2)) / p;
    let y4 = (x4 + q * (4.0 * x3 * y1 + 6.0 * x2 * y2 + 4.0 * x1 * y3)) / p;
    let sessions = 180.0;
    let sd = (sessions * y2).sqrt();
    let mut c = Checks::of("B2");
    c.same("sd by moments", 16.96663154, sd);
    c.mean("mean", sessions * y1, sd, &usd);
    c.sd("sd", sd, y4 / (sessions * y2 * y2), &usd);
    let at = [
        (0.05, 130.4011725),
        (0.5, 157.0374814),
        (0.95, 186.1764866),
        (0.99, 198.9842615),
    ];
    c.quantiles(&at, &usd);
    c.done();
}

#[test]
fn d1_cap_on_reloads() {
    let out = play(&scenario("d1", &[]));
    let n = out.trials as f64;
    let mut c = Checks::of("D1");
    // After six reloads a seventh is due and refused: the balance stays below the threshold.
    let refused = count(&out, |t| out.get(t, Field::Left) < 10 * PICO_PER_USD);
    let ended = count(&out, |t| out.get(t, Field::FirstDrain(0)) != NEVER);
    let most = out.column(Field::Reloads).into_iter().max();
    assert_eq!(most, Some(6));
    c.share("P(cap refuses)", 0.4978973604, refused, n);
    c.share("P(money ends)", 0.004596217016, ended, n);
    c.done();
}

fn count(out: &Outcome, what: impl Fn(usize) -> bool) -> f64 {
    (0..out.trials).filter(|t| what(*t)).count() as f64
}
