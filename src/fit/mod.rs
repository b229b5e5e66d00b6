//! From logs to a scenario: parameters with their uncertainty and the goodness of each fit.
//!
//! Read in this order: `view` tells the logs as the engine would, [`keys`] has a file for each
//! group of keys, [`laws`] finds laws and intervals, [`fitted`] puts them together, `write` makes
//! the file, `observed` what a simulation of it is compared with.

#![allow(
    clippy::needless_range_loop,
    reason = "matrices read best by row and column"
)]

pub mod begin;
pub mod fitted;
pub mod keys;
pub mod laws;
pub mod limits;
mod observed;
mod prices;
mod rests;
mod toml;
mod view;
mod words;
mod write;

pub use fitted::{Facts, Fitted, fit};
pub use keys::Key;
pub use toml::short;

use jiff::civil::Date;

/// What to fit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Options {
    /// IANA zone of days and hours.
    pub timezone: String,
    /// Plan of the scenario; `None`: what is used is paid by the token.
    pub plan: Option<String>,
    /// Preset of the keys that the logs say too little about.
    pub preset: String,
    /// The actor's name.
    pub actor: String,
    /// First day of the scenario; `None`: the first of the month after the logs' last day.
    pub start: Option<Date>,
}

/// Why nothing can be fitted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FitError {
    /// There is no such time zone.
    Zone(String),
    /// No session with a main chain.
    Empty,
}

impl std::fmt::Display for FitError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            FitError::Zone(name) => write!(
                f,
                "unknown time zone \"{name}\"; zones are called like Europe/Berlin or America/New_York"
            ),
            FitError::Empty => write!(
                f,
                "the logs hold no session to fit: no request of a main thread was found"
            ),
        }
    }
}

impl std::error::Error for FitError {}
