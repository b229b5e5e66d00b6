//! Many charges at once: where nothing can happen but charges, only their sum matters.

use super::*;

/// Charges of a stretch of time, added up.
#[derive(Clone, Copy, Debug)]
pub struct Stretch {
    /// The last instant of the stretch, ms.
    pub until: i64,
    /// Sum of the charges, pico-dollars.
    pub cost: i64,
    /// What was charged so far, integrated from the start of the stretch to its end,
    /// pico-dollar milliseconds: by so much less money lay idle.
    pub area: i128,
}

impl Wallet {
    /// What can be charged from now to the next event (not included) such that every request is
    /// admitted, no pool runs dry and no reload starts, pico-dollars; below zero when a single
    /// charge may already do one of these. `eligible`: grants that every request of the stretch
    /// may use.
    pub fn headroom(&self, spec: &WalletSpec, eligible: u32) -> i64 {
        let plain = spec.access == Access::On
            && spec.funding == Funding::Prepaid
            && spec.member_limit.is_none()
            && self.lots.iter().all(|l| eligible & (1 << l.grant) != 0);
        if !plain {
            return -1;
        }
        let mut room = self.balance - self.quiet_above(spec);
        for (limit, spent) in [
            (spec.monthly_limit, self.spent_month),
            (spec.daily_limit, self.spent_day),
        ] {
            if let Some(limit) = limit {
                room = room.min(limit.0 - 1 - spent);
            }
        }
        room
    }

    /// What can be charged on account such that every request of a seat is admitted; the largest number
    /// if there is no limit, below zero when there is money in the wallet or no access.
    pub fn room_in_arrears(&self, spec: &WalletSpec, seat_spent: i64) -> i64 {
        let plain = spec.access == Access::On && self.balance <= 0 && self.lots.is_empty();
        if !plain {
            return -1;
        }
        let limits = [
            (spec.monthly_limit, self.spent_month),
            (spec.member_limit, seat_spent),
            (spec.daily_limit, self.spent_day),
        ];
        limits
            .into_iter()
            .filter_map(|(limit, spent)| Some(limit?.0 - 1 - spent))
            .min()
            .unwrap_or(i64::MAX)
    }

    /// Down to this balance no charge starts a reload or empties the wallet.
    fn quiet_above(&self, spec: &WalletSpec) -> i64 {
        let Some(auto) = &spec.auto_reload else {
            return 1;
        };
        if !self.auto_on || self.pending.is_some() || self.retry_at != NEVER {
            return 1;
        }
        // A cap that refuses a reload now refuses it at every lower balance: it would buy more.
        let capped = self.balance < auto.threshold.0
            && self.cap_noted
            && self
                .reload_amount(auto)
                .is_some_and(|a| self.is_capped(auto, a));
        if capped { 1 } else { auto.threshold.0.max(1) }
    }

    /// Charges a stretch within the headroom.
    pub fn charge_stretch(&mut self, spec: &WalletSpec, s: Stretch) {
        // On account nothing lies idle, and nothing less by what is charged.
        if self.balance > 0 {
            let held = i128::from(self.balance);
            self.idle += held * i128::from(s.until - self.idle_since) - s.area;
        }
        self.idle_since = s.until;
        self.ledger.post(Posting::Usage, s.cost);
        self.spent_month = self.spent_month.saturating_add(s.cost);
        self.spent_day = self.spent_day.saturating_add(s.cost);
        self.balance -= s.cost;
        if spec.funding == Funding::Arrears {
            self.invoice += s.cost;
            self.from_bought = self.from_bought.saturating_add(s.cost);
            return;
        }
        let mut rest = s.cost;
        for lot in &mut self.lots {
            let part = rest.min(lot.left);
            lot.left -= part;
            rest -= part;
        }
        self.spend_bought(rest);
    }
}
