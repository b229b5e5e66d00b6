//! What a run leaves: one row of exact integers per trial, exact sums, and counts per time step.

use crate::account::rates::KINDS;
use crate::account::reason::REASON_SLOTS;

/// The result of a run.
#[derive(Clone, Debug)]
pub struct Outcome {
    pub layout: Layout,
    /// Trials finished.
    pub trials: usize,
    /// True when the run was stopped before all trials were done.
    pub partial: bool,
    /// Rows in trial order, `layout.width` numbers each.
    pub rows: Vec<i64>,
    pub sums: Sums,
    pub timeline: Timeline,
}

/// A column of [`Outcome::rows`]. Pools are the windows in order, then the wallet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Field {
    /// Requests admitted.
    Requests,
    /// Requests refused at least once.
    Blocked,
    /// Requests refused for a reason of the wallet.
    BlockedByWallet,
    /// Requests that were never made because the actor gave up.
    Lost,
    /// Time in which an actor wanted to work and could not, ms, summed over actors.
    BlockedMs,
    /// Automatic purchases that arrived.
    Reloads,
    /// Of those, how many found the wallet empty: it had run dry in that reload cycle.
    LateReloads,
    /// Payments declined.
    Declines,
    /// Manual purchases that arrived.
    TopUps,
    /// Money in the wallet at the end, pico-dollars.
    Left,
    /// Money that expired, pico-dollars.
    Expired,
    /// Time average of the money in the wallet, pico-dollars.
    Idle,
    /// Charged to bought money or to the invoice over the horizon, pico-dollars: extra usage that
    /// no grant paid.
    FromBought,
    /// First time the pool was empty: ms since the start, [`NEVER`] if never.
    FirstDrain(usize),
    /// How often the pool ran dry.
    Drains(usize),
    /// Time the pool was empty, ms.
    EmptyMs(usize),
    /// Time actors were stopped because of this pool, ms.
    StoppedMs(usize),
    /// Drawn limit of a window, pico-dollars of metered value.
    WindowLimit(usize),
    /// Largest share of the window used in one period, in millionths of the limit.
    PeakUse(usize),
    /// Units taken from the window over the horizon, all seats, pico-dollars of metered value.
    Used(usize),
    /// How often the window ran, all seats: its periods that began or were under way.
    Periods(usize),
    /// List value covered by the plan in month m, pico-dollars.
    Covered(usize),
    /// Charged to the wallet in month m, pico-dollars.
    Extra(usize),
    /// Card charges for purchases or invoices in month m, without tax, pico-dollars.
    Card(usize),
    /// Tax on card charges, the fee and what is paid elsewhere in month m.
    Tax(usize),
    /// Paid at list price elsewhere in month m.
    Api(usize),
    /// Money in the wallet at the end of month m.
    MonthLeft(usize),
}

/// A first drain that never happened.
pub const NEVER: i64 = i64::MAX;

/// Where each field stands in a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Layout {
    /// Windows plus one (the wallet is the last pool).
    pub pools: usize,
    pub months: usize,
    /// Numbers per trial.
    pub width: usize,
}

const SINGLES: usize = 13;
const PER_POOL: usize = 8;
const PER_MONTH: usize = 6;

impl Layout {
    pub fn new(pools: usize, months: usize) -> Layout {
        Layout {
            pools,
            months,
            width: SINGLES + pools * PER_POOL + months * PER_MONTH,
        }
    }

    /// The position of a field in a row.
    #[inline]
    pub fn at(&self, field: Field) -> usize {
        let pool = |p: usize, k: usize| SINGLES + p * PER_POOL + k;
        let month = |m: usize, k: usize| SINGLES + self.pools * PER_POOL + m * PER_MONTH + k;
        match field {
            Field::Requests => 0,
            Field::Blocked => 1,
            Field::BlockedByWallet => 2,
            Field::Lost => 3,
            Field::BlockedMs => 4,
            Field::Reloads => 5,
            Field::Declines => 6,
            Field::TopUps => 7,
            Field::Left => 8,
            Field::Expired => 9,
            Field::Idle => 10,
            Field::FromBought => 11,
            Field::LateReloads => 12,
            Field::FirstDrain(p) => pool(p, 0),
            Field::Drains(p) => pool(p, 1),
            Field::EmptyMs(p) => pool(p, 2),
            Field::StoppedMs(p) => pool(p, 3),
            Field::WindowLimit(p) => pool(p, 4),
            Field::PeakUse(p) => pool(p, 5),
            Field::Used(p) => pool(p, 6),
            Field::Periods(p) => pool(p, 7),
            Field::Covered(m) => month(m, 0),
            Field::Extra(m) => month(m, 1),
            Field::Card(m) => month(m, 2),
            Field::Tax(m) => month(m, 3),
            Field::Api(m) => month(m, 4),
            Field::MonthLeft(m) => month(m, 5),
        }
    }
}

impl Outcome {
    /// One column, in trial order.
    pub fn column(&self, field: Field) -> Vec<i64> {
        let at = self.layout.at(field);
        self.rows
            .chunks_exact(self.layout.width)
            .map(|row| row[at])
            .collect()
    }

    /// One trial's value of a field.
    pub fn get(&self, trial: usize, field: Field) -> i64 {
        self.rows[trial * self.layout.width + self.layout.at(field)]
    }
}

/// Exact totals over all trials; addition of integers does not depend on the order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sums {
    /// Per spend slot: what was used.
    pub spend: Vec<SpendSum>,
    /// Per actor and reason slot.
    pub blocked: Vec<BlockedSum>,
    /// Time blocked by actor, weekday (Monday first) and local hour: `actor * 168 + cell`.
    pub cells: Vec<CellSum>,
    /// Demand digest: equal for any two policies on the same demand.
    pub demand_hash: u64,
}

