//! `burncast run --history`: requests that were really made, against windows and wallets of plans.

use std::path::PathBuf;

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;

use super::Args;
use crate::account::rules::Rules;
use crate::analysis::history::{self, HistoryFindings, Options};
use crate::base::time::Instant;
use crate::catalog::Catalog;
use crate::cli::Done;
use crate::cli::common::{self, MaybeScenario};
use crate::cli::exit::{Exit, Failure};
use crate::cli::logs;
use crate::logs::{Logs, source};
use crate::report::history as report;
use crate::scenario::{self as scenarios, Asked};

/// Plans where nothing else is said.
const PLANS: &str = "pro,max-5x,max-20x,api";
/// Draws of sizes where nothing else is said.
const TRIALS: u64 = 200;
/// Seed where nothing else is said.
const SEED: u64 = 42;

/// A path, or nothing: Claude Code's own folders.
fn any_path(text: &str) -> Result<PathBuf, std::convert::Infallible> {
    Ok(PathBuf::from(text))
}

/// What is played instead of a simulation.
#[derive(clap::Args)]
#[command(next_help_heading = "A history instead of a simulation")]
pub struct HistoryArgs {
    /// Plays the requests of these logs as they were made, instead of simulated ones: would they
    /// have been stopped, when, for how long, at what cost? Without PATH: Claude Code's own
    /// folders. May be repeated. A scenario is then optional; its [plan] and [wallet] count.
    #[arg(long, value_name = "PATH", num_args = 0..=1, default_missing_value = "",
          value_parser = any_path)]
    pub history: Option<Vec<PathBuf>>,
    /// Plans of the catalogue to play a history against, or `all` [default: pro,max-5x,max-20x,api]
    #[arg(
        long,
        value_name = "PLANS",
        value_delimiter = ',',
        requires = "history"
    )]
    plan: Vec<String>,
    /// The plans as they stood on this day, instead of each day's own rules.
    #[arg(long, value_name = "DATE", requires = "history")]
    plan_date: Option<Date>,
    /// First day that counts.
    #[arg(long, value_name = "DATE", requires = "history")]
    since: Option<Date>,
    /// Last day that counts.
    #[arg(long, value_name = "DATE", requires = "history")]
    until: Option<Date>,
    /// Time zone of days [default: the scenario's, else the machine's].
    #[arg(long, value_name = "ZONE", requires = "history")]
    timezone: Option<String>,
    /// Keep no requests for the time when transcripts are deleted, and use none kept earlier.
    #[arg(long, requires = "history")]
    no_store: bool,
}

pub fn run(args: &Args, paths: &[PathBuf]) -> Done {
    if args.precision.is_some() || !args.requirements.is_empty() {
        return Err(Failure::Wrong(
            "--history plays what was, so --precision and --require do not apply".into(),
        ));
    }
    let folder = args.results.begin("history")?;
    let threads = args.threads.count();
    let found = find(&args.scenario, &args.history, paths, threads)?;
    let written = report::write(&folder.draft, &found, args.results.with_charts())?;
    folder.finish(report::summary(&written))?.tell(
        || report::json::document(&found, &written.files),
        |look| report::screen::screen(&found, look),
    )?;
    Ok(Exit::Answered)
}

/// Plays the requests of some paths against every plan that was asked for.
pub(in crate::cli) fn find(
    scenario: &MaybeScenario,
    h: &HistoryArgs,
    paths: &[PathBuf],
    threads: usize,
) -> Result<HistoryFindings, Failure> {
    let paths = paths.iter().filter(|p| !p.as_os_str().is_empty());
    let logs = logs::read(&source::Options {
        paths: paths.cloned().collect(),
        store: logs::keep(h.no_store),
        ..source::Options::default()
    })?;
    let rules = rules(scenario, h, &logs)?;
    let options = Options {
        trials: scenario.change.trials.unwrap_or(TRIALS),
        seed: scenario.change.seed.unwrap_or(SEED),
        threads,
    };
    history::findings(&logs, &rules, &options).map_err(Failure::Wrong)
}

