//! `burncast compare`.

use std::io::{self, IsTerminal};
use std::path::PathBuf;

use crate::analysis::compare::facts::Effort;
use crate::analysis::compare::{CompareError, Contender, Title, compare};
use crate::analysis::summarise::About;
use crate::engine::series::{Series, SeriesError};
use crate::report::compare as report;
use crate::scenario::{Problems, Rival, RivalTitle, Rivals, Scenario};

use super::Done;
use super::common::{self, ScenarioArgs};
use super::exit::{Exit, Failure};
use super::progress::stop_at_ctrl_c;
use super::results::{ResultArgs, ThreadArgs};

/// Compare variants of a scenario, several scenarios, or models, on the same demand: dollars, plan
/// quota, stopped hours, month by month.
#[derive(clap::Args)]
pub struct Args {
    #[command(flatten)]
    scenario: ScenarioArgs,
    /// Other scenario files, each held against the first.
    #[arg(value_name = "OTHER")]
    others: Vec<PathBuf>,
    /// The same work on these models, as in opus-5.5,sonnet-5.5,"opus-5.5:0.3+sonnet-5.5:0.7": every
    /// actor's models are replaced.
    #[arg(long, value_name = "MODELS", value_delimiter = ',')]
    models: Vec<String>,
    /// With --models: sub-agents that have a mix of their own work on them, too.
    #[arg(long, requires = "models")]
    sub_agents_too: bool,
    /// Only these variants of the scenario; may be repeated.
    #[arg(long = "variant", value_name = "NAME", conflicts_with = "models")]
    variants: Vec<String>,
    #[command(flatten)]
    threads: ThreadArgs,
    #[command(flatten)]
    results: ResultArgs,
}

pub fn run(args: Args) -> Done {
    let scenario = args.scenario.load(&[])?;
    let found = rivals(&args, &scenario)?;
    let folder = args.results.begin(&format!("{}-compare", scenario.name))?;
    let contenders: Vec<Contender<'_>> = found.rivals.iter().map(contender).collect();
    let stop = stop_at_ctrl_c();
    let bar = args.results.bar("trials", 0);
    let show = |done, total| bar.show(done, total);
    let series = Series::new(args.threads.count(), &show, &stop);
    let compared = compare(
        &contenders,
        &about(&scenario, &found),
        scenario.run.trials,
        &series,
        &found.notes,
    );
    bar.end();
    let comparison = match compared {
        Ok(comparison) => comparison,
        Err(CompareError::Series(SeriesError::Interrupted)) => {
            eprintln!("interrupted before all runs were finished; nothing was written");
            return Ok(Exit::Interrupted);
        }
        Err(e) => return Err(Failure::Wrong(e.to_string())),
    };
    let written = report::write(&folder.draft, &comparison, args.results.with_charts())?;
    folder.finish(written.summary())?.tell(
        || report::document(&comparison, &written.files),
        |look| report::screen(&comparison, look),
    )?;
    Ok(Exit::Answered)
}

/// What is compared: models, files, or variants.
fn rivals(args: &Args, scenario: &Scenario) -> Result<Rivals, Failure> {
    let told = |p: Problems| {
        let terminal = io::stderr().is_terminal();
        Failure::Wrong(p.render(common::color(terminal), common::width(terminal)))
    };
    if !args.others.is_empty() {
        if !args.models.is_empty() || !args.variants.is_empty() {
            return Err(Failure::Wrong(
                "--models and --variant change one scenario: name one file".to_owned(),
            ));
        }
        return files(args, scenario);
    }
    if !args.models.is_empty() {
        let models = &args.models;
        return scenario
            .on_models(models, args.sub_agents_too)
            .map_err(told);
    }
    let mut found = scenario.variants().map_err(told)?;
    choose(&args.variants, &mut found.rivals)?;
    if found.rivals.len() < 2 {
        return Err(Failure::Wrong(format!(
            "nothing to compare {} with: it has no [[variant]]; name another file, or models, as in \
             --models opus-5.5,sonnet-5.5",
            args.scenario.path.display()
        )));
    }
    Ok(found)
}

/// Keeps the scenario as it stands and the variants that are asked for.
fn choose(wanted: &[String], rivals: &mut Vec<Rival>) -> Result<(), Failure> {
    let name = |r: &Rival| match &r.title {
        RivalTitle::Variant(name) => Some(name.clone()),
        _ => None,
    };
    let known: Vec<String> = rivals.iter().filter_map(name).collect();
    if let Some(unknown) = wanted.iter().find(|w| !known.contains(w)) {
        let known = match known.as_slice() {
            [] => "it has no [[variant]]".to_owned(),
            all => format!("known: {}", all.join(", ")),
        };
        return Err(Failure::Wrong(format!(
            "no variant is called \"{unknown}\"; {known}"
        )));
    }
    if !wanted.is_empty() {
        rivals.retain(|r| name(r).is_none_or(|n| wanted.contains(&n)));
    }
    Ok(())
}

/// Several files, all with the first one's seed and number of trials.
fn files(args: &Args, first: &Scenario) -> Result<Rivals, Failure> {
    let mut rivals = vec![Rival {
        title: RivalTitle::Variant(first.name.clone()),
        scenario: first.clone(),
    }];
    for path in &args.others {
        let mut change = args.scenario.change.clone();
        change.trials = Some(first.run.trials);
        change.seed = Some(first.run.seed);
        let scenario = change.load(path, &[])?;
        let (a, b) = (&first.experiment, &scenario.experiment);
        if (a.start, a.end) != (b.start, b.end) {
            return Err(Failure::Wrong(format!(
                "{} plays {}, {} plays {}: months of different times cannot be compared; \
                 make them equal with --set start=… and --set horizon=…",
                args.scenario.path.display(),
                first.horizon,
                path.display(),
                scenario.horizon
            )));
        }
        rivals.push(Rival {
            title: RivalTitle::Variant(scenario.name.clone()),
            scenario,
        });
    }
    let with_variants = rivals.iter().any(|r| !r.scenario.variants.is_empty());
    let note = "variants inside the files are left out (burncast compare FILE compares them)";
    let notes = with_variants.then(|| note.to_owned()).into_iter().collect();
    Ok(Rivals { rivals, notes })
}

fn contender(rival: &Rival) -> Contender<'_> {
    let efforts = rival.scenario.efforts().into_iter();
    Contender {
        title: match &rival.title {
            RivalTitle::AsItStands => Title::AsItStands,
            RivalTitle::Variant(name) => Title::Named(name.clone()),
            RivalTitle::Models(mix) => Title::Models(mix.clone()),
        },
        experiment: &rival.scenario.experiment,
        plan: rival.scenario.plan.clone(),
        efforts: efforts
            .map(|(actor, model)| Effort { actor, model })
            .collect(),
    }
}

/// The first scenario's, with the warnings of all.
fn about(scenario: &Scenario, found: &Rivals) -> About {
    let mut about = common::about(scenario);
    for warning in found.rivals.iter().flat_map(|r| &r.scenario.warnings) {
        if !about.warnings.contains(warning) {
            about.warnings.push(warning.clone());
        }
    }
    about
}
