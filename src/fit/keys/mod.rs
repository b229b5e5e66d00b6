//! One file per group of keys: from a view of the logs to what the scenario says.

pub mod agents;
pub mod bunching;
pub mod cache;
pub mod compaction;
pub mod context;
mod context_curve;
mod context_sessions;
pub mod crowding;
pub mod days;
pub mod hours;
pub mod level;
mod level_filter;
mod level_law;
pub mod models;
pub mod one_off;
pub mod pooled;
pub mod tokens;
pub mod turns;

use crate::base::law::Law;
use crate::stats::estimate::Estimate;

use super::laws::{Marginal, Sample};
use super::toml;

/// Fewest observations of which a distribution is made.
pub const FEW: usize = 12;

/// One key of the scenario, or the reason why it is the preset's.
#[derive(Clone, Debug, PartialEq)]
pub struct Key {
    /// As in `--set`, without the actor: `sub_agents.output`.
    pub name: &'static str,
    /// What it is, in a few words.
    pub about: &'static str,
    /// The value as it is written; `None`: the key stays the preset's.
    pub value: Option<String>,
    /// Estimates that are shown, with their labels.
    pub shown: Vec<(&'static str, Estimate)>,
    /// Observations behind it, and of what.
    pub n: u64,
    pub of: &'static str,
    /// How well the law fits, or why the key is the preset's.
    pub words: String,
}

impl Key {
    /// A key that stays the preset's, because there is too little to fit.
    pub fn preset(
        name: &'static str,
        about: &'static str,
        n: u64,
        of: &'static str,
        need: usize,
    ) -> Key {
        Key {
            name,
            about,
            value: None,
            shown: Vec::new(),
            n,
            of,
            words: format!("{n} {of} only, {need} are needed: the preset's"),
        }
    }

    /// A key that stays the preset's for a reason of its own.
    pub fn kept(name: &'static str, about: &'static str, words: impl Into<String>) -> Key {
        Key {
            name,
            about,
            value: None,
            shown: Vec::new(),
            n: 0,
            of: "",
            words: words.into(),
        }
    }
}

/// A quantity that is drawn from a law of its own.
pub struct Drawn<'a> {
    pub name: &'static str,
    pub about: &'static str,
    pub of: &'static str,
    pub sample: &'a Sample,
    /// Whole numbers from 1.
    pub counts: bool,
    /// No value above this makes sense.
    pub most: f64,
}

impl Drawn<'_> {
    /// Fits the law and writes the key; the preset's with too few observations.
    pub fn key(&self) -> (Key, Option<Marginal>) {
        let fitted = (self.sample.len() >= FEW)
            .then(|| super::laws::fit(self.sample, self.counts))
            .flatten();
        let Some(m) = fitted else {
            let n = self.sample.len() as u64;
            return (Key::preset(self.name, self.about, n, self.of, FEW), None);
        };
        (self.write(&m), Some(m))
    }

    /// The key of a law that was fitted.
    pub fn write(&self, m: &Marginal) -> Key {
        Key {
            name: self.name,
            about: self.about,
            value: Some(toml::draw(&m.law, self.bound(m))),
            shown: if self.counts {
                vec![
                    ("median before rounding", m.median),
                    ("p90 before rounding", m.p90),
                ]
            } else {
                vec![("median", m.median), ("p90", m.p90)]
            },
            n: m.n,
            of: self.of,
            words: m.words.clone(),
        }
    }

    /// The upper bound of the law as it is written.
    pub fn bound(&self, m: &Marginal) -> Option<f64> {
        m.bound(self.counts).map(|b| b.min(self.most))
    }
}

/// A value with a chance of its own, else a law.
pub fn either(chance: f64, value: f64, law: Law) -> Law {
    if chance >= 1.0 {
        return Law::Constant(value);
    }
    let rest = 1.0 - chance;
    let mut parts = vec![(chance, Law::Constant(value))];
    match law {
        Law::Mixture(inner) => {
            let total: f64 = inner.iter().map(|p| p.0).sum();
            parts.extend(inner.into_iter().map(|(w, l)| (w / total * rest, l)));
        }
        other => parts.push((rest, other)),
    }
    Law::Mixture(parts)
}

impl Key {
    /// What stands above the key: what it is, on how much it rests, how well it fits, intervals.
    pub fn sentence(&self) -> String {
        let mut text = format!(
            "{}. {} {}",
            self.about,
            crate::base::money::group_thousands(self.n),
            self.of
        );
        if !self.words.is_empty() {
            text.push_str(&format!(": {}", self.words));
        }
        let shown: Vec<String> = self
            .shown
            .iter()
            .map(|(label, e)| {
                let [value, low, high] = [e.value, e.low, e.high].map(toml::short);
                format!("{label} {value} ({low} to {high})")
            })
            .collect();
        if !shown.is_empty() {
            text.push_str(&format!("; {}", shown.join(", ")));
        }
        text.push('.');
        text
    }
}
