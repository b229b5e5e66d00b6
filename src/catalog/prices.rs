//! Prices of models: the raw table, its check, and what the rest of the program sees.
//!
//! The numbers live in `prices.toml`. Prices are read exactly and kept as whole pico-dollars per
//! token, so that a charge is an integer product.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;
use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;
use serde::Deserialize;

use super::dated::{self, CatalogError, Period, Provenance, RawDate};
use crate::base::money::Money;

/// A price of one million tokens in dollars is this many times as many pico-dollars per token.
const PICO_PER_TOKEN: i64 = 1_000_000;

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
        [self.input, self.write_5m, self.write_1h, self.read, self.output]
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

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawPrices {
    as_of: RawDate,
    sources: BTreeMap<String, String>,
    modifiers: RawModifiers,
    tokenizer: Vec<RawTokenizer>,
    model: Vec<RawModel>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawModifiers {
    batch: String,
    us_only: String,
    us_only_source: String,
    web_search_per_1000: String,
    code_execution_free_hours: u32,
    code_execution_per_hour: String,
    agent_session_per_hour: String,
    tool_use_tokens: u32,
    bash_tool_tokens: u32,
    text_editor_tool_tokens: u32,
    source: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawTokenizer {
    id: String,
    factor: String,
    low: String,
    high: String,
    provenance: Provenance,
    source: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawModel {
    id: String,
    name: String,
    family: String,
    api_names: Vec<String>,
    context_window: u32,
    tokenizer: String,
    #[serde(default)]
    us_only: bool,
    retired: Option<RawDate>,
    price: Vec<RawPrice>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawPrice {
    from: RawDate,
    until: Option<RawDate>,
    input: String,
    cache_write_5m: String,
    cache_write_1h: String,
    cache_read: String,
    output: String,
    #[serde(default)]
    departs: BTreeSet<Rule>,
    fast: Option<RawFast>,
    above: Option<RawAbove>,
    source: String,
}

/// The rules that tie cache prices to the input price.
#[derive(Clone, Copy, Deserialize, PartialEq, Eq, PartialOrd, Ord)]
#[serde(rename_all = "snake_case")]
enum Rule {
    #[serde(rename = "write_5m")]
    Write5m,
    #[serde(rename = "write_1h")]
    Write1h,
    Read,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawFast {
    factor: String,
    input: String,
    output: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawAbove {
    tokens: u32,
    input: String,
    cache_write_5m: String,
    cache_write_1h: String,
    cache_read: String,
    output: String,
}

/// Reads and checks the price table.
///
/// # Errors
/// The first problem, naming the entry: bad syntax, an unknown key, a price that is not whole in
/// pico-dollars, a departure from a rule that is not declared (or declared and not there), days
/// that overlap or leave a gap, a source that is not listed.
pub(super) fn load(text: &str) -> Result<(Vec<Model>, Modifiers), CatalogError> {
    let raw: RawPrices = toml::from_str(text).map_err(|e| CatalogError(format!("prices: {e}")))?;
    let as_of = dated::day(raw.as_of, "prices: as_of")?;
    let modifiers = modifiers(&raw)?;
    let tokenizers = tokenizers(&raw)?;
    let mut models: Vec<Model> = Vec::with_capacity(raw.model.len());
    for m in &raw.model {
        let at = format!("model {}", m.id);
        if models.iter().any(|other| {
            other.id == m.id || other.api_names.iter().any(|name| m.api_names.contains(name))
        }) {
            return Err(CatalogError(format!("{at}: its id or one of its names is taken")));
        }
        let tokenizer = tokenizers
            .get(&m.tokenizer)
            .ok_or_else(|| CatalogError(format!("{at}: no tokenizer is called \"{}\"", m.tokenizer)))?;
        let mut prices = Vec::with_capacity(m.price.len());
        for p in &m.price {
            let days = dated::period(p.from, p.until, &at)?;
            let at = format!("{at} from {}", days.from);
            let rates = read_rates([&p.input, &p.cache_write_5m, &p.cache_write_1h, &p.cache_read, &p.output], &at)?;
            check_rules(&rates, &p.departs, &at)?;
            prices.push(PriceEntry {
                model: m.id.clone(),
                family: m.family.clone(),
                rates,
                above: p.above.as_ref().map(|a| read_above(a, &p.departs, &at)).transpose()?,
                fast: p.fast.as_ref().map(|f| read_fast(f, &rates, &at)).transpose()?,
                batch_factor: modifiers.batch,
                us_only_factor: m.us_only.then_some(modifiers.us_only),
                tokenizer: tokenizer.clone(),
                context_window: m.context_window,
                from: days.from,
                until: days.until,
                as_of,
                source: dated::address(&raw.sources, &p.source, &at)?,
            });
        }
        let retired = m.retired.map(|d| dated::day(d, &at)).transpose()?;
        check_days(&prices, retired, &at)?;
        models.push(Model {
            id: m.id.clone(),
            name: m.name.clone(),
            family: m.family.clone(),
            api_names: m.api_names.clone(),
            retired,
            prices,
        });
    }
    Ok((models, modifiers))
}

fn modifiers(raw: &RawPrices) -> Result<Modifiers, CatalogError> {
    let (m, at) = (&raw.modifiers, "modifiers");
    let per_search = dated::decimal(&m.web_search_per_1000, at)?
        .checked_div(Decimal::from(1000))
        .and_then(Money::from_decimal);
    Ok(Modifiers {
        batch: dated::decimal(&m.batch, at)?,
        us_only: dated::decimal(&m.us_only, at)?,
        web_search: per_search
            .ok_or_else(|| CatalogError(format!("{at}: web_search_per_1000 is too exact")))?,
        code_execution_free_hours: m.code_execution_free_hours,
        code_execution_hour: dated::usd(&m.code_execution_per_hour, at)?,
        agent_session_hour: dated::usd(&m.agent_session_per_hour, at)?,
        tool_use_tokens: m.tool_use_tokens,
        bash_tool_tokens: m.bash_tool_tokens,
        text_editor_tool_tokens: m.text_editor_tool_tokens,
        sources: vec![
            dated::address(&raw.sources, &m.source, at)?,
            dated::address(&raw.sources, &m.us_only_source, at)?,
        ],
    })
}

fn tokenizers(raw: &RawPrices) -> Result<BTreeMap<String, Tokenizer>, CatalogError> {
    let mut all = BTreeMap::new();
    for t in &raw.tokenizer {
        let at = format!("tokenizer {}", t.id);
        let tokenizer = Tokenizer {
            id: t.id.clone(),
            factor: dated::decimal(&t.factor, &at)?,
            low: dated::decimal(&t.low, &at)?,
            high: dated::decimal(&t.high, &at)?,
            provenance: t.provenance,
            source: dated::address(&raw.sources, &t.source, &at)?,
        };
        if tokenizer.low > tokenizer.factor || tokenizer.factor > tokenizer.high || tokenizer.low.is_zero() {
            return Err(CatalogError(format!("{at}: needs 0 < low <= factor <= high")));
        }
        if all.insert(t.id.clone(), tokenizer).is_some() {
            return Err(CatalogError(format!("{at}: listed twice")));
        }
    }
    Ok(all)
}

/// Dollars per million tokens to whole pico-dollars per token.
fn read_rate(text: &str, at: &str) -> Result<i64, CatalogError> {
    let pico = dated::decimal(text, at)?.checked_mul(Decimal::from(PICO_PER_TOKEN));
    pico.filter(|p| p.fract().is_zero())
        .and_then(|p| p.to_i64())
        .ok_or_else(|| CatalogError(format!("{at}: \"{text}\" is not whole in pico-dollars per token")))
}

fn read_rates(texts: [&str; 5], at: &str) -> Result<Rates, CatalogError> {
    let [input, write_5m, write_1h, read, output] = texts.map(|t| read_rate(t, at));
    Ok(Rates { input: input?, write_5m: write_5m?, write_1h: write_1h?, read: read?, output: output? })
}

fn read_above(a: &RawAbove, departs: &BTreeSet<Rule>, at: &str) -> Result<Above, CatalogError> {
    let at = format!("{at}, above {} tokens", a.tokens);
    let texts = [&a.input, &a.cache_write_5m, &a.cache_write_1h, &a.cache_read, &a.output];
    let rates = read_rates(texts.map(String::as_str), &at)?;
    check_rules(&rates, departs, &at)?;
    Ok(Above { tokens: a.tokens, rates })
}

fn read_fast(f: &RawFast, rates: &Rates, at: &str) -> Result<Rates, CatalogError> {
    let fast = rates.scaled(dated::decimal(&f.factor, at)?);
    let published = (read_rate(&f.input, at)?, read_rate(&f.output, at)?);
    fast.filter(|r| (r.input, r.output) == published)
        .ok_or_else(|| CatalogError(format!("{at}: fast mode's factor does not give its published prices")))
}

/// A cache price off its rule must be declared, and a declared one must be off: both catch typing errors.
fn check_rules(r: &Rates, departs: &BTreeSet<Rule>, at: &str) -> Result<(), CatalogError> {
    let rules = [
        (Rule::Write5m, 4 * r.write_5m == 5 * r.input, "a 5-minute write is 1.25 x input"),
        (Rule::Write1h, r.write_1h == 2 * r.input, "a 1-hour write is 2 x input"),
        (Rule::Read, 10 * r.read == r.input, "a read is 0.1 x input"),
    ];
    for (rule, holds, words) in rules {
        if holds == departs.contains(&rule) {
            let problem = if holds { "holds although `departs` names it" } else { "is broken and not in `departs`" };
            return Err(CatalogError(format!("{at}: the rule that {words} {problem}")));
        }
    }
    Ok(())
}

fn check_days(prices: &[PriceEntry], retired: Option<Date>, at: &str) -> Result<(), CatalogError> {
    let last = prices.last().ok_or_else(|| CatalogError(format!("{at}: has no price")))?;
    if last.until != retired {
        return Err(CatalogError(format!("{at}: its last price must end with its retirement")));
    }
    for pair in prices.windows(2) {
        if pair[0].until != Some(pair[1].from) {
            return Err(CatalogError(format!("{at}: prices overlap or leave a gap at {}", pair[1].from)));
        }
    }
    Ok(())
}

impl Model {
    /// Days from the first price to retirement.
    pub fn life(&self) -> Option<Period> {
        self.prices.first().map(|p| Period { from: p.from, until: self.retired })
    }
}
