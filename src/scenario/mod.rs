//! The scenario file: its format, its check, and the experiment that comes out of it.
//!
//! A file is parsed into a tree whose every value knows its place (`doc`), changed by `--set`
//! (`sets`), read table by table (`fields`, by the list of keys in `format`), and put together in
//! `build`. Problems are collected all the way; only a file without any becomes a [`Scenario`].

use std::path::Path;

mod actors;
mod build;
mod calendar;
mod chain;
mod csv_column;
mod doc;
mod draws;
mod fields;
mod format;
mod grants;
mod hours;
mod keys;
mod laws;
mod load;
mod mixes;
mod models;
mod offers;
mod plan;
mod presets;
mod problems;
mod reactions;
mod reload;
mod rewrite;
mod rewrite_windows;
mod rhythm;
mod rivals;
mod rules;
mod schema;
mod sets;
mod tune;
mod units;
mod wallet;
mod windows;

#[cfg(test)]
mod tests;
#[cfg(test)]
mod tests_calendar;
#[cfg(test)]
mod tests_values;

pub use crate::engine::require::{Metric, Op, Requirement, STATS, Stat};
pub use build::{LimitNote, RunSpec, Scenario, VariantSpec};
pub use offers::{Offer, Offers};
pub use presets::{Preset, alone, init, presets};
pub use problems::{Place, Problem, Problems};
pub use rewrite::{RewriteError, WalletSetting, write_setting};
pub use rewrite_windows::{WindowSetting, write_windows};
pub use rivals::{Rival, RivalTitle, Rivals};
pub use rules::{Asked, rules};
pub use schema::schema;
pub use tune::{Precision, TuneSpec};

/// Reads and checks a scenario file, changed by `key=value` settings in their order.
///
/// # Errors
/// Every problem of the file and the settings; also a file that cannot be read, is not text, or is
/// larger than 4 MB.
pub fn load(path: &Path, sets: &[String]) -> Result<Scenario, Problems> {
    load::file(path, &typed(sets))
}

/// Checks a scenario's text as [`load`] does; `name` stands for the file in messages. Files that the
/// scenario names are looked for in the current folder.
///
/// # Errors
/// Every problem of the text and the settings.
pub fn parse(name: &str, text: &str, sets: &[String]) -> Result<Scenario, Problems> {
    load::text(name, text, &typed(sets), None)
}

fn typed(sets: &[String]) -> load::Settings {
    load::Settings {
        all: sets.to_vec(),
        from_state: 0,
    }
}
