//! What every dated table needs: periods, and exact numbers out of text.

use std::fmt;

use jiff::civil::Date;
use rust_decimal::Decimal;
use serde::Deserialize;

use crate::base::money::Money;

/// A catalogue that cannot be used, in words for whoever edits the data.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CatalogError(pub String);

impl fmt::Display for CatalogError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for CatalogError {}

/// Where a number comes from, shown wherever the number matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Provenance {
    /// Published by the vendor.
    Official,
    /// Worked out from measurements.
    Fitted,
    /// Nobody measured it; scaled from something else.
    Assumed,
}

impl fmt::Display for Provenance {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Provenance::Official => "official",
            Provenance::Fitted => "fitted",
            Provenance::Assumed => "assumed",
        })
    }
}

/// Days on which an entry holds: `from` included, `until` not; open when `until` is `None`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Period {
    /// First day.
    pub from: Date,
    /// First day on which the entry no longer holds.
    pub until: Option<Date>,
}

impl Period {
    /// Whether the entry holds on `date`.
    pub fn contains(&self, date: Date) -> bool {
        self.from <= date && self.until.is_none_or(|end| date < end)
    }
}

/// A day as TOML writes it, without quotes.
#[derive(Clone, Copy, Deserialize)]
#[serde(transparent)]
pub(super) struct RawDate(toml::value::Datetime);

impl RawDate {
    fn read(self, at: &str) -> Result<Date, CatalogError> {
        let day = match (self.0.date, self.0.time, self.0.offset) {
            (Some(d), None, None) => i16::try_from(d.year)
                .ok()
                .zip(i8::try_from(d.month).ok())
                .zip(i8::try_from(d.day).ok())
                .and_then(|((y, m), d)| Date::new(y, m, d).ok()),
            _ => None,
        };
        day.ok_or_else(|| CatalogError(format!("{at}: {} is not a plain day", self.0)))
    }
}

pub(super) fn day(raw: RawDate, at: &str) -> Result<Date, CatalogError> {
    raw.read(at)
}

pub(super) fn period(
    from: RawDate,
    until: Option<RawDate>,
    at: &str,
) -> Result<Period, CatalogError> {
    let from = from.read(at)?;
    let until = until.map(|u| u.read(at)).transpose()?;
    match until {
        Some(end) if end <= from => Err(CatalogError(format!(
            "{at}: until {end} is not after from {from}"
        ))),
        _ => Ok(Period { from, until }),
    }
}

pub(super) fn decimal(text: &str, at: &str) -> Result<Decimal, CatalogError> {
    let n = Decimal::from_str_exact(text)
        .map_err(|e| CatalogError(format!("{at}: \"{text}\": {e}")))?;
    if n.is_sign_negative() {
        return Err(CatalogError(format!("{at}: \"{text}\" is negative")));
    }
    Ok(n)
}

pub(super) fn usd(text: &str, at: &str) -> Result<Money, CatalogError> {
    Money::from_decimal(decimal(text, at)?).ok_or_else(|| {
        CatalogError(format!(
            "{at}: \"{text}\" is more exact or larger than money can be"
        ))
    })
}

pub(super) fn usd_opt(text: Option<&str>, at: &str) -> Result<Option<Money>, CatalogError> {
    text.map(|t| usd(t, at)).transpose()
}

/// The address that a short name stands for.
pub(super) fn address(
    sources: &std::collections::BTreeMap<String, String>,
    key: &str,
    at: &str,
) -> Result<String, CatalogError> {
    sources
        .get(key)
        .cloned()
        .ok_or_else(|| CatalogError(format!("{at}: no source is called \"{key}\"")))
}
