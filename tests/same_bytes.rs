//! The same experiment gives the same bytes: over threads, over both ways through a trial, and in
//! every build.

mod support {
    pub mod experiment_account;
    pub mod experiments;
}

use std::sync::atomic::AtomicBool;

use burncast::account::spec::{Access, Funding, Limit};
use burncast::base::law::Draw;
use burncast::base::money::Money;
use burncast::base::time::{Instant, Span};
use burncast::demand::spec::{CacheSpec, Reaction, Rhythm};
use burncast::engine::experiment::Experiment;
use burncast::engine::outcome::{Field, NEVER, Outcome};
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

/// Requests that last until after a lease have asked for room in it: the window may run dry meanwhile
/// by what was under way before.
#[test]
fn the_faster_way_is_exact_for_slow_requests() {
    let mut late = 0;
    for v in 0..VARIATIONS {
        let mut exp = rich(v);
        for actor in &mut exp.actors {
            actor.when_blocked.insert(
                0,
                Reaction::Wait {
                    patience: Span::hours(6),
                },
            );
            let subs = actor.sub_agents.iter_mut().map(|s| &mut s.chain);
            for chain in std::iter::once(&mut actor.chain).chain(subs) {
                chain.latency = Span(40_000);
            }
        }
        let fast = play(&exp, 24, 1);
        let slow = run::replay_rows(&exp, 0..24).expect("conserved");
        let width = fast.layout.width;
        let differ = |t: &usize| fast.rows[t * width..][..width] != slow[t * width..][..width];
        let wrong: Vec<usize> = (0..24).filter(differ).collect();
        assert!(wrong.is_empty(), "variation {v}: trials {wrong:?} differ");
        late += fast.column(Field::Drains(0)).iter().sum::<i64>();
    }
    assert!(
        late > 1_000,
        "{late} times dry are too few to mean anything"
    );
}

/// The same of a scenario as people write it: its draws have their natural levels, so that chains take
/// the shortest way through the loop.
#[test]
fn a_shipped_scenario_is_played_alike_both_ways() {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios/pro-coding.toml");
    let scenario = burncast::scenario::load(&path, &[]).unwrap_or_else(|p| panic!("{p:?}"));
    let fast = play(&scenario.experiment, 12, 1);
    let slow = run::replay_rows(&scenario.experiment, 0..12).expect("conserved");
    assert!(fast.rows == slow, "leased and exact rows differ");
    assert!(fast.column(Field::Requests).iter().sum::<i64>() > 10_000);
}

/// A request that is under way at the horizon is charged there, not later.
#[test]
fn nothing_happens_after_the_end() {
    for v in 0..VARIATIONS {
        let mut exp = rich(v);
        exp.steps = Vec::new();
        exp.incidents = Vec::new();
        exp.account.day_starts = Vec::new();
        exp.account.windows.truncate(1);
        for w in &mut exp.account.windows {
            w.limit = Limit::Usd(Draw::constant(0.01));
        }
        exp.actors.truncate(1);
        let me = &mut exp.actors[0];
        let late = Instant(exp.end.0 - 500);
        (me.seat, me.rhythm) = (0, Rhythm::Schedule { starts: vec![late] });
        me.chain.latency = Span(60_000);
        let out = play(&exp, 2, 1);
        assert_eq!(
            out.rows,
            run::replay_rows(&exp, 0..2).expect("conserved"),
            "variation {v}"
        );
        let horizon = exp.end.0 - exp.start.0;
        for p in 0..out.layout.pools {
            for t in 0..2 {
                let first = out.get(t, Field::FirstDrain(p));
                assert!(first == NEVER || first <= horizon, "variation {v}: {first}");
                assert!(out.get(t, Field::EmptyMs(p)) >= 0, "variation {v}");
            }
        }
    }
}

/// Sessions do not depend on who pays.
#[test]
fn demand_is_the_same_for_every_account() {
    for v in [1, 2, 5] {
        let exp = rich(v);
        let hash = play(&exp, 20, 1).sums.demand_hash;
        let mut others = vec![rich(v); 3];
        others[0].account.windows = Vec::new();
        for c in &mut others[0].account.classes {
            c.windows = 0;
        }
        others[1].account.wallet.access = Access::Impossible;
        others[2].account.wallet.balance = Money::usd(500);
        others[2].account.wallet.auto_reload = None;
        for other in &others {
            assert_eq!(play(other, 20, 1).sums.demand_hash, hash, "variation {v}");
        }
        let mut seed = rich(v);
        seed.seed += 1;
        assert_ne!(play(&seed, 20, 1).sums.demand_hash, hash);
    }
}

