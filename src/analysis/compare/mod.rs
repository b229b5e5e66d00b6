//! Several scenarios on the same demand: what each costs, what differs month by month, and how many
//! more requests the cheaper model may need.
//!
//! Read [`Comparison`] first; `columns` says what is read of a trial, `pairs` how two are compared,
//! `work` what "the work itself" is, `break_even` where a cheaper model stops paying, and `sentences`
//! what people read.

pub mod break_even;
pub mod columns;
pub mod facts;
#[cfg(test)]
pub mod fixture;
mod notes;
pub mod pairs;
pub mod sentences;
pub mod work;

use crate::account::spec::{Opens, Provenance};
use crate::analysis::findings::{Header, PoolFinding, Spread};
use crate::analysis::numbers::{HOURS, MILLIONTHS, USD, share, spread};
use crate::analysis::summarise::{self, About, AnalysisError};
use crate::analysis::{cost as cash, pools};
use crate::engine::experiment::Experiment;
use crate::engine::outcome::{Field, Outcome};
use crate::engine::series::{Series, SeriesError};
use crate::stats::estimate::Estimate;

use break_even::BreakEven;
use facts::{Effort, ModelFact};
use pairs::Difference;

/// Trials of the work itself and of break-even points: enough for their means under common random
/// numbers, and they are asked for many times.
pub const WORK_TRIALS: u64 = 1_024;

/// What a contender is called.
#[derive(Clone, Debug, PartialEq)]
pub enum Title {
    /// The scenario as it stands.
    AsItStands,
    /// A variant or a file of its own.
    Named(String),
    /// The same work on other models, with weights that sum to one.
    Models(Vec<(String, f64)>),
}

/// One of those that are compared.
pub struct Contender<'a> {
    pub title: Title,
    pub experiment: &'a Experiment,
    /// The plan's name for people.
    pub plan: String,
    /// Where the scenario says how many requests a model needs.
    pub efforts: Vec<Effort>,
}

/// How amounts over the horizon are shown: `a month`, `a week`.
#[derive(Clone, Debug, PartialEq)]
pub struct Per {
    pub word: String,
    /// Units in the horizon.
    pub number: f64,
}

impl Per {
    /// By month where the horizon is several of them, else by what one trial is called.
    pub fn of(experiment: &Experiment, trial_word: &str) -> Per {
        let days = (experiment.end - experiment.start).as_hours() / 24.0;
        let months = days / 30.4375;
        if trial_word == "month" || months < 1.5 {
            return Per {
                word: trial_word.to_owned(),
                number: 1.0,
            };
        }
        let whole = libm::round(months);
        Per {
            word: "month".to_owned(),
            number: if (months / whole - 1.0).abs() < 0.03 {
                whole
            } else {
                months
            },
        }
    }
}

/// What one contender costs and what it takes.
#[derive(Clone, Debug)]
pub struct Entry {
    /// `opus-5.5`, `Sonnet everywhere`: as in tables and files.
    pub name: String,
    /// `Opus 5.5`, `“Sonnet everywhere”`: as in sentences.
    pub said: String,
    pub plan: String,
    /// Subscription, extra usage when it is used, elsewhere, tax.
    pub cost_usd: Spread,
    /// Means of its parts.
    pub subscription_usd: f64,
    pub extra_usd: f64,
    pub elsewhere_usd: f64,
    pub tax_usd: f64,
    /// Mean of what leaves the card in the horizon: purchases when they are made.
    pub cash_usd: f64,
    pub stopped_h: Spread,
    pub p_stopped: Estimate,
    /// List value of all the work, with nothing in its way.
    pub value_usd: Spread,
    /// Requests and tokens of the work, means.
    pub requests: f64,
    pub tokens: f64,
    pub windows: Vec<WindowUse>,
    /// The pools, the wallet last if it can pay.
    pub pools: Vec<PoolFinding>,
    /// Trials in which none is cheaper, and those among them in which another is as cheap.
    pub cheapest: (Estimate, Estimate),
    /// The same of the stopped hours.
    pub least_stopped: (Estimate, Estimate),
    pub models: Vec<ModelFact>,
    /// Digest of the sessions: equal means the same demand.
    pub demand_hash: u64,
}

