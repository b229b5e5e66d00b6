//! `burncast limits`.

use std::path::{Path, PathBuf};

use super::Done;
use super::common;
use super::exit::{Exit, Failure};
use super::logs::LogArgs;
use super::readings::readings;
use super::results::ResultArgs;
use crate::account::Meter;
use crate::account::meter::METERS;
use crate::catalog::Catalog;
use crate::fit::limits::{Limits, Question, limits};
use crate::report::limits as report;
use crate::scenario::{self, RewriteError, WindowSetting, write_windows};

/// Learn how much your plan's windows hold, from your own percentages and your own logs.
///
/// Readings are usage answers, status lines or response headers with their times, one JSON a line in
/// a file that grows, or a CSV with the columns at, session_pct, week_pct. What was logged between
/// two of them bounds the limit.
#[derive(clap::Args)]
pub struct Args {
    #[command(flatten)]
    logs: LogArgs,
    /// File of readings, `-` for standard input; may be repeated. Without one the refusals in the
    /// logs are all there is.
    #[arg(long, value_name = "FILE")]
    readings: Vec<PathBuf>,
    /// Your plan: the catalogue's band of each window is what the readings narrow.
    #[arg(long, value_name = "NAME")]
    plan: Option<String>,
    /// Judges by this meter [default: the one that explains the readings best].
    #[arg(long, value_name = "NAME")]
    meter: Option<String>,
    /// Writes the sizes into this scenario file; comments stay.
    #[arg(long, value_name = "SCENARIO")]
    write: Option<PathBuf>,
    #[command(flatten)]
    results: ResultArgs,
}

pub fn run(args: Args) -> Done {
    let meter = meter(args.meter.as_deref())?;
    if let Some(plan) = &args.plan {
        let plans: Vec<&str> = Catalog::embedded().plan_ids().collect();
        common::known("plan", plan, &plans)?;
    }
    let scenario = match &args.write {
        Some(path) => Some(scenario::load(path, &[]).map_err(common::problems)?),
        None => None,
    };
    let (zone, timezone) = args.logs.zone()?;
    let given = readings("--readings", &args.readings, &zone)?;
    let folder = args.results.begin("limits")?;
    let logs = args.logs.read()?;
    let question = Question {
        plan: args.plan.as_deref(),
        meter,
    };
    let found = limits(&logs, &given, &question).map_err(|e| Failure::Wrong(e.to_string()))?;
    let written = report::write(&folder.draft, &found, args.results.with_charts())?;
    let results = folder.finish(written.summary())?;
    if let (Some(path), Some(scenario)) = (&args.write, &scenario) {
        write(path, &scenario.text, &found)?;
    }
    let into = args.write.as_ref().map(|p| p.display().to_string());
    results.tell(
        || report::document(&found, &written.files),
        |look| report::screen(&found, &timezone, into.as_deref(), look),
    )?;
    Ok(Exit::Answered)
}

fn meter(name: Option<&str>) -> Result<Option<Meter>, Failure> {
    let Some(name) = name else {
        return Ok(None);
    };
    let names: Vec<&str> = METERS.iter().map(|m| m.name()).collect();
    common::known("meter", name, &names)?;
    Ok(Meter::of(name))
}

/// Puts the sizes into a scenario.
fn write(path: &Path, read: &str, found: &Limits) -> Result<(), Failure> {
    let windows: Vec<WindowSetting> = found
        .entries()
        .into_iter()
        .map(|e| WindowSetting {
            limit: e.limit(),
            id: e.id,
            provenance: e.provenance,
        })
        .collect();
    if windows.is_empty() {
        return Ok(());
    }
    write_windows(path, read, found.meter.name(), &windows).map_err(|e| match e {
        RewriteError::Wrong(why) => Failure::Wrong(why),
        RewriteError::Disk(e) => Failure::Machine(format!("{}: {e}", path.display())),
    })
}
