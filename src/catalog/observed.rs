//! What real use looks like: figures to compare a preset with.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use jiff::civil::Date;
use serde::Deserialize;

use super::dated::{self, CatalogError, RawDate};

const OBSERVED: &str = include_str!("observed.toml");

/// Figures of real use and the circumstances they were seen under.
#[derive(Clone, Debug, PartialEq)]
pub struct Observed {
    /// One line.
    pub source: String,
    /// The preset they were fitted to.
    pub preset: String,
    /// A day whose prices hold for the dollars.
    pub start: Date,
    /// Models by share of requests: main chains, sub-agents.
    pub models: BTreeMap<String, f64>,
    pub sub_agents: BTreeMap<String, f64>,
    /// Lives of cache entries by share of sessions.
    pub cache_on_plan: BTreeMap<String, f64>,
    pub quantities: Vec<Quantity>,
}

/// One figure: quantiles, or a share.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Quantity {
    pub id: String,
    pub label: String,
    pub p10: Option<f64>,
    pub median: Option<f64>,
    pub p90: Option<f64>,
    pub share: Option<f64>,
    /// What the figures may be, seen so often and no oftener: 90 % intervals of median (or share) and
    /// 90th percentile. Figures of the catalogue have none.
    #[serde(skip)]
    pub doubt: Doubt,
    /// The mean of the values; the catalogue has none.
    #[serde(skip)]
    pub mean: Option<f64>,
    /// Why the model does not match it, where that is known.
    pub why: Option<String>,
}

/// Intervals of observed figures; `None` where they are not known.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Doubt {
    /// Of the median or the share.
    pub median: Option<(f64, f64)>,
    pub p90: Option<(f64, f64)>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Raw {
    source: String,
    preset: String,
    start: RawDate,
    models: BTreeMap<String, f64>,
    sub_agents: BTreeMap<String, f64>,
    cache_on_plan: BTreeMap<String, f64>,
    quantity: Vec<Quantity>,
}

impl Observed {
    /// The figures that come with the program; read once.
    pub fn embedded() -> &'static Observed {
        static EMBEDDED: OnceLock<Observed> = OnceLock::new();
        EMBEDDED.get_or_init(|| match Observed::parse(OBSERVED) {
            Ok(observed) => observed,
            // Not input: the table is part of the program, and a test reads it.
            Err(e) => unreachable!("embedded figures: {e}"),
        })
    }

    /// Reads figures from their text.
    ///
    /// # Errors
    /// Bad syntax, an unknown key, a quantity without a figure.
    pub fn parse(text: &str) -> Result<Observed, CatalogError> {
        let raw: Raw = toml::from_str(text).map_err(|e| CatalogError(format!("observed: {e}")))?;
        for q in &raw.quantity {
            if q.median.is_some() == q.share.is_some() {
                let what = format!("observed {}: a median or a share, one of them", q.id);
                return Err(CatalogError(what));
            }
        }
        Ok(Observed {
            source: raw.source,
            preset: raw.preset,
            start: dated::day(raw.start, "observed: start")?,
            models: raw.models,
            sub_agents: raw.sub_agents,
            cache_on_plan: raw.cache_on_plan,
            quantities: raw.quantity,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_figures_that_come_with_the_program_are_read() {
        let observed = Observed::parse(OBSERVED).unwrap();
        assert!(observed.quantities.len() > 20);
        let empty = "\n[[quantity]]\nid = \"x\"\nlabel = \"X\"\n";
        let wrong = Observed::parse(&format!("{OBSERVED}{empty}")).unwrap_err();
        assert_eq!(wrong.0, "observed x: a median or a share, one of them");
    }
}
