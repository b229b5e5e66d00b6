//! A second account without cleverness: a list of facts, and sums over it at each question.

use burncast::account::Note;
use burncast::account::reason::Reason;
use burncast::account::spec::*;
use burncast::account::world::PurchaseKind;
use burncast::base::money::Money;
use burncast::base::time::Instant;

use super::accounts::{Case, Request, START};

/// Something that happened, in order.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Fact {
    Month,
    Day,
    Opened {
        seat: usize,
        window: usize,
        until: i64,
    },
    Reset {
        seat: usize,
        window: usize,
    },
    Used {
        seat: usize,
        class: usize,
        units: i64,
    },
    Charged {
        seat: usize,
        class: usize,
        cost: i64,
    },
    Triggered {
        at: i64,
        amount: i64,
        declined: bool,
    },
    Declined,
    Retried,
    CapNoted,
    Bought {
        kind: PurchaseKind,
        pay: i64,
        get: i64,
        tax: i64,
    },
    GrantStarted(usize),
    Expired(i64),
    Invoiced {
        pay: i64,
        tax: i64,
    },
}

/// A part of the money in the wallet.
#[derive(Clone, Copy, Debug)]
pub struct Lot {
    pub left: i64,
    pub expires: i64,
    grant: Option<usize>,
}

#[derive(Clone, Copy, Debug)]
pub struct Flight {
    pub ends: i64,
    pub request: Request,
    pub wallet: bool,
}

pub struct Auditor<'a> {
    pub(super) case: &'a Case,
    pub facts: Vec<(i64, Fact)>,
    pub notes: Vec<(Instant, Note)>,
    pub(super) flights: Vec<Flight>,
    /// Money bought by hand: arrives, pay, get.
    pub(super) top_ups: Vec<(i64, i64, i64)>,
    pub(super) false_until: i64,
    pub(super) wrong_until: i64,
}

impl<'a> Auditor<'a> {
    pub fn new(case: &'a Case) -> Auditor<'a> {
        let mut auditor = Auditor {
            case,
            facts: Vec::new(),
            notes: Vec::new(),
            flights: Vec::new(),
            top_ups: Vec::new(),
            false_until: i64::MIN,
            wrong_until: i64::MIN,
        };
        auditor.money_due(START);
        auditor
    }

    pub(super) fn wallet(&self) -> &'a WalletSpec {
        &self.case.spec.wallet
    }
    pub(super) fn write(&mut self, at: i64, fact: Fact) {
        self.facts.push((at, fact));
    }
    pub(super) fn note(&mut self, at: i64, note: Note) {
        self.notes.push((Instant(at), note));
    }
    pub(super) fn count(&self, is: impl Fn(&Fact) -> bool) -> usize {
        self.facts.iter().filter(|f| is(&f.1)).count()
    }
    /// The facts after the last one that `is`; all if there is none.
    pub(super) fn since(&self, is: impl Fn(&Fact) -> bool) -> &[(i64, Fact)] {
        let from = self.facts.iter().rposition(|f| is(&f.1));
        &self.facts[from.map_or(0, |i| i + 1)..]
    }
    pub fn sum(&self, of: impl Fn(&Fact) -> i64) -> i64 {
        self.facts.iter().map(|f| of(&f.1)).sum()
    }

    // Windows.

    /// Until when the period lasts (`None`: closed), and what is left in it.
    pub(super) fn period(&self, seat: usize, window: usize) -> Option<(i64, i64)> {
        let spec = &self.case.spec.windows[window];
        let begins = |f: &Fact| match *f {
            Fact::Opened {
                seat: s, window: w, ..
            }
            | Fact::Reset { seat: s, window: w } => (s, w) == (seat, window),
            _ => false,
        };
        let last = self.facts.iter().rfind(|f| begins(&f.1)).map(|f| f.1);
        let until = match (&spec.opens, last) {
            (Opens::FirstRequest { .. }, Some(Fact::Opened { until, .. })) => until,
            (Opens::FirstRequest { .. }, Some(_)) => return None,
            (Opens::FirstRequest { open_until, .. }, None) => open_until.as_ref()?.0,
            (Opens::Fixed { resets }, _) => {
                let passed = self.count(begins);
                resets.get(passed).map_or(i64::MAX, |r| r.0)
            }
        };
        let limit = self.case.limits[window];
        let before = if last.is_none() {
            (limit as f64 * spec.used) as i64
        } else {
            0
        };
        let used: i64 = self
            .since(begins)
            .iter()
            .map(|(_, f)| match *f {
                Fact::Used {
                    seat: s,
                    class,
                    units,
                } if s == seat && self.covers(class, window) => units,
                _ => 0,
            })
            .sum();
        Some((until, limit - before - used))
    }

