//! Policies that share a recorded trial leave the same rows as each one by itself.

mod support {
    pub mod experiment_account;
    pub mod experiments;
}

use std::sync::atomic::AtomicBool;

use burncast::account::spec::{Access, Funding, ReloadAmount, WalletSpec};
use burncast::base::money::Money;
use burncast::base::time::Span;
use burncast::demand::spec::{CacheSpec, Reaction, SubAgentSpec};
use burncast::engine::experiment::Experiment;
use burncast::engine::outcome::Field;
use burncast::engine::policies::{Job, Policies, Scores};
use burncast::engine::run::{Prepared, RunOptions};
use support::experiments::rich;

const VARIATIONS: u64 = 12;
const TRIALS: u64 = 8;

fn alone(exp: &Experiment, wallet: &WalletSpec) -> Vec<i64> {
    let mut exp = exp.clone();
    exp.account.wallet = wallet.clone();
    let options = RunOptions {
        trials: TRIALS,
        threads: 1,
        progress: &|_, _| {},
        stop: &AtomicBool::new(false),
        enough: None,
    };
    let prepared = Prepared::new(&exp);
    let rows = prepared.run(&options).expect("conserved").rows;
    let exact = (0..TRIALS).flat_map(|t| prepared.replay_row(t).expect("conserved"));
    assert_eq!(rows, exact.collect::<Vec<_>>());
    rows
}

fn together(exp: &Experiment, wallets: &[WalletSpec], threads: usize) -> Scores {
    let policies = Policies::new(exp, wallets.iter().cloned());
    let prepared = Prepared::new(exp);
    let all: Vec<usize> = (0..wallets.len()).collect();
    let job = Job {
        trials: 0..TRIALS,
        policies: &all,
        threads,
        progress: &|_| {},
        stop: &AtomicBool::new(false),
        read: &|row, out| out.extend_from_slice(row),
    };
    prepared
        .panel(&policies, exp.seed)
        .score(&job)
        .expect("conserved")
}

/// The wallet of a variation that pays at all, and others of it: rich and poor, capped and limited,
/// with instant, slow and declined payments.
fn wallets(exp: &Experiment) -> Vec<WalletSpec> {
    let mut own = exp.account.wallet.clone();
    own.access = Access::On;
    let mut all = vec![own.clone()];
    let mut add = |change: &dyn Fn(&mut WalletSpec)| {
        let mut w = own.clone();
        w.funding = Funding::Prepaid;
        change(&mut w);
        all.push(w);
    };
    add(&|w| w.balance = Money::usd(5_000));
    add(&|w| {
        w.auto_reload = None;
        w.balance = Money::usd(20);
    });
    add(&|w| w.monthly_limit = Some(Money::usd(25)));
    for (threshold, to) in [(1, 6), (5, 30), (20, 60)] {
        add(&|w| {
            (w.monthly_limit, w.daily_limit, w.member_limit) = (None, None, None);
            w.bought_life = None;
            if let Some(auto) = &mut w.auto_reload {
                auto.threshold = Money::usd(threshold);
                auto.amount = ReloadAmount::To(Money::usd(to));
                auto.cap = (threshold == 5).then(|| Money::usd(90));
                auto.decline = if threshold == 20 { 0.0 } else { 0.3 };
                auto.retry = Span::minutes(20);
            }
        });
    }
    all
}

fn compare(exp: &Experiment, what: &str) -> Scores {
    let wallets = wallets(exp);
    let scores = together(exp, &wallets, 1);
    assert_eq!(scores.trials, TRIALS);
    for (p, (wallet, shared)) in wallets.iter().zip(&scores.numbers).enumerate() {
        let own = alone(exp, wallet);
        let width = own.len() / TRIALS as usize;
        let differ: Vec<_> = (0..own.len())
            .filter(|i| own[*i] != shared[*i])
            .map(|i| (i / width, i % width, shared[i], own[i]))
            .collect();
        assert!(
            differ.is_empty(),
            "{what}, policy {p}: (trial, column, shared, alone) {differ:?}"
        );
    }
    scores
}

#[test]
fn shared_trials_are_exact() {
    let (mut all, mut apart, mut stopped) = (0, 0, 0);
    for v in 0..VARIATIONS {
        let mut exp = rich(v);
        if exp.account.wallet.auto_reload.is_none() {
            exp.account.wallet.auto_reload = (0..9)
                .find_map(|o| rich(v + o).account.wallet.auto_reload)
                .or_else(|| panic!("no variation has one"));
        }
        let scores = compare(&exp, &format!("variation {v}"));
        all += TRIALS * scores.numbers.len() as u64;
        apart += scores.alone;
        let at = burncast::engine::outcome::Layout::new(exp.account.windows.len() + 1, 2);
        stopped += scores
            .numbers
            .iter()
            .flat_map(|rows| rows.chunks(at.width))
            .filter(|row| row[at.at(Field::BlockedByWallet)] > 0)
            .count() as u64;
    }
    println!("{all} courses, {apart} of them apart, {stopped} stopped");
    assert!(
        apart * 5 > all && apart * 5 < all * 4,
        "{apart} of {all} went their own way: too few or too many to mean anything"
    );
    assert!(stopped * 10 > all, "{stopped} of {all}");
}

/// Where the refused are skipped and nothing is cached no policy leaves the recording.
#[test]
fn skipped_requests_change_nothing_else() {
    let (mut lost, mut paid) = (0, 0);
    for v in 0..VARIATIONS {
        let mut exp = rich(v);
        exp.incidents = Vec::new();
        for class in &mut exp.account.classes {
            class.plan = false;
        }
        for actor in &mut exp.actors {
            actor.when_blocked = vec![Reaction::Skip];
            actor.chain.cache = CacheSpec::None;
            let subs = actor.sub_agents.iter_mut();
            subs.flat_map(SubAgentSpec::chains_mut)
                .for_each(|chain| chain.cache = CacheSpec::None);
        }
        let scores = compare(&exp, &format!("variation {v}"));
        assert_eq!(scores.alone, 0, "variation {v}");
        let at = burncast::engine::outcome::Layout::new(exp.account.windows.len() + 1, 2);
        for row in scores.numbers.iter().flat_map(|rows| rows.chunks(at.width)) {
            lost += row[at.at(Field::Lost)];
            paid += row[at.at(Field::Requests)];
        }
    }
    assert!(
        lost * 20 > paid && paid * 20 > lost,
        "{lost} lost, {paid} paid"
    );
}

#[test]
fn threads_do_not_matter() {
    let exp = rich(6);
    let wallets = wallets(&exp);
    let one = together(&exp, &wallets, 1);
    for threads in [2, 5] {
        assert_eq!(one, together(&exp, &wallets, threads));
    }
}

/// Another seed is another demand; the same seed the same one, whatever the wallet.
#[test]
fn policies_meet_the_same_demand() {
    for v in [0, 3, 5] {
        let exp = rich(v);
        let wallets = wallets(&exp);
        let policies = Policies::new(&exp, wallets.iter().cloned());
        let prepared = Prepared::new(&exp);
        let (panel, fresh) = (
            prepared.panel(&policies, exp.seed),
            prepared.panel(&policies, exp.seed + 1),
        );
        for trial in 0..TRIALS {
            let hash = panel.demand_hash(0, trial).expect("conserved");
            for p in 1..wallets.len() {
                assert_eq!(panel.demand_hash(p, trial).expect("conserved"), hash);
            }
            assert_ne!(fresh.demand_hash(0, trial).expect("conserved"), hash);
        }
    }
}
