//! `burncast sensitivity`.

use std::io::{self, IsTerminal};
use std::path::PathBuf;

use crate::analysis::sensitivity::{Play, SensitivityError, morris, sensitivity};
use crate::report::output::Draft;
use crate::report::page::Look;
use crate::report::sensitivity::{Sheet, json, screen, write};
use crate::scenario::Metric;

use super::Done;
use super::common::{self, ScenarioArgs};
use super::exit::{Exit, Failure};
use super::progress::{Bar, stop_at_ctrl_c};

/// Say which input decides the answer, and so which is worth measuring.
#[derive(clap::Args)]
pub struct Args {
    #[command(flatten)]
    scenario: ScenarioArgs,
    /// The number that is watched, as in a requirement: cost_mean, cost_p90, blocked_hours_mean,
    /// p_blocked, …
    #[arg(long, value_name = "NUMBER", default_value = "cost_mean")]
    metric: Metric,
    /// Also screens the inputs by this many random paths through the space of all of them (Morris):
    /// shows which act together.
    #[arg(long, value_name = "PATHS", value_parser = clap::value_parser!(u64).range(2..=1000))]
    morris: Option<u64>,
    /// Threads [default: all cores]; results do not depend on it.
    #[arg(long, value_name = "N")]
    threads: Option<usize>,
    /// Folder for results: they go into a folder of their own, DIR/<scenario's name>-sensitivity.
    #[arg(short, long, value_name = "DIR", default_value = "output")]
    output: PathBuf,
    /// Prints the results as a JSON document instead of a screen.
    #[arg(long)]
    json: bool,
    /// Prints nothing but errors.
    #[arg(short, long)]
    quiet: bool,
}

/// Enough to rank inputs; more only when asked for.
const TRIALS: u64 = 500;

pub fn run(args: Args) -> Done {
    let mut scenario = args.scenario.load(&[])?;
    if args.scenario.change.trials.is_none() {
        scenario.run.trials = scenario.run.trials.min(TRIALS);
    }
    let target = args.output.join(format!("{}-sensitivity", scenario.name));
    let draft = Draft::begin(&target)?;
    let stop = stop_at_ctrl_c();
    let bar = Bar::new("runs", 1, !args.quiet && io::stderr().is_terminal());
    let play = Play {
        trials: scenario.run.trials,
        threads: common::threads(args.threads),
        progress: &|done, total| bar.show(done, total),
        stop: &stop,
        budget: scenario.run.budget,
    };
    let found = sensitivity(&scenario.experiment, &args.metric, &play);
    let effects = args
        .morris
        .map(|paths| morris(&scenario.experiment, &args.metric, paths, &play));
    bar.end();
    let found = match found {
        Err(SensitivityError::Interrupted) => return Ok(Exit::Interrupted),
        other => other.map_err(|e| Failure::Wrong(e.to_string()))?,
    };
    let effects = effects
        .transpose()
        .map_err(|e| Failure::Wrong(e.to_string()))?;
    let sheet = Sheet {
        title: &scenario.title,
        seed: scenario.experiment.seed,
        finding: &found,
        effects: effects.as_deref(),
    };
    let files = write(&draft, &sheet)?;
    draft.finish()?;
    if args.json {
        common::print(&json(&sheet, &files)?)?;
    } else if !args.quiet {
        let look = Look {
            written: Some(format!("{}/   {}", target.display(), files.join(", "))),
            ..common::look()
        };
        common::print(&screen(&sheet, &look))?;
    }
    Ok(if found.partial {
        Exit::Interrupted
    } else {
        Exit::Answered
    })
}
