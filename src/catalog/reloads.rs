//! Published auto-reload settings, to compare an own one with.

use std::sync::OnceLock;

use jiff::civil::Date;
use serde::Deserialize;

use super::dated::{self, CatalogError, RawDate};
use crate::base::money::Money;
use crate::base::text;

const RELOADS: &str = include_str!("reloads.toml");

/// Settings for kinds of use.
#[derive(Clone, Debug, PartialEq)]
pub struct Reloads {
    pub as_of: Date,
    /// One line.
    pub source: String,
    pub settings: Vec<Reload>,
}

/// One setting.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reload {
    /// `light`.
    pub id: String,
    /// `casual chat`.
    pub made_for: String,
    pub threshold: Money,
    pub reload_to: Money,
    /// Most that is bought in a month; none = no cap.
    pub cap: Option<Money>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Raw {
    as_of: RawDate,
    source: String,
    setting: Vec<RawReload>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawReload {
    id: String,
    made_for: String,
    threshold: String,
    reload_to: String,
    cap: Option<String>,
}

impl Reloads {
    /// The settings that come with the program; read once.
    pub fn embedded() -> &'static Reloads {
        static EMBEDDED: OnceLock<Reloads> = OnceLock::new();
        EMBEDDED.get_or_init(|| match Reloads::parse(RELOADS) {
            Ok(reloads) => reloads,
            // Not input: the table is part of the program, and a test reads it.
            Err(e) => unreachable!("embedded settings: {e}"),
        })
    }

    /// Reads settings from their text.
    ///
    /// # Errors
    /// Bad syntax, an unknown key, an amount that is none, a target that is not above its threshold.
    pub fn parse(text: &str) -> Result<Reloads, CatalogError> {
        let raw: Raw = toml::from_str(text).map_err(|e| CatalogError(format!("reloads: {e}")))?;
        let settings = raw.setting.into_iter().map(reload);
        Ok(Reloads {
            as_of: dated::day(raw.as_of, "reloads: as_of")?,
            source: raw.source,
            settings: settings.collect::<Result<_, _>>()?,
        })
    }
}

fn reload(raw: RawReload) -> Result<Reload, CatalogError> {
    let id = raw.id;
    let money = |amount: &str| {
        let money = text::decimal(amount).and_then(Money::from_decimal);
        money.ok_or_else(|| CatalogError(format!("reloads {id}: \"{amount}\" is no amount")))
    };
    let (threshold, reload_to) = (money(&raw.threshold)?, money(&raw.reload_to)?);
    let cap = raw.cap.as_deref().map(money).transpose()?;
    if threshold >= reload_to {
        let what = format!("reloads {id}: reload_to is not above the threshold");
        return Err(CatalogError(what));
    }
    Ok(Reload {
        threshold,
        reload_to,
        cap,
        made_for: raw.made_for,
        id,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_settings_that_come_with_the_program_are_read() {
        let reloads = Reloads::parse(RELOADS).unwrap();
        let ids: Vec<&str> = reloads.settings.iter().map(|s| s.id.as_str()).collect();
        assert_eq!(ids, ["light", "moderate", "heavy", "team"]);
        assert_eq!(reloads.settings[2].cap, Some(Money::usd(300)));
        let wrong = RELOADS.replace("threshold = \"2\"", "threshold = \"5\"");
        let error = Reloads::parse(&wrong).unwrap_err();
        assert_eq!(
            error.0,
            "reloads light: reload_to is not above the threshold"
        );
    }
}
