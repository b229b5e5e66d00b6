//! Prices and plans as dated tables with their sources, embedded in the program, and their loaders.
//!
//! No number lives in code here: `prices.toml` and `plans.toml` hold them, with the derivation of
//! every limit that nobody publishes. A name is found exactly or not at all.

use std::sync::OnceLock;

use jiff::civil::Date;

pub mod dated;
pub mod lookup;
pub mod observed;
pub mod plans;
mod plans_load;
mod plans_raw;
pub mod prices;
mod prices_load;
pub mod reloads;

pub use dated::{CatalogError, Period, Provenance};
pub use lookup::{LookupError, Subject};
pub use plans::{
    AutoReload, Bundle, CacheTtl, CreditOnly, Fee, MonthBoundary, Opens, PlanEntry, PlanWindow,
    Scope, Size, WalletKind, WalletRules,
};
pub use prices::{Above, Model, Modifiers, PriceEntry, Rates, Tokenizer};

use lookup::Candidate;

const PRICES: &str = include_str!("prices.toml");
const PLANS: &str = include_str!("plans.toml");

/// Every model and plan that is known, over time.
#[derive(Clone, Debug)]
pub struct Catalog {
    models: Vec<Model>,
    modifiers: Modifiers,
    /// Entries of each plan, in order of time, without a gap; none is empty.
    plans: Vec<Vec<PlanEntry>>,
}

/// A model named by an interface or a log.
#[derive(Clone, Copy, Debug)]
pub struct ApiModel<'a> {
    /// The model.
    pub model: &'a Model,
    /// Whether the name asks for a region, which costs `us_only_factor` times as much on models
    /// that have one.
    pub regional: bool,
}

impl Catalog {
    /// The catalogue that comes with the program; read once.
    pub fn embedded() -> &'static Catalog {
        static EMBEDDED: OnceLock<Catalog> = OnceLock::new();
        EMBEDDED.get_or_init(|| match Catalog::parse(PRICES, PLANS) {
            Ok(catalog) => catalog,
            // Not input: the tables are part of the program, and a test reads them.
            Err(e) => unreachable!("embedded catalogue: {e}"),
        })
    }

    /// Reads a catalogue from the text of its two tables.
    ///
    /// # Errors
    /// The first problem found, naming table and entry.
    pub fn parse(prices: &str, plans: &str) -> Result<Catalog, CatalogError> {
        let (models, modifiers) = prices_load::load(prices)?;
        let catalog = Catalog {
            models,
            modifiers,
            plans: plans_load::load(plans)?,
        };
        catalog.check_scopes()?;
        Ok(catalog)
    }

    /// Every model, retired ones included, in the order of the table (family, newest first).
    pub fn models(&self) -> &[Model] {
        &self.models
    }

    /// What applies on top of any model's price.
    pub fn modifiers(&self) -> &Modifiers {
        &self.modifiers
    }

    /// Identifiers of all plans, in the order of the table (small to large).
    pub fn plan_ids(&self) -> impl Iterator<Item = &str> {
        self.plans
            .iter()
            .filter_map(|p| p.first())
            .map(|p| p.id.as_str())
    }

    /// The model of that identifier (`opus-5.5`).
    ///
    /// # Errors
    /// [`LookupError::Unknown`] with a hint.
    pub fn model(&self, id: &str) -> Result<&Model, LookupError> {
        self.models
            .iter()
            .find(|m| m.id == id)
            .ok_or_else(|| self.unknown_model(id))
    }

    /// A model's price on a day.
    ///
    /// # Errors
    /// The name is unknown, the model did not exist yet, or it is retired.
    pub fn price(&self, model: &str, date: Date) -> Result<&PriceEntry, LookupError> {
        let m = self.model(model)?;
        let days = |p: &PriceEntry| Period {
            from: p.from,
            until: p.until,
        };
        entry_on(&m.prices, days, date).map_err(|miss| miss.of(Subject::Model, model))
    }

    /// A plan on a day.
    ///
    /// # Errors
    /// The name is unknown, the plan's record begins later, or it is gone.
    pub fn plan(&self, id: &str, date: Date) -> Result<&PlanEntry, LookupError> {
        let entries = self.plan_history(id)?;
        let days = |p: &PlanEntry| Period {
            from: p.from,
            until: p.until,
        };
        entry_on(entries, days, date).map_err(|miss| miss.of(Subject::Plan, id))
    }

    /// All entries of a plan, in order of time: a simulation that crosses a change needs several.
    ///
    /// # Errors
    /// [`LookupError::Unknown`] with a hint.
    pub fn plan_history(&self, id: &str) -> Result<&[PlanEntry], LookupError> {
        let found = self
            .plans
            .iter()
            .find(|p| p.first().is_some_and(|e| e.id == id));
        found
            .map(Vec::as_slice)
            .ok_or_else(|| self.unknown_plan(id))
    }

    /// Every model with its price on a day; those that were not out yet or are retired are left out.
    pub fn prices_on(&self, date: Date) -> Vec<(&Model, &PriceEntry)> {
        self.models
            .iter()
            .filter_map(|m| Some((m, self.price(&m.id, date).ok()?)))
            .collect()
    }

    /// Every plan as it stands on a day.
    pub fn plans_on(&self, date: Date) -> Vec<&PlanEntry> {
        self.plan_ids()
            .filter_map(|id| self.plan(id, date).ok())
            .collect()
    }

    /// The model that an interface or a log means, by fixed rules and never by likeness.
    ///
    /// Understood are our identifiers and the vendor's names, the latter with a date or version
    /// (`claude-opus-4-5-20251101`, `@20251101`, `-latest`, `-v1:0`), with `[1m]`, with a seller's
    /// prefix (`us.anthropic.`, `anthropic/`). `None` means unknown: report it, do not guess.
    pub fn resolve(&self, name: &str) -> Option<ApiModel<'_>> {
        if let Some(model) = self.models.iter().find(|m| m.id == name) {
            return Some(ApiModel {
                model,
                regional: false,
            });
        }
        let (rest, regional, reseller) = without_prefix(name.strip_suffix("[1m]").unwrap_or(name));
        let plain = without_version(rest);
        let dotted = |m: &Model| reseller && plain.strip_prefix("claude-") == Some(m.id.as_str());
        let model = self
            .models
            .iter()
            .find(|m| m.api_names.iter().any(|n| n == plain) || dotted(m))?;
        Some(ApiModel { model, regional })
    }

    fn unknown_model(&self, name: &str) -> LookupError {
        let candidates: Vec<Candidate<'_>> = self
            .models
            .iter()
            .map(|m| Candidate {
                id: &m.id,
                spellings: m
                    .api_names
                    .iter()
                    .map(String::as_str)
                    .chain([m.name.as_str()])
                    .collect(),
                family: Some(&m.family),
                since: m.life().map(|l| l.from),
            })
            .collect();
        let resolved = self.resolve(name).map(|m| m.model.id.as_str());
        LookupError::Unknown {
            subject: Subject::Model,
            name: name.to_owned(),
            suggestion: resolved
                .or_else(|| lookup::suggest(name, &candidates))
                .map(str::to_owned),
            known: self.models.iter().map(|m| m.id.clone()).collect(),
        }
    }

    fn unknown_plan(&self, name: &str) -> LookupError {
        let candidates: Vec<Candidate<'_>> = self
            .plans
            .iter()
            .filter_map(|p| p.first())
            .map(|p| Candidate {
                id: &p.id,
                spellings: vec![&p.name],
                family: None,
                since: None,
            })
            .collect();
        LookupError::Unknown {
            subject: Subject::Plan,
            name: name.to_owned(),
            suggestion: lookup::suggest(name, &candidates).map(str::to_owned),
            known: self.plan_ids().map(str::to_owned).collect(),
        }
    }

    /// A plan may only speak of models and families that have prices: a typing error in a scope
    /// would otherwise switch the rule off without a word.
    fn check_scopes(&self) -> Result<(), CatalogError> {
        for plan in self.plans.iter().flatten() {
            let scopes = plan
                .windows
                .iter()
                .map(|w| &w.scope)
                .chain(plan.credit_only.iter().map(|c| &c.scope));
            for scope in scopes {
                let missing = match scope {
                    Scope::All => None,
                    Scope::Families(all) => all
                        .iter()
                        .find(|f| !self.models.iter().any(|m| m.family == **f)),
                    Scope::Models(all) => all
                        .iter()
                        .find(|id| !self.models.iter().any(|m| m.id == **id)),
                };
                if let Some(name) = missing {
                    return Err(CatalogError(format!(
                        "plan {}: \"{name}\" has no prices",
                        plan.id
                    )));
                }
            }
        }
        Ok(())
    }
}

