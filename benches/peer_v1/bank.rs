//! The wallet of the lean model and where its payments come from.

use burncast::account::spec::{Access, AutoReload, Funding, ReloadAmount, WalletSpec};
use burncast::account::{Note, Payment, World};
use burncast::base::law::Draw;
use burncast::base::money::Money;
use burncast::base::stream::{Purpose, Stream};
use burncast::base::time::{Instant, Span};

const ARRIVES_MS: i64 = 300_000;
const FAILS: f64 = 0.03;
const FAILED_MS: i64 = 3_600_000;

/// Where payments come from.
pub struct Bank {
    pub seed: u64,
    pub trial: u64,
    pub cap_reached: bool,
}

impl World for Bank {
    fn payment(&mut self, attempt: u32, _: Instant) -> Payment {
        let index = u64::from(attempt);
        let mut rng = Stream::open(self.seed, Purpose::Payment, self.trial, 0, index);
        let declined = rng.chance(FAILS);
        Payment {
            delay_ms: if declined { FAILED_MS } else { ARRIVES_MS },
            declined,
        }
    }

    fn note(&mut self, _: Instant, note: Note) {
        if let Note::ReloadCapReached { .. } = note {
            self.cap_reached = true;
        }
    }
}

pub fn wallet() -> WalletSpec {
    WalletSpec {
        access: Access::On,
        funding: Funding::Prepaid,
        label: "Wallet".into(),
        balance: Money::usd(40),
        grants: Vec::new(),
        monthly_limit: None,
        member_limit: None,
        daily_limit: None,
        spent_before: Money::ZERO,
        auto_reload: Some(AutoReload {
            threshold: Money::usd(10),
            amount: ReloadAmount::Add(Money::usd(25)),
            cap: Some(Money::usd(150)),
            delay: Draw::constant(0.0),
            decline: 0.0,
            // The account's events are looked at when a request comes, so the next attempt after a
            // failed one starts with the first request after it.
            retry: Span::ZERO,
            off_after: None,
        }),
        purchases: Vec::new(),
        tax_ppm: 0,
        bought_life: None,
        top_up_delay: Draw::constant(0.0),
    }
}