    fn covers(&self, class: usize, window: usize) -> bool {
        self.case.spec.classes[class].windows >> window & 1 == 1
    }
    pub(super) fn is_dry(&self, seat: usize, window: usize) -> bool {
        self.period(seat, window).is_none_or(|p| p.1 <= 0)
    }
    pub(super) fn in_scope(&self, class: usize) -> Vec<usize> {
        (0..self.case.spec.windows.len())
            .filter(|w| self.covers(class, *w))
            .collect()
    }

    pub(super) fn open_windows(&mut self, now: i64, seat: usize, class: usize) {
        for window in self.in_scope(class) {
            let spec = &self.case.spec.windows[window];
            let Opens::FirstRequest { length, round, .. } = &spec.opens else {
                continue;
            };
            if self.period(seat, window).is_some() {
                continue;
            }
            let from = if round.0 > 0 {
                now / round.0 * round.0
            } else {
                now
            };
            let until = from + length.0;
            self.write(
                now,
                Fact::Opened {
                    seat,
                    window,
                    until,
                },
            );
            self.note(
                now,
                Note::WindowOpens {
                    window,
                    seat,
                    until: Instant(until),
                },
            );
        }
    }

    // Money.

    /// Lots in order of spending, and what is owed.
    pub(super) fn purse(&self) -> (Vec<Lot>, i64) {
        let spec = self.wallet();
        let life = |from: i64| spec.bought_life.map_or(i64::MAX, |l| from + l.0);
        let grant = |i: usize| Lot {
            left: spec.grants[i].amount.0,
            expires: spec.grants[i].expires.map_or(i64::MAX, |e| e.0),
            grant: Some(i),
        };
        let rank = |l: &Lot| match l.grant {
            Some(i) => (!spec.grants[i].promotional as u8, l.expires, i),
            None => (2, l.expires, 0),
        };
        let mut lots = vec![Lot {
            left: spec.balance.0,
            expires: life(START),
            grant: None,
        }];
        lots.extend(
            (0..spec.grants.len())
                .filter(|i| spec.grants[*i].starts.is_none_or(|s| s.0 <= START))
                .map(grant),
        );
        let mut owed = 0;
        for (at, fact) in &self.facts {
            match *fact {
                Fact::GrantStarted(i) => lots.push(grant(i)),
                Fact::Bought { get, .. } => {
                    let pays = owed.min(get);
                    owed -= pays;
                    lots.push(Lot {
                        left: get - pays,
                        expires: life(*at),
                        grant: None,
                    });
                }
                Fact::Expired(_) => lots.retain(|l| l.expires > *at),
                Fact::Charged {
                    class, mut cost, ..
                } if spec.funding == Funding::Prepaid => {
                    lots.sort_by_key(rank);
                    let eligible = self.case.spec.classes[class].grants;
                    for l in lots
                        .iter_mut()
                        .filter(|l| l.grant.is_none_or(|g| eligible >> g & 1 == 1))
                    {
                        let part = l.left.min(cost);
                        l.left -= part;
                        cost -= part;
                    }
                    owed += cost;
                }
                _ => {}
            }
        }
        (lots, owed)
    }

    pub fn balance(&self) -> i64 {
        let spec = self.wallet();
        let early = spec
            .grants
            .iter()
            .filter(|g| g.starts.is_none_or(|s| s.0 <= START));
        let opening = spec.balance.0 + early.map(|g| g.amount.0).sum::<i64>();
        opening
            + self.sum(|f| match *f {
                Fact::GrantStarted(i) => spec.grants[i].amount.0,
                Fact::Bought { get, .. } => get,
                Fact::Invoiced { pay, .. } => pay,
                Fact::Charged { cost, .. } => -cost,
                Fact::Expired(amount) => -amount,
                _ => 0,
            })
    }