/// On which side of its life a thing was missed.
enum Miss {
    Before(Date),
    After(Date),
}

impl Miss {
    fn of(self, subject: Subject, name: &str) -> LookupError {
        let name = name.to_owned();
        match self {
            Miss::Before(from) => LookupError::NotYet {
                subject,
                name,
                from,
            },
            Miss::After(until) => LookupError::Retired {
                subject,
                name,
                until,
            },
        }
    }
}

/// The entry that holds on `date`; `entries` follow each other without a gap and are not empty.
fn entry_on<T>(entries: &[T], days: impl Fn(&T) -> Period, date: Date) -> Result<&T, Miss> {
    if let Some(found) = entries.iter().find(|e| days(e).contains(date)) {
        return Ok(found);
    }
    match (
        entries.first().map(&days),
        entries.last().and_then(|e| days(e).until),
    ) {
        (_, Some(end)) if date >= end => Err(Miss::After(end)),
        (Some(first), _) => Err(Miss::Before(first.from)),
        (None, _) => Err(Miss::Before(Date::MAX)),
    }
}

/// Takes a seller's prefix off: the rest, whether it named a region, whether there was one.
fn without_prefix(name: &str) -> (&str, bool, bool) {
    if let Some(rest) = name
        .strip_prefix("anthropic/")
        .or_else(|| name.strip_prefix("anthropic."))
    {
        return (rest, false, true);
    }
    match name.split_once(".anthropic.") {
        Some(("global", rest)) => (rest, false, true),
        Some(("us" | "eu" | "apac" | "jp" | "au", rest)) => (rest, true, true),
        _ => (name, false, false),
    }
}

/// Takes a version (`-v1:0`) and a date (`-20251101`, `@20251101`, `-latest`, `@default`) off.
fn without_version(name: &str) -> &str {
    let digits = |s: &str| !s.is_empty() && s.bytes().all(|b| b.is_ascii_digit());
    let name = match name.rsplit_once("-v") {
        Some((rest, v))
            if digits(v)
                || v.split_once(':')
                    .is_some_and(|(a, b)| digits(a) && digits(b)) =>
        {
            rest
        }
        _ => name,
    };
    match name.rsplit_once(['-', '@']) {
        Some((rest, "latest" | "default")) => rest,
        Some((rest, day)) if day.len() == 8 && digits(day) => rest,
        _ => name,
    }
}

#[cfg(test)]
mod plans_tests;
#[cfg(test)]
mod tests;