/// Identity and use of one spend slot: actor × main or sub-agent × model × price tier.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SpendSum {
    pub actor: usize,
    pub sub_agent: bool,
    pub model: usize,
    /// Above the prompt-size tier.
    pub tier: bool,
    pub requests: u64,
    /// Tokens by kind.
    pub tokens: [u64; KINDS],
    /// Part of the cache writes that a miss caused (context written again), tokens by kind.
    pub miss_tokens: [u64; KINDS],
    /// Requests that missed the cache.
    pub misses: u64,
    /// List price by payer, pico-dollars: plan, wallet, elsewhere.
    pub paid: [i128; 3],
}

/// Refusals of one actor for one reason.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct BlockedSum {
    pub actor: usize,
    pub reason_slot: usize,
    pub requests: u64,
    pub ms: u64,
    /// Trials in which it happened at least once.
    pub trials: u64,
}

/// Blocked time in one weekday-hour cell.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct CellSum {
    /// By reason slot.
    pub ms: [u64; REASON_SLOTS],
    pub requests: [u64; REASON_SLOTS],
    /// Trials in which the actor was blocked in this cell at least once.
    pub trials: u64,
    /// Open (working) time of the actor in this cell over the horizon, ms, per trial.
    pub open_ms: u64,
}

/// Counts per pool and time step of what is left.
///
/// Windows: bins of one thousandth of the limit (0 to 1000). Wallet: [`wallet_bin`] of cents.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Timeline {
    pub steps: usize,
    /// `windows[w][step * 1001 + left_permille]`.
    pub windows: Vec<Vec<u32>>,
    /// `wallet[step * WALLET_BINS + bin]`.
    pub wallet: Vec<u32>,
    /// Promotional grants in the wallet, same bins as the wallet; empty when there are none.
    pub grants: Vec<u32>,
    /// `empty[pool][step]`: trials (times seats) in which the pool is empty.
    pub empty: Vec<Vec<u32>>,
    /// Observations per step: trials × seats for windows.
    pub window_n: u64,
    pub wallet_n: u64,
}

/// Bins per octave of the wallet's histogram: a relative width of 1/64.
const WALLET_SUB: i64 = 64;
/// Most negative bin is at `0`, zero cents at [`WALLET_ZERO`].
pub const WALLET_ZERO: usize = 1024;
/// Number of wallet bins: ±(64 + 15 × 64) around zero, up to about 2 million cents.
pub const WALLET_BINS: usize = 2 * WALLET_ZERO + 1;

/// The bin of an amount in cents: exact below 64 cents, then 64 bins an octave, clamped.
#[inline]
pub fn wallet_bin(cents: i64) -> usize {
    let a = cents.unsigned_abs().max(1);
    let key = if a < WALLET_SUB as u64 {
        cents.unsigned_abs() as i64
    } else {
        let octave = 63 - a.leading_zeros() as i64 - 6;
        ((octave + 1) * WALLET_SUB + (a >> octave) as i64 - WALLET_SUB).min(WALLET_ZERO as i64)
    };
    let signed = if cents < 0 { -key } else { key };
    (WALLET_ZERO as i64 + signed) as usize
}

/// The middle of a wallet bin, in cents.
pub fn wallet_bin_cents(bin: usize) -> f64 {
    let signed = bin as i64 - WALLET_ZERO as i64;
    let key = signed.abs();
    let mid = if key < WALLET_SUB {
        key as f64
    } else {
        let octave = key / WALLET_SUB - 1;
        let low = ((key % WALLET_SUB) + WALLET_SUB) << octave;
        low as f64 + ((1i64 << octave) - 1) as f64 / 2.0
    };
    if signed < 0 { -mid } else { mid }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wallet_bins_hold_their_amounts() {
        for cents in (-200_000i64..200_000).step_by(7) {
            let mid = wallet_bin_cents(wallet_bin(cents));
            let err = (mid - cents as f64).abs();
            assert!(err <= (cents.abs() as f64) / 120.0 + 0.5, "{cents} {mid}");
        }
    }

    #[test]
    fn fields_do_not_collide() {
        let layout = Layout::new(3, 2);
        let mut seen = vec![false; layout.width];
        let mut mark = |f: Field| {
            let at = layout.at(f);
            assert!(!std::mem::replace(&mut seen[at], true), "{f:?}");
        };
        for f in [
            Field::Requests,
            Field::Blocked,
            Field::BlockedByWallet,
            Field::Lost,
            Field::BlockedMs,
            Field::Reloads,
            Field::LateReloads,
            Field::Declines,
            Field::TopUps,
            Field::Left,
            Field::Expired,
            Field::Idle,
            Field::FromBought,
        ] {
            mark(f);
        }
        for p in 0..3 {
            for f in [
                Field::FirstDrain(p),
                Field::Drains(p),
                Field::EmptyMs(p),
                Field::StoppedMs(p),
                Field::WindowLimit(p),
                Field::PeakUse(p),
                Field::Used(p),
                Field::Periods(p),
            ] {
                mark(f);
            }
        }
        for m in 0..2 {
            for f in [
                Field::Covered(m),
                Field::Extra(m),
                Field::Card(m),
                Field::Tax(m),
                Field::Api(m),
                Field::MonthLeft(m),
            ] {
                mark(f);
            }
        }
        assert!(seen.iter().all(|s| *s));
    }
}
