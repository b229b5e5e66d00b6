//! Stopped time: per actor the union of the times in which one of its chains waits, by reason, and
//! by weekday and hour of local time.

use super::compiled::Compiled;
use super::outcome::{BlockedSum, CellSum, Sums};
use crate::account::reason::{REASON_SLOTS, Reason};

/// Cells of a week of hours.
pub const CELLS: usize = 168;
const HOUR: i64 = 3_600_000;

/// What one actor is doing.
#[derive(Clone, Copy, Debug)]
struct Waiting {
    chains: u32,
    since: i64,
    reason: Reason,
}

/// The stops of one trial.
#[derive(Clone, Debug)]
pub struct Stops {
    waiting: Vec<Waiting>,
    /// Stopped time of this trial by reason, all actors, ms.
    pub ms_by_reason: [i64; REASON_SLOTS],
    pub requests: i64,
    pub requests_by_wallet: i64,
    /// Last trial (plus one) in which a cell or reason was touched, so that a trial counts once.
    cell_stamp: Vec<u64>,
    reason_stamp: Vec<u64>,
    stamp: u64,
}

impl Stops {
    pub fn new(actors: usize) -> Stops {
        let idle = Waiting {
            chains: 0,
            since: 0,
            reason: Reason::OutOfCredits,
        };
        Stops {
            waiting: vec![idle; actors],
            ms_by_reason: [0; REASON_SLOTS],
            requests: 0,
            requests_by_wallet: 0,
            cell_stamp: vec![0; actors * CELLS],
            reason_stamp: vec![0; actors * REASON_SLOTS],
            stamp: 0,
        }
    }

    /// Begins a new trial.
    pub fn reset(&mut self) {
        for w in &mut self.waiting {
            w.chains = 0;
        }
        self.ms_by_reason = [0; REASON_SLOTS];
        self.requests = 0;
        self.requests_by_wallet = 0;
        self.stamp += 1;
    }

    /// A request was refused for the first time.
    pub fn refused(&mut self, c: &Compiled<'_>, sums: &mut Sums, actor: usize, r: Reason, at: i64) {
        self.requests += 1;
        self.requests_by_wallet += i64::from(r.is_wallet());
        let sum = self.reason_sum(sums, actor, r);
        sum.requests += 1;
        let cell = actor * CELLS + cell_of(c, at);
        self.touch_cell(sums, cell);
        sums.cells[cell].requests[r.slot()] += 1;
    }

    fn reason_sum<'s>(
        &mut self,
        sums: &'s mut Sums,
        actor: usize,
        r: Reason,
    ) -> &'s mut BlockedSum {
        let slot = actor * REASON_SLOTS + r.slot();
        let sum = &mut sums.blocked[slot];
        if self.reason_stamp[slot] != self.stamp {
            self.reason_stamp[slot] = self.stamp;
            sum.trials += 1;
        }
        sum
    }

    fn touch_cell(&mut self, sums: &mut Sums, cell: usize) {
        if self.cell_stamp[cell] != self.stamp {
            self.cell_stamp[cell] = self.stamp;
            sums.cells[cell].trials += 1;
        }
    }

    /// A chain of the actor starts to wait.
    pub fn begin(&mut self, actor: usize, reason: Reason, at: i64) {
        let w = &mut self.waiting[actor];
        if w.chains == 0 {
            w.since = at;
            w.reason = reason;
        }
        w.chains += 1;
    }

    /// A chain of the actor goes on or gives up.
    pub fn end(&mut self, c: &Compiled<'_>, sums: &mut Sums, actor: usize, at: i64) {
        let w = &mut self.waiting[actor];
        w.chains = w.chains.saturating_sub(1);
        if w.chains == 0 {
            let (since, reason) = (w.since, w.reason);
            self.record(c, sums, actor, reason, since, at);
        }
    }

    /// Ends all waiting at the horizon.
    pub fn close(&mut self, c: &Compiled<'_>, sums: &mut Sums, end: i64) {
        for actor in 0..self.waiting.len() {
            if self.waiting[actor].chains > 0 {
                self.waiting[actor].chains = 1;
                self.end(c, sums, actor, end);
            }
        }
    }

    /// Books stopped time from `from` to `to`, as far as it lies in the actor's open hours.
    fn record(
        &mut self,
        c: &Compiled<'_>,
        sums: &mut Sums,
        actor: usize,
        reason: Reason,
        from: i64,
        to: i64,
    ) {
        let to = to.min(c.exp.end.0);
        let open = &c.extras[actor].open;
        if open.is_empty() {
            return self.record_open(c, sums, actor, reason, from, to);
        }
        let first = open.partition_point(|o| o.1 <= from);
        for &(a, b) in &open[first..] {
            if a >= to {
                break;
            }
            self.record_open(c, sums, actor, reason, from.max(a), to.min(b));
        }
    }

    fn record_open(
        &mut self,
        c: &Compiled<'_>,
        sums: &mut Sums,
        actor: usize,
        reason: Reason,
        from: i64,
        to: i64,
    ) {
        if to <= from {
            return;
        }
        self.ms_by_reason[reason.slot()] += to - from;
        self.reason_sum(sums, actor, reason).ms += (to - from) as u64;
        let mut at = from;
        while at < to {
            let local = at + offset(&c.exp.zone, at);
            let next = (at + HOUR - local.rem_euclid(HOUR)).min(to);
            let cell = actor * CELLS + cell_of(c, at);
            self.touch_cell(sums, cell);
            sums.cells[cell].ms[reason.slot()] += (next - at) as u64;
            at = next;
        }
    }
}

/// Local time minus UTC at an instant, ms.
pub fn offset(zone: &[(crate::base::time::Instant, i64)], at: i64) -> i64 {
    let i = zone.partition_point(|z| z.0.0 <= at);
    zone.get(i.saturating_sub(1)).map_or(0, |z| z.1)
}

/// Weekday (Monday first) times 24 plus local hour.
fn cell_of(c: &Compiled<'_>, at: i64) -> usize {
    let local = at + offset(&c.exp.zone, at);
    // 1970-01-01 was a Thursday.
    let weekday = (local.div_euclid(24 * HOUR) + 3).rem_euclid(7);
    (weekday * 24 + local.rem_euclid(24 * HOUR) / HOUR) as usize
}

/// Empty sums for blocked requests and cells, with the open time of each cell.
pub fn empty_sums(c: &Compiled<'_>) -> (Vec<BlockedSum>, Vec<CellSum>) {
    let actors = c.exp.actors.len();
    let mut blocked = Vec::with_capacity(actors * REASON_SLOTS);
    for actor in 0..actors {
        for reason_slot in 0..REASON_SLOTS {
            blocked.push(BlockedSum {
                actor,
                reason_slot,
                ..BlockedSum::default()
            });
        }
    }
    let mut cells = vec![CellSum::default(); actors * CELLS];
    let whole = [(c.exp.start.0, c.exp.end.0)];
    for actor in 0..actors {
        let open = &c.extras[actor].open;
        let open = if open.is_empty() {
            &whole[..]
        } else {
            &open[..]
        };
        for &(from, to) in open {
            let mut at = from;
            while at < to {
                let local = at + offset(&c.exp.zone, at);
                let next = (at + HOUR - local.rem_euclid(HOUR)).min(to);
                cells[actor * CELLS + cell_of(c, at)].open_ms += (next - at) as u64;
                at = next;
            }
        }
    }
    (blocked, cells)
}
