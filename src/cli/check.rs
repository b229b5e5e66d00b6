//! `burncast check`.

use super::Done;
use super::common::{self, ScenarioArgs};
use super::exit::Exit;
use crate::report::about;

/// Read a scenario and say what it means, or everything that is wrong with it. Simulates nothing.
#[derive(clap::Args)]
pub struct Args {
    #[command(flatten)]
    scenario: ScenarioArgs,
    /// Says nothing when the scenario is right.
    #[arg(short, long)]
    quiet: bool,
}

pub fn run(args: Args) -> Done {
    let scenario = args.scenario.load(&[])?;
    if !args.quiet {
        let about_it = common::about(&scenario);
        common::print(&about::describe(
            &scenario.experiment,
            &about_it,
            scenario.run.trials,
        ))?;
    }
    Ok(Exit::Answered)
}
