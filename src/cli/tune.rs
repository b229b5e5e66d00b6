//! `burncast tune`.

use crate::analysis::tune::{Effort, Lists, Question, TuneError, Tuned, tune};
use crate::base::money::Money;
use crate::catalog::Catalog;
use crate::report::tune as report;
use crate::scenario::{Metric, Requirement, RewriteError, Scenario, WalletSetting, write_setting};

use super::Done;
use super::common::{self, ScenarioArgs};
use super::exit::{Exit, Failure};
use super::progress::stop_at_ctrl_c;
use super::results::{ResultArgs, ThreadArgs};

/// Search the auto-reload setting: threshold, amount, cap and spend limit that keep you working at
/// the risk you accept, or at the price of an hour that you name.
#[derive(clap::Args)]
pub struct Args {
    #[command(flatten)]
    scenario: ScenarioArgs,
    /// What an acceptable setting meets, as in 'p_blocked_by_wallet <= 2%' or 'p_stock_out <= 1%'.
    #[arg(long, value_name = "CONDITION")]
    accept: Option<Requirement>,
    /// What the best of them has least of [default: dollars].
    #[arg(long, value_name = "NUMBER")]
    minimise: Option<Metric>,
    /// A difference that does not matter: dollars, or the unit of --minimise.
    #[arg(long, allow_hyphen_values = true, value_name = "DOLLARS")]
    delta: Option<String>,
    /// What an hour costs in which the wallet stops somebody.
    #[arg(long, allow_hyphen_values = true, value_name = "DOLLARS")]
    stopped_hour: Option<String>,
    /// What each reload costs beside what it buys [default: 0.10].
    #[arg(long, allow_hyphen_values = true, value_name = "DOLLARS")]
    reload_fee: Option<String>,
    /// What idle money costs in a month [default: 1 %].
    #[arg(long, allow_hyphen_values = true, value_name = "SHARE")]
    idle_rate: Option<String>,
    /// Thresholds to try, as in 2,5,10; likewise the other lists.
    #[arg(long, value_name = "DOLLARS,…", value_delimiter = ',')]
    threshold: Vec<String>,
    /// Balances to reload to.
    #[arg(long, value_name = "DOLLARS,…", value_delimiter = ',')]
    reload_to: Vec<String>,
    /// Amounts to buy, instead of balances to reload to.
    #[arg(
        long,
        value_name = "DOLLARS,…",
        value_delimiter = ',',
        conflicts_with = "reload_to"
    )]
    add: Vec<String>,
    /// Monthly caps on purchases; "none" is one.
    #[arg(long, value_name = "DOLLARS,…", value_delimiter = ',')]
    cap: Vec<String>,
    /// Monthly spend limits; "unlimited" is one.
    #[arg(long, value_name = "DOLLARS,…", value_delimiter = ',')]
    monthly_limit: Vec<String>,
    /// Writes the recommended setting into the scenario file; comments stay.
    #[arg(long)]
    write: bool,
    #[command(flatten)]
    threads: ThreadArgs,
    #[command(flatten)]
    results: ResultArgs,
}

/// Enough to tell one per cent from two; more only when asked for.
const TRIALS: u64 = 4_000;

pub fn run(args: Args) -> Done {
    let mut scenario = args.scenario.load(&sets(&args))?;
    if args.scenario.change.trials.is_none() {
        scenario.run.trials = scenario.run.trials.min(TRIALS);
    }
    let folder = args.results.begin(&format!("{}-tune", scenario.name))?;
    let stop = stop_at_ctrl_c();
    let bar = args.results.bar("trials", 1);
    let found = tune(
        &scenario.experiment,
        &common::about(&scenario),
        &question(&scenario),
        &Effort {
            threads: args.threads.count(),
            progress: &|done, total| bar.show(done, total),
            stop: &stop,
        },
    );
    bar.end();
    let tuned = match found {
        Ok(tuned) => tuned,
        Err(TuneError::Interrupted) => {
            eprintln!("interrupted before there was an answer; nothing was written");
            return Ok(Exit::Interrupted);
        }
        Err(e) => return Err(Failure::Wrong(e.to_string())),
    };
    let written = report::write(&folder.draft, &tuned, args.results.with_charts())?;
    folder.finish(written.summary())?.tell(
        || report::document(&tuned, &written.files),
        |look| report::screen(&tuned, look),
    )?;
    if tuned.partial {
        return Ok(Exit::Interrupted);
    }
    if args.write {
        write(&args, &scenario, &tuned)?;
    }
    Ok(match tuned.recommended() {
        Some(_) => Exit::Answered,
        None => Exit::Unmet,
    })
}

