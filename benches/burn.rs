//! How fast it plays: simulated requests a second and core.
//!
//! `cargo bench` first prints a report: the machine, the full model on the heavy month of `heavy.toml`, the lean
//! model of `peer_v1/mod.rs`, and both against the bare cost of their draws. Times are those of the
//! processor, not of the clock on the wall, where the system tells them, so that a busy machine
//! disturbs little. The single benches follow. To compare with another simulator, write the lean
//! model in it (its definition is exact and short) and run both on one machine, in turn.

use std::hint::black_box;
use std::path::Path;
use std::sync::atomic::AtomicBool;
use std::time::Instant;

use burncast::account::spec::{ReloadAmount, WalletSpec};
use burncast::analysis::tune::Setting;
use burncast::base::law::{Draw, Law};
use burncast::base::money::Money;
use burncast::base::stream::{Purpose, Stream};
use burncast::base::table::{Table, nearest};
use burncast::engine::outcome::Field;
use burncast::engine::policies::{Job, Policies};
use burncast::engine::run::{Prepared, RunOptions};
use burncast::scenario::{Scenario, load};
use divan::Bencher;
use divan::counter::ItemsCount;

mod peer_v1;

use peer_v1::{PeerV1, Room};

const SCENARIO: &str = "benches/heavy.toml";
/// Trials of one measurement.
const TRIALS: u64 = 4_096;
/// Measurements; the best counts, as whatever disturbs only slows down.
const ROUNDS: usize = 5;
const DRAWS: u64 = 20_000_000;

fn main() {
    // `cargo test` runs this too, without the flag, and wants no report.
    if std::env::args().any(|a| a == "--bench") {
        report();
    }
    divan::main();
}

fn heavy() -> Scenario {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(SCENARIO);
    load(&path, &[]).unwrap_or_else(|p| panic!("{p}"))
}

/// Requests that so many trials of the full model make.
fn full(prepared: &Prepared<'_>, trials: u64, threads: usize) -> u64 {
    let stop = AtomicBool::new(false);
    let options = RunOptions {
        trials,
        threads,
        progress: &|_, _| {},
        stop: &stop,
        enough: None,
    };
    let out = prepared.run(&options).unwrap_or_else(|e| panic!("{e}"));
    out.column(Field::Requests).iter().sum::<i64>() as u64
}

/// Requests that so many trials of the lean model make.
fn lean(model: &PeerV1, trials: u64) -> u64 {
    let mut room = Room::default();
    (0..trials).map(|t| model.play(t, &mut room).requests).sum()
}

/// Thresholds and targets of 48 auto-reload settings.
const THRESHOLDS: [i64; 8] = [1, 2, 3, 5, 8, 10, 15, 20];
const TARGETS: [i64; 6] = [25, 30, 40, 50, 75, 100];
/// Trials that each of them is played on.
const POLICY_TRIALS: u64 = 1_000;

fn wallets(base: &WalletSpec) -> Vec<WalletSpec> {
    let pairs = THRESHOLDS.iter().flat_map(|s| TARGETS.map(|to| (*s, to)));
    let wallet = |(threshold, to)| {
        let setting = Setting {
            threshold: Money::usd(threshold),
            amount: ReloadAmount::To(Money::usd(to)),
            cap: Some(Money::usd(150)),
            monthly_limit: base.monthly_limit,
        };
        setting.on(base)
    };
    pairs.map(wallet).collect()
}

/// Trials of policies that a search plays: all settings on the same months.
fn searched(prepared: &Prepared<'_>, policies: &Policies, threads: usize) -> u64 {
    let all: Vec<usize> = (0..THRESHOLDS.len() * TARGETS.len()).collect();
    let scores = prepared.panel(policies, 42).score(&Job {
        trials: 0..POLICY_TRIALS,
        policies: &all,
        threads,
        progress: &|_| {},
        stop: &AtomicBool::new(false),
        read: &|row, out| out.push(row[0]),
    });
    scores.map_or(0, |s| s.trials * all.len() as u64)
}

/// Tables and words of a request's draws.
struct Draws {
    cost: Table,
    gap: Table,
    growth: Table,
}

impl Draws {
    fn new() -> Draws {
        let lognormal = |sigma| Table::new(&Draw::of(Law::LogNormal { mu: 6.0, sigma }));
        Draws {
            cost: lognormal(0.6),
            gap: Table::with_scale(&Draw::of(Law::Exponential { mean: 90.0 }), 1000.0),
            growth: lognormal(1.3),
        }
    }

    /// The lean model: one word of 64 bits, two tables.
    fn lean(&self, n: u64) -> i64 {
        let mut rng = Stream::open(1, Purpose::Session, 0, 0, 0);
        (0..n).fold(0, |sum, _| {
            let bits = rng.bits();
            sum + nearest(self.cost.sample(bits as u32)) + self.gap.sample_int((bits >> 32) as u32)
        })
    }

