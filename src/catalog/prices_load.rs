//! Reads `prices.toml` and checks it.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;
use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;
use serde::Deserialize;

use super::dated::{self, CatalogError, Provenance, RawDate};
use super::prices::{Above, Model, Modifiers, PriceEntry, Rates, Tokenizer};
use crate::base::money::Money;

/// A price of one million tokens in dollars is this many times as many pico-dollars per token.
const PICO_PER_TOKEN: i64 = 1_000_000;

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
        let taken = |other: &Model| {
            other.id == m.id
                || other
                    .api_names
                    .iter()
                    .any(|name| m.api_names.contains(name))
        };
        if models.iter().any(taken) {
            return Err(CatalogError(format!(
                "model {}: its id or one of its names is taken",
                m.id
            )));
        }
        models.push(model(m, &raw.sources, &modifiers, &tokenizers, as_of)?);
    }
    Ok((models, modifiers))
}

fn model(
    m: &RawModel,
    sources: &BTreeMap<String, String>,
    modifiers: &Modifiers,
    tokenizers: &BTreeMap<String, Tokenizer>,
    as_of: Date,
) -> Result<Model, CatalogError> {
    let at = format!("model {}", m.id);
    let tokenizer = tokenizers
        .get(&m.tokenizer)
        .ok_or_else(|| CatalogError(format!("{at}: no tokenizer is called \"{}\"", m.tokenizer)))?;
    let mut prices = Vec::with_capacity(m.price.len());
    for p in &m.price {
        let days = dated::period(p.from, p.until, &at)?;
        let at = format!("{at} from {}", days.from);
        let texts = [
            &p.input,
            &p.cache_write_5m,
            &p.cache_write_1h,
            &p.cache_read,
            &p.output,
        ];
        let rates = read_rates(texts.map(String::as_str), &at)?;
        check_rules(&rates, &p.departs, &at)?;
        prices.push(PriceEntry {
            model: m.id.clone(),
            family: m.family.clone(),
            rates,
            above: p
                .above
                .as_ref()
                .map(|a| read_above(a, &p.departs, &at))
                .transpose()?,
            fast: p
                .fast
                .as_ref()
                .map(|f| read_fast(f, &rates, &at))
                .transpose()?,
            batch_factor: modifiers.batch,
            us_only_factor: m.us_only.then_some(modifiers.us_only),
            tokenizer: tokenizer.clone(),
            context_window: m.context_window,
            from: days.from,
            until: days.until,
            as_of,
            source: dated::address(sources, &p.source, &at)?,
        });
    }
    let retired = m.retired.map(|d| dated::day(d, &at)).transpose()?;
    check_days(&prices, retired, &at)?;
    Ok(Model {
        id: m.id.clone(),
        name: m.name.clone(),
        family: m.family.clone(),
        api_names: m.api_names.clone(),
        retired,
        prices,
    })
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
        if tokenizer.low > tokenizer.factor
            || tokenizer.factor > tokenizer.high
            || tokenizer.low.is_zero()
        {
            return Err(CatalogError(format!(
                "{at}: needs 0 < low <= factor <= high"
            )));
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
        .ok_or_else(|| {
            CatalogError(format!(
                "{at}: \"{text}\" is not whole in pico-dollars per token"
            ))
        })
}

fn read_rates(texts: [&str; 5], at: &str) -> Result<Rates, CatalogError> {
    let [input, write_5m, write_1h, read, output] = texts.map(|t| read_rate(t, at));
    Ok(Rates {
        input: input?,
        write_5m: write_5m?,
        write_1h: write_1h?,
        read: read?,
        output: output?,
    })
}

fn read_above(a: &RawAbove, departs: &BTreeSet<Rule>, at: &str) -> Result<Above, CatalogError> {
    let at = format!("{at}, above {} tokens", a.tokens);
    let texts = [
        &a.input,
        &a.cache_write_5m,
        &a.cache_write_1h,
        &a.cache_read,
        &a.output,
    ];
    let rates = read_rates(texts.map(String::as_str), &at)?;
    check_rules(&rates, departs, &at)?;
    Ok(Above {
        tokens: a.tokens,
        rates,
    })
}

fn read_fast(f: &RawFast, rates: &Rates, at: &str) -> Result<Rates, CatalogError> {
    let fast = rates.scaled(dated::decimal(&f.factor, at)?);
    let published = (read_rate(&f.input, at)?, read_rate(&f.output, at)?);
    fast.filter(|r| (r.input, r.output) == published)
        .ok_or_else(|| {
            CatalogError(format!(
                "{at}: fast mode's factor does not give its published prices"
            ))
        })
}

/// A cache price off its rule must be declared, and a declared one must be off: both catch typing errors.
fn check_rules(r: &Rates, departs: &BTreeSet<Rule>, at: &str) -> Result<(), CatalogError> {
    let rules = [
        (
            Rule::Write5m,
            4 * r.write_5m == 5 * r.input,
            "a 5-minute write is 1.25 x input",
        ),
        (
            Rule::Write1h,
            r.write_1h == 2 * r.input,
            "a 1-hour write is 2 x input",
        ),
        (Rule::Read, 10 * r.read == r.input, "a read is 0.1 x input"),
    ];
    for (rule, holds, words) in rules {
        if holds == departs.contains(&rule) {
            let problem = if holds {
                "holds although `departs` names it"
            } else {
                "is broken and not in `departs`"
            };
            return Err(CatalogError(format!(
                "{at}: the rule that {words} {problem}"
            )));
        }
    }
    Ok(())
}

fn check_days(prices: &[PriceEntry], retired: Option<Date>, at: &str) -> Result<(), CatalogError> {
    let last = prices
        .last()
        .ok_or_else(|| CatalogError(format!("{at}: has no price")))?;
    if last.until != retired {
        return Err(CatalogError(format!(
            "{at}: its last price must end with its retirement"
        )));
    }
    for pair in prices.windows(2) {
        if pair[0].until != Some(pair[1].from) {
            return Err(CatalogError(format!(
                "{at}: prices overlap or leave a gap at {}",
                pair[1].from
            )));
        }
    }
    Ok(())
}
