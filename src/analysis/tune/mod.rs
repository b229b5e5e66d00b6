//! Which auto-reload setting: threshold, amount, cap and spend limit.
//!
//! Read `race` (how settings are compared), `judge` (when one meets what is required), `answer`
//! (what is said about each). The search runs on the scenario's seed; every number of the answer
//! comes from another one, so that the winner is not the one that was lucky in the search. Both are
//! ordinary seeds: a run of the scenario with the setting and that seed gives the same numbers.

pub mod answer;
mod bench;
pub mod grid;
pub mod judge;
mod notes;
pub mod race;
mod say;
pub mod score;
pub mod search;
mod sentences;
pub mod setting;

use std::sync::atomic::{AtomicBool, AtomicU64};

use crate::account::spec::{Access, Funding, WalletSpec};
use crate::analysis::metric::NoSuchNumber;
use crate::analysis::numbers::CONFIDENCE;
use crate::analysis::summarise::About;
use crate::base::money::Money;
use crate::base::stream::mix;
pub use crate::engine::aim::{Aim, Prices};
use crate::engine::experiment::Experiment;
use crate::engine::policies::Policies;
use crate::engine::require::{Metric, Op, Requirement};
use crate::engine::run::{EngineError, Prepared};
pub use answer::{Causes, Entry, Standing, Tuned};
use bench::{Bench, causes, pilot};
pub use grid::Lists;
pub use judge::{Judge, State};
pub use notes::notes;
use race::FIRST;
pub use say::{given, number, percent, reloads};
use score::{Reader, Score};
use search::{Searched, search};
pub use sentences::{limits, risk, sentences};
pub use setting::{Candidate, Origin, Setting};

/// The risk that is accepted where nobody names a risk or a price of being stopped.
const USUAL_RISK: f64 = 0.02;

/// Trials that say what causes a risk: enough for causes that matter.
const CAUSE_TRIALS: u64 = 4_096;

/// What is asked.
#[derive(Clone, Debug)]
pub struct Question {
    pub lists: Lists,
    pub accept: Option<Requirement>,
    pub aim: Aim,
    /// A difference of the aim that does not matter.
    pub delta: f64,
    /// Trials of each setting that is left in the end.
    pub trials: u64,
    pub budget: Option<Money>,
    /// Least distance of target and threshold that the vendor takes.
    pub min_gap: Option<Money>,
}

/// How it is run.
pub struct Effort<'a> {
    pub threads: usize,
    /// Told from time to time: trials of settings done, and planned so far.
    pub progress: &'a (dyn Fn(u64, u64) + Sync),
    /// Set to end early with what is done.
    pub stop: &'a AtomicBool,
}

/// Why there is no answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TuneError {
    /// This scenario has nothing to tune; the text says why and what to do.
    Nothing(String),
    Number(NoSuchNumber),
    Engine(EngineError),
    /// Before a single block of trials was scored again.
    Interrupted,
}

impl std::fmt::Display for TuneError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            TuneError::Nothing(why) => f.write_str(why),
            TuneError::Number(e) => f.write_str(&e.0),
            TuneError::Engine(e) => e.fmt(f),
            TuneError::Interrupted => f.write_str("interrupted before there was an answer"),
        }
    }
}

impl std::error::Error for TuneError {}

impl From<EngineError> for TuneError {
    fn from(e: EngineError) -> TuneError {
        TuneError::Engine(e)
    }
}

/// The seed of the second scoring: another one, of at most nine digits so that it can be typed.
pub fn fresh_seed(seed: u64) -> u64 {
    let fresh = mix(seed ^ 0x7475_6e65) % 1_000_000_000;
    if fresh == seed { fresh + 1 } else { fresh }
}

