//! `burncast replay`.

use std::io::{self, BufWriter, Write};
use std::sync::atomic::AtomicBool;

use super::Done;
use super::common::{self, ScenarioArgs};
use super::exit::{Exit, Failure};
use crate::analysis::{cost, typical};
use crate::engine::run::{RunOptions, replay, run as simulate};
use crate::report::events::EVENT_KINDS;
use crate::report::replay::{Filter, Form, write};
use crate::scenario::Scenario;

/// Show one trial event by event: requests, charges, refusals with their reasons, payments, and the
/// running balance.
#[derive(clap::Args)]
pub struct Args {
    #[command(flatten)]
    scenario: ScenarioArgs,
    /// Number of the trial, from 0, as in trials.csv.
    #[arg(long, value_name = "N", default_value_t = 0, value_parser = clap::value_parser!(u64).range(0..16_777_216))]
    trial: u64,
    /// Shows the trial nearest to the medians instead (simulates all trials to find it).
    #[arg(long, conflicts_with = "trial")]
    typical: bool,
    /// From this local date or time on: 2026-12-04, 2026-12-04T15:00.
    #[arg(long, value_name = "WHEN")]
    from: Option<String>,
    /// Up to this local time, or to the end of this date.
    #[arg(long, value_name = "WHEN")]
    to: Option<String>,
    /// Only events of this actor; may be repeated.
    #[arg(long = "actor", value_name = "NAME")]
    actors: Vec<String>,
    /// Only these kinds of event, as in `refused,reload,window`.
    #[arg(long, value_name = "KINDS", value_delimiter = ',')]
    only: Vec<String>,
    /// Writes CSV.
    #[arg(long, conflicts_with = "json")]
    csv: bool,
    /// Writes one JSON object per line.
    #[arg(long)]
    json: bool,
    /// Threads for --typical [default: all cores].
    #[arg(long, value_name = "N")]
    threads: Option<usize>,
}

pub fn run(args: Args) -> Done {
    let scenario = args.scenario.load(&[])?;
    let filter = filter(&args, &scenario)?;
    let trial = if args.typical {
        typical_trial(&args, &scenario)?
    } else {
        args.trial
    };
    let events = replay(&scenario.experiment, trial).map_err(|e| Failure::Wrong(e.to_string()))?;
    let form = match (args.csv, args.json) {
        (true, _) => Form::Csv,
        (_, true) => Form::Json,
        _ => Form::Text,
    };
    let mut out = BufWriter::new(io::stdout().lock());
    if form == Form::Text {
        writeln!(
            out,
            "{}\ntrial {trial}, seed {}, {} events\n",
            scenario.title,
            scenario.experiment.seed,
            events.len()
        )?;
    }
    write(&scenario.experiment, &events, &filter, form, &mut out)?;
    out.flush()?;
    Ok(Exit::Answered)
}

fn typical_trial(args: &Args, scenario: &Scenario) -> Result<u64, Failure> {
    let options = RunOptions {
        trials: scenario.run.trials,
        threads: common::threads(args.threads),
        progress: &|_, _| {},
        stop: &AtomicBool::new(false),
        enough: None,
    };
    let wrong = |e: &dyn std::fmt::Display| Failure::Wrong(e.to_string());
    let outcome = simulate(&scenario.experiment, &options).map_err(|e| wrong(&e))?;
    let totals = cost::totals(&scenario.experiment, &outcome).map_err(|e| wrong(&e))?;
    Ok(typical::nearest_to_medians(&scenario.experiment, &outcome, &totals) as u64)
}

fn filter(args: &Args, scenario: &Scenario) -> Result<Filter, Failure> {
    let mut actors = Vec::new();
    for name in &args.actors {
        let found: Vec<usize> = (0..scenario.experiment.actors.len())
            .filter(|i| scenario.experiment.actors[*i].name == *name)
            .collect();
        if found.is_empty() {
            let names: Vec<&str> = scenario
                .experiment
                .actors
                .iter()
                .map(|a| a.name.as_str())
                .collect();
            let known = names.join(", ");
            return Err(Failure::Wrong(format!(
                "no actor \"{name}\"; known: {known}"
            )));
        }
        actors.extend(found);
    }
    for kind in &args.only {
        let group = format!("{kind}-");
        if !EVENT_KINDS
            .iter()
            .any(|k| k == kind || k.starts_with(&group))
        {
            let known = EVENT_KINDS.join(", ");
            return Err(Failure::Wrong(format!(
                "no kind of event \"{kind}\"; known: {known}"
            )));
        }
    }
    let when = |text: &Option<String>, end: bool| {
        text.as_ref()
            .map(|t| common::instant(t, &scenario.timezone, end))
            .transpose()
    };
    Ok(Filter {
        from: when(&args.from, false)?,
        to: when(&args.to, true)?,
        actors,
        kinds: args.only.clone(),
    })
}
