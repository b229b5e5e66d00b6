//! Runs blocks of trials on all cores. Blocks are fixed ranges of trial numbers and everything
//! that is added up is an integer, so results do not depend on the number of threads.

use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use super::compiled::Compiled;
use super::experiment::Experiment;
use super::outcome::Outcome;
use super::replay::Event;
use super::surroundings::{Blind, Watch};
use super::tally::Tally;
use super::trial::{Desk, TrialError, play};
use crate::demand::kernel::Known;

/// Trials in a block.
pub const BLOCK: u64 = 64;
/// Trials before the first look of an adaptive run; it doubles from look to look.
pub const FIRST_LOOK: u64 = 2_048;
/// Most trials of an adaptive run.
pub const CEILING: u64 = 1_048_576;

/// How to run.
pub struct RunOptions<'a> {
    /// Number of trials; of an adaptive run, the most.
    pub trials: u64,
    pub threads: usize,
    /// Told from time to time: trials done, trials planned.
    pub progress: &'a (dyn Fn(u64, u64) + Sync),
    /// Set to end the run early with what is done.
    pub stop: &'a AtomicBool,
    /// Adaptive stopping: asked at 2,048, 4,096, … trials whether the answer is precise enough.
    pub enough: Option<&'a (dyn Fn(&Outcome) -> bool + Sync)>,
}

/// Why a run failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EngineError {
    /// In this trial an amount of money left the range of about nine million dollars.
    MoneyOverflow { trial: u64 },
    /// In this trial money was lost or made: a defect of the program.
    NotConserved { trial: u64 },
}

impl std::fmt::Display for EngineError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            EngineError::MoneyOverflow { trial } => write!(
                f,
                "an amount of money passed $9,000,000 in trial {trial}; make the horizon shorter"
            ),
            EngineError::NotConserved { trial } => write!(
                f,
                "the ledger of trial {trial} does not balance; this is a defect of burncast"
            ),
        }
    }
}

impl std::error::Error for EngineError {}

impl EngineError {
    pub(super) fn new(trial: u64, e: TrialError) -> EngineError {
        match e {
            TrialError::MoneyOverflow => EngineError::MoneyOverflow { trial },
            TrialError::NotConserved => EngineError::NotConserved { trial },
        }
    }

    /// The trial in which it happened.
    pub fn trial(&self) -> u64 {
        match self {
            EngineError::MoneyOverflow { trial } | EngineError::NotConserved { trial } => *trial,
        }
    }
}

/// An experiment compiled once, for a run and the replays after it.
pub struct Prepared<'e>(Compiled<'e>);

impl<'e> Prepared<'e> {
    /// Compiles all tables: some milliseconds.
    pub fn new(exp: &'e Experiment) -> Prepared<'e> {
        Prepared::sharing(exp, &mut Known::default())
    }

    /// As [`Prepared::new`]; tables that `known` has from earlier experiments are shared, and new
    /// ones are added to it.
    pub fn sharing(exp: &'e Experiment, known: &mut Known) -> Prepared<'e> {
        Prepared(Compiled::new(exp, known))
    }

    pub(super) fn compiled(&self) -> &Compiled<'e> {
        &self.0
    }

    /// Runs the trials.
    ///
    /// # Errors
    /// When an amount leaves its range or a ledger does not balance; the lowest such trial is named.
    pub fn run(&self, options: &RunOptions<'_>) -> Result<Outcome, EngineError> {
        let c = &self.0;
        let planned = options.trials.max(1);
        let mut done = Done::new(c);
        let mut look = match options.enough {
            Some(_) => FIRST_LOOK.min(planned),
            None => planned,
        };
        loop {
            done.extend(c, look, planned, options)?;
            let stopped = options.stop.load(Ordering::Relaxed);
            if stopped || look >= planned {
                return Ok(done.outcome(c, stopped && (done.trials() as u64) < planned));
            }
            let outcome = done.outcome(c, false);
            if options.enough.is_some_and(|enough| enough(&outcome)) {
                return Ok(outcome);
            }
            look = (look * 2).min(planned);
        }
    }

    /// The events of one trial, by itself.
    ///
    /// # Errors
    /// As [`Prepared::run`].
    pub fn replay(&self, trial: u64) -> Result<Vec<Event>, EngineError> {
        let mut events = Vec::new();
        self.alone(trial, &mut events)?;
        // Charges that posted in between are told when they post: put all in order of time.
        events.sort_by_key(|e| e.at);
        Ok(events)
    }

    /// The row of one trial, by itself and the exact way.
    ///
    /// # Errors
    /// As [`Prepared::run`].
    pub fn replay_row(&self, trial: u64) -> Result<Vec<i64>, EngineError> {
        self.alone(trial, &mut Blind)
    }

    /// Shows some trials to a watcher, one after the other; after each, `done` is told.
    ///
    /// # Errors
    /// As [`Prepared::run`].
    pub fn watch<W: Watch>(
        &self,
        trials: std::ops::Range<u64>,
        watcher: &mut W,
        done: impl Fn(&mut W),
    ) -> Result<(), EngineError> {
        for trial in trials {
            self.alone(trial, watcher)?;
            done(watcher);
        }
        Ok(())
    }

    fn alone<W: Watch>(&self, trial: u64, watch: &mut W) -> Result<Vec<i64>, EngineError> {
        let c = &self.0;
        let (mut tally, mut desk) = (Tally::new(c), Desk::default());
        let mut row = Vec::new();
        play(c, trial, &mut desk, &mut tally, watch, true, &mut row)
            .map_err(|e| EngineError::new(trial, e))?;
        Ok(row)
    }
}

/// Runs the trials of an experiment.
///
/// # Errors
/// As [`Prepared::run`].
pub fn run(exp: &Experiment, options: &RunOptions<'_>) -> Result<Outcome, EngineError> {
    Prepared::new(exp).run(options)
}

/// The events of one trial.
///
/// # Errors
/// As [`Prepared::run`].
pub fn replay(exp: &Experiment, trial: u64) -> Result<Vec<Event>, EngineError> {
    Prepared::new(exp).replay(trial)
}

/// The row of one trial, the exact way.
///
/// # Errors
/// As [`Prepared::run`].
pub fn replay_row(exp: &Experiment, trial: u64) -> Result<Vec<i64>, EngineError> {
    Prepared::new(exp).replay_row(trial)
}

/// The rows of some trials, one after the other, the exact way: without leases.
///
/// # Errors
/// As [`Prepared::run`].
pub fn replay_rows(
    exp: &Experiment,
    trials: std::ops::Range<u64>,
) -> Result<Vec<i64>, EngineError> {
    let prepared = Prepared::new(exp);
    let rows: Result<Vec<_>, _> = trials.map(|t| prepared.replay_row(t)).collect();
    Ok(rows?.concat())
}

/// The trials done so far.
struct Done {
    tally: Tally,
    /// Rows by block, in order.
    blocks: Vec<Vec<i64>>,
    width: usize,
}

impl Done {
    fn new(c: &Compiled<'_>) -> Done {
        Done {
            tally: Tally::new(c),
            blocks: Vec::new(),
            width: c.layout.width,
        }
    }

