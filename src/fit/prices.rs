//! List prices of logged requests, for what the logs cost and what stands beside a simulation.

use std::collections::BTreeMap;

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use rust_decimal::prelude::ToPrimitive;

use crate::base::time::Instant;
use crate::catalog::{ApiModel, Catalog, PriceEntry, Rates};
use crate::logs::{Name, Names, Request};

/// The UTC day of an instant.
pub fn utc_day(at: Instant) -> Date {
    Timestamp::from_millisecond(at.0).map_or(Date::MIN, |t| TimeZone::UTC.to_datetime(t).date())
}

/// What is known of a model that a log names, on a day.
#[derive(Clone, Copy, Debug)]
pub struct Known {
    pub model: ApiModel<'static>,
    pub price: &'static PriceEntry,
}

/// A cost at list price, in pico-dollars.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Cost {
    pub all: i128,
    pub output: i128,
}

/// Looks names up once per day.
pub struct Prices<'a> {
    names: &'a Names,
    known: BTreeMap<(Name, Date), Option<Known>>,
}

impl<'a> Prices<'a> {
    pub fn new(names: &'a Names) -> Prices<'a> {
        Prices {
            names,
            known: BTreeMap::new(),
        }
    }

    /// The model of a name with the price of the day, or the nearest one outside its dates; `None`
    /// when the name is unknown.
    pub fn find(&mut self, name: Name, day: Date) -> Option<Known> {
        let names = self.names;
        *self.known.entry((name, day)).or_insert_with(|| {
            let model = Catalog::embedded().resolve(names.text(name))?;
            let (price, _) = model.model.nearest_price(day)?;
            Some(Known { model, price })
        })
    }

    /// What a request costs at list price; `None` when its price is unknown.
    pub fn cost(&mut self, r: &Request) -> Option<Cost> {
        let rates = self.rates(r)?;
        let of = |n: u64, rate: i64| i128::from(n).checked_mul(i128::from(rate));
        let tokens = [
            (r.tokens.input, rates.input),
            (r.tokens.cache_write_5m, rates.write_5m),
            (r.tokens.cache_write_1h, rates.write_1h),
            (r.tokens.cache_read, rates.read),
            (r.tokens.output, rates.output),
        ];
        let mut all = 0i128;
        for (n, rate) in tokens {
            all = all.checked_add(of(n, rate)?)?;
        }
        Some(Cost {
            all,
            output: of(r.tokens.output, rates.output)?,
        })
    }

    /// List prices of a request's tokens; `None` when they are unknown.
    pub fn rates(&mut self, r: &Request) -> Option<Rates> {
        let known = self.find(r.model, utc_day(r.at))?;
        let entry = known.price;
        let rates = if r.fast {
            entry.fast?
        } else {
            *entry.rates_for(r.tokens.context())
        };
        let factor = factor(&known, r);
        if factor == rust_decimal::Decimal::ONE {
            return Some(rates);
        }
        rates.scaled(factor)
    }
}

/// What multiplies the price: batches, inference pinned to a region.
fn factor(known: &Known, r: &Request) -> rust_decimal::Decimal {
    let mut factor = rust_decimal::Decimal::ONE;
    if r.batch {
        factor *= known.price.batch_factor;
    }
    if r.us_only || known.model.regional {
        factor *= known
            .price
            .us_only_factor
            .unwrap_or(rust_decimal::Decimal::ONE);
    }
    factor
}

/// Tokens of a model per token of the reference tokenizer.
pub fn tokenizer(known: Option<&Known>) -> f64 {
    let factor = known.and_then(|k| k.price.tokenizer.factor.to_f64());
    factor.filter(|f| *f > 0.0).unwrap_or(1.0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::logs::Tokens;

    #[test]
    fn prices_are_the_nearest_and_unknown_ones_are_none() {
        let mut names = Names::default();
        let (opus, other) = (names.add("claude-opus-4-5-20251101"), names.add("glm-4.7"));
        let mut request = Request {
            at: Instant(1_768_500_000_000),
            model: opus,
            tokens: Tokens {
                input: 1_000_000,
                output: 100_000,
                ..Tokens::default()
            },
            count: 1,
            ..Request::default()
        };
        let mut prices = Prices::new(&names);
        let cost = prices.cost(&request).unwrap();
        assert_eq!(
            (cost.all, cost.output),
            (7_500_000_000_000, 2_500_000_000_000)
        );
        // A day before the first price, the first one holds.
        request.at = Instant(0);
        assert_eq!(prices.cost(&request), Some(cost));
        request.model = other;
        assert_eq!(prices.cost(&request), None);
    }
}
