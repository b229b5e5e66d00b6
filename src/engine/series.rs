//! Runs experiments one after the other with the same options. Tables that they have in common are
//! compiled once, so that an experiment costs its trials and little else.

use std::cell::{Cell, RefCell};
use std::sync::atomic::{AtomicBool, Ordering};

use super::experiment::Experiment;
use super::outcome::Outcome;
use super::run::{EngineError, Prepared, RunOptions};
use crate::demand::kernel::Known;

/// Why a series ended early.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SeriesError {
    /// A trial cannot be counted.
    Engine(EngineError),
    /// The user stopped it: a part of one run compares with nothing.
    Interrupted,
}

impl std::fmt::Display for SeriesError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            SeriesError::Engine(e) => e.fmt(f),
            SeriesError::Interrupted => write!(f, "interrupted"),
        }
    }
}

impl std::error::Error for SeriesError {}

impl From<EngineError> for SeriesError {
    fn from(e: EngineError) -> SeriesError {
        SeriesError::Engine(e)
    }
}

/// Options that hold for every run, and what is known from earlier ones.
pub struct Series<'o> {
    threads: usize,
    /// Told from time to time: trials done in all runs, trials planned so far.
    progress: &'o (dyn Fn(u64, u64) + Sync),
    stop: &'o AtomicBool,
    known: RefCell<Known>,
    done: Cell<u64>,
    planned: Cell<u64>,
}

impl<'o> Series<'o> {
    pub fn new(
        threads: usize,
        progress: &'o (dyn Fn(u64, u64) + Sync),
        stop: &'o AtomicBool,
    ) -> Series<'o> {
        Series {
            threads,
            progress,
            stop,
            known: RefCell::default(),
            done: Cell::new(0),
            planned: Cell::new(0),
        }
    }

    /// Says that so many trials more will be run: for the bar only.
    pub fn plan(&self, trials: u64) {
        self.planned.set(self.planned.get() + trials);
    }

    /// Runs the trials of one experiment.
    ///
    /// # Errors
    /// As [`Prepared::run`], and when the user stopped it.
    pub fn run(&self, exp: &Experiment, trials: u64) -> Result<Outcome, SeriesError> {
        let before = self.done.get();
        let planned = self.planned.get().max(before + trials);
        let prepared = Prepared::sharing(exp, &mut self.known.borrow_mut());
        let progress = self.progress;
        let outcome = prepared.run(&RunOptions {
            trials,
            threads: self.threads,
            progress: &|done, _| progress(before + done, planned),
            stop: self.stop,
            enough: None,
        })?;
        if outcome.partial || self.stop.load(Ordering::Relaxed) {
            return Err(SeriesError::Interrupted);
        }
        self.done.set(before + trials);
        Ok(outcome)
    }
}
