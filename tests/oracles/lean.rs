//! D4: the lean model of the benchmark. Its demand is a compound Poisson law of sessions whose cost
//! grows with each turn; the exact numbers come from its characteristic function.

use burncast::base::money::PICO_PER_USD;

use crate::check::Checks;
use crate::peer_v1::{Course, PeerV1, Room};

const TRIALS: u64 = 20_000;
/// Moments of the demand, sessions that run over the horizon not cut.
const MEAN: f64 = 155.9850192;
const SD: f64 = 18.2354029;

fn play(model: &PeerV1) -> Vec<Course> {
    let mut room = Room::default();
    (0..TRIALS).map(|t| model.play(t, &mut room)).collect()
}

fn usd(all: &[Course]) -> Vec<f64> {
    all.iter()
        .map(|c| c.spend as f64 / PICO_PER_USD as f64)
        .collect()
}

fn share(all: &[Course], what: impl Fn(&Course) -> bool) -> f64 {
    all.iter().filter(|c| what(c)).count() as f64
}

#[test]
fn d4_demand() {
    let all = play(&PeerV1::new(404).rich().uncut());
    let demand = usd(&all);
    let n = TRIALS as f64;
    let mut c = Checks::of("D4");
    c.mean("demand, mean", MEAN, SD, &demand);
    // Standard deviations of what is compared come from the same convolution.
    c.sd("demand, sd", SD, 0.042884, &demand);
    let at = [
        (0.05, 126.9524623),
        (0.5, 155.4367702),
        (0.95, 186.887686),
        (0.99, 200.7855091),
    ];
    c.quantiles(&at, &demand);
    let above = |usd: f64| demand.iter().filter(|d| **d > usd).count() as f64;
    c.share("P(S > 180)", 0.09722407353, above(180.0), n);
    c.share("P(S > 190)", 0.03595766631, above(190.0), n);
    let requests: Vec<f64> = all.iter().map(|c| c.requests as f64).collect();
    c.sd("requests, sd", 469.5742753, 0.032658, &requests);
    c.done();
}

#[test]
fn d4_cut_by_the_horizon() {
    let all = play(&PeerV1::new(405).rich());
    let requests: Vec<f64> = all.iter().map(|c| c.requests as f64).collect();
    let mut c = Checks::of("D4");
    c.mean("requests of 30 days", 4496.25, 469.5742753, &requests);
    c.mean("demand of 30 days", 155.8265827, SD, &usd(&all));
    c.done();
}

/// With the wallet. Payments come in time (ten dollars last for hours), so that the cap refuses a
/// seventh reload exactly when more than $180 is wanted, and work stops when more than $190 is. The
/// last request overshoots; that adds a tenth of a cent to the mean.
#[test]
fn d4_with_the_wallet() {
    let all = play(&PeerV1::new(406).uncut());
    let n = TRIALS as f64;
    assert!(
        all.iter()
            .all(|c| c.reloads <= 6 && (c.blocked > 0) == c.first_block.is_some())
    );
    let mut c = Checks::of("D4");
    c.share(
        "P(cap refuses)",
        0.09722407353,
        share(&all, |c| c.cap_reached),
        n,
    );
    c.share(
        "P(blocked)",
        0.03595766631,
        share(&all, |c| c.blocked > 0),
        n,
    );
    c.mean(
        "spend, E min(S, 190)",
        155.6909484,
        17.550913791,
        &usd(&all),
    );
    c.done();
}

/// Running ahead changes nothing: every course is the same as request by request.
#[test]
fn d4_running_ahead_is_exact() {
    let mut room = Room::default();
    let (ahead, in_order) = (PeerV1::new(407), PeerV1::new(407).in_order());
    for trial in 0..2_000 {
        assert_eq!(
            ahead.play(trial, &mut room),
            in_order.play(trial, &mut room)
        );
    }
}
