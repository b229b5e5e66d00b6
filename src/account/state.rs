//! An account as it stands in one trial, and how time passes in it.

use super::reason::WINDOWS_MAX;
use super::spec::AccountSpec;
use super::wallet::Wallet;
use super::windows::{NEVER, PoolStats, Seat};
use super::world::World;
use crate::base::time::Instant;

/// A class as the hot path needs it.
#[derive(Clone, Copy, Debug)]
pub(super) struct FastClass {
    /// All bits set where the window is in scope, else 0.
    pub mask: [i64; WINDOWS_MAX],
    /// Whether the plan may pay at all.
    pub fast: bool,
}

/// A charge of a request that has not ended yet.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct InFlight {
    ends: i64,
    order: u64,
    pub(super) seat: usize,
    pub(super) class: usize,
    pub(super) wallet: bool,
    pub(super) amount: i64,
}

/// The state of an account.
#[derive(Clone, Debug)]
pub struct Account<'a> {
    pub spec: &'a AccountSpec,
    pub seats: Vec<Seat>,
    pub wallet: Wallet,
    /// Limits drawn for this trial, in window units.
    pub limits: [i64; WINDOWS_MAX],
    /// Statistics per window, over all seats.
    pub stats: [PoolStats; WINDOWS_MAX],
    pub(super) classes: Vec<FastClass>,
    pub(super) window_count: usize,
    pub(super) has_first_request_windows: bool,
    /// No incident is under way.
    pub(super) calm: bool,
    pub(super) false_refusal_until: i64,
    pub(super) wrong_bucket_until: i64,
    pub(super) in_flight: Vec<InFlight>,
    pub(super) flights: u64,
    pub(super) next_month: usize,
    pub(super) next_day: usize,
    /// The earliest instant at which something happens by itself.
    pub(super) next_event: i64,
}

