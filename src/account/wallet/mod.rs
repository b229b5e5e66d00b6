//! The wallet: lots of money, spend limits, auto-reload.
//!
//! Four switches decide independently, each of which alone can stop a request: the toggle
//! ([`Access`]), the spend limits, the balance, and auto-reload, which keeps the balance up.

mod buying;
mod events;
mod stretch;

use crate::account::ledger::{Ledger, Posting};
use crate::account::reason::Reason;
use crate::account::spec::{Access, Funding, ReloadAmount, WalletSpec};
use crate::account::windows::{NEVER, PoolStats};
use crate::account::world::{Note, Payment, PurchaseKind, World};
use crate::base::money::{Money, PICO_PER_CENT};
use crate::base::time::Instant;

pub use stretch::Stretch;

/// Shortest wait between a declined payment and the next attempt, so that time goes on.
const RETRY_MIN_MS: i64 = 60_000;

/// The world of a copy that only asks what would be.
struct Silence;

impl World for Silence {
    fn payment(&mut self, _: u32, _: Instant) -> Payment {
        Payment {
            delay_ms: NEVER,
            declined: true,
        }
    }
    fn note(&mut self, _: Instant, _: Note) {}
}

/// A lot of money with its own expiry.
#[derive(Clone, Copy, Debug)]
struct Lot {
    left: i64,
    expires: i64,
    /// The grant it came from: index into the specification, and the order of spending.
    grant: usize,
    promotional: bool,
}

/// A payment on its way.
#[derive(Clone, Copy, Debug)]
struct Pending {
    at: i64,
    pay: i64,
    get: i64,
    declined: bool,
    kind: PurchaseKind,
}

/// The wallet's state.
#[derive(Clone, Debug)]
pub struct Wallet {
    /// Grants that have started and are neither spent nor expired, in order of spending.
    lots: Vec<Lot>,
    /// Bought money without expiry, or the total of `bought_lots`; below zero after an overshoot.
    bought: i64,
    /// Bought money by expiry, only when bought money expires: (expires, amount left).
    bought_lots: Vec<(i64, i64)>,
    balance: i64,
    empty_since: i64,
    spent_month: i64,
    spent_day: i64,
    reloaded_month: i64,
    cap_noted: bool,
    auto_on: bool,
    declines_in_row: u32,
    attempts: u32,
    pending: Option<Pending>,
    /// Next automatic attempt after a decline, [`NEVER`] if none.
    retry_at: i64,
    top_ups: Vec<Pending>,
    next_purchase: usize,
    waiting_grants: Vec<usize>,
    /// Integral of the balance over time, pico-dollar milliseconds.
    idle: i128,
    idle_since: i64,
    pub reloads: i64,
    /// Reloads whose money came when the wallet was empty already.
    pub late_reloads: i64,
    pub declines: i64,
    pub top_ups_done: i64,
    pub expired: i64,
    /// Charged to bought money or to the invoice.
    pub from_bought: i64,
    invoice: i64,
    is_in_arrears: bool,
    pub stats: PoolStats,
    pub ledger: Ledger,
    opening: i64,
    /// Earliest event of the wallet.
    pub next_event: i64,
    /// Counts the events that may let a waiting actor go on.
    pub relief: u32,
}

impl Wallet {
    /// The wallet at the start of a trial.
    pub fn new(spec: &WalletSpec, start: i64) -> Wallet {
        let mut w = Wallet {
            lots: Vec::new(),
            bought: spec.balance.0,
            bought_lots: Vec::new(),
            balance: spec.balance.0,
            empty_since: NEVER,
            spent_month: spec.spent_before.0,
            spent_day: 0,
            reloaded_month: 0,
            cap_noted: false,
            auto_on: spec.auto_reload.is_some() && spec.access == Access::On,
            declines_in_row: 0,
            attempts: 0,
            pending: None,
            retry_at: NEVER,
            top_ups: Vec::new(),
            next_purchase: 0,
            waiting_grants: Vec::new(),
            idle: 0,
            idle_since: start,
            reloads: 0,
            late_reloads: 0,
            declines: 0,
            top_ups_done: 0,
            expired: 0,
            from_bought: 0,
            invoice: 0,
            is_in_arrears: spec.funding == Funding::Arrears,
            stats: PoolStats::NEW,
            ledger: Ledger::default(),
            opening: spec.balance.0,
            next_event: NEVER,
            relief: 0,
        };
        if let Some(life) = spec.bought_life
            && spec.balance.0 > 0
        {
            w.bought_lots.push((start + life.0, spec.balance.0));
        }
        for (i, g) in spec.grants.iter().enumerate() {
            match g.starts {
                Some(at) if at.0 > start => w.waiting_grants.push(i),
                _ => w.add_grant(spec, i),
            }
        }
        if spec.access == Access::On && w.is_empty(spec) {
            w.empty_since = start;
        }
        w.opening = w.balance;
        w.ledger = Ledger::default();
        w
    }