    pub(super) fn wallet_refuses(&self, seat: usize, class: usize) -> Option<Reason> {
        let spec = self.wallet();
        match spec.access {
            Access::On => {}
            Access::Off | Access::Impossible => return Some(Reason::CreditsRequired),
            Access::OrganisationOff => return Some(Reason::OrganisationOff),
            Access::SeatTierOff => return Some(Reason::SeatTierOff),
            Access::MemberOff => return Some(Reason::MemberOff),
        }
        let spent = |facts: &[(i64, Fact)], of: Option<usize>| -> i64 {
            let cost = |f: &Fact| match *f {
                Fact::Charged { seat, cost, .. } if of.is_none_or(|s| s == seat) => cost,
                _ => 0,
            };
            facts.iter().map(|f| cost(&f.1)).sum()
        };
        let month = self.since(|f| *f == Fact::Month);
        let before = if self.count(|f| *f == Fact::Month) == 0 {
            spec.spent_before.0
        } else {
            0
        };
        let reached = |limit: Option<Money>, spent: i64| limit.is_some_and(|l| spent >= l.0);
        if reached(spec.monthly_limit, spent(month, None) + before) {
            Some(Reason::MonthlyLimit)
        } else if reached(spec.member_limit, spent(month, Some(seat))) {
            Some(Reason::MemberLimit)
        } else if reached(
            spec.daily_limit,
            spent(self.since(|f| *f == Fact::Day), None),
        ) {
            Some(Reason::DailyLimit)
        } else if spec.funding == Funding::Prepaid && !self.has_money(class) {
            Some(Reason::OutOfCredits)
        } else {
            None
        }
    }

    fn has_money(&self, class: usize) -> bool {
        let (lots, _) = self.purse();
        let eligible = self.case.spec.classes[class].grants;
        let pays = |l: &Lot| l.left > 0 && l.grant.is_none_or(|g| eligible >> g & 1 == 1);
        // What is owed comes out of the grants before they pay for anything else.
        self.balance() > 0 && lots.iter().any(pays)
    }

    fn wallet_is_dry(&self) -> bool {
        let dries = |n: &Note| matches!(n, Note::WalletEmpty);
        let fills = |n: &Note| match n {
            Note::Purchase { balance, .. } | Note::GrantStarts { balance, .. } => balance.0 > 0,
            _ => false,
        };
        match self.notes.iter().rfind(|n| dries(&n.1) || fills(&n.1)) {
            Some(n) => dries(&n.1),
            None => self.starts_dry(),
        }
    }

    fn starts_dry(&self) -> bool {
        let spec = self.wallet();
        let grants = spec
            .grants
            .iter()
            .any(|g| g.starts.is_none_or(|s| s.0 <= START));
        spec.access == Access::On
            && spec.funding == Funding::Prepaid
            && spec.balance.0 <= 0
            && !grants
    }

    pub(super) fn note_if_dry(&mut self, at: i64) {
        if self.wallet().funding == Funding::Prepaid && self.balance() <= 0 && !self.wallet_is_dry()
        {
            self.note(at, Note::WalletEmpty);
        }
    }

    /// How often and when first a pool ran dry, and for how long it was: window or wallet.
    pub fn dry_spells(&self, end: i64, window: Option<usize>) -> (i64, i64, i64) {
        let seats = if window.is_some() {
            self.case.spec.seats
        } else {
            1
        };
        let (mut first, mut times, mut empty) = (i64::MAX, 0, 0);
        for seat in 0..seats {
            let mut since = match window {
                Some(w) => self.starts_used_up(w).then_some(START),
                None => self.starts_dry().then_some(START),
            };
            for (at, note) in &self.notes {
                let dries = match (note, window) {
                    (Note::WindowEmpty { window: w, seat: s }, Some(x)) => (*w, *s) == (x, seat),
                    (Note::WalletEmpty, None) => true,
                    _ => false,
                };
                let fills = match (note, window) {
                    (Note::WindowResets { window: w, seat: s }, Some(x)) => (*w, *s) == (x, seat),
                    (Note::Purchase { balance, .. } | Note::GrantStarts { balance, .. }, None) => {
                        balance.0 > 0
                    }
                    _ => false,
                };
                if dries {
                    (first, times, since) = (first.min(at.0), times + 1, Some(at.0));
                } else if fills && let Some(from) = since.take() {
                    empty += at.0 - from;
                }
            }
            empty += since.map_or(0, |from| end - from);
        }
        (first, times, empty)
    }

    /// Whether a window is open and used up at the start.
    fn starts_used_up(&self, window: usize) -> bool {
        let spec = &self.case.spec.windows[window];
        let open = !matches!(
            spec.opens,
            Opens::FirstRequest {
                open_until: None,
                ..
            }
        );
        let limit = self.case.limits[window];
        open && limit - (limit as f64 * spec.used) as i64 <= 0
    }
}
