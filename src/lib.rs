//! burncast: a usage-burn simulator and cost planner for plans with windows and prepaid credits.
//!
//! Read in this order: [`engine::experiment`] says what is simulated; [`demand::spec`] and
//! [`account::spec`] what it is made of; [`account::gate`] decides on one request; [`engine::trial`]
//! plays one course of the horizon; [`engine::run`] plays thousands; [`analysis::findings`] is what
//! comes out. [`scenario`] reads the file that people write, [`report`] lays findings out, [`cli`]
//! is the program. `ARCHITECTURE.md` is the map with the rules that hold everywhere.

pub mod account;
pub mod analysis;
pub mod base;
pub mod catalog;
pub mod cli;
pub mod demand;
pub mod engine;
pub mod fit;
pub mod logs;
pub mod report;
pub mod scenario;
pub mod stats;
