//! Logged requests as the meters count them, added up over time.

use std::collections::BTreeMap;

use crate::account::Meter;
use crate::account::meter::METERS;
use crate::base::time::{Instant, Span};
use crate::catalog::{Catalog, PlanEntry, Scope};
use crate::fit::prices::{Prices, utc_day};
use crate::logs::{Logs, OutputCount, Request};

/// One number per meter preset, in the order of [`METERS`].
pub type PerMeter = [f64; METERS.len()];

/// A request that seems to last longer has rows that were written later.
const LONGEST: Span = Span::minutes(10);
/// A reading may be this much older or newer than what it counts.
const SLACK: Span = Span::seconds(15);

/// What no meter could count.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Uncounted {
    /// Requests of models without a price on their day, by the log's name of the model.
    pub unpriced: BTreeMap<String, u64>,
    /// Requests that the plan leaves to extra usage.
    pub on_credits: u64,
    /// Requests whose logged output is a placeholder: they count too little.
    pub placeholders: u64,
    /// Sums over a day or an hour: what fell into which window cannot be known.
    pub aggregates: u64,
}

/// A request in dollars of each meter.
#[derive(Clone, Copy, Debug)]
struct Use {
    at: Instant,
    ends: Instant,
    units: PerMeter,
}

/// Use over time, of the requests that draw on one window.
#[derive(Clone, Debug, Default)]
pub struct Uses {
    /// When each request was charged, ascending.
    ends: Vec<Instant>,
    /// Units of all requests before each; one more than there are requests.
    sums: Vec<PerMeter>,
    /// In the order of [`Uses::ends`].
    all: Vec<Use>,
    /// Starts of requests, ascending.
    starts: Vec<Instant>,
}

impl Uses {
    /// The requests that draw on a window of this scope. `on(day)` is the plan that held on a day.
    pub fn of(
        logs: &Logs,
        scope: &Scope,
        on: &mut dyn FnMut(Instant) -> Option<&'static PlanEntry>,
        left: &mut Uncounted,
    ) -> Uses {
        let mut prices = Prices::new(&logs.names);
        let mut all = Vec::new();
        for request in &logs.requests {
            if request.is_aggregate() {
                left.aggregates += 1;
                continue;
            }
            let name = logs.names.text(request.model);
            let known = Catalog::embedded().resolve(name).map(|m| m.model);
            let (id, family) = known.map_or((name, name), |m| (m.id.as_str(), m.family.as_str()));
            if !scope.covers(id, family) {
                continue;
            }
            if let Some(plan) = on(request.at)
                && on_credits(plan, request, id, family)
            {
                left.on_credits += 1;
                continue;
            }
            let Some(units) = units(&mut prices, request) else {
                *left.unpriced.entry(name.to_owned()).or_default() += 1;
                continue;
            };
            left.placeholders += u64::from(request.output == OutputCount::Placeholder);
            let ends = request.until.min(request.at + LONGEST).max(request.at);
            all.push(Use {
                at: request.at,
                ends,
                units,
            });
        }
        Uses::new(all)
    }

    fn new(mut all: Vec<Use>) -> Uses {
        all.sort_by_key(|u| (u.ends, u.at));
        let mut sums = vec![PerMeter::default()];
        let mut sum = PerMeter::default();
        for u in &all {
            sum = std::array::from_fn(|m| sum[m] + u.units[m]);
            sums.push(sum);
        }
        let mut starts: Vec<Instant> = all.iter().map(|u| u.at).collect();
        starts.sort_unstable();
        Uses {
            ends: all.iter().map(|u| u.ends).collect(),
            sums,
            all,
            starts,
        }
    }

    /// Starts of requests, ascending.
    pub fn starts(&self) -> &[Instant] {
        &self.starts
    }

    /// First and last instant of any use.
    pub fn span(&self) -> Option<(Instant, Instant)> {
        Some((*self.starts.first()?, *self.ends.last()?))
    }

    /// What was charged after `from`, up to and with `until`; dollars of each meter.
    pub fn between(&self, from: Instant, until: Instant) -> PerMeter {
        let (a, b) = (self.before(from), self.before(until));
        std::array::from_fn(|m| (b[m] - a[m]).max(0.0))
    }

    /// What may or may not be in a reading of that instant: requests on their way or just ended.
    pub fn near(&self, at: Instant) -> PerMeter {
        let from = self.ends.partition_point(|e| *e < before(at, SLACK));
        let mut sum = PerMeter::default();
        for u in self.all.get(from..).unwrap_or(&[]) {
            if u.ends > at + LONGEST {
                break;
            }
            if u.at <= at + SLACK {
                sum = std::array::from_fn(|m| sum[m] + u.units[m]);
            }
        }
        sum
    }

    /// Everything; dollars of each meter.
    pub fn total(&self) -> PerMeter {
        self.sums.last().copied().unwrap_or_default()
    }

    fn before(&self, at: Instant) -> PerMeter {
        let n = self.ends.partition_point(|e| *e <= at);
        self.sums.get(n).copied().unwrap_or_default()
    }
}

/// An instant this much earlier.
pub fn before(at: Instant, by: Span) -> Instant {
    Instant(at.0.saturating_sub(by.0))
}

fn on_credits(plan: &PlanEntry, r: &Request, id: &str, family: &str) -> bool {
    (r.fast && plan.fast_on_credits) || plan.needs_credits(id, family, r.tokens.context()).is_some()
}

/// Dollars of each meter.
fn units(prices: &mut Prices<'_>, r: &Request) -> Option<PerMeter> {
    let rates = prices.rates(r)?;
    let price = [
        rates.input,
        rates.write_5m,
        rates.write_1h,
        rates.read,
        rates.output,
    ];
    let t = &r.tokens;
    let tokens = [
        t.input,
        t.cache_write_5m,
        t.cache_write_1h,
        t.cache_read,
        t.output,
    ];
    Some(METERS.map(|meter: Meter| {
        let units = meter.units(price);
        let pairs = units.iter().zip(tokens);
        pairs.map(|(u, n)| *u as f64 * n as f64).sum::<f64>() / 1e12
    }))
}

/// The plan on the day of an instant, if its record goes back that far.
pub fn plan_on(plan: &str, at: Instant) -> Option<&'static PlanEntry> {
    Catalog::embedded().plan(plan, utc_day(at)).ok()
}
