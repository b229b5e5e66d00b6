//! `burncast windows`.

use std::io::{self, IsTerminal};

use crate::analysis::windows::{Play, windows};
use crate::report::windows::{csv, json, screen};

use super::Done;
use super::common::{self, ScenarioArgs};
use super::exit::{Exit, Failure};
use super::progress::{Bar, stop_at_ctrl_c};
use super::results::ThreadArgs;

/// Say when to open the 5-hour window, and how many full ones the week pays.
#[derive(clap::Args)]
pub struct Args {
    #[command(flatten)]
    scenario: ScenarioArgs,
    #[command(flatten)]
    threads: ThreadArgs,
    /// Prints the results as a JSON document.
    #[arg(long, conflicts_with = "csv")]
    json: bool,
    /// Prints the table as CSV.
    #[arg(long)]
    csv: bool,
}

/// Enough to tell hours apart; more only when asked for.
const TRIALS: u64 = 1_000;

pub fn run(args: Args) -> Done {
    let mut scenario = args.scenario.load(&[])?;
    if args.scenario.change.trials.is_none() {
        scenario.run.trials = scenario.run.trials.min(TRIALS);
    }
    let stop = stop_at_ctrl_c();
    let bar = Bar::new("starts", 1, io::stderr().is_terminal());
    let found = windows(
        &scenario.experiment,
        &Play {
            trials: scenario.run.trials,
            threads: args.threads.count(),
            progress: &|done, total| bar.show(done, total),
            stop: &stop,
        },
    );
    bar.end();
    let found = found.map_err(|e| Failure::Wrong(e.to_string()))?;
    if args.json {
        common::print(&json(&found, &scenario.title)?)?;
    } else if args.csv {
        common::print(&csv(&found)?)?;
    } else {
        common::print(&screen(&found, &scenario.title, &common::look()))?;
    }
    Ok(Exit::Answered)
}