/// Options as settings of `[tune]`, so that they are read and checked like the file.
fn sets(args: &Args) -> Vec<String> {
    let mut all = Vec::new();
    let mut add = |key: &str, value: String| all.push(format!("tune.{key}={value}"));
    let list = |items: &[String]| {
        let quoted = |item: &String| match item.trim() {
            // An empty one is told, too.
            word @ ("none" | "unlimited" | "") => format!("\"{word}\""),
            other => other.to_owned(),
        };
        format!(
            "[{}]",
            items.iter().map(quoted).collect::<Vec<_>>().join(", ")
        )
    };
    let lists = [
        ("threshold", &args.threshold),
        ("cap", &args.cap),
        ("monthly_limit", &args.monthly_limit),
    ];
    for (key, items) in lists.into_iter().filter(|l| !l.1.is_empty()) {
        add(key, list(items));
    }
    // A list of the one kind replaces a list of the other.
    for (key, other, items) in [
        ("reload_to", "add", &args.reload_to),
        ("add", "reload_to", &args.add),
    ] {
        if !items.is_empty() {
            add(other, "[]".to_owned());
            add(key, list(items));
        }
    }
    if let Some(accept) = &args.accept {
        add("accept", format!("\"{accept}\""));
    }
    if let Some(metric) = &args.minimise {
        add("minimise", format!("\"{metric}\""));
    }
    for (key, value) in [
        ("delta", &args.delta),
        ("stopped_hour", &args.stopped_hour),
        ("reload_fee", &args.reload_fee),
        ("idle_rate", &args.idle_rate),
    ] {
        if let Some(value) = value {
            add(key, value.trim_start_matches('$').to_owned());
        }
    }
    all
}

fn question(scenario: &Scenario) -> Question {
    let spec = scenario.tune.clone().unwrap_or_default();
    Question {
        lists: Lists {
            threshold: spec.threshold,
            reload_to: spec.reload_to,
            add: spec.add,
            cap: spec.cap,
            monthly_limit: spec.monthly_limit,
        },
        accept: spec.accept,
        aim: spec.aim,
        delta: spec.delta,
        trials: scenario.run.trials,
        budget: scenario.run.budget,
        min_gap: min_gap(scenario),
    }
}

/// What the plan's dialog asks for.
fn min_gap(scenario: &Scenario) -> Option<Money> {
    let id = scenario.plan_id.as_deref()?;
    let plan = Catalog::embedded().plan(id, scenario.price_date).ok()?;
    plan.wallet.auto_reload.map(|a| a.min_gap)
}

fn write(args: &Args, scenario: &Scenario, tuned: &Tuned) -> Result<(), Failure> {
    let path = &args.scenario.path;
    let best = tuned.recommended().and_then(|e| e.candidate.setting);
    let Some(s) = best else {
        eprintln!(
            "no setting will do, so nothing was written into {}",
            path.display()
        );
        return Ok(());
    };
    let setting = WalletSetting {
        threshold: s.threshold,
        amount: s.amount,
        cap: s.cap,
        monthly_limit: s.monthly_limit,
    };
    write_setting(path, &scenario.text, &setting).map_err(|e| match e {
        RewriteError::Wrong(why) => Failure::Wrong(why),
        RewriteError::Disk(e) => Failure::Machine(format!("{}: {e}", path.display())),
    })?;
    if !args.results.is_quiet() {
        eprintln!("{} now has: {}", path.display(), s.phrase());
    }
    Ok(())
}
