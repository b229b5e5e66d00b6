//! Puts the findings of one run together.

use crate::account::spec::Provenance;
use crate::analysis::findings::{Findings, Header};
use crate::analysis::numbers::{COUNT, USD, share, spread};
use crate::analysis::{blocked, cost, pools, spend, typical};
use crate::base::money::Money;
use crate::engine::experiment::Experiment;
use crate::engine::outcome::{Field, Outcome};
use crate::engine::replay::Event;

/// What a report says about a run beside its numbers.
#[derive(Clone, Debug, Default)]
pub struct About {
    pub title: String,
    pub question: Option<String>,
    /// Name of the scenario's file without ending.
    pub name: String,
    pub plan: String,
    pub timezone: String,
    /// `1-31 December 2026`.
    pub horizon: String,
    /// What one trial is called: `month`, `run`.
    pub trial_word: String,
    pub budget: Option<Money>,
    pub hash: String,
    pub price_date: Option<String>,
    pub plan_date: Option<String>,
    /// The state of a real account from which it starts, in a sentence.
    pub begins: Option<String>,
    pub warnings: Vec<String>,
}

/// Why no findings could be made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AnalysisError {
    /// Not one trial was finished.
    NoTrials,
    /// A sum of money left the range of about 9.2 million dollars.
    MoneyRange,
    /// The typical trial could not be replayed.
    Replay(String),
}

impl std::fmt::Display for AnalysisError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            AnalysisError::NoTrials => write!(f, "no trial was finished, so there is no answer"),
            AnalysisError::MoneyRange => write!(
                f,
                "the cost of a trial exceeds 9.2 million dollars, the most an amount can hold"
            ),
            AnalysisError::Replay(why) => write!(f, "the typical trial cannot be replayed: {why}"),
        }
    }
}

impl std::error::Error for AnalysisError {}

/// Computes everything a report shows. `replay` gives the events of one trial.
///
/// # Errors
/// When no trial was finished, money leaves its range, or the typical trial cannot be replayed.
pub fn findings(
    experiment: &Experiment,
    outcome: &Outcome,
    about: &About,
    replay: &dyn Fn(u64) -> Result<Vec<Event>, String>,
) -> Result<Findings, AnalysisError> {
    if outcome.trials == 0 {
        return Err(AnalysisError::NoTrials);
    }
    let totals = cost::totals(experiment, outcome)?;
    let cost = cost::cost(experiment, outcome, &totals, about.budget);
    let typical = typical::typical(experiment, outcome, &totals, about, replay)?;
    let n = outcome.trials as u64;
    let hit = |field| outcome.column(field).iter().filter(|v| **v > 0).count() as u64;
    let counts = |field| spread(outcome.column(field), COUNT);
    Ok(Findings {
        header: header(experiment, outcome, about),
        pools: pools::pools(experiment, outcome),
        months: cost::months(experiment, outcome)?,
        cost,
        spend: spend::rows(experiment, outcome),
        blocked: blocked::blocked(experiment, outcome),
        typical,
        requests: counts(Field::Requests),
        blocked_requests: counts(Field::Blocked),
        lost_requests: counts(Field::Lost),
        reloads: counts(Field::Reloads),
        declines_mean: counts(Field::Declines).mean,
        p_blocked: share(hit(Field::Blocked), n),
        p_blocked_by_wallet: share(hit(Field::BlockedByWallet), n),
        idle_usd: spread(outcome.column(Field::Idle), USD).mean,
        expired: spread(outcome.column(Field::Expired), USD),
        warnings: about.warnings.clone(),
    })
}

pub fn header(experiment: &Experiment, outcome: &Outcome, about: &About) -> Header {
    let windows = &experiment.account.windows;
    let assumed = windows.iter().any(|w| w.provenance == Provenance::Assumed);
    Header {
        title: about.title.clone(),
        question: about.question.clone(),
        name: about.name.clone(),
        plan: about.plan.clone(),
        timezone: about.timezone.clone(),
        start: experiment.start,
        end: experiment.end,
        zone: experiment.zone.clone(),
        horizon: about.horizon.clone(),
        trial_word: about.trial_word.clone(),
        trials: outcome.trials,
        seed: experiment.seed,
        partial: outcome.partial,
        assumed,
        budget: about.budget,
        hash: about.hash.clone(),
        price_date: about.price_date.clone(),
        plan_date: about.plan_date.clone(),
        begins: about.begins.clone(),
    }
}
