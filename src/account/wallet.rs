//! The wallet: lots of money, spend limits, auto-reload.
//!
//! Four switches decide independently, each of which alone can stop a request: the toggle
//! ([`Access`]), the spend limits, the balance, and auto-reload, which keeps the balance up.

use super::ledger::{Ledger, Posting};
use super::reason::Reason;
use super::spec::{Access, Funding, ReloadAmount, WalletSpec};
use super::windows::{NEVER, PoolStats};
use super::world::{Note, Payment, PurchaseKind, World};
use crate::base::money::{Money, PICO_PER_CENT};
use crate::base::time::Instant;

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
    pub declines: i64,
    pub top_ups_done: i64,
    pub expired: i64,
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
            declines: 0,
            top_ups_done: 0,
            expired: 0,
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
        let mut rest = amount;
        for lot in &mut self.bought_lots {
            let part = rest.min(lot.1);
            lot.1 -= part;
            rest -= part;
        }
        self.bought_lots.retain(|l| l.1 > 0);
    }

    /// Starts an automatic purchase when the balance is below the threshold, no payment is pending
    /// and the month's cap has room for it.
    pub fn consider_reload<W: World>(&mut self, spec: &WalletSpec, now: i64, world: &mut W) {
        let Some(auto) = &spec.auto_reload else {
            return;
        };
        if !self.auto_on
            || self.balance >= auto.threshold.0
            || self.pending.is_some()
            || self.retry_at != NEVER
        {
            return;
        }
        let amount = match auto.amount {
            ReloadAmount::Add(a) => a.0,
            // A card is charged whole cents: round the missing part up so that the target is met.
            ReloadAmount::To(target) => {
                let missing = target.0 - self.balance;
                missing + (PICO_PER_CENT - missing.rem_euclid(PICO_PER_CENT)) % PICO_PER_CENT
            }
        };
        if amount <= 0 {
            return;
        }
        if auto
            .cap
            .is_some_and(|c| self.reloaded_month.saturating_add(amount) > c.0)
        {
            if !self.cap_noted {
                self.cap_noted = true;
                let bought = Money(self.reloaded_month);
                world.note(Instant(now), Note::ReloadCapReached { bought });
            }
            return;
        }
        let outcome = world.payment(self.attempts, Instant(now));
        self.attempts += 1;
        self.pending = Some(Pending {
            at: now.saturating_add(outcome.delay_ms.max(0)),
            pay: amount,
            get: amount,
            declined: outcome.declined,
            kind: PurchaseKind::Reload,
        });
        world.note(
            Instant(now),
            Note::ReloadTriggered {
                amount: Money(amount),
                balance: Money(self.balance),
            },
        );
        self.schedule(spec);
    }

    /// Buys money by hand; it can be spent at `at`.
    pub fn top_up(&mut self, spec: &WalletSpec, at: i64, pay: Money, get: Money) {
        self.top_ups.push(Pending {
            at,
            pay: pay.0,
            get: get.0,
            declined: false,
            kind: PurchaseKind::TopUp,
        });
        self.schedule(spec);
    }

    fn receive<W: World>(&mut self, spec: &WalletSpec, now: i64, p: Pending, world: &mut W) {
        self.settle_idle(now);
        let tax = Money((i128::from(p.pay) * i128::from(spec.tax_ppm) / 1_000_000) as i64)
            .round_to_cent();
        self.ledger.post(Posting::Purchase, p.pay);
        self.ledger.post(Posting::Bonus, p.get - p.pay);
        self.ledger.post(Posting::Tax, tax.0);
        let owed = (-self.bought).max(0).min(p.get);
        self.bought = self.bought.saturating_add(p.get);
        self.balance = self.balance.saturating_add(p.get);
        if let Some(life) = spec.bought_life
            && p.get > owed
        {
            self.bought_lots.push((now + life.0, p.get - owed));
        }
        match p.kind {
            PurchaseKind::Reload => {
                self.reloads += 1;
                self.reloaded_month = self.reloaded_month.saturating_add(p.pay);
                self.declines_in_row = 0;
            }
            PurchaseKind::TopUp => self.top_ups_done += 1,
            PurchaseKind::Scheduled | PurchaseKind::Invoice => {}
        }
        self.refilled(now);
        world.note(
            Instant(now),
            Note::Purchase {
                kind: p.kind,
                pay: Money(p.pay),
                tax,
                get: Money(p.get),
                balance: Money(self.balance),
            },
        );
    }

    fn refilled(&mut self, now: i64) {
        self.relief = self.relief.wrapping_add(1);
        if self.balance > 0 && self.empty_since != NEVER {
            self.stats.empty_ms += now - self.empty_since;
            self.empty_since = NEVER;
        }
    }

    /// A new month of the spend limits begins; an account in arrears is invoiced.
    pub fn month_starts<W: World>(&mut self, spec: &WalletSpec, now: i64, world: &mut W) {
        self.spent_month = 0;
        self.reloaded_month = 0;
        self.cap_noted = false;
        self.relief = self.relief.wrapping_add(1);
        world.note(Instant(now), Note::MonthStarts);
        self.send_invoice(spec, now, world);
        self.consider_reload(spec, now, world);
    }

    /// Bills what was used since the last invoice to the card.
    pub fn send_invoice<W: World>(&mut self, spec: &WalletSpec, now: i64, world: &mut W) {
        if spec.funding != Funding::Arrears || self.invoice == 0 {
            return;
        }
        let pay = Money(self.invoice);
        let tax = Money((i128::from(pay.0) * i128::from(spec.tax_ppm) / 1_000_000) as i64)
            .round_to_cent();
        self.ledger.post(Posting::Invoice, pay.0);
        self.ledger.post(Posting::Tax, tax.0);
        self.balance += pay.0;
        self.invoice = 0;
        world.note(
            Instant(now),
            Note::Purchase {
                kind: PurchaseKind::Invoice,
                pay,
                tax,
                get: pay,
                balance: Money(self.balance),
            },
        );
    }

    /// A new day of the daily limit begins.
    pub fn day_starts(&mut self) {
        self.spent_day = 0;
        self.relief = self.relief.wrapping_add(1);
    }

    /// Carries out everything that is due at `now`: expiry, grants, payments, retries, in this
    /// order.
    pub fn due<W: World>(&mut self, spec: &WalletSpec, now: i64, world: &mut W) {
        self.expire(spec, now, world);
        self.start_grants(spec, now, world);
        while let Some(p) = spec.purchases.get(self.next_purchase)
            && p.at.0 <= now
        {
            self.next_purchase += 1;
            let pending = Pending {
                at: now,
                pay: p.pay.0,
                get: p.get.0,
                declined: false,
                kind: PurchaseKind::Scheduled,
            };
            self.receive(spec, now, pending, world);
        }
        while let Some(i) = self.top_ups.iter().position(|p| p.at <= now) {
            let p = self.top_ups.remove(i);
            self.receive(spec, now, p, world);
        }
        if let Some(p) = self.pending
            && p.at <= now
        {
            self.pending = None;
            if p.declined {
                self.declined(spec, now, world);
            } else {
                self.receive(spec, now, p, world);
            }
        }
        if self.retry_at <= now {
            self.retry_at = NEVER;
        }
        self.consider_reload(spec, now, world);
        self.schedule(spec);
    }

    fn declined<W: World>(&mut self, spec: &WalletSpec, now: i64, world: &mut W) {
        self.declines += 1;
        self.declines_in_row += 1;
        world.note(
            Instant(now),
            Note::PaymentDeclined {
                attempt: self.attempts,
            },
        );
        let Some(auto) = &spec.auto_reload else {
            return;
        };
        self.retry_at = now.saturating_add(auto.retry.0.max(RETRY_MIN_MS));
        if auto.off_after.is_some_and(|n| self.declines_in_row >= n) {
            self.auto_on = false;
            self.retry_at = NEVER;
        }
    }

    fn start_grants<W: World>(&mut self, spec: &WalletSpec, now: i64, world: &mut W) {
        while let Some(k) = self
            .waiting_grants
            .iter()
            .position(|&g| spec.grants[g].starts.is_some_and(|s| s.0 <= now))
        {
            let g = self.waiting_grants.remove(k);
            self.settle_idle(now);
            self.add_grant(spec, g);
            self.refilled(now);
            let amount = spec.grants[g].amount;
            let balance = Money(self.balance);
            world.note(
                Instant(now),
                Note::GrantStarts {
                    grant: g,
                    amount,
                    balance,
                },
            );
        }
    }

    fn expire<W: World>(&mut self, spec: &WalletSpec, now: i64, world: &mut W) {
        let mut gone = 0;
        self.lots.retain(|l| {
            let dies = l.expires <= now;
            if dies {
                gone += l.left;
            }
            !dies
        });
        let mut gone_bought = 0;
        self.bought_lots.retain(|&(expires, left)| {
            if expires <= now {
                gone_bought += left;
            }
            expires > now
        });
        let amount = gone + gone_bought;
        if amount == 0 {
            return;
        }
        self.settle_idle(now);
        self.bought -= gone_bought;
        self.balance -= amount;
        self.expired += amount;
        self.ledger.post(Posting::Expired, amount);
        let balance = Money(self.balance);
        world.note(
            Instant(now),
            Note::Expired {
                amount: Money(amount),
                balance,
            },
        );
        if self.is_empty(spec) && self.empty_since == NEVER {
            self.empty_since = now;
            self.stats.drained(now);
            world.note(Instant(now), Note::WalletEmpty);
        }
    }

    /// Finds the wallet's next event.
    pub fn schedule(&mut self, spec: &WalletSpec) {
        let mut next = self.retry_at;
        next = next.min(self.pending.map_or(NEVER, |p| p.at));
        for p in &self.top_ups {
            next = next.min(p.at);
        }
        for l in &self.lots {
            next = next.min(l.expires);
        }
        for l in &self.bought_lots {
            next = next.min(l.0);
        }
        for &g in &self.waiting_grants {
            next = next.min(spec.grants[g].starts.map_or(NEVER, |s| s.0));
        }
        if let Some(p) = spec.purchases.get(self.next_purchase) {
            next = next.min(p.at.0);
        }
        self.next_event = next;
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
