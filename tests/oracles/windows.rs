//! E: windows opened by the first request.

use burncast::base::money::PICO_PER_USD;
use burncast::engine::outcome::Field;

use crate::check::{Checks, column, play, scenario, total};
use crate::exact::{lead, windows_opened};

const WINDOW_H: f64 = 5.0;
const COST: f64 = 0.04;
const LIMIT: f64 = 1.0;
const HORIZON_H: f64 = 730.0 * 24.0;
const HOUR_MS: f64 = 3_600_000.0;
/// A limit that the first request uses up: the window runs dry once each time it opens.
const TINY: &str = "plan.window.session.limit=0.000001";
const OPENED: Field = Field::Drains(0);

fn windows(id: &'static str, file: &str, rate: f64) {
    let mut c = Checks::of(id);
    for (horizon, trials) in [(24.0, 20_000), (168.0, 5_000)] {
        let (mean, variance) = windows_opened(rate, WINDOW_H, horizon);
        let sets = [
            TINY,
            &format!("horizon={horizon}h"),
            &format!("run.trials={trials}"),
        ];
        let opened = column(&play(&scenario(file, &sets)), OPENED, 1.0);
        let found = opened.iter().sum::<f64>() / opened.len() as f64;
        let what = format!("windows in {horizon} h");
        c.estimate(&what, mean, found, (variance / opened.len() as f64).sqrt());
    }
    long_run(&mut c, file, rate);
    c.done();
}

/// Two years: what happens per window.
fn long_run(c: &mut Checks, file: &str, rate: f64) {
    let tiny = play(&scenario(file, &[TINY]));
    let out = play(&scenario(file, &[]));
    let trials = out.trials as f64;
    let opened = total(&tiny, OPENED);
    // A cycle is a wait and a window. Squared length, and what the start (without a window) and the
    // end (perhaps within one) add to the long-run rates: renewal theory, second order.
    let wait = 1.0 / rate;
    let length = WINDOW_H + wait;
    let square = WINDOW_H * WINDOW_H + 2.0 * WINDOW_H * wait + 2.0 * wait * wait;
    let inside = WINDOW_H / length;
    let edge = (inside * square / 2.0 - WINDOW_H * wait - WINDOW_H * WINDOW_H / 2.0) / length;
    let cycles = trials * HORIZON_H / length;
    c.estimate(
        "share of time in a window",
        inside + edge / HORIZON_H,
        total(&tiny, Field::EmptyMs(0)) / HOUR_MS / (trials * HORIZON_H),
        cycles.sqrt() * inside * wait / (trials * HORIZON_H),
    );
    // The last window is cut: some of its requests are missing.
    let missing = trials * (rate * square / (2.0 * length) - 1.0);
    c.estimate(
        "requests per window",
        1.0 + rate * WINDOW_H,
        (total(&out, Field::Requests) + missing) / opened,
        (rate * WINDOW_H / opened).sqrt(),
    );
    // M requests after the first in the window, K before the one that passes the limit. The part
    // of that one beyond the limit is exponential again; what follows is paid by the wallet.
    let (m, k) = (rate * WINDOW_H, LIMIT / COST);
    let p = lead(m, k, |_| 1.0);
    let drains = total(&out, OPENED);
    c.share("P(over the limit)", p, drains, opened);
    let past = lead(m, k, |x| x);
    let over = COST * lead(m, k, |x| x + 1.0);
    let second = lead(m, k, |x| (x + 1.0) * (x + 1.0));
    let sd = (COST * COST * (second + past) - over * over).sqrt();
    let paid: f64 = (0..out.layout.months)
        .map(|month| total(&out, Field::Extra(month)) / PICO_PER_USD as f64)
        .sum();
    c.estimate(
        "overflow per window",
        over,
        (paid + COST * drains) / opened,
        sd / opened.sqrt(),
    );
}

#[test]
fn e1_rare_requests() {
    windows("E1", "e1", 0.2);
}

#[test]
fn e2_a_request_an_hour() {
    windows("E2", "e2", 1.0);
}

#[test]
fn e3_many_requests() {
    windows("E3", "e3", 6.25);
}
