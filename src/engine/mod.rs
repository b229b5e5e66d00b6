//! Experiment, one trial, the runner, Outcome, replay. No I/O.
//!
//! [`experiment`] is what is simulated; [`compiled`] the same as tables; [`trial`] the loop over
//! one trial's events; [`run`] spreads blocks of trials over threads; [`outcome`] is what is left.
//! [`history`] plays requests that were really made instead of drawn ones.

pub mod aim;
pub mod compiled;
pub mod experiment;
pub mod history;
mod incidents;
pub mod limits;
pub mod outcome;
pub mod policies;
pub mod replay;
pub mod require;
pub mod run;
pub mod series;
mod stops;
mod surroundings;
pub use surroundings::Watch;
mod tally;
pub mod trial;
