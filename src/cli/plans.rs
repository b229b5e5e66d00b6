//! `burncast plans`.

use std::path::PathBuf;

use rust_decimal::Decimal;

use crate::analysis::compare::CompareError;
use crate::analysis::plans::{HOUR, Hour, Offer, Question, past, plans};
use crate::base::money::Money;
use crate::engine::series::{Series, SeriesError};
use crate::report::plans as report;
use crate::scenario::Offers;

use super::Done;
use super::common::{self, MaybeScenario};
use super::exit::{Exit, Failure};
use super::progress::stop_at_ctrl_c;
use super::results::{ResultArgs, ThreadArgs};
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
    #[command(flatten)]
    threads: ThreadArgs,
    #[command(flatten)]
    results: ResultArgs,
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
    let path = args.scenario.path.clone().unwrap_or_default();
    let scenario = args.scenario.change.load(&path, &[])?;
    let found = scenario.offers().map_err(common::problems)?;
    let folder = args.results.begin(&format!("{}-plans", scenario.name))?;
    let stop = stop_at_ctrl_c();
    let bar = args.results.bar("trials", 0);
    let show = |done, total| bar.show(done, total);
    let series = Series::new(args.threads.count(), &show, &stop);
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
    let written = report::write(&folder.draft, &answer, args.results.with_charts())?;
    folder.finish(written.summary())?.tell(
        || report::document(&answer, &written.files),
        |look| report::screen(&answer, look),
    )?;
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

/// The same for requests that were really made.
fn of_history(args: &Args, paths: &[PathBuf]) -> Done {
    let folder = args.results.begin("history-plans")?;
    let threads = args.threads.count();
    let played = history::find(&args.scenario, &args.history, paths, threads)?;
    let answer = past::past(&played, args.price()).map_err(|e| Failure::Wrong(e.to_string()))?;
    let written = report::past::write(&folder.draft, &played, &answer)?;
    folder.finish(written.summary())?.tell(
        || report::past::document(&played, &answer, &written.files),
        |look| report::past::screen(&played, &answer, look),
    )?;
    Ok(Exit::Answered)
}