/// Searches and answers.
///
/// # Errors
/// When the wallet has nothing to tune, a metric is none of this scenario, a trial cannot be played,
/// or it was interrupted too early.
pub fn tune(
    exp: &Experiment,
    about: &About,
    question: &Question,
    effort: &Effort<'_>,
) -> Result<Tuned, TuneError> {
    check(&exp.account.wallet)?;
    // Nobody looks at a timeline here.
    let quiet = Experiment {
        steps: Vec::new(),
        ..exp.clone()
    };
    let (accept, accept_is_usual) = wanted(question);
    let reader = Reader::new(&quiet, &question.aim, accept.as_ref(), question.budget)
        .map_err(TuneError::Number)?;
    let judge = Judge {
        aim: reader.aim(),
        accept: accept.clone().zip(reader.accept()),
        delta: question.delta,
    };
    let prepared = Prepared::new(&quiet);
    let used = pilot(&quiet, &prepared, effort)?;
    let base = &exp.account.wallet;
    let candidates = grid::candidates(&question.lists, base, used, question.min_gap);
    let listed = candidates.iter().filter(|c| c.origin.listed).count();
    check_count(listed)?;
    let bench = Bench {
        prepared: &prepared,
        policies: Policies::new(&quiet, candidates.iter().map(|c| c.wallet(base))),
        reader: &reader,
        effort,
        done: AtomicU64::new(0),
        ahead: listed as u64 * FIRST.min(question.trials),
    };
    let seeds = (quiet.seed, fresh_seed(quiet.seed));
    let found = search(&bench, &candidates, &judge, seeds, question.trials)?;
    let Some(found) = found else {
        return Err(TuneError::Interrupted);
    };
    let Searched {
        raced,
        scored,
        entries,
        chosen,
        interrupted,
    } = found;
    let of = chosen.or(raced.left.first().copied()).unwrap_or(0);
    let least = raced.left.iter().map(|i| scored[*i].len() as u64).min();
    let least = least.unwrap_or(0);
    let again = (seeds.1, (scored[of].len() as u64).min(CAUSE_TRIALS));
    let causes = causes(&quiet, &prepared, &reader, &candidates[of], effort, again)?;
    let (entries, causes) = arranged(entries, &scored, chosen, of, causes, &judge);
    Ok(Tuned {
        about: about.clone(),
        seed: quiet.seed,
        fresh_seed: seeds.1,
        trials: least,
        partial: interrupted,
        most_trials: scored.iter().map(|s| s.len() as u64).max().unwrap_or(0),
        accept,
        accept_is_usual,
        aim: question.aim.clone(),
        delta: question.delta,
        min_gap: question.min_gap,
        entries,
        needed: used.p99,
        causes,
    })
}

fn check(wallet: &WalletSpec) -> Result<(), TuneError> {
    let nothing = |why: &str| Err(TuneError::Nothing(why.to_owned()));
    if wallet.funding == Funding::Arrears {
        return nothing(
            "the wallet is invoiced in arrears: there is no balance that auto-reload could fill",
        );
    }
    match wallet.access {
        Access::On => Ok(()),
        Access::Impossible => nothing("the plan has no wallet, so there is no auto-reload to tune"),
        _ => nothing(
            "the wallet is switched off, so no auto-reload setting can matter; \
             switch it on in the scenario ([wallet] enabled = true) or with --set wallet.enabled=true",
        ),
    }
}

fn check_count(settings: usize) -> Result<(), TuneError> {
    if settings == 0 {
        let why = "no setting is left to try: every target is at or below its threshold, or no cap \
                   has room for one reload";
        return Err(TuneError::Nothing(why.to_owned()));
    }
    if settings > grid::SETTINGS_MAX {
        let why = format!(
            "{settings} settings are too many to try; at most {} are possible: shorten the lists",
            grid::SETTINGS_MAX
        );
        return Err(TuneError::Nothing(why));
    }
    Ok(())
}

/// What is required: what the user says; else, where being stopped has no price and nothing else
/// is minimised, a usual risk.
fn wanted(question: &Question) -> (Option<Requirement>, bool) {
    if question.accept.is_some() {
        return (question.accept.clone(), false);
    }
    let unpriced = match &question.aim {
        Aim::Dollars(p) => p.stopped_hour == Money::ZERO && p.blocked_request == Money::ZERO,
        Aim::Metric(_) => true,
    };
    let usual = Requirement {
        metric: Metric::PBlockedByWallet,
        op: Op::AtMost,
        value: USUAL_RISK,
    };
    (unpriced.then_some(usual), unpriced)
}

/// Entries in the order of an answer, each with its standing.
fn arranged(
    mut entries: Vec<Entry>,
    scored: &[Vec<Score>],
    chosen: Option<usize>,
    of: usize,
    causes: Option<Causes>,
    judge: &Judge,
) -> (Vec<Entry>, Option<Causes>) {
    for (i, e) in entries.iter_mut().enumerate() {
        let apart = chosen.map(|c| judge.difference(&scored[i], &scored[c], CONFIDENCE));
        e.standing = match &apart {
            _ if chosen == Some(i) => Standing::Recommended,
            Some(apart) => answer::standing(e.state, apart, judge.delta),
            None if e.state == State::Misses => Standing::Misses,
            None => Standing::CannotTell,
        };
        e.apart = apart;
    }
    let risk = |e: &Entry| e.required.as_ref().map_or(0.0, |r| judge.badness(r.value));
    let mut order: Vec<usize> = (0..entries.len()).collect();
    order.sort_by(|a, b| {
        let (x, y) = (&entries[*a], &entries[*b]);
        let by_aim = x.aim.value.total_cmp(&y.aim.value);
        let by_risk = risk(x).total_cmp(&risk(y));
        let last = |e: &Entry| e.standing == Standing::Misses;
        x.standing
            .cmp(&y.standing)
            .then(if last(x) { by_risk } else { by_aim })
            .then(by_aim)
            .then(a.cmp(b))
    });
    let at = order.iter().position(|i| *i == of).unwrap_or(0);
    let mut all: Vec<Option<Entry>> = entries.into_iter().map(Some).collect();
    let entries = order.iter().filter_map(|i| all[*i].take()).collect();
    (entries, causes.map(|c| Causes { of: at, ..c }))
}
