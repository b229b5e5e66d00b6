//! `burncast presets`.

use super::Done;
use super::common;
use super::exit::{Exit, Failure};
use crate::analysis::realism;
use crate::catalog::observed::Observed;
use crate::report::realism::{open_hour, text};
use crate::scenario;

/// List the presets for actors, print one with its sources, or check one against real use.
#[derive(clap::Args)]
pub struct Args {
    /// Preset to print.
    name: Option<String>,
    /// Simulates the preset by itself and prints it beside what was observed.
    #[arg(long, requires = "name")]
    check: bool,
    /// With --check: overrides a key, as in `--set actor.me.prompts=5`; may be repeated.
    #[arg(long = "set", value_name = "KEY=VALUE", requires = "check")]
    sets: Vec<String>,
    /// With --check: number of simulated months.
    #[arg(long, value_name = "N", default_value_t = 300, requires = "check",
          value_parser = clap::value_parser!(u64).range(1..=20_000))]
    trials: u64,
    /// Threads for --check [default: all cores].
    #[arg(long, value_name = "N", requires = "check")]
    threads: Option<usize>,
}

pub fn run(args: Args) -> Done {
    let presets = scenario::presets();
    let Some(name) = &args.name else {
        let width = presets.iter().map(|p| p.name.len()).max().unwrap_or(0);
        let lines = presets
            .iter()
            .map(|p| format!("{:width$}  {}\n", p.name, p.description));
        common::print(&lines.collect::<String>())?;
        return Ok(Exit::Answered);
    };
    let Some(preset) = presets.iter().find(|p| p.name == name) else {
        let known: Vec<&str> = presets.iter().map(|p| p.name).collect();
        let known = known.join(", ");
        return Err(Failure::Wrong(format!(
            "unknown preset \"{name}\"; known: {known}"
        )));
    };
    if args.check {
        return check(preset.name, &args);
    }
    common::print(preset.text)?;
    Ok(Exit::Answered)
}

fn check(name: &str, args: &Args) -> Done {
    let observed = Observed::embedded();
    let alone = scenario::alone(name, observed);
    let scenario = scenario::parse(name, &alone, &args.sets)
        .map_err(|problems| Failure::Wrong(problems.render(false, 100)))?;
    let threads = common::threads(args.threads);
    let simulated = realism::measure(&scenario.experiment, args.trials, threads)
        .map_err(|e| Failure::Wrong(e.to_string()))?;
    let fitted = observed.preset == name;
    let rows = simulated.compare(observed, fitted);
    let source = fitted.then_some(observed.source.as_str());
    let mut out = text(name, source, args.trials, &rows, usize::MAX);
    out.push_str(&open_hour(simulated.session_hours, simulated.session_usd));
    common::print(&out)?;
    Ok(Exit::Answered)
}
