//! Streams of requests that any account can be driven with, and the program's account to drive.

use burncast::account::ledger::Posting;
use burncast::account::reason::{Reason, WINDOWS_MAX};
use burncast::account::spec::AccountSpec;
use burncast::account::{Account, Note, Payment, Verdict, World};
use burncast::base::money::Money;
use burncast::base::time::Instant;

pub const MINUTE: i64 = 60_000;
pub const HOUR: i64 = 60 * MINUTE;
pub const DAY: i64 = 24 * HOUR;
pub const START: i64 = 20_000 * DAY;
pub const END: i64 = START + 40 * DAY;

#[derive(Clone, Copy, Debug)]
pub struct Request {
    pub at: i64,
    pub lasts: i64,
    pub class: usize,
    pub seat: usize,
    pub cost: i64,
    pub units: i64,
}

#[derive(Clone, Copy, Debug)]
pub enum Happens {
    EndsIncidents,
    RefusesFalsely(i64),
    UsesWrongBucket(i64),
    /// Money by hand: arrives, pay, get.
    TopUp(i64, Money, Money),
    Asks(Request),
}

/// An account and all that comes its way.
#[derive(Clone, Debug)]
pub struct Case {
    pub spec: AccountSpec,
    pub limits: [i64; WINDOWS_MAX],
    pub payments: Vec<Payment>,
    pub events: Vec<(i64, Happens)>,
}

/// What the gate said, without the instant of relief.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Says {
    Plan,
    Wallet,
    Refused(Reason),
}

/// Anything that keeps an account.
pub trait Keeps {
    fn advance(&mut self, now: i64);
    fn gate(&mut self, now: i64, seat: usize, class: usize) -> Says;
    /// Charges at `ends`; at once when that is `now`.
    fn charge(&mut self, now: i64, ends: i64, r: &Request, wallet: bool);
    fn happens(&mut self, now: i64, what: Happens);
    fn close(&mut self, end: i64);
    /// What is left in each window of a seat; `None` while it is closed.
    fn rooms(&self, seat: usize) -> Vec<Option<i64>>;
}

/// Drives an account through a case; the verdicts in order.
pub fn drive(keeper: &mut impl Keeps, case: &Case) -> Vec<(Says, Vec<Option<i64>>)> {
    let mut verdicts = Vec::new();
    for &(at, what) in &case.events {
        keeper.advance(at);
        let Happens::Asks(r) = what else {
            keeper.happens(at, what);
            continue;
        };
        let says = keeper.gate(at, r.seat, r.class);
        if !matches!(says, Says::Refused(_)) {
            keeper.charge(at, at + r.lasts, &r, says == Says::Wallet);
        }
        verdicts.push((says, keeper.rooms(r.seat)));
    }
    keeper.advance(END - 1);
    keeper.close(END);
    verdicts
}

/// Writes down what an account tells.
#[derive(Clone, Debug, Default)]
pub struct Recorder {
    pub payments: Vec<Payment>,
    pub notes: Vec<(Instant, Note)>,
}

impl World for Recorder {
    fn payment(&mut self, attempt: u32, _: Instant) -> Payment {
        outcome(&self.payments, attempt)
    }
    fn note(&mut self, at: Instant, note: Note) {
        self.notes.push((at, note));
    }
}

/// The outcome of a payment attempt.
pub fn outcome(payments: &[Payment], attempt: u32) -> Payment {
    payments[attempt as usize % payments.len()]
}

/// The account of the program with its recorder.
#[derive(Clone)]
pub struct Real<'a> {
    pub account: Account<'a>,
    pub world: Recorder,
}

impl<'a> Real<'a> {
    pub fn new(case: &'a Case) -> Real<'a> {
        let world = Recorder {
            payments: case.payments.clone(),
            notes: Vec::new(),
        };
        let mut real = Real {
            account: Account::new(&case.spec, Instant(START), case.limits),
            world,
        };
        real.account.open(Instant(START), &mut real.world);
        real
    }

    pub fn ask(&mut self, now: i64, seat: usize, class: usize) -> Verdict {
        self.account
            .gate(Instant(now), seat, class, &mut self.world)
    }

    pub fn total(&self, of: Posting) -> i64 {
        self.account.wallet.ledger.total(of).0
    }

    pub fn balance(&self) -> i64 {
        self.account.wallet.balance().0
    }
}

pub fn says(v: Verdict) -> Says {
    match v {
        Verdict::Plan => Says::Plan,
        Verdict::Wallet => Says::Wallet,
        Verdict::Refused(r) => Says::Refused(r.reason),
    }
}

impl Keeps for Real<'_> {
    fn advance(&mut self, now: i64) {
        self.account.advance(Instant(now), &mut self.world);
    }
    fn gate(&mut self, now: i64, seat: usize, class: usize) -> Says {
        says(self.ask(now, seat, class))
    }
    fn charge(&mut self, now: i64, ends: i64, r: &Request, wallet: bool) {
        let amount = if wallet { r.cost } else { r.units };
        let (a, w, at) = (&mut self.account, &mut self.world, Instant(ends));
        match (ends > now, wallet) {
            (true, _) => a.begin(at, r.seat, r.class, wallet, amount),
            (false, true) => a.post_wallet(at, r.seat, r.class, amount, w),
            (false, false) => a.post_plan(at, r.seat, r.class, amount, w),
        }
    }
    fn happens(&mut self, now: i64, what: Happens) {
        match what {
            Happens::EndsIncidents => self.account.end_incidents(Instant(now)),
            Happens::RefusesFalsely(until) => self.account.refuse_falsely(Instant(until)),
            Happens::UsesWrongBucket(until) => self.account.use_wrong_bucket(Instant(until)),
            Happens::TopUp(at, pay, get) => self.account.top_up(Instant(at), pay, get),
            Happens::Asks(_) => {}
        }
    }
    fn close(&mut self, end: i64) {
        self.account.close(Instant(end), &mut self.world);
    }
    fn rooms(&self, seat: usize) -> Vec<Option<i64>> {
        let s = &self.account.seats[seat];
        let count = self.account.spec.windows.len();
        (0..count).map(|w| s.open[w].then_some(s.room[w])).collect()
    }
}
