//! The decision on one request. There is one gate: the simulation, the replay of a trial and the
//! laws in the tests all ask it.
//!
//! Order: a client or model that never uses the plan goes to the wallet; every window in scope has
//! room: the plan pays; else the wallet, if access, limits and money allow; else refused, with one
//! reason. The check comes before the request, the charge after it: N requests in flight may
//! overshoot by N costs.

use super::reason::Reason;
use super::spec::Access;
use super::state::Account;
use super::windows::NEVER;
use super::world::World;
use crate::base::time::Instant;

/// What the gate decided.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// The plan covers it.
    Plan,
    /// It is charged to the wallet.
    Wallet,
    Refused(Refusal),
}

/// A refusal and the earliest instant at which the gate would admit if nothing else happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Refusal {
    pub reason: Reason,
    /// `None`: not known, perhaps never.
    pub until: Option<Instant>,
}

impl Account<'_> {
    /// Decides on a request of `class` by `seat` at `now`. All events up to `now` must have been
    /// carried out ([`Account::advance`]).
    #[inline(always)]
    pub fn gate<W: World>(
        &mut self,
        now: Instant,
        seat: usize,
        class: usize,
        world: &mut W,
    ) -> Verdict {
        let c = &self.classes[class];
        if c.fast && self.calm && self.seats[seat].has_room(self.window_count, &c.mask) {
            return Verdict::Plan;
        }
        self.gate_slowly(now, seat, class, world)
    }

    #[cold]
    #[inline(never)]
    fn gate_slowly<W: World>(
        &mut self,
        now: Instant,
        seat: usize,
        class: usize,
        world: &mut W,
    ) -> Verdict {
        let c = self.classes[class];
        if self.false_refusal_until > now.0 {
            return Verdict::Refused(Refusal {
                reason: Reason::FalseRefusal,
                until: Some(Instant(self.false_refusal_until)),
            });
        }
        let rules = self.spec.classes[class];
        let mut plan = rules.plan;
        if plan && self.has_first_request_windows {
            let spec = self.spec;
            self.seats[seat].open_due(now.0, seat, &spec.windows, &c.mask, &self.limits, world);
            self.reschedule();
        }
        if self.wrong_bucket_until > now.0 && self.wallet_admits(seat, class).is_ok() {
            return Verdict::Wallet;
        }
        plan = plan && self.seats[seat].has_room(self.window_count, &c.mask);
        if plan {
            return Verdict::Plan;
        }
        match self.wallet_admits(seat, class) {
            Ok(()) => Verdict::Wallet,
            Err(why) => Verdict::Refused(self.refusal(seat, class, why)),
        }
    }

    /// Whether the wallet would pay for a request of `class` by `seat` now; else why not.
    pub fn wallet_admits(&self, seat: usize, class: usize) -> Result<(), Reason> {
        let grants = self.spec.classes[class].grants;
        self.wallet
            .admits(&self.spec.wallet, self.seats[seat].spent_month, grants)
    }

    /// The reason people see and when it ends.
    fn refusal(&self, seat: usize, class: usize, why: Reason) -> Refusal {
        let rules = self.spec.classes[class];
        let s = &self.seats[seat];
        let mut plan_at = i64::MIN;
        let mut binding = None;
        if rules.plan {
            for w in 0..self.window_count {
                let empty = self.classes[class].mask[w] != 0 && s.room[w] <= 0;
                if empty && s.resets_at[w] > plan_at {
                    plan_at = s.resets_at[w];
                    binding = Some(w);
                }
            }
        } else {
            plan_at = NEVER;
        }
        let wallet_at = self.wallet_relief(seat, class);
        let until = wallet_at.unwrap_or(NEVER).min(plan_at);
        let toggle_off = matches!(self.spec.wallet.access, Access::Off | Access::Impossible);
        let reason = match (toggle_off, binding) {
            (true, Some(w)) => Reason::Window(w as u8),
            (true, None) if rules.third_party => Reason::ThirdPartyNeedsCredits,
            (true, None) => Reason::CreditsRequired,
            (false, _) => why,
        };
        Refusal {
            reason,
            until: (until != NEVER).then_some(Instant(until)),
        }
    }

    /// When the wallet would admit, as far as it can be known now.
    fn wallet_relief(&self, seat: usize, class: usize) -> Option<i64> {
        let spec = &self.spec.wallet;
        let spent = self.seats[seat].spent_month;
        let grants = self.spec.classes[class].grants;
        let (month, day) = (self.next_month(), self.next_day());
        self.wallet.relief_at(spec, spent, grants, month, day)
    }
}
