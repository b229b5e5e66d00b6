//! What was played already: contenders that differ in nothing that is simulated share their trials.

use std::cell::RefCell;

use crate::account::spec::Access;
use crate::analysis::compare::CompareError;
use crate::analysis::summarise::AnalysisError;
use crate::base::money::Money;
use crate::engine::experiment::Experiment;
use crate::engine::outcome::Outcome;
use crate::engine::series::Series;

use super::ways::{Parts, Way};

/// Runs so far.
#[derive(Default)]
pub struct Memo {
    runs: RefCell<Vec<Run>>,
}

struct Run {
    essence: String,
    way: Way,
    trials: u64,
    parts: Parts,
    demand_hash: u64,
}

/// The trials of a contender.
pub struct Played {
    pub parts: Parts,
    /// Digest of their sessions; none for the first ones of more trials.
    pub demand_hash: Option<u64>,
    /// None where another contender's trials are the same.
    pub outcome: Option<Outcome>,
}

impl Memo {
    /// The first trials of an experiment: run, or as they were run for another contender. `fresh`: the
    /// whole outcome is wanted.
    ///
    /// # Errors
    /// As [`Series::run`], and as [`Parts::read`].
    pub fn play(
        &self,
        exp: &Experiment,
        way: Way,
        trials: u64,
        fresh: bool,
        series: &Series<'_>,
    ) -> Result<Played, CompareError> {
        let essence = essence(exp);
        let runs = self.runs.borrow();
        let same = |r: &&Run| r.way == way && r.trials >= trials && r.essence == essence;
        if let Some(run) = runs.iter().find(same).filter(|_| !fresh) {
            return Ok(Played {
                parts: run
                    .parts
                    .head(usize::try_from(trials).unwrap_or(usize::MAX)),
                demand_hash: (run.trials == trials).then_some(run.demand_hash),
                outcome: None,
            });
        }
        drop(runs);
        let outcome = series.run(exp, trials)?;
        if outcome.trials == 0 {
            return Err(AnalysisError::NoTrials.into());
        }
        let parts = Parts::read(exp, &outcome, way)?;
        let demand_hash = outcome.sums.demand_hash;
        self.runs.borrow_mut().push(Run {
            essence,
            way,
            trials,
            parts: parts.clone(),
            demand_hash,
        });
        Ok(Played {
            parts,
            demand_hash: Some(demand_hash),
            outcome: Some(outcome),
        })
    }
}

/// All of an experiment that [`Parts`] depend on, written out: no fees and no names of the wallet, no
/// limits of one that is off, and no windows where none of the work draws on them.
fn essence(exp: &Experiment) -> String {
    let mut exp = exp.clone();
    exp.account.wallet.label.clear();
    for month in &mut exp.months {
        month.fee = Money::ZERO;
    }
    let wallet = &mut exp.account.wallet;
    if matches!(wallet.access, Access::Off | Access::Impossible) {
        wallet.access = Access::Off;
        (wallet.monthly_limit, wallet.member_limit) = (None, None);
        wallet.daily_limit = None;
        exp.account.day_starts.clear();
    }
    if exp.account.classes.iter().all(|c| !c.plan) {
        exp.account.windows.clear();
        for class in &mut exp.account.classes {
            // It only names the reason of a refusal.
            (class.windows, class.third_party) = (0, false);
        }
    }
    format!("{exp:?}")
}
