//! The same experiment gives the same bytes: over threads, over both ways through a trial, and in
//! every build.

mod support {
    pub mod experiments;
}

use std::sync::atomic::AtomicBool;

use burncast::account::spec::{Access, Funding};
use burncast::base::law::Draw;
use burncast::base::money::Money;
use burncast::demand::spec::{CacheSpec, Reaction};
use burncast::engine::experiment::Experiment;
use burncast::engine::outcome::{Field, Outcome};
use burncast::engine::replay::What;
use burncast::engine::run::{self, RunOptions};
use support::experiments::rich;

const VARIATIONS: u64 = 24;

fn play(exp: &Experiment, trials: u64, threads: usize) -> Outcome {
    let options = RunOptions {
        trials,
        threads,
        progress: &|_, _| {},
        stop: &AtomicBool::new(false),
        enough: None,
    };
    run::run(exp, &options).expect("money is conserved and in range")
}

#[test]
fn threads_do_not_matter() {
    for v in [0, 3, 7] {
        let exp = rich(v);
        let one = play(&exp, 150, 1);
        assert_eq!(one.trials, 150);
        for threads in [2, 5] {
            let many = play(&exp, 150, threads);
            assert_eq!(one.rows, many.rows, "variation {v}, {threads} threads");
            assert_eq!(one.sums, many.sums, "variation {v}, {threads} threads");
            assert_eq!(
                one.timeline, many.timeline,
                "variation {v}, {threads} threads"
            );
        }
    }
}

/// The exact way asks the gate for each request; the leased way lets chains run by themselves.
#[test]
fn the_faster_way_is_exact() {
    let mut dry = [0i64; 5];
    for v in 0..VARIATIONS {
        let exp = rich(v);
        let fast = play(&exp, 24, 1);
        let width = fast.layout.width;
        let slow = run::replay_rows(&exp, 0..24).expect("conserved");
        for (t, (a, b)) in fast.rows.chunks(width).zip(slow.chunks(width)).enumerate() {
            let differ: Vec<_> = (0..width)
                .filter(|i| a[*i] != b[*i])
                .map(|i| (i, a[i], b[i]))
                .collect();
            assert!(
                differ.is_empty(),
                "variation {v}, trial {t}: (column, leased, exact) {differ:?}"
            );
        }
        for (p, d) in dry.iter_mut().enumerate().take(fast.layout.pools) {
            *d += fast.column(Field::Drains(p)).iter().sum::<i64>();
        }
    }
    assert!(
        dry.iter().all(|d| *d > 20),
        "too little ran dry to mean anything: {dry:?}"
    );
}
