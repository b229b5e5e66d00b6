//! Sizes of windows, learned from readings of accounts whose truth is known.

mod limits_support;

use burncast::account::Meter;
use burncast::fit::limits::{Limits, Question, limits};
use limits_support::{Account, Random, Truth, play, truth, work};

const PLAN: Option<&str> = Some("max-5x");

fn learn(account: &Account, meter: Option<Meter>) -> Limits {
    let question = Question { plan: PLAN, meter };
    limits(&account.logs, &account.readings, &question).unwrap()
}

struct Run {
    truth: Truth,
    limits: Limits,
}

fn run(seed: u64) -> Option<Run> {
    let mut r = Random::new(seed);
    let truth = truth(&mut r);
    let work = work(&mut r, truth.days);
    let account = play(&mut r, truth, &work);
    let question = Question { plan: PLAN, meter: None };
    let limits = limits(&account.logs, &account.readings, &question).ok()?;
    Some(Run { truth, limits })
}

fn runs(n: u64) -> Vec<Run> {
    std::thread::scope(|scope| {
        let lanes: Vec<_> = (0..2)
            .map(|lane| scope.spawn(move || (lane..n).step_by(2).filter_map(run).collect::<Vec<_>>()))
            .collect();
        lanes.into_iter().flat_map(|l| l.join().unwrap()).collect()
    })
}

#[test]
fn bands_hold_the_truth() {
    let n = std::env::var("BURNCAST_LIMITS_RUNS").ok().and_then(|n| n.parse().ok()).unwrap_or(60);
    let all = runs(n);
    let (mut inside, mut picked, mut count) = (0, 0, 0);
    for run in &all {
        let w = &run.limits.windows[0];
        let fit = w.fit(run.truth.meter);
        let ok = fit.band.low <= run.truth.limit && run.truth.limit <= fit.band.high;
        count += 1;
        inside += usize::from(ok);
        picked += usize::from(run.limits.meter == run.truth.meter);
        println!(
            "{} {:?} truth {:.0} band {:.0}-{:.0} ({:.0}) prior {:.0}-{:.0} used {} periods {} {:?} weights {:.3?} unrelated {:.4} phis {:.2?} rates {:.2?} r {:.2?} {:?} {:?} hid {} cover {}/{} expl {:.2?}",
            if ok { "ok " } else { "BAD" },
            run.truth.meter.name(), run.truth.limit, fit.band.low, fit.band.high, fit.band.median,
            fit.prior.low, fit.prior.high, w.used(), w.chains.len(), w.sorted.starts,
            run.limits.weights, w.unrelated, fit.posterior.phis, fit.posterior.rates, fit.posterior.roundings,
            w.verdict, run.truth.rounding, run.truth.hidden_rate, fit.checks.inside, fit.checks.predicted, fit.checks.explained(),
        );
    }
    println!("{inside} of {count} inside, {picked} picked");
}
