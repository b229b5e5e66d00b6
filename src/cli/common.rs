//! What commands share: scenario arguments, the terminal, writing to stdout.

use std::io::{self, IsTerminal, Write};
use std::path::PathBuf;

use crate::analysis::summarise::About;
use crate::scenario::{self, Scenario};

use super::exit::Failure;

/// A scenario and what is changed in it.
#[derive(clap::Args)]
pub struct ScenarioArgs {
    /// Scenario file (TOML); `burncast init` writes one.
    #[arg(value_name = "SCENARIO")]
    pub path: PathBuf,
    /// Overrides a key of the scenario, as in `--set wallet.balance=50`; may be repeated.
    #[arg(long = "set", value_name = "KEY=VALUE")]
    pub sets: Vec<String>,
    /// Number of trials, instead of the scenario's.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..=16_777_216))]
    pub trials: Option<u64>,
    /// Seed, instead of the scenario's: the same seed gives the same numbers.
    #[arg(long, value_name = "N")]
    pub seed: Option<u64>,
}

impl ScenarioArgs {
    /// Reads and checks the scenario.
    pub fn load(&self, more: &[String]) -> Result<Scenario, Failure> {
        let mut sets = self.sets.clone();
        sets.extend_from_slice(more);
        sets.extend(self.trials.map(|n| format!("run.trials={n}")));
        sets.extend(self.seed.map(|n| format!("run.seed={n}")));
        scenario::load(&self.path, &sets).map_err(|problems| {
            let err = io::stderr();
            let width = width(err.is_terminal());
            Failure::Wrong(problems.render(color(err.is_terminal()), width))
        })
    }
}

/// What reports say about a scenario beside its numbers.
pub fn about(s: &Scenario) -> About {
    About {
        title: s.title.clone(),
        question: s.question.clone(),
        name: s.name.clone(),
        plan: s.plan.clone(),
        timezone: s.timezone.clone(),
        horizon: s.horizon.clone(),
        trial_word: s.trial_word.to_string(),
        budget: s.run.budget,
        hash: s.hash_text(),
        price_date: Some(s.price_date.to_string()),
        plan_date: s.plan_date.map(|date| date.to_string()),
        warnings: s.warnings.clone(),
    }
}

/// Threads to use: as many as asked for, else as many as the machine has.
pub fn threads(asked: Option<usize>) -> usize {
    let here = || std::thread::available_parallelism().map_or(1, usize::from);
    asked.unwrap_or_else(here).max(1)
}

/// Whether to use colour on a stream: a terminal that can, and `NO_COLOR` not set.
pub fn color(terminal: bool) -> bool {
    let no_color = std::env::var_os("NO_COLOR").is_some_and(|v| !v.is_empty());
    let dumb = std::env::var_os("TERM").is_some_and(|v| v == "dumb");
    terminal && !no_color && !dumb
}

/// Columns to fill: the terminal's, else 100.
pub fn width(terminal: bool) -> usize {
    let size = if terminal {
        terminal_size::terminal_size()
    } else {
        None
    };
    size.map_or(100, |(columns, _)| usize::from(columns.0))
        .clamp(60, 100)
}

/// Writes results to stdout.
///
/// # Errors
/// When stdout is gone or full.
pub fn print(text: &str) -> Result<(), Failure> {
    let mut out = io::stdout().lock();
    out.write_all(text.as_bytes())?;
    out.flush()?;
    Ok(())
}

/// Refuses a name that a list does not have.
///
/// # Errors
/// With the list.
pub fn known(what: &str, name: &str, list: &[&str]) -> Result<(), Failure> {
    if list.contains(&name) {
        return Ok(());
    }
    Err(Failure::Wrong(format!(
        "unknown {what} \"{name}\"; known: {}",
        list.join(", ")
    )))
}

/// The system's time zone by its IANA name; UTC where it has none.
pub fn timezone() -> String {
    let system = jiff::tz::TimeZone::system();
    let name = system.iana_name().filter(|n| *n != "Etc/Unknown");
    name.unwrap_or("UTC").to_owned()
}
