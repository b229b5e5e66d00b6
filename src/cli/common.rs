//! What commands share: scenario arguments, the terminal, writing to stdout.

use std::io::{self, IsTerminal, Write};
use std::path::{Path, PathBuf};

use jiff::civil::{Date, DateTime};
use jiff::tz::TimeZone;

use crate::analysis::summarise::About;
use crate::base::time::Instant;
use crate::report::page::Look;
use crate::scenario::{self, Problems, Scenario};

use super::exit::Failure;
use super::state::StateArgs;

/// A scenario and what is changed in it.
#[derive(clap::Args)]
pub struct ScenarioArgs {
    /// Scenario file (TOML); `burncast init` writes one.
    #[arg(value_name = "SCENARIO")]
    pub path: PathBuf,
    #[command(flatten)]
    pub change: Change,
}

/// A scenario that need not be given when a history is.
#[derive(clap::Args)]
pub struct MaybeScenario {
    /// Scenario file (TOML); `burncast init` writes one.
    #[arg(value_name = "SCENARIO", required_unless_present = "history")]
    pub path: Option<PathBuf>,
    #[command(flatten)]
    pub change: Change,
}

/// What is changed in a scenario.
#[derive(clap::Args, Clone)]
pub struct Change {
    /// Overrides a key of the scenario, as in `--set wallet.balance=50`; may be repeated.
    #[arg(long = "set", value_name = "KEY=VALUE")]
    pub sets: Vec<String>,
    /// Number of trials, instead of the scenario's.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..=16_777_216))]
    pub trials: Option<u64>,
    /// Seed, instead of the scenario's: the same seed gives the same numbers.
    #[arg(long, value_name = "N")]
    pub seed: Option<u64>,
    #[command(flatten)]
    pub state: StateArgs,
}

impl ScenarioArgs {
    /// Reads and checks the scenario.
    pub fn load(&self, more: &[String]) -> Result<Scenario, Failure> {
        self.change.load(&self.path, more)
    }
}

impl Change {
    /// Reads and checks a scenario with these changes.
    pub fn load(&self, path: &Path, more: &[String]) -> Result<Scenario, Failure> {
        let mut sets = self.sets.clone();
        sets.extend_from_slice(more);
        sets.extend(self.trials.map(|n| format!("run.trials={n}")));
        sets.extend(self.seed.map(|n| format!("run.seed={n}")));
        let scenario = scenario::load(path, &sets).map_err(problems)?;
        self.state.apply(scenario)
    }
}

/// What is wrong with a scenario, as stderr shows it.
pub fn problems(problems: Problems) -> Failure {
    let err = io::stderr();
    let width = width(err.is_terminal());
    Failure::Wrong(problems.render(color(err.is_terminal()), width))
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
        begins: s.begins.clone(),
        warnings: s.warnings.clone(),
    }
}

/// A local date or time as an instant; the end of a date is the start of the next one.
pub fn instant(text: &str, timezone: &str, end: bool) -> Result<Instant, Failure> {
    let wrong = || {
        Failure::Wrong(format!(
            "\"{text}\" is not a date or time: write 2026-12-04 or 2026-12-04T15:00"
        ))
    };
    let zone = TimeZone::get(timezone).map_err(|e| Failure::Wrong(e.to_string()))?;
    // A date first: a date-time is read from a date too, as its midnight.
    let civil: DateTime = match text.parse::<Date>() {
        Ok(date) if text.len() <= 10 => {
            let date = if end {
                date.tomorrow().map_err(|_| wrong())?
            } else {
                date
            };
            date.at(0, 0, 0, 0)
        }
        _ => text.parse().map_err(|_| wrong())?,
    };
    let zoned = civil.to_zoned(zone).map_err(|_| wrong())?;
    Ok(Instant(zoned.timestamp().as_millisecond()))
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

/// How a screen on stdout is shown.
pub fn look() -> Look {
    let terminal = io::stdout().is_terminal();
    Look {
        width: width(terminal),
        color: color(terminal),
        elapsed: None,
        written: None,
    }
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