/// The rules of every plan that was asked for, all over the same time.
fn rules(scenario: &MaybeScenario, h: &HistoryArgs, logs: &Logs) -> Result<Vec<Rules>, Failure> {
    let path = scenario.path.as_deref();
    let sets = &scenario.change.sets;
    let plans = plans(h, path.is_some())?;
    let zone = logs::zone(h.timezone.as_deref())?;
    let (mut first, last) = span(h, logs, &zone.0)?;
    let timezone = (path.is_none() || h.timezone.is_some()).then_some(zone.1.as_str());
    let of_all = |first: Instant, among_others: bool| -> Result<Vec<Rules>, Failure> {
        let of = |plan: &Option<String>| {
            scenarios::rules(&Asked {
                path,
                plan: plan.as_deref(),
                sets,
                among_others,
                first,
                last,
                timezone,
                on: h.plan_date,
            })
            .map_err(common::problems)
        };
        plans.iter().map(of).collect()
    };
    // The time that all plans are known in begins with the latest of their records.
    for _ in 0..2 {
        let all = of_all(first, plans.len() > 1)?;
        for set in sets {
            if !is_known(set, &all) {
                of_all(first, false)?;
            }
        }
        let start = all.iter().map(|r| r.start).max().unwrap_or(first);
        if all.iter().all(|r| r.start == start) {
            return Ok(all);
        }
        first = start;
    }
    Err(Failure::Wrong("the plans have no time in common".into()))
}

/// Whether a setting of a window is about one that some plan has.
fn is_known(set: &str, all: &[Rules]) -> bool {
    let window = set.trim_start().strip_prefix("plan.window.");
    let Some(window) = window.and_then(|rest| rest.split(['.', '=']).next()) else {
        return true;
    };
    let mut accounts = all.iter().flat_map(|r| &r.periods).map(|p| &p.account);
    accounts.any(|a| a.windows.iter().any(|w| w.name == window))
}

/// Plans by name; `None` is the scenario's own.
fn plans(h: &HistoryArgs, has_scenario: bool) -> Result<Vec<Option<String>>, Failure> {
    let catalog = Catalog::embedded();
    let mut all: Vec<Option<String>> = Vec::new();
    if has_scenario {
        all.push(None);
    }
    let asked: Vec<&str> = match (h.plan.is_empty(), has_scenario) {
        (true, true) => Vec::new(),
        (true, false) => PLANS.split(',').collect(),
        (false, _) => h.plan.iter().map(|p| p.trim()).collect(),
    };
    for name in asked {
        if name == "all" {
            all.extend(catalog.plan_ids().map(|id| Some(id.to_owned())));
            continue;
        }
        let known = catalog.plan_history(name);
        known.map_err(|e| Failure::Wrong(format!("--plan: {e}")))?;
        all.push(Some(name.to_owned()));
    }
    let mut seen = Vec::new();
    all.retain(|p| {
        let new = !seen.contains(p);
        seen.push(p.clone());
        new
    });
    Ok(all)
}

/// First and last instant to play: those of the requests, within the days that were asked for.
fn span(h: &HistoryArgs, logs: &Logs, zone: &TimeZone) -> Result<(Instant, Instant), Failure> {
    let midnight = |date: Date| -> Result<Instant, Failure> {
        let start = date.to_zoned(zone.clone());
        let start = start.map_err(|e| Failure::Wrong(format!("{date}: {e}")))?;
        Ok(Instant(start.timestamp().as_millisecond()))
    };
    let since = h.since.map(midnight).transpose()?;
    let after = |d: Date| {
        d.tomorrow()
            .map_err(|e| Failure::Wrong(format!("{d}: {e}")))
    };
    let until = h.until.map(after).transpose()?.map(midnight).transpose()?;
    let inside = |at: Instant| since.is_none_or(|s| s <= at) && until.is_none_or(|u| at < u);
    let mut met = logs.requests.iter().map(|r| r.at).filter(|at| inside(*at));
    let Some(first) = met.next() else {
        return Err(Failure::Wrong(match logs.requests.len() {
            0 => "the logs hold no request".into(),
            n => format!(
                "none of the {n} requests lies in this time: they run from {} to {}",
                day(logs.requests.first().map(|r| r.at), zone),
                day(logs.requests.last().map(|r| r.at), zone)
            ),
        }));
    };
    Ok((first, met.next_back().unwrap_or(first)))
}

fn day(at: Option<Instant>, zone: &TimeZone) -> String {
    let at = at.and_then(|at| Timestamp::from_millisecond(at.0).ok());
    at.map_or_else(String::new, |at| zone.to_datetime(at).date().to_string())
}
