//! Experiment, one trial, the runner, Outcome, replay. No I/O.

pub mod experiment;
pub mod outcome;
pub mod replay;