/// How much of a window is used.
#[derive(Clone, Debug)]
pub struct WindowUse {
    pub name: String,
    pub label: String,
    /// Whether it resets at fixed times.
    pub fixed: bool,
    /// Share of one period's limit, mean over the periods: 1 = all of it.
    pub used: Spread,
    /// The same for the work with nothing in its way; may be above 1.
    pub needed: Spread,
}

/// One contender against the first.
#[derive(Clone, Debug)]
pub struct Pair {
    /// Indices of entries.
    pub base: usize,
    pub other: usize,
    pub cost_usd: Difference,
    pub stopped_h: Difference,
    pub value_usd: Difference,
    /// By window that both have, in order: label and the difference of what the work needs.
    pub needed: Vec<(String, Difference)>,
    /// Whether both met the same sessions.
    pub same_demand: bool,
}

/// The answer.
#[derive(Clone, Debug)]
pub struct Comparison {
    /// Of the first contender; title and name are the comparison's.
    pub header: Header,
    pub per: Per,
    pub entries: Vec<Entry>,
    /// Each of the others against the first.
    pub pairs: Vec<Pair>,
    pub break_evens: Vec<BreakEven>,
    /// Trials behind the work itself and break-even points.
    pub work_trials: usize,
    pub notes: Vec<String>,
    pub warnings: Vec<String>,
}

/// Why there is no comparison.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CompareError {
    Series(SeriesError),
    Analysis(AnalysisError),
}

impl std::fmt::Display for CompareError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            CompareError::Series(e) => e.fmt(f),
            CompareError::Analysis(e) => e.fmt(f),
        }
    }
}

impl std::error::Error for CompareError {}

impl From<SeriesError> for CompareError {
    fn from(e: SeriesError) -> CompareError {
        CompareError::Series(e)
    }
}

impl From<AnalysisError> for CompareError {
    fn from(e: AnalysisError) -> CompareError {
        CompareError::Analysis(e)
    }
}

/// A contender after its runs: what is said about it, and its columns.
struct Played {
    entry: Entry,
    cost: Vec<i64>,
    stopped: Vec<i64>,
    value: Vec<i64>,
    /// By window: name, label, millionths of a period.
    needed: Vec<(String, String, Vec<i64>)>,
    /// By window: its size in each trial.
    limits: Vec<Vec<i64>>,
}

/// Runs and compares. The first contender is the one that the others are held against. `said`: notes
/// on how the contenders were made.
///
/// # Errors
/// When a run fails or is interrupted, or money leaves its range.
pub fn compare(
    contenders: &[Contender<'_>],
    about: &About,
    trials: u64,
    series: &Series<'_>,
    said: &[String],
) -> Result<Comparison, CompareError> {
    let work_trials = trials.min(WORK_TRIALS);
    series.plan(contenders.len() as u64 * (trials + work_trials));
    let mut header = None;
    let mut played = Vec::with_capacity(contenders.len());
    for contender in contenders {
        let real = work::lean(contender.experiment);
        let outcome = series.run(&real, trials)?;
        let free = work::unhindered(contender.experiment);
        let work = series.run(&free, work_trials)?;
        header.get_or_insert_with(|| summarise::header(&real, &outcome, about));
        played.push(play(contender, &real, &outcome, &work)?);
    }
    let (Some(mut header), Some(first)) = (header, contenders.first()) else {
        return Err(AnalysisError::NoTrials.into());
    };
    let assumed = |c: &Contender<'_>| {
        let windows = &c.experiment.account.windows;
        windows.iter().any(|w| w.provenance == Provenance::Assumed)
    };
    header.assumed = contenders.iter().any(assumed);
    let per = Per::of(first.experiment, &about.trial_word);
    let pairs = (1..played.len())
        .map(|i| pair(&played, i, per.number))
        .collect();
    let break_evens = break_even::find(contenders, &played, work_trials, per.number, series)?;
    let costs: Vec<&[i64]> = played.iter().map(|p| p.cost.as_slice()).collect();
    let hours: Vec<&[i64]> = played.iter().map(|p| p.stopped.as_slice()).collect();
    let (cheapest, calmest) = (pairs::least(&costs), pairs::least(&hours));
    let entries = played.into_iter().zip(cheapest.into_iter().zip(calmest));
    let mut comparison = Comparison {
        header,
        entries: entries
            .map(|(p, (cheapest, least_stopped))| Entry {
                cheapest,
                least_stopped,
                ..p.entry
            })
            .collect(),
        per,
        pairs,
        break_evens,
        work_trials: usize::try_from(work_trials).unwrap_or(usize::MAX),
        notes: Vec::new(),
        warnings: about.warnings.clone(),
    };
    comparison.notes = notes::notes(&comparison, contenders, said);
    Ok(comparison)
}

