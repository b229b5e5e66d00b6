//! `burncast plans`.

use std::io::{self, IsTerminal};
use std::path::PathBuf;
use std::time::Instant;

use rust_decimal::Decimal;

use crate::analysis::compare::CompareError;
use crate::analysis::plans::{HOUR, Hour, Offer, PlansFinding, Question, past, plans};
use crate::base::money::Money;
use crate::engine::series::{Series, SeriesError};
use crate::report::folder::Written;
use crate::report::output::Draft;
use crate::report::page::Look;
use crate::report::plans as report;
use crate::scenario::Offers;

use super::Done;
use super::common::{self, MaybeScenario};
use super::exit::{Exit, Failure};
use super::progress::{Bar, stop_at_ctrl_c};
use super::run::history::{self, HistoryArgs};

/// Which plan is cheapest for this work: every plan with and without extra usage, and an API key;
/// with the probability that it is, and where another one takes over as use grows.
#[derive(clap::Args)]
pub struct Args {
    #[command(flatten)]
    scenario: MaybeScenario,
    #[command(flatten)]
    history: HistoryArgs,
    /// What an hour in which you are stopped costs you, dollars [default: 40, assumed].
    #[arg(long, value_name = "DOLLARS", value_parser = dollars)]
    hour: Option<Money>,
    /// Threads [default: all cores]; results do not depend on it.
    #[arg(long, value_name = "N")]
    threads: Option<usize>,
    /// Folder for results: they go into DIR/<scenario's name>-plans.
    #[arg(short, long, value_name = "DIR", default_value = "output")]
    output: PathBuf,
    /// Prints the results as a JSON document instead of a screen.
    #[arg(long)]
    json: bool,
    /// Prints nothing but errors.
    #[arg(short, long)]
    quiet: bool,
    /// Writes no charts: tables and run.json only.
    #[arg(long)]
    no_charts: bool,
}

fn dollars(text: &str) -> Result<Money, String> {
    let number = text.trim().trim_start_matches('$');
    let money = Decimal::from_str_exact(number).ok();
    money
        .and_then(Money::from_decimal)
        .filter(|m| (0..=Money::usd(1_000_000).0).contains(&m.0))
        .ok_or_else(|| "expected dollars from 0 to 1,000,000, for instance 40".to_owned())
}

impl Args {
    fn price(&self) -> Hour {
        Hour {
            price: self.hour.unwrap_or(HOUR),
            given: self.hour.is_some(),
        }
    }
}

pub fn run(args: Args) -> Done {
    if let Some(paths) = &args.history.history {
        return of_history(&args, paths);
    }
    let started = Instant::now();
    let path = args.scenario.path.clone().unwrap_or_default();
    let scenario = args.scenario.change.load(&path, &[])?;
    let found = scenario.offers().map_err(common::problems)?;
    let target = args.output.join(format!("{}-plans", scenario.name));
    let draft = Draft::begin(&target)?;
    let stop = stop_at_ctrl_c();
    let bar = Bar::new("trials", 0, !args.quiet && io::stderr().is_terminal());
    let show = |done, total| bar.show(done, total);
    let series = Series::new(common::threads(args.threads), &show, &stop);
    let answer = plans(
        &Question {
            offers: &offers(&found),
            wallet: &scenario.experiment.account.wallet,
            about: &common::about(&scenario),
            file: &path.display().to_string(),
            hour: args.price(),
            trials: args.scenario.change.trials,
            left_out: &found.left_out,
            said: &found.notes,
        },
        &series,
    );
    bar.end();
    let answer = match answer {
        Ok(answer) => answer,
        Err(CompareError::Series(SeriesError::Interrupted)) => {
            eprintln!("interrupted before all runs were finished; nothing was written");
            return Ok(Exit::Interrupted);
        }
        Err(e) => return Err(Failure::Wrong(e.to_string())),
    };
    let written = report::write(&draft, &answer, !args.no_charts)?;
    draft.finish()?;
    let place = format!("{}/   {}", target.display(), written.summary());
    tell(&args, &answer, &written, place, started)?;
    Ok(Exit::Answered)
}

fn offers(found: &Offers) -> Vec<Offer<'_>> {
    let offers = found.offers.iter();
    offers
        .map(|o| Offer {
            id: o.id.clone(),
            label: o.label.clone(),
            experiment: &o.scenario.experiment,
            fee: o.fee,
            yearly: o.yearly,
            has_windows: o.has_windows,
            has_wallet: o.has_wallet,
            several_accounts: o.several_accounts,
            today: o.today,
        })
        .collect()
}

fn tell(
    args: &Args,
    f: &PlansFinding,
    written: &Written,
    place: String,
    started: Instant,
) -> Result<(), Failure> {
    if args.json {
        return common::print(&report::document(f, &written.files)?);
    }
    if args.quiet {
        return Ok(());
    }
    common::print(&report::screen(f, &look(place, started)))
}

fn look(place: String, started: Instant) -> Look {
    Look {
        elapsed: Some(format!("{:.1} s", started.elapsed().as_secs_f64())),
        written: Some(place),
        ..common::look()
    }
}

/// The same for requests that were really made.
fn of_history(args: &Args, paths: &[PathBuf]) -> Done {
    let started = Instant::now();
    let target = args.output.join("history-plans");
    let draft = Draft::begin(&target)?;
    let paths = paths.iter().filter(|p| !p.as_os_str().is_empty());
    let played = history::find(
        &args.scenario,
        &args.history,
        paths.cloned().collect(),
        args.threads,
    )?;
    let answer = past::past(&played, args.price()).map_err(|e| Failure::Wrong(e.to_string()))?;
    let written = report::past::write(&draft, &played, &answer)?;
    draft.finish()?;
    let place = format!("{}/   {}", target.display(), written.summary());
    if args.json {
        common::print(&report::past::document(&played, &answer, &written.files)?)?;
    } else if !args.quiet {
        common::print(&report::past::screen(
            &played,
            &answer,
            &look(place, started),
        ))?;
    }
    Ok(Exit::Answered)
}
