//! `burncast fit`.

use std::path::PathBuf;

use jiff::civil::Date;

use super::Done;
use super::common;
use super::exit::{Exit, Failure};
use super::logs::LogArgs;
use super::readings::readings;
use crate::analysis::realism;
use crate::catalog::Catalog;
use crate::fit::limits::{Limits, Question, limits};
use crate::fit::{self, Fitted};
use crate::logs::Logs;
use crate::report::file::{self, FileError};
use crate::report::fit::{Check, document, screen};
use crate::scenario;

/// Make a scenario of your own logs: `burncast fit ~/.claude/projects -o scenarios/me.toml`.
///
/// Every key is estimated with a 90 % interval and the goodness of its fit; what the logs say too
/// little about is left to a preset, and says so. Without -o the scenario goes to stdout.
#[derive(clap::Args)]
pub struct Args {
    #[command(flatten)]
    logs: LogArgs,
    /// File for the scenario.
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
    /// Replaces the file if it is there.
    #[arg(long, requires = "output")]
    force: bool,
    /// Your plan; without it every token is paid at list price.
    #[arg(long, value_name = "NAME")]
    plan: Option<String>,
    /// What the account says of its windows: a file of percentages that grows, or saved usage
    /// answers; with the logs they give the sizes of the plan's windows. May be repeated.
    #[arg(long = "state", value_name = "FILE", requires = "plan")]
    states: Vec<PathBuf>,
    /// Preset of what the logs say too little about.
    #[arg(long, value_name = "NAME", default_value = "claude-code-heavy")]
    preset: String,
    /// First day of the scenario [default: the first of the month after the logs].
    #[arg(long, value_name = "DATE")]
    start: Option<Date>,
    /// Name of the actor.
    #[arg(long, value_name = "NAME", default_value = "me")]
    name: String,
    /// Simulates the observed days and prints them beside the logs.
    #[arg(long)]
    check: bool,
    /// With --check: number of simulated courses.
    #[arg(long, value_name = "N", default_value_t = 300, requires = "check",
          value_parser = clap::value_parser!(u64).range(1..=20_000))]
    trials: u64,
    /// Threads for --check [default: all cores].
    #[arg(long, value_name = "N", requires = "check")]
    threads: Option<usize>,
    /// Prints a document for programs, the scenario in it.
    #[arg(long)]
    json: bool,
    /// Says nothing when the file is written.
    #[arg(short, long, requires = "output")]
    quiet: bool,
}

pub fn run(args: Args) -> Done {
    let presets: Vec<&str> = scenario::presets().iter().map(|p| p.name).collect();
    common::known("preset", &args.preset, &presets)?;
    if let Some(plan) = &args.plan {
        let plans: Vec<&str> = Catalog::embedded().plan_ids().collect();
        common::known("plan", plan, &plans)?;
    }
    if let Some(path) = args.output.as_ref().filter(|p| p.exists() && !args.force) {
        return Err(exists(path));
    }
    let fitted = fitted(&args)?;
    let text = fitted.scenario();
    let parsed = scenario::parse("the fitted scenario", &text, &[]);
    parsed.map_err(|problems| Failure::Wrong(problems.render(false, 100)))?;
    let rows = match args.check {
        true => Some(compare(&fitted, &args)?),
        false => None,
    };
    if let Some(path) = &args.output {
        file::write(path, &text, args.force).map_err(|e| match e {
            FileError::Exists => exists(path),
            FileError::Disk(error) => Failure::Machine(error.to_string()),
        })?;
    }
    let check = rows.as_ref().map(|rows| Check {
        rows,
        trials: args.trials,
    });
    let written = args.output.as_ref().map(|p| p.display().to_string());
    if args.json {
        let mut out = serde_json::to_string_pretty(&document(&fitted, check.as_ref(), &text))
            .map_err(|e| Failure::Machine(e.to_string()))?;
        out.push('\n');
        common::print(&out)?;
    } else if written.is_none() && check.is_none() {
        common::print(&text)?;
    } else if !args.quiet {
        let width = common::width(std::io::IsTerminal::is_terminal(&std::io::stdout()));
        common::print(&screen(&fitted, check.as_ref(), written.as_deref(), width))?;
    }
    Ok(Exit::Answered)
}

fn exists(path: &std::path::Path) -> Failure {
    Failure::Wrong(format!(
        "{} exists; --force replaces it, or choose another file with -o",
        path.display()
    ))
}

fn fitted(args: &Args) -> Result<Fitted, Failure> {
    let logs = args.logs.read()?;
    let (_, timezone) = args.logs.zone()?;
    let options = fit::Options {
        timezone,
        plan: args.plan.clone(),
        preset: args.preset.clone(),
        actor: args.name.clone(),
        start: args.start,
    };
    let mut fitted = fit::fit(&logs, &options).map_err(|e| Failure::Wrong(e.to_string()))?;
    if !args.states.is_empty() {
        fitted.limits = Some(learned(args, &logs)?);
    }
    Ok(fitted)
}

/// Sizes of windows, from the account's own percentages.
fn learned(args: &Args, logs: &Logs) -> Result<Limits, Failure> {
    let (zone, _) = args.logs.zone()?;
    let given = readings("--state", &args.states, &zone)?;
    let question = Question {
        plan: args.plan.as_deref(),
        meter: None,
    };
    limits(logs, &given, &question).map_err(|e| Failure::Wrong(format!("--state: {e}")))
}

fn compare(fitted: &Fitted, args: &Args) -> Result<Vec<realism::Row>, Failure> {
    let alone = scenario::parse("the observed days", &fitted.alone(), &[])
        .map_err(|problems| Failure::Wrong(problems.render(false, 100)))?;
    let threads = common::threads(args.threads);
    let simulated = realism::measure(&alone.experiment, args.trials, threads)
        .map_err(|e| Failure::Wrong(e.to_string()))?;
    Ok(simulated.compare(&fitted.observed, true))
}
