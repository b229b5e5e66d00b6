//! How time passes in the auditor: what is due at each instant, and in which order.

use burncast::account::Note;
use burncast::account::reason::Reason;
use burncast::account::spec::*;
use burncast::account::world::PurchaseKind;
use burncast::base::money::Money;
use burncast::base::time::Instant;

use super::accounts::{Happens, Keeps, Request, Says, outcome};
use super::auditor::{Auditor, Fact, Flight};

const CENT: i64 = 10_000_000_000;

impl Auditor<'_> {
    /// The earliest instant at which something is due.
    fn next(&self) -> i64 {
        let spec = &self.case.spec;
        let wallet = &spec.wallet;
        let at = |of: Option<&Instant>| of.map_or(i64::MAX, |t| t.0);
        let mut all = vec![
            at(spec.month_starts.get(self.count(|f| *f == Fact::Month))),
            at(spec.day_starts.get(self.count(|f| *f == Fact::Day))),
            self.scheduled().map_or(i64::MAX, |p| p.at.0),
            self.pending().map_or(i64::MAX, |p| p.0),
            self.retry().unwrap_or(i64::MAX),
        ];
        for seat in 0..spec.seats {
            for window in 0..spec.windows.len() {
                all.extend(self.period(seat, window).map(|p| p.0));
            }
        }
        all.extend(
            self.purse()
                .0
                .iter()
                .filter(|l| l.left > 0)
                .map(|l| l.expires),
        );
        all.extend(
            self.waiting_grants()
                .iter()
                .filter_map(|g| wallet.grants[*g].starts)
                .map(|s| s.0),
        );
        all.extend(self.top_ups.iter().map(|t| t.0));
        all.extend(self.flights.iter().map(|f| f.ends));
        all.into_iter().min().unwrap_or(i64::MAX)
    }

    fn scheduled(&self) -> Option<&Purchase> {
        let done = self.count(|f| {
            matches!(
                f,
                Fact::Bought {
                    kind: PurchaseKind::Scheduled,
                    ..
                }
            )
        });
        self.wallet().purchases.get(done)
    }

    fn waiting_grants(&self) -> Vec<usize> {
        let early = |g: &GrantSpec| g.starts.is_none_or(|s| s.0 <= super::accounts::START);
        (0..self.wallet().grants.len())
            .filter(|i| !early(&self.wallet().grants[*i]))
            .filter(|i| self.count(|f| *f == Fact::GrantStarted(*i)) == 0)
            .collect()
    }

    /// The automatic payment on its way: when, how much, whether it is declined.
    fn pending(&self) -> Option<(i64, i64, bool)> {
        let last = self.facts.iter().rev().find_map(|f| match f.1 {
            Fact::Triggered {
                at,
                amount,
                declined,
            } => Some(Some((at, amount, declined))),
            Fact::Declined
            | Fact::Bought {
                kind: PurchaseKind::Reload,
                ..
            } => Some(None),
            _ => None,
        });
        last.flatten()
    }

    /// When the card is tried again after a decline, if that is still to come.
    fn retry(&self) -> Option<i64> {
        let auto = self.wallet().auto_reload.as_ref()?;
        let last = self
            .facts
            .iter()
            .rfind(|f| matches!(f.1, Fact::Declined | Fact::Retried))?;
        (last.1 == Fact::Declined && self.auto_is_on()).then_some(last.0 + auto.retry.0)
    }

    fn auto_is_on(&self) -> bool {
        let Some(auto) = &self.wallet().auto_reload else {
            return false;
        };
        let bought = |f: &Fact| {
            matches!(
                f,
                Fact::Bought {
                    kind: PurchaseKind::Reload,
                    ..
                }
            )
        };
        let in_row = self
            .since(bought)
            .iter()
            .filter(|f| f.1 == Fact::Declined)
            .count();
        self.wallet().access == Access::On && auto.off_after.is_none_or(|n| in_row < n as usize)
    }

    fn process(&mut self, at: i64) {
        let spec = &self.case.spec;
        let due = |of: &[Instant], passed: usize| of.get(passed).is_some_and(|t| t.0 <= at);
        if due(&spec.month_starts, self.count(|f| *f == Fact::Month)) {
            self.write(at, Fact::Month);
            self.note(at, Note::MonthStarts);
            self.invoice(at);
            self.consider_reload(at);
        }
        if due(&spec.day_starts, self.count(|f| *f == Fact::Day)) {
            self.write(at, Fact::Day);
        }
        for seat in 0..spec.seats {
            for window in 0..spec.windows.len() {
                if self.period(seat, window).is_some_and(|p| p.0 <= at) {
                    self.write(at, Fact::Reset { seat, window });
                    self.note(at, Note::WindowResets { window, seat });
                }
            }
        }
        self.money_due(at);
        self.flights.sort_by_key(|f| f.ends);
        while let Some(f) = self.flights.first().copied().filter(|f| f.ends <= at) {
            self.flights.remove(0);
            self.post(f.ends, &f.request, f.wallet);
        }
    }

    /// Expiry, grants, purchases, money by hand, automatic payments.
    pub fn money_due(&mut self, at: i64) {
        let gone: i64 = self
            .purse()
            .0
            .iter()
            .filter(|l| l.expires <= at)
            .map(|l| l.left)
            .sum();
        if gone > 0 {
            self.write(at, Fact::Expired(gone));
            let balance = Money(self.balance());
            self.note(
                at,
                Note::Expired {
                    amount: Money(gone),
                    balance,
                },
            );
            self.note_if_dry(at);
        }
        for grant in self.waiting_grants() {
            let g = &self.wallet().grants[grant];
            if g.starts.is_some_and(|s| s.0 <= at) {
                let amount = g.amount;
                self.write(at, Fact::GrantStarted(grant));
                let balance = Money(self.balance());
                self.note(
                    at,
                    Note::GrantStarts {
                        grant,
                        amount,
                        balance,
                    },
                );
            }
        }
        while let Some(p) = self.scheduled().copied().filter(|p| p.at.0 <= at) {
            self.buy(at, PurchaseKind::Scheduled, p.pay.0, p.get.0);
        }
        while let Some(i) = self.top_ups.iter().position(|t| t.0 <= at) {
            let (_, pay, get) = self.top_ups.remove(i);
            self.buy(at, PurchaseKind::TopUp, pay, get);
        }
        match self.pending().filter(|p| p.0 <= at) {
            Some((_, _, true)) => {
                self.write(at, Fact::Declined);
                let attempt = self.count(|f| matches!(f, Fact::Triggered { .. })) as u32;
                self.note(at, Note::PaymentDeclined { attempt });
            }
            Some((_, amount, false)) => self.buy(at, PurchaseKind::Reload, amount, amount),
            None => {}
        }
        if self.retry().is_some_and(|t| t <= at) {
            self.write(at, Fact::Retried);
        }
        self.consider_reload(at);
    }

    /// Tax in whole cents, halves to even.
    fn tax(&self, pay: i64) -> i64 {
        let exact = i128::from(pay) * i128::from(self.wallet().tax_ppm) / 1_000_000;
        let (cents, rest) = (exact / i128::from(CENT), exact % i128::from(CENT) * 2);
        let up = rest > i128::from(CENT) || (rest == i128::from(CENT) && cents % 2 == 1);
        (cents as i64 + i64::from(up)) * CENT
    }

    fn buy(&mut self, at: i64, kind: PurchaseKind, pay: i64, get: i64) {
        let tax = self.tax(pay);
        self.write(
            at,
            Fact::Bought {
                kind,
                pay,
                get,
                tax,
            },
        );
        self.tell_purchase(at, kind, pay, get, tax);
    }

    fn tell_purchase(&mut self, at: i64, kind: PurchaseKind, pay: i64, get: i64, tax: i64) {
        let (pay, get, tax) = (Money(pay), Money(get), Money(tax));
        let balance = Money(self.balance());
        self.note(
            at,
            Note::Purchase {
                kind,
                pay,
                tax,
                get,
                balance,
            },
        );
    }

    fn invoice(&mut self, at: i64) {
        let cost = |f: &Fact| {
            if let Fact::Charged { cost, .. } = *f {
                cost
            } else {
                0
            }
        };
        let invoiced = |f: &Fact| matches!(f, Fact::Invoiced { .. });
        let pay: i64 = self.since(invoiced).iter().map(|f| cost(&f.1)).sum();
        if self.wallet().funding == Funding::Arrears && pay > 0 {
            let tax = self.tax(pay);
            self.write(at, Fact::Invoiced { pay, tax });
            self.tell_purchase(at, PurchaseKind::Invoice, pay, pay, tax);
        }
    }

    fn consider_reload(&mut self, at: i64) {
        let Some(auto) = &self.wallet().auto_reload else {
            return;
        };
        let balance = self.balance();
        let busy = self.pending().is_some() || self.retry().is_some();
        if !self.auto_is_on() || busy || balance >= auto.threshold.0 {
            return;
        }
        let amount = match auto.amount {
            ReloadAmount::Add(a) => a.0,
            ReloadAmount::To(to) => (to.0 - balance + CENT - 1).div_euclid(CENT) * CENT,
        };
        let bought: i64 = self
            .since(|f| *f == Fact::Month)
            .iter()
            .map(|f| match f.1 {
                Fact::Bought {
                    kind: PurchaseKind::Reload,
                    pay,
                    ..
                } => pay,
                _ => 0,
            })
            .sum();
        if auto.cap.is_some_and(|c| bought + amount > c.0) {
            let noted = |f: &(i64, Fact)| f.1 == Fact::CapNoted;
            if !self.since(|f| *f == Fact::Month).iter().any(noted) {
                self.write(at, Fact::CapNoted);
                self.note(
                    at,
                    Note::ReloadCapReached {
                        bought: Money(bought),
                    },
                );
            }
            return;
        }
        let attempt = self.count(|f| matches!(f, Fact::Triggered { .. })) as u32;
        let p = outcome(&self.case.payments, attempt);
        self.write(
            at,
            Fact::Triggered {
                at: at + p.delay_ms,
                amount,
                declined: p.declined,
            },
        );
        self.note(
            at,
            Note::ReloadTriggered {
                amount: Money(amount),
                balance: Money(balance),
            },
        );
    }

    fn post(&mut self, at: i64, r: &Request, wallet: bool) {
        let &Request {
            seat,
            class,
            cost,
            units,
            ..
        } = r;
        if !wallet {
            let scope = self.in_scope(class);
            let wet: Vec<usize> = scope
                .into_iter()
                .filter(|w| !self.is_dry(seat, *w))
                .collect();
            self.write(at, Fact::Used { seat, class, units });
            for window in wet {
                if self.is_dry(seat, window) {
                    self.note(at, Note::WindowEmpty { window, seat });
                }
            }
            return;
        }
        self.write(at, Fact::Charged { seat, class, cost });
        let prepaid = self.wallet().funding == Funding::Prepaid;
        let balance = Money(if prepaid { self.balance() } else { 0 });
        self.note(
            at,
            Note::Charged {
                cost: Money(cost),
                balance,
            },
        );
        self.note_if_dry(at);
        if prepaid {
            self.consider_reload(at);
        }
    }
}

