//! The answer of a search: every setting with its numbers, all from trials that the search has not
//! seen.

use super::judge::{Judge, State};
use super::score::Score;
use super::setting::Candidate;
use crate::analysis::numbers::{CONFIDENCE, Sorted, USD};
use crate::analysis::summarise::About;
use crate::base::money::Money;
use crate::engine::aim::Aim;
use crate::engine::require::Requirement;
use crate::stats::estimate::Estimate;
use crate::stats::proportion;

/// The answer.
#[derive(Clone, Debug)]
pub struct Tuned {
    pub about: About,
    /// Seed of the search, and the one that every number shown comes from.
    pub seed: u64,
    pub fresh_seed: u64,
    /// Trials of the settings that were left in the end, at least and at most: those near what is
    /// required get more.
    pub trials: u64,
    pub most_trials: u64,
    /// Whether it was interrupted: fewer trials than wanted.
    pub partial: bool,
    pub accept: Option<Requirement>,
    /// Whether the requirement is not the user's but the usual one.
    pub accept_is_usual: bool,
    pub aim: Aim,
    pub delta: f64,
    /// Least distance of target and threshold that the vendor takes.
    pub min_gap: Option<Money>,
    /// Settings: the recommended one first, then the others by how good they are.
    pub entries: Vec<Entry>,
    /// What the wallet would have to pay in the dearest month of 99 of 100 trials if it never
    /// refused.
    pub needed: Money,
    pub causes: Option<Causes>,
}

/// One setting.
#[derive(Clone, Debug)]
pub struct Entry {
    pub candidate: Candidate,
    /// Trials of the search it took part in.
    pub searched: u64,
    /// Trials its numbers come from.
    pub trials: u64,
    pub standing: Standing,
    pub state: State,
    /// The required number, with its exact 95 % interval.
    pub required: Option<Estimate>,
    /// The minimised number.
    pub aim: Estimate,
    /// How much more of it than the recommended setting has, on the same trials.
    pub apart: Option<Estimate>,
    /// Share of trials in which the wallet stops somebody, exact interval.
    pub stopped: Estimate,
    /// Means of a trial.
    pub stopped_h: f64,
    pub blocked: f64,
    pub reloads: f64,
    pub idle_usd: f64,
    /// What is paid, without fees of the plan: median and 95th percentile.
    pub paid_p50_usd: f64,
    pub paid_p95_usd: f64,
}

/// Where a setting stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Standing {
    Recommended,
    /// Meets what is required, and surely not worse by more than delta.
    AsGood,
    /// These trials cannot tell whether it does, or whether it is worse.
    CannotTell,
    /// Meets it, and is worse by more than delta.
    Worse,
    /// Misses what is required.
    Misses,
}

impl Standing {
    /// The name used in files.
    pub fn name(self) -> &'static str {
        match self {
            Standing::Recommended => "recommended",
            Standing::AsGood => "as_good",
            Standing::CannotTell => "cannot_tell",
            Standing::Worse => "worse",
            Standing::Misses => "misses",
        }
    }
}

/// What the risk of a setting would be if one of its causes were gone.
#[derive(Clone, Debug)]
pub struct Causes {
    /// Position among the entries.
    pub of: usize,
    pub risk: Estimate,
    /// If no payment were declined.
    pub without_declines: Option<Estimate>,
    /// Without cap and spend limit.
    pub without_limits: Option<Estimate>,
    /// Probability that a payment is declined, and the wait until the next attempt, hours.
    pub decline: f64,
    pub retry_h: f64,
}

impl Tuned {
    /// The recommended setting.
    pub fn recommended(&self) -> Option<&Entry> {
        let first = self.entries.first();
        first.filter(|e| e.standing == Standing::Recommended)
    }

    /// What the scenario has today.
    pub fn today(&self) -> Option<&Entry> {
        self.entries.iter().find(|e| e.candidate.origin.today)
    }
}

/// A setting's numbers.
pub fn entry(candidate: &Candidate, searched: u64, scores: &[Score], judge: &Judge) -> Entry {
    let n = scores.len() as u64;
    let mean = |of: fn(&Score) -> i64| {
        let sum: i128 = scores.iter().map(|s| i128::from(of(s))).sum();
        sum as f64 / n.max(1) as f64
    };
    let required = judge.required(scores, CONFIDENCE);
    let paid = Sorted::new(scores.iter().map(|s| s.paid).collect());
    Entry {
        candidate: candidate.clone(),
        searched,
        trials: n,
        standing: Standing::CannotTell,
        state: judge.state_of(required.as_ref()),
        required,
        aim: judge.aim(scores, CONFIDENCE),
        apart: None,
        stopped: stopped(scores),
        stopped_h: mean(|s| s.stopped_ms) / 3_600_000.0,
        blocked: mean(|s| s.blocked),
        reloads: mean(|s| s.reloads),
        idle_usd: mean(|s| s.idle) / USD,
        paid_p50_usd: paid.quantile(0.5) as f64 / USD,
        paid_p95_usd: paid.quantile(0.95) as f64 / USD,
    }
}

/// Share of trials in which the wallet stops somebody.
pub fn stopped(scores: &[Score]) -> Estimate {
    let hits = scores.iter().filter(|s| s.blocked > 0).count() as u64;
    proportion::clopper_pearson(hits, scores.len() as u64, CONFIDENCE)
}

/// Chooses: the first of `order` (positions, best of the search first) that will do on fresh
/// trials; else the first whose estimate meets what is required although these trials cannot tell.
pub fn choose(order: &[usize], entries: &[Entry], judge: &Judge) -> Option<usize> {
    let by = |will: &dyn Fn(&Entry) -> bool| order.iter().copied().find(|i| will(&entries[*i]));
    let holds = |e: &Entry| match (&judge.accept, &e.required) {
        (Some((requirement, _)), Some(found)) => requirement.holds(found.value),
        _ => true,
    };
    by(&|e| e.state.will_do()).or_else(|| by(&|e| e.state == State::CannotTell && holds(e)))
}

/// Where a setting stands beside the recommended one.
pub fn standing(state: State, apart: &Estimate, delta: f64) -> Standing {
    if state == State::Misses {
        Standing::Misses
    } else if apart.low > delta {
        Standing::Worse
    } else if state.will_do() && apart.high <= delta {
        Standing::AsGood
    } else {
        Standing::CannotTell
    }
}