    /// The full model: two words of 64 bits, three tables.
    fn full(&self, n: u64) -> i64 {
        let mut rng = Stream::open(1, Purpose::Session, 0, 0, 0);
        (0..n).fold(0, |sum, _| {
            let (a, b) = (rng.bits(), rng.bits());
            sum + self.growth.sample_int((a >> 32) as u32)
                + self.cost.sample_int(a as u32)
                + self.gap.sample_int((b >> 32) as u32)
                + i64::from(b as u32 >> 16)
        })
    }
}

/// Processor time of this thread in seconds; where it is not told, the time on the wall.
fn cpu_s(since: Instant) -> f64 {
    std::fs::read_to_string("/proc/thread-self/schedstat")
        .ok()
        .and_then(|t| t.split_whitespace().next()?.parse::<f64>().ok())
        .map_or_else(|| since.elapsed().as_secs_f64(), |ns| ns / 1e9)
}

/// The best of several measurements: nanoseconds for each of the things that `work` returns.
fn best(clock: impl Fn(Instant) -> f64, work: impl Fn() -> u64) -> f64 {
    let zero = Instant::now();
    (0..ROUNDS)
        .map(|_| {
            let from = clock(zero);
            let n = black_box(work());
            (clock(zero) - from) * 1e9 / n as f64
        })
        .fold(f64::INFINITY, f64::min)
}

fn machine() -> String {
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let info = std::fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let name = info
        .lines()
        .find_map(|l| l.strip_prefix("model name")?.split_once(':'))
        .map_or("processor of unknown name", |(_, n)| n.trim());
    format!("{name}, {cores} cores")
}

fn report() {
    println!("{}", machine());
    let draws = Draws::new();
    let bare_lean = best(cpu_s, || {
        black_box(draws.lean(DRAWS));
        DRAWS
    });
    let bare_full = best(cpu_s, || {
        black_box(draws.full(DRAWS));
        DRAWS
    });
    let line = |what: &str, ns: f64, bare: f64| {
        println!(
            "{what:<32} {:>7.1} M requests/s/core   {ns:>5.2} ns   {:.2} x its bare draws",
            1e3 / ns,
            ns / bare
        );
    };
    line("bare draws, lean model", bare_lean, bare_lean);
    line("bare draws, full model", bare_full, bare_full);
    let model = PeerV1::new(42);
    line(
        "lean model peer-v1",
        best(cpu_s, || lean(&model, TRIALS)),
        bare_lean,
    );
    let scenario = heavy();
    let prepared = Prepared::new(&scenario.experiment);
    line(
        "full model, heavy month",
        best(cpu_s, || full(&prepared, TRIALS, 1)),
        bare_full,
    );
    let wall = |since: Instant| since.elapsed().as_secs_f64();
    let one = best(wall, || full(&prepared, TRIALS, 1));
    let two = best(wall, || full(&prepared, TRIALS, 2));
    println!(
        "{:<32} {:.2} x one thread (by the clock on the wall: wants an idle machine)",
        "two threads, full model",
        one / two
    );
    let base = &scenario.experiment.account.wallet;
    let policies = Policies::new(&scenario.experiment, wallets(base));
    let (processor, clock) = (
        best(cpu_s, || searched(&prepared, &policies, 1)),
        best(wall, || searched(&prepared, &policies, 2)),
    );
    let all = POLICY_TRIALS as f64 * (THRESHOLDS.len() * TARGETS.len()) as f64;
    println!(
        "{:<32} {:.2} s of one core, {:.2} s with two threads by the clock on the wall",
        "48 policies x 1,000 heavy months",
        processor * all / 1e9,
        clock * all / 1e9
    );
    println!(
        "a SimPy or NumPy version of the lean model: run it beside this, on the same machine\n"
    );
}

#[divan::bench]
fn draws_lean(bencher: Bencher) {
    let draws = Draws::new();
    bencher
        .counter(ItemsCount::new(100_000_u32))
        .bench(|| draws.lean(100_000));
}

#[divan::bench]
fn draws_full(bencher: Bencher) {
    let draws = Draws::new();
    bencher
        .counter(ItemsCount::new(100_000_u32))
        .bench(|| draws.full(100_000));
}

#[divan::bench]
fn lean_model(bencher: Bencher) {
    let model = PeerV1::new(42);
    bencher
        .counter(ItemsCount::new(lean(&model, 64)))
        .bench(|| lean(&model, 64));
}

#[divan::bench(args = [1, 2], sample_count = 10)]
fn full_model(bencher: Bencher, threads: usize) {
    let scenario = heavy();
    let prepared = Prepared::new(&scenario.experiment);
    bencher
        .counter(ItemsCount::new(full(&prepared, TRIALS, 1)))
        .bench(|| full(&prepared, TRIALS, threads));
}