/// Down to the last request: where the refused are skipped, what is made and what is lost add up
/// to the same, whoever pays; and more money never loses more.
#[test]
fn skipped_requests_keep_the_demand() {
    for v in 0..VARIATIONS {
        let mut exp = rich(v);
        for actor in &mut exp.actors {
            actor.when_blocked = vec![Reaction::Skip];
        }
        exp.account.classes[0].grants = 7;
        exp.account.classes[1].grants = 7;
        exp.account.classes[2].grants = 7;
        let w = &mut exp.account.wallet;
        (w.access, w.funding, w.auto_reload) = (Access::On, Funding::Prepaid, None);
        w.grants.retain(|g| g.starts.is_none());
        (w.purchases, w.bought_life) = (Vec::new(), None);
        // What credits pay for must not cost more because credits paid before.
        let plain = |c: &mut CacheSpec| {
            if let CacheSpec::Ttl {
                on_plan,
                on_credits,
                ..
            } = c
            {
                *on_plan = vec![(*on_credits, 1.0)];
            }
        };
        for actor in &mut exp.actors {
            plain(&mut actor.chain.cache);
            actor
                .sub_agents
                .iter_mut()
                .for_each(|s| plain(&mut s.chain.cache));
        }
        let mut all = Vec::new();
        for balance in [0, 2, 9, 1_000] {
            exp.account.wallet.balance = Money::usd(balance);
            let out = play(&exp, 6, 1);
            let (made, lost) = (out.column(Field::Requests), out.column(Field::Lost));
            all.push((
                made.iter()
                    .zip(&lost)
                    .map(|(a, b)| a + b)
                    .collect::<Vec<_>>(),
                lost,
            ));
        }
        assert!(
            all.windows(2).all(|w| w[0].0 == w[1].0),
            "variation {v}: {all:?}"
        );
        let fewer = |w: &[(Vec<i64>, Vec<i64>)]| w[0].1.iter().zip(&w[1].1).all(|(a, b)| a >= b);
        assert!(all.windows(2).all(fewer), "variation {v}: {all:?}");
    }
}

/// The requests that a replay tells of are those that a run counts.
#[test]
fn a_replay_tells_what_was_counted() {
    for v in [0, 4, 9, 13] {
        let exp = rich(v);
        let sums = play(&exp, 8, 1).sums.spend;
        let key = |actor: usize, sub: bool, model: usize| (actor, sub, model);
        let mut told = std::collections::BTreeMap::<_, (u64, u64, i128)>::new();
        for trial in 0..8 {
            for event in run::replay(&exp, trial).expect("conserved") {
                if let What::Request {
                    actor,
                    sub_agent,
                    model,
                    tokens,
                    cost,
                    ..
                } = event.what
                {
                    let t = told
                        .entry(key(actor, sub_agent.is_some(), model))
                        .or_default();
                    t.0 += 1;
                    t.1 += tokens.iter().sum::<i64>() as u64;
                    t.2 += i128::from(cost.0);
                }
            }
        }
        let mut counted = std::collections::BTreeMap::<_, (u64, u64, i128)>::new();
        for s in sums.iter().filter(|s| s.requests > 0) {
            let t = counted
                .entry(key(s.actor, s.sub_agent, s.model))
                .or_default();
            t.0 += s.requests;
            t.1 += s.tokens.iter().sum::<u64>();
            t.2 += s.paid.iter().sum::<i128>();
        }
        assert_eq!(told, counted, "variation {v}");
    }
}

/// The numbers of one experiment. A change here changes what every seed means: it is meant for
/// the change log, and must be the same in every build.
#[test]
fn golden_rows() {
    let rows = play(&rich(3), 64, 2).rows;
    let hash = rows
        .iter()
        .flat_map(|x| x.to_le_bytes())
        .fold(0xcbf2_9ce4_8422_2325u64, |h, b| {
            (h ^ u64::from(b)).wrapping_mul(0x0100_0000_01b3)
        });
    assert_eq!(format!("{hash:016x}"), "8bdbedf3fb4a0052");
}