    fn trials(&self) -> usize {
        self.blocks.iter().map(Vec::len).sum::<usize>() / self.width
    }

    /// Plays trials up to `until` (not included) on all threads.
    fn extend(
        &mut self,
        c: &Compiled<'_>,
        until: u64,
        planned: u64,
        options: &RunOptions<'_>,
    ) -> Result<(), EngineError> {
        let from = self.trials() as u64;
        let first = from / BLOCK;
        let blocks = until.div_ceil(BLOCK) - first;
        let next = AtomicU64::new(0);
        let finished = AtomicU64::new(from);
        let results: Mutex<Vec<(u64, Vec<i64>)>> = Mutex::new(Vec::new());
        let errors: Mutex<Vec<EngineError>> = Mutex::new(Vec::new());
        let work = || {
            let (mut tally, mut desk) = (Tally::new(c), Desk::default());
            while !options.stop.load(Ordering::Relaxed) {
                let block = next.fetch_add(1, Ordering::Relaxed);
                if block >= blocks {
                    break;
                }
                let range = ((first + block) * BLOCK)..((first + block + 1) * BLOCK).min(until);
                let count = range.end - range.start;
                let mut rows = Vec::with_capacity(count as usize * c.layout.width);
                for trial in range {
                    let played = play(
                        c, trial, &mut desk, &mut tally, &mut Blind, false, &mut rows,
                    );
                    if let Err(e) = played {
                        lock(&errors).push(EngineError::new(trial, e));
                        options.stop.store(true, Ordering::Relaxed);
                        break;
                    }
                }
                lock(&results).push((block, rows));
                let total = finished.fetch_add(count, Ordering::Relaxed) + count;
                (options.progress)(total, planned);
            }
            tally
        };
        let threads = options.threads.clamp(1, blocks.max(1) as usize);
        let tallies: Vec<Tally> = std::thread::scope(|scope| {
            let others: Vec<_> = (1..threads).map(|_| scope.spawn(work)).collect();
            let mut all = vec![work()];
            for other in others {
                match other.join() {
                    Ok(tally) => all.push(tally),
                    // A defect in a thread is a defect of the run: never a shorter result.
                    Err(panic) => std::panic::resume_unwind(panic),
                }
            }
            all
        });
        let mut failed = lock(&errors).clone();
        failed.sort_by_key(EngineError::trial);
        if let Some(e) = failed.first() {
            return Err(*e);
        }
        for t in &tallies {
            self.tally.merge(t);
        }
        let mut new = std::mem::take(&mut *lock(&results));
        new.sort_unstable_by_key(|b| b.0);
        self.blocks.extend(new.into_iter().map(|b| b.1));
        Ok(())
    }

    fn outcome(&self, c: &Compiled<'_>, partial: bool) -> Outcome {
        Outcome {
            layout: c.layout,
            trials: self.trials(),
            partial,
            rows: self.blocks.concat(),
            sums: self.tally.sums.clone(),
            timeline: self.tally.timeline.clone(),
        }
    }
}

/// A poisoned lock only means that another thread panicked while it held it; the data is whole.
pub(super) fn lock<T>(m: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    m.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
}
