//! `burncast run`.

pub(super) mod history;

use std::io;

use crate::analysis::metric::{self, Verdict};
use crate::analysis::summarise;
use crate::engine::outcome::Outcome;
use crate::engine::run::{Prepared, RunOptions};
use crate::report::folder as report;
use crate::report::json::document;
use crate::report::screen::screen;
use crate::report::tables::Sheet;
use crate::report::verdict;
use crate::scenario::{Requirement, Scenario};

use super::Done;
use super::common::{self, MaybeScenario};
use super::exit::{Exit, Failure};
use super::progress::stop_at_ctrl_c;
use super::results::{ResultArgs, ThreadArgs};

/// Simulate a scenario: when each pool drains, when you are stopped, what it costs.
#[derive(clap::Args)]
pub struct Args {
    #[command(flatten)]
    scenario: MaybeScenario,
    #[command(flatten)]
    history: history::HistoryArgs,
    #[command(flatten)]
    threads: ThreadArgs,
    #[command(flatten)]
    results: ResultArgs,
    /// Condition on a number, as in 'p_blocked <= 5%' or 'cost_p90 < 250'; exit code 1 when it does
    /// not hold. May be repeated.
    #[arg(long = "require", value_name = "CONDITION")]
    requirements: Vec<Requirement>,
    /// Runs until a number is known this well (half the width of its 95 % interval), at most
    /// --trials, as in 'p_blocked=0.01'.
    #[arg(long, value_name = "NUMBER=HALF_WIDTH", value_parser = precision)]
    precision: Option<(String, String)>,
}

fn precision(text: &str) -> Result<(String, String), String> {
    let parts = text
        .split_once('=')
        .map(|(a, b)| (a.trim().to_owned(), b.trim().to_owned()));
    parts.ok_or_else(|| "write the number and half a width, as in p_blocked=0.01".to_owned())
}

pub fn run(args: Args) -> Done {
    if let Some(paths) = &args.history.history {
        return history::run(&args, paths);
    }
    let more = args
        .precision
        .as_ref()
        .map_or_else(Vec::new, |(number, half)| {
            vec![
                format!("run.precision.metric={number}"),
                format!("run.precision.half_width={half}"),
            ]
        });
    let path = args.scenario.path.clone().unwrap_or_default();
    let scenario = args.scenario.change.load(&path, &more)?;
    for requirement in &args.requirements {
        metric::check(
            &scenario.experiment,
            &requirement.metric,
            scenario.run.budget,
        )
        .map_err(|e| Failure::Wrong(format!("--require {requirement}: {}", e.0)))?;
    }
    let folder = args.results.begin(&scenario.name)?;
    let prepared = Prepared::new(&scenario.experiment);
    let outcome = play(&scenario, &prepared, &args)?;
    if outcome.trials == 0 {
        eprintln!("interrupted before a block of trials was finished; nothing was written");
        return Ok(Exit::Interrupted);
    }
    let findings = summarise::findings(
        &scenario.experiment,
        &outcome,
        &common::about(&scenario),
        &|trial| prepared.replay(trial).map_err(|e| e.to_string()),
    )
    .map_err(|e| Failure::Wrong(e.to_string()))?;
    let sheet = Sheet {
        findings: &findings,
        experiment: &scenario.experiment,
        outcome: &outcome,
    };
    let written = report::write(&folder.draft, &sheet, args.results.with_charts())?;
    let results = folder.finish(written.summary())?;
    let verdicts = judge(&scenario, &outcome, &args.requirements)?;
    results.tell(
        || document(&findings, &written.files).to_text(),
        |look| screen(&findings, look),
    )?;
    let quiet = args.results.is_quiet();
    let unmet = verdict::tell(&verdicts, &mut io::stderr().lock(), quiet)?;
    Ok(match (outcome.partial, unmet) {
        (true, _) => Exit::Interrupted,
        (false, true) => Exit::Unmet,
        (false, false) => Exit::Answered,
    })
}

fn judge(
    scenario: &Scenario,
    outcome: &Outcome,
    requirements: &[Requirement],
) -> Result<Vec<Verdict>, Failure> {
    let judged = requirements
        .iter()
        .map(|r| metric::judge(&scenario.experiment, outcome, r, scenario.run.budget));
    judged
        .collect::<Result<_, _>>()
        .map_err(|e| Failure::Wrong(e.0))
}

/// Simulates, with a bar on a terminal and a clean end at Ctrl-C.
fn play(scenario: &Scenario, prepared: &Prepared<'_>, args: &Args) -> Result<Outcome, Failure> {
    let stop = stop_at_ctrl_c();
    let bar = args.results.bar("trials", scenario.run.trials);
    let enough = scenario.run.precision.as_ref().map(|precision| {
        move |outcome: &Outcome| {
            let budget = scenario.run.budget;
            let found = metric::measure(&scenario.experiment, outcome, &precision.metric, budget);
            // A number that cannot be measured would never be known well enough.
            found.map_or(true, |e| e.half_width() <= precision.half_width)
        }
    });
    let options = RunOptions {
        trials: scenario.run.trials,
        threads: args.threads.count(),
        progress: &|done, total| bar.show(done, total),
        stop: &stop,
        enough: enough
            .as_ref()
            .map(|f| f as &(dyn Fn(&Outcome) -> bool + Sync)),
    };
    let outcome = prepared.run(&options);
    bar.end();
    outcome.map_err(|e| Failure::Wrong(e.to_string()))
}
