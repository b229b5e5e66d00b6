//! What one thread has counted so far.

use super::compiled::Compiled;
use super::outcome::{Sums, Timeline, WALLET_BINS, wallet_bin};
use super::stops::{Stops, empty_sums};
use crate::account::Account;
use crate::base::money::PICO_PER_CENT;

/// Bins of a window's timeline: thousandths of the limit, 0 to 1000.
pub const PERMILLE_BINS: usize = 1001;

/// Counters of one thread; all integers, so that merging does not depend on the order.
#[derive(Clone, Debug)]
pub struct Tally {
    pub sums: Sums,
    pub timeline: Timeline,
    pub stops: Stops,
}

impl Tally {
    /// Empty counters.
    pub fn new(c: &Compiled<'_>) -> Tally {
        let steps = c.exp.steps.len();
        let windows = c.account.windows.len();
        let (blocked, cells) = empty_sums(c);
        Tally {
            sums: Sums {
                spend: c.spend.clone(),
                blocked,
                cells,
                demand_hash: 0,
            },
            timeline: Timeline {
                steps,
                windows: vec![vec![0; steps * PERMILLE_BINS]; windows],
                wallet: vec![0; steps * WALLET_BINS],
                grants: if c.has_promotional {
                    vec![0; steps * WALLET_BINS]
                } else {
                    Vec::new()
                },
                empty: vec![vec![0; steps]; windows + 1],
                window_n: 0,
                wallet_n: 0,
            },
            stops: Stops::new(c.exp.actors.len()),
        }
    }

    /// Reads all pools at a step.
    pub fn read_step(&mut self, step: usize, account: &Account<'_>) {
        let t = &mut self.timeline;
        for seat in 0..account.seats.len() {
            for (w, counts) in t.windows.iter_mut().enumerate() {
                counts[step * PERMILLE_BINS + account.left_permille(w, seat)] += 1;
                t.empty[w][step] += u32::from(account.is_empty(w, seat));
            }
        }
        let cents = |m: crate::base::money::Money| m.0.div_euclid(PICO_PER_CENT);
        t.wallet[step * WALLET_BINS + wallet_bin(cents(account.wallet.balance()))] += 1;
        if !t.grants.is_empty() {
            t.grants[step * WALLET_BINS + wallet_bin(cents(account.wallet.promotional()))] += 1;
        }
        let empty = account.wallet.is_empty(&account.spec.wallet);
        if let Some(wallet) = t.empty.last_mut() {
            wallet[step] += u32::from(empty);
        }
    }

    /// Counts one more trial's observations.
    pub fn count_trial(&mut self, seats: usize) {
        self.timeline.window_n += seats as u64;
        self.timeline.wallet_n += 1;
    }

    /// Adds another thread's counters.
    pub fn merge(&mut self, other: &Tally) {
        self.sums.merge(&other.sums);
        self.timeline.merge(&other.timeline);
    }
}

impl Sums {
    /// Adds exact totals of other trials of the same experiment.
    pub fn merge(&mut self, other: &Sums) {
        for (a, b) in self.spend.iter_mut().zip(&other.spend) {
            a.requests += b.requests;
            a.misses += b.misses;
            for k in 0..a.tokens.len() {
                a.tokens[k] += b.tokens[k];
                a.miss_tokens[k] += b.miss_tokens[k];
            }
            for (x, y) in a.paid.iter_mut().zip(&b.paid) {
                *x += y;
            }
        }
        for (a, b) in self.blocked.iter_mut().zip(&other.blocked) {
            a.requests += b.requests;
            a.ms += b.ms;
            a.trials += b.trials;
        }
        for (a, b) in self.cells.iter_mut().zip(&other.cells) {
            for i in 0..a.ms.len() {
                a.ms[i] += b.ms[i];
                a.requests[i] += b.requests[i];
            }
            a.trials += b.trials;
        }
        self.demand_hash = self.demand_hash.wrapping_add(other.demand_hash);
    }
}

impl Timeline {
    fn merge(&mut self, other: &Timeline) {
        let add = |a: &mut Vec<u32>, b: &Vec<u32>| {
            for (x, y) in a.iter_mut().zip(b) {
                *x += y;
            }
        };
        for (a, b) in self.windows.iter_mut().zip(&other.windows) {
            add(a, b);
        }
        for (a, b) in self.empty.iter_mut().zip(&other.empty) {
            add(a, b);
        }
        add(&mut self.wallet, &other.wallet);
        add(&mut self.grants, &other.grants);
        self.window_n += other.window_n;
        self.wallet_n += other.wallet_n;
    }
}