    fn add_grant(&mut self, spec: &WalletSpec, i: usize) {
        let g = &spec.grants[i];
        let expires = g.expires.map_or(NEVER, |e| e.0);
        self.lots.push(Lot {
            left: g.amount.0,
            expires,
            grant: i,
            promotional: g.promotional,
        });
        self.lots
            .sort_by_key(|l| (!l.promotional, l.expires, l.grant));
        self.balance = self.balance.saturating_add(g.amount.0);
        self.ledger.post(Posting::Grant, g.amount.0);
    }

    /// Money in the wallet; below zero after an overshoot.
    #[inline]
    pub fn balance(&self) -> Money {
        Money(self.balance)
    }

    /// Promotional money left.
    pub fn promotional(&self) -> Money {
        Money(
            self.lots
                .iter()
                .filter(|l| l.promotional)
                .map(|l| l.left)
                .sum(),
        )
    }

    /// Unspent money of one grant.
    pub fn grant_left(&self, grant: usize) -> Money {
        Money(
            self.lots
                .iter()
                .filter(|l| l.grant == grant)
                .map(|l| l.left)
                .sum(),
        )
    }

    /// Bought automatically in the current month of the cap.
    pub fn reloaded_month(&self) -> Money {
        Money(self.reloaded_month)
    }

    /// Charged in the current month.
    pub fn spent_month(&self) -> Money {
        Money(self.spent_month)
    }

    /// Whether a payment is on its way.
    pub fn is_pending(&self) -> bool {
        self.pending.is_some()
    }

    /// Whether the pool counts as drained.
    #[inline]
    pub fn is_empty(&self, spec: &WalletSpec) -> bool {
        spec.funding == Funding::Prepaid && self.balance <= 0
    }

    /// Whether the wallet pays for a request of a seat that may use the grants in `eligible`;
    /// else why not.
    pub fn admits(&self, spec: &WalletSpec, seat_spent: i64, eligible: u32) -> Result<(), Reason> {
        match spec.access {
            Access::On => {}
            Access::OrganisationOff => return Err(Reason::OrganisationOff),
            Access::SeatTierOff => return Err(Reason::SeatTierOff),
            Access::MemberOff => return Err(Reason::MemberOff),
            Access::Off | Access::Impossible => return Err(Reason::CreditsRequired),
        }
        if spec.monthly_limit.is_some_and(|l| self.spent_month >= l.0) {
            return Err(Reason::MonthlyLimit);
        }
        if spec.member_limit.is_some_and(|l| seat_spent >= l.0) {
            return Err(Reason::MemberLimit);
        }
        if spec.daily_limit.is_some_and(|l| self.spent_day >= l.0) {
            return Err(Reason::DailyLimit);
        }
        if spec.funding == Funding::Prepaid && !self.has_money(eligible) {
            return Err(Reason::OutOfCredits);
        }
        Ok(())
    }

    fn has_money(&self, eligible: u32) -> bool {
        self.bought > 0
            || (self.balance > 0
                && self
                    .lots
                    .iter()
                    .any(|l| l.left > 0 && eligible & (1 << l.grant) != 0))
    }

