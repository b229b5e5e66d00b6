//! Prices of models: what the rest of the program sees of them.
//!
//! The numbers live in `prices.toml`; `prices_load.rs` reads them. Prices are read exactly and kept as whole pico-dollars per
//! token, so that a charge is an integer product.

use jiff::civil::Date;
use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;

use super::dated::{Period, Provenance};
use crate::base::money::Money;

/// Prices of the five token kinds, each in whole pico-dollars (1e-12 USD) per token, never negative.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Rates {
    /// Input that neither comes from a cache nor goes into one.
    pub input: i64,
    /// Input written to a cache that lives five minutes.
    pub write_5m: i64,
    /// Input written to a cache that lives one hour.
    pub write_1h: i64,
    /// Input read from a cache.
    pub read: i64,
    /// Output, thinking included.
    pub output: i64,
}

impl Rates {
    /// Every price times `factor`, exactly.
    ///
    /// Returns `None` when a product is not a whole number of pico-dollars, is negative or leaves
    /// the range: prices are never rounded.
    pub fn scaled(&self, factor: Decimal) -> Option<Rates> {
        let times = |rate: i64| {
            let product = Decimal::from(rate).checked_mul(factor)?;
            (product.fract().is_zero() && !product.is_sign_negative())
                .then(|| product.to_i64())
                .flatten()
        };
        Some(Rates {
            input: times(self.input)?,
            write_5m: times(self.write_5m)?,
            write_1h: times(self.write_1h)?,
            read: times(self.read)?,
            output: times(self.output)?,
        })
    }

    /// The five prices in USD per million tokens, in the order input, 5-minute write, 1-hour write,
    /// read, output: for tables.
    pub fn usd_per_million(&self) -> [Decimal; 5] {
        [
            self.input,
            self.write_5m,
            self.write_1h,
            self.read,
            self.output,
        ]
        .map(|rate| Decimal::new(rate, 6).normalize())
    }
}

/// The price of a request whose prompt is longer than a threshold; it holds for the whole request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Above {
    /// Longest prompt (input, writes and reads together) at the ordinary price, in tokens.
    pub tokens: u32,
    /// Prices beyond it.
    pub rates: Rates,
}

/// How many tokens a model makes of the text that is one token of the reference tokenizer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tokenizer {
    /// Name of the tokenizer; models that share it count the same text alike.
    pub id: String,
    /// Central value, ≥ 1 for the tokenizers known so far.
    pub factor: Decimal,
    /// Lower end of the published band.
    pub low: Decimal,
    /// Upper end of the published band.
    pub high: Decimal,
    /// Where the factor comes from.
    pub provenance: Provenance,
    /// Public address it was read from.
    pub source: String,
}

/// What a model costs during one period.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PriceEntry {
    /// The model's identifier, as in a scenario: `opus-5.5`.
    pub model: String,
    /// The model's family, which windows and plans speak of: `opus`, `sonnet`, `haiku`, `fable`.
    pub family: String,
    /// Ordinary prices.
    pub rates: Rates,
    /// Prices of long prompts, where they differ.
    pub above: Option<Above>,
    /// Prices of fast mode, where it is offered in this period.
    pub fast: Option<Rates>,
    /// What a batch costs, as a share of the ordinary price.
    pub batch_factor: Decimal,
    /// What pinning to the United States multiplies prices by; `None` where it is not offered.
    pub us_only_factor: Option<Decimal>,
    /// The model's tokenizer.
    pub tokenizer: Tokenizer,
    /// Longest prompt and output together, in tokens, without an opt-in.
    pub context_window: u32,
    /// First day of this price.
    pub from: Date,
    /// First day on which it no longer holds.
    pub until: Option<Date>,
    /// Day on which the table was last compared with its sources.
    pub as_of: Date,
    /// Public address the price was read from.
    pub source: String,
}

impl PriceEntry {
    /// The prices that hold for a request with `prompt` tokens (input, writes and reads together).
    pub fn rates_for(&self, prompt: u64) -> &Rates {
        match &self.above {
            Some(above) if prompt > u64::from(above.tokens) => &above.rates,
            _ => &self.rates,
        }
    }
}

/// A model and its prices over time.
#[derive(Clone, Debug)]
pub struct Model {
    /// Identifier in scenarios: `opus-5.5`.
    pub id: String,
    /// Name for people: `Opus 5.5`.
    pub name: String,
    /// Family: `opus`.
    pub family: String,
    /// Names in the vendor's interface and logs, without the date that may follow them.
    pub api_names: Vec<String>,
    /// First day on which it is gone, if that was announced.
    pub retired: Option<Date>,
    /// Prices, in order of time, without a gap; never empty.
    pub prices: Vec<PriceEntry>,
}

impl Model {
    /// The price that holds on a day, or the nearest one, and whether the day is outside the dates of
    /// all: that a request was served proves that the model was on sale. `None` only without prices.
    pub fn nearest_price(&self, day: Date) -> Option<(&PriceEntry, bool)> {
        let holds = |p: &&PriceEntry| p.from <= day && p.until.is_none_or(|until| day < until);
        if let Some(entry) = self.prices.iter().find(holds) {
            return Some((entry, false));
        }
        let entry = match self.prices.first() {
            Some(first) if day < first.from => Some(first),
            _ => self.prices.last(),
        };
        entry.map(|e| (e, true))
    }
}

impl Model {
    /// Days from the first price to retirement.
    pub fn life(&self) -> Option<Period> {
        self.prices.first().map(|p| Period {
            from: p.from,
            until: self.retired,
        })
    }
}

/// What applies on top of every model's price.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Modifiers {
    /// Share of the ordinary price that a batch costs.
    pub batch: Decimal,
    /// What pinning to the United States multiplies prices by.
    pub us_only: Decimal,
    /// One web search; fetching a page is free.
    pub web_search: Money,
    /// Hours of code execution that are free, per organisation and month.
    pub code_execution_free_hours: u32,
    /// One further hour of code execution.
    pub code_execution_hour: Money,
    /// One hour of a managed agent's session.
    pub agent_session_hour: Money,
    /// Tokens that any tool adds to a request's prompt.
    pub tool_use_tokens: u32,
    /// Tokens that the shell tool adds to it.
    pub bash_tool_tokens: u32,
    /// Tokens that the text editor tool adds to it.
    pub text_editor_tool_tokens: u32,
    /// Public addresses.
    pub sources: Vec<String>,
}