impl<'a> Account<'a> {
    /// The account at the start of a trial. `limits` are the drawn sizes of the windows.
    pub fn new(spec: &'a AccountSpec, start: Instant, limits: [i64; WINDOWS_MAX]) -> Account<'a> {
        let classes = spec
            .classes
            .iter()
            .map(|c| {
                let mut mask = [0i64; WINDOWS_MAX];
                for (w, m) in mask.iter_mut().enumerate() {
                    *m = -i64::from(c.windows >> w & 1);
                }
                FastClass { mask, fast: c.plan }
            })
            .collect();
        let first_request = |w: &super::spec::WindowSpec| {
            matches!(w.opens, super::spec::Opens::FirstRequest { .. })
        };
        let mut account = Account {
            spec,
            seats: vec![Seat::new(&spec.windows, &limits, start.0); spec.seats],
            wallet: Wallet::new(&spec.wallet, start.0),
            limits,
            stats: [PoolStats::NEW; WINDOWS_MAX],
            classes,
            window_count: spec.windows.len(),
            has_first_request_windows: spec.windows.iter().any(first_request),
            calm: true,
            false_refusal_until: i64::MIN,
            wrong_bucket_until: i64::MIN,
            in_flight: Vec::new(),
            flights: 0,
            next_month: 0,
            next_day: 0,
            next_event: NEVER,
        };
        account.leave_out_what_was_used_before();
        account.wallet.schedule(&spec.wallet);
        account.reschedule();
        account
    }

    /// A period counts all that was taken from its window; what was taken before the start is none
    /// of this trial's.
    fn leave_out_what_was_used_before(&mut self) {
        for s in &self.seats {
            for w in (0..self.window_count).filter(|w| s.open[*w]) {
                self.stats[w].used -= self.limits[w] - s.room[w];
            }
        }
    }

    /// The windows and the requests under way of this account with another wallet, at the same
    /// instant. `spec` may differ from this account's in its wallet only.
    pub fn with_wallet<'b>(&self, spec: &'b AccountSpec, wallet: Wallet) -> Account<'b> {
        let mut account = Account {
            spec,
            seats: self.seats.clone(),
            wallet,
            limits: self.limits,
            stats: self.stats,
            classes: self.classes.clone(),
            window_count: self.window_count,
            has_first_request_windows: self.has_first_request_windows,
            calm: self.calm,
            false_refusal_until: self.false_refusal_until,
            wrong_bucket_until: self.wrong_bucket_until,
            in_flight: self.in_flight.clone(),
            flights: self.flights,
            next_month: self.next_month,
            next_day: self.next_day,
            next_event: NEVER,
        };
        account.reschedule();
        account
    }

    /// Starts what is already due at the opening: an auto-reload below its threshold.
    pub fn open<W: World>(&mut self, now: Instant, world: &mut W) {
        let spec = &self.spec.wallet;
        self.wallet.due(spec, now.0, world);
        self.reschedule();
    }

    /// The earliest instant at which something happens by itself.
    #[inline(always)]
    pub fn next_event(&self) -> i64 {
        self.next_event
    }

    /// Start of the next month of the spend limits.
    pub(super) fn next_month(&self) -> i64 {
        self.spec
            .month_starts
            .get(self.next_month)
            .map_or(NEVER, |t| t.0)
    }

    /// Start of the next day of the daily limit.
    pub(super) fn next_day(&self) -> i64 {
        self.spec
            .day_starts
            .get(self.next_day)
            .map_or(NEVER, |t| t.0)
    }

    /// Counts events that may let a waiting actor go on.
    #[inline]
    pub fn relief(&self) -> u32 {
        self.wallet.relief
    }

    pub(super) fn reschedule(&mut self) {
        let mut next = self
            .wallet
            .next_event
            .min(self.next_month())
            .min(self.next_day());
        for s in &self.seats {
            next = next.min(s.next_reset(self.window_count));
        }
        for f in &self.in_flight {
            next = next.min(f.ends);
        }
        self.next_event = next;
    }

    /// Carries out everything due up to and including `now`, in order of time; at one instant:
    /// months and days, resets, money, then charges of requests that end.
    pub fn advance<W: World>(&mut self, now: Instant, world: &mut W) {
        while self.next_event <= now.0 {
            let at = self.next_event;
            self.step(at, world);
        }
    }

    fn step<W: World>(&mut self, at: i64, world: &mut W) {
        let spec = self.spec;
        if self.next_month() <= at {
            self.next_month += 1;
            for s in &mut self.seats {
                s.spent_month = 0;
            }
            self.wallet.month_starts(&spec.wallet, at, world);
            self.wallet.schedule(&spec.wallet);
        }
        if self.next_day() <= at {
            self.next_day += 1;
            self.wallet.day_starts();
        }
        for (i, s) in self.seats.iter_mut().enumerate() {
            if s.next_reset(self.window_count) <= at {
                s.reset_due(at, i, &spec.windows, &self.limits, &mut self.stats, world);
            }
        }
        if self.wallet.next_event <= at {
            self.wallet.due(&spec.wallet, at, world);
        }
        while let Some(i) = self.earliest_flight(at) {
            let f = self.in_flight.swap_remove(i);
            if f.wallet {
                self.post_wallet(Instant(f.ends), f.seat, f.class, f.amount, world);
            } else {
                self.post_plan(Instant(f.ends), f.seat, f.class, f.amount, world);
            }
        }
        self.reschedule();
    }

    fn earliest_flight(&self, at: i64) -> Option<usize> {
        let due = self
            .in_flight
            .iter()
            .enumerate()
            .filter(|(_, f)| f.ends <= at);
        due.min_by_key(|(_, f)| (f.ends, f.order)).map(|(i, _)| i)
    }

    /// Registers a request whose charge posts when it ends. `amount`: window units for the plan,
    /// pico-dollars for the wallet.
    pub fn begin(&mut self, ends: Instant, seat: usize, class: usize, wallet: bool, amount: i64) {
        self.flights += 1;
        self.in_flight.push(InFlight {
            ends: ends.0,
            order: self.flights,
            seat,
            class,
            wallet,
            amount,
        });
        self.next_event = self.next_event.min(ends.0);
    }

    /// Takes a finished request's units from every window in scope.
    #[inline(always)]
    pub fn post_plan<W: World>(
        &mut self,
        now: Instant,
        seat: usize,
        class: usize,
        units: i64,
        world: &mut W,
    ) {
        let mask = &self.classes[class].mask;
        if self.seats[seat].take(self.window_count, mask, units) {
            self.mark_empty(now, seat, world);
        }
    }

    #[cold]
    #[inline(never)]
    fn mark_empty<W: World>(&mut self, now: Instant, seat: usize, world: &mut W) {
        self.seats[seat].mark_empty(now.0, seat, self.window_count, &mut self.stats, world);
    }

    /// Charges a finished request to the wallet.
    #[inline(never)]
    pub fn post_wallet<W: World>(
        &mut self,
        now: Instant,
        seat: usize,
        class: usize,
        cost: i64,
        world: &mut W,
    ) {
        let spec = &self.spec.wallet;
        let s = &mut self.seats[seat];
        s.spent_month = s.spent_month.saturating_add(cost);
        let eligible = self.spec.classes[class].grants;
        self.wallet.charge(spec, now.0, cost, eligible, world);
        self.next_event = self.next_event.min(self.wallet.next_event);
    }

    /// What can be charged to the wallet before anything happens, see [`Wallet::headroom`].
    pub fn headroom(&self, eligible: u32) -> i64 {
        self.wallet.headroom(&self.spec.wallet, eligible)
    }

    /// Starts an incident: requests are refused although something is left, until `until`.
    pub fn refuse_falsely(&mut self, until: Instant) {
        self.false_refusal_until = self.false_refusal_until.max(until.0);
        self.calm = false;
    }

    /// Starts an incident: plan work is charged to the wallet until `until`.
    pub fn use_wrong_bucket(&mut self, until: Instant) {
        self.wrong_bucket_until = self.wrong_bucket_until.max(until.0);
        self.calm = false;
    }

    /// Ends the incidents that are over.
    pub fn end_incidents(&mut self, now: Instant) {
        self.calm = self.false_refusal_until <= now.0 && self.wrong_bucket_until <= now.0;
        self.wallet.relief = self.wallet.relief.wrapping_add(1);
    }

    /// Buys money by hand; it can be spent at `at`.
    pub fn top_up(
        &mut self,
        at: Instant,
        pay: crate::base::money::Money,
        get: crate::base::money::Money,
    ) {
        self.wallet.top_up(&self.spec.wallet, at.0, pay, get);
        self.next_event = self.next_event.min(self.wallet.next_event);
    }

    /// Whether a window counts as empty for a seat.
    pub fn is_empty(&self, window: usize, seat: usize) -> bool {
        self.seats[seat].empty_since[window] != NEVER
    }

    /// What is left of a window, in thousandths of its limit (a closed window is full).
    pub fn left_permille(&self, window: usize, seat: usize) -> usize {
        let s = &self.seats[seat];
        if !s.open[window] {
            return 1000;
        }
        let left = i128::from(s.room[window].max(0));
        (left * 1000 / i128::from(self.limits[window].max(1))).min(1000) as usize
    }

    /// Ends the trial: requests in flight are charged, periods and statistics closed.
    pub fn close<W: World>(&mut self, end: Instant, world: &mut W) {
        let mut rest = std::mem::take(&mut self.in_flight);
        rest.sort_unstable();
        for f in rest {
            if f.wallet {
                self.post_wallet(end, f.seat, f.class, f.amount, world);
            } else {
                self.post_plan(end, f.seat, f.class, f.amount, world);
            }
        }
        self.wallet.send_invoice(&self.spec.wallet, end.0, world);
        self.wallet.close(end.0);
        for s in &mut self.seats {
            for w in 0..self.window_count {
                s.close_period(w, end.0, &self.limits, &mut self.stats[w]);
            }
        }
    }
}
