//! What logged requests cost at the list prices of their day.

use std::collections::BTreeMap;

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use rust_decimal::Decimal;
use rustc_hash::FxHashMap;

use crate::base::money::Money;
use crate::base::time::Instant;
use crate::catalog::{Catalog, Rates};
use crate::logs::{Name, Names, Request, Tokens};

/// Which cost counts where a log states one itself.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum CostFrom {
    /// The log's where it states one, else the list price.
    #[default]
    Auto,
    /// The list price, always.
    Recompute,
    /// The log's only; a request without one has no cost.
    Logged,
}

/// Prices requests, and remembers which could not be priced.
pub struct Pricer<'a> {
    catalog: &'a Catalog,
    from: CostFrom,
    known: FxHashMap<Key, Option<Prices>>,
    /// Of the request before: mostly the next one's too.
    last: Option<(Key, Option<Prices>)>,
    /// Requests without a price, by the model's name in the log.
    pub unpriced: BTreeMap<String, u64>,
    /// Requests outside the dates of their model's prices, by the model's name in the log: the
    /// nearest price was taken.
    pub outside: BTreeMap<String, u64>,
}

/// Model, UTC day and mode.
type Key = (Name, i64, u8);

/// Prices of one model on one day in one mode.
#[derive(Clone, Copy)]
struct Prices {
    ordinary: Rates,
    /// Longest prompt at the ordinary price, and the prices beyond it.
    above: Option<(u64, Rates)>,
    outside: bool,
}

const DAY_MS: i64 = 86_400_000;
const FAST: u8 = 1;
const BATCH: u8 = 2;
const US_ONLY: u8 = 4;

