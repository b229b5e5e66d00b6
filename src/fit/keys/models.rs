//! Which models do the work, and how often one is chosen anew.

use std::collections::BTreeMap;

use jiff::civil::Date;

use super::super::laws::interval::share;
use super::super::toml;
use super::super::view::{Turn, View};
use super::Key;
use crate::catalog::{Catalog, LookupError};
use crate::logs::{Name, Names};
use crate::stats::estimate::Estimate;

/// Models with a smaller share of the requests are left out of the mix.
const SHARE_MIN: f64 = 0.005;
/// Switches count as free choices when they are at least half as frequent as those would be.
const FREE: f64 = 0.5;

/// A model of the mix.
#[derive(Clone, Debug, PartialEq)]
pub struct Used {
    /// As the catalogue calls it.
    pub id: String,
    /// Of the requests with a known model.
    pub share: Estimate,
    /// What the scenario names: itself, or on its start its family's newest.
    pub named: String,
}

/// A mix.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Mix {
    pub used: Vec<Used>,
    pub requests: u64,
    /// Requests of models without a known price.
    pub unknown: u64,
}

impl Mix {
    /// Of requests with the days of their sessions. `start`: day from which the scenario's prices
    /// hold.
    pub fn of<'a>(turns: impl Iterator<Item = (u32, &'a Turn)>, names: &Names, start: Date) -> Mix {
        let catalog = Catalog::embedded();
        let mut days: BTreeMap<u32, BTreeMap<Name, f64>> = BTreeMap::new();
        let (mut requests, mut unknown) = (0, 0);
        for (day, t) in turns {
            requests += 1;
            if t.known {
                *days.entry(day).or_default().entry(t.model).or_default() += 1.0;
            } else {
                unknown += 1;
            }
        }
        let mut ids: BTreeMap<String, Vec<Name>> = BTreeMap::new();
        for name in days.values().flat_map(|d| d.keys()) {
            if let Some(known) = catalog.resolve(names.text(*name)) {
                let list = ids.entry(known.model.id.clone()).or_default();
                if !list.contains(name) {
                    list.push(*name);
                }
            }
        }
        let mut used: Vec<Used> = ids
            .into_iter()
            .filter_map(|(id, all)| {
                let counts = days.iter().map(|(day, d)| {
                    let of: f64 = d.values().sum();
                    let hits: f64 = all.iter().filter_map(|n| d.get(n)).sum();
                    (*day, hits, of)
                });
                let share = share(counts)?;
                let named = named(catalog, &id, start);
                Some(Used { id, share, named })
            })
            .collect();
        used.retain(|u| u.share.value >= SHARE_MIN);
        used.sort_by(|a, b| {
            b.share
                .value
                .total_cmp(&a.share.value)
                .then_with(|| a.id.cmp(&b.id))
        });
        Mix {
            used,
            requests,
            unknown,
        }
    }

    /// Names of the scenario with their weights; models that share a name are one.
    pub fn weights(&self) -> Vec<(String, f64)> {
        let mut all: Vec<(String, f64)> = Vec::new();
        for u in &self.used {
            match all.iter_mut().find(|w| w.0 == u.named) {
                Some(w) => w.1 += u.share.value,
                None => all.push((u.named.clone(), u.share.value)),
            }
        }
        all
    }

    pub fn key(&self, name: &'static str) -> Option<Key> {
        let weights = self.weights();
        let value = match weights.as_slice() {
            [] => return None,
            [(one, _)] => toml::text(one),
            many => toml::weights(many),
        };
        let mut words: Vec<String> = self
            .used
            .iter()
            .filter(|u| u.named != u.id)
            .map(|u| format!("{} is retired by the start: the newest {}", u.id, u.named))
            .collect();
        let shares: Vec<String> = self.used.iter().map(share_words).collect();
        words.insert(0, shares.join(", "));
        if self.unknown > 0 {
            words.push(format!(
                "{:.0} % of the requests left out: no known price",
                100.0 * self.unknown as f64 / self.requests.max(1) as f64
            ));
        }
        Some(Key {
            name,
            about: "Models by their share of requests",
            value: Some(value),
            shown: Vec::new(),
            n: self.requests,
            of: "requests",
            words: words.join("; "),
        })
    }
}

/// `opus-4.5 87 % (82-91)`.
fn share_words(u: &Used) -> String {
    let p = |x: f64| format!("{:.0}", 100.0 * x);
    let s = u.share;
    format!("{} {} % ({}-{})", u.id, p(s.value), p(s.low), p(s.high))
}

/// What a scenario that starts on a day calls a model: a retired one has a successor in its family.
fn named(catalog: &Catalog, id: &str, start: Date) -> String {
    let family = || {
        catalog
            .model(id)
            .map_or(id, |m| m.family.as_str())
            .to_owned()
    };
    match catalog.price(id, start) {
        Err(LookupError::Retired { .. }) => family(),
        _ => id.to_owned(),
    }
}

/// How often a model is chosen anew, from how often neighbours differ.
pub fn model_per(view: &View) -> Key {
    let (mut inside, mut across) = ((0.0, 0.0), (0.0, 0.0));
    let mut counts: BTreeMap<Name, f64> = BTreeMap::new();
    let (mut n, mut switches) = (0u64, Vec::new());
    for s in &view.sessions {
        for t in &s.main {
            *counts.entry(t.model).or_default() += 1.0;
        }
        for pair in s.main.windows(2) {
            let (a, b) = (&pair[0], &pair[1]);
            let differ = f64::from(u8::from(a.model != b.model));
            let side = if a.prompt == b.prompt {
                &mut inside
            } else {
                &mut across
            };
            side.0 += differ;
            side.1 += 1.0;
            switches.push((s.day, differ, 1.0));
            n += 1;
        }
    }
    let total: f64 = counts.values().sum::<f64>().max(1.0);
    let differ = 1.0
        - counts
            .values()
            .map(|c| (c / total) * (c / total))
            .sum::<f64>();
    let free = |side: (f64, f64)| side.1 > 0.0 && side.0 / side.1 > FREE * differ.max(0.02);
    let value = if free(inside) {
        "request"
    } else if free(across) {
        "prompt"
    } else {
        "session"
    };
    Key {
        name: "model_per",
        about: "How often the model is chosen anew",
        value: Some(toml::text(value)),
        shown: share(switches.into_iter())
            .into_iter()
            .map(|s| ("neighbours that differ", s))
            .collect(),
        n,
        of: "pairs of requests",
        words: String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn retired_models_have_a_successor() {
        let catalog = Catalog::embedded();
        let day = jiff::civil::date(2026, 1, 15);
        assert_eq!(named(catalog, "opus-4.5", day), "opus-4.5");
        let retired = catalog.models().iter().find_map(|m| {
            let until = m.life()?.until?;
            Some((m, until))
        });
        let (model, until) = retired.unwrap();
        assert_eq!(named(catalog, &model.id, until), model.family);
    }
}