impl Keeps for Auditor<'_> {
    fn advance(&mut self, now: i64) {
        while self.next() <= now {
            self.process(self.next());
        }
    }

    fn gate(&mut self, now: i64, seat: usize, class: usize) -> Says {
        let rules = self.case.spec.classes[class];
        if self.false_until > now {
            return Says::Refused(Reason::FalseRefusal);
        }
        if rules.plan {
            self.open_windows(now, seat, class);
        }
        let refused = self.wallet_refuses(seat, class);
        if self.wrong_until > now && refused.is_none() {
            return Says::Wallet;
        }
        let dry: Vec<usize> = self
            .in_scope(class)
            .into_iter()
            .filter(|w| self.is_dry(seat, *w))
            .collect();
        if rules.plan && dry.is_empty() {
            return Says::Plan;
        }
        let Some(why) = refused else {
            return Says::Wallet;
        };
        // With the toggle off, people read of the window that lets them wait longest.
        let until = |w: usize| self.period(seat, w).map_or(i64::MAX, |p| p.0);
        let longest = dry.iter().copied().rev().max_by_key(|w| until(*w));
        let off = matches!(self.wallet().access, Access::Off | Access::Impossible);
        Says::Refused(match longest.filter(|_| rules.plan) {
            _ if !off => why,
            Some(w) => Reason::Window(w as u8),
            None if rules.third_party => Reason::ThirdPartyNeedsCredits,
            None => Reason::CreditsRequired,
        })
    }

    fn charge(&mut self, now: i64, ends: i64, r: &Request, wallet: bool) {
        if ends > now {
            self.flights.push(Flight {
                ends,
                request: *r,
                wallet,
            });
        } else {
            self.post(now, r, wallet);
        }
    }

    fn happens(&mut self, _: i64, what: Happens) {
        match what {
            Happens::RefusesFalsely(until) => self.false_until = self.false_until.max(until),
            Happens::UsesWrongBucket(until) => self.wrong_until = self.wrong_until.max(until),
            Happens::TopUp(at, pay, get) => self.top_ups.push((at, pay.0, get.0)),
            Happens::EndsIncidents | Happens::Asks(_) => {}
        }
    }

    fn close(&mut self, end: i64) {
        self.flights.sort_by_key(|f| f.ends);
        for f in std::mem::take(&mut self.flights) {
            self.post(end, &f.request, f.wallet);
        }
        self.invoice(end);
    }

    fn rooms(&self, seat: usize) -> Vec<Option<i64>> {
        let all = 0..self.case.spec.windows.len();
        all.map(|w| self.period(seat, w).map(|p| p.1)).collect()
    }
}
