//! `burncast sensitivity`.

use crate::analysis::sensitivity::{Play, SensitivityError, morris, sensitivity};
use crate::report::sensitivity::{Sheet, json, screen, write};
use crate::scenario::Metric;

use super::Done;
use super::common::ScenarioArgs;
use super::exit::{Exit, Failure};
use super::progress::stop_at_ctrl_c;
use super::results::{ResultArgs, ThreadArgs};

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
    #[command(flatten)]
    threads: ThreadArgs,
    #[command(flatten)]
    results: ResultArgs,
}

/// Enough to rank inputs; more only when asked for.
const TRIALS: u64 = 500;

pub fn run(args: Args) -> Done {
    let mut scenario = args.scenario.load(&[])?;
    if args.scenario.change.trials.is_none() {
        scenario.run.trials = scenario.run.trials.min(TRIALS);
    }
    let folder = args
        .results
        .begin(&format!("{}-sensitivity", scenario.name))?;
    let stop = stop_at_ctrl_c();
    let bar = args.results.bar("runs", 1);
    let play = Play {
        trials: scenario.run.trials,
        threads: args.threads.count(),
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
    let files = write(&folder.draft, &sheet, args.results.with_charts())?;
    folder
        .finish(files.join(", "))?
        .tell(|| json(&sheet, &files), |look| screen(&sheet, look))?;
    Ok(if found.partial {
        Exit::Interrupted
    } else {
        Exit::Answered
    })
}
