//! A sum of requests.

use rust_decimal::Decimal;

use crate::base::money::{Money, PICO_PER_USD};
use crate::base::time::Instant;
use crate::logs::{Request, Tokens};

/// Requests, tokens and dollars of a group.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Sum {
    /// Requests; those inside aggregates count as far as their source says how many they were.
    pub requests: u64,
    pub sessions: u64,
    pub tokens: Tokens,
    pub web_searches: u64,
    /// Cost of the requests that have a price, pico-dollars.
    pub cost: i128,
    /// Requests without a price: they are not in `cost`.
    pub unpriced: u64,
    /// First and last time of a row.
    pub first: Option<Instant>,
    pub last: Option<Instant>,
}

impl Sum {
    pub(super) fn add(&mut self, r: &Request, cost: Option<Money>) {
        self.requests += u64::from(r.count);
        self.tokens = self.tokens.plus(r.tokens);
        self.web_searches += u64::from(r.web_searches);
        match cost {
            Some(cost) => self.cost += i128::from(cost.0),
            None => self.unpriced += u64::from(r.count.max(1)),
        }
        self.first = Some(self.first.map_or(r.at, |f| f.min(r.at)));
        self.last = Some(self.last.map_or(r.until, |l| l.max(r.until)));
    }

    /// Adds another group; sessions of both may be the same and are left alone.
    pub(super) fn join(&mut self, o: &Sum) {
        self.requests += o.requests;
        self.tokens = self.tokens.plus(o.tokens);
        self.web_searches += o.web_searches;
        self.cost += o.cost;
        self.unpriced += o.unpriced;
        self.first = [self.first, o.first].into_iter().flatten().min();
        self.last = self.last.max(o.last);
    }

    /// Dollars, exactly; `None` when nothing in it has a price.
    pub fn dollars(&self) -> Option<Decimal> {
        if self.cost == 0 && self.unpriced > 0 {
            return None;
        }
        Decimal::try_from_i128_with_scale(self.cost, 12)
            .ok()
            .map(|d| d.normalize())
    }

    /// Dollars as an estimate, for shares and sentences.
    pub fn usd(&self) -> f64 {
        self.cost as f64 / PICO_PER_USD as f64
    }
}
