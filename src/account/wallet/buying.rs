//! Money comes in: auto-reload, purchases by hand, invoices.

use super::*;
use crate::account::spec::AutoReload;

impl Wallet {
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
        let Some(amount) = self.reload_amount(auto) else {
            return;
        };
        if self.is_capped(auto, amount) {
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

    /// What a reload would buy now; `None` if nothing.
    pub(super) fn reload_amount(&self, auto: &AutoReload) -> Option<i64> {
        let amount = match auto.amount {
            ReloadAmount::Add(a) => a.0,
            // A card is charged whole cents: round the missing part up so that the target is met.
            ReloadAmount::To(target) => {
                let missing = target.0 - self.balance;
                missing + (PICO_PER_CENT - missing.rem_euclid(PICO_PER_CENT)) % PICO_PER_CENT
            }
        };
        (amount > 0).then_some(amount)
    }

    /// Whether the month's cap has no room for such a reload.
    pub(super) fn is_capped(&self, auto: &AutoReload, amount: i64) -> bool {
        auto.cap
            .is_some_and(|c| self.reloaded_month.saturating_add(amount) > c.0)
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

    pub(super) fn receive<W: World>(
        &mut self,
        spec: &WalletSpec,
        now: i64,
        p: Pending,
        world: &mut W,
    ) {
        self.settle_idle(now);
        let tax = spec.tax(Money(p.pay));
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
                // Not when it was empty from the start: no threshold could have helped then.
                let late = self.empty_since != NEVER && self.stats.drains > 0;
                self.late_reloads += i64::from(late);
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

    pub(super) fn refilled(&mut self, now: i64) {
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
}