impl<'a> Pricer<'a> {
    pub fn new(catalog: &'a Catalog, from: CostFrom) -> Pricer<'a> {
        Pricer {
            catalog,
            from,
            known: FxHashMap::default(),
            last: None,
            unpriced: BTreeMap::new(),
            outside: BTreeMap::new(),
        }
    }

    /// The cost of a request; `None` when it has no price, which is noted.
    pub fn cost(&mut self, names: &Names, request: &Request) -> Option<Money> {
        let logged = match self.from {
            CostFrom::Recompute => None,
            CostFrom::Auto | CostFrom::Logged => request.logged_cost,
        };
        let cost = match (logged, self.from) {
            (None, CostFrom::Auto | CostFrom::Recompute) => {
                self.list_price(names, request).map(|(cost, _)| cost)
            }
            (logged, _) => logged,
        };
        if cost.is_none() {
            note(&mut self.unpriced, names.text(request.model), request.count);
        }
        cost
    }

    /// The list price of a request, web searches included, and the prices per token behind it.
    /// `None` for a model without any, which is not noted here.
    pub fn list_price(&mut self, names: &Names, request: &Request) -> Option<(Money, Rates)> {
        let prices = self.prices(names, request)?;
        if prices.outside {
            note(&mut self.outside, names.text(request.model), request.count);
        }
        let rates = match prices.above {
            // A sum of requests says nothing about the length of each.
            Some((longest, above))
                if !request.is_aggregate() && request.tokens.context() > longest =>
            {
                above
            }
            _ => prices.ordinary,
        };
        let searches = i128::from(self.catalog.modifiers().web_search.0)
            .checked_mul(i128::from(request.web_searches))?;
        let total = charge(&rates, &request.tokens).checked_add(searches)?;
        Some((Money(i64::try_from(total).ok()?), rates))
    }

    /// The price of one token of a request's output, pico-dollars.
    pub fn output_rate(&mut self, names: &Names, request: &Request) -> Option<i64> {
        self.prices(names, request).map(|p| p.ordinary.output)
    }

    fn prices(&mut self, names: &Names, request: &Request) -> Option<Prices> {
        let flags = u8::from(request.fast) * FAST
            + u8::from(request.batch) * BATCH
            + u8::from(request.us_only) * US_ONLY;
        let key = (request.model, request.at.0.div_euclid(DAY_MS), flags);
        if let Some((_, prices)) = self.last.filter(|l| l.0 == key) {
            return prices;
        }
        let catalog = self.catalog;
        let prices = *self
            .known
            .entry(key)
            .or_insert_with(|| prices_of(catalog, names.text(request.model), request.at, flags));
        self.last = Some((key, prices));
        prices
    }
}

fn note(list: &mut BTreeMap<String, u64>, model: &str, requests: u32) {
    if let Some(n) = list.get_mut(model) {
        *n += u64::from(requests.max(1));
    } else {
        list.insert(model.to_owned(), u64::from(requests.max(1)));
    }
}

/// Tokens times prices, pico-dollars.
pub fn charge(rates: &Rates, t: &Tokens) -> i128 {
    [
        (rates.input, t.input),
        (rates.write_5m, t.cache_write_5m),
        (rates.write_1h, t.cache_write_1h),
        (rates.read, t.cache_read),
        (rates.output, t.output),
    ]
    .map(|(rate, tokens)| i128::from(rate) * i128::from(tokens))
    .iter()
    .sum()
}

fn prices_of(catalog: &Catalog, name: &str, at: Instant, flags: u8) -> Option<Prices> {
    let found = catalog.resolve(name)?;
    let (entry, outside) = found.model.nearest_price(day(at)?)?;
    let fast = entry.fast.filter(|_| flags & FAST != 0);
    let mut factor = Decimal::ONE;
    if flags & BATCH != 0 {
        factor = factor.checked_mul(entry.batch_factor)?;
    }
    if flags & US_ONLY != 0 || found.regional {
        factor = factor.checked_mul(entry.us_only_factor.unwrap_or(Decimal::ONE))?;
    }
    let above = match (&entry.above, fast) {
        (Some(above), None) => Some((u64::from(above.tokens), above.rates.scaled(factor)?)),
        _ => None,
    };
    Some(Prices {
        ordinary: fast.unwrap_or(entry.rates).scaled(factor)?,
        above,
        outside,
    })
}

/// The UTC day of an instant.
fn day(at: Instant) -> Option<Date> {
    let at = Timestamp::from_millisecond(at.0).ok()?;
    Some(TimeZone::UTC.to_datetime(at).date())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn request(names: &mut Names, model: &str) -> Request {
        Request {
            // 2026-10-05T10:00Z
            at: Instant(1_791_194_400_000),
            model: names.add(model),
            tokens: Tokens {
                input: 10,
                cache_write_5m: 100,
                cache_write_1h: 0,
                cache_read: 1000,
                output: 160,
            },
            count: 1,
            ..Request::default()
        }
    }

    fn price(change: impl Fn(&mut Request), model: &str, from: CostFrom) -> Option<Money> {
        let mut names = Names::default();
        let mut r = request(&mut names, model);
        change(&mut r);
        Pricer::new(Catalog::embedded(), from).cost(&names, &r)
    }

    fn usd(text: &str) -> Option<Money> {
        Money::from_decimal(text.parse().ok()?)
    }

    #[test]
    fn a_request_costs_its_tokens_at_list_price() {
        let sonnet = "claude-sonnet-4-6";
        // 10 × 3 + 100 × 3.75 + 1000 × 0.30 + 160 × 15 dollars per million.
        assert_eq!(price(|_| {}, sonnet, CostFrom::Auto), usd("0.003105"));
        let searches = |r: &mut Request| r.web_searches = 100;
        assert_eq!(price(searches, sonnet, CostFrom::Auto), usd("1.003105"));
        let batch = |r: &mut Request| r.batch = true;
        assert_eq!(price(batch, sonnet, CostFrom::Auto), usd("0.0015525"));
    }

    #[test]
    fn a_stated_cost_counts_as_asked() {
        let stated = |r: &mut Request| r.logged_cost = Some(Money::cents(125));
        let sonnet = "claude-sonnet-4-6";
        assert_eq!(price(stated, sonnet, CostFrom::Auto), usd("1.25"));
        assert_eq!(price(stated, sonnet, CostFrom::Logged), usd("1.25"));
        assert_eq!(price(stated, sonnet, CostFrom::Recompute), usd("0.003105"));
        assert_eq!(price(|_| {}, sonnet, CostFrom::Logged), None);
    }

    #[test]
    fn an_unknown_model_is_noted_and_never_free() {
        let mut names = Names::default();
        let r = request(&mut names, "deepseek-chat");
        let mut pricer = Pricer::new(Catalog::embedded(), CostFrom::Auto);
        assert_eq!(pricer.cost(&names, &r), None);
        assert_eq!(
            pricer.unpriced,
            BTreeMap::from([("deepseek-chat".to_owned(), 1)])
        );
    }

    #[test]
    fn an_impossible_number_of_tokens_has_no_price() {
        let far = |r: &mut Request| r.tokens.output = u64::MAX;
        assert_eq!(price(far, "claude-sonnet-4-6", CostFrom::Auto), None);
    }

    /// A day before the first price the first one holds, and it is said.
    #[test]
    fn the_nearest_price_holds_outside_the_dates() {
        let mut names = Names::default();
        let mut r = request(&mut names, "claude-sonnet-4-6");
        r.at = Instant(0);
        let mut pricer = Pricer::new(Catalog::embedded(), CostFrom::Auto);
        assert!(pricer.cost(&names, &r).is_some());
        assert_eq!(pricer.outside.len(), 1);
    }
}