fn play(
    contender: &Contender<'_>,
    real: &Experiment,
    outcome: &Outcome,
    work: &Outcome,
) -> Result<Played, AnalysisError> {
    if outcome.trials == 0 || work.trials == 0 {
        return Err(AnalysisError::NoTrials);
    }
    let cost = columns::cost(real, outcome)?;
    let value = columns::value(real, work)?;
    let stopped = outcome.column(Field::BlockedMs);
    let bought = outcome.column(Field::FromBought);
    let elsewhere = columns::elsewhere(real, outcome)?;
    let (mut needed, mut all_limits) = (Vec::new(), Vec::new());
    let mut windows = Vec::new();
    for (w, spec) in real.account.windows.iter().enumerate() {
        let limits = outcome.column(Field::WindowLimit(w));
        let used = columns::used_ppm(real, outcome, &limits, w);
        let need = columns::used_ppm(real, work, &limits, w);
        windows.push(WindowUse {
            name: spec.name.clone(),
            label: spec.label.clone(),
            fixed: matches!(spec.opens, Opens::Fixed { .. }),
            used: spread(used, MILLIONTHS),
            needed: spread(need.clone(), MILLIONTHS),
        });
        needed.push((spec.name.clone(), spec.label.clone(), need));
        all_limits.push(limits);
    }
    let blocked = outcome.column(Field::Blocked);
    let stops = blocked.iter().filter(|v| **v > 0).count();
    let mean_usd = |column: Vec<i64>| spread(column, USD).mean;
    let n = work.trials as f64;
    let (name, said) = contender.title.words();
    let nothing = (share(0, 0), share(0, 0));
    let entry = Entry {
        name,
        said,
        plan: contender.plan.clone(),
        cost_usd: spread(cost.clone(), USD),
        subscription_usd: real.months.iter().map(|m| m.fee.to_f64()).sum(),
        extra_usd: mean_usd(bought.clone()),
        elsewhere_usd: mean_usd(elsewhere.clone()),
        tax_usd: mean_usd(columns::taxes(real, &bought, &elsewhere)?),
        cash_usd: mean_usd(cash::totals(real, outcome)?),
        stopped_h: spread(stopped.clone(), HOURS),
        p_stopped: share(stops as u64, outcome.trials as u64),
        value_usd: spread(value.clone(), USD),
        requests: work
            .column(Field::Requests)
            .iter()
            .map(|v| *v as f64)
            .sum::<f64>()
            / n,
        tokens: work
            .sums
            .spend
            .iter()
            .flat_map(|s| s.tokens)
            .map(|t| t as f64)
            .sum::<f64>()
            / n,
        windows,
        pools: pools::pools(real, outcome),
        cheapest: nothing,
        least_stopped: nothing,
        models: facts::of(real, &contender.efforts),
        demand_hash: outcome.sums.demand_hash,
    };
    Ok(Played {
        entry,
        cost,
        stopped,
        value,
        needed,
        limits: all_limits,
    })
}

fn pair(played: &[Played], other: usize, per: f64) -> Pair {
    let (a, b) = (&played[0], &played[other]);
    let needed = a.needed.iter().filter_map(|(name, label, base)| {
        let twin = b.needed.iter().find(|n| n.0 == *name)?;
        Some((label.clone(), Difference::new(base, &twin.2, MILLIONTHS)))
    });
    Pair {
        base: 0,
        other,
        cost_usd: Difference::new(&a.cost, &b.cost, USD).per(per),
        stopped_h: Difference::new(&a.stopped, &b.stopped, HOURS).per(per),
        value_usd: Difference::new(&a.value, &b.value, USD).per(per),
        needed: needed.collect(),
        same_demand: a.entry.demand_hash == b.entry.demand_hash,
    }
}

impl Title {
    /// As in tables, and as in sentences.
    pub fn words(&self) -> (String, String) {
        match self {
            Title::AsItStands => (
                "as it stands".to_owned(),
                "the scenario as it stands".to_owned(),
            ),
            Title::Named(name) => (name.clone(), format!("“{name}”")),
            Title::Models(parts) => facts::mix_words(parts),
        }
    }
}
