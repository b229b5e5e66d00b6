//! What happens to the wallet by itself: expiry, grants, payments, retries.

use super::*;

impl Wallet {
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
}