    /// When a request refused now would be admitted if nothing else happens: no request ends, no
    /// new payment is triggered.
    pub fn relief_at(
        &self,
        spec: &WalletSpec,
        seat_spent: i64,
        eligible: u32,
        month: i64,
        day: i64,
    ) -> Option<i64> {
        if spec.access != Access::On {
            return None;
        }
        let mut from = i64::MIN;
        for (limit, spent, resets) in [
            (spec.monthly_limit, self.spent_month, month),
            (spec.member_limit, seat_spent, month),
            (spec.daily_limit, self.spent_day, day),
        ] {
            // A limit of nothing is reached again as soon as it is reset.
            match limit {
                Some(l) if l.0 <= 0 => return None,
                Some(l) if spent >= l.0 => from = from.max(resets),
                _ => {}
            }
        }
        let at = if spec.funding == Funding::Prepaid {
            self.money_from(spec, eligible, from)
        } else {
            from
        };
        (at != NEVER && at != i64::MIN).then_some(at)
    }

    /// The earliest instant from `from` on at which there is money to spend, by what is known now:
    /// a copy of the wallet lives through its purchases, grants and expiries.
    fn money_from(&self, spec: &WalletSpec, eligible: u32, from: i64) -> i64 {
        if self.next_event == NEVER {
            return if self.has_money(eligible) {
                from
            } else {
                NEVER
            };
        }
        let mut later = self.clone();
        later.auto_on = false;
        let mut at = from;
        while later.next_event != NEVER {
            if later.next_event > at && later.has_money(eligible) {
                return at;
            }
            let next = later.next_event;
            later.due(spec, next, &mut Silence);
            at = at.max(next);
        }
        if later.has_money(eligible) { at } else { NEVER }
    }

    fn settle_idle(&mut self, now: i64) {
        self.idle += i128::from(self.balance.max(0)) * i128::from(now - self.idle_since);
        self.idle_since = now;
    }

    /// Mean balance from `start` to `now`, pico-dollars.
    pub fn mean_balance(&mut self, start: i64, now: i64) -> i64 {
        self.settle_idle(now);
        (self.idle / i128::from((now - start).max(1))) as i64
    }

    /// Charges a request that ended at `now`: eligible promotional money first, by expiry; the rest
    /// from bought money, which may go below zero.
    pub fn charge<W: World>(
        &mut self,
        spec: &WalletSpec,
        now: i64,
        cost: i64,
        eligible: u32,
        world: &mut W,
    ) {
        self.settle_idle(now);
        self.ledger.post(Posting::Usage, cost);
        self.spent_month = self.spent_month.saturating_add(cost);
        self.spent_day = self.spent_day.saturating_add(cost);
        self.balance -= cost;
        if spec.funding == Funding::Arrears {
            self.invoice += cost;
            self.from_bought = self.from_bought.saturating_add(cost);
            world.note(
                Instant(now),
                Note::Charged {
                    cost: Money(cost),
                    balance: Money(0),
                },
            );
            return;
        }
        let mut rest = cost;
        for lot in &mut self.lots {
            if rest > 0 && eligible & (1 << lot.grant) != 0 {
                let part = rest.min(lot.left);
                lot.left -= part;
                rest -= part;
            }
        }
        self.spend_bought(rest);
        world.note(
            Instant(now),
            Note::Charged {
                cost: Money(cost),
                balance: Money(self.balance),
            },
        );
        if self.balance <= 0 && self.empty_since == NEVER {
            self.empty_since = now;
            self.stats.drained(now);
            world.note(Instant(now), Note::WalletEmpty);
        }
        self.consider_reload(spec, now, world);
    }

    fn spend_bought(&mut self, amount: i64) {
        self.bought -= amount;
        self.from_bought = self.from_bought.saturating_add(amount);
        let mut rest = amount;
        for lot in &mut self.bought_lots {
            let part = rest.min(lot.1);
            lot.1 -= part;
            rest -= part;
        }
        self.bought_lots.retain(|l| l.1 > 0);
    }

    /// Ends the statistics at the horizon.
    pub fn close(&mut self, now: i64) {
        if self.empty_since != NEVER {
            self.stats.empty_ms += now - self.empty_since;
            self.empty_since = NEVER;
        }
    }

    /// Whether opening + in − out = closing holds to the pico-dollar.
    pub fn is_conserved(&self) -> bool {
        let lots: i128 = self.lots.iter().map(|l| i128::from(l.left)).sum();
        self.ledger.closing(Money(self.opening)) == Some(Money(self.balance))
            && (self.is_in_arrears || lots + i128::from(self.bought) == i128::from(self.balance))
    }
}
